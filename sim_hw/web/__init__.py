"""The bench page: the kiosk in a browser, with everything a person can do to it."""
