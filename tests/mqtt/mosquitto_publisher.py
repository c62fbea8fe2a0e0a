"""`mosquitto_pub`: a sender that is not ours, with any certificate of the authority."""

from __future__ import annotations

import asyncio


async def publish(mosquitto, authority, name: str, topic: str, payload: str | bytes, *more: str) -> int:
    """Send one message with QoS 1 as `name`; returns the exit status. `more` are options, such as `-r`."""
    certificate, key = authority.issue(name)
    command = ["mosquitto_pub", "-h", "localhost", "-p", str(mosquitto.port), "-V", "5", "-q", "1", "-i", name]
    command += ["--cafile", str(authority.ca), "--cert", str(certificate), "--key", str(key)]
    process = await asyncio.create_subprocess_exec(
        *command, "-t", topic, *more, "-s", stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    await process.communicate(payload.encode() if isinstance(payload, str) else payload)
    return process.returncode
