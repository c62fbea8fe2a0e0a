"""The simulated thermal printer: it reads ESC/POS bytes as hardware would, and paper comes out."""

from sim_hw.printer.printer import SimPrinter
from sim_hw.printer.strip import Strip

__all__ = ["SimPrinter", "Strip"]
