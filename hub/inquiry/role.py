"""The inquiry site as a role of the hub: reads its own keys, listens while it is entered, asks the centre over HTTPS.

It serves HTTP at a loopback address (for a proxy, or to try it) and HTTPS anywhere else. Not responsible for which
roles run in one process (`hub/serve.py`).
"""

import ipaddress
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from hub.inquiry.app import make_app
from hub.inquiry.centre_line import CentreLine, site_tls
from hub.inquiry.inquiry import Keys
from hub.scramble.key import load_panel_keys
from hub.signed_code.verdict import centre_keys
from hub.web.server import Listener


@asynccontextmanager
async def inquiry_role(data: Path, host: str, port: int, centre_url: str) -> AsyncGenerator[str]:
    """Answer inquiries at `host` and `port` (0 = any); yields the URL.

    Raises PanelKeyError, KeysError, OSError (port in use).
    """
    pki = data / "pki"
    keys = Keys(load_panel_keys(pki), centre_keys(pki))
    async with AsyncExitStack() as stack:
        line = CentreLine(centre_url, site_tls(pki), keys.centre)
        stack.push_async_callback(line.close)
        app = make_app(keys, line)
        stack.push_async_callback(app.state.site.close)
        tls = None if _is_loopback(host) else _public_tls(pki)
        listener = Listener(app, host, port, tls)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield f"{'http' if tls is None else 'https'}://{host}:{listener.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public_tls(pki: Path) -> ssl.SSLContext:
    """TLS for everybody: no client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    return context
