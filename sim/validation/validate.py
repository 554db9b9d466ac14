"""The model against official statistics: fit years and unseen years apart, beside benchmark forecasts.

Every official figure that the run can be held against is compared; the targets (``sim/data/targets.csv``)
are those that get a tolerance and a verdict. Parameters were set on the years to ``LAST_FIT_YEAR`` and on
the changes since ``NEW_SAMPLE``, when the survey drew a new sample: from then on a year is judged by its
error less that of the first year of the sample, since the levels before and after do not compare. The years
between are unseen. A verdict is given by rule: *met* when every year is within the tolerance, *near* when
the mean absolute error is, *missed* otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.core.arguments import whole_number
from sim.core.deprecated import old_attribute, old_method
from sim.core.language import N_
from sim.results.columns import VALIDATION_TABLES, empty_table
from sim.results.csv_files import csv_bytes
from sim.results.official import official_table
from sim.results.results import Results, write_folder
from sim.validation.benchmarks import benchmark_errors
from sim.validation.five_year_moves import compare_moves
from sim.validation.official_figures import official_figures, since_new_sample, with_ratios
from sim.validation.stylised_facts import stylised_facts_table
from sim.validation.targets import NEW_SAMPLE, Target, read_targets
from sim.validation.tolerances import TWO_SIDED, Survey

if TYPE_CHECKING:
    from sim.world.data import Data

RULE = N_(
    "A verdict is given by rule: met when the error of every year is within the tolerance, near when only "
    "the mean absolute error is, missed otherwise."
)


# Month of 2020 -> (month of 2019 that the statistics compare it with, official quarter, group).
_QUARTERS_2020 = {
    "2020-02": ("2019-03", 1, "end_of_february"),
    "2020-06": ("2019-06", 2, "all"),
    "2020-09": ("2019-09", 3, "all"),
}


@dataclass
class Validation:
    """The comparison. ``rows``: one official figure each; ``summary``: one target and period each;
    ``model``: the run's own figures, also of years without an official one; ``quarters``: the path within
    2020; ``stocks``: rural workers away at the end of each published quarter; ``stylised_facts``: one fact
    each; ``corridors``: five-year moves against the census, where the moves were given; ``not_modelled``:
    official series that the model does not hold, with the reason (group ``*``: all groups)."""

    rows: pd.DataFrame
    summary: pd.DataFrame
    model: pd.DataFrame
    quarters: pd.DataFrame
    stocks: pd.DataFrame
    stylised_facts: pd.DataFrame
    corridors: pd.DataFrame
    not_modelled: pd.DataFrame
    targets: tuple[Target, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Every comparison, one row per indicator, group and year."""
        return self.rows.copy()

    text = old_method("Validation", "text")
    facts = old_attribute("Validation", "facts")

    def save(
        self, folder: str | os.PathLike, extra: dict[str, bytes] | None = None, excel_csv: bool = False
    ) -> Path:
        """Write the tables, all or nothing; ``extra`` are further files beside them.

        ``excel_csv`` puts a byte order mark into the CSV file.
        """
        names = ("rows", "summary", "model", "quarters", "stocks", "stylised_facts", "corridors")
        tables = {name: getattr(self, name) for name in names}
        files = {
            "validation.csv": csv_bytes(self.rows, excel_csv),
            **(extra or {}),
        }
        return write_folder(folder, tables, {"kind": "validation", **self.about}, files, VALIDATION_TABLES)


def validate(
    results: Results | Sequence[Results],
    data: Data | None = None,
    moves: np.ndarray | None = None,
    members: int = 0,
) -> Validation:
    """Hold one run, or the mean over the seeds of several, against the packaged official statistics.

    ``moves``, persons by province of residence in November 2014 and 2019 (31, 31), adds the corridors.
    ``members`` says that the runs are members of the calibrated ensemble: their band is shown.
    """
    members = whole_number(members, "members")
    runs = [results] if isinstance(results, Results) else list(results)
    if data is None:
        from sim.world.data import load_data

        data = load_data()
    rows, model = compared_rows(runs, data)
    targets, survey = read_targets(data), Survey.read(data.survey)
    about = {
        "scenario_name": runs[0].manifest.get("scenario_name"),
        "seeds": [run.manifest.get("seed") for run in runs],
        "scale": runs[0].manifest.get("scale"),
        "rule": RULE,
        "members": members,
    }
    quarterly = data.official_quarterly
    quarters = _quarters_2020(runs, quarterly, read_targets(data, "quarterly"), survey)
    facts = stylised_facts_table(runs, read_targets(data, "stylised_fact"))
    stocks = _official_stocks(quarterly)
    corridors = _table("corridors", []) if moves is None else corridors_table(moves, data)
    return Validation(
        rows, _summary(rows), model, quarters, stocks, facts, corridors, data.not_modelled, targets, about
    )


def compared_rows(runs: Sequence[Results], data: Data) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``rows`` and ``model`` of a ``Validation`` alone, which takes a third of the time."""
    annual = data.official_annual
    names = set(zip(annual["indicator"], annual["group"], strict=True))
    model = _mean_over_seeds([with_ratios(official_table(run, names)) for run in runs])
    return _compared(official_figures(data), model), model


def corridors_table(moves: np.ndarray, data: Data) -> pd.DataFrame:
    """The comparison of moves with the census, with the aims of the corridor targets and their verdicts."""
    table = compare_moves(moves, data)
    wanted = {target.id.partition(".")[2]: target for target in read_targets(data, "corridor")}
    table["least"] = [
        wanted[name].value - wanted[name].tolerance if name in wanted else np.nan for name in table["measure"]
    ]
    met = np.where(table["model"] >= table["least"], "met", "missed")
    table["verdict"] = np.where(table["least"].isna(), "", met)
    return table


def _mean_over_seeds(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Mean, lowest and highest, and the ends of the middle 90 %, over the runs."""
    together = pd.concat(tables)
    if together.empty:  # no run holds a whole calendar year
        return _table("model", [])
    by = together.groupby(["year", "indicator", "group"])["value"]
    ends = by.quantile([0.05, 0.95]).unstack().set_axis(["band_low", "band_high"], axis=1)
    found = by.agg(model="mean", model_low="min", model_high="max")
    return found.join(ends).reset_index()


