"""Moves between provinces within five years: province of residence then and now, as the census asks.

The census tables count persons of all registrations aged five and over and are samples of different size,
so tables are compared by shares of all cross-province moves, never by counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.language import N_

if TYPE_CHECKING:
    from sim.world.data import Data

COMMON_PART, LOG_CORRELATION = "common_part_of_commuters", "log_correlation"
MEASURES = {COMMON_PART: N_("common part of commuters (CPC)"), LOG_CORRELATION: N_("correlation of logs")}
RULE = N_(
    "A verdict is given by a rule stated beforehand in sim/data/targets.csv: met when a measure reaches its "
    "aim. The table of 2005-10 is the benchmark forecast: where it errs least, it is the better of the two."
)
FINE_ENOUGH = 250  # coarser than 1:250, too few move for a table of 930 cells
NEAREST, BENCHMARK = "2010-2015", "2005-2010"  # the table compared with, and the benchmark forecast of it


def moves_table(moves: np.ndarray, data: Data) -> pd.DataFrame:
    """One row a pair of provinces: codes, names and persons. ``moves`` is (31 then, 31 now) persons."""
    codes, names = data.provinces.index.to_numpy(), data.provinces["name_en"].to_numpy()
    origin, destination = np.divmod(np.arange(moves.size), len(codes))
    return pd.DataFrame(
        {
            "origin_code": codes[origin],
            "origin": names[origin],
            "dest_code": codes[destination],
            "destination": names[destination],
            "persons": np.asarray(moves, float).ravel(),
        }
    )


def corridor_measures(table: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """``common_part_of_commuters`` and ``log_correlation`` of two tables of moves, own provinces left out.

    The first, the CPC index (0: no cell in common, 1: the same shares), is the sum over cells of the
    smaller of the two shares; the second the correlation of the logs of the shares over the cells that
    are positive in both. NaN where a table holds no move.
    """
    ours, theirs = _shares(table), _shares(other)
    if not (ours.any() and theirs.any()):
        return {COMMON_PART: np.nan, LOG_CORRELATION: np.nan}
    both = (ours > 0) & (theirs > 0)
    with np.errstate(invalid="ignore", divide="ignore"):  # none where all corridors are alike
        logs = np.log(ours[both]), np.log(theirs[both])
        correlation = np.corrcoef(*logs)[0, 1] if both.sum() > 2 else np.nan
    return {COMMON_PART: float(np.minimum(ours, theirs).sum()), LOG_CORRELATION: float(correlation)}


def compare_moves(moves: np.ndarray, data: Data) -> pd.DataFrame:
    """The model's table and the benchmark against the nearest census table: all moves and by region.

    By region of origin and of destination the shares of all moves are given; the census column holds the
    nearest table's share.
    """
    census, benchmark = data.od_moves[NEAREST], data.od_moves[BENCHMARK]
    ours, theirs = (corridor_measures(table, census) for table in (moves, benchmark))
    rows = [
        {"measure": name, "census": 1.0, "model": ours[name], "table_of_2005_10": theirs[name]}
        for name in ours
    ]
    from sim.core.categories import REGIONS

    for side, axis in (("from", 1), ("to", 0)):
        shares = [_by_region(table, axis, data.region_of) for table in (census, moves, benchmark)]
        rows += [
            {
                "measure": f"share {side} {region}",
                "census": shares[0][place],
                "model": shares[1][place],
                "table_of_2005_10": shares[2][place],
            }
            for place, region in enumerate(REGIONS)
        ]
    return pd.DataFrame(rows)


def _shares(table: np.ndarray) -> np.ndarray:
    """Shares of all cross-province moves."""
    moved = np.array(table, dtype=float)
    np.fill_diagonal(moved, 0.0)
    return moved / max(moved.sum(), 1e-300)


def _by_region(table: np.ndarray, axis: int, region_of: np.ndarray) -> np.ndarray:
    return np.bincount(region_of, _shares(table).sum(axis=axis), minlength=4)
