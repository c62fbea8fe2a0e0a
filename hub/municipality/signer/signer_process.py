"""The signer in a process of its own: the only one that reads the municipality's signing key.

Not responsible for what is checked (`signer.py`). Run as `python -m hub.municipality.signer.signer_process CODE
REGISTER KEY CA`. Where many municipalities share some processes, CODE is `any`, and the paths have `{code}` where it
belongs.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.municipality.interface import IssueRequest, QueryRequest, Refused
from hub.municipality.registers.register import open_register
from hub.municipality.signer import limits
from hub.municipality.signer.answer_signer import AnswerSigner
from hub.municipality.signer.readings import READINGS
from hub.municipality.signer.signer import Signed, Signer
from hub.municipality.workers import frames
from hub.municipality.workers.pool import WorkerPool
from hub.municipality.workers.worker import WorkerProcess

ANY = "any"
SIGNERS_MAX = 128  # registers open at once
_CODE = re.compile(r"[0-9]{6}")


class SignerProcess:
    """The signer as the office asks it, over a pipe."""

    def __init__(self, worker: WorkerProcess | WorkerPool) -> None:
        self.worker = worker

    async def sign(self, request: IssueRequest, document_id: str, pdf: bytes, now: datetime) -> Signed:
        """Have a finished page checked and signed; raises Refused."""
        answer = await self.worker.ask(
            {"request": asdict(request), "document_id": document_id, "pdf": pdf, "now_s": int(now.timestamp())}
        )
        return Signed(answer["statement"], answer["pages"])

    async def answer(self, request: QueryRequest, pdf: bytes, choices: Mapping[str, Any], now: datetime) -> Signed:
        """Have an answer made from the registers and signed; raises Refused."""
        answer = await self.worker.ask(
            {"query": asdict(request), "choices": dict(choices), "pdf": pdf, "now_s": int(now.timestamp())}
        )
        return Signed(answer["statement"], answer["pages"])

    async def read_ahead(self, pdf: bytes, head_dots: int) -> None:
        """Have a finished page read that will soon be signed; returns when it is begun."""
        await self.worker.ask({"ahead": pdf, "head_dots": head_dots})

    async def close(self) -> None:
        """End the process."""
        await self.worker.close()


def signer_worker(municipality: str, register: Path, key: Path, auth_ca: Path) -> WorkerProcess:
    """Return a signer's process of one municipality, or of `any`."""
    return WorkerProcess(
        "hub.municipality.signer.signer_process", municipality, *(str(it) for it in (register, key, auth_ca))
    )


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read the municipality's signing key (PEM); raises ValueError naming the file."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: the municipality's key must be Ed25519")  # noqa: TRY004 - a wrong file, not a type
    return key


def main() -> None:
    """Open key and register, then serve."""
    municipality, register, key, ca = sys.argv[1:]
    auth_ca = x509.load_pem_x509_certificate(Path(ca).read_bytes())

    @lru_cache(SIGNERS_MAX)
    def signer_of(code: str) -> Signer:
        if code != municipality and (municipality != ANY or not _CODE.fullmatch(code)):
            raise Refused("binding_mismatch", "the request is for another municipality")
        opened = open_register(Path(register.format(code=code)), read_only=True)
        return Signer(code, read_key(Path(key.format(code=code))), opened, auth_ca)

    if municipality != ANY:
        signer_of(municipality).warm_up()

    def answer(request: Mapping[str, Any]) -> dict[str, Any]:
        if "ahead" in request:
            READINGS.begin_ahead(request["ahead"], request["head_dots"])
            return {}
        now = datetime.fromtimestamp(request["now_s"], UTC)
        if "query" in request:
            asked = QueryRequest(**request["query"])
            signer = AnswerSigner(signer_of(asked.municipality))
            return asdict(signer.answer(asked, request["pdf"], request["choices"], now))
        wanted = IssueRequest(**request["request"])
        return asdict(signer_of(wanted.municipality).sign(wanted, request["document_id"], request["pdf"], now))

    limits.limit()
    frames.serve(answer)


if __name__ == "__main__":
    main()
