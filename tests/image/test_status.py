"""The kiosk tells the service manager what it is doing, so that an update on this machine can ask."""

import asyncio
import socket

from firmware.app.kiosk.state import Idle, Kiosk, OutOfService
from firmware.app.kiosk.telemetry import Head, Telemetry
from firmware.drivers.sd_notify import SdNotify


class FakeBroker:
    def publish_state(self, name, payload, *, repeated=False):
        pass


def test_the_words_reach_the_service_manager(tmp_path):
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        SdNotify({"NOTIFY_SOCKET": str(address)}).status("left_behind")
        assert manager.recv(100) == b"STATUS=left_behind"


def test_each_new_state_is_said_once():
    said = []

    async def live():
        telemetry = Telemetry(FakeBroker(), 30.0, Head(), lambda _: None, lambda: {"orders": {}})
        telemetry.said.append(said.append)
        for phase in (Idle(), Idle(card_by=1.0), OutOfService(frozenset()), Idle()):
            telemetry.show(Kiosk(phase), None)
        telemetry.close()

    asyncio.run(live())
    assert said == ["in_service", "out_of_service", "in_service"]
