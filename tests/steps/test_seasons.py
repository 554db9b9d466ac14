"""The year has seasons: visits and departures around the festival, the land in June and October."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_scenario, rows_of, start

from sim.core.categories import LOCAL_WORK, MIGRANT_WORK
from sim.engine.economy import Economy
from sim.steps.records import EVENT
from sim.world.worker import VISITING

SMALL = 200_000
MONTHS = 15


def paid_share(activity: int, **parameters: float) -> np.ndarray:
    """Share of workers in an activity who are paid, by month of 2014 and early 2015."""
    run = start(make_scenario(separation_probability=0.0, **parameters), scale=SMALL)
    shares = []
    for _ in range(MONTHS):
        block = run.step()
        shares.append(block.pay[activity, 1] / block.stock[:, :, activity].sum())
    run.close()
    return np.array(shares)


def test_local_workers_leave_their_job_in_june_and_october():
    shares = paid_share(LOCAL_WORK, farm_season_share=1.0)
    assert shares[5] == shares[9] == 0.0
    assert (np.delete(shares, [5, 9]) > 0.8).all()


def test_visitors_miss_february_and_the_early_ones_january():
    late = paid_share(MIGRANT_WORK, festival_visit_share=0.5, early_visit_share=0.0)
    early = paid_share(MIGRANT_WORK, festival_visit_share=0.5, early_visit_share=0.6)
    assert early[12] == pytest.approx(late[12] - 0.3, abs=0.05)  # January 2015
    assert early[13] == pytest.approx(late[13], abs=0.05)


def test_nobody_is_away_for_the_festival_after_march():
    run = start(make_scenario(), scale=SMALL, months=3)
    assert not (rows_of(run)["status"] & VISITING).any()
    run.close()


def test_whoever_waits_for_the_festival_leaves_after_it():
    def departures(wait: float) -> np.ndarray:
        run = start(make_scenario(departure_wait_probability=wait), scale=SMALL)
        found = [int(run.step().events[EVENT.departures]) for _ in range(MONTHS)]
        run.close()
        return np.array(found)

    at_once, later = departures(0.0), departures(1.0)
    assert at_once[9:13].min() > 0 and later[9:13].sum() == 0  # October to January
    assert later[13:15].sum() > at_once[13:15].sum()


def test_jobs_answer_output_more_where_labour_is_cheap_and_on_the_land():
    run = start(make_scenario(), scale=SMALL)
    economy: Economy = run.economy
    run.open_month()
    names = list(run.places.provinces)
    for response in economy._output_response():  # at home and away
        assert response[names.index("Shanghai")] < response[names.index("Jiangsu")] < 1
        assert min(response[names.index(name)] for name in ("Henan", "Guizhou", "Gansu")) > 1
    run.close()


def test_the_mix_of_jobs_moves_and_their_number_does_not():
    run = start(make_scenario(), scale=SMALL, months=60)
    run.open_month()
    shift, first = run.economy.sector_shift(run.month), run.economy.jobs_2014
    jobs = first * shift / (run.economy.market_state.mix @ shift)[:, None]
    assert jobs.sum(axis=1) == pytest.approx(first.sum(axis=1))
    assert (jobs[:, :2] < first[:, :2]).all() and (jobs[:, 2:] > first[:, 2:]).all()
    run.close()
