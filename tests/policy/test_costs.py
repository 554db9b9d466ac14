"""What levers cost: nothing is free by silence, costs follow prices, and are billed on whom they serve."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost
from support.instrument_runs import CATALOGUE, levers_of, scenario_with

from sim.comparison.compare import not_costed
from sim.core.categories import BY_PLACE, EMPLOYEES, LOCAL_WORK, SECTORS
from sim.engine.run_cache import RunCache, opening_of
from sim.policy.lever_rows import WAYS
from sim.scenario.loading import load_scenario, scenario_files
from sim.scenario.references import evidence
from sim.steps.records import MONEY
from sim.validation.programmes import SAME_PEOPLE
from sim.world.worker import IN_WORKSHOP, INSURED

WITHOUT_COST = {26, 48, 49, 51}  # principles, honours and orders of service, which cost nothing themselves


# --- nothing is free by silence -----------------------------------------------------------------------
@pytest.mark.parametrize("slug", CATALOGUE)
def test_an_instrument_that_acts_has_a_cost_with_its_source(slug):
    one = CATALOGUE[slug]
    costs = [lever.unit_cost for lever in one.parts if lever.unit_cost]
    assert bool(costs) == (one.number not in WITHOUT_COST)
    for cost in costs:
        assert cost.yuan > 0 and cost.source and cost.status in ("seen", "recalled", "assumed")
        assert cost.index or cost.follows == "nothing"
        if cost.status == "assumed":  # a judgement says so, here or in the evidence that it rests on
            cited = [row for name, row in evidence().items() if name in cost.source]
            assert "judgement" in cost.source.lower() or any("JUDGEMENT" in str(row) for row in cited)


@pytest.mark.parametrize("slug", CATALOGUE)
def test_an_act_that_an_instrument_makes_likelier_is_paid_for_when_it_happens(slug):
    """A course that a lever brings about is no gift of another lever's, billed for something else."""
    for lever in CATALOGUE[slug].parts:
        for act, parameter in WAYS.items():
            if parameter in lever.effects and not lever.no_cost:
                same = [one for one, name in WAYS.items() if name == parameter]
                assert lever.unit_cost.per in same, (act, lever.part)


def test_a_lever_without_a_cost_is_not_costed_unless_it_costs_nothing_or_does_nothing():
    acts = {"strength": 1.0, "effects": {"jobs_scale": {"scale": 1.1}}}
    levers = {
        "silent": acts,
        "unknown": {**acts, "not_costed": "nobody knows"},
        "free": {**acts, "no_cost": "a principle"},
        "paid": {**acts, "unit_cost": {"yuan": 1}},
        "taken_away": {**acts, "unit_cost": {"yuan": 1}, "strength": 0.0, "baseline_share": 0.5},
        "at_rest": {**acts, "strength": 0.5, "baseline_share": 0.5},
        "words": {"no_effect": "a medal", "effects": {}},
    }
    assert not_costed(levers) == ["silent", "unknown", "taken_away"]


def test_a_part_of_a_measure_costs_a_part_also_where_it_serves_everybody():
    checked = 0
    for instrument in CATALOGUE.values():
        for lever in instrument.parts:
            cost = lever.unit_cost
            if cost is None or cost.per not in SAME_PEOPLE:
                continue
            checked += 1
            rest = lever.model_copy(update={"baseline_share": 0.6})
            assert rest.price == pytest.approx(0.4 * lever.price), instrument.slug
    assert checked >= 25


def test_one_measure_has_one_price_whichever_file_asks_for_it():
    by_number = {one.number: one for one in CATALOGUE.values()}
    compared = 0
    for path in scenario_files().values():
        for name, lever in load_scenario(path).levers.items():
            if lever.instrument is not None or lever.unit_cost is None:
                continue
            documented = [part.unit_cost for number in lever.instruments for part in by_number[number].parts]
            for cost in documented:
                if cost and cost.per == lever.unit_cost.per and not cost.follows_strength:
                    compared += 1
                    assert (cost.yuan, cost.index) == (lever.unit_cost.yuan, lever.unit_cost.index), name
    assert compared >= 5


