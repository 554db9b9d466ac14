"""One real net income: what a worker received less what was paid out of it, and how it is spread."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost
from support.instrument_runs import everything

from sim.core.categories import EXITED, FARM, MIGRANT_SEARCH, TRAINING
from sim.core.structured import make_record
from sim.engine.incomes import bin_edges, distribution, incomes_type
from sim.engine.recorder import Record
from sim.steps.records import MONEY
from sim.world.places import HOMES

ADDED = ("earned", "recovered", "benefit", "grant", "payout", "premium_aid")
TAKEN = ("withheld", "contribution", "fee", "family_fee", "interest")

LEVERS = {
    "benefit": make_lever(
        {"unemployment_benefit_yuan": {"set": 700}},
        last="2015-12",
        unit_cost=unit_cost(700, "search_month"),
    ),
    "relief": make_lever({"relief_yuan": {"set": 1500}}, last="2015-12", unit_cost=unit_cost(1500, "relief")),
    "posts": make_lever(
        {"public_post_pay_yuan": {"set": 900}}, last="2015-12", unit_cost=unit_cost(900, "post_month")
    ),
    "late_grant": make_lever(
        {"startup_late_grant_yuan": {"set": 6000}},
        last="2015-12",
        unit_cost=unit_cost(6000, "business_half_year"),
    ),
}


@pytest.mark.parametrize(
    "levers",
    [{}, LEVERS, {"benefit": LEVERS["benefit"]}, everything(last="2015-12")],
    ids=["none", "all", "benefit", "the catalogue"],
)
def test_net_incomes_add_up_to_the_money_that_the_accounts_saw(levers):
    """Received less deductions and the extra cost of living away, with months on the land, month by month."""
    run = start(make_scenario(levers, to="2015-12", farm_income_log_sd=0.0))
    for month in range(24):
        if month % 12 == 0:
            flows = 0.0
        block = run.step()
        money = {name: int(block.money[code]) for name, code in zip(MONEY._fields, MONEY, strict=True)}
        flows += sum(money[name] for name in ADDED) - sum(money[name] for name in TAKEN)
        on_land = block.by_place[:HOMES, [FARM, TRAINING]].sum(axis=1) + block.on_land
        flows += float(on_land @ run.conditions.farm_income) - int(block.living[0])
    incomes = run.net_incomes().sum() * run.conditions.prices_of_year
    assert incomes == pytest.approx(flows, rel=2e-5)  # months on the land are added in whole yuan


def test_months_on_the_land_count_wherever_a_worker_is_in_december():
    """Who farms until July and leaves in that month has seven months of it."""
    run = start(make_scenario(to="2015-12", farm_income_log_sd=0.0), 10_000, months=12)
    farmed = rows_of(run)["activity"] == FARM
    for _ in range(6):
        run.step()
        farmed &= rows_of(run)["activity"][: len(farmed)] == FARM
    run.step()
    rows = rows_of(run)[: len(farmed)]
    left = farmed & (rows["activity"] == MIGRANT_SEARCH)
    income = run.workers.net_income_year[: len(farmed)].astype(int)
    land = run.conditions.farm_to_date[rows["home"], 7]
    assert left.sum() > 20 and (abs(income - land)[left] <= 2).all()
    for _ in range(5):
        run.step()
    away = left & (rows_of(run)["place"][: len(left)] >= HOMES)
    assert away.any()
    stayed = farmed & (rows_of(run)["since_month"][: len(farmed)] < 12) & (rows["activity"] == FARM)
    whole = run.net_incomes()[: len(farmed)] * run.conditions.prices_of_year
    assert whole[stayed] == pytest.approx(run.conditions.farm_to_date[rows["home"], 12][stayed])


def test_a_benefit_raises_incomes_by_what_was_paid():
    """Paid in one month, to people whose choices it cannot have changed yet."""
    lever = make_lever(
        {"public_post_pay_yuan": {"set": 900}},
        first="2014-12",
        last="2014-12",
        unit_cost=unit_cost(900, "post_month"),
    )
    without, given = (start(make_scenario(levers, to="2014-12")) for levers in ({}, {"posts": lever}))
    for _ in range(12):
        before, after = without.step(), given.step()
    paid = int(after.money[MONEY.benefit]) - int(before.money[MONEY.benefit])
    gain, less = (run.net_incomes() * run.conditions.prices_of_year for run in (given, without))
    gain -= less
    assert paid > 0 and paid % 900 == 0
    assert (
        np.minimum(abs(gain), abs(gain - 900)) <= 2
    ).all()  # yuan of the land are whole where one leaves it
    assert (gain > 450).sum() == paid // 900


@pytest.mark.parametrize("per", ["study_start", "training_enrolment", "placement", "business_start"])
def test_a_workers_own_share_of_a_cost_is_taken_off_net_income(per):
    """The same lever, paid by government alone and in part by the workers: the same lives, less income."""
    effects = {
        "study_enrolment_probability": {"set": 0.02},
        "training_enrolment_probability": {"set": 0.02},
        "job_finding_probability": {"set": 0.5},
        "startup_consideration_probability": {"set": 0.2},
    }

    def lived(payers):
        cost = {"yuan": 25_000, "per": per, "payers": payers, "source": "a test"}
        lever = make_lever(effects, "2014-12", "2014-12", unit_cost=cost)
        run = start(make_scenario({"x": lever}), months=11)
        record = Record(run, run.month, ("national",))
        return run, run.step(), record

    free, paying = lived({"local": 1.0}), lived({"worker": 0.4, "local": 0.6})
    money = paying[1].money
    paid = int(money[MONEY.fee] + money[MONEY.family_fee])
    before, after = (run.workers.net_income_year[: run.rows].astype(int) for run, *_ in (free, paying))
    assert (before - after).sum() == paid == 10_000 * paying[1].served[0].sum() > 0
    assert set(np.unique(before - after)) == {0, 10_000}
    assert (rows_of(paying[0])["savings"] >= 0).all() and paying[0].savings < free[0].savings
    means = [record.national_row(block)["mean_income_yuan"] for _, block, record in (free, paying)]
    living = int((rows_of(paying[0])["activity"] != EXITED).sum())
    prices = paying[0].conditions.price_index
    assert (means[0] - means[1]) * living * prices == pytest.approx(paid, rel=1e-9)


def test_the_mean_of_a_year_is_that_of_the_workers_incomes():
    """What the table `national` says month by month, and what tenths, winners and losers rest on."""
    run = start(make_scenario(LEVERS, to="2015-12"), months=12)
    record = Record(run, run.month, ("national",))
    rows = [record.national_row(run.step()) for _ in range(12)]
    by_month = sum(row["mean_income_yuan"] * (row["labour_force"] + row["settled"]) for row in rows)
    by_worker = float(run.net_incomes().sum()) * run.scale  # of those who left work in the year, too
    assert by_month == pytest.approx(by_worker, rel=0.002)  # land is luck; prices move within the year


def test_school_in_a_city_costs_what_living_there_does():
    """Students away have no pay, and pay for their lives from savings and by their families."""
    lever = make_lever({"study_enrolment_probability": {"set": 0.05}}, "2014-01", "2014-03", no_cost="a test")
    run = start(make_scenario({"x": lever}, to="2015-12", exit_rate_at_55=0.0), months=12)
    before = rows_of(run)
    run.step()
    after = rows_of(run)[: len(before)]
    at_school = (before["activity"] == TRAINING) & (after["activity"] == TRAINING)
    cost = np.where(after["place"] >= HOMES, run.conditions.living_cost[after["place"]].astype(int), 0)
    assert (at_school & (cost > 0)).sum() > 50 and (at_school & (cost == 0)).sum() > 50
    assert (run.workers.net_income_year[: len(before)][at_school] == -cost[at_school]).all()  # of January
    spent = np.minimum(before["savings"][at_school], cost[at_school])
    assert (before["savings"][at_school] - after["savings"][at_school] == spent).all()


def test_a_distribution_by_hand():
    """A hundred workers: fifty with 2,000 yuan, forty with 20,000, and ten with 200,000."""
    counted = make_record(incomes_type())
    for workers, each in ((50, 2_000), (40, 20_000), (10, 200_000)):
        place = int(np.searchsorted(bin_edges(), each, side="right")) - 1
        counted["workers"][0][place], counted["yuan"][0][place] = workers, workers * each
    counted["poor"] = 50
    found = distribution(counted[0])
    assert found.poor == 50.0
    assert found.lowest_tenth == pytest.approx(2_000) and found.highest_tenth == pytest.approx(200_000)
    total = 50 * 2_000 + 40 * 20_000 + 10 * 200_000
    lorenz = [0, 100_000 / total, 900_000 / total, 1]
    area = (0.5 * lorenz[1] + 0.4 * (lorenz[1] + lorenz[2]) + 0.1 * (lorenz[2] + 1)) / 2
    assert found.gini == pytest.approx(100 * (1 - 2 * area))
    low, high = bin_edges()[np.searchsorted(bin_edges(), 2_000, side="right") + np.array([-1, 0])]
    assert low <= found.median <= high
