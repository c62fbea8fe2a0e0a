"""The verbs of the card host: docs/reference/simulated-hardware.md, "Card host socket".

Not responsible for: the socket (`host.py`) and the frames to vpcd (`vpcd.py`). A card keeps its try counters
while the host runs, whichever way it is laid down again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from sim_hw.card.card import MyNumberCard
from sim_hw.card.contents import CardFolderError, FileId, load
from sim_hw.card.daemon import Daemon, DaemonError
from sim_hw.card.foreign import ForeignCard
from sim_hw.card.trap import Fault, Trap
from sim_hw.card.vpcd import Slot, SlotError

PIN_FILES = {"auth": FileId.AUTH_PIN, "sign": FileId.SIGN_PIN}
Request = dict[str, object]
Answer = dict[str, object]


class RequestError(ValueError):
    """The request is not one of the page's; the text says what is wrong with it."""


class Verbs:
    """Carries out one request at a time."""

    def __init__(self, slot: Slot, daemon: Daemon) -> None:
        self._slot = slot
        self._daemon = daemon
        self._cards: dict[Path, MyNumberCard] = {}
        self._verbs: dict[str, Callable[[Request], Awaitable[Answer]]] = {
            "insert": self._insert,
            "remove": self._remove,
            "tear_at": self._tear_at,
            "stall_at": self._stall_at,
            "set_tries": self._set_tries,
            "kill_pcscd": self._kill_pcscd,
            "start_pcscd": self._start_pcscd,
            "state": self._state,
            "log": self._log,
        }

    async def answer(self, request: Request) -> Answer:
        """Carry out `request`; an impossible one gets `{"ok": false, "error": ...}`."""
        verb = self._verbs.get(str(request.get("verb")))
        if verb is None:
            known = ", ".join([*self._verbs, "quit"])
            return {"ok": False, "error": f"unknown verb {request.get('verb')!r}; there are {known}"}
        try:
            return {"ok": True, **await verb(request)}
        except (RequestError, SlotError, CardFolderError, DaemonError) as error:
            return {"ok": False, "error": str(error)}

    async def _insert(self, request: Request) -> Answer:
        await self._slot.insert(ForeignCard() if request.get("foreign") is True else self._card(_text(request, "card")))
        return {}

    async def _remove(self, _: Request) -> Answer:
        await self._slot.remove()
        return {}

    async def _tear_at(self, request: Request) -> Answer:
        self._slot.trap = _trap(Fault.TEAR, request)
        return {}

    async def _stall_at(self, request: Request) -> Answer:
        self._slot.trap = _trap(Fault.STALL, request)
        return {}

    async def _set_tries(self, request: Request) -> Answer:
        card = self._card(_text(request, "card")) if "card" in request else self._slot.card
        if not isinstance(card, MyNumberCard):
            raise RequestError("set_tries needs a My Number card on the reader, or its folder as 'card'")
        file_id = PIN_FILES.get(_text(request, "pin"))
        if file_id is None:
            raise RequestError("pin must be 'auth' or 'sign'")
        pin = card.contents.pins[file_id]
        left = _number(request, "left")
        if not 0 <= left <= pin.tries_max:
            raise RequestError(f"left must be 0 to {pin.tries_max}, not {left}")
        pin.left = left
        return {}

    async def _kill_pcscd(self, _: Request) -> Answer:
        await self._daemon.kill()
        await self._slot.power_lost()
        return {}

    async def _start_pcscd(self, _: Request) -> Answer:
        await self._daemon.start()
        await self._slot.power_back()
        return {}

    async def _state(self, _: Request) -> Answer:
        card = self._slot.card
        answer: Answer = {"present": card is not None, "foreign": isinstance(card, ForeignCard), "trap": self._trap()}
        if isinstance(card, MyNumberCard):
            answer["card"] = next(str(folder) for folder, known in self._cards.items() if known is card)
            answer["tries"] = {name: card.contents.pins[file_id].left for name, file_id in PIN_FILES.items()}
        return answer

    async def _log(self, _: Request) -> Answer:
        return {"apdus": [asdict(apdu) for apdu in self._slot.trace]}

    def _trap(self) -> str | None:
        return None if self._slot.trap is None else self._slot.trap.fault.value

    def _card(self, folder_text: str) -> MyNumberCard:
        folder = Path(folder_text).resolve()
        if folder not in self._cards:
            self._cards[folder] = MyNumberCard(load(folder))
        return self._cards[folder]


def _text(request: Request, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str):
        raise RequestError(f"{request.get('verb')} needs {key!r} as a text")
    return value


def _number(request: Request, key: str) -> int:
    value = request.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestError(f"{request.get('verb')} needs {key!r} as a whole number")
    return value


def _trap(fault: Fault, request: Request) -> Trap:
    try:
        ins = int(_text(request, "ins"), 16)
    except ValueError:
        raise RequestError("ins must be two hex digits, such as 'b0'") from None
    nth = _number(request, "nth") if "nth" in request else 1
    if nth < 1:
        raise RequestError("nth counts from 1, the next such APDU")
    return Trap(fault, ins, nth)
