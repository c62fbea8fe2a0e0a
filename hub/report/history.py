"""A year of plausible orders, so that the review can be looked at: seeded, and marked as test data in the records.

Invented from beginning to end; the same seed gives the same year. It goes only into records that hold no order, and the
review of such records says that it is a test. Not responsible for real history: that comes from kiosks.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.centre.decisions import Decision
from hub.centre.hours import TOKYO, centre_is_open
from hub.centre.records import Order, Stop, Transaction
from hub.ledger.charges import fiscal_year_days
from hub.ledger.posting import entries_for
from hub.ledger.records import KioskAlarm, LedgerEntry
from hub.ledger.tariffs import Tariffs
from hub.report.year import TEST_DATA

_TYPES = {  # type: share, fee of a copy (Koga's), chances of 1, 2, 3 sheets
    "resident_record": (48, 250, (92, 7, 1)),
    "seal_registration": (30, 250, (100, 0, 0)),
    "income_tax": (12, 250, (100, 0, 0)),
    "family_register": (7, 400, (35, 45, 20)),
    "family_register_supplement": (3, 250, (80, 20, 0)),
}
_HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 8, 8, 11, 9, 7, 7, 8, 9, 11, 10, 7, 4, 2, 0)
_MONTHS = {4: 11, 5: 8, 6: 8, 7: 8, 8: 7, 9: 8, 10: 8, 11: 7, 12: 7, 1: 7, 2: 9, 3: 14}
_STORES = (
    ("古賀駅前店", "seven_eleven", 24),
    ("花見南店", "family_mart", 17),
    ("舞の里店", "lawson", 15),
    ("千鳥店", "seven_eleven", 13),
    ("ししぶ駅店", "family_mart", 11),
    ("青柳店", "lawson", 8),
    ("小竹店", "ministop", 7),
    ("薦野店", "seven_eleven", 5),
)
# How an order ends: chance in a thousand, the states on the way, the cause.
_ENDS = (
    (951, ("paid", "printed", "taken"), None),
    (28, ("cancelled",), "person"),
    (8, ("paid", "cancelled"), "person"),
    (3, ("cancelled",), "not_fetched"),
    (7, ("paid", "refunded"), None),
    (3, ("paid", "printed", "voided"), "left_behind"),
)
_NO_DOCUMENT = {"person": 50, "timeout": 30, "card": 10, "municipality-timeout": 6, "hub": 4}
_FAULTS = {"paper_out": 40, "cover_open": 20, "hub_down": 25, "printer_offline": 10, "coin_fault": 5}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make: `documents` requested in the fiscal year, from the random `seed`."""

    municipality: str
    fiscal_year: int
    documents: int
    seed: int


def make_history(engine: Engine, wanted: Wanted, tariffs: Tariffs) -> dict[str, str]:
    """Fill empty records; returns kiosk -> name of its place. Raises ValueError if there are orders already."""
    chance = random.Random(wanted.seed)  # noqa: S311 - not for secrets: the same seed gives the same year
    begins = datetime.combine(fiscal_year_days(wanted.fiscal_year)[0], time(), TOKYO)
    with Session(engine) as session, session.begin():
        if session.scalar(select(Order).limit(1)) is not None:
            raise ValueError("there are orders in these records: a test history goes into a new data directory only")
        for at in _moments(chance, wanted):
            session.add_all(_visit(chance, wanted, at, tariffs))
        session.add_all(_troubles(chance, begins))
        reason = f"invented history, seed {wanted.seed}, {wanted.documents} documents"
        told = {"person": "hub history", "action": TEST_DATA, "subject": wanted.municipality, "reason": reason}
        session.add(Decision(at_s=int(begins.timestamp()), **told))
    return {f"kiosk-{number:04}": store[0] for number, store in enumerate(_STORES, start=1)}


def _moments(chance: random.Random, wanted: Wanted) -> Iterator[datetime]:
    """Choose when each person comes: more in March and April, at noon and after work, never while closed."""
    first, after = fiscal_year_days(wanted.fiscal_year)
    days = [first + timedelta(days=it) for it in range((after - first).days)]
    weights = [_MONTHS[it.month] * (1.1 if it.weekday() < 5 else 0.8) for it in days]  # noqa: PLR2004 - Saturday
    found: list[datetime] = []
    while len(found) < wanted.documents:
        at = _moment(chance, chance.choices(days, weights)[0])
        if centre_is_open(at) and centre_is_open(at + timedelta(minutes=15)):
            found.append(at)
    return iter(sorted(found))


def _moment(chance: random.Random, day: date) -> datetime:
    hour = chance.choices(range(24), _HOURS)[0]
    return datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), TOKYO)


