"""The made population has the marginals that it is made from."""

from __future__ import annotations

import pytest

from sim.world.corridors import AWAY_OVER_COUNTED
from sim.world.population import make_population, population_table


@pytest.fixture(scope="module")
def table():
    return population_table("1:5000", seed=1).set_index(["marginal", "group", "category"]).sort_index()


@pytest.mark.parametrize(("marginal", "points"), [
    ("age_shares", 1.0), ("education_shares", 1.0), ("sector_shares", 1.0), ("female_share", 1.0),
    ("trained_share", 1.0), ("insured_share", 1.0), ("poor_household_share", 1.0), ("mean_age", 0.6),
])
def test_shares_and_ages_are_the_sources(table, marginal, points):
    rows = table.loc[marginal]
    assert (rows["made"] - rows["source_value"]).abs().max() < points


def test_people_are_the_sources(table):
    made, said = table["made"], table["source_value"]
    force = ("labour_force", "all")
    assert made[(*force, "total")] == pytest.approx(said[(*force, "total")], rel=1e-3)
    assert made[(*force, "local")] == pytest.approx(said[(*force, "local")], rel=5e-3)
    assert made[(*force, "out")] == pytest.approx(AWAY_OVER_COUNTED * said[(*force, "out")], rel=5e-3)
    for measure, factor in (("cross_province", AWAY_OVER_COUNTED), ("local", 1.0)):
        rows = table.loc["origin_four_regions", measure]
        assert (rows["made"] / rows["source_value"]).to_numpy() == pytest.approx(factor, rel=0.05)


def test_another_seed_makes_other_people_and_a_finer_scale_more(table):
    some, other = (make_population(100_000, seed) for seed in (1, 2))
    assert len(some) == len(other)
    assert not some["age"].equals(other["age"])
    assert len(make_population(50_000)) == pytest.approx(2 * len(some), rel=0.02)
