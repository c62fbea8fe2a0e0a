"""A simulated way of a panel over paper and back: printed, handled, scanned. Of our own making, for tests, bench.

`simulate(panel dots, condition, print quality, seed)` gives a picture as an office scanner would. Every effect is drawn
from a seeded generator. It is a model: real heads and real scanners decide, and the reader may know nothing of it.

What is in it, and where it comes from:
- dot gain and rounding of printed dots, edge noise; two-stage print-scan model: Lin and Chang, "Distortion modeling
- dot gain and rounding of printed dots, edge noise; print-scan model in two stages: Lin and Chang, "Distortion modeling
  high capacity storage modules for multimedia security and management" (2006).
- heat history, warm neighbours, voltage drop in rows with many dots: makers' manuals of thermal heads (Rohm, Kyocera),
  which prescribe history control for it; strengths here are guesses towards the bad side.
- feed jitter: gear period and random walk of a platen roller; 1/8 mm rows, some hundredths of a millimetre of error.
- scanner: blur and sampling aperture (ISO 16067-1 measures them as SFR), noise, uneven lamp, gamma, JPEG.
- handling: sharp folds that shift and scratch, stains that darken or cover.
"""
