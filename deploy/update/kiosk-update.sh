#!/bin/sh
# The command `kiosk-update` on the image. RAUC's handlers call it by the names kiosk-update-backend and kiosk-update-gate.
export PYTHONPATH=/usr/lib/certificate-kiosk/image PYTHONSAFEPATH=1 PYTHONDONTWRITEBYTECODE=1
case ${0##*/} in
    kiosk-update-backend) set -- backend "$@" ;;
    kiosk-update-gate) set -- may-install ;;
esac
exec /usr/bin/python3 -m kiosk_update "$@"
