"""Makes hostile answers for the binding check, by kind: each is the victim's answer with something wrong in it.

`attack(kind, chance, people)` gives an `Attempt`; whoever checks it must be refused (`binding_run.py`). The kinds are
those of issue and design: swapped, mixed, late, replayed, truncated, re-ordered, signed by or for somebody else. Where
a hostile municipality or centre signs, it signs with its real key. What only the signer of a statement could do (sign a
stranger's dots for this card) no check at a kiosk can see: docs/threat-model.md. Not a test.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import Any

import cbor2
from binding_answer import NOW_S, Signer

from tests.attack.people import (
    CENTRE,
    KOGA,
    MUNICIPAL,
    OTHER_MUNICIPAL,
    ROOT,
    VICTIM,
    Visit,
    cbor,
    key_list_fields,
    layers_for,
    sign,
)

FRESH = Signer()
STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    1.0,
    2.0,
    2**70,
    b"",
    "",
    [],
    {},
    [[]],
    float("nan"),
    "x" * 300,
)
PARTS = ("statement", "layers", "pages", "back_panels")


@dataclass(frozen=True)
class Attempt:
    """Bytes that come in place of the victim's answer, at this moment, perhaps with a list of keys that came along."""

    plaintext: bytes
    now_s: float = NOW_S
    key_list: bytes | None = None


People = dict[str, Visit]


def flipped(chance: random.Random, people: People) -> Attempt:
    """One to eight bits wrong, somewhere in the whole, or within a part."""
    parts = people[VICTIM].parts
    whole = chance.random() < 0.3
    name = chance.choice(PARTS)
    at = chance.randrange(len(parts["pages"]))
    data = bytearray(cbor(parts) if whole else parts[name] if isinstance(parts[name], bytes) else parts[name][at])
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    if whole:
        return Attempt(bytes(data))
    if isinstance(parts[name], bytes):
        parts[name] = bytes(data)
    else:
        parts[name][at] = bytes(data)
    return Attempt(cbor(parts))


def cut(chance: random.Random, people: People) -> Attempt:
    """Truncated or made longer, as a whole or in one part."""
    parts = people[VICTIM].parts
    name = chance.choice((*PARTS, "whole"))
    data = cbor(parts) if name == "whole" else parts[name] if isinstance(parts[name], bytes) else parts[name][0]
    at = chance.randrange(len(data))
    data = data[:at] if chance.random() < 0.5 else data + chance.randbytes(chance.randint(1, 9))
    if name == "whole":
        return Attempt(data)
    if isinstance(parts[name], bytes):
        parts[name] = data
    else:
        parts[name][0] = data
    return Attempt(cbor(parts))


def pages_moved(chance: random.Random, people: People) -> Attempt:
    """Pages or panels re-ordered, doubled, left out, or one from somebody else."""
    parts, other = people[VICTIM].parts, stranger(chance, people).parts
    name = chance.choice(("pages", "back_panels"))
    pages = parts[name]
    match chance.randrange(6):
        case 0:
            chance.shuffle(pages)
        case 1:
            pages.insert(chance.randrange(4), chance.choice(pages))
        case 2:
            del pages[chance.randrange(3)]
        case 3:
            pages[chance.randrange(1, 3)] = chance.choice(other[name])
        case 4:
            parts[name] = other[name]
        case _:
            parts["pages"], parts["back_panels"] = parts["back_panels"], parts["pages"]
    return Attempt(cbor(parts))


def somebody_elses(chance: random.Random, people: People) -> Attempt:
    """The whole genuine answer of somebody else, or of this card at another time."""
    return Attempt(stranger(chance, people).plaintext)


