"""The wired rig: a Pico beside the kiosk, and the host's end of its line. See README.md."""
