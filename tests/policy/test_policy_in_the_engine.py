"""Levers in the engine: when, whom, how much, in which order, and never beyond the budget."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import SCALE, make_lever, make_scenario, rows_of, start, unit_cost

from sim.core.categories import (
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TIERS,
    TRAINING,
)
from sim.core.draws import PURPOSE, name_code, uniform_for
from sim.core.errors import AccountingError, ScenarioError
from sim.core.months import month_index, month_text
from sim.engine.simulate import simulate
from sim.steps.lever_record import MAX_BUDGETS, MAX_EFFECTS, MAX_LEVERS
from sim.steps.records import (
    EVENT,
    MONEY,
    WORKER,
)
from sim.world.places import HOMES
from sim.world.worker import BIRTH_EPOCH, INSURED, IS_FEMALE, POOR, TRAINED, VISITING

# A world in which nothing but a course happens before courses are given out in a month: nobody leaves,
# settles or starts a business first. Whoever a lever on enrolment reaches is then known exactly.
QUIET = {
    "exit_rate_at_55": 0.0,
    "startup_consideration_probability": 0.0,
    "settlement_registration_probability": 0.0,
    "training_enrolment_probability": 0.0,
}
ENROL = {"training_enrolment_probability": {"set": 1.0}}
COURSE = "training_enrolment"


def enrolled(run) -> np.ndarray:
    """Ids of those who enrolled in the month just run."""
    w = rows_of(run)
    return np.sort(w["id"][(w["status"] & TRAINED > 0) & (w["trained_month"] == run.month - 1)])


def trainable(w: np.ndarray) -> np.ndarray:
    free = ~np.isin(w["activity"], (EXITED, TRAINING, OWN_BUSINESS))
    return free & (w["status"] & VISITING == 0)


def served_by_month(run, months: int, lever: int = 0) -> list[int]:
    return [int(run.step().served[lever].sum()) for _ in range(months)]


# --- windows ------------------------------------------------------------------------------------------


def test_a_window_includes_both_named_months():
    scenario = make_scenario(
        {
            "courses": make_lever(
                ENROL, "2014-04", "2014-06", who={"sex": "female"}, unit_cost=unit_cost(1, COURSE)
            )
        },
        **QUIET,
    )
    served = served_by_month(start(scenario, 100_000), 8)
    assert [n > 0 for n in served] == [False] * 3 + [True] * 3 + [False] * 2


def test_a_window_of_one_month_is_one_month():
    scenario = make_scenario(
        {
            "courses": make_lever(
                ENROL, "2014-12", "2014-12", who={"sex": "female"}, unit_cost=unit_cost(1, COURSE)
            )
        },
        **QUIET,
    )
    served = served_by_month(start(scenario, 100_000), 13)
    assert [month_text(n) for n, count in enumerate(served) if count] == ["2014-12"]


def test_workers_live_differently_from_the_first_month_on():
    lever = make_lever({"separation_probability": {"set": 0.5}}, "2014-04", "2014-06", who={"sex": "female"})
    base, with_lever = (
        simulate(make_scenario(levers), scale=100_000, end="2014-09", threads=1).national
        for levers in ({}, {"risk": lever})
    )
    assert base["separations"][:3].equals(with_lever["separations"][:3])
    assert (with_lever["separations"][3:6] > 2 * base["separations"][3:6]).all()
    assert (with_lever["separations"][6:] < 1.5 * base["separations"][6:]).all()


def test_a_place_lever_holds_in_its_months_and_places_only():
    scenario = make_scenario(
        {
            "service": make_lever(
                {"service_coverage_share": {"set": 0.9}},
                "2014-03",
                "2014-04",
                where={"tiers": ["city"], "regions": ["West"]},
            )
        },
        service_coverage_share=0.3,
    )
    run = start(scenario, 1_000_000)
    places = run.places
    meant = (places.tier == TIERS.index("city")) & (places.regions[places.province] == 2)
    assert meant.any()
    for month in range(6):
        run.step()
        share = run.conditions.place.service_coverage_share
        inside = month_text(month) in ("2014-03", "2014-04")
        assert share == pytest.approx(np.where(meant & inside, 0.9, 0.3), rel=1e-12)
        assert (share[~meant] == 0.3).all()


@pytest.mark.parametrize("who", [{}, {"age": [0, 120]}], ids=["everybody", "worker by worker"])
def test_a_ramp_comes_in_equal_steps(who):
    scenario = make_scenario(
        {
            "courses": make_lever(
                ENROL, "2014-02", "2014-07", ramp_months=3, who=who, unit_cost=unit_cost(1, COURSE)
            )
        },
        **QUIET,
    )
    run = start(scenario, 50_000)
    shares = []
    for _ in range(8):
        could = np.sort(rows_of(run)["id"][trainable(rows_of(run))])
        run.step()
        shares.append(len(enrolled(run)) / len(could))
    assert shares[0] == shares[7] == 0.0
    # a course lasts a month, and some of those who could take one are still on the last one
    assert shares[1] == pytest.approx(0.25, abs=0.03)
    assert shares[1] < shares[2] < shares[3] < shares[4]


def test_a_ramp_reaches_more_people_not_others():
    scenario = make_scenario(
        {
            "courses": make_lever(
                ENROL,
                "2014-02",
                "2014-07",
                ramp_months=3,
                who={"activity": ["local_work", "settled_work"]},
                unit_cost=unit_cost(1, COURSE),
            )
        },
        **QUIET,
    )
    run = start(scenario, 50_000, months=1)
    run.step()
    first = enrolled(run)
    still = rows_of(run)["id"][rows_of(run)["activity"] == LOCAL_WORK]
    run.step()
    assert np.isin(np.intersect1d(first, still), enrolled(run)).all()
    assert len(enrolled(run)) > 1.5 * len(first)


# --- who and where ------------------------------------------------------------------------------------


def age_in_years(w: np.ndarray) -> np.ndarray:
    return (BIRTH_EPOCH - w["birth_month"].astype(int)) // 12


def has_school_child(run, w: np.ndarray) -> np.ndarray:
    keys, purpose = run.economy.market_state.life_keys, PURPOSE.trait_child
    draws = np.array([uniform_for(keys, purpose, int(i), 0) for i in w["id"]])
    child = (BIRTH_EPOCH - w["birth_month"].astype(int)) / 12.0 - (21.0 + 9.0 * draws)
    return (child >= 6.0) & (child < 16.0)


WHO = {
    "sex": ({"sex": "female"}, lambda run, w: w["traits"] & IS_FEMALE > 0),
    "men": ({"sex": "male"}, lambda run, w: w["traits"] & IS_FEMALE == 0),
    "age": ({"age": [30, 39]}, lambda run, w: (age_in_years(w) >= 30) & (age_in_years(w) <= 39)),
    "education": (
        {"education": ["primary", "college"]},
        lambda run, w: np.isin((w["traits"] >> 1) & 7, (1, 4)),
    ),
    "poor": ({"poor": True}, lambda run, w: w["traits"] & POOR > 0),
    "not poor": ({"poor": False}, lambda run, w: w["traits"] & POOR == 0),
    "activity": (
        {"activity": ["farm", "migrant_search"]},
        lambda run, w: np.isin(w["activity"], (FARM, MIGRANT_SEARCH)),
    ),
    "sector": ({"sector": ["construction"]}, lambda run, w: w["sector"] == 1),
    "migrant months": (
        {"migrant_months": [12, 36]},
        lambda run, w: (w["migrant_months"] >= 12) & (w["migrant_months"] <= 36),
    ),
    "long away": ({"migrant_months": [60, None]}, lambda run, w: w["migrant_months"] >= 60),
    "school child": ({"has_school_child": True}, has_school_child),
    "insured": ({"insured": True}, lambda run, w: w["status"] & INSURED > 0),
    "trained": ({"trained": False}, lambda run, w: w["status"] & TRAINED == 0),
    "together": (
        {"sex": "female", "age": [20, 40], "poor": False},
        lambda run, w: (
            (w["traits"] & (IS_FEMALE | POOR) == IS_FEMALE)
            & (age_in_years(w) >= 20)
            & (age_in_years(w) <= 40)
        ),
    ),
}
WHERE = {
    "homes": (
        {"home_provinces": ["Sichuan", "Henan"]},
        lambda run, w: np.isin(
            w["home"], [run.places.provinces.index(name) for name in ("Sichuan", "Henan")]
        ),
    ),
    "home regions": ({"home_regions": ["Northeast"]}, lambda run, w: run.places.regions[w["home"]] == 3),
    "provinces": (
        {"provinces": ["Guangdong"]},
        lambda run, w: run.places.province[w["place"]] == run.places.provinces.index("Guangdong"),
    ),
    "tiers": (
        {"tiers": ["mega_city"]},
        lambda run, w: run.places.tier[w["place"]] == TIERS.index("mega_city"),
    ),
}


@pytest.mark.parametrize("who, expected", WHO.values(), ids=WHO)
def test_a_lever_reaches_exactly_those_it_names(who, expected):
    assert_reaches({"who": who}, expected)


@pytest.mark.parametrize("where, expected", WHERE.values(), ids=WHERE)
def test_a_lever_reaches_exactly_those_in_its_places(where, expected):
    # with `who`, so that a lever on places alone is decided worker by worker as well
    assert_reaches({"where": where, "who": {"age": [0, 120]}}, expected)


def assert_reaches(conditions: dict, expected) -> None:
    run = start(make_scenario({"courses": make_lever(ENROL, "2014-01", **conditions)}, **QUIET), 100_000)
    before = rows_of(run).copy()
    run.step()
    before = np.concatenate([before, rows_of(run)[len(before) :]])  # entrants of the month
    wanted = expected(run, before) & trainable(before)
    known = before["id"] < 2**31  # an entrant's first month is not known beforehand
    reached = np.isin(before["id"], enrolled(run))
    assert np.array_equal(reached[known], wanted[known])
    assert 0 < wanted.sum() < trainable(before).sum()


def test_the_ineligible_live_the_same_first_month():
    lever = make_lever({"separation_probability": {"set": 0.5}}, first="2014-03", who={"sex": "female"})
    base, with_lever = start(make_scenario(), months=3), start(make_scenario({"risk": lever}), months=3)
    one, other = rows_of(base), rows_of(with_lever)
    changed = one != other
    women = one["traits"] & IS_FEMALE > 0
    at_work = np.isin(one["activity"], (LOCAL_WORK, MIGRANT_WORK, SETTLED_WORK))
    assert not changed[~women].any()
    assert changed[women & at_work].mean() > 0.2


# --- take-up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_take_up_is_about_right(share):
    scenario = make_scenario({"courses": make_lever(ENROL, "2014-01", take_up=share)}, **QUIET)
    run = start(scenario)
    could = int(trainable(rows_of(run)).sum())
    run.step()
    error = 4.0 * np.sqrt(share * (1.0 - share) / could)
    assert len(enrolled(run)) / could == pytest.approx(share, abs=error + 0.002)


def test_more_take_up_reaches_a_superset():
    reached = []
    for share in (0.2, 0.5, 1.0):
        run = start(
            make_scenario({"courses": make_lever(ENROL, "2014-01", take_up=share)}, **QUIET), 50_000, months=1
        )
        reached.append(enrolled(run))
    assert np.isin(reached[0], reached[1]).all() and np.isin(reached[1], reached[2]).all()
    assert len(reached[0]) < len(reached[1]) < len(reached[2])


def test_two_levers_have_an_awareness_of_their_own():
    pay = make_lever(
        {"unemployment_benefit_yuan": {"set": 500.0}},
        "2014-01",
        take_up=0.3,
        unit_cost=unit_cost(500, "person_month"),
    )
    courses = make_lever(ENROL, "2014-01", take_up=0.3, unit_cost=unit_cost(1, COURSE))
    run = start(make_scenario({"courses": courses, "pay": pay}, **QUIET), months=1)
    keys, purpose = run.economy.market_state.life_keys, PURPOSE.trait_awareness
    aware = {
        name: {i for i in rows_of(run)["id"].tolist() if uniform_for(keys, purpose, i, name_code(name)) < 0.3}
        for name in ("courses", "pay")
    }
    assert set(enrolled(run).tolist()) <= aware["courses"]
    both = len(aware["courses"] & aware["pay"]) / run.rows
    assert both == pytest.approx(0.09, abs=0.01)


# --- order and bounds ---------------------------------------------------------------------------------


def benefit_paid(**levers) -> int:
    """Benefit of the first month, in yuan, all searchers together (the same in every call)."""
    run = start(
        make_scenario(
            {
                name: make_lever({"unemployment_benefit_yuan": effect}, "2014-01", who=who)
                for name, (effect, who) in levers.items()
            },
            benefit_search_effect=0.0,
        ),
        50_000,
    )
    return int(run.step().money[MONEY.benefit])


ALL = {"age": [0, 120]}


def test_set_comes_before_scale_and_scale_before_add_whatever_the_names():
    alone = benefit_paid(only=({"set": 1000.0}, ALL))
    assert alone > 0 and alone % 1000 == 0
    names = [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")]
    for first, second, third in names:
        together = {
            first: ({"set": 1000.0}, ALL),
            second: ({"scale": 1.5}, ALL),
            third: ({"add": 300.0}, ALL),
        }
        assert benefit_paid(**together) * 1000 == alone * 1800


def test_one_lever_may_do_all_three():
    alone = benefit_paid(only=({"set": 1000.0}, ALL))
    assert benefit_paid(x=({"set": 1000.0, "scale": 0.5, "add": 100.0}, ALL)) * 1000 == alone * 600


def test_levers_for_everybody_are_combined_in_the_same_order():
    alone = benefit_paid(only=({"set": 1000.0}, {}))
    together = {"a": ({"add": 300.0}, {}), "b": ({"scale": 1.5}, {}), "c": ({"set": 1000.0}, {})}
    assert benefit_paid(**together) * 1000 == alone * 1800


@pytest.mark.parametrize("change, expected", [({"scale": 1.5}, 1500), ({"add": 300.0}, 1300)])
def test_levers_for_everybody_and_for_some_are_combined_in_the_same_order(change, expected):
    alone = benefit_paid(only=({"set": 1000.0}, ALL))
    together = benefit_paid(everybody=(change, {}), some=({"set": 1000.0}, ALL))
    assert together * 1000 == alone * expected


def test_a_change_stops_at_the_parameters_bounds():
    most = benefit_paid(x=({"set": 10_000.0}, ALL))
    assert benefit_paid(x=({"set": 9000.0}, ALL), y=({"add": 5000.0}, ALL)) == most
    assert benefit_paid(x=({"set": 9000.0}, {}), y=({"add": 5000.0}, {})) == most
    assert benefit_paid(x=({"set": 500.0}, ALL), y=({"add": -5000.0}, ALL)) == 0


def test_place_levers_are_combined_in_the_same_order_and_cut_at_the_bounds():
    levers = {
        "a": make_lever({"service_coverage_share": {"add": 0.1}}, "2014-01"),
        "b": make_lever({"service_coverage_share": {"scale": 0.5}}, "2014-01"),
        "c": make_lever({"service_coverage_share": {"set": 0.4}}, "2014-01"),
        "d": make_lever({"school_access_share": {"add": 0.9}}, "2014-01"),
    }
    run = start(make_scenario(levers, school_access_share=0.8), 1_000_000, months=1)
    assert run.conditions.place.service_coverage_share == pytest.approx(0.3)
    assert run.conditions.place.school_access_share == pytest.approx(1.0)


def test_what_a_lever_for_everybody_changes_is_what_places_offer():
    lever = make_lever({"job_finding_probability": {"scale": 1.2}}, "2014-01", where={"tiers": ["city"]})
    run = start(make_scenario({"jobs": lever}), 1_000_000, months=1)
    finding = run.conditions.effective[WORKER.job_finding_probability]
    cities = run.places.tier == TIERS.index("city")
    assert finding[cities] == pytest.approx(0.42) and finding[~cities] == pytest.approx(0.35)


def test_a_lever_of_the_first_month_is_not_calibrated_away():
    """What reproduces the stocks of 2013 must not know of the policy."""
    lever = make_lever({"hukou_cost_scale": {"scale": 0.5}}, "2014-01", where={"tiers": ["mega_city"]})
    base, easier = start(make_scenario(), 1_000_000), start(make_scenario({"easier": lever}), 1_000_000)
    assert np.array_equal(
        base.economy.market_state.corridor_residual, easier.economy.market_state.corridor_residual
    )
    assert np.array_equal(base.economy.market_state.home_taste, easier.economy.market_state.home_taste)


# --- strength -----------------------------------------------------------------------------------------

# A worker-level parameter: what it is, what a lever makes of it, and the event that shows it.
STRENGTHS = {
    "separation_probability": (0.02, {"scale": 8.0}, 0.16, "separations"),
    "job_change_probability": (0.02, {"add": 0.2}, 0.22, "job_changes"),
    "arrears_probability": (0.002, {"scale": 20.0}, 0.04, "arrears_cases"),
    "insurance_enrolment_probability": (0.01, {"scale": 3.0}, 0.03, "insurance_joined"),
    "training_enrolment_probability": (0.01, {"scale": 4.0, "add": 0.05}, 0.09, "training_enrolments"),
    "startup_consideration_probability": (0.01, {"scale": 10.0}, 0.1, "business_starts"),
    "startup_grant_yuan": (0.0, {"add": 50_000.0}, 50_000.0, "business_starts"),
    "startup_loan_yuan": (10_000.0, {"scale": 5.0}, 50_000.0, "business_starts"),
    "startup_odds_shift": (0.0, {"set": 2.0}, 2.0, "business_starts"),
    "business_exit_scale": (1.0, {"scale": 5.0}, 5.0, "business_closures"),
    "settlement_open_share": (0.3, {"add": 0.4}, 0.7, "settlements"),
    "settlement_registration_probability": (0.01, {"scale": 5.0}, 0.05, "settlements"),
}


@pytest.mark.parametrize("name", STRENGTHS)
def test_a_lever_is_felt_in_full(name):
    """Workers whom a lever brings to a value live a first month as if it had always been so."""
    before, effect, after, event = STRENGTHS[name]
    lever = make_lever({name: effect}, "2014-01", who=ALL)
    changed = start(make_scenario({"change": lever}, **{name: before}))
    always = start(make_scenario(**{name: after}))
    never = start(make_scenario(**{name: before}))
    counts = [int(run.step().events[getattr(EVENT, event)]) for run in (changed, always, never)]
    assert counts[0] == counts[1] > 1.2 * counts[2]


def test_help_to_search_is_felt_in_full():
    lever = make_lever({"job_finding_probability": {"scale": 0.5}}, "2014-01", who=ALL)
    found = []
    for scenario in (
        make_scenario({"change": lever}, job_finding_probability=0.8),
        make_scenario(job_finding_probability=0.4),
    ):
        run = start(scenario, 50_000)
        was = rows_of(run)["activity"].copy()
        run.step()
        found.append((was == MIGRANT_SEARCH) & (run.workers.activity[: len(was)] == MIGRANT_WORK))
    assert np.array_equal(found[0], found[1])
    assert found[0].sum() > 50


# --- budgets ------------------------------------------------------------------------------------------

COST = 1000  # yuan a course


def budgeted(budget: dict, first: str = "2014-03", last: str = "2015-06", **more) -> dict:
    return make_lever(
        ENROL, first, last, who={"age": [16, 60]}, budget=budget, unit_cost=unit_cost(COST, COURSE), **more
    )


def simulated(persons: int) -> float:
    """Yuan that serve so many simulated workers."""
    return float(persons * COST * SCALE)


@pytest.mark.parametrize("persons", [0, 1, 37, 1200, 4000])
def test_a_yearly_budget_serves_whoever_qualifies_until_it_is_spent(persons):
    scenario = make_scenario({"courses": budgeted({"yuan_per_year": simulated(persons)})}, **QUIET)
    run = start(scenario)
    served = served_by_month(run, 18)
    # more enrol in a month than there is money for in a year
    assert served[:12] == [0, 0, persons, *[0] * 9] and served[12:] == [persons, *[0] * 5]
    rows = run.ledger.table()
    assert set(rows["year"]) <= {2014}
    assert rows["served"].sum() == sum(served[:12]) * SCALE
    assert rows["spending_yuan"].sum() == simulated(sum(served[:12]))
    assert rows["budget_yuan"].sum() == pytest.approx(simulated(persons))
    assert rows["unspent_yuan"].sum() == 0.0
    # who is turned away is counted in the month that the money runs out in
    assert rows["queue"].sum() > 10_000 * SCALE


@pytest.mark.parametrize("persons", [1, 37, 1200])
def test_money_that_is_released_by_the_month_is_spent_evenly(persons):
    """By the end of a month no more than has been released, but for less than one claim."""
    budget = {"yuan_per_year": simulated(persons), "release": "monthly"}
    served = served_by_month(start(make_scenario({"courses": budgeted(budget)}, **QUIET)), 18)
    for months in (range(2, 12), range(12, 18)):
        for month in months:
            total = sum(served[months[0] : month + 1])
            released = persons * (month - months[0] + 1) / len(months)
            assert released <= total < released + 1  # the queue never ends here, so the money does


def test_money_by_the_month_is_released_in_months_in_force():
    """A window that begins in July, or a season, has the year's money in equal parts of its months."""
    budget = {"yuan_per_year": simulated(60), "release": "monthly"}
    july = budgeted(budget, first="2014-07", last="2014-12")
    served = served_by_month(start(make_scenario({"courses": july}, **QUIET)), 12)
    assert served == [*[0] * 6, *[10] * 6]
    for money in (budget, {"yuan_total": simulated(60), "release": "monthly"}):
        season = budgeted(money, first="2014-01", last="2014-12")
        season["window"]["season"] = [4, 5, 9]
        served = served_by_month(start(make_scenario({"courses": season}, **QUIET)), 12)
        assert served == [0, 0, 0, 20, 20, 0, 0, 0, 20, 0, 0, 0]


