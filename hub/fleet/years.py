"""`python -m hub fleet-figures`: the fleet's figures of a year or any days, from the engine that keeps them for years.

Asks VictoriaMetrics for what `deploy/dashboard/rollup.yml` worked out. Not responsible for how long alarms and faults
lasted to the second, which the centre's database knows (`hub report`), nor for the figures of the last weeks.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import httpx

from hub.ledger.posting import TOKYO

WAIT_S = 60.0
WORST = 20
UP = "avg_over_time(kiosk:up:hour[{range}])"
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "kiosks": "max_over_time(fleet:kiosks:hour[{range}])",
        "up": "sum(sum_over_time(kiosk:up:hour[{range}])) / sum(count_over_time(kiosk:up:hour[{range}]))",
        "up_by_kiosk": f"sort(bottomk({WORST}, {UP}))",
        "camera_ok": "sum(sum_over_time(kiosk:camera_ok:hour[{range}])) / sum(count_over_time(kiosk:up:hour[{range}]))",
        "hours_by_state": "sum by (state) (sum_over_time(kiosk:state:hour[{range}]))",
        "hours_out_of_service_by_reason": "sum by (reason) (sum_over_time(kiosk:out_of_service:hour[{range}]))",
        "hours_of_alarm_by_code": "sum by (code) (sum_over_time(kiosk:alarm:hour[{range}]))",
        "orders_by_state": "sum by (state) (sum_over_time(kiosk:orders:hour[{range}]))",
    }
)


@dataclass(frozen=True, slots=True)
class Years:
    """The engine at `url`. `OSError` with the remedy where it does not answer, `ValueError` where it answers oddly."""

    url: str

    def ask(self, query: str, at_s: int) -> dict[str, float]:
        """Return a number for each combination of labels, such as `reason=paper_out`; empty for one without labels."""
        try:
            answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query, "time": at_s}, timeout=WAIT_S)
        except httpx.TransportError as error:
            raise OSError(
                f"{self.url}: {error}; does kiosk-figures-years run? or give its address with --url"
            ) from error
        if answer.status_code != HTTPStatus.OK:
            raise ValueError(f"{self.url}: {answer.status_code} {answer.text[:200]}")
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return {_label(each["metric"]): float(each["value"][1]) for each in found}

    def between(self, first: date, after: date) -> dict[str, dict[str, float]]:
        """Return the answers to all questions, from the day `first` up to `after`, in Tokyo."""
        begin_s, end_s = (int(datetime.combine(day, time(), TOKYO).timestamp()) for day in (first, after))
        # An hour's figures bear the time of its end, and a range (begin, end] holds whole hours.
        text = f"{end_s - begin_s}s"
        return {name: self.ask(query.format(range=text), end_s) for name, query in QUESTIONS.items()}


def _label(metric: Mapping[str, str]) -> str:
    return ",".join(value for name, value in sorted(metric.items()) if name != "__name__")


def _figures(options: argparse.Namespace) -> int:
    if options.first >= options.after:
        raise ValueError("--after must be later than --first")
    told = Years(options.url).between(options.first, options.after)
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"fleet-figures": _figures})
