"""One sum of money, however it is looked at: each instrument alone, as strong as it may be."""

from __future__ import annotations

import pytest
from support.instrument_runs import CATALOGUE, scenario_with, strong

from sim.comparison.accounts import accounts_of_seed
from sim.engine.simulate import simulate
from sim.results.outcomes import OUTCOMES
from sim.scenario.fields import PUBLIC_PAYERS

SCALE, END = 50_000, "2014-12"
RULES = {"settlement_quota_share": 0.05, "settlement_open_share": 0.4}
ACTING = [slug for slug, one in CATALOGUE.items() if any(lever.effects for lever in one.parts)]


def run(levers):
    return simulate(scenario_with(levers, **RULES), scale=SCALE, end=END, seed=1)


@pytest.fixture(scope="module")
def without():
    return run({})


def same(one: float, other: float) -> bool:
    return one == pytest.approx(other, rel=1e-9, abs=1.0)


@pytest.mark.parametrize("slug", ACTING)
def test_ledger_flows_months_and_accounts_tell_one_sum(slug, without):
    results = run(strong(CATALOGUE[slug]))
    ledger, flows, national = results.ledger, results.flows, results.national
    flows = flows[(flows["lever"] != "") & (flows["payer"] != "insurer")]
    booked = flows.groupby(["lever", "payer"])["yuan"].sum()
    spent = ledger.assign(payer=ledger["payer"].fillna("scheme")).groupby(["lever", "payer"])
    spent = spent["spending_yuan"].sum()
    for key, yuan in spent[spent > 0.0].items():
        assert same(booked[key], yuan), key
    assert same(booked.sum(), spent.sum())
    assert same(national["policy_spending_yuan"].sum(), spent.sum())
    public = ledger[ledger["payer"].isin(PUBLIC_PAYERS)]["spending_yuan"].sum()
    assert same(national["public_spending_yuan"].sum(), public)
    added = accounts_of_seed(without, results, "untied")
    for item, rows in added.groupby("item"):
        assert abs(rows["yuan"].sum()) <= 1e-9 * rows["yuan"].abs().sum() + 1.0, item
    cost = OUTCOMES["net_public_cost"].series
    borne = -added.loc[added["account"] == "taxpayers", "yuan"].sum()
    assert same(float(cost(national).sum() - cost(without.national).sum()), borne)
