"""labgrid drivers: a kiosk at each of the places where scenarios can run. Imported by `hil_tests/labgrid/*.yaml`.

A place gives, for each scenario, a bench with a kiosk in service. Not responsible for what a place lacks
(`features.py`), nor for which place is taken (`conftest.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attr
from labgrid import Environment, target_factory
from labgrid.driver import Driver

from hil_tests import environments
from hil_tests.features import Features
from hil_tests.rig.bench import at_rig

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from hil_tests.bench import Bench

FILES = Path(__file__).with_name("labgrid")


class KioskPlace(Protocol):
    """A driver that gives a bench."""

    def bench(self, out: Path, hub_data: Path) -> AbstractAsyncContextManager[Bench]:
        """Offer a kiosk in service; `out` takes what it leaves (strips, logs), `hub_data` is a served hub's folder."""
        ...


@target_factory.reg_driver
@attr.s(eq=False)
class SimKiosk(Driver):
    """Simulated hardware, the real firmware, everything on this machine."""

    def bench(self, out: Path, hub_data: Path) -> AbstractAsyncContextManager[Bench]:
        """Offer it; see `environments.sim`."""
        return environments.sim(out, hub_data)


@target_factory.reg_driver
@attr.s(eq=False)
class RigKiosk(Driver):
    """A real kiosk beside the wired rig: the rig's serial port, the card it holds, the port of the kiosk's screen."""

    serial = attr.ib(validator=attr.validators.instance_of(str))
    card = attr.ib(validator=attr.validators.instance_of(str))
    screen_port = attr.ib(validator=attr.validators.instance_of(int))

    def bench(self, out: Path, hub_data: Path) -> AbstractAsyncContextManager[Any]:  # noqa: ARG002 - it has a hub of its own
        """Offer it; see `rig.bench.at_rig`."""
        return at_rig(out, Path(self.serial), self.card, self.screen_port)


@attr.s(eq=False, auto_attribs=True)
class Place:
    """An environment's kiosk, and what the environment can do."""

    kiosk: KioskPlace
    features: Features


def names() -> list[str]:
    """Return the environments that there are."""
    return sorted(file.stem for file in FILES.glob("*.yaml"))


def open_place(name: str) -> Place:
    """Read `hil_tests/labgrid/NAME.yaml` and bring its drivers up; `FeatureError`, or labgrid's own errors."""
    environment = Environment(str(FILES / f"{name}.yaml"))
    missing = environment.config.get_option("missing", {})
    features = Features.declared(name, environment.get_target_features(), missing)
    target = environment.get_target("main")
    (kiosk,) = (driver for driver in target.drivers if hasattr(driver, "bench"))
    target.activate(kiosk)
    return Place(kiosk, features)
