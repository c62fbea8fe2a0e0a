"""How the kiosk is seen from afar, put together: telemetry, outbox, commands of operators.

Not responsible for any of their rules (`app/kiosk/telemetry.py`, `outbox.py`, `remote.py`).
"""

from __future__ import annotations

import os
import sqlite3
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from firmware.app.kiosk import diagnostics, outputs
from firmware.app.kiosk.clear_command import command_of
from firmware.app.kiosk.clearing import Alarms, carry_out
from firmware.app.kiosk.deliveries import Deliveries
from firmware.app.kiosk.discovery import announcements
from firmware.app.kiosk.incidents import FILE as INCIDENTS
from firmware.app.kiosk.journal import JournalError
from firmware.app.kiosk.orders import OrderState
from firmware.app.kiosk.outbox import FILE, Outbox, Source
from firmware.app.kiosk.remote import Acts, Desk, Remote
from firmware.app.kiosk.state import Idle, OutOfService
from firmware.app.kiosk.switch import Switch
from firmware.app.kiosk.telemetry import Head, States, Telemetry
from firmware.app.kiosk.trial import test_print
from firmware.app.kiosk.update import Place, Update
from firmware.app.kiosk.vocabulary import Switched
from firmware.drivers.sd_notify import SdNotify
from firmware.drivers.updater import Updater
from firmware.roles.identity import info_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AsyncExitStack
    from pathlib import Path

    from firmware.app.kiosk.incidents import Clearance
    from firmware.app.kiosk.journal import Journal
    from firmware.app.kiosk.runner import Runner
    from firmware.config import Config
    from firmware.drivers.mqtt import Broker


@dataclass(frozen=True, slots=True)
class Afar:
    """What the kiosk holds of it; `counts` are those of commands."""

    config: Config
    path: Path
    broker: Broker
    telemetry: Telemetry
    deliveries: Deliveries
    outbox: Outbox
    head: Head
    counts: dict[str, int]

    def recorded(self, also: Callable[[], None]) -> None:
        """Tell of what was written into the journal or the record of alarms; then do what else follows from it."""
        also()
        self.deliveries.look()
        self.telemetry.counted()

    def remote(self, runner: Runner, alarms: Alarms, restart: Callable[[], object]) -> tuple[Remote, Update]:
        """Take commands once the broker is there; whoever calls runs both that this returns."""
        state_dir = self.config.kiosk.state_dir
        switch = Switch(state_dir, lambda maintenance: runner.post(Switched(maintenance)))

        async def clear(clearance: Clearance) -> str:
            done = await carry_out(alarms, command_of(clearance.command).alarm_id, clearance)
            self.deliveries.look()
            return done

        def diagnose() -> None:
            states, counts = outputs.published(runner.kiosk), {**self.deliveries.counts, **self.counts}
            self.telemetry.tell("diagnostics", diagnostics.taken(states, counts, state_dir))

        place = Place(self.config.update.source, Updater().line, state_dir)
        update = Update(
            place,
            hold=lambda held: runner.post(Switched(held or switch.maintenance)),
            tell=partial(self.telemetry.tell, "update"),
        )
        self.telemetry.said.append(update.state)
        acts = Acts(
            at_rest=lambda: isinstance(runner.kiosk.phase, (Idle, OutOfService)),
            switch=switch.turn,
            clear=clear,
            restart=restart,
            diagnose=diagnose,
            test_print=partial(test_print, runner, self.path),
            update=update.begin,
        )
        remote = Remote(self._desk(), acts, self.counts)
        self.broker.listen(remote.heard)
        if switch.maintenance:
            runner.post(Switched(maintenance=True))
        return remote, update

    def _desk(self) -> Desk:
        return Desk(
            kiosk_id=self.config.kiosk.id,
            keys=self.config.operators.by_name,
            remember=self.outbox.remember,
            answerer=self.broker,
            head=self.head,
            tell=partial(self.telemetry.tell, "command"),
        )


def open_afar(config: Config, path: Path, broker: Broker, journal: Journal, closing: AsyncExitStack) -> Afar:
    """Open the outbox and introduce the kiosk. `JournalError` when the disk refuses."""
    state_dir, head = config.kiosk.state_dir, Head()
    sources = (
        Source("journal", state_dir / "journal", head.order_event),
        Source("incidents", state_dir / INCIDENTS, head.alarm_event),
    )
    try:
        outbox = Outbox(state_dir / FILE, sources)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"{state_dir / FILE}: {error}. Free or repair the disk.") from error
    deliveries = Deliveries(outbox, broker, _log)
    closing.callback(deliveries.close)
    counts = {"commands_done": 0, "commands_refused": 0}
    more = partial(_counted, journal, deliveries, counts)
    telemetry = Telemetry(broker, config.mqtt.status_interval_s, head, deliveries.put, more)
    telemetry.said.append(SdNotify(os.environ).status)
    closing.callback(telemetry.close)
    info = info_of(config, path)
    telemetry.introduce(info)
    if config.mqtt.home_assistant:
        for topic, payload in announcements(config.kiosk.id, str(info["version"])):
            broker.announce(topic, payload)
    return Afar(config, path, broker, telemetry, deliveries, outbox, head, counts)


def _counted(journal: Journal, deliveries: Deliveries, counts: dict[str, int]) -> States:
    orders: dict[str, object] = {str(state): journal.counts[state] for state in OrderState}
    return {"orders": orders, "telemetry": {**deliveries.counts, **counts}}


def _log(line: str) -> None:
    print(f"kiosk: {line}", file=sys.stderr, flush=True)
