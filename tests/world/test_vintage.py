"""The data as known at the end of a year: nothing later is left in them, and they go on as expected then."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from support.futures import other_future

from sim.core.errors import UsageError
from sim.engine.run_cache import RunCache, opening_of
from sim.scenario.loading import load_scenario
from sim.world.data import load_data
from sim.world.vintage import GROWTH_YEARS, as_known, expected_growth

YEARS = (2017, 2019, 2021, 2023)


@pytest.mark.parametrize("year", YEARS)
def test_no_later_figure_is_left(year):
    data = load_data()
    one, two = as_known(data, year), as_known(other_future(data, year), year)
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(two, field.name)
        if isinstance(left, pd.DataFrame):
            pd.testing.assert_frame_equal(left, right, check_exact=True)
    if year != 2019:  # one is enough for what is made from them
        return
    opening = opening_of(load_scenario("baseline"))
    for left, right in zip(
        vars(RunCache(one).series(opening)).values(),
        vars(RunCache(two).series(opening)).values(),
        strict=True,
    ):
        assert np.array_equal(left, right)


def test_a_change_of_the_year_itself_is_seen():
    data = load_data()
    table = data._province_year
    moved = table["value"].where(table["year"] != 2019, table["value"] * 1.01)
    other = as_known(replace(data, _province_year=table.assign(value=moved)), 2019)
    opening = opening_of(load_scenario("baseline"))
    one, two = RunCache(as_known(data, 2019)).series(opening), RunCache(other).series(opening)
    assert not np.array_equal(one.output_ratio, two.output_ratio)


@pytest.mark.parametrize("year", [2019, 2023])
def test_what_was_known_is_as_it_was_and_goes_on_at_the_growth_of_five_years(year):
    data, opening = load_data(), opening_of(load_scenario("baseline"))
    known = as_known(data, year)
    then, now = RunCache(known).series(opening), RunCache().series(opening)
    middle = (year - 2014) * 12 + 6  # of the last known year: from there the next one shows
    assert np.array_equal(then.output_ratio[:, :middle], now.output_ratio[:, :middle])
    assert then.observed_months == (year - 2013) * 12
    rates = data.national_series("gdp_real_growth").loc[:year].iloc[-GROWTH_YEARS:]
    assert expected_growth(known).real_output == pytest.approx(rates.mean() / 100)
    prices = data.national_series("cpi_index_2020_100")
    assert expected_growth(known).prices == pytest.approx((prices[year] / prices[year - 5]) ** 0.2 - 1)
    ahead = known.national_series("cpi_index_2020_100")
    if year < 2024:
        assert ahead[year + 1] / ahead[year] == pytest.approx((prices[year] / prices[year - 5]) ** 0.2)


def test_the_last_observed_year_knows_all():
    data, opening = load_data(), opening_of(load_scenario("baseline"))
    one, two = (RunCache(some).series(opening) for some in (as_known(data, 2024), None))
    for name, values in vars(one).items():
        if name != "entrants":
            assert np.allclose(values, getattr(two, name)), name
    in_2024 = np.s_[:, : 11 * 12]
    assert np.allclose(one.entrants[in_2024], two.entrants[in_2024])


@pytest.mark.parametrize("year", [2013, 2014, 2025])
def test_a_year_that_is_not_known_is_refused(year):
    with pytest.raises(UsageError, match="2015 to 2024"):
        as_known(load_data(), year)
