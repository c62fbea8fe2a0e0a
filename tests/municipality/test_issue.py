"""The whole path of one certificate: real keys, real register, renderer and signer in their processes."""

import asyncio
from hashlib import sha256

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.cose import kid_of, peek_kid, verify1
from hub.municipality.samples.sample_register import resident_id
from hub.municipality.signer.raster import read_pages


def statement_of(town, answer):
    key = Ed25519PublicKey.from_public_bytes(town.public_key)
    assert peek_kid(answer.statement) == kid_of(key)
    return verify1(answer.statement, key)


def test_the_statement_binds_card_session_order_and_kiosk(town, request_of):
    request = request_of("hanako", items=["domicile", "relationship"], copies=2)
    answer = town.issue(request)
    statement = statement_of(town, answer)
    pages = statement.pop("pages")
    assert statement.pop("code_area") == {"left_dots": 364, "top_rows": pages[0]["height_rows"] - 212, "side_dots": 192}
    assert statement == {
        "v": 2,
        "kind": "document",
        "municipality": "402231",
        "transaction_id": request.transaction_id,
        "centre_nonce": request.centre_nonce,
        "clerk_nonce": request.clerk_nonce,
        "kiosk_id": "kiosk-0001",
        "card_fingerprint": sha256(request.certificate_der).digest(),
        "session_key_hash": sha256(request.signing_key + request.encryption_key).digest(),
        "document_id": answer.document_id,
        "type": "resident_record",
        "scope": "self",
        "persons": [],
        "items": ["domicile", "relationship"],
        "fiscal_year": None,
        "copies": 2,
        "fee_yen": 500,
        "head_dots": 576,
        "issued_at": int(town.now.timestamp()),
        "expires_at": int(town.now.timestamp()) + 900,
    }
    assert len(pages) == len(answer.pages) == 1


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_the_signed_digest_is_that_of_the_returned_dots(town, request_of, head_dots):
    answer = town.issue(request_of("hanako", head_dots=head_dots))
    (line,) = statement_of(town, answer)["pages"]
    (dots,) = answer.pages
    assert line["sha256"] == sha256(dots).digest()
    assert line["width_dots"] == head_dots
    assert line["height_rows"] % 8 == 0
    assert len(dots) == head_dots // 8 * line["height_rows"]
    share = np.unpackbits(np.frombuffer(dots, np.uint8)).mean()
    assert 0.02 < share < 0.25, "a page of text, black on white"


def test_each_option_changes_what_is_printed(town, request_of, spy):
    def text(**order):
        town.issue(request_of("hanako", **order), town.office_with(spy))
        return read_pages(spy.last, 576)[0].text

    alone = text()
    assert "古賀 花子" in alone
    assert "令和8年11月24日" in alone
    assert "1234番地" not in alone
    assert "妻" not in alone
    assert "古賀 太郎" not in alone
    assert alone.count("省略") == 5  # head, relationship, domicile, head of the family register; and the note
    related = text(items=["relationship"])
    assert "妻" in related
    assert "1234番地" not in related
    placed = text(items=["domicile"])
    assert "1234番地" in placed.replace("\r\n", "")
    assert "妻" not in placed
    household = text(scope="household", items=["relationship"])
    assert all(name in household for name in ("古賀 太郎", "古賀 花子", "古賀 陽翔", "古賀 澪", "世帯全員"))


def test_a_variant_that_the_font_has_is_issued(town, request_of):
    assert town.issue(request_of("revoked")).pages, (
        "渡邉 with a registered variant; revocation is the centre's question"
    )


def test_many_requests_at_once_each_get_their_own_page(town, spy):
    requests = [town.cards[name].request() for name in ("hanako", "taro", "revoked") * 4]

    async def all_at_once():
        return await asyncio.gather(*(town.office.issue(it) for it in requests))

    answers = town.runner.run(all_at_once())
    for request, answer in zip(requests, answers, strict=True):
        statement = statement_of(town, answer)
        assert statement["transaction_id"] == request.transaction_id
        assert statement["card_fingerprint"] == sha256(request.certificate_der).digest()
        assert statement["pages"][0]["sha256"] == sha256(answer.pages[0]).digest()
    assert len({answer.document_id for answer in answers}) == len(requests)


def test_the_municipality_keeps_a_record_of_what_it_issued(town, request_of):
    request = request_of("taro")
    answer = town.issue(request)
    with town.office._register.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT transaction_id, holder_id, statement FROM certificates WHERE document_id = ?",
            (answer.document_id,),
        ).one()
    assert tuple(row) == (request.transaction_id, resident_id("taro"), answer.statement)
