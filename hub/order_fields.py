"""The fields of an order and their types: what the clerk signs, and centre and municipality each read.

Not responsible for values. Source: `docs/reference/hub-protocol.md`, "The order".
"""

from collections.abc import Mapping

VERSION = 2  # of card requests, orders, queries and statements
ORDER_FIELDS: Mapping[str, tuple[type, ...]] = {
    "v": (int,),
    "transaction_id": (str,),
    "municipality": (str,),
    "type": (str,),
    "scope": (str,),
    "persons": (list,),
    "items": (list,),
    "fiscal_year": (int, type(None)),
    "copies": (int,),
    "fee_yen": (int,),
    "head_dots": (int,),
    "clerk_nonce": (bytes,),
}
