"""Making and opening Koga's issuing server in a data directory; the names the hub's command line calls.

Not responsible for certificates of cards (`hub init` makes them) nor for any rule. Never overwrites a register or a
key. Paths: `docs/reference/hub-protocol.md`, "Data directory".
"""

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.clock import Clock, utc_now
from hub.municipality import koga
from hub.municipality.interface import Municipality
from hub.municipality.office import Office
from hub.municipality.register import Base, Card, RuleChange, open_register, writing
from hub.municipality.renderer import RendererProcess
from hub.municipality.rules import TOKYO, Change, check_hours, rules_on
from hub.municipality.sample_register import resident_id, sample_households
from hub.municipality.signer_process import SignerProcess, read_key

_LONG_REGISTERED = date(2024, 4, 1)


def register_path(data: Path) -> Path:
    """Return where the register of residents is."""
    return data / f"municipality-{koga.CODE}.sqlite"


def key_path(data: Path) -> Path:
    """Return where the signing key is."""
    return data / "pki" / f"municipality-{koga.CODE}.key"


def initialise(data: Path, serials: Mapping[str, int], *, clock: Clock = utc_now) -> bytes:
    """Make register and key where they do not exist; return the raw public key. `serials`: citizen -> serial."""
    if not key_path(data).exists():
        _make_key(key_path(data))
    if not register_path(data).exists():
        seed(register_path(data), serials, clock().astimezone(TOKYO).date())
    return read_key(key_path(data)).public_key().public_bytes_raw()


def seed(path: Path, serials: Mapping[str, int], today: date) -> None:
    """Fill a new register with the sample households and the citizens' cards; complete or not there at all."""
    unfinished = path.with_name(f"{path.name}.new")
    for left in unfinished.parent.glob(f"{unfinished.name}*"):
        left.unlink()
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
    engine = open_register(unfinished)
    Base.metadata.create_all(engine)
    with writing(engine) as session, session.begin():
        session.add_all(sample_households(today))
        session.flush()
        for citizen, serial in serials.items():
            register_card(session, citizen, serial)
    engine.dispose()
    unfinished.replace(path)


def register_card(session: Session, citizen: str, serial: int, registered_on: date = _LONG_REGISTERED) -> None:
    """Enter the serial number of a sample citizen's authentication certificate; it is usable from the next day."""
    session.add(Card(serial=f"{serial:x}", resident_id=resident_id(citizen), registered_on=registered_on))


async def open_municipality(
    data: Path, *, always_open: bool = False, hours: tuple[str, str] = ("06:30", "23:00"), clock: Clock = utc_now
) -> Municipality:
    """Open the register and start renderer and signer, warm; hours that differ from the last are a dated change."""
    register = open_register(register_path(data), read_only=False)
    record_hours(register, clock().astimezone(TOKYO).date(), always_open=always_open, hours=hours)
    auth_ca = data / "pki" / "jpki" / "auth-ca.pem"
    renderer = RendererProcess()
    signer = SignerProcess(koga.CODE, register_path(data), key_path(data), auth_ca)
    certificate = x509.load_pem_x509_certificate(auth_ca.read_bytes())
    office = Office(
        koga.CODE,
        changes=all_changes(register),
        register=register,
        auth_ca=certificate,
        renderer=renderer,
        signer=signer,
        clock=clock,
    )
    try:
        await asyncio.gather(renderer.worker.start(), signer.worker.start())
    except BaseException:
        await office.close()
        raise
    return office


def all_changes(register: Engine) -> tuple[Change, ...]:
    """List the dated changes: those of `koga.py`, then those entered in the register."""
    with Session(register) as session, session.begin():
        entered = session.scalars(select(RuleChange).order_by(RuleChange.id)).all()
        return (*koga.CHANGES, *(Change(it.on, json.loads(it.sets), it.reason) for it in entered))


def record_hours(register: Engine, today: date, *, always_open: bool, hours: tuple[str, str]) -> None:
    """Enter a dated change if the hours are not those in force; raises ValueError for impossible hours."""
    check_hours(*hours)
    wanted = {"always_open": always_open, "opens": hours[0], "closes": hours[1]}
    in_force = rules_on(today, all_changes(register))
    sets = {name: value for name, value in wanted.items() if getattr(in_force, name) != value}
    if sets:
        with writing(register) as session, session.begin():
            reason = "trial hours: open at all times" if always_open else "hours of the hub's settings"
            session.add(RuleChange(on=today, sets=json.dumps(sets), reason=reason))


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(pem)
