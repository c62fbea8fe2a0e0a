"""What is known of the person, for the pages: in this process only, never in the machine's state, and gone with it.

Not responsible for asking (`errands.py`) nor for the pages (`views.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware.app.clerk.visit import Field
from firmware.app.screens import dates, kana, pages
from firmware.app.screens.pages.registration import BIRTH_DIGITS, PHONE_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from firmware.app.clerk import answers


@dataclass(slots=True)
class Known:
    """Persons of the last household answer, requests and issues as they were answered, and what was typed so far.

    `pictures` sheets of the preview are on the screen's server; `typed` has the texts of a registration.
    """

    persons: tuple[answers.Person, ...] = ()
    pictures: int = 0
    requests: tuple[pages.Request, ...] = ()
    issues: tuple[pages.Issue, ...] = ()
    receipt_number: str = ""
    typed: dict[Field, str] = field(default_factory=dict[Field, str])

    @property
    def name(self) -> str:
        """The name typed so far, in katakana."""
        return self.typed.get(Field.NAME, "")

    @property
    def birth(self) -> str:
        """The digits of the birth date typed so far, YYYYMMDD."""
        return self.typed.get(Field.BIRTH, "")

    @property
    def phone(self) -> str:
        """The digits of the telephone number typed so far."""
        return self.typed.get(Field.PHONE, "")

    @property
    def birth_date(self) -> str:
        """The whole birth date like "1986-11-30"."""
        return f"{self.birth[:4]}-{self.birth[4:6]}-{self.birth[6:]}"

    def touch(self, what: Field, button: str) -> None:
        """Take a touch of a page that asks for `what`; a touch that makes no sense there changes nothing."""
        before = self.typed.get(what, "")
        self.typed[what] = kana.typed(before, button) if what is Field.NAME else _digits(before, button, _MOST[what])

    def is_whole(self, what: Field, today: date) -> bool:
        """Tell whether a text can be sent as it is."""
        match what:
            case Field.NAME:
                return kana.is_name(self.name)
            case Field.BIRTH:
                return dates.is_birth_date(self.birth, today)
            case Field.PHONE:
                return len(self.phone) in PHONE_DIGITS

    def wipe(self) -> None:
        """Forget what was typed."""
        self.typed.clear()

    def take_requests(self, requests: Sequence[answers.Request]) -> None:
        """Keep requests as the page shows them."""
        self.requests = tuple(
            pages.Request(
                each.number,
                each.state,
                each.requested_on.isoformat(),
                each.decided_on.isoformat() if each.decided_on else "",
                each.reason or "",
            )
            for each in requests
        )

    def take_issues(self, issues: Sequence[answers.Issue]) -> None:
        """Keep issues as the page shows them."""
        self.issues = tuple(
            pages.Issue(each.issued_at, each.type, each.kiosk_id, each.copies, each.checks) for each in issues
        )


_MOST = {Field.BIRTH: BIRTH_DIGITS, Field.PHONE: max(PHONE_DIGITS)}


def _digits(text: str, button: str, most: int) -> str:
    if button == "erase":
        return text[:-1]
    kind, _, digit = button.partition(":")
    known = kind == "digit" and len(digit) == 1 and digit in "0123456789"
    return text + digit if known and len(text) < most else text
