"""What a calibration asks of moves between provinces: in which region those of five years begin.

The census tables count people of all registrations and are samples, and a run at the scale of a calibration
has too few movers for a table of provinces. Where moves begin can be counted in both. Each point is run once
more, to November 2019, under the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from sim.calibration.observations import Observation
from sim.core.categories import REGIONS
from sim.engine.residence import simulate_moves
from sim.engine.run_cache import RunCache
from sim.results.results import Results
from sim.scenario.scenario import Scenario
from sim.studies.checks import Expected
from sim.world.data import load_data

FIRST, LAST = "2014-11", "2019-11"  # months of residence then and now


def moves_observations(moves_from: Mapping[str, Expected]) -> tuple[Observation, ...]:
    """One observation for each region that is named: the share of the moves that begin there."""
    return tuple(
        Observation(
            _name(region),
            f"Five-year moves between provinces that begin in the region {region}",
            (expect.high - expect.low) / 4.0,
            expect.unit,
        )
        for region, expect in moves_from.items()
    )


def moves_errors(
    moves_from: Mapping[str, Expected], scenario: Scenario, results: Results
) -> dict[str, float]:
    """The shares of one point and seed less the middles of their ranges, by observation.

    ``results`` are those of the run of ``scenario``, whose scale and seed are taken.
    """
    if not moves_from:
        return {}
    run = results.manifest
    moves = simulate_moves(
        scenario, FIRST, LAST, scale=run["scale"], seed=run["seed"], threads=1, cache=_cache()
    )
    shares = shares_from(moves)
    return {
        _name(region): shares[region] - (expect.low + expect.high) / 2.0
        for region, expect in moves_from.items()
    }


def shares_from(moves: np.ndarray) -> dict[str, float]:
    """Shares of the moves between provinces that begin in each region. moves: (31 then, 31 now)."""
    between = np.array(moves, dtype=float)
    np.fill_diagonal(between, 0.0)
    by_region = np.bincount(load_data().region_of, between.sum(axis=1), minlength=len(REGIONS))
    return dict(zip(REGIONS, (by_region / between.sum()).tolist(), strict=True))


def _name(region: str) -> str:
    return f"moves_from.{region}"


@cache
def _cache() -> RunCache:
    """What the runs of a process share."""
    return RunCache()
