"""Effects by place and by group in words: names in both languages, rows for tables, and what a scale carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.comparison.breakdown import dimensions, scale_for
from sim.comparison.comparison import Comparison
from sim.core.language import N_, Words, _, speaking
from sim.present.text.comparison import in_small, main_horizon, period_words
from sim.present.text.groups import group_words
from sim.present.text.numbers import (
    amount,
    apart,
    interval_alone,
    listing,
    scale_number,
    with_interval,
)
from sim.results.outcomes import OUTCOMES

# Each dimension: what it divides by, and what its groups are called.
_DIMENSIONS = Words(
    {
        "home-province": N_("By province of registration"),
        "destination": N_("By province of work"),
        "tier": N_("By kind of place"),
        "corridor": N_("By region of home and of work"),
        "region": N_("By region of home"),
        "age": N_("By age"),
        "sex": N_("By sex"),
        "schooling": N_("By schooling"),
        "poor": N_("By poor households"),
        "activity": N_("By what workers did before"),
    }
)
_PLURALS = Words(
    {
        "home-province": N_("provinces"),
        "destination": N_("provinces"),
        "tier": N_("kinds of place"),
        "corridor": N_("corridors"),
        "region": N_("regions"),
        "age": N_("age groups"),
        "sex": N_("groups"),
        "schooling": N_("groups"),
        "poor": N_("groups"),
        "activity": N_("groups"),
    }
)
DIMENSIONS = tuple(_DIMENSIONS)
_MEASURES = Words({"at_work": N_("In work there"), "net_income": N_("Real net income per worker")})
MAIN = ("local", "out", "settled", "at_work", "net_income")  # measures that a narrow table shows
MOST_NAMED = 3  # groups for which another scale is named


def dimension_words(name: str, language: str | None = None) -> str:
    """A dimension as a heading, in the language in use or in another one."""
    with speaking(language):
        return _DIMENSIONS[name]


def measure_words(name: str, language: str | None = None) -> str:
    """What is counted, as the head of a column."""
    with speaking(language):
        return _MEASURES[name] if name in _MEASURES else OUTCOMES[name].label


# --- tables -----------------------------------------------------------------------------------------


def of_dimension(comparison: Comparison, policy: str, dimension: str) -> pd.DataFrame:
    """The rows of ``by_group`` of one policy and dimension in its main year; none if there is nothing."""
    table = comparison.tables.get("by_group", pd.DataFrame())
    if table.empty:
        return table
    own = table[(table["policy"] == policy) & (table["dimension"] == dimension)]
    return own[own["horizon_years"] == _main(comparison, policy)]


def _main(comparison: Comparison, policy: str) -> int:
    """The year that the answer about a policy is about."""
    return main_horizon(next(one for one in comparison.policies if one["name"] == policy))


def when_words(comparison: Comparison, policy: str) -> str:
    """The policy year that is shown: ``year 5 (2029)``."""
    table = comparison.effects[comparison.effects["policy"] == policy]
    horizon = _main(comparison, policy)
    first, last = table.loc[table["horizon_years"] == horizon, ["from_month", "to_month"]].iloc[0]
    return _("year {year} ({period})", year=horizon, period=period_words(first, last))


def by_rows(comparison: Comparison, policy: str, dimension: str) -> list[dict[str, Any]]:
    """A row for each group: its words, workers, and a cell for each measure.

    A cell has ``text``, ``range`` and ``kind``: ``moved``, ``unclear`` (cannot tell), ``none`` (nothing
    differs), or ``few``, where the group holds too few simulated workers for the measure.
    """
    table = of_dimension(comparison, policy, dimension)
    rows = []
    for group in dict.fromkeys(table.get("group", ())):
        own = table[table["group"] == group].set_index("outcome", drop=False)
        rows.append(
            {
                "name": group,
                "group": group_words(dimension, group),
                "group_zh": group_words(dimension, group, "zh"),
                "persons": amount(own["persons"].iloc[0], "persons", noun=False),
                "cells": {row.outcome: _cell(row) for row in own.itertuples()},
            }
        )
    return rows


def _cell(row: Any) -> dict[str, str]:
    return {"text": _("few workers"), "range": "", "kind": "few"} if not row.is_reliable else told_cell(row)


def told_cell(row: Any) -> dict[str, str]:
    """The cell of a row with ``difference``, ``low``, ``high``, ``unit`` and ``verdict``; money without its unit."""
    if row.verdict == "identical":
        return {"text": _("no change"), "range": "", "kind": "none"}
    said, has_unit = (row.difference, row.low, row.high, row.unit), row.unit == "percent"
    if row.verdict == "cannot tell":
        alone = interval_alone(*said, with_unit=has_unit)
        return {"text": _("cannot tell"), "range": alone, "kind": "unclear"}
    text, ends = with_interval(*said, with_unit=has_unit)
    return {"text": text, "range": ends, "kind": "moved"}


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``by_group`` with the words of dimension, group and measure in both languages, for a CSV file."""
    said = table.copy()
    place = list(said.columns).index("group") + 1
    for language in ("zh", "en"):
        words = [
            group_words(row.dimension, row.group, language)
            for row in table[["dimension", "group"]].itertuples()
        ]
        said.insert(place, f"group_{language}", words)
    measures = [measure_words(name, "zh") for name in table["outcome"]]
    said.insert(list(said.columns).index("outcome") + 1, "outcome_zh", measures)
    return said


