"""Every act is paid for once, by a lever that brought it about, wherever it happens and at any scale."""

from __future__ import annotations

import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost
from support.instrument_runs import everything, scenario_with

from sim.comparison.accounts import accounts_of_seed
from sim.core.categories import BY_PLACE
from sim.engine.simulate import simulate
from sim.policy.lever_rows import NEW_SETTLEMENT, WAYS
from sim.results.outcomes import OUTCOMES
from sim.scenario.costs import CASH
from sim.steps.records import EVENT
from sim.world.places import HOMES

# What half a lever adds to the parameter, for acts that are rare at its default.
HALF = {
    "training_enrolment": 0.01,
    "study_start": 0.01,
    "works_job": 0.01,
    "workshop_job": 0.01,
    "workshop_month": 0.01,
    "replacement": 0.2,
    "new_insurance": 0.02,
    "business_idea": 0.02,
    "kept_insurance": 0.2,
    "festival_trip": 0.2,
    NEW_SETTLEMENT: 0.2,
}
ACTS = {**WAYS, NEW_SETTLEMENT: "settlement_open_share"}


def lever(parameter, add, per, **more):
    return make_lever({parameter: {"add": add}}, "2014-01", "2015-12", unit_cost=unit_cost(1000, per), **more)


@pytest.mark.parametrize("per", ACTS)
def test_two_levers_that_do_half_each_cost_what_one_does_that_does_all(per):
    """A course is paid for once, also where two programmes offer courses."""
    name, half = ACTS[per], HALF[per]
    one = start(make_scenario({"whole": lever(name, 2 * half, per)}))
    two = start(make_scenario({"first": lever(name, half, per), "second": lever(name, half, per)}))
    billed, served = 0, 0
    for _ in range(15):
        whole, halves = one.step(), two.step()
        assert (whole.events == halves.events).all()
        assert whole.billed[0].sum() == halves.billed[:2].sum()
        served = served + halves.served[:2].sum(axis=1)
        billed += int(whole.billed[0].sum())
    assert billed == 1000 * served.sum() > 0
    assert 0.3 < served[0] / served.sum() < 0.7


def test_who_is_not_reached_by_one_is_billed_to_the_other():
    """Half know of the first, all of the second, and both do as much."""
    per, name = "training_enrolment", "training_enrolment_probability"
    levers = {"few": lever(name, 0.02, per, take_up=0.5), "all": lever(name, 0.02, per)}
    run = start(make_scenario(levers, training_enrolment_probability=0.0), months=1)
    served = run.block.served[:2].sum(axis=1).tolist()  # in order of name: all, few
    assert sum(served) == run.block.events[EVENT.training_enrolments]
    assert served[0] == pytest.approx(2 * served[1], rel=0.15)


def test_a_service_besides_the_act_is_billed_beside_it():
    """Who enrols takes a course, and uses the survey that goes with each."""
    levers = {
        "course": lever("training_enrolment_probability", 0.02, "training_enrolment"),
        "survey": lever("job_finding_probability", 0.01, "training_enrolment"),
    }
    block = start(make_scenario(levers), months=1).block
    assert block.served[0].sum() == block.served[1].sum() == block.events[EVENT.training_enrolments] > 0


@pytest.mark.parametrize(
    "where",
    [{"home_regions": ["West"], "regions": ["East"]}, {"regions": ["East"]}, {"tiers": ["mega_city"]}],
)
def test_departures_to_places_that_a_lever_brings_nearer_are_billed(where):
    nearer = make_lever(
        {"corridor_relief": {"add": 0.5}},
        "2014-01",
        "2015-12",
        where=where,
        unit_cost=unit_cost(20, "departure"),
    )
    run = start(make_scenario({"x": nearer}), months=3)  # nobody is held up at home by the festival
    policy, expected, served = run.policy, 0, 0
    means = policy._corridors_of(0)
    for _ in range(4):
        place, home = run.workers.place[:].copy(), run.workers.home[:].copy()  # entrants wait there too
        block = run.step()
        after = run.workers.place[:]
        is_drawn = (place < HOMES) | ~policy._by_place.masks[0][place]  # from home, or from elsewhere
        left = (place != after) & (after >= HOMES) & is_drawn
        expected += int(means[home[left], after[left]].sum())
        served += int(block.served[0].sum())
    # a few come home and leave again within the month
    assert 0 < expected <= served <= 1.03 * expected


