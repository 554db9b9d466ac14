"""Bands of forecasts: they hold what they say in a made-up world, and learn from years, not from figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.validation.forecast_bands import (
    BAND,
    ERRORS,
    SAMPLING,
    Discrepancies,
    banded,
    line_bands,
    quantile,
)
from sim.validation.forecast_scores import coverage, interval_scores, likeness, summary
from sim.validation.level_bands import level_bands
from sim.world.data import load_data


def errors(found, subject="people", kind="window", explained=0.0, indicator="mean_age"):
    """Rows of errors: (year, steps, error), of as many series as an error has numbers."""
    rows = [
        (indicator, str(group), subject, kind, year, steps, error, explained)
        for year, steps, several in found
        for group, error in enumerate(np.atleast_1d(several))
    ]
    return pd.DataFrame(rows, columns=list(ERRORS))


def walks(rng, yearly, years=8, series=30):
    """Errors of random walks one and two years ahead, with sampling error, in tolerances."""
    steps = rng.normal(0.0, yearly, (years, series))
    noise = rng.normal(0.0, SAMPLING, (years, series))
    one = [(2010 + year, 1, steps[year] + noise[year]) for year in range(years)]
    two = [(2010 + year, 2, steps[year - 1] + steps[year] + noise[year]) for year in range(1, years)]
    return errors([*one, *two])


def test_the_yearly_spread_is_found_again_without_sampling_error():
    for yearly in (0.0, 1.0, 3.0):
        found = [Discrepancies.found(walks(np.random.default_rng(seed), yearly)) for seed in range(20)]
        spread = np.mean([one.sd("mean_age", "people", 1) for one in found])
        assert spread == pytest.approx(yearly, rel=0.08, abs=0.12)
    assert np.mean([one.power for one in found]) == pytest.approx(1.0, abs=0.15)  # a random walk


def test_a_wrong_slope_grows_with_the_square_of_the_years():
    slope = np.random.default_rng(1).normal(0.0, 4.0, 200)
    found = Discrepancies.found(errors([(2015, 1, slope), (2016, 1, slope), (2016, 2, 2.0 * slope)]))
    assert found.power == pytest.approx(2.0, abs=0.01)
    assert found.sd("mean_age", "people", 2) == pytest.approx(
        2.0 * found.sd("mean_age", "people", 1), rel=0.02
    )
    assert found.sd("migrant_workers_change", "people", 2) == found.sd("migrant_workers_change", "people", 1)


def test_errors_of_a_year_are_one_observation():
    """A hundred series that miss together in one year widen a band no more than two do."""
    few, many = (
        Discrepancies.found(errors([(2015, 1, np.zeros(size)), (2016, 1, np.full(size, 3.0))]))
        for size in (2, 100)
    )
    assert few.variance == pytest.approx(many.variance) and few.years == many.years == {"people": 2}
    assert quantile(2) > quantile(7) > quantile(40) > 1.645


def test_what_is_explained_is_no_discrepancy():
    told = errors([(2015, 1, [2.0, -2.0]), (2016, 1, [2.0, -2.0])])
    with_reason = Discrepancies.found(told.assign(explained=1.5))
    assert Discrepancies.found(told).variance["people"] == pytest.approx(4.0 - SAMPLING**2)
    assert with_reason.variance["people"] == pytest.approx(4.0 - SAMPLING**2 - 2.25)
    assert Discrepancies.found(told.assign(explained=9.0)).variance["people"] == 0.0


def test_a_family_of_few_years_leans_on_all_and_a_forecast_that_failed_widens_the_next_band():
    calm = errors([(year, 1, [1.0, -1.0]) for year in range(2015, 2020)])
    new = errors([(2019, 1, [0.1])], subject="pay", indicator="monthly_income")
    found = Discrepancies.found(pd.concat([calm, new]))
    assert found.variance["pay"] > 0.0 and found.years == {"people": 5, "pay": 1}
    missed = errors([(2019, 1, [6.0, -5.0])], kind="from 2018")
    assert Discrepancies.found(pd.concat([calm, missed])).variance["people"] > 3.0


@pytest.mark.parametrize("years", [1, 2, 5, 10, 11, 25])
def test_the_quantile_is_that_of_students_t(years):
    stats = pytest.importorskip("scipy.stats")
    assert quantile(years) == pytest.approx(stats.t.ppf((1 + BAND) / 2, years), abs=0.0025)


def forecasts(**more):
    rows = {
        "indicator": "mean_age", "group": "all", "subject": "people", "base_year": 2019, "year": [2020, 2021],
        "forecast": 40.0, "members_low": 39.8, "members_high": 40.4, "outside": 0.3, "unit_of_one": 0.2,
    }  # fmt: skip
    return pd.DataFrame({**rows, **more})


def test_a_band_is_its_four_parts_and_reaches_as_far_as_each_side_of_the_members():
    found = Discrepancies({"people": 4.0}, {"people": 5}, 1.0)
    one, two = banded(forecasts(), found).to_dict("records")
    parts = (SAMPLING * 0.2) ** 2 + 0.3**2 + (2.0 * 0.2) ** 2
    assert one["low"] == pytest.approx(40 - 2.015 * np.sqrt((0.2 / 1.645) ** 2 + parts))
    assert one["high"] == pytest.approx(40 + 2.015 * np.sqrt((0.4 / 1.645) ** 2 + parts))
    assert two["discrepancy"] == pytest.approx(np.sqrt(2.0) * one["discrepancy"])
    unknown = banded(forecasts(unit_of_one=np.nan), found)  # a series without a tolerance: what is known
    assert np.isfinite(unknown[["low", "high"]]).all(axis=None)


def test_bands_hold_what_they_say_in_a_made_up_world():
    """The spread is learnt from eight years, the next one is held against the band."""
    rng, inside = np.random.default_rng(3), []
    for _ in range(400):
        common = rng.normal(0.0, 1.5, 9)  # all series of a year move together
        own = rng.normal(0.0, 0.5, (9, 12)) + common[:, None] + rng.normal(0.0, SAMPLING, (9, 12))
        found = Discrepancies.found(errors([(2010 + year, 1, own[year]) for year in range(8)]))
        sd = np.hypot(found.sd("mean_age", "people", 1), SAMPLING)
        inside.append(np.mean(np.abs(own[8]) <= found.quantile("people") * sd))
    assert np.mean(inside) == pytest.approx(BAND, abs=0.03)


def test_benchmarks_have_bands_of_their_own_errors():
    record = errors([(year, 1, [3.0, -3.0]) for year in range(2015, 2020)])
    rows = line_bands(forecasts(trend=41.0), {"trend": record}, ["trend"])
    assert rows["trend_low"][0] == pytest.approx(41.0 - 2.015 * 3.0 * 0.2)
    none = line_bands(forecasts(trend=41.0), {"trend": record.head(0)}, ["trend"])
    assert none["trend_low"].isna().all()


def test_an_interval_score_charges_width_and_misses():
    rows = pd.DataFrame({"low": [90.0, 90.0], "high": [110.0, 110.0], "official": [100.0, 115.0]})
    width, score = interval_scores(rows.assign(unit="years", tolerance=2.0))
    assert width.tolist() == [10.0, 10.0] and score.tolist() == pytest.approx([10.0, 60.0])
    in_percent, _ = interval_scores(rows.assign(unit="percent", tolerance=2.0))
    assert in_percent[0] == pytest.approx(10.0) and in_percent[1] == pytest.approx(10.0 / 1.15)


def test_figures_that_move_together_tell_less_of_coverage():
    year = np.repeat([2018, 2020, 2022, 2024], 25)
    together = pd.DataFrame({"origin": year - 1, "year": year, "inside": np.where(year == 2020, 0.0, 1.0)})
    apart = together.assign(inside=np.tile([1.0, 1.0, 1.0, 0.0, 1.0], 20))
    assert likeness(together) == pytest.approx(1.0) and likeness(apart) == pytest.approx(0.0, abs=0.01)
    low, high = coverage(together, likeness(together))
    assert low < 0.35 and high > 0.94  # as if four figures had been seen
    low, high = coverage(apart, 0.0)
    assert low == pytest.approx(0.711, abs=0.001) and high == pytest.approx(
        0.867, abs=0.001
    )  # Wilson, 80 of 100


def stored(size=1.0, power=1.0):
    """Scored forecasts that were off by so many tolerances, in four years."""
    rows = pd.DataFrame({"origin": [2017, 2019, 2021, 2023], "year": [2018, 2020, 2022, 2024], "horizon": 1})
    rows = rows.assign(
        base_year=rows["origin"], indicator="migrant_workers", group="out", note="", power=power
    )
    rows = rows.assign(subject="head-counts", tolerance=0.5, official=17_000.0, unit="percent", outside=9.0)
    rows = rows.assign(parameters=1.0)
    return rows.assign(forecast_error=[0.5 * size, -0.5 * size, 0.5 * size, -0.5 * size])


def test_bands_of_levels_are_what_stored_forecasts_were_off_by_and_widen_with_the_years():
    data = load_data()
    found = level_bands(data, stored(4.0))
    reach = [found.reach("migrant_workers", "out", years) for years in (0, 1, 2, 10)]
    one = quantile(4) * 4.0 * found.tolerance["migrant_workers", "out"]
    assert reach[:2] == [0.0, pytest.approx(one)] and reach[1] < reach[2] < reach[3]
    assert reach[3] == pytest.approx(np.sqrt(10.0) * one, rel=0.02)
    steeper = level_bands(data, stored(4.0, power=2.0))
    assert steeper.reach("migrant_workers", "out", 10) > 3.0 * reach[3]
    assert np.isnan(found.reach("migrant_workers", "nobody", 1))
    assert level_bands(data, stored().assign(note="not published")) is None


def test_the_packaged_backtest_gives_bands_to_every_head_count():
    found = level_bands(load_data())
    assert found is not None
    for group in ("total", "out", "local"):
        reach = [found.reach("migrant_workers", group, years) for years in range(1, 12)]
        assert 0.3 < reach[0] < 5.0 and np.all(np.diff(reach) > 0.0)


def test_bands_of_another_width_are_compared_at_the_share_that_they_should_hold():
    """Twice as wide bands of twice as good a forecaster: what each would need to hold nine of ten."""
    rows = pd.DataFrame({"official": np.arange(1.0, 11.0), "forecast": 0.0, "origin": 2017, "year": 2018})
    rows = rows.assign(note="", tolerance=1.0, unit="points", horizon=1, inside=1.0, low=-20.0, high=20.0)
    for name in ("last_value", "trend", "autoregression"):
        rows = rows.assign(**{name: 0.0, f"{name}_low": -5.0, f"{name}_high": 5.0, f"{name}_error": 1.0})
    one = summary(rows.assign(forecast_error=1.0), ["horizon"]).iloc[0]
    assert (one["width"], one["trend_width"], one["trend_inside"]) == (40.0, 10.0, 0.5)
    assert one["fair_width"] == one["trend_fair_width"] == pytest.approx(2.0 * 9.1)


def test_the_stated_bands_hold_and_are_no_wider_than_those_of_benchmarks():
    """What the packaged backtest found: not a tolerance of the code, but of what its pages claim."""
    from sim.validation.forecast_scores import stored_forecasts

    for row in summary(stored_forecasts(), ["horizon"]).to_dict("records"):
        assert 0.80 <= row["inside"] <= 0.97
        lines = ("last_value", "trend", "autoregression")
        assert row["width"] < min(row[f"{name}_width"] for name in lines)
