"""An order, how far it came, and what is done about its money.

Not responsible for when (`machine.py`) nor for keeping it over a restart (`journal.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware.app.messages import Id


class OrderState(StrEnum):
    """The life of an order (`DESIGN`, "Journal and money")."""

    REQUESTED = "requested"
    DOCUMENT_HELD = "document_held"
    PAID = "paid"
    PRINTING = "printing"
    PRINTED = "printed"
    TAKEN = "taken"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINAL = frozenset({OrderState.TAKEN, OrderState.VOIDED, OrderState.REFUNDED, OrderState.CANCELLED, OrderState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Order:
    """What the clerk holds for this session. `sheets` come out one by one; the journal does not keep their number."""

    transaction_id: Id
    document_id: Id
    fee_yen: int
    sheets: int = 1
    length_mm: int = 0


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order of the journal, and the state that it came to.

    `meant` is its end if its money has gone back since; `printed` tells of an order with an end whether its paper
    had come out before.
    """

    order: Order
    state: OrderState
    meant: OrderState | None = None
    printed: bool = False


@dataclass(frozen=True, slots=True)
class ReturnEscrow:
    """Give the whole escrow back; `outcome` is how the order ends once the money is out, None if it goes on."""

    order: Order | None
    outcome: OrderState | None


@dataclass(frozen=True, slots=True)
class StackEscrow:
    """Keep the escrow."""


EscrowMove = ReturnEscrow | StackEscrow
