"""Draws the kiosk's wiring and the guard's as SVG, from the pins of configuration and board.

`python -m tests.docs.tables` writes them; a test compares. The rig's drawing: `hil_tests/rig/wiring.py`. Not
responsible for what a line means (docs/reference/guard.md, docs/fitter/parts.md).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.config import Buzzer, CoinAcceptor, TraySensor

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
ROW, LEFT, RIGHT, WIDTH = 44, 260, 640, 940
LAST_PIN = 28  # of a Pico; larger numbers in its file are no pins
STYLE = (
    "text{font:15px sans-serif;fill:#222}.n{font-size:13px;fill:#555}.b{fill:#f4f4f0;stroke:#333;stroke-width:2}"
    ".w{stroke:#1e6f5c;stroke-width:2.5}.r{fill:#fff;stroke:#333}.g{fill:#fff}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One wire: where it begins, what lies in it, where it ends."""

    begin: str
    between: str
    end: str


def kiosk_lines() -> list[Line]:
    """Return the wires at the Pi's header, with the pins of a configuration that says nothing of them."""
    tray, coin, buzzer = TraySensor(), CoinAcceptor(), Buzzer()
    pull_up = "10 kΩ to 3.3 V"
    return [
        Line(f"GPIO {tray.pin} in", pull_up, "tray: light barrier, open collector, low = paper"),
        Line(f"GPIO {buzzer.pin} PWM out", "1 kΩ, transistor", f"piezo buzzer, {buzzer.hz} Hz"),
        Line("light_pin out (none by default)", "transistor", "signal light, high = on"),
        Line(f"GPIO {coin.pulse_pin} in", f"optocoupler, {pull_up}", f"coins: {coin.yen_per_pulse} yen a low pulse"),
        Line(f"GPIO {coin.enable_pin} out", "transistor", "coins: accepted while high"),
        Line(f"GPIO {coin.stack_pin} out", "transistor", "escrow: a high pulse keeps"),
        Line(f"GPIO {coin.return_pin} out", "transistor", "escrow: a high pulse gives back"),
        Line(f"GPIO {coin.escrow_pin} in", pull_up, "escrow: low = something is in it"),
        Line("heartbeat_pin out (guard)", "1 kΩ", "guard GP2"),
        Line("USB", "", "card reader (PC/SC, contactless)"),
        Line("USB or LAN", "", "thermal printer, 8 dots/mm"),
        Line("CSI", "", "camera"),
        Line("HDMI, USB", "", "touch screen 1280 × 800"),
    ]


def guard_pins() -> dict[str, int]:
    """Return the guard's pins by line; read, not imported, since its modules are MicroPython."""
    assigned = (
        (node.targets[0], node.value)
        for node in ast.parse((ROOT / "firmware/guard/board.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
    )
    found = {
        target.id.lower(): value.value
        for target, value in assigned
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, int)
    }
    return {name: pin for name, pin in found.items() if pin <= LAST_PIN}


def guard_lines() -> list[Line]:
    """Return the wires at the guard's board."""
    ends = {
        "beat": ("1 kΩ", "kiosk: pin of guard.heartbeat_pin"),
        "paper": ("1 kΩ", "tray sensor, the kiosk's own line; low = paper"),
        "card": ("", "switch in the card's rest; low = card"),
        "door": ("", "door switch, normally closed"),
        "tamper": ("", "tamper switch, normally closed"),
        "key": ("", "the office's key switch; low = turned"),
        "buzzer": ("transistor", "piezo buzzer of its own"),
        "light": ("", "light on the board"),
    }
    pins = guard_pins()
    return [Line(f"{name}  GP{pins[name]}", *ends[name]) for name in sorted(pins, key=lambda each: pins[each])]


def draw(title: str, board: str, lines: list[Line], ground: str) -> str:
    """Return the drawing: the board on the left, a row a wire."""
    height = ROW * (len(lines) + 2) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="g" width="{WIDTH}" height="{height}"/>',
        f'<rect class="b" x="10" y="20" width="{LEFT - 10}" height="{height - 40}" rx="8"/>',
        f'<text x="30" y="50" font-weight="bold">{board}</text>',
    ]
    for place, line in enumerate([*lines, Line("GND", "", ground)]):
        y = 80 + place * ROW
        half = len(line.between) * 4 + 8
        parts += [
            f'<line class="w" x1="{LEFT}" y1="{y}" x2="{RIGHT - 30}" y2="{y}"/>',
            f'<text x="{LEFT - 10}" y="{y + 5}" text-anchor="end">{line.begin}</text>',
            f'<text x="{RIGHT - 20}" y="{y + 5}">{line.end}</text>',
        ]
        if line.between:
            parts += [
                f'<rect class="r" x="{435 - half}" y="{y - 12}" width="{2 * half}" height="24"/>',
                f'<text class="n" x="435" y="{y + 5}" text-anchor="middle">{line.between}</text>',
            ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def kiosk_drawing() -> str:
    """Return the kiosk's drawing."""
    supply = "all parts; 24 V and 5 V from supplies of their own"
    return draw("Wiring of the kiosk", "Raspberry Pi 4 or 5", kiosk_lines(), supply)


def guard_drawing() -> str:
    """Return the guard's drawing."""
    return draw("Wiring of the guard", "Raspberry Pi Pico", guard_lines(), "kiosk GND")


def pages() -> dict[str, Callable[[], str]]:
    """Return what makes each drawing, by its path in docs/."""
    return {"fitter/kiosk-wiring.svg": kiosk_drawing, "fitter/guard-wiring.svg": guard_drawing}
