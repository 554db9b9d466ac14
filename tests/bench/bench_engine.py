"""How fast the model is, how much memory it takes, and how it compares with the same rules in Mesa.

    make bench                                   # or, for a first look:
    python tests/bench/bench_engine.py --quick

Prints a table and writes it to ``results/bench/`` (Markdown and JSON). Every measurement runs in a
Python process of its own, after the compiler has done its work in another one. Nothing is asserted:
a machine's speed is not a property of the model. The method of each figure stands in ``METHOD``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sim.core.months import month_text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

SCALE, MONTHS = 100, 24
QUICK_SCALE, QUICK_MONTHS = 1000, 12
MESA_WORKERS, MESA_MONTHS = 2000, 12

METHOD = f"""\
Throughput is the number of workers in the labour force or settled, summed over the months run and
divided by the wall-clock seconds of `simulate` after the population is made: the month of every
worker, claims on rationed levers, markets, the accounts check, the census of each quarter, the
official counts of each year, and the collection of all result tables. The best of the repetitions
is shown (a busy neighbour only ever adds time), and all of them are in the JSON file. The figures
per second of one processor divide by the processor time of all threads instead, from the second
month on, and so show what a busy neighbour hides. "All levers" is `combined.yaml` with every window
moved to begin in January 2014 and without ramps: every lever, budget and quota is at work in every
month measured. Memory is the peak resident size of the process at the end of the run, code and
libraries included. Mesa is `LaborMigrationModel` with `compiled=False`: {MESA_WORKERS:,} `mesa.Agent`
objects that run the same list of steps in Python, with the same columns as result; the ratio compares
worker-months per second. Start-up times are the median of seven new processes, with all compiled code
in the cache and all files in the system's."""


# --- what is measured: each function runs in a process of its own --------------------------------------


def throughput(levers: bool, threads: int, scale: int, months: int, repetitions: int) -> dict:
    """Worker-months per second of a run, and its peak memory."""
    from sim.engine.simulate import simulate
    from sim.scenario.loading import load_scenario
    from sim.world.worker import BYTES_PER_WORKER

    scenario = at_once(load_scenario("combined")) if levers else load_scenario("baseline")
    end = month_text(months - 1)
    simulate(scenario, scale=200_000, end="2014-03", threads=threads)  # kernels loaded
    small = peak_mib()
    rates, core_rates, seconds, prepared = [], [], [], []
    for _ in range(repetitions):
        used: list[float] = []  # processor seconds of all threads at the end of each month

        def note(done: int, of: int, used=used) -> None:
            if done:
                used.append(time.process_time())

        results = simulate(scenario, scale=scale, end=end, threads=threads, progress=note)
        lived = (results.national["labour_force"] + results.national["settled"]).to_numpy() / scale
        seconds.append(results.manifest["timings"]["run_seconds"])
        prepared.append(results.manifest["timings"]["prepare_seconds"])
        rates.append(float(lived.sum()) / seconds[-1])
        core_rates.append(float(lived[1:].sum()) / (used[-1] - used[0]))
    spent = float(results.national["policy_spending_yuan"].sum())
    return {
        "workers": results.manifest["workers"],
        "months": months,
        "threads": threads,
        "rates": rates,
        "core_rates": core_rates,
        "seconds": seconds,
        "prepare_seconds": prepared,
        "peak_mib": peak_mib(),
        "small_mib": small,
        "bytes_per_worker": BYTES_PER_WORKER,
        "policy_spending_yuan": spent,
    }


def at_once(scenario):
    """The scenario with every lever in force from its first month on."""
    from sim.scenario.loading import with_overrides

    windows = {
        f"levers.{name}.window": {"from": "2014-01", "to": "2034-12", "ramp_months": 0}
        for name in scenario.levers
    }
    return with_overrides(scenario, windows)


def national_run(repetitions: int) -> dict:
    """2014-2024 at 1:5000, from a warm process."""
    from sim.engine.simulate import simulate

    simulate("baseline", scale=200_000, end="2014-12")
    prepare, run, total = [], [], []
    for _ in range(repetitions):
        began = time.perf_counter()
        results = simulate("baseline", scale=5000, end="2024-12", threads=2)
        total.append(time.perf_counter() - began)
        prepare.append(results.manifest["timings"]["prepare_seconds"])
        run.append(results.manifest["timings"]["run_seconds"])
    return {
        "workers": results.manifest["workers"],
        "months": len(results.national),
        "prepare_seconds": prepare,
        "run_seconds": run,
        "total_seconds": total,
    }


