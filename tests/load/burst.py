"""Ten thousand questions about people within a second, over connections that stand: each gets its own answer.

People are drawn at random, each with a session of their own; their questions are written at once, one behind the other,
and every answer is opened with the session's key and held against the very question. Told to come again is right; an
answer to another question, or to another person, is a swap. Not a measure of speed.
"""

import asyncio
import json
import random
import secrets
import ssl
from dataclasses import dataclass
from hashlib import sha256

import cbor2
import h11
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.base64url import to_base64url
from hub.cose import kid_of, peek_kid, sign1, verify1
from hub.seal import ANSWER, unseal
from tests.load.cluster import Cluster
from tests.load.visit import Visit, kiosks, people

CONNECTIONS, EACH = 200, 50  # 50 questions: a transaction takes 60


@dataclass
class Burst:
    """What came of it; `sent_s` is how long the writing took, `answered_s` until the last answer came."""

    answered: int = 0
    swaps: int = 0
    refused: int = 0
    sent_s: float = 0.0
    answered_s: float = 0.0


def burst(cluster: Cluster, connections: int = CONNECTIONS) -> Burst:
    """Bring everybody as far as a checked card, then ask."""
    chance = random.Random()  # noqa: S311 - whoever comes; nothing secret
    places, everybody = kiosks(cluster.data, cluster.address), people(cluster.data, 100)
    visits = [Visit(chance.choice(places), chance.choice(everybody)) for _ in range(connections)]
    for visit in visits:
        visit.check_card()
        visit.line.close()
    return asyncio.run(_all(visits))


async def _all(visits: list[Visit]) -> Burst:
    found = Burst()
    lines = [await _opened(visit) for visit in visits]
    questions = [[_question(visit) for _ in range(EACH)] for visit in visits]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for (_, writer), asked in zip(lines, questions, strict=True):
        writer.write(b"".join(_request(visit_path, query) for visit_path, query in asked))
    await asyncio.gather(*(writer.drain() for _, writer in lines))
    found.sent_s = loop.time() - began
    await asyncio.gather(
        *(_answers(visit, line, asked, found) for visit, line, asked in zip(visits, lines, questions, strict=True))
    )
    found.answered_s = loop.time() - began
    return found


async def _opened(visit: Visit) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection and use it once: the centre drops those that say nothing."""
    reader, writer = await asyncio.open_connection(
        *visit.kiosk.address, ssl=visit.kiosk.clerk, server_hostname="localhost"
    )
    writer.write(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await _next(reader))[0] == 200
    return reader, writer


def _question(visit: Visit) -> tuple[str, bytes]:
    record = {
        "v": 2,
        "kind": "history",
        "transaction_id": visit.transaction_id,
        "municipality": visit.holder.town,
        "clerk_nonce": visit.nonce,
        "query_nonce": secrets.token_bytes(32),
        "of": {},
    }
    return f"/v1/transactions/{visit.transaction_id}/query", sign1(
        record, visit.signing, kid_of(visit.signing.public_key())
    )


def _request(path: str, query: bytes) -> bytes:
    body = json.dumps({"query": to_base64url(query)}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: {secrets.token_hex(16)}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _answers(visit: Visit, line, asked: list[tuple[str, bytes]], found: Burst) -> None:
    reader, writer = line
    for _, query in asked:
        status, body = await _next(reader)
        if status >= 400:
            found.refused += 1
        elif _is_mine(visit, query, body):
            found.answered += 1
        else:
            found.swaps += 1
    writer.close()
    try:
        await writer.wait_closed()
    except (OSError, ssl.SSLError):
        return  # the answers are read; how the other end hangs up says nothing


async def _next(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer; each has its length, so nothing of the next is taken."""
    head = await reader.readuntil(b"\r\n\r\n")
    parser = h11.Connection(h11.CLIENT)
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "localhost")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(head)
    told = parser.next_event()
    size = int(dict(told.headers)[b"content-length"])
    return told.status_code, await reader.readexactly(size)


def _is_mine(visit: Visit, query: bytes, sealed: bytes) -> bool:
    try:
        whole = cbor2.loads(unseal(sealed, visit.encryption, visit.transaction_id, ANSWER))
        listed = visit.kiosk.keys["municipalities"][visit.holder.town]
        key = Ed25519PublicKey.from_public_bytes(listed[peek_kid(whole["statement"])])
        said = verify1(whole["statement"], key)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not this person's answer
        return False
    fingerprint = sha256(visit.holder.certificate).digest()
    return (said["query_sha256"], said["card_fingerprint"]) == (sha256(query).digest(), fingerprint)
