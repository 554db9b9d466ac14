"""Every channel through which an instrument acts: what moves first, and that at rest nothing moves."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from support.engine_runs import SCALE, make_lever, make_scenario, rows_of, start, unit_cost

from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_WORK, OWN_BUSINESS, TRAINING
from sim.engine.simulate import simulate
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.scenario import Scenario
from sim.steps.records import EVENT, MONEY
from sim.world.places import HOMES
from sim.world.worker import (
    AT_SCHOOL,
    HAD_BUSINESS,
    IN_WORKSHOP,
    INSURED,
    ON_WORKS,
    POOR,
    education_of,
)

AWAY = {"tiers": ["county_town", "city", "large_city", "mega_city"]}
HOME = {"tiers": ["home_township"]}
FIRST, LAST = "2014-07", "2015-06"

INERT = [one for one in PARAMETERS.values() if one.is_policy_channel]


@functools.cache
def _plain():
    return simulate(make_scenario(), scale=20_000, end="2015-06", seed=1, threads=1).tables["national"]


def _with(*levers: dict):
    scenario = make_scenario({f"lever_{n}": lever for n, lever in enumerate(levers)})
    return simulate(scenario, scale=20_000, end="2015-06", seed=1, threads=1)


# channel: what a lever changes, where and whom, the column of the national table, and its direction.
CHANNELS = {
    "startup_late_grant_yuan": ({"add": 100_000}, {}, "business_starts", +1),
    "guaranteed_loan_yuan": ({"add": 180_000}, {}, "business_starts", +1),
    "business_profit_shift": ({"add": 0.8}, {}, "business_starts", +1),
    "business_jobs_scale": ({"scale": 3.0}, {}, "business_jobs", +1),
    "business_loss_insured_share": ({"add": 0.9}, {}, "business_starts", +1),
    "works_offer_probability": ({"add": 0.05}, {}, "local_work", +1),
    "workshop_offer_probability": ({"add": 0.02}, {}, "local_work", +1),
    "public_post_pay_yuan": ({"add": 3000}, {}, "farm", +1),
    "search_income_yuan": ({"add": 3000}, {}, "earnings_yuan", +1),
    "replacement_probability": ({"add": 0.8}, {}, "separations", -1),
    "festival_transport_share": ({"add": 0.9}, {}, "away_now", +1),
    "departure_cost_relief": ({"add": 1.5}, {}, "departures", +1),
    "relief_yuan": ({"add": 2000}, {}, "policy_spending_yuan", +1),
    "course_completion_share": ({"scale": 0.2}, {}, "trained", -1),
    "course_placement_probability": ({"add": 1.0}, {}, "hires", +1),
    "study_enrolment_probability": ({"add": 0.005}, {}, "training", +1),
    "exit_hazard_scale": ({"scale": 0.2}, {}, "exits", -1),
    "insurance_portability_share": ({"add": 1.0}, {}, "insured", +1),
    "premium_aid_yuan": ({"add": 2000}, {}, "mean_income_yuan", +1),
    "settlement_willingness_shift": ({"add": 2.0}, {}, "settlements", +1),
    "jobs_scale_manufacturing": ({"scale": 1.3}, AWAY, "migrant_work", +1),
    "jobs_scale_construction": ({"scale": 1.5}, HOME, "local_work", +1),
    "pay_scale_transport": ({"scale": 2.0}, {}, "migrant_pay_yuan", +1),
    "amenity_shift": ({"add": 1.0}, AWAY, "out", +1),
    "public_housing_share": ({"add": 0.8}, AWAY, "settlements", +1),
    "corridor_relief": ({"add": 1.5}, {"home_regions": ["West"], "regions": ["East"]}, "cross_province", +1),
}
PER = {"relief_yuan": "relief"}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_strong_lever_moves_the_first_outcome_its_way(name):
    effect, where, column, direction = CHANNELS[name]
    more = {"unit_cost": unit_cost(100, PER[name])} if name in PER else {}
    found = _with(make_lever({name: effect}, FIRST, LAST, where=where, **more)).tables["national"][column]
    before, after = _plain()[column], found
    assert before[:6].equals(after[:6])
    assert direction * (after[6:].sum() - before[6:].sum()) > 0


def test_every_inert_channel_of_workers_and_corridors_is_tried():
    untried = {"loan_approval_probability", "course_lasting_gain", "poor_floor_relief"}  # tried below
    untried |= {"loan_interest_subsidy_share", "loan_guarantee_share"}  # in test_loans_of_founders
    named = {p.name for p in INERT if p.scope in ("worker", "corridor")}
    assert named - CHANNELS.keys() == untried


def test_parameters_at_their_defaults_change_nothing():
    given = {p.name: p.default for p in INERT if p.scope != "corridor"}
    run = simulate(make_scenario(**given), scale=20_000, end="2015-06", seed=1, threads=1)
    assert run.tables["national"].equals(_plain())


def test_a_guaranteed_loan_that_is_never_approved_changes_nothing():
    effects = {"guaranteed_loan_yuan": {"add": 180_000}, "loan_approval_probability": {"scale": 0.0}}
    lever = make_lever(effects, FIRST, LAST)
    assert (
        _with(lever)
        .tables["national"]
        .drop(columns=["policy_spending_yuan", "public_spending_yuan"])
        .equals(_plain().drop(columns=["policy_spending_yuan", "public_spending_yuan"]))
    )


def test_a_lasting_gain_is_added_once_a_course_and_does_not_fade():
    effects = {"course_lasting_gain": {"add": 0.25}, "training_enrolment_probability": {"set": 1.0}}
    run = start(make_scenario({"course": make_lever(effects, "2014-02", "2014-02")}))
    run.step()
    before = rows_of(run)["ability"].astype(int).copy()
    run.step()
    w = rows_of(run)
    trained = w["trained_month"][: len(before)] == 1
    gain = w["ability"][: len(before)].astype(int) - before
    assert set(np.unique(gain[trained & (before < 100)])) == {16}  # 0.25 log points in units of 1/64
    assert (gain[~trained] == 0).all()


# --- founders --------------------------------------------------------------------------------------
def test_the_late_part_of_a_grant_comes_after_six_months_and_only_to_first_businesses():
    lever = make_lever(
        {"startup_late_grant_yuan": {"add": 4000}},
        "2014-01",
        "2015-12",
        who={"had_business": False},
        unit_cost=unit_cost(4000, "business_half_year"),
    )
    run = start(make_scenario({"late": lever}, startup_consideration_probability=0.1))
    w = rows_of(run)
    for month in range(9):
        due = (w["activity"] == OWN_BUSINESS) & (w["business_age"] == 5) & (w["traits"] & HAD_BUSINESS == 0)
        due, rows = due.copy(), len(w)
        block = run.step()
        w = rows_of(run)
        paid = due & (w["activity"][:rows] == OWN_BUSINESS)
        assert block.served[0].sum() == paid.sum()
        if month >= 6:
            assert paid.sum() > 0
    assert block.money[MONEY.grant] == 4000 * block.served[0].sum()


def test_a_closed_business_is_remembered_and_its_loss_insured():
    lever = make_lever({"business_loss_insured_share": {"add": 0.5}}, "2014-01", "2014-12")
    run = start(make_scenario({"insurance": lever}, business_exit_scale=5.0))
    owners = rows_of(run)["activity"] == OWN_BUSINESS
    savings = rows_of(run)["savings"].copy()
    block = run.step()
    w = rows_of(run)[: len(owners)]
    closed = owners & (w["activity"] != OWN_BUSINESS) & (w["traits"] & HAD_BUSINESS != 0)
    assert closed.sum() > 0 and block.money[MONEY.payout] > 0
    assert (w["savings"][closed] > savings[closed]).mean() > 0.9


# --- poor workers -----------------------------------------------------------------------------------
def test_help_to_keep_up_the_number_of_poor_workers_away_begins_when_they_fall_short_of_last_year():
    lever = make_lever({"poor_floor_relief": {"add": 2.0}}, "2014-01", "2016-12")
    closed = {"travel_closed_share": {"set": {f"2015-{month:02d}": 0.8 for month in (2, 3)}}}
    shock = {"label": {"en": "A", "zh": "A"}, "source": "a test", "effects": closed}

    def effort_and_poor(levers):
        content = make_scenario(levers, to="2016-12").content()
        content["shocks"] = {"closed": shock}
        run, efforts, poor = start(Scenario.model_validate(content)), [], []
        for _ in range(24):
            run.step()
            efforts.append(run.conditions.poor_floor_effort)
            poor.append(int(run.census.poor_away))
        return efforts, poor

    (efforts, helped), (_, alone) = effort_and_poor({"floor": lever}), effort_and_poor({})
    assert efforts[:15] == [0.0] * 15 and efforts[15] == 1.0  # after March 2015
    assert helped[:15] == alone[:15] and sum(helped[15:]) > sum(alone[15:])


def test_works_cost_their_pay_over_the_share_that_reaches_labour():
    cost = {**unit_cost(12_000, "works_job"), "labour_share": 0.15}
    lever = make_lever(
        {"works_offer_probability": {"add": 0.1}},
        "2014-01",
        "2014-12",
        who={"poor": True},
        unit_cost=cost,
        budget={"yuan_per_year": 50 * 80_000 * 20_000},
    )
    run = start(make_scenario({"works": lever}))
    block = run.step()
    assert 0 < block.served[0].sum() <= 50
    assert run.ledger.month_spending == 80_000 * 20_000 * block.served[0].sum()


# --- public works, workshops, posts -----------------------------------------------------------------
def test_public_works_end_after_their_months_and_crowd_out_no_vacancy():
    lever = make_lever({"works_offer_probability": {"add": 0.2}}, "2014-04", "2014-04", who={"poor": True})
    quiet = {"attention_ordinary_probability": 0.0, "separation_probability": 0.0, "layoff_rate": 0.0}
    run, none = start(make_scenario({"works": lever}, **quiet)), start(make_scenario(**quiet))
    on = []
    for _ in range(10):
        block = run.step()
        none.step()
        w = rows_of(run)
        is_on = w["traits"] & ON_WORKS != 0
        on.append(int(((w["activity"] == LOCAL_WORK) & is_on).sum()))
        assert (w["traits"][is_on & (w["activity"] == LOCAL_WORK)] & POOR != 0).all()
        assert block.works.sum() >= on[-1]
        if block.works.sum():  # those who are on them leave no vacancy of the market unfilled, and fill none
            vacant = [one.economy.market_state.markets.open_jobs[:31].sum() for one in (run, none)]
            assert vacant[0] == pytest.approx(vacant[1], rel=0.05)
    assert on[2] == 0 and on[3] > 50  # begun in April, paid in four months
    assert on[6] > 0.8 * on[3] and on[7] == 0


def test_a_workshop_job_lasts_and_pays_less():
    lever = make_lever(
        {"workshop_offer_probability": {"add": 0.2}}, "2014-04", "2014-04", who={"sex": "female"}
    )
    run = start(
        make_scenario(
            {"workshop": lever},
            separation_probability=0.0,
            layoff_rate=0.0,
            job_change_probability=0.0,
            attention_ordinary_probability=0.0,
        ),
        months=4,
    )
    w = rows_of(run)
    inside = (w["activity"] == LOCAL_WORK) & (w["traits"] & IN_WORKSHOP != 0)
    assert inside.sum() > 50 and (w["match"][inside] == int(100 * np.log(0.7))).all()
    ids = w["id"][inside]
    for _ in range(6):
        run.step()
    w = rows_of(run)
    assert np.isin(w["id"][w["traits"] & IN_WORKSHOP != 0], ids).all()
    assert (w["traits"] & IN_WORKSHOP != 0).sum() > 0.9 * len(ids)


def test_a_public_post_pays_farming_workers_alone_and_is_billed_for_each_month():
    lever = make_lever(
        {"public_post_pay_yuan": {"add": 600}},
        "2014-03",
        "2014-03",
        who={"poor": True, "age": [50, 75]},
        unit_cost=unit_cost(600, "post_month"),
    )
    run = start(make_scenario({"posts": lever}), months=2)
    block = run.step()
    served = int(block.served[0].sum())
    assert served > 50 and block.money[MONEY.benefit] == 600 * served
    assert served <= ((rows_of(run)["traits"] & POOR) != 0).sum()


# --- out of work ------------------------------------------------------------------------------------
def test_relief_is_paid_once_on_losing_the_job_and_never_beside_a_benefit():
    relief = make_lever(
        {"relief_yuan": {"add": 1500}},
        "2014-02",
        "2014-12",
        who={"insured": False},
        unit_cost=unit_cost(1500, "relief"),
    )
    run = start(make_scenario({"relief": relief}), months=1)
    w = rows_of(run)
    uninsured = ((w["status"] & INSURED) == 0) & np.isin(w["activity"], (LOCAL_WORK, MIGRANT_WORK))
    block = run.step()
    paid = int(block.served[0].sum())
    assert 0 < paid <= uninsured.sum()
    assert paid == block.events[EVENT.reliefs] <= block.events[EVENT.separations]
    assert block.money[MONEY.benefit] == 1500 * paid
    benefit = make_lever({"unemployment_benefit_yuan": {"add": 1400}}, "2014-02", "2014-12")
    both = start(make_scenario({"benefit": benefit, "relief": relief}), months=1)
    assert both.step().events[EVENT.reliefs] == 0


def test_a_benefit_reaches_those_insured_for_a_year_and_runs_out():
    lever = make_lever(
        {"unemployment_benefit_yuan": {"add": 1400}},
        "2014-02",
        "2015-12",
        who={"insured_months": [12, None], "months_in_activity": [0, 2]},
        unit_cost=unit_cost(1400, "search_month"),
    )
    run = start(make_scenario({"benefit": lever}, job_finding_probability=0.05), months=6)
    block = run.step()
    w = rows_of(run)
    assert 0 < block.served[0].sum() < np.isin(w["activity"], (FARM, 4, 6)).sum()
    assert block.money[MONEY.benefit] <= 1400 * block.served[0].sum()


# --- school -----------------------------------------------------------------------------------------
def test_school_takes_a_worker_out_for_the_months_of_a_level_and_adds_it():
    lever = make_lever(
        {"study_enrolment_probability": {"add": 0.1}},
        "2014-02",
        "2014-02",
        who={"education": ["junior"], "age": [16, 34]},
        unit_cost=unit_cost(25_000, "study_start"),
    )
    run = start(make_scenario({"route": lever}, study_months=5, exit_rate_at_55=0.0), months=1)
    block = run.step()
    w = rows_of(run)
    at_school = (w["activity"] == TRAINING) & (w["traits"] & AT_SCHOOL != 0)
    assert block.served[0].sum() == block.events[EVENT.study_starts] == at_school.sum() > 20
    ids = w["id"][at_school]
    assert set(education_of(int(t)) for t in w["traits"][at_school]) == {2}
    for _ in range(4):
        run.step()
    assert (rows_of(run)["activity"][np.isin(rows_of(run)["id"], ids)] == TRAINING).all()
    run.step()
    w = rows_of(run)
    back = np.isin(w["id"], ids)
    assert (w["activity"][back] != TRAINING).mean() > 0.9
    assert set(education_of(int(t)) for t in w["traits"][back]) == {3}


# --- places -----------------------------------------------------------------------------------------
def test_school_places_are_billed_to_the_lever_that_added_them():
    step = make_lever(
        {"school_access_share": {"add": 0.1}},
        "2014-02",
        "2014-02",
        where=AWAY,
        unit_cost=unit_cost(1250, "school_place_month"),
    )
    one, two = (
        start(make_scenario(levers), months=2).ledger.served_this_year.sum(axis=1) / SCALE
        for levers in ({"a": step}, {"a": step, "b": step})
    )
    parents = start(make_scenario(), months=2).census.parents_away
    assert one[0] > 0 and two[0] == one[0] and two[1] > 0 and two.sum() < 0.3 * parents


def test_public_housing_serves_its_share_of_migrants():
    lever = make_lever(
        {"public_housing_share": {"add": 0.1}},
        "2014-02",
        "2014-02",
        where=AWAY,
        unit_cost=unit_cost(417, "housing_month"),
    )
    run = start(make_scenario({"homes": lever}), months=1)
    block = run.step()
    away = block.stock[:, :, [3, 4]].sum()
    assert run.ledger.served_this_year.sum() / SCALE == pytest.approx(0.1 * away, rel=0.1)


def test_transfers_for_settlers_widen_quota_and_openness():
    lever = make_lever({"settlement_transfer_yuan": {"add": 10_000}}, "2014-02", "2014-12", where=AWAY)
    scenario = {"settlement_quota_share": 0.02}
    run, none = (start(make_scenario(levers, **scenario), months=2) for levers in ({"transfer": lever}, {}))
    for row in ("settlement_quota_share", "school_access_share"):
        with_, without = (getattr(r.conditions.place, row)[HOMES:] for r in (run, none))
        assert (with_ > without).all()


def test_points_decide_who_is_first_and_who_passes():
    few = {"settlement_quota_share": 0.5, "settlement_open_share": 1.0}
    free = start(make_scenario(**few), months=12)
    high = start(make_scenario(points_needed=127.0, **few), months=12)
    assert free.block.events[EVENT.settlements] > 0 == high.block.events[EVENT.settlements]


def test_whoever_settles_beyond_the_quota_that_the_rules_set_is_new():
    lever = make_lever(
        {"settlement_quota_share": {"add": 0.05}},
        "2014-01",
        "2014-12",
        where=AWAY,
        unit_cost=unit_cost(80_000, "new_settlement"),
    )
    rules = {"settlement_quota_share": 0.01, "settlement_open_share": 1.0}
    run, none = start(make_scenario({"more": lever}, **rules)), start(make_scenario(**rules))
    new, settled, before = 0, 0, 0
    for _ in range(12):
        block = run.step()
        new += int(block.served[0].sum())
        settled += int(block.events[EVENT.settlements])
        before += int(none.step().events[EVENT.settlements])
    assert 0 < before < settled
    assert new == pytest.approx(settled - before, rel=0.15)


def test_a_season_keeps_a_lever_to_its_months():
    lever = make_lever({"training_enrolment_probability": {"set": 1.0}}, "2014-01", "2014-12", season=[6, 7])
    lever["window"]["season"] = lever.pop("season")
    run = start(make_scenario({"summer": lever}, training_enrolment_probability=0.0))
    enrolled = [int(run.step().events[EVENT.training_enrolments]) for _ in range(9)]
    assert [month + 1 for month, count in enumerate(enrolled) if count] == [6, 7]
