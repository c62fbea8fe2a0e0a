"""Attacks on the whole path: a clerk's real exchange over TLS with a real centre, a hostile proxy and a lying town.

    python -m tests.attack.whole_path --count 10000 [--minutes M]     resumes where out/attacks-whole-path.json stands

In each round a victim and a stranger are served at the same time at the same kiosk. Taken is a document that the
victim's clerk accepts though the town lied, or whose dots are not those that the town made for the victim's order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from card_holder import Holder
from fake_municipality import FakeMunicipality
from fake_municipality import seed as seed_town
from hub_bench import SETTINGS, Bench, hub_bench
from real_hub import Card

from firmware.app.clerk import query
from firmware.app.clerk.binding import Document
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.order import Choice
from firmware.app.hub_client import HubClient
from firmware.app.hub_errors import HubError
from hub.clock import utc_now
from hub.files import load_key
from hub.setup.data_directory import Plan, initialise
from tests.attack import hostile_proxy
from tests.attack.hostile_proxy import HostileProxy, Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.municipality.interface import IssueAnswer, IssueRequest

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

OUT = Path("out/attacks-whole-path.json")
KOGA = "402231"
HOW = ("swapped", "cut", "bits", "field_of_another", "never", "lie")
ORDER = Choice("resident_record", "household", ("domicile",), 1)
LIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "another card": lambda record: record.update(card_fingerprint=bytes(32)),
    "another transaction": lambda record: record.update(transaction_id="0" * 32),
    "another kiosk": lambda record: record.update(kiosk_id="kiosk-0002"),
    "another town": lambda record: record.update(municipality="999016"),
    "another session": lambda record: record.update(session_key_hash=bytes(32)),
    "another type": lambda record: record.update(type="income_tax"),
    "more copies": lambda record: record.update(copies=record["copies"] + 1),
    "another fee": lambda record: record.update(fee_yen=0),
    "yesterday": lambda record: record.update(issued_at=record["issued_at"] - 86_400),
    "pages of nobody": lambda record: record.update(pages=record["pages"][::-1]),
}


class Attack:
    """The centre, two people's cards, and what the proxy saw."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        self._bench = bench
        self._chance = chance
        self._seen = Seen()
        self._made: dict[str, list[bytes]] = {}
        self._folder = bench.data / "kiosks" / "kiosk-0001"
        self.outcomes: Counter[str] = Counter()
        self.taken: list[str] = []

    async def round(self) -> None:
        """One victim and one stranger; something is done to the victim's answers."""
        self._bench.empty()
        self._bench.municipality.made = self._made_pages  # type: ignore[method-assign]
        self._made.clear()
        self._seen.turn_over()
        how = self._chance.choice(HOW)
        step = self._chance.choice(hostile_proxy.STEPS)
        lie = ""
        clients = [self._client(), self._client()]
        proxies = [HostileProxy(each, who, self._seen) for each, who in zip(clients, ("victim", "other"), strict=True)]
        if how == "lie":
            lie, self._bench.municipality.change = self._chance.choice(list(LIES.items()))
        else:
            proxies[0].step, proxies[0].change = step, self._change(how, step)
        try:
            other = asyncio.create_task(self._visit(proxies[1], "other"))
            if self._chance.random() < 0.8:
                await asyncio.wait({other}, timeout=self._chance.choice((0, 0.02, 1)))
            came = await self._visit(proxies[0], "hanako")
            await other
        finally:
            for client in clients:
                client.close()
        what = f"{how} {lie or step}"
        if not lie and not proxies[0].changed:
            what = f"no attack came about ({what})"
        self._judge(came, what, lied=bool(lie))

    def _judge(self, came: object, what: str, *, lied: bool) -> None:
        if isinstance(came, Document):
            genuine = json.loads(self._seen.now["victim", "order"].body)["document_id"]
            own = [page.bits for page in came.pages] == self._made[genuine] and came.document_id == genuine
            if lied or not own:
                self.taken.append(what)
            came = "the victim's own document" if own else "A STRANGER'S DOCUMENT"
        self.outcomes[f"{what}: {came}"] += 1

    def _made_pages(self, request: IssueRequest) -> IssueAnswer:
        """Have the town make its answer, and remember the dots."""
        made = FakeMunicipality.made(self._bench.municipality, request)
        self._made[made.document_id] = made.pages
        return made

    def _change(self, how: str, step: str) -> Callable[[Any], Any]:
        chance, seen = self._chance, self._seen
        match how:
            case "swapped" | "field_of_another":
                make = getattr(hostile_proxy, how)
                return lambda genuine: make(chance, genuine, step, seen)
            case "never":
                return hostile_proxy.never
            case _:
                make = getattr(hostile_proxy, how)
                return lambda genuine: make(chance, genuine)

    def _client(self) -> HubClient:
        folder = self._folder
        return HubClient(self._bench.hub.url, folder / "tls-ca.pem", folder / "clerk.pem", folder / "clerk.key")

    async def _visit(self, proxy: HostileProxy, citizen: str) -> object:
        """Go through a whole visit as the clerk does; returns the document, or the name of what ended it."""
        folder = self._bench.data / "citizens" / citizen
        card = Card((folder / "auth_cert.der").read_bytes(), load_key(folder / "auth_key.pem", RSAPrivateKey))
        exchange = Exchange(
            proxy,  # type: ignore[arg-type]
            kiosk_id="kiosk-0001",
            operator="seven_eleven",
            head_dots=576,
            root_key=self._folder / "root.pub.pem",
            issue_timeout_s=20.0,
            request_timeout_s=10.0,
        )
        try:
            await exchange.open(KOGA)
            await exchange.present_card(card.certificate, card.sign(exchange.message_for_card()))
            await exchange.query(query.household("resident_record"))
            return await exchange.order(ORDER)
        except (HubError, BindingMismatch, ValueError) as error:
            return f"{type(error).__name__} {getattr(error, 'field', '') or getattr(error, 'code', '')}".strip()
        except Exception as error:  # noqa: BLE001 - a crash of the clerk's code is an outcome of its own
            return f"CRASH {type(error).__name__}"
        finally:
            exchange.close()


