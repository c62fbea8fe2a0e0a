"""Power cuts and other faults at every step: nothing is lost, nothing is printed twice, on it goes."""
