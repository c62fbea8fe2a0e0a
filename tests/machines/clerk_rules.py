"""What must hold on every transition of the clerk's machine. Each rule is one function that returns what is broken.

Sources: `DOMAIN` ("The sequence", "Refusals"), the theory of operation in `firmware/app/clerk/machine.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.questions import AFTER_CARD, PIN_DIGITS
from firmware.app.clerk.state import (
    Asking,
    Clerk,
    Over,
    Paying,
    Printing,
    Question,
    Saying,
    Spare,
    TakingCard,
    TakingPaper,
    Work,
    Working,
)
from tests.machines.clerk_world import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND_OF = {
    Work.AVAILABILITY: v.AskPlaces,
    Work.OPEN: v.OpenTransaction,
    Work.PROBE: v.ProbeCard,
    Work.AUTHENTICATE: v.Authenticate,
    Work.PRESENT: v.PresentCard,
    Work.ISSUE: v.PlaceOrder,
}
_ERRANDS = (*COMMAND_OF.values(), v.PrintDocument)
KIOSK_MUST_SPEAK = (Spare, TakingCard, Paying, Printing, TakingPaper)


def _pin_asked(clerk: Clerk) -> bool:
    return isinstance(clerk.phase, Asking) and clerk.phase.question is Question.ENTER_PIN


def _all(answer: Answer, kind: type) -> list[v.Command]:
    return [command for command in answer.commands if isinstance(command, kind)]


def _said(answer: Answer, kind: type) -> list[m.FromClerk]:
    return [each.message for each in answer.commands if isinstance(each, v.Say) and isinstance(each.message, kind)]


def stale_results_change_nothing(a: Answer) -> str | None:
    """A late result of earlier work is as if it had never come."""
    serial = getattr(a.event, "serial", None)
    stale = serial is not None and serial != getattr(a.before.clerk.phase, "serial", None)
    if stale and (a.clerk != a.before.clerk or a.commands):
        return "a stale result changed something"
    return None


def pin_is_given_on_purpose(a: Answer) -> str | None:
    """One touch of *next* with four digits and a card on the reader gives the PIN once; never anything else."""
    if not _all(a, v.Authenticate):
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
    if left and not (_all(a, v.WipePin) or _all(a, v.Authenticate)):
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
    """A transaction that nothing comes of is cancelled once; one that is not open, never."""
    cancels = len(_all(a, v.CancelTransaction))
    had = a.before.clerk.visit.transaction_id is not None
    ended = isinstance(a.clerk.phase, Saying) and not isinstance(a.before.clerk.phase, Saying)
    failed = ended and isinstance(a.clerk.phase, Saying) and a.clerk.phase.end is not m.EndCause.FINISHED
    dropped = had and a.clerk.visit.transaction_id is None
    if cancels != int((failed and had) or dropped):
        return f"{cancels} CancelTransaction, transaction open: {had}, failed: {failed}, dropped: {dropped}"
    return "cancelled twice" if cancels and a.before.cancelled else None


def documents_belong_to_transactions(a: Answer) -> str | None:
    """The kiosk hears of a document only in a transaction that it has heard of."""
    for held in _said(a, m.DocumentHeld):
        if not a.before.kiosk_knows or held.transaction_id != a.clerk.visit.transaction_id:  # type: ignore[union-attr]
            return "DocumentHeld without TransactionOpened"
    if a.after.kiosk_knows != (a.clerk.visit.transaction_id is not None) and not isinstance(
        a.clerk.phase, (Saying, Over)
    ):
        return "kiosk and clerk differ about the transaction"
    return None


def orders_are_possible(a: Answer) -> str | None:
    """What is ordered was offered to this card, after the card was taken back once."""
    for order in _all(a, v.PlaceOrder):
        offer = next((each for each in a.clerk.visit.offers if each.type == order.type), None)
        if (
            offer is None
            or order.scope not in offer.scopes
            or not set(order.items) <= set(offer.items)
            or not 1 <= order.copies <= offer.copies_max
        ):
            return f"ordered what was not offered: {order}"
    return None


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
        return None if _said(a, m.DocumentHeld) == [before.held] else "the document that was held is forgotten"
    back = isinstance(phase, Asking) and phase.question is before.question
    return None if back else f"{phase} instead of {before.question}"


def the_kiosk_knows_of_the_card(a: Answer) -> str | None:
    """The kiosk is told when the card is to be taken: it alone can remind and sound the alarm."""
    begun = isinstance(a.clerk.phase, TakingCard) and not isinstance(a.before.clerk.phase, TakingCard)
    told = m.Stepped(m.Step.TAKE_CARD) in _said(a, m.Stepped)
    return None if begun == told else f"take_card begun: {begun}, told: {told}"


def money_is_spoken_of_truly(a: Answer) -> str | None:
    """Once the kiosk says that the money is stuck, no page says that it came back."""
    phase = a.clerk.phase
    if isinstance(a.event, m.PaymentStuck) and isinstance(phase, Saying) and phase.money == "returned":
        return "stuck money is called returned"
    return None


def printing_is_commanded(a: Answer) -> str | None:
    """Printing begins at the kiosk's word for this document, and *printed* is said at the printer's word only."""
    document_id = a.before.clerk.visit.document_id
    if _all(a, v.PrintDocument) and not (
        isinstance(a.before.clerk.phase, Paying) and a.event == m.Print(document_id or m.Id("0" * 32))
    ):
        return "PrintDocument without the kiosk's Print"
    if _said(a, m.Printed) and not (isinstance(a.before.clerk.phase, Printing) and isinstance(a.event, v.PrintDone)):
        return "Printed without the printer's completion reply"
    return None


def work_has_its_command(a: Answer) -> str | None:
    """A piece of work begins with exactly its command, under a serial that was never used."""
    errands = [command for command in a.commands if isinstance(command, _ERRANDS)]
    phase = a.clerk.phase
    begun = isinstance(phase, (Working, Printing)) and getattr(a.before.clerk.phase, "serial", None) != phase.serial
    if not begun:
        return "a command that no work waits for" if errands else None
    assert isinstance(phase, (Working, Printing))
    wanted = v.PrintDocument if isinstance(phase, Printing) else COMMAND_OF[phase.work]
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
    if len(_said(a, m.Ended)) != int(ended):
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
    card_is_taken_first,
    a_laid_card_delays_and_loses_nothing,
    the_kiosk_knows_of_the_card,
    money_is_spoken_of_truly,
    printing_is_commanded,
    work_has_its_command,
    deadlines_run,
    end_is_said_once,
)


def broken_by(answer: Answer) -> Iterator[str]:
    """Yield the rules that a transition breaks, each with what is wrong; what changed nothing broke nothing."""
    unmoved = answer.clerk == answer.before.clerk and answer.before.digits == answer.after.digits
    if unmoved and not answer.commands and not isinstance(answer.event, (v.Ticked, m.PaymentStuck)):
        return
    for rule in RULES:
        wrong = rule(answer)
        if wrong is not None:
            yield f"{rule.__name__}: {wrong}"
