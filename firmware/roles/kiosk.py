"""The always-on kiosk process: devices, money, journal, alarms, telemetry; nothing personal.

Not responsible for any decision (`app/kiosk/machine.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware import __version__
from firmware.app import messages as m
from firmware.app.availability import Availability, ask_availability
from firmware.app.hub_client import HubClient, HubError, HubRefused
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.afterwards import Afterwards
from firmware.app.kiosk.audit import FILE as AUDIT
from firmware.app.kiosk.audit import AuditedIncidents, AuditedJournal, AuditLog
from firmware.app.kiosk.audit_export import AuditExport
from firmware.app.kiosk.audit_signature import signer
from firmware.app.kiosk.children import Clerks, Recorder
from firmware.app.kiosk.clearing import Alarms, Clearing
from firmware.app.kiosk.desk import Desk
from firmware.app.kiosk.hub import KioskHub, Stale
from firmware.app.kiosk.incidents import FILE as INCIDENTS
from firmware.app.kiosk.incidents import Incidents
from firmware.app.kiosk.journal import Journal, JournalError
from firmware.app.kiosk.loan import Loan
from firmware.app.kiosk.order_report import OrderReport
from firmware.app.kiosk.recording import Recording
from firmware.app.kiosk.runner import Hands, Runner
from firmware.app.kiosk.state import Limits, Serving
from firmware.app.own_certificate import has_expired
from firmware.app.screens import texts
from firmware.devices import CameraChanged, CameraHealth
from firmware.drivers.buzzer import PwmBuzzer
from firmware.drivers.card_reader import CardWatcher
from firmware.drivers.coin_acceptor import PulseCoinAcceptor
from firmware.drivers.heartbeat import Heartbeat
from firmware.drivers.mqtt import Broker
from firmware.drivers.pins import Pins
from firmware.drivers.printer.watch import EscposWatch
from firmware.drivers.screen import ScreenServer
from firmware.drivers.sd_notify import SdNotify
from firmware.drivers.tray_sensor import PinTraySensor
from firmware.roles.afar import open_afar
from firmware.roles.guidance import guided

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from firmware.app.kiosk.telemetry import Telemetry
    from firmware.config import Config

POLL_WHEN_DOWN_S = 2.0
RESOLVER = Path("/etc/resolv.conf")
LONGEST_STRIP_MM = 4000


@dataclass(frozen=True, slots=True)
class Start:
    """The configuration, its file, the address of the kiosk's own page, and how it is seen from afar."""

    config: Config
    path: Path
    home_url: str
    broker: Broker
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class Books:
    """What the kiosk writes into its state directory."""

    journal: Journal
    incidents: Incidents
    recording: Recording
    loan: Loan
    audit: AuditLog


def log(line: str) -> None:
    """Write one line with a time to standard error, where the service manager keeps it."""
    with contextlib.suppress(OSError):  # where it goes is full or gone: that costs the log, not the service
        print(f"{time.strftime('%H:%M:%S')} kiosk: {line}", file=sys.stderr, flush=True)


def limits_of(config: Config) -> Limits:
    """Return the machine's limits; the print limit follows from the printer's speed."""
    limits, printer = config.limits, config.printer
    print_s = LONGEST_STRIP_MM / printer.speed_mm_per_s + printer.completion_timeout_s + printer.write_timeout_s
    return Limits(
        session_s=limits.session_s,
        payment_s=limits.payment_s,
        print_s=print_s,
        present_s=limits.present_s,
        prompt_s=limits.prompt_s,
        remind_s=limits.remind_s,
        alarm_s=limits.alarm_s,
        void_s=limits.void_s,
        retry_s=config.coin_acceptor.retry_s,
    )


async def poll(client: HubClient, config: Config, runner: Runner, desk: Desk, *there: Callable[[], None]) -> None:
    """Ask the centre what can be had once a minute, and every two seconds while it is away; `there`: it answered."""
    hub = config.hub
    while True:
        try:
            available = await ask_availability(client, config.kiosk.operator, hub.request_timeout_s)
        except HubError as error:
            log(f"hub: {type(error).__name__} {error}")
            revoked = isinstance(error, HubRefused) and error.code == "certificate-revoked"
            runner.post(v.HubLost(revoked=revoked, expired=_expired(config)))
            await asyncio.sleep(POLL_WHEN_DOWN_S)
            continue
        for wake in there:
            wake()
        if _expired(config):  # the clerk's: the kiosk is let in, and nobody could be served
            log("hub: the clerk's certificate has expired")
            runner.post(v.HubLost(expired=True))
            await asyncio.sleep(POLL_WHEN_DOWN_S)
            continue
        runner.post(v.HubAnswered(_serve(available, desk)))
        await asyncio.sleep(hub.poll_s)


