"""Before a card is asked for: what can be had here now, and a new transaction.

Not responsible for a municipality's own rules, only for the centre's hours, stops and limits.
"""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from hub import log
from hub.centre import wire
from hub.centre.centre import Centre
from hub.centre.hours import centre_is_open
from hub.centre.notices import Notices, under_notice
from hub.clock import rfc3339
from hub.municipality.interface import Availability, TypeAvailability
from hub.web.peer import Peer
from hub.web.problem import Problem

_CLOSED_DETAIL = {
    "closed": "the municipality does not issue at this time",
    "maintenance": "the service is under maintenance",
    "operator_not_contracted": "the municipality has no contract with this operator",
}


async def tell_availability(centre: Centre, operator: str) -> wire.AvailabilityAnswer:
    """List all municipalities as they are now at this operator."""
    found = await centre.towns.everywhere(operator)
    notices = Notices(centre.engine, centre.clock).in_force()
    stopped = centre.stops.stopped_types()
    lines = [_line(centre, under_notice(each, notices), stopped) for each in found]
    return wire.AvailabilityAnswer(time=rfc3339(centre.clock()), municipalities=lines)


async def open_transaction(centre: Centre, peer: Peer, request: wire.OpenRequest) -> wire.OpenAnswer:
    """Open a transaction; raises Problem `kiosk-stopped`, `closed`, `municipality-down`, `busy` or `bad-request`."""
    centre.stops.require_kiosk(peer.kiosk_id)
    await require_open(centre, request.municipality, request.operator)
    if centre.transactions.count_open() >= centre.settings.sessions_max:
        raise Problem("busy", "as many transactions are open as the centre takes; try again soon")
    row = centre.transactions.open(
        peer.kiosk_id, request.municipality, request.operator, request.head_dots, centre.settings.transaction_s
    )
    log.event("transaction_opened", transaction_id=row.id, kiosk_id=peer.kiosk_id, municipality=row.municipality)
    return wire.OpenAnswer(
        transaction_id=row.id,
        centre_nonce=row.centre_nonce,
        expires_at=rfc3339(datetime.fromtimestamp(row.expires_at_s, UTC)),
        version=row.version,
    )


async def require_open(centre: Centre, municipality: str, operator: str) -> None:
    """Check hours and operator; raises Problem `closed`, `municipality-down` or `bad-request`."""
    town = await centre.towns.find(municipality, operator)
    found = under_notice(await town.availability(operator), Notices(centre.engine, centre.clock).in_force())
    if not centre_is_open(centre.clock(), always_open=centre.settings.always_open):
        raise Problem("closed", "the certificate centre is closed at this time")
    if found.status == "down":
        raise Problem("municipality-down", "the municipality's server is down")
    if found.status != "open":
        raise Problem("closed", _CLOSED_DETAIL.get(found.status, "the municipality is closed"))


def _line(centre: Centre, found: Availability, stopped: AbstractSet[str]) -> wire.MunicipalityLine:
    open_now = centre_is_open(centre.clock(), always_open=centre.settings.always_open)
    status = "closed" if found.status == "open" and not open_now else found.status
    return wire.MunicipalityLine.model_validate(
        {
            "code": found.code,
            "name": dict(found.name),
            "contact": dict(found.contact),
            "hours": {"open": found.opens, "close": found.closes},
            "status": status,
            "notice": None if found.notice is None else dict(found.notice),
            "registration": found.registration,
            "types": [_type_line(f"{found.code}/{each.type}" in stopped, status, each) for each in found.types],
        }
    )


def _type_line(stopped: bool, status: str, found: TypeAvailability) -> dict[str, Any]:  # noqa: FBT001
    reason = found.reason
    if reason is None and status != "open":
        reason = "hours" if status == "closed" else status
    if reason is None and stopped:
        reason = "stopped"
    return {
        "type": found.type,
        "fee_yen": found.fee_yen,
        "hours": {"open": found.opens, "close": found.closes},
        "available": reason is None,
        "reason": reason,
        "holders": list(found.holders),
    }
