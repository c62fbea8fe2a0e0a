"""`python -m hub verify` and `verify-page`: signed codes checked with the keys in DIR/pki, without any database."""

import argparse
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.signed_code.page import page_with
from hub.signed_code.verdict import centre_keys, verified


def _verify(options: argparse.Namespace) -> int:
    told = verified(options.code, centre_keys(options.data / "pki"), tuple(options.front))
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "genuine" else 1


def _verify_page(options: argparse.Namespace) -> int:
    options.out.write_text(page_with(centre_keys(options.data / "pki")), encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {"verify": _verify, "verify-page": _verify_page}
)
