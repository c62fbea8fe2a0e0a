"""Draws `wiring.svg` from the pins of `pico/board.py` and of the kiosk: `python -m hil_tests.rig.wiring`.

A test compares the drawing with the pins, so neither can change alone. Not responsible for what a line means.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

from firmware.config import Buzzer, CoinAcceptor, TraySensor

HERE = Path(__file__).parent
DRAWING = HERE / "wiring.svg"
ROW, LEFT, RIGHT, WIDTH = 44, 250, 650, 1000
# Where a pin is on the board: the Pico's by GP number, the kiosk's header by GPIO number.
PICO_PINS = {2: 4, 3: 5, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12, 10: 14}
HEADER_PINS = {
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19, 9: 21, 25: 22, 11: 23,
    8: 24, 7: 26, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35, 16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip
STYLE = (
    "text{font:15px sans-serif;fill:#222}.n{font-size:13px;fill:#555}.b{fill:#f4f4f0;stroke:#333;stroke-width:2}"
    ".w{stroke:#1e6f5c;stroke-width:2.5}.r{fill:#fff;stroke:#333}"
)


@dataclass(frozen=True, slots=True)
class Wire:
    """One line: the Pico's pin, what lies in it, and where it ends."""

    name: str
    gp: int
    between: str
    end: str


def pins() -> dict[str, int]:
    """Return the pin numbers of the board by line; read, not imported, since its modules are MicroPython."""
    found: dict[str, int] = {}
    for node in ast.parse((HERE / "pico" / "board.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, ast.literal_eval(node.value)
            if isinstance(value, dict):
                found |= value
            elif name in ("SERVO", "BUZZER"):
                found[name.lower()] = value
    return found


def _kiosk(gpio: int, what: str) -> str:
    return f"kiosk GPIO {gpio}, header pin {HEADER_PINS[gpio]} ({what})"


def wires() -> list[Wire]:
    """Return all lines, in the order of the board's pins."""
    gp, tray, coin, buzzer = pins(), TraySensor(), CoinAcceptor(), Buzzer()
    plain, divided = "1 kΩ", "1 kΩ, 10 kΩ to GND"
    ends = {
        "tray": (plain, _kiosk(tray.pin, "tray sensor")),
        "pulse": (plain, _kiosk(coin.pulse_pin, "coin pulses")),
        "escrow": (plain, _kiosk(coin.escrow_pin, "escrow full")),
        "enable": (plain, _kiosk(coin.enable_pin, "coins accepted")),
        "stack": (plain, _kiosk(coin.stack_pin, "keep escrow")),
        "return": (plain, _kiosk(coin.return_pin, "return escrow")),
        "servo": ("330 Ω", "servo's signal; its 5 V from VBUS, pin 40"),
        "cover": ("opto relay, normally closed", "printer's cover switch, in series; 330 Ω to 3V3"),
        "buzzer": (divided, _kiosk(buzzer.pin, "buzzer, beside it")),
    }
    return [Wire(name, gp[name], *ends[name]) for name in sorted(gp, key=lambda each: gp[each])]


def draw() -> str:
    """Return the drawing."""
    rows = wires()
    height = ROW * (len(rows) + 2) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Wiring of the rig</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="b" x="30" y="20" width="{LEFT - 30}" height="{height - 40}" rx="8"/>',
        '<text x="50" y="50" font-weight="bold">Raspberry Pi Pico (rig)</text>',
    ]
    for place, wire in enumerate(rows):
        y = 80 + place * ROW
        half = len(wire.between) * 4 + 8
        pin = f"{wire.name}  GP{wire.gp}, pin {PICO_PINS[wire.gp]}"
        parts += [
            f'<line class="w" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>',
            f'<rect class="r" x="450" y="{y - 12}" width="{2 * half}" height="24" transform="translate({-half} 0)"/>',
            f'<text class="n" x="450" y="{y + 5}" text-anchor="middle">{wire.between}</text>',
            f'<text x="{LEFT - 10}" y="{y + 5}" text-anchor="end">{pin}</text>',
            f'<text x="{RIGHT + 10}" y="{y + 5}">{wire.end}</text>',
        ]
    y = 80 + len(rows) * ROW
    parts += [
        f'<line class="w" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>',
        f'<text x="{LEFT - 10}" y="{y + 5}" text-anchor="end">GND, pin 3</text>',
        f'<text x="{RIGHT + 10}" y="{y + 5}">kiosk GND, header pin 6; servo GND</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the drawing."""
    DRAWING.write_text(draw(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