@pytest.mark.parametrize(
    ("effects", "per"),
    [
        ({"jobs_scale_transport": {"scale": 1.01}}, "added_job_month"),
        ({"pay_scale_transport": {"scale": 1.01}}, "raised_pay_month"),
        ({"school_access_share": {"add": 0.01}}, "school_place_month"),
        ({"public_housing_share": {"add": 0.002}}, "housing_month"),
        ({"amenity_shift": {"add": 0.01}, "hukou_cost_scale": {"scale": 0.99}}, "resident_month"),
    ],
)
def test_few_people_in_a_place_do_not_make_a_lever_free(effects, per):
    """A hundredth of the trade in a place is less than one simulated worker, and is billed."""
    served = []
    for scale in (20_000, 200_000):
        one = make_lever(effects, "2014-01", "2014-12", unit_cost=unit_cost(100, per))
        results = simulate(make_scenario({"x": one}, to="2014-12"), scale=scale, end="2014-12", seed=1)
        assert (results.ledger["spending_yuan"] == 100 * results.ledger["served"]).all()
        served.append(float(results.ledger["served"].sum()))
    assert served[1] == pytest.approx(served[0], rel=0.25)


def test_no_instrument_of_the_catalogue_that_costs_something_is_free():
    """All of them at once: each is billed to somebody within eighteen months."""
    levers = uncapped(everything())
    rules = {"settlement_quota_share": 0.05, "settlement_open_share": 0.3}
    ledger = simulate(scenario_with(levers, **rules), scale=20_000, end="2015-06", seed=1).ledger
    spent = ledger.groupby("lever")["spending_yuan"].sum()
    costed = [name for name, one in levers.items() if one.get("unit_cost")]
    assert len(costed) > 70
    assert [name for name in costed if not spent.get(name, 0.0) > 0.0] == []


def uncapped(levers):
    return {name: {key: one[key] for key in one if key != "budget"} for name, one in levers.items()}


def test_aid_with_contributions_is_counted_once():
    """Workers gain the aid, government spends it, and the schemes receive what they did without it."""
    aid = make_lever(
        {"insurance_contribution_rate": {"add": -0.05}},
        "2014-12",
        "2014-12",
        unit_cost={**unit_cost(250, "work_month"), "follows_strength": True},
    )
    base, policy = (
        simulate(make_scenario(levers, to="2014-12"), scale=50_000, end="2014-12", seed=1)
        for levers in ({}, {"x": aid})
    )
    spent = policy.ledger["spending_yuan"].sum()
    added = accounts_of_seed(base, policy, "untied").groupby("account")["yuan"].sum()
    assert added["workers"] == pytest.approx(spent, rel=1e-9) and spent > 0
    assert added["taxpayers"] == pytest.approx(-spent, rel=1e-9)
    cost = OUTCOMES["net_public_cost"].series
    assert cost(policy.national).sum() - cost(base.national).sum() == pytest.approx(spent, rel=1e-9)


def test_who_wins_workers_for_the_scheme_is_paid_and_employers_contribute_month_by_month():
    """A lever's cost is for the service; what employers contribute is in the accounts."""
    more = make_lever(
        {"insurance_enrolment_probability": {"scale": 2.0}},
        "2014-01",
        "2014-12",
        unit_cost={
            "yuan": 1000,
            "per": "new_insurance",
            "payers": {"firm": 0.9, "local": 0.1},
            "source": "a test",
        },
    )
    base, policy = (
        simulate(make_scenario(levers, to="2014-12"), scale=50_000, end="2014-12", seed=1)
        for levers in ({}, {"x": more})
    )
    flows = policy.flows[policy.flows["lever"] != ""]  # the rest is lent to owners and paid back by them
    assert set(zip(flows["payer"], flows["recipient"], strict=True)) == {
        ("firm", "service"),
        ("local", "service"),
    }
    added = accounts_of_seed(base, policy, "untied").groupby(["account", "item"])["yuan"].sum()
    from_employers = added["employers", "employers' contributions"]
    assert from_employers < 0 < added["insured", "promised pensions"]
    assert added["government", "employers' contributions"] == pytest.approx(-from_employers)


@pytest.mark.parametrize("per", BY_PLACE)
@pytest.mark.parametrize("payers", [{"payer": "worker"}, {"payers": {"worker": 0.2, "local": 0.8}}])
def test_nobody_in_particular_can_be_asked_to_pay(per, payers):
    cost = {"yuan": 100, "per": per, "source": "a test", **payers}
    with pytest.raises(ValueError, match="no worker can be asked to pay"):
        make_scenario({"x": make_lever({"school_access_share": {"add": 0.1}}, unit_cost=cost)})


@pytest.mark.parametrize("name", CASH)
def test_workers_do_not_pay_for_what_they_are_handed(name):
    change = {"add": -0.01} if name == "insurance_contribution_rate" else {"add": 100.0}
    cost = {"yuan": 100, "per": "work_month", "payers": {"worker": 0.2, "local": 0.8}, "source": "a test"}
    with pytest.raises(ValueError, match="cannot be paid for by them"):
        make_scenario({"x": make_lever({name: change}, unit_cost=cost)})
