"""Proofs of the two pure machines: exhaustive exploration, random walks, tables and diagrams drawn from the code."""
