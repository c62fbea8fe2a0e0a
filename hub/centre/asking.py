"""Asking a municipality, for `municipality_timeout_s` at most: whatever comes later is thrown away.

A wait that runs out cancels the whole transaction (incident: Yokohama 2023-03). Not responsible for what is asked.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hub import log
from hub.centre.centre import Centre
from hub.centre.records import Transaction
from hub.municipality.interface import Refused
from hub.web.problem import Problem

Answer = TypeVar("Answer")
# A refusal leaves the transaction open for another choice; these end it.
_ENDING = {
    "bad_signature": "bad-signature",
    "binding_mismatch": "binding-mismatch",
    "municipality_down": "municipality-down",
    "municipality_timeout": "municipality-timeout",
}
_STAYING = {"not_resident": "not-resident", "closed": "closed", "type_stopped": "type-stopped", "busy": "busy"}
STAYING = frozenset(_STAYING.values()) | {"refused"}
_TOLD = frozenset({"moved_out", "moved_in_today", "under_age", "glyph_missing", "seal_not_registered"}) | {
    *("tax_not_filed", "tax_not_here", "register_change_pending", "domicile_elsewhere", "not_registered"),
    "registration_pending",
}


async def ask_municipality(centre: Centre, row: Transaction, question: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for an answer; the wait never depends on the municipality ending politely. Raises Problem."""
    asking = asyncio.ensure_future(question)
    try:
        done, _ = await asyncio.wait({asking}, timeout=centre.settings.municipality_timeout_s)
    finally:
        if not asking.done():
            asking.add_done_callback(lambda late: _discard(late, row.id))
            asking.cancel()
    if not done:
        raise Problem("municipality-timeout", "the municipality did not answer in time; the transaction is cancelled")
    try:
        return asking.result()
    except Refused as refused:
        raise _refusal(refused) from refused
    except Exception as error:
        log.fault("municipality_failed", error, transaction_id=row.id)
        raise Problem("municipality-down", "the municipality's server failed; the transaction is cancelled") from error


def _refusal(refused: Refused) -> Problem:
    code = (_ENDING | _STAYING).get(refused.refusal)
    if code is not None:
        return Problem(code, refused.detail)
    if refused.refusal in _TOLD:
        return Problem("refused", refused.detail, refusal=refused.refusal)
    return Problem("refused", "the municipality does not issue this certificate", refusal="other")


def _discard(late: asyncio.Future[Any], transaction_id: str) -> None:
    """Look at the end of a task whose answer nobody may have any more."""
    ended = "cancelled" if late.cancelled() else "answer" if late.exception() is None else "error"
    log.event("late_answer_discarded", transaction_id=transaction_id, ended=ended)
