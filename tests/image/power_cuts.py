"""Cuts the power at random places of an update, and looks at what starts: `python -m tests.image.power_cuts`.

One update is recorded, from the first byte to the slot that is marked good: every write of the card, in order
(`write_log.py`), while orders go into a journal of the firmware's on the state partition. Then, for each cut: the card
as that moment left it, a part of what no flush had settled lost; it must start, and have every order that had been told
to be kept. More cuts are only looked at (`cut_card.py`). Recording and results stay in `--folder` and `--out`: what was
done is not done again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import threading
import time
from pathlib import Path

from tests.image.booted import need_image, settings
from tests.image.booted_update import BUNDLES, bundle
from tests.image.cut_card import faults
from tests.image.qemu_pi import PATIENT_WATCHDOG, TRYBOOT, QemuPi, bench_disk, copy_of
from tests.image.write_log import cut

SLOW_S = 900.0
LEDGER = (
    "PYTHONPATH=/usr/lib/certificate-kiosk/app:/usr/lib/certificate-kiosk/packages PYTHONDONTWRITEBYTECODE=1 "
    "python3 /run/bench/ledger.py"
)


class Orders(threading.Thread):
    """Notes, while a kiosk runs, how long its log of writes was when an order had been told to be kept."""

    def __init__(self, told: Path, log: Path) -> None:
        super().__init__(daemon=True)
        self._told, self._log, self._end = told, log, threading.Event()
        self.kept: list[tuple[int, int]] = []

    def run(self) -> None:
        """Look until the end."""
        while not self._end.wait(0.05):
            number = self._told.read_text(encoding="ascii").rpartition("\n")[0].rpartition("\n")[2]
            if number:
                self.kept.append((self._log.stat().st_size, int(number)))

    def end(self) -> list[tuple[int, int]]:
        """Stop looking; returns the first length at which each number was seen."""
        self._end.set()
        self.join()
        return [each for before, each in zip([(0, 0), *self.kept], self.kept, strict=False) if before[1] != each[1]]


class Recording:
    """One update, written down in `folder`: the writes of the two slots' runs, and when orders were kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = [folder / "before.log", folder / "trial.log"]
        self._kept = folder / "kept.json"

    @property
    def whole(self) -> bool:
        """Whether it was made to its end."""
        return self._kept.exists()

    def make(self, image: Path) -> None:
        """Update an emulated kiosk; takes minutes."""
        for log in self.logs:
            log.unlink(missing_ok=True)
            log.touch()
        bundles = self.folder / "bundles"
        bundles.mkdir()
        version = (image / "version").read_text(encoding="utf-8").strip()
        bundle(image, bundles / "good.raucb", VERSION=f"{version}1")
        bench_disk(settings(self.folder), self.folder / "bench.img", bundles)
        pi = self.kiosk(copy_of(image / "kiosk.img", self.folder / "card.img"))
        kept: list[tuple[int, int, int]] = []
        try:
            for run, log in enumerate(self.logs):
                pi.orders.write_bytes(b"")
                pi.start(log)
                up(pi)
                orders = Orders(pi.orders, log)
                orders.start()
                pi.run(f"({LEDGER} write >/run/ledger.log 2>&1 </dev/null &)")
                self._update(pi) if run == 0 else self._trial(pi)
                kept += [(run, *each) for each in orders.end()]
        finally:
            pi.stop()
        shutil.rmtree(bundles)
        (self.folder / "card.img").unlink()
        self._kept.write_text(json.dumps(kept), encoding="utf-8")

    @staticmethod
    def _update(pi: QemuPi) -> None:
        status, said = pi.run(f"kiosk-update install {BUNDLES}/good.raucb", SLOW_S)
        assert status == 0, said
        pi.send("kiosk-update restart")
        assert pi.until_restart(SLOW_S) == TRYBOOT

    @staticmethod
    def _trial(pi: QemuPi) -> None:
        pi.until("kiosk-update status", lambda said: "default B" in said, SLOW_S)
        pi.cut_power()

    def kiosk(self, card: Path) -> QemuPi:
        """Return the emulated kiosk with this card."""
        return QemuPi(card, self.folder / "bench.img", self.folder, PATIENT_WATCHDOG)

    def kept(self, run: int, length: int) -> int:
        """Return the last order that had been told to be kept when the log of `run` had this length."""
        told = json.loads(self._kept.read_text(encoding="utf-8"))
        return max((number for at_run, at, number in told if (at_run, at) <= (run, length)), default=0)

    def place(self, chance: random.Random) -> tuple[int, int]:
        """Draw a place of a cut: the run, and a length of its log. One in four falls into the trial."""
        run = int(chance.random() < 0.25)
        return run, chance.randrange(512, self.logs[run].stat().st_size)

    def card(self, image: Path, run: int, length: int, chance: random.Random) -> tuple[Path, int]:
        """Return the card as the cut left it, and how many sectors it lost."""
        card = copy_of(image / "kiosk.img", self.folder / "cut.img")
        if run == 1:
            cut(self.logs[0], self.logs[0].stat().st_size, card, random.Random(0))  # noqa: S311 - ended in order
        return card, cut(self.logs[run], length, card, chance)


