"""The clerk's machine on random dialogues in real time: any offers, any touches, any results, late ones too."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import Clerk, Over
from firmware.app.clerk.visit import Offered
from tests.machines.clerk_rules import KIOSK_MUST_SPEAK, broken_by
from tests.machines.clerk_world import DOCUMENT_ID, FROM_KIOSK, PLACES, TOUCHES, TRANSACTION_ID, Situation, answer

ENDS = st.sampled_from([end for end in m.EndCause if end is not m.EndCause.FINISHED])
WORDS = st.sampled_from(("self", "household", "income", "domicile"))
OFFERS = st.lists(
    st.builds(
        Offered,
        st.sampled_from(("resident_record", "seal_registration", "family_register")),
        st.integers(0, 10_000),
        st.lists(WORDS, max_size=3).map(tuple),
        st.lists(WORDS, max_size=3).map(tuple),
        st.integers(0, 10),
    ),
    max_size=3,
).map(tuple)
AGE = st.integers(0, 2)  # 0: the serial that is waited for, else one of work before it
RESULTS = st.one_of(
    st.builds(v.PlacesCame, AGE, st.sampled_from((PLACES, ()))),
    st.builds(v.TransactionCame, AGE, st.just(TRANSACTION_ID)),
    st.builds(v.CardProbed, AGE, st.none() | st.integers(0, 3)),
    st.builds(v.CardSigned, AGE),
    st.builds(v.PinRefused, AGE, st.integers(0, 2)),
    st.builds(v.CardFailed, AGE, st.booleans()),
    st.builds(v.OffersCame, AGE, OFFERS),
    st.builds(v.DocumentCame, AGE, st.just(DOCUMENT_ID), st.integers(0, 10_000), *(st.integers(1, 10),) * 3),
    st.builds(v.WorkFailed, AGE, st.just("hub_down"), ENDS),
    st.builds(v.PrintAdvanced, AGE, st.floats(0, 1)),
    st.builds(v.PrintDone, AGE),
    st.builds(v.PrintStopped, AGE, st.sampled_from(m.PrintFault), st.integers(0, 10)),
)
TOUCHED = st.builds(v.Touched, st.sampled_from(TOUCHES) | st.text(max_size=20))
EVENTS = st.tuples(st.sampled_from((0.0, 0.3, 5.0, 70.0)), st.sampled_from(FROM_KIOSK) | TOUCHED | RESULTS)
SERVED = (0.0, m.Serve(m.Id("a" * 32), m.Language.JA))


def take(situation, event, now):
    """Step once with the machine's own times and serials; every rule holds."""
    made = answer(situation, event, now)
    assert list(broken_by(made)) == [], (made.before, event, now)
    return replace(made.after, clerk=made.clerk)


def wait(situation, until):
    """Let deadlines come until then."""
    for _ in range(4):
        due = situation.clerk.deadline
        if due is None or due > until:
            return situation
        situation = take(situation, v.Ticked(), due)
    raise AssertionError(f"deadlines without end: {situation}")


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=60))
def test_rules_hold_on_any_dialogue_and_it_ends(happened):
    situation, now = Situation(Clerk()), 0.0
    for pause_s, event in (SERVED, *happened):
        now += pause_s
        situation = wait(situation, now)
        if hasattr(event, "serial"):
            event = replace(event, serial=situation.clerk.serial - event.serial)  # noqa: PLW2901 - its age becomes its serial
        situation = take(situation, event, now)
    situation = wait(situation, now + 200)
    assert isinstance(situation.clerk.phase, (Over, *KIOSK_MUST_SPEAK))
