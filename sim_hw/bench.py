"""The simulated bench: every verb of `hil_tests/bench.py`, in Python and by name with JSON arguments.

Not responsible for the sockets that carry names and arguments (`bench_socket.py`, `web/server.py`).
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sim_hw.eyes import Eyes
from sim_hw.hands import Hands
from sim_hw.office import Office
from sim_hw.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sim_hw.world import World


class VerbError(ValueError):
    """There is no such verb, or its arguments do not fit; the text says what would."""


class SimBench(Hands, Troubles, Eyes, Office):
    """A simulated kiosk on a bench."""

    def __init__(self, world: World) -> None:
        Hands.__init__(self, world)
        Troubles.__init__(self, world)
        Eyes.__init__(self, world)
        Office.__init__(self, world)
        self.world = world


def verbs() -> dict[str, inspect.Signature]:
    """Return all verbs by name."""
    methods = inspect.getmembers(SimBench, inspect.iscoroutinefunction)
    return {name: inspect.signature(method) for name, method in methods if not name.startswith("_")}


async def perform(bench: SimBench, request: dict[str, Any]) -> Any:
    """Carry out `{"verb": ..., argument: value, ...}`; raises `VerbError`, or what the verb raises."""
    arguments = dict(request)
    name = arguments.pop("verb", None)
    signature = verbs().get(str(name))
    if signature is None:
        raise VerbError(f"no verb {name!r}; there are {', '.join(verbs())}")
    positional: list[Any] = []
    for parameter in list(signature.parameters.values())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            several = arguments.pop(parameter.name, [])
            if not isinstance(several, list):
                raise VerbError(f"{name}: {parameter.name!r} is a list")
            positional = several  # pyright: ignore[reportUnknownVariableType]
    method: Callable[..., Awaitable[Any]] = getattr(bench, str(name))
    try:
        inspect.signature(method).bind(*positional, **arguments)
    except TypeError as error:
        raise VerbError(f"{name}{inspect.signature(method)}: {error}") from None
    return await method(*positional, **arguments)
