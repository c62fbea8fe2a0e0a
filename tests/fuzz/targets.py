"""The parsers that are fuzzed, by name: what each is called with, what it may raise, and seeds to begin from.

A parser gives a value or raises one of its own errors. Anything else, a hang or growing memory is a fault. Signatures
do not stop the fuzzer: what lies behind them is reached with input that the target signs itself. Not a test.
"""

from __future__ import annotations

import json
import zlib
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from firmware import config
from firmware.app import link
from firmware.app.availability import Availability
from firmware.app.clerk import binding, exchange, jpki
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.key_list import KeyList, KeyListUntrusted
from firmware.app.clerk.statement import Layers, Statement
from firmware.app.hub_client import Response, _checked
from firmware.app.hub_errors import HubError
from firmware.app.kiosk import audit_check, clear_command, incidents, journal, lines, remote_command
from firmware.app.messages import FromClerk, FromKiosk
from firmware.devices import DeviceError
from firmware.drivers import screen
from firmware.drivers.printer import custom_replies, full_status, replies, status
from hub.inquiry.picture import UnusableFile, pictures
from hub.scramble.label import parse_label
from hub.signed_code import base45
from hub.signed_code.content import BadCode, read
from tests.attack.people import MUNICIPAL, ROOT, VICTIM, cbor, everybody, key_list_fields, sign

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

import msgspec
from binding_answer import NOW_S
from PIL import Image

CORPUS = Path(__file__).parent / "corpus"
OPERATOR = Ed25519PrivateKey.generate()
OPERATORS = {"office": clear_command.text_of(OPERATOR.public_key().public_bytes_raw())}
PEOPLE = everybody()
EXPECTED = PEOPLE[VICTIM].answer.expected
KEYS = KeyList.verified(sign(ROOT, cbor(key_list_fields())), ROOT.public, NOW_S)
EC_KEY = ec.generate_private_key(ec.SECP256R1()).public_key()


@dataclass(frozen=True)
class Target:
    """One parser. `run` takes any bytes; `errors` are its own; `seeds` are good or nearly good inputs."""

    run: Callable[[bytes], object]
    errors: tuple[type[BaseException], ...]
    seeds: tuple[bytes, ...]

    def __call__(self, data: bytes) -> None:
        """Parse; raise whatever is not the parser's own error."""
        with suppress(*self.errors):
            self.run(data)


# ------------------------------------------------------------ card and printer


class ScriptedCard:
    """Answers APDUs with pieces of the input: a length byte, so many bytes, a status word."""

    def __init__(self, script: bytes) -> None:
        self._script = script

    async def send(self, _apdu: bytes | bytearray) -> tuple[bytes, int]:
        size = self._take(1)[0]
        body = self._take(256 if size == 255 else size)
        return body, int.from_bytes(self._take(2), "big") or 0x9000

    def _take(self, count: int) -> bytes:
        taken, self._script = self._script[:count], self._script[count:]
        if len(taken) < count and not self._script and count:
            taken += bytes(count - len(taken))
        return taken

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[ScriptedCard]:
        yield self


