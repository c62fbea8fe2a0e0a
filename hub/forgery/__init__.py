"""The copy-deterrent background of the front and the keyed mark in it (docs/reference/background.md)."""
