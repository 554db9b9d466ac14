"""What moves the map of work in the observed years: a dearer border, and jobs that go where output grows."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_scenario, start

from sim.core.categories import REGIONS
from sim.engine.simulate import simulate
from sim.world.places import HOMES

SMALL = 50_000
OFF = {
    "province_border_drift": 0.0,
    "eastern_city_drift": 0.0,
    "jobs_relative_output_elasticity": 0.0,
    "jobs_relative_units_elasticity": 0.0,
}


def moved(month: int, **parameters: float) -> tuple[dict[str, float], float]:
    """Log points by which jobs have moved, by province, and their mean over the jobs of 2014."""
    run = start(make_scenario(**{**OFF, **parameters}), scale=SMALL)
    run.open_month()
    economy = run.economy
    pull = economy._relocation(month)
    jobs = economy.jobs_2014[HOMES:].sum(axis=1)
    mean = np.average(pull[run.places.province[HOMES:]], weights=jobs)
    run.close()
    return dict(zip(run.places.provinces, pull, strict=True)), float(mean)


def test_jobs_move_and_are_not_made():
    pull, mean = moved(60, jobs_relative_output_elasticity=0.5)
    assert mean == pytest.approx(0.0, abs=1e-12)
    assert max(pull.values()) > 0.02 and min(pull.values()) < -0.02
    twice, _ = moved(60, jobs_relative_output_elasticity=1.0)
    assert twice == pytest.approx({province: 2 * value for province, value in pull.items()})
    assert set(moved(60)[0].values()) == {0.0}


def test_they_leave_where_output_lags():
    """In the Northeast much labour is on the land, but output grew least of all."""
    pull, _ = moved(60, jobs_relative_output_elasticity=1.0)
    assert max(pull[name] for name in ("Liaoning", "Jilin", "Heilongjiang")) < -0.1
    assert min(pull[name] for name in ("Guizhou", "Anhui", "Chongqing")) > 0
    at_the_start, _ = moved(0, jobs_relative_output_elasticity=1.0)
    assert at_the_start == pytest.approx(dict.fromkeys(pull, 0.0), abs=1e-12)


def test_jobs_follow_urban_units_to_where_these_grew():
    """Urban units lost a third of their jobs in the Northeast by 2020, and 5 % in the country."""
    pull, mean = moved(84, jobs_relative_units_elasticity=0.5)
    assert mean == pytest.approx(0.0, abs=1e-12)
    assert max(pull[name] for name in ("Liaoning", "Jilin", "Heilongjiang")) < -0.08
    assert min(pull[name] for name in ("Anhui", "Guangdong", "Guizhou")) > 0.03
    at_the_start, _ = moved(0, jobs_relative_units_elasticity=0.5)
    assert at_the_start == pytest.approx(dict.fromkeys(pull, 0.0), abs=1e-12)


def test_leaving_the_province_costs_more_each_year_to_2019_and_then_stays():
    run = start(make_scenario(to="2030-12", province_border_drift=0.06, eastern_city_drift=0.0), scale=SMALL)
    state = run.economy.market_state

    def odds(month: int) -> np.ndarray:
        return run.economy.begin(month).now.corridor_odds.copy()

    first, third, last, later = (odds(month) for month in (0, 36, 72, 72 + 60))
    across = state.is_across & (first > 0)
    own = ~state.is_across & (first > 0)
    assert np.log(third[across] / first[across]) == pytest.approx(np.full(across.sum(), -0.18))
    assert np.log(last[across] / first[across]) == pytest.approx(np.full(across.sum(), -0.06 * 6))
    assert np.array_equal(later, last) and np.array_equal(last[own], first[own])
    run.close()


def test_cities_of_the_east_become_dearer_for_all_and_others_for_nobody():
    run = start(make_scenario(eastern_city_drift=0.05, province_border_drift=0.0), scale=SMALL)

    def odds(month: int) -> np.ndarray:
        return run.economy.begin(month).now.corridor_odds.copy()

    first, later = odds(0), odds(72 + 12)
    taken = first > 0
    eastern = (run.places.regions[run.places.province] == REGIONS.index("East"))[None, :] & taken
    assert np.log(later[eastern] / first[eastern]) == pytest.approx(np.full(eastern.sum(), -0.05 * 6))
    assert np.array_equal(later[taken & ~eastern], first[taken & ~eastern])
    run.close()


def test_jobs_at_home_and_away_answer_output_by_a_reserve_of_their_own():
    run = start(make_scenario(local_labour_reserve_exponent=0.0, labour_reserve_exponent=2.0), scale=SMALL)
    run.open_month()
    at_home, away = run.economy._output_response()
    assert set(at_home) == {1.0}
    assert away == pytest.approx(run.economy.labour_reserve**2)
    run.close()


def year_2019(**parameters: float) -> tuple[float, float]:
    """Workers away, and the share of them in another province."""
    scenario = make_scenario(to="2019-12", **{**OFF, **parameters})
    table = simulate(scenario, scale="1:20000", seed=3, tables=("national",)).national
    last = table[table["month"].str[:4] == "2019"]
    return last["out"].mean(), last["cross_province"].mean() / last["out"].mean()


def test_a_dearer_border_keeps_people_in_their_province_more_than_at_home():
    """The drift alone: the share in another province falls by points, the number away by a percent or two."""
    (out, share), (out_dearer, share_dearer) = year_2019(), year_2019(province_border_drift=0.1)
    assert 0.96 * out < out_dearer < out
    assert share - 0.06 < share_dearer < share - 0.015
