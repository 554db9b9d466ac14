"""How the points of a design are made: a row per point, a column per factor, in the factors' order."""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.errors import Problem, SimError, UsageError, nearest

if TYPE_CHECKING:
    from sim.experiments.design import Design

EXTRA = 'pip install "labor-migration-sim[experiments]"'


class DesignError(SimError):
    """The file that a design's points lie in cannot be used; keys are relative to the design."""


def make_table(design: Design) -> np.ndarray:
    """The points of every kind of design but ``file``. Raises ``UsageError`` where scipy is missing."""
    values = [factor.values for factor in design.factors.values()]
    if design.kind == "grid":  # the last factor moves fastest
        return np.array(list(product(*values)), dtype=float)
    if design.kind == "list":
        return np.array(values, dtype=float).T
    return _between_bounds(design, _unit_cube(design))


def file_table(design: Design, path: Path) -> np.ndarray:
    """Points from a CSV or Parquet file with a column per factor; other columns are passed over.

    Raises ``DesignError`` with every problem: no such file, a column missing, a cell without a number.
    """
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if path.suffix not in readers:
        raise DesignError(Problem("not a table that can be read", key="file", value=design.file,
                                  allowed=".csv, .parquet"))
    try:
        table = readers[path.suffix](path)
    except FileNotFoundError:
        raise DesignError(Problem("no such file beside the experiment", key="file",
                                  value=design.file)) from None
    except (OSError, ValueError) as error:  # pandas and pyarrow tell malformed files by ValueError
        raise DesignError(Problem(f"cannot be read: {error}", key="file", value=design.file)) from None
    columns = tuple(map(str, table.columns))
    problems = [Problem("the file has no column for this factor", key=f"factors.{name}", value=name,
                        allowed=columns, nearest=nearest(name, columns))
                for name in design.factors if name not in table]
    if not problems and table.empty:
        problems.append(Problem("the file has no rows, so there would be no run", key="file",
                                value=design.file))
    for name in () if problems else design.factors:
        column = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        wrong = ~np.isfinite(column)
        if design.factors[name].whole:
            wrong |= column != np.round(column)
        if wrong.any():
            row = int(np.argmax(wrong))
            problems.append(Problem(f"no usable number in row {row + 1} of column {name!r}", key="file",
                                    value=str(table[name].iloc[row]),
                                    allowed="whole numbers" if design.factors[name].whole else "numbers"))
    if problems:
        raise DesignError(problems)
    return table[list(design.factors)].astype(float).to_numpy()


def _unit_cube(design: Design) -> np.ndarray:
    """Points in the unit cube from the design's seed."""
    try:
        from scipy.stats import qmc
    except ImportError:
        raise UsageError(Problem(f"a {design.kind} design needs scipy, which is not installed",
                                 key="design.kind", value=design.kind, allowed=EXTRA)) from None
    engine = qmc.Sobol if design.kind == "sobol" else qmc.LatinHypercube
    try:
        sampler = engine(len(design.factors), rng=design.seed)
    except TypeError:  # before scipy 1.15
        sampler = engine(len(design.factors), seed=design.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # balance is checked when the design is read
        return sampler.random(design.samples)


def _between_bounds(design: Design, unit: np.ndarray) -> np.ndarray:
    """Points of the unit cube laid between the factors' bounds; each whole number has the same chance."""
    table = np.empty_like(unit)
    for position, factor in enumerate(design.factors.values()):
        low, high = factor.bounds
        if factor.whole:
            first, last = np.ceil(low), np.floor(high)
            table[:, position] = np.minimum(first + np.floor(unit[:, position] * (last - first + 1)), last)
        else:
            table[:, position] = low + unit[:, position] * (high - low)
    return table
