"""The configuration: one TOML file to frozen structures.

An unknown key, a wrong type or a value out of bounds is a `ConfigError` that names the key, the value and the reason.
Relative paths are relative to the file. Not responsible for: whether the devices are there (`kiosk doctor`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from firmware.printer_models import refusal

Pin = Annotated[int, Meta(ge=0, le=27)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Millis = Annotated[int, Meta(ge=1, le=60_000)]
NamedKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40} [A-Za-z0-9_-]{43}\Z")]
SLOWEST_BAUD = 230_400  # DEVICES: 115,200 baud gives 20 mm/s


class ConfigError(Exception):
    """The configuration cannot be used; the command line exits 78 (EX_CONFIG) with this message."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all sections: immutable, and unknown keys are refused."""


class Kiosk(Section, frozen=True, kw_only=True):
    """Who this kiosk is and where it keeps its journal."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]{3,40}\Z")]
    operator: Annotated[str, Meta(pattern=r"^[a-z0-9_]{2,32}\Z")]
    state_dir: Path
    language: Literal["ja", "en", "zh", "ko", "pt", "vi"] = "ja"


class Hub(Section, frozen=True, kw_only=True):
    """The certificate centre and the keys to talk to it. Two identities: the clerk's can only issue."""

    url: Annotated[str, Meta(pattern=r"^https://[^/\s]+\Z")]
    ca: Path
    root_key: Path
    kiosk_certificate: Path
    kiosk_key: Path
    clerk_certificate: Path
    clerk_key: Path
    request_timeout_s: Seconds = 10.0
    issue_timeout_s: Seconds = 30.0
    poll_s: Seconds = 60.0
    enrolment_url: Annotated[str, Meta(pattern=r"^(https://[^/\s]+)?\Z")] = ""


class Mqtt(Section, frozen=True, kw_only=True):
    """The broker that dashboards are fed from. `auto`: MQTT 5, or 3.1.1 if the broker refuses that.

    `home_assistant`: announce entities, so that a Home Assistant at the same broker shows the kiosk by itself.
    """

    host: str
    port: Port = 8883
    ca: Path
    certificate: Path
    key: Path
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    status_interval_s: Annotated[float, Meta(ge=5, le=600)] = 30.0
    keepalive_s: Annotated[int, Meta(ge=10, le=600)] = 60
    home_assistant: bool = False


class CardReader(Section, frozen=True, kw_only=True):
    """The PC/SC reader: `name` is part of its name, empty for the first one."""

    name: str = ""
    apdu_timeout_s: Seconds = 5.0


class Printer(Section, frozen=True, kw_only=True):
    """The thermal printer: how it is reached, and what it is (`printer_models.toml`).

    `near_end_mm`: paper that is still there for sure when near-end is first reported, as measured on this kiosk; 0
    takes the model's, and where nobody knows, there is no sale from near-end on.
    """

    transport: Literal["tcp", "serial", "device"]
    model: str = "generic-escpos"
    head_dots: Literal[576, 832, 1728] = 576
    near_end_mm: Annotated[int, Meta(ge=0, le=30_000)] = 0
    host: str = ""
    port: Port = 9100
    device: str = ""
    baud: Annotated[int, Meta(ge=9600, le=4_000_000)] = 921_600
    speed_mm_per_s: Annotated[float, Meta(gt=0, le=1000)] = 150.0
    write_timeout_s: Seconds = 20.0
    completion_timeout_s: Seconds = 20.0


class TraySensor(Section, frozen=True, kw_only=True):
    """The sensor in the output tray."""

    pin: Pin = 17
    active_low: bool = True
    debounce_ms: Annotated[int, Meta(ge=0, le=1000)] = 3


class Buzzer(Section, frozen=True, kw_only=True):
    """The buzzer, driven by PWM, and the light beside it: `light_pin` -1 where there is none."""

    pin: Pin = 18
    hz: Annotated[int, Meta(ge=100, le=8000)] = 2700
    light_pin: Annotated[int, Meta(ge=-1, le=27)] = -1


class CoinAcceptor(Section, frozen=True, kw_only=True):
    """A pulse coin acceptor with escrow; without escrow there is no sale."""

    pulse_pin: Pin = 22
    enable_pin: Pin = 23
    stack_pin: Pin = 24
    return_pin: Pin = 25
    escrow_pin: Pin = 27
    yen_per_pulse: Annotated[int, Meta(ge=1, le=500)] = 10
    pulse_min_ms: Millis = 10
    pulse_max_ms: Millis = 120
    coin_gap_ms: Millis = 250
    coins_yen: tuple[int, ...] = (10, 50, 100, 500)
    drive_ms: Millis = 100
    timeout_s: Seconds = 5.0
    retry_s: Seconds = 30.0


