"""Settlements that levers make are the settlements more, and are billed: in every place, by every way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.core.categories import MIGRANT_SEARCH, MIGRANT_WORK, TIERS
from sim.engine.simulate import simulate
from sim.scenario.loading import load_scenario, with_overrides
from sim.steps.records import EVENT
from sim.world.places import HOMES

FIRST, MONTHS = "2015-06", 17  # the lever's first month, and how many have been lived before
EAGER = {
    "settlement_registration_probability": 0.2,
    "settlement_willingness_log_odds": 0.0,
    "settlement_open_share": 0.4,
}
QUOTA = {"settlement_quota_share": 0.03}
WAYS = {  # what the scenario says besides, and what the lever changes
    "openness": ({}, {"settlement_open_share": {"set": 0.8}}),
    "registering": ({}, {"settlement_registration_probability": {"scale": 1.5}}),
    "willingness": ({}, {"settlement_willingness_shift": {"add": 0.5}}),
    "school places": ({"settlement_school_effect": 1.0}, {"school_access_share": {"add": 0.9}}),
    "housing": ({}, {"public_housing_share": {"add": 0.5}}),
    "transfers": (QUOTA, {"settlement_transfer_yuan": {"add": 60_000}}),
    "a wider quota": (QUOTA, {"settlement_quota_share": {"set": 0.08}}),
    "no quota": (QUOTA, {"settlement_quota_share": {"set": 1.0}}),
    "openness and quota": (
        QUOTA,
        {"settlement_quota_share": {"set": 0.1}, "settlement_open_share": {"set": 0.7}},
    ),
    "a lower pass mark": (
        {"settlement_quota_share": 0.9, "points_needed": 30.0},
        {"points_needed": {"add": -15}},
    ),
    "kinder points": (
        {"settlement_quota_share": 0.9, "points_needed": 30.0},
        {"points_per_stay_year": {"add": 3}},
    ),
}
PER = {"unit_cost": unit_cost(1000, "new_settlement")}


def month_of(levers, **more):
    """The sums of the lever's first month."""
    run = start(make_scenario(levers, to="2015-12", **{**EAGER, **more}), 20_000, threads=2)
    for _ in range(MONTHS):
        run.step()
    return run.step()


@pytest.mark.parametrize("way", WAYS)
def test_what_a_lever_settles_in_its_first_month_is_what_is_settled_more_and_billed(way):
    given, effects = WAYS[way]
    without = month_of({}, **given)
    block = month_of({"x": make_lever(effects, FIRST, "2015-12", **PER)}, **given)
    more = int(block.events[EVENT.settlements] - without.events[EVENT.settlements])
    assert more > 0
    billed = int(block.served[0].sum())
    assert block.events[EVENT.new_settlements] == billed and block.billed[0].sum() == 1000 * billed
    # where some outrank others for places, those who stand at one place of the queue are not divided
    assert abs(billed - more) <= (1 if "settlement_quota_share" in given else 0)
    assert without.events[EVENT.new_settlements] == 0


def test_who_only_takes_anothers_place_is_no_settlement_more():
    """More are admitted to apply for the same places: those with more points get them."""
    without = month_of({}, settlement_quota_share=0.02)
    lever = make_lever({"settlement_open_share": {"set": 0.9}}, FIRST, "2015-12", **PER)
    block = month_of({"x": lever}, settlement_quota_share=0.02)
    more = int(block.events[EVENT.settlements] - without.events[EVENT.settlements])
    assert (block.settled != without.settled).any()  # a bin of points is not divided
    assert abs(int(block.served[0].sum()) - more) < 0.15 * without.events[EVENT.settlements]


def test_nobody_who_is_not_admitted_uses_up_a_quota():
    """Where few are admitted, a quota that is wide enough for them is none, however open other places are."""
    rules = {**EAGER, "settlement_open_share": 0.1, "settlement_registration_probability": 0.1}
    levers = {
        "x": make_lever(
            {"settlement_open_share": {"set": 1.0}}, "2014-01", "2015-12", where={"tiers": ["city"]}
        )
    }
    settled = []
    for quota in (1.0, 0.15):
        run = start(
            make_scenario(levers, to="2015-12", **rules, settlement_quota_share=quota), 20_000, threads=2
        )
        mega = run.places.tier == TIERS.index("mega_city")
        settled.append(sum(int(run.step().settled[mega].sum()) for _ in range(12)))
    free, ruled = settled
    assert free > 50
    assert ruled > 0.9 * free


# --- two limits of one lever ------------------------------------------------------------------------------

WIDER = {"settlement_quota_share": {"set": 0.06}, "settlement_open_share": {"set": 0.9}}


def ledger_of(budget: float | None, quota: float = 0.06, **more):
    effects = {**WIDER, "settlement_quota_share": {"set": quota}}
    lever = make_lever(effects, "2014-01", "2014-12", **PER, **more)
    if budget is not None:
        lever["budget"] = {"yuan_per_year": budget}
    scenario = make_scenario({"x": lever}, to="2014-12", **{**EAGER, "settlement_quota_share": 0.01})
    return simulate(scenario, scale=20_000, end="2014-12", seed=1).ledger


