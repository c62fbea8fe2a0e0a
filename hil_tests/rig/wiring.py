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
ROW, LEFT, RIGHT, WIDTH = 44, 250, 650, 900
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


def wires() -> list[Wire]:
    """Return all lines, in the order of the board's pins."""
    gp, tray, coin, buzzer = pins(), TraySensor(), CoinAcceptor(), Buzzer()
    plain, divided = "1 kΩ", "1 kΩ, 10 kΩ to GND"
    ends = {
        "tray": (plain, f"kiosk GPIO {tray.pin} (tray sensor)"),
        "pulse": (plain, f"kiosk GPIO {coin.pulse_pin} (coin pulses)"),
        "escrow": (plain, f"kiosk GPIO {coin.escrow_pin} (escrow full)"),
        "enable": (plain, f"kiosk GPIO {coin.enable_pin} (coins accepted)"),
        "stack": (plain, f"kiosk GPIO {coin.stack_pin} (keep escrow)"),
        "return": (plain, f"kiosk GPIO {coin.return_pin} (return escrow)"),
        "servo": ("330 Ω", "servo's signal; its 5 V from VBUS"),
        "cover": ("optocoupler", "printer's cover switch, in series"),
        "buzzer": (divided, f"kiosk GPIO {buzzer.pin} (buzzer, beside it)"),
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
        parts += [
            f'<line class="w" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>',
            f'<rect class="r" x="450" y="{y - 12}" width="{2 * half}" height="24" transform="translate({-half} 0)"/>',
            f'<text class="n" x="450" y="{y + 5}" text-anchor="middle">{wire.between}</text>',
            f'<text x="{LEFT - 10}" y="{y + 5}" text-anchor="end">{wire.name}  GP{wire.gp}</text>',
            f'<text x="{RIGHT + 10}" y="{y + 5}">{wire.end}</text>',
        ]
    y = 80 + len(rows) * ROW
    parts += [
        f'<line class="w" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>',
        f'<text x="{LEFT - 10}" y="{y + 5}" text-anchor="end">GND</text>',
        f'<text x="{RIGHT + 10}" y="{y + 5}">kiosk GND, servo GND</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the drawing."""
    DRAWING.write_text(draw(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
