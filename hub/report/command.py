"""`python -m hub report`, `orders` and `history`: counts, the yearly review of a municipality, an invented year.

Not responsible for any figure. Options that only the review has need `--municipality`.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hub.clock import utc_now
from hub.ledger.store import centre_records
from hub.ledger.tariffs import own_tariffs
from hub.report.counts import print_orders, print_report
from hub.report.history import Wanted, make_history
from hub.report.recovery import COPIES_A_HOLDER_ASSUMED
from hub.report.review import review_of
from hub.report.text import as_text
from hub.setup.tls import KIOSK_ID

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
_EARLIEST = 2016


def add_reports(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    report = with_data(commands.add_parser("report", help="counts and stops; with --municipality the yearly review"))
    report.description = "Report: counts of all documents, or a municipality's yearly review for its council."
    report.add_argument("--municipality", metavar="CODE", help="six digits: the yearly review of this municipality")
    report.add_argument("--fiscal-year", type=_year, metavar="YYYY", help="2026 is April 2026 to March 2027")
    report.add_argument("--json", action="store_true", help="print JSON instead of text")
    report.add_argument("--pdf", type=Path, metavar="FILE", help="write the review with charts, too")
    report.add_argument(
        "--copies-a-holder",
        type=float,
        default=COPIES_A_HOLDER_ASSUMED,
        metavar="N",
        help="certificates of a card's holder a year, for the second line (%(default)s)",
    )
    report.add_argument(
        "--incidents",
        type=_incidents,
        nargs="+",
        default=[],
        metavar="KIOSK=FILE",
        help="copies of kiosks' own records of things left behind (state_dir/incidents)",
    )
    with_data(commands.add_parser("orders", help="list all orders and their states"))
    history = with_data(commands.add_parser("history", help="invent a year of orders in records without any: a test"))
    history.add_argument("--municipality", default="402231", metavar="CODE", help="six digits (%(default)s)")
    history.add_argument("--fiscal-year", type=_year, required=True, metavar="YYYY")
    history.add_argument("--documents", type=int, default=5000, metavar="N", help="how many (%(default)s)")
    history.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same number, the same year (%(default)s)"
    )


def _year(text: str) -> int:
    year = int(text)
    if not _EARLIEST <= year <= date.max.year - 1:
        raise argparse.ArgumentTypeError(f"{text} is no fiscal year from {_EARLIEST} on")
    return year


def _incidents(text: str) -> tuple[str, Path]:
    kiosk_id, _, file = text.partition("=")
    if not KIOSK_ID.fullmatch(kiosk_id) or not file:
        raise argparse.ArgumentTypeError(f"`{text}`: write KIOSK=FILE, such as kiosk-0001=/tmp/incidents")
    return kiosk_id, Path(file)


def _report(options: argparse.Namespace) -> int:
    if (options.municipality is None) != (options.fiscal_year is None):
        raise ValueError("the yearly review needs both --municipality and --fiscal-year")
    with centre_records(options.data) as engine:
        if options.municipality is None:
            return 0 if print_report(engine) else 1
        review = review_of(
            engine,
            options.data,
            options.municipality,
            options.fiscal_year,
            utc_now,
            tariffs=own_tariffs(),
            copies_a_holder=options.copies_a_holder,
            incidents=dict(options.incidents),
        )
    if options.pdf is not None:
        from hub.report.pdf import as_pdf  # noqa: PLC0415 - matplotlib takes a second and 60 MiB: only when it draws

        options.pdf.write_bytes(as_pdf(review))
    print(json.dumps(review, ensure_ascii=False, indent=2) if options.json else as_text(review))
    return 0


def _orders(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        print_orders(engine)
    return 0


def _history(options: argparse.Namespace) -> int:
    wanted = Wanted(options.municipality, options.fiscal_year, options.documents, options.seed)
    with centre_records(options.data) as engine:
        places = make_history(engine, wanted, own_tariffs())
    path = options.data / "places.toml"
    path.write_text("".join(f'{kiosk} = "{name}"\n' for kiosk, name in places.items()), encoding="utf-8")
    print(f"invented {options.documents} documents (test data) and {path}")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {"report": _report, "orders": _orders, "history": _history}
)
