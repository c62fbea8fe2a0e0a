"""Whether this person gets this certificate now, by one dossier of the registers and the rules of the day; pure.

Not responsible for the card (`orders/chain.py`) nor for the glyphs (`renderer/glyphs.py`). Rules: DOMAIN, "Refusals";
`docs/reference/hub-protocol.md`, "Refusals". A support measure is told as `other`, in the words of every other `other`:
nobody outside the municipality learns it.
"""

from datetime import date, datetime

from hub.municipality.interface import Refused
from hub.municipality.orders.chain import Order
from hub.municipality.orders.subject import chosen_persons
from hub.municipality.registers.dossier import FAMILY_TYPES, Dossier, Family
from hub.municipality.rules.rules import TOKYO, Rules, TypeRule

_OTHER = "the municipality cannot issue this certificate at a kiosk; please ask at its counter"


class RefusedForReason(Refused):
    """A refusal with the true reason, which stays in the municipality's own record of requests."""

    def __init__(self, refusal: str, detail: str, reason: str) -> None:
        super().__init__(refusal, detail)
        self.reason = reason


def check_order(order: Order, rules: Rules, now: datetime) -> None:
    """Check the order against what is offered; raises Refused `closed` or `binding_mismatch`."""
    rule = check_open(order.type, rules, now)
    if order.scope not in rule.scopes or not set(order.items) <= set(rule.items):
        raise Refused("binding_mismatch", "the order has a scope or an item that is not offered")
    years = rule.fiscal_years(now.astimezone(TOKYO).date()) if order.type == "income_tax" else (None,)
    if order.fiscal_year not in years:
        raise Refused("binding_mismatch", "the order has a fiscal year that is not offered")
    if not 1 <= order.copies <= rules.copies_max:
        raise Refused("binding_mismatch", f"the order has more than {rules.copies_max} copies, or none")
    if order.fee_yen != rule.fee_yen * order.copies:
        raise Refused("binding_mismatch", f"the fee is {rule.fee_yen} yen a copy")


def check_open(kind: str, rules: Rules, now: datetime) -> TypeRule:
    """Return the type's rule if it is issued now; raises Refused `closed`."""
    if rules.reason(now, kind) is not None:
        raise Refused("closed", "the municipality does not issue this type now")
    return rules.types[kind]


def check_holder(dossier: Dossier | None, kind: str, rules: Rules, now: datetime) -> Dossier:
    """Return the dossier if its holder may have certificates of this type; raises Refused with the reason."""
    today = now.astimezone(TOKYO).date()
    if dossier is None or (dossier.household is None and kind not in FAMILY_TYPES):
        if kind in FAMILY_TYPES:
            raise Refused("not_registered", "the holder lives elsewhere and has not registered for use")
        raise Refused("not_resident", "the municipality does not know the holder of this card")
    if dossier.household is not None and dossier.household.holder.moved_out_on is not None:
        raise Refused("moved_out", "the holder has left the municipality or has given notice of leaving")
    family = _check_family(dossier) if kind in FAMILY_TYPES else None
    if dossier.usable_after >= today:
        raise Refused("moved_in_today", "holder or card were registered today; certificates can be had from tomorrow")
    _check_support(dossier, family)
    holder = family.holder if family is not None else dossier.household.holder if dossier.household else None
    minimum = rules.minimum_age_of(kind)
    if holder is None or age_years(holder.birth_date, today) < minimum:
        raise Refused("under_age", f"this certificate is for holders of {minimum} years or more")
    if kind == "seal_registration" and dossier.seal is None:
        raise Refused("seal_not_registered", "no seal is registered, or the registration was cancelled")
    return dossier


def check_dossier(dossier: Dossier | None, order: Order, rules: Rules, now: datetime, transaction_id: str) -> Dossier:
    """Return the dossier if the holder may have just this certificate; raises Refused with the reason."""
    known = check_holder(dossier, order.type, rules, now)
    persons = chosen_persons(known, order, transaction_id)
    if any(it.support_measure for it in persons):
        raise RefusedForReason("other", _OTHER, "support_measure")
    if order.type == "income_tax":
        year = known.taxes.get(order.fiscal_year or 0)
        if year is None:
            raise Refused("tax_not_here", "the holder was not taxed here in this year")
        if not year.filed:
            raise Refused("tax_not_filed", "nothing was declared for this year")
    return known


def age_years(birth_date: date, today: date) -> int:
    """Completed years of age."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def _check_family(dossier: Dossier) -> Family:
    if dossier.family is None:
        if dossier.household is not None:
            raise Refused("domicile_elsewhere", "the registered domicile is in another municipality: choose that one")
        if dossier.registration is not None and dossier.registration.state == "requested":
            raise Refused("registration_pending", "the office has not decided on the registration for use yet")
        raise Refused("not_registered", "the holder lives elsewhere and has not registered for use")
    if dossier.family.change_pending:
        raise Refused("register_change_pending", "a change of the family register is being entered")
    if dossier.family.holder.removed_on is not None:
        raise RefusedForReason("other", _OTHER, "removed_from_register")
    return dossier.family


def _check_support(dossier: Dossier, family: Family | None) -> None:
    holders = [it for it in (dossier.household and dossier.household.holder, family and family.holder) if it]
    if any(it.support_measure for it in holders):
        raise RefusedForReason("other", _OTHER, "support_measure")
