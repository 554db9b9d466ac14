"""Every month, in every run: nobody is lost, and every yuan goes somewhere."""

from __future__ import annotations

import numpy as np

from sim.errors import AccountingError
from sim.policy.arrays import month_text
from sim.steps.conditions import EVENT, MONEY_CODE
from sim.vocabulary import ACTIVITIES, EXITED, FARM

_IN = ("earned", "recovered", "benefit", "grant", "loan", "payout")
_OUT = ("withheld", "contribution", "remittance", "consumption", "capital", "saved")


class Accounts:
    """Last month's stocks, against which flows must carry over to this month's."""

    def __init__(self, stock: np.ndarray, savings: int):
        """stock: (places, activities) at the start; savings: yuan held."""
        self._stock = stock.copy()
        self._savings = int(savings)

    def check(self, month: int, block: np.record, entrants: np.ndarray) -> None:
        """Raise AccountingError unless the month's people and money balance. entrants: (31,)."""
        stock = block.stock.sum(axis=0)
        self._check_people(month, block, stock, entrants)
        self._check_money(month, block)
        self._stock, self._savings = stock, int(block.savings[0])

    def _check_people(self, month: int, block: np.record, stock: np.ndarray, entrants: np.ndarray) -> None:
        before = self._stock.copy()
        before[: len(entrants), FARM] += entrants
        living = [code for code in range(len(ACTIVITIES)) if code != EXITED]
        carried = before - block.left + block.joined
        _must(month, "workers by place and activity", stock[:, living], carried[:, living])
        _must(month, "leavers and joiners", block.left.sum(), block.joined.sum())
        _must(month, "exits", block.joined[:, EXITED].sum(), block.events[EVENT["exits"]])
        born_and_gone = before[:, living].sum() - block.events[EVENT["exits"]]
        _must(month, "workers in all", stock[:, living].sum(), born_and_gone)

    def check_census(self, month: int, stock: np.ndarray, savings: int) -> None:
        """Raise AccountingError unless a fresh count agrees with the sums carried along.

        stock: workers by activity. savings: yuan.
        """
        living = [code for code in range(len(ACTIVITIES)) if code != EXITED]
        _must(month, "workers counted afresh", stock[living], self._stock.sum(axis=0)[living])
        _must(month, "savings counted afresh", int(savings), self._savings)

    def _check_money(self, month: int, block: np.record) -> None:
        money = block.money
        received = sum(int(money[MONEY_CODE[name]]) for name in _IN)
        used = sum(int(money[MONEY_CODE[name]]) for name in _OUT)
        _must(month, "money received and used", received, used)
        savings = self._savings + int(money[MONEY_CODE["saved"]]) - int(money[MONEY_CODE["exit_savings"]])
        _must(month, "savings", int(block.savings[0]), savings)


def _must(month: int, what: str, found, expected) -> None:
    if not np.array_equal(found, expected):
        difference = np.sum(np.asarray(found) - np.asarray(expected))
        raise AccountingError(
            f"the accounts of {month_text(month)} do not balance: {what} differ by {difference} in all"
        )
