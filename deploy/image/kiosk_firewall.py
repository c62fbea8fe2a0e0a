#!/usr/bin/python3
"""Fills the packet filter's sets with the addresses of what kiosk.toml names: hub, broker, updates, a network printer.

Run at each start and every minute; an address that is not found any more leaves by its time limit, so a name that
cannot be found for a moment keeps what it had. Not responsible for the rules (`nftables.conf`). Needs CAP_NET_ADMIN.
"""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONFIG = Path("/etc/kiosk/kiosk.toml")
KEPT_S = 180  # three turns of kiosk-firewall.timer
HTTP, HTTPS = 80, 443
BROKER = 8883
PRINTER = 9100

Service = tuple[str, int]


def services(config: dict[str, Any]) -> list[Service]:
    """Return host and port of each service that the configuration names; placeholders of the sample among them."""
    found: list[Service] = []
    for section, key in (("hub", "url"), ("hub", "enrolment_url"), ("update", "source")):
        place = urlsplit(str(config.get(section, {}).get(key, "")))
        if place.hostname:
            found.append((place.hostname, place.port or (HTTP if place.scheme == "http" else HTTPS)))
    broker, printer = config.get("mqtt", {}), config.get("printer", {})
    if broker.get("host"):
        found.append((str(broker["host"]), int(broker.get("port", BROKER))))
    if printer.get("transport") == "tcp" and printer.get("host"):
        found.append((str(printer["host"]), int(printer.get("port", PRINTER))))
    return found


def addresses(service: Service) -> set[str]:
    """Return the addresses of a service's host; empty when its name is not found."""
    try:
        found = socket.getaddrinfo(service[0], service[1], type=socket.SOCK_STREAM)
    except OSError as error:
        print(f"kiosk-firewall: {service[0]}: {error}; check its name in {CONFIG} and the name server", file=sys.stderr)
        return set()
    return {str(each[4][0]) for each in found}


def commands(wanted: Iterable[Service], look_up: Callable[[Service], set[str]] = addresses) -> str:
    """Return what nft is to read: each address is taken out and put in again, so that its time begins anew."""
    lines: list[str] = []
    for service in wanted:
        for address in sorted(look_up(service)):
            name = f"services{ipaddress.ip_address(address).version}"
            element = f"{address} . {service[1]}"
            lines += [
                f"add element inet kiosk {name} {{ {element} }}",
                f"delete element inet kiosk {name} {{ {element} }}",
                f"add element inet kiosk {name} {{ {element} timeout {KEPT_S}s }}",
            ]
    return "".join(f"{line}\n" for line in lines)


def main() -> int:
    """Read the configuration and tell nft; 0 also when there is no configuration yet."""
    try:
        config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        print(f"kiosk-firewall: {CONFIG}: {error}; nothing is let out", file=sys.stderr)
        return 0
    return subprocess.run(["nft", "-f", "-"], input=commands(services(config)), text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