def test_a_claim_at_the_margin_is_paid_and_taken_off_the_next_money():
    """A budget of a third of a simulated worker serves one in three years: nothing hangs on the scale."""
    lever = budgeted({"yuan_per_year": simulated(1) / 3}, first="2014-01", last="2018-12")
    run = start(make_scenario({"courses": lever}, **QUIET))
    served = served_by_month(run, 60)
    assert [sum(served[year : year + 12]) for year in range(0, 60, 12)] == [1, 0, 0, 1, 0]
    lever = budgeted({"yuan_per_year": simulated(10) + 1.0}, first="2014-01", last="2016-12")
    served = served_by_month(start(make_scenario({"courses": lever}, **QUIET)), 36)
    assert [sum(served[year : year + 12]) for year in (0, 12, 24)] == [11, 10, 10]


def test_a_budget_for_the_whole_window_is_spent_once():
    scenario = make_scenario({"courses": budgeted({"yuan_total": simulated(400)}, last="2014-12")}, **QUIET)
    assert served_by_month(start(scenario), 14) == [0, 0, 400, *[0] * 11]
    monthly = {"yuan_total": simulated(400), "release": "monthly"}
    served = served_by_month(
        start(make_scenario({"courses": budgeted(monthly, last="2014-12")}, **QUIET)), 14
    )
    assert served == [0, 0, *[40] * 10, 0, 0]


