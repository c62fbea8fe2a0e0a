"""How a kiosk is called: `kiosk-0001`. Source: `docs/reference/hub-protocol.md`, "Transport and identities"."""

import re

KIOSK_ID = re.compile(r"kiosk-[0-9]{4,6}")
