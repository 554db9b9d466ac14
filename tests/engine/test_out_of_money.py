"""A lever without money does nothing: not for places and corridors either."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.parameters.behaviour import PARAMETERS
from sim.policy.place_tables import QUOTA
from sim.scenario.costs import RENT_AID
from sim.steps.records import PLACE_NAMES

FIRST, LAST = "2014-03", "2015-12"
OF_PLACES = [name for name in PLACE_NAMES if name not in (QUOTA, RENT_AID)]  # rents have no budget
BILLED = {"insurance_enrolment_probability": {"add": 0.02}}  # serves many every month
COST = unit_cost(1000, "new_insurance")
SOON_SPENT = {"yuan_per_year": 3e7}  # in the first month


def other_value(name: str) -> float:
    """A value a third of the way from the default to the farther bound."""
    one = PARAMETERS[name]
    end = max(one.low, one.high, key=lambda bound: abs(bound - one.default))
    return one.default + (end - one.default) / 3.0


def months_of(levers, months: int):
    """What the run meets and spends in each month."""
    run = start(make_scenario(levers, to=LAST))
    for month in range(months):
        run.step()
        opening = run.economy.opening
        yield month, run, opening.now.place.copy(), opening.now.place_without_levers.copy(), opening


@pytest.mark.parametrize("name", OF_PLACES)
def test_what_a_lever_does_to_places_ends_with_its_money_and_comes_back_with_it(name):
    effects = {**BILLED, name: {"set": other_value(name)}}
    lever = make_lever(effects, FIRST, LAST, unit_cost=COST, budget=SOON_SPENT)
    row, changed, spent = PLACE_NAMES.index(name), [], []
    for month, run, place, without, _ in months_of({"x": lever}, 16):
        changed.append(not np.array_equal(place[row], without[row]))
        spent.append(run.ledger.month_spending > 0.0)
        if month == 2:
            assert changed == [False, False, True] and spent[-1]
        elif 2 < month < 12:
            assert not changed[-1] and not spent[-1]
    assert changed[12] and spent[12]  # the money of the next year
    assert not any(changed[14:])


@pytest.mark.parametrize("name", OF_PLACES[:3])
def test_what_it_does_to_places_stays_with_money_enough(name):
    effects = {**BILLED, name: {"set": other_value(name)}}
    lever = make_lever(effects, FIRST, LAST, unit_cost=COST, budget={"yuan_per_year": 1e15})
    row = PLACE_NAMES.index(name)
    for month, _, place, without, _ in months_of({"x": lever}, 6):
        assert np.array_equal(place[row], without[row]) == (month < 2)


def test_corridors_are_as_far_as_before_when_the_money_is_spent():
    levers = {
        "x": make_lever(
            {"corridor_relief": {"add": 0.5}, **BILLED}, FIRST, LAST, unit_cost=COST, budget=SOON_SPENT
        )
    }
    for month, _, _, _, opening in months_of(levers, 6):
        relief = opening.policy.corridor_relief(month)
        assert relief.max() == (0.5 if month == 2 else 0.0)
