"""The profiles of the grid: how large a module is and how much of it is error correction.

Not responsible for the layout. Rates and sizes: the feasibility study in the issue, measured again by `make bench`.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Shape:
    """One profile: its number in the label, dots of a module (down, across), information per transmitted bit."""

    number: int
    module_rows: int
    module_columns: int
    rate: float


class Profile(Enum):
    """S for every head; D for heads and paper that a test chart showed to be good; R for payloads under 5 kB."""

    STANDARD = Shape(1, 2, 2, 0.84)
    DENSE = Shape(2, 2, 1, 0.75)
    ROBUST = Shape(3, 2, 2, 0.60)


ROBUST_BELOW_BYTES = 5000


def profile_for(wanted: Profile, payload_bytes: int) -> Profile:
    """Return the profile to draw: a small payload is given the strong code instead of a shorter panel."""
    small = wanted is Profile.STANDARD and payload_bytes < ROBUST_BELOW_BYTES
    return Profile.ROBUST if small else wanted


def profile_of_number(number: int) -> Profile | None:
    """Return the profile with that number in the label, or None."""
    return next((profile for profile in Profile if profile.value.number == number), None)
