"""One example of every JSON body in the OpenAPI description, by the model's name; and of every id in a path.

Invented, and whole: a test reads each with its own model. Not responsible for problem documents (`describe.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hub.base64url import to_base64url

_TRANSACTION = "0f8fad5bd9cb469fa16570867728950e"
_DOCUMENT = "7c9e6679742540de944be07fc1f90ae7"
_CHECK = "3d0ca315aff94ef0b0f9e2d4d5b8e6a1"
_NONCE = to_base64url(bytes(range(32)))
_KEY = to_base64url(bytes(range(32, 64)))
_COSE = to_base64url(b"\xd2\x84" + bytes(range(96)))  # how a COSE_Sign1 begins
_HOURS = {"open": "06:30", "close": "23:00"}
_NAME = {"ja": "古賀市", "en": "Koga City"}
_CONTACT = {"ja": "古賀市役所 市民課", "en": "Koga City Hall, Citizens' Section"}
_TYPE = {"type": "resident_record", "fee_yen": 250, "hours": _HOURS, "available": True, "reason": None}
_OFFER = {"copies_max": 10, "scopes": ["self", "household", "members"], "items": ["relationship"], "fiscal_years": []}
_HEAD = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"

BODIES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "Health": {"status": "ok", "time": "2026-11-24T01:00:00Z"},
        "AvailabilityAnswer": {
            "time": "2026-11-24T01:00:00Z",
            "municipalities": [
                {
                    "code": "402231",
                    "name": _NAME,
                    "contact": _CONTACT,
                    "hours": _HOURS,
                    "status": "open",
                    "notice": None,
                    "registration": True,
                    "types": [_TYPE | {"holders": ["resident"]}],
                }
            ],
        },
        "OpenRequest": {"municipality": "402231", "operator": "seven_eleven", "head_dots": 576},
        "OpenAnswer": {
            "transaction_id": _TRANSACTION,
            "centre_nonce": _NONCE,
            "expires_at": "2026-11-24T01:10:00Z",
            "version": 1,
        },
        "CardRequest": {
            "v": 2,
            "clerk_nonce": _NONCE,
            "signing_key": _KEY,
            "encryption_key": _KEY,
            "certificate": to_base64url(b"\x30\x82" + bytes(range(96))),
            "signature": to_base64url(bytes(256)),
            "algorithm": "rsa2048-sha256",
        },
        "CardAnswer": {"card_fingerprint": _HEAD, "offers": [_TYPE | _OFFER], "version": 2},
        "QueryRequest": {"query": _COSE},
        "OrderRequest": {"order": _COSE},
        "OrderAnswer": {"document_id": _DOCUMENT, "sheets": 1, "fee_yen": 250, "version": 4},
        "CancelRequest": {"cause": "person"},
        "CancelAnswer": {"state": "cancelled", "version": 5},
        "MismatchRequest": {"statement": _COSE, "field": "card_fingerprint"},
        "MismatchAnswer": {"confirmed": True, "stopped": "type"},
        "StateRequest": {"state": "paid", "version": 1},
        "StateAnswer": {"state": "paid", "version": 2},
        "VoidRequest": {"reason": "left_behind"},
        "OrdersAnswer": {
            "orders": [
                {
                    "document_id": _DOCUMENT,
                    "transaction_id": _TRANSACTION,
                    "state": "printing",
                    "version": 3,
                    "fee_yen": 500,
                    "copies": 2,
                }
            ]
        },
        "CheckRequest": {"document_id": _DOCUMENT},
        "CheckAnswer": {
            "document_id": _DOCUMENT,
            "municipality": "402231",
            "municipality_name": _NAME,
            "type": "resident_record",
            "issued_at_s": 1_795_482_000,
            "sheets": 1,
            "state": "taken",
            "checks": 1,
            "layers": _COSE,
        },
        "AuditRequest": {"after": 0, "after_head": _HEAD, "lines": [], "anew": False},
        "AuditAnswer": {"lines": 0, "head": _HEAD},
    }
)
IN_PATHS: Mapping[str, str] = MappingProxyType(
    {"transaction_id": _TRANSACTION, "document_id": _DOCUMENT, "check_id": _CHECK, "operator": "seven_eleven"}
)


def add_examples(described: dict[str, Any]) -> None:
    """Put the examples beside the schemas of a description."""
    for operation in (each for path in described["paths"].values() for each in path.values()):
        for parameter in operation.get("parameters", []):
            if parameter["name"] in IN_PATHS:
                parameter["example"] = IN_PATHS[parameter["name"]]
        for body in [operation.get("requestBody", {}), *operation["responses"].values()]:
            content = body.get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if name in BODIES:
                content["example"] = BODIES[name]
