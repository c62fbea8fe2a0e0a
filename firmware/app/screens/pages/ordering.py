"""Pages between the choice and the paper: preview, confirmation, payment, printing, and the farewell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from firmware.app.screens import dates
from firmware.app.screens.pages.building import fact, page, primary, quiet, way
from firmware.views import Button, Fact, View

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts


class Order(NamedTuple):
    """What is about to be issued, to be confirmed. `persons` are names, where they were chosen by name."""

    municipality: str
    type: str
    scope: str
    items: Sequence[str]
    copies: int
    fee_yen: int
    persons: Sequence[str] = ()
    fiscal_year: int | None = None


def preview(
    texts: Texts, pictures: Sequence[str], number: int = 1, sheets: int = 1, countdown_s: float | None = None
) -> View:
    """Show sheet `number` of `sheets` with all values masked. `pictures` are paths on the clerk's own server."""
    several = sheets > 1
    turn = (
        Button(id="page:prev", label=texts.say("button.page_prev"), enabled=number > 1),
        Button(id="page:next", label=texts.say("button.page_next"), enabled=number < sheets),
    )
    return page(
        texts,
        "preview",
        "preview",
        step=6,
        pictures=tuple(pictures),
        more_lines=(texts.say("unit.sheet", number=number, sheets=sheets),) if several else (),
        buttons=(*(turn if several else ()), *way(texts), primary(texts, "next")),
        countdown_s=countdown_s,
    )


def confirm(texts: Texts, order: Order, countdown_s: float | None = None) -> View:
    """Show the whole order before it is sent; `order.fee_yen` is the fee of all copies."""
    return page(
        texts,
        "confirm",
        step=6,
        facts=_facts(texts, order),
        buttons=(*way(texts), primary(texts, "next", "confirm")),
        countdown_s=countdown_s,
    )


def _facts(texts: Texts, order: Order) -> tuple[Fact, ...]:
    items = texts.listed(tuple(texts.say(f"item.{item}") for item in order.items))
    facts = [fact(texts, "municipality", order.municipality), fact(texts, "type", texts.say(f"type.{order.type}"))]
    if order.fiscal_year is not None:
        facts.append(fact(texts, "year", dates.fiscal_year(texts, order.fiscal_year)))
    if order.persons:
        facts.append(fact(texts, "scope", texts.listed(order.persons), personal=True))
    else:
        facts.append(fact(texts, "scope", texts.say(f"scope.{order.scope}")))
    return (
        *facts,
        fact(texts, "items", items or texts.say("fact.no_items")),
        fact(texts, "copies", texts.say("unit.copies", count=order.copies)),
        fact(texts, "fee", texts.yen(order.fee_yen)),
    )


def issuing(texts: Texts, *, cancellable: bool = False) -> View:
    """Ask for patience while municipality and centre make the certificate."""
    buttons = (quiet(texts, "cancel"),) if cancellable else ()
    return page(texts, "issuing", "progress", step=6, picture="wait", buttons=buttons)


def pay(
    texts: Texts, due_yen: int, inserted_yen: int, *, cancellable: bool = True, countdown_s: float | None = None
) -> View:
    """Ask for the fee; `due_yen` is the whole fee, `inserted_yen` what lies in escrow."""
    values = {"due": due_yen, "inserted": inserted_yen, "left": max(0, due_yen - inserted_yen)}
    return page(
        texts,
        "pay",
        "pay",
        step=7,
        picture="coins",
        facts=tuple(fact(texts, key, texts.yen(value)) for key, value in values.items()),
        buttons=(quiet(texts, "cancel"),) if cancellable else (),
        countdown_s=countdown_s,
    )


def pay_after_card(texts: Texts, due_yen: int, inserted_yen: int, countdown_s: float | None = None) -> View:
    """Have the card that was laid down again taken before the payment goes on."""
    view = pay(texts, due_yen, inserted_yen, countdown_s=countdown_s)
    first = page(texts, "take_card", step=7)
    return msgspec.structs.replace(
        view, tone="warning", title=first.title, lines=first.lines, note=first.note, picture="card_take"
    )


def printing(texts: Texts, progress: float | None = None) -> View:
    """Show how far the print is, 0.0 to 1.0, or None when that is not known."""
    return page(texts, "printing", "progress", step=8, picture="certificate", progress=progress)


def take_paper(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask to take the certificate."""
    return page(texts, "take_paper", tone="done", step=8, picture="paper_take", countdown_s=countdown_s)


def thanks(texts: Texts, without_receipt: str = "") -> View:
    """Say thanks; the dialogue is over. `without_receipt` is the transaction's number when no receipt was printed."""
    buttons = (primary(texts, "next", "finish"),)
    view = page(texts, "thanks", tone="done", step=8, picture="done", buttons=buttons)
    if not without_receipt:
        return view
    lines = (*view.lines, texts.say("view.thanks_receipt.line"))
    return msgspec.structs.replace(view, lines=lines, facts=(fact(texts, "transaction", without_receipt),))
