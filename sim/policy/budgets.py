"""Budgets: what money each lever has left, and what every lever has spent.

Whoever qualifies is paid, until the month whose claims exceed what is left (``sim.policy.rationing``). The
claim at the margin is paid in full; what it overdraws, less than one simulated worker's claims of a month, is
taken off the next money. So spending over years comes to the budgets, whatever the scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import AccountingError
from sim.core.language import _
from sim.core.months import month_index, month_text
from sim.policy.flows import (
    SCHEME,
    WORKER,
    YearOfLever,
    flows,
    loan_flows,
    settlement_flows,
    share_for_settlements,
    shares_paid,
)
from sim.policy.policy import Policy
from sim.policy.rationing import Rationing
from sim.scenario.costs import TO_CITIES
from sim.scenario.fields import PUBLIC_PAYERS
from sim.scenario.lever import Lever
from sim.steps.records import MONEY as FLOW
from sim.world.places import HOMES

MONEY, PLACES, NO_LIMIT = "money", "places", "none"  # what can bind a lever
_LOANS = (FLOW.loan, FLOW.repaid, FLOW.interest)  # in the order of sim.policy.flows.loan_flows
_ROUNDING = 1e-3  # yuan: far more than sums of money are off, far less than a yuan


class Ledger:
    """Spending by lever, province and year; money in whole yuan, served in persons, refused in simulated
    workers.
    """

    def __init__(self, policy: Policy, scale: int):
        self.policy, self.scale = policy, scale
        count = len(policy.names)
        self.served_this_year = np.zeros((count, HOMES), dtype=np.int64)
        self.spent_this_year = np.zeros((count, HOMES))  # yuan
        self.spent = np.zeros(count)  # yuan since the budget's period began
        self.received_this_year = np.zeros(count)  # yuan, by workers
        self.payouts_this_year = np.zeros(count)  # yuan, by workers from insurers
        self.fees_this_year = np.zeros(count)  # yuan that workers pay of what is spent on them
        self.without_lever_this_year = 0.0  # yuan that workers receive from no lever
        self.credit_without_lever_this_year = 0.0  # yuan that banks receive for loans from no lever
        self.loans_this_year = np.zeros(len(_LOANS))  # yuan lent to owners, and paid by them
        self._loans: list[tuple] = []  # the same of past years, after the year
        self.settlements_this_year = np.zeros((4, HOMES))  # who settled; new ones; their cost; levers' part
        self._settlements: list[tuple] = []  # the same of past years, after the year
        self.month_settlement_cost = 0.0  # yuan that no lever pays
        self.month_other_settlement_cost = 0.0  # yuan, of those who settle anyway
        self.month_promised = 0.0  # yuan that the insured are promised
        self._flows: list[tuple] = []  # fields of YearOfLever, of past years
        self.carried = np.zeros(count)  # yuan less than a claim that the year before left over, or overdrew
        self.queue = np.zeros(count, dtype=np.int64)  # turned away for want of money this year
        self.has_run_out = np.zeros(count, dtype=bool)  # turned somebody away since money came
        self.waiting = np.zeros(count, dtype=np.int64)  # for want of a place in a quota
        self.short_months = np.zeros((count, 2), dtype=np.int64)  # of this year: of money, of places
        self.month_spending = self.month_public_spending = 0.0  # by all payers, and by government
        shares = [_shares(policy.scenario.levers[name]) for name in policy.names]
        # of what workers do not pay themselves; money without a stated payer is government's
        self._public_share = np.array(
            [
                sum(one.get(payer, 0.0) for payer in (*PUBLIC_PAYERS, SCHEME))
                / max(_by_others(one), _ROUNDING)
                for one in shares
            ]
        )
        levers = [policy.scenario.levers[name] for name in policy.names]
        self._for_settlements = np.array([share_for_settlements(lever) for lever in levers])
        self._is_to_cities = np.array([TO_CITIES in lever.changes for lever in levers], dtype=bool)
        self._claim_rows: list[int] = []  # of the sums of claims, in the month being lived
        self._last_claims: list[float] = []  # yuan that the worker at the margin claims, by these rows
        self._year_begun = -1  # the January in which new money came last
        self._claimed_first: np.ndarray | None = None  # uses by lever when it was lived first
        self._closed: list[tuple] = []  # sums of past years, from which the table is made
        self._yearly = tuple(n for n in policy.budgeted if self._budget(n).yuan_per_year is not None)

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint; sums by name of lever, for a branch with others."""
        return {
            "served_this_year": self._by_name(self.served_this_year),
            "spent_this_year": self._by_name(self.spent_this_year),
            "spent": self._by_name(self.spent),
            "queue": self._by_name(self.queue),
            "waiting": self._by_name(self.waiting),
            "has_run_out": self._by_name(self.has_run_out),
            "short_months": self._by_name(self.short_months),
            "received_this_year": self._by_name(self.received_this_year),
            "payouts_this_year": self._by_name(self.payouts_this_year),
            "fees_this_year": self._by_name(self.fees_this_year),
            "without_lever_this_year": self.without_lever_this_year,
            "credit_without_lever_this_year": self.credit_without_lever_this_year,
            "loans_this_year": self.loans_this_year.copy(),
            "loans": list(self._loans),
            "settlements_this_year": self.settlements_this_year.copy(),
            "settlements": deepcopy(self._settlements),
            "flows": list(self._flows),
            "carried": self._by_name(self.carried),
            "month_spending": self.month_spending,
            "month_public_spending": self.month_public_spending,
            "month_settlement_cost": self.month_settlement_cost,
            "month_other_settlement_cost": self.month_other_settlement_cost,
            "month_promised": self.month_promised,
            "closed": list(self._closed),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` gave; a lever that it does not know begins anew."""
        self._take_over(self.served_this_year, state["served_this_year"])
        self._take_over(self.spent_this_year, state["spent_this_year"])
        self._take_over(self.spent, state["spent"])
        self._take_over(self.queue, state["queue"])
        self._take_over(self.waiting, state["waiting"])
        self._take_over(self.has_run_out, state["has_run_out"])
        self._take_over(self.short_months, state["short_months"])
        self._take_over(self.received_this_year, state["received_this_year"])
        self._take_over(self.payouts_this_year, state["payouts_this_year"])
        self._take_over(self.fees_this_year, state["fees_this_year"])
        self.without_lever_this_year, self._flows = state["without_lever_this_year"], list(state["flows"])
        self.credit_without_lever_this_year = state["credit_without_lever_this_year"]
        self.loans_this_year[:], self._loans = state["loans_this_year"], list(state["loans"])
        self.settlements_this_year[:] = state["settlements_this_year"]
        self._settlements = deepcopy(state["settlements"])
        self.month_settlement_cost = state["month_settlement_cost"]
        self.month_other_settlement_cost = state["month_other_settlement_cost"]
        self.month_promised = state["month_promised"]
        self._take_over(self.carried, state["carried"])
        self.month_spending, self._closed = state["month_spending"], list(state["closed"])
        self.month_public_spending = state["month_public_spending"]

    def _by_name(self, rows: np.ndarray) -> dict[str, Any]:
        return dict(zip(self.policy.names, rows.copy(), strict=True))

    def _take_over(self, rows: np.ndarray, by_name: Mapping[str, Any]) -> None:
        for row, name in enumerate(self.policy.names):
            if name in by_name:
                rows[row] = by_name[name]

    def rationing(self, month: int) -> Rationing:
        """How far money reaches as a month begins: where none is left, nobody is served.

        A budget of nothing is spent before anybody asks; who would have asked is counted all the same.
        """
        if month % 12 == 0 and self._year_begun != month:
            self._begin_year(month)
            self._year_begun = month
        left = {n: self._left(n, month) for n in self.policy.rationed(month)}
        self._claim_rows = [self.policy.budgeted.index(n) for n in left]
        self._last_claims = [0.0] * len(left)
        self._claimed_first = None
        closed = frozenset(n for n, yuan in left.items() if yuan < 0.0 or self.has_run_out[n])
        empty = frozenset(n for n in left if self._given(n, month) <= 0.0)
        return Rationing(left, len(self.policy.names), closed, empty)

    def is_settled(self, rationing: Rationing, block: SimpleNamespace) -> bool:
        """Whether the month just lived is within what money is left; ``block``: its sums."""
        count = len(self.policy.names)
        if self._claimed_first is None:
            self._claimed_first = block.served[:count].sum(axis=1) + block.refused[:count]
        spent = block.billed[:count].sum(axis=1) * float(self.scale)
        rows = self._claim_rows
        claimed = block.claimed[rows] * float(self.scale)
        # one worker may be served several times in a month, on one ticket: the last of them in full
        self._last_claims = [float(one[np.flatnonzero(one)[-1]]) if one.any() else 0.0 for one in claimed]
        return rationing.is_settled(spent, block.claims[rows], claimed)

    def enter(
        self,
        month: int,
        served: np.ndarray,
        billed: np.ndarray,
        refused: np.ndarray,
        in_places: np.ndarray | float = 0.0,
        fees: np.ndarray | float = 0.0,
        rents: np.ndarray | float = 0.0,
    ) -> None:
        """Book a month. served, billed: (levers, 31) uses and yuan by province. refused: (levers,) uses that
        no money was left for. in_places: (levers, 31) uses by a share of the people in places, not whole.
        fees: (levers,) yuan of what was billed that workers pay. rents: (levers, 31) yuan that levers pay of
        the cost of living in places; a unit cost by the month of a resident there stands for them, where the
        lever does nothing else, and else holds them.
        Raises AccountingError where more than the claims of one worker were beyond what was left.
        """
        prices = self.policy.prices(month)
        persons = np.rint(in_places * float(self.scale))
        in_places_yuan, rents_yuan = persons * prices[:, None], rents * float(self.scale)
        of_residents = np.maximum(in_places_yuan, rents_yuan)  # of the cost of a resident, rents are a part
        of_residents = np.where(self.policy.pays_rents_alone[:, None], rents_yuan, of_residents)
        spending = billed * float(self.scale) + of_residents
        by_lever, uses = spending.sum(axis=1), served.sum(axis=1)
        last_claims = dict(zip(self._claim_rows, self._last_claims, strict=True))
        for n in self.policy.rationed(month):
            left, claim = self._left(n, month), self.policy.most_claimed(n, month) * self.scale
            claim = max(claim, last_claims.get(self.policy.budgeted.index(n), 0.0))
            if by_lever[n] > 0.0 and by_lever[n] - claim >= left:
                raise AccountingError(
                    _(
                        "lever {name} served {uses} in {month}, more than the {allowed:.1f} that its money "
                        "allowed",
                        name=self.policy.names[n],
                        uses=uses[n],
                        month=month_text(month),
                        allowed=max(left, 0.0) / self.scale / max(prices[n], 1),
                    )
                )
            turned_away = 0 if self._claimed_first is None else self._claimed_first[n] - uses[n]
            turned_away = max(int(turned_away), int(refused[n]))
            self.queue[n] += turned_away
            self.has_run_out[n] |= turned_away > 0
            self.short_months[n, 0] += turned_away > 0
        self.spent += by_lever
        self.spent_this_year += spending
        self.month_spending = float(spending.sum())
        fees = fees * float(self.scale)
        self.fees_this_year += fees
        self.month_public_spending = float((by_lever - fees) @ self._public_share)
        self.served_this_year += served * self.scale + persons.astype(np.int64)

    def enter_waiting(self, month: int, waiting: np.ndarray) -> None:
        """Book for whom quotas have no place in a month. waiting: (places,) simulated workers."""
        if waiting.any():
            for n, places in self.policy.settles_in(month):
                found = int(waiting[places].sum())
                self.waiting[n] += found
                self.short_months[n, 1] += found > 0

    def enter_settlements(
        self, settled: np.ndarray, new: np.ndarray, cost: float, served: np.ndarray, billed: np.ndarray
    ) -> None:
        """Book what a month's settlements that levers made cost their cities, and what levers pay of it.

        settled, new: (31,) simulated workers, all and those who would not have without levers. cost: yuan
        each. served, billed: as in ``enter``. Transfers to cities for everybody who settles are taken off
        whole: what is beyond the cost of new settlers relieves the city of that of others, or is left to it;
        government as a whole neither gains nor loses by it.
        """
        whole = new * (cost * self.scale)
        for_settlers = np.where(self._is_to_cities[:, None], billed, np.minimum(billed, served * cost))
        yuan = self._for_settlements[:, None] * for_settlers * self.scale
        paid = np.minimum(yuan[~self._is_to_cities].sum(axis=0), whole)
        paid += yuan[self._is_to_cities].sum(axis=0)
        self.settlements_this_year += settled * self.scale, new * self.scale, whole, paid
        self.month_settlement_cost = float((whole - paid).sum())
        self.month_other_settlement_cost = float((settled - new).sum()) * cost * self.scale

    def enter_promised(self, money: np.ndarray, rights: float) -> None:
        """Book what the insured are promised for a month's contributions, their own and their employers'.

        money: the month's flows. rights: worth of what is promised for a yuan, in yuan.
        """
        contributed = int(money[FLOW.contribution] + money[FLOW.employer_contribution])
        self.month_promised = rights * contributed * self.scale

    def enter_received(self, month: int, block: SimpleNamespace) -> None:
        """Book what workers received in a month. Raises AccountingError where it is more than was billed."""
        count = len(self.policy.names)
        received, billed = block.transfers[:count], block.billed[:count].sum(axis=1)
        for n in np.flatnonzero(received > billed):
            raise AccountingError(
                _(
                    "workers received {received} yuan of {names} in {month}, which was billed {billed}",
                    received=received[n],
                    names=self.policy.names[n],
                    month=month_text(month),
                    billed=billed[n],
                )
            )
        self.received_this_year += received * float(self.scale)
        self.payouts_this_year += block.payouts[:count] * float(self.scale)
        self.without_lever_this_year += float(block.transfers[-1]) * self.scale
        self.credit_without_lever_this_year += float(block.credit[-1]) * self.scale
        self.loans_this_year += block.money[list(_LOANS)] * float(self.scale)

    def flows(self) -> pd.DataFrame:
        """Rows by year, lever, payer's account and receiving account."""
        levers = self.policy.scenario.levers
        rows = [row for sums in self._flows for row in flows(YearOfLever(*sums), levers.get(sums[1]))]
        rows += [row for sums in self._loans for row in loan_flows(*sums)]
        for year, (_settled, _new, cost, by_levers) in self._settlements:
            rows += settlement_flows(year, float((cost - by_levers).sum()))
        return pd.DataFrame(rows, columns=["year", "lever", "instrument", "payer", "recipient", "yuan"])

    def settlement_costs(self) -> pd.DataFrame:
        """Rows by year and province: who settled, what they cost, and who pays it."""
        rows = [
            (year, province, int(persons), int(new), cost, by_levers, cost - by_levers)
            for year, sums in self._settlements
            for province, persons, new, cost, by_levers in zip(
                self.policy.places.provinces, *sums.tolist(), strict=True
            )
            if persons
        ]
        columns = [
            "year",
            "province",
            "settlements",
            "new_settlements",
            "cost_yuan",
            "levers_yuan",
            "city_yuan",
        ]
        return pd.DataFrame(rows, columns=columns)

    def close_year(self, month: int) -> None:
        """Keep the sums of the year that the month ends, of levers that have any, and start a new year."""
        fees = self.fees_this_year.copy()
        self._close_flows(int(month_text(month)[:4]))
        totals = self.served_this_year.sum(axis=1)
        for n, name in enumerate(self.policy.names):
            has_limit = n in self.policy.budgeted or self.waiting[n] > 0
            if totals[n] or (has_limit and self._is_in_force(name, month)):
                served = np.flatnonzero(self.served_this_year[n])
                self._closed.append(
                    (
                        int(month_text(month)[:4]),
                        name,
                        self._year_budget(n, month),
                        (float(self.queue[n] * self.scale), float(self.waiting[n] * self.scale)),
                        tuple(self.short_months[n].tolist()),
                        served.tolist(),
                        self.served_this_year[n, served].tolist(),
                        self.spent_this_year[n, served].tolist(),
                        float(self.spent_this_year[n].sum()),
                        float(fees[n]),
                    )
                )
        self.served_this_year[:] = 0
        self.spent_this_year[:] = 0.0
        self.queue[:] = self.waiting[:] = 0
        self.short_months[:] = 0

    def _close_flows(self, year: int) -> None:
        others = self.spent_this_year.sum(axis=1) - self.received_this_year
        sums = zip(
            self.policy.names,
            self.received_this_year,
            others,
            self.payouts_this_year,
            self.fees_this_year,
            strict=True,
        )
        found = [YearOfLever(year, name, *map(float, yuan)) for name, *yuan in sums]
        without, credit = self.without_lever_this_year, self.credit_without_lever_this_year
        found.append(YearOfLever(year, "", without, credit, 0.0, 0.0))
        self._flows += [tuple(one) for one in found if any(one[2:])]
        self._loans.append((year, *map(float, self.loans_this_year)))
        self._settlements.append((year, self.settlements_this_year.copy()))
        self.settlements_this_year[:] = 0.0
        self.loans_this_year[:] = self.credit_without_lever_this_year = 0.0
        self.received_this_year[:] = self.payouts_this_year[:] = self.without_lever_this_year = 0.0
        self.fees_this_year[:] = 0.0

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
            "queue_for_places",
            "months_short_of_money",
            "months_short_of_places",
            "bound_by",
        ]
        return pd.DataFrame(rows, columns=columns)

    def _rows(
        self,
        year: int,
        name: str,
        budget: float,
        queues: tuple[float, float],
        months: tuple[int, int],
        provinces: list[int],
        served: list[int],
        spent: list[float],
        all_spent: float,
        fees: float,
    ) -> Iterator[tuple]:
        """A row for each province and payer of a lever's year, with the payer's share of the amounts."""
        lever = self.policy.scenario.levers[name]
        payers: Mapping[str | None, float] = {None: 1.0}
        if lever.unit_cost:
            payers = {payer: share for payer, share in shares_paid(lever, all_spent, fees).items()}
        total = sum(served)
        by_province: list[tuple[str | None, tuple[float, ...]]]
        by_province = [(None, (0, 0.0, budget, budget, *queues))]
        if provinces:
            by_province = [
                (
                    self.policy.places.provinces[province],
                    (
                        uses,
                        yuan,
                        budget * (uses / total),
                        (budget - all_spent) * (uses / total),
                        *(queue * (uses / total) for queue in queues),
                    ),
                )
                for province, uses, yuan in zip(provinces, served, spent, strict=True)
            ]
        for province, amounts in by_province:
            for payer, share in payers.items():
                shares = (amount * share for amount in amounts)
                yield (year, name, lever.instrument, province, payer, *shares, *months, bound_by(*queues))

    def _is_in_force(self, name: str, month: int) -> bool:
        """Whether the lever was in force in the year that the month closes, up to the month."""
        window = self.policy.scenario.levers[name].window
        return any(window.strength(month_text(one)) > 0.0 for one in range(month - month % 12, month + 1))

    def _budget(self, lever: int):
        return self.policy.scenario.levers[self.policy.names[lever]].money

    def _begin_year(self, month: int) -> None:
        """New money for budgets by the year: what is left of the old lapses, but for less than one claim."""
        prices = self.policy.prices(max(month - 1, 0))
        for n in self._yearly:
            if month > 0 and self._is_in_force(self.policy.names[n], month - 1):
                left = self._given(n, month - 1) + self.carried[n] - self.spent[n]
                self.carried[n] = left if left < prices[n] * self.scale else 0.0
            self.spent[n], self.has_run_out[n] = 0.0, False

    def _left(self, lever: int, month: int) -> float:
        """Whole yuan that may still be spent, as far as released; less than none where it is overdrawn."""
        released = self._given(lever, month) * self._released(lever, month)
        return float(np.floor(released + self.carried[lever] - self.spent[lever] + _ROUNDING))

    def _given(self, lever: int, month: int) -> float:
        """Yuan of the budget's period, a year or the window."""
        budget = self._budget(lever)
        amount = budget.yuan_total if budget.yuan_per_year is None else budget.yuan_per_year
        return self.policy.budget_scale(lever, month) * amount

    def _released(self, lever: int, month: int) -> float:
        """Share of the budget that may be spent by the end of a month."""
        budget = self._budget(lever)
        if budget.release is None:
            return 1.0
        window = self.policy.scenario.levers[self.policy.names[lever]].window
        first, last = month - month % 12, month - month % 12 + 11
        if budget.yuan_per_year is None:
            first, last = month_index(window.from_), month_index(window.to)
        months = [one for one in range(first, last + 1) if window.strength(month_text(one)) > 0.0]
        return sum(one <= month for one in months) / max(len(months), 1)

    def _year_budget(self, lever: int, month: int) -> float:
        """Yuan that the year brought: of a budget for the whole window, what was left as the year began."""
        if lever not in self.policy.budgeted:
            return float("nan")
        if self._budget(lever).yuan_per_year is not None:
            return self._given(lever, month)
        spent_before = self.spent[lever] - self.spent_this_year[lever].sum()
        return max(self._given(lever, month) - spent_before, 0.0)


def bound_by(queue: float, queue_for_places: float) -> str:
    """Which of a lever's two limits was the tighter: the one for want of which more were turned away."""
    if max(queue, queue_for_places) <= 0.0:
        return NO_LIMIT
    return MONEY if queue >= queue_for_places else PLACES


def _shares(lever: Lever) -> dict[str, float]:
    return lever.unit_cost.shares if lever.unit_cost else {SCHEME: 1.0}


def _by_others(shares: Mapping[str, float]) -> float:
    """The part of a lever's cost that the workers whom it serves do not pay."""
    return 1.0 - shares.get(WORKER, 0.0)
