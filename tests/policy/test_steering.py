"""Steering levers: who hears of others, how large they are, what they cost, whom they serve first."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost

from sim.scenario.lever import Lever
from sim.scenario.scenario import Scenario
from sim.world.places import HOMES
from sim.world.worker import POOR, TRAINED

COURSES = make_lever(
    {"training_enrolment_probability": {"set": 1.0}},
    "2014-02",
    "2014-12",
    take_up=0.4,
    family="training",
    unit_cost=unit_cost(1000, "training_enrolment"),
)


def steering(first: str = "2014-02", last: str = "2014-12", who: dict | None = None, **delivery) -> dict:
    return {**make_lever({}, first, last, who=who or {}), "delivery": delivery}


def _run(levers: dict, months: int = 1, **parameters):
    return start(make_scenario(levers, training_enrolment_probability=0.0, **parameters), months=months)


def test_take_up_rises_by_the_factor_and_whoever_used_it_still_does():
    few, more = _run({"courses": COURSES}), _run({"courses": COURSES, "news": steering(take_up_scale=1.5)})
    for run in (few, more):
        run.step()
    reached = [set(rows_of(run)["id"][rows_of(run)["status"] & TRAINED != 0]) for run in (few, more)]
    assert reached[0] < reached[1]
    assert len(reached[1]) > 1.2 * len(reached[0])


@pytest.mark.parametrize(
    "steers, is_steered",
    [
        ({}, True),
        ({"families": ["training"]}, True),
        ({"families": ["schools"]}, False),
        ({"instruments": [39]}, True),
        ({"instruments": [1]}, False),
    ],
)
def test_only_the_levers_named_are_steered(steers, is_steered):
    courses = {**COURSES, "instruments": [39]}
    plain = _run({"courses": courses}).step().served.sum()
    news = steering(steers=steers, take_up_scale=1.75)
    steered = _run({"courses": courses, "news": news}).step().served.sum()
    assert (steered > plain) == is_steered


def test_a_steering_lever_works_inside_its_window_alone():
    one = _run({"courses": COURSES, "news": steering("2014-03", "2014-03", take_up_scale=2.6)})
    policy = one.policy
    courses = policy.names.index("courses")
    shares = []
    for month in (1, 2, 3):
        policy.fill_levers(one.economy.conditions(month)[0].levers, month)
        shares.append(policy._steering.reach(f"2014-{month + 1:02d}")[courses].take_up)
    assert shares == [0.4, 1.0, 0.4]


def test_a_steering_lever_that_steers_nothing_is_left_out():
    lone = _run({"news": steering(take_up_scale=2.0)})
    assert lone.policy.names == ()


def test_changes_of_places_arrive_in_part_or_more():
    school = make_lever({"school_access_share": {"add": 0.1}}, "2014-01", "2014-12", family="schools")
    access = []
    for scale in (1.0, 1.5, 0.0):
        run = _run({"school": school, "efforts": steering("2014-01", "2014-12", effect_scale=scale)})
        access.append(run.conditions.place.school_access_share[HOMES])
    assert access == pytest.approx([0.9, 0.95, 0.8])


def test_prices_and_budgets_are_scaled_and_the_ledger_books_the_scaled_price():
    budgeted = {**COURSES, "budget": {"yuan_per_year": 12_000 * 20_000_000, "release": "monthly"}}
    cheap = {"courses": budgeted, "windows": steering("2014-01", "2014-12", unit_cost_scale=0.5)}
    rich = {"courses": budgeted, "weights": steering("2014-01", "2014-12", budget_scale=2.0)}
    served = []
    for levers in ({"courses": budgeted}, cheap, rich):
        run = _run(levers, months=2)
        served.append(int(run.block.served.sum()))
        price = 500 if levers is cheap else 1000
        assert run.ledger.month_spending == run.block.served.sum() * price * run.scale
    assert served[1] == pytest.approx(2 * served[0], rel=0.02)
    assert served[2] == pytest.approx(2 * served[0], rel=0.02)


def test_those_who_go_first_are_served_before_others_and_more_money_never_takes_away():
    def trained(yuan: float, first: bool) -> np.ndarray:
        levers = {
            "courses": {**COURSES, "take_up": 1.0, "budget": {"yuan_per_year": yuan, "release": "monthly"}}
        }
        if first:
            levers["poor_first"] = steering("2014-01", "2014-12", who={"poor": True}, first_in_queue=True)
        w = rows_of(_run(levers, months=2))
        return w[w["status"] & TRAINED != 0]

    some = 2_000 * 6.0 * 1000 * 20_000
    everybody, poor_first = trained(some, False), trained(some, True)
    assert len(everybody) == pytest.approx(len(poor_first), rel=0.03)
    share = [(w["traits"] & POOR != 0).mean() for w in (everybody, poor_first)]
    assert share[1] > 2.0 * share[0]
    assert set(poor_first["id"]) < set(trained(2.0 * some, True)["id"])


def test_a_steering_lever_of_strength_nought_is_inert():
    quiet = {**steering(take_up_scale=2.0), "strength": 0.0}
    assert _run({"courses": COURSES, "news": quiet}).policy.names == ("courses",)


def test_cooperation_lowers_the_cost_of_its_corridors_alone():
    lever = make_lever(
        {"corridor_relief": {"add": 0.5}},
        "2014-02",
        "2014-12",
        where={"home_regions": ["West"], "provinces": ["Guangdong"]},
    )
    run = _run({"pair": lever})
    relief = run.policy.corridor_relief(1)
    names = np.array(run.places.provinces)
    is_there = names[run.places.province] == "Guangdong"
    assert set(np.unique(relief)) == {0.0, 0.5}
    assert (relief[names == "Sichuan"][:, is_there] == 0.5).all()
    assert relief[names == "Henan"].sum() == relief[:, ~is_there].sum() == 0.0
    assert run.policy.corridor_relief(0).sum() == 0.0


@pytest.mark.parametrize("more", [{"who": {"poor": True}}, {"take_up": 0.5}])
def test_everybody_on_a_corridor_faces_the_same(more):
    with pytest.raises(ValidationError, match="everybody from a home faces the same"):
        Lever.model_validate(make_lever({"corridor_relief": {"add": 0.5}}, **more))


@pytest.mark.parametrize("where", ["paths", "shocks"])
def test_only_a_lever_changes_a_corridor(where):
    content = make_scenario().content()
    if where == "paths":
        content["paths"] = {"corridor_relief": {"source": "a test", "all": {2014: 0.1}}}
    else:
        content["shocks"] = {
            "closed": {
                "label": {"en": "A", "zh": "A"},
                "source": "a test",
                "effects": {"corridor_relief": {"add": {"2014-02": 0.1}}},
            }
        }
    with pytest.raises(ValidationError, match="belongs to corridors"):
        Scenario.model_validate(content)
