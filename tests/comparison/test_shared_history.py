"""Runs that differ only after a month run what comes before it once, and nothing changes by it."""

from __future__ import annotations

import pandas as pd
import pytest
from support import fake_runs
from support.engine_runs import make_lever, make_scenario

from sim import compare
from sim.core.errors import UsageError
from sim.core.months import FIRST_MONTH
from sim.engine.simulate import simulate
from sim.experiments import load_experiment, run_sweep
from sim.experiments.costing import plan_experiment
from sim.experiments.execution import bundles, execute
from sim.experiments.executors import on_processes
from sim.experiments.sharing import plan_sharing
from sim.scenario.shared_history import BranchPoint, shared_histories

END = "2018-12"


def policy(name: str, *starts: str, strength: float = 1.05, **parameters: float):
    levers = {
        f"jobs_{start[:4]}": make_lever(
            {"jobs_scale": {"scale": strength}}, start, END, where={"tiers": [tier]}
        )
        for start, tier in zip(starts, ("mega_city", "county_town"), strict=False)
    }
    return make_scenario(levers, to=END, **parameters).model_copy(update={"name": name})


BASE = policy("base")
POLICIES = [
    policy("early", "2015-07"),
    policy("late", "2016-03"),
    policy("early_and_late", "2015-07", "2017-01"),
    policy("another_world", "2015-07", switching_cost=2.0),
]


def test_each_scenario_branches_from_the_longest_shared_history():
    scenarios = [BASE, *POLICIES]
    found = shared_histories(scenarios, [END] * 5)
    assert found == [
        None,
        BranchPoint(0, "2015-07"),
        BranchPoint(0, "2016-03"),
        BranchPoint(1, "2017-01"),
        None,
    ]
    assert shared_histories(scenarios, [END, "2015-01", END, END, END])[1] == BranchPoint(0, "2015-01")


def test_few_states_are_kept_where_many_would_be_needed():
    later = [policy(f"p{year}", f"{year}-01") for year in (2015, 2016, 2017, 2018)]
    found = shared_histories([BASE, *later], [END] * 5, most=2)
    # from 2016 on 3 policies save 24 months each, from 2017 on 2 save 36, and from 2018 on 1 saves 48
    assert found == [
        None,
        None,
        BranchPoint(0, "2016-01"),
        BranchPoint(0, "2017-01"),
        BranchPoint(0, "2017-01"),
    ]
    assert not any(shared_histories([BASE, POLICIES[-1]], [END] * 2))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_comparison_is_the_same_with_and_without_shared_histories(jobs):
    settings = {"seeds": 2, "scale": 200_000, "end": END, "jobs": jobs}
    shared = compare(BASE, POLICIES, **settings)
    alone = compare(BASE, POLICIES, **settings, simulate=simulate)
    assert set(shared.tables) == set(alone.tables)
    for name, table in shared.tables.items():
        pd.testing.assert_frame_equal(table, alone.tables[name], check_exact=True, obj=name)
    assert shared.manifest["run_ids"] == alone.manifest["run_ids"]
    assert len(shared.effects) and FIRST_MONTH < min(p["start"] for p in shared.policies)


@pytest.mark.parametrize("end", ["2014-12", "2015-06", "2015-08"])
def test_a_policy_that_begins_after_the_end_is_refused_before_any_run(end, monkeypatch):
    monkeypatch.setattr("sim.engine.simulate.simulate", lambda *_, **__: pytest.fail("a run was made"))
    with pytest.raises(UsageError, match="no month of the policy late, which begins in 2016-03"):
        compare(BASE, POLICIES[:2], seeds=1, scale=500_000, end=end, jobs=1)


def test_policies_run_only_their_own_months(monkeypatch):
    lived = []

    def counting(scenario, **settings):
        branch = settings.get("branch_from")
        lived.append((scenario.name, branch and branch.month))
        return simulate(scenario, **settings)

    monkeypatch.setattr("sim.engine.simulate.simulate", counting)
    compare(BASE, POLICIES, seeds=1, scale=200_000, end=END, jobs=1)
    assert lived == [
        ("base", None),
        ("early", "2015-07"),
        ("late", "2016-03"),
        ("early_and_late", "2015-07"),
        ("another_world", None),
    ]


# --- sweeps -------------------------------------------------------------------------------------------

LEVERS = """\
extends: baseline
title: {en: Jobs, zh: 岗位}
levers:
  early:
    label: {en: Jobs, zh: 岗位}
    evidence: D
    citation: {document: ten-departments-2024, clause: a test}
    window: {from: 2014-07, to: 2016-12}
    effects: {jobs_scale: {scale: 1.02}}
  late:
    label: {en: More jobs, zh: 更多岗位}
    evidence: D
    citation: {document: ten-departments-2024, clause: a test}
    window: {from: 2015-10, to: 2016-12}
    effects: {jobs_scale: {scale: 1.02}}
"""
EXPERIMENT = """\
title: {{en: Jobs, zh: 岗位}}
question: What do more jobs do?
scenarios: [{scenarios}]
period: {{from: 2014-01, to: 2016-12}}
scale: 1:500000
seeds: 2
design:
  kind: grid
  factors:
    {factor}
    late:
      label: {{en: late, zh: 后}}
      keys: [levers.late.effects.jobs_scale.scale]
      values: [1.0, 1.05, 1.1]
outcomes: [out, business_starts]
figure: {{x: late, outcome: out}}
"""
EARLY = """early:
      label: {en: early, zh: 先}
      keys: [levers.early.effects.jobs_scale.scale]
      values: [1.0, 1.1]"""
