"""`python3 -m kiosk_update`."""

import sys

from kiosk_update.command import main

sys.exit(main())
