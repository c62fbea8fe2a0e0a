"""One sample certificate for each head and keys, shared by the tests of a worker."""

import pytest

from hub.municipality.bench import render_page, sample_content
from tests.scramble.sheet import Sheet, sheet_of


@pytest.fixture(scope="session")
def page_576():
    return render_page(sample_content("hanako", 576)).dots


@pytest.fixture(scope="session")
def sheet(page_576) -> Sheet:
    return sheet_of(page_576, 576)
