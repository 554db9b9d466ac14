"""The expected runs, time, memory and disk of a sweep, or of runs of one scenario, before anything starts.

The time of one run comes from the journal of an earlier part of the same sweep where there is one, else from
short runs at two scales: a month costs a fixed time for the choice tables, and a time for each worker.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from sim.core.arguments import parse_scale, whole_number
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import N_, _
from sim.core.months import month_index, month_text
from sim.engine.simulation import checked_month
from sim.experiments.executors import RUNS_PER_PROCESS
from sim.experiments.experiment import Experiment
from sim.experiments.journal import JOURNAL, Journal
from sim.experiments.loading import experiment_files, load_experiment
from sim.experiments.sharing import plan_sharing
from sim.results.results import Results
from sim.scenario.loading import declared_files, load_scenario, scenario_files
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_tree import read_tree

MEASURED_SCALES = (100_000, 20_000)  # real workers per simulated one: few, then five times as many
MEASURED_MONTHS, MEASURED_END = 24, "2015-12"
START_SECONDS = 4.0  # a fresh set of worker processes: imports and compiled code from the cache
CELL_BYTES, RUN_BYTES = 6, 120  # a number in a compressed table; a run's line in the journal, its id
FOLDER_BYTES = 120_000  # manifest, empty tables, picture
MEGABYTE = 1e6

Simulate = Callable[..., Results]


@dataclass(frozen=True)
class Costing:
    """The runs and what they take. Months are counted from January 2014, where every run begins;
    ``memory_mb`` is for all processes together; ``seconds`` is the expected elapsed time.
    """

    name: str
    runs: int
    workers: int
    months: int
    processes: int
    run_seconds: float
    seconds: float
    memory_mb: float
    disk_mb: float
    basis: str
    shared_until: str | None = None  # runs share what comes before this month ...
    months_saved: float = 0.0  # ... which saves this share of all months

    def rows(self) -> list[dict[str, str]]:
        """The plan for reading: ``what`` and ``value``."""
        return [
            {"what": what, "value": value}
            for what, value in (
                (_("runs"), f"{self.runs:,}"),
                (_("simulated workers in January 2014"), f"{self.workers:,}"),
                (_("months in each run"), f"{self.months:,}"),
                (_("processes at once"), str(self.processes)),
                (_("one run"), _("{seconds:.2g} s", seconds=self.run_seconds)),
                (_("expected time"), duration(self.seconds)),
                (_("memory"), f"{self.memory_mb:,.0f} MB"),
                (_("disk"), f"{self.disk_mb:,.1f} MB"),
                (
                    _("shared history"),
                    _(
                        "until {month}: saves {share:.0f} % of all months",
                        month=self.shared_until,
                        share=100 * self.months_saved,
                    )
                    if self.shared_until
                    else _("none: the runs differ from the first month on"),
                ),
                (_("judged by"), self.basis),
            )
            if what != _("shared history") or self.runs > 1
        ]


@dataclass(frozen=True)
class Pace:
    """The time of one run: seconds to prepare, per month, per worker and month; workers at scale 1."""

    prepare: float
    month: float
    worker_month: float
    population: float
    run_bytes: float  # of all tables, for each month

    def seconds(self, workers: float, months: int) -> float:
        """Seconds of one run on one thread."""
        return self.prepare + months * (self.month + workers * self.worker_month)


def make_plan(
    name: str | Path,
    *,
    scale: int | str = 5000,
    end: Any = None,
    seeds: int = 1,
    jobs: int = 2,
    folder: str | os.PathLike | None = None,
) -> Costing:
    """Plan the experiment or the scenario of that name or path.

    ``scale``, ``end`` and ``seeds`` are for a scenario; an experiment has its own. ``folder`` is where an
    earlier part of the sweep may be. Raises ``SimError`` for an unknown name and for a file with mistakes.
    """
    name, seeds, jobs = str(name), whole_number(seeds, "seeds", least=1), whole_number(jobs, "jobs", least=1)
    if _is_experiment(name):
        experiment = load_experiment(name)
        path = Path(folder) if folder else Path("results") / "sweeps" / experiment.name
        return plan_experiment(experiment, path, jobs)
    _refuse_other_kinds(name)
    if name not in scenario_files() and not Path(name).is_file():
        names = (*scenario_files(), *experiment_files())
        raise UsageError(
            Problem(
                _("no such scenario or experiment"),
                value=name,
                nearest=nearest(name, names),
                allowed=(*names, _("or the path of a file")),
            )
        )
    scenario = load_scenario(name)
    last = month_text(checked_month("to", scenario.period.to if end is None else end))
    return plan_scenario(scenario, parse_scale(scale), last, seeds, jobs)


def _refuse_other_kinds(name: str) -> None:
    """Refuse what lies beside the experiments and is none: calibrations, virtual experiments, checks."""
    if name in scenario_files():
        return
    path = declared_files().get(name, Path(name))
    tree = read_tree(path, []) if path.is_file() else None
    for key, kind, command in (
        ("priors", _("a calibration"), f"labor-sim calibrate {path}"),
        ("estimates", _("a virtual experiment"), f"labor-sim virtual {name}"),
        ("checks", _("a file of checks"), f"labor-sim check-model {name}"),
    ):
        if tree is not None and key in tree.value:
            raise UsageError(
                Problem(
                    _("this is {kind}, which cannot be planned", kind=kind),
                    value=name,
                    allowed=_("a scenario or an experiment; `{command}` runs this one", command=command),
                )
            )


def _is_experiment(name: str) -> bool:
    if not Path(name).is_file():
        return name in experiment_files()
    tree = read_tree(Path(name), [])
    return tree is not None and "design" in tree.value


def plan_experiment(
    experiment: Experiment, folder: Path, jobs: int = 2, simulate: Simulate | None = None
) -> Costing:
    """Plan a sweep into ``folder``; nothing is written. ``simulate`` replaces the simulator, for tests."""
    pace = measured(next(iter(experiment.bases.values())), simulate)
    months, earlier = _months(experiment.period.to), _earlier_seconds(folder)
    workers = round(pace.population / experiment.scale)
    sharing = plan_sharing(experiment, jobs)
    saved = sharing.saved if sharing else 0.0
    seconds = fmean(earlier) if earlier else (1.0 - saved) * pace.seconds(workers, months)
    basis = (
        _("{count:,} earlier runs of this sweep", count=len(earlier))
        if earlier
        else _("two measured runs of {months} months", months=MEASURED_MONTHS)
    )
    columns = 5 + len(experiment.design.factors) + len(experiment.outcomes)
    table = experiment.run_count * (len(experiment.years) * columns * CELL_BYTES + RUN_BYTES)
    disk = FOLDER_BYTES + 2 * table  # at the end the parts and the whole table lie side by side
    plan = _plan(experiment.name, experiment.run_count, workers, months, jobs, seconds, disk, basis)
    return replace(plan, shared_until=sharing.month if sharing else None, months_saved=saved)


def plan_scenario(
    scenario: Scenario, scale: int, end: str, seeds: int = 1, jobs: int = 2, simulate: Simulate | None = None
) -> Costing:
    """Plan runs of one scenario to month ``end``, every run's tables kept."""
    pace = measured(scenario, simulate)
    months, workers = _months(end), round(pace.population / scale)
    basis = _("two measured runs of {months} months", months=MEASURED_MONTHS)
    return _plan(
        scenario.name,
        seeds,
        workers,
        months,
        jobs,
        pace.seconds(workers, months),
        seeds * pace.run_bytes * months,
        basis,
    )


