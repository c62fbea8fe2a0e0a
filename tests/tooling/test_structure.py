"""The structure check finds what it says it finds, and this checkout keeps its rules."""

import pytest

from tests.tooling import structure


@pytest.fixture
def tree(tmp_path):
    """A checkout with one good file."""
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "buzzer.py").write_text('"""The buzzer."""\n\nLOUD = 1\n')
    return tmp_path


def test_this_checkout_keeps_the_rules():
    assert structure.offences(structure.ROOT) == []


def test_a_good_tree_has_no_offence(tree):
    assert structure.offences(tree) == []


def test_a_file_of_401_lines_is_found(tree):
    (tree / "firmware" / "long.py").write_text('"""Long."""\n' + "X = 1\n" * 400)
    assert any("long.py: 401 lines" in offence for offence in structure.offences(tree))


def test_a_function_of_41_lines_is_found_and_one_of_40_is_not(tree):
    body = '"""Two functions."""\n\ndef longest():\n' + "    x = 1\n" * 39 + "\ndef longer():\n" + "    x = 1\n" * 40
    (tree / "firmware" / "two.py").write_text(body)
    assert structure.offences(tree) == ["firmware/two.py: longer has 41 lines, at most 40: name a part of it"]


def test_a_median_over_150_lines_is_found_and_tests_do_not_count(tree):
    for name in ("one", "two"):
        (tree / "firmware" / f"{name}.py").write_text('"""Long."""\n' + "X = 1\n" * 200)
    (tree / "tests").mkdir()
    for number in range(5):
        (tree / "tests" / f"short_{number}.py").write_text('"""Short."""\nX = 1\n')
    assert [offence for offence in structure.offences(tree) if offence.startswith("median")] == [
        "median of firmware, hub, sim_hw: 201 lines a file, at most 150"
    ]


@pytest.mark.parametrize("name", ["utils.py", "card_manager.py", "printer_helper.py"])
def test_a_name_that_says_nothing_is_found(tree, name):
    (tree / "firmware" / name).write_text('"""Something."""\n')
    assert any("names nothing" in offence for offence in structure.offences(tree))


def test_a_new_top_level_folder_is_found(tree):
    (tree / "scripts").mkdir()
    assert any(offence.startswith("scripts/") for offence in structure.offences(tree))


def test_a_file_that_does_not_say_what_it_is_for_is_found(tree):
    (tree / "firmware" / "silent.py").write_text("X = 1\n")
    assert structure.offences(tree) == ["firmware/silent.py: opens with no docstring that says what it is for"]


def test_what_tools_made_is_not_looked_at(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "utils.py").write_text("X = 1\n" * 500)
    assert structure.offences(tree) == []
