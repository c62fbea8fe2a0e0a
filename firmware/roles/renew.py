"""`kiosk renew`: has the certificates of this kiosk issued anew when a third of their time is left.

Started once a day (`kiosk-renew.timer`), beside a running kiosk, which takes the new files up by itself. Exit status 0
when nothing was due or all was renewed, else 1. Not responsible for the first certificates (`provision.py`).
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from firmware.app.provision.enrolment import NotEnrolled
from firmware.app.provision.identity import IdentityError
from firmware.app.provision.renewal import Identity

if TYPE_CHECKING:
    from firmware.config import Config


def run(config: Config, *, now: bool) -> int:
    """Renew what is due, or all at once (`now`); returns the exit status."""
    hub, mqtt = config.hub, config.mqtt
    identities = dict.fromkeys(
        (
            Identity(hub.kiosk_certificate, hub.kiosk_key),
            Identity(hub.clerk_certificate, hub.clerk_key),
            Identity(mqtt.certificate, mqtt.key),
        )
    )
    return max([_renew(each, config, now=now) for each in identities])


def _renew(identity: Identity, config: Config, *, now: bool) -> int:
    moment = datetime.now(UTC)
    name = identity.certificate
    try:
        if not now and not identity.is_due(moment):
            print(f"{name}: good for {identity.left(moment).days} days")
            return os.EX_OK
        if not config.hub.enrolment_url:
            print(f"kiosk renew: {name} is due, and hub.enrolment_url says nobody to ask", file=sys.stderr)
            return 1
        identity.renew(config.hub.enrolment_url, config.hub.ca)
        print(f"{name}: renewed, good for {identity.left(moment).days} days")
    except (NotEnrolled, IdentityError, OSError) as error:
        print(f"kiosk renew: {name}: {error}", file=sys.stderr)
        return 1
    return os.EX_OK