def measured(scenario: Scenario, simulate: Simulate | None = None) -> Pace:
    """Time short runs of a scenario at two scales; a first one, not counted, loads the compiled code."""
    run: Simulate
    if simulate is None:
        from sim.engine.simulate import simulate as run
    else:
        run = simulate
    few, many = MEASURED_SCALES
    timed = {}
    for scale in (few, few, many):
        began = time.perf_counter()
        results = run(scenario, scale=scale, start="2014-01", end=MEASURED_END, seed=1, threads=1)
        timings = results.manifest.get("timings") or {}
        run_seconds = timings.get("run_seconds", time.perf_counter() - began)
        timed[scale] = (results.manifest["workers"], run_seconds)
    (less, quick), (more, slow) = timed[few], timed[many]
    prepare = timings.get("prepare_seconds", 0.0)
    worker_month = max(slow - quick, 0.0) / MEASURED_MONTHS / max(more - less, 1)
    month = max(quick / MEASURED_MONTHS - less * worker_month, 0.0)
    size = sum(table.memory_usage(deep=True).sum() for table in results.tables.values())
    return Pace(prepare, month, worker_month, more * many, float(size) / MEASURED_MONTHS)


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> [duration(seconds) for seconds in (45, 180, 9000, 267_840)]
    ['45 s', '3 min', '2.5 h', '3.1 days']
    """
    for size, words in ((86400, N_("{count:,.1f} days")), (3600, N_("{count:,.1f} h"))):
        if seconds >= 1.5 * size:
            return _(words, count=seconds / size)
    if seconds >= 90:
        return _("{count:.0f} min", count=seconds / 60)
    return _("{count:.0f} s", count=max(seconds, 1))


def _plan(
    name: str, runs: int, workers: int, months: int, jobs: int, run_seconds: float, disk: float, basis: str
) -> Costing:
    at_once = max(1, min(jobs, runs, os.cpu_count() or jobs))
    starts = math.ceil(runs / (RUNS_PER_PROCESS * jobs))
    seconds = math.ceil(runs / at_once) * run_seconds + starts * START_SECONDS
    memory = min(jobs, runs) * (_process_megabytes() + _worker_megabytes(workers))
    return Costing(
        name, runs, workers, months, min(jobs, runs), run_seconds, seconds, memory, disk / MEGABYTE, basis
    )


def _months(end: str) -> int:
    """Simulated months to ``YYYY-MM``: every run begins in January 2014."""
    return month_index(end) + 1


def _earlier_seconds(folder: Path) -> list[float]:
    """Seconds of the runs that an earlier part of a sweep kept in this folder."""
    if not (folder / JOURNAL).is_file():
        return []
    kept: list[dict[str, Any]] = [
        event["runs"] for event in Journal(folder).events() if event.get("event") == "kept"
    ]
    return [float(seconds) for runs in kept for __, seconds in runs.values()]


def _process_megabytes() -> float:
    """The peak memory of this process after the measured runs; 500 where the system does not report it."""
    try:
        import resource
    except ImportError:  # Windows
        return 500.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGABYTE  # bytes there, kilobytes elsewhere


def _worker_megabytes(workers: int) -> float:
    """Columns of all workers, with room for those who enter later."""
    from sim.world.worker import BYTES_PER_WORKER

    return 1.3 * workers * BYTES_PER_WORKER / MEGABYTE
