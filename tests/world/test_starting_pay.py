"""Pay by sector and province at the start, and how far outside series carry it on."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.categories import SECTORS
from sim.engine.run_cache import RunCache, opening_of
from sim.scenario.loading import load_scenario
from sim.validation.population import make_population
from sim.world.places import HOMES
from sim.world.series import SeriesNumbers, build_series

YEAR_2013 = 0  # the month nearest to it
CONSTRUCTION = SECTORS.index("construction")


@pytest.fixture(scope="module")
def opening():
    return opening_of(load_scenario("baseline"))


@pytest.fixture(scope="module")
def world(opening):
    return RunCache().world(opening)


@pytest.fixture(scope="module")
def series(opening):
    return RunCache().series(opening)


def official(data, year: int, group: str) -> float:
    table = data.official_annual
    chosen = (table["year"] == year) & (table["indicator"] == "monthly_income") & (table["group"] == group)
    return float(table.loc[chosen, "value"].iloc[0])


def test_migrants_of_the_start_earn_by_sector_as_those_of_2013(series):
    population = make_population(scale=5000)
    workers, data = population.workers, population.world.data
    is_out = workers.place >= HOMES
    pay = np.exp(series.log_pay[workers.place, workers.sector, YEAR_2013])[is_out]
    sector = workers.sector[is_out]
    construction = pay[sector == CONSTRUCTION].mean()
    for name, group in (("manufacturing", "manufacturing"), ("wholesale_retail", "wholesale_retail"),
                        ("transport", "transport_storage_post"), ("hotel_catering", "accommodation_catering"),
                        ("resident_services", "resident_services")):  # fmt: skip
        wanted = official(data, 2013, f"out_{group}") / official(data, 2013, "out_construction")
        found = pay[sector == SECTORS.index(name)].mean() / construction
        assert found == pytest.approx(wanted, rel=0.03), name


def test_a_sector_is_paid_apart_at_home_and_away(series):
    """Trade pays least of all at home, where it is a stall; building pays well everywhere."""
    at_home = series.log_pay[:HOMES, :, YEAR_2013].mean(axis=0)
    away = series.log_pay[HOMES:, :, YEAR_2013].mean(axis=0)
    trade = SECTORS.index("wholesale_retail")
    assert at_home.argmin() == trade and at_home[CONSTRUCTION] == at_home.max()
    assert at_home[CONSTRUCTION] - at_home[trade] > away[CONSTRUCTION] - away[trade]


def test_provinces_differ_by_half_of_what_private_units_do(world, opening):
    data = world.data
    wages = np.log(data.filled_series("wage_urban_private_manufacturing").loc[2013].to_numpy(float))
    spread = wages.max() - wages.min()
    for elasticity in (0.0, 0.5, 1.0):
        numbers = opening.series._replace(province_pay_elasticity=elasticity)
        found = build_series(data, world.places, world.corridors, opening.growth, numbers)
        pay = found.log_pay[:HOMES, SECTORS.index("manufacturing"), YEAR_2013]
        assert pay.max() - pay.min() == pytest.approx(elasticity * spread, abs=0.05 * spread)
    assert isinstance(numbers, SeriesNumbers)


def test_building_follows_the_floor_space_under_construction(series):
    """Four years of a falling market: +5.2, -7.2, -7.2 and -12.7 percent."""
    assert series.building[:72].max() == series.building[:72].min() == 1.0  # to 2019
    in_2024 = series.building[(2024 - 2014) * 12 + 6]
    assert in_2024 == pytest.approx(1.052 * 0.928 * 0.928 * 0.873, rel=0.02)
    assert series.building[-1] == pytest.approx(1.052 * 0.928 * 0.928 * 0.873)


def test_entrants_come_from_where_more_were_born(world, series):
    """Guizhou had 22 births per 1000 persons in 1999, Shanghai 5."""
    share = series.entrants[:, :12].sum(axis=1) / world.corridors.workers
    names = list(world.places.provinces)
    ratio = share[names.index("Guizhou")] / share[names.index("Shanghai")]
    assert ratio == pytest.approx(21.92 / 5.40, rel=0.1)
    total = world.data.entrants().sum(axis=1)
    assert series.entrants[:, 12:24].sum() == pytest.approx(total[2015])
