"""Leaves nothing of a job in the printer, however the job ended: nothing in its buffer, nothing uncut on its paper.

Of a torn job nobody knows where it broke off. So: zeros for a header begun; clear where the model can (DLE ENQ 2 after
a recoverable error, DLE DC4 8); white dots enough to end an image begun; reset, cut, and a completion reply as the
proof. Source: DEVICES, "Recovery". Not responsible for the connection and the deadline (`watch.py`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from firmware.devices import DeviceFault, DeviceTimeout
from firmware.drivers.printer import commands
from firmware.drivers.printer.replies import Cleared

if TYPE_CHECKING:
    from firmware.drivers.printer.conversation import Conversation
    from firmware.drivers.printer.dialect import Reply

REPLY_S = 2.0
CLEARED_S = 1.0


async def confirm(conversation: Conversation) -> bool:
    """After a whole job: True if the printer answers, which it cannot inside an image."""
    try:
        await conversation.complete(b"", REPLY_S)
    except DeviceTimeout:
        return False
    return True


async def sweep(conversation: Conversation, head_dots: int) -> None:
    """After a torn job, or one of which nothing is known; returns with the completion reply.

    Raises `DeviceFault` where only a power cycle helps. With cover open or no paper it waits for a person.
    """
    # Torn inside a command's header, the printer takes the next bytes for its missing lengths: let them be zeros.
    await conversation.write(commands.END_OF_HEADER, REPLY_S)
    status = await conversation.read_status(REPLY_S)
    if status.error == "unrecoverable":
        raise DeviceFault(status.error)
    model = conversation.model
    if status.error in ("cutter", "mechanical") and model.recovers:
        await conversation.write(commands.RECOVER_CLEARING, REPLY_S)
    if model.clears:
        with contextlib.suppress(DeviceTimeout):  # one without this command prints its buffer out instead
            await conversation.ask(commands.CLEAR_BUFFER, _is_cleared, CLEARED_S)
    await conversation.write(commands.padding(head_dots), None)
    await conversation.complete(commands.INITIALIZE + model.end_of_sheet, None)


def _is_cleared(reply: Reply) -> bool:
    return isinstance(reply, Cleared)
