"""Keys and one document's paper, made once a worker; its scans are simulated."""

import pytest

from tests.inquiry.paper import Paper, make_keys


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inquiry")
    make_keys(folder)
    return folder


@pytest.fixture(scope="session")
def paper(data):
    return Paper(data)
