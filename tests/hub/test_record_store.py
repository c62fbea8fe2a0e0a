"""The centre's tables on SQLite and on PostgreSQL: the same steps, the same rules, two writers never both win."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from hub.centre.held import HeldCard, Processes, open_held
from hub.centre.orders import Orders
from hub.centre.records import Order, Transaction, open_records
from hub.centre.sessions import CardSession, Sessions
from hub.centre.statement import Expectation
from hub.centre.stops import Stops
from hub.centre.transactions import Transactions
from hub.database import is_shared, not_awaited, open_database, reading
from hub.migrations import HEADS, OlderDatabase, bring_up_to_date, configuration
from hub.migrations.models import metadata_of
from hub.web.problem import Problem

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
CARD = CardSession(
    clerk_nonce=b"n" * 32,
    signing_key=b"s" * 32,
    encryption_key=b"e" * 32,
    certificate_der=b"the certificate",
    signature=b"g" * 256,
    card_fingerprint=b"f" * 32,
    expected=Expectation({"v": 2, "persons": ["0" * 32], "head_dots": 576}, 576, "resident_record"),
)


@pytest.fixture(params=BOTH)
def place(request, tmp_path):
    """Where a new database can be: a file, or a URL."""
    if request.param == "sqlite":
        return tmp_path / "records.sqlite"
    return request.getfixturevalue("postgresql_server").database()


@pytest.fixture
def records(place):
    engine = open_records(place)
    yield engine
    engine.dispose()


@pytest.fixture
def again(place, records):
    """A second process's view of the same records."""
    engine = open_records(place)
    yield engine
    engine.dispose()


def clock() -> datetime:
    return NOW


def opened(engine) -> Transaction:
    return Transactions(engine, clock).open("kiosk-0001", "402231", "seven_eleven", 576, 600)


def held_order(engine, document_id: str = "d" * 32) -> Transaction:
    transactions = Transactions(engine, clock)
    row = opened(engine)
    transactions.move(row.id, {"opened"}, "ordering")
    order = Order(
        document_id=document_id,
        transaction_id=row.id,
        kiosk_id="kiosk-0001",
        municipality="402231",
        type="resident_record",
        copies=1,
        sheets=1,
        fee_yen=250,
        layers=b"layers",
        state="document_held",
        cause=None,
        opened_at_s=0,
        changed_at_s=0,
    )
    return transactions.hold_document(row.id, order)


@pytest.mark.parametrize("role", HEADS)
def test_the_steps_make_what_the_models_say(place, role):
    engine = open_database(place)
    for _ in range(2):  # the second time there is nothing to do
        bring_up_to_date(engine, role)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata_of(role))
        assert found == [], "a table was changed without a step: see hub/migrations/__init__.py"
        assert ScriptDirectory.from_config(configuration(role, connection)).get_current_head() == HEADS[role]
    engine.dispose()


def test_a_database_without_recorded_steps_is_refused(place):
    engine = open_database(place)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE transactions (id TEXT)"))
    with pytest.raises(OlderDatabase, match="python -m hub init"):
        bring_up_to_date(engine, "centre")
    engine.dispose()


def test_of_two_processes_that_move_a_transaction_one_is_told_that_it_lost(records, again):
    row = opened(records)
    with Session(again) as late:
        seen = late.get_one(Transaction, row.id)
        late.expunge(seen)
        late.rollback()
        Transactions(records, clock).move(row.id, {"opened"}, "card_checked")
        late.add(seen)
        seen.state = "cancelled"
        with pytest.raises(StaleDataError):
            late.commit()
    found = Transactions(again, clock).find(row.id, "kiosk-0001")
    assert (found.state, found.version) == ("card_checked", row.version + 1)


def test_a_nonce_is_used_once_whoever_asks(records, again):
    Transactions(records, clock).use_nonce(b"n" * 32)
    with pytest.raises(Problem, match="nonce-reused"):
        Transactions(again, clock).use_nonce(b"n" * 32)


def test_a_document_id_that_comes_twice_is_a_mismatch(records, again):
    held_order(records)
    with pytest.raises(Problem, match="binding-mismatch"):
        held_order(again)
    assert Orders(records, clock).counts().requested == 1


def test_an_order_changes_by_version_only(records, again):
    held_order(records)
    Orders(records, clock).change("d" * 32, "kiosk-0001", "paid", 1)
    with pytest.raises(Problem, match="stale-version"):
        Orders(again, clock).change("d" * 32, "kiosk-0001", "refunded", 1)
    assert Orders(again, clock).find("d" * 32, "kiosk-0001").state == "paid"


