"""The centre's operators at the command line: lift a stop, give and withdraw notices of maintenance, read decisions.

Each decision carries a person's name and a reason. The same is on the operators' page (`desk_pages.py`).
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hub.centre.decisions import newest_decisions
from hub.centre.hours import TOKYO
from hub.centre.notices import EVERYWHERE, Notice, Notices
from hub.centre.stops import Stops
from hub.clock import rfc3339, utc_now
from hub.ledger.store import centre_records

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]


def add_operator(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    resume = with_data(commands.add_parser("resume", help="lift a stop that a mismatch has set"))
    resume.add_argument("--subject", required=True, help="402231/resident_record, or a kiosk like kiosk-0001")
    _decided(resume)
    notice = with_data(commands.add_parser("notice", help="list, give or withdraw notices of maintenance"))
    notice.add_argument("--from", dest="begins", type=_tokyo, metavar="TIME", help="2026-12-01T21:00, Asia/Tokyo")
    notice.add_argument("--to", dest="ends", type=_tokyo, metavar="TIME", help="first moment of service again")
    notice.add_argument("--municipality", default=EVERYWHERE, metavar="CODE", help="one instead of all")
    notice.add_argument("--ja", metavar="TEXT", help="what the screens say in Japanese")
    notice.add_argument("--en", metavar="TEXT", help="what the screens say in English")
    notice.add_argument("--withdraw", type=int, metavar="N", help="number of a notice to end before its time")
    notice.add_argument("--by", metavar="NAME", help="who decides")
    notice.add_argument("--reason", help="why; kept")
    with_data(commands.add_parser("decisions", help="list what named people decided at the centre, newest first"))


def _decided(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", required=True, metavar="NAME", help="who decides; kept with the stop")
    command.add_argument("--reason", required=True, help="what was found; kept with the stop")


def _tokyo(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)


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
