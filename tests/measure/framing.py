"""Making a page's dots and framing them for the printer, the framing beside python-escpos."""

from tests.printer.raster_rate import rates
from tests.printer.raster_speed import speedup_vs_python_escpos


def measure():
    return {"raster.speedup_vs_python_escpos": speedup_vs_python_escpos(), **rates()}
