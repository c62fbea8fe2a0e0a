"""Stand-in for the package of `RPi.GPIO`."""
