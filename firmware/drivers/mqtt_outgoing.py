"""What the MQTT driver has to send: the newest payload of each retained topic, events, and what is on the way.

Knows topics and packet numbers only. A broker that is killed forgets what it took in its last seconds for a subscriber
that was away (decision 0038): so the newest events are sent again after a session that was lost. Not responsible for
the connection (`mqtt.py`), nor for keeping events over a restart (`app/kiosk/outbox.py`).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNSAVED_S = 3.0  # the broker saves each second, and looks each second whether it is time
AGAIN = 8  # events at most that are sent again for it: more than a kiosk tells in that time


@dataclass(frozen=True, slots=True)
class Event:
    """A message that is not retained; `done` is told whether anybody got it."""

    topic: str
    payload: str
    done: Callable[[bool], None] | None


class Outgoing:
    """States by topic, of which one at a time is on the way, and events in their order."""

    def __init__(self) -> None:
        self._newest: dict[str, str] = {}
        self._dirty: dict[str, None] = {}
        self._on_the_way: dict[int, str] = {}
        self._events: deque[Event] = deque()
        self._events_on_the_way: dict[int, Event] = {}
        self._taken: deque[tuple[float, Event]] = deque(maxlen=AGAIN)

    def put_state(self, topic: str, payload: str) -> None:
        """Take the newest payload of a topic."""
        self._newest[topic] = payload
        self._dirty[topic] = None

    def put_repeated(self, topic: str, payload: str) -> bool:
        """Take a payload that says nothing new; True if it may be sent at once, without waiting for an answer."""
        self._newest[topic] = payload
        return topic not in self._dirty and topic not in self._on_the_way.values()

    def put_event(self, event: Event) -> None:
        """Take an event."""
        self._events.append(event)

    def begin(self) -> None:
        """Begin a session: every topic is to be sent again, empty ones too."""
        self._dirty = dict.fromkeys(self._newest)

    def due_states(self) -> Iterator[tuple[str, str]]:
        """Give states that may go now: not those of which one is on the way, the newest goes after it."""
        busy = set(self._on_the_way.values())
        for topic in [topic for topic in self._dirty if topic not in busy]:
            del self._dirty[topic]
            yield topic, self._newest[topic]

    def due_events(self) -> Iterator[Event]:
        """Give events that wait."""
        while self._events:
            yield self._events.popleft()

    def state_sent(self, number: int, topic: str) -> None:
        """Note the packet's number of a state."""
        self._on_the_way[number] = topic

    def event_sent(self, number: int, event: Event) -> None:
        """Note the packet's number of an event."""
        self._events_on_the_way[number] = event

    def answered(self, number: int, *, taken: bool, heard: bool) -> str:
        """Note the broker's answer: `taken` by it, `heard` by a subscriber; returns the topic, empty if unknown.

        A state that nobody hears is kept by the broker all the same; an event that nobody hears is not.
        """
        if event := self._events_on_the_way.pop(number, None):
            if taken and heard:
                self._taken.append((time.monotonic(), replace(event, done=None)))
            if event.done:
                event.done(taken and heard)
            return event.topic
        topic = self._on_the_way.pop(number, "")
        if self._newest.get(topic) == "" and topic not in self._dirty:
            del self._newest[topic]  # cleared at the broker, too: forget it
        return topic

    def lost(self) -> None:
        """End the session: events without an answer wait again, before the others; those just taken before them."""
        self._on_the_way.clear()
        unsaved = [event for at_s, event in self._taken if time.monotonic() - at_s < UNSAVED_S]
        self._events.extendleft(reversed([*unsaved, *self._events_on_the_way.values()]))
        self._events_on_the_way.clear()
        self._taken.clear()

    @property
    def settled(self) -> bool:
        """Whether no state is on the way."""
        return not self._on_the_way
