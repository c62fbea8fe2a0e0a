"""The centre's operators at the command line: lift a stop, give and withdraw notices of maintenance, read decisions.

Words and options are in `operator_line.py`. Each decision carries a person's name and a reason. The same is on the
operators' page (`desk_pages.py`).
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from hub.centre.decisions import newest_decisions
from hub.centre.notices import Notice, Notices
from hub.centre.stops import Stops
from hub.clock import rfc3339, utc_now
from hub.ledger.store import centre_records


def _resume(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        lifted = Stops(engine, utc_now).lift(options.subject, options.reason, options.by)
    print(f"{lifted} stop(s) of {options.subject} lifted")
    return 0 if lifted else 1


def _notice(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        notices = Notices(engine, utc_now)
        person, reason = options.by or "", options.reason or ""
        if options.withdraw is not None:
            notices.withdraw(options.withdraw, person, reason)
        elif options.begins is not None:
            if options.ends is None:
                raise ValueError("a notice needs --from, --to, --ja, --en, --by and --reason")
            begins_s, ends_s = (int(it.timestamp()) for it in (options.begins, options.ends))
            texts = {"text_ja": options.ja or "", "text_en": options.en or ""}
            given = Notice(municipality=options.municipality, begins_s=begins_s, ends_s=ends_s, **texts)
            notices.give(given, person, reason)
        for it in notices.coming():
            times = " to ".join(rfc3339(datetime.fromtimestamp(at, UTC)) for at in (it.begins_s, it.ends_s))
            print(f"{it.number}  {it.municipality}  {times}  {it.text_ja}")
    return 0


def _decisions(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        for it in newest_decisions(engine):
            at = rfc3339(datetime.fromtimestamp(it.at_s, UTC))
            print(f"{at}  {it.person}  {it.action}  {it.subject}  {it.reason}")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {"resume": _resume, "notice": _notice, "decisions": _decisions}
)
