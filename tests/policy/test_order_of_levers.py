"""Levers that change one parameter act in one order, whomever they are for."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.core.months import month_text
from sim.engine.interpreted import copy_row, plain_conditions, spare_sums
from sim.parameters.behaviour import PARAMETERS
from sim.steps.levers import effective, is_covered
from sim.steps.records import WORKER, WORKER_NAMES

CHANGED = (
    "unemployment_benefit_yuan",
    "job_finding_probability",
    "settlement_willingness_shift",
    "settlement_open_share",
    "business_exit_scale",
)
FIRST, LAST, MONTHS = "2014-03", "2015-06", 6  # lived before anybody is looked at


def _effect(chance: random.Random, name: str, may_set: bool) -> dict:
    low, high = PARAMETERS[name].low, PARAMETERS[name].high
    kind = chance.choice(["set", "scale", "add"] if may_set else ["scale", "add"])
    if kind == "set":
        return {"set": chance.uniform(low, high)}
    return (
        {"scale": chance.uniform(0.5, 1.5)} if kind == "scale" else {"add": chance.uniform(-0.2, 0.3) * high}
    )


def _lever(chance: random.Random, name: str, may_set: bool) -> dict:
    """For everybody or for some, everywhere or in cities, at once or on a ramp."""
    tiers = ["home_township"] if name == "business_exit_scale" else ["city", "large_city"]
    more = {"where": {"tiers": tiers}} if chance.random() < 0.4 else {}
    if chance.random() < 0.5:
        more |= chance.choice([{"who": {"age": [20, 45]}}, {"take_up": 0.5}, {"who": {"sex": "female"}}])
    effects = {name: _effect(chance, name, may_set)}
    return make_lever(effects, FIRST, LAST, ramp_months=chance.choice([0, 12]), **more)


def _expected(run, w, c, b, k, name: str) -> float:
    """The rule itself, from the levers of the scenario."""
    value, month = float(c.without_levers[WORKER_NAMES.index(name), w.place]), month_text(run.month)
    acting = []
    for position, lever in enumerate(run.policy._levers):
        strength = lever.window.strength(month)
        if name not in lever.changes or strength == 0.0:
            continue
        is_for_everybody = lever.who.is_everyone and lever.take_up >= 1.0 and lever.money is None
        if is_for_everybody:  # the part that the ramp has reached, for all in its places
            if run.policy._by_place.masks[position][w.place]:
                acting.append((lever.changes[name], strength))
        elif is_covered(w, c, position):  # in full, for those whom the ramp has reached
            acting.append((lever.changes[name], 1.0))
    for effect, share in acting:
        if effect.set is not None:
            value += share * (effect.set - value)
    for effect, share in acting:
        if effect.scale is not None:
            value *= 1.0 + share * (effect.scale - 1.0)
    for effect, share in acting:
        if effect.add is not None:
            value += share * effect.add
    return min(max(value, PARAMETERS[name].low), PARAMETERS[name].high)


@pytest.mark.parametrize("seed", range(8))
def test_any_levers_act_in_one_order_and_nobody_faces_more_than_the_bound(seed):
    chance, mixed = random.Random(seed), 0
    names = chance.sample(CHANGED, 3)
    # two sets of one parameter for the same workers are refused
    levers = {f"lever_{n}": _lever(chance, names[n % 3], may_set=n < 3) for n in range(9)}
    given = {"settlement_willingness_shift": -0.4} if chance.random() < 0.5 else {}
    run = start(make_scenario(levers, **given), 200_000, seed=seed, months=MONTHS)
    c, b = plain_conditions(run.open_month()[0]), spare_sums(len(run.places))
    by_worker = run.policy.decided_by_worker(run.month)
    for row in range(0, run.rows, 11):
        w = copy_row(run.workers, row)
        for name in names:
            parameter = WORKER_NAMES.index(name)
            found = effective(w, c, b, row % 4096, parameter)
            assert found == pytest.approx(_expected(run, w, c, b, row % 4096, name), rel=1e-12, abs=1e-15)
            assert found <= c.upper_bound[parameter] * (1.0 + 1e-12) + 1e-15 or c.upper_bound[parameter] < 0.0
            mixed += parameter in by_worker
    assert mixed or not by_worker


def test_a_negative_value_that_is_scaled_down_lies_below_the_bound():
    levers = {"some": make_lever({"settlement_willingness_shift": {"scale": 0.2}}, FIRST, LAST, take_up=0.5)}
    run = start(make_scenario(levers, settlement_willingness_shift=-0.5), 1_000_000, months=3)
    bound = run.open_month()[0].upper_bound[WORKER.settlement_willingness_shift]
    assert bound == pytest.approx(-0.1)


# --- the fast path --------------------------------------------------------------------------------------

SOME = {"who": {"age": [20, 45]}}


def test_levers_for_everybody_stay_in_the_tables_by_place_unless_one_for_some_is_in_force():
    benefit = WORKER.unemployment_benefit_yuan
    levers = {
        "all": make_lever({"unemployment_benefit_yuan": {"add": 300.0}}, "2014-03", "2014-12"),
        "half": make_lever({"unemployment_benefit_yuan": {"set": 900.0}}, "2014-06", "2014-08", **SOME),
        "other": make_lever({"job_finding_probability": {"scale": 1.1}}, "2014-03", "2014-12"),
    }
    run = start(make_scenario(levers), 1_000_000)
    for month in range(12):
        is_mixed = "2014-06" <= month_text(month) <= "2014-08"
        conditions = run.open_month()[0]
        assert run.policy.decided_by_worker(month) == ([benefit] if is_mixed else [])
        offered = 300.0 if month >= 2 else 0.0  # what places offer knows of the lever for all, always
        assert np.all(conditions.effective[benefit] == offered)
        assert np.all(conditions.before_levers[benefit] == 0.0)
        assert conditions.upper_bound[benefit] == (1200.0 if is_mixed else offered)
        run.step()


def test_a_lever_for_everybody_is_billed_alike_whether_or_not_one_for_some_is_beside_it():
    cost = {"unit_cost": unit_cost(10, "search_month")}
    everybody = make_lever({"unemployment_benefit_yuan": {"add": 300.0}}, "2014-03", "2014-12", **cost)
    nobody = make_lever(
        {"unemployment_benefit_yuan": {"set": 900.0}}, "2014-03", "2014-12", who={"age": [110, 119]}
    )
    alone = start(make_scenario({"all": everybody}), 100_000, months=10)
    beside = start(make_scenario({"all": everybody, "nobody": nobody}), 100_000, months=10)
    assert alone.ledger.spent.sum() == beside.ledger.spent.sum() > 0
    assert alone.workers == beside.workers


def test_a_ramp_of_a_lever_for_everybody_brings_the_same_part_of_it_to_all():
    """Half-way up its ramp a set goes half of the way, also where it is decided worker by worker."""
    ramp = make_lever({"unemployment_benefit_yuan": {"set": 1000.0}}, "2014-01", "2014-12", ramp_months=4)
    some = make_lever({"unemployment_benefit_yuan": {"add": 50.0}}, "2014-01", "2014-12", take_up=0.5)
    run = start(make_scenario({"ramp": ramp, "some": some}), 1_000_000, months=1)
    c, b = plain_conditions(run.open_month()[0]), spare_sums(len(run.places))
    strength = run.policy.reach(1)[run.policy.names.index("ramp")].strength
    assert 0.0 < strength < 1.0
    found = {
        round(effective(copy_row(run.workers, row), c, b, row, WORKER.unemployment_benefit_yuan), 9)
        for row in range(0, run.rows)
    }
    assert found == {round(1000.0 * strength, 9), round(1000.0 * strength + 50.0, 9)}


def test_corridors_know_the_same_order():
    levers = {
        "a": make_lever({"corridor_relief": {"add": 0.2}}, "2014-01", "2014-12"),
        "b": make_lever({"corridor_relief": {"scale": 0.5}}, "2014-01", "2014-12"),
        "c": make_lever({"corridor_relief": {"set": 0.4}}, "2014-01", "2014-12"),
    }
    run = start(make_scenario(levers), 1_000_000)
    assert run.policy.corridor_relief(0) == pytest.approx(0.4)
