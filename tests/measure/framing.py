"""Framing a page for the printer, ours beside python-escpos."""

from tests.printer.raster_speed import speedup_vs_python_escpos


def measure():
    return {"raster.speedup_vs_python_escpos": speedup_vs_python_escpos()}
