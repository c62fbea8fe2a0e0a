"""`python -m hub jpki` and `revoke`: the JPKI test centre alone, and the end of a test citizen's card."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from cryptography import x509

from hub import log
from hub.clock import utc_now
from hub.jpki.authority import KINDS
from hub.jpki.register import Register
from hub.jpki.role import jpki_role
from hub.running import stop_signal, told
from hub.settings import Settings, with_port


def _jpki(options: argparse.Namespace) -> int:
    settings = with_port(options.data, "ocsp_port", options.port)
    log.configure()
    asyncio.run(_serve(options.data, settings))
    return 0


async def _serve(data: Path, settings: Settings) -> None:
    stopping = stop_signal()
    async with jpki_role(data, settings, utc_now) as url:
        with told(data / "run" / "jpki.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


def _revoke(options: argparse.Namespace) -> int:
    card = options.data / "citizens" / options.citizen
    if not (card / "card.json").is_file():
        known = ", ".join(sorted(each.name for each in (options.data / "citizens").glob("*/")))
        raise ValueError(f"no citizen `{options.citizen}` in {options.data}; there are: {known or 'none'}")
    register = Register(options.data / "jpki.sqlite")
    try:
        for kind in KINDS:
            certificate = x509.load_der_x509_certificate((card / f"{kind}_cert.der").read_bytes())
            done = register.revoke(kind, certificate.serial_number, utc_now())
            print(f"{options.citizen}: {kind} certificate {'revoked' if done else 'was revoked before'}")
    finally:
        register.close()
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"jpki": _jpki, "revoke": _revoke})
