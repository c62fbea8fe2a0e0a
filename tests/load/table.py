"""`make bench-hub`: the hub under load, in three parts, as tables in docs/measurements.md between two marks.

`load`: one centre process for three minutes. `burst`: ten thousand questions within one second. `growth`: one centre
process to four, ten municipalities to 1,300, in shorter rows. Each part keeps what it found, so that they may be run
one by one, on a machine that does nothing else. `--quick` shows in a minute that all of it works, and leaves the page
alone. Not part of `make bench` (`tests/measure/load.py`).
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.load import page
from tests.load.burst import CONNECTIONS, EACH, burst
from tests.load.cluster import cluster, make_data
from tests.load.run import load

PARTS = ("load", "burst", "growth")


@dataclass(frozen=True)
class Size:
    """How much is measured: seconds, rows of `growth` (centre processes, municipalities), connections.

    Rows of `growth` take `growth_s` each, after `growth_warm_s`: the whole stays under eight minutes.
    """

    seconds: int = 180
    warm_s: int = 20
    growth_s: int = 35
    growth_warm_s: int = 8
    clerks: int = 24
    pace_s: float = 0.5
    towns: int = 10
    rows: tuple[tuple[int, int], ...] = ((1, 10), (2, 10), (3, 10), (4, 10), (2, 100), (2, 1300))
    connections: int = CONNECTIONS


QUICK = Size(seconds=4, warm_s=0, growth_s=4, growth_warm_s=0, clerks=3, towns=2, rows=((2, 2),), connections=2)


def main(words: list[str] | None = None) -> None:
    """Measure the parts that are named, or all; what was found is written as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.table", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, and the table goes to the folder of --out")
    parser.add_argument("--seconds", type=int, metavar="N", help="how long each row is loaded (180; growth: 35)")
    parser.add_argument("--clerks", type=int, metavar="N", help="clerks who serve one person after the other (24)")
    parser.add_argument("--connections", type=int, metavar="N", help=f"connections that ask {EACH} times each (200)")
    parser.add_argument("--out", type=Path, default=Path("out/bench-hub"), metavar="DIR")
    parser.add_argument("--page", type=Path, metavar="FILE", help="where the table goes (docs/measurements.md)")
    chosen = parser.parse_args(words)
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; parts are {', '.join(PARTS)}")
    given = {name: getattr(chosen, name) for name in ("seconds", "clerks", "connections")}
    given["growth_s"] = chosen.seconds
    size = replace(QUICK if chosen.quick else Size(), **{name: value for name, value in given.items() if value})
    out: Path = chosen.out / "quick" if chosen.quick else chosen.out
    out.mkdir(parents=True, exist_ok=True)
    told = json.loads(place.read_text()) if (place := out / "found.json").exists() else {}
    for part in chosen.parts or PARTS:
        for found in _MEASURED[part](size, out):
            told[part] = found
            place.write_text(json.dumps(told, indent=1) + "\n")
    text = page.text(told)
    print(text)
    if chosen.page or not chosen.quick:
        page.write(chosen.page or page.PAGE, text)


def _load(size: Size, out: Path) -> Iterator[dict]:
    yield _row(size, out, 1, size.towns)


def _growth(size: Size, out: Path) -> Iterator[list[dict]]:
    rows: list[dict] = []
    size = replace(size, seconds=size.growth_s, warm_s=size.growth_warm_s)
    for centres, towns in size.rows:
        rows.append(_row(size, out, centres, towns))
        yield rows


def _row(size: Size, out: Path, centres: int, towns: int) -> dict:
    """Load the hub in one make-up."""
    data = _data(out, towns)
    with cluster(data, centres) as hub:
        if size.warm_s:
            _say(f"{centres} centre processes: warming for {size.warm_s} s")
            load(hub, out / "warm", size.warm_s, 4, size.pace_s)
        _say(f"loading for {size.seconds} s with {size.clerks} clerks")
        found = load(hub, out / "run", size.seconds, size.clerks, size.pace_s)
    _say(f"{found.issues_per_s:.1f} a second, p99 {found.issue_p99_ms:.0f} ms, {found.swaps} swapped")
    return {"centres": centres, "municipalities": towns, "clerks": size.clerks, **asdict(found)}


def _burst(size: Size, out: Path) -> Iterator[dict]:
    with cluster(_data(out, size.towns), 1) as hub:
        _say(f"{size.connections * EACH} questions over {size.connections} connections")
        yield asdict(burst(hub, size.connections))


def _data(out: Path, towns: int) -> Path:
    _say(f"{towns} municipalities: making those that are missing")
    data = out / f"data-{towns}"
    make_data(data, towns, *((60, 20) if towns <= 10 else (4, 2)), kiosks=8)
    return data


_MEASURED = {"load": _load, "burst": _burst, "growth": _growth}


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
