"""Attacks on a whole kiosk: killed processes, hasty hands, broken surroundings."""
