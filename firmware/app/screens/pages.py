"""The pages of the dialogue with one person: a function for each view name of the screen protocol.

Each takes the texts of the present language and plain parameters, and returns the whole view. Not responsible for: the
order of pages, for time limits (`countdown_s` only shows one), nor for the kiosk's own pages (`idle_pages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from firmware.app.screens.texts import unbroken
from firmware.views import Button, Fact, Pad, View

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts

STEPS = 8
COPIES_MAX = 10

Money = Literal["", "nothing_charged", "returned"]

SORRY_CAUSES = (
    "card_gone",
    "not_my_number_card",
    "pin_locked",
    "card_expired",
    "card_revoked",
    "card_status_unknown",
    "hub_down",
    "hub_slow",
    "hub_garbled",
    "refused",
    "moved_in_today",
    "moved_out",
    "type_closed",
    "printer_fault",
    "paper_out",
    "cover_open",
    "mismatch",
    "timeout",
    "cancelled",
    "payment_returned",
    "overpaid",
    "error",
)


class MunicipalityChoice(NamedTuple):
    """A municipality as the person sees it; `status` is the hub's word, `hours` like ("06:30", "23:00")."""

    code: str
    name: str
    status: str = "open"
    hours: tuple[str, str] = ("06:30", "23:00")


class TypeChoice(NamedTuple):
    """A certificate type the person may choose."""

    type: str
    fee_yen: int
    available: bool = True


class Order(NamedTuple):
    """What is about to be issued, to be confirmed by the person."""

    municipality: str
    type: str
    scope: str
    items: Sequence[str]
    copies: int
    fee_yen: int


