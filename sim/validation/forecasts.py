"""Forecasts made at the end of a year, and how far off such forecasts would have been in the years before.

A level is carried on from its last official figure with the model's change since, as a forecaster would; an
official change or growth rate is taken as the model has it. The survey drew a new sample in ``NEW_SAMPLE``:
no figure of the new sample is held against a forecast that carries on from the former one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.core.language import N_
from sim.validation.benchmarks import autoregression, trend
from sim.validation.forecast_bands import BAND, ERRORS
from sim.validation.official_figures import official_figures, since_new_sample
from sim.validation.targets import NEW_SAMPLE, Target, read_targets
from sim.validation.tolerances import Survey, is_change
from sim.world.data import Data

STEPS = 2  # years ahead that errors are learnt from
OLDEST = 1  # years that the last official figure may lie before the origin
BENCHMARKS = {"last_value": N_("last value"), "trend": N_("trend"), "autoregression": N_("autoregression")}
SUBJECTS = {  # by the beginning of the indicator's name; the first that fits
    "changes": (),  # published changes and growth rates, whatever they are of
    "pay": ("monthly_income",),
    "regions": (
        "migrant_workers_by_", "out_migrants_by_", "out_cross_province_by_", "out_within_province_by_",
    ),
    "head-counts": ("migrant_workers", "out_cross_province_share"),
    "people": ("mean_age", "age_share", "female_share", "education_share", "training_share"),
    "work": ("industry_share", "months_worked", "owed_wages", "return_entrepreneurs"),
}  # fmt: skip


def subject_of(indicator: str) -> str:
    """Which group of series an indicator belongs to."""
    if is_change(indicator):
        return "changes"
    return next(
        (name for name, begins in SUBJECTS.items() if begins and indicator.startswith(begins)), "work"
    )


def official_values(data: Data) -> pd.DataFrame:
    """Official figures of the annual targets that can be compared: year, indicator, group, value, unit,
    error_unit, and the tolerance of a difference of two years."""
    rows = official_figures(data)
    rows = rows[(rows["label"] != "") & (rows["note"] == "")].rename(columns={"official": "value"})
    is_level = ~rows["indicator"].map(is_change) & ~since_new_sample(rows)
    factor = np.where(is_level, Survey.read(data.survey).over_a_year(), 1.0)
    rows = rows.assign(tolerance=rows["tolerance"] * factor)
    columns = ["year", "indicator", "group", "value", "unit", "error_unit", "tolerance"]
    return rows[columns].sort_values("year", kind="stable", ignore_index=True)


def forecasts_at(
    origin: int,
    known: Data,
    ahead: Sequence[int],
    years: Sequence[int],
    members: np.ndarray,
    weights: np.ndarray,
    names: Sequence[str],
    slower: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """What is expected of every target at the end of ``origin``, a row for each year ahead.

    ``known``: the data as known then. ``members``: (members, years, targets), the mean over seeds of each
    member's own figures; ``names``: the targets' ids in their order. ``slower``: the members' figures where
    the outside series grow a standard deviation less, and as expected, on the same draws: what parts them is
    ``outside``. ``members_low`` to ``members_high`` is the middle 90 % of the members by their weights;
    ``unit_of_one`` is a tolerance in the unit of the series.
    """
    official = official_values(known)
    by_name = dict(tuple(official.groupby(["indicator", "group"], sort=False)))
    place = {year: number for number, year in enumerate(years)}
    column = {name: number for number, name in enumerate(names)}
    rows = []
    for target in read_targets(known):
        series = by_name.get((target.indicator, target.group))
        if series is None or target.id not in column:
            continue
        base = int(series["year"].iloc[-1])
        if base < origin - OLDEST:
            continue
        of_model = members[:, :, column[target.id]]
        apart = slower and (slower[0][:, :, column[target.id]], slower[1][:, :, column[target.id]])
        rows += [
            row | {"origin": origin, "horizon": year - origin, "base_year": base}
            for row, year in zip(
                _of_series(target, series, of_model, weights, place, ahead, apart), ahead, strict=True
            )
        ]
    return pd.DataFrame(rows)


def _of_series(
    target: Target,
    series: pd.DataFrame,
    of_model: np.ndarray,
    weights: np.ndarray,
    place: dict[int, int],
    ahead: Sequence[int],
    apart: tuple[np.ndarray, np.ndarray] | None,
) -> list[dict]:
    """The forecasts of one target for each year ahead."""
    years, values = series["year"].to_numpy(), series["value"].to_numpy(float)
    last = series.iloc[-1]
    unit = last["error_unit"]
    in_logs = unit == "percent"
    at = np.asarray(ahead)
    lines = {name: _line(name, years, values, at, in_logs) for name in BENCHMARKS}
    found = []

    def expected(figures: np.ndarray, year: int) -> np.ndarray:
        then, later = figures[:, place[int(last["year"])]], figures[:, place[year]]
        return carried_on(target.indicator, unit, last["value"], then, later)

    for number, year in enumerate(ahead):
        carried = expected(of_model, year)
        outside = 0.0
        if apart is not None:
            slow, same = (np.average(expected(figures, year), weights=weights) for figures in apart)
            outside = abs(float(slow - same))
        found.append(
            {
                "year": year,
                "indicator": target.indicator,
                "group": target.group,
                "label": target.label,
                "subject": subject_of(target.indicator),
                "unit": unit,
                "forecast": float(np.average(carried, weights=weights)),
                "members_low": weighted_quantile(carried, weights, (1.0 - BAND) / 2.0),
                "members_high": weighted_quantile(carried, weights, (1.0 + BAND) / 2.0),
                "outside": outside,
                "unit_of_one": float(last["tolerance"] * (last["value"] / 100.0 if in_logs else 1.0)),
                "level": float(np.average(of_model[:, place[year]], weights=weights)),
                **{name: float(line[number]) for name, line in lines.items()},
            }
        )
    return found


def carried_on(indicator: str, unit: str, official: float, then: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """An official figure carried on with the model's change: its growth for counts and pay, else the
    difference. A published change is the model's own."""
    if is_change(indicator):
        return ahead
    if unit != "percent":
        return official + ahead - then
    grown = np.divide(
        ahead, then, out=np.ones_like(ahead, dtype=float), where=then > 0
    )  # none at a coarse scale
    return official * grown


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """A quantile of a weighted sample."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order]) - 0.5 * weights[order]
    return float(np.interp(share, cumulative / weights.sum(), values[order]))


def window_errors(
    known: Data, years: Sequence[int], members: np.ndarray, weights: np.ndarray, names: Sequence[str]
) -> pd.DataFrame:
    """What the fitted model would have been off by, a year and two ahead, within the years it was fitted to.

    Columns ``ERRORS`` (errors in tolerances). Parameters and outside series are those of the whole window, so
    that these errors are the model's form, the survey's chance, and what the members differ by.
    """
    column = {name: number for number, name in enumerate(names)}
    targets = {(target.indicator, target.group): target for target in read_targets(known)}
    place = {year: number for number, year in enumerate(years)}
    rows = []
    for (indicator, group), series in official_values(known).groupby(["indicator", "group"], sort=False):
        target = targets.get((indicator, group))
        if target is None or target.id not in column:
            continue
        figures, by_year = members[:, :, column[target.id]], series.set_index("year")
        unit, value = series["error_unit"].iloc[-1], by_year["value"]
        for before, year, steps in _pairs(by_year.index, place, is_change(indicator)):
            expected = carried_on(
                indicator, unit, value[before], figures[:, place[before]], figures[:, place[year]]
            )
            scale = 100.0 / value[year] if unit == "percent" else 1.0
            scale /= by_year["tolerance"][year]
            middle = np.average(expected, weights=weights)
            spread = np.sqrt(np.average((expected - middle) ** 2, weights=weights))
            error = (middle - value[year]) * scale
            rows.append(
                (indicator, group, subject_of(indicator), "window", year, steps, error, spread * scale)
            )
    return pd.DataFrame(rows, columns=list(ERRORS))


def benchmark_errors_then(known: Data, name: str) -> pd.DataFrame:
    """What a benchmark was off by in all earlier years, one and two ahead, told as ``window_errors`` is."""
    rows = []
    for (indicator, group), series in official_values(known).groupby(["indicator", "group"], sort=False):
        years, values = series["year"].to_numpy(), series["value"].to_numpy(float)
        in_logs = series["error_unit"].iloc[-1] == "percent"
        for end in range(1, len(years)):
            before, at = int(years[end - 1]), years[end - 1] + np.array([1, 2])
            line = _line(name, years[:end], values[:end], at, in_logs)
            for steps, expected in enumerate(line, start=1):
                later = np.flatnonzero(years == before + steps)
                if len(later) == 0 or (before < NEW_SAMPLE) != (before + steps < NEW_SAMPLE):
                    continue
                truth, tolerance = values[later[0]], series["tolerance"].iloc[later[0]]
                error = (expected - truth) * (100.0 / truth if in_logs else 1.0) / tolerance
                subject = subject_of(indicator)
                rows.append((indicator, group, subject, "window", before + steps, steps, error, 0.0))
    return pd.DataFrame(rows, columns=list(ERRORS))


def _pairs(known: pd.Index, place: dict[int, int], is_published_change: bool) -> list[tuple[int, int, int]]:
    """Pairs of years of one sample, the steps between them; of a published change each year by itself."""
    years = [int(year) for year in known if year in place]
    if is_published_change:
        return [(year, year, 1) for year in years]
    return [
        (before, year, year - before)
        for before in years
        for year in years
        if 1 <= year - before <= STEPS and (before < NEW_SAMPLE) == (year < NEW_SAMPLE)
    ]


def _line(name: str, years: np.ndarray, values: np.ndarray, at: np.ndarray, in_logs: bool) -> np.ndarray:
    """A benchmark's forecast at later years."""
    if name == "last_value":
        return np.full(len(at), values[-1])
    if name == "trend":
        return trend(years, values, at)
    found = autoregression(years, np.log(values) if in_logs else values, at)
    return np.exp(found) if in_logs else found
