"""What the tests of the hub's client share: one CA a run, because keys take time."""

from __future__ import annotations

import pytest
from hub_pki import Authority, Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    ours = Authority(tmp_path_factory.mktemp("ours"), "ca")
    others = Authority(tmp_path_factory.mktemp("others"), "other-ca")
    return Pki(ours, others, ours.identity("localhost", address="127.0.0.1"), ours.identity("kiosk-0001"))
