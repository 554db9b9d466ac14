"""The sections of a comparison by place and by group: a table, its words and its pictures for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.core.language import _
from sim.present.charts import breakdown as charts
from sim.present.text.breakdown import (
    by_rows,
    dimension_words,
    labelled,
    measure_words,
    measures_of,
    of_dimension,
    scale_sentences,
    when_words,
)
from sim.present.text.comparison import title_of
from sim.results.csv_files import READABLE, csv_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MAPPED = ("home-province", "destination")


@dataclass(frozen=True)
class Section:
    """One dimension of one policy, ready for a page: heading, sentences, heads of columns, rows, pictures.

    ``rows`` are those of ``sim.present.text.breakdown.by_rows``; ``columns`` are (measure, its words, and in Chinese).
    ``figures``: name of the file -> picture.
    """

    policy: str
    dimension: str
    title: str
    title_zh: str
    when: str
    sentences: list[str]
    columns: list[tuple[str, str, str]]
    rows: list[dict[str, Any]]
    figures: dict[str, Figure] = field(default_factory=dict)


def sections(
    comparison: Comparison, dimensions: Sequence[str], named: Sequence[str] = (), with_figures: bool = True
) -> list[Section]:
    """A section for each policy and dimension of which the runs tell something.

    ``named``: groups for which the scale that they need is always told. Pictures that several dimensions
    share, such as the map, stand in the first.
    """
    found = []
    for policy in comparison.policies:
        is_mapped = False
        for dimension in dimensions:
            table = of_dimension(comparison, policy["name"], dimension)
            if table.empty:
                continue
            figures: dict[str, Figure] = {}
            by = dimension_words(dimension)
            if with_figures:
                stem = f"{dimension}-{policy['name']}"
                if dimension in _MAPPED and not is_mapped:
                    is_mapped = True
                    figures[f"map-{policy['name']}"] = charts.province_map(comparison, policy)
                if dimension == "corridor":
                    figures[f"flows-{policy['name']}"] = charts.flows_between_regions(comparison, policy)
                figures[f"by-{stem}"] = charts.effects_by_group(comparison, policy, dimension)
            found.append(
                Section(
                    policy["name"],
                    dimension,
                    _("{policy}: {dimension}", policy=title_of(policy), dimension=by.lower()),
                    dimension_words(dimension, "zh"),
                    when_words(comparison, policy["name"]),
                    scale_sentences(comparison, policy["name"], dimension, named),
                    [
                        (name, measure_words(name), measure_words(name, "zh"))
                        for name in measures_of(dimension, table)
                    ],
                    by_rows(comparison, policy["name"], dimension),
                    figures,
                )
            )
    return found


def tables_by_dimension(
    comparison: Comparison, dimensions: Sequence[str], excel: bool = False
) -> dict[str, bytes]:
    """A CSV file for each dimension: ``by-tier.csv``; all policies and horizons, words in both languages."""
    table = comparison.tables.get("by_group", pd.DataFrame())
    return {
        f"by-{name}.csv": csv_bytes(labelled(table[table["dimension"] == name]), excel, float_format=READABLE)
        for name in dimensions
        if len(table) and (table["dimension"] == name).any()
    }
