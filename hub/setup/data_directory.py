"""`python -m hub init`: everything a data directory holds, made in order, twice without harm.

Not responsible for the municipalities' registers and keys: `seed` makes them. Layout: `docs/reference/hub-protocol.md`,
"Data directory".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from secrets import token_bytes

from hub.centre.records import open_records
from hub.centre.sessions import SECRET_BYTES
from hub.clock import Clock
from hub.files import write_new
from hub.forgery.key import make_background_key
from hub.scramble.key import make_panel_key
from hub.settings import Settings, load, to_toml
from hub.setup.cards import CardHolder, make_cards
from hub.setup.signing import make_key_list, make_signing_keys
from hub.setup.tls import TlsAuthority


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make. `seed` gets DIR and each citizen's certificate number; it returns code -> raw public key."""

    data: Path
    kiosks: Sequence[str]
    settings: Settings
    citizens: Sequence[CardHolder]
    seed: Callable[[Path, Mapping[str, int]], Mapping[str, bytes]]


def initialise(plan: Plan, clock: Clock, say: Callable[[str], None]) -> None:
    """Make what is missing; raises ValueError for a bad kiosk id, OSError for a place that cannot be written."""
    data, pki, now = plan.data, plan.data / "pki", clock()
    data.mkdir(parents=True, exist_ok=True)
    settings = _settings(plan, say)
    make_signing_keys(pki)
    make_background_key(pki)
    make_panel_key(pki)
    write_new(pki / "session.key", token_bytes(SECRET_BYTES), secret=True)
    tls = TlsAuthority(pki, now, say)
    tls.server(pki / "server")
    tls.server(pki / "broker")
    for name in ("monitor", "exporter", "fleet", "operator", "home-assistant", "buttons"):
        tls.client(pki / name, name)
    tls.issuing_server(pki / "issuing")
    tls.client(pki / "centre-client", "centre")
    tls.client(pki / "inquiry", "inquiry")
    for kiosk_id in plan.kiosks:
        tls.kiosk(data / "kiosks" / kiosk_id, kiosk_id, pki / "root.pub.pem")
    serials = make_cards(data, plan.citizens, f"http://{settings.host}:{settings.ocsp_port}/", now, say)
    make_key_list(pki, plan.seed(data, serials), now, say)
    open_records(settings.database or data / "centre.sqlite").dispose()
    (data / "run").mkdir(exist_ok=True)


def _settings(plan: Plan, say: Callable[[str], None]) -> Settings:
    path = plan.data / "hub.toml"
    if write_new(path, to_toml(plan.settings).encode()):
        say(f"made   {path}")
        return plan.settings
    kept = load(path)
    for field in fields(kept):
        asked, has = getattr(plan.settings, field.name), getattr(kept, field.name)
        if asked not in (has, field.default):
            say(f"note   {path} keeps {field.name} = {has!r}, not {asked!r}: edit the file to change it")
    say(f"exists {path}")
    return kept
