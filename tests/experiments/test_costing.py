"""Planning: counted, not listed; quick; and near what the sweep then takes."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from support import fake_runs
from test_designs import HYPERCUBE, LIST, loaded
from typer.testing import CliRunner

from sim.cli import app
from sim.core.errors import UsageError
from sim.experiments import costing as planning
from sim.experiments import run_sweep
from sim.experiments.costing import Pace, duration, make_plan, plan_experiment
from sim.scenario.loading import with_overrides


@pytest.fixture
def pace(monkeypatch):
    """A run of 10,000 workers takes 1 s to prepare and 0.02 s a month."""
    pace = Pace(1.0, 0.01, 1e-6, 5e8, 1000.0)
    monkeypatch.setattr(planning, "measured", lambda *arguments: pace)
    monkeypatch.setattr(planning.os, "cpu_count", lambda: 2)
    return pace


def test_runs_workers_months_and_time_are_those_of_the_experiment(tmp_path, pace):
    plan = plan_experiment(loaded(tmp_path, LIST), tmp_path / "out", jobs=2)
    assert (plan.runs, plan.workers, plan.months, plan.processes) == (6, 5000, 144, 2)
    assert plan.run_seconds == pytest.approx(1 + 144 * (0.01 + 0.005))
    assert plan.seconds == pytest.approx(3 * plan.run_seconds + planning.START_SECONDS)


def test_processes_beyond_the_cores_do_not_make_it_quicker(tmp_path, pace):
    experiment = loaded(tmp_path, LIST)
    two, six = (plan_experiment(experiment, tmp_path / "out", jobs=jobs) for jobs in (2, 6))
    assert six.seconds == two.seconds
    assert six.memory_mb == pytest.approx(3 * two.memory_mb, rel=0.01)


def test_a_hundred_thousand_runs_are_planned_without_making_them(tmp_path, pace, monkeypatch):
    monkeypatch.setattr("sim.experiments.loading.with_overrides", counted := Counted())
    began = time.perf_counter()
    experiment = loaded(tmp_path, HYPERCUBE, edit={"samples: 16": "samples: 50000"})
    plan = plan_experiment(experiment, tmp_path / "out")
    assert plan.runs == 100_000
    assert counted.calls < 20
    assert experiment.design._table is None
    assert time.perf_counter() - began < 5


class Counted:
    calls = 0

    def __call__(self, *arguments):
        self.calls += 1
        return with_overrides(*arguments)


def test_earlier_runs_are_the_better_judge(tmp_path, pace):
    experiment = loaded(tmp_path, LIST)
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    plan = plan_experiment(experiment, tmp_path / "out")
    assert plan.basis == "6 earlier runs of this sweep"
    assert plan.run_seconds < 1
    size = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) / 1e6
    assert size < plan.disk_mb < 20 * size


def test_a_real_run_is_measured(tmp_path):
    plan = make_plan("baseline", scale=50_000, end="2024-12", seeds=3)
    assert (plan.runs, plan.months) == (3, 132)
    assert 5_000 < plan.workers < 20_000
    assert 0.05 < plan.run_seconds < 60
    assert 100 < plan.memory_mb < 10_000


def test_the_command_prints_a_table_or_json(pace):
    run = CliRunner().invoke(app, ["plan", "subsidy_dose_response"])
    assert run.exit_code == 0 and "expected time" in run.output and "30" in run.output
    run = CliRunner().invoke(app, ["plan", "baseline", "--seeds", "4", "--json"])
    assert json.loads(run.output)["runs"] == 4


def test_a_name_that_is_neither_is_told_with_the_nearest():
    with pytest.raises(UsageError, match="subsidy_dose_response"):
        make_plan("subsidy_dose_respons")


@pytest.mark.parametrize(
    "name, words",
    [
        ("calibration", "labor-sim calibrate"),
        ("experiments/calibration.yaml", "labor-sim calibrate"),
        ("travel-grant", "labor-sim virtual travel-grant"),
        ("experiments/virtual/travel-grant.yaml", "labor-sim virtual experiments"),
    ],
)
def test_what_has_no_plan_is_called_by_its_name(name, words, monkeypatch):
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    with pytest.raises(UsageError, match="which cannot be planned") as told:
        make_plan(name)
    assert words in str(told.value)


def test_durations_are_in_words():
    assert [duration(seconds) for seconds in (0.2, 89, 95, 7200, 200_000)] == [
        "1 s",
        "89 s",
        "2 min",
        "2.0 h",
        "2.3 days",
    ]
