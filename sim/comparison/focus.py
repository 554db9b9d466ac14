"""One province: its people wherever they work, its jobs whoever holds them.

What a comparison keeps of a province beside its rows in ``by_group``: the paths month by month, where its
people work and whose workers it has, who among its people gains and loses, and what is spent there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.comparison.effects import MONTHS
from sim.comparison.horizons import Horizon
from sim.comparison.intervals import mean_and_interval, verdict
from sim.comparison.winners import count_winners, winners_over_seeds
from sim.core.categories import TIERS
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import _
from sim.results.results import Results
from sim.scenario.references import province_called, region_of_province

PEOPLE, JOBS = "people", "jobs"
_WORK = ("local_work", "own_business", "migrant_work", "settled_work")
# Of each side: measure -> the columns of the table ``homes`` or ``places`` that it adds up.
MEASURES: dict[str, dict[str, tuple[str, ...]]] = {
    PEOPLE: {
        "local": ("local_work", "own_business"),
        "out": ("migrant_work", "migrant_search"),
        "settled": ("settled_work", "settled_search"),
        "farm": ("farm",),
    },
    JOBS: {
        "at_work": _WORK,
        "local": ("local_work", "own_business"),
        "out": ("migrant_work", "migrant_search"),
        "settled": ("settled_work", "settled_search"),
        "vacancies": ("vacancies",),
    },
}
_LEDGER = ["served", "spending_yuan", "queue"]
# Directions of flows: where its people work, and whose workers it has.
GO, COME = "its people work in", "its workers come from"
OWN = "own province"


@dataclass(frozen=True)
class FocusSums:
    """What one seed keeps of a province under the baseline and under a policy."""

    months: list[str]
    paths: dict[str, tuple[np.ndarray, np.ndarray]]  # by side, (months, measures) under both
    flows: dict[tuple[str, int], tuple[pd.Series, pd.Series]]  # by direction and policy year, out-migrants
    winners: dict[int, pd.DataFrame]
    ledger: pd.DataFrame


def checked_province(word: str) -> str:
    """The province of a name: English, Chinese, or Chinese in full. Raises ``UsageError``."""
    found = province_called(word)
    if found is None:
        known = tuple(region_of_province())
        close = nearest(word.strip().title(), known)
        raise UsageError(
            Problem(_("no such province"), key="focus", value=word, allowed=known, nearest=close)
        )
    return found


def focus_of_seed(
    base: Results,
    policy: Results,
    province: str,
    windows: Sequence[Horizon],
    decembers: Mapping[int, str],
    before: pd.DataFrame | None,
) -> FocusSums:
    """What is kept of the province for one seed; ``windows``, ``decembers`` and ``before`` as for cells."""
    both = (base, policy)
    sides = {PEOPLE: ("homes", "home"), JOBS: ("places", "province")}
    paths = {
        side: (_path(base, table, column, province, side), _path(policy, table, column, province, side))
        for side, (table, column) in sides.items()
        if all(table in run.tables for run in both)
    }
    flows = {
        (direction, window.years): (
            _flows(base, direction, province, int(decembers[window.years][:4])),
            _flows(policy, direction, province, int(decembers[window.years][:4])),
        )
        for window in windows
        for direction in (GO, COME)
        if window.years in decembers and all("corridors" in run.tables for run in both)
    }
    scale, was = float(base.manifest["scale"]), None if before is None else _of_home(before, province)
    winners = {
        years: count_winners(
            _of_home(base.workers[month], province), _of_home(policy.workers[month], province), was, scale
        )
        for years, month in decembers.items()
        if all(month in run.workers for run in both)
    }
    spent = policy.tables.get("ledger", pd.DataFrame())
    here = spent[spent["province"] == province] if len(spent) else spent
    return FocusSums(base.national["month"].tolist(), paths, flows, winners, here)


def _of_home(workers: pd.DataFrame, province: str) -> pd.DataFrame:
    return workers[(workers["home"] == province).to_numpy()]


def _path(run: Results, table: str, column: str, province: str, side: str) -> np.ndarray:
    """The province's measures month by month, (months, measures)."""
    own = run.tables[table]
    sums = own[own[column] == province].groupby("month", sort=True).sum(numeric_only=True)
    return np.column_stack(
        [sums[list(names)].sum(axis=1).to_numpy(float) for names in MEASURES[side].values()]
    )


