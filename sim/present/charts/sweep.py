"""The answer of a sweep as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from sim.core.files import write_whole
from sim.core.language import _, in_language
from sim.experiments.sweep import Sweep
from sim.present.charts.dose_response import response_chart
from sim.present.charts.style import as_png
from sim.present.charts.tornado import tornado_chart
from sim.results.folders import explained


def draw_answer(sweep: Sweep, table: pd.DataFrame) -> list[Path]:
    """Draw the answer into the sweep's folder, a picture per scenario and value of the figure's ``by``;
    none for what left nothing.
    """
    figure = sweep.experiment.figure
    drawn = []
    for suffix, rows in _pictured(table, figure.by):
        if rows.empty or (figure.x is None and rows["change"].isna().any()):
            continue
        path = sweep.folder / f"{figure.outcome}_by_{figure.x or 'factor'}{suffix}.png"
        with explained(sweep.folder):
            write_whole(path, as_png(_chart(sweep, rows)))
        drawn.append(path)
    return drawn


def _chart(sweep: Sweep, rows: pd.DataFrame):
    figure, factors = sweep.experiment.figure, sweep.experiment.design.factors
    labels = {name: in_language(factor.label.model_dump()) for name, factor in factors.items()}
    if figure.x:
        at = ""
        if figure.by is not None:
            value = f"{rows[figure.by].iloc[0]:,.10g}"
            at = _("{factor}: {value}", factor=labels[figure.by], value=value)
        return response_chart(rows, figure.x, labels[figure.x], figure.outcome, at)
    return tornado_chart(rows, labels, figure.outcome)


def _pictured(table: pd.DataFrame, by: str | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each picture, and what its file's name ends in."""
    keys = [key for key in ("scenario", by) if key in table]
    if not keys:
        yield "", table
        return
    for values, rows in table.groupby(keys, sort=False):
        named = dict(zip(keys, values, strict=True))
        suffix = f"_{Path(named['scenario']).stem}" if "scenario" in named else ""
        yield suffix + (f"_{by}_{named[by]:g}" if by in named else ""), rows
