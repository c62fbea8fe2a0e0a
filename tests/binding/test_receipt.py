"""The receipt: it names the sale and nobody, fits every head, and never holds a command of the printer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from firmware.app.clerk import receipt
from firmware.app.clerk.raster import REAL_TIME, to_bands
from firmware.app.clerk.receipt import NoReceipt, Receipts, Sale
from firmware.app.screens.dates import TOKYO

SALE = Sale("福岡県古賀市", "resident_record", 2, 500, "0123456789ab")
AT = datetime(2026, 11, 23, 15, 4, tzinfo=TOKYO)
TYPES = {"resident_record": "住民票の写し"}


def receipts(head_dots: int = 576) -> Receipts:
    return Receipts("kiosk-0001", "seven_eleven", head_dots, TYPES)


def test_it_names_the_sale_and_nothing_of_the_person():
    said = dict(receipts()._lines(SALE, AT))
    assert said == {
        "日時": "令和8年11月23日 15:04",
        "発行": "福岡県古賀市",
        "取扱": "セブン-イレブン",
        "証明書": "住民票の写し",
        "部数": "2部",
        "手数料（現金）": "500円",
        "端末番号": "kiosk-0001",
        "領収番号": "0123456789ab",
        "": "上記のとおり領収しました",
    }


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_it_is_black_on_white_within_every_head_and_can_be_framed(head_dots: int):
    dots = receipts(head_dots).drawn(SALE, AT)
    rows = len(dots) * 8 // head_dots
    strip = Image.frombytes("1", (head_dots, rows), dots, "raw", "1")
    left, top, right, bottom = strip.getbbox() or (0, 0, 0, 0)
    assert (head_dots - 512) // 2 <= left
    assert right <= (head_dots + 512) // 2
    assert 0 < top < bottom < rows
    black = sum(byte.bit_count() for byte in dots)
    assert 0.01 < black / (head_dots * rows) < 0.2
    assert not REAL_TIME.search(b"".join(to_bands(dots, head_dots)))


def test_another_sale_looks_otherwise():
    assert receipts().drawn(SALE, AT) != receipts().drawn(Sale("福岡県古賀市", "resident_record", 2, 500, "f" * 12), AT)


def test_without_a_font_there_is_no_receipt_and_the_package_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receipt, "FONTS", (Path("/nowhere/font.ttf"),))
    with pytest.raises(NoReceipt, match="fonts-morisawa-bizud-gothic"):
        receipts().drawn(SALE, AT)


def test_every_operator_of_the_protocol_has_a_name(monkeypatch: pytest.MonkeyPatch):
    codes: Any = {"seven_eleven", "family_mart", "lawson", "circle_k_sunkus", "ministop"}
    assert receipt.OPERATORS.keys() == codes
