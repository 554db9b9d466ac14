"""Every month, in every run: nobody is lost, and every yuan goes somewhere."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sim.errors import AccountingError
from sim.policy.arrays import month_text
from sim.steps.conditions import EVENT, MONEY_CODE
from sim.vocabulary import ACTIVITIES, EXITED, FARM
from sim.world.places import HOMES

_IN = ("earned", "recovered", "benefit", "grant", "loan", "payout")
_OUT = ("withheld", "contribution", "remittance", "consumption", "capital", "saved")


class Accounts:
    """Last month's stocks, against which flows must carry over to this month's."""

    def __init__(self, stock: np.ndarray, savings: int):
        """stock: workers by home, place and activity at the start; savings: yuan held."""
        self.stock, self.savings = stock, savings

    @classmethod
    def of(cls, workers: np.recarray, places: int) -> Accounts:
        """The accounts of the rows of all workers at the start."""
        stock = np.zeros((HOMES, places, len(ACTIVITIES)), dtype=np.int64)
        np.add.at(stock, (workers.home, workers.place, workers.activity), 1)
        return cls(stock, int(workers.savings.astype(np.int64).sum()))

    def carry(self, month: int, block: SimpleNamespace, entrants: np.ndarray) -> None:
        """Carry stocks and savings over the month, and write them into the block.

        entrants: (31,). Raises AccountingError unless the month's people and money balance.
        """
        before = self.stock.sum(axis=0)
        before[: len(entrants), FARM] += entrants
        homes = np.arange(len(entrants))
        self.stock[homes, homes, FARM] += entrants
        self.stock += block.stock
        self._check_people(month, block, before)
        self._check_money(month, block)
        money = block.money
        self.savings += int(money[MONEY_CODE["saved"]]) - int(money[MONEY_CODE["exit_savings"]])
        block.stock[:] = self.stock

    def _check_people(self, month: int, block: SimpleNamespace, before: np.ndarray) -> None:
        stock = self.stock.sum(axis=0)
        living = [code for code in range(len(ACTIVITIES)) if code != EXITED]
        carried = before - block.left + block.joined
        _must(month, "workers by place and activity", stock[:, living], carried[:, living])
        _must(month, "cells with fewer than no workers", (self.stock < 0).sum(), 0)
        _must(month, "leavers and joiners", block.left.sum(), block.joined.sum())
        _must(month, "exits", block.joined[:, EXITED].sum(), block.events[EVENT["exits"]])
        born_and_gone = before[:, living].sum() - block.events[EVENT["exits"]]
        _must(month, "workers in all", stock[:, living].sum(), born_and_gone)

    def check_census(self, month: int, stock: np.ndarray, savings: int) -> None:
        """Raise AccountingError unless a fresh count agrees with the sums carried along.

        stock: workers by home, place and activity. savings: yuan.
        """
        _must(month, "workers counted afresh", stock, self.stock)
        _must(month, "savings counted afresh", int(savings), self.savings)

    def _check_money(self, month: int, block: SimpleNamespace) -> None:
        money = block.money
        received = sum(int(money[MONEY_CODE[name]]) for name in _IN)
        used = sum(int(money[MONEY_CODE[name]]) for name in _OUT)
        _must(month, "money received and used", received, used)


def _must(month: int, what: str, found, expected) -> None:
    if not np.array_equal(found, expected):
        difference = np.sum(np.asarray(found) - np.asarray(expected))
        raise AccountingError(
            f"the accounts of {month_text(month)} do not balance: {what} differ by {difference} in all"
        )
