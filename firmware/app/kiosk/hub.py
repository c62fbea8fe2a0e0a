"""What the kiosk process tells and asks the centre about its orders: states, open orders, voiding.

Ids, amounts and states only. Not responsible for when to ask or what follows (the runner, the journal), nor for
issuing, which this role may not. Stays light: no cryptography, no CBOR.
Source: `docs/reference/hub-protocol.md`, "Resources of the centre".
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from firmware.app.hub_errors import HubGarbled, HubRefused
from firmware.app.kiosk.vocabulary import OrderState

if TYPE_CHECKING:
    from firmware.app.hub_client import HubClient

_IDENTIFIER = r"^[0-9a-f]{32}\Z"
_Id = Annotated[str, Meta(pattern=_IDENTIFIER)]
_Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
_Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
_Yen = Annotated[int, Meta(ge=0, le=1_000_000)]
_Version = Annotated[int, Meta(ge=1, le=1_000_000)]


class VoidReason(StrEnum):
    """Why a document is void."""

    LEFT_BEHIND = "left_behind"
    PRINT_FAILED = "print_failed"
    UNKNOWN = "unknown"


class OpenOrder(msgspec.Struct, frozen=True):
    """An order of this kiosk that the centre holds for unfinished."""

    document_id: _Id
    transaction_id: _Id
    state: OrderState
    version: _Version
    fee_yen: _Yen
    copies: Annotated[int, Meta(ge=1, le=10)]


class _OpenOrders(msgspec.Struct, frozen=True):
    orders: Annotated[tuple[OpenOrder, ...], Meta(max_length=10_000)]


class _Standing(msgspec.Struct, frozen=True):
    state: OrderState
    version: _Version


class _AuditStanding(msgspec.Struct, frozen=True):
    lines: Annotated[int, Meta(ge=0)]
    head: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Stale(Exception):
    """The version given is not current; `state` and `version` are what is true."""

    def __init__(self, state: OrderState, version: int) -> None:
        super().__init__(state, version)
        self.state = state
        self.version = version


class KioskHub:
    """The centre as the kiosk process sees it. Every method raises the `HubError`s of the client."""

    def __init__(self, client: HubClient, *, request_timeout_s: float = 10.0) -> None:
        self._client = client
        self._timeout_s = request_timeout_s

    async def put_state(
        self, document_id: str, state: OrderState, version: int, *, waived: bool = False
    ) -> tuple[OrderState, int]:
        """Set an order's state, `version` being the one believed current; returns (state, version).

        `waived`, with `printed`: the fee went back. Raises `Stale` with what is true when the belief is wrong.
        """
        body = {"state": state.value, "version": version, **({"waived": True} if waived else {})}
        path = f"/v1/orders/{document_id}/state"
        try:
            response = await self._client.request("PUT", path, body, deadline_s=self._timeout_s)
        except HubRefused as refused:
            if refused.code != "stale-version":
                raise
            try:
                true_state, true_version = refused.current or ("", 0)
                raise Stale(OrderState(true_state), true_version) from refused
            except ValueError as error:
                raise HubGarbled("current") from error
        standing = response.read(_Standing)
        return standing.state, standing.version

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return this kiosk's unfinished orders, for reconciliation."""
        return (
            (await self._client.request("GET", "/v1/orders?open=true", deadline_s=self._timeout_s))
            .read(_OpenOrders)
            .orders
        )

    async def all_orders(self) -> tuple[OpenOrder, ...]:
        """Return this kiosk's orders, ended or not, newest first; the centre lists at most 1000."""
        response = await self._client.request("GET", "/v1/orders?open=false", deadline_s=self._timeout_s)
        return response.read(_OpenOrders).orders

    async def void(self, document_id: str, reason: VoidReason) -> tuple[OrderState, int]:
        """Void a document; returns (state, version). Asking again, even after a restart, is the same request."""
        key = hashlib.sha256(f"void:{document_id}:{reason.value}".encode()).hexdigest()[:32]
        response = await self._client.request(
            "POST",
            f"/v1/documents/{document_id}/void",
            {"reason": reason.value},
            deadline_s=self._timeout_s,
            idempotency_key=key,
        )
        standing = response.read(_Standing)
        return standing.state, standing.version

    async def audit_standing(self) -> tuple[int, str]:
        """Return how many lines of this kiosk's audit log the centre has, and the hash of the last one."""
        response = await self._client.request("GET", "/v1/audit", deadline_s=self._timeout_s)
        standing = response.read(_AuditStanding)
        return standing.lines, standing.head

    async def put_audit(self, after: int, after_head: str, lines: list[str], *, anew: bool) -> tuple[int, str]:
        """Give the centre the lines that follow line `after`; returns what it has then."""
        body = {"after": after, "after_head": after_head, "lines": lines, "anew": anew}
        response = await self._client.request("PUT", "/v1/audit", body, deadline_s=self._timeout_s)
        standing = response.read(_AuditStanding)
        return standing.lines, standing.head
