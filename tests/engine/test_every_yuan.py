"""Every yuan has its payer and its recipient in every year, whatever levers are in force, where and when."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError
from support.instrument_runs import CATALOGUE, everything, scenario_with, strong

from sim.comparison.accounts import accounts_of_seed
from sim.engine.simulate import simulate
from sim.results.outcomes import OUTCOMES
from sim.scenario.fields import PUBLIC_PAYERS
from sim.scenario.lever import Lever

SCALE, END = 50_000, "2016-06"  # the last year is not whole
RULES = {"settlement_quota_share": 0.05, "settlement_open_share": 0.4}
# The scenario itself pays workers, and gives guaranteed loans: no lever does.
PAYING = {
    "unemployment_benefit_yuan": 200.0,
    "relief_yuan": 100.0,
    "guaranteed_loan_yuan": 50_000.0,
    "startup_consideration_probability": 0.1,
}


def _in_two_provinces() -> dict:
    return {
        name: {**lever, "where": {"provinces": ["Sichuan", "Guangdong"]}}
        for name, lever in everything().items()
        if lever.get("effects") and "corridor_relief" not in lever["effects"]
    }


def _capped(**budget) -> dict:
    """The catalogue with a budget for each lever that may have one."""
    found = {}
    for name, lever in everything().items():
        try:
            Lever.model_validate({**lever, "budget": budget})
            found[name] = {**lever, "budget": budget}
        except ValidationError:
            found[name] = lever
    return found


def _founders(last: str) -> dict:
    return {
        name: lever
        for name, lever in everything(last=last).items()
        if lever.get("family") == "return-and-enterprise"
    }


CASES = {  # levers, parameters of the scenario, and who bears the gap
    "from May to August of the next year": lambda: (
        everything(first="2014-05", last="2015-08"),
        {},
        "untied",
    ),
    "a levy": lambda: (everything(), {}, "payroll_levy"),
    "cuts elsewhere": lambda: (everything(), {}, "cut_elsewhere"),
    "a sum in all, month by month": lambda: (_capped(yuan_total=3e9, release="monthly"), {}, "untied"),
    "a sum a year": lambda: (_capped(yuan_per_year=1e9), {}, "untied"),
    "two provinces": lambda: (_in_two_provinces(), {}, "untied"),
    "loans that outlive the policy": lambda: (_founders("2014-09"), PAYING, "untied"),
    "what the scenario pays": lambda: (everything(), PAYING, "untied"),
    "as strong as may be": lambda: (
        {
            name: lever
            for one in CATALOGUE.values()
            if any(part.effects for part in one.parts)
            for name, lever in strong(one).items()
        },
        {},
        "untied",
    ),
}
_BASES: dict[str, object] = {}


def run(levers: dict, financing: str, **parameters):
    scenario = scenario_with(levers, to="2018-12", **RULES, **parameters)
    return simulate(scenario.model_copy(update={"financing": financing}), scale=SCALE, end=END, seed=1)


def same(one: float, other: float) -> bool:
    return one == pytest.approx(other, rel=1e-9, abs=2.0)


@pytest.mark.parametrize("case", CASES)
def test_ledger_flows_months_and_accounts_agree_year_by_year(case):
    levers, parameters, financing = CASES[case]()
    key = str(parameters)
    if key not in _BASES:
        _BASES[key] = run({}, "untied", **parameters)
    base, found = _BASES[key], run(levers, financing, **parameters)
    ledger, flows, settled = found.ledger, found.flows, found.tables["settlement_costs"]
    national = found.national.assign(year=found.national["month"].str[:4].astype(int))
    assert ledger["spending_yuan"].sum() > 0
    for year, months in national.groupby("year"):
        of_year, paid = ledger[ledger["year"] == year], flows[flows["year"] == year]
        by_levers = paid[(paid["lever"] != "") & (paid["payer"] != "insurer")]
        booked = by_levers.groupby(["lever", "payer"])["yuan"].sum()
        spent = of_year.groupby(["lever", "payer"])["spending_yuan"].sum()
        both = pd.concat([booked, spent], axis=1).fillna(0.0)
        assert both["yuan"].to_numpy() == pytest.approx(both["spending_yuan"].to_numpy(), rel=1e-9, abs=2.0)
        assert same(months["policy_spending_yuan"].sum(), spent.sum())
        public = of_year[of_year["payer"].isin(PUBLIC_PAYERS)]["spending_yuan"].sum()
        assert same(months["public_spending_yuan"].sum(), public)
        scheme = paid[(paid["lever"] == "") & (paid["payer"] == "scheme")]["yuan"].sum()
        assert same(scheme, months[["scheme_transfers_yuan", "scheme_loan_cost_yuan"]].sum().sum())
        cities = paid[(paid["lever"] == "") & (paid["recipient"] == "city")]["yuan"].sum()
        assert same(cities, months["settlement_cost_yuan"].sum())
        assert same(cities, settled[settled["year"] == year]["city_yuan"].sum())
        lent = paid[(paid["lever"] == "") & (paid["payer"] == "bank")]["yuan"].sum()
        assert same(lent, months["lent_yuan"].sum())
        limited = of_year[of_year["budget_yuan"].notna()].groupby("lever").sum(numeric_only=True)
        left = limited["spending_yuan"] + limited["unspent_yuan"]
        assert left.to_numpy() == pytest.approx(limited["budget_yuan"].to_numpy(), rel=1e-9, abs=2.0)
    owed = (national["lent_yuan"] - national["repaid_yuan"] - national["written_off_yuan"]).sum()
    assert owed == national["debt_stock_yuan"].iloc[-1]
    added = accounts_of_seed(base, found, financing)
    cost = OUTCOMES["net_public_cost"].series
    more = cost(found.national) - cost(base.national)
    for year, rows in added.groupby("year"):
        borne = -rows.loc[rows["account"].isin(["taxpayers", "other residents"]), "yuan"].sum()
        assert more[(national["year"] == year).to_numpy()].sum() == pytest.approx(borne, rel=1e-8, abs=5.0)
        for item, yuan in rows.groupby("item")["yuan"]:
            assert abs(yuan.sum()) <= 1e-9 * yuan.abs().sum() + 5.0, item
