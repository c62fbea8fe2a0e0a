"""The whole hub under load on this machine: how many certificates a second, how long one takes, what each part costs.

Roles are processes of their own, the records are in PostgreSQL, clerks check every field of every answer. A minute at
the most that the machine bears; the long runs with a table are `make bench-hub` (`tests/load/table.py`). Processor time
by role is from /proc, the parts within the centre are measured alone. What it means: docs/measurements.md.
"""

import secrets
import ssl
import time
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.centre import card
from hub.centre.keys import load_keys
from hub.centre.layers import sealed_document
from hub.jpki.store import load_authority_certificate
from hub.municipality.bench import bench_parts
from hub.web.server import mutual_tls
from tests.load.cluster import cluster, make_data
from tests.load.run import Found, load
from tests.load.visit import people
from tests.measure.figure import figure

SECONDS, WARM_S = 60, 15
TOWNS, RESIDENTS, CARDS, KIOSKS = 10, 60, 20, 8
CLERKS = 16
ROUNDS = 15


def measure(out: Path) -> dict:
    data = out / "data"
    make_data(data, TOWNS, RESIDENTS, CARDS, KIOSKS)
    with cluster(data, centres=1) as hub:
        load(hub, out / "warm", WARM_S, 4, 0.5)
        found = load(hub, out, SECONDS, CLERKS, 0.5)
    return figures(found) | _alone(data)


def figures(found: Found) -> dict:
    """Write a run as figures."""
    told = {
        "hub.issues_per_s": figure([found.issues_per_s], "1/s", f"aim 15; {found.seconds:.0f} s at the most it bears"),
        "hub.issue_p99_ms": figure([found.issue_p99_ms], "ms", f"aim 2000; half within {found.issue_p50_ms:.0f} ms"),
        "hub.swap_errors": {"value": found.swaps, "unit": "1", "n": found.issues, "against": "must be 0 of all"},
        "hub.refused": {
            "value": sum(found.refused.values()),
            "unit": "1",
            "n": found.issues,
            "against": f"told to come again: {found.refused or 'nobody'}",
        },
    }
    whole = sum(spent for role, spent in found.cpu_ms.items() if role != "clerks")
    told["hub.cpu_ms"] = figure([whole], "ms", "processor time of one visit, all roles; clerks are not counted")
    for role, spent in found.cpu_ms.items():
        told[f"hub.cpu_ms.{role.replace(' ', '_')}"] = figure([spent], "ms", "processor time of one visit, this role")
    return told


def _alone(data: Path) -> dict:
    """Measure parts within the roles, each alone: processor milliseconds, medians."""
    page = bench_parts()
    dots = [each.dots for each in page.raster()]
    parts = {
        "tls": ("one handshake, both ends", _handshake(data)),
        "anti_forgery": ("layers, panel, signed code, sealing of one page", _layers(data, dots)),
        "card": ("chain and signature of one card", _card(data)),
        "pdf": ("typst, one page", page.pdf),
        "raster": ("pdfium, one page and its text", page.raster),
    }
    return {
        f"hub.part_ms.{name}": figure([_spent_ms(do) for _ in range(ROUNDS)], "ms", f"processor time alone: {what}")
        for name, (what, do) in parts.items()
    }


def _spent_ms(do) -> float:
    began = time.process_time()
    do()
    return 1000 * (time.process_time() - began)


def _layers(data: Path, dots: list[bytes]):
    keys = load_keys(data / "pki", int(time.time()))
    claims = {"municipality": "402231", "type": "resident_record", "issued_at": int(time.time())}
    area = {"code_area": {"left_dots": 0, "top_rows": 0, "side_dots": 192}}

    def do() -> None:
        document_id = secrets.token_hex(16)
        sealed_document(
            keys,
            statement=b"statement" * 60,
            claims=claims | area | {"document_id": document_id},
            pages=dots,
            transaction_id="0" * 32,
            document_id=document_id,
            head_dots=576,
            encryption_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
            site_address="http://127.0.0.1:8470/",
        )

    do()
    return do


def _card(data: Path):
    authority, holder = load_authority_certificate(data, "auth"), people(data, 1)[0]
    content = sha256(b"content").digest()
    signature = holder.sign(content)

    def do() -> None:
        certificate = card.read_certificate(holder.certificate)
        card.check_chain(certificate, authority)
        card.check_signature("rsa2048-sha256", certificate, content, signature)

    return do


def _handshake(data: Path):
    pki, kiosk = data / "pki", data / "kiosks" / "kiosk-0001"
    server = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
    client = ssl.create_default_context(cafile=str(kiosk / "tls-ca.pem"))
    client.load_cert_chain(kiosk / "clerk.pem", kiosk / "clerk.key")

    def do() -> None:
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        one = client.wrap_bio(back, there, server_hostname="localhost")
        other = server.wrap_bio(there, back, server_side=True)
        done = set()
        while len(done) < 2:
            for end in {one, other} - done:
                try:
                    end.do_handshake()
                    done.add(end)
                except ssl.SSLWantReadError:
                    pass

    return do
