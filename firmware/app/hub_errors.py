"""What can go wrong with the centre, as exceptions that hold no text of the other side, only words of this list.

Not responsible for what follows from them (the machines decide). Codes:
`docs/reference/hub-protocol.md`, "Problem codes".
"""

from __future__ import annotations

from typing import Literal

# fmt: off
CODES = frozenset({
    "bad-request", "too-large", "wrong-role", "certificate-revoked", "unknown-transaction", "unknown-order",
    "wrong-state", "stale-version", "idempotency-conflict", "expired-transaction", "document-gone", "closed",
    "type-stopped", "kiosk-stopped", "bad-signature", "nonce-reused", "card-chain", "card-expired", "card-revoked",
    "card-status-unknown", "not-resident", "refused", "municipality-timeout", "municipality-down", "binding-mismatch",
    "busy", "internal",
})
# fmt: on
# fmt: off
REFUSALS = frozenset({
    "moved_out", "moved_in_today", "under_age", "seal_not_registered", "tax_not_filed", "tax_not_here",
    "register_change_pending", "domicile_elsewhere", "not_registered", "registration_pending", "glyph_missing", "other",
})
# fmt: on

Cause = Literal["name", "refused", "network", "tls", "certificate", "closed"]


class HubError(Exception):
    """Base: the exchange did not give an answer that can be used."""


class HubUnreachable(HubError):
    """No connection, or it was lost: `cause` is one of `Cause`. A request that was sent may have been carried out."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause: Cause = cause


class HubTimeout(HubError):
    """No whole answer within the deadline. The request may have been carried out; its answer is discarded."""


class HubGarbled(HubError):
    """The answer breaks the protocol; `what` names the part, in our own words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class HubRefused(HubError):
    """The centre said no: HTTP `status`, `code` of `CODES`, `refusal` of `REFUSALS` when the code is `refused`.

    `current` is the true (state, version) that comes with `stale-version`, as unchecked text and number.
    """

    def __init__(
        self, status: int, code: str, refusal: str | None = None, current: tuple[str, int] | None = None
    ) -> None:
        self.status = status
        self.code = code if code in CODES else "internal"
        self.refusal = (refusal if refusal in REFUSALS else "other") if self.code == "refused" else None
        self.current = current
        super().__init__(status, self.code, self.refusal)
