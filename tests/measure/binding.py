"""The binding check of a whole document, beside what it cannot do without: two signatures, digests of its dots."""

import hashlib
import time

import cbor2

from firmware.app.clerk.binding import check
from tests.attack.people import CENTRE, MUNICIPAL, ROOT, cbor, key_list_fields, layers_for, sign, visit
from tests.measure.figure import figure

ROUNDS = 200
ROWS = 1600  # of each of two pages, and of each panel


def measure():
    from binding_answer import NOW_S, claim, dots, first_page  # noqa: PLC0415 - found once tests.attack is imported

    from firmware.app.clerk.key_list import KeyList  # noqa: PLC0415

    victim = visit("victim", transaction_id="0123456789abcdef" * 2)
    answer = victim.answer
    answer.pages = [first_page(1, ROWS), dots(ROWS, 2)]
    answer.back_panels = [dots(ROWS, 3), dots(ROWS, 4)]
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    answer.layers["back_panels"] = [{"kind": "scramble", **claim(panel)} for panel in answer.back_panels]
    victim.statement = sign(MUNICIPAL, cbor(answer.statement))
    victim.layers = layers_for(answer, victim.statement)
    keys = KeyList.verified(sign(ROOT, cbor(key_list_fields())), ROOT.public, NOW_S)
    plaintext, expected = victim.plaintext, answer.expected
    signed = [(MUNICIPAL, victim.statement), (CENTRE, victim.layers)]
    made = [(who.key.public_key(), cbor2.loads(data).value) for who, data in signed]
    whole, least = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        check(plaintext, expected, keys, NOW_S)
        between = time.perf_counter()
        for key, (protected, _, payload, signature) in made:
            key.verify(signature, cbor(["Signature1", protected, b"", payload]))
        for page in (*answer.pages, *answer.back_panels):
            hashlib.sha256(page).digest()
        whole.append((between - began) * 1e6)
        least.append((time.perf_counter() - between) * 1e6)
    floor = figure(least, "us", "two Ed25519 signatures, SHA-256 of 460 kB of dots; the same document")
    return {
        "binding.check_us": figure(whole, "us", f"signatures and digests alone, same run: {floor['value']} us"),
        "binding.least_us": floor,
    }
