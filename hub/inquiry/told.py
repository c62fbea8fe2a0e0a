"""What a reading process says, checked before it is believed to be even of the right form.

Not responsible for whether it is true: payloads count when a key of the centre opens them, codes when their signature
fits.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.inquiry.reader import ReadingFailed

_Reason = Annotated[str, Field(pattern="^[a-z_]{1,32}$")]
_WIDTHS_MAX = 4096


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Figures(_Told):
    """How a grid was read, for people who ask why it was not."""

    pixels_a_dot: float
    blocks: list[int] = Field(max_length=2)
    sharpness: float


class Panel(_Told):
    """One picture: a payload with the label's key id (None without a label), or why there is none."""

    reason: _Reason | None
    figures: Figures
    payload: bytes = b""
    width_dots: int = Field(default=8, ge=8, le=_WIDTHS_MAX, multiple_of=8)
    key_id: int | None = Field(default=None, ge=0, le=0xFFFF)


class LookedAt(_Told):
    """One file: why it could not be read (to its end), a panel a picture, and texts of signed codes."""

    reason: _Reason | None
    panels: list[Panel]
    codes: list[Annotated[str, Field(max_length=1000)]]


class Compared(_Told):
    """One page that was found in a picture: the straightened scan, one grey sample a dot, and where it differs.

    `dots`: what the detection image says (None if it was not looked for).
    """

    picture: int
    grey: bytes
    marks: list[tuple[int, int, int, int]] = Field(max_length=100)
    dots: Literal["original", "untold", "unkeyed", "none"] | None = None


_FILES = TypeAdapter(list[LookedAt])
_PAGES = TypeAdapter(list[Compared | None])


def read_files(told: list[dict[str, Any]]) -> list[LookedAt]:
    """Check what was found in files; raises ReadingFailed."""
    return _checked(_FILES, told)


def read_pages(told: list[Any]) -> list[Compared | None]:
    """Check what was found beside pages; raises ReadingFailed."""
    pages = [{**each, "marks": [tuple(mark) for mark in each["marks"]]} if each else None for each in told]
    return _checked(_PAGES, pages)


def _checked(adapter: TypeAdapter[Any], told: Any) -> Any:
    try:
        return adapter.validate_python(told)
    except ValidationError as error:
        raise ReadingFailed("the reading process said something that makes no sense") from error
