"""What can be had at the centre now, for both processes: which municipalities, which types, when, and whom to ask.

Not responsible for what follows. Source: `docs/reference/hub-protocol.md`, "Resources of the centre".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from firmware.app.hub_client import HubClient

_Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
_Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]


class BothLanguages(msgspec.Struct, frozen=True):
    """A text in Japanese and in English."""

    ja: _Text
    en: _Text


class Hours(msgspec.Struct, frozen=True):
    """Opening hours, `HH:MM` in Asia/Tokyo."""

    open: _Clock
    close: _Clock


class TypeOnOffer(msgspec.Struct, frozen=True):
    """A type of certificate and whether it can be had now."""

    type: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}\Z")]
    fee_yen: Annotated[int, Meta(ge=0, le=1_000_000)]
    available: bool


class Municipality(msgspec.Struct, frozen=True):
    """A municipality as the first screen shows it; `registration`: whether 本籍地利用登録 can be asked for."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    name: BothLanguages
    contact: BothLanguages
    hours: Hours
    status: Literal["open", "closed", "maintenance", "down", "operator_not_contracted"]
    notice: BothLanguages | None
    registration: bool
    types: Annotated[tuple[TypeOnOffer, ...], Meta(max_length=20)]


class Availability(msgspec.Struct, frozen=True):
    """What can be had at this operator; `time` is the centre's clock, RFC 3339 in UTC."""

    time: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)\Z")]
    municipalities: Annotated[tuple[Municipality, ...], Meta(max_length=2000)]


async def ask_availability(client: HubClient, operator: str, deadline_s: float) -> Availability:
    """Ask the centre; raises the `HubError`s of the client."""
    path = f"/v1/availability?operator={quote(operator, safe='')}"
    return (await client.request("GET", path, deadline_s=deadline_s)).read(Availability)
