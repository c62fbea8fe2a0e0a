"""What the centre adds to a certificate, and the sealed whole: layers record, back panel, HPKE.

Not responsible for checking the statement.
Source: `docs/reference/hub-protocol.md`, "The layers of the centre" and "The sealed document".
"""

from collections.abc import Sequence
from hashlib import sha256

from hub.centre.back_panel import HEIGHT_ROWS, draw_back_panel
from hub.centre.keys import Keys
from hub.cose import canonical, sign1
from hub.seal import seal


def sealed_document(
    keys: Keys,
    *,
    statement: bytes,
    pages: Sequence[bytes],
    transaction_id: str,
    document_id: str,
    head_dots: int,
    encryption_key: bytes,
) -> tuple[bytes, bytes]:
    """Add the layers and seal everything to the session; pure computation, fit for a worker thread.

    Returns the signed layers (COSE bytes) and the sealed document.
    """
    back_panel = draw_back_panel(head_dots, document_id)
    layers = {
        "v": 1,
        "kind": "layers",
        "transaction_id": transaction_id,
        "document_id": document_id,
        "statement_sha256": sha256(statement).digest(),
        "background": {"kind": "none"},
        "back_panel": {
            "kind": "placeholder",
            "width_dots": head_dots,
            "height_rows": HEIGHT_ROWS,
            "sha256": sha256(back_panel).digest(),
        },
    }
    signed = sign1(layers, keys.centre_key, keys.centre_kid)
    whole = {"statement": statement, "layers": signed, "pages": list(pages), "back_panel": back_panel}
    return signed, seal(canonical(whole), encryption_key, transaction_id)
