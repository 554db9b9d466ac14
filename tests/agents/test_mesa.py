"""The Mesa model: the same columns as the engine, agents as Mesa users know them, and explanations."""

from __future__ import annotations

import gc
import runpy
import weakref
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from sim import LaborMigrationModel, simulate
from sim.agents.explain import rehearse
from sim.agents.model import COLLECTED, Worker
from sim.core.categories import ACTIVITIES, EXITED, SETTLED_WORK
from sim.core.errors import ScenarioError, SimError, UsageError
from sim.engine.interpreted import spare_sums
from sim.parameters.behaviour import PARAMETERS
from sim.steps.migration import OPTIONS
from sim.steps.month import STEPS
from sim.steps.records import EVENT
from sim.world.worker import COLUMNS
from sim.world.workers import BLOCK

MONTHS = 24
WORKERS = 2000

# The three packages brought forward into the first two years, with chances large enough to be met.
EARLY = {
    **{
        f"levers.{name}.window.{end}": month
        for name in (
            "startup_grant",
            "startup_loan",
            "founder_parks",
            "large_city_opening",
            "mega_city_points",
            "school_places",
            "training_subsidy",
            "trained_job_matching",
        )
        for end, month in (("from", "2014-03"), ("to", "2015-12"))
    },
    "startup_consideration_probability": 0.3,
    "settlement_registration_probability": 0.2,
    "training_enrolment_probability": 0.02,
}


def differing(one: LaborMigrationModel, other: LaborMigrationModel) -> list[str]:
    """Columns that are not the same, bit for bit."""
    assert one.simulation.rows == other.simulation.rows
    mine, theirs = one.workers, other.workers
    if mine == theirs:
        return []
    return [c.name for c in COLUMNS if not np.array_equal(getattr(mine, c.name), getattr(theirs, c.name))]


@pytest.mark.parametrize("scenario, parameters", [("baseline", {}), ("combined", EARLY)])
def test_agents_and_engine_give_the_same_columns(scenario, parameters):
    given = dict(scenario=scenario, n_workers=WORKERS, seed=4, parameters=parameters)
    engine = LaborMigrationModel(**given)
    agents = LaborMigrationModel(**given, compiled=False)
    for _ in range(MONTHS):
        engine.step()
        agents.step()
        blocks = engine.simulation.block, agents.simulation.block
        for name in engine.simulation._shards.sums:
            assert np.array_equal(*(getattr(block, name) for block in blocks)), f"{name} in {engine.month}"
        assert differing(engine, agents) == [], engine.month
    frames = [model.datacollector.get_model_vars_dataframe() for model in (engine, agents)]
    pd.testing.assert_frame_equal(*frames)
    assert not engine.has_agents
    if scenario == "combined":
        spent = [model.simulation.ledger.table() for model in (engine, agents)]
        pd.testing.assert_frame_equal(*spent)
        assert {"founder_parks", "training_subsidy"} <= set(spent[0]["lever"])
        assert spent[0]["queue"].gt(0).any(), "no budget was ever short"


def test_the_order_of_the_agents_does_not_matter():
    sorted_, shuffled = (LaborMigrationModel(n_workers=500, seed=1, compiled=False) for _ in range(2))
    shuffled.agents.shuffle(inplace=True)
    for _ in range(3):
        sorted_.step()
        shuffled.step()
    assert differing(sorted_, shuffled) == []


def test_the_figures_are_those_of_a_simulation():
    model = LaborMigrationModel(scale=250_000, seed=3)
    for _ in range(14):
        model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    national = simulate("baseline", scale=250_000, seed=3, end="2015-02").national.assign(seed=3)
    assert list(collected) == list(COLLECTED)
    pd.testing.assert_frame_equal(collected, national[list(COLLECTED)], check_dtype=False)


@pytest.fixture(scope="module")
def model() -> LaborMigrationModel:
    """A year lived by the engine, with views made half-way; the tests that share it do not step it."""
    lived = LaborMigrationModel(n_workers=WORKERS, seed=7)
    for _ in range(6):
        lived.step()
    assert not lived.has_agents
    lived.worker(lived.agents[0].worker_id)
    for _ in range(6):
        lived.step()
    return lived