def _flows(run: Results, direction: str, province: str, year: int) -> pd.Series:
    """Out-migrants of a year by the other province, and within the province by kind of place."""
    table = run.corridors
    here, there = ("home", "province") if direction == GO else ("province", "home")
    own = table[(table["year"] == year) & (table[here] == province)]
    within = own[there] == province
    tiers = own["tier"].map(lambda tier: f"{OWN} > {tier}")
    return own["out"].groupby(tiers.where(within, own[there])).sum()


# --- over seeds -------------------------------------------------------------------------------------


def focus_tables(seeds: Sequence[FocusSums], years: Mapping[int, str]) -> dict[str, pd.DataFrame]:
    """The tables of one policy: ``focus_paths``, ``focus_flows``, ``focus_winners`` and ``focus_costs``.

    years: the December of each policy year whose incomes are compared.
    """
    return {
        "focus_paths": _paths(seeds),
        "focus_flows": _flow_table(seeds),
        "focus_winners": _winners(seeds, years),
        "focus_costs": _costs(seeds),
    }


def _paths(seeds: Sequence[FocusSums]) -> pd.DataFrame:
    tables = []
    for side in seeds[0].paths:
        before, after = (np.stack([seed.paths[side][which] for seed in seeds]) for which in (0, 1))
        for column, measure in enumerate(MEASURES[side]):
            beyond = (after - before)[:, :, column]
            year = np.full(beyond.shape, np.nan)
            if beyond.shape[1] >= MONTHS:
                moving = np.lib.stride_tricks.sliding_window_view(beyond, MONTHS, axis=1)
                year[:, MONTHS - 1 :] = moving.mean(axis=2)
            mean, low, high = mean_and_interval(beyond)
            over_year, year_low, year_high = mean_and_interval(year)
            tables.append(
                pd.DataFrame(
                    {
                        "side": side,
                        "outcome": measure,
                        "month": seeds[0].months,
                        "baseline": before[:, :, column].mean(axis=0),
                        "policy_value": after[:, :, column].mean(axis=0),
                        "difference": mean,
                        "low": low,
                        "high": high,
                        "year_difference": over_year,
                        "year_low": year_low,
                        "year_high": year_high,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _flow_table(seeds: Sequence[FocusSums]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for direction, years in seeds[0].flows:
        pairs = [seed.flows[direction, years] for seed in seeds]
        groups = sorted({name for pair in pairs for one in pair for name in one.index}, key=_order)
        before, after = (
            np.array([pair[which].reindex(groups).fillna(0.0) for pair in pairs]) for which in (0, 1)
        )
        beyond = after - before
        mean, low, high = mean_and_interval(beyond)
        rows += [
            {
                "direction": direction,
                "horizon_years": years,
                "place": name,
                "baseline": before[:, number].mean(),
                "difference": mean[number],
                "low": low[number],
                "high": high[number],
                "verdict": verdict(beyond[:, number], low[number], high[number]),
            }
            for number, name in enumerate(groups)
        ]
    return pd.DataFrame(rows)


def _order(name: str) -> tuple[int, int, str]:
    """The kinds of place of the own province first, then the other provinces."""
    __, __, tier = name.partition(" > ")
    return (0, TIERS.index(tier), "") if tier else (1, 0, name)


def _winners(seeds: Sequence[FocusSums], years: Mapping[int, str]) -> pd.DataFrame:
    tables = [
        winners_over_seeds([seed.winners[horizon] for seed in seeds]).assign(
            horizon_years=horizon, year=int(years[horizon][:4])
        )
        for horizon in seeds[0].winners
        if all(len(seed.winners[horizon]) for seed in seeds)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _costs(seeds: Sequence[FocusSums]) -> pd.DataFrame:
    """Spent in the province by year, lever and payer, mean over seeds."""
    kept = [seed.ledger for seed in seeds if len(seed.ledger)]
    if not kept:
        return pd.DataFrame()
    sums = pd.concat(kept).groupby(["year", "lever", "payer"])[_LEDGER].sum(min_count=1)
    return (sums / len(seeds)).reset_index()
