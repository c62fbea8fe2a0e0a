"""What sets makes of printers apart, as the simulator can be told to behave: the rest of ESC/POS they have in common.

Source: the facts in docs/reference/printers.md; what is not known of a make, its simulation does not do either.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """`status`: DLE EOT 1 to 4 and GS a; `completes`: GS ( H; `recovers`: DLE ENQ; `clears`: DLE DC4 8.

    `kiosk`: Custom's own: full status (DLE EOT 20, GS E0), counters (GS E1 to E5), presenter (FS P).
    """

    status: bool = True
    completes: bool = True
    recovers: bool = True
    clears: bool = True
    kiosk: bool = False


GENERIC = Traits()
TRAITS = {
    "generic-escpos": GENERIC,
    "epson-tm": GENERIC,
    "custom-vkp80iii": Traits(completes=False, recovers=False, clears=False, kiosk=True),
    "citizen": Traits(completes=False, recovers=False, clears=False),
    "star-escpos": Traits(completes=False, recovers=False, clears=False),
}
