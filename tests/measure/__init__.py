"""Figures of speed and size: `python -m tests.measure --out out/bench.json`. Never a test: nothing here passes or fails."""
