"""After a whole session nothing of the person is in the centre's files or in the log."""

import logging
import sqlite3

import pytest
from hub_bench import fingerprint, hub_bench

from hub import log

pytestmark = pytest.mark.anyio


async def test_files_and_log_hold_nothing_of_the_card_or_the_document(data, caplog):
    caplog.set_level(logging.DEBUG)
    written = log._Lines()
    async with hub_bench(data) as bench:
        person, document_id = await bench.ordered()
        statement = bench.municipality.requests[0]
        await bench.clerk.get(f"{person.path}/document")
        secrets = {
            "certificate": person.certificate,
            "its number": person.certificate[15:31],
            "fingerprint": fingerprint(person.certificate),
            "signature": statement.signature,
            "clerk nonce": person.nonce,
            "session key": statement.encryption_key,
        }
        files = list(data.glob("centre.sqlite*"))
        assert files
        for path in files:
            stored = path.read_bytes()
            for name, value in secrets.items():
                for form in (value, value.hex().encode()):
                    assert form not in stored, f"{name} is in {path.name}"
    lines = "\n".join(written.format(record) for record in caplog.records)
    assert document_id in lines
    for name, value in secrets.items():
        assert value.hex() not in lines, name
    with sqlite3.connect(data / "centre.sqlite") as database:
        assert database.execute("select count(*) from orders").fetchone() == (1,)
    database.close()
