"""What the printers can do that the driver can talk to: the capability table `printer_models.toml`, read once.

Not responsible for how a capability is used (`drivers/printer/`), nor for the page docs/reference/printers.md, which is
written from it. Every fact names its source; what is not known has the value that fails closed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).with_suffix(".toml")


class Completion(StrEnum):
    """What proves that a sheet was printed; `unknown`: nothing does, and the model is refused."""

    PROCESS_ID = "process_id"
    CUT_COUNTER = "cut_counter"
    UNKNOWN = "unknown"


class StatusKind(StrEnum):
    """How a printer tells of itself: ESC/POS bytes (DLE EOT 1 to 4, GS a), or Custom's full status (DLE EOT 20)."""

    AUTOMATIC = "automatic"
    FULL_STATUS = "full_status"


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """One row. `end_of_sheet`: the bytes that cut; `recovers`: knows DLE ENQ 2; `clears`: knows DLE DC4 8.

    `near_end_mm`: paper that is still there for sure when near-end is first reported; 0 where nobody knows.
    """

    key: str
    title: str
    head_dots: tuple[int, ...]
    status: StatusKind
    completion: Completion
    end_of_sheet: bytes
    presenter: bool
    counters: bool
    recovers: bool
    clears: bool
    near_end_mm: int
    sources: Mapping[str, str]

    @property
    def usable(self) -> bool:
        """Whether a fee may be taken for what it prints."""
        return self.completion is not Completion.UNKNOWN


def _model(key: str, row: dict[str, Any]) -> PrinterModel:
    return PrinterModel(
        key=key,
        title=row["title"],
        head_dots=tuple(row["head_dots"]),
        status=StatusKind(row["status"]),
        completion=Completion(row["completion"]),
        end_of_sheet=bytes.fromhex(row["end_of_sheet"]),
        presenter=row["presenter"],
        counters=row["counters"],
        recovers=row["recovers"],
        clears=row["clears"],
        near_end_mm=row["near_end_mm"],
        sources=MappingProxyType(row["sources"]),
    )


def _read() -> dict[str, PrinterModel]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {key: _model(key, row) for key, row in table.items()}


MODELS: Mapping[str, PrinterModel] = MappingProxyType(_read())
USABLE = tuple(sorted(key for key, model in MODELS.items() if model.usable))


def refusal(key: str, head_dots: int) -> str | None:
    """Return why a kiosk cannot have this printer, with the remedy; None if it can."""
    model = MODELS.get(key)
    if model is None:
        return f"no such model in the table of printers; use one of {', '.join(USABLE)}"
    if not model.usable:
        return (
            f"not known how it says that printing ended ({model.sources['completion']}), so no fee can be taken; "
            f"use one of {', '.join(USABLE)}, or establish it and complete firmware/printer_models.toml"
        )
    if head_dots not in model.head_dots:
        widths = ", ".join(map(str, model.head_dots))
        return f"its head has {widths} dots, not printer.head_dots = {head_dots}; set one that fits"
    return None
