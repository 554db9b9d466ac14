"""Sweeps on a Dask cluster: a real scheduler and workers in processes of their own, and what befalls them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from support import fake_runs
from test_sweep import EXPERIMENT, wait_until, written
from typer.testing import CliRunner

from sim.cli import app
from sim.core.errors import UsageError
from sim.experiments import dask as cluster
from sim.experiments import load_experiment, run_sweep
from sim.experiments.journal import Journal

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parents[2]
HERE = ("--host", cluster.HERE)


class Cluster:
    """A scheduler and its workers, each a process; ``file`` is the scheduler's."""

    def __init__(self, folder: Path):
        self.folder, self.file, self.workers = folder, folder / "scheduler.json", []
        self.scheduler = self._started("dask_scheduler", "--port", "0", "--no-dashboard", *HERE)
        wait_until(self.file.is_file)
        self.address = json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def add_worker(self, *options: str) -> subprocess.Popen:
        self.workers.append(
            self._started(
                "dask_worker",
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(self.folder),
                *HERE,
                *options,
            )
        )
        return self.workers[-1]

    def wait_for_workers(self, count: int) -> None:
        with distributed.Client(self.address, timeout=30) as client:
            client.wait_for_workers(count, timeout=60)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _started(self, module: str, *options: str) -> subprocess.Popen:
        path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self.file), *options],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def dask_cluster(tmp_path):
    folder = tmp_path / "dask"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.close()


@pytest.fixture
def experiment(tmp_path):
    return load_experiment(written(tmp_path, EXPERIMENT))


def results_file(folder: Path) -> bytes:
    return (folder / "results.parquet").read_bytes()


def test_a_worker_killed_halfway_changes_nothing(experiment, tmp_path, dask_cluster):
    first, _ = dask_cluster.add_worker(), dask_cluster.add_worker()
    dask_cluster.wait_for_workers(2)
    seen = []

    def progress(done, total, failed):
        seen.append(done)
        if done == total // 2 and first.poll() is None:
            first.send_signal(signal.SIGKILL)

    clustered = run_sweep(
        experiment,
        tmp_path / "dask-out",
        scheduler=dask_cluster.address,
        simulate=fake_runs.slow,
        progress=progress,
    )
    assert first.wait(timeout=10) == -signal.SIGKILL
    assert seen == list(range(13))
    assert len(clustered.failures) == 0
    whole = run_sweep(experiment, tmp_path / "here", simulate=fake_runs.simulate)
    pd.testing.assert_frame_equal(clustered.results, whole.results)
    assert results_file(tmp_path / "dask-out") == results_file(tmp_path / "here")
    started = Journal(tmp_path / "dask-out").events()[0]
    assert (started["executor"], started["scheduler"]) == ("dask", dask_cluster.address)


def test_a_sweep_begun_on_processes_is_ended_on_a_cluster(experiment, tmp_path, dask_cluster):
    begun = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.failing)
    assert begun.failures["run"].tolist() == [4]
    dask_cluster.add_worker()
    ended = run_sweep(
        experiment,
        tmp_path / "out",
        scheduler=str(dask_cluster.file),
        resume=True,
        simulate=fake_runs.simulate,
    )
    assert len(ended.failures) == 0
    run_sweep(experiment, tmp_path / "whole", simulate=fake_runs.simulate)
    assert results_file(tmp_path / "out") == results_file(tmp_path / "whole")


def test_a_failing_run_and_a_deadly_one_fail_alone(experiment, tmp_path):
    failing = run_sweep(experiment, tmp_path / "failing", executor="dask", simulate=fake_runs.failing)
    assert failing.failures[["run", "stage"]].values.tolist() == [[4, "simulate"]]
    deadly = run_sweep(experiment, tmp_path / "deadly", executor="dask", simulate=fake_runs.deadly)
    assert deadly.failures[["run", "stage"]].values.tolist() == [[4, "process"]]
    assert deadly.results["run"].nunique() == 11


def test_workers_with_another_program_are_refused(experiment, tmp_path, dask_cluster, monkeypatch):
    dask_cluster.add_worker()
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "edited since")
    with pytest.raises(UsageError, match="another version of the program"):
        run_sweep(experiment, tmp_path / "out", scheduler=dask_cluster.address, simulate=fake_runs.simulate)


