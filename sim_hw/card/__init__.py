"""The simulated My Number card: a pure card, its link to vpcd, and the host process around real pcscd."""
