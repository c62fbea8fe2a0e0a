"""Takes lines of a kiosk's audit log, keeps them, and keeps what is wrong with them.

A log that is broken is kept all the same: it is evidence. Not responsible for the chain itself (`chain.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub import log
from hub.audit.chain import FIRST, Chain
from hub.audit.records import AuditFault, AuditLine, AuditStanding
from hub.clock import Clock
from hub.web.problem import Problem


@dataclass(frozen=True, slots=True)
class Told:
    """Lines that follow the line `after`, whose hash is `after_head`; `anew`: the log on the kiosk is another one."""

    after: int
    after_head: str
    lines: Sequence[str]
    anew: bool = False


class AuditLogs:
    """The received logs of all kiosks. Calls wait for the disk."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def standing(self, kiosk_id: str) -> tuple[int, str]:
        """Return how many lines are here, and the last one's hash."""
        with Session(self._engine) as session:
            found = session.get(AuditStanding, kiosk_id)
            return (found.lines, found.head) if found else (0, FIRST)

    def take(self, kiosk_id: str, told: Told, keys: Sequence[ec.EllipticCurvePublicKey]) -> tuple[int, str]:
        """Keep lines and faults; returns the new standing. What came before is answered again.

        Raises Problem `wrong-state` when the lines follow another line than the last one here.
        """
        try:
            with Session(self._engine) as session, session.begin():
                return self._take(session, kiosk_id, told, keys)
        except IntegrityError as error:  # the same lines at the same time
            raise Problem("wrong-state", "lines were taken at the same time; ask how far the log is here") from error

    def _take(
        self, session: Session, kiosk_id: str, told: Told, keys: Sequence[ec.EllipticCurvePublicKey]
    ) -> tuple[int, str]:
        now_s = int(self._clock().timestamp())
        at = session.get(AuditStanding, kiosk_id, with_for_update=True)
        if at is None:
            at = _empty(kiosk_id)
            session.add(at)
        if _again(session, at, told):
            return at.lines, at.head
        if told.anew and at.lines:
            text = f"begun anew after {at.lines} lines (head {at.head}): that log was cut off, changed or replaced"
            at.branch, at.lines, at.checkpoints, at.unsigned, at.head = at.branch + 1, 0, 0, 0, FIRST
            session.add(_fault(at, 0, text, now_s))
        if (told.after, told.after_head) != (at.lines, at.head):
            raise Problem("wrong-state", "the lines do not follow the last one here; ask how far the log is")
        chain = _chain_of(at)
        chain.follow(told.lines, keys)
        for number, line in enumerate(told.lines, start=at.lines + 1):
            session.add(AuditLine(kiosk_id=kiosk_id, branch=at.branch, number=number, line=line, received_at_s=now_s))
        session.add_all(_fault(at, number, text, now_s) for number, text in chain.faults)
        at.lines, at.head, at.checkpoints, at.unsigned = chain.lines, chain.head, chain.checkpoints, chain.unsigned
        at.key, at.told_at_s = _der(chain.key), now_s
        return at.lines, at.head


def _empty(kiosk_id: str) -> AuditStanding:
    return AuditStanding(
        kiosk_id=kiosk_id, branch=1, lines=0, checkpoints=0, unsigned=0, head=FIRST, key=None, told_at_s=0
    )


def _again(session: Session, at: AuditStanding, told: Told) -> bool:
    """Tell whether these very lines are the last ones here already: the answer to them was lost."""
    if not told.lines or told.after + len(told.lines) != at.lines:
        return False
    wanted = select(AuditLine.line).where(
        AuditLine.kiosk_id == at.kiosk_id, AuditLine.branch == at.branch, AuditLine.number > told.after
    )
    return list(session.scalars(wanted.order_by(AuditLine.number))) == list(told.lines)


def _fault(at: AuditStanding, line: int, text: str, now_s: int) -> AuditFault:
    log.event("audit_fault", kiosk_id=at.kiosk_id, line=line)
    return AuditFault(kiosk_id=at.kiosk_id, branch=at.branch, line=line, text=text, at_s=now_s)


def _chain_of(at: AuditStanding) -> Chain:
    key = load_der_public_key(at.key) if at.key else None
    known = key if isinstance(key, ec.EllipticCurvePublicKey) else None
    return Chain(at.kiosk_id, at.lines, at.head, at.checkpoints, at.unsigned, known)


def _der(key: ec.EllipticCurvePublicKey | None) -> bytes | None:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key else None
