"""Pages and machine agree: every button that a page offers does something, and nothing else does."""

from datetime import date

import pytest

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.answers import Person
from firmware.app.clerk.known import Known
from firmware.app.clerk.registering import FIELDS
from firmware.app.clerk.state import Asking, Limits, Question
from firmware.app.clerk.views import view_of
from firmware.app.clerk.visit import Field
from firmware.app.screens import pages, texts
from tests.machines.clerk_graph import clerk_graph
from tests.machines.clerk_world import NOW_S, TOUCHES, answer

pytestmark = pytest.mark.xdist_group("machines explored")

JA = texts.load()["ja"]
PERSONS = tuple(
    Person(ref * 32, f"{ref} {ref}", "ア", ref == "a", "妻", date(1986, 11, 30), foreign=False) for ref in "ab"
)
REQUEST = pages.Request("123412341234", "rejected", "2026-11-01")
TYPED = {Field.NAME: "ア　ア", Field.BIRTH: "19861130", Field.PHONE: "0922121111"}


def known_for(clerk):
    """Return what the runner would know: texts as far as they are whole."""
    known = Known(persons=PERSONS, requests=(REQUEST,))
    known.typed |= {field: TYPED[field] for field in clerk.visit.typed}
    return known


def asked():
    """Every question with everything that decides its page; deadlines and countdowns apart."""
    seen = {}
    for situation in clerk_graph().explored.states:
        clerk = situation.clerk
        if isinstance(clerk.phase, Asking):
            seen.setdefault((clerk.phase.question, clerk.visit), situation)
    return list(seen.values())


def test_what_a_page_offers_is_answered_and_nothing_else():
    looked = 0
    for situation in asked():
        clerk, question = situation.clerk, situation.clerk.phase.question
        view = view_of(clerk, known_for(clerk), JA, Limits())
        offered = {each.id for each in view.buttons if each.enabled}
        offered |= {"digit"} if question is Question.ENTER_PIN and clerk.visit.filled < 4 else set()
        typing = {"erase", "voiced", "semivoiced", "small", "space"} if question in FIELDS else {"erase"}
        answered = {
            button for button in TOUCHES if answer(situation, v.Touched(button), NOW_S).clerk.phase != clerk.phase
        }
        assert answered - offered <= {"cancel"}, (question, clerk.visit)  # some pages offer another way to end
        assert offered - answered - typing == set(), (question, clerk.visit)
        looked += 1
    assert looked > 300
