"""Worker processes from wherever Python runs: a script without a guard, standard input, ``-c``, a daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import fake_runs

from sim.comparison.compare import compare
from sim.core.processes import ProcessDied, worker_pool

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # by far enough; a script that starts itself again and again would take for ever

CALL = """
from support import fake_runs
from sim import compare

found = compare("baseline", "startup-support", seeds=3, end="2026-12", simulate=SIMULATE)
print(found.manifest["seeds"], len(found.effects) > 0)
"""
FAKE = CALL.replace("SIMULATE", "fake_runs.any_scenario")
SWEEP = """
import sys
from support import fake_runs
from sim.experiments import load_experiment, run_sweep

done = run_sweep(load_experiment("subsidy_dose_response"), sys.argv[1], simulate=fake_runs.simulate)
print(done.results["run"].nunique(), len(done.failures))
"""
OWN_FUNCTION = (
    "def mine(*given, **how):\n    return fake_runs.any_scenario(*given, **how)\n\n"
    + CALL.replace("SIMULATE", "mine")
)
IN_A_DAEMON = """
import multiprocessing

def work(number):
    from support import fake_runs
    from sim import compare
    found = compare("baseline", "startup-support", seeds=3, end="2026-12", simulate=fake_runs.any_scenario)
    # at once, since the pool ends this process as soon as it has the result
    print(found.manifest["seeds"], len(found.effects) > 0, flush=True)

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(work, [1])
"""


def python(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess:
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return subprocess.run(
        [sys.executable, *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.parametrize("way", ["a file", "standard input", "a word"])
def test_no_guard_is_needed(tmp_path, way):
    file = tmp_path / "script.py"
    file.write_text(f"print('begins')\n{FAKE}", encoding="utf-8")
    words = {"a file": [str(file)], "standard input": ["-"], "a word": ["-c", file.read_text()]}[way]
    run = python(*words, stdin=file.read_text() if way == "standard input" else None)
    assert (run.returncode, run.stdout, run.stderr) == (0, "begins\n[1, 2, 3] True\n", "")


def test_a_sweep_needs_none_either(tmp_path):
    run = python("-c", SWEEP, str(tmp_path / "out"))
    assert run.returncode == 0, run.stderr
    runs, failed = run.stdout.split()
    assert int(runs) > 10 and failed == "0"


def test_a_daemonic_process_runs_itself(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(IN_A_DAEMON, encoding="utf-8")
    run = python(str(file))
    assert (run.returncode, run.stdout, run.stderr) == (0, "[1, 2, 3] True\n", "")


def test_a_script_whose_own_function_runs_is_shown_the_two_lines(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(OWN_FUNCTION, encoding="utf-8")
    run = python(str(file))
    assert run.returncode == 1 and "BrokenProcessPool" not in run.stderr
    last = run.stderr.strip().splitlines()[-3:]
    assert last[1].strip() == 'if __name__ == "__main__":' and last[2].strip().startswith("main()")
    run = python("-", stdin=OWN_FUNCTION)
    assert run.returncode == 1 and "cannot find what a notebook, a prompt or standard input" in run.stderr


def test_a_process_that_dies_is_told_in_words():
    with pytest.raises(ProcessDied, match="a worker process died") as told:
        compare("baseline", "startup-support", seeds=3, end="2026-12", simulate=fake_runs.dying)
    assert told.value.exit_code == 1 and "fewer processes" in str(told.value)


def test_what_cannot_be_sent_to_processes_is_told():
    with pytest.raises(Exception, match="cannot be sent to worker processes"):
        compare("baseline", "startup-support", seeds=3, end="2026-12", simulate=lambda *a, **k: None)


def test_a_pool_that_fails_ends_its_own_processes_alone():
    with worker_pool(1) as other:
        first = other.submit(os.getpid).result()
        with pytest.raises(ZeroDivisionError), worker_pool(1) as pool:
            gone = pool.submit(os.getpid).result()
            raise ZeroDivisionError
        with pytest.raises(ProcessLookupError):
            os.kill(gone, 0)
        assert other.submit(os.getpid).result() == first


def test_other_processes_keep_their_script():
    """What is started beside the pool, by others, runs its main script as ever."""
    from multiprocessing import spawn

    before = spawn.get_preparation_data
    with worker_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
    assert spawn.get_preparation_data is before
