"""Effects by place and by group: whose, from where, and where they work.

A *cell* is a group of a dimension: people from Henan, workers in county towns, women. Its effect is the
policy less the baseline under the same seeds, as of the whole country. Head-counts are means over the months
of a policy year, so that the homes, or the places, add up to the national effect; incomes and what hangs on
a worker's past are those of the December of the calendar year that has most of its months.

A cell of few simulated workers carries nothing. How few is learnt from the seeds: the variance of a cell's
difference grows with its workers, and what it is for one worker (``noise``) is pooled over the cells of a
dimension, as is the effect that is usual in them (``usual_effect``). From both follow the workers that a cell
needs for an interval that tells such an effect from nothing, and the scale at which a province has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sim.comparison.horizons import Horizon
from sim.comparison.intervals import mean_and_interval, t_975, verdict
from sim.comparison.winners import FEWEST_WORKERS, GROUPINGS, INCOME, LATER, aligned, codes_of, group_codes
from sim.core import chinese
from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUPS,
    EDUCATION,
    EXITED,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    REGIONS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    SEXES,
    TIERS,
)
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import _
from sim.results.columns import STOCKS
from sim.results.results import Results

SMALLEST = 0.001  # of a cell's workers, or of its money: the smallest effect that a cell is asked to tell
SCALES = (1, 2, 5)  # leading figures of the scales that are named

# What is counted of a cell: the activities, in order of ``ACTIVITIES``, and the unit.
_COUNTED: dict[str, tuple[int, ...]] = {
    "local": (LOCAL_WORK, OWN_BUSINESS),
    "out": (MIGRANT_WORK, MIGRANT_SEARCH),
    "settled": (SETTLED_WORK, SETTLED_SEARCH),
    "farm": (ACTIVITIES.index("farm"),),
    "at_work": (LOCAL_WORK, OWN_BUSINESS, MIGRANT_WORK, SETTLED_WORK),
}
MEASURES: dict[str, str] = {
    **dict.fromkeys(_COUNTED, "persons"),
    "remittances": "yuan",
    "net_income": "yuan per year",
}
_PEOPLE = ("local", "out", "settled", "farm", "net_income")
_PLACES = ("at_work", "out", "settled")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to divide: its name, its groups in order, and what is counted of each."""

    name: str
    groups: tuple[str, ...]
    measures: tuple[str, ...]


@cache
def dimensions() -> dict[str, Dimension]:
    """Every dimension by name."""
    provinces = tuple(_regions())
    pairs = tuple(f"{home} > {place}" for home in REGIONS for place in ("own province", *REGIONS))
    found = (
        Dimension("home-province", provinces, (*_PEOPLE, "remittances")),
        Dimension("destination", provinces, _PLACES),
        Dimension("tier", TIERS, _PLACES),
        Dimension("corridor", pairs, ("out",)),
        Dimension("region", REGIONS, (*_PEOPLE, "remittances")),
        Dimension("age", AGE_GROUPS, _PEOPLE),
        Dimension("sex", SEXES, _PEOPLE),
        Dimension("schooling", EDUCATION, _PEOPLE),
        Dimension("poor", GROUPINGS["household"], (*_PEOPLE, "remittances")),
        Dimension("activity", (*(name for name in ACTIVITIES if name != "exited"), LATER), _PEOPLE),
    )
    return {one.name: one for one in found}


def checked_dimensions(words: Iterable[str]) -> tuple[str, ...]:
    """The dimensions named, each once; a word may hold several with commas. Raises ``UsageError``."""
    parts = [part for word in words for part in chinese.parted(word)]
    named = [chinese.DIMENSIONS.get(part, part.lower().replace("_", "-")) for part in parts]
    known = tuple(dimensions())
    wrong = [name for name in named if name not in known]
    if wrong:
        raise UsageError(
            Problem(
                _("no such way to divide"), key="by", value=name, allowed=known, nearest=nearest(name, known)
            )
            for name in wrong
        )
    return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class Cells:
    """A dimension's cells in one policy year of one seed: (groups, measures) under both.

    Counts are of simulated workers; money is theirs, in all. ``workers``: how many are in each group, by
    measure, under the baseline.
    """

    base: np.ndarray
    policy: np.ndarray
    workers: np.ndarray


