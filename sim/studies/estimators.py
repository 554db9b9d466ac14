"""The estimators of the designs, on result tables and on workers: plain numbers in, one number out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.results.results import Results
from sim.studies.study import Estimate, StudyOutcome, Units

_EARNINGS_BAND = 0.25  # log points: how alike earnings of the year before must be
_AGE_BAND = 5  # years


def chosen(table: pd.DataFrame, units: Units) -> pd.DataFrame:
    """The rows of a panel that belong to the units; the national table has no units."""
    province = table.get("province", table.get("home"))
    if province is None:
        return table
    if units == Units():
        return table
    provinces, names = pd.factorize(province)
    tiers, tier_names = (
        pd.factorize(table["tier"]) if "tier" in table else (np.zeros(len(table), int), [None])
    )
    known = np.array([[units.has(name, tier) for tier in tier_names] for name in names], dtype=bool)
    return table[known[provinces, tiers]] if len(table) else table


def quantity(table: pd.DataFrame, outcome: StudyOutcome, months: tuple[str, str]) -> float:
    """The outcome over the months, both included: mean of the monthly sums, over that of ``per``.

    Of a yearly table: mean over the years that the months touch.
    """
    clock = table["month"] if "month" in table else table["year"].astype(str)
    first, last = months if "month" in table else (months[0][:4], months[1][:4])
    inside = table[(clock >= first) & (clock <= last)]
    count = max(clock[inside.index].nunique(), 1)
    top = inside[list(outcome.over)].to_numpy(float).sum() / count
    if not outcome.per:
        return float(top)
    bottom = inside[list(outcome.per)].to_numpy(float).sum() / count
    return float(top / bottom) if bottom else np.nan


def in_form(value: float, form: str) -> float:
    """A quantity on the scale on which differences are taken."""
    if form in ("log_percent", "percent_of_base"):
        return 100.0 * float(np.log(value)) if value > 0 else np.nan
    return 100.0 * value if form == "points" else value


def contrast(after: float, before: float, form: str) -> float:
    """The difference of two quantities in a form; a plain percentage for ``percent_of_base``."""
    if form == "percent_of_base":
        return 100.0 * (after / before - 1.0) if before else np.nan
    return in_form(after, form) - in_form(before, form)


def difference_in_differences(policy: Results, estimate: Estimate) -> float:
    """What a study sees in a run with the policy: the change of the treated less that of the control."""
    table, outcome, control, before = (
        policy.tables[estimate.table],
        estimate.outcome,
        estimate.control,
        estimate.before,
    )
    assert outcome and control and before, "a checked estimate of this design has them"
    changes = []
    for units in (estimate.treated, control):
        rows = chosen(table, units)
        changes.append(
            contrast(
                quantity(rows, outcome, estimate.after),
                quantity(rows, outcome, before),
                outcome.form,
            )
        )
    return changes[0] - changes[1]


def with_and_without(base: Results, policy: Results, estimate: Estimate) -> float:
    """The effect on the treated: the same workers with and without the policy."""
    outcome, values = estimate.outcome, []
    assert outcome, "a checked estimate of this design has one"
    for run in (policy, base):
        rows = chosen(run.tables[estimate.table], estimate.treated)
        values.append(quantity(rows, outcome, estimate.after))
    return contrast(values[0], values[1], outcome.form)


def matched_gap(workers: pd.DataFrame, match_on: Sequence[str]) -> float:
    """Mean log earnings of the trained less that of untrained workers alike in ``match_on``, in percent.

    ``workers`` holds ``trained`` (bool), ``earned`` (yuan of the year after, positive) and the matching
    variables. Cells without both kinds are left out; cells weigh by their trained workers.
    """
    cells = workers.assign(log=np.log(workers["earned"])).groupby([*match_on, "trained"])["log"]
    table = cells.agg(["mean", "size"]).unstack("trained").dropna()
    if table.empty or len(table.columns) < 4:  # nobody is alike, or all are of one kind
        return np.nan
    gap = table[("mean", True)] - table[("mean", False)]
    return float(100.0 * np.average(gap, weights=table[("size", True)]))


def matching_variables(workers: pd.DataFrame) -> pd.DataFrame:
    """The variables on which workers are matched, coarsened: five-year ages, bands of earlier earnings."""
    age, before = workers["age"] // _AGE_BAND, workers["earned_before"]
    band = np.where(before > 0, np.floor(np.log(np.maximum(before, 1.0)) / _EARNINGS_BAND), -1.0)
    return workers.assign(age=age, earnings=band)
