"""What tests share: one CA and one hub a run, because keys take time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hub_pki import Authority, Pki
from real_hub import Hub, serving_hub


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    ours = Authority(tmp_path_factory.mktemp("ours"), "ca")
    others = Authority(tmp_path_factory.mktemp("others"), "other-ca")
    return Pki(ours, others, ours.identity("localhost", address="127.0.0.1"), ours.identity("kiosk-0001"))


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with serving_hub(tmp_path_factory.mktemp("hub")) as serving:
        yield serving
