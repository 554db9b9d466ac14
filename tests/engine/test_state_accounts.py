"""What the state comes to owe: the cost of those who settle, and what contributions promise the insured."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost
from support.instrument_runs import CATALOGUE, scenario_with, strong

from sim.comparison.accounts import accounts_of_seed
from sim.engine.simulate import simulate
from sim.parameters.behaviour import DEFAULTS
from sim.results.outcomes import OUTCOMES
from sim.steps.records import MONEY

END, SCALE = "2015-12", 20_000
EAGER = {
    "settlement_registration_probability": 0.1,
    "settlement_willingness_log_odds": 0.0,
    "settlement_open_share": 0.4,
}
SETTLING = (  # instruments that change who settles, by openness, wish, school, home, quota or transfer
    "points-reform",
    "settlement-limits",
    "new-resident-training",
    "school-places",
    "public-rental-housing",
    "equal-services",
    "settlement-transfers",
    "land-quotas",
)


def run(levers=None, **rules):
    return simulate(make_scenario(levers or {}, to=END, **{**EAGER, **rules}), scale=SCALE, end=END, seed=1)


def net_cost(results) -> float:
    return float(OUTCOMES["net_public_cost"].series(results.national).sum())


@pytest.fixture(scope="module")
def without():
    return run()


@pytest.mark.parametrize("slug", SETTLING)
def test_the_city_pays_for_every_settlement_more_whatever_instrument_made_it(slug, without):
    rules = {"settlement_quota_share": 0.02} if slug == "points-reform" else {}
    without = run(**rules) if rules else without
    levers = {
        name: {key: value for key, value in one.items() if key != "where"}
        for name, one in strong(CATALOGUE[slug]).items()
    }
    results = simulate(scenario_with(levers, **EAGER, **rules), scale=SCALE, end=END, seed=1)
    costs = results.settlement_costs[["settlements", "new_settlements", "cost_yuan", "levers_yuan"]].sum()
    new = results.national["new_settlements"].sum()
    assert results.national["settlements"].sum() > without.national["settlements"].sum()
    assert costs["new_settlements"] == new > 0
    assert costs["settlements"] == results.national["settlements"].sum()
    assert costs["cost_yuan"] == pytest.approx(new * DEFAULTS["settlement_public_cost_yuan"], rel=0.1)
    assert without.settlement_costs["cost_yuan"].sum() == 0.0
    spent = results.national["public_spending_yuan"].sum()
    assert net_cost(results) - net_cost(without) == pytest.approx(
        spent + costs["cost_yuan"] - costs["levers_yuan"], rel=1e-6, abs=1e6
    )
    added = accounts_of_seed(without, results, "untied")
    city = added[added["item"] == "settlements"].groupby("account")["yuan"].sum()
    induced = costs["cost_yuan"] - costs["levers_yuan"]
    assert city.get("local", 0.0) == pytest.approx(-induced, abs=1.0)
    assert city.get("city", 0.0) == pytest.approx(induced, abs=1.0)


@pytest.mark.parametrize("per", ["settlement", "new_settlement", "person_month"])
def test_a_settlement_costs_once_however_many_levers_pay_for_it(per, without):
    """What two levers pay of the cost is taken off the city's part, which is never below nothing."""
    levers = {
        name: make_lever(
            {"settlement_willingness_shift": {"add": 0.5}}, "2014-01", END, unit_cost=unit_cost(yuan, per)
        )
        for name, yuan in (("a", 50_000), ("b", 400_000))
    }
    results = run(levers)
    costs = results.settlement_costs
    assert (costs["cost_yuan"] == costs["levers_yuan"] + costs["city_yuan"]).all()
    assert (costs["city_yuan"] >= 0.0).all()
    by_month = results.national
    assert costs["city_yuan"].sum() == pytest.approx(by_month["settlement_cost_yuan"].sum(), rel=1e-9)
    if per == "new_settlement":
        assert 0.0 < costs["levers_yuan"].sum() < costs["cost_yuan"].sum()
    else:
        assert costs["levers_yuan"].sum() == 0.0


