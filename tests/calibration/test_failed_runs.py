"""Runs of a calibration that fail: counted by stage, told, and the exit code says so."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_calibration import MINIATURE

from sim import cli
from sim.calibration import load_calibration
from sim.calibration import runs as calibration_runs
from sim.calibration.observations import observations
from sim.calibration.runs import Work
from sim.core.errors import RunsFailed


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A stage of three points and two seeds of which the first ``failing`` runs fail."""
    (tmp_path / "mini.yaml").write_text(MINIATURE, encoding="utf-8")
    seen = observations()

    def swept(experiment, folder, **options):
        made = range(work.failing, 6)
        rows = pd.DataFrame({"run": made, **{one.name: np.zeros(len(made)) for one in seen}})
        return SimpleNamespace(results=rows, failures=pd.DataFrame({"run": range(work.failing)}))

    monkeypatch.setattr(calibration_runs, "run_sweep", swept)
    work = Work(load_calibration(tmp_path / "mini.yaml"), tmp_path / "out", 1, seen, None)
    work.folder.mkdir()
    return work


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_failed_runs_are_counted_and_the_rest_goes_on(work, failing):
    work.failing = failing
    errors = work.run("wave1", np.full((3, 3), 0.5), (1, 2))
    assert work.failed_runs == {"wave1": failing}
    assert np.isnan(errors).any(axis=2).sum() == failing


def test_a_stage_of_which_most_runs_failed_ends_the_calibration(work):
    work.failing = 4
    with pytest.raises(RunsFailed, match="most runs of this stage failed") as told:
        work.run("wave1", np.full((3, 3), 0.5), (1, 2))
    assert told.value.exit_code == 1


@pytest.mark.parametrize("failed, code", [({}, 0), ({"wave1": 1, "members": 2}, 1)])
def test_the_command_exits_with_1_where_runs_failed(tmp_path, monkeypatch, capsys, failed, code):
    (tmp_path / "mini.yaml").write_text(MINIATURE, encoding="utf-8")
    tables = {name: pd.DataFrame({"a": [1]}) for name in ("parameters", "observations", "alike", "tensions")}
    found = SimpleNamespace(
        posterior=SimpleNamespace(save=lambda path: path.write_bytes(b""), about={}),
        text=lambda: "the report\n",
        screen=pd.DataFrame({"a": [1]}),
        failed_runs=failed,
        **tables,
    )
    out = tmp_path / "out"
    monkeypatch.setattr("sim.calibration.calibrate", lambda *given, **how: out.mkdir(exist_ok=True) or found)
    words = ["labor-sim", "calibrate", str(tmp_path / "mini.yaml"), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    spoken = capsys.readouterr()
    assert (leaving.value.code or 0) == code and "the report" in spoken.out, spoken.err
    assert (out / "calibration.txt").is_file()
    assert spoken.err.count("failed: see") == len(failed)
    assert not failed or "2 runs of members failed: see" in spoken.err
