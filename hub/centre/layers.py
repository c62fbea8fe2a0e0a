"""What the centre adds to a certificate, and the sealed whole: background, signed code, back panels, HPKE.

Not responsible for checking the statement.
Source: `docs/reference/hub-protocol.md`, "The layers of the centre" and "The sealed document".
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from hub.centre.back_panel import Press, draw_back_panels
from hub.centre.keys import Keys
from hub.cose import canonical, sign1
from hub.forgery.background import Background
from hub.forgery.key import seed_of
from hub.scramble.compression import Kind
from hub.scramble.profile import Profile
from hub.seal import seal
from hub.signed_code.content import Content, digest_of, signed_text
from hub.signed_code.symbol import symbol_of


def sealed_document(
    keys: Keys,
    *,
    statement: bytes,
    claims: Mapping[str, Any],
    pages: Sequence[bytes],
    transaction_id: str,
    document_id: str,
    head_dots: int,
    encryption_key: bytes,
    site_address: str,
    panel_kind: Kind = Kind.MIXED_2,
    dense: bool = False,
) -> tuple[bytes, bytes]:
    """Add the layers and seal everything to the session; pure computation, fit for a worker thread.

    `claims` is what the statement says, `site_address` the inquiry site's, `panel_kind` the compression, `dense`: the
    kiosk's test chart was good. Returns the signed layers (COSE bytes) and the sealed document.
    """
    profile = Profile.DENSE if dense else Profile.STANDARD
    panels = draw_back_panels(pages, head_dots, document_id, Press(keys.panel_keys, site_address, panel_kind, profile))
    layers = {
        "v": 1,
        "kind": "layers",
        "transaction_id": transaction_id,
        "document_id": document_id,
        "statement_sha256": sha256(statement).digest(),
        "background": Background(document_id, seed_of(document_id, keys.background_key)).record(),
        "signed_code": _signed_code(keys, claims, pages),
        "back_panels": [panel.record() for panel in panels],
    }
    signed = sign1(layers, keys.centre_key, keys.centre_kid)
    backs = [panel.dots for panel in panels]
    whole = {"statement": statement, "layers": signed, "pages": list(pages), "back_panels": backs}
    return signed, seal(canonical(whole), encryption_key, transaction_id)


def _signed_code(keys: Keys, claims: Mapping[str, Any], pages: Sequence[bytes]) -> dict[str, Any]:
    """Make the code for the blank square that the statement names; a page without one gets none."""
    area = claims.get("code_area")
    if area is None:
        return {"kind": "none"}
    content = Content(
        claims["municipality"], claims["type"], claims["issued_at"], claims["document_id"], digest_of(pages)
    )
    symbol = symbol_of(signed_text(content, keys.centre_key, keys.centre_kid))
    return {"kind": "qr", **area, "modules": symbol.side, "bits": symbol.bits}
