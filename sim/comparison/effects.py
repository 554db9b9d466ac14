"""Paired differences over seeds: intervals, effects at horizons, monthly paths, costs per outcome.

Under one seed the same workers meet the same random draws with and without the policy, so the difference
of a seed holds the policy and little else. The interval is Student's t over the seeds' differences: it
holds the Monte Carlo error, not the uncertainty of the model's assumptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.comparison.horizons import MONTHS, Horizon, horizons
from sim.comparison.intervals import mean_and_interval, verdict
from sim.results.outcomes import OUTCOMES, Outcome

# A year; the social discount rate of the methods for appraising public projects (National Development and
# Reform Commission and Ministry of Construction, 2006), which value all years at the prices of one.
DISCOUNT_RATE = 0.08
NOT_COSTED = "not costed"


def effects(
    base: np.ndarray,
    policy: np.ndarray,
    months: Sequence[str],
    start: str,
    years: Sequence[int],
    is_costed: bool = True,
    prices: np.ndarray | None = None,
) -> pd.DataFrame:
    """The table ``effects`` of one policy. ``is_costed``: whether all that it costs is in its spending.
    ``prices``: of consumers by month, in which money of later months is counted at those of the beginning
    before it is discounted; by default prices stand still.

    ``base`` and ``policy`` are (seeds, months, outcomes) in the order of ``OUTCOMES``; ``years`` are those of
    the policy, counted from its ``start``, which are judged if the months hold them. The value of
    a year is the mean of a stock or rate and the total of a flow over its twelve months.
    """
    position = {month: index for index, month in enumerate(months)}
    if start not in position:
        return pd.DataFrame()
    rows, beyond = [], policy - base
    for horizon in horizons(start, months[-1], years):
        inside = slice(position[horizon.first], position[horizon.last] + 1)
        to_date = beyond[:, position[start] : inside.stop]
        since = slice(position[start], inside.stop)
        level = np.ones(inside.stop - since.start) if prices is None else prices[since] / prices[since.start]
        spent = _spent(to_date, is_costed, level)
        for column, outcome in enumerate(OUTCOMES.values()):
            before = np.array([outcome.over(run) for run in base[:, inside, column]])
            after = np.array([outcome.over(run) for run in policy[:, inside, column]])
            gained = to_date[:, :, column].sum(axis=1) if outcome.kind == "flow" else None
            rows.append(_effect_row(outcome, horizon, before, after, gained, spent))
    return pd.DataFrame(rows)


class Spent(NamedTuple):
    """What a policy spent beyond the baseline since it began, yuan."""

    by_all: float  # mean over seeds
    net: np.ndarray  # (seeds,) net cost to government
    present_value: float  # of that at the policy's beginning and at its prices, mean over seeds
    is_costed: bool  # whether all that the policy costs is in it


def _spent(beyond: np.ndarray, is_costed: bool, level: np.ndarray) -> Spent:
    """beyond: policy less baseline by seed, month since the policy began, and outcome. level: of prices by
    month, over those of the first.
    """
    keys = list(OUTCOMES)
    discount = (1.0 + DISCOUNT_RATE) ** (-np.arange(beyond.shape[1]) / MONTHS) / level
    net = beyond[:, :, keys.index("net_public_cost")]
    by_all = beyond[:, :, keys.index("policy_spending")].sum(axis=1)
    return Spent(float(by_all.mean()), net.sum(axis=1), float((net @ discount).mean()), is_costed)


def _effect_row(
    outcome: Outcome,
    horizon: Horizon,
    before: np.ndarray,
    after: np.ndarray,
    gained: np.ndarray | None,
    spent: Spent,
) -> dict:
    """One row: levels, difference, interval, and what the net cost to date bought."""
    differences = after - before
    mean, low, high = (float(end) for end in mean_and_interval(differences))
    bought = differences if gained is None else gained
    gain, gain_low, gain_high = (float(end) for end in mean_and_interval(bought))
    cost, cost_low, cost_high = (float(end) for end in mean_and_interval(spent.net))
    per_one = cost_per_additional(
        outcome,
        spent.by_all,
        gain,
        gain_low,
        gain_high,
        cost=(cost, cost_low, cost_high),
        is_costed=spent.is_costed,
    )
    # NaN where there is no cost of one more
    one_discounted = float(per_one["cost_per_additional_yuan"]) * spent.present_value / (cost or np.nan)
    level = float(before.mean())
    return {
        "outcome": outcome.key,
        "horizon_years": horizon.years,
        "from_month": horizon.first,
        "to_month": horizon.last,
        "unit": outcome.unit,
        "baseline": level,
        "policy_value": float(after.mean()),
        "difference": mean,
        "low": low,
        "high": high,
        "relative_percent": 100.0 * mean / level if level else np.nan,
        "seeds": len(differences),
        "verdict": verdict(differences, low, high),
        "gained_to_date": gain,
        "gained_low": gain_low,
        "gained_high": gain_high,
        "spending_to_date_yuan": spent.by_all,
        "net_cost_to_date_yuan": cost,
        "net_cost_low": cost_low,
        "net_cost_high": cost_high,
        **per_one,
        "discounted_cost_yuan": one_discounted,
        "net_cost_present_value_yuan": spent.present_value,
    }


def cost_per_additional(
    outcome: Outcome,
    spending: float,
    gain: float,
    low: float,
    high: float,
    *,
    cost: tuple[float, float, float],
    is_costed: bool = True,
) -> dict[str, float | str]:
    """Net cost to date over what it bought, with an interval from the ends of both.

    spending: of all payers. cost: the net cost to government and its interval. For outcomes where lower is
    better the gain is a reduction. is_costed: whether all that the policy costs is in its spending.
    ``cost_note`` says why there is no figure: the policy is not costed in full, the gain's interval spans
    zero, the outcome moved the other way or not at all, nothing was spent, government saved more than it
    spent, or the outcome is not a count.
    """
    nothing = {"cost_per_additional_yuan": np.nan, "cost_low_yuan": np.nan, "cost_high_yuan": np.nan}
    if not outcome.is_count:
        return {**nothing, "cost_note": "not a count"}
    if not is_costed:
        return {**nothing, "cost_note": NOT_COSTED}
    if not spending > 0:
        return {**nothing, "cost_note": "no spending"}
    if gain == low == high == 0:
        return {**nothing, "cost_note": "no change"}
    if outcome.good == "lower":
        gain, low, high = -gain, -high, -low
    if high < 0:
        return {**nothing, "cost_note": "moved the other way"}
    if not low > 0:
        return {**nothing, "cost_note": "cannot tell"}
    if not cost[0] > 0:
        return {**nothing, "cost_note": "no net cost"}
    return {
        "cost_per_additional_yuan": cost[0] / gain,
        "cost_low_yuan": max(cost[1], 0.0) / high,
        "cost_high_yuan": cost[2] / low,
        "cost_note": "",
    }


def paths(base: np.ndarray, policy: np.ndarray, months: Sequence[str]) -> pd.DataFrame:
    """The table ``paths`` of one policy: month by month, and over the twelve months that end there.

    The second is free of the season, and its value at the end of a policy year is that year's effect.
    """
    tables = []
    for column, outcome in enumerate(OUTCOMES.values()):
        difference = policy[:, :, column] - base[:, :, column]
        mean, low, high = mean_and_interval(difference)
        year_mean, year_low, year_high = mean_and_interval(trailing_year(difference, outcome))
        tables.append(
            pd.DataFrame(
                {
                    "outcome": outcome.key,
                    "month": list(months),
                    "baseline": base[:, :, column].mean(axis=0),
                    "policy_value": policy[:, :, column].mean(axis=0),
                    "difference": mean,
                    "low": low,
                    "high": high,
                    "year_difference": year_mean,
                    "year_low": year_low,
                    "year_high": year_high,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def trailing_year(values: np.ndarray, outcome: Outcome) -> np.ndarray:
    """Each month's value over the twelve months that end there; NaN before there are twelve.

    ``values`` is (seeds, months); a flow gives its total, a stock or rate its mean.
    """
    result = np.full(values.shape, np.nan)
    if values.shape[1] >= MONTHS:
        sums = np.lib.stride_tricks.sliding_window_view(values, MONTHS, axis=1).sum(axis=2)
        result[:, MONTHS - 1 :] = sums if outcome.kind == "flow" else sums / MONTHS
    return result
