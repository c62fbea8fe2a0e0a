"""`python -m hub detect` and `restore`: what a scan of a paper says. Exit code 0 for an original, a genuine one."""

import argparse
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.forgery.command import detect
from hub.inquiry.command import restore
from hub.ledger.store import require_records


def _detect(options: argparse.Namespace) -> int:
    require_records(options.data)
    told = detect(options.data, options.scan, options.dpi)
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "original" else 1


def _restore(options: argparse.Namespace) -> int:
    told = restore(options.data, options.scan, options.out, options.page)
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "genuine" else 1


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"detect": _detect, "restore": _restore})
