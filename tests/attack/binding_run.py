"""Attacks the binding check with as many hostile answers as asked for; counts what was refused, and by which field.

    python -m tests.attack.binding_run --count 1000000 [--minutes M]     a table in out/attacks-binding.md

Ends with 1 if one was taken. Goes on where out/attacks-binding.jsonl stands, while the code is the same.
An answer that comes out byte for byte as the genuine one, at a good time, is no attack and is counted apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cbor2
from binding_answer import NOW_S

from firmware.app.clerk import answer
from firmware.app.clerk.binding import check
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.key_list import KeyList, KeyListUntrusted
from tests.attack import hostile_answers, hostile_queries
from tests.attack.people import ROOT, VICTIM, cbor, everybody, key_list_fields, sign

BATCH = 5000
SHARE_OF_QUERIES = 5  # one in five
QUERY = "query"
QUESTIONS = hostile_queries.questions()
OUT = Path("out/attacks-binding.md")
CODE = Path(__file__).parents[2]
SOURCES = (
    *(
        "firmware/app/clerk/" + name
        for name in ("binding", "claims", "answer", "answers", "statement", "front", "cose")
    ),
    *("firmware/app/clerk/" + name for name in ("key_list", "order", "query")),
    *("tests/attack/" + name for name in ("hostile_answers", "hostile_queries", "people")),
    *("tests/binding/" + name for name in ("binding_answer", "query_answer")),
)  # the checks, and what attacks them
TOLD_EVERY_S = 10.0


@dataclass
class Tally:
    """What came of attacks: refused by kind and field, no attacks at all, taken (a violation) as JSON lines."""

    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    harmless: int = 0
    taken: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.refused += other.refused
        self.harmless += other.harmless
        self.taken += other.taken

    @property
    def count(self) -> int:
        return self.refused.total() + len(self.taken)


def attacked(seed: int, count: int) -> Tally:
    """Make and try `count` hostile answers from `seed`."""
    chance, people = random.Random(seed), everybody()  # noqa: S311 - it is repeated from its seed
    victim = people[VICTIM]
    expected, genuine = victim.answer.expected, victim.plaintext
    keys = KeyList.verified(sign(ROOT, cbor(key_list_fields())), ROOT.public, NOW_S)
    assert check(genuine, expected, keys, NOW_S).document_id == expected.document_id
    for question in QUESTIONS:
        answer.check(question.plaintext, question.genuine.asked, keys, NOW_S)
    tally, kinds = Tally(), list(hostile_answers.KINDS.items())
    for turn in range(count // SHARE_OF_QUERIES):
        asked(chance, keys, tally, turn)
    while tally.count < count:
        kind, make = kinds[tally.count % len(kinds)]
        attempt = make(chance, people)
        if attempt.plaintext == genuine and attempt.now_s == NOW_S:
            tally.harmless += 1
            continue
        try:
            check(attempt.plaintext, expected, believed_keys(attempt, keys), attempt.now_s)
        except BindingMismatch as mismatch:
            tally.refused[kind, mismatch.field] += 1
        except KeyListUntrusted as untrusted:
            tally.refused[kind, f"key list: {untrusted}"] += 1
        else:
            tally.taken.append(json.dumps([kind, seed, tally.count, attempt.plaintext.hex(), attempt.now_s]))
    return tally


def believed_keys(attempt: hostile_answers.Attempt, keys: KeyList) -> KeyList:
    """Return the list that came along when it is the root's, as the clerk would; `KeyListUntrusted`."""
    return keys if attempt.key_list is None else KeyList.verified(attempt.key_list, ROOT.public, attempt.now_s)


def asked(chance: random.Random, keys: KeyList, tally: Tally, turn: int) -> None:
    """Try one hostile answer to a query."""
    question = QUESTIONS[turn % len(QUESTIONS)]
    plaintext = hostile_queries.attack(chance, question)
    if plaintext == question.plaintext:
        tally.harmless += 1
        return
    try:
        taken = answer.check(plaintext, question.genuine.asked, keys, NOW_S)
    except BindingMismatch as mismatch:
        tally.refused[QUERY, mismatch.field] += 1
    else:
        if plaintext_says_the_same(plaintext, question):
            tally.harmless += 1
        else:
            tally.taken.append(json.dumps([QUERY, turn, repr(taken)[:200], plaintext.hex()]))


