"""What the centre may ask of a municipality: records, the refusal, and the Protocol.

Written for both sides: the centre calls it, `hub/municipality/` fulfils it. It is not responsible for how a certificate
is made, nor for the wire format (`docs/reference/hub-protocol.md`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChainRequest:
    """The chain from card to session; the municipality checks it again for itself.

    `centre_nonce` and `clerk_nonce` are 32 bytes, `signing_key` (Ed25519) and `encryption_key` (X25519) 32 raw bytes,
    `certificate_der` is the card's user-authentication certificate, `signature` the card's 256 bytes over
    "What the card signs". `transaction_id` is 32 lower-case hex digits.
    """

    municipality: str
    transaction_id: str
    centre_nonce: bytes
    kiosk_id: str
    clerk_nonce: bytes
    signing_key: bytes
    encryption_key: bytes
    certificate_der: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class IssueRequest(ChainRequest):
    """Everything one issue needs: `order_cose` is the COSE_Sign1 of the order."""

    order_cose: bytes


@dataclass(frozen=True, slots=True)
class QueryRequest(ChainRequest):
    """Everything one query needs: `query_cose` is the COSE_Sign1 of the query.

    `checks`, for a `history` only: document id -> how often the inquiry site was asked about it, as the centre counts.
    """

    query_cose: bytes
    checks: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class IssueAnswer:
    """A finished certificate: the signed statement (COSE bytes), each page's dots, the document id (32 hex digits)."""

    statement: bytes
    pages: list[bytes]
    document_id: str


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An answer that shows a person's data: the signed statement (COSE bytes), and dots for a preview."""

    statement: bytes
    pages: list[bytes]


@dataclass(frozen=True, slots=True)
class TypeAvailability:
    """A certificate type of this municipality, its fee a copy, its hours (`HH:MM`), and why it cannot be had now.

    `reason` None: it can. `holders`: `resident`, `domicile`.
    """

    type: str
    fee_yen: int
    opens: str
    closes: str
    reason: str | None
    holders: tuple[str, ...] = ("resident",)


@dataclass(frozen=True, slots=True)
class Availability:
    """One municipality as a kiosk's home screen shows it.

    `name`, `contact` and `notice` have the keys `ja` and `en`. `opens` and `closes` are `HH:MM` in Asia/Tokyo.
    `status`: `open closed maintenance down operator_not_contracted`. `registration`: whether people with registered
    domicile here who live elsewhere can ask for certificates at kiosks.
    """

    code: str
    name: Mapping[str, str]
    contact: Mapping[str, str]
    opens: str
    closes: str
    status: str
    types: tuple[TypeAvailability, ...]
    notice: Mapping[str, str] | None = None
    registration: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person may order at this operator, or why not now (`reason`); `fee_yen` is for one copy."""

    type: str
    fee_yen: int
    items: tuple[str, ...]
    scopes: tuple[str, ...]
    copies_max: int
    fiscal_years: tuple[int, ...] = ()
    opens: str = "00:00"
    closes: str = "24:00"
    reason: str | None = None


class Refused(Exception):
    """The municipality will not issue.

    `refusal`: `not_resident` (problem `not-resident`), `closed` (problem `closed`), or one of the protocol's "Refusals"
    (problem `refused`). `bad_signature`, `binding_mismatch`, `type_stopped`, `busy` and `municipality_down` become the
    problem code of that name. `detail` is plain English and never personal: it is passed on to the kiosk.
    """

    def __init__(self, refusal: str, detail: str) -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail


class Municipality(Protocol):
    """A municipality as the centre sees it. `now` is an aware datetime, `operator` an operator (`seven_eleven`)."""

    @property
    def code(self) -> str:
        """The municipality's code, six digits (`402231`)."""
        ...

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        """Make one certificate; raises `Refused`. May be cancelled at any await: a late answer is discarded."""
        ...

    async def answer(self, request: QueryRequest) -> QueryAnswer:
        """Answer a query with a person's data, signed; raises `Refused`. May be cancelled at any await."""
        ...

    def availability(self, now: datetime, operator: str) -> Availability:
        """Tell what the home screen shows; quick, never raises."""
        ...

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:
        """List all types at this operator, those that cannot be ordered now with the reason."""
        ...

    async def close(self) -> None:
        """End processes, close files; called once when the hub stops."""
        ...