@pytest.mark.parametrize(
    "extra",
    [
        {"follows": "wages"},
        {"follows": "prices"},
        {"follows": "nothing", "in_yuan_of": 2020},
        {"follows": "rents", "in_yuan_of": 2020},
        {"in_yuan_of": 2013},
        {"in_yuan_of": 2036},
        {"status": "guessed"},
    ],
)
def test_a_cost_that_cannot_follow_what_it_says_is_refused(extra):
    cost = {**unit_cost(10, "search_month"), **extra}
    with pytest.raises(ValueError):
        make_scenario({"help": make_lever({"job_finding_probability": {"scale": 1.1}}, unit_cost=cost)})


# --- costs follow prices ------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["prices", "wages"])
def test_a_cost_moves_with_its_index_from_the_year_that_it_is_stated_for(what):
    cost = {**unit_cost(10_000, "person_month"), "in_yuan_of": 2015, "follows": what}
    plain = make_lever(
        {"unemployment_benefit_yuan": {"add": 1}}, "2014-01", unit_cost=unit_cost(10_000, "relief")
    )
    moving = make_lever({"relief_yuan": {"add": 1}}, "2014-01", "2018-12", unit_cost=cost)
    scenario = make_scenario({"moving": moving, "plain": plain})
    run = start(scenario)
    series = RunCache().series(opening_of(scenario))
    index = series.index_of(what)
    prices = np.array([run.policy.prices(month) for month in range(60)])
    at = run.policy.names.index("moving")
    assert prices[12:24, at].mean() == pytest.approx(10_000, rel=1e-3)
    exact = 10_000 * index[:60] / index[12:24].mean()
    assert prices[:, at] == pytest.approx(exact, abs=1.0)
    assert prices[:, at].mean() == pytest.approx(exact.mean(), abs=0.05)
    assert prices[59, at] > prices[0, at]
    assert (prices[:, 1 - at] == 10_000).all()


# --- whom it serves -----------------------------------------------------------------------------------
def billed(levers, months, **parameters):
    """A run and what each lever served in its last month, in simulated workers, not rounded."""
    run = start(scenario_with(levers, **parameters), months=months - 1)
    before = run.ledger.served_this_year.sum(axis=1)
    run.step()
    served = (run.ledger.served_this_year.sum(axis=1) - before) / run.scale
    return run, dict(zip(run.policy.names, served.tolist(), strict=True))


def test_jobs_are_billed_by_the_filled_jobs_that_the_lever_added():
    cost = {"unit_cost": unit_cost(100, "added_job_month")}
    levers = {
        "few": make_lever({"jobs_scale_manufacturing": {"scale": 1.02}}, "2014-01", "2014-12", **cost),
        "many": make_lever({"jobs_scale": {"scale": 1.1}}, "2014-01", "2014-12", **cost),
        "fewer": make_lever({"jobs_scale_construction": {"scale": 0.9}}, "2014-01", "2014-12", **cost),
    }
    run, served = billed(levers, 3)
    employed = run.block.employed
    made = employed[:, SECTORS.index("manufacturing")].sum() * (1.0 - 1.0 / 1.02)
    assert served["few"] == pytest.approx(made, abs=0.1) and served["few"] > 0
    assert served["many"] == pytest.approx(employed.sum() / 11.0, abs=0.1)
    assert served["fewer"] == 0


