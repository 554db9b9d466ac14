"""Winners and losers: the net income of a year of the same worker with and without a policy, by group.

Winners have more than ``MARGIN`` above their income under the baseline, losers as much below. Income is
real and net (``sim.steps.income``). Part of this
is chance: one worker takes the job that another would have had. In the mean change of a group, which has
an interval over seeds, that chance averages out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from sim.comparison.intervals import mean_and_interval
from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUP_LOWER,
    AGE_GROUPS,
    EDUCATION,
    EXITED,
    REGIONS,
    SEXES,
)

MARGIN = 0.01  # of the baseline's income
FEWEST_WORKERS = 100  # simulated workers per seed below which a group's figures are unreliable
INCOME = "income_year_yuan"

TENTHS = 10
LATER = "entered_later"  # stands for the past of workers who came after the policy began
GROUPINGS: dict[str, tuple[str, ...]] = {
    "all": ("all",),
    "sex": SEXES,
    "age_group": AGE_GROUPS,
    "education": EDUCATION,
    "region": REGIONS,
    "starting_activity": (*ACTIVITIES, LATER),
    "household": ("poor_household", "other_household"),
    "income_tenth": (*(f"income_tenth_{n}" for n in range(1, TENTHS + 1)), LATER),
}


def count_winners(
    base: pd.DataFrame, policy: pd.DataFrame, before: pd.DataFrame | None, scale: float
) -> pd.DataFrame:
    """Winners and losers of one seed and year, one row per group; persons are real persons.

    The three tables are ``Results.workers`` of the year under both policies and of the December before
    the policy began (None when the run starts with it: then there is no grouping by the past). Those who had
    left the labour force by then are not counted.
    """
    both = aligned(base, policy, (INCOME,))
    counted = ~np.isin(both["id"].to_numpy(), _gone(base if before is None else before))
    before_yuan = both[INCOME].to_numpy(dtype=float)
    change = both[f"{INCOME}_policy"].to_numpy(dtype=float) - before_yuan
    threshold = MARGIN * np.abs(before_yuan)
    has_won = (change > threshold) & (change > 0) & counted
    has_lost = (change < -threshold) & (change < 0) & counted
    tables = []
    for grouping, codes in group_codes(both, before).items():
        size = len(GROUPINGS[grouping])
        workers = np.bincount(codes[counted], minlength=size)
        table = pd.DataFrame(
            {
                "group": GROUPINGS[grouping],
                "workers": workers,
                "winners": np.bincount(codes[has_won], minlength=size).astype(float),
                "losers": np.bincount(codes[has_lost], minlength=size).astype(float),
                "change_yuan": np.bincount(codes[counted], weights=change[counted], minlength=size),
                "grouping": grouping,
            }
        )
        tables.append(table[workers > 0])
    result = pd.concat(tables, ignore_index=True)
    result["persons"] = result["workers"] * scale
    return result


def aligned(base: pd.DataFrame, policy: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The baseline's workers with what each has under the policy, by id, in ``columns`` with ``_policy``."""
    if np.array_equal(base["id"].to_numpy(), policy["id"].to_numpy()):
        return base.assign(**{f"{name}_policy": policy[name].array for name in columns})
    theirs = policy[["id", *columns]].rename(columns={name: f"{name}_policy" for name in columns})
    return base.merge(theirs, on="id", validate="1:1")


def _gone(workers: pd.DataFrame) -> np.ndarray:
    """The ids of those who have left the labour force."""
    return workers["id"].to_numpy()[codes_of(workers["activity"], ACTIVITIES) == EXITED]


