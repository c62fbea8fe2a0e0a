#!/bin/sh
# The command `kiosk` of an installed kiosk (/usr/local/bin/kiosk): runs from any folder, so relative paths mean what they say.
PYTHONPATH=/opt/kiosk/app exec /opt/kiosk/venv/bin/python -m firmware "$@"
