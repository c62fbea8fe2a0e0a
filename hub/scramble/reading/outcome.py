"""What comes of reading a panel: the payload and with a key the page, or why not.

Not responsible for what a person is told: the inquiry site has a text for every reason.
"""

from dataclasses import dataclass
from enum import Enum

from hub.scramble.label import Label
from hub.scramble.payload import Page


class Reason(Enum):
    """Why a scan gave no page; each calls for something else to be done."""

    PICTURE_UNUSABLE = "picture_unusable"  # not a picture of this kind, too small or too large
    MARKERS_MISSING = "markers_missing"  # no label found: no panel, or not in the picture
    CUT_OFF = "cut_off"  # part of the panel is outside the picture
    RESOLUTION_TOO_LOW = "resolution_too_low"
    BLURRED = "blurred"
    DAMAGED = "damaged"  # stains, folds or wear took more than the code can repair
    PHOTO_CUT_OFF = "photo_cut_off"  # the same seen by a camera, whose owner needs other words
    PHOTO_TOO_FAR = "photo_too_far"
    PHOTO_BLURRED = "photo_blurred"
    PHOTO_SLANTED = "photo_slanted"
    UNKNOWN_KEY = "unknown_key"  # made under a key that was not given
    NOT_AUTHENTIC = "not_authentic"  # read without error, but made with another key or altered


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures of one attempt: pixels a dot, blocks decoded of how many, rounds of training, sharpness (1 is best)."""

    pixels_a_dot: float = 0.0
    blocks_decoded: int = 0
    blocks: int = 0
    rounds: int = 0
    sharpness: float = 0.0


@dataclass(frozen=True, slots=True)
class Payload:
    """What a grid carries, still encrypted. `site_address` is empty when no label was read: then any key may fit."""

    data: bytes
    label: Label
    site_address: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Restored:
    """An authentic page, dot for dot, and the label it was found by."""

    page: Page
    label: Label
    site_address: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No page. `label` is None when none was found."""

    reason: Reason
    label: Label | None = None
    reading: Reading = Reading()
