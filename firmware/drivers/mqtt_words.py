"""Why a session with the broker did not come about or ended, as one word.

Not responsible for what follows from it.
"""

from __future__ import annotations

import re
import socket
import ssl


def word_of(reason: object) -> str:
    """Return the library's or the system's name of a reason as one word."""
    match reason:
        case ssl.SSLCertVerificationError():
            return "certificate_verify_failed"
        case ssl.SSLError() if reason.reason:
            return reason.reason.lower()
        case TimeoutError():
            return "timed_out"
        case socket.gaierror():
            return "name_not_found"
        case Exception():
            name = type(reason).__name__.removesuffix("Error")
            return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        case _:
            return str(reason).lower().replace(" ", "_")
