"""This version beside an earlier commit of the same model: compilation, start, engine, comparison, sweep.

    python tests/bench/bench_before.py                       # beside a892e63, some 15 minutes
    python tests/bench/bench_before.py --against COMMIT --pairs 5
    python tests/bench/bench_before.py --only "warm start" "engine"

Prints a table and writes it to ``results/bench/`` (``before.md`` and ``before.json``). Both versions are
measured in turn, in one run, so that a machine whose speed drifts slows both: quote the ratios. Nothing is
asserted: a machine's speed is not a property of the model. The method of each figure stands in ``METHOD``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bench_engine import ROOT, say, this_machine
from bench_sweep import EXPERIMENT

BEFORE = "a892e63"
PAIRS = 3
SCALE, MONTHS = 100, 12
POLICIES = ("startup-support", "residency-easing", "skills-training", "combined")

METHOD = f"""\
Every figure is of new processes, in processor seconds with those of their children, and is the median of
the pairs; ratios are medians of the ratios pair by pair. Cold start: the baseline at 1:50,000 to
February 2014 with an empty cache. Edits: the same after one number of one rule has been changed, with the
code compiled that the edit does not touch; beside them stands the *cold start* of the earlier commit, which
compiled all anew after any edit. Warm start: a new process to the end of January 2014 at 1:5000, all
compiled. Engine: nanoseconds for a worker-month of one thread, {MONTHS} months at 1:{SCALE}, from the second
month on, the year's census and counts included. Comparison: the baseline and {len(POLICIES)} policies, one
seed, 1:5000, as the command makes it. Sweep: 144 runs of 10,000 workers and 132 months on one process."""

FEW_MONTHS = "from sim import simulate; simulate('baseline', scale=50000, end='2014-02', threads=1)"
ENGINE = f"""
import time
try:
    from sim.engine.simulation import Simulation
except ImportError:
    from sim.engine.simulate import Simulation
from sim import simulate
simulate("baseline", scale=100_000, end="2014-03", threads=1)
run = Simulation("baseline", {SCALE}, "2016-12", 1, 1)
run.step()
began, lived = time.process_time(), 0
for _ in range({MONTHS}):
    run.step()
    lived += run.rows
print((time.process_time() - began) / lived * 1e9)
"""


class Edit(NamedTuple):
    """A number in a rule, the same in both versions but for the file."""

    files: tuple[str, ...]  # the first that is there
    old: str
    new: str


EDITS = {
    "edit of a rule of one step": Edit(("sim/rules/rights.py",), "- 1.0) * pay", "- 1.5) * pay"),
    "edit of a rule used everywhere": Edit(
        ("sim/core/draws.py", "sim/draws.py"), "worker_id) + 0.5) * _UNIT", "worker_id) + 0.25) * _UNIT"
    ),
}


class Version:
    """A copy of the sources of a commit, or of the working tree, with a cache of its own."""

    def __init__(self, folder: Path, commit: str | None):
        self.root, self._folder = folder / "sources", folder
        if commit is None:
            ignored = shutil.ignore_patterns("__pycache__", ".venv", ".git", "results", "shared", ".*_cache")
            shutil.copytree(ROOT, self.root, ignore=ignored)
        else:
            self.root.mkdir(parents=True)
            packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE)
            subprocess.run(["tar", "-x", "-C", str(self.root)], input=packed.stdout, check=True)

    def run(self, *command: str, cache: str = "cache") -> tuple[float, float, str]:
        """Processor seconds, wall-clock seconds and output of a Python command."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root),
            "LABOR_SIM_CACHE": str(self._folder / cache),
        }
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [sys.executable, *command], cwd=self.root, env=environment, capture_output=True, text=True
        )
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)[:200]} failed:\n{done.stderr}")
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, done.stdout

    def empty(self, cache: str) -> None:
        shutil.rmtree(self._folder / cache, ignore_errors=True)

    def edited(self, edit: Edit) -> float:
        """Processor seconds of the first result after an edit, which is taken back."""
        path = next(self.root / file for file in edit.files if (self.root / file).exists())
        text = path.read_text(encoding="utf-8")
        assert edit.old in text, f"{path} has no {edit.old!r}"
        shutil.copytree(self._folder / "cache", self._folder / "edited", dirs_exist_ok=True)
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        try:
            return self.run("-c", FEW_MONTHS, cache="edited")[0]
        finally:
            path.write_text(text, encoding="utf-8")
            self.empty("edited")

    def cold(self) -> tuple[float, float]:
        """Processor and wall-clock seconds of a first result with nothing compiled."""
        self.empty("cache")
        return self.run("-c", FEW_MONTHS)[:2]

    def warm(self) -> float:
        return self.run("-c", "import sim; sim.simulate('baseline', scale=5000, end='2014-01')")[0]

    def engine(self) -> float:
        return float(self.run("-c", ENGINE)[2].split()[-1])

    def comparison(self) -> float:
        out = self._folder / "comparison"
        sizes = ("--scale", "1:5000", "--seeds", "1", "--ensemble", "0", "--jobs", "1", "--out", str(out))
        seconds = self.run("-m", "sim", "compare", "baseline", *POLICIES, *sizes)[0]
        shutil.rmtree(out)
        return seconds

    def sweep(self) -> float:
        path, out = self._folder / "experiment.yaml", self._folder / "sweep"
        text = EXPERIMENT.format(scenario="baseline", end="2024-12", scale=50_000, samples=144, seeds=1)
        path.write_text(text, encoding="utf-8")
        seconds = self.run("-m", "sim", "sweep", str(path), "--jobs", "1", "--out", str(out))[0]
        shutil.rmtree(out)
        return seconds