def at_once(work: Any) -> object:
    """Run a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waited")


def apdu_answers(data: bytes) -> None:
    with suppress(DeviceError):
        at_once(jpki.probe(ScriptedCard(data)))
    at_once(jpki.authenticate(ScriptedCard(data), bytearray(b"1234"), lambda: b"message"))


def printer_stream(data: bytes) -> None:
    parser = replies.ReplyParser()
    for start in range(0, len(data), 3):
        with suppress(DeviceError):
            for reply in parser.feed(data[start : start + 3]):
                if isinstance(reply, replies.AutomaticStatus):
                    status.fault(status.from_frame(reply.frame))
        assert len(parser._pending) <= replies.BLOCK_MAX_BYTES + 3, "it keeps more and more"


def full_status_stream(data: bytes) -> None:
    parser = custom_replies.CustomReplyParser()
    for start in range(0, len(data), 3):
        with suppress(DeviceError):
            for reply in parser.feed(data[start : start + 3]):
                if isinstance(reply, custom_replies.FullStatus):
                    full_status.from_full(reply)
        assert len(parser._pending) <= 64, "it keeps more and more"


# ------------------------------------------------------------ hub


HUB_KINDS = (Availability, exchange._Opened, exchange._CardTaken, exchange._OrderTaken)


def hub_answers(data: bytes) -> None:
    for kind in HUB_KINDS:
        with suppress(HubError):
            Response(200, "application/json", data).read(kind)
    _checked(Response(409, "application/problem+json", data), "application/json")


def sealed_document(data: bytes) -> None:
    binding.check(data, EXPECTED, KEYS, NOW_S)


def signed_statement(data: bytes) -> None:
    with suppress(Malformed):
        Statement.read(data)
    with suppress(Malformed):
        Layers.read(data)
    parts = PEOPLE[VICTIM].parts
    binding.check(cbor({**parts, "statement": sign(MUNICIPAL, data)}), EXPECTED, KEYS, NOW_S)


def key_list(data: bytes) -> None:
    with suppress(KeyListUntrusted):
        KeyList.verified(data, ROOT.public, NOW_S)
    KeyList.verified(sign(ROOT, data), ROOT.public, NOW_S)


# ------------------------------------------------------------ from inside and afar


def link_packets(data: bytes) -> None:
    with suppress(link.LinkError):
        link.decode(data, FromKiosk)
    link.decode(data, FromClerk)


def screen_messages(data: bytes) -> None:
    screen._FROM_PAGE.decode(data)


def mqtt_commands(data: bytes) -> None:
    """Try it as the whole payload, and as the text that an operator signed."""
    remote_command.nonce_of(data)
    with suppress(clear_command.Refused):
        remote_command.checked("restart", data, OPERATORS, "kiosk-0001", NOW_S)
    text = data.decode("utf-8", "replace")
    key = OPERATOR.public_key().public_bytes_raw()
    for name, label in (("void", remote_command.LABEL), ("clear_alarm", clear_command.LABEL)):
        signature = clear_command.text_of(OPERATOR.sign(label + text.encode()))
        signed = {"command": text, "key_id": clear_command.key_id(key), "signature": signature}
        with suppress(clear_command.Refused):
            remote_command.checked(name, json.dumps(signed).encode(), OPERATORS, "kiosk-0001", NOW_S)


def state_lines(data: bytes) -> None:
    for entry_of in (journal.entry_of, incidents.line_of):
        with suppress(lines.LineDamaged):
            lines.read(data, entry_of)
        with suppress(lines.LineDamaged):
            body = zlib.crc32(data)
            lines.read(f"{body:08x} ".encode() + data + b"\nx\n", entry_of)
    audit_check.check(data, EC_KEY)


class TextFile:
    """A configuration file in memory, as much of `Path` as `config.load` uses."""

    parent = Path("/etc/kiosk")

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_text(self, encoding: str) -> str:
        return self._data.decode(encoding)


def configuration(data: bytes) -> None:
    config.load(TextFile(data))  # type: ignore[arg-type]


# ------------------------------------------------------------ scans


def scan_headers(data: bytes) -> None:
    text = data.decode("latin-1")
    parse_label(text)
    with suppress(ValueError):
        base45.decoded(text)
    with suppress(BadCode):
        read(text, {})
    with suppress(UnusableFile):
        next(pictures(data), None)


def _pictures() -> tuple[bytes, ...]:
    import io  # noqa: PLC0415

    made = []
    for kind in ("PNG", "JPEG", "TIFF"):
        file = io.BytesIO()
        Image.new("L", (70, 66)).save(file, kind)
        made.append(file.getvalue())
    return tuple(made)


def _packets() -> tuple[bytes, ...]:
    names = [link._tag(kind) for union in (FromKiosk, FromClerk) for kind in get_args(union)]
    return tuple(json.dumps({"type": name, "port": 1, "token": "a" * 32}).encode() for name in names)


_ORDER_LINE = {"at_s": 1.0, "document_id": "d" * 32, "fee_yen": 250, "state": "paid", "transaction_id": "e" * 32}
_VICTIM = PEOPLE[VICTIM].answer
_COMMAND = {"kiosk_id": "kiosk-0001", "nonce": "b" * 32, "issued_at": NOW_S, "expires_at": NOW_S + 60}
TARGETS: dict[str, Target] = {
    "apdu_answers": Target(
        apdu_answers,
        (DeviceError,),
        (bytes.fromhex("009000 009000 0063C3 009000 009000 009000 04308204009000"), bytes(40), bytes([255]) * 900),
    ),
    "printer_stream": Target(
        printer_stream, (DeviceError,), (b"\x10\x00\x00\x00\x12\x37\x22abcd\x00\x37\x25\x00", b"\x1e\x00\x0c\x00" * 4)
    ),
    "full_status_stream": Target(
        full_status_stream, (DeviceError,), (b"\x10\x0f\x01\x00\x00\x00", b"1234 cuts\r\n17ret\x00", b"\x10\x0f" * 5)
    ),
    "hub_answers": Target(
        hub_answers,
        (HubError,),
        (
            json.dumps({"transaction_id": "a" * 32, "centre_nonce": "A" * 43}).encode(),
            b'{"card_fingerprint":"' + b"0" * 64 + b'","offers":[]}',
            b'{"code":"stale-version","current":{"state":"paid","version":3}}',
            b'{"municipalities":[{"code":"402231","name":{"ja":"x","en":"y"},"status":"open","types":[]}]}',
        ),
    ),
    "sealed_document": Target(sealed_document, (BindingMismatch,), (PEOPLE[VICTIM].plaintext,)),
    "signed_statement": Target(
        signed_statement, (BindingMismatch,), (cbor(_VICTIM.statement), cbor(_VICTIM.layers))
    ),
    "key_list": Target(
        key_list, (KeyListUntrusted,), (cbor(key_list_fields()), sign(ROOT, cbor(key_list_fields())))
    ),
    "link_packets": Target(link_packets, (link.LinkError,), _packets()),
    "screen_messages": Target(
        screen_messages,
        (msgspec.DecodeError, UnicodeDecodeError),
        (b'{"type":"tap","view":1,"button":"next"}', b'{"type":"language","lang":"ja"}', b'{"type":"say_again"}'),
    ),
    "mqtt_commands": Target(
        mqtt_commands,
        (clear_command.Refused,),
        (
            json.dumps({**_COMMAND, "name": "restart"}).encode(),
            json.dumps({**_COMMAND, "alarm_id": "c" * 32, "reason": "false-alarm", "note": ""}).encode(),
            json.dumps({"command": "{}", "key_id": "a" * 16, "signature": "A" * 86}).encode(),
        ),
    ),
    "state_lines": Target(
        state_lines,
        (),
        (
            lines.encode(_ORDER_LINE),
            lines.encode({"alarm_id": "b" * 32, "noted": "raised", "thing": "paper", "at_s": 1.0}),
            b"00" * 32 + b' {"n":1,"at_s":1.0,"what":"checkpoint","signature":"AAAA"}\n',
        ),
    ),
    "configuration": Target(
        configuration,
        (config.ConfigError,),
        (
            b'[kiosk]\nid = "kiosk-0001"\noperator = "lawson"\nstate_dir = "/x"\n[mqtt]\nhost = "b"\nport = 1\n',
            b'[camera]\nmasks = [[1, 2, 3, 4]]\nrecipient = "age1"\n[limits]\ndialogue_s = 1e3\n',
        ),
    ),
    "scan_headers": Target(scan_headers, (), (*_pictures(), b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>", b"KC1:ABC")),
}  # fmt: skip
