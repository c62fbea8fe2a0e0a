"""The factory test against simulated hardware: a whole kiosk passes, a fault fails its phase, records are signed."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hil_tests.factory import record
from sim_hw.bench import SimBench
from sim_hw.bench_socket import BenchSocket
from sim_hw.machine import REPOSITORY, STANDINS
from sim_hw.world import Options, World

pytestmark = [pytest.mark.xdist_group("factory"), pytest.mark.timeout(180)]
CONFIG = {"coin_acceptor": {"timeout_s": 1.0}}


@dataclass
class Line:
    """A factory: a kiosk without its service, the bench as hands, the factory's key."""

    runner: asyncio.Runner
    world: World
    bench: SimBench
    socket: BenchSocket
    key: Ed25519PrivateKey

    def factory(self, *arguments):
        return self.runner.run(self._run(arguments))

    async def _run(self, arguments):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(STANDINS), str(REPOSITORY)]),
            "SIM_HW_PINS": str(self.world.run / "pins.sock"),
            "PCSCLITE_CSOCK_NAME": str(self.world.card.csock),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hil_tests.factory", *arguments, env=environment, cwd=self.world.out,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), 150)
        return process.returncode, said.decode()

    def test(self, name):
        out = self.world.out / f"{name}.json"
        found = self.factory(
            *["test", "--config", str(self.world.config), "--serial", "K-2026-0001", "--out", str(out)],
            *["--key", str(self.world.out / "factory.pem"), "--bench", str(self.socket.path)],
        )
        return *found, out


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    out = tmp_path_factory.mktemp("factory")
    with asyncio.Runner() as runner:
        world = World(out, Options(firmware=False, mm_per_s=600.0, config=CONFIG))
        runner.run(world.__aenter__())
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (world.out / "factory.pem").write_bytes(pem)
        bench = SimBench(world)
        socket = BenchSocket(bench, world.run / "bench.sock")
        runner.run(socket.start())
        yield Line(runner, world, bench, socket, key)
        runner.run(socket.close())
        runner.run(world.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def passed(line):
    return line.test("whole")


def outcomes(found):
    return {phase["name"]: phase["outcome"] for phase in found["phases"]}


def test_a_whole_kiosk_passes_every_phase_within_its_limits(line, passed):
    status, said, out = passed
    assert status == 0, said
    found = record.verified(out.read_text(encoding="utf-8"), line.key.public_key())
    assert found["outcome"] == "PASS"
    assert found["dut_id"] == "K-2026-0001"
    names = {"doctor", "card_reader", "printer_and_tray", "printer_cover", "coin_acceptor", "buzzer", "camera"}
    assert {name for name, outcome in outcomes(found).items() if outcome == "PASS"} >= names
    measured = {name: each for phase in found["phases"] for name, each in phase["measurements"].items()}
    assert measured["coins_counted_yen"]["measured_value"] == "10 50 100 500"
    assert abs(measured["buzzer_hz"]["measured_value"] - 2700) < 30
    assert all(each["outcome"] == "PASS" for each in measured.values())


def test_every_coin_and_the_paper_are_back_with_their_owner_afterwards(line, passed):
    assert passed[0] == 0
    money = line.runner.run(line.bench.money())
    assert (money["escrow"], money["returned"], money["accepting"]) == (0, 660, 0)


def test_what_is_broken_fails_its_own_phase_and_the_others_are_tested_all_the_same(line, passed):
    assert passed[0] == 0
    line.runner.run(line.bench.jam_coins())
    line.runner.run(line.bench.paper_near_end())
    status, said, out = line.test("broken")
    line.runner.run(line.bench.free_coins())
    line.runner.run(line.bench.load_paper())
    assert status == 1
    assert "FAIL K-2026-0001" in said
    found = record.verified(out.read_text(encoding="utf-8"), line.key.public_key())
    failed = {name for name, outcome in outcomes(found).items() if outcome != "PASS"}
    assert failed == {"coin_acceptor", "printer_cover"}
    assert "jammed coin" in json.dumps(found)


def test_the_record_is_verified_by_command_and_a_changed_one_is_refused(line, passed):
    _, _, out = passed
    key = str(line.world.out / "factory.pem")
    status, said = line.factory("verify", str(out), "--key", key)
    assert (status, said.split(",")[0]) == (0, "PASS K-2026-0001")
    changed = out.with_name("changed.json")
    changed.write_text(out.read_text(encoding="utf-8").replace("K-2026-0001", "K-2026-0002"), encoding="utf-8")
    status, said = line.factory("verify", str(changed), "--key", key)
    assert status == 1
    assert "changed after the test" in said


def test_a_record_of_another_key_or_none_at_all_is_refused_in_words():
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signed = record.sign({"outcome": "PASS"}, key)
    assert record.verified(signed, key.public_key()) == {"outcome": "PASS"}
    with pytest.raises(record.RecordUntrusted, match="signed by key"):
        record.verified(signed, other.public_key())
    for text in ("{}", "[]", "nonsense", '{"record": 1, "key_id": "", "signature": "%"}'):
        with pytest.raises(record.RecordUntrusted):
            record.verified(text, key.public_key())