def test_money_left_over_serves_later_months_of_the_year():
    """Few can enrol before December here, so most of the year's money is still there for it."""
    lever = make_lever(
        {"training_enrolment_probability": {"scale": 50.0}},
        "2014-01",
        "2014-12",
        who=ALL,
        budget={"yuan_per_year": simulated(3000)},
        unit_cost=unit_cost(COST, COURSE),
    )
    scenario = make_scenario({"courses": lever}, **{**QUIET, "training_enrolment_probability": 0.0001})
    run = start(scenario)
    served = served_by_month(run, 12)
    assert min(served) > 3000 / 12 / 4
    assert sum(served) <= 3000


def test_a_new_year_brings_new_money_and_no_old_money():
    lever = budgeted({"yuan_per_year": simulated(1200)}, first="2014-07", last="2015-12")
    served = served_by_month(start(make_scenario({"courses": lever}, **QUIET)), 24)
    assert served == [*[0] * 6, 1200, *[0] * 5, 1200, *[0] * 11]


def test_a_generous_budget_is_like_none_and_has_no_queue():
    scenario = make_scenario({"courses": budgeted({"yuan_per_year": simulated(10**6)})}, **QUIET)
    free = make_scenario(
        {
            "courses": make_lever(
                ENROL, "2014-03", "2015-06", who={"age": [16, 60]}, unit_cost=unit_cost(COST, COURSE)
            )
        },
        **QUIET,
    )
    rich, unlimited = start(scenario, months=6), start(free, months=6)
    assert len(enrolled(rich)) > 10_000
    assert np.array_equal(rows_of(rich), rows_of(unlimited))
    rich.ledger.close_year(2)
    assert rich.ledger.table()["queue"].sum() == 0


