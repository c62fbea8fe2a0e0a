"""`make bench-hub` in its quick sizes: it runs on real processes, and the page is written from what was found."""

import json

import pytest

from tests.load import page, table

pytestmark = [pytest.mark.xdist_group("postgresql"), pytest.mark.timeout(300)]


def test_growth_and_burst_run_and_nothing_is_swapped(tmp_path):
    written = tmp_path / "page.md"
    written.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    table.main(["growth", "burst", "--quick", "--out", str(tmp_path / "out"), "--page", str(written)])
    told = json.loads((tmp_path / "out" / "quick" / "found.json").read_text())
    row = told["growth"][0]
    assert row["swaps"] == 0
    assert row["issues"] >= 1
    assert row["cpu_ms"]["centre"] > 0
    assert (told["burst"]["swaps"], told["burst"]["answered"] + told["burst"]["refused"]) == (0, 100)
    lines = written.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    assert sum(line.startswith("| 2 | 2 |") for line in lines) == 1


def test_a_part_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit):
        table.main(["speed"])
    assert "no such part: speed; parts are load, burst, growth" in capsys.readouterr().err


def test_a_page_without_marks_is_told(tmp_path):
    (tmp_path / "page.md").write_text("nothing")
    with pytest.raises(ValueError, match="has no marks"):
        page.write(tmp_path / "page.md", "text")