def group_codes(
    workers: pd.DataFrame, before: pd.DataFrame | None, with_tenths: bool = True
) -> dict[str, np.ndarray]:
    """The group of every worker under each grouping, as its position in ``GROUPINGS``; without ``before``
    there are no starting activity and no tenth of income.
    """
    age = np.searchsorted(AGE_GROUP_LOWER, workers["age"].to_numpy(), side="right") - 1
    provinces = _region_of_home()
    region = np.array([REGIONS.index(name) for name in provinces.values()])
    codes = {
        "all": np.zeros(len(workers), dtype=np.int64),
        "sex": codes_of(workers["sex"], SEXES),
        "age_group": np.clip(age, 0, None),
        "education": codes_of(workers["education"], EDUCATION),
        "region": region[codes_of(workers["home"], tuple(provinces))],
        "household": np.where(workers["is_poor"].to_numpy(dtype=bool), 0, 1),
    }
    if before is not None:
        ids, then = workers["id"].to_numpy(), before["id"].to_numpy()
        activity = codes_of(before["activity"], ACTIVITIES)
        codes["starting_activity"] = _of_before(ids, then, activity, len(ACTIVITIES))
        if with_tenths:
            codes["income_tenth"] = _of_before(ids, then, _tenths(before, activity != EXITED), TENTHS)
    return codes


def _of_before(ids: np.ndarray, then: np.ndarray, groups: np.ndarray, later: int) -> np.ndarray:
    """The group that each worker was in before the policy; ``later`` for who came after its beginning.

    then, groups: ids of that time and their groups.
    """
    found = np.full(len(ids), later, dtype=np.int64)
    if np.array_equal(ids[: len(then)], then):  # workers keep their rows; entrants take the next ones
        found[: len(then)] = groups
        return found
    return pd.Series(groups, index=then).reindex(ids).fillna(later).to_numpy(dtype=np.int64)


def _tenths(before: pd.DataFrame, counted: np.ndarray) -> np.ndarray:
    """The tenth in which each income of the year before the policy lies, 0 the lowest; ties by position.

    That of a year of the policy would not do: who was unlucky then is luckier under any other course of
    events, so that the lowest tenth would gain from whatever changes something.
    """
    tenth, income = np.zeros(len(before), dtype=np.int64), before[INCOME].to_numpy(dtype=float)
    order = np.argsort(income[counted], kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    tenth[counted] = rank * TENTHS // max(len(order), 1)
    return tenth


def winners_over_seeds(seeds: list[pd.DataFrame]) -> pd.DataFrame:
    """The table ``winners`` of one policy and year: means over seeds, and the interval of the change."""
    stacked = pd.concat(seeds, keys=range(len(seeds)), names=["seed"]).reset_index("seed")
    rows = []
    for (grouping, group), found in stacked.groupby(["grouping", "group"], sort=False):
        change = np.zeros(len(seeds))
        change[found["seed"]] = found["change_yuan"] / found["workers"]
        mean, low, high = mean_and_interval(change)
        workers = found["workers"].sum()
        rows.append(
            {
                "grouping": grouping,
                "group": group,
                "persons": found["persons"].sum() / len(seeds),
                "winners_percent": 100.0 * found["winners"].sum() / workers,
                "losers_percent": 100.0 * found["losers"].sum() / workers,
                "mean_change_yuan": float(mean),
                "low": float(low),
                "high": float(high),
                "is_reliable": bool(workers / len(seeds) >= FEWEST_WORKERS),
            }
        )
    return _in_order(pd.DataFrame(rows))


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of ``GROUPINGS`` and of the words within."""
    order = {
        (name, word): (i, j)
        for i, (name, words) in enumerate(GROUPINGS.items())
        for j, word in enumerate(words)
    }
    keys = [order[pair] for pair in zip(table["grouping"], table["group"], strict=True)]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


@cache
def _region_of_home() -> dict[str, str]:
    """Province name -> region of the official statistics."""
    from sim.world.data import load_data

    return load_data().provinces.set_index("name_en")["region_nbs"].to_dict()


def codes_of(column: pd.Series, words: tuple[str, ...]) -> np.ndarray:
    """A column of codes or of words, as positions in ``words``."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.int64)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category")
    place = {word: code for code, word in enumerate(words)}
    of_category = np.array([place[word] for word in column.cat.categories], dtype=np.int64)
    return of_category[column.cat.codes.to_numpy()]