def test_more_money_serves_a_superset_by_ticket():
    """Among the same eligible people in one month the queue is the same; money decides how far it goes."""
    reached = {}
    for persons in (100, 500, 5000):
        lever = budgeted({"yuan_per_year": simulated(persons)}, first="2014-01")
        run = start(make_scenario({"courses": lever}, **QUIET))
        could = {int(i) for i in rows_of(run)["id"][trainable(rows_of(run))]}
        run.step()
        assert len(enrolled(run)) == persons
        reached[persons] = could & set(enrolled(run).tolist())
        ticket = {
            i: uniform_for(run.economy.market_state.life_keys, PURPOSE.trait_ticket, i, name_code("courses"))
            for i in could
        }
        age = dict(zip(rows_of(run)["id"].tolist(), age_in_years(rows_of(run)).tolist(), strict=True))
        eligible = {i for i in could if 16 <= age[i] <= 60}
        waiting = eligible - reached[persons]
        assert reached[persons] and waiting
        assert max(ticket[i] for i in reached[persons]) < min(ticket[i] for i in waiting)
    assert reached[100] < reached[500] < reached[5000]


def test_nobody_waits_twice_as_long_for_another_lever():
    """Two levers have two queues: being first in one says nothing about the other."""
    run = start(make_scenario(), 50_000)
    ids = rows_of(run)["id"].tolist()
    one, other = (
        np.array(
            [
                uniform_for(run.economy.market_state.life_keys, PURPOSE.trait_ticket, i, name_code(name))
                for i in ids
            ]
        )
        for name in ("courses", "grant")
    )
    assert abs(np.corrcoef(one, other)[0, 1]) < 4.0 / np.sqrt(len(ids))


