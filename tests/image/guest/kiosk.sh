#!/bin/sh
# The installed firmware with the stand-ins of the two libraries that have no lower seam first on its path.
PYTHONPATH=/run/bench/sim_hw/standins:/usr/lib/certificate-kiosk/app:/usr/lib/certificate-kiosk/packages PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 SIM_HW_PINS=/run/bench-board/pins.sock exec /usr/bin/python3 -m firmware "$@"