def test_a_stop_is_in_force_for_every_process(records, again):
    Stops(records, clock).stop_type("402231", "resident_record", "statement:pages")
    with pytest.raises(Problem, match="type-stopped"):
        Stops(again, clock).require_type("402231", "resident_record")
    assert Stops(again, clock).lift("402231/resident_record", "looked into", "Ito") == 1
    Stops(records, clock).require_type("402231", "resident_record")


def test_what_is_held_comes_back_as_it_was_and_can_be_read_with_the_secret_only(records):
    held = open_held(records)
    sessions = Sessions(held, b"k" * 32, "one")
    sessions.keep_card("a" * 32, CARD)
    assert sessions.card("a" * 32) == CARD
    assert sessions.card("b" * 32) is None
    with Session(held) as session:
        lying = session.get_one(HeldCard, "a" * 32).sealed
        assert CARD.certificate_der not in lying
        assert CARD.clerk_nonce not in lying
    with pytest.raises(InvalidTag):
        Sessions(held, b"x" * 32, "two").card("a" * 32)
    with Session(held) as session, session.begin():
        session.add(HeldCard(transaction_id="b" * 32, sealed=lying, worked_on_by=None))
    with pytest.raises(InvalidTag):
        sessions.card("b" * 32)  # another transaction's
    held.dispose()


def test_a_held_document_is_taken_once_and_not_after_its_time(records):
    held = open_held(records)
    sessions = Sessions(held, b"k" * 32, "one")
    for _ in range(2):  # again: it takes the place of the first
        sessions.keep_document("a" * 32, b"sealed", NOW + timedelta(seconds=120))
    assert [sessions.take_document("a" * 32, NOW) for _ in range(2)] == [b"sealed", None]
    sessions.keep_document("a" * 32, b"sealed", NOW + timedelta(seconds=120))
    late = NOW + timedelta(seconds=121)
    assert list(sessions.not_fetched(late)) == ["a" * 32]
    assert sessions.take_document("a" * 32, late) is None
    assert sessions.document_ids() == []
    held.dispose()


def test_work_of_a_dead_process_is_found(records):
    held = open_held(records)
    now = [NOW]
    dead, living = (Processes(held, lambda: now[0]) for _ in range(2))
    dead.beat()
    sessions = Sessions(held, b"k" * 32, dead.own)
    sessions.keep_card("a" * 32, CARD)
    sessions.work_on("a" * 32)
    assert list(sessions.abandoned(living.alive())) == []
    now[0] += timedelta(seconds=6)
    living.beat()
    assert living.alive() == {living.own}
    assert list(sessions.abandoned(living.alive())) == ["a" * 32]
    sessions.work_done("a" * 32)
    assert list(sessions.abandoned(living.alive())) == []
    held.dispose()


WRITE = text("INSERT INTO used_nonces (digest, used_at_s) VALUES ('n', 1)")
COUNT = text("SELECT count(*) FROM used_nonces")


def waits_for_disk(connection) -> bool:
    if is_shared(connection.engine):
        return connection.scalar(text("SHOW synchronous_commit")) == "on"
    return connection.scalar(text("PRAGMA synchronous")) == 2  # FULL


@pytest.fixture
def patient(records):
    """Records whose one connection waits for the disk; the tests' own PostgreSQL does not, so as to be quick."""
    if is_shared(records):
        with records.begin() as connection:
            connection.execute(text("SET synchronous_commit TO on"))
    return records


def test_a_write_that_is_not_awaited_is_seen_at_once_and_the_next_is_awaited_again(patient, again):
    with not_awaited(patient) as connection:
        assert not waits_for_disk(connection)
        connection.execute(WRITE)
    with reading(again) as connection:
        assert connection.scalar(COUNT) == 1
    with patient.begin() as connection:
        assert waits_for_disk(connection)


def write_unawaited(engine):
    with not_awaited(engine) as connection:
        connection.execute(WRITE)


def test_a_write_that_is_not_awaited_and_fails_leaves_nothing(patient):
    write_unawaited(patient)
    with pytest.raises(IntegrityError):
        write_unawaited(patient)
    with patient.begin() as connection:
        assert waits_for_disk(connection)
        assert connection.scalar(COUNT) == 1