OCCASIONS = {
    "person_month": ({"separation_probability": {"scale": 0.9}}, {}),
    "work_month": ({"separation_probability": {"scale": 0.9}}, {}),
    "search_month": ({"job_finding_probability": {"scale": 1.4}}, {"activity": ["migrant_search"]}),
    "business_start": ({"startup_grant_yuan": {"set": float(COST)}}, {}),
    "business_month": ({"business_exit_scale": {"scale": 0.5}}, {}),
    "training_enrolment": (
        {"training_enrolment_probability": {"scale": 3.0}},
        {"activity": ["local_work", "migrant_work", "migrant_search"]},
    ),
    "arrears_case": ({"arrears_recovery_probability": {"scale": 2.0}}, {}),
    "settlement": ({"settlement_registration_probability": {"scale": 2.0}}, {}),
    "new_settlement": ({"settlement_open_share": {"set": 0.9}}, {}),
}


@pytest.mark.parametrize("generous", [True, False], ids=["generous", "tight"])
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_occasion_can_be_rationed_and_is_billed_as_served(occasion, generous):
    """Also where courses are frequent, whose takers may qualify for more within the month."""
    effects, who = OCCASIONS[occasion]
    money = 1e13 if generous else 50 * COST * SCALE / 12
    lever = make_lever(
        effects,
        "2014-02",
        "2015-03",
        who=who,
        take_up=0.8,
        unit_cost=unit_cost(COST, occasion),
        budget={"yuan_per_year": float(money)},
    )
    scenario = make_scenario({"x": lever}, training_enrolment_probability=0.15, arrears_probability=0.01)
    results = simulate(scenario, scale=SCALE, end="2015-12", seed=2, threads=2)
    ledger = results.ledger
    if generous:
        assert not ledger.empty
    assert (ledger["spending_yuan"] == ledger["served"] * COST).all()
    assert (ledger["served"] % SCALE == 0).all()
    by_year = ledger.groupby("year")["spending_yuan"].sum()
    assert (by_year < money + COST * SCALE).all() and by_year.sum() <= 2 * money + COST * SCALE
    monthly = results.national.assign(year=results.national["month"].str[:4].astype(int))
    spent = monthly.groupby("year")["policy_spending_yuan"].sum()
    assert {year: spent[year] for year in by_year.index} == by_year.to_dict()
    outside = (results.national["month"] < "2014-02") | (results.national["month"] > "2015-03")
    assert (results.national.loc[outside, "policy_spending_yuan"] == 0).all()


