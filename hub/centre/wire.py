"""The JSON bodies of the centre's HTTP interface, as pydantic models; the OpenAPI description comes from them.

Not responsible for what the values mean. Source: `docs/reference/hub-protocol.md`, "Resources of the centre".
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from hub.base64url import from_base64url, to_base64url

_READ = BeforeValidator(from_base64url)
_WRITE = PlainSerializer(to_base64url, return_type=str)
_SCHEMA = WithJsonSchema({"type": "string", "contentEncoding": "base64url", "pattern": "^[A-Za-z0-9_-]*$"})

Bytes32 = Annotated[bytes, Field(min_length=32, max_length=32), _READ, _WRITE, _SCHEMA]
SignatureBytes = Annotated[bytes, Field(min_length=64, max_length=1024), _READ, _WRITE, _SCHEMA]
CertificateDer = Annotated[bytes, Field(min_length=64, max_length=8192), _READ, _WRITE, _SCHEMA]
CoseBytes = Annotated[bytes, Field(min_length=64, max_length=65536), _READ, _WRITE, _SCHEMA]
Identifier = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["0f8fad5bd9cb469fa16570867728950e"])]
MunicipalityCode = Annotated[str, Field(pattern="^[0-9]{6}$", examples=["402231"])]
Operator = Annotated[str, Field(pattern="^[a-z0-9_]{1,32}$", examples=["seven_eleven"])]
TypeName = Annotated[str, Field(examples=["resident_record"])]
Reason = Literal["hours", "closed_day", "maintenance", "down", "operator_not_contracted", "stopped", "not_issued"]
OrderState = Literal[
    "document_held", "paid", "printing", "printed", "taken", "voided", "refunded", "unknown", "cancelled"
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Health(_Body):
    """The centre answers."""

    status: Literal["ok"] = "ok"
    time: str


class TextPair(_Body):
    """A text in the languages the municipality gives."""

    ja: str
    en: str


class Hours(_Body):
    """Times of day in Asia/Tokyo."""

    open: str
    close: str


class TypeLine(_Body):
    """A certificate type on the home screen."""

    type: TypeName
    fee_yen: int
    hours: Hours
    available: bool
    reason: Reason | None
    holders: list[Literal["resident", "domicile"]]


class MunicipalityLine(_Body):
    """A municipality on the home screen."""

    code: MunicipalityCode
    name: TextPair
    contact: TextPair
    hours: Hours
    status: Literal["open", "closed", "maintenance", "down", "operator_not_contracted"]
    notice: TextPair | None
    registration: bool
    types: list[TypeLine]


class AvailabilityAnswer(_Body):
    """What can be had at this operator now."""

    time: str
    municipalities: list[MunicipalityLine]


class OpenRequest(_Body):
    """Open a transaction."""

    municipality: MunicipalityCode
    operator: Operator
    head_dots: Literal[576, 832, 1728]


class OpenAnswer(_Body):
    """A transaction is open."""

    transaction_id: Identifier
    centre_nonce: Bytes32
    expires_at: str
    version: int


class CardRequest(_Body):
    """A card's answer to the nonces, and the session's two public keys."""

    v: Literal[2]
    clerk_nonce: Bytes32
    signing_key: Bytes32
    encryption_key: Bytes32
    certificate: CertificateDer
    signature: SignatureBytes
    algorithm: str = Field(max_length=32, examples=["rsa2048-sha256"])


class OfferLine(_Body):
    """A type, and why it cannot be ordered now; the fee is for one copy."""

    type: TypeName
    fee_yen: int
    copies_max: int
    hours: Hours
    available: bool
    reason: Reason | None
    scopes: list[str]
    items: list[str]
    fiscal_years: list[int]


class CardAnswer(_Body):
    """The card is valid; what the municipality offers."""

    card_fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
    offers: list[OfferLine]
    version: int


class QueryRequest(_Body):
    """A query signed by the session's key."""

    query: CoseBytes


class OrderRequest(_Body):
    """An order signed by the session's key."""

    order: CoseBytes


class OrderAnswer(_Body):
    """The document is held for one fetch; `sheets` are the pages of one copy."""

    document_id: Identifier
    sheets: int
    fee_yen: int
    version: int


class CancelRequest(_Body):
    """Why the transaction ends."""

    cause: Literal["person", "timeout", "card", "device", "mismatch", "hub"]


class CancelAnswer(_Body):
    """The transaction is over."""

    state: Literal["cancelled"] = "cancelled"
    version: int


class MismatchRequest(_Body):
    """A statement that the clerk refuses, and the field that differs."""

    statement: CoseBytes
    field: str = Field(pattern="^[a-z0-9_.]{1,64}$")


class MismatchAnswer(_Body):
    """Whether the centre sees the difference too, and what it stopped."""

    confirmed: bool
    stopped: Literal["type", "kiosk"]


class StateRequest(_Body):
    """An order's new state; `version` is the one the kiosk believes is current.

    `waived`, with `printed`: printed, and the fee went back all the same.
    """

    state: OrderState
    version: int = Field(ge=1, le=1_000_000)
    waived: bool = False


class StateAnswer(_Body):
    """An order's state as it is now."""

    state: OrderState
    version: int


class VoidRequest(_Body):
    """Why a document must not be believed any more."""

    reason: Literal["left_behind", "print_failed", "unknown"]


class OrderLine(_Body):
    """An order in the kiosk's list."""

    document_id: Identifier
    transaction_id: Identifier
    state: OrderState
    version: int
    fee_yen: int
    copies: int


class OrdersAnswer(_Body):
    """This kiosk's orders."""

    orders: list[OrderLine]


class ProblemAnswer(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=["urn:kiosk:problem:wrong-state"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["wrong-state"])
    refusal: str | None = Field(None, description="with code `refused`")
    field: str | None = Field(
        None, description="with code `binding-mismatch`: what differed in a municipality's answer"
    )
    current: StateAnswer | None = Field(None, description="with code `stale-version`")
