"""A card in a transaction: its signature, chain, dates and status, then the municipality's offers.

Not responsible for who the holder is: the centre never knows. Every check fails closed.
"""

import asyncio
from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hub import log
from hub.centre import card, wire
from hub.centre.centre import Centre
from hub.centre.opening import require_open
from hub.centre.records import OPEN_TRANSACTION, Transaction
from hub.centre.sessions import CardSession
from hub.municipality.interface import Offer
from hub.web.peer import Peer
from hub.web.problem import Problem


async def check_card(centre: Centre, peer: Peer, transaction_id: str, request: wire.CardRequest) -> wire.CardAnswer:
    """Accept a card once in a transaction; raises the card's Problem codes. The nonce counts as used from here on."""
    centre.stops.require_kiosk(peer.kiosk_id)
    row = centre.transactions.find_live(transaction_id, peer.kiosk_id, {"opened"})
    await require_open(centre, row.municipality, row.operator)
    _check_encryption_key(request.encryption_key)
    certificate = card.read_certificate(request.certificate)
    using = asyncio.ensure_future(asyncio.to_thread(centre.transactions.use_nonce, request.clerk_nonce))
    try:
        card.check_chain(certificate, centre.card_authority)
        card.check_signature(request.algorithm, certificate, _content(row, request), request.signature)
        card.check_validity(certificate, centre.clock())
        await centre.card_status.require_good(certificate)
    finally:
        await using  # it is on the disk before any answer, and a nonce that was used before refuses the card
    offers = await offers_now(centre, row)
    session = CardSession(
        clerk_nonce=request.clerk_nonce,
        signing_key=request.signing_key,
        encryption_key=request.encryption_key,
        certificate_der=request.certificate,
        signature=request.signature,
        card_fingerprint=sha256(request.certificate).digest(),
    )
    centre.sessions.keep_card(transaction_id, session)
    moved = _checked(centre, transaction_id)
    log.event("card_checked", transaction_id=transaction_id, offers=len(offers))
    return wire.CardAnswer(
        card_fingerprint=session.card_fingerprint.hex(),
        offers=[_line(each) for each in offers],
        version=moved.version,
    )


def _checked(centre: Centre, transaction_id: str) -> Transaction:
    """Move on; what was kept for a transaction that ended meanwhile is dropped."""
    try:
        return centre.transactions.move(transaction_id, {"opened"}, "card_checked")
    except Problem:
        if centre.transactions.state(transaction_id) not in OPEN_TRANSACTION:
            centre.sessions.forget(transaction_id)
        raise


async def offers_now(centre: Centre, row: Transaction) -> list[Offer]:
    """List all types in this transaction; those that cannot be ordered now have the reason."""
    town = await centre.towns.find(row.municipality, row.operator)
    offers = await town.offers(row.operator)
    stopped = centre.stops.stopped_types()
    return [replace(each, reason=_reason(f"{row.municipality}/{each.type}" in stopped, each)) for each in offers]


def _reason(stopped: bool, offer: Offer) -> str | None:  # noqa: FBT001 - one of two words for the same screen
    return offer.reason or ("stopped" if stopped else None)


def _line(offer: Offer) -> wire.OfferLine:
    return wire.OfferLine.model_validate(
        {
            "type": offer.type,
            "fee_yen": offer.fee_yen,
            "copies_max": offer.copies_max,
            "hours": {"open": offer.opens, "close": offer.closes},
            "available": offer.reason is None,
            "reason": offer.reason,
            "scopes": list(offer.scopes),
            "items": list(offer.items),
            "fiscal_years": list(offer.fiscal_years),
        }
    )


def _content(row: Transaction, request: wire.CardRequest) -> bytes:
    return card.signed_content(
        centre_nonce=row.centre_nonce,
        clerk_nonce=request.clerk_nonce,
        transaction_id=row.id,
        kiosk_id=row.kiosk_id,
        signing_key=request.signing_key,
        encryption_key=request.encryption_key,
    )


def _check_encryption_key(raw: bytes) -> None:
    """Refuse points of low order, to which everybody could decrypt."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError as error:
        raise Problem("bad-request", "encryption_key: not a usable X25519 public key") from error