def cells_of_seed(
    base: Results,
    policy: Results,
    windows: Sequence[Horizon],
    decembers: Mapping[int, str],
    before: pd.DataFrame | None,
) -> dict[tuple[str, int], Cells]:
    """Every dimension's cells by policy year, as far as the runs have the tables.

    decembers: the December of each policy year whose workers were kept. before: the workers of the
    December before the policy began.
    """
    found: dict[tuple[str, int], Cells] = {}
    for window in windows:
        month = decembers.get(window.years)
        counts = [_counts(run, window, month) for run in (base, policy)]
        people: dict[str, tuple[np.ndarray, ...]] = {}
        if month in base.workers and month in policy.workers:
            people = _of_workers(base.workers[month], policy.workers[month], before)
        for name, dimension in dimensions().items():
            made = _cells(dimension, counts, people)
            if made is not None:
                found[name, window.years] = made
    return found


def _cells(dimension: Dimension, counts: list[dict], people: Mapping[str, tuple]) -> Cells | None:
    """The cells of one dimension; None where the runs do not tell."""
    name, size = dimension.name, len(dimension.groups)
    if name in counts[0]:
        stocks = [one[name] for one in counts]
    elif name in people:
        stocks = [people[name][0], people[name][1]]
    else:
        return None
    money = [people[name][2], people[name][3]] if name in people else [None, None]
    tables = []
    for number, (stock, income) in enumerate(zip(stocks, money, strict=True)):
        columns = []
        for measure in dimension.measures:
            if measure in _COUNTED:
                columns.append(stock[:, list(_COUNTED[measure])].sum(axis=1))
            elif measure == "net_income":
                columns.append(np.full(size, np.nan) if income is None else income)
            else:
                columns.append(counts[number].get(f"{name} remittances", np.full(size, np.nan)))
        tables.append(np.column_stack(columns))
    living = np.arange(stocks[0].shape[1]) != EXITED
    heads = stocks[0][:, living].sum(axis=1)
    earners = people[name][0].sum(axis=1) if name in people else heads  # whoever has an income of the year
    workers = [earners if measure == "net_income" else heads for measure in dimension.measures]
    return Cells(tables[0], tables[1], np.column_stack(workers))


def _counts(run: Results, window: Horizon, december: str | None) -> dict[str, np.ndarray]:
    """Simulated workers by dimension, group and activity, mean over the months of the window."""
    scale, found = float(run.manifest["scale"]), {}
    for table, labels in (("homes", ("home",)), ("places", ("province", "tier"))):
        stocks = _within(run, table, window, scale)
        if stocks is None:
            continue
        mean, named = stocks
        for label in labels:
            name = {"home": "home-province", "province": "destination", "tier": "tier"}[label]
            found[name] = _summed(mean[list(STOCKS)].to_numpy(), named[label], dimensions()[name].groups)
        if table == "homes":
            months = named["month_count"].iloc[0]
            sent = mean["remittances_yuan"].to_numpy() * months
            if "poor_remittances_yuan" in mean:
                poor = mean["poor_remittances_yuan"].sum() * months
                found["poor remittances"] = np.array([poor, sent.sum() - poor])
            found["home-province remittances"] = sent
            region = [_regions()[home] for home in named["home"]]
            found["region"] = _summed(mean[list(STOCKS)].to_numpy(), region, REGIONS)
            found["region remittances"] = _summed(sent[:, None], region, REGIONS)[:, 0]
    groups = _within(run, "groups", window, scale)
    if groups is not None:
        mean, named = groups
        for label, name in (("sex", "sex"), ("age_group", "age"), ("education", "schooling")):
            found[name] = _summed(mean[list(STOCKS)].to_numpy(), named[label], dimensions()[name].groups)
    if december is not None and "corridors" in run.tables:
        found["corridor"] = _corridors(run.corridors, int(december[:4])) / scale
    return {name: _with_exited(values) if values.ndim == 2 else values for name, values in found.items()}


