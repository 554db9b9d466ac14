"""Who bears what: every account's gain is another's loss."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.comparison.accounts import accounts_of_seed, accounts_over_seeds
from sim.core.months import month_index
from sim.engine.simulate import simulate

END = "2016-12"


def load_prices(months):
    """Consumer prices of the months over those of 2023."""
    run = start(make_scenario(to=END))
    prices = run.economy.market_state.series.price_index
    return [prices[month_index(month)] for month in months]


LEVERS = {
    "relief": make_lever({"relief_yuan": {"set": 1500}}, last=END, unit_cost=unit_cost(1500, "relief")),
    "courses": make_lever(
        {"training_enrolment_probability": {"add": 0.01}},
        last=END,
        unit_cost={
            **unit_cost(1000, "training_enrolment"),
            "payer": None,
            "payers": {"central": 0.6, "firm": 0.4},
        },
    ),
}


@pytest.fixture(scope="module")
def runs():
    base, policy = make_scenario(to=END), make_scenario(LEVERS, to=END)
    return tuple(simulate(one, scale=50_000, seed=2, end=END) for one in (base, policy))


@pytest.mark.parametrize(
    ("financing", "bearer"),
    [("untied", "taxpayers"), ("payroll_levy", "taxpayers"), ("cut_elsewhere", "other residents")],
)
def test_all_accounts_together_come_to_nothing(runs, financing, bearer):
    added = accounts_of_seed(*runs, financing)
    spent = runs[1].tables["ledger"].groupby("year")["spending_yuan"].sum()
    assert spent.sum() > 1e9
    for year, rows in added.groupby("year"):
        assert abs(rows["yuan"].sum()) <= 1e-6 * max(spent.get(year, 0.0), 1.0)
        public = rows["account"].isin(["central", "local", "government"])
        assert abs(rows.loc[public, "yuan"].sum()) <= 1e-6 * max(spent.get(year, 0.0), 1.0)
    assert added.loc[added["account"] == bearer, "yuan"].sum() < 0
    local = added[(added["account"] == "local") & (added["item"] == "levers")]
    assert local["province"].nunique() > 20 and (local["province"] != "").all()


def test_means_over_seeds_have_intervals(runs):
    one = accounts_of_seed(*runs, "untied")
    other = one.assign(yuan=2 * one["yuan"])
    both = accounts_over_seeds([one, other]).set_index(["year", "account", "province", "item"])
    key = (2015, "workers", "", "levers")
    first = one.set_index(["year", "account", "province", "item"]).loc[key, "yuan"]
    assert both.loc[key, "yuan"] == pytest.approx(1.5 * first)
    assert both.loc[key, "low"] < first < both.loc[key, "high"]


def test_workers_account_is_what_their_net_income_is_made_of(runs):
    """Net income, in current yuan, with loans and the capital that they pay for: no item is left out."""
    added = accounts_of_seed(*runs, "untied")
    workers = added[added["account"] == "workers"].groupby("item")["yuan"].sum()
    assert {"profits and odd jobs", "farm income", "cost of living away"} <= {*workers.index}

    def net_income(run):
        table, flows = run.national, run.flows
        prices = load_prices(table["month"])
        living = table["labour_force"] + table["settled"]
        lent = flows[(flows["lever"] == "") & (flows["payer"] == "bank")]["yuan"].sum()
        return (
            (table["mean_income_yuan"] * living * prices).sum()
            + lent
            - table[["repaid_yuan", "capital_yuan"]].sum().sum()
        )

    gained = net_income(runs[1]) - net_income(runs[0])
    assert workers.sum() == pytest.approx(gained, rel=1e-6)


def test_a_founder_s_profit_is_gained_and_the_wage_given_up_is_lost():
    lever = make_lever(
        {"startup_consideration_probability": {"set": 0.2}},
        last=END,
        unit_cost=unit_cost(100, "business_idea"),
    )
    base, policy = (
        simulate(make_scenario(levers, to=END), scale=50_000, seed=2, end=END)
        for levers in ({}, {"x": lever})
    )
    added = accounts_of_seed(base, policy, "untied")
    workers = added[added["account"] == "workers"].groupby("item")["yuan"].sum()
    assert workers["profits and odd jobs"] > 0 > workers["wages due"]
    assert workers["capital of businesses"] < 0 < workers["loans"]
