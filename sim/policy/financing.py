"""Where the money of levers comes from: nowhere in particular, a levy on payroll, or cuts elsewhere.

``untied``: general revenue; taxpayers bear it, and nobody in the model. ``payroll_levy``: employers pay a
share of the wages of all employees in the model, set each January so that last year's wages would have paid
for last year's public spending on levers; part of it falls on wages and jobs. ``cut_elsewhere``: other
services are cut by as much; the city's other residents bear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.core.months import DECEMBER
from sim.scenario.fields import FINANCING

UNTIED, PAYROLL_LEVY, CUT_ELSEWHERE = FINANCING


@dataclass
class Levy:
    """The levy on payroll of a run. ``rate``: share of wages that employers pay this month."""

    financing: str
    rate: float = 0.0
    spent: float = 0.0  # by government on levers since January, yuan
    wages: float = 0.0  # of employees since January, yuan

    def enter(self, month: int, spent: float, wages: float) -> None:
        """Book a month: public spending on levers and employees' wages, yuan. Sets the rate in December."""
        self.spent, self.wages = self.spent + spent, self.wages + wages
        if month % 12 + 1 == DECEMBER:
            if self.financing == PAYROLL_LEVY:
                self.rate = self.spent / max(self.wages, 1.0)
            self.spent = self.wages = 0.0

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint."""
        return {"rate": self.rate, "spent": self.spent, "wages": self.wages}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what ``state`` gave."""
        self.rate, self.spent, self.wages = state["rate"], state["spent"], state["wages"]