def _within(
    run: Results, table: str, window: Horizon, scale: float
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The mean of each row's months in the window, in simulated workers, and what the rows are."""
    if table not in run.tables:
        return None
    rows = run.tables[table]
    every = run.national["month"].tolist()
    if table == "groups":  # the last month of each quarter alone
        every = [month for month in every if int(month[5:]) % 3 == 0]
    place = [number for number, month in enumerate(every) if window.first <= month <= window.last]
    if not place or not len(rows):
        return None
    size, months = len(rows) // len(every), len(place)  # month by month, a row for each place
    inside = rows.iloc[place[0] * size : (place[-1] + 1) * size]
    labels = inside.iloc[:size].reset_index(drop=True).assign(month_count=months)
    numbers = inside.select_dtypes("number")
    values = numbers.to_numpy(float).reshape(months, size, -1).mean(axis=0) / scale
    return pd.DataFrame(values, columns=numbers.columns), labels


def _summed(values: np.ndarray, labels: Iterable[str], groups: Sequence[str]) -> np.ndarray:
    """Rows added up by group, (groups, columns)."""
    place = {name: number for number, name in enumerate(groups)}
    found = np.zeros((len(groups), values.shape[1]))
    np.add.at(found, [place[name] for name in labels], values)
    return found


def _with_exited(stocks: np.ndarray) -> np.ndarray:
    """Columns of the living, in order, with one for those who have left."""
    return np.column_stack([stocks, np.zeros(len(stocks))]) if stocks.shape[1] == len(STOCKS) else stocks


def _corridors(table: pd.DataFrame, year: int) -> np.ndarray:
    """Out-migrants of a year by region of home and region of work, those in their own province apart;
    (groups, activities), all in one column."""
    own, region = table[(table["year"] == year).to_numpy()], _regions()
    pairs = [
        f"{region[home]} > {'own province' if home == place else region[place]}"
        for home, place in zip(own["home"].tolist(), own["province"].tolist(), strict=True)
    ]
    counted = _summed(own[["out"]].to_numpy(float), pairs, dimensions()["corridor"].groups)
    found = np.zeros((len(counted), len(ACTIVITIES)))
    found[:, MIGRANT_WORK] = counted[:, 0]
    return found


def _of_workers(
    base: pd.DataFrame, policy: pd.DataFrame, before: pd.DataFrame | None
) -> dict[str, tuple[np.ndarray, ...]]:
    """By dimension: activities under both, (groups, activities), and incomes under both, (groups,).

    Those who had left the labour force before the policy began are not counted.
    """
    both = aligned(base, policy, (INCOME, "activity"))
    groups = group_codes(both, before, with_tenths=False)
    named = {
        "home-province": codes_of(both["home"], dimensions()["home-province"].groups),
        "region": groups["region"],
        "age": groups["age_group"],
        "sex": groups["sex"],
        "schooling": groups["education"],
        "poor": groups["household"],
    }
    if "starting_activity" in groups:
        named["activity"] = _without_exited(groups["starting_activity"])
    gone = before if before is not None else base
    left = gone["id"].to_numpy()[codes_of(gone["activity"], ACTIVITIES) == EXITED]
    counted = ~np.isin(both["id"].to_numpy(), left)
    found = {}
    doing = [codes_of(both[column], ACTIVITIES) for column in ("activity", "activity_policy")]
    earned = [both[column].to_numpy(float) for column in (INCOME, f"{INCOME}_policy")]
    for name, codes in named.items():
        size = len(dimensions()[name].groups)
        is_in = counted & (codes >= 0)
        tables = [_table(codes[is_in], activity[is_in], size) for activity in doing]
        sums = [np.bincount(codes[is_in], weights=income[is_in], minlength=size) for income in earned]
        found[name] = (*tables, *sums)
    return found


def _without_exited(codes: np.ndarray) -> np.ndarray:
    """Starting activities by the position that they have where ``exited`` is left out: -1 for it."""
    return np.where(codes == EXITED, -1, np.where(codes > EXITED, codes - 1, codes))


def _table(codes: np.ndarray, activity: np.ndarray, size: int) -> np.ndarray:
    count = len(ACTIVITIES)
    return np.bincount(codes * count + activity, minlength=size * count).reshape(size, count).astype(float)


@cache
def _regions() -> dict[str, str]:
    """Province -> region, in order of the provinces' codes."""
    from sim.world.data import load_data

    return load_data().provinces.set_index("name_en")["region_nbs"].to_dict()


# --- over seeds -------------------------------------------------------------------------------------


def noise(effects: np.ndarray, workers: np.ndarray) -> float:
    """What chance does to the effect on a cell of one simulated worker, as a standard deviation.

    effects: (seeds, groups), on a worker, as a share of what a worker has. workers: (groups,). Cells in which
    nothing differs under any seed say nothing of chance. NaN for one seed.
    """
    if len(effects) < 2:
        return np.nan
    varies = effects.any(axis=0)
    if not varies.any():
        return 0.0
    totals = effects[:, varies] * workers[varies]
    return float(np.sqrt(totals.var(axis=0, ddof=1).sum() / workers[varies].sum()))


def usual_effect(effects: np.ndarray, workers: np.ndarray, of_one: float) -> float:
    """The effect that is usual in the cells, on a worker as a share: the root of the mean square, less what
    ``noise`` adds to it, and no less than that of all cells together; at least ``SMALLEST``."""
    mean, everybody = effects.mean(axis=0), workers.sum()
    by_chance = len(workers) * of_one**2 / len(effects)
    square = (float((workers * mean**2).sum()) - by_chance) / everybody
    together = abs(float((workers * mean).sum())) / everybody
    return max(float(np.sqrt(max(square, 0.0))), together, SMALLEST)


def workers_needed(effects: np.ndarray, workers: np.ndarray) -> float:
    """Simulated workers that a cell needs to tell a usual effect from nothing; infinite for one seed."""
    seeds, of_one = len(effects), noise(effects, workers)
    if seeds < 2:
        return np.inf
    half = t_975(seeds - 1) * of_one / np.sqrt(seeds)
    return max((half / usual_effect(effects, workers, of_one)) ** 2, float(FEWEST_WORKERS))


def breakdown(seeds: Sequence[Mapping[tuple[str, int], Cells]], scale: float) -> pd.DataFrame:
    """The table ``by_group`` of one policy, from each seed's cells. scale: real workers per simulated one."""
    rows: list[dict[str, Any]] = []
    for name, years in seeds[0]:
        dimension, found = dimensions()[name], [seed[name, years] for seed in seeds]
        base = np.stack([one.base for one in found])
        beyond = np.stack([one.policy for one in found]) - base
        workers = np.stack([one.workers for one in found]).mean(axis=0)
        for column, measure in enumerate(dimension.measures):
            base_of, beyond_of, workers_of = (part[..., column] for part in (base, beyond, workers))
            rows += _rows(dimension, years, measure, base_of, beyond_of, workers_of, scale)
    return pd.DataFrame(rows)


def _rows(
    dimension: Dimension,
    years: int,
    measure: str,
    base: np.ndarray,
    beyond: np.ndarray,
    workers: np.ndarray,
    scale: float,
) -> list[dict[str, Any]]:
    """The rows of one measure: a group each. base, beyond: (seeds, groups), in simulated workers or yuan."""
    if np.isnan(base).any():
        return []
    has = workers > 0
    level = 1.0 if measure in _COUNTED else float(base.mean(axis=0).sum() / max(workers.sum(), 1.0))
    on_one = beyond[:, has] / workers[has] / (level or 1.0)
    needed = workers_needed(on_one, workers[has])
    size = np.maximum(workers, 1.0) if measure == "net_income" else np.full(len(workers), 1.0 / scale)
    before = base.mean(axis=0) / size
    mean, low, high = (end / size for end in mean_and_interval(beyond))
    return [
        {
            "dimension": dimension.name,
            "group": group,
            "outcome": measure,
            "horizon_years": years,
            "unit": MEASURES[measure],
            "persons": workers[number] * scale,
            "baseline": before[number],
            "difference": mean[number],
            "low": low[number],
            "high": high[number],
            "relative_percent": 100.0 * mean[number] / before[number] if before[number] else np.nan,
            "verdict": verdict(beyond[:, number], low[number], high[number]),
            "workers": workers[number],
            "workers_needed": needed,
            "is_reliable": bool(workers[number] >= needed),
        }
        for number, group in enumerate(dimension.groups)
        if has[number]
    ]


def scale_for(persons: float, needed: float) -> int | None:
    """The coarsest round scale at which a group of that many persons has the workers needed; None if none.

    >>> scale_for(30e6, 4000.0), scale_for(2e6, 4000.0), scale_for(100.0, 4000.0)
    (5000, 500, None)
    """
    most = persons / needed if needed > 0 and np.isfinite(needed) else 0.0
    if most < 1:
        return None
    tens = 10 ** int(np.floor(np.log10(most)))
    return int(max(figure * tens for figure in SCALES if figure * tens <= most))
