"""The parts that cannot be saved, each alone, in a process of its own: `... tests.measure.alone HUB_DATA HUB_URL`.

For each line on standard input it does one of them and writes the milliseconds as a JSON object. Whoever asks leaves
pauses as long as a person's between the lines: a part that runs once in seconds takes longer than one that runs over
and over, and in a visit each runs once. Parts that follow one another in a visit do so here.

`hub`: two TLS handshakes with the hub, mutual, by the firmware's own client. `card`: a signature, by the firmware's own
reader and dialogue over pcscd and the simulated card; `signing` is the signing alone, `signature` all that a card asks
for before it signs (power, application, PIN). `page`: typst sets the visit's page, then the signer's reading makes its
dots and text.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from firmware.app.clerk import jpki, jpki_tables
from firmware.app.hub_client import HubClient
from firmware.drivers.card_reader import CardReader
from hub.municipality.bench import sample_content
from hub.municipality.renderer.typesetter import Typesetter
from hub.municipality.signer.raster import read_pages

HEAD_DOTS = 576


class Parts:
    """The parts, warm."""

    def __init__(self, hub_data: Path, hub_url: str) -> None:
        self._kiosk = hub_data / "kiosks" / "kiosk-0001"
        self._url = hub_url
        self._reader = CardReader()
        self._typesetter = Typesetter()
        self._pages = 0

    async def hub(self):
        took_ms = 0.0
        for role in ("clerk", "kiosk"):
            files = (self._kiosk / name for name in ("tls-ca.pem", f"{role}.pem", f"{role}.key"))
            client = HubClient(self._url, *files)
            began = time.perf_counter()
            await client.warm()
            took_ms += _ms_since(began)
            client.close()
        return {"handshakes": took_ms}

    async def card(self):
        began = time.perf_counter()
        async with self._reader.session() as card:
            await jpki.select_jpki(card)
            await card.send(jpki_tables.select_file(jpki_tables.Ef.AUTH_PIN))
            if await jpki.verify_pin(card, bytearray(b"1234")) != jpki.PinOk():
                raise AssertionError("the card refused its PIN")
            ready = time.perf_counter()
            await jpki.sign(card, jpki_tables.ALGORITHMS[0], b"message")
            signing_ms = _ms_since(ready)
        return {"signature": _ms_since(began), "signing": signing_ms}

    async def page(self):
        self._pages += 1  # each page has a new number, so that none is remembered
        content = sample_content("hanako", HEAD_DOTS, "self", (), document_id=f"{self._pages:032x}")
        began = time.perf_counter()
        pdf = self._typesetter.pdf(content)
        pdf_ms = _ms_since(began)
        began = time.perf_counter()
        read_pages(pdf, HEAD_DOTS)
        return {"pdf": pdf_ms, "rasterising": _ms_since(began)}


def _ms_since(began):
    return 1000 * (time.perf_counter() - began)


async def _serve():
    parts = Parts(Path(sys.argv[1]), sys.argv[2])
    while name := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(json.dumps(await getattr(parts, name)()), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
