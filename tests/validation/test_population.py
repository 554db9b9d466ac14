"""The made population: as close to its sources as chance allows, and made worker by worker."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.draws import month_keys
from sim.core.errors import UsageError
from sim.core.structured import record_of
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import DEFAULTS
from sim.validation.population import make_alone, make_population, population_table
from sim.world.synthesis import make_entrant
from sim.world.workers import Ids, Workers
from sim.world.world import packaged_world

SCALE = 5000
# Experience is cut at a working life and lengthened by earlier stays away; the source's mean ages use
# the middles of the official groups, within which the made ages are spread.
SHAPED = ("experience_mean", "mean_age")


@pytest.fixture(scope="module")
def table():
    return population_table(SCALE)


def test_every_marginal_is_within_sampling_error_of_its_source(table):
    checked = table[~table["marginal"].isin(SHAPED)]
    assert len(checked) > 120
    errors = checked["difference"].abs() / checked["sampling_error"]
    assert checked[errors > 3.5].empty, checked[errors > 3.5]
    assert (errors < 2.0).mean() > 0.93


def test_what_shapes_experience_is_told_and_bounded(table):
    years = table[table["marginal"] == "experience_mean"].set_index("group")
    assert years.loc["out", "made"] < years.loc["out", "source_value"]
    assert ((years["made"] / years["source_value"]).between(0.6, 1.6)).all()
    assert years["note"].str.contains("cut at").all()


def test_mean_ages_are_near_those_that_the_shares_imply(table):
    ages = table[table["marginal"] == "mean_age"]
    assert len(ages) == 3 and ages["difference"].abs().max() < 0.7


def test_out_is_the_stock_away_at_a_date(table):
    rows = table.set_index(["marginal", "group", "category"])
    out, local = (rows.loc[("labour_force", "all", name)] for name in ("out", "local"))
    assert out["expected"] == pytest.approx(DEFAULTS["away_over_counted"] * out["source_value"])
    assert local["expected"] == local["source_value"]
    ratio = table["expected"] / table["source_value"].where(table["source_value"] > 0)
    away = table["note"].str.contains("away at a date")
    rest = table["note"].str.contains("total less")
    assert (ratio[~away & ~rest].dropna() == 1.0).all()


def test_the_table_covers_what_synthesis_reads_and_names_every_source(table):
    assert set(table["marginal"]) == {
        "labour_force",
        "origin_four_regions",
        "home_province",
        "destination_tier",
        "age_shares",
        "over_50_shares",
        "female_share",
        "education_shares",
        "sector_shares",
        "searching_share",
        "business_owners",
        "savings_median",
        "savings_spread",
        "trained_share",
        "insured_share",
        "poor_household_share",
        "experience_mean",
        "mean_age",
    }
    assert (table["source"].str.len() > 0).all() and (table["status"].str.len() > 0).all()
    assert table["unit"].isin(["million", "percent", "years", "yuan", "log points"]).all()
    assert not table.isna().any().any()
    assert np.allclose(table["difference"], table["made"] - table["expected"])


def test_the_homes_add_up_to_the_labour_force(table):
    homes = table[table["marginal"] == "home_province"]
    total = table[(table["marginal"] == "labour_force") & (table["category"] == "total")]
    assert homes["made"].sum() == pytest.approx(total["made"].iloc[0])


def test_a_worker_made_alone_is_the_worker_of_the_whole():
    whole = make_population(100_000, seed=3).workers
    rows = np.linspace(0, len(whole) - 1, 200).astype(int)
    for row in rows:
        assert make_alone(int(whole.id[row]), seed=3) == whole[row : row + 1]


def test_a_run_starts_with_this_population():
    run = Simulation("baseline", scale=200_000, end="2014-02", seed=5, threads=1)
    alone = make_population(200_000, seed=5).workers
    assert run.workers[: run.rows] == alone


def test_a_finer_scale_adds_workers_and_changes_nobody():
    coarse, fine = make_population(200_000).workers, make_population(100_000).workers
    known = np.isin(fine.id, coarse.id)
    assert known.sum() == len(coarse) < len(fine)
    assert fine[known] == coarse


def test_another_seed_is_another_draw_of_the_same_ids():
    one, other = make_population(200_000, seed=1).workers, make_population(200_000, seed=2).workers
    assert np.array_equal(one.id, other.id)
    assert (one.birth_month != other.birth_month).mean() > 0.9


def test_an_entrant_made_alone_is_the_entrant_of_the_run():
    run = Simulation("baseline", scale=100_000, end="2014-12", seed=2, threads=1)
    month = int(np.flatnonzero(run._entrants.any(axis=0))[0])
    entrant = run.workers[run.rows : run.rows + 1]
    worker, recipe = int(entrant.id[0]), record_of(packaged_world().recipe)[0]
    alone = Workers.empty(Ids.of(np.array([worker]), np.array([1])))
    make_entrant(alone[0], worker, int(entrant.home[0]), month, recipe, month_keys(2, -1))
    assert worker >= 1 << 31 and entrant.arrived_month[0] == month
    assert alone == entrant


@pytest.mark.parametrize("worker_id", [-1, 31 << 26, 1 << 31, (1 << 31) + 5])
def test_an_id_of_nobody_is_refused(worker_id):
    with pytest.raises(UsageError, match="no worker of January 2014|too small"):
        make_alone(worker_id)


def test_every_column_is_filled_within_its_meaning():
    workers = make_population(50_000).workers
    assert len(np.unique(workers.id)) == len(workers)
    age = (1368 - workers.birth_month.astype(int)) / 12
    assert age.min() >= 16 and age.max() < 77
    assert (workers.savings >= 0).all()
    assert (workers.experience_months <= (age - 15) * 12 + 1).all()
    assert (workers.migrant_months <= workers.experience_months).all()
