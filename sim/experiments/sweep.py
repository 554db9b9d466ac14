"""Run a sweep: hand runs to an executor and write their rows to a folder.

The failure of a run is recorded and the rest go on. A sweep that was killed is resumed by calling
``run_sweep`` again with the same experiment and folder; its results are those of a sweep that was never
interrupted, because every run depends on its own number alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.arguments import whole_number
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.experiments.execution import RunEnd, Simulate, bundles
from sim.experiments.executors import make_executor
from sim.experiments.experiment import MOST_RUNS, Experiment, Run
from sim.experiments.journal import Journal
from sim.experiments.loading import load_experiment
from sim.results.folders import MANIFEST

PART_SECONDS = 1.0  # finished runs are put into a part this often ...
PART_SHARE = 0.01  # ... or after this share of the time so far, so that long sweeps leave fewer parts


@dataclass(frozen=True)
class Sweep:
    """A finished sweep of an ``experiment``, kept in ``folder``.

    ``results`` has a row per run and year, with the outcomes in their own units (``load`` tells which);
    ``failures`` has a row per failed run.
    """

    experiment: Experiment
    folder: Path
    results: pd.DataFrame
    failures: pd.DataFrame


def run_sweep(
    experiment: Experiment | str | Path,
    folder: str | os.PathLike,
    *,
    jobs: int = 2,
    executor: str | None = None,
    scheduler: str | os.PathLike | None = None,
    wait_seconds: int | None = None,
    resume: bool = False,
    progress: Callable[[int, int, int], None] | None = None,
    simulate: Simulate | None = None,
    many: bool = False,
) -> Sweep:
    """Run what is still missing of an ``experiment`` in ``folder``, on ``jobs`` processes.

    ``experiment`` may be its name or path. ``executor`` is ``processes`` or ``dask``; the latter uses the
    cluster at ``scheduler``, or one of ``jobs`` processes on this machine. ``wait_seconds`` is how long the
    scheduler may be without workers (600 by default). With ``resume`` the sweep must have been begun in
    ``folder``; one that has is resumed in any case. ``progress(done, total, failed)`` is called as runs
    finish, first with what was already there. ``simulate`` replaces the simulator, for tests. ``many``
    allows more than ``MOST_RUNS``. Raises ``UsageError`` when there are more, when a library is needed and
    missing, when no scheduler answers or when the folder holds another sweep, ``ResultsError`` when the
    folder cannot be written.
    """
    experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    jobs = whole_number(jobs, "jobs", least=1)
    scheduler = None if scheduler is None else os.fspath(scheduler)
    kind = executor or ("dask" if scheduler else "processes")
    execute = make_executor(kind, jobs, scheduler, wait_seconds)
    if resume and not (Path(folder) / MANIFEST).is_file():
        raise UsageError(
            Problem(
                _("nothing to resume: no sweep was begun in this folder"),
                file=str(folder),
                allowed=_("a folder in which this sweep was begun; no --resume to begin it"),
            )
        )
    if experiment.run_count > MOST_RUNS and not many:
        raise UsageError(
            Problem(
                _("the experiment has {run_count:,} runs", run_count=experiment.run_count),
                value=experiment.name,
                allowed=_("up to {count:,}, or --yes to run that many", count=MOST_RUNS),
            )
        )
    runs = experiment.runs()
    failed: list[RunEnd] = []
    with Journal.open(folder, _plan(experiment)) as journal:
        finished = journal.finished()
        missing = [run for run in runs if run.number not in finished]
        journal.record(
            "started",
            finished=len(finished),
            missing=len(missing),
            jobs=jobs,
            executor=kind,
            scheduler=scheduler,
        )
        if progress:
            progress(len(finished), len(runs), 0)
        keeper = Keeper(journal)
        try:
            for end in execute(experiment, bundles(experiment, missing, jobs, simulate), simulate):
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
    """The manifest of the folder. A sweep can be resumed where its ``settings`` are the same."""
    return {
        "name": experiment.name,
        "title": experiment.title.model_dump(),
        "question": experiment.question,
        "figure": experiment.figure.model_dump(),
        "fingerprint": experiment.fingerprint(),
        "runs": experiment.run_count,
        "settings": {**experiment.content(), **program()},
    }


def program() -> dict[str, str]:
    """The program that results depend on: its version, and the hash of its sources and data."""
    from sim.core import sources
    from sim.core.version import __version__

    return {"version": __version__, "code_hash": sources.model_hash()}


class Keeper:
    """Collects the ends of runs and writes them in parts, a few at a time."""

    def __init__(self, journal: Journal):
        self.journal = journal
        self.taken = 0
        self._waiting: list[RunEnd] = []
        self._begun = self._since = time.monotonic()

    def take(self, end: RunEnd) -> None:
        self.taken += 1
        if end.rows is None:
            self.journal.record(
                "failed", run=end.number, stage=end.stage, message=end.message, details=end.details
            )
            return
        self._waiting.append(end)
        now = time.monotonic()
        if now - self._since >= max(PART_SECONDS, PART_SHARE * (now - self._begun)):
            self.flush()

    def flush(self) -> None:
        done, self._waiting = self._waiting, []
        self._since = time.monotonic()
        if done:
            done.sort(key=lambda end: end.number)
            self.journal.add_part(pd.concat([end.rows for end in done], ignore_index=True))
            self.journal.record(
                "kept", runs={end.number: [end.run_id, round(end.seconds, 3)] for end in done}
            )


def _failures(failed: Sequence[RunEnd], runs: Sequence[Run]) -> pd.DataFrame:
    """One row per failed run: number, scenario, seed, factors, stage, message."""
    rows = [
        {
            "run": end.number,
            "scenario": runs[end.number].scenario,
            "seed": runs[end.number].seed,
            **runs[end.number].point,
            "stage": end.stage,
            "message": end.message,
        }
        for end in sorted(failed, key=lambda end: end.number)
    ]
    return pd.DataFrame(rows, columns=None if rows else ["run", "scenario", "seed", "stage", "message"])
