"""What is frozen into MicroPython for the Pico: the port's own modules, and asyncio. Nothing of micropython-lib."""

freeze("$(PORT_DIR)/modules")  # noqa: F821 - the words of a manifest
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
