"""What a municipality shows before anybody holds a card to the reader, and what it offers then: by the rules alone.

Not responsible for what a particular person may have (`office/decision.py`).
"""

from datetime import datetime

from hub.municipality.interface import Availability, Offer, TypeAvailability
from hub.municipality.registers.dossier import FAMILY_TYPES
from hub.municipality.rules.rules import TOKYO, Rules


def tell_availability(code: str, rules: Rules, now: datetime, operator: str) -> Availability:
    """Tell what the home screen shows at this operator."""
    reason = _reason(rules, now, operator, None)
    status = reason if reason in {"operator_not_contracted", "maintenance"} else "closed" if reason else "open"
    opens, closes = rules.hours_of()
    holders = ("resident", "domicile") if rules.registration else ("resident",)
    types = tuple(
        TypeAvailability(
            kind,
            rule.fee_yen,
            *rules.hours_of(kind),
            _reason(rules, now, operator, kind),
            holders if kind in FAMILY_TYPES else ("resident",),
        )
        for kind, rule in rules.types.items()
    )
    notice = rules.maintenance.notice if rules.maintenance is not None and now < rules.maintenance.ends else None
    return Availability(code, rules.name, rules.contact, opens, closes, status, types, notice, rules.registration)


def list_offers(rules: Rules, now: datetime, operator: str) -> tuple[Offer, ...]:
    """List every type at this operator, with the reason for those that cannot be ordered now."""
    today = now.astimezone(TOKYO).date()
    return tuple(
        Offer(
            kind,
            rule.fee_yen,
            rule.items,
            rule.scopes,
            rules.copies_max,
            rule.fiscal_years(today) if kind == "income_tax" else (),
            *rules.hours_of(kind),
            _reason(rules, now, operator, kind),
        )
        for kind, rule in rules.types.items()
    )


def _reason(rules: Rules, now: datetime, operator: str, kind: str | None) -> str | None:
    return "operator_not_contracted" if operator not in rules.operators else rules.reason(now, kind)
