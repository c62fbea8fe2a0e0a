"""The factory test rehearsed on the simulated bench: `python -m hil_tests.factory rehearse --out FOLDER`.

A kiosk without its service, the bench as hands, a key made for the occasion; the test itself runs as a process of its
own, as it does at a kiosk. Not responsible for what is tested (`phases.py`).
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sim_hw.bench import SimBench
from sim_hw.bench_socket import BenchSocket
from sim_hw.machine import REPOSITORY, STANDINS
from sim_hw.world import Options, World

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = {"coin_acceptor": {"timeout_s": 1.0}}


async def rehearse(out: Path, serial: str) -> int:
    """Test the simulated kiosk; `out` gets `factory.pem` and the signed `record.json`. Returns the exit status."""
    async with World(out, Options(firmware=False, mm_per_s=600.0, config=CONFIG)) as world:
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (world.out / "factory.pem").write_bytes(pem)
        socket = BenchSocket(SimBench(world), world.run / "bench.sock")
        await socket.start()
        try:
            return await _test(world, socket, serial)
        finally:
            await socket.close()


async def _test(world: World, socket: BenchSocket, serial: str) -> int:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(STANDINS), str(REPOSITORY)]),
        "SIM_HW_PINS": str(world.run / "pins.sock"),
        "PCSCLITE_CSOCK_NAME": str(world.card.csock),
    }
    command = [sys.executable, "-m", "hil_tests.factory", "test", "--config", str(world.config), "--serial", serial]
    command += ["--key", str(world.out / "factory.pem"), "--out", str(world.out / "record.json")]
    process = await asyncio.create_subprocess_exec(*command, "--bench", str(socket.path), env=environment)
    return await process.wait()
