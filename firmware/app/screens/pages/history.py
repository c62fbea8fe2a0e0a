"""The page that lists what was issued to this person before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from firmware.app.screens import dates
from firmware.app.screens.pages.building import page, quiet
from firmware.views import Table, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.app.screens.texts import Texts


class Issue(NamedTuple):
    """A certificate that was issued; `issued_at_s` since 1970, `checks` None where it is not known."""

    issued_at_s: int
    type: str
    kiosk_id: str
    copies: int
    checks: int | None = None


def history(texts: Texts, issues: Sequence[Issue], countdown_s: float | None = None) -> View:
    """List the issues, newest first, as given. How often each was checked is a column where it is known of any."""
    known = any(each.checks is not None for each in issues)
    heads = ("when", "type", "where", "copies", *(("checks",) if known else ()))
    table = Table(
        heads=tuple(texts.say(f"history.{head}") for head in heads),
        rows=tuple(_row(texts, each)[: len(heads)] for each in issues),
    )
    return page(
        texts,
        "history",
        "table",
        text="history" if issues else "history_none",
        step=5,
        table=table if issues else None,
        buttons=(quiet(texts, "cancel"), quiet(texts, "back")),
        countdown_s=countdown_s,
    )


def _row(texts: Texts, issue: Issue) -> tuple[str, ...]:
    checks = texts.say("history.unknown") if issue.checks is None else texts.say("unit.times", count=issue.checks)
    return (
        dates.moment(texts, issue.issued_at_s),
        texts.say(f"type.{issue.type}"),
        issue.kiosk_id,
        texts.say("unit.copies", count=issue.copies),
        checks,
    )
