"""The signer in a process of its own: the only one that reads the municipality's signing key.

Not responsible for what is checked (`signer.py`). Run as `python -m hub.municipality.signer_process CODE REGISTER KEY
CA`.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.municipality import frames
from hub.municipality.answer_signer import AnswerSigner
from hub.municipality.interface import IssueRequest, QueryRequest
from hub.municipality.register import open_register
from hub.municipality.signer import Signed, Signer
from hub.municipality.worker import WorkerProcess


class SignerProcess:
    """The signer as the office asks it, over a pipe."""

    def __init__(self, municipality: str, register: Path, key: Path, auth_ca: Path) -> None:
        paths = (str(it) for it in (register, key, auth_ca))
        self.worker = WorkerProcess("hub.municipality.signer_process", municipality, *paths)

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

    async def close(self) -> None:
        """End the process."""
        await self.worker.close()


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read the municipality's signing key (PEM); raises ValueError naming the file."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: the municipality's key must be Ed25519")  # noqa: TRY004 - a wrong file, not a type
    return key


def main() -> None:
    """Open key and register, then serve."""
    municipality, register, key, auth_ca = sys.argv[1:]
    signer = Signer(
        municipality,
        read_key(Path(key)),
        open_register(Path(register), read_only=True),
        x509.load_pem_x509_certificate(Path(auth_ca).read_bytes()),
    )

    signer.warm_up()
    answers = AnswerSigner(signer)

    def answer(request: Mapping[str, Any]) -> dict[str, Any]:
        now = datetime.fromtimestamp(request["now_s"], UTC)
        if "query" in request:
            return asdict(answers.answer(QueryRequest(**request["query"]), request["pdf"], request["choices"], now))
        wanted = IssueRequest(**request["request"])
        return asdict(signer.sign(wanted, request["document_id"], request["pdf"], now))

    frames.serve(answer)


if __name__ == "__main__":
    main()