def mixed(chance: random.Random, people: People) -> Attempt:
    """Each part from anybody; layers may be made anew by the centre over the statement that is there."""
    from_whom = {name: chance.choice(list(people.values())) for name in PARTS}
    parts = {name: whose.parts[name] for name, whose in from_whom.items()}
    if chance.random() < 0.5 and from_whom["statement"].name != VICTIM:
        changes = {}
        if chance.random() < 0.5:  # as if it belonged to the victim
            victim = people[VICTIM].answer.layers
            changes = {name: victim[name] for name in ("transaction_id", "document_id")}
        parts["layers"] = layers_for(from_whom["layers"].answer, parts["statement"], **changes)
    return Attempt(cbor(parts))


def signed_for_another(chance: random.Random, people: People) -> Attempt:
    """A hostile municipality signs claims that are another's, strange, or one too many or few; all else fits."""
    victim = people[VICTIM]
    record = dict(victim.answer.statement)
    others = stranger(chance, people).answer.statement
    for name in chance.sample(sorted(record), chance.choice((1, 1, 1, 2, 5))):
        record[name] = others[name] if chance.random() < 0.5 else chance.choice(STRANGE)
    match chance.randrange(12):
        case 0:
            del record[chance.choice(sorted(record))]
        case 1:
            record["more"] = chance.choice(STRANGE)
        case _:
            pass
    statement = sign(MUNICIPAL, cbor(record))
    parts = {**victim.parts, "statement": statement, "layers": layers_for(victim.answer, statement)}
    return Attempt(cbor(parts))


def wrong_key(chance: random.Random, people: People) -> Attempt:
    """The victim's own claims, signed by who may not: another town, the centre, the root, a key that came along."""
    victim = people[VICTIM]
    by = chance.choice((OTHER_MUNICIPAL, CENTRE, ROOT, FRESH, MUNICIPAL))
    kid = chance.choice((None, MUNICIPAL.kid, CENTRE.kid, b"", b"root", by.public))
    odd = chance.choice(
        (
            {},
            {"unprotected": {-1: by.public}},
            {"unprotected": {4: MUNICIPAL.kid}},
            {"algorithm": -7},
            {"context": "Signature"},
        )
    )
    if by is MUNICIPAL and not odd:
        odd = {"algorithm": 0}
    payload = cbor(victim.answer.statement)
    if chance.random() < 0.6:
        statement = sign(by, payload, kid=kid, **odd)
        return Attempt(cbor({**victim.parts, "statement": statement, "layers": layers_for(victim.answer, statement)}))
    by = MUNICIPAL if by is CENTRE else by
    digest = hashlib.sha256(victim.statement).digest()
    layers = sign(by, cbor({"statement_sha256": digest, **victim.answer.layers}), kid=kid, **odd)
    return Attempt(cbor({**victim.parts, "layers": layers}))


def hostile_layers(chance: random.Random, people: People) -> Attempt:
    """A hostile centre signs layers of another, with dots of its own, a code elsewhere, or strange fields."""
    victim = people[VICTIM]
    other = stranger(chance, people)
    record = {"statement_sha256": hashlib.sha256(victim.statement).digest(), **victim.answer.layers}
    match chance.randrange(6):
        case 0:
            name = chance.choice(sorted(record.keys() - {"signed_code"}))
            record[name] = chance.choice(STRANGE)
        case 1:
            record["document_id"] = other.answer.layers["document_id"][::-1]
        case 2:
            record["statement_sha256"] = hashlib.sha256(other.statement + b"x").digest()
        case 3:
            record[chance.choice(("front", "dots", "page", "stamp"))] = victim.answer.pages[0]
        case 4:
            area = {"left_dots": 8 * chance.randrange(60), "top_rows": 8 * (1 + chance.randrange(2)), "side_dots": 27}
            record["signed_code"] = {"kind": "qr", **area, "modules": 21, "bits": chance.randbytes(56)}
        case _:
            record["background"] = chance.choice(STRANGE[1:])
    return Attempt(cbor({**victim.parts, "layers": sign(CENTRE, cbor(record))}))


