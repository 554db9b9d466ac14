"""Who moves registration: fewer as the wish falls, and those who left their province sooner."""

from __future__ import annotations

import pytest
from support.engine_runs import make_scenario

from sim.engine.simulate import simulate

AT_REST = {"settlement_wish_fall": 0.0, "settlement_across_effect": 0.0}


def by_year(**parameters: float):
    scenario = make_scenario(to="2023-12", **{**AT_REST, **parameters})
    table = simulate(scenario, scale="1:20000", seed=3, tables=("national",)).national
    table = table.assign(year=table["month"].str[:4])
    return table.groupby("year")[["settlements", "out", "labour_force", "cross_province", "exits"]].mean()


@pytest.fixture(scope="module")
def at_rest():
    return by_year()


def test_a_lower_wish_keeps_registered_who_would_have_settled(at_rest):
    """The wish alone: nothing to 2019, then a third fewer settle, and more stay among those away."""
    fewer = by_year(settlement_wish_fall=0.5)
    assert fewer.loc["2019"].equals(at_rest.loc["2019"])
    settled = fewer["settlements"] / at_rest["settlements"]
    assert 0.5 < settled["2022":"2023"].mean() < 0.85
    kept = (at_rest["settlements"] - fewer["settlements"]).loc["2020":"2022"].sum() * 12
    more = fewer.loc["2023"] - at_rest.loc["2023"]
    assert 0.7 * kept < more["labour_force"] < 1.7 * kept  # 2023 is lived half through
    assert 0.6 * more["labour_force"] < more["out"] <= 1.02 * more["labour_force"]


def test_those_in_another_province_settle_sooner(at_rest):
    """The difference alone: more settle, and the share of those away in another province falls."""
    sooner = by_year(settlement_across_effect=0.5)
    assert sooner["settlements"]["2015":"2019"].mean() > 1.03 * at_rest["settlements"]["2015":"2019"].mean()
    share = (sooner["cross_province"] / sooner["out"] - at_rest["cross_province"] / at_rest["out"])["2019"]
    assert -0.03 < share < -0.003
