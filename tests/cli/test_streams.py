"""What becomes of output: other encodings, readers that leave, closed streams, full devices, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support import fake_runs
from test_cli import labor_sim  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
RUN = "run baseline --scale 1:1000000 --to 2014-12"


def shell(line: str, **environment: str) -> subprocess.CompletedProcess:
    """A line of bash in which LABOR_SIM is the command; the exit code is that of the first in a pipe."""
    command = f"{sys.executable} -m sim"
    line = f"set -o pipefail; {line.replace('LABOR_SIM', command)}"
    plain = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(["bash", "-c", line], capture_output=True, env=plain, timeout=120, cwd=ROOT)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "gbk"])
def test_what_an_encoding_lacks_is_spelt(encoding):
    run = shell("LABOR_SIM show combined | cat", PYTHONIOENCODING=encoding)
    assert (run.returncode, run.stderr) == (0, b"")
    text = run.stdout.decode(encoding)
    assert ("补贴" if encoding == "gbk" else r"\u8865\u8d34") in text
    assert r"\u2013" not in text and r"\u2212" not in text  # a dash is a dash


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "LANG": "C"}])
def test_json_is_the_same_in_every_encoding(environment):
    run, plain = shell("LABOR_SIM scenarios --json | cat", **environment), shell("LABOR_SIM scenarios --json")
    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads(run.stdout.decode()) == json.loads(plain.stdout.decode())


def test_a_name_that_is_no_text_is_told():
    run = shell(r"LABOR_SIM check $'\xff\xfe.yaml' | cat", PYTHONIOENCODING="ascii")
    assert run.returncode == 2 and run.stderr == b"" and rb"\udcff\udcfe.yaml" in run.stdout


@pytest.mark.parametrize(
    "line",
    [*(f"scenarios {end}" for end in ("| true", ">&-", "<&- >&- 2>&-", "2>/dev/full")), "--help | head -1"],
)
def test_a_list_that_nobody_reads_ends_quietly(line):
    run = shell(f"LABOR_SIM {line}")
    assert (run.returncode, run.stderr) == (0, b"")


def test_a_full_device_is_told():
    run = shell("LABOR_SIM scenarios >/dev/full")
    assert run.returncode == 2
    assert run.stderr.decode().splitlines()[-1] == "error: the output cannot be written: the disk is full"


@pytest.mark.parametrize("end", ["2>&1 | true", "<&- >&- 2>&-"])
def test_results_are_written_though_nobody_reads(end, tmp_path):
    run = shell(f"LABOR_SIM {RUN} --out {tmp_path / 'out'} {end}")
    assert run.returncode == 0 and b"error" not in run.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_results_are_written_though_the_output_is_not(tmp_path):
    run = shell(f"LABOR_SIM {RUN} --out {tmp_path / 'out'} >/dev/full")
    assert run.returncode == 2 and b"the output cannot be written" in run.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_closed_error_stream_is_not_the_output():
    run = shell(f"LABOR_SIM {RUN} --json 2>&-")
    assert run.returncode == 0 and json.loads(run.stdout)["manifest"]["scenario_name"] == "baseline"


@pytest.mark.parametrize(
    "words, number, code",
    [
        ("run baseline", "SIGTERM", 143),
        ("run baseline", "SIGHUP", 129),
        ("compare baseline combined --ensemble 0", "SIGINT", 130),
        ("compare baseline combined --ensemble 0", "SIGTERM", 143),
    ],
)
def test_a_command_that_is_stopped_leaves_nothing(words, number, code, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sim", *words.split(), "--out", str(out)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **streams, cwd=ROOT, start_new_session=True) as process:
        assert process.stderr is not None
        while "..." not in process.stderr.readline():  # until it runs
            pass
        time.sleep(0.2)
        # Ctrl-C reaches the worker processes too, which may only just have begun
        (os.killpg if number == "SIGINT" else os.kill)(process.pid, getattr(signal, number))
        _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert told.splitlines()[-1] == "interrupted; no incomplete file was left behind"
    assert "Traceback" not in told and not out.exists()
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]


def test_a_command_that_is_stopped_while_it_loads_is_quiet():
    """Sent at moments of the first third of a second, of which most fall into the loading."""
    for moment in (0.08, 0.16, 0.24):
        with subprocess.Popen(
            [sys.executable, "-m", "sim", "scenarios"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process:
            time.sleep(moment)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
        # before the first line of ours Python itself ends with the signal, and says so
        assert process.returncode in (0, 130, -signal.SIGINT)
        assert process.returncode < 0 or "Traceback" not in told


def test_signals_are_as_before_afterwards(labor_sim):  # noqa: F811
    before = signal.getsignal(signal.SIGTERM)
    assert labor_sim("--version").code == 0
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("stand_in, failed", [("failing", 1), ("hopeless", 27)])
def test_a_sweep_with_failed_runs_exits_with_1(labor_sim, monkeypatch, tmp_path, stand_in, failed):  # noqa: F811
    from sim.experiments import sweep as runner

    simulate = getattr(fake_runs, stand_in)
    monkeypatch.setattr("sim.experiments.run_sweep", partial(runner.run_sweep, simulate=simulate))
    words = ("sweep", "subsidy_dose_response", "--jobs", 1, "--out", tmp_path / "sweep")
    spoken, again = labor_sim(*words), labor_sim(*words, "--json")
    assert spoken.code == again.code == 1 and "not in your input" not in spoken.err
    count = spoken.err.count("failed in simulate")
    assert count > 0 and len(again.json["failures"]) == count
    monkeypatch.setattr("sim.experiments.run_sweep", partial(runner.run_sweep, simulate=fake_runs.simulate))
    assert labor_sim(*words).code == 0
