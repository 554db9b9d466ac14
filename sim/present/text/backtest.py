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