def _visit(
    chance: random.Random, wanted: Wanted, at: datetime, tariffs: Tariffs
) -> Iterator[Transaction | Order | LedgerEntry | KioskAlarm]:
    number = chance.choices(range(len(_STORES)), [it[2] for it in _STORES])[0]
    opened = _transaction(chance, wanted, number, at)
    yield opened
    if chance.random() < 0.12:  # noqa: PLR2004 - one in eight ends before there is a document
        before = _transaction(chance, wanted, number, at - timedelta(minutes=4))
        before.cause = chance.choices([*_NO_DOCUMENT], [*_NO_DOCUMENT.values()])[0]
        before.state = "cancelled"
        yield before
    order, way = _order(chance, opened)
    yield order
    there: dict[str, int] = {}
    seconds = {"paid": (20, 60), "printed": (10, 30), "taken": (3, 25), "voided": (120, 1500)}
    for state in way:
        order.state = state
        order.changed_at_s += chance.randint(*seconds.get(state, (5, 120)))
        for entry in entries_for(order, there, opened.operator, tariffs):
            there[entry.kind] = entry.amount_yen
            yield entry
    if order.cause == "left_behind":
        yield _alarm(
            order.kiosk_id, "alarm", "left_behind_paper", order.changed_at_s - 100, 100 + chance.randint(0, 900)
        )
    opened.state = "cancelled" if order.state == "cancelled" else "finished"
    opened.cause = order.cause if order.state == "cancelled" else "order"


def _transaction(chance: random.Random, wanted: Wanted, number: int, at: datetime) -> Transaction:
    return Transaction(
        id=f"{chance.getrandbits(128):032x}",
        kiosk_id=f"kiosk-{number + 1:04}",
        municipality=wanted.municipality,
        operator=_STORES[number][1],
        head_dots=576,
        state="finished",
        cause=None,
        centre_nonce=b"",
        opened_at_s=int(at.timestamp()),
        expires_at_s=int(at.timestamp()) + 600,
    )


def _order(chance: random.Random, opened: Transaction) -> tuple[Order, tuple[str, ...]]:
    kind = chance.choices([*_TYPES], [it[0] for it in _TYPES.values()])[0]
    _, fee_yen, pages = _TYPES[kind]
    copies = chance.choices((1, 2, 3), (86, 11, 3))[0]
    _, way, cause = chance.choices(_ENDS, [it[0] for it in _ENDS])[0]
    begun_s = opened.opened_at_s + chance.randint(60, 240)
    order = Order(
        document_id=f"{chance.getrandbits(128):032x}",
        transaction_id=opened.id,
        kiosk_id=opened.kiosk_id,
        municipality=opened.municipality,
        type=kind,
        copies=copies,
        sheets=chance.choices((1, 2, 3), pages)[0],
        fee_yen=fee_yen * copies,
        layers=b"",
        state="document_held",
        cause=cause,
        opened_at_s=begun_s,
        changed_at_s=begun_s,
    )
    return order, way


def _troubles(chance: random.Random, begins: datetime) -> Iterator[KioskAlarm | Stop | Decision]:
    """Make cards that were left, faults of devices, and one kiosk that was stopped and resumed."""
    for _ in range(chance.randint(15, 25)):
        yield _some_alarm(chance, begins, "alarm", "left_behind_card", 600)
    for _ in range(chance.randint(30, 60)):
        yield _some_alarm(chance, begins, "fault", chance.choices([*_FAULTS], [*_FAULTS.values()])[0], 7200)
    since_s = int((begins + timedelta(days=chance.randint(30, 300), hours=11)).timestamp())
    lifted = {"lifted_at_s": since_s + 5400, "lifted_reason": "記録を確認。端末の時計のずれが原因で、調整した"}
    yield Stop(kind="kiosk", subject="kiosk-0003", cause="unconfirmed:issued_at", since_s=since_s, **lifted)
    told = {"person": "見本　花子", "action": "resumed", "subject": "kiosk-0003", "reason": lifted["lifted_reason"]}
    yield Decision(at_s=since_s + 5400, **told)


def _some_alarm(chance: random.Random, begins: datetime, kind: str, code: str, longest_s: int) -> KioskAlarm:
    at_s = int(begins.timestamp()) + chance.randrange(360 * 86400)
    kiosk = f"kiosk-{chance.randint(1, len(_STORES)):04}"
    return _alarm(kiosk, kind, code, at_s, chance.randint(20, longest_s))


def _alarm(kiosk_id: str, kind: str, code: str, at_s: int, lasts_s: int) -> KioskAlarm:
    return KioskAlarm(kiosk_id=kiosk_id, kind=kind, code=code, began_at_s=at_s, ended_at_s=at_s + lasts_s)