def test_agents_can_be_selected_grouped_and_summed(model):
    away = model.agents.select(lambda worker: worker.activity == "migrant_work")
    assert 0 < len(away) < len(model.agents)
    assert all(isinstance(worker, Worker) and worker.tier != "home_township" for worker in away)
    savings = model.agents.groupby("activity").agg("savings", np.mean)
    assert set(savings) <= set(ACTIVITIES) - {"exited"}
    columns = model.workers[: model.simulation.rows].table()
    farmers = columns["savings"][columns["activity"] == 0]
    assert savings["farm"] == pytest.approx(farmers.mean())
    assert model.agents.agg("pay", max) > 1000
    assert sum(model.agents.groupby("home").count().values()) == len(model.agents)


def test_views_come_and_go_with_the_labour_force(model):
    living = (model.workers.activity[: model.simulation.rows] != EXITED).sum()
    assert len(model.agents) == living
    assert {worker.worker_id for worker in model.agents} >= set(
        model.workers.id[model.simulation.rows - 5 : model.simulation.rows].tolist()
    )
    assert (model.workers.activity[: model.simulation.rows] == EXITED).any()


def test_a_view_reads_its_row_in_words_and_numbers(model):
    worker = model.agents[10]
    row = model.workers.table()[worker.row]
    assert worker.worker_id == row["id"] and worker.savings == row["savings"]
    assert worker.activity == ACTIVITIES[row["activity"]]
    assert worker.sex in ("male", "female") and 16 <= worker.age <= 76
    assert worker.province in worker.place and worker.home in model.simulation.places.provinces
    assert worker.arrears >= 0 and worker.has_school_child in (True, False)
    assert str(worker.worker_id) in repr(worker)
    model.workers.savings[worker.row] += 1
    assert worker.savings == row["savings"] + 1
    model.workers.savings[worker.row] -= 1


def test_an_explanation_adds_up(model):
    for activity in ("farm", "local_work", "migrant_work", "migrant_search"):
        worker = next(w for w in model.agents if w.activity == activity and not w.is_visiting)
        table = worker.explain(most=3)
        options = table[table["option"].isin(OPTIONS)]
        parts = options[["income_and_place", "network", "switching_cost", "taste"]].sum(axis=1)
        assert np.allclose(parts, options["value"])
        for column in ("wanted", "probability", "this_month"):
            assert options[column].sum() == pytest.approx(1.0)
        goals = table[table["option"] == "migrate_to"]
        migrate = options.loc[options["option"] == "migrate", "probability"].iloc[0]
        assert len(goals) == 3 and 0 < goals["probability"].sum() <= migrate
        assert 0.0 <= table.attrs["attention_probability"] <= 1.0
        assert table.attrs["month"] == "2015-01"
        told = options["odds"] / -np.log(options["luck"])
        assert np.allclose(told[options["luck"] > 0], options["score"][options["luck"] > 0])


def test_an_explanation_foretells_what_the_worker_does():
    """Odds and luck of the coming month tell the choice of each who reconsiders, but for closed roads."""
    model = LaborMigrationModel(n_workers=WORKERS, seed=4)
    model.step()
    tables = {w: w.explain() for w in model.agents if w.activity == "farm"}
    told = {w: t.attrs for w, t in tables.items() if t.attrs["reconsiders"]}
    for worker, attrs in told.items():
        options = tables[worker].dropna(subset="score").set_index("option")["score"]
        if not attrs["is_offered_local_work"]:
            options = options.drop("local_work")
        assert attrs["would_choose"].startswith(options.idxmax())
    model.step()
    chose = {w for w, attrs in told.items() if attrs["would_choose"] in ("local_work",)}
    migrate = {w for w, attrs in told.items() if attrs["would_choose"].startswith("migrate to")}
    assert len(chose) > 3 and len(migrate) > 3
    assert sum(w.activity == "local_work" for w in chose) > 0.9 * len(chose)
    for worker in migrate:
        if worker.activity == "migrant_search":
            assert told[worker]["would_choose"] == f"migrate to {worker.place}"
    assert sum(w.activity == "migrant_search" for w in migrate) > 0.8 * len(migrate)


