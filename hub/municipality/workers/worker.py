"""The parent's side of a worker process: kept warm, one request at a time, never an answer to another request.

Not responsible for what is asked; the child's side is `frames.py`. A time-out or a cancelled wait ends the process and
with it any late answer (incident: Yokohama 2023-03, DOMAIN "What went wrong elsewhere"); the next request starts a new
one.
"""

import asyncio
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import cbor2

from hub.municipality.interface import Refused
from hub.municipality.workers.frames import FRAME_MAX, LENGTH_BYTES

_ROOT = Path(__file__).parents[3]
START_S = 30.0


class WorkerProcess:
    """One module run as a process: `python -m MODULE ARGUMENTS`, with an environment of its own."""

    def __init__(self, module: str, *arguments: str, answer_s: float = 5.0) -> None:
        self._module = module
        self._arguments = arguments
        self._answer_s = answer_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process unless it runs, and wait until it is warm."""
        async with self._turn:
            await self._running()

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send one request and return its answer; raises Refused, `municipality_down` without one in time."""
        async with self._turn:
            request_id = secrets.token_hex(16)
            process = await self._running()
            try:
                async with asyncio.timeout(self._answer_s):
                    await _write(process, {**request, "id": request_id})
                    answer = await _read(process)
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                await self._end()
                raise Refused("municipality_down", f"{self._module} gave no answer ({type(error).__name__})") from error
            except BaseException:
                await self._end()
                raise
            if answer.get("id") != request_id:
                await self._end()
                raise Refused("municipality_down", f"{self._module} answered something that was not asked")
        if "refusal" in answer:
            raise Refused(answer["refusal"], answer["detail"])
        return answer

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, *self._arguments, stdin=PIPE, stdout=PIPE, env=environment
        )
        try:
            async with asyncio.timeout(START_S):
                await _read(self._process)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await self._end()
            raise Refused("municipality_down", f"{self._module} did not start ({type(error).__name__})") from error
        except BaseException:
            await self._end()
            raise
        return self._process

    async def _end(self) -> None:
        """Kill the process and wait for its end; what it had not yet said is thrown away."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await asyncio.shield(process.communicate())


async def _write(process: Process, message: Mapping[str, Any]) -> None:
    body = cbor2.dumps(message)
    stream = cast("asyncio.StreamWriter", process.stdin)
    stream.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
    await stream.drain()


async def _read(process: Process) -> Mapping[str, Any]:
    stream = cast("asyncio.StreamReader", process.stdout)
    length = int.from_bytes(await stream.readexactly(LENGTH_BYTES), "big")
    if length > FRAME_MAX:
        raise ConnectionError(f"a frame of {length} bytes is more than {FRAME_MAX}")
    return cast("Mapping[str, Any]", cbor2.loads(await stream.readexactly(length)))
