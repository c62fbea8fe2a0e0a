"""Updates of a kiosk in the field: slots, trial and return.

Uses the standard library alone: it also runs when the kiosk does not.
"""
