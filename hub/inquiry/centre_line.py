"""The site's line to the centre: what became of a document, and one more check of it counted.

HTTPS with the site's own client certificate. Not responsible for what the answer means.
Source: `docs/reference/inquiry.md`, "Between site and centre".
"""

import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.base64url import from_base64url
from hub.cose import BadSignature, peek_kid, verify1
from hub.signed_code.verdict import CentreKeys

ANSWER_S = 10.0


class CentreDown(Exception):
    """The centre gives no answer, or one that is none."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    document_id: str
    municipality: str
    type: str
    issued_at_s: int
    sheets: int
    state: str
    checks: int
    layers: str
    municipality_name: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A document in the centre's book; `checks` with this one; `layers` is the record the centre signed over it.

    `municipality` is its code, `municipality_name` has `ja` and `en`, or is None while the centre does not know it.
    """

    document_id: str
    municipality: str
    type: str
    issued_at_s: int
    sheets: int
    state: str
    checks: int
    layers: dict[str, object]
    municipality_name: Mapping[str, str] | None = None


class Book(Protocol):
    """Where documents stand."""

    async def check(self, document_id: str) -> Standing | None:
        """Return where a document stands and count the check; None if it was never issued. Raises CentreDown."""
        ...


class CentreLine:
    """The centre's book over HTTPS."""

    def __init__(self, url: str, tls: ssl.SSLContext, centre_keys: CentreKeys) -> None:
        self._keys = centre_keys
        self._http = httpx.AsyncClient(base_url=url, verify=tls, trust_env=False, timeout=ANSWER_S)

    async def check(self, document_id: str) -> Standing | None:
        """Return where a document stands and count the check; None if it was never issued. Raises CentreDown."""
        path = f"/v1/checks/{secrets.token_hex(16)}"
        try:
            answer = await self._http.put(path, json={"document_id": document_id})
            if answer.status_code == HTTPStatus.NOT_FOUND and answer.json().get("code") == "unknown-order":
                return None
            answer.raise_for_status()
            told = _Answer.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            raise CentreDown(f"the centre gave no answer ({type(error).__name__})") from error
        if told.document_id != document_id:
            raise CentreDown("the centre answered about another document")
        return Standing(**told.model_dump(exclude={"layers"}), layers=self._layers(told.layers, document_id))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _layers(self, text: str, document_id: str) -> dict[str, object]:
        """Check the signature of the record: the site draws what it says."""
        try:
            data = from_base64url(text)
            layers = verify1(data, self._keys[peek_kid(data)])
        except (BadSignature, KeyError, ValueError) as error:
            raise CentreDown("the layers record is not signed by the centre") from error
        if layers.get("kind") != "layers" or layers.get("document_id") != document_id:
            raise CentreDown("the layers record is of another document")
        return layers


def site_tls(pki: Path) -> ssl.SSLContext:
    """Return the site's side of the line: its client certificate, and servers of the network's authority."""
    context = ssl.create_default_context(cafile=str(pki / "tls-ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(pki / "inquiry.pem", pki / "inquiry.key")
    return context
