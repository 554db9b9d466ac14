"""How many runs an hour a sweep makes, where the time goes, and beside it Mesa's own batch_run.

    python tests/bench/bench_sweep.py            # or, for a first look:
    python tests/bench/bench_sweep.py --quick
    python tests/bench/bench_sweep.py --long         # one sweep of 10,000 whole runs, with its memory

Prints a table and writes it to ``results/bench/`` (``sweep.md`` and ``sweep.json``). Nothing is asserted:
a machine's speed is not a property of the model. The method of each figure stands in ``METHOD``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import bench_engine
from bench_engine import ROOT, markdown_table, say, this_machine

SCALE, END, MONTHS = 50_000, "2024-12", 132
SHORT_SCALE, SHORT_END = 500_000, "2014-12"
EXPERIMENT = """\
title: {{en: Benchmark, zh: 基准测试}}
question: How many runs an hour?
scenario: {scenario}
period: {{from: 2014-01, to: {end}}}
scale: 1:{scale}
seeds: {seeds}
design:
  kind: latin_hypercube
  samples: {samples}
  seed: 1
  factors:
    farm_income:
      {{label: {{en: farm income, zh: 务农}}, keys: [parameters.farm_income_yuan], low: 1000, high: 2000}}
    city_cost:
      {{label: {{en: city cost, zh: 城市}}, keys: [parameters.extra_city_cost_yuan], low: 800, high: 1600}}
outcomes: [out_plus_settled, local, farm, settled, businesses, mean_income, searching_rate]
figure: {{outcome: businesses}}
"""

METHOD = f"""\
A run has about 10,000 workers (1:{SCALE:,}) and {MONTHS} months from January 2014; two parameters vary over a
Latin hypercube and seven outcomes are kept by year. "Whole" divides the runs by the wall-clock seconds of
`run_sweep`: workers started, runs, rows back, parts, journal and the one table at the end. "In full swing"
leaves out the start: from the first run that came back to the last. Processor time a run adds up all
processes, starting them included; on a machine with busy neighbours it says more than the clock. The
shares are the processor time of one process that executes the same runs one after another and writes
them, by the part of the program (the instruments themselves take 1 or 2 %). Memory is the resident size
of one process after many short runs (1:{SHORT_SCALE:,}, 12 months), which allocate in the same way; with
`--long`, of the sweeping process and of the largest of its workers, which are replaced every 1,000 runs.
Planning is `labor-sim plan` in a new process, two measured runs included. `mesa.batch_run` runs
`LaborMigrationModel`, the same model with the same compiled months, on as many processes, collecting
the last month; its runs cannot be resumed, and yearly outcomes would have to be collected by hand."""


def experiment(
    folder: Path, samples: int, seeds: int = 1, scenario: str = "baseline", scale: int = SCALE, end: str = END
):
    """The benchmark's experiment, from a file as a user would write it."""
    from sim.experiments import load_experiment

    path = folder / f"bench_{scenario}.yaml"
    path.write_text(
        EXPERIMENT.format(scenario=scenario, end=end, scale=scale, samples=samples, seeds=seeds),
        encoding="utf-8",
    )
    return load_experiment(path)


# --- what is measured: each function runs in a process of its own --------------------------------------


def throughput(runs: int, jobs: int, executor: str, scenario: str) -> dict:
    """Runs an hour through the whole runner."""
    from sim.experiments import run_sweep

    with tempfile.TemporaryDirectory() as folder:
        declared = experiment(Path(folder), runs, scenario=scenario)
        came: list[float] = []
        marks: dict[int, tuple[float, float]] = {}

        def note(done: int, *_: int) -> None:
            came.append(time.perf_counter())
            if done in quarters(runs):
                workers = (resident_mib(child.pid) for child in active_children())
                marks[done] = resident_mib(), max(workers, default=0.0)

        began, used = time.perf_counter(), sum(os.times()[:4])
        sweep = run_sweep(declared, Path(folder) / "out", jobs=jobs, executor=executor, progress=note)
        seconds, used = time.perf_counter() - began, sum(os.times()[:4]) - used
    assert len(sweep.failures) == 0, sweep.failures
    swing = (len(came) - 2) / (came[-1] - came[1])  # came[0] says what was there before
    return {
        "runs": runs,
        "seconds": seconds,
        "an_hour": 3600 * runs / seconds,
        "in_swing": 3600 * swing,
        "start": came[1] - began,
        "processor_seconds": used / runs,
        "marks": marks,
    }


