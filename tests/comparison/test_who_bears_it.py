"""Who bears what: every account's gain is another's loss."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim.comparison.accounts import accounts_of_seed, accounts_over_seeds
from sim.engine.simulate import simulate

END = "2016-12"
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
