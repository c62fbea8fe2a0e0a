"""The JPKI test centre as a role of the hub: reads its own keys and register, listens while it is entered.

Not responsible for which roles run in one process (`hub/serve.py`).
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from hub.clock import Clock
from hub.jpki.app import make_jpki_app
from hub.jpki.register import Register
from hub.jpki.responder import Responder
from hub.jpki.store import load_authorities, load_delegations
from hub.settings import Settings
from hub.web.server import Listener


@asynccontextmanager
async def jpki_role(data: Path, settings: Settings, clock: Clock) -> AsyncGenerator[str]:
    """Answer OCSP and revocation lists; yields the URL. Raises OSError (port in use)."""
    async with AsyncExitStack() as stack:
        register = Register(data / "jpki.sqlite")
        stack.callback(register.close)
        responder = Responder(load_delegations(data), register, clock)
        app = make_jpki_app(responder, load_authorities(data), register, clock)
        listener = Listener(app, settings.host, settings.ocsp_port)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield f"http://{settings.host}:{listener.port}"
