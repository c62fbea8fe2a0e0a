"""Spoken guidance: a screen that also says what it shows, once a person has asked for it.

Stands between the machine's pages and the screen's server. The prompt to take card or paper, and an alarm, are spoken
unasked where everybody may hear it. Not responsible for the words (`spoken`), for the voice (`drivers.voice`), nor for
when it is offered (the screen's server).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from firmware.app.screens import spoken

if TYPE_CHECKING:
    from firmware.views import View


MOST_REPEATS = 2
UNASKED = frozenset({"take_card", "take_paper"})  # the prompt before the reminder: most people look elsewhere by then


class Panel(Protocol):
    """The screen's server."""

    def show(self, view: View) -> int:
        """Show a view from now on."""
        ...

    def goto(self, url: str) -> None:
        """Send the pages that are open to another address."""
        ...


class Speaker(Protocol):
    """The voice."""

    def say(self, text: str, lang: str) -> None:
        """Say it, in place of what is being said."""
        ...

    def hush(self) -> None:
        """Say no more of it."""
        ...

    @property
    def speaking(self) -> bool:
        """Whether something is being said."""
        ...


class Guidance:
    """Shows views on `panel` and says them. `private`: only the person hears it, through earphones.

    What was said is said again after `repeat_s` in which nothing happened, at most `MOST_REPEATS` times a page; 0: not.
    """

    def __init__(self, panel: Panel, speaker: Speaker, *, private: bool, repeat_s: float = 0.0) -> None:
        self._panel = panel
        self._speaker = speaker
        self._private = private
        self._repeat_s = repeat_s
        self._on = False
        self._view: View | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._repeats = 0

    def show(self, view: View) -> int:
        """Show a view, and say it, or what is new in it."""
        before, self._view = self._view, view
        shown = self._panel.show(view)
        again = view.asks_the_same_as(before) and before is not None and before.lang == view.lang
        self._repeats = self._repeats if again else 0
        self._stop_waiting()
        if self._is_heard(view):
            text = spoken.change(before, view, private=self._private) if again and before else self._whole(view)
            self._say(text, view)
        return shown

    def goto(self, url: str) -> None:
        """Send the pages to another address, which speaks for itself."""
        self._stop_waiting()
        self._speaker.hush()
        self._panel.goto(url)

    def switch(self, on: bool) -> None:  # noqa: FBT001 - the screen's message has this one field
        """Begin to speak, or cease."""
        self._on = on
        self._stop_waiting()
        if on:
            self.say_again()
        else:
            self._speaker.hush()

    def say_again(self) -> None:
        """Say the present view from its beginning."""
        if self._view is not None and self._on:
            self._say(self._whole(self._view), self._view)

    def focus(self, button: str) -> None:
        """Say the button that the keypad has reached. Digits of a PIN pad are not buttons of the view, and not said."""
        view = self._view
        if view is None or not self._on:
            return
        found = next((each for each in view.buttons if each.id == button), None)
        if found is not None:
            self._say(spoken.button_text(view, found, private=self._private), view)
        elif view.keys is not None and self._private and view.offers(button):
            self._say(button.removeprefix("key:"), view)

    def _whole(self, view: View) -> str:
        return spoken.whole(view, private=self._private)

    def _is_heard(self, view: View) -> bool:
        return self._on or (not self._private and (view.tone == "alarm" or view.name in UNASKED))

    def _say(self, text: str, view: View) -> None:
        if text:
            self._speaker.say(text, view.lang)
        self._wait()

    def _wait(self) -> None:
        """Begin to wait for something to happen."""
        self._stop_waiting()
        if self._repeat_s and self._repeats < MOST_REPEATS:
            self._silence = asyncio.get_running_loop().call_later(self._repeat_s, self._repeat)

    def _stop_waiting(self) -> None:
        if self._silence:
            self._silence.cancel()
            self._silence = None

    def _repeat(self) -> None:
        """Say it again, unless it is still being said."""
        view = self._view
        if view is None or not self._is_heard(view):
            return
        if self._speaker.speaking:
            self._wait()
            return
        self._repeats += 1
        self._say(self._whole(view), view)
