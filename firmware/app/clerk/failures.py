"""What the person is told, and the kiosk, when the centre or the reader fails.

One table from the hub protocol's problem codes to the texts; neutral where the reason is nobody's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.raster import UnprintableDots
from firmware.app.clerk.vocabulary import Event, WorkFailed
from firmware.app.hub_client import HubError, HubGarbled, HubRefused, HubTimeout, HubUnreachable
from firmware.app.messages import EndCause

if TYPE_CHECKING:
    from collections.abc import Awaitable

_CODES = {
    "card-expired": ("card_expired", EndCause.CARD),
    "card-revoked": ("card_revoked", EndCause.CARD),
    "card-chain": ("not_my_number_card", EndCause.CARD),
    "bad-signature": ("not_my_number_card", EndCause.CARD),
    "card-status-unknown": ("card_status_unknown", EndCause.HUB),
    "not-resident": ("not_resident", EndCause.REFUSED),
    "closed": ("type_closed", EndCause.REFUSED),
    "type-stopped": ("type_closed", EndCause.REFUSED),
    "municipality-timeout": ("hub_slow", EndCause.HUB),
    "busy": ("hub_slow", EndCause.REFUSED),
    "municipality-down": ("hub_down", EndCause.HUB),
    "expired-transaction": ("timeout", EndCause.TIMEOUT),
    "binding-mismatch": ("mismatch", EndCause.MISMATCH),
}


def told(error: Exception) -> tuple[str, EndCause]:
    """Return the text's key and the kiosk's word for a failure of the exchange."""
    match error:
        case BindingMismatch():
            return "mismatch", EndCause.MISMATCH
        case HubUnreachable():
            return "hub_down", EndCause.HUB
        case HubTimeout():
            return "hub_slow", EndCause.HUB
        case HubGarbled():
            return "hub_garbled", EndCause.HUB
        case HubRefused(code="refused", refusal=refusal):
            return "refused" if refusal in (None, "other") else refusal, EndCause.REFUSED
        case HubRefused(code=code):
            return _CODES.get(code, ("error", EndCause.HUB))
        case _:
            return "error", EndCause.DEVICE


async def asked(serial: int, question: Awaitable[Event]) -> Event:
    """Return the event of a question to the centre, or what the person is told when it fails."""
    try:
        return await question
    except (HubError, BindingMismatch, UnprintableDots) as error:
        return WorkFailed(serial, *told(error))
