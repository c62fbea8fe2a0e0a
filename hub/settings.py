"""The hub's options: DIR/hub.toml to a frozen record. An unknown key or a wrong value is an error that names it.

Not responsible for keys and certificates, which have fixed places in the data directory.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Unconfigured(Exception):
    """The hub cannot start as it is set up: options or keys cannot be used; the text names the place and the remedy."""


class SettingsError(Unconfigured):
    """The options cannot be used; the text names the key, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All options. Ports: 0 means any. Times of day are `HH:MM` in Asia/Tokyo; `_s` are seconds."""

    host: str = "127.0.0.1"
    port: int = 8443
    ocsp_port: int = 8480
    always_open: bool = False
    municipality_opens: str = "06:30"
    municipality_closes: str = "23:00"
    municipality_timeout_s: float = 20.0
    ocsp_timeout_s: float = 5.0
    transaction_s: float = 600.0
    document_held_s: float = 120.0
    sessions_max: int = 2000
    inquiry_url: str = "http://127.0.0.1:8470/"
    inquiry_port: int = 8470
    dense_kiosks: str = ""
    centre_url: str = ""
    database: str = ""
    ocsp_url: str = ""
    issuing_port: int = 0
    issuing_servers: str = ""
    issuing_state_kept_s: float = 5.0
    issuing_at_once: int = 64
    issuing_shared_workers: int = 0


_EXPLAINED = {
    "host": "address to listen on",
    "port": "certificate centre (HTTPS, mutual TLS); 0 = any free port",
    "ocsp_port": "JPKI test centre (HTTP: OCSP, revocation lists); 0 = any free port",
    "always_open": "true: ignore hours and holidays, for tests and demonstrations",
    "municipality_opens": "hours of the sample municipality, Asia/Tokyo, within the centre's 06:30-23:00",
    "municipality_closes": "",
    "municipality_timeout_s": "after this wait for a certificate the whole transaction is cancelled",
    "ocsp_timeout_s": "after this wait the card's status is unknown, and nobody is served",
    "transaction_s": "life of a transaction",
    "document_held_s": "a finished document waits this long for its one fetch",
    "sessions_max": "transactions open at once; beyond it the answer is `busy`",
    "database": "the centre's records: postgresql+psycopg://USER@HOST/NAME; empty: DIR/centre.sqlite",
    "ocsp_url": "where a centre started alone asks for a card's status; empty: the JPKI centre that runs in DIR",
    "issuing_port": "municipalities' issuing server (HTTPS, mutual TLS, for the centre only); 0 = any free port",
    "issuing_servers": "URLs a centre started alone asks, with spaces between; empty: the one that runs in DIR",
    "issuing_state_kept_s": "hours, offers and notices of a municipality are asked for again after this time",
    "issuing_at_once": "certificates and answers an issuing server works on at once; beyond it the answer is `busy`",
    "centre_url": "where an inquiry site started alone asks; empty: the centre that runs in DIR",
    "inquiry_port": "inquiry site (HTTP at a loopback address, else HTTPS); any free one if `port` is 0",
    "issuing_shared_workers": "renderers and signers that all municipalities share; 0: each has its own",
    "dense_kiosks": "kiosks whose test chart was read as `D` (`hub chart`), with spaces between: shorter back panels",
    "inquiry_url": "public address of the inquiry site, printed in every back panel: short, and for ever",
}


def load(path: Path) -> Settings:
    """Read the file; raises SettingsError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing: run `python -m hub init --data {path.parent}` first") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    return validated(str(path), given)


def validated(where: str, given: Mapping[str, Any]) -> Settings:
    """Check options from `where` (named in errors) and fill in the rest; raises SettingsError."""
    known = [field.name for field in fields(Settings)]
    for key in given:
        if key not in known:
            raise SettingsError(f"{where}: unknown key `{key}`; known keys: {', '.join(known)}")
    settings = Settings(**{key: _checked(where, key, value) for key, value in given.items()})
    if settings.municipality_opens >= settings.municipality_closes:
        raise SettingsError(f"{where}: `municipality_opens` must be earlier than `municipality_closes`")
    return settings


def with_port(data: Path, name: str, port: int | None) -> Settings:
    """Read DIR/hub.toml, with another port from the command line; raises SettingsError."""
    settings = load(data / "hub.toml")
    return settings if port is None else validated("command line", asdict(settings) | {name: port})


def to_toml(settings: Settings) -> str:
    """Write all options with a word of explanation each."""
    lines = ["# Options of the reference hub. See docs/reference/hub-protocol.md.", ""]
    for field in fields(settings):
        note = _EXPLAINED[field.name]
        lines.append(f"{field.name} = {_toml(getattr(settings, field.name))}" + (f"  # {note}" if note else ""))
    return "\n".join(lines) + "\n"


def _checked(where: str, key: str, value: Any) -> Any:
    default: Any = getattr(Settings(), key)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise SettingsError(f"{where}: `{key}` = {value!r} should be like {_toml(default)}")
    if isinstance(value, (int, float)) and not 0 <= value <= 1_000_000:  # noqa: PLR2004 - a bound against typing errors
        raise SettingsError(f"{where}: `{key}` = {value!r} is out of range")
    if key.endswith("port") and value > 65_535:  # noqa: PLR2004 - the largest port
        raise SettingsError(f"{where}: `{key}` = {value!r} is no port (0 to 65535)")
    if key.startswith("municipality_") and isinstance(value, str) and not _TIME.fullmatch(value):
        raise SettingsError(f'{where}: `{key}` = {value!r} is no time of day like "06:30"')
    return value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
