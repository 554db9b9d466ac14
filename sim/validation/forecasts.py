"""Forecasts made at the end of a year, and how far off they were once the official figures were published.

A level is carried on from its last official figure with the model's change since, as a forecaster would; an
official change or growth rate is taken as the model has it. The survey drew a new sample in ``NEW_SAMPLE``: a
figure of the new sample is not scored against a forecast that carries on from the former one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core.errors import Problem, ResultsError
from sim.core.language import N_, _
from sim.parameters.posterior import versions
from sim.validation.benchmarks import autoregression, trend
from sim.validation.official_figures import official_figures, since_new_sample
from sim.validation.targets import NEW_SAMPLE, Target, read_targets
from sim.validation.tolerances import TWO_SIDED, Survey, is_change
from sim.world.data import PACKAGED_FOLDER, Data, load_data

BAND = 0.9  # what the stated bands should hold
_BAND_SD = 1.645  # standard deviations that it reaches to either side
OLDEST = 1  # years that the last official figure may lie before the origin
PACKAGED = PACKAGED_FOLDER / "backtest.csv"
STORED = (
    "origin", "horizon", "year", "indicator", "group", "base_year", "forecast", "low", "high", "level",
    "knowing", "last_value", "trend", "autoregression", "source",
)  # fmt: skip
FORECASTS = ("forecast", "level", "knowing", "last_value", "trend", "autoregression")
BENCHMARKS = {"last_value": N_("last value"), "trend": N_("trend"), "autoregression": N_("autoregression")}
BREAK = "new sample"  # the note of a figure that no forecast from the former sample is held against
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
) -> pd.DataFrame:
    """What is expected of every target at the end of ``origin``, a row for each year ahead.

    ``known``: the data as known then. ``members``: (members, years, targets), the mean over seeds of each
    member's own figures; ``names``: the targets' ids in their order. The band, ``low`` to ``high``, holds
    the spread of the members by their weights and the sampling error of the survey.
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
        rows += [
            row | {"origin": origin, "horizon": year - origin, "base_year": base}
            for row, year in zip(
                _of_series(target, series, of_model, weights, place, ahead), ahead, strict=True
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
) -> list[dict]:
    """The forecasts of one target for each year ahead."""
    years, values = series["year"].to_numpy(), series["value"].to_numpy(float)
    last = series.iloc[-1]
    unit = last["error_unit"]
    in_logs = unit == "percent"
    at = np.asarray(ahead)
    fitted = np.log(values) if in_logs else values
    lines = {"trend": trend(years, values, at), "autoregression": autoregression(years, fitted, at)}
    if in_logs:
        lines["autoregression"] = np.exp(lines["autoregression"])
    sampling = last["tolerance"] / TWO_SIDED
    if in_logs:
        sampling *= last["value"] / 100.0
    found = []
    for number, year in enumerate(ahead):
        carried = carried_on(
            target.indicator,
            unit,
            last["value"],
            of_model[:, place[int(last["year"])]],
            of_model[:, place[year]],
        )
        middle = float(np.average(carried, weights=weights))
        low, high = (weighted_quantile(carried, weights, share) for share in ((1 - BAND) / 2, (1 + BAND) / 2))
        noise = _BAND_SD * sampling if np.isfinite(sampling) else 0.0
        found.append(
            {
                "year": year,
                "indicator": target.indicator,
                "group": target.group,
                "label": target.label,
                "subject": subject_of(target.indicator),
                "unit": unit,
                "forecast": middle,
                "low": middle - float(np.hypot(middle - low, noise)),
                "high": middle + float(np.hypot(high - middle, noise)),
                "level": float(np.average(of_model[:, place[year]], weights=weights)),
                "last_value": float(last["value"]),
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


def scored(forecasts: pd.DataFrame, data: Data) -> pd.DataFrame:
    """The forecasts beside the official figures of ``data``: errors in ``unit`` (percent of the official
    figure or its own unit), the tolerance, whether the band held the figure, and why it is not scored
    (``note``)."""
    official = official_values(data)
    keys = ["year", "indicator", "group"]
    rows = forecasts.merge(
        official[[*keys, "value", "tolerance"]].rename(columns={"value": "official"}), "left", keys
    )
    changes = rows["indicator"].map(is_change)
    crosses = (rows["base_year"] < NEW_SAMPLE) & (rows["year"] >= NEW_SAMPLE)
    rows["note"] = np.where(rows["official"].isna(), "not published", np.where(crosses, BREAK, ""))
    is_scored = rows["note"] == ""
    scale = np.where(rows["unit"] == "percent", 100.0 / rows["official"], 1.0)
    for name in FORECASTS:
        if name in rows:
            rows[f"{name}_error"] = ((rows[name] - rows["official"]) * scale).where(is_scored)
    new = rows["base_year"] >= NEW_SAMPLE  # the model's own level was fitted to the former sample
    rows["level_error"] = rows["level_error"].where(~new | changes)
    inside = (rows["official"] >= rows["low"]) & (rows["official"] <= rows["high"])
    rows["inside"] = inside.astype(float).where(is_scored)
    return rows


def stored_forecasts(path: Path | None = None) -> pd.DataFrame:
    """The forecasts of the stored backtest, by default the packaged one, held against the official figures of
    today. Raises ResultsError where none is stored."""
    path = path or PACKAGED
    try:
        table = pd.read_csv(path, encoding="utf-8-sig")
    except (OSError, ValueError):  # not there, or no table
        table = pd.DataFrame()
    if table.empty or not set(STORED) <= set(table.columns):
        raise ResultsError(
            Problem(
                _("no backtest is stored here"),
                file=str(path),
                allowed=_("a file that labor-sim backtest --store writes"),
            )
        )
    data = load_data()
    said = official_figures(data).drop_duplicates(["indicator", "group"])
    said = said[["indicator", "group", "label", "error_unit"]].rename(columns={"error_unit": "unit"})
    rows = table.merge(said, "inner", ["indicator", "group"])
    return scored(rows.assign(subject=rows["indicator"].map(subject_of)), data)


def is_stale(rows: pd.DataFrame) -> bool:
    """Whether stored forecasts were made with other rules or input data than those of today. Official figures
    do not count: they may be later ones."""
    made_with, now = str(rows["source"].iloc[0]), versions()
    return not (now["code"] in made_with and now["data"] in made_with)


def summary(rows: pd.DataFrame, by: Sequence[str] = ("horizon", "subject")) -> pd.DataFrame:
    """Scores by horizon and group of series: a row each.

    ``scored``: forecasts that have a figure; ``compared``: those of them for which every benchmark could make
    one. Over these, mean absolute errors in tolerances of the figure: ``forecast`` (the model), ``knowing``
    (the model with the outside series as they came) and the benchmarks; and ``beats_all``, the share in which
    the model errs less than all benchmarks. ``beats_NAME``: less than one, where that one exists. ``level``:
    the model's own level, which is not carried on, where it can be scored. ``inside``: share of the figures
    in the stated band.
    """
    found = []
    usable = rows[(rows["note"] == "") & rows["tolerance"].notna()]
    for key, part in usable.groupby(list(by), sort=True):
        sizes = pd.DataFrame(
            {name: (part[f"{name}_error"] / part["tolerance"]).abs() for name in FORECASTS if name in part}
        )
        compared = sizes[sizes[list(BENCHMARKS)].notna().all(axis=1)]
        beaten = {name: sizes["forecast"] < sizes[name] for name in BENCHMARKS}
        found.append(
            {
                **dict(zip(by, key, strict=True)),
                "scored": len(part),
                "compared": len(compared),
                **{name: float(size.mean()) for name, size in compared.items()},
                **{
                    f"beats_{name}": float(is_less[sizes[name].notna()].mean())
                    for name, is_less in beaten.items()
                },
                "beats_all": float((compared["forecast"] < compared[list(BENCHMARKS)].min(axis=1)).mean()),
                "inside": float(part["inside"].mean()),
            }
        )
    return pd.DataFrame(found)