def up(pi: QemuPi) -> None:
    """Wait until the kiosk runs and says what it is doing."""
    pi.until_agent(SLOW_S)
    pi.until("systemctl show -P StatusText kiosk", lambda said: said == "out_of_service", SLOW_S)


def look(recording: Recording, image: Path, seed: int, *, start: bool) -> dict[str, object]:
    """Cut the power once, and return what was found; `fault` is empty when all was right."""
    chance = random.Random(seed)  # noqa: S311 - the same seed is the same cut
    run, length = recording.place(chance)
    card, lost = recording.card(image, run, length, chance)
    kept = recording.kept(run, length)
    found: dict[str, object] = {"seed": seed, "run": run, "length": length, "lost_sectors": lost, "kept": kept}
    wrong = faults(card, image, kept, after_update=run == 1)
    if start and not wrong:
        wrong = _start(recording.kiosk(card), kept, found)
    card.unlink()
    return found | {"started": start, "fault": "; ".join(wrong)}


def _start(pi: QemuPi, kept: int, found: dict[str, object]) -> list[str]:
    """Start the card; puts what was seen into `found`, returns what is wrong."""
    began = time.monotonic()
    try:
        found["slot"] = pi.start()
        up(pi)
        found["ready_s"] = round(time.monotonic() - began, 1)
        status, said = pi.run(f"{LEDGER} check")
        found["there"] = said
        found["stands"] = pi.run("kiosk-update status")[1].splitlines()[0]
    except AssertionError as error:
        return [str(error)[-2000:]]
    finally:
        pi.stop()
    return [] if status == 0 and int(said) >= kept else [f"orders: {said}"]


def main() -> int:
    """Make what is missing, print a line for each cut; returns 1 when one left a kiosk that is not right."""
    parser = argparse.ArgumentParser(prog="python -m tests.image.power_cuts", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20, help="how many are started (2 minutes each)")
    parser.add_argument("--looks", type=int, default=200, help="how many more are looked at, not started (seconds)")
    parser.add_argument("--folder", type=Path, default=Path("out/power-cuts"))
    parser.add_argument("--out", type=Path, default=Path("out/power-cuts.jsonl"))
    arguments = parser.parse_args()
    image, folder = need_image(), arguments.folder.resolve()
    recording = Recording(folder)
    if not recording.whole:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        arguments.out.unlink(missing_ok=True)
        recording.make(image)
    lines = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    results = {found["seed"]: found for found in map(json.loads, lines)}
    started = range(1, arguments.cuts + 1)
    for seed in [*started, *range(1001, 1001 + arguments.looks)]:
        if seed not in results:
            results[seed] = look(recording, image, seed, start=seed in started)
            with arguments.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(results[seed]) + "\n")
            print(json.dumps(results[seed]), flush=True)
    bad = [seed for seed, found in results.items() if found["fault"]]
    print(
        f"{len(results)} cuts, {sum(found['started'] for found in results.values())} started; at fault: {bad or 'none'}"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