def test_what_the_centre_pays_a_city_for_settlers_is_taken_off_the_citys_part():
    """Where places offer more for the money; and where they do not, nobody settles for it and nothing is."""
    transfer = make_lever(
        {"settlement_transfer_yuan": {"add": 10_000.0}},
        "2014-01",
        END,
        unit_cost={**unit_cost(10_000, "settlement"), "payer": "central"},
    )
    costs = run({"x": transfer}).settlement_costs
    paid = np.minimum(costs["cost_yuan"], 10_000 * costs["settlements"]).sum()
    assert 0.6 * paid < costs["levers_yuan"].sum() <= paid  # month by month, so that some is above the cost
    none = run({"x": transfer}, capacity_response=0.0).settlement_costs
    assert none["cost_yuan"].sum() == none["levers_yuan"].sum() == 0.0 < none["settlements"].sum()


WILLING = {"x": make_lever({"settlement_willingness_shift": {"add": 0.5}}, "2014-01", END)}


def test_the_cost_of_a_settlement_follows_wages_from_the_year_that_it_is_stated_for():
    results = run(WILLING)
    costs = results.settlement_costs.groupby("year")[["cost_yuan", "new_settlements"]].sum()
    each = costs["cost_yuan"] / costs["new_settlements"]
    assert each[2014] == pytest.approx(DEFAULTS["settlement_public_cost_yuan"], rel=0.02)
    assert each[2015] == pytest.approx(1.08 * each[2014], rel=0.03)
    assert run(WILLING, settlement_public_cost_yuan=0.0).settlement_costs["cost_yuan"].sum() == 0.0
    short = simulate(make_scenario(WILLING, to=END, **EAGER), scale=SCALE, end="2015-03", seed=1)
    months = results.national["month"] <= "2015-03"  # a run that ends within a year books the same
    assert short.settlement_costs["city_yuan"].sum() == pytest.approx(
        results.national.loc[months, "settlement_cost_yuan"].sum()
    )


# --- what contributions promise ---------------------------------------------------------------------------

JOINING = make_lever(
    {"insurance_enrolment_probability": {"scale": 3.0}},
    "2014-01",
    END,
    unit_cost=unit_cost(150, "new_insurance"),
)


def test_employers_contribute_for_the_pay_that_the_insured_get():
    one = start(make_scenario(insurance_employer_rate=0.25), SCALE)
    none = start(make_scenario(insurance_employer_rate=0.0), SCALE)
    for _ in range(6):
        block, free = one.step(), none.step()
        paid, own = (int(block.money[flow]) for flow in (MONEY.employer_contribution, MONEY.contribution))
        assert paid == pytest.approx(own * 0.25 / DEFAULTS["insurance_contribution_rate"], rel=0.01)
        assert free.money[MONEY.employer_contribution] == 0 < paid
        others = [n for n in range(len(block.money)) if n != MONEY.employer_contribution]
        assert np.array_equal(block.money[others], free.money[others])  # on top of pay, and nobody's wage


@pytest.mark.parametrize("worth", [0.5, 1.0, 1.5])
def test_insurance_is_no_gift_to_the_state(worth):
    """What more is contributed is owed to the insured, at its worth; only the rest is the state's."""
    base, policy = (
        simulate(
            make_scenario(levers, to=END, insurance_rights_per_yuan=worth, settlement_public_cost_yuan=0.0),
            scale=SCALE,
            end=END,
            seed=1,
        )
        for levers in ({}, {"x": JOINING})
    )
    added = (policy.national.sum(numeric_only=True) - base.national.sum(numeric_only=True)).astype(float)
    contributed = added["contributions_yuan"] + added["employer_contributions_yuan"]
    spent = policy.ledger["spending_yuan"].sum()
    assert contributed > 10 * spent > 0
    assert added["promised_pensions_yuan"] == pytest.approx(worth * contributed, rel=1e-6)
    assert net_cost(policy) - net_cost(base) == pytest.approx(
        spent + (worth - 1.0) * contributed, rel=1e-6, abs=1e6
    )
    accounts = accounts_of_seed(base, policy, "untied")
    by_account = accounts.groupby("account")["yuan"].sum()
    assert by_account["insured"] == pytest.approx(added["promised_pensions_yuan"], rel=1e-9)
    for (_, item), rows in accounts.groupby(["year", "item"]):
        assert abs(rows["yuan"].sum()) <= 1e-6 * max(rows["yuan"].abs().max(), 1.0), item
    employers = accounts[
        (accounts["account"] == "employers") & (accounts["item"] == "employers' contributions")
    ]
    assert employers["yuan"].sum() == pytest.approx(-added["employer_contributions_yuan"], rel=1e-9)
