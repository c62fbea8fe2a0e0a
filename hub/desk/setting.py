"""Setting the pages of a desk: templates that escape every text, forms read with a bound, times of Tokyo.

Not responsible for what is on a page.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.ledger.posting import TOKYO
from hub.web.problem import Problem

PAGES = Path(__file__).parent / "pages"
FIELDS_MAX = 32


def page(template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Set a page; a value that the template asks for and nobody gave is an error."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(**values), status)


async def form_of(request: Request) -> Mapping[str, str]:
    """Read a form's fields; of several with one name the first counts. Raises Problem `bad-request`."""
    try:
        fields = parse_qs((await request.body()).decode(), max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Problem("bad-request", f"the form is not UTF-8, or has more than {FIELDS_MAX} fields") from error
    return {name: given[0].strip() for name, given in fields.items()}


async def style(_request: Request) -> Response:
    """Give the style sheet."""
    return Response((PAGES / "style.css").read_bytes(), media_type="text/css")


def local_time(at_s: int | None) -> str:
    """Write a Unix time as `2026-11-24 10:00`, Asia/Tokyo."""
    if at_s is None:
        return ""
    return datetime.fromtimestamp(at_s, UTC).astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")


def from_local(text: str) -> int:
    """Read `2026-11-24T10:00`, Asia/Tokyo, as Unix time; raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("日時は 2026-11-24T10:00 のように入力してください。") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)).timestamp())


def local_day(now: datetime) -> date:
    """Return the day in Tokyo."""
    return now.astimezone(TOKYO).date()


_TEMPLATES = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_TEMPLATES.filters["local_time"] = local_time  # pyright: ignore[reportArgumentType]