def shares(runs: int, scenario: str) -> dict:
    """Processor seconds of one process by the part of the program, over some runs."""
    from sim.engine import simulate as engine
    from sim.engine.accounts import Accounts
    from sim.engine.economy import Economy
    from sim.engine.recorder import Record
    from sim.engine.shards import Shards
    from sim.experiments import execution
    from sim.experiments.journal import Journal

    parts = {
        "kernel: the months of all workers": [(Shards, "run_month")],
        "choice tables and conditions of the month": [(Economy, "begin")],
        "claims, budgets and quotas": [(engine.Simulation, "open_month")],
        "settling of markets": [(Economy, "settle")],
        "accounts and census": [(Accounts, "carry"), (engine.Simulation, "_take_census")],
        "scenario and population": [(execution, "with_overrides"), (engine.Simulation, "__init__")],
        "tables and yearly outcomes": [(Record, "add_month"), (Record, "tables"), (execution, "_rows")],
        "writing": [(Journal, "add_part"), (Journal, "record"), (Journal, "compact")],
    }
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        declared = experiment(Path(folder), runs + 2, scenario=scenario)
        made = declared.runs()
        cache = execution.new_cache(declared, None)  # what the runs of one process share, as in a sweep
        execution.execute(declared, tuple(made[:2]), None, cache)  # kernels loaded, what is shared made
        for part, functions in parts.items():
            for owner, name in functions:
                setattr(owner, name, clock.timed(part, getattr(owner, name)))
        began = time.process_time()
        rows = []
        from sim.experiments.sweep import Keeper, _plan

        with Journal.open(Path(folder) / "out", _plan(declared)) as journal:
            keeper = Keeper(journal)
            for run in made[2:]:
                (end,) = execution.execute(declared, (run,), None, cache)
                assert end.rows is not None, end.message
                rows.append(end.seconds)
                keeper.take(end)
            keeper.flush()
            import pandas

            journal.compact(pandas.DataFrame())
        total = time.process_time() - began
    return {
        "runs": runs,
        "seconds_a_run": total / runs,
        "parts": dict(clock.spent, other=total - sum(clock.spent.values())),
        "total": total,
    }


class Clock:
    """Adds up processor time by part; time in an inner part is not counted in the outer one."""

    def __init__(self):
        self.spent: dict[str, float] = {}
        self._inner = [0.0]

    def timed(self, part: str, function: Callable) -> Callable:
        @wraps(function)
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self._inner.append(0.0)
            began = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                taken = time.process_time() - began
                self.spent[part] = self.spent.get(part, 0.0) + taken - self._inner.pop()
                self._inner[-1] += taken

        return wrapped


def memory(runs: int) -> dict:
    """Resident megabytes of one process at quarters of many short runs."""
    from sim.experiments.execution import execute

    marks = {}
    with tempfile.TemporaryDirectory() as folder:
        declared = experiment(Path(folder), runs, scale=SHORT_SCALE, end=SHORT_END)
        for done, run in enumerate(declared.runs(), 1):
            (end,) = execute(declared, (run,), None)
            assert end.rows is not None, end.message
            if done in quarters(runs):
                marks[done] = resident_mib()
    return {"marks": marks}


def quarters(runs: int) -> tuple[int, ...]:
    """After how many runs memory is looked at."""
    return runs // 20, runs // 4, runs // 2, runs