# --- what a scale carries ---------------------------------------------------------------------------


def scale_sentences(
    comparison: Comparison, policy: str, dimension: str, named: Sequence[str] = ()
) -> list[str]:
    """Which groups the scale carries, by measure, and which scale the largest others (or those named) need."""
    table = of_dimension(comparison, policy, dimension)
    if table.empty:
        return []
    seeds, scale = len(comparison.manifest["seeds"]), float(comparison.manifest["scale"])
    if seeds < 2:
        return [_("One seed gives no error, so no cell can be told from chance: take at least 5 seeds.")]
    groups = table.groupby("group", sort=False).first()
    measures = table.groupby("outcome", sort=False)["workers_needed"].first()
    carried = []
    for name, needed in measures.items():
        have = int((table.loc[table["outcome"] == name, "workers"] >= needed).sum())
        carried.append(
            _(
                "{measure}: {least} ({count} of {all})",
                measure=in_small(measure_words(str(name))),
                least=amount(float(needed) * scale, "persons", noun=False),
                count=have,
                all=len(groups),
            )
        )
    sentences = [
        _(
            "At 1:{scale} with {seeds} seeds an effect of the usual size is told from chance in {groups} with at "
            "least so many workers: {measures}. Cells with fewer are grey.",
            scale=scale_number(scale),
            seeds=seeds,
            groups=_PLURALS[dimension],
            measures=apart(carried),
        )
    ]
    told = [name for name in measures.index if name in _told(comparison, policy)]
    measure = str(told[0] if told else measures.index[0])
    own = table[table["outcome"] == measure].set_index("group")
    others = own[own["workers"] < own["workers_needed"]].sort_values("persons", ascending=False)
    if named:
        others = others.loc[[name for name in named if name in others.index]]
    if len(others):
        finer = _finer(dimension, others, float(measures[measure]))
        sentences.append(_("For {measure} {finer}.", measure=in_small(measure_words(measure)), finer=finer))
    return sentences


def _finer(dimension: str, groups: pd.DataFrame, needed: float) -> str:
    """The scales that groups need, the largest first: ``in Henan use 1:2000, in Hubei 1:1000``."""
    told: list[str] = []
    for name, row in groups.head(MOST_NAMED).iterrows():
        finer = scale_for(float(row["persons"]), needed)
        said = {
            "group": group_words(dimension, str(name)),
            "scale": f"1:{finer}" if finer else _("more seeds"),
        }
        told.append(_("in {group} {scale}", **said) if told else _("in {group} use {scale}", **said))
    return listing(told)


def _told(comparison: Comparison, policy: str) -> list[str]:
    """The outcomes that the policy moves in the whole country, by the intervals over seeds."""
    table = comparison.effects
    own = table[table["policy"] == policy]
    year = own[own["horizon_years"] == _main(comparison, policy)]
    return year.loc[year["verdict"].isin(["higher", "lower"]), "outcome"].tolist()


def measures_of(dimension: str, table: pd.DataFrame) -> list[str]:
    """The measures of a dimension that the table has, in order."""
    there = set(table["outcome"]) if len(table) else set()
    return [name for name in dimensions()[dimension].measures if name in there]


def is_told(row: Any) -> bool:
    """Whether a cell's effect is told from chance, and its group large enough."""
    return bool(row.is_reliable and row.verdict in ("higher", "lower")) and np.isfinite(row.difference)