def other_encoding(chance: random.Random, people: People) -> Attempt:
    """The same meaning in other bytes, more parts, or other containers: what no one of this protocol writes."""
    parts = people[VICTIM].parts
    match chance.randrange(6):
        case 0:
            return Attempt(cbor2.dumps(dict(chance.sample(list(parts.items()), 4)), canonical=False) + b"\x00")
        case 1:
            return Attempt(b"\xbf" + people[VICTIM].plaintext[1:] + b"\xff")  # of indefinite length
        case 2:
            return Attempt(cbor({**parts, chance.choice(("front", "", "pages2")): parts["pages"]}))
        case 3:
            return Attempt(cbor({name: parts[name] for name in chance.sample(PARTS, 3)}))
        case 4:
            return Attempt(cbor({**parts, chance.choice(PARTS): chance.choice(STRANGE)}))
        case _:
            return Attempt(cbor(cbor2.CBORTag(chance.randrange(100, 200), parts)))


def wrong_time(chance: random.Random, people: People) -> Attempt:
    """The genuine answer, late: after its end, or after that of the key list; or before it was made."""
    late = (NOW_S + 600 + chance.random() * 86_400 * chance.choice((1, 400)), NOW_S - 122 - chance.random() * 86_400)
    return Attempt(people[VICTIM].plaintext, chance.choice(late))


def key_list_came_along(chance: random.Random, people: People) -> Attempt:
    """A list of keys with a key of the attacker's comes with an answer by that key; the pinned root did not sign it."""
    victim = people[VICTIM]
    statement = sign(FRESH, cbor(victim.answer.statement))
    plaintext = cbor({**victim.parts, "statement": statement, "layers": layers_for(victim.answer, statement)})
    fields = key_list_fields()
    fields["municipalities"] = {KOGA: {FRESH.kid: FRESH.public, MUNICIPAL.kid: MUNICIPAL.public}}
    match chance.randrange(4):
        case 0:  # by another, under the root's name or its own
            by = chance.choice((FRESH, CENTRE, MUNICIPAL))
            came = sign(by, cbor(fields), kid=chance.choice((ROOT.kid, None, by.public)))
        case 1:  # the root's signature of another context, or under another algorithm
            odd: dict[str, Any] = chance.choice(({"context": "Signature"}, {"algorithm": -7}, {"unprotected": {1: -8}}))
            came = sign(ROOT, cbor(fields), **odd)
        case 2:  # one that the root signed, of another time
            away_s = chance.choice((-400 * 86_400, -86_401, 86_400 + 121, 400 * 86_400))
            fields.update(issued_at=fields["issued_at"] + away_s, expires_at=fields["expires_at"] + away_s)
            came = sign(ROOT, cbor(fields))
            if away_s > 0:
                return Attempt(plaintext, NOW_S, sign(ROOT, cbor({**fields, "issued_at": NOW_S + 121})))
        case _:  # the root's own list with a key put in place of the town's
            genuine = sign(ROOT, cbor(key_list_fields()))
            came = genuine.replace(MUNICIPAL.public, FRESH.public).replace(MUNICIPAL.kid, FRESH.kid)
    return Attempt(plaintext, NOW_S, came)


def garbage(chance: random.Random, people: People) -> Attempt:
    """Noise, alone or as a properly signed statement."""
    victim, noise = people[VICTIM], chance.randbytes(chance.randint(0, 400))
    match chance.randrange(3):
        case 0:
            return Attempt(noise)
        case 1:
            statement = sign(MUNICIPAL, noise)
            return Attempt(
                cbor({**victim.parts, "statement": statement, "layers": layers_for(victim.answer, statement)})
            )
        case _:
            return Attempt(cbor({**victim.parts, "layers": sign(CENTRE, noise)}))


def stranger(chance: random.Random, people: People) -> Visit:
    """Anybody but the victim."""
    return people[chance.choice([name for name in people if name != VICTIM])]


KINDS: dict[str, Any] = {
    make.__name__: make
    for make in (
        flipped, cut, pages_moved, somebody_elses, mixed, signed_for_another, wrong_key, hostile_layers, other_encoding,
        wrong_time, key_list_came_along, garbage,
    )
}  # fmt: skip
