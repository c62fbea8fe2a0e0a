"""TLS of the MQTT connection, and the thread in which it is made.

The handshake can be aborted from the loop, and a failed one leaves no open socket behind, which paho does not see to.
Not responsible for MQTT (`mqtt.py`).
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any, Self

from firmware.devices import DeviceUnavailable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

    from firmware import config


class _HandshakeSocket(ssl.SSLSocket):
    """A socket that is known to its context while it shakes hands, and closed when that fails."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's signature
        context: Any = self.context
        context.shaking = self
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise
        finally:
            context.shaking = None


class HandshakeContext(ssl.SSLContext):
    """TLS 1.3 with a client certificate; the server's name is checked."""

    sslsocket_class = _HandshakeSocket
    shaking: _HandshakeSocket | None = None
    pair: tuple[Path, Path]

    @classmethod
    def load(cls, settings: config.Mqtt) -> Self:
        """Read the files; `DeviceUnavailable` names the one that cannot be used."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_verify_locations(cafile=settings.ca)
        except OSError as error:
            raise DeviceUnavailable(f"mqtt.ca = {settings.ca}: cannot be used: {error}") from error
        context.pair = settings.certificate, settings.key
        try:
            context.load_cert_chain(*context.pair)
        except OSError as error:
            raise DeviceUnavailable(
                f"mqtt.certificate = {settings.certificate}, mqtt.key = {settings.key}: cannot be used: {error}"
            ) from error
        return context

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """Begin a connection with the certificate that is in its file now: it may have been renewed."""
        with contextlib.suppress(OSError):  # one that cannot be used leaves the present one in use
            self.load_cert_chain(*self.pair)
        return super().wrap_socket(*arguments, **options)

    def abort(self) -> None:
        """End a handshake that is under way; from any thread."""
        shaking = self.shaking
        if shaking is not None:
            with contextlib.suppress(OSError):  # it ended by itself in this moment
                shaking.shutdown(SHUT_RDWR)


def connect_in_thread(
    connect: Callable[[], Any], loop: asyncio.AbstractEventLoop, done: Callable[[Exception | None], None]
) -> None:
    """Run `connect` in a thread that never keeps the process from ending; `done(error)` comes on the loop."""

    def run() -> None:
        error: Exception | None = None
        try:
            connect()
        except (OSError, ValueError) as caught:
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits for the outcome
            loop.call_soon_threadsafe(done, error)

    threading.Thread(target=run, name="mqtt-connect", daemon=True).start()