def test_switching_costs_fall_on_everything_but_the_present(model):
    worker = next(w for w in model.agents if w.activity == "farm" and not w.is_displaced)
    cost = worker.explain().dropna().set_index("option")["switching_cost"]
    expected = -PARAMETERS["switching_cost"].default
    assert cost["farm"] == 0.0
    assert [cost["local_work"], cost["migrate"]] == pytest.approx([expected, expected])


def test_the_probabilities_are_those_that_workers_act_on():
    """Of those who may go anywhere this month, as many migrate as the explanations expect."""
    model = LaborMigrationModel(n_workers=WORKERS, seed=9)
    model.step()
    farmers = [w for w in model.agents if w.activity == "farm"][::3]
    expected = sum(w.explain().set_index("option").loc["migrate", "this_month"] for w in farmers)
    model.step()
    found = sum(w.activity == "migrant_search" for w in farmers)
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_a_rehearsal_is_the_month_that_comes():
    """To the last column; only a settlement quota, which a rehearsal ignores, could make a difference."""
    model = LaborMigrationModel(n_workers=WORKERS, seed=2)
    for _ in range(4):
        model.step()
    places, c = model.simulation.places, model.coming_conditions()
    copies = {worker.row: worker.copy() for worker in model.agents}
    before = model.workers.copy()
    moved, sums = 0, spare_sums(len(places))
    for row, copy in copies.items():
        told = rehearse(copy, c, sums, row % BLOCK, places)
        moved += told["changes"].str.contains("activity ").any()
    assert model.workers == before
    model.step()
    assert moved > 20
    for row, copy in copies.items():
        if copy.activity != SETTLED_WORK:
            assert tuple(vars(copy).values()) == model.workers.table()[row].item()


def test_a_rehearsal_names_the_steps(model):
    table = model.agents[0].rehearse()
    assert list(table["step"]) == [step.name for step in STEPS]
    assert not table.loc[~table["concerns"], "changes"].any()


def test_a_watched_life_is_told_month_by_month(model):
    watched = next(iter(model.diaries))
    life = model._views[watched].life()
    assert list(life["month"]) == [f"2014-{month:02d}" for month in range(7, 13)]
    assert life["activity"].isin(ACTIVITIES).all()
    last = life.iloc[-1]
    assert last["savings_yuan"] == model.workers.savings[watched]
    assert life["earned_yuan"].sum() <= model.workers.earnings_year[watched]
    assert not life.loc[~life["reconsidered"], "attention_probability"].eq(1.0).any()


def test_the_diary_agrees_with_the_run_on_who_reconsiders():
    model = LaborMigrationModel(n_workers=500, seed=6, agents=True)
    for worker in model.agents:
        worker.watch()
    for _ in range(3):
        model.step()
        counted = model.simulation.block.events[EVENT.reconsidered]
        told = sum(
            diary[-1]["reconsidered"]
            for diary in model.diaries.values()
            if diary and diary[-1]["month"] == model.month
        )
        entrants = int(model.simulation.block.events[EVENT.entrants])
        assert told <= counted <= told + entrants


def test_nobody_is_watched_unasked(model):
    with pytest.raises(UsageError, match="watch"):
        model.agents[5].life()


def test_a_worker_lives_only_in_the_models_month(model):
    with pytest.raises(UsageError, match="model.step"):
        model.agents[0].step()


def test_an_unknown_worker_is_told(model):
    with pytest.raises(UsageError, match="no worker with this id"):
        model.worker(4_000_000_000)


def test_a_worker_who_left_can_still_be_read(model):
    rows = model.workers[: model.simulation.rows].table()
    worker = model.worker(int(rows["id"][rows["activity"] == EXITED][0]))
    assert worker.activity == "exited" and worker not in model.agents and worker.pay == 0


def test_a_view_that_is_removed_lives_on():
    model = LaborMigrationModel(n_workers=500, seed=1, compiled=False)
    model.agents[0].remove()
    model.step()  # the accounts would not balance without the worker
    assert len(model.agents) < model.simulation.rows


