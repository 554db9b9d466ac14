"""Runs a sweep: hands runs to worker processes, keeps what comes back, and never loses what is kept.

One run's failure is recorded and the rest go on. A sweep that was killed is taken up where it stood by
calling ``run_sweep`` again with the same experiment and folder; its results are those of a sweep that
was never interrupted, because every run depends on its own number alone.
"""

from __future__ import annotations

import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.batch.experiment import MOST_RUNS, Experiment, Run
from sim.batch.journal import Journal
from sim.errors import Problem, UsageError
from sim.loading import with_overrides
from sim.processes import worker_pool
from sim.results import Results

RUNS_PER_PROCESS = 200  # then the worker processes are replaced, so that none can grow without bound
PART_SECONDS = 1.0  # finished runs are put into a part at least this often

Simulate = Callable[..., Results]


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


@dataclass(frozen=True)
class Sweep:
    """A finished sweep. ``results`` has one row per run and year, ``failures`` one per failed run."""

    experiment: Experiment
    folder: Path
    results: pd.DataFrame
    failures: pd.DataFrame


def run_sweep(
    experiment: Experiment,
    folder: str | os.PathLike,
    *,
    jobs: int = 2,
    progress: Callable[[int, int, int], None] | None = None,
    simulate: Simulate | None = None,
    many: bool = False,
) -> Sweep:
    """Run what is still missing of an experiment in ``folder``, on ``jobs`` processes.

    ``progress(done, total, failed)`` is called as runs finish, first with what was already there.
    ``simulate`` replaces the simulator, for tests. ``many`` allows more than ``MOST_RUNS``. Raises
    ``UsageError`` when there are more, when scipy is needed and missing or when the folder holds another
    sweep, ``ResultsError`` when the folder cannot be written.
    """
    if jobs < 1:
        raise UsageError(Problem("at least one process is needed", key="jobs", value=jobs))
    if experiment.run_count > MOST_RUNS and not many:
        raise UsageError(Problem(f"the experiment has {experiment.run_count:,} runs",
                                 value=experiment.name,
                                 allowed=f"up to {MOST_RUNS:,}; --yes to run that many all the same"))
    runs = experiment.runs()
    failed: list[RunEnd] = []
    with Journal.open(folder, _plan(experiment)) as journal:
        finished = journal.finished()
        missing = [run for run in runs if run.number not in finished]
        journal.record("started", finished=len(finished), missing=len(missing), jobs=jobs)
        if progress:
            progress(len(finished), len(runs), 0)
        keeper = _Keeper(journal)
        try:
            for end in _ends(experiment, missing, jobs, simulate):
                if end.rows is None:
                    failed.append(end)
                keeper.take(end)
                if progress:
                    progress(len(finished) + keeper.taken, len(runs), len(failed))
        finally:  # also when interrupted from the keyboard
            keeper.flush()
        failures = _failures(failed, runs)
        results = journal.compact(failures)
        journal.record("finished", runs=len(runs) - len(failed), failed=len(failed))
    return Sweep(experiment, Path(folder), results, failures)


def _plan(experiment: Experiment) -> dict[str, Any]:
    """What the folder's manifest says. ``settings`` decides whether a sweep can be taken up again."""
    from sim import __version__
    from sim.compiled import model_hash

    return {
        "name": experiment.name,
        "title": experiment.title.model_dump(),
        "question": experiment.question,
        "figure": experiment.figure.model_dump(),
        "fingerprint": experiment.fingerprint(),
        "runs": experiment.run_count,
        "settings": {**experiment.content(), "version": __version__, "code_hash": model_hash()},
    }


class _Keeper:
    """Gathers what comes back and puts them into parts, a handful at a time."""

    def __init__(self, journal: Journal):
        self.journal = journal
        self.taken = 0
        self._waiting: list[RunEnd] = []
        self._since = time.monotonic()

    def take(self, end: RunEnd) -> None:
        self.taken += 1
        if end.rows is None:
            self.journal.record("failed", run=end.number, stage=end.stage,
                                message=end.message, details=end.details)
            return
        self._waiting.append(end)
        if time.monotonic() - self._since >= PART_SECONDS:
            self.flush()

    def flush(self) -> None:
        done, self._waiting = self._waiting, []
        self._since = time.monotonic()
        if done:
            done.sort(key=lambda end: end.number)
            self.journal.add_part(pd.concat([end.rows for end in done], ignore_index=True))
            self.journal.record("kept", runs={end.number: [end.run_id, round(end.seconds, 3)]
                                              for end in done})


