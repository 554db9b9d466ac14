"""Money goes to whom it is for, when they count on it, and for the time that it is for."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost
from support.instrument_runs import CATALOGUE, scenario_with, strong

from sim.core.categories import EXITED, FARM
from sim.engine.simulate import simulate
from sim.steps.records import EVENT, MONEY
from sim.world.worker import ENTRANT_BIT, ID_MONTH_SHIFT

SCALE = 20_000


# --- the late part of a grant is counted on as far as it will be paid -------------------------------------


def late_grant(last: str, first: str = "2014-01", yuan: float = 100_000.0, **more) -> dict:
    return make_lever(
        {"startup_late_grant_yuan": {"add": yuan}},
        first,
        last,
        unit_cost=unit_cost(int(yuan), "business_half_year"),
        **more,
    )


EAGER = {  # a grant counts in the odds themselves, so that few months show it
    "startup_grant_log_odds": 0.5,
    "startup_consideration_probability": 0.2,
}


def founders(lever: dict, months: int, **more) -> list[int]:
    """Businesses by month that are there only because of the lever."""
    run = start(make_scenario({"x": lever}, **{**EAGER, **more}), SCALE)
    return [int(run.step().events[EVENT.additional_starts]) for _ in range(months)]


@pytest.mark.parametrize("reach", [{}, {"take_up": 0.6}], ids=["everybody", "some"])
def test_nobody_counts_on_a_late_grant_whose_window_ends_before_it_is_paid(reach):
    """It is paid in the sixth month of a business: of a window of eight, to founders of the first three."""
    assert founders(late_grant("2014-05", **reach), 8) == [0] * 8
    counted = founders(late_grant("2014-08", **reach), 10)
    assert all(counted[:3]) and not any(counted[3:])


def test_what_is_counted_on_is_what_is_paid_to_owners_at_home():
    """A grant for those who are owners is paid to them, one for migrants to none of them."""
    for_owners = founders(late_grant("2015-12", who={"activity": ["own_business"]}), 4)
    for_migrants = founders(late_grant("2015-12", who={"activity": ["migrant_work"]}), 4)
    assert all(for_owners) and not any(for_migrants)


def test_a_ramp_is_counted_on_as_far_as_it_will_have_come():
    lever = late_grant("2016-12", ramp_months=5)
    run = start(make_scenario({"x": lever}, **EAGER), SCALE)
    run.step()
    levers = run.conditions.levers
    assert levers.due_share[0] == 1.0 and levers.due_value[0] == 100_000.0  # in six months; a sixth today


def test_no_founder_is_paid_a_late_grant_that_nobody_counted_on():
    """Who started early enough is paid, and nobody after the window's end."""
    run = start(make_scenario({"x": late_grant("2014-08")}, **EAGER), SCALE)
    paid = [int(run.step().served[0].sum()) for _ in range(12)]
    assert all(paid[:8]) and not any(paid[8:])


# --- training for founders is paid for everybody whom it reaches -------------------------------------------


def test_who_weighs_up_a_business_is_billed_and_not_only_who_starts_one():
    lever = make_lever(
        {"startup_consideration_probability": {"scale": 2.0}},
        "2014-01",
        "2014-12",
        unit_cost=unit_cost(1000, "business_idea"),
    )
    run, none = (start(make_scenario(levers), SCALE) for levers in ({"x": lever}, {}))
    block, without = run.step(), none.step()
    served, starts = int(block.served[0].sum()), int(block.events[EVENT.business_starts])
    assert starts > without.events[EVENT.business_starts] > 0
    assert served > 1.5 * starts
    assert block.billed[0].sum() == 1000 * served


def test_training_for_founders_bills_courses_of_starters_and_of_owners():
    run = start(scenario_with(strong(CATALOGUE["founder-training"])), SCALE, months=3)
    served = dict(zip(run.policy.names, run.block.served.sum(axis=1).tolist(), strict=False))
    owners = int(run.block.business[:, 0].sum())
    assert served["founder_training_starting"] > run.block.events[EVENT.business_starts] > 0
    assert owners <= served["founder_training_running"] <= owners + run.block.events[EVENT.business_closures]


# --- pay forgone, months of search, months on the land -----------------------------------------------------


def test_who_loses_the_job_forgoes_no_pay_for_a_course():
    """Everybody loses the job, and everybody enrols: no pay is earned, and none is lost."""
    rules = {
        "separation_probability": 1.0,
        "training_enrolment_probability": 1.0,
        "search_income_yuan": 0.0,
        "works_pay_ratio": 1.0,
    }
    run = start(make_scenario(**rules, course_pay_lost_share=1.0), SCALE)
    block = run.step()
    assert block.events[EVENT.training_enrolments] > 1000 < block.events[EVENT.separations]
    assert block.pay[:, 0].min() >= 0 and int(block.money[MONEY.earned]) >= 0


@pytest.mark.parametrize("month", [1, 6, 10])
def test_only_pay_that_is_earned_is_forgone(month):
    """In no month is more lost on courses than those who are paid earn, the months on the land among them."""
    rules = {"training_enrolment_probability": 1.0, "farm_season_share": 1.0}
    all_of_it = start(make_scenario(**rules, course_pay_lost_share=1.0), SCALE, months=month - 1)
    block = all_of_it.step()
    employees = [code for code in range(len(block.pay)) if code in (1, 3, 5)]
    assert block.pay[employees, 0].min() >= 0


