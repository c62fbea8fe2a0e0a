"""The fleet's figures for Prometheus, made from the register whenever they are fetched.

Alert rules and dashboard: `deploy/dashboard/`. Not responsible for keeping them over time.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.fleet.register import Kiosk, Register

PAPER = ("full", "low", "out", "jammed", "unknown")


class Figures(Collector):
    """Collects from `register`; `stops` gives the subjects that the centre has stopped for a mismatch."""

    def __init__(self, register: Register, stops: Callable[[], Iterable[str]]) -> None:
        self._register = register
        self._stops = stops

    def collect(self) -> Iterable[Metric]:
        """Give all figures."""
        kiosks = list(self._register.kiosks.values())
        yield from _of_kiosks(kiosks)
        for name, text in (
            ("events_waiting", "events that no subscriber has yet"),
            ("events_dropped", "events given up"),
            ("commands_refused", "commands refused since the kiosk started"),
        ):
            figure = GaugeMetricFamily(f"kiosk_{name}", text, labels=["kiosk"])
            for kiosk in kiosks:
                figure.add_metric([kiosk.id], _number(kiosk.states.get("telemetry", {}).get(name)))
            yield figure
        stopped = GaugeMetricFamily("centre_stopped", "1: the centre stopped it for a mismatch", labels=["subject"])
        for subject in self._stops():
            stopped.add_metric([subject], 1)
        yield stopped
        yield CounterMetricFamily(
            "fleet_rubbish", "messages that are not of the contract", value=self._register.rubbish
        )


def _of_kiosks(kiosks: list[Kiosk]) -> Iterable[Metric]:
    up = GaugeMetricFamily("kiosk_up", "1: online", labels=["kiosk"])
    state = GaugeMetricFamily("kiosk_state", "1: it is in this state", labels=["kiosk", "state"])
    since = GaugeMetricFamily("kiosk_state_since_seconds", "when its state began, Unix time", labels=["kiosk"])
    reason = GaugeMetricFamily("kiosk_out_of_service", "1: for this reason", labels=["kiosk", "reason"])
    alarm = GaugeMetricFamily("kiosk_alarm", "1: the alarm is on", labels=["kiosk", "code"])
    paper = GaugeMetricFamily("kiosk_paper", "1: the paper supply is so", labels=["kiosk", "paper"])
    camera = GaugeMetricFamily("kiosk_camera_ok", "1: the camera's pictures are of use", labels=["kiosk"])
    expires = GaugeMetricFamily("kiosk_certificate_expires_seconds", "end of its certificate", labels=["kiosk"])
    info = GaugeMetricFamily("kiosk_info", "1", labels=["kiosk", "version", "build", "configuration"])
    orders = GaugeMetricFamily("kiosk_orders", "orders in this state, in all", labels=["kiosk", "state"])
    for kiosk in kiosks:
        row = kiosk.row()
        up.add_metric([kiosk.id], float(row["online"]))
        state.add_metric([kiosk.id, kiosk.state], 1)
        since.add_metric([kiosk.id], kiosk.since_s)
        for each in row["reasons"]:
            reason.add_metric([kiosk.id, str(each)], 1)
        for code in row["alarms"]:
            alarm.add_metric([kiosk.id, code], 1)
        paper.add_metric([kiosk.id, row["paper"] if row["paper"] in PAPER else "unknown"], 1)
        camera.add_metric([kiosk.id], float(row["camera"] == "ok"))
        if (end := _unix(kiosk.info.get("certificate_expires"))) is not None:
            expires.add_metric([kiosk.id], end)
        info.add_metric([kiosk.id, row["version"], row["build"], str(kiosk.info.get("configuration", ""))], 1)
        for name, count in kiosk.states.get("orders", {}).items():
            if type(count) is int and name != "sequence":
                orders.add_metric([kiosk.id, name], count)
    return (up, state, since, reason, alarm, paper, camera, expires, info, orders)


def text_of(figures: Figures) -> bytes:
    """Return the exposition format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    return generate_latest(registry)


def _number(value: object) -> float:
    return float(value) if type(value) is int else 0.0


def _unix(value: object) -> float | None:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None
