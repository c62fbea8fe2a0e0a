"""Makes hostile answers to queries: household lists, previews, requests and histories of others, or tampered with.

`attack(chance, asked)` gives bytes in place of the genuine answer to `asked`. Not a test; `binding_run.py` checks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from binding_answer import TRANSACTION
from query_answer import QUERIES, QueryAnswer

from tests.attack.hostile_answers import FRESH, STRANGE
from tests.attack.people import CENTRE, MUNICIPAL, OTHER_MUNICIPAL, cbor, sign, visit

if TYPE_CHECKING:
    import random

MINE = visit("the one who asks", transaction_id=TRANSACTION)
ANOTHERS = visit("somebody else", card_fingerprint=bytes(32))


@dataclass(frozen=True)
class Question:
    """A query as the clerk sent it, with its genuine answer and those that belong to other queries."""

    genuine: QueryAnswer
    others: tuple[QueryAnswer, ...]

    @property
    def plaintext(self) -> bytes:
        return answered(self.genuine)


def answered(given: QueryAnswer, /, **changes: Any) -> bytes:
    """Return the plaintext, signed by the municipality."""
    return cbor({"statement": sign(MUNICIPAL, cbor({**given.statement, **changes})), "pages": given.pages})


def questions() -> list[Question]:
    """Return one question of each kind; the others are the same question asked before, other kinds, other people."""
    all_of_them = []
    for kind in QUERIES:
        mine = QueryAnswer(kind, MINE.answer)
        others = [QueryAnswer(each, MINE.answer) for each in QUERIES]
        others += [QueryAnswer(each, ANOTHERS.answer) for each in QUERIES]
        all_of_them.append(Question(mine, tuple(others)))
    return all_of_them


def attack(chance: random.Random, asked: Question) -> bytes:
    """Return hostile bytes."""
    genuine, other = asked.genuine, chance.choice(asked.others)
    match chance.randrange(8):
        case 0:  # somebody else's, another kind's, or the answer to the same question asked before
            return answered(other)
        case 1:  # their answer, under this query's hash
            return answered(other, query_sha256=genuine.statement["query_sha256"])
        case 2:  # a claim of theirs, or a strange one
            name = chance.choice(sorted(genuine.statement.keys() - {"answer"}))
            theirs = chance.random() < 0.5 and name in other.statement
            return answered(genuine, **{name: other.statement[name] if theirs else chance.choice(STRANGE)})
        case 3:  # signed by who may not
            by = chance.choice((CENTRE, OTHER_MUNICIPAL, FRESH))
            kid = chance.choice((None, MUNICIPAL.kid))
            return cbor({"statement": sign(by, cbor(genuine.statement), kid=kid), "pages": genuine.pages})
        case 4:  # bits wrong
            data = bytearray(asked.plaintext)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(data)
        case 5:  # cut off, or longer
            data = asked.plaintext
            return data[: chance.randrange(len(data))] if chance.random() < 0.5 else data + chance.randbytes(3)
        case 6:  # a strange answer, properly signed
            said = dict(genuine.statement["answer"])
            said[chance.choice((*said, "more"))] = chance.choice(STRANGE)
            return answered(genuine, answer=said)
        case _:  # pages that nobody signed, or not these
            pages = chance.choice(([], genuine.pages[::-1] or [b"x"], [*genuine.pages, b""], [bytes(72 * 24)]))
            return cbor({"statement": sign(MUNICIPAL, cbor(genuine.statement)), "pages": pages})
