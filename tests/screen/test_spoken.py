"""What is said of a page: what it shows, in its language, and nothing personal for all to hear."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from firmware.app.screens import pages, spoken, texts
from firmware.app.screens.guidance import Guidance
from tests.screen.every_view import ISSUES, LONG_ORDER, PERSONS, every_view

TEXTS = texts.load()
JA = TEXTS["ja"]


class Recorder:
    """In place of the voice: remembers what was to be said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.hushed = 0

    def say(self, text: str, lang: str) -> None:
        self.said.append((text, lang))

    def hush(self) -> None:
        self.hushed += 1

    speaking = False


class Shown:
    """In place of the screen."""

    def show(self, view) -> int:
        return view.step

    def goto(self, url: str) -> None:
        pass


def _guided(*, private: bool = True) -> tuple[Guidance, Recorder]:
    voice = Recorder()
    return Guidance(Shown(), voice, private=private), voice


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_everything_a_page_shows_is_said_through_earphones(lang):
    for label, view in every_view(TEXTS[lang]):
        said = spoken.whole(view, private=True)
        shown = [view.title, *view.lines, view.note, *(fact.value for fact in view.facts)]
        shown += [] if view.keys else [button.label for button in view.buttons]
        for text in shown:
            assert text.replace("\n", " ").strip() in said, label


def test_names_birth_dates_and_what_was_typed_are_not_said_for_all_to_hear():
    personal = [
        pages.choose_persons(JA, PERSONS, (0,)),
        pages.confirm(JA, LONG_ORDER),
        pages.register_name(JA, "ヤマダ　ハナコ"),
        pages.register_birth(JA, "19861130", valid=True),
        pages.register_phone(JA, "09012345678"),
        pages.register_confirm(JA, "古賀市", name_kana="ヤマダ　ハナコ", birth_date="1986-11-30", phone="09012345678"),
        pages.registered(JA, "202611230001"),
        pages.history(JA, ISSUES),
    ]
    secrets = ("山田", "ヤマダ", "1986年11月30", "昭和61", "5678", "2026-1123", "kiosk-0001", "マリア")
    for view in personal:
        aloud = spoken.whole(view, private=False)
        alone = spoken.whole(view, private=True)
        assert not [secret for secret in secrets if secret in aloud], view.name
        assert [secret for secret in secrets if secret in alone], view.name


def test_persons_are_told_apart_by_their_place_where_names_may_not_be_said():
    aloud = spoken.whole(pages.choose_persons(JA, PERSONS[:2], (1,)), private=False)
    assert "候補 1。" in aloud
    assert "候補 2 選択中。" in aloud


def test_of_a_pin_only_the_number_of_digits_is_said():
    guidance, voice = _guided()
    guidance.show(pages.enter_pin(JA, 0, 3))
    guidance.switch(True)
    voice.said.clear()
    guidance.show(pages.enter_pin(JA, 1, 3))
    guidance.focus("digit:7")
    assert voice.said == [("1 / 4。", "ja")]


def test_nothing_is_said_until_somebody_asks_for_it():
    guidance, voice = _guided()
    guidance.show(pages.consent(JA))
    guidance.say_again()
    guidance.focus("agree")
    assert voice.said == []
    guidance.switch(True)
    assert voice.said[0][0].startswith("ご利用の前に ご確認ください。")


def test_an_update_of_the_same_page_says_only_what_is_new():
    guidance, voice = _guided()
    guidance.show(pages.pay(JA, 250, 0))
    guidance.switch(True)
    voice.said.clear()
    guidance.show(pages.pay(JA, 250, 100))
    assert voice.said == [("投入金額 100円。 残り 150円。", "ja")]
    guidance.show(pages.pay(JA, 250, 100))
    assert len(voice.said) == 1


def test_a_choice_that_is_touched_is_said_with_its_state():
    guidance, voice = _guided()
    guidance.show(pages.choose_items(JA, ("relationship", "domicile"), ()))
    guidance.switch(True)
    voice.said.clear()
    guidance.show(pages.choose_items(JA, ("relationship", "domicile"), ("domicile",)))
    assert voice.said == [("本籍・筆頭者 選択中。", "ja")]


def test_the_warning_before_the_time_is_up_is_said():
    guidance, voice = _guided()
    guidance.show(pages.consent(JA))
    guidance.switch(True)
    voice.said.clear()
    guidance.show(pages.consent(JA, 20))
    assert voice.said == [("残り秒数 20。", "ja")]


def test_another_language_is_said_from_the_beginning():
    guidance, voice = _guided()
    guidance.show(pages.take_card(JA))
    guidance.switch(True)
    guidance.show(pages.take_card(TEXTS["pt"]))
    assert voice.said[-1][1] == "pt"
    assert voice.said[-1][0].startswith("Retire o cartão.")


@pytest.mark.parametrize("page", [pages.take_card, pages.take_paper])
def test_the_prompt_to_take_what_lies_there_is_said_unasked_where_everybody_hears_it(page):
    for private, count in ((False, 1), (True, 0)):
        guidance, voice = _guided(private=private)
        guidance.show(page(JA))
        assert len(voice.said) == count


@pytest.mark.parametrize(("private", "count"), [(True, 0), (False, 1)])
def test_an_alarm_is_said_unasked_where_everybody_hears_it(private, count):
    guidance, voice = _guided(private=private)
    guidance.show(msgspec.structs.replace(pages.take_paper(JA), tone="alarm"))
    assert len(voice.said) == count


def test_a_page_is_said_again_after_silence_twice_and_not_while_it_is_being_said():
    async def scenario() -> None:
        voice = Recorder()
        guidance = Guidance(Shown(), voice, private=True, repeat_s=0.03)
        guidance.show(pages.consent(JA))
        guidance.switch(True)
        voice.speaking = True
        await asyncio.sleep(0.1)
        assert len(voice.said) == 1, "it was cut off by itself"
        voice.speaking = False
        await asyncio.sleep(0.3)
        assert [text for text, _ in voice.said] == [voice.said[0][0]] * 3
        guidance.show(pages.take_card(JA))
        await asyncio.sleep(0.3)
        assert len(voice.said) == 6, "another page is repeated for itself"

    asyncio.run(scenario())


def test_who_touches_something_is_not_talked_at_and_who_switched_it_off_hears_nothing():
    async def scenario() -> None:
        voice = Recorder()
        guidance = Guidance(Shown(), voice, private=True, repeat_s=0.2)
        guidance.show(pages.enter_pin(JA, 0, 3))
        guidance.switch(True)
        for filled in (1, 2, 3):
            await asyncio.sleep(0.1)
            guidance.show(pages.enter_pin(JA, filled, 3))
        assert [text for text, _ in voice.said[1:]] == [f"{filled} / 4。" for filled in (1, 2, 3)]
        guidance.switch(False)
        await asyncio.sleep(0.4)
        assert len(voice.said) == 4

    asyncio.run(scenario())


def test_ceasing_hushes_the_voice():
    guidance, voice = _guided()
    guidance.show(pages.consent(JA))
    guidance.switch(True)
    guidance.switch(False)
    assert voice.hushed == 1
    guidance.show(pages.take_card(JA))
    assert len(voice.said) == 1
