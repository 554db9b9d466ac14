"""What must not matter does not: threads, processes, empty policies, listing order, who else exists."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import SCALE, make_lever, make_scenario, rows_of, start, unit_cost

from sim.core.draws import month_keys
from sim.core.errors import UsageError
from sim.engine.simulate import simulate
from sim.parameters.behaviour import PARAMETERS
from sim.results.results import Results
from sim.scenario.costs import PAID_TO_BANKS
from sim.scenario.loading import load_scenario, with_overrides
from sim.world.synthesis import at_once, ids_of, initial_counts, populate
from sim.world.workers import Workers
from sim.world.world import packaged_world

ROOT = Path(__file__).resolve().parents[2]
END = "2015-12"
FROM_THE_LEVERS = (
    "policy_spending_yuan",
    "public_spending_yuan",
)  # all that a lever without effect may change


def run(scenario, threads: int = 2, seed: int = 4, scale: int = SCALE, end: str = END) -> Results:
    return simulate(scenario, scale=scale, end=end, seed=seed, threads=threads)


def assert_same(one: Results, other: Results, without: tuple[str, ...] = ()) -> None:
    """Every table equal to the last bit; ``without``: columns of ``national`` left out."""
    assert set(one.tables) == set(other.tables)
    for name in one.tables:
        if name in ("ledger", "flows") and without:
            continue
        left, right = one.tables[name], other.tables[name]
        if name == "national":
            left, right = left.drop(columns=list(without)), right.drop(columns=list(without))
        if name == "ledger":  # money that served nobody has a row of its own
            left, right = (table[table["served"] > 0] for table in (left, right))
            assert list(left.columns) == list(right.columns)
            if left.empty and right.empty:
                continue
        pd.testing.assert_frame_equal(left, right, check_exact=True, obj=name)


# A lever of every kind, so that queues, quotas and budgets are at work in the runs compared.
LEVERS = {
    "grant": make_lever(
        {"startup_grant_yuan": {"set": 20_000.0}},
        last="2015-09",
        take_up=0.5,
        unit_cost=unit_cost(20_000, "business_start"),
        budget={"yuan_per_year": 4e9},
    ),
    "courses": make_lever(
        {"training_enrolment_probability": {"scale": 4.0}},
        last="2015-09",
        ramp_months=3,
        who={"age": [16, 40]},
        unit_cost=unit_cost(1000, "training_enrolment"),
        budget={"yuan_total": 9e9},
    ),
    "quota": make_lever(
        {"settlement_quota_share": {"set": 0.02}}, last="2015-09", where={"tiers": ["mega_city"]}
    ),
    "jobs": make_lever({"jobs_scale": {"scale": 1.05}}, last="2015-09", where={"regions": ["West"]}),
}


def test_the_tables_asked_for_are_those_of_the_whole_run_whatever_ran_before():
    other_spread = with_overrides(load_scenario("baseline"), {"parameters.wage_residual_sd": 0.5})
    whole = run("baseline")
    run(other_spread)  # what runs share in a process must not carry over
    few = simulate("baseline", scale=SCALE, end=END, seed=4, tables=("official", "national"))
    assert list(few.tables) == ["national", "official"]
    for name, table in few.tables.items():
        pd.testing.assert_frame_equal(table, whole.tables[name], check_exact=True)
    assert not run(other_spread).national.equals(whole.national)
    with pytest.raises(UsageError, match="did you mean 'national'"):
        simulate("baseline", scale=SCALE, end=END, tables=("nationl",))


@pytest.fixture(scope="module")
def scenario():
    return make_scenario(LEVERS)


@pytest.fixture(scope="module")
def plain():
    return make_scenario()


@pytest.fixture(scope="module")
def with_levers(scenario):
    return run(scenario)


@pytest.fixture(scope="module")
def without_levers(plain):
    return run(plain)


def test_the_runs_compared_have_something_to_say(with_levers, without_levers):
    assert with_levers.manifest["workers"] > 20_000
    assert set(with_levers.ledger["lever"]) == {"grant", "courses", "quota"}
    assert (with_levers.ledger["queue_for_places"] > 0).any()
    assert with_levers.national["settlements"].sum() > 0
    different = (with_levers.national["out"] != without_levers.national["out"]).to_numpy()
    assert not different[:6].any() and different[8:].mean() > 0.8  # now and then two counts agree by chance


# --- threads, processes, time -------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_does_not_matter(scenario, with_levers, threads):
    assert_same(run(scenario, threads), with_levers)


def test_running_again_in_the_same_process_changes_nothing(scenario, with_levers):
    assert_same(run(scenario), with_levers)


def test_a_new_process_finds_the_same(with_levers, tmp_path):
    code = f"""
        import sys
        sys.path[:0] = [{str(Path(__file__).parents[1])!r}, {str(Path(__file__).parent)!r}]
        from test_invariance import LEVERS, make_scenario, run
        run(make_scenario(LEVERS), threads=1).save({str(tmp_path / "there")!r})
    """
    subprocess.run([sys.executable, "-c", dedent(code)], check=True, cwd=ROOT)
    with_levers.save(tmp_path / "here")
    here, there = Results.load(tmp_path / "here"), Results.load(tmp_path / "there")
    assert_same(here, there)
    varying = {"created", "timings"}
    assert {k: v for k, v in here.manifest.items() if k not in varying} == {
        k: v for k, v in there.manifest.items() if k not in varying
    }


def test_a_longer_run_begins_with_the_shorter_one(plain, without_levers):
    longer = run(plain, end="2016-06")
    months = len(without_levers.national)
    pd.testing.assert_frame_equal(longer.national[:months], without_levers.national, check_exact=True)


def test_reporting_from_a_later_month_changes_nothing_but_what_is_reported(plain, without_levers):
    late = simulate(plain, scale=SCALE, start="2015-03", end=END, seed=4, threads=2)
    expected = without_levers.national[without_levers.national["month"] >= "2015-03"]
    pd.testing.assert_frame_equal(late.national, expected.reset_index(drop=True), check_exact=True)


def test_tracing_and_keeping_workers_change_nothing(plain, without_levers):
    watched = simulate(plain, scale=SCALE, end=END, seed=4, threads=2, trace=[0, 1], keep=["2015-12"])
    del watched.tables["traces"]
    assert_same(watched, without_levers)


def test_another_seed_is_another_run(plain, without_levers):
    other = run(plain, seed=5)
    assert (other.national["out"] != without_levers.national["out"]).mean() > 0.9


# --- policies that do nothing -------------------------------------------------------------------------


def test_an_empty_policy_is_the_baseline(tmp_path):
    path = tmp_path / "nothing.yaml"
    path.write_text("extends: baseline\ntitle: {en: Nothing, zh: 无}\nlevers: {}\n", encoding="utf-8")
    nothing = load_scenario(path)
    assert not nothing.levers
    assert_same(run("baseline"), run(nothing))


def test_a_policy_in_the_future_changes_nothing_before(plain, without_levers):
    later = make_scenario({"later": make_lever({"jobs_scale": {"scale": 1.5}}, "2016-01", "2018-12")})
    assert_same(run(later), without_levers)


def test_a_lever_that_touches_nobody_changes_nothing(without_levers):
    """Workers of 120 years: nobody, in every worker-level parameter, rationed or not."""
    levers = {}
    for name in _worker_parameters():
        high = PARAMETERS[name].high
        levers[f"free_{name}"] = make_lever({name: {"add": 0.01 * high}}, who={"age": [120, 120]})
        if name in PAID_TO_BANKS:  # billed to whoever gives the loan
            continue
        levers[f"paid_{name}"] = make_lever(
            {name: {"add": 0.01 * high}},
            who={"age": [120, 120]},
            unit_cost=unit_cost(1000, PARAMETERS[name].occasion),
            budget={"yuan_per_year": 1e9},
        )
    nobody = run(make_scenario(levers))
    assert_same(nobody, without_levers)
    assert (nobody.ledger["served"] == 0).all() and nobody.ledger["province"].isna().all()
    assert (nobody.ledger["unspent_yuan"] == 1e9).all()
    rationed = {name for name in levers if name.startswith("paid_")}
    assert set(nobody.ledger["lever"]) == rationed


def test_a_lever_that_nobody_takes_up_changes_nothing(without_levers):
    levers = {
        name: make_lever({name: {"add": 0.01 * PARAMETERS[name].high}}, take_up=0.0)
        for name in _worker_parameters()
        if name not in PAID_TO_BANKS
    }
    assert_same(run(make_scenario(levers)), without_levers)


@pytest.mark.parametrize("who", [{}, {"age": [0, 120]}], ids=["everybody", "worker by worker"])
@pytest.mark.parametrize("effect", [{"scale": 1.0}, {"add": 0.0}], ids=["scale", "add"])
def test_a_lever_of_no_strength_is_the_baseline_in_every_parameter(without_levers, who, effect):
    places = [] if who else [p.name for p in PARAMETERS.values() if p.scope == "place"]
    levers = {
        name: make_lever({name: effect}, first="2014-01", last="2015-12", who=who)
        for name in [*_worker_parameters(), *places]
    }
    assert_same(run(make_scenario(levers)), without_levers)


def test_a_budget_without_effect_costs_money_and_changes_nothing(without_levers):
    levers = {
        name: make_lever(
            {name: {"scale": 1.0}},
            unit_cost=unit_cost(1000, PARAMETERS[name].occasion),
            budget={"yuan_per_year": 1e10},
            take_up=0.7,
        )
        for name in _worker_parameters()
        if name not in PAID_TO_BANKS
    }
    idle = run(make_scenario(levers))
    assert_same(idle, without_levers, without=FROM_THE_LEVERS)
    assert idle.ledger["spending_yuan"].sum() > 0


def test_setting_what_already_holds_changes_nothing(plain, without_levers):
    levers = {
        f"keep_{name}": make_lever({name: {"set": plain.parameters[name]}}, who={"age": [0, 120]})
        for name in ("training_enrolment_probability", "separation_probability", "settlement_open_share")
    }
    assert_same(run(make_scenario(levers)), without_levers)


def _worker_parameters() -> list[str]:
    return [p.name for p in PARAMETERS.values() if p.scope == "worker"]


# --- order --------------------------------------------------------------------------------------------


def test_the_order_in_which_levers_are_listed_does_not_matter(with_levers):
    backward = make_scenario(dict(reversed(LEVERS.items())))
    assert list(backward.levers) == list(LEVERS)[::-1]
    assert_same(run(backward), with_levers)


def test_a_lever_elsewhere_leaves_this_levers_tickets_alone():
    """Who is served does not depend on which other levers exist, nor on their names."""
    alone = start(make_scenario({"courses": LEVERS["courses"]}), months=8)
    bystander = make_lever({"jobs_scale": {"add": 0.0}})
    for name in ("a_first", "z_last"):
        together = start(make_scenario({"courses": LEVERS["courses"], name: bystander}), months=8)
        assert np.array_equal(rows_of(alone), rows_of(together))


# --- who else exists ----------------------------------------------------------------------------------


def _by_id(rows: np.ndarray) -> np.ndarray:
    return rows[np.argsort(rows["id"])]


def test_a_finer_scale_adds_workers_and_leaves_the_others_as_they_are(plain):
    coarse, fine = _by_id(rows_of(start(plain))), _by_id(rows_of(start(plain, scale=SCALE // 3)))
    assert len(fine) > 2.9 * len(coarse)
    shared = np.isin(fine["id"], coarse["id"])
    assert np.array_equal(fine[shared], coarse)


def test_more_entrants_leave_the_others_as_they_are(plain):
    run = start(plain)
    counts = initial_counts(packaged_world().corridors, run.scale)
    made = {}
    for extra in (0, 2):
        workers = Workers.empty(ids_of(counts, run._entrants + extra))
        populate(workers, packaged_world().recipe, month_keys(1, -1), at_once)
        made[extra] = workers
    assert len(made[2]) == len(made[0]) + 2 * run._entrants.size
    usual = np.isin(made[2].id, made[0].id)
    assert made[2][usual] == made[0] == run.workers


def test_ids_are_unique_and_say_the_home(plain):
    rows = rows_of(start(plain, months=12))
    assert len(np.unique(rows["id"])) == len(rows)
    ids, homes = rows["id"].astype(np.int64), rows["home"]
    first = ids < 2**31
    assert np.array_equal(ids[first] >> 26, homes[first])
    assert np.array_equal((ids[~first] >> 17) & 31, homes[~first])


def test_one_more_worker_changes_nobody_elses_month(plain):
    """Within a month workers meet last month's places only: a newcomer cannot touch anybody."""
    usual, crowded = start(plain, months=3), start(plain, months=3)
    crowded.open_month()
    crowded._shards.run_month(crowded._memory, crowded.economy.opening.plain, crowded.rows + 1)
    usual.open_month()
    usual._shards.run_month(usual._memory, usual.economy.opening.plain, usual.rows)
    assert crowded.workers[: crowded.rows] == usual.workers[: usual.rows]
    newcomer = slice(crowded.rows, crowded.rows + 1)  # the next entrant, in the model early, has chosen
    assert crowded.workers[newcomer] != usual.workers[newcomer]


def test_future_assumptions_leave_the_past_alone():
    base = load_scenario("baseline")
    low, high = (with_overrides(base, {"assumptions": view}) for view in ("low", "high"))
    one, other = (simulate(s, scale=100_000, end="2025-06", seed=1, threads=1) for s in (low, high))
    until = one.national["month"] <= "2023-12"
    pd.testing.assert_frame_equal(one.national[until], other.national[until], check_exact=True)
    assert not one.national.equals(other.national)
