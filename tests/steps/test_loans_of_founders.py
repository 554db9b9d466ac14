"""A founder's loan, month by month: who takes it, what is paid of it, and what becomes of the rest."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start
from support.instrument_runs import CATALOGUE, everything

from sim.core.categories import EXITED, OWN_BUSINESS
from sim.engine.simulate import simulate
from sim.rules.loans import monthly_interest, owed_after
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.steps.ideas import idea_factor
from sim.steps.records import EVENT, MONEY
from sim.world.worker import ADDITIONAL, GUARANTEED, LOAN_UNIT, MOST_LOAN

SCALE = 50_000
TEN_YEARS = {"from": "2025-01", "to": "2034-12"}
TERM, RATE = 36, 0.0445
# Many founders, whose capital few can pay from savings.
EAGER = {
    "startup_consideration_probability": 0.2,
    "startup_capital_median_yuan": 150_000.0,
    "startup_log_odds": 1.0,
    "startup_loan_yuan": 0.0,
}
LOAN = {"guaranteed_loan_yuan": {"set": 180_000.0}, "loan_approval_probability": {"set": 1.0}}
PAID_FOR = {"loan_interest_subsidy_share": {"set": 0.6}, "loan_guarantee_share": {"set": 0.8}}
AT_MARKET_TERMS = {"loan_interest_subsidy_share": {"set": 0.0}}


def cost(per: str = "loan_month") -> dict:
    return {"yuan": 450, "per": per, "payer": "local", "source": "a test"}


def run_with(effects: dict, months: int = 1, to: str = "2019-12", **parameters):
    levers = {"loan": make_lever(effects, "2014-01", to, unit_cost=cost())} if effects else {}
    return start(make_scenario(levers, to=to, **{**EAGER, **parameters}), SCALE, months=months)


def owners(run) -> np.ndarray:
    table = run.workers.table()[: run.rows]
    return table[table["activity"] == OWN_BUSINESS]


def owed(table: np.ndarray) -> np.ndarray:
    """Yuan owed by each of some owners, by the schedule of equal instalments."""
    paid = table["business_age"].astype(int) - table["missed_instalments"]
    loans = table["loan"].astype(int) * LOAN_UNIT
    return np.array([owed_after(int(p), int(m), TERM) for p, m in zip(loans, paid, strict=True)])


def test_a_loan_is_paid_back_in_equal_instalments_and_debts_balance():
    run = run_with({**LOAN, **PAID_FOR})
    outstanding = run.debt
    assert outstanding > 0
    for _ in range(14):
        before = {int(one["id"]): one for one in owners(run)}
        block = run.step()
        money = block.money
        outstanding += money[MONEY.loan] - money[MONEY.repaid] - money[MONEY.written_off]
        table = owners(run)
        assert run.debt == outstanding == owed(table).sum()
        for now in table:
            then = before.get(int(now["id"]))
            if then is not None and then["loan"] and now["missed_instalments"] == then["missed_instalments"]:
                paid = owed(np.array([then])) - owed(np.array([now]))
                assert abs(int(paid[0]) - int(then["loan"]) * LOAN_UNIT / TERM) < 1
    assert money[MONEY.repaid] > 0 and money[MONEY.interest] > 0


def test_interest_is_that_on_what_is_owed_and_the_subsidy_its_share():
    run = run_with({**LOAN, **PAID_FOR})
    before = owners(run)
    block = run.step()
    after = {int(one["id"]): one for one in owners(run)}
    kept = [one for one in before if int(one["id"]) in after and one["loan"]]
    stayed = {int(one["id"]) for one in before}
    new = [one for key, one in after.items() if key not in stayed and one["loan"]]
    due = [monthly_interest(int(owed(np.array([one]))[0]), RATE) for one in kept]
    due += [monthly_interest(int(one["loan"]) * LOAN_UNIT, RATE) for one in new]
    aid = sum(int(0.6 * one) for one in due)
    assert block.money[MONEY.interest_aid] == aid == block.credit[0] - block.money[MONEY.guarantee] > 0
    assert block.money[MONEY.interest] == sum(due) - aid
    assert block.billed[0].sum() == block.credit[0]


def test_who_closes_pays_from_savings_then_the_guarantor_then_the_bank_loses():
    run = run_with({**LOAN, **PAID_FOR}, months=6, business_exit_scale=5.0)
    before = owners(run)
    block = run.step()
    w = rows_of(run)
    ids = run.workers.id[: run.rows]
    lost = guaranteed = closed = 0
    for one, due in zip(before, owed(before), strict=True):
        row = int(np.flatnonzero(ids == one["id"])[0])
        if w["activity"][row] in (OWN_BUSINESS, EXITED) or due == 0:
            continue
        closed += 1
        rest = int(due) - min(int(due), int(0.8 * int(one["savings"])))
        assert w["savings"][row] == int(one["savings"]) - (int(due) - rest)
        assert w["loan"][row] == w["missed_instalments"][row] == 0 and not w["traits"][row] & GUARANTEED
        lost += rest
        guaranteed += int(0.8 * rest)
    assert closed > 10 and lost > 0
    # owners who leave the labour force are beside these
    assert 0 <= block.money[MONEY.written_off] - lost < 0.2 * lost
    assert guaranteed <= block.money[MONEY.guarantee] == block.credit[0] - block.money[MONEY.interest_aid]


def test_who_leaves_the_labour_force_settles_from_the_whole_of_the_savings():
    levers = {
        "loan": make_lever(LOAN, "2014-01", "2014-05"),
        "exit": make_lever({"exit_hazard_scale": {"set": 3.0}}, "2014-06", "2014-12"),
    }
    rules = {**EAGER, "startup_age_max": 75.0, "exit_rate_at_55": 0.05, "business_exit_scale": 0.0}
    run = start(make_scenario(levers, to="2019-12", **rules), SCALE, months=5)
    run.workers.birth_month[: run.rows] = 12 * 34  # everybody is eighty
    before = owners(run)
    block = run.step()
    activity = dict(zip(run.workers.id[: run.rows].tolist(), rows_of(run)["activity"].tolist(), strict=True))
    left = np.array([activity[int(one["id"])] == EXITED for one in before])
    lost = np.maximum(owed(before) - before["savings"], 0)[left].sum()
    assert (owed(before)[left] > 0).any() and block.money[MONEY.written_off] == lost > 0


def test_instalments_that_cannot_be_paid_are_missed_and_three_close_the_business():
    """Profit falls to next to nothing once the loans are out, and nobody has savings."""
    levers = {
        "loan": make_lever(LOAN, "2014-01", "2014-02"),
        "slump": make_lever({"business_profit_shift": {"set": -1.0}}, "2014-03", "2014-12"),
    }
    rules = {**EAGER, "business_exit_scale": 0.0, "debt_service_profit_share": 0.9}
    run = start(make_scenario(levers, to="2014-12", **rules), SCALE, months=2)
    run.workers.savings[: run.rows] = 0
    run._accounts.savings = 0
    debt = run.debt
    assert (owners(run)["missed_instalments"] == 0).all()
    run.step()
    debtors = {int(one["id"]) for one in owners(run) if one["missed_instalments"] == 1 and one["loan"] > 40}
    for month in (2, 3):
        block = run.step()
        missed = [one for one in owners(run) if int(one["id"]) in debtors]
        assert {int(one["missed_instalments"]) for one in missed} == {month}
        assert block.events[EVENT.business_closures] == 0
        assert block.money[MONEY.interest] > 0  # what there is goes to interest first
    block = run.step()
    assert block.events[EVENT.business_closures] >= len(debtors) > 0
    assert block.events[EVENT.loan_defaults] >= len(debtors)
    assert run.debt < debt


def test_a_loan_is_paid_back_in_full_at_its_term():
    run = run_with(
        LOAN, months=2, loan_term_months=6, business_exit_scale=0.0, startup_capital_median_yuan=40_000.0
    )
    borrowers = {int(one["id"]) for one in owners(run) if one["loan"] and one["business_age"] == 1}
    assert borrowers
    for _ in range(4):
        run.step()
    due = [one for one in owners(run) if int(one["id"]) in borrowers]
    assert all(one["loan"] > 0 for one in due)
    run.step()
    done = [one for one in owners(run) if int(one["id"]) in borrowers and one["missed_instalments"] == 0]
    assert done and all(one["loan"] == 0 and not one["traits"] & GUARANTEED for one in done)


def test_interest_is_taken_off_net_income_and_repayment_is_not():
    run = run_with(LOAN, months=3, business_exit_scale=0.0)
    before = {int(one["id"]): one for one in owners(run)}
    run.step()
    tried = 0
    for now in owners(run):
        then = before.get(int(now["id"]))
        if then is None or not then["loan"] or now["missed_instalments"] != then["missed_instalments"]:
            continue
        due = monthly_interest(int(owed(np.array([then]))[0]), RATE)
        profit = int(now["earnings_year"]) - int(then["earnings_year"])
        income = int(now["net_income_year"]) - int(then["net_income_year"])
        assert income == profit - (due - int(0.67 * due))
        tried += 1
    assert tried > 20


def test_months_that_missed_instalments_add_are_not_subsidised():
    """All loans are of January; instalments are missed in March: some are owed in May, the fifth month."""
    levers = {
        "loan": make_lever(LOAN, "2014-01", "2014-01", unit_cost=cost()),
        "slump": make_lever({"business_profit_shift": {"set": -1.0}}, "2014-03", "2014-03"),
    }
    rules = {
        **EAGER,
        "business_exit_scale": 0.0,
        "loan_term_months": 4,
        "startup_capital_median_yuan": 40_000.0,
    }
    run = start(make_scenario(levers, to="2014-12", **rules), SCALE, months=2)
    run.workers.savings[: run.rows] = 0
    run._accounts.savings = 0
    aid = [int(run.step().money[MONEY.interest_aid]) for _ in range(3)]
    assert aid[0] > 0 and aid[1] > 0 == aid[2]
    assert run.block.money[MONEY.interest] > 0 and run.block.money[MONEY.repaid] > 0


# --- who pays -------------------------------------------------------------------------------------------
def test_levers_pay_by_what_each_gives_and_the_scheme_pays_once_they_have_ended():
    levers = {
        name: make_lever({"guaranteed_loan_yuan": {"add": yuan}}, "2014-01", "2014-03", unit_cost=cost())
        for name, yuan in (("a", 60_000.0), ("b", 120_000.0))
    }
    run = start(make_scenario(levers, to="2014-12", **EAGER), SCALE, months=3)
    credit = run.block.credit
    assert credit[1] == pytest.approx(2 * credit[0], rel=0.02) and credit[0] > 0 == credit[-1]
    spent = run.ledger.spent_this_year.sum(axis=1)
    block = run.step()
    assert block.credit[-1] == block.money[MONEY.interest_aid] + block.money[MONEY.guarantee] > 0
    assert (block.credit[:2] == 0).all() and (run.ledger.spent_this_year.sum(axis=1) == spent).all()


def test_where_a_lever_has_no_money_left_owners_pay_the_interest_themselves():
    budget = {"yuan_per_year": 10_000.0 * SCALE}
    lever = make_lever(LOAN, "2014-01", "2014-12", unit_cost=cost(), budget=budget)
    run = start(make_scenario({"loan": lever}, to="2014-12", **EAGER), SCALE)
    free = run_with(LOAN, to="2014-12", months=0)
    for _ in range(6):
        block, unlimited = run.step(), free.step()
    assert 0.9 * budget["yuan_per_year"] < run.ledger.spent[0] < 1.2 * budget["yuan_per_year"]
    assert block.money[MONEY.interest_aid] == 0 < unlimited.money[MONEY.interest_aid]
    assert block.money[MONEY.interest] > 0 and block.refused[0] > 0


def test_loans_are_flows_between_banks_and_owners_in_double_entry():
    lever = make_lever(LOAN, "2014-01", "2015-12", unit_cost=cost())
    results = simulate(
        make_scenario({"loan": lever}, to="2015-12", **EAGER), scale=SCALE, end="2015-12", seed=1
    )
    flows, sums = results.flows, results.national.sum(numeric_only=True)
    by_account = flows.groupby(["lever", "payer", "recipient"])["yuan"].sum()
    assert by_account["", "bank", "worker"] == sums["lent_yuan"]
    assert by_account["", "worker", "bank"] == sums["repaid_yuan"] + sums["loan_interest_yuan"]
    paid = sums["interest_aid_yuan"] + sums["guarantees_paid_yuan"]
    assert by_account["loan", "local", "bank"] == paid == sums["policy_spending_yuan"]
    stock = sums["lent_yuan"] - sums["repaid_yuan"] - sums["written_off_yuan"]
    assert results.national["debt_stock_yuan"].iloc[-1] == stock > 0


# --- who borrows ----------------------------------------------------------------------------------------
def test_own_savings_go_first_at_market_terms_and_a_cheap_loan_goes_first():
    market, cheap = run_with({**LOAN, **AT_MARKET_TERMS}, 2), run_with(LOAN, 2)
    for run, is_first in ((market, False), (cheap, True)):
        new = [one for one in owners(run) if one["loan"] and one["business_age"] == 1]
        assert new
        have_savings = np.mean([one["savings"] > 10_000 for one in new])
        assert have_savings > 0.4 if is_first else have_savings == 0.0
    assert cheap.block.events[EVENT.loans] > market.block.events[EVENT.loans]


def test_a_loan_at_market_terms_to_those_who_can_pay_changes_nothing():
    rules = {"startup_capital_median_yuan": 10_000.0, "startup_capital_log_sd": 0.1}
    loan = {"startup_loan_yuan": {"add": 200_000.0}}
    scenario = make_scenario({"loan": make_lever(loan, "2014-01", "2015-12")}, **rules)
    with_loan, without = start(scenario, SCALE), start(make_scenario(**rules), SCALE)
    for run in (with_loan, without):  # everybody can pay
        run.workers.savings[: run.rows] += 50_000
        run._accounts.savings += 50_000 * run.rows
    starts = 0
    for _ in range(12):
        blocks = with_loan.step(), without.step()
        starts += int(blocks[0].events[EVENT.business_starts])
        assert np.array_equal(blocks[0].money, blocks[1].money)
    assert with_loan.workers[: with_loan.rows] == without.workers[: without.rows]
    assert starts > 20


def test_nobody_is_lent_more_than_profit_and_savings_can_serve():
    run = run_with({**LOAN, "guaranteed_loan_yuan": {"set": 500_000.0}}, 2, debt_service_profit_share=0.1)
    table = owners(run)
    small = table[(table["loan"] > 0) & (table["business_age"] == 1)]
    free = owners(
        run_with({**LOAN, "guaranteed_loan_yuan": {"set": 500_000.0}}, 2, debt_service_profit_share=1.0)
    )
    large = free[(free["loan"] > 0) & (free["business_age"] == 1)]
    assert 0 < len(small) < len(large) and small["loan"].mean() < 0.7 * large["loan"].mean()


def test_founders_whom_the_loan_adds_have_worse_ideas_and_fewer_jobs():
    rules = {
        "startup_loan_yuan": 20_000.0,
        "startup_log_odds": -1.2,
        "startup_consideration_probability": 0.3,
    }
    run = start(
        make_scenario({"loan": make_lever({**LOAN, **PAID_FOR}, "2014-01", "2014-12")}, **{**EAGER, **rules}),
        20_000,
        months=10,
    )
    table = owners(run)
    table = table[table["since_month"] >= 0]
    additional = table["status"] & ADDITIONAL > 0
    assert additional.sum() > 100 and (~additional).sum() > 100
    assert table["business_jobs"][additional].mean() < 0.7 * table["business_jobs"][~additional].mean()
    rows = np.flatnonzero(np.isin(run.workers.id[: run.rows], table["id"]))
    ideas = np.array([idea_factor(run.workers[int(row)], run.conditions) for row in rows])
    assert ideas[additional].mean() < 0.95 * ideas[~additional].mean()
    assert run.block.events[EVENT.additional_loans] <= run.block.events[EVENT.guaranteed_loans]


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_share_of_losses_that_the_guarantor_bears_is_the_levers(share):
    effects = {**LOAN, "loan_guarantee_share": {"set": share}}
    run = run_with(effects, months=8, business_exit_scale=5.0)
    money = run.block.money
    assert money[MONEY.written_off] > 0
    part = money[MONEY.guarantee] / money[MONEY.written_off]
    assert part == pytest.approx(share, abs=0.02)


def test_half_of_those_who_know_of_it_add_half_as_many_founders():
    """Small levers act in proportion: who is reached by the smaller one is reached by the larger."""
    rules = {**EAGER, "startup_log_odds": -1.2, "startup_consideration_probability": 0.1}
    added = []
    for take_up in (0.25, 0.5, 1.0):
        lever = make_lever(LOAN, "2014-01", "2014-12", take_up=take_up)
        run, starts = start(make_scenario({"loan": lever}, to="2014-12", **rules), 20_000), 0
        for _ in range(6):
            starts += int(run.step().events[EVENT.additional_starts])
        added.append(starts)
    assert added[2] > 120
    assert added[1] == pytest.approx(added[2] / 2, rel=0.2)
    assert added[0] == pytest.approx(added[2] / 4, rel=0.3)


def test_the_largest_loan_is_what_can_be_kept():
    """Private lenders would lend a million yuan for a business that needs as much."""
    rules = {
        "startup_capital_median_yuan": 500_000.0,
        "startup_loan_yuan": 500_000.0,
        "private_loan_idea_elasticity": 10.0,
        "business_profit_premium": 1.0,
        "debt_service_profit_share": 1.0,
        "loan_term_months": 120,
        "startup_log_odds": 5.0,
    }
    run = start(make_scenario(to="2019-12", **{**EAGER, **rules}), SCALE, months=6)
    assert 0.9 * MOST_LOAN < owners(run)["loan"].max() * LOAN_UNIT <= MOST_LOAN
    paid = owners(run)["business_age"].astype(int) - owners(run)["missed_instalments"]
    loans = owners(run)["loan"].astype(int) * LOAN_UNIT
    assert run.debt == sum(owed_after(int(p), int(m), 120) for p, m in zip(loans, paid, strict=True))


# --- insurers -------------------------------------------------------------------------------------------
def test_insurers_of_founders_break_even():
    """Ten years of the catalogue's lever: premiums cover payouts and the cost of running the scheme."""
    content = load_scenario("baseline").content()
    lever = next(iter(everything([CATALOGUE["founder-insurance"]]).values()))
    scenario = Scenario.model_validate({**content, "levers": {"insurance": {**lever, "window": TEN_YEARS}}})
    flows = simulate(scenario, scale=20_000, end="2034-12", seed=1, tables="flows").tables["flows"]
    paid = flows[flows["lever"] == "insurance"].groupby("payer")["yuan"].sum()
    assert 0.6 < paid["insurer"] / (paid["local"] + paid["worker"]) < 1.0
    assert paid["worker"] == pytest.approx(0.2 * (paid["local"] + paid["worker"]), rel=0.01)
