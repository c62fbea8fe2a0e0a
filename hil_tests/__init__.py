"""Scenarios: what a kiosk does for people, on simulated hardware or a wired rig."""
