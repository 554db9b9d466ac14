"""A business is at home: what a founder is given counts there, wherever the founder thinks of it."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start, unit_cost

from sim.core.categories import COUNTY_TOWN, OWN_BUSINESS
from sim.steps.records import EVENT, MONEY
from sim.world.data import load_data
from sim.world.places import HOMES, build_places
from sim.world.worker import GUARANTEED

SCALE = 20_000
EAGER = {
    "startup_consideration_probability": 0.2,
    "startup_capital_median_yuan": 150_000.0,
    "startup_log_odds": 1.0,
    "startup_loan_yuan": 0.0,
    "business_exit_scale": 0.0,
}
HOST, SENDER = "Guangdong", "Sichuan"
GRANT = {"startup_grant_yuan": {"add": 20_000.0}}
LOAN = {"guaranteed_loan_yuan": {"add": 180_000.0}, "loan_approval_probability": {"set": 1.0}}
PER = {"startup_grant_yuan": "business_start", "guaranteed_loan_yuan": "loan_month"}


def lever(effects: dict, last: str = "2015-12", **more) -> dict:
    per = PER[next(iter(effects))]
    return make_lever(effects, "2014-01", last, unit_cost=unit_cost(450, per), **more)


def begin(levers: dict, months: int = 0, **parameters):
    return start(make_scenario(levers, to="2015-12", **{**EAGER, **parameters}), SCALE, months=months)


def province(name: str) -> int:
    return build_places(load_data()).provinces.index(name)


def owners(run) -> np.ndarray:
    table = run.workers.table()[: run.rows]
    return table[table["activity"] == OWN_BUSINESS]


def by_home(run) -> np.ndarray:
    """Owners by home."""
    return np.bincount(owners(run)["home"], minlength=HOMES)


def test_a_founder_who_comes_home_is_booked_in_the_home_province():
    run = begin({"x": lever(GRANT)})
    places_before = {int(one["id"]): int(one["place"]) for one in run.workers.table()[: run.rows]}
    before = {int(one["id"]) for one in owners(run)}
    block = run.step()
    new = [one for one in owners(run) if int(one["id"]) not in before]
    came_home = [one for one in new if places_before.get(int(one["id"]), 0) >= HOMES]
    assert len(came_home) > 20 and len(new) == block.events[EVENT.business_starts]
    homes = np.bincount([int(one["home"]) for one in new], minlength=HOMES)
    assert np.array_equal(block.served[0], homes)
    assert np.array_equal(block.billed[0], 20_000 * homes)


@pytest.mark.parametrize("named", ["provinces", "home_provinces"])
def test_a_province_gives_to_founders_who_are_its_own_and_to_no_guests(named):
    """A host's grant moves nobody who comes from elsewhere; a sender's moves its people wherever they are."""
    without = by_home(begin({}, months=1))
    for name in (HOST, SENDER):
        run = begin({"x": lever(GRANT, where={named: [name]})}, months=1)
        own = province(name)
        assert run.block.served[0].sum() == run.block.served[0, own] > 0
        more = by_home(run) - without
        assert more[own] > 0 and not np.delete(more, own).any()


def test_whoever_borrows_under_a_provinces_policy_has_its_guarantee_and_nobody_else_borrows():
    """The giver of each loan is the one that pays for it; no loan is guaranteed by nobody."""
    run = begin({"loan": lever(LOAN, where={"provinces": [SENDER]})}, months=6)
    guaranteed = [one for one in owners(run) if int(one["traits"]) & GUARANTEED and one["loan"]]
    assert len(guaranteed) > 20
    assert {int(one["home"]) for one in guaranteed} == {province(SENDER)}
    block = run.step()
    assert block.credit[0] == block.money[MONEY.interest_aid] + block.money[MONEY.guarantee] > 0
    assert block.credit[-1] == 0


def test_a_loan_outlives_the_policy_that_gave_it_also_while_another_gives_loans_elsewhere():
    """Sichuan's policy ends in June: its guarantees stand, and those of Guangdong's go on beside them."""
    levers = {
        "sender": lever(LOAN, "2014-06", where={"provinces": [SENDER]}),
        "host": lever(LOAN, where={"provinces": [HOST]}),
    }
    run = begin(levers, months=6)
    paid = run.block.credit[:2].copy()
    names = list(run.policy.names)
    assert (paid > 0).all()
    block = run.step()
    assert block.credit[names.index("host")] > 0 == block.credit[names.index("sender")]
    assert block.credit[-1] == pytest.approx(paid[names.index("sender")], rel=0.2)
    assert block.money[MONEY.interest_aid] + block.money[MONEY.guarantee] == block.credit.sum()


def test_an_owner_who_grows_too_old_for_new_loans_keeps_the_guarantee_of_the_old_one():
    run = begin(
        {"loan": lever(LOAN, who={"activity": ["farm", "local_work", "migrant_work", "migrant_search"]})}
    )
    for _ in range(4):
        block = run.step()
    assert block.money[MONEY.interest_aid] > 0  # owners are none of those who may borrow
    assert block.credit[-1] == block.money[MONEY.interest_aid] + block.money[MONEY.guarantee]


def test_kinds_of_place_are_where_the_founder_lives_and_provinces_where_the_business_is():
    run = begin({"x": lever(GRANT, where={"provinces": [SENDER], "tiers": ["county_town"]})})
    before = {int(one["id"]): int(one["place"]) for one in run.workers.table()[: run.rows]}
    old = {int(one["id"]) for one in owners(run)}
    block = run.step()
    tier = run.places.tier
    new = [one for one in owners(run) if int(one["id"]) not in old and int(one["home"]) == province(SENDER)]
    from_towns = [one for one in new if tier[before[int(one["id"])]] == COUNTY_TOWN]
    assert 0 < len(from_towns) < len(new)
    assert block.served[0].sum() == block.served[0, province(SENDER)] == len(from_towns)
