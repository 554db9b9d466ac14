"""A cap on spending: at or above what would be spent without one, it changes nothing; below, it is spent.

Generated from the catalogue: every instrument that can have a budget.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost
from support.instrument_runs import (
    CATALOGUE,
    PEOPLE,
    everything,
    levers_of,
    may_have_budget,
    scenario_with,
    strong,
)

from sim.core.categories import BY_PLACE
from sim.core.errors import AccountingError
from sim.engine.simulate import simulate
from sim.policy.rationing import MOST_RUNS
from sim.scenario.lever import Lever
from sim.scenario.loading import load_scenario, with_overrides
from sim.steps.lever_record import TICKET_BINS, TICKETS
from sim.steps.records import EVENT

SCALE = 100_000
END = "2015-12"
OF_MONEY = [
    "budget_yuan",
    "unspent_yuan",
    "queue",
    "months_short_of_money",
    "bound_by",
]  # what a cap that does not bind may change


def capped(levers: dict, yuan: dict[str, float], **more) -> dict:
    """The levers with a yearly budget each, where they can have one."""
    found = {}
    for name, lever in levers.items():
        found[name] = dict(lever)
        found[name].pop("budget", None)
        if may_have_budget(Lever.model_validate(lever)):
            found[name]["budget"] = {"yuan_per_year": yuan.get(name, 0.0), **more}
    return found


def uncapped(levers: dict) -> dict:
    return {name: {key: lever[key] for key in lever if key != "budget"} for name, lever in levers.items()}


def run(levers: dict, scale: int = SCALE):
    return simulate(scenario_with(levers, settlement_quota_share=0.03), scale=scale, end=END, seed=3)


def spent(results) -> dict[str, float]:
    """What each lever spends in its dearest year."""
    by_year = results.ledger.groupby(["lever", "year"])["spending_yuan"].sum()
    return by_year.groupby("lever").max().to_dict()


def assert_same_but_for_money(one, other) -> None:
    assert set(one.tables) == set(other.tables)
    for name in one.tables:
        left, right = one.tables[name], other.tables[name]
        if name == "ledger":
            left, right = (table[table["served"] > 0].drop(columns=OF_MONEY) for table in (left, right))
            left, right = left.reset_index(drop=True), right.reset_index(drop=True)
            if left.empty and right.empty:
                continue
        pd.testing.assert_frame_equal(left, right, check_exact=True, obj=name)


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_cap_at_what_is_spent_without_it_changes_nothing(slug):
    levers = uncapped(strong(CATALOGUE[slug]))
    for lever in levers.values():
        lever["window"] = {**lever["window"], "ramp_months": 12}
    free = run(levers)
    assert free.ledger["spending_yuan"].sum() > 0
    assert_same_but_for_money(free, run(capped(levers, spent(free))))


SPRING = make_lever(  # is paid for in February and March, and keeps people in work all year
    {"festival_transport_share": {"add": 0.5}, "separation_probability": {"scale": 0.5}},
    "2014-01",
    END,
    unit_cost=unit_cost(400, "festival_trip"),
)


def test_what_a_lever_does_goes_on_when_its_money_is_spent_and_nobody_asks_for_more():
    """A cap that is spent to the yuan by March changes nothing from April on either."""
    free = run({"x": SPRING})
    yearly = free.ledger.groupby("year")["spending_yuan"].sum()
    capped = simulate(
        scenario_with(
            {"x": {**SPRING, "budget": {"yuan_per_year": float(yearly[2014])}}}, settlement_quota_share=0.03
        ),
        scale=SCALE,
        end="2014-12",
        seed=3,
    )
    months = free.national["month"] <= "2014-12"
    pd.testing.assert_frame_equal(free.national[months], capped.national, check_exact=True)
    assert capped.ledger["unspent_yuan"].sum() == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("budget", [0.0, 1e6])
def test_money_that_is_spent_to_the_yuan_pays_nobody_more(budget):
    """Where people ask in the first month, a lever without money does nothing from then on."""
    lever = make_lever(
        {"training_enrolment_probability": {"add": 0.05}, "separation_probability": {"scale": 0.5}},
        "2014-01",
        "2014-12",
        unit_cost=unit_cost(int(budget) or 1000, "training_enrolment"),
        budget={"yuan_per_year": budget * 20_000},  # of one simulated worker
    )
    run, none = (start(make_scenario(levers, to="2014-12")) for levers in ({"x": lever}, {}))
    for month in range(3):
        block, without = run.step(), none.step()
        assert block.served[0].sum() == (budget > 0.0 and month == 0)
        assert run.ledger.queue[0] > 0 and run.ledger.has_run_out[0]
    lost, usual = (int(sums.events[EVENT.separations]) for sums in (block, without))
    assert lost == pytest.approx(usual, rel=0.02) and usual > 100


def test_caps_on_all_instruments_at_once_change_nothing():
    levers = uncapped(everything())
    free = run(levers)
    assert_same_but_for_money(free, run(capped(levers, spent(free))))


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_cap_at_half_of_it_is_spent_but_for_less_than_one_claim(slug):
    levers = uncapped(levers_of(CATALOGUE[slug], "2014-01", END))
    free = spent(run(levers))
    half = {name: yuan / 2 for name, yuan in free.items()}
    with_budgets = capped(levers, half)
    ledger = run(with_budgets).ledger
    for name, budget in half.items():
        if "budget" not in with_budgets[name]:
            continue
        own = ledger[ledger["lever"] == name]
        by_year = own.groupby("year")["spending_yuan"].sum()
        dearest = (own["spending_yuan"] / own["served"].where(own["served"] > 0)).max()  # costs follow wages
        claim = max(Lever.model_validate(levers[name]).price, dearest if dearest > 0 else 0) * SCALE
        assert (by_year < budget + claim).all()
        assert by_year.sum() < 2 * budget + claim  # what is overdrawn is taken off the next year's
        # in the dearest year the budget runs out
        assert budget < claim or by_year.max() > budget - claim


def test_spending_under_a_budget_does_not_depend_on_the_scale():
    """Opening large cities, with money for a part of those who settle: five years, three scales."""
    spending = {}
    for scale in (20_000, 50_000, 100_000):
        scenario = with_overrides(
            load_scenario("residency-easing"),
            {
                f"levers.large_city_opening.{key}": value
                for key, value in {
                    "window.from": "2015-01",
                    "window.to": "2019-12",
                    "budget.yuan_per_year": 4e9,
                }.items()
            },
        )
        ledger = simulate(scenario, scale=scale, end="2019-12", seed=1).ledger
        spending[scale] = ledger[ledger["lever"] == "large_city_opening"]["spending_yuan"].sum()
        assert abs(spending[scale] - 20e9) < 100_000 * scale  # the price of a claim, which follows wages


@pytest.mark.parametrize("per", BY_PLACE)
def test_what_is_counted_by_place_can_have_no_budget(per):
    lever = make_lever(
        {"arrears_probability": {"scale": 0.9}}, unit_cost=unit_cost(10, per), budget={"yuan_per_year": 1e9}
    )
    with pytest.raises(ValueError, match="this is counted by a share of the people in a place"):
        make_scenario({"x": lever})


def test_every_settlement_that_a_lever_makes_is_billed_and_money_limits_them():
    """Wider openness and a wider quota: extra settlements are what is billed, with and without a cap."""
    rules = {"settlement_quota_share": 0.01, "settlement_open_share": 0.3}
    effects = {"settlement_open_share": {"set": 0.9}, "settlement_quota_share": {"set": 0.06}}
    cost = unit_cost(80_000, "new_settlement")
    free = {"x": make_lever(effects, "2014-01", END, unit_cost=cost)}
    without = (
        simulate(make_scenario(to=END, **rules), scale=20_000, end=END, seed=1).national["settlements"].sum()
    )
    billed = {}
    for name, levers in (("free", free), ("tight", None)):
        if levers is None:  # a third of the money
            budget = {"yuan_per_year": billed["free"] * 80_000 / 6}
            levers = {"x": {**free["x"], "budget": budget}}
        results = simulate(make_scenario(levers, to=END, **rules), scale=20_000, end=END, seed=1)
        billed[name] = results.ledger["served"].sum()
        extra = results.national["settlements"].sum() - without
        # some of those who settle by the lever would have settled later without it
        assert 0.97 * extra < billed[name] < 1.25 * extra
    assert billed["tight"] == pytest.approx(billed["free"] / 3, rel=0.02)


ACTS = {  # what is paid for, and how it moves people
    "departure": {"departure_cost_relief": {"add": 1.0}},
    "business_start": {"startup_grant_yuan": {"add": 1000.0}, "startup_odds_shift": {"add": 2.0}},
    "training_enrolment": {"training_enrolment_probability": {"add": 0.05}},
    "new_settlement": {"settlement_open_share": {"set": 0.9}},
    "placement": {"job_finding_probability": {"scale": 2.0}},
}


@pytest.mark.parametrize("per", ACTS)
def test_nobody_is_moved_by_a_payment_that_they_do_not_get(per):
    """The month in which money runs out: who is paid lives as with money for all, all others as without."""
    first, yuan = "2014-06", 1000
    lever = make_lever(ACTS[per], first, first, unit_cost=unit_cost(yuan, per))

    def lived(levers):
        run = start(make_scenario(levers, to="2014-06"), months=5)
        block = run.step()
        return rows_of(run), int(block.served[0].sum()), run

    without, _, _ = lived({})
    free, all_served, _ = lived({"x": lever})
    places = all_served // 3
    budget = yuan * places * 20_000
    capped, served, run = lived({"x": {**lever, "budget": {"yuan_per_year": float(budget)}}})
    assert served == places > 5  # to the claim
    assert run.ledger.spent_this_year.sum() == budget
    is_moved, is_as_free = capped != without, capped == free
    assert is_moved.any() and not (is_moved & ~is_as_free).any()
    others_moved = (free != without) & ~is_moved
    assert (capped == without)[others_moved].all() and others_moved.sum() > is_moved.sum()
    assert (
        is_moved.sum() <= served
    )  # whoever acts for the money is paid, with some who would have acted anyway


@pytest.mark.parametrize("threads", [1, 2])
def test_a_month_that_is_rehearsed_is_the_month_that_is_lived_again(threads, monkeypatch):
    """Many workers are not copied before a month in which money may run out."""
    levers = {name: {**lever, "take_up": 1.0} for name, lever in everything().items() if lever.get("effects")}
    levers = capped(uncapped(levers), dict.fromkeys(levers, 2e9))
    scenario = scenario_with({**uncapped(everything()), **levers}, settlement_quota_share=0.03)
    lived = []
    for most in (10**9, 0):
        monkeypatch.setattr("sim.engine.simulation.MOST_COPIED", most)
        run = start(scenario, 50_000, threads=threads, months=14)
        assert (run._kept is None) == (most == 0)
        lived.append((rows_of(run), run.ledger.table()))
    assert (lived[0][0] == lived[1][0]).all()
    pd.testing.assert_frame_equal(lived[0][1], lived[1][1], check_exact=True)
    assert (lived[0][1]["bound_by"] == "money").any()


def test_a_worker_who_is_served_twice_at_the_margin_is_paid_twice():
    """Hired, dismissed and hired again in one month, on one ticket; whoever stands behind gets nothing."""
    yuan = 1000
    lever = make_lever(
        {"job_finding_probability": {"scale": 2.0}},
        "2014-01",
        unit_cost=unit_cost(yuan, "placement"),
        budget={"yuan_per_year": 2.5 * yuan * 20_000},
    )
    run = start(make_scenario({"x": lever}, to="2014-12"))
    ledger, block, uses = run.ledger, run.block, {5: 1, 9: 2, 10: 1, TICKETS - 1: 1}
    rationing = ledger.rationing(0)
    for _ in range(MOST_RUNS):
        for name in ("served", "billed", "refused", "claims", "claimed"):
            getattr(block, name)[:] = 0
        for ticket, count in uses.items():
            if ticket >= rationing.cutoff[0]:
                block.refused[0] += count
                continue
            block.served[0, 0] += count
            block.billed[0, 0] += count * yuan
            place = (ticket - int(rationing.bins_from[0])) >> int(rationing.bin_bits[0])
            if 0 <= place < TICKET_BINS:
                block.claims[0, place] += count
                block.claimed[0, place] += count * yuan
        if ledger.is_settled(rationing, block):
            break
    assert block.served[0, 0] == 3 and block.refused[0] == 2
    ledger.enter(0, block.served[:1], block.billed[:1], block.refused[:1])
    assert ledger.spent[0] == 3 * yuan * 20_000 and ledger.queue[0] == 2
    with pytest.raises(AccountingError, match="more than the"):
        ledger.enter(0, block.served[:1], 2 * block.billed[:1], block.refused[:1])


@pytest.mark.parametrize("slug", PEOPLE)
def test_an_instrument_without_any_money_changes_nothing(slug):
    """To the last bit, from the first month on."""
    levers = {
        name: lever
        for name, lever in capped(uncapped(strong(CATALOGUE[slug])), {}).items()
        if "budget" in lever  # what is counted by place, or costs nothing, has no money to run out of
    }
    assert levers
    without, with_it = without_levers(), run(levers)
    assert with_it.ledger["served"].sum() == 0 == with_it.ledger["spending_yuan"].sum()
    for name, table in without.tables.items():
        if name != "ledger":
            pd.testing.assert_frame_equal(table, with_it.tables[name], check_exact=True, obj=name)


@cache
def without_levers():
    return run({})
