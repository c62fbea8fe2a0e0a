"""The fields of an order and their types, by version: what the clerk signs, and centre and municipality each read.

Not responsible for values. Source: `docs/reference/hub-protocol.md`, "The order".
"""

from collections.abc import Mapping

_VERSION_1: Mapping[str, tuple[type, ...]] = {
    "v": (int,),
    "transaction_id": (str,),
    "municipality": (str,),
    "type": (str,),
    "scope": (str,),
    "items": (list,),
    "copies": (int,),
    "fee_yen": (int,),
    "head_dots": (int,),
    "clerk_nonce": (bytes,),
}
ORDER_FIELDS: Mapping[int, Mapping[str, tuple[type, ...]]] = {
    1: _VERSION_1,
    2: {**_VERSION_1, "persons": (list,), "fiscal_year": (int, type(None))},
}
