"""What has been settled so far in one dialogue: place, card, offers, and what was chosen of them.

No name, no PIN digit, nothing typed and no document is in here: persons are indices, PIN and typed texts are counted or
called whole, not known. The rest lives in the runner's `Known`, in this same process, and ends with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware.app.messages import Id

Translations = tuple[tuple[str, str], ...]
BY_NAME = ("members", "individual")  # scopes for which persons are chosen
MOST_PERSONS = 20  # of one order (hub protocol, "The order")


class Field(StrEnum):
    """A text that is typed for a registration."""

    NAME = "name"
    BIRTH = "birth"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality that can be chosen. `name`, `contact` and `notice` by language, `hours` like ("06:30", "23:00").

    `registration`: whether 本籍地利用登録 can be asked for there.
    """

    code: str
    name: Translations
    contact: Translations
    hours: tuple[str, str]
    status: str
    notice: Translations = ()
    registration: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A type of certificate; `fee_yen` for one copy, `reason` (the hub's word) where it is not `available` now."""

    type: str
    fee_yen: int
    items: tuple[str, ...]
    scopes: tuple[str, ...]
    copies_max: int
    fiscal_years: tuple[int, ...] = ()
    available: bool = True
    reason: str = ""
    hours: tuple[str, str] = ("06:30", "23:00")

    def one_only(self, scope: str) -> bool:
        """Tell whether exactly one person is chosen for this scope (hub protocol, "Offers")."""
        return self.type == "family_register" and scope == "individual"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person chose. `persons` are indices into the last household answer, ascending; `items` are sorted."""

    type: str
    scope: str
    persons: tuple[int, ...] = ()
    items: tuple[str, ...] = ()
    fiscal_year: int | None = None
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Visit:
    """What has been settled so far.

    `offer` is the chosen one, as far as it makes sense for this person; `choice` is chosen of it. `persons` are so many
    as the household answer has, `sheets` so many as the preview has, `sheet` is the one that is shown. `refusal` is why
    an order or a query was refused, `typed` what is whole of a registration. `fee_yen` is that of the document held;
    `receipt_failed` when none could be printed, `slip_taken` when that with a request's number was.
    """

    places: tuple[Place, ...] = ()
    place: Place | None = None
    transaction_id: Id | None = None
    card: bool = False
    tries: int = 3
    filled: int = 0
    offers: tuple[Offered, ...] = ()
    offer: Offered | None = None
    choice: Wanted | None = None
    persons: int = 0
    sheets: int = 0
    sheet: int = 1
    refusal: str = ""
    may_register: bool = False
    typed: tuple[Field, ...] = ()
    document_id: Id | None = None
    fee_yen: int = 0
    receipt_failed: bool = False
    slip_taken: bool = False

    @property
    def price_yen(self) -> int:
        """The fee of all copies that are chosen."""
        return self.offer.fee_yen * self.choice.copies if self.offer and self.choice else 0
