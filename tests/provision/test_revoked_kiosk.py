"""A whole kiosk whose certificates are revoked while it serves: it goes out of service, says why, and comes back."""

import asyncio
import shutil
from datetime import UTC, datetime

import pytest

from hub.enrolment.__main__ import main as hub
from hub.setup.tls import TlsAuthority
from sim_hw.bench import SimBench
from sim_hw.world import Options, World

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
KIOSK = "kiosk-0001"
OFTEN = {"hub": {"poll_s": 1.0}}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def provisioned_anew(data):
    """Give the kiosk certificates for its keys, as a token would; each file is replaced whole."""
    fresh = data / "fresh"
    authority = TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None)
    folder = data / "kiosks" / KIOSK
    for who in ("kiosk", "clerk"):
        fresh.mkdir(exist_ok=True)
        shutil.copyfile(folder / f"{who}.key", fresh / f"{who}.key")
    authority.kiosk(fresh, KIOSK, data / "pki" / "root.pub.pem")
    for who in ("kiosk", "clerk"):
        (fresh / f"{who}.pem").rename(folder / f"{who}.pem")


async def test_a_revoked_kiosk_says_so_on_its_screen_and_over_mqtt_until_it_has_new_certificates(tmp_path):
    async with World(tmp_path / "world", Options(config=OFTEN)) as world:
        bench = SimBench(world)
        await bench.expect_idle()
        assert await asyncio.to_thread(hub, ["revoke", KIOSK, "--data", str(world.hub.data)]) == 0
        await bench.expect_screen("out_of_service")
        await bench.expect_state("state", {"state": "out_of_service", "reasons": ["certificate_revoked"]})
        await world.events.until(
            lambda: world.screen.view["lines"] == ["この端末の電子証明書は失効しています"],
            20.0,
            lambda: f"the screen does not say so: {world.screen.view}",
        )
        provisioned_anew(world.hub.data)
        await bench.expect_idle()
        await bench.expect_state("state", {"state": "in_service", "reasons": []})
