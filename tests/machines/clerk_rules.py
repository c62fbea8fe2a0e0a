"""What must hold on every transition of the clerk's machine. Each rule is one function that returns what is broken.

Sources: `DOMAIN` ("The sequence", "Refusals"), the theory of operation in `firmware/app/clerk/machine.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.questions import AFTER_CARD, PIN_DIGITS
from firmware.app.clerk.registering import FIELDS
from firmware.app.clerk.state import (
    Asking,
    AwaitingSlip,
    Clerk,
    Over,
    Paying,
    Printing,
    PrintingSlip,
    Question,
    Receipting,
    Saying,
    Spare,
    TakingCard,
    TakingPaper,
    Work,
    Working,
)
from firmware.app.clerk.visit import BY_NAME, Field, Visit, Wanted
from tests.machines.clerk_paper_rules import PAPER_RULES
from tests.machines.clerk_reading import at, commands, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.machines.clerk_world import Answer

COMMAND_OF = {
    Work.AVAILABILITY: v.AskPlaces,
    Work.OPEN: v.OpenTransaction,
    Work.PROBE: v.ProbeCard,
    Work.AUTHENTICATE: v.Authenticate,
    Work.PRESENT: v.PresentCard,
    Work.HOUSEHOLD: v.AskHousehold,
    Work.PREVIEW: v.AskPreview,
    Work.ISSUE: v.PlaceOrder,
    Work.HISTORY: v.AskHistory,
    Work.REGISTRATION: v.AskRegistration,
    Work.REGISTER: v.Register,
}
_ERRANDS = (*COMMAND_OF.values(), v.PrintDocument, v.PrintReceipt, v.PrintRequestSlip)
KIOSK_MUST_SPEAK = (Spare, TakingCard, AwaitingSlip, PrintingSlip, Paying, Printing, Receipting, TakingPaper)
_REFUSABLE = (Work.HOUSEHOLD, Work.PREVIEW, Work.ISSUE, Work.HISTORY, Work.REGISTRATION, Work.REGISTER)
_TYPING = (*FIELDS, Question.REGISTER_CONFIRM)


def _pin_asked(clerk: Clerk) -> bool:
    return isinstance(clerk.phase, Asking) and clerk.phase.question is Question.ENTER_PIN


def stale_results_change_nothing(a: Answer) -> str | None:
    """A late result of earlier work is as if it had never come."""
    serial = getattr(a.event, "serial", None)
    stale = serial is not None and serial != getattr(a.before.clerk.phase, "serial", None)
    if stale and (a.clerk != a.before.clerk or a.commands):
        return "a stale result changed something"
    return None


def pin_is_given_on_purpose(a: Answer) -> str | None:
    """One touch of *next* with four digits and a card on the reader gives the PIN once; never anything else."""
    if not commands(a, v.Authenticate):
        return None
    before = a.before.clerk
    whole = before.visit.filled == a.before.digits == PIN_DIGITS
    if not (_pin_asked(before) and a.event == v.Touched("next") and whole and before.visit.card):
        return "Authenticate without four digits, a card and the person's *next*"
    return None if a.clerk.visit.filled == 0 else "the digits count as there after they were used"


def digits_are_counted(a: Answer) -> str | None:
    """The machine's count is the number of digits in memory, and there are none outside the PIN page."""
    if _pin_asked(a.after.clerk):
        return None if a.after.digits == a.after.clerk.visit.filled else "the count of digits is wrong"
    return "digits outlive the PIN page" if a.after.digits else None


def pin_is_wiped(a: Answer) -> str | None:
    """Every way out of the PIN page wipes the digits or uses them up."""
    left = _pin_asked(a.before.clerk) and not _pin_asked(a.clerk)
    if left and not (commands(a, v.WipePin) or commands(a, v.Authenticate)):
        return "the PIN page was left with no WipePin"
    return None


def last_try_is_confirmed(a: Answer) -> str | None:
    """With one try left the PIN page comes only after *yes*; with none it never comes."""
    if not _pin_asked(a.clerk) or _pin_asked(a.before.clerk):
        return None
    tries, before = a.clerk.visit.tries, a.before.clerk.phase
    confirmed = isinstance(before, Asking) and before.question is Question.LAST_TRY and a.event == v.Touched("yes")
    if tries < 1 or (tries == 1 and not confirmed):
        return f"the PIN is asked for with {tries} tries left and no confirmation"
    return None


