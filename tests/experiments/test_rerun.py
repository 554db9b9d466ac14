"""A kept run made again from its folder alone: identical, or what differs, and what changed since."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from support import fake_runs
from test_designs import FILE, HYPERCUBE, LIST, loaded
from test_sweep import EXPERIMENT, written
from typer.testing import CliRunner

from sim import simulate
from sim.cli import app
from sim.core.errors import ResultsError, UsageError
from sim.experiments import load, load_experiment, run_sweep
from sim.experiments.rerun import rerun


@pytest.fixture
def folder(tmp_path):
    run_sweep(loaded(tmp_path, LIST), tmp_path / "out", simulate=fake_runs.simulate)
    return tmp_path / "out"


def test_every_run_of_a_sweep_is_identical_by_its_number(folder):
    for number in range(6):
        again = rerun(str(number), folder, simulate=fake_runs.simulate)
        assert again.is_identical and again.changed == []


def test_a_design_is_not_needed_again(tmp_path):
    (tmp_path / "points.csv").write_text("farm\n150.5\n1234.567891234567\n")
    run_sweep(loaded(tmp_path, FILE), tmp_path / "file", simulate=fake_runs.simulate)
    (tmp_path / "points.csv").unlink()
    (tmp_path / "two.yaml").unlink()
    assert rerun("3", tmp_path / "file", simulate=fake_runs.simulate).is_identical


def test_drawn_and_whole_factors_come_back_to_the_last_bit(tmp_path):
    pytest.importorskip("scipy")
    run_sweep(loaded(tmp_path, HYPERCUBE), tmp_path / "out", simulate=fake_runs.simulate)
    table = load(tmp_path / "out")
    heard = []

    def listening(scenario, **run):
        heard.append(scenario.parameters["farm_income_yuan"])
        return fake_runs.simulate(scenario, **run)

    assert rerun("7", tmp_path / "out", simulate=listening).is_identical
    assert heard == [table.loc[table["run"] == 7, "farm"].iloc[0]]


def test_what_differs_is_told(folder):
    def drifting(scenario, **run):
        results = fake_runs.simulate(scenario, **run)
        results.tables["national"]["businesses"] += 1
        return results

    again = rerun("2", folder, simulate=drifting)
    assert not again.is_identical
    assert again.differences["column"].unique().tolist() == ["businesses"]
    assert (again.differences["now"] - again.differences["kept"]).tolist() == pytest.approx([1, 1])


def test_a_changed_program_is_told_and_does_not_count_as_a_difference(folder, monkeypatch):
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "edited since")
    again = rerun("0", folder, simulate=fake_runs.simulate)
    assert again.is_identical
    assert again.changed[0].startswith("code hash: ") and "edited since" in again.changed[0]


def test_a_run_of_an_earlier_version_is_made_again_from_its_own_words(folder):
    path = folder / "manifest.json"
    text = path.read_text(encoding="utf-8").replace('"baseline_share"', '"held"')
    assert '"held"' in text
    path.write_text(text.replace('"format": 2', '"format": 1'), encoding="utf-8")
    assert rerun("2", folder, simulate=fake_runs.simulate).is_identical


def test_a_run_that_this_version_cannot_make_names_the_version_that_can(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["settings"]["bases"]["startup-support"]["weather"] = "fine"
    manifest["settings"]["version"] = "0.1.0"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultsError, match="cannot run what version 0.1.0 ran"):
        rerun("2", folder, simulate=fake_runs.simulate)


def test_a_failed_run_fails_again_or_has_been_mended(tmp_path):
    run_sweep(load_experiment(written(tmp_path, EXPERIMENT)), tmp_path / "out", simulate=fake_runs.failing)
    assert rerun("4", tmp_path / "out", simulate=fake_runs.failing).is_identical
    mended = rerun("4", tmp_path / "out", simulate=fake_runs.simulate)
    assert mended.differences["kept"].tolist() == ["simulate", "ArithmeticError: people do not add up"]


def test_a_run_is_found_below_results_by_its_id(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    folder.rename(tmp_path / "results" / "sweep")
    run_id = load("results/sweep").query("run == 4")["run_id"].iloc[0]
    again = rerun(run_id, simulate=fake_runs.simulate)
    assert (again.run_id, again.is_identical) == (run_id, True)


@pytest.mark.parametrize(
    ("run", "where", "told"),
    [
        ("99", "out", "no such run"),
        ("nonsense", "out", "no such run"),
        ("4", None, "needs the folder of its sweep"),
        ("5", "nowhere", "no such folder"),
        ("", "out", "several runs begin like this"),
    ],
)
def test_a_run_that_is_not_there_is_told(folder, tmp_path, monkeypatch, run, where, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((UsageError, ResultsError), match=told):
        rerun(run, where)


def test_a_single_run_of_the_model_is_identical_and_the_command_says_so(tmp_path):
    results = simulate("startup-support", scale=200_000, end="2014-06", seed=3, trace=[0, 1])
    results.save(tmp_path / "run")
    run_id = results.manifest["run_id"]
    run = CliRunner().invoke(app, ["rerun", run_id[:8], str(tmp_path / "run")])
    assert run.exit_code == 0, run.output
    assert f"run {run_id}" in run.output and run.output.rstrip().endswith("identical")

    table = pd.read_parquet(tmp_path / "run" / "national.parquet")
    table.loc[3, "out"] += 200_000
    table.to_parquet(tmp_path / "run" / "national.parquet")
    run = CliRunner().invoke(app, ["rerun", run_id, str(tmp_path / "run"), "--json"])
    assert run.exit_code == 1
    said = json.loads(run.output)
    assert said["identical"] is False
    assert [(row["table"], row["row"], row["column"]) for row in said["differences"]] == [
        ("national", 3, "out")
    ]
