"""Who bears what levers cost: a levy on payroll is paid by employers and falls in part on wages and jobs."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim.core.errors import ScenarioError
from sim.engine.simulate import simulate
from sim.policy.financing import PAYROLL_LEVY, UNTIED, Levy
from sim.scenario.loading import with_overrides
from sim.scenario.shared_history import history_before

POSTS = make_lever(
    {"public_post_pay_yuan": {"set": 600}},
    first="2014-07",
    last="2018-12",
    take_up=0.2,
    unit_cost=unit_cost(600, "post_month"),
)


def run(financing: str):
    scenario = with_overrides(make_scenario({"posts": POSTS}), {"financing": financing})
    return simulate(scenario, scale=20_000, seed=1, end="2018-12", tables="national").national


def test_a_levy_is_set_each_january_by_the_year_before():
    levy = Levy(PAYROLL_LEVY)
    for month in range(12):
        levy.enter(month, spent=3.0, wages=100.0)
        assert levy.rate == (0.03 if month == 11 else 0.0)
    for month in range(12, 24):
        assert levy.rate == 0.03
        levy.enter(month, spent=0.0, wages=100.0)
    assert levy.rate == 0.0
    again = Levy(PAYROLL_LEVY)
    again.restore(levy.state())
    assert again.state() == levy.state()


def test_employers_pay_for_the_levers_and_hire_fewer():
    untied, levied = run(UNTIED), run(PAYROLL_LEVY)
    assert (untied["levy_yuan"] == 0).all()
    first = untied["month"] < "2015-01"  # before the first levy nothing differs
    assert untied[first].equals(levied[first]) and untied.loc[first, "public_spending_yuan"].sum() > 0
    later = levied["month"] >= "2016-01"
    paid, spent = (levied.loc[later, name].sum() for name in ("levy_yuan", "public_spending_yuan"))
    assert spent < paid < 1.2 * spent  # by the spending of the year before, which falls
    jobs = {name: found.loc[later, ["migrant_work", "local_work"]].sum().sum() for name, found in
            (("untied", untied), ("levied", levied))}  # fmt: skip
    share = paid / levied.loc[later, "wages_yuan"].sum()
    assert -0.8 * share < jobs["levied"] / jobs["untied"] - 1 < -0.1 * share
    assert levied.loc[later, "migrant_pay_yuan"].mean() < untied.loc[later, "migrant_pay_yuan"].mean()


def test_financing_is_one_of_three_and_no_matter_before_a_lever():
    with pytest.raises(ScenarioError, match="did you mean 'payroll_levy'"):
        with_overrides(make_scenario(), {"financing": "payrol_levy"})
    plain = make_scenario({"posts": POSTS})
    levied = with_overrides(plain, {"financing": PAYROLL_LEVY})
    assert history_before(plain, "2014-07") == history_before(levied, "2014-07")
    assert history_before(plain, "2014-08") != history_before(levied, "2014-08")
