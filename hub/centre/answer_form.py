"""The form of what queries are answered: a municipality whose answers a kiosk cannot read is found out here.

Otherwise each kiosk would refuse them, complain, and be stopped itself. Not responsible for whose answer it is
(`statement.py`) nor for what is true. Source: `docs/reference/hub-protocol.md`, "Queries".
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

TEXT_MAX = 200
PERSONS_MAX = REQUESTS_MAX = 100
ISSUES_MAX = 50

_Text = Annotated[str, Field(max_length=TEXT_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Name = Annotated[_Text, Field(min_length=1)]
_Word = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
_Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]
_Copies = Annotated[int, Field(ge=1, le=10)]


def _a_day(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("a date is written YYYY-MM-DD")
    return value


_Day = Annotated[str, AfterValidator(_a_day)]


class _Map(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Person(_Map):
    ref: _Hex
    name: _Name
    kana: _Text
    own: bool = Field(alias="self")
    relationship: _Text
    birth_date: _Day
    foreign: bool


class _Household(_Map):
    persons: Annotated[list[_Person], Field(max_length=PERSONS_MAX)]
    scopes: Annotated[list[_Word], Field(min_length=1)]
    items: list[_Word]
    fiscal_years: list[int]


class _Preview(_Map):
    sheets: Annotated[int, Field(ge=1)]


class _Request(_Map):
    number: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    state: Literal["requested", "approved", "rejected"]
    requested_on: _Day
    decided_on: _Day | None
    reason: Literal["not_found", "not_confirmed", "incomplete"] | None


class _Requests(_Map):
    requests: Annotated[list[_Request], Field(max_length=REQUESTS_MAX)]


class _Registered(_Map):
    requests: Annotated[list[_Request], Field(min_length=1, max_length=REQUESTS_MAX)]


class _Issue(_Map):
    issued_at: Annotated[int, Field(ge=0)]
    type: _Word
    document_id: _Hex
    copies: _Copies
    fee_yen: _Count
    kiosk_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,40}$")]
    checks: _Count | None


class _Issues(_Map):
    issues: Annotated[list[_Issue], Field(max_length=ISSUES_MAX)]


_FORMS: Mapping[str, type[_Map]] = MappingProxyType(
    {
        "household": _Household,
        "preview": _Preview,
        "registration": _Requests,
        "register": _Registered,
        "history": _Issues,
    }
)


def is_answer(kind: str, answer: Any) -> bool:
    """Tell whether this is an answer to that kind of query."""
    try:
        _FORMS[kind].model_validate(answer)
    except ValidationError:
        return False
    return True
