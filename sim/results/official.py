"""A run under the official definitions: the indicators, groups, units and years of the national statistics.

The simulator counts the components from workers' histories each December (who worked six months or more,
inside or outside the home township). This module adds what the official reports derive from them: totals,
changes, growth rates, shares, unions of groups, and the published mean of *all* migrant workers.

The published mean of all is not the head-count mean of local and out: in every year with both it puts a
weight of about one half on local workers, who are two fifths of the head-count. ``WEIGHT_ON_LOCAL`` holds
that weight by indicator, as the published figures imply it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from sim.results.columns import TABLES, empty_table
from sim.results.results import Results

COLUMNS = ["year", "indicator", "group", "value", "unit"]

# Weight of local workers in the published figure for all, mean over the published years with both.
WEIGHT_ON_LOCAL = {
    "monthly_income": 0.507,
    "mean_age": 0.539,
    "age_share": 0.528,
    "female_share": 0.513,
    "education_share": 0.518,
    "training_share": 0.507,
}

WITH_CHANGE = (
    "migrant_workers",
    "migrant_workers_by_origin",
    "migrant_workers_by_destination",
    "monthly_income",
)
WITH_GROWTH = ("migrant_workers", "monthly_income")

# Groups that the reports print as unions: (indicator, union, its parts).
UNIONS = (
    ("age_share", "le_40", ("16_20", "21_30", "31_40")),
    ("education_share", "senior_middle_or_above", ("senior_middle", "college_plus")),
)

_Values = dict[tuple[str, str], float]  # (indicator, group) -> value, of one year


def official_table(results: Results, names: Iterable[tuple[str, str]] | None = None) -> pd.DataFrame:
    """The run's rows under the official definitions, derived ones included: ``COLUMNS``, sorted.

    ``names`` are the (indicator, group) pairs to keep, by default those that the packaged official
    series hold in any year. Years are those of the run, whether the packaged series hold them or not.
    A figure without its components in the run is absent, never zero.
    """
    units, years = _by_year(results.official)
    for values in years.values():
        for derive in (_head_counts, _unions, _all_from_both_sides, _cross_province_shares):
            derive(values, units)
    for year, values in years.items():
        _changes(values, years.get(year - 1, {}), units)
    rows = [
        (year, indicator, group, value, units[indicator])
        for year, values in years.items()
        for (indicator, group), value in values.items()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS) if rows else empty_table("official", TABLES["official"])
    known = published_names() if names is None else set(names)
    pairs = zip(table["indicator"], table["group"], strict=True)
    kept = np.array([pair in known for pair in pairs], dtype=bool)  # none where the run has no whole year
    return table[kept].sort_values(["year", "indicator", "group"], ignore_index=True)


def published_names() -> set[tuple[str, str]]:
    """Every (indicator, group) of the packaged official series."""
    from sim.world.data import load_data

    annual = load_data().official_annual
    return set(zip(annual["indicator"], annual["group"], strict=True))


def _by_year(raw: pd.DataFrame) -> tuple[dict[str, str], dict[int, _Values]]:
    """Units by indicator, and values by year."""
    units: dict[str, str] = {}
    years: dict[int, _Values] = {}
    for row in raw.dropna(subset=["value"]).itertuples(index=False):
        units[row.indicator] = row.unit
        years.setdefault(int(row.year), {})[row.indicator, row.group] = float(row.value)
    return units, years


def _fill(values: _Values, indicator: str, group: str, make: Callable[..., float], *parts: tuple) -> None:
    """Set a missing value from its parts, if the year has them all."""
    if (indicator, group) not in values and all(part in values for part in parts):
        values[indicator, group] = make(*(values[part] for part in parts))


def _head_counts(values: _Values, units: dict[str, str]) -> None:
    """Total = local + out; out = cross-province + within-province."""
    count = "migrant_workers"
    parts = [(count, "out_cross_province"), (count, "out_within_province")]
    _fill(values, count, "out", lambda cross, within: cross + within, *parts)
    _fill(values, count, "total", lambda local, out: local + out, (count, "local"), (count, "out"))


def _unions(values: _Values, units: dict[str, str]) -> None:
    """Groups printed together, such as 40 and under, for all, local and out alike."""
    for indicator, union, parts in UNIONS:
        for prefix in ("", "local_", "out_"):
            pairs = [(indicator, prefix + part) for part in parts]
            _fill(values, indicator, prefix + union, lambda *shares: sum(shares), *pairs)


def _all_from_both_sides(values: _Values, units: dict[str, str]) -> None:
    """The published figure for all, with the weight that the reports put on local workers.

    It replaces a head-count mean that a run may hold.
    """
    for indicator, weight in WEIGHT_ON_LOCAL.items():
        for group, local, out in _sided(values, indicator):
            if (indicator, out) in values:
                at_home, away = values[indicator, local], values[indicator, out]
                values[indicator, group] = weight * at_home + (1 - weight) * away


def _sided(values: _Values, indicator: str) -> list[tuple[str, str, str]]:
    """(group for all, its local name, its out name): ``local`` + ``out`` is ``all``; ``local_x`` and
    ``x_local`` with their likes are ``x``."""
    found = []
    for name, local in list(values):
        if name != indicator:
            continue
        if local == "local":
            found.append(("all", "local", "out"))
        elif local.startswith("local_"):
            found.append((local.removeprefix("local_"), local, "out_" + local.removeprefix("local_")))
        elif local.endswith("_local"):
            found.append((local.removesuffix("_local"), local, local.removesuffix("_local") + "_out"))
    return found


def _cross_province_shares(values: _Values, units: dict[str, str]) -> None:
    """Cross-province over out, for all and by region of origin, in percent."""
    share = "out_cross_province_share"
    units.setdefault(share, "percent")

    def percent(part: float, whole: float) -> float:
        return 100.0 * part / whole if whole else 0.0

    count = "migrant_workers"
    _fill(values, share, "all", percent, (count, "out_cross_province"), (count, "out"))
    for region in ("east", "central", "west", "northeast"):
        parts = (("out_cross_province_by_origin", region), ("out_migrants_by_origin", region))
        _fill(values, share, f"origin_{region}", percent, *parts)


def _changes(values: _Values, before: _Values, units: dict[str, str]) -> None:
    """Change and growth on the year before, where both years have the figure."""
    for (indicator, group), value in list(values.items()):
        earlier = before.get((indicator, group))
        if earlier is None:
            continue
        if indicator == "return_entrepreneurs_cumulative":
            values["return_entrepreneurs_new", group] = value - earlier
            units["return_entrepreneurs_new"] = units[indicator]
        if indicator in WITH_CHANGE:
            values[f"{indicator}_change", group] = value - earlier
            units[f"{indicator}_change"] = units[indicator]
        if indicator in WITH_GROWTH and earlier:
            values[f"{indicator}_yoy_growth", group] = 100.0 * (value / earlier - 1.0)
            units[f"{indicator}_yoy_growth"] = "percent"