def test_events_and_served_agree():
    levers = {
        "courses": make_lever(
            {"training_enrolment_probability": {"scale": 2.0}}, "2014-01", unit_cost=unit_cost(COST, COURSE)
        ),
        "founders": make_lever(
            {"startup_grant_yuan": {"set": 1000.0}}, "2014-01", unit_cost=unit_cost(1000, "business_start")
        ),
        "settlers": make_lever(
            {"settlement_open_share": {"set": 0.9}}, "2014-01", unit_cost=unit_cost(COST, "settlement")
        ),
        "new_settlers": make_lever(
            {"settlement_registration_probability": {"scale": 1.0}},
            "2014-01",
            unit_cost=unit_cost(COST, "new_settlement"),
        ),
    }
    run = start(make_scenario(levers), months=2)
    order = run.policy.names
    for _ in range(10):
        block = run.step()
        served = dict(zip(order, block.served[: len(order)].sum(axis=1).tolist(), strict=True))
        assert served["courses"] == block.events[EVENT.training_enrolments]
        assert served["founders"] == block.events[EVENT.business_starts]
        assert block.money[MONEY.grant] == 1000 * served["founders"]
        assert served["settlers"] == block.events[EVENT.settlements]
        assert served["new_settlers"] == block.events[EVENT.new_settlements]
        assert 0 < served["new_settlers"] < served["settlers"]


