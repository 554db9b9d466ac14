"""What a calibration compares: errors of a run on the fitted targets, few numbers for each smooth series.

The errors of one series in neighbouring years are almost the same number, so a series is read by three: the
mean error of the fit years (``level``), the error of its last less that of its first fit year
(``change``), where four years or more lie between, and what the years since the survey's new sample added
(``recent``). Half the target's discrepancy is taken as one standard deviation, that of a difference of two
years being known better, since most households are asked in both: the discrepancy is the band
within which a model that is right enough should mostly lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sim.results.results import Results
from sim.validation.stylised_facts import stylised_facts_table
from sim.validation.targets import LAST_USED_YEAR, NEW_SAMPLE, read_targets
from sim.validation.tolerances import Survey
from sim.validation.validate import compared_rows
from sim.world.data import Data, load_data

TABLES = ("national", "official")  # of results, which ``measured`` reads
LEVEL, CHANGE, RECENT, FACT = "level", "change", "recent", "fact"
YEARS_FOR_A_CHANGE = 4


@dataclass(frozen=True, slots=True)
class Observation:
    """One number that a run is judged by; its error should be zero give or take ``sd``."""

    name: str
    label: str
    sd: float
    unit: str


def observations(data: Data | None = None) -> tuple[Observation, ...]:
    """Every observation of the fitted targets, in the order of the targets."""
    data = data or load_data()
    found = []
    targets = {
        target.id: target
        for table in ("annual", "stylised_fact")
        for target in read_targets(data, table)
        if target.fitted
    }
    recent = _years(data, "new sample")
    of_a_year = Survey.read(data.survey).over_a_year()  # most households are asked in both years
    for target_id, years in _years(data, "fit").items():
        target = targets.get(target_id)
        if target is None:
            continue
        sd = target.discrepancy / 2.0
        found.append(Observation(f"{target_id}:{LEVEL}", f"{target.label}, level", sd, target.unit))
        if max(years) - min(years) >= YEARS_FOR_A_CHANGE:
            label = f"{target.label}, change {min(years)}-{max(years)}"
            found.append(Observation(f"{target_id}:{CHANGE}", label, sd, target.unit))
        if target_id in recent:
            label = f"{target.label}, change {NEW_SAMPLE}-{max(recent[target_id])}"
            found.append(Observation(f"{target_id}:{RECENT}", label, sd * of_a_year, target.unit))
    facts = [target for target in targets.values() if target.table == "stylised_fact"]
    found += [
        Observation(f"{fact.id}:{FACT}", fact.label, fact.discrepancy / 2.0, fact.unit) for fact in facts
    ]
    return tuple(found)


def measured(results: Results, data: Data | None = None) -> dict[str, float]:
    """The errors of one run by observation name; absent where the run does not hold it."""
    data = data or load_data()
    rows, _ = compared_rows([results], data)
    values = {}
    for row in stylised_facts_table([results], read_targets(data, "stylised_fact")).itertuples():
        values[f"{row.id}:{FACT}"] = row.error
    for target_id, part in _rows_of(rows, "new sample"):
        values[f"{target_id}:{RECENT}"] = float(part.sort_values("year")["judged_error"].iloc[-1])
    for target_id, part in _rows_of(rows, "fit"):
        part = part.sort_values("year")
        values[f"{target_id}:{LEVEL}"] = float(part["error"].mean())
        if part["year"].iloc[-1] - part["year"].iloc[0] >= YEARS_FOR_A_CHANGE:
            values[f"{target_id}:{CHANGE}"] = float(part["error"].iloc[-1] - part["error"].iloc[0])
    return {name: value for name, value in values.items() if pd.notna(value)}


def _rows_of(rows: pd.DataFrame, period: str):
    """The comparable rows of every annual target in a period, by its id."""
    is_used = (rows["label"] != "") & (rows["note"] == "") & rows["judged_error"].notna()
    is_used &= rows["year"] <= LAST_USED_YEAR
    rows = rows[is_used & (rows["period"] == period)]
    for (indicator, group), part in rows.groupby(["indicator", "group"], sort=False):
        yield f"{indicator}.{group}", part


def _years(data: Data, period: str) -> dict[str, list[int]]:
    """The comparable years of every annual target: those of a run that has every official figure."""
    official = data.official_annual.query("year >= 2014")
    national = pd.DataFrame({"month": pd.Series(dtype=str), "away_now": []})
    figures = official[["year", "indicator", "group", "value", "unit"]]
    perfect, _ = compared_rows([Results({"official": figures, "national": national}, {})], data)
    return {name: part["year"].tolist() for name, part in _rows_of(perfect, period)}
