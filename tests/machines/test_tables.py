"""The tables and diagrams in docs/machines are what the machines do now."""

import html
import re

import pytest

from tests.machines import table

pytestmark = [pytest.mark.xdist_group("machines explored"), pytest.mark.timeout(300)]

NAMES = ("clerk-table.md", "clerk.dot", "kiosk-table.md", "kiosk.dot")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_checked_in_is_what_the_machine_does(name):
    checked_in = (table.FOLDER / name).read_text(encoding="utf-8")
    now = table.documents()[name]
    differences = [f"  {line}" for line in now.splitlines() if line not in set(checked_in.splitlines())]
    told = f"docs/machines/{name} is not what the machine does now. If the change is meant, run {table.COMMAND}"
    assert checked_in == now, "\n".join((told, *differences[:20]))


def test_every_document_is_compared():
    assert set(table.documents()) == set(NAMES)


@pytest.mark.parametrize("name", ["clerk-table.md", "kiosk-table.md"])
def test_every_phase_names_or_counts_every_event_that_can_be_given_to_it(name):
    text = table.documents()[name]
    events = int(re.search(r"(\d+) kinds of events", text)[1])
    for section in text.split("\n## ")[1:]:
        named = {line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")} - {"| event"}
        others = int(re.search(r"on the other (\d+) events", section)[1])
        assert events - 2 <= len(named) + others <= events, section.splitlines()[0]  # no deadline, no Ticked


@pytest.mark.parametrize("name", ["clerk", "kiosk"])
def test_each_picture_shows_the_phases_and_arrows_of_its_diagram(name):
    dot = (table.FOLDER / f"{name}.dot").read_text(encoding="utf-8")
    picture = (table.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    phases = set(re.findall(r'^  "([^"]+)" \[', dot, re.MULTILINE))
    arrows = {f"{a}->{b}" for a, b in re.findall(r'^  "([^"]+)" -> "([^"]+)"', dot, re.MULTILINE)}
    shown = {html.unescape(title) for title in re.findall("<title>([^<]+)</title>", picture)} - {name}
    assert len(phases) > 8
    assert shown == phases | arrows, f"install graphviz and run {table.COMMAND}"