def _compared(figures: pd.DataFrame, model: pd.DataFrame) -> pd.DataFrame:
    """The official figures that the model holds, in their order, with its errors."""
    keys = ["year", "indicator", "group"]
    rows = figures.merge(model, on=keys, validate="1:1")  # in the order of the figures
    gap = rows["model"] - rows["official"]
    in_percent = rows["error_unit"] == "percent"
    rows["error"] = gap.where(~in_percent, 100.0 * gap / rows["official"])
    rows["judged_error"] = _judged(rows)
    return rows[list(VALIDATION_TABLES["rows"])]


def _judged(rows: pd.DataFrame) -> pd.Series:
    """The error that a verdict is about: since the new sample, what was added to that of its first year.

    A series that the first year lacks cannot be judged since then: NaN.
    """
    first = rows[rows["year"] == NEW_SAMPLE].set_index(["indicator", "group"])["error"]
    before = pd.Series(pd.MultiIndex.from_frame(rows[["indicator", "group"]]).map(first), index=rows.index)
    since = since_new_sample(rows)
    judged = rows["error"] - before.where(since, 0.0)
    return judged.mask(since & (rows["year"] == NEW_SAMPLE))


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Errors and verdict by target and period; benchmark forecasts in the unseen years."""
    found = []
    usable = rows[(rows["label"] != "") & (rows["note"] == "") & rows["judged_error"].notna()]
    for (indicator, group, period), part in usable.groupby(["indicator", "group", "period"], sort=False):
        errors = part["judged_error"]
        size = errors.abs()
        tolerance = part["tolerance"].mean()
        found.append(
            {
                "indicator": indicator,
                "group": group,
                "label": part["label"].iloc[0],
                "period": period,
                "years": len(part),
                "mean_absolute_error": size.mean(),
                "worst_error": errors.loc[size.idxmax()],
                "mean_error": errors.mean(),
                "error_unit": part["error_unit"].iloc[0],
                "tolerance": tolerance,
                "verdict": verdict(size.to_numpy() / part["tolerance"].to_numpy(), 1.0),
                **_benchmarks(usable, indicator, group, period),
            }
        )
    return _table("summary", found)


def verdict(errors: np.ndarray, tolerance: float) -> str:
    """``met``, ``near`` or ``missed``: see ``RULE``."""
    if np.all(np.abs(errors) <= tolerance):
        return "met"
    return "near" if np.mean(np.abs(errors)) <= tolerance else "missed"


def _benchmarks(usable: pd.DataFrame, indicator: str, group: str, period: str) -> dict[str, float]:
    """The errors of the benchmark forecasts, for the unseen years."""
    if period != "unseen":
        return {"last_value_error": np.nan, "trend_error": np.nan}
    return benchmark_errors(usable[(usable["indicator"] == indicator) & (usable["group"] == group)])


def _quarters_2020(
    runs: Sequence[Results], official: pd.DataFrame, targets: Sequence[Target], survey: Survey
) -> pd.DataFrame:
    """Rural workers away at three moments of 2020 against a year before, percent: official and model."""
    away = pd.concat([run.national.set_index("month")["away_now"] for run in runs], axis=1).mean(axis=1)
    rows = []
    for target in targets:
        month = target.year
        before, quarter, group = _QUARTERS_2020[month]
        if month not in away or before not in away:
            continue
        then, now = _official_stock(official, 2019, quarter), _official_stock(official, 2020, quarter, group)
        allowed = 100 * TWO_SIDED * survey.of_count(now * 1e4) / (then * 1e4) * survey.over_a_year()
        change, truth = 100 * (away[month] / away[before] - 1), 100 * (now / then - 1)
        rows.append(
            {
                "moment": target.label.partition(", ")[2],
                "month": month,
                "official_percent": truth,
                "model_percent": change,
                "error_points": change - truth,
                "tolerance": allowed,
                "verdict": verdict(np.array([change - truth]), allowed),
                "official_10k_persons": now,
                "model_10k_persons": away[month] / 1e4,
            }
        )
    return _table("quarters", rows)


def _table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as the table of that name, which has its columns without rows too."""
    return pd.DataFrame(rows) if rows else empty_table(name, VALIDATION_TABLES[name])


def _official_stocks(official: pd.DataFrame) -> pd.DataFrame:
    """Every published stock of rural workers away, at the month that it refers to."""
    rows = official[official["indicator"] == "out_rural_labour"]
    month = (3 * rows["quarter"]).where(rows["group"] != "end_of_february", 2)
    dates = rows["year"].astype(str) + "-" + month.astype(str).str.zfill(2)
    return pd.DataFrame({"month": dates, "official_10k_persons": rows["value"]}).reset_index(drop=True)


def _official_stock(official: pd.DataFrame, year: int, quarter: int, group: str = "all") -> float:
    """The published stock; where only a rounded one is, the year before times the published growth."""
    table = official[official["quarter"] == quarter].set_index(["year", "indicator", "group"])["value"]
    if (year, "out_rural_labour", group) in table:
        return float(table[year, "out_rural_labour", group])
    growth = table[year, "out_rural_labour_yoy_growth", "all"]
    return float(table[year - 1, "out_rural_labour", "all"] * (1 + growth / 100))
