"""Reading a panel back from a scan.

Heavy: OpenCV, zxing-cpp and numba, which compiles at first use and keeps the result. Not for the issuing path.
"""

from hub.scramble.reading.outcome import Payload, Reading, Reason, Restored, Unreadable
from hub.scramble.reading.read import read_payload
from hub.scramble.reading.restore import read_panel

__all__ = ["Payload", "Reading", "Reason", "Restored", "Unreadable", "read_panel", "read_payload"]
