"""A folder to be put on the path of a kiosk's processes: their clerks then tell their states."""
