"""`python -m hub report`, `orders` and `history`: counts, the yearly review of a municipality, an invented year.

Not responsible for any figure nor for options (`command_line.py`); those of the review alone need `--municipality`.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.clock import utc_now
from hub.ledger.store import centre_records
from hub.ledger.tariffs import own_tariffs
from hub.report.counts import print_orders, print_report
from hub.report.history import Wanted, make_history
from hub.report.review import review_of
from hub.report.text import as_text


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
