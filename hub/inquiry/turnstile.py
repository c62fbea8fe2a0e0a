"""How often one address may ask: a bucket of inquiries that fills again slowly (token bucket).

In memory only; a site behind a proxy sees the proxy's address and leaves this to the proxy.
"""

from collections import OrderedDict
from collections.abc import Callable

_ADDRESSES_MAX = 10_000


class Turnstile:
    """`burst` inquiries at once, one more each `every_s`; `now_s` is a clock that never goes back."""

    def __init__(self, burst: int, every_s: float, now_s: Callable[[], float]) -> None:
        self._burst = burst
        self._every_s = every_s
        self._now_s = now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lets_in(self, address: str) -> bool:
        """Take one from the address's bucket; False if it is empty."""
        now_s = self._now_s()
        left, since_s = self._left.pop(address, (float(self._burst), now_s))
        left = min(float(self._burst), left + (now_s - since_s) / self._every_s)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now_s)
        while len(self._left) > _ADDRESSES_MAX:
            self._left.popitem(last=False)
        return allowed
