"""Panels read back from files as offices send them, over a channel that shares nothing with the other two."""

import pytest

from hub.inquiry.picture import pictures
from hub.scramble.reading import Restored, read_panel
from tests.scramble.channel.third import WAYS, sent_file
from tests.scramble.sheet import KEY, KEY_ID


@pytest.mark.parametrize(
    "name", ["200 dpi q20", "PDF", "three folds 200", "stains 15", "ink stains 10", "a corner cut"]
)
def test_a_panel_is_restored_from_a_file_of_a_third_way(sheet, name):
    (grey,) = pictures(sent_file(sheet.dots, WAYS[name], 1))
    result = read_panel(grey, {KEY_ID: KEY})
    assert isinstance(result, Restored), result
    assert result.page.dots == sheet.page