@pytest.mark.parametrize(
    ("budget", "quota", "bound_by"),
    [
        (None, 0.03, "places"),
        (1e15, 0.03, "places"),
        (2e9, 0.9, "money"),
        (2e9, 1.0, "money"),
        (None, 1.0, "none"),
        (1e15, 1.0, "none"),
    ],
)
def test_the_ledger_says_which_limit_of_a_lever_binds(budget, quota, bound_by):
    ledger = ledger_of(budget, quota)
    assert set(ledger["bound_by"]) == {bound_by}
    money, places = (int(ledger[f"months_short_of_{limit}"].iloc[0]) for limit in ("money", "places"))
    queue, waiting = ledger["queue"].sum(), ledger["queue_for_places"].sum()
    assert (queue > 0) == (money > 0) == (bound_by == "money")
    assert (waiting > 0) == (places > 0)
    assert (waiting > queue) == (bound_by == "places")
    assert 0 <= money <= 12 and 0 <= places <= 12


def test_who_waits_for_a_place_is_whom_the_quota_left_out():
    """Where nobody is admitted to settle, nobody waits; where all are, all but those who settle do."""
    run = start(make_scenario({"x": make_lever(WIDER, "2014-01", "2014-12", **PER)}, **EAGER), 20_000)
    for _ in range(6):
        block = run.step()
        claims = int(block.points.sum())
        waiting = int(run.economy.quota_waiting.sum())
        assert claims > waiting > 0
        assert claims - waiting == pytest.approx(int(block.events[EVENT.settlements]), rel=0.02)
    assert run.ledger.waiting[0] > 0 and run.ledger.short_months[0].tolist() == [0, 6]


# --- the ready package ------------------------------------------------------------------------------------

PACKAGE = {"large_city": "large_city_opening", "mega_city": "mega_city_points"}
MARKS = {"parameters.points_needed": 35.0}


def settled_by_tier(scenario) -> tuple[dict[str, int], dict[str, int], dict[str, float]]:
    """Settlements of 2025-29 by kind of city; what each lever was billed for, and spent at most a year."""
    run = start(scenario, 20_000, threads=2)
    settled = np.zeros(len(run.places), dtype=int)
    for month in range(12 * 16):
        block = run.step()
        settled += block.settled if month >= 12 * 11 else 0
    ledger = run.ledger.table()
    served = ledger.groupby("lever")["served"].sum() / run.scale if len(ledger) else {}
    spent = (
        ledger.groupby(["lever", "year"])["spending_yuan"].sum() if len(ledger) else pd.Series(dtype=float)
    )
    tiers = np.array(TIERS)[run.places.tier]
    return {tier: int(settled[tiers == tier].sum()) for tier in PACKAGE}, dict(served), spent.to_dict()


@pytest.mark.parametrize("rules", [{}, MARKS], ids=["ranked", "with a pass mark"])
@pytest.mark.parametrize("capped", [True, False], ids=["capped", "free"])
def test_the_package_for_residency_bills_every_settlement_that_it_makes_in_each_kind_of_city(capped, rules):
    """Over five years; a few of those billed would have settled later in these years without it."""
    scenario = with_overrides(load_scenario("residency-easing"), rules)
    if not capped:
        scenario = with_overrides(scenario, {f"levers.{name}.budget": None for name in PACKAGE.values()})
    without, _, _ = settled_by_tier(with_overrides(load_scenario("baseline"), rules))
    settled, served, spent = settled_by_tier(scenario)
    for tier, lever in PACKAGE.items():
        more = settled[tier] - without[tier]
        assert more > 20
        assert served[lever] == pytest.approx(more, rel=0.1, abs=6)
        if capped:
            yearly = [yuan for (name, _), yuan in spent.items() if name == lever]
            assert max(yearly) < 20e9 + 20_000 * 250_000  # less than a claim more
            assert sum(yearly) > 0.9 * 5 * 20e9 or tier == "large_city"  # whom it opens may be too few


@pytest.mark.parametrize("scale", [20_000, 100_000])
def test_a_quota_is_given_out_at_any_scale(scale):
    """Where many more apply than there are places, all places of some years are given out."""
    rules = {**EAGER, "settlement_open_share": 1.0, "settlement_quota_share": 0.02}
    run = start(make_scenario(to="2018-12", **rules), scale, threads=2)
    settled, places = 0, 0.0
    for _ in range(60):
        activity, place = run.workers.activity[: run.rows], run.workers.place[: run.rows]
        migrants = np.isin(activity, (MIGRANT_WORK, MIGRANT_SEARCH)) & (place >= HOMES)
        places += 0.02 * migrants.sum() / 12.0
        settled += int(run.step().settled.sum())
    assert settled == pytest.approx(places, rel=0.08)