def centre_is_told(a: Answer) -> str | None:
    """A transaction that nothing comes of is cancelled once; one that is not open, or is paid, never."""
    cancels = len(commands(a, v.CancelTransaction))
    had = a.before.clerk.visit.transaction_id is not None
    ended = isinstance(a.clerk.phase, (Saying, Over)) and not isinstance(a.before.clerk.phase, (Saying, Over))
    paid = isinstance(a.before.clerk.phase, (Printing, Receipting, TakingPaper))
    failed = ended and getattr(a.clerk.phase, "end", None) is not m.EndCause.FINISHED and not paid
    dropped = had and a.clerk.visit.transaction_id is None
    if cancels != int((failed and had) or dropped):
        return f"{cancels} CancelTransaction, transaction open: {had}, failed: {failed}, dropped: {dropped}"
    return "cancelled twice" if cancels and a.before.cancelled else None


def documents_belong_to_transactions(a: Answer) -> str | None:
    """The kiosk hears of a document only in a transaction that it has heard of."""
    for held in said(a, m.DocumentHeld):
        if not a.before.kiosk_knows or held.transaction_id != a.clerk.visit.transaction_id:  # type: ignore[union-attr]
            return "DocumentHeld without TransactionOpened"
    if a.after.kiosk_knows != (a.clerk.visit.transaction_id is not None) and not isinstance(
        a.clerk.phase, (Saying, Over)
    ):
        return "kiosk and clerk differ about the transaction"
    return None


def orders_are_possible(a: Answer) -> str | None:
    """What is ordered or previewed was offered to this card, and can be had now."""
    visit = a.clerk.visit
    for command in (*commands(a, v.PlaceOrder), *commands(a, v.AskPreview)):
        if not _is_possible(command.order, visit):  # type: ignore[union-attr]
            return f"ordered what was not offered: {command}"
    for query in commands(a, v.AskHousehold):
        if not any(offer.available for offer in visit.offers if offer.type == query.type):  # type: ignore[union-attr]
            return f"asked for what cannot be had: {query}"
    return None


def _is_possible(order: Wanted, visit: Visit) -> bool:
    offer = next((each for each in visit.offers if each.type == order.type and each.available), None)
    if offer is None:
        return False
    by_name = order.scope in BY_NAME
    one = order.type == "family_register" and by_name
    return (
        order.scope in offer.scopes
        and set(order.items) <= set(offer.items)
        and 1 <= order.copies <= offer.copies_max
        and (order.fiscal_year in offer.fiscal_years if offer.fiscal_years else order.fiscal_year is None)
        and bool(order.persons) == by_name
        and set(order.persons) <= set(range(visit.persons))
        and (len(order.persons) == 1 or not one)
    )


def the_order_is_what_the_person_touched(a: Answer) -> str | None:
    """Every order is what was touched on the pages, no more and no less."""
    offer, wish = a.before.clerk.visit.offer, a.after.wish or a.before.wish
    only = offer.scopes[0] if offer and len(offer.scopes) == 1 else None
    for command in (*commands(a, v.PlaceOrder), *commands(a, v.AskPreview)):
        if wish is None or not wish.is_met_by(command.order, only):  # type: ignore[union-attr]
            return f"the person wished {wish}, and the machine asks for {command}"
    return None


def what_is_confirmed_was_previewed(a: Answer) -> str | None:
    """The confirmation comes after the preview of the very same order, which comes after the answer to its query."""
    before, now = a.before.clerk, a.clerk
    sources = {Question.CONFIRM: (Question.PREVIEW,), Question.PREVIEW: (Question.CONFIRM,)}
    question = at(now)
    if question not in sources or (at(before) is question and before.visit.choice == now.visit.choice):
        return None
    came = isinstance(a.event, v.PreviewCame) and question is Question.PREVIEW
    if not (came or at(before) in sources[question]) or before.visit.choice != now.visit.choice:
        return f"{question} comes after {before.phase}"
    return None


