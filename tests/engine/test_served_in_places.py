"""Whom levers serve through places is whom they are billed for: homes, rents, services, registration."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import SCALE, make_lever, make_scenario, rows_of, start, unit_cost
from support.instrument_runs import CATALOGUE

from sim.core.categories import MIGRANT_SEARCH, MIGRANT_WORK, SETTLED_SEARCH, SETTLED_WORK, TRAINING
from sim.engine.simulate import simulate
from sim.world.places import HOMES
from sim.world.worker import INSURED

AWAY = {"tiers": ["county_town", "city", "large_city", "mega_city"]}
MONTH = "2014-03"
LIVELY = {"training_enrolment_probability": 0.03, "settlement_registration_probability": 0.1}
HOUSED = [MIGRANT_WORK, MIGRANT_SEARCH, TRAINING]
SETTLED = [SETTLED_WORK, SETTLED_SEARCH]


def month_of(lever=None, **more):
    """A run at the end of the lever's first month."""
    levers = {"x": make_lever(*lever, MONTH, MONTH, where=AWAY, **more)} if lever else {}
    return start(make_scenario(levers, **LIVELY), months=3)


def of_the_same_life(without, with_it) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of those away who are where they were without the lever, and what they gain, in yuan."""
    before, after = rows_of(without), rows_of(with_it)
    same = (before["place"] == after["place"]) & (before["activity"] == after["activity"])
    same &= before["place"] >= HOMES
    gains = after["net_income_year"].astype(int) - before["net_income_year"]
    return before[same], gains[same], same


@pytest.mark.parametrize(
    ("effects", "cost"),
    [
        ({"public_housing_share": {"add": 0.5}}, unit_cost(417, "housing_month")),
        ({"housing_aid_share": {"add": 0.2}}, unit_cost(100, "resident_month")),
    ],
)
def test_homes_and_rents_are_for_migrants_and_those_on_courses_and_not_for_whoever_has_settled(effects, cost):
    without, with_it = month_of(), month_of((effects,), unit_cost=cost)
    rows, gains, _ = of_the_same_life(without, with_it)
    assert (gains[np.isin(rows["activity"], SETTLED)] == 0).all()
    for activity in HOUSED:
        own = gains[rows["activity"] == activity]
        assert len(own) and np.median(own) > 0
    here = with_it.block.by_place[HOMES:, HOUSED].sum()
    share = 0.5 if "public_housing_share" in effects else 1.0
    served = with_it.ledger.served_this_year[0].sum() / SCALE
    assert served == pytest.approx(share * here, rel=0.01)


def test_what_is_paid_of_rents_is_what_workers_are_spared():
    """The unit cost stands for it; without a unit cost it is the scheme's."""
    without = month_of()
    for cost in ({"unit_cost": unit_cost(1, "resident_month")}, {}):
        with_it = month_of(({"housing_aid_share": {"add": 0.2}},), **cost)
        cost_there = with_it.conditions.unaided_cost[HOMES:]
        here = with_it.block.by_place[HOMES:, HOUSED].sum(axis=1)
        spent = with_it.ledger.spent_this_year[0].sum() / SCALE
        assert spent == pytest.approx(0.2 * float(here @ cost_there), rel=1e-9)
        rows, gains, _ = of_the_same_life(without, with_it)
        of_migrants = gains[np.isin(rows["activity"], HOUSED)]
        # visitors who are home pay no rent for the month, and some have moved
        assert 0.9 * spent < of_migrants.sum() < 1.02 * spent


def test_aid_with_rents_is_billed_for_nothing_but_rents():
    with pytest.raises(ValueError, match="billed for every migrant who lives there"):
        make_scenario(
            {"x": make_lever({"housing_aid_share": {"add": 0.2}}, unit_cost=unit_cost(9, "settlement"))}
        )
    with pytest.raises(ValueError, match="hands out money"):
        make_scenario({"x": make_lever({"housing_aid_share": {"add": 0.2}}, no_cost="a test")})


def test_equal_services_are_billed_for_every_migrant_who_lives_there():
    (lever,) = CATALOGUE["equal-services"].parts
    cost = lever.unit_cost.model_dump(exclude_none=True)
    with_it = month_of(
        ({name: one.model_dump(exclude_none=True) for name, one in lever.effects.items()},), unit_cost=cost
    )
    here = with_it.block.by_place[HOMES:, HOUSED].sum()
    assert with_it.ledger.served_this_year[0].sum() == here * SCALE


def test_whom_easier_registration_draws_is_billed_on_settling_about_as_many_as_settle_more():
    """Six years without any cost of being unregistered in cities of two tiers."""
    there = {"tiers": ["city", "large_city"]}
    lever = make_lever(
        {"hukou_cost_scale": {"scale": 0.0}},
        "2014-01",
        "2019-12",
        where=there,
        unit_cost=unit_cost(1000, "new_settlement"),
    )
    rules = {"settlement_registration_probability": 0.05, "settlement_willingness_log_odds": 0.0}
    settled, served = [], 0.0
    for levers in ({}, {"x": lever}):
        results = simulate(make_scenario(levers, to="2019-12", **rules), scale=SCALE, end="2019-12", seed=1)
        places = results.places
        last = places[(places["month"] == places["month"].max()) & places["tier"].isin(there["tiers"])]
        settled.append(float(last[["settled_work", "settled_search"]].sum().sum()))
        served = float(results.ledger["served"].sum())
    more = settled[1] - settled[0]
    assert more > 0 and 0.5 * more < served < 2.0 * more


