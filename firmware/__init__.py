"""Firmware of a kiosk that issues official certificates. Start with `__main__.py`; the design is in `docs/`."""

__version__ = "0.1.0"