async def run(folder: Path, count: int, seed: int, told: Callable[[Attack, int], None]) -> Attack:
    """Make a centre in `folder` and attack it so often."""
    data = folder / "data"
    holders = [Holder("hanako"), Holder("other")]
    initialise(Plan(data, ["kiosk-0001", "kiosk-0002"], SETTINGS, holders, seed_town), utc_now, lambda _: None)
    async with hub_bench(data) as bench:
        attack = Attack(bench, random.Random(seed))  # noqa: S311 - it is repeated from its seed
        for done in range(1, count + 1):
            await attack.round()
            told(attack, done)
    return attack


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="tests.attack.whole_path", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; begin again to go on")
    arguments = parser.parse_args()
    before: dict[str, Any] = json.loads(OUT.read_text()) if OUT.exists() else {"done": 0, "taken": [], "outcomes": {}}
    ends = time.monotonic() + arguments.minutes * 60

    def told(attack: Attack, done: int) -> None:
        if done in (left, done // 50 * 50) or time.monotonic() > ends:
            outcomes = Counter(before["outcomes"]) + attack.outcomes
            now = {"done": before["done"] + done, "taken": before["taken"] + attack.taken, "outcomes": outcomes}
            OUT.parent.mkdir(exist_ok=True)
            OUT.write_text(json.dumps(now, indent=1, sort_keys=True))
            print(f"{now['done']} of {arguments.count}, {len(now['taken'])} taken", flush=True)
        if time.monotonic() > ends:
            raise TimeoutError

    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        left = max(arguments.count - before["done"], 0)
        try:
            asyncio.run(run(Path(folder), left, before["done"] + 1, told))
        except TimeoutError:
            print("stopped in between; run again to go on")
    after = json.loads(OUT.read_text())
    crashes = {what: count for what, count in after["outcomes"].items() if "CRASH" in what}
    print(f"{after['done']} attacks on the whole path, {len(after['taken'])} taken, {sum(crashes.values())} crashes")
    return 1 if after["taken"] or crashes else 0


if __name__ == "__main__":
    sys.exit(main())
