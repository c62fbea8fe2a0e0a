"""`python -m hub fleet-history`: events that kiosks told, a JSON object a line; with days, how many there were.

`--kind command` is the record of who commanded what and what became of it. Not responsible for how long alarms lasted:
`hub report` tells that.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.fleet.history import History
from hub.ledger.store import centre_records


def _look_back(options: argparse.Namespace) -> int:
    if (options.first is None) != (options.after is None):
        raise ValueError("--first and --after belong together")
    with centre_records(options.data) as engine:
        history = History(engine)
        if options.first is not None:
            counts = history.counts(options.first, options.after, options.kiosk)
            chosen = {kind: words for kind, words in counts.items() if options.kind in {None, kind}}
            print(json.dumps(chosen, ensure_ascii=False, indent=2))
        else:
            for event in history.events(kiosk_id=options.kiosk, kind=options.kind, most=options.most):
                print(json.dumps(event, ensure_ascii=False))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"fleet-history": _look_back})
