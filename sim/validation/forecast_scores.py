"""How forecasts fared once the official figures were published: errors, what the bands held, what width cost.

A figure of the survey's new sample is not scored against a forecast that carries on from the former one. The
figures of a year move together, so a share of them inside their bands is less sure than so many independent
ones would make it: ``coverage`` tells the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core.errors import Problem, ResultsError
from sim.core.language import _
from sim.parameters.posterior import versions
from sim.validation.forecast_bands import BAND, ERRORS
from sim.validation.forecasts import BENCHMARKS, official_values, subject_of
from sim.validation.official_figures import official_figures
from sim.validation.targets import NEW_SAMPLE
from sim.validation.tolerances import TWO_SIDED, is_change
from sim.world.data import PACKAGED_FOLDER, Data, load_data

PACKAGED = PACKAGED_FOLDER / "backtest.csv"
FORECASTS = ("forecast", "level", "knowing", *BENCHMARKS)
PARTS = ("parameters", "sampling", "outside", "discrepancy")  # of a band, standard deviations
_ENDS = tuple(f"{name}_{end}" for name in BENCHMARKS for end in ("low", "high"))
NUMBERS = (*FORECASTS, "low", "high", *PARTS, "quantile", "power", *_ENDS)
STORED = (
    "origin", "horizon", "year", "indicator", "group", "base_year", "forecast", "low", "high", "level",
    "knowing", *BENCHMARKS, *_ENDS, *PARTS, "quantile", "power", "source",
)  # fmt: skip
BREAK = "new sample"  # the note of a figure that no forecast from the former sample is held against


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


def errors_by(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The scored errors of forecasts as ``forecast_bands.ERRORS``, for what later bands learn from them."""
    told = rows[(rows["note"] == "") & rows["tolerance"].notna()]
    percent = np.where(told["unit"] == "percent", 100.0 / told["official"], 1.0)
    known = np.hypot(told["outside"].fillna(0.0), told["parameters"].fillna(0.0))
    explained = known * percent / told["tolerance"]
    found = told.assign(
        kind=kind,
        steps=told["year"] - told["base_year"],
        error=told["forecast_error"] / told["tolerance"],
        explained=explained,
    )
    return found[list(ERRORS)]


def summary(rows: pd.DataFrame, by: Sequence[str] = ("horizon", "subject")) -> pd.DataFrame:
    """Scores by horizon and group of series: a row each.

    ``scored``: forecasts that have a figure; ``compared``: those of them for which every benchmark could make
    one. Over these, mean absolute errors in tolerances of the figure: ``forecast`` (the model), ``knowing``
    (the model with the outside series as they came) and the benchmarks; and ``beats_all``, the share in which
    the model errs less than all benchmarks. ``beats_NAME``: less than one, where that one exists. ``level``:
    the model's own level, which is not carried on, where it can be scored. ``inside``: share of the figures
    in the stated band, ``inside_low`` to ``inside_high`` its interval (``coverage``). ``width`` and
    ``NAME_width``: mean width of the bands, in tolerances, over the ``banded`` forecasts for which every
    benchmark has a band; ``score`` and ``NAME_score``: mean interval score of these bands
    (``interval_scores``); ``NAME_inside``: share of the figures that they hold; ``fair_width`` and
    ``NAME_fair_width``: the mean width if the bands were stretched or shrunk to hold just ``BAND`` of them.
    """
    found = []
    usable = rows[(rows["note"] == "") & rows["tolerance"].notna()]
    alike = likeness(usable)
    for key, part in usable.groupby(list(by), sort=True):
        sizes = pd.DataFrame(
            {name: (part[f"{name}_error"] / part["tolerance"]).abs() for name in FORECASTS if name in part}
        )
        compared = sizes[sizes[list(BENCHMARKS)].notna().all(axis=1)]
        beaten = {name: sizes["forecast"] < sizes[name] for name in BENCHMARKS}
        low, high = coverage(part, alike)
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
                "inside_low": low,
                "inside_high": high,
                **_of_bands(part),
            }
        )
    return pd.DataFrame(found)


