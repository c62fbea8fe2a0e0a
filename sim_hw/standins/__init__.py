"""Stand-ins for vendor libraries without a lower seam; put first on `PYTHONPATH` of the firmware by the bench."""
