"""The rows of conditions.toml, for the tests and for the page."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("conditions.toml")
KIOSK_PRINTER, GENERIC = "custom-vkp80iii", "generic-escpos"


@dataclass(frozen=True)
class Row:
    """One condition; see the head of conditions.toml."""

    key: str
    title: str
    remedy: str
    does: str
    reason: str
    escpos: str = ""
    full: str = ""
    ready: bool = False
    fault: str = ""
    settled: bool = False
    note: str = ""

    @property
    def models(self) -> tuple[str, ...]:
        """Which simulated makes can be in it."""
        if not self.escpos and not self.full:
            return (GENERIC, KIOSK_PRINTER)
        return ((GENERIC,) if self.escpos else ()) + ((KIOSK_PRINTER,) if self.full else ())

    @property
    def answers(self) -> tuple[bytes, bytes]:
        """The four answers to DLE EOT, and the automatic status."""
        raw = bytes.fromhex(self.escpos)
        return raw[:4], raw[4:]


ROWS = [Row(key=key, **row) for key, row in tomllib.loads(TABLE.read_text(encoding="utf-8")).items()]