def resident_mib(process: int | str = "self") -> float:
    """A process's resident size now (Linux), else the peak of this one; nought if it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        if process != "self":
            return 0.0
        from bench_engine import peak_mib

        return peak_mib()
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def planning(runs: int) -> dict:
    """Seconds of `labor-sim plan` for that many runs, in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        experiment(Path(folder), runs // 4, seeds=4)
        command = [sys.executable, "-m", "sim", "plan", f"{folder}/bench_baseline.yaml", "--json"]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - began
    return {"runs": json.loads(done.stdout)["runs"], "seconds": seconds}


def mesa_batch(runs: int, jobs: int) -> dict:
    """Runs an hour of mesa.batch_run over the same parameters."""
    import mesa

    from sim.agents.model import LaborMigrationModel

    spread = [1000.0 + 1000.0 * i / runs for i in range(runs)]
    began = time.perf_counter()
    rows = mesa.batch_run(
        LaborMigrationModel,
        {"scale": SCALE, "end": END, "farm_income_yuan": spread},
        number_processes=jobs,
        max_steps=10 * MONTHS,
        display_progress=False,
    )
    seconds = time.perf_counter() - began
    assert len(rows) == runs and {row["month"] for row in rows} == {END}
    return {"runs": runs, "seconds": seconds, "an_hour": 3600 * runs / seconds, "mesa": mesa.__version__}


MEASURES = {f.__name__: f for f in (throughput, shares, memory, planning, mesa_batch)}


def measured(name: str, **arguments: Any) -> dict:
    """A measure's result, from a new process."""
    say(f"{name} {arguments}")
    return bench_engine.measured(name, script=__file__, **arguments)


# --- the report ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs")
    parser.add_argument("--long", action="store_true", help="10,000 whole runs in one sweep, alone")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--out", default=str(ROOT / "results" / "bench"), help="folder of the report")
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "ARGUMENTS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, arguments = options.measure
        print(json.dumps(MEASURES[name](**json.loads(arguments))))
        return
    if options.long:
        long_report(options.jobs, Path(options.out), 1_000 if options.quick else 10_000)
        return
    report(options.quick, options.jobs, Path(options.out))


def report(quick: bool, jobs: int, folder: Path) -> None:
    size = 10 if quick else 1
    measured("shares", runs=2, scenario="combined")  # compiles, where the sources have changed
    found = {
        "sweep": measured(
            "throughput", runs=600 // size, jobs=jobs, executor="processes", scenario="baseline"
        ),
        "levers": measured(
            "throughput", runs=300 // size, jobs=jobs, executor="processes", scenario="combined"
        ),
        "dask": measured("throughput", runs=600 // size, jobs=jobs, executor="dask", scenario="baseline"),
        "mesa": measured("mesa_batch", runs=200 // size, jobs=jobs),
        "shares": measured("shares", runs=100 // size, scenario="baseline"),
        "memory": measured("memory", runs=10_000 // size),
        "planning": measured("planning", runs=100_000),
    }
    tell(
        f"Sweeps on {jobs} processes",
        table_rows(found),
        quick,
        folder / "sweep",
        {"jobs": jobs, "measures": found},
    )


def long_report(jobs: int, folder: Path, runs: int) -> None:
    """One long sweep: whether its speed and its memory last."""
    measured("shares", runs=2, scenario="baseline")  # compiles, where the sources have changed
    found = measured("throughput", runs=runs, jobs=jobs, executor="processes", scenario="baseline")
    rows = sweep_rows("baseline, processes", found, "60,000")
    for done, sizes in found["marks"].items():
        rows += [
            (f"memory of the {which} after {int(done):,} runs", f"{size:,.0f} MiB", "flat")
            for which, size in zip(("sweeping process", "largest worker"), sizes, strict=True)
        ]
    tell(
        f"A sweep of {runs:,} runs on {jobs} processes",
        rows,
        False,
        folder / "sweep_long",
        {"jobs": jobs, "measures": {"sweep": found}},
    )


def tell(title: str, rows: list[tuple[str, str, str]], quick: bool, path: Path, content: dict) -> None:
    """Print the table, and write it to ``path`` with the endings .md and .json."""
    machine = this_machine()
    text = markdown_table(title, rows, quick, [METHOD], machine)
    print(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    content = {"machine": machine, "quick": quick, "method": METHOD, **content}
    path.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {path}.md and {path.name}.json.")


def sweep_rows(what: str, one: dict, aim: str) -> list[tuple[str, str, str]]:
    """(what, value, aim) for each figure of a throughput."""
    return [
        (f"{what}: whole ({one['runs']:,} runs)", f"{one['an_hour']:,.0f}/h", aim),
        (f"{what}: in full swing", f"{one['in_swing']:,.0f}/h", ""),
        (f"{what}: to the first run back", f"{one['start']:.1f} s", ""),
        (f"{what}: processor time a run, all processes", f"{1000 * one['processor_seconds']:.0f} ms", ""),
    ]


def table_rows(found: dict[str, dict]) -> list[tuple[str, str, str]]:
    """(what, value, aim) for each figure."""
    rows = []
    for key, what in (
        ("sweep", "baseline, processes"),
        ("levers", "`combined`, processes"),
        ("dask", "baseline, Dask cluster on this machine"),
    ):
        rows += sweep_rows(what, found[key], "60,000" if key == "sweep" else "")
    mesa, share = found["mesa"], found["shares"]
    rows += [
        (
            f"mesa.batch_run {mesa['mesa']} of the same model ({mesa['runs']:,} runs)",
            f"{mesa['an_hour']:,.0f}/h",
            "",
        ),
        ("one run in one process, processor time", f"{1000 * share['seconds_a_run']:.0f} ms", ""),
    ]
    rows += [
        (f"... {part}", f"{100 * seconds / share['total']:.1f} %", "")
        for part, seconds in share["parts"].items()
    ]
    rows += [
        (f"memory of a process after {int(done):,} short runs", f"{size:,.0f} MiB", "flat")
        for done, size in found["memory"]["marks"].items()
    ]
    plan = found["planning"]
    return [*rows, (f"planning {plan['runs']:,} runs", f"{plan['seconds']:.1f} s", "10 s")]


if __name__ == "__main__":
    main()
