"""The runs of a comparison: base and policies under one seed in one process; shared months run once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.comparison.accounts import accounts_of_seed
from sim.comparison.breakdown import cells_of_seed
from sim.comparison.focus import focus_of_seed
from sim.comparison.horizons import horizons
from sim.comparison.winners import count_winners
from sim.results.outcomes import monthly
from sim.results.results import Results
from sim.scenario.shared_history import BranchPoint

if TYPE_CHECKING:
    from sim.engine.checkpoint import Checkpoint
    from sim.engine.run_cache import RunCache


@dataclass(frozen=True)
class PairedPlan:
    """Everything that a process needs in order to run one seed."""

    base: Any
    policies: tuple
    starts: tuple[str, ...]
    years: tuple[tuple[int, ...], ...]  # in which each policy is judged, counted from its start
    scale: int | str
    start: str
    end: str
    threads: int
    simulate: Callable[..., Results] | None
    branch_points: tuple[BranchPoint | None, ...]
    focus: str | None = None  # the province of which more is kept

    def keep(self, number: int) -> tuple[str, ...]:
        """The Decembers whose workers are needed of the base (0) or of a policy (from 1).

        Of the base also the last one before each policy, by which winners and losers are grouped.
        """
        whose = range(len(self.starts)) if number == 0 else [number - 1]
        months = {month for index in whose for month in self.winner_months(index).values()}
        if number == 0:
            before = {_december_before(start) for start in self.starts}
            months |= {month for month in before if month >= self.start}
        return tuple(sorted(months))

    def winner_months(self, index: int) -> dict[int, str]:
        """For each year in which that policy is judged, the December whose incomes are compared."""
        return winner_months(self.starts[index], self.end, self.years[index])


def run_seeds(plan: PairedPlan, seeds: Sequence[int], jobs: int) -> Iterator[dict]:
    """Each seed's sums, in the order in which they finish; the first failure stops the rest.

    In a process that may have no others they are run one by one. Raises ``ProcessDied`` where one dies.
    """
    from sim.core.processes import may_start_processes, worker_pool

    if jobs <= 1 or not may_start_processes():
        cache = _new_cache(plan)
        yield from (_run_seed(plan, seed, cache) for seed in seeds)
        return
    from concurrent.futures import as_completed

    with worker_pool(jobs, _prepare, plan) as pool:
        for future in as_completed([pool.submit(_run_seed_here, seed) for seed in seeds]):
            yield future.result()


_shared: tuple[PairedPlan, RunCache | None]


def _prepare(plan: PairedPlan) -> None:
    """Give a worker process what all its runs share."""
    global _shared
    _shared = plan, _new_cache(plan)


def _run_seed_here(seed: int) -> dict:
    plan, cache = _shared
    return _run_seed(plan, seed, cache)


def _new_cache(plan: PairedPlan) -> RunCache | None:
    if plan.simulate is not None:
        return None
    from sim.engine.run_cache import RunCache

    return RunCache()


def _run_seed(plan: PairedPlan, seed: int, cache: RunCache | None) -> dict:
    """Run the base and every policy under one seed and keep the sums that the tables need.

    The months that a policy shares with the base or with another policy are run once.
    """
    states: dict[BranchPoint, Checkpoint] = {}
    base = _simulate(plan, 0, seed, states, cache)
    result = {
        "seed": seed,
        "months": base.national["month"].tolist(),
        "monthly": [monthly(base.national).to_numpy()],
        "national": base.national,
        "official": base.tables.get("official"),
        "manifest": base.manifest,
        "warnings": [*(base.manifest.get("warnings") or ())],
        "ledgers": [],
        "accounts": [],
        "winners": [],
        "cells": [],
        "focus": [],
    }
    for number in range(1, len(plan.policies) + 1):
        run = _simulate(plan, number, seed, states, cache)
        result["monthly"].append(monthly(run.national).to_numpy())
        result["warnings"] += run.manifest.get("warnings") or ()
        result["ledgers"].append(run.tables.get("ledger"))
        result["accounts"].append(accounts_of_seed(base, run, plan.policies[number - 1].financing))
        result["winners"].append(_winners_of_seed(plan, number - 1, base, run))
        result["cells"].append(_of_years(cells_of_seed, plan, number - 1, base, run))
        if plan.focus:
            in_focus = partial(focus_of_seed, province=plan.focus)
            result["focus"].append(_of_years(in_focus, plan, number - 1, base, run))
    return result


def _simulate(
    plan: PairedPlan,
    number: int,
    seed: int,
    states: dict[BranchPoint, Checkpoint],
    cache: RunCache | None,
) -> Results:
    """Run the base (0) or a policy (from 1) from its branch point, and save ``states`` for later runs."""
    own_point = plan.branch_points[number]
    settings: dict[str, Any] = {}
    if own_point is not None:
        settings["branch_from"] = states.get(own_point)
    wanted = {point for point in plan.branch_points[number + 1 :] if point is not None}
    begun = own_point.month if own_point is not None else ""
    own = [point.month for point in wanted if point.scenario == number and point.month >= begun]
    if own:
        settings["save_at"] = own
        settings["save_to"] = lambda state: states.update({BranchPoint(number, state.month): state})
    simulate: Callable[..., Results]
    if plan.simulate is None:
        from sim.engine.simulate import simulate

        settings["cache"] = cache
    else:
        simulate = plan.simulate
    results = simulate(
        (plan.base, *plan.policies)[number],
        scale=plan.scale,
        start=plan.start,
        end=plan.end,
        seed=seed,
        threads=plan.threads,
        keep=plan.keep(number),
        **settings,
    )
    for point in states.keys() - wanted:  # no later run needs it
        del states[point]
    return results


def _winners_of_seed(plan: PairedPlan, index: int, base: Results, run: Results) -> dict[int, pd.DataFrame]:
    """Winners and losers of a policy by horizon, for the months whose workers were kept."""
    before = base.workers.get(_december_before(plan.starts[index]))
    scale = float(base.manifest["scale"])
    return {
        horizon: count_winners(base.workers[month], run.workers[month], before, scale)
        for horizon, month in plan.winner_months(index).items()
        if month in base.workers and month in run.workers
    }


def _of_years(found: Callable[..., Any], plan: PairedPlan, index: int, base: Results, run: Results) -> Any:
    """What ``found`` makes of both runs in the years in which the policy is judged."""
    start = plan.starts[index]
    return found(
        base,
        run,
        windows=horizons(start, plan.end, plan.years[index]),
        decembers=plan.winner_months(index),
        before=base.workers.get(_december_before(start)),
    )


def winner_months(start: str, end: str, years: Sequence[int]) -> dict[int, str]:
    """For each of the policy's years the December of the calendar year that stands for it."""
    found = {window.years: f"{window.calendar_year(end)}-12" for window in horizons(start, end, years)}
    return {horizon: month for horizon, month in found.items() if month <= end}


def _december_before(month: str) -> str:
    return f"{int(month[:4]) - 1:04d}-12"