def test_a_scheduler_that_is_lost_is_told_and_what_had_finished_is_kept(
    experiment, tmp_path, dask_cluster, monkeypatch
):
    monkeypatch.setattr("sim.experiments.sweep.PART_SECONDS", 0.0)
    dask_cluster.add_worker()

    def progress(done, total, failed):
        if done == 4:
            dask_cluster.scheduler.kill()

    with pytest.raises(UsageError, match="scheduler was lost"):
        run_sweep(
            experiment,
            tmp_path / "out",
            scheduler=dask_cluster.address,
            simulate=fake_runs.slow,
            progress=progress,
        )
    assert len(Journal(tmp_path / "out").finished()) >= 4
    resumed = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert resumed.results["run"].nunique() == 12


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nonsense", "nonsense://host", "tcp://host.invalid:1"]
)
def test_a_scheduler_that_cannot_be_reached_is_told_in_time(experiment, tmp_path, monkeypatch, address):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2.0)
    begun = time.monotonic()
    with pytest.raises(UsageError, match="no scheduler answers"):
        run_sweep(experiment, tmp_path / "out", scheduler=address, simulate=fake_runs.simulate)
    assert time.monotonic() - begun < 10


def test_another_service_is_no_scheduler(experiment, tmp_path, monkeypatch):
    """It takes the call, and never answers as a scheduler does."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as service:
        address = f"tcp://127.0.0.1:{service.getsockname()[1]}"
        with pytest.raises(UsageError, match="what answers there is no scheduler|no scheduler answers"):
            run_sweep(experiment, tmp_path / "out", scheduler=address, simulate=fake_runs.simulate)


@pytest.mark.parametrize("content", ["{nonsense", "{}", "[1]", None])
def test_a_file_that_is_no_scheduler_file_is_told(experiment, tmp_path, content):
    file = tmp_path / "cluster.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="no scheduler file: (it holds no address|No such file)"):
        run_sweep(experiment, tmp_path / "out", scheduler=file, simulate=fake_runs.simulate)


def test_the_command_leaves_with_2_when_no_scheduler_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    file = written(tmp_path, EXPERIMENT)
    run = CliRunner().invoke(
        app,
        [
            "sweep",
            str(file),
            "--out",
            str(tmp_path / "out"),
            "--executor",
            "dask",
            "--scheduler",
            "tcp://127.0.0.1:1",
        ],
    )
    assert run.exit_code == 2
    assert "no scheduler answers" in run.stderr and "tcp://127.0.0.1:1" in run.stderr


def test_what_cannot_go_together_is_refused(experiment, tmp_path):
    for options, told in (
        ({"executor": "cloud"}, "no such executor"),
        ({"executor": "processes", "scheduler": "tcp://h:1"}, "a scheduler needs the executor dask"),
        ({"jobs": 0}, "at least one is needed"),
        ({"resume": True}, "nothing to resume"),
    ):
        with pytest.raises(UsageError, match=told):
            run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate, **options)
    assert not (tmp_path / "out").exists()


def test_dask_missing_is_told(experiment, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="cluster"):
        run_sweep(experiment, tmp_path / "out", executor="dask", simulate=fake_runs.simulate)


def test_the_model_answers_the_same_on_processes_and_on_a_cluster(tmp_path):
    text = EXPERIMENT.replace("1:10000", "1:200000").replace("seeds: 3", "seeds: 2")
    text = text.replace("[0, 5000, 10000, 20000]", "[0, 20000]")
    experiment = load_experiment(written(tmp_path, text))
    run_sweep(experiment, tmp_path / "processes")
    sweep = run_sweep(experiment, tmp_path / "dask", executor="dask", jobs=1)
    assert len(sweep.failures) == 0
    assert len(sweep.results) == 4 * 3
    assert results_file(tmp_path / "dask") == results_file(tmp_path / "processes")


# --- without workers ----------------------------------------------------------------------------------


def quickly(monkeypatch) -> None:
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(cluster, "TELL_SECONDS", 0.5)
    monkeypatch.setattr(cluster, "RESTART_SECONDS", 2.0)
    monkeypatch.setattr(cluster, "FETCH_SECONDS", 0.5)


def test_a_scheduler_without_workers_is_told_at_once_and_again_and_ends(
    experiment, tmp_path, dask_cluster, monkeypatch
):
    quickly(monkeypatch)
    with pytest.warns(UserWarning, match="has no workers: waited 0 of 2 seconds") as told:
        with pytest.raises(UsageError, match="has no workers, after 2 seconds of waiting"):
            run_sweep(
                experiment,
                tmp_path / "out",
                scheduler=str(dask_cluster.file),
                wait_seconds=2,
                simulate=fake_runs.simulate,
            )
    assert 3 <= sum("has no workers" in str(one.message) for one in told) <= 5


def test_the_command_tells_that_there_are_no_workers(tmp_path, dask_cluster):
    words = ["--out", str(tmp_path / "out"), "--scheduler", dask_cluster.address, "--wait", "1"]
    run = CliRunner().invoke(app, ["sweep", str(written(tmp_path, EXPERIMENT)), *words])
    assert run.exit_code == 2
    assert "warning: the scheduler" in run.stderr and "has no workers, after 1 seconds" in run.stderr


def test_workers_that_come_late_are_used(experiment, tmp_path, dask_cluster, monkeypatch):
    quickly(monkeypatch)
    late = threading.Timer(1.5, dask_cluster.add_worker)
    late.start()
    with pytest.warns(UserWarning, match="has no workers"):
        sweep = run_sweep(
            experiment, tmp_path / "out", scheduler=dask_cluster.address, simulate=fake_runs.simulate
        )
    assert sweep.results["run"].nunique() == 12 and len(sweep.failures) == 0


def test_workers_that_all_leave_on_the_way_are_told(experiment, tmp_path, dask_cluster, monkeypatch):
    quickly(monkeypatch)
    monkeypatch.setattr("sim.experiments.sweep.PART_SECONDS", 0.0)
    only = dask_cluster.add_worker()

    def progress(done, total, failed):
        if done == 3:
            only.kill()

    with pytest.warns(UserWarning, match="has no workers"), pytest.raises(UsageError, match="no workers"):
        run_sweep(
            experiment,
            tmp_path / "out",
            scheduler=dask_cluster.address,
            wait_seconds=2,
            simulate=fake_runs.slow,
            progress=progress,
        )
    assert len(Journal(tmp_path / "out").finished()) >= 3


def test_a_scheduler_that_stands_still_is_told(experiment, tmp_path, dask_cluster, monkeypatch):
    quickly(monkeypatch)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    dask_cluster.add_worker()

    def progress(done, total, failed):
        if done == 2:
            dask_cluster.scheduler.send_signal(signal.SIGSTOP)

    with pytest.warns(UserWarning, match="does not answer"), pytest.raises(UsageError, match="not answer"):
        run_sweep(
            experiment,
            tmp_path / "out",
            scheduler=dask_cluster.address,
            wait_seconds=3,
            simulate=fake_runs.slow,
            progress=progress,
        )


def test_a_cluster_of_ours_whose_workers_do_not_come_back_is_replaced(experiment, tmp_path, monkeypatch):
    """A worker that dies while Dask starts it again is not started once more: none would be left."""
    from distributed.nanny import Nanny

    async def unregister(nanny, exitcode):
        await nanny._unregister()

    quickly(monkeypatch)
    monkeypatch.setattr(Nanny, "_on_worker_exit", unregister)
    options = {"executor": "dask", "jobs": 1, "simulate": fake_runs.deadly}
    deadly = run_sweep(experiment, tmp_path / "deadly", **options)
    assert deadly.failures[["run", "stage"]].values.tolist() == [[4, "process"]]
    assert deadly.results["run"].nunique() == 11


def test_a_cluster_of_ours_is_heard_on_this_machine_alone(experiment, tmp_path):
    psutil = pytest.importorskip("psutil")  # which Dask brings
    heard = set()

    def progress(done, total, failed):
        if done == 1:
            own = psutil.Process()
            for process in (own, *own.children(recursive=True)):
                for one in process.net_connections("inet"):
                    if one.status == psutil.CONN_LISTEN:
                        heard.add(one.laddr.ip)

    run_sweep(experiment, tmp_path / "out", executor="dask", simulate=fake_runs.slow, progress=progress)
    assert heard == {"127.0.0.1"}


CALL = """
import sys
from support import fake_runs
from sim.experiments import run_sweep

done = run_sweep(sys.argv[1], sys.argv[2], executor="dask", jobs=1, simulate=fake_runs.simulate)
print(done.results["run"].nunique())
"""


def test_a_cluster_needs_no_guard_either(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(CALL, encoding="utf-8")
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    run = subprocess.run(
        [sys.executable, str(script), str(written(tmp_path, EXPERIMENT)), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (run.returncode, run.stdout) == (0, "12\n"), run.stderr