def _of_bands(part: pd.DataFrame) -> dict[str, float]:
    """Widths, interval scores and coverage of the bands of the model and the benchmarks, over the forecasts
    for which all have a band."""
    part = part[part[list(_ENDS)].notna().all(axis=1)]
    found: dict[str, float] = {"banded": len(part)}
    for name in ("", *BENCHMARKS):
        prefix = f"{name}_" if name else ""
        width, score = interval_scores(part, prefix)
        inside = part["official"].between(part[f"{prefix}low"], part[f"{prefix}high"])
        found |= {f"{prefix}width": float(width.mean()), f"{prefix}score": float(score.mean())}
        found[f"{prefix}fair_width"] = _stretch(part, name or "forecast", prefix) * float(width.mean())
        found[f"{prefix}inside" if name else "banded_inside"] = float(inside.mean()) if len(part) else np.nan
    return found


def _stretch(rows: pd.DataFrame, name: str, prefix: str) -> float:
    """By what the bands of a forecaster would have to be stretched to hold ``BAND`` of these figures."""
    if rows.empty:
        return np.nan
    away = rows["official"] - rows[name]
    reach = np.where(away > 0, rows[f"{prefix}high"] - rows[name], rows[name] - rows[f"{prefix}low"])
    return float(np.quantile(away.abs() / reach, BAND))


def interval_scores(rows: pd.DataFrame, prefix: str = "") -> tuple[pd.Series, pd.Series]:
    """The width of each band and its interval score, in tolerances: the width, and 2 / (1 - ``BAND``) times
    the distance of a figure outside. Lower is better: a band pays for its width, and for what it misses."""
    low, high, official = (rows[name] for name in (f"{prefix}low", f"{prefix}high", "official"))
    outside = (low - official).clip(lower=0.0) + (official - high).clip(lower=0.0)
    scale = np.where(rows["unit"] == "percent", 100.0 / official, 1.0) / rows["tolerance"]
    width = (high - low) * scale
    return width, width + 2.0 / (1.0 - BAND) * outside * scale


def likeness(rows: pd.DataFrame) -> float:
    """How much the figures of one origin and year lie in their bands together: the correlation within them,
    0 (each by itself) to 1 (all or none)."""
    groups = rows.groupby(["origin", "year"])["inside"]
    sizes, means = groups.size(), groups.mean()
    total, count = int(sizes.sum()), len(sizes)
    if count < 2 or total <= count:
        return 0.0
    whole = rows["inside"].mean()
    between = float((sizes * (means - whole) ** 2).sum()) / (count - 1)
    within = float((sizes * means * (1.0 - means)).sum()) / (total - count)
    typical = (total - float((sizes**2).sum()) / total) / (count - 1)
    spread = between + (typical - 1.0) * within
    return float(np.clip((between - within) / spread, 0.0, 1.0)) if spread > 0 else 0.0


def coverage(rows: pd.DataFrame, alike: float) -> tuple[float, float]:
    """The 95 % interval (Wilson's) of the share of figures inside their bands.

    ``alike``: see ``likeness``. By it so many figures of one origin and year count as fewer independent ones.
    """
    inside = rows["inside"].dropna()
    if inside.empty:
        return np.nan, np.nan
    sizes = rows.loc[inside.index].groupby(["origin", "year"]).size()
    count = float((sizes / (1.0 + (sizes - 1.0) * alike)).sum())
    share, z = float(inside.mean()), TWO_SIDED
    middle = (share + z**2 / (2.0 * count)) / (1.0 + z**2 / count)
    reach = z / (1.0 + z**2 / count) * np.sqrt(share * (1.0 - share) / count + z**2 / (4.0 * count**2))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
