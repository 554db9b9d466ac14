"""Copies of a model and of a run: each goes on by itself, bit for bit as the other does."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from sim import LaborMigrationModel, load_scenario
from sim.core.errors import UsageError
from sim.engine.simulation import Simulation
from sim.scenario.loading import with_overrides

WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda one: pickle.loads(pickle.dumps(one)),
}
EARLY = {  # levers with budgets, quotas and a ledger from the third month on
    f"levers.{name}.window.{end}": month
    for name in ("startup_grant", "large_city_opening", "mega_city_points", "training_subsidy")
    for end, month in (("from", "2014-03"), ("to", "2016-12"))
}


@pytest.fixture(scope="module")
def scenario():
    return with_overrides(load_scenario("combined"), EARLY)


def step(*runs, months: int) -> None:
    for run in runs:
        for _ in range(months):
            run.step()


def same(one: Simulation, other: Simulation) -> None:
    assert one.workers is not other.workers and one.month == other.month
    assert one.workers[: one.rows] == other.workers[: other.rows]
    assert one.savings == other.savings
    pd.testing.assert_frame_equal(one.ledger.table(), other.ledger.table())
    for name, sums in vars(one.block).items():
        if name in one._shards.sums:
            assert np.array_equal(sums, getattr(other.block, name)), name


@pytest.mark.parametrize("months", [0, 1, 11])
def test_a_copied_run_goes_on_as_the_first(scenario, months):
    run = Simulation(scenario, 200_000, seed=1)
    step(run, months=months)
    copies = [way(run) for way in WAYS.values()]
    for other in copies:
        same(run, other)
    step(run, *copies, months=14)
    for other in copies:
        same(run, other)
    assert not months or run.ledger.table()["spending_yuan"].gt(0).any()


def test_a_copy_of_a_copy_and_a_run_left_behind(scenario):
    """What one of them lives changes nothing for the others."""
    run = Simulation(scenario, 500_000, seed=2, threads=1)
    step(run, months=5)
    before = run.workers[: run.rows].copy()
    other = copy.deepcopy(copy.copy(run))
    step(other, months=6)
    assert run.month == 5 and run.workers[: run.rows] == before
    step(run, months=6)
    same(run, other)


def test_a_year_is_counted_by_who_lived_it(scenario):
    run = Simulation(scenario, 500_000, seed=2)
    step(run, months=11)
    other = copy.copy(run)
    step(run, other, months=1)
    assert run.count_year().tobytes() == other.count_year().tobytes()
    with pytest.raises(UsageError, match="right after its last month"):
        copy.copy(run).count_year()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_a_copied_model_goes_on_as_the_first(scenario, compiled, way):
    model = LaborMigrationModel(scenario=scenario, n_workers=500, seed=3, compiled=compiled, agents=True)
    step(model, months=2)
    model.agents[0].watch()
    other = WAYS[way](model)
    step(model, months=2)
    assert other.month == "2014-02"
    step(other, months=2)
    same(model.simulation, other.simulation)
    assert other.workers == model.workers and other.workers is other.simulation.workers is not model.workers
    pd.testing.assert_frame_equal(*(one.datacollector.get_model_vars_dataframe() for one in (model, other)))
    assert len(model.agents) == len(other.agents) and all(worker.model is other for worker in other.agents)
    assert model.diaries == other.diaries and model.steps == other.steps and other.seed == 3


def test_a_copied_worker_lives_in_a_model_of_its_own():
    model = LaborMigrationModel(n_workers=500, seed=3)
    worker = copy.deepcopy(model.agents[5])
    step(model, months=3)
    assert worker.model is not model and worker.model.month is None
    step(worker.model, months=3)
    assert repr(worker) == repr(model.agents[5]) or worker.savings == model.rows["savings"][worker.row]


def test_a_model_is_not_copied_within_a_month():
    class Copying(LaborMigrationModel):
        def live_row(self, row: int) -> None:
            copy.deepcopy(self)

    model = Copying(n_workers=500, seed=3, compiled=False)
    with pytest.raises(UsageError, match="between two months"):
        model.step()
