"""How a reaction is timed, on a board that answers when it is told to."""

import asyncio

import pytest

from tests.measure import reaction


class FakeBoard:
    """Answers each level at its contact with the tones that were laid down for it: (duty, seconds later)."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self._on_tone = None

    def watch_tone(self, _pin, on_tone):
        self._on_tone = on_tone

    def drive(self, _pin, _level, at_s):  # noqa: ARG002 - as the board has it
        began_s = reaction.time.monotonic()
        for duty, later_s in self._answers.pop(0):
            self._on_tone(2700, duty, began_s + later_s)


def test_a_reaction_ends_when_the_buzzer_begins_to_sound_and_not_when_it_changes_its_tone():
    board = FakeBoard([(0, 0.001), (8, 0.004), (20, 0.009)], [(50, 0.002), (0, 0.003)])

    async def both() -> list[float]:
        pair = reaction._Pair(board, 17, 18)
        return [await pair.react(0), await pair.react(1)]

    assert asyncio.run(both()) == [pytest.approx(4, abs=0.5), pytest.approx(3, abs=0.5)]


def test_a_buzzer_that_stays_as_it_is_has_not_reacted(monkeypatch):
    monkeypatch.setattr(reaction, "ANSWER_S", 0.05)

    async def never() -> None:
        await reaction._Pair(FakeBoard([(0, 0.001)]), 17, 18).react(0)

    with pytest.raises(TimeoutError):
        asyncio.run(never())


def test_the_figure_is_the_99th_percentile_and_names_what_was_beside_it():
    kiosk = [3.0] * 985 + [4.5] * 10 + [19.0] * 5
    figures = reaction._figures({"kiosk": kiosk, "gpiozero": [3.5, 3.5]}, [0.3, 0.5], "while nothing else was done")
    assert figures["alarm.reaction_ms"] == {
        "value": 4.5,
        "unit": "ms",
        "n": 1000,
        "against": "p99, aim 5; p50 3.00 p99 4.50 max 19.00, while nothing else was done;"
        " gpiozero: p50 3.50 p99 3.50 max 3.50",
    }
    assert figures["alarm.reaction_max_ms"]["value"] == 19.0
    assert figures["alarm.card_removed_ms"]["value"] == 0.5
