"""Whether this machine's kernel can confine the clerk as the configuration demands.

Not responsible for putting the walls up (`app/clerk/sandbox.py`), nor for the service's own hardening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.clerk.sandbox import missing
from firmware.roles.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from firmware.config import Clerk

REMEDY = "install a kernel of Linux 6.12 or newer with landlock in lsm=, and libseccomp2"


async def check(config: Clerk) -> Finding:
    """Judge this machine by `clerk.sandbox`."""
    return judge(missing(), required=config.sandbox == "required")


def judge(lacking: str, *, required: bool) -> Finding:
    """Judge what is missing for the clerk's walls; empty for nothing."""
    if not lacking:
        return ok("files, ports, signals and system calls of the clerk can be confined")
    if required:
        return fail(f"missing: {lacking}", f'{REMEDY}; or accept the risk with clerk.sandbox = "available"')
    return warn(f"the clerk serves less confined; missing: {lacking}", REMEDY)
