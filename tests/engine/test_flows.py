"""What levers spend reaches somebody, and what workers receive is booked: month by month, in double entry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost
from support.instrument_runs import CATALOGUE, everything, scenario_with, strong

from sim.comparison.accounts import accounts_of_seed
from sim.core.errors import AccountingError
from sim.engine.simulate import simulate
from sim.policy.cash import is_billed_as_received
from sim.policy.flows import RECIPIENTS, recipient
from sim.results.columns import TABLES
from sim.results.outcomes import OUTCOMES
from sim.steps.records import EVENT, MONEY

SCALE = 50_000
CASH = {  # parameter: the occasion on which it is received
    "startup_grant_yuan": "business_start",
    "startup_late_grant_yuan": "business_half_year",
    "unemployment_benefit_yuan": "search_month",
    "public_post_pay_yuan": "post_month",
    "relief_yuan": "relief",
}
RECEIVED = (MONEY.benefit, MONEY.grant, MONEY.premium_aid)


def of_levers(flows: pd.DataFrame) -> pd.DataFrame:
    """The rows of what levers move: those without a lever hold loans between banks and owners."""
    return flows[flows["lever"] != ""]


def cash_lever(name: str, yuan: int, price: int | None = None, per: str | None = None, **more) -> dict:
    return make_lever(
        {name: {"add": float(yuan)}},
        "2014-01",
        "2015-12",
        unit_cost=unit_cost(yuan if price is None else price, per or CASH[name]),
        **more,
    )


@pytest.mark.parametrize("reach", [{}, {"take_up": 0.5}], ids=["everybody", "half"])
@pytest.mark.parametrize("name", CASH)
def test_what_is_billed_is_what_workers_receive_every_month(name, reach):
    run = start(make_scenario({"x": cash_lever(name, 900, **reach)}), SCALE)
    total = 0
    for _ in range(14):
        block = run.step()
        received = int(block.money[list(RECEIVED)].sum())
        assert int(block.billed[0].sum()) == int(block.transfers[0]) == received
        assert received == 900 * int(block.served[0].sum())
        total += received
    assert total > 0


def test_what_handing_it_out_costs_is_booked_besides_and_goes_to_somebody_else():
    scenario = make_scenario({"x": cash_lever("relief_yuan", 900, price=1000)}, to="2015-12")
    results = simulate(scenario, scale=SCALE, end="2015-12", seed=1)
    by_account = of_levers(results.flows).groupby("recipient")["yuan"].sum()
    served = results.ledger["served"].sum()
    assert by_account.to_dict() == {"worker": 900 * served, "service": 100 * served}
    assert results.ledger["spending_yuan"].sum() == 1000 * served


def test_only_the_cost_of_handing_money_out_follows_prices():
    """Relief of 900 yuan is 900 yuan in every year; what the office costs on top of it moves with prices."""
    lever = cash_lever("relief_yuan", 900, price=1000)
    lever["unit_cost"] = {**lever["unit_cost"], "in_yuan_of": 2023}
    results = simulate(make_scenario({"x": lever}, to="2015-12"), scale=SCALE, end="2015-12", seed=1)
    paid = of_levers(results.flows).groupby("recipient")["yuan"].sum()
    assert paid["worker"] == 900 * results.ledger["served"].sum() > 0
    office = paid["service"] / results.ledger["served"].sum()
    assert 80.0 < office < 95.0  # prices of 2014 and 2015 over those of 2023


def test_a_discount_of_a_steering_lever_never_takes_from_what_workers_receive():
    steering = {
        key: value for key, value in make_lever({}, "2014-01", "2015-12").items() if key != "effects"
    } | {"delivery": {"steers": {"families": ["own"]}, "unit_cost_scale": 0.5}}
    lever = cash_lever("relief_yuan", 900, price=1000, family="own")
    block = start(make_scenario({"x": lever, "data": steering}), SCALE, months=3).block
    assert block.billed[1].sum() == block.transfers[1] == 900 * block.served[1].sum() > 0


def test_a_transfer_without_a_stated_cost_is_booked_too():
    lever = make_lever({"unemployment_benefit_yuan": {"set": 700.0}}, "2014-01", "2014-12")
    results = simulate(make_scenario({"x": lever}, to="2014-12"), scale=SCALE, end="2014-12", seed=1)
    flows = of_levers(results.flows)
    assert results.ledger["spending_yuan"].sum() == flows["yuan"].sum() > 0
    assert set(flows["recipient"]) == {"worker"}


def test_two_levers_share_what_one_worker_receives():
    levers = {
        "a": cash_lever("unemployment_benefit_yuan", 300),
        "b": cash_lever("unemployment_benefit_yuan", 600, take_up=0.5),
    }
    run = start(make_scenario(levers), SCALE, months=4)
    block = run.block
    received = [300 * int(block.served[0].sum()), 600 * int(block.served[1].sum())]
    assert block.transfers[:2].tolist() == received
    assert 0 < received[1] < 2 * received[0]
    assert int(block.money[MONEY.benefit]) == sum(received)


def test_a_benefit_that_a_scenario_pays_anyway_is_no_levers():
    lever = {"x": cash_lever("unemployment_benefit_yuan", 300)}
    block = start(make_scenario(lever, unemployment_benefit_yuan=500.0), SCALE, months=3).block
    assert block.transfers[0] == block.billed[0].sum() == 300 * block.served[0].sum()
    assert block.transfers[-1] == 500 * block.served[0].sum() > 0


def test_help_with_contributions_is_what_the_insured_keep_and_no_more():
    lever = make_lever(
        {"insurance_contribution_rate": {"add": -0.05}},
        "2014-01",
        "2014-12",
        unit_cost={**unit_cost(250, "work_month"), "follows_strength": True},
    )
    run, none = (start(make_scenario(levers), SCALE) for levers in ({"x": lever}, {}))
    block, without = run.step(), none.step()
    aid = int(block.money[MONEY.premium_aid])
    assert aid == block.billed[0].sum() == block.transfers[0] > 0
    assert block.money[MONEY.contribution] == pytest.approx(without.money[MONEY.contribution], rel=1e-3)
    assert aid == pytest.approx(without.money[MONEY.contribution] * 0.05 / 0.105, rel=0.01)
    assert block.money[MONEY.saved] > without.money[MONEY.saved]


def test_a_workers_own_share_of_a_cost_is_paid_by_the_worker():
    lever = make_lever(
        {"study_enrolment_probability": {"set": 0.02}},
        "2014-01",
        "2014-12",
        unit_cost={
            "yuan": 25_000,
            "per": "study_start",
            "payers": {"worker": 0.4, "local": 0.6},
            "source": "a test",
        },
    )
    run = start(make_scenario({"x": lever}), SCALE)
    block = run.step()
    paid = int(block.money[MONEY.fee] + block.money[MONEY.family_fee])
    assert paid == 10_000 * block.events[EVENT.study_starts] > 0
    assert block.money[MONEY.fee] > 0 and block.fees[0] == paid
    run.ledger.close_year(0)
    by_payer = of_levers(run.ledger.flows()).groupby("payer")["yuan"].sum()
    assert by_payer["worker"] == paid * SCALE


@pytest.fixture(scope="module")
def whole_catalogue():
    return simulate(
        scenario_with({name: lever for name, lever in everything().items()}),
        scale=SCALE,
        end="2015-12",
        seed=2,
    )


def test_all_instruments_together_flow_from_named_payers_to_named_recipients(whole_catalogue):
    flows, ledger = whole_catalogue.flows, whole_catalogue.ledger
    assert list(flows.columns) == list(TABLES["flows"])
    assert set(flows["recipient"]) <= set(RECIPIENTS)
    assert set(flows["payer"]) <= {"central", "local", "firm", "worker", "insurer", "scheme", "bank"}
    booked = flows[(flows["payer"] != "insurer") & (flows["lever"] != "")].groupby("lever")["yuan"].sum()
    spent = ledger.groupby("lever")["spending_yuan"].sum()
    pd.testing.assert_series_equal(booked, spent[spent > 0], check_names=False, rtol=1e-9)


def test_accounts_come_to_nothing(whole_catalogue):
    flows = whole_catalogue.flows
    accounts = (
        flows.groupby("recipient")["yuan"].sum().sub(flows.groupby("payer")["yuan"].sum(), fill_value=0.0)
    )
    assert accounts["central"] < 0 < accounts["school"]
    assert abs(accounts.sum()) < 1e-6 * flows["yuan"].sum()


@pytest.mark.parametrize("slug", ["unemployment-insurance", "flexible-work-aid", "temporary-relief"])
def test_transfers_of_the_catalogue_are_received_to_the_last_yuan(slug):
    run = start(scenario_with(strong(CATALOGUE[slug])), SCALE)
    for _ in range(6):
        block = run.step()
        levers = run.policy.scenario.levers
        cash = [n for n, name in enumerate(run.policy.names) if is_billed_as_received(levers[name])]
        assert np.array_equal(block.billed[cash].sum(axis=1), block.transfers[cash])
    assert block.transfers[cash].sum() == block.transfers.sum() > 0


def test_a_lever_pays_out_no_more_than_it_was_billed():
    run = start(make_scenario({"x": cash_lever("relief_yuan", 900)}), SCALE, months=1)
    run.block.transfers[0] += 10**9
    with pytest.raises(AccountingError, match="workers received .* of x"):
        run.ledger.enter_received(0, run.block)


# --- who is paid ------------------------------------------------------------------------------------------

PAID = {  # instrument, and part: whom its cost goes to, beside what workers are handed
    ("foreign-trade-relief", None): "firm",
    ("trade-and-catering-support", None): "firm",
    ("rural-industries", None): "firm",
    ("retention-refund", None): "firm",
    ("retention-loans", "add"): "firm",
    ("poverty-workshops", "poor"): "firm",
    ("written-contracts", "work"): "service",
    ("new-form-rights", "arrears"): "service",
    ("injury-pilot", None): "insurer",
    ("founder-training", "starting"): "school",
    ("founder-training", "running"): "school",
    ("founder-tax-relief", None): "business",
    ("founder-parks", None): "service",
    ("founder-mentors", None): "service",
    ("older-worker-help", "courses"): "school",
    ("older-worker-help", "work"): "service",
    ("founder-finance", None): "bank",  # which sets a reserve aside
    ("guaranteed-loan", None): "bank",
    ("training-at-work", "courses"): "firm",  # which trains its own
    ("order-based-courses", None): "school",
    ("labour-cooperation", "corridors"): "service",
    ("labour-cooperation", "placement"): "service",
    ("festival-transport", "first-trips"): "carrier",
    ("skills-survey", None): "service",
    ("county-training-capacity", None): "school",
    ("new-resident-training", None): "school",
    ("smart-and-domestic-jobs", None): "school",  # a course for each new job
    ("flexible-work-aid", "premium"): "service",  # hands out what workers receive
    ("flexible-insurance", "premium"): "service",
    ("public-rental-housing", None): "city",
    ("settlement-transfers", None): "city",
}


@pytest.mark.parametrize(("slug", "part"), PAID)
def test_money_goes_to_whom_the_instrument_pays(slug, part):
    (lever,) = (one for one in CATALOGUE[slug].parts if one.part == part)
    assert {recipient(lever, payer) for payer in lever.unit_cost.shares} == {PAID[slug, part]}


def test_a_reserve_for_losses_is_borne_by_banks_and_not_by_firms():
    assert CATALOGUE["founder-finance"].main.unit_cost.shares == {"bank": 1.0}
    results = simulate(
        scenario_with(strong(CATALOGUE["founder-finance"])), scale=SCALE, end="2014-12", seed=1
    )
    flows = of_levers(results.flows)
    assert set(zip(flows["payer"], flows["recipient"], strict=True)) == {("bank", "bank")}
    assert flows["yuan"].sum() == results.ledger["spending_yuan"].sum() > 0
    assert results.national["public_spending_yuan"].sum() == 0


# --- money that nobody says who pays for -------------------------------------------------------------------

GIVES = {  # parameter: a change by which workers, or banks for them, receive more
    "startup_grant_yuan": {"add": 9000.0},
    "startup_late_grant_yuan": {"add": 9000.0},
    "unemployment_benefit_yuan": {"set": 700.0},
    "public_post_pay_yuan": {"add": 500.0},
    "relief_yuan": {"add": 900.0},
    "premium_aid_yuan": {"add": 100.0},
    "insurance_contribution_rate": {"scale": 0.5},
    "guaranteed_loan_yuan": {"add": 100_000.0},
    "business_loss_insured_share": {"add": 0.5},
}


GUARANTEED = {"guaranteed_loan_yuan": GIVES["guaranteed_loan_yuan"]}


@pytest.mark.parametrize("name", [*GIVES, "settlement_transfer_yuan"])
def test_money_that_a_lever_hands_out_cannot_cost_nothing(name):
    with pytest.raises(ValueError, match=f"hands out money \\({name}\\) cannot cost nothing"):
        make_scenario({"x": make_lever({name: GIVES.get(name, {"add": 1000.0})}, no_cost="a gift")})
    make_scenario({"x": make_lever({"amenity_shift": {"add": 0.1}}, no_cost="a rule")})


@pytest.mark.parametrize("name", ["loan_interest_subsidy_share", "loan_guarantee_share"])
@pytest.mark.parametrize("per", ["loan_month", "loan_default"])
def test_what_banks_are_paid_is_not_billed_to_a_second_lever(name, per):
    """Whoever gives the loan pays the bank its part; a lever that raises the part alone is not billed."""
    effects = {name: {"set": 1.0}}
    with pytest.raises(ValueError, match="would be paid twice"):
        make_scenario({"x": make_lever(effects, unit_cost=unit_cost(86, per))})
    make_scenario({"x": make_lever(effects, no_cost="whoever gives the loan pays")})
    make_scenario({"x": make_lever({**effects, **GUARANTEED}, unit_cost=unit_cost(86, per))})


def test_an_insurance_needs_a_premium():
    free = make_lever({"business_loss_insured_share": {"add": 0.5}}, unit_cost=unit_cost(0, "business_month"))
    with pytest.raises(ValueError, match="needs a premium"):
        make_scenario({"x": free})


@pytest.mark.parametrize("more", [{}, {"not_costed": "nobody knows"}], ids=["silent", "not costed"])
@pytest.mark.parametrize("name", GIVES)
def test_money_without_a_stated_payer_is_governments_in_every_account(name, more):
    """Nobody says what else the lever costs; what it hands out is counted all the same."""
    lever = make_lever({name: GIVES[name]}, "2014-01", "2015-12", **more)
    without, results = (
        simulate(make_scenario(levers, to="2015-12"), scale=SCALE, end="2015-12", seed=1)
        for levers in ({}, {"x": lever})
    )
    flows, national = of_levers(results.flows), results.national
    assert set(flows["payer"]) == {"scheme"}
    spent = flows["yuan"].sum()
    assert spent == pytest.approx(results.ledger["spending_yuan"].sum()) and spent > 0
    assert national["policy_spending_yuan"].sum() == pytest.approx(spent)
    assert national["public_spending_yuan"].sum() == pytest.approx(spent)
    added = accounts_of_seed(without, results, "untied")
    borne = -added.loc[added["account"] == "taxpayers", "yuan"].sum()
    cost = OUTCOMES["net_public_cost"].series
    assert cost(national).sum() - cost(without.national).sum() == pytest.approx(borne, rel=1e-9)


def test_what_a_scenario_hands_out_without_a_lever_is_counted_in_net_cost():
    """A benefit that the scenario itself pays: a lever by which fewer look for work saves it."""
    lever = make_lever(
        {"job_finding_probability": {"scale": 2.0}},
        "2014-01",
        "2014-12",
        unit_cost=unit_cost(10, "search_month"),
    )
    without, results = (
        simulate(
            make_scenario(levers, to="2014-12", unemployment_benefit_yuan=500.0),
            scale=SCALE,
            end="2014-12",
            seed=1,
        )
        for levers in ({}, {"x": lever})
    )
    for run in (without, results):
        scheme = run.flows[(run.flows["lever"] == "") & (run.flows["recipient"] == "worker")]
        paid = scheme[scheme["payer"] == "scheme"]["yuan"].sum()
        assert run.national["scheme_transfers_yuan"].sum() == paid > 0
    added = accounts_of_seed(without, results, "untied")
    borne = -added.loc[added["account"] == "taxpayers", "yuan"].sum()
    cost = OUTCOMES["net_public_cost"].series
    saved = cost(results.national).sum() - cost(without.national).sum()
    assert saved == pytest.approx(borne, rel=1e-9)
    fewer = results.national["scheme_transfers_yuan"].sum() - without.national["scheme_transfers_yuan"].sum()
    assert fewer < 0


def test_a_lever_may_say_who_is_paid_and_only_one_of_those_who_can_be():
    cost = {**unit_cost(10, "work_month"), "paid_to": "school"}
    lever = {
        "x": make_lever({"separation_probability": {"scale": 0.9}}, "2014-01", "2014-12", unit_cost=cost)
    }
    flows = of_levers(simulate(make_scenario(lever, to="2014-12"), scale=SCALE, end="2014-12", seed=1).flows)
    assert set(flows["recipient"]) == {"school"}
    lever["x"]["unit_cost"]["paid_to"] = "schools"
    with pytest.raises(ValueError, match="unknown receiver"):
        make_scenario(lever)


@pytest.mark.parametrize("slug", ["new-form-rights", "written-contracts"])
def test_employers_pay_wages_and_contributions_once(slug):
    """What a lever makes them pay is in wages due and contributions, and not in what levers move besides."""
    base, policy = (
        simulate(scenario_with(levers), scale=SCALE, end="2015-12", seed=1)
        for levers in ({}, strong(CATALOGUE[slug]))
    )
    added = accounts_of_seed(base, policy, "untied")
    employers = added[added["account"] == "employers"].groupby("item")["yuan"].sum()
    paid = ("wages_yuan", "employer_contributions_yuan", "arrears_recovered_yuan")
    more = sum(policy.national[name].sum() - base.national[name].sum() for name in paid)
    more -= policy.national["arrears_owed_yuan"].sum() - base.national["arrears_owed_yuan"].sum()
    assert employers.get("levers", 0.0) == pytest.approx(0.0, abs=1.0)
    assert more > 1e9 and employers.sum() == pytest.approx(-more, rel=1e-6)


def test_aid_to_searchers_is_what_searchers_receive():
    levers = strong(CATALOGUE["flexible-work-aid"])
    results = simulate(scenario_with(levers), scale=SCALE, end="2014-12", seed=1)
    assert set(of_levers(results.flows)["recipient"]) == {"worker"}
    name = "flexible_work_aid_odd_jobs"
    run = start(scenario_with({name: levers[name]}), SCALE, months=3)
    assert run.block.money[MONEY.benefit] == run.block.billed[0].sum() > 0


# --- two levers for one worker ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"activity": ["migrant_search", "settled_search", "farm"]},
        {"displaced": True},
        {"months_in_activity": [0, 5]},
    ],
)
def test_relief_is_never_paid_beside_a_benefit_whatever_the_benefit_asks_for(who):
    """What a benefit asks for is asked of the worker without the job, not of the one who still has it."""
    levers = {
        "benefit": cash_lever("unemployment_benefit_yuan", 500, who=who),
        "relief": cash_lever("relief_yuan", 900),
    }
    run, alone = (
        start(make_scenario(chosen), SCALE, months=8) for chosen in (levers, {"relief": levers["relief"]})
    )
    assert run.block.events[EVENT.reliefs] == run.block.transfers[1] == 0
    assert alone.block.events[EVENT.reliefs] > 50
    assert run.block.transfers[0] > 0