def only_what_leaves_a_choice_is_asked(a: Answer) -> str | None:
    """A question with nothing to choose is skipped."""
    offer, choice = a.clerk.visit.offer, a.clerk.visit.choice
    if offer is None or choice is None:
        return None
    empty = {
        Question.CHOOSE_YEAR: not offer.fiscal_years,
        Question.CHOOSE_SCOPE: len(offer.scopes) < 2,
        Question.CHOOSE_PERSONS: choice.scope not in BY_NAME or a.clerk.visit.persons == 0,
        Question.CHOOSE_ITEMS: not offer.items,
    }
    question = at(a.clerk)
    return f"{question} leaves no choice" if question and empty.get(question) else None


def a_refusal_leaves_the_transaction_open(a: Answer) -> str | None:
    """After a refused order or query another certificate can be chosen; nothing of the refused one is left."""
    phase = a.before.clerk.phase
    if not (isinstance(phase, Working) and phase.work in _REFUSABLE and isinstance(a.event, v.WorkFailed)):
        return None
    if a.event.end is not m.EndCause.REFUSED or a.event.serial != phase.serial:
        return None
    visit = a.clerk.visit
    kept = visit.transaction_id == a.before.clerk.visit.transaction_id and not commands(a, v.CancelTransaction)
    if not kept or at(a.clerk) is not Question.REFUSED or visit.choice or visit.refusal != a.event.cause:
        return f"refused, and then {a.clerk.phase}"
    return None


def a_registration_is_whole(a: Answer) -> str | None:
    """A registration is asked for with three whole texts, where it can be asked for, at the person's *next*."""
    if not commands(a, v.Register):
        return None
    place = a.before.clerk.visit.place
    asked = at(a.before.clerk) is Question.REGISTER_CONFIRM and a.event == v.Touched("next")
    if not asked or a.before.whole != frozenset(Field) or not (place and place.registration):
        return "Register without three whole texts, a place for it and the person's *next*"
    return None


def typed_texts_are_wiped(a: Answer) -> str | None:
    """Nothing typed is left anywhere but on the pages of the registration and while it is being asked for."""
    phase = a.clerk.phase
    needed = at(a.clerk) in _TYPING or (isinstance(phase, Working) and phase.work is Work.REGISTER)
    return f"typed texts are left in {phase}" if a.after.typed and not needed else None


def card_is_taken_first(a: Answer) -> str | None:
    """After the centre's answer nothing is asked, and no fee, while a card lies there."""
    phase, before = a.clerk.phase, a.before.clerk.phase
    asked = isinstance(phase, Asking) and phase.question in AFTER_CARD
    charged = isinstance(phase, Paying) and not isinstance(before, Paying)
    if (asked or charged) and a.clerk.visit.card:
        return f"{phase} while the card lies there"
    return None


def a_laid_card_delays_and_loses_nothing(a: Answer) -> str | None:
    """A card that is laid down again and taken away leads back to where the person was."""
    before, phase = a.before.clerk.phase, a.clerk.phase
    if not isinstance(before, TakingCard) or a.event != m.CardSeen(present=False):
        return None
    if before.held is not None:
        return None if said(a, m.DocumentHeld) == [before.held] else "the document that was held is forgotten"
    back = isinstance(phase, Asking) and phase.question is before.question
    return None if back else f"{phase} instead of {before.question}"


def the_kiosk_knows_of_the_card(a: Answer) -> str | None:
    """The kiosk is told when the card is to be taken: it alone can remind and sound the alarm."""
    begun = isinstance(a.clerk.phase, TakingCard) and not isinstance(a.before.clerk.phase, TakingCard)
    told = m.Stepped(m.Step.TAKE_CARD) in said(a, m.Stepped)
    return None if begun == told else f"take_card begun: {begun}, told: {told}"


def money_is_spoken_of_truly(a: Answer) -> str | None:
    """No page says that the money came back before the kiosk does, nor once it says that it is stuck."""
    before, phase = a.before.clerk.phase, a.clerk.phase
    if not isinstance(phase, Saying) or phase.money != "returned":
        return None
    known = isinstance(before, Saying) and before.money == "returned"
    if isinstance(a.event, m.PaymentStuck) or not (known or isinstance(a.event, m.PaymentBack)):
        return f"the money is called returned on {a.event}"
    return None


