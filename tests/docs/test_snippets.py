"""Commands and code in the pages are real: each command is one that its program takes, each block can be read."""

import argparse
import importlib.util
import json
import re
import shlex
import tomllib

import pytest

from firmware import __main__ as kiosk
from hub import command_line as hub
from tests.docs.page_parts import ROOT, commands, snippets

READERS = {"json": json.loads, "toml": tomllib.loads, "python": lambda text: compile(text, "snippet", "exec")}
OPTION = re.compile(r"--[a-z][a-z-]*")


def parsers_of(parser, path=()):
    """Give the parser of every (sub)command by its words."""
    found = {path: parser}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                found |= parsers_of(each, (*path, name))
    return found


def faults_of(parsers, words):
    """Say what a command line names that its program has not: a command, or an option."""
    path = ()
    while words and (*path, words[0]) in parsers:
        path, words = (*path, words[0]), words[1:]
    if not path and words and not words[0].startswith("-"):
        return [f"no command {words[0]!r}"]
    known = {option for action in parsers[path]._actions for option in action.option_strings}
    return sorted({option for word in words for option in OPTION.findall(word)} - known)


def check(program, parser):
    parsers = parsers_of(parser)
    called = commands(program)
    faults = {
        f"{page}: {line}": found
        for page, line in called
        if (found := faults_of(parsers, line.removeprefix(program).split()))
    }
    assert faults == {}
    assert called


def test_every_call_of_kiosk_is_one_that_it_takes():
    check("kiosk", kiosk._parser())


def test_every_call_of_the_hub_is_one_that_it_takes():
    check("python -m hub", hub.parser())


def test_a_command_or_an_option_that_does_not_exist_is_found():
    parsers = parsers_of(kiosk._parser())
    assert faults_of(parsers, ["dance"]) == ["no command 'dance'"]
    assert faults_of(parsers, ["doctor", "--config", "FILE", "--loud"]) == ["--loud"]
    assert faults_of(parsers, ["incidents", "list", "--config", "FILE", "[--json]"]) == []


@pytest.mark.parametrize("package", ["tests", "sim_hw", "hil_tests"])
def test_every_module_that_a_page_runs_exists(package):
    named = {line.split()[2] for _, line in commands(f"python -m {package}", exact=False)}
    assert named
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


def test_every_block_of_code_can_be_read():
    for snippet in snippets():
        if snippet.language in READERS:
            READERS[snippet.language](snippet.text)
        elif snippet.language == "sh":
            for line in filter(None, snippet.text.splitlines()):
                assert shlex.split(line), snippet.page


def test_every_file_that_the_developers_pages_name_exists():
    path = re.compile(
        r"`((?:firmware|hub|sim_hw|hil_tests|tests|deploy|docs)/[\w./-]+\.\w+|(?:firmware|hub|sim_hw|hil_tests|tests|deploy|docs)/[\w/-]+/)`"
    )
    named = [
        (page.name, name)
        for page in sorted((ROOT / "docs/developer").glob("*.md"))
        for name in path.findall(page.read_text(encoding="utf-8"))
    ]
    assert named
    assert [(page, name) for page, name in named if not (ROOT / name).exists()] == []
