"""The validation's tables as words: errors and verdicts, benchmark forecasts, the path within 2020, stylised facts."""

from __future__ import annotations

from typing import Any

from sim.core.language import N_, _, translated
from sim.present.text.numbers import number
from sim.present.text.validation import error_words, figure_words, moment_words, verdict_words
from sim.validation.benchmarks import most_accurate
from sim.validation.validate import Validation


def validation_rows(validation: Validation) -> list[dict[str, Any]]:
    """One row a target: error and verdict in the fit years, in the unseen years and since the new sample."""
    by = validation.summary.set_index(["indicator", "group", "period"])
    rows = []
    for target in validation.targets:
        cells = {}
        for period in ("fit", "unseen", "new sample"):
            key = (target.indicator, target.group, period)
            if key in by.index:
                row = by.loc[key]
                unit = row["error_unit"]
                allowed = error_words(row["tolerance"], unit)
                cells[period] = {
                    "error": error_words(row["mean_absolute_error"], unit),
                    "worst": error_words(row["worst_error"], unit, signed=True),
                    "verdict": verdict_words(row["verdict"]),
                    "kind": row["verdict"],
                    "years": int(row["years"]),
                }
        if cells:
            rows.append({"label": translated(target.label), "tolerance": allowed, **cells})
    return rows


def missed(validation: Validation, period: str) -> list[str]:
    """Labels of the targets missed in a period."""
    found = validation.summary
    labels = found[(found["period"] == period) & (found["verdict"] == "missed")]["label"]
    return [translated(label) for label in labels]


def benchmark_rows(validation: Validation) -> list[dict[str, str]]:
    """The model's unseen error on head-counts beside the two benchmark forecasts."""
    found = validation.summary.dropna(subset=["trend_error"])
    found = found[(found["indicator"] == "migrant_workers") & found["group"].isin(["out", "local", "total"])]
    return [
        {
            "label": translated(row.label),
            "model": number(row.mean_absolute_error, 1),
            "held": number(row.last_value_error, 1),
            "trend": number(row.trend_error, 1),
            "best": row.mean_absolute_error < min(row.last_value_error, row.trend_error),
        }
        for row in found.itertuples()
    ]


def validation_in_short(validation: Validation) -> list[str]:
    """How many series meet their tolerance in either period, and on how many the model beats the benchmark forecasts."""
    counts = validation.summary.groupby(["period", "verdict"]).size()
    lines = []
    told = {
        "fit": N_("Of {all} series in the years to 2019: {met} met, {near} near, {missed} missed."),
        "unseen": N_("Of {all} series in the unseen years: {met} met, {near} near, {missed} missed."),
        "new sample": N_(
            "Of {all} series since the new sample, by their changes: {met} met, {near} near, {missed} missed."
        ),
    }
    for period, words in told.items():
        found = {name: int(counts.get((period, name), 0)) for name in ("met", "near", "missed")}
        if sum(found.values()):
            lines.append(_(words, all=sum(found.values()), **found))
    beaten, of = benchmarks_beaten(validation)
    if of:
        lines.append(
            _(
                "In the unseen years the model errs less than both benchmark forecasts on {some} of {all} series.",
                some=beaten,
                all=of,
            )
        )
    return lines


def benchmarks_beaten(validation: Validation) -> tuple[int, int]:
    """On how many series of the unseen years the model errs less than both benchmark forecasts; of how many."""
    found = validation.summary.dropna(subset=["last_value_error"])
    wins = [
        most_accurate(row.mean_absolute_error, row.last_value_error, row.trend_error) == "model"
        for row in found.itertuples()
    ]
    return sum(wins), len(wins)


def stylised_fact_rows(validation: Validation) -> list[dict[str, str]]:
    """Stylised facts that no official series holds: target, model, verdict."""
    return [
        {
            "label": translated(row.label) + figure_words(row.official_year),
            "years": row.years,
            "unit": translated(row.unit),
            "target": f"{number(row.official, 1)} ± {number(row.tolerance, 1)}",
            "model": number(row.model, 1),
            "verdict": verdict_words(row.verdict),
            "kind": row.verdict,
        }
        for row in validation.stylised_facts.itertuples()
    ]


def quarter_rows(validation: Validation) -> list[dict[str, str]]:
    """The path within 2020, official and model."""
    return [
        {
            "moment": moment_words(row.moment),
            "official": number(row.official_percent, 1, signed=True),
            "model": number(row.model_percent, 1, signed=True),
            "verdict": verdict_words(row.verdict),
            "kind": row.verdict,
            "tolerance": number(row.tolerance, 1),
        }
        for row in validation.quarters.itertuples()
    ]