def whoever_waits_may_cancel(a: Answer) -> str | None:
    """Until payment *cancel* ends it, but where a card is at work or a request is being made."""
    before, bound = a.before.clerk.phase, (Work.PROBE, Work.AUTHENTICATE, Work.REGISTER)
    waits = isinstance(before, (Asking, TakingCard)) or (isinstance(before, Working) and before.work not in bound)
    if waits and a.event == v.Touched("cancel") and not isinstance(a.clerk.phase, Saying):
        return f"cancelled in {before}, and then {a.clerk.phase}"
    return None


def work_has_its_command(a: Answer) -> str | None:
    """A piece of work begins with exactly its command, under a serial that was never used."""
    errands = [command for command in a.commands if isinstance(command, _ERRANDS)]
    phase = a.clerk.phase
    begun = (
        isinstance(phase, (Working, Printing, Receipting, PrintingSlip))
        and getattr(a.before.clerk.phase, "serial", None) != phase.serial
    )
    if not begun:
        return "a command that no work waits for" if errands else None
    assert isinstance(phase, (Working, Printing, Receipting, PrintingSlip))
    printing = {Printing: v.PrintDocument, Receipting: v.PrintReceipt, PrintingSlip: v.PrintRequestSlip}
    wanted = COMMAND_OF[phase.work] if isinstance(phase, Working) else printing[type(phase)]
    if [type(each) for each in errands] != [wanted] or errands[0].serial != phase.serial:
        return f"{phase} begun with {errands}"
    return None if phase.serial > a.before.clerk.serial else "a serial was used again"


def deadlines_run(a: Answer) -> str | None:
    """Who waits for a person, a card or the centre has a deadline ahead; a deadline that came changes the state."""
    phase = a.clerk.phase
    if not isinstance(phase, (*KIOSK_MUST_SPEAK, Over)) and phase.deadline is None:
        return f"{type(phase).__name__} has no deadline"
    if isinstance(a.event, v.Ticked) and a.clerk == a.before.clerk:
        return "a deadline that came changed nothing: the timer would not be set again"
    ahead = phase.deadline is None or phase.deadline > a.now
    return None if ahead or phase == a.before.clerk.phase else "the next deadline is not ahead"


def end_is_said_once(a: Answer) -> str | None:
    """`Ended` is said on the step from the last page to *over*, and nothing is said or done after that."""
    ended = isinstance(a.clerk.phase, Over) and not isinstance(a.before.clerk.phase, Over)
    if len(said(a, m.Ended)) != int(ended):
        return "Ended is said at the wrong time"
    if isinstance(a.before.clerk.phase, Over) and (not isinstance(a.clerk.phase, Over) or a.commands):
        return "over, and not over"
    return None


RULES: tuple[Callable[[Answer], str | None], ...] = (
    stale_results_change_nothing,
    pin_is_given_on_purpose,
    digits_are_counted,
    pin_is_wiped,
    last_try_is_confirmed,
    centre_is_told,
    documents_belong_to_transactions,
    orders_are_possible,
    the_order_is_what_the_person_touched,
    what_is_confirmed_was_previewed,
    only_what_leaves_a_choice_is_asked,
    a_refusal_leaves_the_transaction_open,
    a_registration_is_whole,
    typed_texts_are_wiped,
    card_is_taken_first,
    a_laid_card_delays_and_loses_nothing,
    the_kiosk_knows_of_the_card,
    money_is_spoken_of_truly,
    whoever_waits_may_cancel,
    *PAPER_RULES,
    work_has_its_command,
    deadlines_run,
    end_is_said_once,
)


def broken_by(answer: Answer) -> Iterator[str]:
    """Yield the rules that a transition breaks, each with what is wrong; what changed nothing broke nothing."""
    before, after = answer.before, answer.after
    unmoved = answer.clerk == before.clerk and (before.digits, before.typed) == (after.digits, after.typed)
    silent = not isinstance(answer.event, (v.Ticked, m.PaymentStuck)) and answer.event != v.Touched("cancel")
    if unmoved and not answer.commands and silent:
        return
    for rule in RULES:
        wrong = rule(answer)
        if wrong is not None:
            yield f"{rule.__name__}: {wrong}"
