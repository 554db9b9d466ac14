"""Designs: the points of each kind, common seeds over several scenarios, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from support import fake_runs

from sim.analysis.sensitivity import answer
from sim.core.errors import UsageError
from sim.experiments import load_experiment, run_sweep
from sim.experiments.experiment import ExperimentError
from sim.parameters.behaviour import PARAMETERS
from sim.present.charts.sweep import draw_answer

EXPERIMENT = """\
title: {en: Two, zh: 二}
question: What hangs on what?
scenario: startup-support
period: {from: 2024-01, to: 2025-12}
scale: 1:100000
seeds: 2
design:
DESIGN
outcomes: [businesses]
figure: {outcome: businesses}
"""
FACTORS = """\
  factors:
    farm:
      label: {en: farm income, zh: 务农收入}
      keys: [parameters.farm_income_yuan]
    grant:
      label: {en: grant, zh: 补贴}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set]
      low: 0
      high: 10
      whole: true
"""
HYPERCUBE = "  kind: latin_hypercube\n  samples: 16\n  seed: 3\n" + FACTORS
SOBOL = HYPERCUBE.replace("latin_hypercube", "sobol")
FILE = """\
  kind: file
  file: points.csv
  factors:
    farm: {label: {en: farm, zh: 务农}, keys: [parameters.farm_income_yuan]}
"""
LIST = """\
  kind: list
  factors:
    farm: {label: {en: farm, zh: 务农}, keys: [parameters.farm_income_yuan], values: [100, 200, 300]}
    grant:
      label: {en: grant, zh: 补贴}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set]
      values: [0, 5, 5]
"""


def loaded(folder, design, **changes):
    text = EXPERIMENT.replace("DESIGN\n", design)
    for was, becomes in changes.get("edit", {}).items():
        assert was in text
        text = text.replace(was, becomes)
    path = folder / "two.yaml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(path)


def refused(folder, design, **changes) -> str:
    with pytest.raises(ExperimentError) as caught:
        loaded(folder, design, **changes)
    return str(caught.value)


# --- points -------------------------------------------------------------------------------------------


def test_a_list_is_read_side_by_side(tmp_path):
    points = loaded(tmp_path, LIST).design.points()
    assert points == [{"farm": 100, "grant": 0}, {"farm": 200, "grant": 5}, {"farm": 300, "grant": 5}]


@pytest.mark.parametrize("design", [HYPERCUBE, SOBOL])
def test_drawn_points_fill_the_parameters_own_bounds_and_depend_on_the_seed_alone(tmp_path, design):
    pytest.importorskip("scipy")
    first, again = loaded(tmp_path, design).design, loaded(tmp_path, design).design
    assert first.points() == again.points()
    other = loaded(tmp_path, design, edit={"seed: 3": "seed: 4"}).design
    assert first.points_hash() != other.points_hash()
    farm = PARAMETERS["farm_income_yuan"]
    drawn = first.table()[:, 0]
    slots = np.floor((drawn - farm.low) / (farm.high - farm.low) * 16)
    assert sorted(slots) == list(range(16))  # one point in each sixteenth of the range
    grants = [point["grant"] for point in first.points()]
    assert all(isinstance(grant, int) and 0 <= grant <= 10 for grant in grants)
    assert len(first.points()) == first.point_count == 16


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_points_come_from_a_file_beside_the_experiment(tmp_path, suffix):
    table = pd.DataFrame({"note": ["a", "b"], "farm": [1000, 2500]})
    if suffix == "csv":
        table.to_csv(tmp_path / "points.csv", index=False)
    else:
        table.to_parquet(tmp_path / "points.parquet")
    experiment = loaded(tmp_path, FILE.replace("csv", suffix))
    assert [run.overrides for run in experiment.runs()][::2] == [
        {"parameters.farm_income_yuan": 1000.0},
        {"parameters.farm_income_yuan": 2500.0},
    ]


def test_an_edited_file_is_another_experiment(tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("farm\n1000\n", encoding="utf-8")
    before = loaded(tmp_path, FILE).fingerprint()
    points.write_text("farm\n1001\n", encoding="utf-8")
    assert loaded(tmp_path, FILE).fingerprint() != before


def test_every_scenario_meets_every_point_with_the_same_seeds(tmp_path):
    several = {"scenario: startup-support": "scenarios: [startup-support, combined]"}
    runs = loaded(tmp_path, LIST, edit=several).runs()
    assert len(runs) == 2 * 3 * 2
    pairs = {
        name: [(run.point["farm"], run.seed) for run in runs if run.scenario == name]
        for name in ("startup-support", "combined")
    }
    assert pairs["startup-support"] == pairs["combined"]


# --- running ------------------------------------------------------------------------------------------


def test_the_strongest_factor_is_found_and_drawn(tmp_path):
    pytest.importorskip("scipy")
    sweep = run_sweep(loaded(tmp_path, HYPERCUBE), tmp_path / "out", simulate=fake_runs.simulate)
    table = answer(sweep)
    assert table["factor"].tolist() == ["grant", "farm"]  # the stand-in answers to the grant alone
    grant = table.iloc[0]
    assert grant["change"] == pytest.approx((grant["highest"] - grant["lowest"]) * fake_runs.GAIN_PER_YUAN)
    assert grant["rank_correlation"] == pytest.approx(1)
    assert grant["explained"] == pytest.approx(1)
    assert [path.read_bytes()[:4] for path in draw_answer(sweep, table)] == [b"\x89PNG"]


GRID = """\
  kind: grid
  factors:
    farm: {label: {en: farm, zh: 务农}, keys: [parameters.farm_income_yuan], values: [100, 200]}
    grant:
      label: {en: grant, zh: 补贴}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set]
      values: [0, 5000, 10000]
