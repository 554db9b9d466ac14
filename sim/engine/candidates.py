"""Candidates in the race of a choice: at which rates places away come up for those of a home.

The rates (bounds of the odds) come from the packaged data and the parameters' defaults alone: no scenario,
policy or month changes them, so that the same worker meets the same candidates under every policy. How large
they are changes no result on average, only how many candidates are looked at.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from sim.parameters.behaviour import DEFAULTS
from sim.world.places import HOMES
from sim.world.series import FIRST_YEAR, MONTHS, REFERENCE_YEAR
from sim.world.world import packaged_world

RATE = 0.4  # bounds of a home whose workers are away and on the farm in equal number, all places together
EVENLY = 0.2  # share of the bounds that is spread over all places alike, so that each has some
_GROWTH_YEARS = 5  # last observed years, whose growth the reference income keeps


class Candidates(NamedTuple):
    """Bounds of odds by home and place, and alias tables to draw a place in proportion to them."""

    rate: np.ndarray  # (homes,) sum of the bounds
    bound: np.ndarray  # (homes, places) nil at home
    share: np.ndarray  # (homes, places away) of a slot that is its own place's
    alias: np.ndarray  # (homes, places away) whose the rest of the slot is
    log_income: np.ndarray  # (months,) log of the income that values of incomes are stated against


@cache
def packaged_candidates() -> Candidates:
    """The candidates of all runs. Not to be written to."""
    stocks = packaged_world().corridors
    away = stocks.out[:, HOMES:]
    shares = away / away.sum(axis=1, keepdims=True)
    shares = (1.0 - EVENLY) * shares + EVENLY / shares.shape[1]
    rate = RATE * (away.sum(axis=1) / stocks.farm) ** (1.0 / DEFAULTS["stock_elasticity"])
    bound = np.zeros(stocks.out.shape)
    bound[:, HOMES:] = rate[:, None] * shares
    tables = [alias_table(of_home) for of_home in shares]
    share, alias = (np.array(one) for one in zip(*tables, strict=True))
    return Candidates(rate, bound, share, alias, _log_reference_income())


def alias_table(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's tables for drawing in proportion to shares: a slot's own part, and whose the rest is."""
    own, alias = shares * len(shares), np.arange(len(shares))
    small = [i for i in range(len(shares)) if own[i] < 1.0]
    large = [i for i in range(len(shares)) if own[i] >= 1.0]
    while small and large:
        less, more = small.pop(), large.pop()
        alias[less] = more
        own[more] -= 1.0 - own[less]
        (small if own[more] < 1.0 else large).append(more)
    own[small + large] = 1.0  # what rounding has left
    return own, alias


def _log_reference_income() -> np.ndarray:
    """Log of the national rural income a month, in yuan, on the level of the income from farming."""
    observed = np.log(packaged_world().data.national_series("rural_disposable_income_pc").dropna())
    growth = (observed.iloc[-1] - observed.iloc[-1 - _GROWTH_YEARS]) / (
        observed.index[-1] - observed.index[-1 - _GROWTH_YEARS]
    )
    years = FIRST_YEAR + (np.arange(MONTHS) + 0.5) / 12.0 - 0.5  # a year's figure is that of its middle
    after = growth * np.maximum(years - observed.index[-1], 0.0)
    level = np.log(DEFAULTS["farm_income_yuan"]) - observed.loc[REFERENCE_YEAR]
    return np.interp(years, observed.index, observed) + after + level
