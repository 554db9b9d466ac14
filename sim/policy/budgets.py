"""Budgets: how far the queue of each rationed lever is served, and what every lever has spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import AccountingError
from sim.core.months import month_index, month_text
from sim.policy.policy import Policy
from sim.steps.records import TICKET_BINS
from sim.world.places import HOMES


class Ledger:
    """Spending by lever, province and year; money in whole yuan, people in simulated workers."""

    def __init__(self, policy: Policy, scale: int):
        self.policy, self.scale = policy, scale
        count = len(policy.names)
        self.served_this_year = np.zeros((count, HOMES), dtype=np.int64)
        self.spent_this_year = np.zeros((count, HOMES))  # yuan
        self.spent = np.zeros(count)  # yuan since the budget's period began
        self.queue = np.zeros(count, dtype=np.int64)
        self.month_spending = 0.0
        self.granted = np.full(count, -1, dtype=np.int64)  # most uses this month; -1 = no limit
        self._closed: list[tuple] = []  # sums of past years, from which the table is made
        self._yearly = tuple(n for n in policy.budgeted if self._budget(n).yuan_per_year is not None)

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint; sums by name of lever, for a branch with others."""
        return {
            "served_this_year": self._by_name(self.served_this_year),
            "spent_this_year": self._by_name(self.spent_this_year),
            "spent": self._by_name(self.spent),
            "queue": self._by_name(self.queue),
            "granted": self._by_name(self.granted),
            "month_spending": self.month_spending,
            "closed": list(self._closed),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` gave; a lever that it does not know begins anew."""
        self._take_over(self.served_this_year, state["served_this_year"])
        self._take_over(self.spent_this_year, state["spent_this_year"])
        self._take_over(self.spent, state["spent"])
        self._take_over(self.queue, state["queue"])
        self._take_over(self.granted, state["granted"])
        self.month_spending, self._closed = state["month_spending"], list(state["closed"])

    def _by_name(self, rows: np.ndarray) -> dict[str, Any]:
        return dict(zip(self.policy.names, rows.copy(), strict=True))

    def _take_over(self, rows: np.ndarray, by_name: Mapping[str, Any]) -> None:
        for row, name in enumerate(self.policy.names):
            if name in by_name:
                rows[row] = by_name[name]

    def cutoffs(self, month: int, tickets: np.ndarray) -> np.ndarray:
        """Ticket bins that this month's money reaches, by lever.

        tickets: (budget rows, TICKET_BINS) claims. Money is released evenly over the year (or the
        window); what is not used stays for later months. Never more claims than money.
        """
        cutoffs, prices = self.policy.cutoffs_without_budget(), self.policy.prices(month)
        self.granted[self.policy.budgeted] = 0
        if month % 12 == 0:
            self.spent[list(self._yearly)] = 0.0
        for lever in self.policy.rationed(month):
            cost = max(int(prices[lever]), 1) * self.scale
            affordable = max(int((self._released(lever, month) - self.spent[lever]) // cost), 0)
            running = np.cumsum(tickets[self.policy.budgeted.index(lever)])
            bins = int((running <= affordable).sum())
            cutoffs[lever] = bins
            granted = int(running[bins - 1]) if bins else 0
            self.granted[lever] = granted
            self.queue[lever] += int(running[TICKET_BINS - 1]) - granted
        return cutoffs

    def enter(self, month: int, served: np.ndarray) -> None:
        """Book a month. served: (levers, 31) uses by province. Raises AccountingError on overspending."""
        uses = served.sum(axis=1)
        for lever in self.policy.rationed(month):
            if uses[lever] > self.granted[lever]:
                raise AccountingError(
                    f"lever {self.policy.names[lever]} served {uses[lever]} in {month_text(month)}, "
                    f"more than the {self.granted[lever]} that its money allowed"
                )
        spending = served * self.policy.prices(month)[:, None] * float(self.scale)
        self.spent += spending.sum(axis=1)
        self.spent_this_year += spending
        self.month_spending = float(spending.sum())
        self.served_this_year += served

    def close_year(self, month: int) -> None:
        """Keep the sums of the year that the month ends, of levers that have any, and start a new year."""
        totals = self.served_this_year.sum(axis=1)
        for n, name in enumerate(self.policy.names):
            if totals[n] or (n in self.policy.budgeted and self._is_in_force(name, month)):
                served = np.flatnonzero(self.served_this_year[n])
                self._closed.append(
                    (
                        int(month_text(month)[:4]),
                        name,
                        self._year_budget(n, month),
                        float(self.queue[n] * self.scale),
                        served.tolist(),
                        self.served_this_year[n, served].tolist(),
                        self.spent_this_year[n, served].tolist(),
                        float(self.spent_this_year[n].sum()),
                    )
                )
        self.served_this_year[:] = 0
        self.spent_this_year[:] = 0.0
        self.queue[:] = 0

    def table(self) -> pd.DataFrame:
        """Rows by year, lever, province and payer; each payer's share of served, money and queue.

        Money that was there and served nobody has a row too, without a province.
        """
        rows = [row for sums in self._closed for row in self._rows(*sums)]
        columns = [
            "year",
            "lever",
            "instrument",
            "province",
            "payer",
            "served",
            "spending_yuan",
            "budget_yuan",
            "unspent_yuan",
            "queue",
        ]
        return pd.DataFrame(rows, columns=columns)

    def _rows(
        self,
        year: int,
        name: str,
        budget: float,
        queue: float,
        provinces: list[int],
        served: list[int],
        spent: list[float],
        all_spent: float,
    ) -> Iterator[tuple]:
        """A row for each province and payer of a lever's year, with the payer's share of the amounts."""
        lever = self.policy.scenario.levers[name]
        payers = lever.unit_cost.shares if lever.unit_cost else {None: 1.0}
        total = sum(served)
        by_province: list[tuple[str | None, tuple[float, ...]]]
        by_province = [(None, (0, 0.0, budget, budget, queue))]
        if provinces:
            by_province = [
                (
                    self.policy.places.provinces[province],
                    (
                        uses * self.scale,
                        yuan,
                        budget * (uses / total),
                        (budget - all_spent) * (uses / total),
                        queue * (uses / total),
                    ),
                )
                for province, uses, yuan in zip(provinces, served, spent, strict=True)
            ]
        for province, amounts in by_province:
            for payer, share in payers.items():
                yield (year, name, lever.instrument, province, payer, *(amount * share for amount in amounts))

    def _is_in_force(self, name: str, month: int) -> bool:
        """Whether the lever was in force in the year that the month closes, up to the month."""
        window = self.policy.scenario.levers[name].window
        return any(window.strength(month_text(one)) > 0.0 for one in range(month - month % 12, month + 1))

    def _budget(self, lever: int):
        return self.policy.scenario.levers[self.policy.names[lever]].money

    def _released(self, lever: int, month: int) -> float:
        """Money released so far in the budget's period."""
        budget, scale = self._budget(lever), self.policy.budget_scale(lever, month)
        if budget.yuan_per_year is not None:
            return scale * budget.yuan_per_year * (month % 12 + 1) / 12.0
        window = self.policy.scenario.levers[self.policy.names[lever]].window
        passed = month - month_index(window.from_) + 1
        return scale * budget.yuan_total * min(max(passed / window.months, 0.0), 1.0)

    def _year_budget(self, lever: int, month: int) -> float:
        if lever not in self.policy.budgeted:
            return float("nan")
        budget, scale = self._budget(lever), self.policy.budget_scale(lever, month)
        if budget.yuan_per_year is not None:
            return scale * budget.yuan_per_year
        window = self.policy.scenario.levers[self.policy.names[lever]].window
        return scale * budget.yuan_total * 12.0 / window.months
