"""A sweep's answer as a table and a picture.

``response``: how one outcome responds to one factor that takes few values. Runs of one seed differ in the
factor alone, so it is the paired difference from the factor's first value; the interval is over seeds.
``sensitivity``: how strongly one outcome hangs on each of many factors that move together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.comparison.intervals import mean_and_interval, t_975
from sim.experiments.sweep import Sweep


def answer(sweep: Sweep) -> pd.DataFrame:
    """The table that the figure of a ``sweep`` shows, ``scenario`` in front where there are several.

    With a factor to show (``figure.x``) that of ``response``, otherwise that of ``sensitivity``; outcomes are
    in their own units.
    """
    make = sensitivity if sweep.experiment.figure.x is None else response
    names = sweep.experiment.scenario_names
    if len(names) == 1:
        return make(sweep, sweep.results)
    found = []
    for name in names:
        table = make(sweep, sweep.results[sweep.results["scenario"] == name])
        table.insert(0, "scenario", name)
        found.append(table)
    return pd.concat(found, ignore_index=True)


def response(sweep: Sweep, results: pd.DataFrame) -> pd.DataFrame:
    """One row per value of the figure's factor: level, difference from the first value, 95 % interval.

    At each value of the figure's ``by`` where there is one; other factors are averaged over, seed by seed.
    """
    figure, rows = sweep.experiment.figure, _rows(sweep, results)
    if figure.by is None:
        return _response(sweep, rows)
    found = []
    for value in sweep.experiment.design.factors[figure.by].values:
        table = _response(sweep, rows[rows[figure.by] == value])
        table.insert(0, figure.by, value)
        found.append(table)
    return pd.concat(found, ignore_index=True)


def _response(sweep: Sweep, rows: pd.DataFrame) -> pd.DataFrame:
    figure, year = sweep.experiment.figure, _year(sweep)
    assert figure.x is not None, "a response is to a factor"
    levels = rows.pivot_table(figure.outcome, "seed", figure.x) if len(rows) else pd.DataFrame()
    values = [value for value in sweep.experiment.design.factors[figure.x].values if value in levels]
    found = []
    for value in values:
        pairs = (levels[value] - levels[values[0]]).dropna().to_numpy()
        mean, low, high = mean_and_interval(pairs)
        found.append(
            {
                figure.x: value,
                "year": year,
                figure.outcome: float(levels[value].mean()),
                "difference": float(mean),
                "low": float(low),
                "high": float(high),
                "seeds": len(pairs),
            }
        )
    columns = [figure.x, "year", figure.outcome, "difference", "low", "high", "seeds"]
    return pd.DataFrame(found, columns=columns)


def sensitivity(sweep: Sweep, results: pd.DataFrame) -> pd.DataFrame:
    """One row per factor, the strongest first.

    ``rank_correlation`` is Spearman's, between the factor and the outcome's mean over seeds. ``change`` is
    how much the outcome changes from the factor's lowest to its highest drawn value, along a plane fitted
    through all points, in the outcome's unit, with its 95 % interval; ``explained`` is the share of the
    spread between points that the plane explains. NaN where there are too few points.
    """
    figure, rows = sweep.experiment.figure, _rows(sweep, results)
    factors = list(sweep.experiment.design.factors)
    runs_per_point = len(sweep.experiment.seeds)
    means = rows.groupby(rows["run"] // runs_per_point)[[*factors, figure.outcome]].mean()
    spread = means[factors].max() - means[factors].min()
    scaled = (means[factors] - means[factors].mean()) / spread.where(spread > 0)
    change, half, explained_share = _plane(scaled.to_numpy(), means[figure.outcome].to_numpy())
    ranks = means.rank()
    table = pd.DataFrame(
        {
            "factor": factors,
            "year": _year(sweep),
            "lowest": means[factors].min().to_numpy(),
            "highest": means[factors].max().to_numpy(),
            "rank_correlation": [ranks[name].corr(ranks[figure.outcome]) for name in factors],
            "change": change,
            "low": change - half,
            "high": change + half,
            "explained": explained_share,
            "points": len(means),
        }
    )
    order = table["change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _year(sweep: Sweep) -> int:
    return sweep.experiment.figure.year or sweep.experiment.years[-1]


def _rows(sweep: Sweep, results: pd.DataFrame) -> pd.DataFrame:
    if results.empty:
        columns = [*sweep.experiment.design.factors, sweep.experiment.figure.outcome]
        return pd.DataFrame({"run": [], "seed": [], **{name: [] for name in columns}}, dtype=float)
    return results[results["year"] == _year(sweep)]


def _plane(factors: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Slopes of the least-squares plane, half the width of their 95 % intervals, and its share explained."""
    count, width = factors.shape
    freedom = count - width - 1
    unknown = np.full(width, np.nan)
    if freedom < 1 or np.isnan(factors).any():
        return unknown, unknown, float("nan")
    matrix = np.column_stack([np.ones(count), factors])
    slopes = np.linalg.lstsq(matrix, outcome, rcond=None)[0]
    left = float(((outcome - matrix @ slopes) ** 2).sum())
    total = float(((outcome - outcome.mean()) ** 2).sum())
    errors = np.sqrt(np.diag(np.linalg.pinv(matrix.T @ matrix)) * left / freedom)
    share = 1 - left / total if total > 0 else float("nan")
    return slopes[1:], t_975(freedom) * errors[1:], share
