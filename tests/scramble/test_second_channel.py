"""Panels read back from prints and scans that are simulated in another way than the reader was made with."""

import pytest

from hub.scramble.compression import Kind
from hub.scramble.reading import Restored, read_panel
from tests.scramble.channel.second import PATHS, sent
from tests.scramble.sheet import KEY, KEY_ID, sheet_of


@pytest.fixture(scope="module")
def mixed(page_576):
    return sheet_of(page_576, 576, kind=Kind.MIXED_2)


@pytest.mark.parametrize("name", ["150 dpi", "askew 8", "faded", "photograph"])
def test_a_panel_is_restored_over_another_way_than_ours(sheet, mixed, name):
    for drawn in (sheet, mixed) if name == "askew 8" else (mixed,):
        result = read_panel(sent(drawn.dots, PATHS[name], 1), {KEY_ID: KEY})
        assert isinstance(result, Restored), result
        assert result.page.dots == drawn.page
