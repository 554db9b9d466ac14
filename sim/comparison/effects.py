"""Paired differences over seeds: intervals, effects at horizons, monthly paths, costs per outcome.

Under one seed the same workers meet the same random draws with and without the policy, so the difference
of a seed holds the policy and little else. The interval is Student's t over the seeds' differences: it
holds the Monte Carlo error, not the uncertainty of the model's assumptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.comparison.intervals import mean_and_interval, verdict
from sim.core.months import add_months
from sim.results.outcomes import OUTCOMES, Outcome

HORIZONS = (1, 5, 10)
MONTHS = 12
# A year; the social discount rate of the methods for appraising public projects (National Development and
# Reform Commission and Ministry of Construction, 2006).
DISCOUNT_RATE = 0.08
NOT_COSTED = "not costed"


@dataclass(frozen=True, slots=True)
class Horizon:
    """One year of a policy: its number, its first and its last month (``YYYY-MM``)."""

    years: int
    first: str
    last: str


def horizons(policy_start: str, run_end: str, years: Sequence[int] = HORIZONS) -> list[Horizon]:
    """The policy's ``years`` that fit in the run, whose last month is ``run_end``. Months are ``YYYY-MM``.

    Year 1 starts with the policy's first month.

    >>> [(one.years, one.first, one.last) for one in horizons("2025-07", "2034-12")]
    [(1, '2025-07', '2026-06'), (5, '2029-07', '2030-06')]
    """
    found = []
    for year in years:
        first = add_months(policy_start, MONTHS * (year - 1))
        last = add_months(policy_start, MONTHS * year - 1)
        if last <= run_end:
            found.append(Horizon(year, first, last))
    return found


def effects(
    base: np.ndarray, policy: np.ndarray, months: Sequence[str], start: str, is_costed: bool = True
) -> pd.DataFrame:
    """The table ``effects`` of one policy. ``is_costed``: whether all that it costs is in its spending.

    ``base`` and ``policy`` are (seeds, months, outcomes) in the order of ``OUTCOMES``. The value of
    a year is the mean of a stock or rate and the total of a flow over its twelve months.
    """
    position = {month: index for index, month in enumerate(months)}
    if start not in position:
        return pd.DataFrame()
    rows = []
    for horizon in horizons(start, months[-1]):
        inside = slice(position[horizon.first], position[horizon.last] + 1)
        to_date = slice(position[start], inside.stop)
        spending = _beyond_base("policy_spending", base, policy, to_date).mean()
        net_cost = _beyond_base("net_public_cost", base, policy, to_date)
        discounted = _beyond_base("net_public_cost", base, policy, to_date, DISCOUNT_RATE).mean()
        for column, outcome in enumerate(OUTCOMES.values()):
            before = np.array([outcome.over(run) for run in base[:, inside, column]])
            after = np.array([outcome.over(run) for run in policy[:, inside, column]])
            gained = (policy - base)[:, to_date, column].sum(axis=1) if outcome.kind == "flow" else None
            rows.append(
                _effect_row(outcome, horizon, before, after, gained, float(spending), net_cost, is_costed)
            )
            rows[-1]["discounted_cost_yuan"] = _discounted(rows[-1], float(discounted))
    return pd.DataFrame(rows)


def _beyond_base(
    key: str, base: np.ndarray, policy: np.ndarray, months: slice, discount_rate: float = 0.0
) -> np.ndarray:
    """What the policy spent beyond the baseline in those months, by seed, yuan; in present value at their
    beginning if discounted (rate a year).
    """
    column = list(OUTCOMES).index(key)
    beyond = (policy - base)[:, months, column]
    return beyond @ (1.0 + discount_rate) ** (-np.arange(beyond.shape[1]) / MONTHS)


def _discounted(row: dict, present_value: float) -> float:
    """The cost of one more with the money in present value; NaN where there is no such cost."""
    net_cost = row["net_cost_to_date_yuan"]
    return row["cost_per_additional_yuan"] * present_value / net_cost if row["cost_note"] == "" else np.nan


def _effect_row(
    outcome: Outcome,
    horizon: Horizon,
    before: np.ndarray,
    after: np.ndarray,
    gained: np.ndarray | None,
    spending: float,
    net_cost: np.ndarray,
    is_costed: bool,
) -> dict:
    """One row: levels, difference, interval, and what the net cost to date bought."""
    differences = after - before
    mean, low, high = (float(end) for end in mean_and_interval(differences))
    bought = differences if gained is None else gained
    gain, gain_low, gain_high = (float(end) for end in mean_and_interval(bought))
    cost, cost_low, cost_high = (float(end) for end in mean_and_interval(net_cost))
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
        "spending_to_date_yuan": spending,
        "net_cost_to_date_yuan": cost,
        "net_cost_low": cost_low,
        "net_cost_high": cost_high,
        **cost_per_additional(
            outcome,
            spending,
            gain,
            gain_low,
            gain_high,
            cost=(cost, cost_low, cost_high),
            is_costed=is_costed,
        ),
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
