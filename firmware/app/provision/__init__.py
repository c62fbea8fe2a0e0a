"""Provisioning: a new kiosk makes its keys and has certificates issued for them (`docs/reference/provisioning.md`)."""
