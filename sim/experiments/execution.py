"""How runs are executed, in a process of this machine or on a worker of a cluster.

Runs are handed out in *bundles*, which one worker executes run by run. A failure of a run is returned in its
``RunEnd``, never raised, so that the other runs go on.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import pandas as pd

from sim.core.errors import SimError
from sim.core.language import N_, _
from sim.core.months import FIRST_MONTH
from sim.experiments.experiment import Experiment, Run
from sim.experiments.sharing import share_out, shared_month
from sim.results.results import Results
from sim.scenario.loading import with_overrides
from sim.scenario.scenario import Period, Scenario

if TYPE_CHECKING:
    from sim.engine.checkpoint import Checkpoint
    from sim.engine.run_cache import RunCache
    from sim.world.data import Data

Simulate = Callable[..., Results]
Bundle = tuple[Run, ...]

STAGES = (N_("process"), N_("scenario"), N_("simulate"), N_("outcomes"))  # of a run, where it may fail
DIED = N_("the worker process died (out of memory, or killed)")


@dataclass(frozen=True)
class RunEnd:
    """The end of one run: its rows (one a year), or the stage and message of its failure."""

    number: int
    seconds: float
    rows: pd.DataFrame | None = None
    run_id: str | None = None
    stage: str | None = None
    message: str | None = None
    details: str | None = None


def bundles(
    experiment: Experiment, runs: Sequence[Run], jobs: int = 1, simulate: Simulate | None = None
) -> list[Bundle]:
    """The runs in bundles of those that share a history; one by one where ``simulate`` is given."""
    return [(run,) for run in runs] if simulate is not None else share_out(experiment, runs, jobs)


class Declared(Protocol):
    """What can be executed: an ``Experiment``, or anything with the same attributes."""

    @property
    def bases(self) -> Mapping[str, Scenario]:
        """The scenarios that runs start from, by name."""

    @property
    def scale(self) -> int:
        """Real workers per simulated one."""

    @property
    def period(self) -> Period:
        """The months that are run."""

    @property
    def tables(self) -> tuple[str, ...] | None:
        """The tables of results that ``rows_of`` reads; None: all."""

    def rows_of(self, results: Results) -> pd.DataFrame:
        """The rows of a run: one per year, or per month, with the outcomes."""


@runtime_checkable
class AsksFurther(Protocol):
    """What asks for further runs beside each of its own."""

    def further(self, scenario: Scenario, results: Results, simulate: Simulate) -> Mapping[str, float]:
        """More outcomes of a run of ``scenario``, for each of its rows. ``simulate`` makes another of the
        same scale and seed."""


@runtime_checkable
class HasOwnData(Protocol):
    """What is run on other input data than the packaged ones."""

    def input_data(self) -> Data | None:
        """They; None: the packaged ones."""


def new_cache(experiment: Declared, simulate: Simulate | None) -> RunCache | None:
    """What the runs that a process executes share; nothing where something else simulates."""
    if simulate is not None:
        return None
    from sim.engine.run_cache import RunCache

    return RunCache(experiment.input_data() if isinstance(experiment, HasOwnData) else None)


def execute(
    experiment: Declared, bundle: Bundle, simulate: Simulate | None, cache: RunCache | None = None
) -> list[RunEnd]:
    """Execute the runs of a bundle; ``simulate`` None is the simulator itself.

    The months before the first one in which the runs of the bundle differ are run once. ``cache``: what they
    share with the runs of other bundles in this process.
    """
    if simulate is not None:
        return [_execute_one(experiment, run, simulate) for run in bundle]
    from sim.engine.simulate import simulate as simulator

    month, ends = _shared_before(experiment, bundle), []
    cache = new_cache(experiment, None) if cache is None else cache
    states: list[Checkpoint] = []
    for run in bundle:
        branch: dict[str, Any] = {"cache": cache}
        if states:
            branch["branch_from"] = states[0]
        elif month is not None:
            branch |= {"save_at": month, "save_to": states.append}
        ends.append(_execute_one(experiment, run, simulator, **branch))
    return ends


def _shared_before(experiment: Declared, bundle: Bundle) -> str | None:
    """The month before which all runs of the bundle are the same, if there is one."""
    if len(bundle) == 1 or len({run.seed for run in bundle}) > 1:
        return None
    try:
        month = shared_month([_scenario(experiment, run) for run in bundle], experiment.period.to)
    except SimError:  # told by the run whose scenario it is
        return None
    return month if month > FIRST_MONTH else None


def alone(lost: Iterable[Bundle]) -> list[Bundle]:
    """The runs of lost bundles, one by one."""
    return [(run,) for bundle in lost for run in bundle]


def died(bundle: Bundle) -> list[RunEnd]:
    """The ends of the runs of a bundle whose worker process died."""
    return [RunEnd(run.number, 0.0, stage="process", message=_(DIED)) for run in bundle]


def _scenario(experiment: Declared, run: Run) -> Scenario:
    return with_overrides(experiment.bases[run.scenario], run.overrides)


def _execute_one(experiment: Declared, run: Run, simulate: Simulate, **branch: Any) -> RunEnd:
    period = experiment.period
    begun, stage = time.perf_counter(), "scenario"
    try:
        scenario = _scenario(experiment, run)
        stage = "simulate"
        results = simulate(
            scenario,
            scale=experiment.scale,
            start=period.from_,
            end=period.to,
            seed=run.seed,
            threads=1,
            tables=experiment.tables,
            **branch,
        )
        stage = "outcomes"
        rows = _rows(experiment, run, results)
        if isinstance(experiment, AsksFurther):
            again = partial(
                simulate, scale=experiment.scale, seed=run.seed, threads=1, cache=branch.get("cache")
            )
            rows = rows.assign(**experiment.further(scenario, results, again))
    except Exception as error:
        return RunEnd(
            run.number,
            time.perf_counter() - begun,
            stage=stage,
            message=f"{type(error).__name__}: {error}",
            details=traceback.format_exc(),
        )
    return RunEnd(run.number, time.perf_counter() - begun, rows, results.manifest.get("run_id"))


def _rows(experiment: Declared, run: Run, results: Results) -> pd.DataFrame:
    """One row per whole year: run, run_id, scenario, seed, factors, year, outcomes."""
    rows = experiment.rows_of(results)
    about = {
        "run": run.number,
        "run_id": results.manifest.get("run_id"),
        "scenario": run.scenario,
        "seed": run.seed,
        **run.point,
    }
    return pd.DataFrame({**{name: [value] * len(rows) for name, value in about.items()}, **rows})
