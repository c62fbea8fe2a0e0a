"""The certificate centre: whether both identities are let in, what it signs with, and whether the clocks agree.

Not responsible for what it offers. Source: `docs/reference/hub-protocol.md`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from firmware.app.availability import ask_availability
from firmware.app.clerk.key_list import KeyList, KeyListUntrusted, RootKeyUnusable, read_root_key
from firmware.app.hub_client import HubClient, HubError, HubGarbled, HubRefused, HubTimeout, HubUnreachable
from firmware.roles.doctor.clock import REMEDY, not_compared
from firmware.roles.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from firmware.app.hub_errors import Cause
    from firmware.config import Config

ANSWER_S = 8.0
OFF_WARN_S = 5.0
OFF_FAIL_S = 60.0
_CAUSES: dict[Cause, tuple[str, str]] = {
    "name": ("its name is not found", "check hub.url and the name server"),
    "refused": ("the connection is refused", "check hub.url, its port, and whether the hub runs"),
    "network": ("it cannot be reached", "check cable, network and firewall"),
    "tls": ("TLS fails", "check hub.ca and whether the hub accepts this certificate"),
    "certificate": ("its certificate is not trusted", "check hub.ca, hub.url and the clock"),
    "closed": ("it closes the connection", "check whether the hub accepts this certificate, and its log"),
}


async def check_kiosk(config: Config) -> Finding:
    """Ask as the kiosk what can be had."""
    hub = config.hub
    with _client(config, hub.kiosk_certificate, hub.kiosk_key) as client:
        try:
            available = await ask_availability(client, config.kiosk.operator, ANSWER_S)
        except HubError as error:
            return _no_answer(config, error)
    places = available.municipalities
    if not places:
        return warn(f"{hub.url}: no municipality for {config.kiosk.operator}", "check kiosk.operator")
    open_now = sum(place.status == "open" for place in places)
    return ok(f"{hub.url}: municipalities: {len(places)}, open now: {open_now}")


async def check_clerk(config: Config) -> Finding:
    """Fetch as the clerk the list of who may sign, and verify it under the pinned root."""
    hub = config.hub
    try:
        root = read_root_key(hub.root_key)
    except RootKeyUnusable as error:
        return fail(f"hub.root_key: {error}", "put the public key of the hub's offline root there")
    with _client(config, hub.clerk_certificate, hub.clerk_key) as client:
        try:
            answer = await client.request("GET", "/v1/keys", deadline_s=ANSWER_S, accept="application/cbor")
        except HubError as error:
            return _no_answer(config, error)
    try:
        keys = KeyList.verified(answer.body, root, time.time())
    except KeyListUntrusted as error:
        return fail(f"key list: {error}", "check hub.root_key and the clock; tell the operator of the hub")
    days = int((keys.expires_at - time.time()) // 86_400)
    return ok(f"{hub.url}: key list signed by the pinned root, valid for {days} days")


async def check_clock(config: Config) -> Finding:
    """Compare the clock with the centre's, in the middle between question and answer."""
    hub = config.hub
    with _client(config, hub.kiosk_certificate, hub.kiosk_key) as client:
        try:
            await client.warm(deadline_s=ANSWER_S)
            asked_s = time.time()
            available = await ask_availability(client, config.kiosk.operator, ANSWER_S)
        except HubError:
            return not_compared()
    here_s = (asked_s + time.time()) / 2
    return judge_clock(here_s - datetime.fromisoformat(available.time).timestamp())


def judge_clock(ahead_s: float) -> Finding:
    """Judge a clock that is so far ahead of the centre's; signed answers are refused when it is far off."""
    off_s = abs(ahead_s)
    found = f"{off_s:.1f} s {'ahead of' if ahead_s > 0 else 'behind'} the hub's"
    remedy = REMEDY
    if off_s > OFF_FAIL_S:
        return fail(found, remedy)
    return warn(found, remedy) if off_s > OFF_WARN_S else ok(found)


@contextmanager
def _client(config: Config, certificate: Path, key: Path) -> Generator[HubClient]:
    client = HubClient(config.hub.url, config.hub.ca, certificate, key)
    try:
        yield client
    finally:
        client.close()


def _no_answer(config: Config, error: HubError) -> Finding:
    """Return what to do about an exchange that gave no answer."""
    url = config.hub.url
    match error:
        case HubUnreachable(cause=cause):
            found, remedy = _CAUSES[cause]
            return fail(f"{url}: {found}", remedy)
        case HubTimeout():
            return fail(f"{url}: no answer within {ANSWER_S:g} s", "check the network, and whether the hub works")
        case HubRefused(status=status, code=code):
            return fail(f"{url}: refused ({status} {code})", "ask the operator of the hub to admit this certificate")
        case HubGarbled(what=what):
            return fail(
                f"{url}: an answer that is none ({what})", "check hub.url: does a hub of this version serve it?"
            )
        case _:
            return fail(f"{url}: {type(error).__name__}", "tell the operator of the hub")
