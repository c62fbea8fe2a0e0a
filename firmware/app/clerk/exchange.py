"""One person's exchange with the centre: transaction, card, queries, order, document; everything in memory only.

Not responsible for the card (the dialogue signs `message_for_card`), for paying or printing. A step that fails with
anything but a refusal ends the exchange: its keys are dropped, so that no late answer can be opened (`DOMAIN`,
Yokohama 2023-03). Source: `docs/reference/hub-protocol.md`.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
from msgspec import Meta

from firmware.app.base64url import bytes_of, text_of
from firmware.app.clerk import answer, binding, session_keys
from firmware.app.clerk.answer import Answer, Asked
from firmware.app.clerk.binding import Document, Expected
from firmware.app.clerk.claims import VERSION, BindingMismatch, Session
from firmware.app.clerk.key_list import KeyList, KeyListUntrusted, read_root_key
from firmware.app.clerk.order import Choice, Offer, Order
from firmware.app.clerk.session_keys import NotForThisSession, SessionKeys, SessionOver
from firmware.app.clerk.vocabulary import CancelCause
from firmware.app.hub_client import HubClient, HubError, HubGarbled, HubRefused, Response
from firmware.app.messages import Id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from firmware.app.clerk.query import Query

T = TypeVar("T")
Offers = tuple[Offer, ...]
_Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


class _Opened(msgspec.Struct, frozen=True):
    transaction_id: _Id
    centre_nonce: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]


class _CardTaken(msgspec.Struct, frozen=True):
    card_fingerprint: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    offers: Annotated[tuple[Offer, ...], Meta(max_length=20)]


class _OrderTaken(msgspec.Struct, frozen=True):
    document_id: _Id


@dataclass(frozen=True)
class _Transaction:
    id: Id
    municipality: str
    centre_nonce: bytes
    opened_at: float
    key_list: KeyList


class Exchange:
    """The steps in their order: `prepare`, `open`, `message_for_card`, `present_card`, `order`; `cancel` at any time.

    `prepare` may be left out: `open` does it then. `query` may be asked any number of times before `order`.
    Steps raise the `HubError`s of the client, and `BindingMismatch` when an answer is not for this person.
    """

    def __init__(
        self,
        client: HubClient,
        *,
        kiosk_id: str,
        operator: str,
        head_dots: int,
        root_key: Path,
        issue_timeout_s: float,
        request_timeout_s: float,
    ) -> None:
        self._client = client
        self._kiosk_id = kiosk_id
        self._operator = operator
        self._head_dots = head_dots
        self._root = read_root_key(root_key)
        self._issue_timeout_s = issue_timeout_s
        self._request_timeout_s = request_timeout_s
        self._keys = SessionKeys()
        self._key_list: KeyList | None = None
        self._transaction: _Transaction | None = None
        self._fingerprint = b""
        self._offers: Offers = ()

    async def prepare(self) -> None:
        """Fetch the key list, which is the same for everybody, ahead of `open`."""
        with self._ending_on_failure():
            listed = await self._ask("GET", "/v1/keys", accept="application/cbor")
            try:
                self._key_list = KeyList.verified(listed.body, self._root, time.time())
            except KeyListUntrusted as error:
                raise HubGarbled("key list") from error

    async def open(self, municipality: str) -> Id:
        """Open a transaction, with the key list that `prepare` fetched or a new one; returns the transaction's id."""
        if self._key_list is None or self._key_list.expires_at <= time.time():
            await self.prepare()
        key_list = self._key_list
        assert key_list is not None  # noqa: S101 - prepared above
        with self._ending_on_failure():
            opened_at = time.time()
            body = {"municipality": municipality, "operator": self._operator, "head_dots": self._head_dots}
            opened = (await self._ask("POST", "/v1/transactions", body)).read(_Opened)
            nonce = _bytes_of(opened.centre_nonce)
            self._transaction = _Transaction(Id(opened.transaction_id), municipality, nonce, opened_at, key_list)
        return self._transaction.id

    def message_for_card(self) -> bytes:
        """Return the bytes whose SHA-256 the card shall sign as PKCS#1 v1.5 DigestInfo."""
        transaction = self._open()
        return self._keys.card_message(transaction.centre_nonce, transaction.id, self._kiosk_id)

    async def present_card(self, certificate_der: bytes, signature: bytes) -> Offers:
        """Show the card's authentication certificate (DER) and signature (256 bytes); returns what can be had."""
        body = {
            "v": VERSION,
            "clerk_nonce": text_of(self._keys.clerk_nonce),
            "signing_key": text_of(self._keys.signing_key),
            "encryption_key": text_of(self._keys.encryption_key),
            "certificate": text_of(certificate_der),
            "signature": text_of(signature),
            "algorithm": "rsa2048-sha256",
        }
        with self._ending_on_failure():
            taken = (await self._ask("POST", self._path("card"), body)).read(_CardTaken)
            self._fingerprint = hashlib.sha256(certificate_der).digest()
            if taken.card_fingerprint != self._fingerprint.hex():
                await self.cancel("mismatch")
                raise BindingMismatch("card_fingerprint")
        self._offers = taken.offers
        return self._offers

    async def query(self, query: Query[T]) -> Answer[T]:
        """Ask the municipality, open the sealed answer and check it: it may be shown.

        On `BindingMismatch` the statement has been submitted to the centre and the transaction cancelled. A refusal
        leaves the transaction open.
        """
        transaction = self._open()
        session = self._session(transaction)
        with self._ending_on_failure():
            signed = query.signed(session, self._keys)
            body = {"query": text_of(signed)}
            accept = "application/octet-stream"
            sealed = (await self._ask("POST", self._path("query"), body, self._issue_timeout_s, accept)).body
            async with self._reporting():
                plaintext = self._unsealed(sealed, transaction, session_keys.ANSWER)
                return answer.check(plaintext, Asked(session, query, signed), transaction.key_list, time.time())

    @property
    def offers(self) -> Offers:
        """What the centre told of all types when it took the card."""
        return self._offers

    def order_of(self, choice: Choice) -> Order:
        """Return the order as `order` would send it, for a preview. Raises `ValueError` when it was not offered."""
        transaction = self._open()
        return Order.of(choice, self._offers, transaction.id, transaction.municipality, self._head_dots)

    async def order(self, choice: Choice) -> Document:
        """Order, fetch the sealed document, open and check it: the fee may be asked for.

        On `BindingMismatch` the statement has been submitted to the centre and the transaction cancelled.
        Raises `ValueError` when the choice was not offered. After a `HubError` other than a refusal: `cancel("hub")`.
        """
        transaction, order = self._open(), self.order_of(choice)
        with self._ending_on_failure():
            ends = time.monotonic() + self._issue_timeout_s
            body = {"order": text_of(order.signed(self._keys))}
            taken = (await self._ask("POST", self._path("order"), body, self._issue_timeout_s)).read(_OrderTaken)
            left_s = max(ends - time.monotonic(), 0.0)
            accept = "application/octet-stream"
            sealed = (await self._ask("GET", self._path("document"), deadline_s=left_s, accept=accept)).body
            async with self._reporting():
                plaintext = self._unsealed(sealed, transaction, session_keys.DOCUMENT)
                expected = Expected(self._session(transaction), order, taken.document_id)
                return binding.check(plaintext, expected, transaction.key_list, time.time())

    async def cancel(self, cause: CancelCause) -> bool:
        """End the transaction here and at the centre; False when the centre could not be told. Never raises for it."""
        self._keys.drop()
        if self._transaction is None:
            return True
        try:
            await self._ask("POST", self._path("cancel"), {"cause": cause})
        except HubError:
            return False
        return True

    def close(self) -> None:
        """Drop keys and offers; the transaction is left as it is."""
        self._keys.drop()
        self._offers = ()

    def _session(self, transaction: _Transaction) -> Session:
        return Session(
            transaction_id=transaction.id,
            municipality=transaction.municipality,
            kiosk_id=self._kiosk_id,
            centre_nonce=transaction.centre_nonce,
            clerk_nonce=self._keys.clerk_nonce,
            card_fingerprint=self._fingerprint,
            session_key_hash=self._keys.key_hash,
            head_dots=self._head_dots,
            opened_at=transaction.opened_at,
        )

    def _unsealed(self, sealed: bytes, transaction: _Transaction, label: str) -> bytes:
        try:
            return self._keys.open(sealed, transaction.id, label)
        except NotForThisSession as error:
            raise BindingMismatch("sealed") from error

    @asynccontextmanager
    async def _reporting(self) -> AsyncGenerator[None]:
        try:
            yield
        except BindingMismatch as mismatch:
            await self._report(mismatch)
            raise

    async def _report(self, mismatch: BindingMismatch) -> None:
        """Submit the statement, if there is one, and cancel; the centre being gone changes nothing here."""
        if mismatch.statement is not None:
            body = {"statement": text_of(mismatch.statement), "field": mismatch.field}
            with suppress(HubError):  # nothing was shown, paid or printed; the cancellation is tried all the same
                await self._ask("POST", self._path("mismatch"), body)
        await self.cancel("mismatch")

    async def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        deadline_s: float | None = None,
        accept: str = "application/json",
    ) -> Response:
        return await self._client.request(
            method,
            path,
            body,
            deadline_s=self._request_timeout_s if deadline_s is None else deadline_s,
            idempotency_key=secrets.token_hex(16) if method == "POST" else None,
            accept=accept,
        )

    @contextmanager
    def _ending_on_failure(self) -> Generator[None]:
        try:
            yield
        except HubRefused:
            raise  # the centre knows where the transaction stands; another choice may be possible
        except BaseException:
            self._keys.drop()
            raise

    def _open(self) -> _Transaction:
        if self._transaction is None:
            raise SessionOver
        return self._transaction

    def _path(self, step: str) -> str:
        return f"/v1/transactions/{self._open().id}/{step}"


def _bytes_of(text: str) -> bytes:
    """Return the bytes of base64url without padding; `HubGarbled` unless this is the one way to write them."""
    data = bytes_of(text)
    if text_of(data) != text:
        raise HubGarbled("base64url")
    return data
