"""A name server that says nothing: the loop goes on, calls end in time, and the process ends without waiting for it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from real_hub import Hub

BLOCKS_S = 30.0
ROOT = Path(__file__).parents[2]
PROGRAM = f"""
import asyncio, socket, sys, time
from pathlib import Path
from firmware.app.hub_client import HubClient, HubTimeout

def mute(*_asked, **_more):
    time.sleep({BLOCKS_S})
    raise socket.gaierror(socket.EAI_AGAIN, "no answer")

socket.getaddrinfo = mute

async def ask():
    folder = Path(sys.argv[1])
    client = HubClient("https://hub.test", folder / "tls-ca.pem", folder / "kiosk.pem", folder / "kiosk.key")
    beats = 0
    for _ in range(2):  # the second waits behind the first
        call = asyncio.ensure_future(client.request("GET", "/v1/health", deadline_s=0.5))
        while not call.done():
            await asyncio.sleep(0.01)
            beats += 1
        assert isinstance(call.exception(), HubTimeout), call.exception()
    client.close()
    assert beats > 20, "the loop stood still"

asyncio.run(ask())
"""


def test_a_mute_name_server_holds_neither_the_loop_nor_the_end_of_the_process(hub: Hub) -> None:
    began = time.monotonic()
    folder = hub.data / "kiosks" / "kiosk-0001"
    subprocess.run([sys.executable, "-c", PROGRAM, str(folder)], check=True, cwd=ROOT, timeout=BLOCKS_S * 2)
    assert time.monotonic() - began < BLOCKS_S, "the process waited for the name server"