def test_a_model_without_agents_is_freed():
    model = LaborMigrationModel(n_workers=500)
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_the_ready_batch_run_gives_what_the_engine_gives():
    ready = runpy.run_path(str(Path(__file__).resolve().parents[2] / "experiments" / "mesa_batch_run.py"))
    rows = ready["table"](grants=(0, 40_000), seeds=(1,), scale=200_000, end="2016-06")
    assert rows["month"].tolist() == ["2016-06"] * 2
    for yuan, businesses in rows.set_index("grant_yuan")["businesses"].items():
        results = simulate(ready["policy"](int(yuan)), scale=200_000, end="2016-06", seed=1)
        assert results.national["businesses"].iloc[-1] == businesses


def test_batch_run_over_two_parameters():
    rows = mesa.batch_run(
        LaborMigrationModel,
        {"n_workers": 1000, "switching_cost": [1.5, 3.5], "income_coefficient": np.array([0.3, 0.9])},
        max_steps=3,
        display_progress=False,
    )
    frame = pd.DataFrame(rows)
    assert len(frame) == 4 and {"RunId", "iteration", "Step", "switching_cost", *COLLECTED} <= set(frame)
    assert frame["month"].eq("2014-04").all()  # batch_run takes one step more than max_steps
    moving = frame.groupby("switching_cost")["out"].mean()
    assert moving[1.5] != moving[3.5]


@pytest.mark.parametrize("seeds", [{}, {"seed": None}, {"seed": [7, 8]}])
def test_iterations_differ_and_each_row_tells_its_seed(seeds):
    rows = mesa.batch_run(
        LaborMigrationModel,
        {"n_workers": 500, **seeds},
        iterations=5 if seeds.get("seed") is None else 1,
        max_steps=3,
        display_progress=False,
    )
    drawn = [row["seed"] for row in rows]
    assert len(set(drawn)) == len(rows) and len({row["savings_stock_yuan"] for row in rows}) == len(rows)
    again = LaborMigrationModel(n_workers=500, seed=drawn[1])
    for _ in range(4):
        again.step()
    assert again.national["savings_stock_yuan"] == rows[1]["savings_stock_yuan"] and again.seed == drawn[1]


def test_a_run_ends_with_its_last_month():
    model = LaborMigrationModel(n_workers=500, end="2014-02")
    assert model.month is None
    model.run_model()
    assert model.month == "2014-02" and model.steps == 2
    with pytest.raises(UsageError, match="the run is over"):
        model.step()


def test_other_keys_of_a_scenario_can_be_changed():
    model = LaborMigrationModel(
        scenario="startup-support",
        n_workers=500,
        switching_cost=2.0,
        parameters={"income_coefficient": 0.7, "levers.startup_grant.effects.startup_grant_yuan.set": 20_000},
    )
    scenario = model.simulation.scenario
    assert scenario.parameters["switching_cost"] == 2.0 and scenario.parameters["income_coefficient"] == 0.7
    assert scenario.levers["startup_grant"].effects["startup_grant_yuan"].set == 20_000


@pytest.mark.parametrize(
    "given, told",
    [
        ({"swiching_cost": 2.0}, "did you mean 'switching_cost'"),
        ({"n_worker": 2000}, "did you mean 'n_workers'"),
        ({"switching_cost": 99.0}, "outside the parameter's bounds"),
        ({"parameters": {"swiching_cost": 2.0}}, "did you mean 'switching_cost'"),
        ({"n_workers": 10}, "no such number of workers"),
        ({"n_workers": 1000, "scale": 5000}, "not both"),
        ({"scale": "fine"}, "not a scale"),
        ({"scenario": "baselin"}, "did you mean 'baseline'"),
    ],
)
def test_mistakes_are_told(given, told):
    with pytest.raises(SimError, match=told) as failure:
        LaborMigrationModel(**given)
    assert isinstance(failure.value, UsageError | ScenarioError)


def test_what_owners_owe_adds_up_to_the_debt_of_the_run():
    model = LaborMigrationModel(
        n_workers=WORKERS, seed=4, parameters={"startup_consideration_probability": 0.3}
    )
    for _ in range(6):
        model.step()
    debts = model.agents.get("debt")
    assert sum(debts) == model.simulation.debt > 0
