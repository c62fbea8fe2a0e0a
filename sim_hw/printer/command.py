"""What the printer can be told: one frozen record a command, as found in the byte stream.

Not responsible for: finding them (`parser.py`), or what they do to the paper (`line.py`, `printer.py`).
Names follow the ESC/POS command reference; rows and columns are dots.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Initialize:
    """ESC @: modes as after power on; automatic status is off again."""


@dataclass(frozen=True, slots=True)
class RasterRow:
    """One row of a GS v 0 image, most significant bit left."""

    dots: bytes
    double_width: bool = False
    double_height: bool = False


@dataclass(frozen=True, slots=True)
class ColumnImage:
    """ESC *: columns of 1 byte (8 dots, each three rows high) or 3 bytes (24 dots), top bit first."""

    columns: bytes
    column_bytes: int
    double_width: bool


@dataclass(frozen=True, slots=True)
class Text:
    """Characters for the line buffer, in the printer's code page."""

    characters: bytes


@dataclass(frozen=True, slots=True)
class LineFeed:
    """LF or ESC d: print the line buffer and feed so many lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Feed:
    """ESC J: print the line buffer and feed so many rows."""

    rows: int


@dataclass(frozen=True, slots=True)
class LineSpacing:
    """ESC 3 n, or ESC 2 for the default."""

    rows: int


@dataclass(frozen=True, slots=True)
class Cut:
    """GS V: feed so many rows behind the last one, then cut."""

    feed_rows: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """GS a: which changes are reported without being asked for; 0 is none."""

    mask: int


@dataclass(frozen=True, slots=True)
class Completion:
    """GS ( H function 48: answer with this id when printing has ended."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class FullStatusOn:
    """GS E0: which of the four bytes of full status are sent at every change; 0 is none."""

    mask: int


@dataclass(frozen=True, slots=True)
class ReadCounter:
    """GS E1 (cm left), E2 (cuts), E3 (cm printed), E4 (retracted) or E5 (switched on)."""

    letter: int


@dataclass(frozen=True, slots=True)
class Present:
    """FS P: cut, hold the strip out; after so many seconds draw it back or spit it out, 0: at the next one."""

    steps: int
    retract: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """Known, and without effect on what this printer prints."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """No command of this printer: counted as an error of the sender."""

    raw: bytes


Command = (
    Initialize
    | RasterRow
    | ColumnImage
    | Text
    | LineFeed
    | Feed
    | LineSpacing
    | Cut
    | AutomaticStatus
    | Completion
    | FullStatusOn
    | ReadCounter
    | Present
    | Ignored
    | Unknown
)