def mesa_agents(compiled: bool, workers: int, months: int) -> dict:
    """Worker-months per second of the Mesa model, stepped agent by agent or by the engine."""
    import mesa

    from sim.agents.model import LaborMigrationModel

    model = LaborMigrationModel(n_workers=workers, seed=0, compiled=compiled, agents=not compiled)
    model.step()
    lived, began = 0, time.perf_counter()
    for _ in range(months):
        lived += int(model.simulation.block.stock.sum())
        model.step()
    seconds = time.perf_counter() - began
    return {
        "workers": int(model.simulation.block.stock.sum()),
        "months": months,
        "seconds": seconds,
        "rate": lived / seconds,
        "mesa": mesa.__version__,
    }


def seconds_of(command: list[str], repetitions: int) -> list[float]:
    """Wall-clock seconds of a command, once unmeasured and then some times."""
    taken = []
    for _ in range(repetitions + 1):
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return taken[1:]


def peak_mib() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


MEASURES: dict[str, Callable[..., dict]] = {
    "throughput": throughput,
    "national_run": national_run,
    "mesa_agents": mesa_agents,
}


def measured(name: str, script: str = __file__, **arguments) -> dict:
    """A measure's result, from a new process of the script that holds it."""
    command = [sys.executable, script, "--measure", name, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


# --- the report ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the workers, one repetition")
    parser.add_argument("--out", default=str(ROOT / "results" / "bench"), help="folder of the report")
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "ARGUMENTS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, arguments = options.measure
        print(json.dumps(MEASURES[name](**json.loads(arguments))))
        return
    report(options.quick, Path(options.out))


def report(quick: bool, folder: Path) -> None:
    found = measure_all(quick)
    rows = table_rows(found)
    machine = this_machine()
    text = markdown_table(
        "Speed and memory", rows, quick, ["M/s: million worker-months per second.", METHOD], machine
    )
    print(text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(text, encoding="utf-8")
    content = {
        "machine": machine,
        "quick": quick,
        "method": METHOD,
        "measures": found,
        "rows": [dict(zip(("what", "value", "aim"), row, strict=True)) for row in rows],
    }
    (folder / "bench.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {folder}/bench.md and bench.json.")


def measure_all(quick: bool) -> dict[str, dict]:
    scale, months = (QUICK_SCALE, QUICK_MONTHS) if quick else (SCALE, MONTHS)
    repetitions = 1 if quick else 3
    starts = 3 if quick else 7
    say("compiling, where the sources have changed")
    measured("throughput", levers=True, threads=2, scale=200_000, months=12, repetitions=1)
    measured("mesa_agents", compiled=True, workers=1000, months=1)
    found = {}
    for name, levers, threads in (("baseline", False, 2), ("one_thread", False, 1), ("all_levers", True, 2)):
        say(f"throughput: {name.replace('_', ' ')}")
        found[name] = measured(
            "throughput", levers=levers, threads=threads, scale=scale, months=months, repetitions=repetitions
        )
    say("a national run of 2014-2024 at 1:5000")
    found["national"] = measured("national_run", repetitions=2 if quick else 5)
    say("Mesa agents")
    found["mesa"] = measured(
        "mesa_agents",
        compiled=False,
        workers=MESA_WORKERS if not quick else 1000,
        months=3 if quick else MESA_MONTHS,
    )
    found["mesa_compiled"] = measured("mesa_agents", compiled=True, workers=MESA_WORKERS, months=60)
    say("start-up")
    command = Path(sys.executable).with_name("labor-sim")
    help_command = [str(command)] if command.exists() else [sys.executable, "-m", "sim"]
    found["startup"] = {
        "help_seconds": seconds_of([*help_command, "--help"], starts),
        "python_seconds": seconds_of([sys.executable, "-c", "pass"], starts),
        "import_sim_seconds": seconds_of([sys.executable, "-c", "import sim"], starts),
        "import_engine_seconds": seconds_of([sys.executable, "-c", "from sim import simulate"], starts),
        "first_month_seconds": seconds_of(
            [sys.executable, "-c", "import sim; sim.simulate('baseline', scale=5000, end='2014-01')"], 2
        ),
    }
    return found


def say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def table_rows(found: dict[str, dict]) -> list[tuple[str, str, str]]:
    """(what, value, aim) for each figure."""
    base, alone, levers = found["baseline"], found["one_thread"], found["all_levers"]
    national, mesa, start = found["national"], found["mesa"], found["startup"]
    best, with_levers = max(base["rates"]), max(levers["rates"])
    per_worker = (base["peak_mib"] - base["small_mib"]) * 2**20 / base["workers"]
    size = f"{base['workers']:,} workers, {base['months']} months"
    run, prepare = (min(national[key]) for key in ("run_seconds", "prepare_seconds"))
    return [
        (f"baseline, 2 threads ({size})", millions(best), "60"),
        ("baseline, 1 thread", millions(max(alone["rates"])), ""),
        ("all levers of `combined`, 2 threads", millions(with_levers), "60"),
        ("baseline, per second of one processor", millions(max(base["core_rates"])), ""),
        ("all levers, per second of one processor", millions(max(levers["core_rates"])), ""),
        (f"the same rules by Mesa agents ({mesa['workers']:,} workers)", millions(mesa["rate"]), ""),
        ("Mesa model with the compiled month", millions(found["mesa_compiled"]["rate"]), ""),
        ("engine over Mesa agents", f"{best / mesa['rate']:,.0f} times", "300 times"),
        ("engine with all levers over Mesa agents", f"{with_levers / mesa['rate']:,.0f} times", "300 times"),
        ("a worker's row", f"{base['bytes_per_worker']} bytes", "40 bytes"),
        ("memory for a further worker, all told", f"{per_worker:.0f} bytes", ""),
        ("peak memory, baseline", f"{base['peak_mib']:,.0f} MiB", ""),
        ("peak memory, all levers", f"{levers['peak_mib']:,.0f} MiB", ""),
        (f"2014-2024 at 1:5000 ({national['workers']:,} workers), months", f"{run:.2f} s", "2 s"),
        ("... and its preparation (data, population)", f"{prepare:.2f} s", ""),
        ("`labor-sim --help`", f"{statistics.median(start['help_seconds']):.2f} s", "0.5 s"),
        ("`import sim`, less Python's own start", after_python(start, "import_sim_seconds"), ""),
        ("`from sim import simulate`, the same", after_python(start, "import_engine_seconds"), ""),
        (
            "new process to the end of January 2014, 1:5000",
            f"{statistics.median(start['first_month_seconds']):.2f} s",
            "",
        ),
    ]


def millions(rate: float) -> str:
    return f"{rate / 1e6:,.4f} M/s" if rate < 1e6 else f"{rate / 1e6:,.1f} M/s"


def after_python(start: dict, key: str) -> str:
    return f"{statistics.median(start[key]) - statistics.median(start['python_seconds']):.2f} s"


def this_machine() -> dict[str, str]:
    import numba
    import numpy as np

    import sim
    from sim.core.sources import run_hash

    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    try:
        load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    except OSError:
        load = "unknown"
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": f"{processor()}, {usable} cores",
        "system": platform.platform(),
        "versions": f"sim {sim.__version__}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"numba {numba.__version__}",
        "code": f"{commit.stdout.strip() or 'no checkout'}, sources {run_hash()}",
        "load after the measures (1, 5, 15 minutes)": load,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def markdown_table(
    title: str, rows: list[tuple[str, str, str]], quick: bool, notes: list[str], machine: dict[str, str]
) -> str:
    """A page: the rows (what, value, aim) as a table, the notes, and the machine."""
    width = max(len(what) for what, _, _ in rows)
    lines = [f"# {title}" + (" (quick look: small, one repetition)" if quick else ""), ""]
    lines += [
        f"| {'':{width}} | {'measured':>12} | {'aim':>9} |",
        f"|{'-' * (width + 2)}|-------------:|----------:|",
    ]
    lines += [f"| {what:{width}} | {value:>12} | {aim:>9} |" for what, value, aim in rows]
    for note in notes:
        lines += ["", note]
    lines += ["", *(f"- {key}: {value}" for key, value in machine.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
