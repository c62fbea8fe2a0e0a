"""What the person chose, kept from the touches alone, to be compared with what the machine orders.

Not responsible for which touches a page takes: one that changed nothing in the machine counts for nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import Asking, Clerk, Question
from firmware.app.clerk.visit import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Wish:
    """What was touched since the type was chosen; `scope` is None as long as nobody asked."""

    type: str
    scope: str | None = None
    persons: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    fiscal_year: str | None = None
    copies: str = "1"

    def is_met_by(self, order: Wanted, only_scope: str | None) -> bool:
        """Tell whether an order is this; a scope that nobody asked for is the only one."""
        return (
            order.type == self.type
            and order.scope == (self.scope or only_scope)
            and order.persons == tuple(sorted(map(int, self.persons)))
            and order.items == tuple(sorted(self.items))
            and order.fiscal_year == (int(self.fiscal_year) if self.fiscal_year else None)
            and order.copies == int(self.copies)
        )


def wished(wish: Wish | None, before: Clerk, event: v.Event, after: Clerk) -> Wish | None:
    """Return the wish after an event; None while no type is chosen."""
    if after.visit.offer is None:
        return None
    if not (isinstance(event, v.Touched) and isinstance(before.phase, Asking)) or before == after:
        return wish
    _, colon, value = event.button.partition(":")
    if before.phase.question is Question.CHOOSE_TYPE:
        return Wish(value)
    if not colon or wish is None or before.phase.question not in _TOUCHED:
        return wish
    return _TOUCHED[before.phase.question](wish, value)


def _scope(wish: Wish, value: str) -> Wish:
    return replace(wish, scope=value, persons=wish.persons if wish.scope == value else frozenset())


def _person(wish: Wish, value: str) -> Wish:
    radio = wish.type == "family_register"
    return replace(wish, persons=frozenset({value}) if radio else wish.persons ^ {value})


_TOUCHED: dict[Question, Callable[[Wish, str], Wish]] = {
    Question.CHOOSE_YEAR: lambda wish, value: replace(wish, fiscal_year=value),
    Question.CHOOSE_SCOPE: _scope,
    Question.CHOOSE_PERSONS: _person,
    Question.CHOOSE_ITEMS: lambda wish, value: replace(wish, items=wish.items ^ {value}),
    Question.CHOOSE_COPIES: lambda wish, value: replace(wish, copies=value),
}
