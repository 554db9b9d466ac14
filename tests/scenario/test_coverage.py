"""Nobody is served who is not billed: each effect of a lever reaches people whom its unit cost counts."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost
from support.instrument_runs import CATALOGUE

from sim.core.categories import OCCASIONS
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.costs import CASH, LOAN, PAYOUT, RENT_AID
from sim.scenario.coverage import SERVED_ON, served_on, served_unbilled
from sim.scenario.loading import load_scenario, scenario_files

LEVERS = [name for name, one in PARAMETERS.items() if one.scope != "economy"]
HANDED_OUT = (*CASH, LOAN, PAYOUT, RENT_AID)


@pytest.mark.parametrize("slug", CATALOGUE)
def test_an_instrument_bills_whomever_it_acts_on(slug):
    """All parameters of all parts; what is handed out is billed as it is received."""
    for lever in CATALOGUE[slug].parts:
        assert list(served_unbilled(lever)) == [], lever.part


@pytest.mark.parametrize("name", scenario_files())
def test_a_ready_scenario_bills_whomever_it_acts_on(name):
    scenario = load_scenario(name)
    assert [
        (one, *served_unbilled(lever)) for one, lever in scenario.levers.items() if [*served_unbilled(lever)]
    ] == []
    assert not [warning for warning in scenario.warnings() if "acts on more people" in warning]


@pytest.mark.parametrize("name", [name for name in LEVERS if name not in HANDED_OUT])
def test_every_parameter_says_on_which_occasions_it_serves(name):
    occasions = served_on(name)
    assert set(occasions) <= OCCASIONS.keys() and "person_month" in occasions
    kinds = [per for per in OCCASIONS if per not in occasions]
    assert kinds, "no parameter acts on nobody"


def test_no_line_of_the_table_is_for_a_parameter_that_is_not_there():
    for begins in SERVED_ON:
        assert any(name.startswith(begins) for name in LEVERS), begins


@pytest.mark.parametrize(
    ("effects", "per", "parameter", "occasion"),
    [
        ({"separation_probability": {"scale": 0.9}}, "placement", "separation_probability", "work_month"),
        (
            {"separation_probability": {"scale": 0.9}},
            "training_enrolment",
            "separation_probability",
            "work_month",
        ),
        ({"arrears_probability": {"scale": 0.9}}, "arrears_case", "arrears_probability", "work_month"),
        ({"exit_hazard_scale": {"scale": 0.9}}, "search_month", "exit_hazard_scale", "person_month"),
        ({"amenity_shift": {"add": 0.1}}, "settlement", "amenity_shift", "resident_month"),
        ({"jobs_scale": {"scale": 1.1}}, "settlement", "jobs_scale", "added_job_month"),
        ({"vacancy_news_scale": {"scale": 1.1}}, "work_month", "vacancy_news_scale", "search_month"),
        ({"business_exit_scale": {"scale": 0.9}}, "business_start", "business_exit_scale", "business_month"),
    ],
)
def test_a_lever_of_ones_own_that_bills_too_few_is_warned_of(effects, per, parameter, occasion):
    (warning,) = make_scenario({"x": make_lever(effects, unit_cost=unit_cost(10, per))}).warnings()
    assert f"{parameter} acts on more people than {per} bills: bill it per {occasion}" in warning
    assert make_scenario({"x": make_lever(effects, unit_cost=unit_cost(10, occasion))}).warnings() == ()
