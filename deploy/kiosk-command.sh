#!/bin/sh
# The command `kiosk` (/usr/bin/kiosk). Works in any folder, so relative paths mean what they say; nothing is imported from there.
PYTHONPATH=/usr/lib/certificate-kiosk/app:/usr/lib/certificate-kiosk/packages PYTHONSAFEPATH=1 PYTHONDONTWRITEBYTECODE=1 \
    exec /usr/bin/python3 -m firmware "$@"
