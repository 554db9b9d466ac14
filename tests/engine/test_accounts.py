"""Every month balances, and the check notices one worker, one flow or one yuan out of place."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost

from sim.core.categories import (
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_WORK,
)
from sim.core.errors import AccountingError
from sim.engine.simulate import simulate
from sim.steps.records import EVENT, MONEY, MONEY_FLOWS
from sim.world.worker import INSURED, TRAINED

SMALL = 200_000
LEVERS = {
    "grant": make_lever(
        {"startup_grant_yuan": {"set": 20_000.0}},
        "2014-02",
        "2016-12",
        take_up=0.5,
        unit_cost=unit_cost(20_000, "business_start"),
        budget={"yuan_per_year": 4e9},
    ),
    "benefit": make_lever(
        {"unemployment_benefit_yuan": {"set": 900.0}},
        "2014-02",
        "2016-12",
        unit_cost=unit_cost(900, "search_month"),
    ),
    "quota": make_lever({"settlement_quota_share": {"set": 0.02}}, "2014-02", "2016-12"),
}


@pytest.fixture
def run():
    return start(make_scenario(LEVERS, arrears_probability=0.01), SMALL, months=4)


def tampered(run, tamper):
    """The run, with ``tamper(block)`` between the month and its check."""
    run_month = run._shards.run_month

    def dishonest(*arguments):
        block = run_month(*arguments)
        tamper(block)
        return block

    run._shards.run_month = dishonest
    return run


def test_accounts_balance_through_all_that_happens():
    """Three years with every lever kind and settlement under a quota: any imbalance would raise."""
    scenario = make_scenario(LEVERS, arrears_probability=0.01)
    results = simulate(scenario, scale=50_000, end="2016-12", threads=2)
    assert (results.national["arrears_owed_yuan"] > 0).all()
    assert results.national["settlements"].sum() > 0


def test_accounts_balance_in_the_ready_scenarios():
    assert len(simulate("combined", scale=200_000, end="2026-06", threads=1).national) == 150


def test_an_honest_month_passes(run):
    tampered(run, lambda block: None).step()


def conjure_a_worker(block):
    block.stock[0, 0, FARM] += 1


def lose_a_worker(block):
    home, place = np.argwhere(block.stock[:, :, MIGRANT_WORK])[0]
    block.stock[home, place, MIGRANT_WORK] -= 1


def move_a_worker_unseen(block):
    home, place = np.argwhere(block.stock[:, :, MIGRANT_WORK])[0]
    other = 31 if place != 31 else 32
    block.stock[home, place, MIGRANT_WORK] -= 1
    block.stock[home, other, MIGRANT_WORK] += 1


def forget_a_departure(block):
    place, activity = np.argwhere(block.left)[0]
    block.left[place, activity] -= 1


def forget_an_arrival(block):
    place, activity = np.argwhere(block.joined)[0]
    block.joined[place, activity] -= 1


def forget_an_exit(block):
    block.events[EVENT.exits] -= 1


PEOPLE = (
    conjure_a_worker,
    lose_a_worker,
    move_a_worker_unseen,
    forget_a_departure,
    forget_an_arrival,
    forget_an_exit,
)
UNBALANCED = "the accounts of 2014-05 do not balance: "
AT_THE_CENSUS = "the accounts of 2014-06 do not balance: "


def live_until_the_census(run):
    """May and June: what no flow betrays is found when everybody is counted."""
    run.step()
    run.step()


@pytest.mark.parametrize("tamper", PEOPLE)
def test_one_worker_out_of_place_is_noticed(run, tamper):
    with pytest.raises(AccountingError, match=f"{UNBALANCED}(workers|leavers|exits)"):
        tampered(run, tamper).step()


@pytest.mark.parametrize("difference", [1, -1])
@pytest.mark.parametrize("kind", MONEY_FLOWS)
def test_one_yuan_is_noticed(run, kind, difference):
    def tamper(block):
        block.money[getattr(MONEY, kind)] += difference

    wrong = (
        "money received and used|fees paid and booked|(savings|debts) counted afresh|banks receive for loans|"
        "what employers of all places contribute"
    )
    with pytest.raises(AccountingError, match=wrong):
        live_until_the_census(tampered(run, tamper))


def test_savings_from_nowhere_are_noticed(run):
    run._accounts.savings += 1
    with pytest.raises(AccountingError, match=f"{AT_THE_CENSUS}savings counted afresh differ by -1"):
        live_until_the_census(run)


def test_a_purse_opened_between_months_is_noticed(run):
    row = np.flatnonzero(rows_of(run)["activity"] == FARM)[0]
    run.workers.savings[row] += 1
    with pytest.raises(AccountingError, match=f"{AT_THE_CENSUS}savings counted afresh differ by 1"):
        live_until_the_census(run)


@pytest.mark.parametrize("activity", [EXITED, LOCAL_WORK])
def test_a_worker_changed_between_months_is_noticed(run, activity):
    row = np.flatnonzero(rows_of(run)["activity"] == FARM)[0]
    run.workers.activity[row] = activity
    with pytest.raises(AccountingError, match="workers counted afresh|fewer than no workers"):
        live_until_the_census(run)


def test_a_worker_moved_between_months_is_noticed(run):
    row = np.flatnonzero(rows_of(run)["activity"] == MIGRANT_SEARCH)[0]
    run.workers.place[row] = 31 if run.workers.place[row] != 31 else 32
    with pytest.raises(AccountingError, match="workers counted afresh|fewer than no workers"):
        live_until_the_census(run)


def test_an_entrant_who_never_came_is_noticed(run):
    carry = run._accounts.carry
    one_more = np.eye(31, dtype=int)[3]
    run._accounts.carry = lambda month, block, entrants: carry(month, block, entrants + one_more)
    with pytest.raises(AccountingError, match=f"{AT_THE_CENSUS}workers counted afresh"):
        live_until_the_census(run)


def test_a_census_that_disagrees_is_noticed(run):
    """At the end of a quarter everybody is counted anew, and held against the sums carried along."""
    living = rows_of(run)[rows_of(run)["activity"] != EXITED]
    stock = np.zeros_like(run.block.stock)
    np.add.at(stock, (living["home"], living["place"], living["activity"]), 1)
    savings = int(living["savings"].astype(np.int64).sum())
    one_more = np.zeros_like(stock)
    one_more[3, 3, FARM] = 1
    debt = run._accounts.debt
    run._accounts.check_census(3, stock, savings, debt)
    with pytest.raises(AccountingError, match="workers counted afresh differ by 1 in all"):
        run._accounts.check_census(3, stock + one_more, savings, debt)
    with pytest.raises(AccountingError, match="savings counted afresh differ by -1 in all"):
        run._accounts.check_census(3, stock, savings - 1, debt)
    with pytest.raises(AccountingError, match="debts counted afresh differ by 1 in all"):
        run._accounts.check_census(3, stock, savings, debt + 1)


def test_sums_equal_a_fresh_count_of_the_workers():
    """What a month adds up is what a census of the columns finds."""
    run = start(make_scenario(LEVERS, arrears_probability=0.01), 50_000, threads=2, months=2)
    owed = int(rows_of(run)["arrears"].astype(np.int64).sum()) * 10
    for month in range(2, 14):
        before = rows_of(run).copy()
        block = run.step()
        w = rows_of(run)
        living = w[w["activity"] != EXITED]
        stock = np.zeros_like(block.stock)
        np.add.at(stock, (living["home"], living["place"], living["activity"]), 1)
        assert np.array_equal(stock, block.stock)
        assert run.savings == living["savings"].astype(np.int64).sum()
        owners = living[living["activity"] == OWN_BUSINESS]
        assert block.business[:, 0].sum() == len(owners)
        assert block.business[:, 1].sum() == owners["business_jobs"].sum()
        # wages owed: what was withheld less what was recovered, and what those who left gave up
        left = before["arrears"][w["activity"][: len(before)] == EXITED].astype(np.int64).sum() * 10
        flow = int(block.money[MONEY.withheld] - block.money[MONEY.recovered])
        owed += flow - int(left)
        assert 10 * int(living["arrears"].astype(np.int64).sum()) == owed
        if month % 3 == 2:
            assert run.census.insured == (living["status"] & INSURED > 0).sum()
            assert run.census.trained == (living["status"] & TRAINED > 0).sum()
            assert run.census.owed == (living["arrears"] > 0).sum()
        assert (w["savings"] >= 0).all()
        at_home = np.isin(w["activity"], (FARM, LOCAL_WORK, OWN_BUSINESS))
        assert np.array_equal(w["place"][at_home], w["home"][at_home])
        assert (w["place"][np.isin(w["activity"], (MIGRANT_WORK, MIGRANT_SEARCH, SETTLED_WORK))] >= 31).all()


def test_national_flows_carry_the_labour_force_from_month_to_month():
    """Labour force = last month's + entrants - exits of the rural - settlements, in persons."""
    national = simulate(make_scenario(), scale=SMALL, end="2015-12", threads=1).national
    everybody = national["labour_force"] + national["settled"]
    assert (everybody.diff()[1:] == (national["entrants"] - national["exits"])[1:]).all()
    activities = ["farm", "local_work", "own_business", "migrant_work", "migrant_search", "training"]
    assert (national[activities].sum(axis=1) == national["labour_force"]).all()
    assert (national["cross_province"] + national["within_province"] == national["out"]).all()
    assert (national["businesses"] == national["own_business"]).all()
    businesses = national["businesses"].diff()[1:]
    started_less_closed = (national["business_starts"] - national["business_closures"])[1:]
    assert (businesses <= started_less_closed).all()  # owners may also retire


def test_tables_agree_with_each_other():
    results = simulate(make_scenario(), scale=SMALL, end="2014-12", threads=1)
    columns = [
        "farm",
        "local_work",
        "own_business",
        "migrant_work",
        "migrant_search",
        "settled_work",
        "settled_search",
        "training",
    ]
    national = results.national.set_index("month")[columns]
    for name in ("places", "homes", "groups"):
        sums = results.tables[name].groupby("month")[columns].sum()
        assert len(sums) in (4, 12)  # some tables are made at the end of each quarter
        assert (sums == national.loc[sums.index]).all(axis=None), name
    earned = results.national.set_index("month")["earnings_yuan"]
    assert (results.homes.groupby("month")["earnings_yuan"].sum() == earned).all()
    sent = results.national.set_index("month")["remittances_yuan"]
    assert (results.homes.groupby("month")["remittances_yuan"].sum() == sent).all()