def _failures(failed: Sequence[RunEnd], runs: Sequence[Run]) -> pd.DataFrame:
    """One row per failed run: number, scenario, seed, factors, stage, message."""
    rows = [{"run": end.number, "scenario": runs[end.number].scenario,
             "seed": runs[end.number].seed, **runs[end.number].point,
             "stage": end.stage, "message": end.message}
            for end in sorted(failed, key=lambda end: end.number)]
    return pd.DataFrame(rows, columns=None if rows else ["run", "scenario", "seed", "stage", "message"])


# --- processes ----------------------------------------------------------------------------------------


def _ends(experiment: Experiment, runs: Sequence[Run], jobs: int,
              simulate: Simulate | None) -> Iterator[RunEnd]:
    """What comes of each run, in the order in which they finish, on fresh processes every so often."""
    waiting = deque(runs)
    while waiting:
        batch = [waiting.popleft() for _ in range(min(len(waiting), RUNS_PER_PROCESS * jobs))]
        lost, untouched = yield from _on_one_pool(experiment, batch, jobs, simulate)
        waiting.extendleft(reversed(untouched))
        for run in lost:  # alone, to learn whether it was this run that killed its process
            again, _ = yield from _on_one_pool(experiment, [run], 1, simulate)
            if again:
                yield RunEnd(run.number, 0.0, stage="process",
                              message="the worker process died (out of memory, or killed)")


def _on_one_pool(
    experiment: Experiment, runs: Sequence[Run], jobs: int, simulate: Simulate | None
) -> Generator[RunEnd, None, tuple[list[Run], list[Run]]]:
    """Run on one pool until all is done or a process dies; the runs lost with it, and those not begun."""
    running: dict[Future, Run] = {}
    ahead, lost = deque(runs), []
    with worker_pool(jobs, _prepare, experiment, simulate) as pool:
        while True:
            # As many as there are processes, so that a dead one takes few runs with it.
            while ahead and not lost and len(running) < jobs:
                running[pool.submit(_run_one, ahead[0])] = ahead[0]
                ahead.popleft()
            if not running:
                return lost, list(ahead)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                run = running.pop(future)
                try:
                    end = future.result()
                except BrokenProcessPool:
                    lost.append(run)
                else:
                    yield end


_experiment: Experiment
_simulate: Simulate


def _prepare(experiment: Experiment, simulate: Simulate | None) -> None:
    """Give a worker process what all its runs share."""
    global _experiment, _simulate
    if simulate is None:
        from sim.engine.simulate import simulate
    _experiment, _simulate = experiment, simulate


def _run_one(run: Run) -> RunEnd:
    """One run in a worker process: whatever goes wrong is told, not raised."""
    experiment, period = _experiment, _experiment.period
    begun, stage = time.perf_counter(), "scenario"
    try:
        scenario = with_overrides(experiment.bases[run.scenario], run.overrides)
        stage = "simulate"
        results = _simulate(scenario, scale=experiment.scale, start=period.from_, end=period.to,
                            seed=run.seed, threads=1)
        stage = "outcomes"
        rows = _rows(experiment, run, results)
    except Exception as error:
        return RunEnd(run.number, time.perf_counter() - begun, stage=stage,
                       message=f"{type(error).__name__}: {error}", details=traceback.format_exc())
    return RunEnd(run.number, time.perf_counter() - begun, rows, results.manifest.get("run_id"))


def _rows(experiment: Experiment, run: Run, results: Results) -> pd.DataFrame:
    """One row per whole year: run, run_id, scenario, seed, factors, year, outcomes."""
    rows = experiment.rows_of(results)
    for position, (name, value) in enumerate(
        {"run": run.number, "run_id": results.manifest.get("run_id"), "scenario": run.scenario,
         "seed": run.seed, **run.point}.items()
    ):
        rows.insert(position, name, value)
    return rows