"""
FIGURE = "figure: {outcome: businesses}"


def test_a_response_is_told_at_each_value_of_another_factor(tmp_path):
    by = "figure: {x: grant, by: farm, outcome: businesses}"
    sweep = run_sweep(
        loaded(tmp_path, GRID, edit={FIGURE: by}), tmp_path / "out", simulate=fake_runs.simulate
    )
    table = answer(sweep)
    assert table["farm"].tolist() == [100] * 3 + [200] * 3
    assert table["difference"].tolist() == [0, 10_000, 20_000] * 2
    names = {path.name for path in draw_answer(sweep, table)}
    assert names == {"businesses_by_grant_farm_100.png", "businesses_by_grant_farm_200.png"}


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("{x: grant, by: farn, outcome: businesses}", ["figure.by", "unknown factor", "mean 'farm'"]),
        ("{x: grant, by: grant, outcome: businesses}", ["figure.by", "another factor"]),
        ("{by: farm, outcome: businesses}", ["figure.by", "needs an x"]),
    ],
)
def test_a_figure_by_nothing_else_is_refused(tmp_path, figure, told):
    message = refused(tmp_path, GRID, edit={FIGURE: f"figure: {figure}"})
    for words in told:
        assert words in message, message


def test_several_scenarios_are_told_apart_in_results_table_and_pictures(tmp_path):
    several = {"scenario: startup-support": "scenarios: [startup-support, combined]"}
    design = LIST.replace("kind: list", "kind: grid").replace("[0, 5, 5]", "[0, 5]")
    experiment = loaded(tmp_path, design, edit=several | {"figure: {": "figure: {x: grant, "})
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert sweep.results.groupby("scenario")["run"].nunique().tolist() == [12, 12]
    table = answer(sweep)
    assert table["scenario"].tolist() == ["startup-support"] * 2 + ["combined"] * 2
    assert len(draw_answer(sweep, table)) == 2


def test_too_few_points_give_no_answer_rather_than_a_wrong_one(tmp_path):
    sweep = run_sweep(loaded(tmp_path, LIST), tmp_path / "out", simulate=fake_runs.hopeless)
    assert answer(sweep)["change"].isna().all()
    assert draw_answer(sweep, answer(sweep)) == []


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "was", "becomes", "told"),
    [
        (
            HYPERCUBE,
            "farm_income_yuan",
            "farm_incom_yuan",
            ["two.yaml:14", "unknown parameter", "farm_incom_yuan", "mean 'farm_income_yuan'"],
        ),
        (
            HYPERCUBE,
            "low: 0",
            "low: -5",
            ["two.yaml:18", "outside the parameter's bounds", "-5", "0 to 200000"],
        ),
        (HYPERCUBE, "high: 10", "high: 900000", ["two.yaml:19", "outside the parameter's bounds", "900000"]),
        (HYPERCUBE, "high: 10", "high: 0", ["must lie below"]),
        (HYPERCUBE, "startup_grant.effects", "startup_grand.effects", ["two.yaml:17", "startup_grant"]),
        (HYPERCUBE, "effects.startup_grant_yuan.set", "take_up", ["two.yaml", "yaml:", "grant"]),
        (HYPERCUBE, "samples: 16", "samples: 0", ["two.yaml:9", "1 or more"]),
        (HYPERCUBE, "  seed: 3\n", "", ["needs this key", "seed"]),
        (SOBOL, "samples: 16", "samples: 20", ["power of two", "16 or 32"]),
        (HYPERCUBE, "latin_hypercube", "latin_hyper", ["unknown kind of design", "mean 'latin_hypercube'"]),
        (LIST, "[0, 5, 5]", "[0, 5]", ["equally many values", "2 values", "3 values"]),
        (LIST, "[0, 5, 5]", "[]", ["must not be empty"]),
        (LIST, "  kind: list\n", "  kind: list\n  samples: 4\n", ["has no such key", "samples"]),
        (LIST, "    grant:", "    seed:", ["have a column of this name"]),
        (FILE, "points.csv", "pointz.csv", ["two.yaml:9", "no such file", "pointz.csv"]),
        (FILE, "points.csv", "points.txt", [".csv, .parquet"]),
        (FILE, "farm:", "farn:", ["no column", "did you mean 'farm'"]),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, design, was, becomes, told):
    (tmp_path / "points.csv").write_text("farm\n1000\n", encoding="utf-8")
    message = refused(tmp_path, design, edit={was: becomes})
    for words in told:
        assert words in message, message


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("farm\n", ["no rows", "no run"]),
        ("farm\n1000\nmany\n", ["row 2", "many"]),
        ("farm\n1000\n9000\n", ["outside the parameter's bounds", "9000"]),
    ],
)
def test_bad_points_in_a_file_are_told(tmp_path, rows, told):
    (tmp_path / "points.csv").write_text(rows, encoding="utf-8")
    message = refused(tmp_path, FILE)
    for words in ["two.yaml:9", *told]:
        assert words in message, message


def test_one_scenario_or_several_but_not_both(tmp_path):
    both = {"scenario: startup-support": "scenario: baseline\nscenarios: [baseline]"}
    assert "exactly one of these keys" in refused(tmp_path, LIST, edit=both)
    assert "exactly one of these keys" in refused(tmp_path, LIST, edit={"scenario: startup-support\n": ""})


def test_a_lever_that_one_scenario_lacks_is_told(tmp_path):
    several = {"scenario: startup-support": "scenarios: [baseline, startup-support]"}
    assert "startup_grant" in refused(tmp_path, LIST, edit=several)


def test_more_than_a_million_runs_are_asked_for_twice(tmp_path):
    experiment = loaded(tmp_path, HYPERCUBE, edit={"samples: 16": "samples: 10000000"})
    assert experiment.run_count == 20_000_000
    with pytest.raises(UsageError, match="--yes"):
        run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert not (tmp_path / "out").exists()


def test_without_scipy_the_extra_to_install_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    experiment = loaded(tmp_path, HYPERCUBE)  # nothing is drawn yet
    with pytest.raises(UsageError, match="experiments") as caught:
        run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()
