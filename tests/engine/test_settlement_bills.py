"""Settlements that levers make are the settlements more, and are billed: in every place, by every way."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.core.categories import TIERS
from sim.steps.records import EVENT

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
    assert block.events[EVENT.new_settlements] == more == block.served[0].sum()
    assert block.billed[0].sum() == 1000 * more
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
