"""`python -m hub.enrolment token|serve|revoke --data DIR`: tokens for new kiosks, certificates, and their end.

Not responsible for the rest of the hub; needs only DIR/pki.
"""

import argparse
import asyncio
import ssl
import sys
from pathlib import Path

from fastapi import FastAPI

from hub.clock import utc_now
from hub.enrolment.app import make_app
from hub.enrolment.register import Register
from hub.enrolment.revocation import publish
from hub.enrolment.signing import Authority
from hub.enrolment.tokens import Tokens
from hub.running import stop_signal
from hub.web.server import Listener


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        authority = Authority(options.data / "pki", utc_now)
        tokens = Tokens(options.data, authority.fingerprint, utc_now)
        register = Register(options.data, utc_now)
        match options.command:
            case "token":
                print(tokens.make(options.kiosk))
            case "revoke":
                revoked = register.revoke(options.kiosk)
                place = publish(options.data / "pki", register, utc_now)
                print(f"{options.kiosk}: certificates revoked: {revoked}; the list is in {place}")
            case _:
                asyncio.run(_serve(options, make_app(authority, tokens, register)))
    except (OSError, ValueError) as error:
        print(f"hub.enrolment: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace, app: FastAPI) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    pki = options.data / "pki"
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.verify_mode = ssl.CERT_OPTIONAL  # who renews shows one; who is new has none
    context.load_verify_locations(pki / "tls-ca.pem")
    listener = Listener(app, options.host, options.port, context)
    stopping = stop_signal()
    await listener.start()
    print(f"https://{options.host}:{listener.port}", flush=True)
    await stopping.wait()
    await listener.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub.enrolment", description="Give new kiosks their certificates.")
    commands = parser.add_subparsers(dest="command", required=True)
    token = commands.add_parser("token", help="make a token: for one kiosk, once, for a day")
    token.add_argument("kiosk", help="such as kiosk-0042")
    revoke = commands.add_parser("revoke", help="take a kiosk out of service: revoke all its certificates")
    revoke.add_argument("kiosk", help="such as kiosk-0042")
    serve = commands.add_parser("serve", help="serve kiosks that have a token, or a certificate to renew")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8444)
    for command in (token, revoke, serve):
        command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the hub's data directory")
    return parser


if __name__ == "__main__":
    sys.exit(main())
