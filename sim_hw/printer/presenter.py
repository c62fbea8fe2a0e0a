"""The mouth of a kiosk printer: it holds a cut strip until somebody takes it, draws it back, or spits it out.

Not responsible for cutting (`mechanism.py`). Source: docs/reference/printers.md, Custom VKP80III, FS P.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim_hw.printer.command import Present
    from sim_hw.printer.strip import Strip


class Presenter:
    """`changed(what, strip)` is called with `presented`, `taken`, `retracted` or `ejected`."""

    def __init__(self, changed: Callable[[str, Strip], None]) -> None:
        self.held: Strip | None = None
        self.retracts = 0
        self._changed = changed
        self._retract = False
        self._timer: asyncio.TimerHandle | None = None

    def present(self, strip: Strip, order: Present) -> None:
        """Hold out a strip; one that is still there from before goes first."""
        self.let_go()
        self.held, self._retract = strip, order.retract
        if order.seconds:
            self._timer = asyncio.get_running_loop().call_later(order.seconds, self.let_go)
        self._changed("presented", strip)

    def take(self) -> None:
        """Somebody takes the strip."""
        self._end("taken")

    def let_go(self) -> None:
        """Draw back, or spit out, what nobody took."""
        if self.held and self._retract:
            self.retracts += 1
        self._end("retracted" if self._retract else "ejected")

    def close(self) -> None:
        """Forget the time limit: no power."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _end(self, what: str) -> None:
        self.close()
        strip, self.held = self.held, None
        if strip:
            self._changed(what, strip)
