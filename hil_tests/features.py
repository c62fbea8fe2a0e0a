"""What an environment can do: each verb of the bench belongs to a feature, each environment has or lacks it.

A scenario that needs what its environment lacks is skipped with the reason that the environment's file declares
(`hil_tests/labgrid/NAME.yaml`, `options: missing:`). No other skip is allowed (`conftest.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hil_tests.bench import Bench

VERBS: dict[str, tuple[str, ...]] = {
    "screen": ("start", "choose", "type_pin", "language", "expect_screen", "screen", "expect_idle"),
    "card": ("insert_card", "remove_card"),
    "card_kinds": ("insert_foreign_card",),
    "card_traps": ("tear_card_at", "lock_pin", "set_tries"),
    "coins": ("insert_coins", "money"),
    "coin_jam": ("jam_coins", "free_coins"),
    "tray": ("take_paper",),
    "cover": ("open_cover", "close_cover"),
    "paper": ("run_out_of_paper", "paper_near_end", "load_paper"),
    "printer_power": ("printer_off", "printer_on"),
    "printer_faults": ("fail_print_at", "repair_printer"),
    "hub_line": ("hub_down", "hub_slow", "hub_garble", "hub_up"),
    "broker": ("broker_down", "broker_up"),
    "card_service": ("pcscd_down", "pcscd_up"),
    "camera": ("cover_camera", "uncover_camera"),
    "kill": ("kill_firmware",),
    "power": ("cut_power", "restore_power"),
    "sight": ("expect_printed", "strips"),
    "ear": ("expect_buzzer", "buzzer"),
    "mqtt": ("expect_state", "mqtt_states"),
    "office": ("clear_alarm",),
}
FEATURE_OF = {verb: feature for feature, verbs in VERBS.items() for verb in verbs}


class FeatureError(ValueError):
    """The environment's file does not fit the list of features; the text names it, the cause and the remedy."""


class FeatureMissing(Exception):
    """A scenario called a verb that its environment declares it lacks; the text is the declared reason."""


@dataclass(frozen=True)
class Features:
    """What an environment has, and why it lacks the rest. Every feature stands in exactly one of the two."""

    environment: str
    has: frozenset[str]
    missing: Mapping[str, str]

    @classmethod
    def declared(cls, environment: str, has: Collection[str], missing: Mapping[str, str]) -> Features:
        """Check a declaration; `FeatureError`."""
        where = f"hil_tests/labgrid/{environment}.yaml"
        for name in (*has, *missing):
            if name not in VERBS:
                raise FeatureError(f"{where}: there is no feature {name!r}. There are: {', '.join(VERBS)}")
        for name in VERBS:
            if (name in has) == (name in missing):
                both = "has and lacks" if name in has else "neither has nor lacks"
                raise FeatureError(f"{where}: {both} {name!r}. Put it under features, or under missing with a reason.")
        for name, reason in missing.items():
            if not reason:
                raise FeatureError(f"{where}: {name!r} is missing without a reason. Say why.")
        return cls(environment, frozenset(has), dict(missing))


class GuardedBench:
    """A bench on which a verb that the environment lacks ends the scenario with the declared reason."""

    def __init__(self, bench: Bench, features: Features) -> None:
        self._bench = bench
        self._features = features

    def __getattr__(self, name: str) -> Any:
        """Give the verb; `FeatureMissing`."""
        feature = FEATURE_OF.get(name)
        if feature in self._features.missing:
            reason = self._features.missing[feature]
            raise FeatureMissing(f"{self._features.environment} has no {feature}: {reason}")
        return getattr(self._bench, name)