def test_who_draws_a_benefit_at_home_is_no_month_of_search():
    levers = {
        "benefit": make_lever(
            {"unemployment_benefit_yuan": {"add": 500.0}}, unit_cost=unit_cost(500, "search_month")
        ),
        "service": make_lever(
            {"job_finding_probability": {"scale": 1.1}}, unit_cost=unit_cost(50, "search_month")
        ),
    }
    for lever in levers.values():
        lever["window"] = {"from": "2014-01", "to": "2015-12"}
    run = start(make_scenario(levers), SCALE)
    for _ in range(8):
        block = run.step()
    assert block.served[0].sum() > 1.2 * block.served[1].sum() > 0  # the benefit reaches those at home too


def test_the_land_feeds_nobody_before_they_enter_or_after_they_leave():
    results = simulate(
        make_scenario({}, to="2015-12", exit_rate_at_55=0.2),
        scale=SCALE,
        end="2015-12",
        seed=1,
        keep=["2014-12", "2015-12"],
    )
    first, workers = (results.workers[month] for month in ("2014-12", "2015-12"))
    gone = workers.loc[workers["id"].isin(first.loc[first["activity"] == "exited", "id"])]
    assert len(gone) > 500 and (gone["activity"] == "exited").all()
    assert (gone["income_year_yuan"] == 0).all()
    late = (
        workers["id"].to_numpy(dtype=np.int64) - ENTRANT_BIT >= 21 << ID_MONTH_SHIFT
    )  # of October to December 2015
    farming = workers[late & (workers["activity"] == "farm")]["income_year_yuan"]
    always = workers[~late & (workers["activity"] == "farm") & (workers["age"] < 30)]["income_year_yuan"]
    assert len(farming) > 50
    assert farming.mean() < 0.3 * always.mean()


def test_who_leaves_in_the_year_has_the_months_until_then():
    run = start(make_scenario(to="2014-12", exit_rate_at_55=0.2), SCALE, months=12)
    w, incomes = run.workers, run.net_incomes()
    rows = slice(0, run.rows)
    gone = (w.activity[rows] == EXITED) & (w.place[rows] == w.home[rows]) & (w.worked_months[rows] == 0)
    early, late = (gone & (w.since_month[rows] == month) for month in (2, 10))
    stayed = (w.activity[rows] == FARM) & (w.worked_months[rows] == 0)
    assert min(early.sum(), late.sum(), stayed.sum()) > 30
    assert incomes[early].mean() == pytest.approx(incomes[stayed].mean() * 2 / 12, rel=0.25)
    assert incomes[late].mean() == pytest.approx(incomes[stayed].mean() * 10 / 12, rel=0.25)


# --- parts of a year, and of a yuan -------------------------------------------------------------------


@pytest.mark.parametrize(
    "window",
    [
        {"from": "2014-07", "to": "2015-12"},
        {"from": "2014-01", "to": "2015-03"},
        {"from": "2014-02", "to": "2015-12", "season": [1, 2]},
    ],
)
def test_a_yearly_budget_is_whole_also_in_a_part_of_a_year(window):
    yuan = 2e9
    lever = make_lever(
        {"insurance_enrolment_probability": {"add": 0.05}},
        unit_cost=unit_cost(2000, "new_insurance"),
        budget={"yuan_per_year": yuan},
    )
    lever["window"] = window
    ledger = simulate(make_scenario({"x": lever}, to="2015-12"), scale=SCALE, end="2015-12", seed=1).ledger
    by_year = ledger.groupby("year")[["budget_yuan", "spending_yuan"]].sum()
    assert by_year["budget_yuan"].tolist() == pytest.approx([yuan, yuan], rel=1e-6)
    assert by_year["spending_yuan"].tolist() == pytest.approx([yuan, yuan], abs=2 * 2000 * SCALE)


@pytest.mark.parametrize("yuan", [333, 3, 2])
def test_what_workers_pay_is_what_is_booked_for_them_to_the_yuan(yuan):
    """A fee is whole yuan, and what is left of two fifths is the others' or the workers' in turn."""
    lever = make_lever(
        {"training_enrolment_probability": {"add": 0.02}},
        "2014-01",
        "2014-12",
        unit_cost={
            "yuan": yuan,
            "per": "training_enrolment",
            "payers": {"worker": 0.4, "local": 0.4, "firm": 0.2},
            "source": "a test",
        },
    )
    run = start(make_scenario({"x": lever}, to="2014-12"), SCALE)
    fees = public = 0.0
    for _ in range(12):
        block = run.step()
        fees += float(block.fees[0]) * SCALE
        public += run.ledger.month_public_spending
    ledger, flows = run.ledger.table(), run.ledger.flows()
    paid = flows[flows["lever"] == "x"].groupby("payer")["yuan"].sum()
    spent = ledger.groupby("payer")["spending_yuan"].sum()
    uses = ledger["served"].sum()
    # whole yuan, rounded up in some months and down in others: within a twentieth of a yuan a use
    assert fees / uses == pytest.approx(0.4 * yuan, abs=0.05)
    for by_payer in (paid, spent):
        assert by_payer.get("worker", 0.0) == pytest.approx(fees, rel=1e-12)
        assert by_payer["local"] == pytest.approx(public, rel=1e-12)
        assert by_payer["local"] == pytest.approx(2 * by_payer["firm"], rel=1e-12)
        assert by_payer.sum() == pytest.approx(yuan * uses, rel=1e-12)
    assert np.isclose(spent.sum(), paid.sum())