class Row(NamedTuple):
    """A figure of both versions, and the ratio that is aimed at."""

    what: str
    before: float
    now: float
    ratio: float
    unit: str
    aim: str


def row(what: str, pairs: list[tuple[float, float]], unit: str, aim: str) -> Row:
    """pairs: (before, now)."""
    before, now = (statistics.median(values) for values in zip(*pairs, strict=True))
    return Row(what, before, now, statistics.median(b / a for a, b in pairs), unit, aim)


MEASURES = ("compilation", "warm start", "engine", "comparison", "sweep")


def measure(before: Version, now: Version, pairs: int, wanted: Iterable[str]) -> list[Row]:
    """The rows of the table; ``wanted``: of MEASURES."""
    rows = []
    if "compilation" in wanted:
        say("cold start, and the first result after an edit")
        cold = [(before.cold(), now.cold()) for _ in range(pairs)]
        rows.append(row("cold start", [(a[0], b[0]) for a, b in cold], "s", "0.42"))
        rows.append(row("... by the clock", [(a[1], b[1]) for a, b in cold], "s", "0.3"))
        for (what, edit), aim in zip(EDITS.items(), ("0.05", "0.25"), strict=True):
            found = [(cold[n][0][0], now.edited(edit)) for n in range(pairs)]
            rows.append(row(what, found, "s", aim))
    else:
        for version in (before, now):
            version.cold()
    for what, name, unit, aim in (
        ("warm start", "warm", "s", "0.5"),
        ("engine", "engine", "ns", "0.625"),
        ("comparison", "comparison", "s", "0.5"),
        ("sweep", "sweep", "s", "0.61"),
    ):
        if what in wanted:
            say(what)
            for version in (before, now):  # all that is compiled for it, and the files in memory
                getattr(version, name)()
            pairs_found = [(getattr(before, name)(), getattr(now, name)()) for _ in range(pairs)]
            rows.append(row(what, pairs_found, unit, aim))
    return rows


def page(rows: list[Row], commit: str, machine: dict[str, str]) -> str:
    lines = [f"# Beside {commit}", "", f"| | {commit} | now | ratio | aim |", "|---|---|---|---|---|"]
    for one in rows:
        figures = f"{one.before:.1f} {one.unit} | {one.now:.1f} {one.unit} | {one.ratio:.2f} | {one.aim}"
        lines.append(f"| {one.what} | {figures} |")
    return (
        "\n".join([*lines, "", METHOD, "", *(f"- {key}: {value}" for key, value in machine.items())]) + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", default=BEFORE, help="the earlier commit")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="how often both are measured, in turn")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=MEASURES, help="what to measure")
    parser.add_argument("--out", default=str(ROOT / "results" / "bench"), help="folder of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        before = Version(Path(scratch, "before"), options.against)
        now = Version(Path(scratch, "now"), None)
        rows = measure(before, now, options.pairs, options.only)
    machine = this_machine()
    text = page(rows, options.against, machine)
    print(text)
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "before.md").write_text(text, encoding="utf-8")
    content = {"machine": machine, "method": METHOD, "rows": [one._asdict() for one in rows]}
    (folder / "before.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {folder}/before.md and before.json.")


if __name__ == "__main__":
    main()
