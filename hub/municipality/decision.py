"""Whether this person gets this certificate now, by one snapshot of the register and the rules of the day; pure.

Not responsible for the card (`chain.py`) nor for the glyphs (`glyphs.py`). Rules: DOMAIN, "Refusals". A support measure
is told as `other`, in the words of every other `other`: nobody outside the municipality learns it.
"""

from datetime import date, datetime

from hub.municipality.chain import Order
from hub.municipality.interface import Refused
from hub.municipality.rules import TOKYO, Rules
from hub.municipality.snapshot import Person, Snapshot

_OTHER = "the municipality cannot issue this certificate at a kiosk; please ask at its counter"


class RefusedForReason(Refused):
    """A refusal with the true reason, which stays in the municipality's own record of requests."""

    def __init__(self, refusal: str, detail: str, reason: str) -> None:
        super().__init__(refusal, detail)
        self.reason = reason


def check_order(order: Order, rules: Rules, now: datetime) -> None:
    """Check the order against what is offered; raises Refused `closed` or `binding_mismatch`."""
    rule = rules.types.get(order.type)
    if not rules.is_open(now) or rule is None or not rule.issued:
        raise Refused("closed", "the municipality does not issue this type now")
    if order.scope not in rule.scopes or not set(order.items) <= set(rule.items):
        raise Refused("binding_mismatch", "the order has a scope or an item that is not offered")
    if not 1 <= order.copies <= rules.copies_max:
        raise Refused("binding_mismatch", f"the order has more than {rules.copies_max} copies, or none")
    if order.fee_yen != rule.fee_yen * order.copies:
        raise Refused("binding_mismatch", f"the fee is {rule.fee_yen} yen a copy")


def printed_persons(snapshot: Snapshot, scope: str) -> tuple[Person, ...]:
    """Whose data the certificate shows, in the household's order."""
    return snapshot.persons if scope == "household" else (snapshot.holder,)


def check_persons(snapshot: Snapshot | None, scope: str, rules: Rules, now: datetime) -> Snapshot:
    """Return the snapshot if its holder may have the certificate; raises Refused with the reason."""
    if snapshot is None:
        raise Refused("not_resident", "the municipality does not know the holder of this card")
    holder, today = snapshot.holder, now.astimezone(TOKYO).date()
    if holder.moved_out_on is not None:
        raise Refused("moved_out", "the holder has left the municipality or has given notice of leaving")
    if max(holder.moved_in_on, snapshot.card_registered_on) >= today:
        raise Refused("moved_in_today", "holder or card were registered today; certificates can be had from tomorrow")
    if any(it.support_measure for it in printed_persons(snapshot, scope)):
        raise RefusedForReason("other", _OTHER, "support_measure")
    if age_years(holder.birth_date, today) < rules.minimum_age_years:
        raise Refused("under_age", f"certificates at kiosks are for holders of {rules.minimum_age_years} years or more")
    return snapshot


def age_years(birth_date: date, today: date) -> int:
    """Completed years of age."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
