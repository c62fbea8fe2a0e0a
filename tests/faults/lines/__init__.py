"""Real processes with a bad line between any two of them: pair, fault and step of a visit, and what becomes of it."""
