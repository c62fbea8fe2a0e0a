"""Making and opening municipalities' issuing servers in a data directory; the names the hub's command line calls.

Not responsible for certificates of cards (`hub init` makes them) nor for any rule. Never overwrites a register or a
key. Paths: `docs/reference/hub-protocol.md`, "Data directory".
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hub.clock import Clock, utc_now
from hub.migrations import OlderDatabase
from hub.municipality.interface import Municipality
from hub.municipality.office.office import Office
from hub.municipality.registers.register import Base, Card, open_register, writing
from hub.municipality.registers.tables import bring_registers_up_to_date, make_tables
from hub.municipality.renderer.renderer import MODULE as RENDERER
from hub.municipality.renderer.renderer import RendererProcess
from hub.municipality.rules.changes import all_changes, record_hours
from hub.municipality.rules.rules import TOKYO
from hub.municipality.samples import koga
from hub.municipality.samples.citizens import CITIZENS
from hub.municipality.samples.sample_register import resident_id, sample_entries
from hub.municipality.samples.towns import TOWNS
from hub.municipality.signer.signer_process import ANY, SignerProcess, read_key, signer_worker
from hub.municipality.workers.pool import WorkerPool
from hub.municipality.workers.worker import WorkerProcess

Shared = tuple[RendererProcess, SignerProcess]
_LONG_REGISTERED = date(2024, 4, 1)


def register_path(data: Path, code: str = koga.CODE) -> Path:
    """Return where a municipality's registers are."""
    return data / f"municipality-{code}.sqlite"


def key_path(data: Path, code: str = koga.CODE) -> Path:
    """Return where a municipality's signing key is."""
    return data / "pki" / f"municipality-{code}.key"


def codes_in(data: Path) -> list[str]:
    """List the municipalities that have registers here."""
    return sorted(it.stem.removeprefix("municipality-") for it in data.glob("municipality-*.sqlite"))


def initialise_all(data: Path, serials: Mapping[str, int]) -> dict[str, bytes]:
    """Make all of `TOWNS` where they do not exist; returns each one's raw public key."""
    return {code: initialise(data, serials, code) for code in TOWNS}


def initialise(data: Path, serials: Mapping[str, int], code: str = koga.CODE, *, clock: Clock = utc_now) -> bytes:
    """Make registers and key where they do not exist; return the raw public key.

    `serials`: citizen -> serial number; those of other towns are left out.
    """
    if not register_path(data, code).exists():
        here = {it.name for it in CITIZENS if it.town == code}
        cards = [
            Card(serial=f"{serial:x}", resident_id=resident_id(name), registered_on=_LONG_REGISTERED)
            for name, serial in serials.items()
            if name in here
        ]
        seed(register_path(data, code), [*sample_entries(code, clock().astimezone(TOKYO).date()), *cards])
    return make_key(data, code)


def make_key(data: Path, code: str) -> bytes:
    """Make the signing key where it does not exist; returns the raw public key."""
    path = key_path(data, code)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem)
    return read_key(path).public_key().public_bytes_raw()


def seed(path: Path, entries: Iterable[Base]) -> None:
    """Fill new registers with these entries; complete or not there at all."""
    unfinished = path.with_name(f"{path.name}.new")
    for left in unfinished.parent.glob(f"{unfinished.name}*"):
        left.unlink()
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY, 0o600))
    engine = open_register(unfinished)
    make_tables(engine)
    with writing(engine) as session, session.begin():
        add_entries(session, entries)
    engine.dispose()
    unfinished.replace(path)


def add_entries(session: Session, entries: Iterable[Base]) -> None:
    """Enter households first, since the others point to residents."""
    later: list[Base] = []
    for entry in entries:
        if entry.__tablename__ == "households":
            session.add(entry)
        else:
            later.append(entry)
    session.flush()
    session.add_all(later)
    session.flush()


def shared_workers(data: Path, workers: int) -> Shared:
    """Make pools of renderers and signers that serve all municipalities here."""
    auth_ca = data / "pki" / "jpki" / "auth-ca.pem"
    paths = (register_path(data, "{code}"), key_path(data, "{code}"), auth_ca)
    renderers = WorkerPool(lambda: WorkerProcess(RENDERER), workers)
    signers = WorkerPool(lambda: signer_worker(ANY, *paths), workers)
    return RendererProcess(renderers), SignerProcess(signers)


async def open_all(
    data: Path, *, always_open: bool, hours: tuple[str, str], shared_by_all: int = 0
) -> list[Municipality]:
    """Open every municipality that has registers here; `hours` are Koga's, and only Koga is started warm.

    `shared_by_all`: that many renderers and signers serve all; 0 gives each municipality its own.
    """
    opened: list[Municipality] = []
    shared = shared_workers(data, shared_by_all) if shared_by_all else None
    try:
        for code in codes_in(data):
            own = hours if code == koga.CODE else None
            warm = code == koga.CODE
            opened.append(
                await open_municipality(data, code, hours=own, always_open=always_open, warm=warm, shared=shared)
            )
    except BaseException:
        for each in opened:
            await each.close()
        raise
    return opened


async def open_municipality(
    data: Path,
    code: str = koga.CODE,
    *,
    hours: tuple[str, str] | None = None,
    always_open: bool = False,
    warm: bool = True,
    clock: Clock = utc_now,
    shared: Shared | None = None,
) -> Municipality:
    """Open the registers; `warm`: start renderer and signer now, not when first needed; `shared`: use these.

    `hours` and `always_open` that differ from the last are a dated change.
    """
    register = open_existing(data, code)
    first = TOWNS.get(code, ())
    now = clock()
    record_hours(register, first, now, now.astimezone(TOKYO).date(), always_open=always_open, hours=hours)
    auth_ca = data / "pki" / "jpki" / "auth-ca.pem"
    renderer, signer = shared or (
        RendererProcess(),
        SignerProcess(signer_worker(code, register_path(data, code), key_path(data, code), auth_ca)),
    )
    office = Office(
        code,
        changes=all_changes(register, first),
        register=register,
        auth_ca=x509.load_pem_x509_certificate(auth_ca.read_bytes()),
        renderer=renderer,
        signer=signer,
        clock=clock,
    )
    try:
        if warm:
            await asyncio.gather(renderer.worker.start(), signer.worker.start())
    except BaseException:
        await office.close()
        raise
    return office


def open_existing(data: Path, code: str) -> Engine:
    """Open a municipality's registers; raises FileNotFoundError or ValueError with the remedy."""
    path = register_path(data, code)
    if not path.exists():
        there = ", ".join(codes_in(data)) or "none"
        raise FileNotFoundError(f"{path} is missing; municipalities in {data}: {there}")
    engine = open_register(path)
    try:
        bring_registers_up_to_date(engine)
    except OlderDatabase:
        engine.dispose()
        raise
    return engine
