"""Whether a municipality's answer is this transaction's, whatever was asked; if not, what was asked for stops.

Not responsible for the single checks (`statement.py`) nor for what is done with a good answer.
"""

from collections.abc import Sequence
from typing import Any

from hub.centre.centre import Centre
from hub.centre.records import Transaction
from hub.centre.statement import Expectation, Mismatch, check_pages, check_statement, read_statement
from hub.web.problem import Problem


def checked_record(
    centre: Centre,
    row: Transaction,
    expected: Expectation,
    statement: bytes,
    pages: Sequence[bytes],
    *,
    document_id: str | None = None,
) -> dict[str, Any]:
    """Return what the statement says; `document_id` is the one told beside it. Raises Problem("binding-mismatch")."""
    try:
        record = read_statement(statement, centre.keys.municipalities.get(row.municipality, {}))
        check_statement(record, expected, int(centre.clock().timestamp()))
        if document_id is not None and record["document_id"] != document_id:
            raise Mismatch("document_id")  # noqa: TRY301 - the same end as a difference found by the checks
        check_pages(record, pages)
    except Mismatch as mismatch:
        centre.stops.stop_type(row.municipality, expected.stops, f"statement:{mismatch.field}")
        raise Problem(
            "binding-mismatch",
            f"the statement differs in `{mismatch.field}`; `{expected.stops}` stops",
            field=mismatch.field,
        ) from mismatch
    return record
