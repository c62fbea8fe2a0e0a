"""`kiosk doctor`: looks at each device, the centre, the broker, clock and disk, and says line by line what to do.

Changes nothing: what a running kiosk holds is left alone, and the journal is only read. With a strip it is the fitter's
check-list on paper. Not responsible for repairing
anything, nor for whether the configuration itself is right (`config.py`).
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

from firmware.roles.doctor import (
    camera,
    centre,
    certificates,
    disk,
    fonts,
    header,
    keys,
    operators,
    peripherals,
    sandbox,
    screen,
    strip,
    voice,
)
from firmware.roles.doctor.finding import Check, Finding, Mark, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware.config import Config

FAILED = 1
HUB_REMEDY = "check hub.ca and the certificates and keys under [hub]; the operator of the hub issues them"
PINS_REMEDY = "check the wiring, the pin numbers, and that this user is in the group gpio"


def run(config: Config, *, with_strip: bool = False) -> int:
    """Print one line for each check, and on paper if asked to; return 0 when none says FAIL, else 1."""
    return asyncio.run(_run(config, with_strip=with_strip))


async def _run(config: Config, *, with_strip: bool) -> int:
    occupant = await screen.find_occupant(config.screen.port)
    checks = _checks(config, occupant)
    if occupant in screen.HOLDING:
        checks += [Check(check.name, _held, check.remedy) for check in _exclusive(config)]
    else:
        checks += _exclusive(config)
    tasks = [asyncio.create_task(check.perform(), name=check.name) for check in checks]
    findings: dict[str, Finding] = {}
    for task in tasks:  # in their order, each as soon as it and those before it are known
        findings[task.get_name()] = await task
        print(findings[task.get_name()].line(task.get_name()), flush=True)
    if with_strip:
        findings[strip.NAME] = await _strip(config, findings, held=occupant in screen.HOLDING)
        print(findings[strip.NAME].line(strip.NAME), flush=True)
    return FAILED if any(finding.mark is Mark.FAIL for finding in findings.values()) else os.EX_OK


async def _strip(config: Config, findings: Mapping[str, Finding], *, held: bool) -> Finding:
    if held:
        return await _held()
    remedy = f"check {config.printer.transport} printer and the keys under [printer]"
    return await Check(strip.NAME, partial(strip.hand_out, config, findings), remedy).perform(strip.LIMIT_S)


async def _held() -> Finding:
    return warn("held by the running kiosk", "stop it to check this")


def _checks(config: Config, occupant: screen.Occupant) -> list[Check]:
    """Return what can be looked at beside a running kiosk."""
    port, state_dir = config.screen.port, config.kiosk.state_dir
    return [
        Check("state directory", partial(disk.check, state_dir), f"check {state_dir}, its owner and the disk"),
        Check("certificates", partial(certificates.check, config), "name readable PEM files under [hub] and [mqtt]"),
        Check("keys", partial(keys.check, config), "name the files of the keys under [hub] and [mqtt]"),
        Check("clerk's walls", partial(sandbox.check, config.clerk), sandbox.REMEDY),
        Check("texts", screen.check_texts, "install the package again"),
        Check("paper fonts", fonts.check, "apt-get install fonts-morisawa-bizud-gothic fonts-noto-cjk"),
        Check("operators' keys", partial(operators.check, config.operators), operators.ANEW),
        Check("screen port", partial(screen.check_port, port, occupant), "choose another screen.port"),
        Check("clock", partial(centre.check_clock, config), HUB_REMEDY),
        Check("hub as kiosk", partial(centre.check_kiosk, config), HUB_REMEDY),
        Check("hub as clerk", partial(centre.check_clerk, config), f"check hub.root_key; {HUB_REMEDY}"),
        Check(
            "card reader",
            partial(peripherals.check_reader, config.card_reader),
            "plug the reader in again; systemctl restart pcscd; it needs libpcsclite1",
        ),
    ]


def _exclusive(config: Config) -> list[Check]:
    """Return what only one process can have: with a kiosk running, looking would disturb it."""
    printer = config.printer
    where = f"{printer.host}:{printer.port}" if printer.transport == "tcp" else printer.device
    return [
        Check("printer", partial(peripherals.check_printer, printer), f"check what {where} is and how it is set up"),
        Check("tray sensor", partial(header.check_tray, config.tray_sensor), PINS_REMEDY),
        Check("coin acceptor", partial(header.check_coins, config.coin_acceptor), PINS_REMEDY),
        Check("buzzer", partial(header.check_buzzer, config.buzzer), PINS_REMEDY),
        Check(
            "camera",
            partial(camera.check, config),
            "check the camera's cable and rpicam-hello --list-cameras; end what else uses it",
        ),
        Check("voice", partial(voice.check, config.voice), "see voice.device in deploy/kiosk.toml"),
        Check("broker", partial(peripherals.check_broker, config), "check the files under [mqtt]"),
    ]