def test_who_comes_home_to_local_work_stays_insured_only_as_far_as_it_is_paid_for():
    """From insured work away: by the lever that lets insurance move, and billed; by nothing else."""
    came_home = {}
    for share in (0.0, 1.0):
        levers = {}
        if share:
            stays = {"insurance_portability_share": {"add": share}}
            levers = {"x": make_lever(stays, MONTH, MONTH, unit_cost=unit_cost(1, "kept_insurance"))}
        run = start(make_scenario(levers, separation_probability=0.0), months=2)
        before = rows_of(run)
        run.step()
        after = rows_of(run)[: len(before)]
        was_insured = (before["activity"] == MIGRANT_WORK) & (before["status"] & INSURED > 0)
        home = was_insured & (after["place"] < HOMES) & (after["activity"] == 1)
        came_home[share] = (int(home.sum()), int((after["status"][home] & INSURED > 0).sum()), run)
    assert came_home[0.0][0] > 0 and came_home[0.0][1] == 0
    people, insured, run = came_home[1.0]
    assert insured == people and run.block.served[0].sum() >= people


def test_aid_with_the_premium_is_for_months_in_which_a_contribution_is_paid():
    """Whose pay is withheld contributes nothing, is not aided, and nobody is billed."""
    aid = make_lever({"premium_aid_yuan": {"add": 250}}, MONTH, MONTH, unit_cost=unit_cost(250, "work_month"))
    unpaid = {"arrears_probability": 0.1, "arrears_insured_factor": 1.0, "arrears_recovery_probability": 0.0}
    free, aided = (start(make_scenario(levers, **unpaid), months=3) for levers in ({}, {"x": aid}))
    before, after = rows_of(free), rows_of(aided)
    gains = after["net_income_year"].astype(int) - before["net_income_year"]
    got = gains == 250
    assert got.sum() == aided.block.served[0].sum() > 0 and aided.block.billed[0].sum() == 250 * got.sum()
    grew = rows_of(start(make_scenario(**unpaid), months=2))["arrears"]
    withheld = before["arrears"][: len(grew)] > grew
    insured = before["status"][: len(grew)] & INSURED > 0
    assert (withheld & insured).sum() > 5 and not got[: len(grew)][withheld].any()


@pytest.mark.parametrize("housing", [0.0, 1.0], ids=["aid alone", "beside public housing"])
def test_aid_with_rents_is_for_who_pays_them_that_month_and_for_what_is_left_to_pay(housing):
    """Month by month through the festival: half of what there is to pay is billed, and half is paid."""
    effects = {"housing_aid_share": {"set": 0.5}, "public_housing_share": {"set": housing}}
    levers = {
        name: make_lever({name: effect}, "2014-01", "2014-12", where=AWAY) for name, effect in effects.items()
    }
    still = {"attention_ordinary_probability": 0.0, "attention_festival_probability": 0.0}
    still |= {"settlement_registration_probability": 0.0}
    run, spent_before = start(make_scenario(levers, **still), SCALE), 0.0
    for _ in range(5):
        paid_by_workers = int(run.step().living[0])
        spent = float(run.ledger.spent_this_year.sum()) / SCALE - spent_before
        spent_before += spent
        assert spent == pytest.approx(paid_by_workers, rel=0.02)  # whole yuan, and some move after payday
        assert (run.block.absent >= 0).all()


def test_nobody_is_paid_for_living_where_rents_and_homes_are_free():
    effects = {"housing_aid_share": {"set": 1.0}, "public_housing_share": {"set": 1.0}}
    levers = {"x": make_lever(effects, "2014-01", "2014-12", where=AWAY)}
    run = start(make_scenario(levers, settlement_registration_probability=0.0), SCALE)
    for _ in range(3):
        assert run.step().living[0] == 0


@pytest.mark.parametrize("besides", [{"public_housing_share": {"set": 1.0}}, {"amenity_shift": {"add": 0.1}}])
def test_aid_with_rents_makes_nothing_else_free(besides):
    """Of a lever that does more than that, the unit cost holds what is paid of rents."""
    effects = {"housing_aid_share": {"set": 0.01}, **besides}
    for yuan in (0, 1000):
        run = month_of((effects,), unit_cost=unit_cost(yuan, "resident_month"))
        rents = 0.01 * float(run.economy.cost_before_aid() @ (migrants_of(run) - run.block.absent))
        spent = float(run.ledger.spent_this_year.sum()) / SCALE
        assert spent == pytest.approx(max(rents, yuan * float(migrants_of(run).sum())), rel=1e-9)


def migrants_of(run) -> np.ndarray:
    """Migrants by place, those on courses there among them."""
    here = run.block.by_place[:, HOUSED].sum(axis=1)
    here[:HOMES] = 0
    return here
