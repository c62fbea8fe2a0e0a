"""The office's commands: the record of changes, decisions on registrations, people for load tests."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hub import migrations
from hub.__main__ import main
from hub.cose import verify1
from hub.municipality.registers.registrations import Wish, ask
from hub.municipality.setup import initialise_all, open_existing

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SERIAL = 0x1234


@pytest.fixture
def towns(tmp_path):
    initialise_all(tmp_path, {})
    return tmp_path


def run(data, command, *options):
    return main([command, "--data", str(data), *options])


def test_a_change_is_entered_and_printed(towns, capsys):
    wish = 'type:income_tax={"fee_yen": 300}'
    assert run(towns, "change", "--on", "2027-04-01", "--by", "係員", "--reason", "条例改正", wish) == 0
    assert run(towns, "changes") == 0
    told = capsys.readouterr().out
    assert "2027-04-01  条例改正  (係員)" in told
    assert "income_tax: fee_yen: 250 -> 300" in told
    assert run(towns, "changes", "--municipality", "999016") == 0
    assert "council decision: income tax certificates at kiosks" in capsys.readouterr().out
    assert run(towns, "changes", "--out", str(towns / "record.pdf")) == 0
    assert (towns / "record.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("wish", "told"),
    [("opens", "write NAME=JSON"), ("opens=08:00", "texts need quotes"), ("opning=1", "is no rule")],
)
def test_a_wrong_wish_is_named_with_its_remedy(towns, capsys, wish, told):
    assert run(towns, "change", "--on", "2027-04-01", "--by", "x", "--reason", "y", wish) == 1
    assert told in capsys.readouterr().err


def test_an_unknown_municipality_is_named_with_those_there_are(towns, capsys):
    assert run(towns, "changes", "--municipality", "123456") == 1
    assert "402231, 999016, 999024" in capsys.readouterr().err


def test_the_office_decides_on_a_registration(towns, capsys):
    register = open_existing(towns, "402231")
    born = datetime(1975, 8, 8, tzinfo=UTC).date()
    ask(register, SERIAL, "kiosk-0001", Wish("ホンセキ コガ", born, "09012345678"), NOON.date())
    register.dispose()
    assert run(towns, "registrations") == 0
    listed = capsys.readouterr().out
    number, person = listed.split()[0], listed.split("fits ")[1].split()[0]
    assert run(towns, "registrations", "--number", number, "--approve", person) == 1
    assert "--by NAME" in capsys.readouterr().err
    assert run(towns, "registrations", "--number", number, "--approve", person, "--by", "係員") == 0
    assert run(towns, "registrations") == 0
    assert number not in capsys.readouterr().out.replace(f"{number}: approved", "")
    assert run(towns, "registrations", "--number", number, "--reject", "not_found", "--by", "係員") == 1


def _before_steps(towns, change="SELECT 1") -> int:
    """Leave a register as it was before steps were recorded; returns how many residents it has."""
    register = open_existing(towns, "402231")
    with register.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql(change)
        residents = connection.exec_driver_sql("SELECT count(*) FROM residents").scalar()
    register.dispose()
    return residents


def test_a_register_from_before_steps_were_recorded_is_taken_with_all_its_people(towns):
    residents = _before_steps(towns)
    for _ in range(2):
        register = open_existing(towns, "402231")
        with register.connect() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"
            assert connection.exec_driver_sql("SELECT count(*) FROM residents").scalar() == residents > 0
        register.dispose()


def test_a_register_takes_the_steps_that_are_missing(towns, monkeypatch):
    asked = []
    monkeypatch.setattr(migrations, "HEADS", {"municipality": "0002"})
    monkeypatch.setattr(migrations, "_upgrade", lambda _, role: asked.append(role))
    open_existing(towns, "402231").dispose()
    assert asked == ["municipality"]


def test_a_register_of_an_older_version_is_refused_with_a_remedy(towns):
    _before_steps(towns, "ALTER TABLE seals RENAME COLUMN impression TO picture")
    with pytest.raises(ValueError, match="older version"):
        open_existing(towns, "402231")


def test_a_crowd_is_known_to_key_list_and_jpki_centre(data, capsys):
    sizes = ("--municipalities", "2", "--residents", "20", "--cards", "2")
    assert run(data, "populate", *sizes) == 0
    assert run(data, "populate", *sizes) == 0, "again without harm"
    assert "made 980005" in capsys.readouterr().err
    root = load_pem_public_key((data / "pki" / "root.pub.pem").read_bytes())
    listed = verify1((data / "pki" / "keys.cose").read_bytes(), root)["municipalities"]
    assert set(listed) == {"402231", "980005", "980013"}
    cards = json.loads((data / "crowd" / "980005" / "cards.json").read_text())
    assert len(cards) == 2
    serials = {x509.load_der_x509_certificate(base64.b64decode(it["certificate"])).serial_number for it in cards}
    register = open_existing(data, "980005")
    with register.connect() as connection:
        known = {int(row[0], 16) for row in connection.exec_driver_sql("SELECT serial FROM cards")}
    register.dispose()
    assert serials == known