def plaintext_says_the_same(plaintext: bytes, question: hostile_queries.Question) -> bool:
    """Tell whether the municipality itself signed these very claims for this very query: its own word, not an attack.

    A strange value may be a good one: a name may be empty text, a number of checks may be 2.
    """
    parts = cbor2.loads(plaintext)
    record = cbor2.loads(cbor2.loads(parts["statement"]).value[2])
    mine = question.genuine.statement
    same = all(record[name] == mine[name] for name in mine.keys() - {"answer"})
    return same and parts["pages"] == question.genuine.pages


def digest() -> str:
    """Return the digest of the code that the results depend on."""
    total = hashlib.sha256()
    for name in SOURCES:
        total.update((CODE / f"{name}.py").read_bytes())
    return total.hexdigest()[:16]


def known(file: Path, code: str) -> dict[int, Tally]:
    """Return what is done already, by seed."""
    found: dict[int, Tally] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        body = json.loads(line)
        if body["code"] == code:
            refused = Counter({(kind, name): count for kind, name, count in body["refused"]})
            found[body["seed"]] = Tally(refused, body["harmless"], body["taken"])
    return found


def run(count: int, seed: int, processes: int, until_s: float, file: Path) -> Tally:
    """Attack in several processes until so many seconds have passed; writes each batch at once; returns all known."""
    code = digest()
    done = known(file, code)
    left = [each for each in range(seed, seed + -(-count // BATCH)) if each not in done]
    began = told = time.monotonic()
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as out, multiprocessing.get_context("spawn").Pool(processes) as pool:
        for number, (at, part) in enumerate(pool.imap_unordered(_batch, left), start=1):
            done[at] = part
            refused = [[*which, many] for which, many in part.refused.items()]
            body = {"code": code, "seed": at, "refused": refused, "harmless": part.harmless, "taken": part.taken}
            out.write(json.dumps(body) + "\n")
            out.flush()
            now = time.monotonic()
            if now - told > TOLD_EVERY_S:
                told = now
                rest_s = (now - began) / number * (len(left) - number)
                print(f"{len(done) * BATCH:,} of {count:,}, {rest_s / 60:.0f} min left", flush=True)
            if now - began > until_s:
                print("time is over: begin again to go on", flush=True)
                break
    tally = Tally()
    for part in done.values():
        tally.add(part)
    return tally


def _batch(seed: int) -> tuple[int, Tally]:
    return seed, attacked(seed, BATCH)


def table(tally: Tally, took_s: float) -> str:
    """Return the outcome as Markdown."""
    lines = [
        f"Binding check: {tally.count:,} hostile answers, {len(tally.taken)} taken, {took_s:.0f} s.",
        f"{tally.harmless:,} more came out as the genuine answer and do not count.\n",
        "| attack | refused | by these fields (most often first) |",
        "|---|---:|---|",
    ]
    for kind, make in {**hostile_answers.KINDS, QUERY: hostile_queries}.items():
        fields = Counter({name: count for (of, name), count in tally.refused.items() if of == kind})
        named = ", ".join(f"{name} {count:,}" for name, count in fields.most_common(6))
        lines.append(f"| {described(make)} | {fields.total():,} | {named} |")
    return "\n".join(lines) + "\n"


def described(make: object) -> str:
    """Return the first line of its description."""
    return (make.__doc__ or "").splitlines()[0].rstrip(".")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="tests.attack.binding_run", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; begin again to go on")
    arguments = parser.parse_args()
    began = time.monotonic()
    file = OUT.with_suffix(".jsonl")
    tally = run(arguments.count, arguments.seed, arguments.processes, arguments.minutes * 60, file)
    text = table(tally, time.monotonic() - began)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, encoding="utf-8")
    print(text)
    for taken in tally.taken[:5]:
        print("TAKEN", taken[:300], file=sys.stderr)
    return 1 if tally.taken else 0


if __name__ == "__main__":
    sys.exit(main())
