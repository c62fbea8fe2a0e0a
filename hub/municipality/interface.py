"""What the centre may ask of a municipality: records, the refusal, and the Protocol.

Written for both sides: the centre calls it, `hub/municipality/` fulfils it. It is not responsible for how a certificate
is made, nor for the wire format (`docs/reference/hub-protocol.md`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """Everything one issue needs; the municipality checks the chain card, session, order again for itself.

    `centre_nonce` and `clerk_nonce` are 32 bytes, `signing_key` (Ed25519) and `encryption_key` (X25519) 32 raw bytes,
    `certificate_der` is the card's user-authentication certificate, `signature` the card's 256 bytes over
    "What the card signs", `order_cose` the COSE_Sign1 bytes of the order. `transaction_id` is 32 lower-case hex digits.
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
    order_cose: bytes


@dataclass(frozen=True, slots=True)
class IssueAnswer:
    """A finished certificate: the signed statement (COSE bytes), each page's dots, the document id (32 hex digits)."""

    statement: bytes
    pages: list[bytes]
    document_id: str


@dataclass(frozen=True, slots=True)
class TypeAvailability:
    """A certificate type of this municipality, its fee a copy, and whether it can be had now."""

    type: str
    fee_yen: int
    available: bool


@dataclass(frozen=True, slots=True)
class Availability:
    """One municipality as a kiosk's home screen shows it.

    `name` and `contact` have the keys `ja` and `en`. `opens` and `closes` are `HH:MM` in Asia/Tokyo.
    `status`: `open closed maintenance down operator_not_contracted`.
    """

    code: str
    name: Mapping[str, str]
    contact: Mapping[str, str]
    opens: str
    closes: str
    status: str
    types: tuple[TypeAvailability, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person may order now at this operator; `fee_yen` is for one copy."""

    type: str
    fee_yen: int
    items: tuple[str, ...]
    scopes: tuple[str, ...]
    copies_max: int


class Refused(Exception):
    """The municipality will not issue.

    `refusal`: `not_resident` (problem `not-resident`), `closed` (problem `closed`), or one of `moved_out moved_in_today
    support_measure glyph_missing under_age other` (problem `refused`). `bad_signature`, `binding_mismatch`,
    `type_stopped`, `busy` and `municipality_down` become the problem code of that name. `detail` is plain English and
    never personal: it is passed on to the kiosk.
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

    def availability(self, now: datetime, operator: str) -> Availability:
        """Tell what the home screen shows; quick, never raises."""
        ...

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:
        """List what can be ordered now; empty when closed or when the operator is not contracted."""
        ...

    async def close(self) -> None:
        """End processes, close files; called once when the hub stops."""
        ...


# What the command line and `init` expect of `hub/municipality/` (names agreed here, written there):
#
#   hub/municipality/citizens.py  CITIZENS: a sequence of records with .name ("hanako"), .label, .auth_pin, .sign_pin
#                                 (the names `revoked` and `expired` are issued such certificates)
#   hub/municipality/setup.py     initialise(data: Path, serials: Mapping[str, int]) -> bytes
#       makes DIR/municipality-402231.sqlite and the signing key DIR/pki/municipality-402231.key (PEM, mode 0600) where
#       they do not exist yet, never overwrites. `serials`: citizen's name -> serial number of the authentication
#       certificate.
#       Returns the raw Ed25519 public key (32 bytes); its kid is `hub.cose.kid_of(key)`.
#   hub/municipality/setup.py     async open_municipality(data: Path, *, always_open: bool, hours: tuple[str, str])
#                                   -> Municipality      (`hours`: "06:30", "23:00"; both come from DIR/hub.toml)
