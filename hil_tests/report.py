"""The report of a run: which scenario showed which rule, with the strips that came out and what the camera saw.

`--report DIR` writes `DIR/index.html` with its pictures. Not responsible for JUnit (pytest's `--junit-xml`).
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

RULES_FILE = Path(__file__).with_name("requirements.toml")
STYLE = (
    "body{font:16px system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "table{display:block;overflow-x:auto}"
    ".passed{color:#17603f}.failed{color:#a12a12;font-weight:bold}.skipped{color:#7a5a00}"
    "img{max-height:22rem;max-width:100%;border:1px solid #bbb;margin:.3rem}"
    "pre{white-space:pre-wrap;background:#f5f5f2;padding:.5rem}"
)


def rules() -> dict[str, dict[str, str]]:
    """Return the rows of the service's rules by name: `id`, `rule`."""
    return tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))


@dataclass
class Shown:
    """What one scenario showed."""

    name: str
    says: str
    rows: tuple[str, ...]
    outcome: str = "passed"
    seconds: float = 0.0
    why: str = ""
    pictures: list[str] = field(default_factory=list[str])


class Report:
    """Collects scenarios as they end, and writes the page."""

    def __init__(self, folder: Path, environment: str) -> None:
        self.folder = folder
        self._environment = environment
        self._shown: dict[str, Shown] = {}
        shutil.rmtree(folder / "pictures", ignore_errors=True)
        (folder / "pictures").mkdir(parents=True)

    def take_pictures(self, scenario: str, out: Path, frame: bytes) -> None:
        """Keep the strips in `out/strips` and the camera's present picture (JPEG; empty if there is none)."""
        place = self.folder / "pictures" / _plain(scenario)
        for strip in sorted((out / "strips").glob("*.png")):
            place.mkdir(exist_ok=True)
            shutil.copy(strip, place)
        if frame:
            place.mkdir(exist_ok=True)
            (place / "camera.jpg").write_bytes(frame)

    def note(self, item: Any, phase: Any) -> None:
        """Take pytest's report of one phase of a scenario; the worst of its phases counts."""
        rows = tuple(dict.fromkeys(mark.args[0] for mark in item.iter_markers("requirement")))
        says = item.name.removeprefix("test_").partition("[")[0].replace("_", " ")
        shown = self._shown.setdefault(item.nodeid, Shown(item.nodeid, says, rows))
        shown.seconds += phase.duration
        if phase.outcome != "passed":
            shown.outcome = phase.outcome
            shown.why = str(phase.longrepr[2] if isinstance(phase.longrepr, tuple) else phase.longrepr)

    def write(self) -> Path:
        """Write the page; returns its path."""
        known = rules()
        for shown in self._shown.values():
            place = self.folder / "pictures" / _plain(shown.name)
            shown.pictures = [str(each.relative_to(self.folder)) for each in sorted(place.glob("*"))]
        page = self.folder / "index.html"
        body = [f"<h1>Scenarios on {escape(self._environment)}</h1>", _matrix(known, list(self._shown.values()))]
        body += [_section(known, shown) for shown in self._shown.values()]
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Scenarios</title><style>{STYLE}</style>'
        page.write_text(head + "\n".join(body) + "\n</html>\n", encoding="utf-8")
        return page


def _plain(name: str) -> str:
    return "".join(each if each.isalnum() or each in "-_" else "_" for each in name)


def _matrix(known: dict[str, dict[str, str]], all_shown: list[Shown]) -> str:
    rows = ["<table><tr><th>row</th><th>rule</th><th>passed</th><th>failed</th><th>skipped</th></tr>"]
    for name, row in known.items():
        of = [each.outcome for each in all_shown if name in each.rows]
        cells = "".join(f'<td class="{kind}">{of.count(kind)}</td>' for kind in ("passed", "failed", "skipped"))
        rows.append(f"<tr><td>{row['id']}<br>{escape(name)}</td><td>{escape(row['rule'])}</td>{cells}</tr>")
    return "\n".join([*rows, "</table>"])


def _section(known: dict[str, dict[str, str]], shown: Shown) -> str:
    ids = ", ".join(known[row]["id"] for row in shown.rows if row in known)
    pictures = "".join(f'<img src="{escape(each)}" alt="{escape(Path(each).name)}">' for each in shown.pictures)
    why = f"<pre>{escape(shown.why)}</pre>" if shown.why else ""
    return (
        f'<h2 class="{shown.outcome}">{escape(shown.says)}</h2>'
        f"<p><code>{escape(shown.name)}</code>: {shown.outcome}, {shown.seconds:.1f} s, {ids}</p>{why}<p>{pictures}</p>"
    )
