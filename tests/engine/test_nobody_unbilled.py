"""Whoever lives differently by a lever is on its bill, worker by worker, in the month in which it begins.

A lever is made to charge each worker whom it serves a yuan. Whose month differs by the lever (without the
charge) must be among those whose month differs by the charge. Markets answer only from the next month on.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost
from support.instrument_runs import CATALOGUE, strong

from sim.core.categories import BY_PLACE
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.costs import CASH, LOAN, PAYOUT
from sim.scenario.coverage import served_on
from sim.scenario.lever import Lever

MONTH = (
    "2014-03"  # of which the first two are lived without levers; some are home for the festival until then
)
HANDED_OUT = {*CASH, LOAN, PAYOUT}
LIVELY = {"insurance_portability_share": 0.2, "exit_rate_at_55": 0.05}


@cache
def lived_without() -> np.ndarray:
    return rows_of(start(make_scenario(**LIVELY), months=3))


def lived_with(levers: dict[str, Any], payer: str) -> tuple[np.ndarray, int]:
    """Everybody after the levers' first month, and how many uses were billed."""
    charged = {
        name: {**lever, "unit_cost": unit_cost(1, lever["unit_cost"]["per"], payer)}
        if lever.get("unit_cost")
        else lever
        for name, lever in levers.items()
    }
    run = start(make_scenario(charged, **LIVELY), months=3)
    return rows_of(run), int(run.block.served.sum())


def assert_all_who_change_are_billed(levers: dict[str, Any]) -> int:
    """How many change by the levers."""
    (free, served), (charged, _) = (lived_with(levers, payer) for payer in ("local", "worker"))
    changed, billed = lived_without() != free, free != charged
    assert served > 0 or not changed.any()
    unbilled = changed & ~billed
    assert not unbilled.any(), f"{unbilled.sum()} of {changed.sum()} who live differently are billed nothing"
    return int(changed.sum())


def is_told_by_charges(lever: Lever) -> bool:
    """Whether workers alone meet the lever, and can be asked to pay for it."""
    is_for_workers = all(PARAMETERS[name].scope == "worker" for name in lever.effects)
    can_pay = lever.unit_cost is not None and lever.unit_cost.per not in BY_PLACE
    return is_for_workers and can_pay and bool(lever.effects) and not HANDED_OUT & {*lever.effects}


def parts_told(slug: str) -> dict[str, Any]:
    """The parts of an instrument of which that is so, as strong as may be, for nearly all in one month."""
    levers = strong(CATALOGUE[slug], first=MONTH, last=MONTH)
    found = {name: lever for name, lever in levers.items() if is_told_by_charges(Lever.model_validate(lever))}
    for lever in found.values():
        lever["take_up"] = 0.99  # so that workers are asked one by one, and places offer nobody more
        lever["window"].pop("season", None)
    return found


TOLD = [slug for slug in CATALOGUE if parts_told(slug)]


@pytest.mark.parametrize("slug", TOLD)
def test_whoever_an_instrument_changes_is_on_its_bill(slug):
    for name, lever in parts_told(slug).items():
        assert_all_who_change_are_billed({name: lever})


STEPS = {  # changes of parameters that no instrument of the catalogue changes alone, or not so much
    "separation_probability": {"scale": 0.2},
    "job_change_probability": {"scale": 3.0},
    "arrears_probability": {"scale": 30.0},
    "job_finding_probability": {"scale": 2.0},
    "hiring_age_slope": {"scale": 0.1},
    "search_income_yuan": {"add": 500.0},
    "arrears_recovery_probability": {"scale": 5.0},
    "insurance_enrolment_probability": {"add": 0.1},
    "insurance_portability_share": {"add": 0.6},
    "training_enrolment_probability": {"add": 0.1},
    "startup_consideration_probability": {"add": 0.1},
    "startup_loan_yuan": {"add": 100_000.0},
    "startup_odds_shift": {"add": 2.0},
    "business_exit_scale": {"scale": 0.1},
    "business_profit_shift": {"add": 0.3},
    "settlement_open_share": {"add": 0.5},
    "settlement_registration_probability": {"add": 0.3},
    "settlement_willingness_shift": {"add": 2.0},
    "works_offer_probability": {"add": 0.05},
    "workshop_offer_probability": {"add": 0.05},
    "replacement_probability": {"add": 0.5},
    "departure_cost_relief": {"add": 1.0},
    "exit_hazard_scale": {"scale": 0.1},
    "study_enrolment_probability": {"add": 0.05},
}


@pytest.mark.parametrize("name", STEPS)
def test_whoever_a_parameter_changes_is_on_the_bill_of_each_occasion_that_is_said_to_serve_them(name):
    for per in served_on(name):
        if per in BY_PLACE:
            continue
        lever = make_lever({name: STEPS[name]}, MONTH, MONTH, take_up=0.99, unit_cost=unit_cost(1, per))
        assert assert_all_who_change_are_billed({"x": lever}) > 0, per


@pytest.mark.parametrize(
    ("name", "per"),
    [
        ("separation_probability", "placement"),
        ("arrears_probability", "arrears_case"),
        ("exit_hazard_scale", "search_month"),
        ("business_exit_scale", "business_start"),
    ],
)
def test_a_bill_of_fewer_is_seen(name, per):
    """The test above can fail."""
    change = {"scale": 0.01} if name == "arrears_probability" else STEPS[name]
    lever = make_lever({name: change}, MONTH, MONTH, take_up=0.99, unit_cost=unit_cost(1, per))
    with pytest.raises(AssertionError, match="billed nothing"):
        assert_all_who_change_are_billed({"x": lever})
