"""The part that sets and rasterises a page, as the bench asks for it."""

import pytest

from tests.measure.alone import Parts

pytestmark = pytest.mark.anyio


async def test_a_page_is_set_and_rasterised_alone(tmp_path):
    took = await Parts(tmp_path, "https://127.0.0.1:1").page()
    assert took.keys() == {"pdf", "rasterising"}
    assert all(ms > 1 for ms in took.values())
