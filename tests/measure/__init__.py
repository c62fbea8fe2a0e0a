"""Figures of speed and size: `python -m tests.measure --out out/bench.json`. Nothing here passes or fails."""
