"""`python -m hub init`: a data directory from the options. Not responsible for making anything (`hub/setup/`)."""

import argparse
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.clock import utc_now
from hub.municipality.samples.citizens import CITIZENS
from hub.municipality.setup import initialise_all
from hub.settings import validated
from hub.setup.data_directory import Plan, initialise


def _init(options: argparse.Namespace) -> int:
    opens, _, closes = options.municipality_hours.partition("-")
    settings = validated(
        "command line",
        {
            "port": options.port,
            "ocsp_port": options.ocsp_port,
            "always_open": options.always_open,
            "municipality_opens": opens,
            "municipality_closes": closes,
        },
    )
    plan = Plan(options.data, options.kiosk, settings, CITIZENS, initialise_all)
    initialise(plan, utc_now, print)
    print(f"ready. Next: python -m hub serve --data {options.data}")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"init": _init})
