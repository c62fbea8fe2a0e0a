"""`python -m hub issued`: an issued document as it was signed, from the municipality's archive and the centre's record.

Checks both signatures and every digest again before it writes a picture. For the office and for comparisons with paper;
not reachable over the network. The archive is personal: whoever may read the municipality's database may use this.
"""

import json
import time
import zlib
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.back_panel import BackPanel, Press, draw_back_panels
from hub.centre.keys import Keys, load_keys
from hub.centre.records import Order, open_records, place_of_records
from hub.cose import peek_kid, verify1
from hub.forgery.front import printed_pages
from hub.municipality.registers.register import Certificate, open_register
from hub.scramble.compression import Kind
from hub.scramble.profile import Profile
from hub.settings import load


def write_issued(data: Path, document_id: str | None, out: Path) -> dict[str, Any]:
    """Write `front.png`, `printed.png` (`front-2.png` …), `back.png` and `issued.json`; no `document_id`: the newest.

    A front is the page as the municipality signed it, `printed` what comes out of the printer: with the background and
    the signed code, drawn again from the centre's record.

    Returns what `issued.json` holds. Raises `ValueError` naming what does not fit.
    """
    order = _order(data, document_id)
    archived = _certificate(data, order)
    keys = load_keys(data / "pki", int(time.time()))
    statement = verify1(archived.statement, _key(keys, order.municipality, archived.statement))
    layers = verify1(order.layers, keys.centre_key.public_key())
    pages = [zlib.decompress(page) for page in cbor2.loads(archived.pages)]
    head_dots = int(statement["head_dots"])
    panels = _panels(data, keys, layers, pages, head_dots)
    _must_agree(layers["statement_sha256"], archived.statement, "the centre's layers belong to another statement")
    if len(pages) != len(statement["pages"]):
        raise ValueError(f"{order.document_id}: the archive holds another number of pages than was signed")
    for page, claim in zip(pages, statement["pages"], strict=True):
        _must_agree(claim["sha256"], page, "an archived page is not the one that was signed")
    out.mkdir(parents=True, exist_ok=True)
    for name, sides in (("front", pages), ("printed", printed_pages(pages, head_dots, layers)), ("back", panels)):
        for number, page in enumerate(sides, start=1):
            _picture(page, head_dots).save(out / (f"{name}.png" if number == 1 else f"{name}-{number}.png"), bits=1)
    told = {
        "document_id": order.document_id,
        "municipality": order.municipality,
        "type": order.type,
        "state": order.state,
        "fee_yen": order.fee_yen,
        "head_dots": head_dots,
        "pages": [claim["sha256"].hex() for claim in statement["pages"]],
        "back_panels": [claim["sha256"].hex() for claim in layers["back_panels"]],
    }
    (out / "issued.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return told


def _panels(data: Path, keys: Keys, layers: dict[str, Any], pages: list[bytes], head_dots: int) -> list[bytes]:
    """Draw the back panels again; raises ValueError if no key and way of drawing gives those that were signed."""
    site_address = load(data / "hub.toml").inquiry_url
    signed = [{**claim} for claim in layers["back_panels"]]
    ways = product(sorted(Kind, reverse=True), (Profile.STANDARD, Profile.DENSE), (True, False))
    for key_id, way in product(sorted(keys.panel_keys, reverse=True), list(ways)):
        press = Press(keys.panel_keys, site_address, *way)
        drawn: list[BackPanel] = draw_back_panels(pages, head_dots, layers["document_id"], press, key_id)
        if [panel.record() for panel in drawn] == signed:
            return [panel.dots for panel in drawn]
    raise ValueError("the back panels are not those that were signed: was `inquiry_url` or a key changed since?")


def _order(data: Path, document_id: str | None) -> Order:
    engine = open_records(place_of_records(data))
    try:
        with Session(engine) as session:
            wanted = select(Order).order_by(Order.opened_at_s.desc())
            if document_id is not None:
                wanted = wanted.where(Order.document_id == document_id)
            order = session.scalars(wanted).first()
            if order is None:
                raise ValueError(f"{document_id or 'no document'}: not in {data}; list them: python -m hub orders")
            session.expunge(order)
            return order
    finally:
        engine.dispose()


def _certificate(data: Path, order: Order) -> Certificate:
    engine = open_register(data / f"municipality-{order.municipality}.sqlite", read_only=True)
    try:
        with Session(engine) as session:
            archived = session.get(Certificate, order.document_id)
            if archived is None:
                raise ValueError(f"{order.document_id}: the municipality's archive does not hold it")
            session.expunge(archived)
            return archived
    finally:
        engine.dispose()


def _key(keys: Keys, municipality: str, statement: bytes) -> Ed25519PublicKey:
    kid = peek_kid(statement)
    key = keys.municipalities.get(municipality, {}).get(kid)
    if key is None:
        raise ValueError(
            f"the statement is signed with a key ({kid.hex()}) that the key list does not give {municipality}"
        )
    return key


def _must_agree(digest: bytes, data: bytes, otherwise: str) -> None:
    if sha256(data).digest() != digest:
        raise ValueError(otherwise)


def _picture(dots: bytes, width_dots: int) -> Image.Image:
    """Give dots (1 = black) as a picture of mode "1", where black is 0."""
    return Image.frombytes("1", (width_dots, len(dots) * 8 // width_dots), dots, "raw", "1;I")
