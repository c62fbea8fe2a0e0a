"""`python -m hub issued`: the pictures of a document as it was signed. Not responsible for them (`hub/issued.py`)."""

import argparse
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.issued import write_issued
from hub.ledger.store import require_records


def _issued(options: argparse.Namespace) -> int:
    require_records(options.data)
    print(json.dumps(write_issued(options.data, options.document, options.out), indent=2))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"issued": _issued})
