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
from sim.rules.employment import insured_since
from sim.scenario.loading import load_scenario
from sim.scenario.references import region_of_province
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


def test_what_the_centre_pays_cities_for_settlers_is_no_cost_to_government_as_a_whole(without):
    """The centre loses what cities gain, also for those who settle anyway; what new settlers cost is left."""
    transfer = make_lever(
        {"settlement_transfer_yuan": {"add": 10_000.0}},
        "2014-01",
        END,
        unit_cost={**unit_cost(10_000, "settlement"), "payer": "central"},
    )
    results = run({"x": transfer})
    costs = results.settlement_costs
    assert (costs["levers_yuan"] == 10_000 * costs["settlements"]).all()
    spent = results.national["public_spending_yuan"].sum()
    assert costs["levers_yuan"].sum() == spent > 0.0
    gap = net_cost(results) - net_cost(without)
    assert gap == pytest.approx(costs["cost_yuan"].sum(), rel=1e-6)
    # where places offer no more for the money, nobody settles for it, and it changes nobody's cost
    idle = run({"x": transfer}, capacity_response=0.0)
    none = idle.settlement_costs
    assert none["cost_yuan"].sum() == 0.0 < none["settlements"].sum()
    assert none["city_yuan"].sum() == -idle.national["public_spending_yuan"].sum() < 0.0
    assert net_cost(idle) == pytest.approx(net_cost(without), abs=1e6)


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


def test_settlements_by_other_roads_are_told_beside_the_cost():
    """A lever that brings more migrants makes no settlement in the books, yet more settle: that is shown."""
    inviting = {"x": make_lever({"amenity_shift": {"add": 0.5}}, "2014-01", END, no_cost="a test")}
    base, policy = run(), run(inviting)
    other = OUTCOMES["other_settlement_cost"].series
    added = float(other(policy.national).sum() - other(base.national).sum())
    more = policy.national["settlements"].sum() - base.national["settlements"].sum()
    assert policy.national["new_settlements"].sum() == policy.settlement_costs["cost_yuan"].sum() == 0
    assert more > 0 and added == pytest.approx(more * DEFAULTS["settlement_public_cost_yuan"], rel=0.2)
    willing = run(WILLING)
    each = willing.settlement_costs["cost_yuan"].sum() / willing.national["new_settlements"].sum()
    everybody = other(willing.national).sum() + willing.settlement_costs["cost_yuan"].sum()
    assert everybody == pytest.approx(each * willing.national["settlements"].sum(), rel=0.03)


# --- what contributions promise ---------------------------------------------------------------------------

JOINING = make_lever(
    {"insurance_enrolment_probability": {"scale": 3.0}},
    "2014-01",
    END,
    unit_cost=unit_cost(150, "new_insurance"),
)


def test_employers_contribute_for_the_pay_that_the_insured_get():
    one, none = (
        start(make_scenario(insurance_employer_rate=rate, insured_share_rise=0.0), SCALE)
        for rate in (0.25, 0.0)
    )
    for _ in range(4):  # employers hire by the first census from April on, and workers meet it in May
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


def who_works(east: bool, **rules) -> tuple[float, float, float, float]:
    """What a surge of joining in the East does there, or elsewhere: log changes of jobs, wages and work in
    the third year, and by how much more of pay employers contribute in the country.
    """
    joining = make_lever(
        {"insurance_enrolment_probability": {"add": 0.05}},
        "2014-01",
        "2016-12",
        where={"regions": ["East"], "tiers": ["county_town", "city", "large_city", "mega_city"]},
        unit_cost=unit_cost(150, "new_insurance"),
    )
    found = []
    for levers in ({}, {"x": joining}):
        results = simulate(make_scenario(levers, to="2016-12", **rules), scale=SCALE, end="2016-12", seed=1)
        table = results.places[results.places["month"] >= "2016-07"]
        is_east = table["province"].map(region_of_province()) == "East"
        rows = table[(table["tier"] != "home_township") & (is_east == east)]
        work = rows[["migrant_work", "settled_work"]].sum(axis=1)
        national = results.national[results.national["month"] >= "2016-07"]
        rate = national["employer_contributions_yuan"].sum() / national["wages_yuan"].sum()
        jobs = np.log(work.sum() + rows["vacancies"].sum())
        wage = np.average(np.log(rows["wage_index"]), weights=work)
        found.append(np.array([jobs, wage, np.log(work.sum()), rate]))
    return tuple(found[1] - found[0])


def test_what_employers_contribute_makes_labour_dearer_and_costs_jobs_and_wages():
    """A worker costs more where more are insured: part of it is passed on to wages, part costs jobs, in the
    places of the lever alone; with nothing to contribute neither moves.
    """
    jobs, wage, work, cost = who_works(east=True)
    assert cost > 0.02  # of pay in the country; in the cities of the East it is more
    elasticity = DEFAULTS["labour_demand_elasticity"]
    assert -3.0 * elasticity * cost < jobs < -0.2 * elasticity * cost
    assert -2.0 * cost < wage < -0.2 * cost and work < 0.0
    # few simulated workers of a place are drawn to the country's share, and some take insurance elsewhere
    others, wage_of_others, _, _ = who_works(east=False)
    assert abs(others) < 0.5 * abs(jobs) and abs(wage_of_others) < 0.5 * abs(wage)
    free, wage_for_free, _, _ = who_works(east=True, insurance_employer_rate=0.0)
    assert abs(free) < 0.1 * abs(jobs) and abs(wage_for_free) < 0.1 * abs(wage)


def test_the_contributions_that_history_had_are_in_the_trend():
    """Without levers what is insured follows the rise that employers' costs hold already."""
    run = start(load_scenario("baseline"), 50_000, threads=2)
    for month in range(72):
        run.step()
        if month % 24 == 23:
            markets, rows = run.economy.market_state.markets, run.block.employed.sum(axis=1)
            usual = insured_since(
                (month + 1) / 12.0, DEFAULTS["insured_share_rise"], DEFAULTS["insured_share_years"]
            )
            beyond = np.average(markets.insured - markets.insured_2014 - usual, weights=rows)
            assert abs(beyond) < 0.02  # a quarter of it is half a percent of what a worker costs