class Mask(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A rectangle of the picture that is blacked out before anything else sees it, in pixels from the top left."""

    x: Annotated[int, Meta(ge=0)]
    y: Annotated[int, Meta(ge=0)]
    width: Annotated[int, Meta(ge=1)]
    height: Annotated[int, Meta(ge=1)]


class Camera(Section, frozen=True, kw_only=True):
    """The surveillance camera. Clips are encrypted to the operator's public key (age recipient).

    Screen, PIN pad and paper must not be seen: `masks` cover them, or `no_masks_because` says why none is needed.
    """

    driver: Literal["picamera2"] = "picamera2"
    width: Annotated[int, Meta(ge=160, le=1920)] = 640
    height: Annotated[int, Meta(ge=120, le=1080)] = 360
    frames_per_s: Annotated[int, Meta(ge=1, le=30)] = 5
    pre_roll_s: Annotated[float, Meta(ge=1, le=120)] = 10.0
    post_roll_s: Annotated[float, Meta(ge=1, le=120)] = 10.0
    recipient: Annotated[str, Meta(pattern=r"^age1[a-z0-9]{58}\Z")]
    masks: tuple[Mask, ...]
    no_masks_because: str = ""
    keep_days: Annotated[float, Meta(gt=0, le=366)] = 30.0
    keep_mb: Annotated[int, Meta(ge=10, le=1_000_000)] = 2000
    keep_free_mb: Annotated[int, Meta(ge=0, le=100_000)] = 100
    keep_least_days: Annotated[float, Meta(ge=0, le=366)] = 3.0


class Screen(Section, frozen=True, kw_only=True):
    """The touch screen's pages, served on loopback. Port 0 takes any free one and is printed at start.

    With `shuffle_pin` the digits of the PIN pad are in another order each time.
    """

    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    shuffle_pin: bool = False


class Voice(Section, frozen=True, kw_only=True):
    """Spoken guidance. `device` is ALSA's name of the output, empty where there is none: then it is not offered.

    `private`: the device is an earphone socket, so that names may be said; otherwise they are left out. A page is said
    again after `repeat_s` in which nothing happened; 0: not.
    """

    device: Annotated[str, Meta(max_length=80, pattern=r"^[\w:=,.-]*\Z")] = ""
    private: bool = True
    words_per_min: Annotated[int, Meta(ge=80, le=300)] = 150
    repeat_s: Annotated[float, Meta(ge=0, le=600)] = 15.0


class Clerk(Section, frozen=True, kw_only=True):
    """The process that serves one person. `sandbox`: "available" also serves where the kernel cannot confine it."""

    sandbox: Literal["required", "available"] = "required"


class Guard(Section, frozen=True, kw_only=True):
    """The guard beside the kiosk (`docs/reference/guard.md`): the pin of its heartbeat, -1 where there is none."""

    heartbeat_pin: Annotated[int, Meta(ge=-1, le=27)] = -1


class Update(Section, frozen=True, kw_only=True):
    """Where the bundles lie that `start_update` names: an address or a folder; empty: not updated that way."""

    source: Annotated[str, Meta(pattern=r"^((https?://[^/\s]+)?/[!-~]*)?\Z", max_length=400)] = ""


class Limits(Section, frozen=True, kw_only=True):
    """How long a person may take, when a thing left behind becomes an alarm, and when a paper left behind is void."""

    dialogue_s: Seconds = 60.0
    warning_s: Seconds = 20.0
    payment_s: Seconds = 120.0
    session_s: Seconds = 900.0
    prompt_s: Seconds = 10.0
    remind_s: Seconds = 20.0
    alarm_s: Seconds = 60.0
    void_s: Seconds = 300.0
    present_s: Seconds = 10.0
    last_page_s: Seconds = 8.0


class Operators(Section, frozen=True, kw_only=True):
    """Members of the office who may clear alarms: name and Ed25519 public key (base64url), a space between."""

    keys: tuple[NamedKey, ...] = ()

    @property
    def by_name(self) -> dict[str, str]:
        """The public keys by name."""
        return dict(key.split(" ") for key in self.keys)


class Config(Section, frozen=True, kw_only=True):
    """The whole file."""

    kiosk: Kiosk
    hub: Hub
    mqtt: Mqtt
    printer: Printer
    camera: Camera
    card_reader: CardReader = CardReader()
    tray_sensor: TraySensor = TraySensor()
    buzzer: Buzzer = Buzzer()
    coin_acceptor: CoinAcceptor = CoinAcceptor()
    screen: Screen = Screen()
    voice: Voice = Voice()
    clerk: Clerk = Clerk()
    guard: Guard = Guard()
    update: Update = Update()
    limits: Limits = Limits()
    operators: Operators = Operators()


def load(path: Path) -> Config:
    """Read and check the file; `ConfigError` names key, value and reason."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Give the file with --config FILE.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error

    def path_of(kind: type, value: object) -> Path:
        if kind is Path and isinstance(value, str):
            return path.parent / value
        raise NotImplementedError

    try:
        config = msgspec.convert(raw, Config, dec_hook=path_of)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_named(str(error), raw)}") from error
    _check(config, path)
    return config


