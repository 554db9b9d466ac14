"""A sweep's answer: how one outcome responds to one factor, as a table and a picture.

Runs of one seed differ in the factor alone, so the response is the paired difference from the factor's
first value, seed by seed; the interval is over seeds.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.batch.journal import explained
from sim.batch.runner import Sweep
from sim.differences import mean_and_interval


def response(sweep: Sweep) -> pd.DataFrame:
    """One row per value of the figure's factor: level, difference from the first value, 95 % interval.

    Other factors are averaged over, seed by seed.
    """
    figure = sweep.experiment.figure
    year = figure.year or sweep.experiment.years[-1]
    rows = sweep.results[sweep.results["year"] == year]
    levels = rows.pivot_table(figure.outcome, "seed", figure.x) if len(rows) else pd.DataFrame()
    values = [value for value in sweep.experiment.design.factors[figure.x].values if value in levels]
    found = []
    for value in values:
        pairs = (levels[value] - levels[values[0]]).dropna().to_numpy()
        mean, low, high = mean_and_interval(pairs)
        found.append({figure.x: value, "year": year, figure.outcome: float(levels[value].mean()),
                      "difference": float(mean), "low": float(low), "high": float(high),
                      "seeds": len(pairs)})
    columns = [figure.x, "year", figure.outcome, "difference", "low", "high", "seeds"]
    return pd.DataFrame(found, columns=columns)


def draw_response(sweep: Sweep, table: pd.DataFrame) -> Path | None:
    """Draw the response into the sweep's folder; None when no run left anything to draw."""
    from sim.present.response import response_chart
    from sim.present.style import as_png

    figure = sweep.experiment.figure
    if table.empty:
        return None
    label = sweep.experiment.design.factors[figure.x].label.en
    picture = as_png(response_chart(table, figure.x, label, figure.outcome))
    path = sweep.folder / f"{figure.outcome}_by_{figure.x}.png"
    with explained(sweep.folder):
        path.write_bytes(picture)
    return path