def test_a_rise_of_pay_is_billed_on_the_trade_that_has_it_as_far_as_it_has_come():
    cost = {"unit_cost": unit_cost(20, "raised_pay_month")}
    levers = {
        name: make_lever({"pay_scale_transport": {"scale": 1.01}}, "2014-01", "2014-12", ramp, **cost)
        for name, ramp in (("at_once", 0), ("slowly", 5))
    }
    run, served = billed(levers, 3)
    drivers = run.block.employed[:, SECTORS.index("transport")].sum()
    assert served["at_once"] == drivers > 0
    assert served["slowly"] == pytest.approx(drivers / 2, abs=0.1)


def test_insurance_is_billed_by_those_whom_the_levers_made_join_or_stay():
    joins = make_lever(
        {"insurance_enrolment_probability": {"scale": 3.0}},
        "2014-02",
        unit_cost=unit_cost(1, "new_insurance"),
    )
    stays = make_lever(
        {"insurance_portability_share": {"add": 0.5}}, "2014-02", unit_cost=unit_cost(1, "kept_insurance")
    )
    before, _ = billed({}, 2)
    with_it, served = billed({"joins": joins}, 2)
    insured, more = ((rows_of(run)["status"] & INSURED > 0).sum() for run in (before, with_it))
    assert served["joins"] > 0 and more - insured == pytest.approx(served["joins"], abs=0.1 * served["joins"])
    with_it, served = billed({"stays": stays}, 2)
    more = (rows_of(with_it)["status"] & INSURED > 0).sum()
    assert served["stays"] > 0 and more - insured == pytest.approx(served["stays"], abs=0.1 * served["stays"])


def test_aid_with_the_premium_reaches_the_insured_and_is_billed_as_received():
    one = CATALOGUE["flexible-work-aid"]
    levers = levers_of(one, take_up=1.0)
    run, served = billed(levers, 5)  # in May nobody is away from work for the festival
    paid = run.block.money[MONEY.benefit]
    assert served["flexible_work_aid_premium"] > 0
    of_searchers = 100 * served["flexible_work_aid_odd_jobs"]
    assert paid == 250 * served["flexible_work_aid_premium"] + of_searchers and of_searchers > 0
    w = rows_of(run)
    is_paid = (EMPLOYEES >> w["activity"].astype(int)) & 1 > 0
    trades = [SECTORS.index(name) for name in one.parts[0].who.sector]
    reached = is_paid & (w["status"] & INSURED > 0) & np.isin(w["sector"], trades)
    assert served["flexible_work_aid_premium"] == pytest.approx(reached.sum(), rel=0.1)


def test_a_workshop_is_billed_every_month_that_its_jobs_last():
    run, served = billed(levers_of(CATALOGUE["poverty-workshops"], take_up=1.0), 6)
    w = rows_of(run)
    at_work = (w["activity"] == LOCAL_WORK) & (w["traits"] & IN_WORKSHOP > 0)
    assert sum(served.values()) == pytest.approx(at_work.sum(), rel=0.1)
    assert at_work.sum() > 2 * run.block.events[run_event("workshop_jobs")]


def run_event(name: str) -> int:
    from sim.steps.records import EVENT

    return getattr(EVENT, name)


def test_matching_after_a_course_is_billed_on_those_just_trained_alone():
    help_with = {"job_finding_probability": {"scale": 1.05}}
    cost = {"unit_cost": unit_cost(50, "search_month")}
    levers = {
        "ever": make_lever(help_with, "2014-01", "2016-12", who={"trained": True}, **cost),
        "lately": make_lever(help_with, "2014-01", "2016-12", who={"months_since_course": [0, 11]}, **cost),
        "all": make_lever(help_with, "2014-01", "2016-12", **cost),
    }
    _, served = billed(levers, 6)
    assert 0 < served["lately"] < 0.7 * served["ever"] < 0.7 * served["all"]