def _named(message: str, raw: dict[str, Any]) -> str:
    """Turn ``Expected `int` - at `$.printer.port` `` into key, value and reason."""
    reason, _, where = message.partition(" - at `$")
    key = where.strip("`.")
    unknown = re.search(r"unknown field `([^`]+)`", reason)
    missing = re.search(r"missing required field `([^`]+)`", reason)
    named = unknown or missing
    if named:
        key = ".".join(part for part in (key, named.group(1)) if part)
    if missing:
        return f"{key}: is missing. Add it; deploy/kiosk.toml shows every key."
    value = _value_at(raw, key)
    if unknown:
        return f"{key} = {value!r}: no such key. Remove it, or look for a spelling mistake."
    return f"{key} = {value!r}: {reason[:1].lower()}{reason[1:]}."


def _value_at(raw: dict[str, Any], key: str) -> object:
    value: Any = raw
    for part in key.split("."):
        value = cast("dict[str, Any]", value).get(part) if isinstance(value, dict) else None
    return value


def _check(config: Config, path: Path) -> None:
    """Rules that need more than one key."""
    for broken, key, value, reason in _rules(config):
        if broken:
            raise ConfigError(f"{path}: {key} = {value!r}: {reason}.")


def _rules(config: Config) -> Iterator[tuple[bool, str, object, str]]:
    """Yield (broken, key, value, reason)."""
    printer, coin, limits = config.printer, config.coin_acceptor, config.limits
    tcp = printer.transport == "tcp"
    yield tcp and not printer.host, "printer.host", printer.host, "a printer on tcp needs the host it is reached at"
    yield not tcp and not printer.device, "printer.device", printer.device, "this transport needs a device file"
    if reason := refusal(printer.model, printer.head_dots):
        yield True, "printer.model", printer.model, reason
    slow = printer.transport == "serial" and printer.baud < SLOWEST_BAUD
    yield slow, "printer.baud", printer.baud, f"too slow for images; use {SLOWEST_BAUD} or more"
    narrow = coin.pulse_min_ms >= coin.pulse_max_ms
    yield narrow, "coin_acceptor.pulse_min_ms", coin.pulse_min_ms, f"must be below pulse_max_ms ({coin.pulse_max_ms})"
    close = coin.coin_gap_ms <= coin.pulse_max_ms
    yield close, "coin_acceptor.coin_gap_ms", coin.coin_gap_ms, f"must be above pulse_max_ms ({coin.pulse_max_ms})"
    pins = [config.tray_sensor.pin, config.buzzer.pin, *_coin_pins(coin)]
    pins += [pin for pin in (config.buzzer.light_pin, config.guard.heartbeat_pin) if pin >= 0]
    doubled = sorted({pin for pin in pins if pins.count(pin) > 1})
    yield bool(doubled), "pin", doubled, "given to more than one device; each needs a pin of its own"
    yield from _camera_rules(config.camera)
    yield from _operator_rules(config.operators)
    late = limits.warning_s >= limits.dialogue_s
    yield late, "limits.warning_s", limits.warning_s, f"must be below dialogue_s ({limits.dialogue_s})"


def _operator_rules(operators: Operators) -> Iterator[tuple[bool, str, object, str]]:
    for place, what in enumerate(("name", "key")):
        all_of_it = [key.split(" ")[place] for key in operators.keys]
        twice = sorted({each for each in all_of_it if all_of_it.count(each) > 1})
        yield bool(twice), "operators.keys", twice, f"this {what} is there twice; each operator needs one of their own"


def _camera_rules(camera: Camera) -> Iterator[tuple[bool, str, object, str]]:
    unsure = not camera.masks and not camera.no_masks_because.strip()
    remedy = "give [x, y, width, height] of each, or write into camera.no_masks_because why none is needed"
    yield unsure, "camera.masks", [], f"the camera must not see screen, PIN pad or paper: {remedy}"
    both = bool(camera.masks) and bool(camera.no_masks_because)
    yield both, "camera.no_masks_because", camera.no_masks_because, "there are masks; remove one or the other"
    odd = camera.width % 2 or camera.height % 2
    yield bool(odd), "camera.width, height", [camera.width, camera.height], "must be even"
    short = camera.keep_least_days > camera.keep_days
    yield short, "camera.keep_least_days", camera.keep_least_days, f"must not be above keep_days ({camera.keep_days})"
    for number, mask in enumerate(camera.masks):
        out = mask.x + mask.width > camera.width or mask.y + mask.height > camera.height
        shown = [mask.x, mask.y, mask.width, mask.height]
        yield out, f"camera.masks[{number}]", shown, f"is not within the picture of {camera.width} x {camera.height}"


def _coin_pins(coin: CoinAcceptor) -> tuple[int, ...]:
    return (coin.pulse_pin, coin.enable_pin, coin.stack_pin, coin.return_pin, coin.escrow_pin)
