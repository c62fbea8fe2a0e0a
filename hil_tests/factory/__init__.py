"""The factory test of a newly assembled kiosk (OpenHTF): each device, limits, a signed record."""