def test_employees_forgo_pay_for_a_course_and_the_accounts_balance():
    """Every month is checked as it runs; what is forgone is a share of the pay of those who enrol."""
    runs = {
        share: start(make_scenario(course_pay_lost_share=share, training_premium=0.0), months=2)
        for share in (0.0, 0.5)
    }
    lost = runs[0.0].block.money[MONEY.earned] - runs[0.5].block.money[MONEY.earned]
    employees = runs[0.0].block.employed.sum()
    pay = runs[0.0].block.money[MONEY.earned] / employees
    assert lost == pytest.approx(0.01 * employees * 0.5 * pay, rel=0.25)


@pytest.mark.parametrize("per", BY_PLACE)
def test_a_cost_for_what_a_lever_cannot_bring_about_is_refused(per):
    """It would be billed for nothing, month after month, and so be free by silence."""
    own = {
        "school_place_month": "school_access_share",
        "housing_month": "public_housing_share",
        "added_job_month": "jobs_scale_construction",
        "raised_pay_month": "pay_scale_transport",
        "resident_month": "amenity_shift",
    }
    others = ["vacancy_news_scale", *(name for one, name in own.items() if one != per)]
    for name in others:
        with pytest.raises(ValueError, match="would never be billed"):
            make_scenario({"x": make_lever({name: {"scale": 1.01}}, unit_cost=unit_cost(10, per))})
    make_scenario({"x": make_lever({own[per]: {"scale": 1.01}}, unit_cost=unit_cost(10, per))})


@pytest.mark.parametrize("take_up", [1.0, 0.5], ids=["a part for everybody", "some in full"])
@pytest.mark.parametrize("follows", [True, False])
def test_a_ramp_costs_the_part_that_it_brings(take_up, follows):
    """Where it brings everybody a part of a service whose price follows the strength, it costs a part; where
    it reaches more and more people in full, each costs the whole.
    """
    lever = make_lever(
        {"job_finding_probability": {"scale": 1.2}},
        "2014-01",
        "2014-12",
        ramp_months=3,
        take_up=take_up,
        unit_cost={**unit_cost(100, "search_month"), "follows_strength": follows},
    )
    run = start(make_scenario({"x": lever}, to="2014-12"))
    for month in range(6):
        block = run.step()
        served = int(block.served[0].sum())
        part = min((month + 1) / 4.0, 1.0) if follows and take_up == 1.0 else 1.0
        assert served > 0 and block.billed[0].sum() == 100 * part * served


@pytest.mark.parametrize("yuan", [0.4, 0.03, 1.6])
def test_a_price_of_a_part_of_a_yuan_is_paid_over_the_months(yuan):
    """It was rounded to nothing below half a yuan, and a ramp or a part of a measure so was free."""
    lever = make_lever(
        {"separation_probability": {"scale": 0.99}},
        "2014-01",
        "2018-12",
        strength=yuan / 2,
        unit_cost={**unit_cost(2, "person_month"), "follows_strength": True},
    )
    run = start(make_scenario({"x": lever}))
    prices = np.array([run.policy.prices(month)[0] for month in range(60)])
    assert set(prices) <= {int(yuan), int(yuan) + 1}
    assert prices.mean() == pytest.approx(yuan, abs=0.02)
    billed = served = 0
    for month in range(12):
        block = run.step()
        billed, served = billed + int(block.billed[0].sum()), served + int(block.served[0].sum())
        assert block.billed[0].sum() == prices[month] * block.served[0].sum()
    assert billed == pytest.approx(prices[:12].mean() * served, rel=0.01) and served > 0


def test_a_ramp_of_a_small_price_is_not_free():
    lever = make_lever(
        {"arrears_probability": {"scale": 0.7}},
        "2014-01",
        "2015-12",
        ramp_months=11,
        unit_cost={**unit_cost(1, "work_month"), "follows_strength": True},
    )
    run = start(make_scenario({"x": lever}))
    prices = [int(run.policy.prices(month)[0]) for month in range(12)]
    assert sum(prices) == pytest.approx(sum((month + 1) / 12 for month in range(12)), abs=1.0)
    assert sum(prices[:5]) > 0