UNCERTAIN = """cost:
      label: {en: cost, zh: 成本}
      keys: [parameters.switching_cost]
      values: [2.5, 3.0]"""


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    """Makes an experiment with a late factor and another one, over one or two scenarios."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs.yaml").write_text(LEVERS, encoding="utf-8")
    (tmp_path / "twin.yaml").write_text(
        "extends: ./jobs.yaml\ntitle: {en: Twin, zh: 双}\nlevers: {late: {window: {from: 2016-01}}}\n",
        encoding="utf-8",
    )

    def make(factor: str = EARLY, *scenarios: str):
        path = tmp_path / "grid.yaml"
        path.write_text(
            EXPERIMENT.format(factor=factor, scenarios=", ".join(scenarios or ["./jobs.yaml"])),
            encoding="utf-8",
        )
        return load_experiment(path)

    return make


def test_a_sweep_shares_the_history_that_saves_the_most(experiment):
    both = plan_sharing(experiment())
    assert both.month == "2015-10" and both.histories_run == 2 * 2  # each early value, each seed
    assert both.saved == pytest.approx((12 - 4) * 21 / (12 * 36))
    uncertain = plan_sharing(experiment(UNCERTAIN))
    assert uncertain.month == "2015-10" and uncertain.histories_run == 2 * 2
    twins = plan_sharing(experiment(EARLY, "./jobs.yaml", "./twin.yaml"))
    assert twins.month == "2015-10" and twins.histories_run == 2 * 2
    only = experiment(UNCERTAIN)
    factors = only.design.model_copy(update={"factors": {"cost": only.design.factors["cost"]}})
    assert plan_sharing(only.model_copy(update={"design": factors})) is None


def test_bundles_hold_every_run_once_and_keep_all_processes_at_work(experiment):
    made = experiment(EARLY, "./jobs.yaml", "./twin.yaml")
    runs = made.runs()
    for jobs in (1, 2, 6, 50):
        found = bundles(made, runs, jobs)
        assert sorted(run.number for bundle in found for run in bundle) == list(range(24))
        assert len(found) >= min(jobs, 12)
        assert all(len({(run.seed, run.point["early"]) for run in bundle}) == 1 for bundle in found)
    assert all(len(bundle) == 1 for bundle in bundles(made, runs, 2, fake_runs.simulate))


@pytest.mark.parametrize("scenarios", [["./jobs.yaml"], ["./jobs.yaml", "./twin.yaml"]])
def test_a_sweep_is_the_same_with_and_without_shared_histories(experiment, tmp_path, scenarios):
    made = experiment(EARLY, *scenarios)
    shared = run_sweep(made, tmp_path / "shared", jobs=1).results
    alone = [execute(made, (run,), None)[0].rows for run in made.runs()]
    expected = pd.concat(alone, ignore_index=True)
    pd.testing.assert_frame_equal(shared, expected, check_exact=True, check_dtype=False)
    assert shared.groupby("late")["out"].sum().nunique() == 3


def test_runs_that_share_nothing_and_runs_that_fail_stay_alone(experiment, monkeypatch):
    made = experiment()
    runs = made.runs()
    different = tuple(run for run in runs if run.seed == 1)[:4]
    ends = execute(made, (different[0], runs[1]), None)  # two seeds in one bundle
    assert all(end.rows is not None for end in ends)

    def failing(scenario, **settings):
        if scenario.levers["late"].effects["jobs_scale"].scale == 1.05:
            raise ArithmeticError("people do not add up")
        return simulate(scenario, **settings)

    monkeypatch.setattr("sim.engine.simulate.simulate", failing)
    ends = execute(made, bundles(made, runs, 1)[0], None)
    assert [end.stage for end in ends] == [None, "simulate", None]


def test_of_a_bundle_only_the_run_that_kills_its_process_is_lost():
    grants = load_experiment("subsidy_dose_response")
    bundle = tuple(run for run in grants.runs() if run.seed == 2 and run.point["grant_yuan"] < 20_000)
    ends = list(on_processes(grants, [bundle], fake_runs.deadly, jobs=2))
    assert {end.number: end.stage for end in ends} == {
        run.number: "process" if run.point["grant_yuan"] == 5000 else None for run in bundle
    }


def test_the_plan_says_what_is_saved(experiment, tmp_path):
    planned = plan_experiment(experiment(), tmp_path / "none", simulate=fake_runs.any_scenario)
    assert planned.shared_until == "2015-10" and planned.months_saved == pytest.approx(0.389, abs=0.001)
    told = {row["what"]: row["value"] for row in planned.rows()}
    assert told["shared history"] == "until 2015-10: saves 39 % of all months"
