"""The pretended board: its numbering of the header's pins, and what it says about itself.

Source: the 40-pin header of all boards since Model B+; the fields are those of `RPi.GPIO.RPI_INFO`.
"""

from __future__ import annotations

HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25,
    23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
TO_HEADER = {gpio: pin for pin, gpio in HEADER.items()}
GPIOS = 54
INFO = {
    "P1_REVISION": 3,
    "REVISION": "c03115",
    "TYPE": "Pi 4 Model B",
    "MANUFACTURER": "Sony UK",
    "PROCESSOR": "BCM2711",
    "RAM": "4GB",
}
