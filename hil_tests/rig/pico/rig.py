"""The rig's verbs: what a person's hands do to the kiosk's wires, and what an ear hears. MicroPython, pure.

The words are those of the bench socket (docs/reference/simulated-hardware.md, "Bench socket"), as far as there is a
wire for them. Not responsible for framing (`loop.py`) nor for pins (`board.py`).
"""

from coin_acceptor import CoinAcceptor
from ear import Ear

VERSION = 1
VERBS = (
    "hello", "watch", "put_paper", "take_paper", "insert_card", "remove_card", "open_cover", "close_cover",
    "insert_coins", "jam_coins", "free_coins", "money", "buzzer",
)  # fmt: skip


class Rig:
    """The wires at rest: no paper, no card, cover closed. `lines` has `get(name)`, `set(name, level)`, `servo(on)`."""

    def __init__(self, lines):
        self._lines = lines
        self.coins = CoinAcceptor(lines)
        self.ear = Ear()
        self.watched = False
        self._sheets = 0
        self._card = False
        lines.set("tray", 1)
        lines.set("cover", 1)
        lines.servo(False)

    def perform(self, request, now_us):
        """Carry out a request; returns the value of its answer. ValueError says what is wrong with it."""
        verb = request.get("verb") if isinstance(request, dict) else None
        if verb not in VERBS:
            known = ", ".join(VERBS)
            raise ValueError(f"no verb {verb!r}; there are {known}")
        return getattr(self, "_" + verb)(request, now_us)

    def tick(self, now_us):
        """Do what is due; returns events. Takes no memory while there are none: its clearing up would be late."""
        coin, tone = self.coins.tick(now_us), self.ear.tick(now_us)
        if coin is None and tone is None:
            return ()
        return [event for event in (coin, tone) if event]

    def _hello(self, _request, _now_us):
        return {"rig": VERSION, "verbs": VERBS}

    def _watch(self, _request, _now_us):
        self.watched = True

    def _put_paper(self, _request, _now_us):
        self._sheets += 1
        self._lines.set("tray", 0)
        return self._sheets

    def _take_paper(self, _request, _now_us):
        taken, self._sheets = self._sheets, 0
        self._lines.set("tray", 1)
        return taken

    def _insert_card(self, _request, _now_us):
        if self._card:
            raise ValueError("a card lies on the reader already")
        self._card = True
        self._lines.servo(True)

    def _remove_card(self, _request, _now_us):
        self._card = False
        self._lines.servo(False)

    def _open_cover(self, _request, _now_us):
        self._lines.set("cover", 0)

    def _close_cover(self, _request, _now_us):
        self._lines.set("cover", 1)

    def _insert_coins(self, request, now_us):
        yen = request.get("yen")
        if not isinstance(yen, list) or not all(isinstance(each, int) and each > 0 for each in yen):
            raise ValueError("insert_coins: 'yen' is a list of whole numbers, such as [100, 50]")
        self.coins.insert(yen, now_us)

    def _jam_coins(self, _request, _now_us):
        self.coins.jammed = True

    def _free_coins(self, _request, _now_us):
        self.coins.jammed = False

    def _money(self, _request, _now_us):
        return {
            "kept": self.coins.kept_yen,
            "returned": self.coins.returned_yen,
            "escrow": sum(self.coins.escrow_yen),
            "refused": self.coins.refused_yen,
            "accepting": self._lines.get("enable"),
        }

    def _buzzer(self, _request, now_us):
        return self.ear.heard(now_us)
