"""The site is built without a warning, and a browser that reads it asks nobody outside for anything."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.hook import decisions
from tests.docs.words import LANGUAGES
from tests.screen.open_screen import chromium

pytestmark = pytest.mark.xdist_group("docs-site")
ROOT = Path(__file__).parents[2]
READ = ("index.html", "operator/ja/screens.html", "fitter/parts.html", "reference/openapi.html", "measured/index.html")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def build(docs, out):
    """Build the site from a folder, strictly; returns the exit status and what was said."""
    settings = out.parent / "mkdocs.yml"
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    text = text.replace("docs_dir: docs", f"docs_dir: {docs}").replace("site_dir: out/site", f"site_dir: {out}")
    settings.write_text(text.replace("tests/docs/hook.py", str(ROOT / "tests/docs/hook.py")), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(settings)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110, env=environment)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "site"
    status, said = build(ROOT / "docs", out)
    assert status == 0, said
    return out


class Loads(HTMLParser):
    """Collects what a page makes a browser load: everything but links that a person follows."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.found.append(given.get("src") or "")
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "edit"):
            self.found.append(given.get("href") or "")


def test_no_page_loads_anything_from_outside(site):
    outside = []
    for page in site.rglob("*.html"):
        loads = Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        outside += [(page.name, each) for each in loads.found if re.match(r"(https?:)?//", each)]
    assert outside == []
    styles = [each.read_text(encoding="utf-8") for each in site.rglob("*.css")]
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", text)
    ] == []


def test_what_loads_from_outside_would_be_found():
    loads = Loads()
    loads.feed('<script src="https://cdn.example/x.js"></script><link rel="stylesheet" href="//fonts.example/a.css">')
    assert loads.found == ["https://cdn.example/x.js", "//fonts.example/a.css"]


def test_a_browser_reads_it_without_asking_anybody_on_a_desk_and_on_a_phone(site):
    async def scenario():
        asked, wide = [], []
        async with chromium() as browser:
            for size in (DESK, PHONE):
                page = await browser.new_page(viewport=size)
                page.on("request", lambda request: asked.append(request.url))
                for name in READ:
                    await page.goto((site / name).as_uri(), wait_until="networkidle")
                    overhang = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    wide += [(name, size["width"], overhang)] if overhang > 0 else []
                    broken = "[...document.images].filter(each => each.complete && !each.naturalWidth).length"
                    assert await page.evaluate(broken) == 0, name
                await page.close()
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        assert asked
        assert wide == []

    asyncio.run(scenario())


def test_every_decision_and_both_handbooks_are_pages_of_it(site):
    assert all((site / "decisions" / name.replace(".md", ".html")).exists() for name, _ in decisions())
    for language in LANGUAGES:
        page = (site / f"operator/{language}/index.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in page


def test_pages_from_outside_docs_are_in_it_with_their_pictures(site):
    page = site / "repo/hil_tests/rig/README.html"
    page = page if page.exists() else site / "repo/hil_tests/rig/index.html"
    assert "wiring.svg" in page.read_text(encoding="utf-8")
    assert (site / "repo/hil_tests/rig/wiring.svg").exists()


def test_a_dead_link_a_dead_anchor_and_a_page_outside_the_navigation_are_found(tmp_path):
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", docs, ignore=shutil.ignore_patterns("clerk-table.md", "kiosk-table.md"))
    for name in ("clerk-table.md", "kiosk-table.md"):
        (docs / "machines" / name).write_text("# Left out here: they are long\n", encoding="utf-8")
    with (docs / "plan.md").open("a", encoding="utf-8") as page:
        page.write("\n[dead](nowhere.md) [astray](quick-start.md#no-such-heading)\n")
    (docs / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    status, said = build(docs, tmp_path / "site")
    assert status != 0
    assert "nowhere.md" in said
    assert "no-such-heading" in said
    assert "forgotten.md" in said
