"""A subscriber that is not our code (`mosquitto_sub`): what it sees goes to mqtt.jsonl, a line a message.

Not responsible for the broker (`broker.py`) nor for what kiosks say (docs/reference/mqtt.md).
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from sim_hw.process import Child

if TYPE_CHECKING:
    from pathlib import Path

    from sim_hw.events import EventLog


class Subscriber:
    """`mosquitto_sub` as `monitor`; `states` holds the last payload of each topic that is not cleared."""

    def __init__(self, broker_port: int, pki: Path, file: Path, logs: Path, events: EventLog) -> None:
        self.states: dict[str, Any] = {}
        self._file = file.open("w", encoding="utf-8", buffering=1)
        self._events = events
        self._reading: asyncio.Task[None] | None = None
        command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker_port), "-V", "mqttv5", "-q", "1", "-F", "%j"]
        command += ["--cafile", str(pki / "tls-ca.pem"), "--cert", str(pki / "monitor.pem")]
        command += ["--key", str(pki / "monitor.key"), "-t", "kiosk/v1/#"]
        self._child = Child("mosquitto_sub", command, logs / "mosquitto_sub.log", piped=True)

    async def start(self) -> None:
        """Subscribe."""
        await self._child.start()
        self._reading = asyncio.get_running_loop().create_task(self._read(self._child.output), name="mosquitto_sub")

    async def stop(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        await self._child.kill()

    async def close(self) -> None:
        """Hang up for good."""
        await self.stop()
        self._file.close()

    def forget(self) -> None:
        """Forget what was seen: the broker has forgotten it too."""
        self.states.clear()

    async def _read(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            message = json.loads(line.decode(errors="replace"))  # correlation data may be any bytes
            self._file.write(json.dumps(message, ensure_ascii=False) + "\n")
            topic, payload = message["topic"], _json_or_text(message.get("payload") or "")  # null clears a topic
            if payload in (None, ""):
                self.states.pop(topic, None)
            else:
                self.states[topic] = payload
            self._events.emit({"event": "mqtt", "topic": topic, "payload": payload})


def _json_or_text(payload: str) -> Any:
    try:
        return json.loads(payload)
    except json.JSONDecodeError:
        return payload
