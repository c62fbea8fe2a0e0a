"""The guard beside the kiosk: a Pico in MicroPython. Nothing here runs on the kiosk or is imported by it."""