def consent(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask for consent before anything else."""
    return _view(
        texts, "consent", step=1, buttons=(_quiet(texts, "cancel"), _primary(texts, "agree")), countdown_s=countdown_s
    )


def municipality(texts: Texts, choices: Sequence[MunicipalityChoice], countdown_s: float | None = None) -> View:
    """Ask which municipality; one that cannot issue now is shown, greyed out, with the reason."""
    buttons = tuple(
        Button(
            id=f"municipality:{choice.code}",
            label=choice.name,
            enabled=choice.status == "open",
            detail="" if choice.status == "open" else _unavailable(texts, choice),
        )
        for choice in choices
    )
    return _view(texts, "municipality", "choices", step=2, buttons=(*buttons, *_way(texts)), countdown_s=countdown_s)


def hold_card(texts: Texts, *, again: bool = False, countdown_s: float | None = None) -> View:
    """Ask for the card; `again` after a torn exchange: lift, wait, lay down again."""
    return _view(
        texts,
        "hold_card",
        text="hold_card_again" if again else "hold_card",
        tone="warning" if again else "normal",
        step=3,
        picture="card_hold",
        buttons=_way(texts),
        countdown_s=countdown_s,
    )


def wait(texts: Texts, *, card: bool = True, step: int = 3) -> View:
    """Ask for patience; `card` tells to leave the card where it is."""
    return _view(texts, "wait", "progress", text="wait" if card else "wait_no_card", step=step, picture="wait")


def enter_pin(
    texts: Texts, filled: int, tries_left: int, *, wrong: bool = False, countdown_s: float | None = None
) -> View:
    """Ask for the PIN, with the tries left. `filled` places are shown as dots; the digits are not known here."""
    return _view(
        texts,
        "enter_pin",
        "pad",
        text="enter_pin_wrong" if wrong else "enter_pin",
        tone="warning" if wrong else "normal",
        step=3,
        tries=tries_left,
        pad=Pad(filled=filled),
        buttons=(
            _quiet(texts, "cancel"),
            _quiet(texts, "erase"),
            _primary(texts, "next", enabled=filled == Pad(filled=0).length),
        ),
        countdown_s=countdown_s,
    )


def last_try(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask whether to go on, before the try that may lock the card."""
    return _view(
        texts,
        "last_try",
        tone="warning",
        step=3,
        picture="attention",
        buttons=(_quiet(texts, "cancel"), _primary(texts, "yes")),
        countdown_s=countdown_s,
    )


def pin_locked(texts: Texts, contact: str = "") -> View:
    """Tell that the card's PIN is locked and where to have it reset."""
    lines = (_contact(texts, contact),) if contact else ()
    return _view(texts, "pin_locked", tone="warning", step=3, picture="attention", more_lines=lines)


def take_card(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask to take the card back; goes on when the card is gone."""
    return _view(texts, "take_card", step=4, picture="card_take", countdown_s=countdown_s)


def choose_type(texts: Texts, choices: Sequence[TypeChoice], countdown_s: float | None = None) -> View:
    """Ask for the type of certificate, with fees."""
    buttons = tuple(
        Button(
            id=f"type:{choice.type}",
            label=texts.say(f"type.{choice.type}"),
            detail=texts.yen(choice.fee_yen) if choice.available else texts.say("unavailable.type"),
            enabled=choice.available,
            picture="certificate",
        )
        for choice in choices
    )
    return _view(
        texts,
        "choose_type",
        "choices",
        step=5,
        buttons=(*buttons, _quiet(texts, "cancel")),
        countdown_s=countdown_s,
    )


def choose_scope(texts: Texts, scopes: Sequence[str], countdown_s: float | None = None) -> View:
    """Ask for the persons on the certificate."""
    buttons = tuple(
        Button(id=f"scope:{scope}", label=texts.say(f"scope.{scope}"), detail=texts.say(f"scope_detail.{scope}"))
        for scope in scopes
    )
    return _view(texts, "choose_scope", "choices", step=5, buttons=(*buttons, *_way(texts)), countdown_s=countdown_s)


def choose_items(texts: Texts, items: Sequence[str], chosen: Sequence[str], countdown_s: float | None = None) -> View:
    """Ask for the items to be shown; each is on or off."""
    buttons = tuple(
        Button(id=f"item:{item}", label=texts.say(f"item.{item}"), selected=item in chosen) for item in items
    )
    return _view(
        texts,
        "choose_items",
        "choices",
        step=5,
        buttons=(*buttons, *_way(texts), _primary(texts, "next")),
        countdown_s=countdown_s,
    )


def choose_copies(
    texts: Texts, copies: int, fee_yen: int, copies_max: int = COPIES_MAX, countdown_s: float | None = None
) -> View:
    """Ask for the number of copies; `fee_yen` is the fee of one."""
    buttons = tuple(
        Button(id=f"copies:{count}", label=texts.say("unit.copies", count=count), selected=count == copies)
        for count in range(1, min(copies_max, COPIES_MAX) + 1)
    )
    return _view(
        texts,
        "choose_copies",
        "choices",
        step=5,
        fee_yen=fee_yen,
        buttons=(*buttons, *_way(texts), _primary(texts, "next")),
        countdown_s=countdown_s,
    )


def confirm(texts: Texts, order: Order, countdown_s: float | None = None) -> View:
    """Show the whole order before it is sent; `order.fee_yen` is the fee of all copies."""
    items = texts.say("unit.list").join(texts.say(f"item.{item}") for item in order.items)
    values = {
        "municipality": order.municipality,
        "type": texts.say(f"type.{order.type}"),
        "scope": texts.say(f"scope.{order.scope}"),
        "items": items or texts.say("fact.no_items"),
        "copies": texts.say("unit.copies", count=order.copies),
        "fee": texts.yen(order.fee_yen),
    }
    return _view(
        texts,
        "confirm",
        step=6,
        facts=tuple(Fact(label=texts.say(f"fact.{key}"), value=value) for key, value in values.items()),
        buttons=(*_way(texts), _primary(texts, "next", "confirm")),
        countdown_s=countdown_s,
    )


def issuing(texts: Texts) -> View:
    """Ask for patience while municipality and centre make the certificate."""
    return _view(texts, "issuing", "progress", step=6, picture="wait")


def pay(
    texts: Texts, due_yen: int, inserted_yen: int, *, cancellable: bool = True, countdown_s: float | None = None
) -> View:
    """Ask for the fee; `due_yen` is the whole fee, `inserted_yen` what lies in escrow."""
    values = {"due": due_yen, "inserted": inserted_yen, "left": max(0, due_yen - inserted_yen)}
    return _view(
        texts,
        "pay",
        "pay",
        step=7,
        picture="coins",
        facts=tuple(Fact(label=texts.say(f"fact.{key}"), value=texts.yen(value)) for key, value in values.items()),
        buttons=(_quiet(texts, "cancel"),) if cancellable else (),
        countdown_s=countdown_s,
    )


def printing(texts: Texts, progress: float | None = None) -> View:
    """Show how far the print is, 0.0 to 1.0, or None when that is not known."""
    return _view(texts, "printing", "progress", step=8, picture="certificate", progress=progress)


def take_paper(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask to take the certificate."""
    return _view(texts, "take_paper", tone="done", step=8, picture="paper_take", countdown_s=countdown_s)


def thanks(texts: Texts) -> View:
    """Say thanks; the dialogue is over."""
    buttons = (_primary(texts, "next", "finish"),)
    return _view(texts, "thanks", tone="done", step=8, picture="done", buttons=buttons)


def sorry(texts: Texts, cause: str, *, contact: str = "", money: Money = "", countdown_s: float | None = None) -> View:
    """Tell why it ended, one of `SORRY_CAUSES`; what became of the money; the municipality's contact for questions."""
    lines = (*texts.lines(f"sorry.{cause}.lines"), *((texts.say(f"sorry.{money}"),) if money else ()))
    return View(
        name="sorry",
        layout="message",
        tone="warning",
        title=texts.say(f"sorry.{cause}.title"),
        lines=lines,
        note=_contact(texts, contact) if contact else "",
        picture="coins" if cause in ("payment_returned", "overpaid") else "attention",
        buttons=(_primary(texts, "next", "finish"),),
        countdown_s=countdown_s,
        service=texts.say("language.service"),
        lang=texts.lang,
        languages=texts.languages,
    )


def _view(
    texts: Texts,
    name: str,
    layout: Literal["choices", "pad", "message", "progress", "pay"] = "message",
    *,
    step: int,
    text: str = "",
    more_lines: tuple[str, ...] = (),
    countdown_s: float | None = None,
    **fields: Any,
) -> View:
    """Build a view from its texts; parameters of texts (`tries`, `fee_yen`) are among `fields`."""
    parameters = {key: fields.pop(key) for key in ("tries", "fee_yen") if key in fields}
    key = f"view.{text or name}"
    return View(
        name=name,
        layout=layout,
        title=texts.say(f"{key}.title", **parameters),
        lines=(*texts.lines(f"{key}.lines", **parameters), *more_lines),
        note=texts.say(f"{key}.note", **parameters),
        step=step,
        steps=STEPS,
        service=texts.say("language.service"),
        lang=texts.lang,
        languages=texts.languages,
        countdown_s=countdown_s,
        **fields,
    )


def _primary(texts: Texts, button: str, label: str = "", *, enabled: bool = True) -> Button:
    return Button(id=button, label=texts.say(f"button.{label or button}"), kind="primary", enabled=enabled)


def _quiet(texts: Texts, button: str) -> Button:
    return Button(id=button, label=texts.say(f"button.{button}"), kind="quiet")


def _way(texts: Texts) -> tuple[Button, Button]:
    """Give the two ways out of a question."""
    return _quiet(texts, "cancel"), _quiet(texts, "back")


def _contact(texts: Texts, contact: str) -> str:
    return texts.say("sorry.contact", contact=unbroken(contact))


def _unavailable(texts: Texts, choice: MunicipalityChoice) -> str:
    opening, closing = choice.hours
    hours = texts.say("unit.hours", open=opening, close=closing)
    return texts.say(f"unavailable.{choice.status}", hours=hours)
