"""The wait for the slip with a request's number: the printer is asked for, used, and the slip taken. Pure.

Whatever becomes of it, the request is made: its number is on the page that follows. Not responsible for what is on the
slip (`slip.py`), nor for the tray, which the kiosk watches.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Answer, choose
from firmware.app.clerk.state import AwaitingSlip, Clerk, Limits, PrintingSlip, Question


def want(clerk: Clerk, *before: v.Command) -> Answer:
    """Ask the kiosk for the printer; it answers in every case."""
    return replace(clerk, phase=AwaitingSlip()), (*before, v.Say(m.SlipWanted()))


def awaiting(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Print when the kiosk says so, and go on when it says that the slip is taken, or will not come."""
    match event:
        case m.PrintSlip():
            serial = clerk.serial + 1
            return replace(clerk, phase=PrintingSlip(serial), serial=serial), (v.PrintRequestSlip(serial),)
        case m.MediaPresented():
            return replace(clerk, phase=AwaitingSlip(presented=True)), ()
        case m.SlipOver(taken):
            known = replace(clerk, visit=replace(clerk.visit, slip_taken=taken))
            return choose(known, Question.REGISTERED, now, limits)
        case _:
            return clerk, ()


def printing(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:  # noqa: ARG001 - called alike
    """Wait for the printer's last word."""
    match event:
        case v.SlipDone(_, printed):
            return replace(clerk, phase=AwaitingSlip()), (v.Say(m.SlipPrinted(printed)),)
        case _:
            return clerk, ()
