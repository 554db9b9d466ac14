"""Every month, in every run: nobody is lost, and every yuan goes somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.categories import MIGRANT_SEARCH, MIGRANT_WORK
from sim.core.errors import AccountingError
from sim.core.language import N_, _
from sim.core.months import month_text
from sim.engine.stocks import carry_stock
from sim.steps.records import EVENT, MONEY

_TRANSFERS = [getattr(MONEY, name) for name in ("benefit", "grant", "payout", "premium_aid")]
_RECEIVED = [*_TRANSFERS, *(getattr(MONEY, name) for name in ("earned", "recovered", "loan"))]
_USED = [
    getattr(MONEY, name)
    for name in (
        "withheld",
        "contribution",
        "remittance",
        "consumption",
        "capital",
        "saved",
        "fee",
        "repaid",
        "interest",
    )
]


class Accounts:
    """Last month's stocks, against which flows must carry over to this month's."""

    def __init__(self, stock: np.ndarray, savings: int, debt: int = 0):
        """stock: workers by home, place and activity at the start; savings: yuan held; debt: yuan owed."""
        self._hold(stock, savings, debt)

    def _hold(self, stock: np.ndarray, savings: int, debt: int) -> None:
        self.stock, self.savings, self.debt = stock, savings, debt
        self.by_home, self.by_place = stock.sum(axis=1), stock.sum(axis=0)
        self.away = stock[:, :, MIGRANT_WORK] + stock[:, :, MIGRANT_SEARCH]

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint."""
        return {"stock": self.stock.copy(), "savings": self.savings, "debt": self.debt}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` gave."""
        self._hold(state["stock"].copy(), state["savings"], state["debt"])

    def carry(self, month: int, block: SimpleNamespace, entrants: np.ndarray) -> None:
        """Carry stocks and savings over the month, and write them into the block.

        The block then also holds ``by_home`` and ``by_place``, workers by activity, and ``away``,
        out-migrants by home and place. entrants: (31,). Raises AccountingError unless the month's people
        and money balance.
        """
        found = carry_stock(
            self.stock,
            block.stock,
            entrants,
            block.left,
            block.joined,
            self.by_home,
            self.by_place,
            self.away,
        )
        block.by_home, block.by_place, block.away = self.by_home, self.by_place, self.away
        exits, money = int(block.events[EVENT.exits]), block.money.tolist()
        _must(month, N_("workers by place and activity"), found.living, found.expected, found.astray == 0)
        _must(month, N_("leavers and joiners"), found.left, found.joined)
        _must(month, N_("exits"), found.exited, exits)
        _must(month, N_("workers in all"), found.living, found.before - exits)
        _must(month, N_("cells with fewer than no workers"), found.negative, 0)
        _must(
            month,
            N_("money received and used"),
            sum(money[code] for code in _RECEIVED),
            sum(money[code] for code in _USED),
        )
        _must(
            month,
            N_("transfers received and booked"),
            sum(money[code] for code in _TRANSFERS),
            int(block.transfers.sum() + block.payouts.sum()),
        )
        _must(
            month,
            N_("fees paid and booked"),
            money[MONEY.fee] + money[MONEY.family_fee],
            int(block.fees.sum()),
        )
        _must(
            month,
            N_("what banks receive for loans and what is booked for them"),
            money[MONEY.interest_aid] + money[MONEY.guarantee],
            int(block.credit.sum()),
        )
        _must(
            month,
            N_("what employers of all places contribute and what the insured are credited with"),
            int(block.employers.sum()),
            money[MONEY.employer_contribution],
        )
        self.savings += money[MONEY.saved] - money[MONEY.exit_savings]
        self.debt += money[MONEY.loan] - money[MONEY.repaid] - money[MONEY.written_off]

    def check_census(self, month: int, stock: np.ndarray, savings: int, debt: int) -> None:
        """Raise AccountingError unless a fresh count agrees with the sums carried along.

        stock: workers by home, place and activity. savings, debt: yuan.
        """
        if not np.array_equal(stock, self.stock):
            _must(month, N_("workers counted afresh"), stock.sum(), self.stock.sum(), is_same=False)
        _must(month, N_("savings counted afresh"), int(savings), self.savings)
        _must(month, N_("debts counted afresh"), int(debt), self.debt)


def _must(month: int, what: str, found: int, expected: int, is_same: bool = True) -> None:
    """Raise AccountingError where two sums differ, or what they are the sums of is not the same."""
    if found != expected or not is_same:
        raise AccountingError(
            _(
                "the accounts of {month} do not balance: {what} differ by {value} in all",
                month=month_text(month),
                what=_(what),
                value=found - expected,
            )
        )
