"""How runs are executed, wherever that happens: in a process of this machine or on a cluster's worker.

Runs are handed out in *bundles*, the runs that one worker executes one after another. Whatever a run does
to itself is told as a ``RunEnd``, never raised, so that one failure stays alone.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from sim.batch.experiment import Experiment, Run
from sim.loading import with_overrides
from sim.results import Results
from sim.yearly import yearly

Simulate = Callable[..., Results]
Bundle = tuple[Run, ...]

DIED = "the worker process died (out of memory, or killed)"


@dataclass(frozen=True)
class RunEnd:
    """What came of one run: its rows (one a year), or the stage and message of its failure."""

    number: int
    seconds: float
    rows: pd.DataFrame | None = None
    run_id: str | None = None
    stage: str | None = None
    message: str | None = None
    details: str | None = None


def bundles(runs: Iterable[Run]) -> list[Bundle]:
    """The runs in bundles. Each run is a bundle of its own: runs share nothing yet."""
    return [(run,) for run in runs]


def execute(experiment: Experiment, bundle: Bundle, simulate: Simulate | None) -> list[RunEnd]:
    """Execute the runs of a bundle; ``simulate`` None is the simulator itself."""
    if simulate is None:
        from sim.engine.simulate import simulate
    return [_execute_one(experiment, run, simulate) for run in bundle]


def died(bundle: Bundle) -> list[RunEnd]:
    """What is told of a bundle that takes its worker process down with it."""
    return [RunEnd(run.number, 0.0, stage="process", message=DIED) for run in bundle]


def _execute_one(experiment: Experiment, run: Run, simulate: Simulate) -> RunEnd:
    period = experiment.period
    begun, stage = time.perf_counter(), "scenario"
    try:
        scenario = with_overrides(experiment.bases[run.scenario], run.overrides)
        stage = "simulate"
        results = simulate(scenario, scale=experiment.scale, start=period.from_, end=period.to,
                           seed=run.seed, threads=1, tables=("national",))
        stage = "outcomes"
        rows = _rows(experiment, run, results)
    except Exception as error:
        return RunEnd(run.number, time.perf_counter() - begun, stage=stage,
                      message=f"{type(error).__name__}: {error}", details=traceback.format_exc())
    return RunEnd(run.number, time.perf_counter() - begun, rows, results.manifest.get("run_id"))


def _rows(experiment: Experiment, run: Run, results: Results) -> pd.DataFrame:
    """One row per whole year: run, run_id, scenario, seed, factors, year, outcomes."""
    rows = yearly(results.national, experiment.outcomes)
    for position, (name, value) in enumerate(
        {"run": run.number, "run_id": results.manifest.get("run_id"), "scenario": run.scenario,
         "seed": run.seed, **run.point}.items()
    ):
        rows.insert(position, name, value)
    return rows
