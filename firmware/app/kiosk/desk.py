"""The kiosk's side of the touch screen: its own pages, and the way to a clerk's page and back.

Not responsible for which screen is due (`outputs.screen_of`), nor for the dialogue, which the clerk serves itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.outputs import ClerkScreen, OwnScreen, Screen
from firmware.app.messages import Language
from firmware.app.screens import idle_pages

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts
    from firmware.views import View


class Panel(Protocol):
    """The screen's server."""

    def show(self, view: View) -> int:
        """Show a view from now on."""
        ...

    def goto(self, url: str) -> None:
        """Send the pages that are open to another address."""
        ...


class Desk:
    """Shows what is due, in the language that was last chosen, and returns to the first one with each new visit."""

    def __init__(self, panel: Panel, texts: dict[str, Texts], language: str) -> None:
        self._panel = panel
        self._texts = texts
        self._first_language = language
        self._language = language
        self._screen: Screen | None = None
        self._contact: dict[str, str] = {}
        self._hours = idle_pages.DEFAULT_HOURS

    def told(self, contact: dict[str, str], hours: tuple[str, str]) -> None:
        """Take the municipality's own contact (by language) and hours, as the hub tells them."""
        if (contact, hours) != (self._contact, self._hours):
            self._contact, self._hours = contact, hours
            self._draw()

    def choose_language(self, language: str) -> None:
        """Draw the present page in another language."""
        self._language = language
        self._draw()

    @property
    def language(self) -> Language:
        """The language in which the next dialogue begins."""
        return Language(self._language)

    def show(self, screen: Screen) -> None:
        """Show what is due; nothing is sent when it is shown already."""
        if screen == self._screen:
            return
        if isinstance(self._screen, ClerkScreen):
            self._language = self._first_language
        self._screen = screen
        if isinstance(screen, ClerkScreen):
            spare = screen.spare
            self._panel.goto(f"http://{spare.token}.localhost:{spare.port}/")
        else:
            self._draw()

    def _draw(self) -> None:
        if not isinstance(self._screen, OwnScreen):
            return
        texts = self._texts[self._language]
        match self._screen.name:
            case "home":
                view = idle_pages.home(texts, self._hours)
            case "take_card_alarm":
                view = idle_pages.take_card_alarm(texts)
            case "take_paper":
                view = idle_pages.take_paper(texts)
            case "take_paper_alarm":
                view = idle_pages.take_paper_alarm(texts)
            case _:
                contact = self._contact.get(self._language) or self._contact.get("en", "")
                view = idle_pages.out_of_service(texts, self._screen.causes, contact, self._hours)
        self._panel.show(view)