def test_without_a_lever_nobody_settles_newly_and_no_business_is_additional():
    run = start(make_scenario(), months=3)
    for _ in range(6):
        block = run.step()
        assert block.events[EVENT.settlements] > 0 and block.events[EVENT.business_starts] > 0
        assert block.events[EVENT.new_settlements] == block.events[EVENT.additional_starts] == 0


def test_a_run_that_ends_within_a_year_closes_its_books():
    lever = make_lever(ENROL, "2014-02", "2014-12", who={"sex": "female"}, unit_cost=unit_cost(COST, COURSE))
    results = simulate(make_scenario({"courses": lever}, **QUIET), scale=100_000, end="2014-05", threads=1)
    assert results.ledger["spending_yuan"].sum() == results.national["policy_spending_yuan"].sum() > 0


def test_serving_more_than_was_granted_is_an_error():
    scenario = make_scenario({"courses": budgeted({"yuan_per_year": simulated(60)})}, **QUIET)
    run = start(scenario, months=3)
    run_month = run._shards.run_month

    def generous(*arguments):
        block = run_month(*arguments)
        block.served[0, 0] += 1000
        block.billed[0, 0] += 1000 * COST
        return block

    run._shards.run_month = generous
    run.ledger.is_settled = lambda *arguments: True
    with pytest.raises(AccountingError, match="courses served .* more than the"):
        run.step()


# --- the settlement quota -----------------------------------------------------------------------------

EAGER = {
    "settlement_open_share": 1.0,
    "settlement_registration_probability": 0.1,
    "settlement_willingness_log_odds": 1.0,
}