def _expired(config: Config) -> bool:
    """Tell whether a certificate that the centre asks for has ended."""
    hub = config.hub
    pairs = ((hub.kiosk_certificate, hub.kiosk_key), (hub.clerk_certificate, hub.clerk_key))
    return any(has_expired(hub.ca, *pair) for pair in pairs)


def renew_spare(clerks: Clerks, runner: Runner) -> None:
    """End a waiting clerk when a file or device that it was let through to has been replaced; another one starts."""
    spare = runner.kiosk.facts.spare
    if spare is not None and clerks.is_stale(spare.clerk):
        log(f"clerk {spare.clerk}: printer, name servers or certificate are others now; a fresh one instead")
        clerks.kill(spare.clerk)


def _within_walls(config: Config) -> tuple[Path, ...]:
    """Return what a clerk reaches through its walls and what may be replaced while it waits."""
    hub, printer = config.hub, config.printer
    device = () if printer.transport == "tcp" else (Path(printer.device),)
    return (RESOLVER, hub.ca, hub.root_key, hub.clerk_certificate, hub.clerk_key, *device)


def _serve(available: Availability, desk: Desk) -> bool:
    """Tell the idle pages whom to ask; return whether anything can be issued now."""
    if available.municipalities:
        first = available.municipalities[0]
        contact = {"ja": first.contact.ja, "en": first.contact.en}
        desk.told(contact, (first.hours.open, first.hours.close))
    return any(
        place.status == "open" and any(each.available for each in place.types) for place in available.municipalities
    )


def run(config: Config, path: Path) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status."""
    try:
        return asyncio.run(_run(config, path))
    except JournalError as error:
        with contextlib.suppress(OSError):
            print(f"kiosk: {error}", file=sys.stderr, flush=True)
        return os.EX_IOERR


async def _run(config: Config, path: Path) -> int:
    loop = asyncio.get_running_loop()
    stop = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: stop.done() or stop.set_result(None))
    async with AsyncExitStack() as closing:
        books = _books(config, closing)
        hub = config.hub
        client = HubClient(hub.url, hub.ca, hub.kiosk_certificate, hub.kiosk_key)
        closing.callback(client.close)
        book = KioskHub(client, request_timeout_s=hub.request_timeout_s)
        report = OrderReport(
            books.journal, book, (HubError, Stale), lambda: not isinstance(runner.kiosk.phase, Serving)
        )
        broker = Broker(config.mqtt, config.kiosk.id)
        afar = open_afar(config, path, broker, books.journal, closing)
        closing.push_async_callback(broker.close)
        runner = Runner(limits_of(config), partial(afar.recorded, report.wake), log)
        desk, home_url = await _desk(config, runner, closing)
        hands = _hands(Start(config, path, home_url, broker, afar.telemetry), runner, desk, books, closing)
        closing.push_async_callback(runner.close)
        runner.begin(hands)
        afterwards = Afterwards(books.incidents, book, (HubError, Stale))
        alarms = Alarms(runner.open_alarm, books.incidents.find, runner.clear_alarm, afterwards.explain)
        remote, update = afar.remote(runner, alarms, lambda: stop.done() or stop.set_result(None))
        _watch(config, runner, hands, closing)
        await _listen(config, alarms, closing)
        journal, alarm = books.journal, books.incidents.open_alarm()
        runner.post(v.Recovered(journal.open_orders(), journal.last(), alarm, books.loan.open))
        export = AuditExport(books.audit, book, (HubError, OSError))
        polling = poll(
            client, config, runner, desk, report.wake, export.wake, partial(renew_spare, hands.clerks, runner)
        )
        telling = (report.run(), export.run(), afterwards.run(), afar.deliveries.run())
        looking = (polling, books.recording.run(), remote.run(), update.run())
        await _serve_until(stop, runner.failed, (*looking, *telling))
    return os.EX_OK


async def _serve_until(
    stop: asyncio.Future[None], failed: asyncio.Future[None], works: tuple[Coroutine[Any, Any, None], ...]
) -> None:
    """Tell the service manager that all is up, and do `works` until told to stop; raises what one of them raised."""
    tasks = [asyncio.create_task(work) for work in works]
    service = SdNotify(os.environ)
    service.ready()
    try:
        await asyncio.wait({stop, failed, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        service.stopping()
        log("stopping")
        for ended in (failed, *tasks):
            if ended.done():
                ended.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _desk(config: Config, runner: Runner, closing: AsyncExitStack) -> tuple[Desk, str]:
    """Serve the touch screen's home; returns it with its address."""

    def chosen(language: str) -> None:
        desk.choose_language(language)

    screen = ScreenServer(
        config.screen.port,
        ("127.0.0.1", "localhost", "kiosk.localhost"),
        "",
        texts.FOLDER.parent / "assets",
        on_tap=runner.touched,
        on_language=chosen,
    )
    desk = Desk(guided(screen, config.voice), texts.load(), config.kiosk.language)
    home_url = f"http://127.0.0.1:{await screen.start()}/"
    closing.push_async_callback(screen.close)
    log(f"screen at {home_url}")
    return desk, home_url


