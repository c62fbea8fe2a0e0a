"""At which card ownership the cost is recovered: a line through two points that the council's minutes give.

    net(r) = inhabitants x r x copies a holder and year x (fee - commission of a copy) - charge - system cost a year

The minutes say that it loses at 8 % and that about 80 % would recover the cost of the system changes; they do not give
that cost. So it is solved for: the cost for which net(80 %) is 0. Pure; figures come from the ledger and the tariffs.
Source: DOMAIN, "Money".
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

MINUTES_NOW, MINUTES_GOAL, MINUTES_RECOVERED = 0.08, 0.30, 0.80
RATES: Sequence[float] = tuple(it / 100 for it in (0, 8, *range(10, 101, 10)))
COPIES_A_HOLDER_ASSUMED = 0.6  # the minutes give none; a careful figure beside the measured one


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the line is drawn from; yen. `copies_a_holder`: certificates that a card's holder gets at kiosks a year."""

    population: int
    copies_a_holder: float
    fee_yen_a_copy: float
    commission_yen_a_copy: float
    charge_yen: int

    def before_system_cost(self, rate: float) -> float:
        """Return what is left at an ownership of `rate` (0 to 1), before the cost of the system changes."""
        copies = self.population * rate * self.copies_a_holder
        return copies * (self.fee_yen_a_copy - self.commission_yen_a_copy) - self.charge_yen

    def implied_system_cost(self, rate: float = MINUTES_RECOVERED) -> float:
        """Return the yearly system cost that is recovered exactly at `rate`; below 0: not even the charge is."""
        return self.before_system_cost(rate)

    def rate_that_recovers(self, system_cost_yen: float) -> float | None:
        """Return the ownership that recovers charge and system cost; None when more than everybody would be needed."""
        a_rate = self.before_system_cost(1.0) + self.charge_yen
        rate = (self.charge_yen + system_cost_yen) / a_rate if a_rate > 0 else 2.0
        return rate if rate <= 1 else None

    def copies_needed(self, rate: float = MINUTES_RECOVERED) -> float | None:
        """Return the copies a holder and year with which the charge alone is recovered at `rate`; None: no number."""
        margin = self.fee_yen_a_copy - self.commission_yen_a_copy
        return round(self.charge_yen / (self.population * rate * margin), 3) if margin > 0 else None


def recovery_of(assumptions: Assumptions) -> dict[str, Any]:
    """Tell the implied cost, the minutes' three points, and the line between."""
    cost = round(assumptions.implied_system_cost())
    charged = max(cost, 0)
    return {
        "assumptions": asdict(assumptions),
        "implied_system_cost_yen_a_year": cost,
        "charge_recovered_at": assumptions.rate_that_recovers(0),
        "copies_a_holder_needed_at_80": assumptions.copies_needed(),
        "points": {
            name: {"rate": rate, "net_yen": round(assumptions.before_system_cost(rate)) - charged}
            for name, rate in (("now", MINUTES_NOW), ("goal", MINUTES_GOAL), ("recovered", MINUTES_RECOVERED))
        },
        "line": [
            {
                "rate": rate,
                "copies": round(assumptions.population * rate * assumptions.copies_a_holder),
                "before_system_cost_yen": round(assumptions.before_system_cost(rate)),
                "net_yen": round(assumptions.before_system_cost(rate)) - charged,
            }
            for rate in RATES
        ],
    }
