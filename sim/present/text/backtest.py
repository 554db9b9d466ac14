"""A backtest in words: where the model's forecasts beat the benchmarks, by horizon and group of series."""

from __future__ import annotations

import pandas as pd

from sim.core.language import N_, Words, _, plural
from sim.present.text.numbers import listing, number, percent
from sim.validation.forecast_bands import BAND
from sim.validation.forecast_scores import summary
from sim.validation.forecasts import BENCHMARKS

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
BAND_HEADS = Words(
    {
        "horizon": HEADS._words["horizon"],
        "forecaster": N_("forecast by"),
        "banded": N_("figures"),
        "inside": HEADS._words["inside"],
        "width": N_("mean width"),
        "fair_width": N_("width at which 90 % would be held"),
        "score": N_("interval score"),
    }
)
METHOD = N_(
    "At each of these origins parameters are found anew, from the priors and from official figures up to that "
    "year alone; after it output grows as the IMF then expected, wages and rural incomes at the mean of the five "
    "years before, as much slower or faster, cohorts as they were born, rules stay, and shocks to come are "
    "unknown. A level is carried on from its last "
    "official figure, by the model as by the benchmarks. Errors are in tolerances, what two surveys of the same "
    "country could differ by, as means over the forecasts that all could make. This is out of sample for the "
    "parameters, not for the form of the model: whoever wrote its rules had seen these years, and the priors "
    "rest on studies of any date."
)
BAND_METHOD = N_(
    "A band has four parts: the spread of the parameter sets; the sampling error of the figure; the outside "
    "series, by running the same sets with growth slower by what forecasts of output had been off; and what the "
    "form of the model is off by, by group of series, from errors that had been seen by then (within the fitted "
    "years, and of forecasts made earlier), growing with the years ahead. It has the tails of Student's t with as "
    "many degrees of freedom as years were seen. The benchmarks' bands come from their own earlier errors in the "
    "same way. The interval score is the width and twenty times the distance of a figure outside, in tolerances: "
    "less is better, and a wide band is not free. Figures of one year move together, so the interval behind a "
    "share counts them as fewer."
)
EFFECTS_APART = N_(
    "An effect of a policy is the difference of two runs that share whatever the level is off by, so that most of "
    "this cancels and does not widen the band of an effect one for one; what may be wrong with the answer to a "
    "policy is in that band as far as parameters carry it, and no further."
)
STALE = N_("The backtest was made with other rules or input data than those of today.")
_SHARES = ("beats_all", "inside")


def score_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows for printing of a table that ``summary`` makes."""
    rows = []
    for row in table.to_dict("records"):
        said = {name: number(row[name], 2) for name in FORECASTERS}
        said |= {name: percent(100 * row[name]) for name in _SHARES}
        said["inside"] = _within(row["inside"], row["inside_low"], row["inside_high"])
        said |= {name: str(row[name]) for name in ("origin", "horizon", "scored") if name in row}
        if "subject" in row:
            said["subject"] = SUBJECTS[row["subject"]]
        rows.append(said)
    return rows


def _within(share: float, low: float, high: float) -> str:
    """A share with its interval: ``88 % (71 to 96 %)``."""
    if share != share:
        return percent(share)
    return _(
        "{share} ({low} to {high})",
        share=percent(100 * share),
        low=number(100 * low),
        high=percent(100 * high),
    )


def band_rows(rows: pd.DataFrame) -> list[dict[str, str]]:
    """The bands of the model and of the benchmarks, over the forecasts for which all have one."""
    found = []
    for one in summary(rows, ["horizon"]).to_dict("records"):
        for name in ("", *BENCHMARKS):
            prefix = f"{name}_" if name else ""
            found.append(
                {
                    "horizon": str(one["horizon"]),
                    "forecaster": FORECASTERS[name or "forecast"],
                    "banded": str(one["banded"]),
                    "inside": percent(100 * one[f"{name or 'banded'}_inside"]),
                    "width": number(one[f"{prefix}width"], 1),
                    "fair_width": number(one[f"{prefix}fair_width"], 1),
                    "score": number(one[f"{prefix}score"], 1),
                }
            )
    return found


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
                "hold {inside}, with an interval of {low} to {high}.",
                "{count} years ahead, the model errs by {size} tolerances on average, {others}; on {share} of "
                "{scored} forecasts it errs least. The outside series as they came, in place of what was "
                "expected, would have made it {knowing}. The bands, which should hold {band} of the figures, "
                "hold {inside}, with an interval of {low} to {high}.",
                int(one["horizon"]),
                size=number(one["forecast"], 2),
                others=listing(against),
                share=percent(100 * one["beats_all"]),
                scored=one["scored"],
                knowing=number(one["knowing"], 2),
                band=percent(100 * BAND),
                inside=percent(100 * one["inside"]),
                low=number(100 * one["inside_low"]),
                high=percent(100 * one["inside_high"]),
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
