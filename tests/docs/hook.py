"""What MkDocs is told beyond mkdocs.yml: pages from outside docs/, protocol pages, the list of decisions.

Pages of the tree that people also read elsewhere (deploy/README.md, the rig's) are shown in the site as they are, with
their links bent; a link to a file that is no page of the site becomes its name. Not responsible for what is checked in.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

from hub.centre.app import openapi
from tests.docs.protocols import asyncapi_page, openapi_page, read_asyncapi

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OUTSIDE = ("deploy/README.md", "hil_tests/rig/README.md", "hil_tests/rig/wiring.svg")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
STATIC = ("reference/asyncapi.yaml",)


def decisions() -> list[tuple[str, str]]:
    """Return the records of decisions: file name and title, the oldest first."""
    return [
        (page.name, page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").strip())
        for page in sorted((DOCS / "decisions").glob("[0-9]*.md"))
    ]


def decisions_page() -> str:
    """Return the page that lists them."""
    lines = ["# Decisions\n", "One page each: context, decision, consequences.\n"]
    return "\n".join([*lines, *(f"- [{title}]({name})" for name, title in decisions())]) + "\n"


def on_config(config: Any) -> Any:
    """Put every decision into the navigation."""
    for section in config.nav:
        if "Decisions" in section:
            section["Decisions"] = ["decisions/index.md", *(f"decisions/{name}" for name, _ in decisions())]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are not in docs/."""
    made = {
        "decisions/index.md": decisions_page(),
        "reference/openapi.md": openapi_page(openapi()),
        "reference/asyncapi.md": asyncapi_page(read_asyncapi()),
    }
    for uri, text in made.items():
        files.append(File.generated(config, uri, content=text))
    for path in OUTSIDE:
        files.append(File.generated(config, f"repo/{path}", abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Bend the links that lead out of docs/, or from a page that lies outside it."""
    uri = page.file.src_uri
    home = PurePosixPath(uri.removeprefix("repo/") if uri.startswith("repo/") else f"docs/{uri}").parent
    return LINK.sub(lambda found: _bent(found, home, uri, files), markdown)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Say of a Japanese page that it is one: readers, voices and the choice of glyphs go by it."""
    return output.replace('<html lang="en"', '<html lang="ja"', 1) if "/ja/" in page.file.src_uri else output


def _bent(found: re.Match[str], home: PurePosixPath, uri: str, files: Files) -> str:
    image, text, target = found.groups()
    path, hash_, anchor = target.partition("#")
    if not path or ":" in path:
        return found.group()
    real = os.path.normpath(home / path)
    if real.startswith("docs/") and not uri.startswith("repo/"):
        return found.group()
    inside = real.removeprefix("docs/") if real.startswith("docs/") else f"repo/{real}"
    if files.get_file_from_path(inside) is None:
        if not (ROOT / real).exists():
            return found.group()  # a dead link stays one: the strict build tells
        return f"`{real}`"
    there = os.path.relpath(inside, PurePosixPath(uri).parent)
    return f"{image}[{text}]({there}{hash_}{anchor})"