def settled_by_place(run, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Settlements so far and out-migrants at the start of the month, both (months, places)."""
    places, total = len(run.places), np.zeros(len(run.places), dtype=int)
    settled, migrants = [], []
    for _ in range(months):
        w = rows_of(run)
        was_migrant = np.isin(w["activity"], (MIGRANT_WORK, MIGRANT_SEARCH))
        migrants.append(np.bincount(w["place"][was_migrant], minlength=places))
        before = w["activity"].copy()
        run.step()
        after = rows_of(run)[: len(before)]
        new = was_migrant & np.isin(after["activity"], (SETTLED_WORK, SETTLED_SEARCH))
        assert not np.isin(before[new], (SETTLED_WORK, SETTLED_SEARCH)).any()
        total = total + np.bincount(after["place"][new], minlength=places)
        settled.append(total)
    return np.array(settled), np.array(migrants)


def test_a_settlement_quota_is_respected_in_every_place_and_month():
    share = 0.03
    run = start(make_scenario(settlement_quota_share=share, **EAGER))
    settled, migrants = settled_by_place(run, 12)
    allowed = np.cumsum(share * migrants / 12.0, axis=0)  # each month brings a twelfth
    assert (settled <= allowed + 1.0).all()  # a part of a place to begin with
    assert settled[-1].sum() > 0.5 * share * migrants.mean(axis=0).sum()


def test_without_a_quota_many_more_settle():
    free, _ = settled_by_place(start(make_scenario(settlement_quota_share=1.0, **EAGER)), 12)
    tight, _ = settled_by_place(start(make_scenario(settlement_quota_share=0.03, **EAGER)), 12)
    assert free[-1].sum() > 3 * tight[-1].sum() > 0
    assert free[-1, :HOMES].sum() == tight[-1, :HOMES].sum() == 0


def test_a_lever_can_widen_the_quota_of_its_places():
    lever = make_lever({"settlement_quota_share": {"set": 0.04}}, "2014-01", where={"tiers": ["mega_city"]})
    tight = {**EAGER, "settlement_quota_share": 0.01}
    base, _ = settled_by_place(start(make_scenario(**tight)), 12)
    wide, _ = settled_by_place(start(make_scenario({"wider": lever}, **tight)), 12)
    mega = start(make_scenario(), 1_000_000).places.tier == TIERS.index("mega_city")
    assert wide[-1, mega].sum() > 2 * base[-1, mega].sum()
    assert wide[-1, ~mega].sum() == pytest.approx(base[-1, ~mega].sum(), rel=0.2)


def test_the_quota_goes_to_those_with_the_most_points():
    """Settlers under a quota have more years of insurance and stay than settlers without one."""
    stays = {}
    for share in (0.02, 1.0):
        run = start(make_scenario(settlement_quota_share=share, **EAGER), months=1)
        w = rows_of(run)
        was, stay = w["activity"].copy(), 1 - w["arrived_month"].astype(int)
        run.step()
        now = run.workers.activity[: len(was)]
        stays[share] = stay[(was == MIGRANT_WORK) & np.isin(now, (SETTLED_WORK, SETTLED_SEARCH))].mean()
    assert stays[0.02] > 1.3 * stays[1.0]


# --- how many -----------------------------------------------------------------------------------------


def test_too_many_levers_is_told_in_words():
    idle = {"separation_probability": {"scale": 1.0}}
    many = {f"lever_{n}": make_lever(idle) for n in range(MAX_LEVERS + 1)}
    with pytest.raises(ScenarioError, match=f"too many levers.*\n?.*at most {MAX_LEVERS}"):
        start(make_scenario(many), 1_000_000)


def test_too_many_budgets_and_effects_are_told_in_words():
    rationed = {
        f"lever_{n}": make_lever(
            {"separation_probability": {"scale": 1.0}},
            budget={"yuan_total": 1.0},
            unit_cost=unit_cost(1, "work_month"),
        )
        for n in range(MAX_BUDGETS + 1)
    }
    with pytest.raises(ScenarioError, match="too many levers with a budget"):
        start(make_scenario(rationed), 1_000_000)
    names = (
        "separation_probability",
        "job_change_probability",
        "job_finding_probability",
        "arrears_probability",
        "startup_odds_shift",
    )
    wide = {
        f"lever_{n:03d}": make_lever({name: {"scale": 1.0} for name in names}, take_up=0.5)
        for n in range(MAX_EFFECTS // len(names) + 1)
    }
    with pytest.raises(ScenarioError, match="too many effects"):
        start(make_scenario(wide), 1_000_000)


def test_as_many_levers_as_allowed_all_work():
    levers = {
        f"lever_{n:03d}": make_lever({"unemployment_benefit_yuan": {"add": 10.0}}, "2014-01", who=ALL)
        for n in range(MAX_LEVERS)
    }
    run = start(make_scenario(levers), 200_000)
    one = start(
        make_scenario(
            {"one": make_lever({"unemployment_benefit_yuan": {"set": 10.0 * MAX_LEVERS}}, "2014-01", who=ALL)}
        ),
        200_000,
    )
    paid, expected = (int(r.step().money[MONEY.benefit]) for r in (run, one))
    assert paid == expected > 0


def test_month_numbers():
    assert month_index("2014-01") == 0 and month_text(0) == "2014-01"
    assert month_text(month_index("2024-12")) == "2024-12"
