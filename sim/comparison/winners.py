"""Who gains and who loses: the same worker's annual earnings under two policies, by group.

A worker wins whose earnings of the year are more than ``MARGIN`` above the baseline's, and loses who is
as far below. Winning and losing also contains chance: one worker takes the job that another would have
had. In the mean change of a group, which comes with its interval over seeds, that luck averages out.
"""

from __future__ import annotations

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

MARGIN = 0.01  # of the baseline's earnings
FEWEST_WORKERS = 100  # simulated workers per seed below which a group's figures are unreliable
EARNINGS = "earnings_year_yuan"

LATER = "entered_later"  # stands for the starting activity of workers who came after the policy began
GROUPINGS: dict[str, tuple[str, ...]] = {
    "all": ("all",),
    "sex": SEXES,
    "age_group": AGE_GROUPS,
    "education": EDUCATION,
    "region": REGIONS,
    "starting_activity": (*ACTIVITIES, LATER),
}


def count_winners(
    base: pd.DataFrame, policy: pd.DataFrame, before: pd.DataFrame | None, scale: float
) -> pd.DataFrame:
    """Winners and losers of one seed and year, one row per group; persons are real persons.

    The three tables are ``Results.workers`` of the year under both policies and of the December before
    the policy began (None when the run starts with it: then there is no starting activity). Who had left
    the labour force by then is not counted.
    """
    both = base.merge(policy[["id", EARNINGS]], on="id", suffixes=("", "_policy"), validate="1:1")
    both = both[~both["id"].isin(_gone(base if before is None else before))]
    change = (both[f"{EARNINGS}_policy"] - both[EARNINGS]).to_numpy(dtype=float)
    threshold = MARGIN * both[EARNINGS].to_numpy(dtype=float)
    counts = pd.DataFrame(
        {
            "workers": 1,
            "winners": (change > threshold) & (change > 0),
            "losers": (change < -threshold) & (change < 0),
            "change_yuan": change,
        }
    )
    tables = []
    for grouping, labels in group_labels(both, before).items():
        sums = counts.groupby(labels, sort=False).sum()
        sums.index.name = "group"
        tables.append(sums.reset_index().assign(grouping=grouping))
    result = pd.concat(tables, ignore_index=True)
    result["persons"] = result["workers"] * scale
    return result.astype({"winners": float, "losers": float})


def _gone(workers: pd.DataFrame) -> pd.Series:
    """The ids of those who have left the labour force."""
    return workers.loc[_words(workers["activity"], ACTIVITIES) == ACTIVITIES[EXITED], "id"]


def group_labels(workers: pd.DataFrame, before: pd.DataFrame | None) -> dict[str, np.ndarray]:
    """The group of every worker under each grouping; without ``before`` there is no starting activity."""
    labels = {
        "all": np.full(len(workers), "all", dtype=object),
        "sex": _words(workers["sex"], SEXES),
        "age_group": _age_groups(workers["age"].to_numpy()),
        "education": _words(workers["education"], EDUCATION),
    }
    labels["region"] = workers["home"].map(_region_of_home()).to_numpy(dtype=object)
    if before is not None:
        activity = pd.Series(_words(before["activity"], ACTIVITIES), index=before["id"].to_numpy())
        labels["starting_activity"] = activity.reindex(workers["id"].to_numpy()).fillna(LATER).to_numpy()
    return labels


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


def _words(column: pd.Series, words: tuple[str, ...]) -> np.ndarray:
    """A column of codes or of words, as words."""
    if pd.api.types.is_numeric_dtype(column):
        return np.array(words, dtype=object)[column.to_numpy(dtype=int)]
    return column.astype(object).to_numpy()


def _age_groups(age: np.ndarray) -> np.ndarray:
    position = np.searchsorted(AGE_GROUP_LOWER, age, side="right") - 1
    return np.array(AGE_GROUPS, dtype=object)[np.clip(position, 0, None)]
