"""Opens the printer through python-escpos, for a job. The only module that imports it, and only when it is called for.

Importing it takes 0.3-0.4 s and 10.6 MiB, writes a file of printer profiles and leaves an empty directory where
temporary files go, and configures logging; `preload` does it early, in a directory that is gone afterwards, and
undoes the logging. Device files are opened without it: its `File` only writes, so it could not read a status.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from firmware.devices import DeviceUnavailable
from firmware.drivers.printer.ports import device_line, serial_line, socket_line

if TYPE_CHECKING:
    from firmware.config import Printer
    from firmware.drivers.printer.line import Line

CONNECT_S = 5.0
PROFILES_DIR = "ESCPOS_CAPABILITIES_PICKLE_DIR"


def preload() -> None:
    """Import python-escpos now, so that the first job does not wait for it. Blocks; call it in a thread while idle."""
    if "escpos.printer" in sys.modules:
        return
    handlers = list(logging.root.handlers)
    before, set_dir = tempfile.tempdir, os.environ.get(PROFILES_DIR)
    with tempfile.TemporaryDirectory(prefix="printer-") as scratch:
        tempfile.tempdir = scratch
        os.environ.setdefault(PROFILES_DIR, scratch)
        try:
            importlib.import_module("escpos.printer")
        finally:
            tempfile.tempdir = before
            if set_dir is None:
                del os.environ[PROFILES_DIR]
    logging.root.handlers[:] = handlers


async def open_line(config: Printer) -> Line:
    """Connect to the printer of the configuration. Raises `DeviceUnavailable`."""
    opening = asyncio.get_running_loop().run_in_executor(None, _open, config)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unused)
        raise


def _open(config: Printer) -> Line:
    if config.transport == "device":
        return device_line(config.device)
    preload()
    # The library's objects close their connection when they are collected: each line keeps its own alive. A socket that
    # could not be connected the library drops unclosed: a ResourceWarning, but no leak.
    from escpos import exceptions, printer  # noqa: PLC0415 - see the head of this file

    try:
        if config.transport == "tcp":
            network: Any = printer.Network(config.host, config.port, timeout=CONNECT_S)
            network.open()
            return socket_line(network.device, network)
        serial: Any = printer.Serial(config.device, baudrate=config.baud)
        serial.open()
        return serial_line(serial.device, serial)
    except exceptions.DeviceNotFoundError as error:
        where = f"{config.host}:{config.port}" if config.transport == "tcp" else config.device
        raise DeviceUnavailable(f"printer at {where}: {error}") from error


def _close_unused(opening: asyncio.Future[Line]) -> None:
    """Close a connection that came up after its caller had gone."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close(discard=True)
