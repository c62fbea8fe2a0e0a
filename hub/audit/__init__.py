"""Audit logs of kiosks: received line by line, checked, kept. Written from docs/reference/audit.md alone."""
