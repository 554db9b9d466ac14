"""Who is hired: age counts against the old, and those who settled stay part of the network of their home."""

from __future__ import annotations

import numpy as np
from support.engine_runs import make_lever, make_scenario, rows_of, start

from sim.core.categories import EXITED, MIGRANT_SEARCH, MIGRANT_WORK, SETTLED_SEARCH, SETTLED_WORK
from sim.world.worker import BIRTH_EPOCH

CITIES = {"tiers": ["county_town", "city", "large_city", "mega_city"]}


def hired_of_the_searchers(slope: float, months: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Ages of the searchers before a month, and whether they were at work after it; the past is shared."""
    lever = make_lever(
        {"hiring_age_slope": {"set": slope}}, first="2014-04", last="2014-04", no_cost="a test of hiring"
    )
    run = start(make_scenario({"by_age": lever}), scale=5_000, months=months)
    before = rows_of(run)
    run.step()
    after = rows_of(run)[: len(before)]
    searched = before["activity"] == MIGRANT_SEARCH
    age = (months + BIRTH_EPOCH - before["birth_month"].astype(int))[searched] / 12.0
    return age, (after["activity"] == MIGRANT_WORK)[searched]


def test_employers_who_look_at_age_refuse_the_old_alone():
    age, without = hired_of_the_searchers(0.0)
    same_age, with_gradient = hired_of_the_searchers(0.05)
    assert np.array_equal(age, same_age)
    young, old = age <= 40.0, age > 50.0
    assert young.sum() > 500 and old.sum() > 100
    assert np.array_equal(without[young], with_gradient[young])  # the same luck, and no wider effect
    assert not np.any(with_gradient & ~without)
    expected = np.exp(-0.05 * (age[old] - 40.0)).mean()
    assert abs(with_gradient[old].sum() / without[old].sum() - expected) < 0.12


def networks_with(levers: dict | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """After four years: network of each home over all places, its out-migrants, and its settled workers."""
    run = start(make_scenario(levers, settlement_open_share=0.3), months=48)
    stock = run.block.stock
    workers = stock[:, :, :EXITED].sum(axis=(1, 2))
    away = stock[:, :, [MIGRANT_WORK, MIGRANT_SEARCH]].sum(axis=(1, 2)) / workers
    settled = stock[:, :, [SETTLED_WORK, SETTLED_SEARCH]].sum(axis=(1, 2)) / workers
    return run.economy.market_state.out_share, away, settled


def test_settled_workers_stay_in_the_network_of_their_home():
    plain, away, settled = networks_with(None)
    assert np.allclose(plain, away + settled, rtol=1e-12)
    easing = make_lever(
        {"settlement_open_share": {"set": 1.0}},
        first="2015-01",
        last="2017-12",
        where=CITIES,
        no_cost="a test of networks",
    )
    eased, eased_away, eased_settled = networks_with({"easing": easing})
    assert eased_settled.mean() > 1.5 * settled.mean() and eased_away.mean() < away.mean()
    assert eased.mean() > 0.999 * plain.mean()  # easing does not thin out what draws others