async def _listen(config: Config, alarms: Alarms, closing: AsyncExitStack) -> None:
    """Let the office clear alarms."""
    clearing = Clearing(config.kiosk.id, config.operators.by_name, alarms, log)
    await clearing.start(config.kiosk.state_dir)
    closing.push_async_callback(clearing.close)


def _books(config: Config, closing: AsyncExitStack) -> Books:
    """Open what the kiosk writes; `JournalError`."""
    state_dir = config.kiosk.state_dir
    audit = AuditLog(state_dir / AUDIT, config.kiosk.id, signer(config.hub.kiosk_key))
    closing.callback(audit.close)
    journal = AuditedJournal(state_dir / "journal", audit)
    closing.callback(journal.close)
    incidents = AuditedIncidents(state_dir / INCIDENTS, audit)
    closing.callback(incidents.close)
    recording = Recording(state_dir, limits_of(config), __version__, log)
    closing.callback(recording.close)
    return Books(journal, incidents, recording, Loan(state_dir), audit)


def _hands(start: Start, runner: Runner, desk: Desk, books: Books, closing: AsyncExitStack) -> Hands:
    """Open what the runner acts through."""

    def said(clerk: int, message: m.FromClerk) -> None:
        if isinstance(message, m.Fault):
            log(f"clerk {clerk}: {message.error} at {message.file}:{message.line}")
        runner.post(v.ClerkSaid(clerk, message))

    def filmed(message: m.FromRecorder) -> None:
        if isinstance(message, m.Camera):
            runner.post(_judged(message))
        else:
            log(f"clip {message.clip_id}: {message.frames} frames")
            hands.telemetry.filmed(message)

    config, pins, walls = start.config, Pins(), _within_walls(start.config)
    hands = Hands(
        buzzer=PwmBuzzer(config.buzzer, pins),
        coins=PulseCoinAcceptor(config.coin_acceptor, pins),
        tray=PinTraySensor(config.tray_sensor, pins),
        printer=EscposWatch(config.printer),
        clerks=Clerks(start.path, start.home_url, said, lambda clerk: runner.post(v.ClerkGone(clerk)), walls),
        recorder=Recorder(start.path, filmed, lambda: runner.post(CameraChanged(CameraHealth.INOPERATIVE, "missing"))),
        broker=start.broker,
        desk=desk,
        telemetry=start.telemetry,
        journal=books.journal,
        incidents=books.incidents,
        recording=books.recording,
        loan=books.loan,
    )
    heartbeat = Heartbeat(config.guard, pins)
    heartbeat.start()
    closing.callback(pins.close)
    for let_go in (heartbeat, hands.buzzer, hands.coins, hands.tray, hands.clerks, hands.recorder):
        closing.callback(let_go.close)
    closing.push_async_callback(hands.printer.close)
    return hands


def _judged(camera: m.Camera) -> CameraChanged:
    """Return what the recorder's judgement is to the machine: pictures of no use, or ones that cannot be kept."""
    if camera.picture is not m.Picture.OK:
        return CameraChanged(CameraHealth.INOPERATIVE, str(camera.picture))
    if camera.storage is not m.Storage.OK:
        return CameraChanged(CameraHealth.INOPERATIVE, f"storage_{camera.storage}")
    return CameraChanged(CameraHealth.OK)


def _watch(config: Config, runner: Runner, hands: Hands, closing: AsyncExitStack) -> None:
    """Begin to watch; the pins tell their present state before this returns."""
    hands.tray.start(runner.post)
    hands.coins.start(runner.post)
    reader = CardWatcher(runner.post, config.card_reader.name)
    reader.start()
    closing.push_async_callback(reader.close)
    hands.recorder.start()
    hands.broker.start(runner.post)
