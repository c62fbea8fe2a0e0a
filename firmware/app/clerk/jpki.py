"""What the clerk says to a My Number card: tries left, PIN, certificate, signature.

Not responsible for: how bytes reach the card (`drivers/card_reader.py`), what is signed, and whether the certificate
is valid (the centre's matter). A refusal that a person can cause is a result; a card that breaks the protocol is
`BadResponse`, which never holds more than a status word or the first four bytes of an answer. Rules: DEVICES,
"Smart card"; DESIGN, "Binding" (the signature is checked against the certificate of the same session).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from firmware.app.clerk import jpki_tables as tables
from firmware.app.clerk.jpki_tables import ALGORITHMS, Aid, Algorithm, Ef, Sw
from firmware.devices import BadResponse

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes


class Card(Protocol):
    """A card in an exclusive session."""

    async def send(self, apdu: bytes | bytearray) -> tuple[bytes, int]:
        """Send one command APDU; return the answer's data and its status word."""
        ...


class Reader(Protocol):
    """Opens sessions; raises `CardGone`, `DeviceUnavailable`, `DeviceTimeout`, `BadResponse`."""

    def session(self) -> AbstractAsyncContextManager[Card]:
        """Power the card up, alone; power it down at the end."""
        ...


@dataclass(frozen=True, slots=True)
class NotMyNumberCard:
    """The card has no JPKI application."""


@dataclass(frozen=True, slots=True)
class TriesLeft:
    """Tries left for the user-authentication PIN, 0 to 3; 0 is locked."""

    left: int


@dataclass(frozen=True, slots=True)
class PinOk:
    """The PIN was right."""


@dataclass(frozen=True, slots=True)
class PinWrong:
    """The PIN was wrong; `left` tries (1 or 2) remain."""

    left: int


@dataclass(frozen=True, slots=True)
class PinLocked:
    """No try is left: the municipality resets it."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The card signed; `algorithm` is the hub protocol's name. The signature verifies under the certificate."""

    certificate_der: bytes
    signature: bytes
    algorithm: str


async def probe(reader: Reader) -> TriesLeft | NotMyNumberCard:
    """Ask the card on the reader for its tries left, without using one."""
    async with reader.session() as card:
        if not await select_jpki(card):
            return NotMyNumberCard()
        return TriesLeft(await tries_left(card))


async def authenticate(
    reader: Reader,
    pin: bytearray,
    message: Callable[[], bytes],
) -> Authenticated | PinWrong | PinLocked | NotMyNumberCard:
    """Have the card sign `message()`; `pin` (4 ASCII digits) is overwritten with zeros in any case.

    Uses at most one try, and none when the PIN is locked already. Raises `ValueError` when `pin` is not four digits.
    """
    try:
        if len(pin) != tables.PIN_DIGITS or not pin.isdigit():
            raise ValueError("the user-authentication PIN is four ASCII digits")
        async with reader.session() as card:
            if not await select_jpki(card):
                return NotMyNumberCard()
            if await tries_left(card) == 0:
                return PinLocked()
            verdict = await verify_pin(card, pin)
            wipe(pin)
            if not isinstance(verdict, PinOk):
                return verdict
            return await _certify_and_sign(card, message())
    finally:
        wipe(pin)


async def _certify_and_sign(card: Card, message: bytes) -> Authenticated:
    certificate = await read_certificate(card)
    key, algorithm = _key_of(certificate)
    signature = await sign(card, algorithm, message)
    if not algorithm.verifies(key, signature, message):
        raise BadResponse("the card's signature does not verify under its own certificate", Sw.OK.to_bytes(2, "big"))
    return Authenticated(certificate, signature, algorithm.name)


async def select_jpki(card: Card) -> bool:
    """Select the JPKI application; False when the card has none."""
    _, status = await card.send(tables.select_application(Aid.JPKI))
    return status == Sw.OK


async def tries_left(card: Card) -> int:
    """Select the PIN and ask for its tries left, 0 to 3."""
    await _command(card, tables.select_file(Ef.AUTH_PIN), 0)
    _, status = await card.send(tables.ASK_TRIES)
    left = tables.tries_in(status)
    if left is None:
        raise BadResponse("the card does not tell its tries left", status.to_bytes(2, "big"))
    return left


async def verify_pin(card: Card, pin: bytearray) -> PinOk | PinWrong | PinLocked:
    """Try the PIN once; the PIN's file must be selected. The command's own copy is wiped."""
    command = tables.verify(pin)
    try:
        _, status = await card.send(command)
    finally:
        wipe(command)
    if status == Sw.OK:
        return PinOk()
    left = tables.tries_in(status)
    if left is None or left == tables.PIN_TRIES_MAX:
        raise BadResponse("the card does not tell whether the PIN was right", status.to_bytes(2, "big"))
    return PinWrong(left) if left else PinLocked()


async def read_certificate(card: Card) -> bytes:
    """Read the user-authentication certificate, DER. Its length comes from the card and is bounded."""
    await _command(card, tables.select_file(Ef.AUTH_CERTIFICATE), 0)
    head = await _command(card, tables.read_binary(0, tables.DER_HEAD_BYTES), tables.DER_HEAD_BYTES)
    total = int.from_bytes(head[2:], "big") + tables.DER_HEAD_BYTES
    if not head.startswith(tables.DER_SEQUENCE_TWO_LENGTH_BYTES) or total > tables.CERTIFICATE_MAX_BYTES:
        raise BadResponse("the certificate on the card has an impossible head", head)
    whole = bytearray()
    while len(whole) < total:
        count = min(tables.CHUNK_MAX_BYTES, total - len(whole))
        whole += await _command(card, tables.read_binary(len(whole), count), count)
    return bytes(whole)


async def sign(card: Card, algorithm: Algorithm, message: bytes) -> bytes:
    """Have the authentication key sign; the PIN must have been right in this session."""
    await _command(card, tables.select_file(Ef.AUTH_KEY), 0)
    command = tables.compute_signature(algorithm.digest_info(message))
    return await _command(card, command, algorithm.signature_bytes)


def wipe(secret: bytearray) -> None:
    """Overwrite with zeros."""
    secret[:] = bytes(len(secret))


def _key_of(certificate_der: bytes) -> tuple[CertificatePublicKeyTypes, Algorithm]:
    head = certificate_der[: tables.DER_HEAD_BYTES]
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        # "from None": the parser's words may quote the certificate
        raise BadResponse("the certificate on the card cannot be read", head) from None
    algorithm = next((entry for entry in ALGORITHMS if entry.fits(key)), None)
    if algorithm is None:
        raise BadResponse("the certificate on the card has a key of an unknown kind", head)
    return key, algorithm


async def _command(card: Card, apdu: bytes, answer_bytes: int) -> bytes:
    """Send a command that must succeed with exactly so many bytes."""
    data, status = await card.send(apdu)
    if status != Sw.OK:
        raise BadResponse(f"the card refused {apdu[:4].hex()}", status.to_bytes(2, "big"))
    if len(data) != answer_bytes:
        raise BadResponse(f"the card answered {apdu[:4].hex()} with {len(data)} bytes, not {answer_bytes}", data[:4])
    return data
