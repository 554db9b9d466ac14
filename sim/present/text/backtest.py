"""A backtest in words: where the model's forecasts beat the benchmarks, by horizon and group of series."""

from __future__ import annotations

import pandas as pd

from sim.core.language import N_, Words, _, plural
from sim.present.text.numbers import listing, number, percent
from sim.validation.forecasts import BAND, BENCHMARKS, summary

SUBJECTS = Words(
    {
        "changes": N_("published changes and growth rates"),
        "head-counts": N_("head-counts"),
        "pay": N_("pay"),
        "people": N_("age, sex, schooling"),
        "regions": N_("regions of home and of work"),
        "work": N_("industries, working conditions, founders"),
    }
)
HEADS = Words(
    {
        "horizon": N_("years ahead"),
        "subject": N_("series"),
        "scored": N_("scored"),
        "forecast": N_("model"),
        "knowing": N_("model that knew the outside series"),
        "last_value": N_("last value"),
        "trend": N_("trend"),
        "autoregression": N_("autoregression"),
        "beats_all": N_("model errs least"),
        "inside": N_("inside the band"),
    }
)
ORIGIN_HEADS = Words({"origin": N_("fitted to"), **HEADS._words})
FORECASTERS = Words({name: HEADS._words[name] for name in ("forecast", "knowing", *BENCHMARKS)})
METHOD = N_(
    "At each of these origins parameters are found anew, from the priors and from official figures up to that "
    "year alone; after it the outside series go on at the mean growth of the five years before, cohorts as they "
    "were born, rules as they stand, and shocks to come are unknown. A level is carried on from its last "
    "official figure, by the model as by the benchmarks. Errors are in tolerances, what two surveys of the same "
    "country could differ by, as means over the forecasts that all could make. This is out of sample for the "
    "parameters, not for the form of the model: whoever wrote its rules had seen these years, and the priors "
    "rest on studies of any date."
)
STALE = N_("The backtest was made with other rules or input data than those of today.")
_SHARES = ("beats_all", "inside")


def score_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows for printing of a table that ``summary`` makes."""
    rows = []
    for row in table.to_dict("records"):
        said = {name: number(row[name], 2) for name in FORECASTERS}
        said |= {name: percent(100 * row[name]) for name in _SHARES}
        said |= {name: str(row[name]) for name in ("origin", "horizon", "scored") if name in row}
        if "subject" in row:
            said["subject"] = SUBJECTS[row["subject"]]
        rows.append(said)
    return rows


def listed_years(rows: pd.DataFrame) -> str:
    """The origins, in a sentence."""
    years = [str(year) for year in sorted(rows["origin"].unique())]
    return _("Forecasts made from the ends of {years}, for two years ahead each.", years=listing(years))


def who_errs_least(rows: pd.DataFrame) -> list[str]:
    """For which groups of series the model errs less than every benchmark, and for which it does not."""
    lines = []
    for horizon, part in summary(rows).groupby("horizon"):
        is_best = part["forecast"] < part[list(BENCHMARKS)].min(axis=1)
        won, lost = ([SUBJECTS[name] for name in part.loc[which, "subject"]] for which in (is_best, ~is_best))
        lines.append(
            plural(
                "{count} year ahead, the model errs less on average than every benchmark for: {won}; a benchmark "
                "errs less for: {lost}.",
                "{count} years ahead, the model errs less on average than every benchmark for: {won}; a benchmark "
                "errs less for: {lost}.",
                int(horizon),
                won=listing(won) or _("none"),
                lost=listing(lost) or _("none"),
            )
        )
    return lines


def sentences(rows: pd.DataFrame) -> list[str]:
    """What a backtest found, in a few sentences."""
    lines = []
    for one in summary(rows, ["horizon"]).to_dict("records"):
        against = [
            _("{name} {size}", name=FORECASTERS[name], size=number(one[name], 2)) for name in BENCHMARKS
        ]
        lines.append(
            plural(
                "{count} year ahead, the model errs by {size} tolerances on average, {others}; on {share} of "
                "{scored} forecasts it errs least. The outside series as they came, in place of what was "
                "expected, would have made it {knowing}. The bands, which should hold {band} of the figures, "
                "hold {inside}.",
                "{count} years ahead, the model errs by {size} tolerances on average, {others}; on {share} of "
                "{scored} forecasts it errs least. The outside series as they came, in place of what was "
                "expected, would have made it {knowing}. The bands, which should hold {band} of the figures, "
                "hold {inside}.",
                int(one["horizon"]),
                size=number(one["forecast"], 2),
                others=listing(against),
                share=percent(100 * one["beats_all"]),
                scored=one["scored"],
                knowing=number(one["knowing"], 2),
                band=percent(100 * BAND),
                inside=percent(100 * one["inside"]),
            )
        )
    left = int((rows["note"] == "new sample").sum())
    if left:
        lines.append(
            plural(
                "{count} forecast is not scored: it carries on from the survey's former sample to a figure of "
                "the new one.",
                "{count} forecasts are not scored: they carry on from the survey's former sample to figures of "
                "the new one.",
                left,
            )
        )
    return lines
