"""Effects of policies with what is unknown carried through: parameters, luck and the years to come.

Every member of the calibrated ensemble compares base and policies under the same few seeds. The spread of
the members' effects, less what luck alone would give, is the parameters' part; the spread between seeds of
one member is luck's part; the same comparison under the low and the high view of the future, at the
defaults in the code, gives the scenario's part. The three are independent by design, so variances add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.compare import compare
from sim.differences import t_975, verdict
from sim.errors import Problem, UsageError
from sim.posterior import Posterior, load_posterior

if TYPE_CHECKING:
    from sim.results import Results
    from sim.scenario import Scenario

FUTURES = ("low", "middle", "high")
_KEYS = ["policy", "outcome", "horizon_years"]
_WIDTH = 1.644854  # a band of 90 % is this many standard deviations to each side


def with_member(scenario: Scenario, member: dict[str, float]) -> Scenario:
    """The scenario at one parameter set of the ensemble."""
    from sim.loading import with_overrides

    return with_overrides(scenario, {f"parameters.{name}": float(value) for name, value in member.items()})


def ensemble_runs(scenario: Scenario, count: int, *, scale: int | str, end: str, seeds: int = 1,
                  posterior: Posterior | None = None,
                  simulate: Callable[..., Results] | None = None) -> Iterator[Results]:
    """The scenario at ``count`` members, each under a seed of its own among 1 to ``seeds``, one by one."""
    if simulate is None:
        from sim import simulate
    for number, member in enumerate((posterior or load_posterior()).ensemble(count)):
        yield simulate(with_member(scenario, member), scale=scale, end=end, seed=1 + number % seeds)


def compare_ensemble(
    base: Scenario, policies: Iterable[Scenario], *, members: int, seeds: int = 2, scale: int | str = 20000,
    start: str = "2014-01", end: str = "2035-12", jobs: int = 2, posterior: Posterior | None = None,
    progress: Callable[[int, int], None] | None = None, simulate: Callable[..., Results] | None = None,
) -> pd.DataFrame:
    """One row per policy, outcome and horizon: effect, 90 % band, and its parts.

    Columns: ``difference`` (mean over members), ``low`` and ``high`` (parameters, luck and scenario
    together), ``sd_parameters``, ``sd_luck``, ``sd_scenario`` and their shares of the variance in percent,
    ``sign_agrees`` (share of members with the sign of the mean), ``verdict``. At least two members and two
    seeds are needed, or there is no spread to tell: ``UsageError``.
    """
    if members < 2 or seeds < 2:
        raise UsageError(Problem("a band needs two members and two seeds at the least",
                                 value=f"{members} members, {seeds} seeds"))
    policies = list(policies)
    chosen = (posterior or load_posterior()).ensemble(members)
    worlds = [[with_member(one, member) for one in (base, *policies)] for member in chosen]
    worlds += [[_with_future(one, future) for one in (base, *policies)] for future in FUTURES]
    asked = {"seeds": seeds, "scale": scale, "start": start, "end": end, "simulate": simulate}
    tables: list[pd.DataFrame | None] = [None] * len(worlds)
    for done, (number, table) in enumerate(_compared(worlds, asked, jobs), start=1):
        tables[number] = table
        if progress:
            progress(done, len(worlds))
    return combine(tables[:members], tables[members:], seeds)


def combine(members: Sequence[pd.DataFrame], futures: Sequence[pd.DataFrame], seeds: int) -> pd.DataFrame:
    """The effects tables of the members and of the views of the future as one table with its parts."""
    stacked = pd.concat([table.assign(member=number) for number, table in enumerate(members)])
    future = pd.concat([table.assign(future=number) for number, table in enumerate(futures)])
    future = future.groupby(_KEYS)["difference"].var(ddof=1)
    rows = []
    for key, part in stacked.groupby(_KEYS, sort=False):
        effects = part["difference"].to_numpy()
        luck = ((part["high"] - part["low"]).to_numpy() / 2.0 / t_975(seeds - 1)) ** 2
        of_luck = float(np.mean(luck))
        of_parameters = max(float(effects.var(ddof=1)) - of_luck, 0.0)
        of_scenario = float(future.get(key, 0.0))
        mean, total = float(effects.mean()), of_parameters + of_luck + of_scenario
        half = _WIDTH * np.sqrt(total)
        parts = {"parameters": of_parameters, "luck": of_luck, "scenario": of_scenario}
        rows.append({
            **dict(zip(_KEYS, key, strict=True)), "unit": part["unit"].iloc[0],
            "baseline": float(part["baseline"].mean()), "difference": mean, "low": mean - half,
            "high": mean + half, **{f"sd_{name}": float(np.sqrt(size)) for name, size in parts.items()},
            **{f"{name}_percent": 100.0 * size / total if total else 0.0 for name, size in parts.items()},
            "sign_agrees": float(np.mean(np.sign(effects) == np.sign(mean))), "members": len(effects),
            "verdict": verdict(effects, mean - half, mean + half),
        })  # fmt: skip
    return pd.DataFrame(rows)




def _with_future(scenario: Scenario, future: str) -> Scenario:
    from sim.loading import with_overrides

    return with_overrides(scenario, {"assumptions": future})


def _compared(worlds: list, asked: dict[str, Any], jobs: int) -> Iterator[tuple[int, pd.DataFrame]]:
    """Each world's effects with its number, as they finish."""
    if jobs <= 1:
        yield from ((number, _effects(world, asked)) for number, world in enumerate(worlds))
        return
    from concurrent.futures import as_completed

    from sim.processes import worker_pool

    with worker_pool(jobs) as pool:
        running = {pool.submit(_effects, world, asked): number for number, world in enumerate(worlds)}
        for future in as_completed(running):
            yield running[future], future.result()


def _effects(world: list[Scenario], asked: dict[str, Any]) -> pd.DataFrame:
    return compare(world[0], world[1:], jobs=1, **asked).effects
