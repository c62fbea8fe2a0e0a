"""A kiosk whose certificate has ended says that, and not only that the centre is away; so does one whose clerk's has.

Certificates are made with an end in the past, as the centre's authority would have made them a year ago.
"""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from firmware.app.own_certificate import has_expired
from hub.setup.tls import TlsAuthority
from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.kiosk import processes

pytestmark = pytest.mark.timeout(180)
KIOSK = "kiosk-0001"
OFTEN = {"hub": {"poll_s": 1.0}}
LONG_AGO = timedelta(days=900)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def put(data, who, moment):
    """Give kiosk or clerk a certificate for its key that was made at this moment; the file is replaced whole."""
    folder, fresh = data / "kiosks" / KIOSK, data / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for each in ("kiosk", "clerk"):
        shutil.copyfile(folder / f"{each}.key", fresh / f"{each}.key")
    TlsAuthority(data / "pki", moment, lambda _line: None).kiosk(fresh, KIOSK, data / "pki" / "root.pub.pem")
    (fresh / f"{who}.pem").rename(folder / f"{who}.pem")


@pytest.mark.anyio
async def test_a_kiosk_whose_certificate_or_whose_clerks_has_ended_says_so_until_it_has_a_new_one(tmp_path):
    now = datetime.now(UTC)
    async with World(tmp_path / "world", Options(config=OFTEN)) as world:
        bench, data = SimBench(world), world.hub.data
        await bench.expect_idle()
        for who in ("kiosk", "clerk"):
            await asyncio.to_thread(put, data, who, now - LONG_AGO)
            await bench.expect_state("state", {"state": "out_of_service", "reasons": ["certificate_expired"]}, 20.0)
            await world.events.until(
                lambda: world.screen.view["lines"] == ["この端末の電子証明書は有効期限が切れています"],
                20.0,
                lambda: f"the screen does not say so: {world.screen.view}",
            )
            spare = processes.child(bench, "clerk")
            await asyncio.to_thread(put, data, who, now)
            if who == "clerk":  # behind its walls the waiting clerk cannot read the new file
                await processes.until(
                    lambda: processes.child(bench, "clerk") not in (0, spare),  # noqa: B023 - awaited here
                    "a clerk still waits that was started before its certificate was replaced",
                    timeout_s=20.0,
                )
            await bench.expect_state("state", {"state": "in_service", "reasons": []}, 20.0)
        folder = data / "kiosks" / KIOSK
        files = folder / "tls-ca.pem", folder / "kiosk.pem", folder / "kiosk.key"
        assert not has_expired(*files)
        put(data, "kiosk", now - LONG_AGO)
        assert has_expired(*files)
        assert not has_expired(files[0], files[1], folder / "clerk.key"), "a key that does not fit is another fault"
        assert not has_expired(files[0], folder / "missing.pem", files[2])
