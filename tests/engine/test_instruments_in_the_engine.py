"""What every instrument does in the engine, generated from the catalogue.

Strength nought is nothing, a strong setting moves the first outcome the declared way, more money serves
more of the same people, the ledger is served times cost, and whom it does not concern it leaves alone.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import SCALE, rows_of, start
from support.instrument_runs import (
    CATALOGUE,
    PEOPLE,
    everything,
    levers_of,
    may_have_budget,
    scenario_with,
    steered_by,
    strong,
)

from sim.core.categories import ACTIVITIES, EDUCATION, SECTORS
from sim.core.months import month_index, month_text
from sim.core.structured import make_record
from sim.engine.simulate import simulate
from sim.parameters.behaviour import PARAMETERS
from sim.policy.cash import hands_out, is_billed_as_received
from sim.policy.policy import Policy
from sim.scenario import references as documents
from sim.scenario.costs import LOAN
from sim.scenario.lever import Lever
from sim.scenario.loading import load_scenario
from sim.steps.records import conditions_type
from sim.world.data import load_data
from sim.world.places import build_places
from sim.world.worker import BIRTH_EPOCH, DISPLACED, HAD_BUSINESS, INSURED, IS_FEMALE, POOR, TRAINED

SLUGS = tuple(CATALOGUE)
CHOOSY = [
    slug
    for slug, one in CATALOGUE.items()
    if any(
        lever.effects
        and not (lever.who.is_everyone and not lever.where.names_homes)
        and lever.who.had_business is None  # nobody has had one in the first month
        for lever in one.parts
    )
]
STRONG_MONTHS = "2015-06"
COARSE = 2 * SCALE  # enough where workers are looked at one by one
# Where the rates of the engine's tests leave an instrument nothing to do.
OTHERWISE = {"points-reform": {"settlement_quota_share": 0.002}}


@cache
def places():
    return build_places(load_data())


def policy(levers: dict, **parameters: float) -> Policy:
    return Policy(scenario_with(levers, **parameters), places())


@cache
def national(levers: tuple[str, ...] = (), parameters: tuple = (), seed: int = 1) -> pd.DataFrame:
    """A run with the named instruments at their documented strength."""
    found = scenario_with(everything([CATALOGUE[slug] for slug in levers]), **dict(parameters))
    return simulate(found, scale=SCALE, end=STRONG_MONTHS, seed=seed).national


# --- strength nought ------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_at_strength_nought_an_instrument_is_not_there(slug):
    one = CATALOGUE[slug]
    beside = everything(steered_by(one))
    with_it, without = policy({**beside, **levers_of(one, strength=0.0)}), policy(beside)
    assert with_it.names == without.names
    for month in (0, 1, 20):
        had, has = (vars(one.place_parameters(month)) for one in (without, with_it))
        assert all(np.array_equal(had[name], has[name]) for name in had)
        assert np.array_equal(without.corridor_relief(month), with_it.corridor_relief(month))
        assert np.array_equal(without.prices(month), with_it.prices(month))


def test_at_strength_nought_all_instruments_together_leave_every_worker_as_before():
    without, with_them = (start(scenario_with(levers), months=8) for levers in ({}, everything(strength=0.0)))
    assert np.array_equal(rows_of(without), rows_of(with_them))
    assert with_them.ledger.table().empty


# --- the declared direction -----------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_a_strong_setting_moves_the_first_outcome_the_declared_way(slug):
    one = CATALOGUE[slug]
    outcome = one.main.first_outcome
    if outcome.direction == "none":
        assert policy(levers_of(one)).names == ()
        return
    beside = tuple(other.slug for other in steered_by(one) if not one.main.effects)
    parameters = tuple(OTHERWISE.get(slug, {}).items())
    scenario = scenario_with(
        {**everything([CATALOGUE[name] for name in beside]), **strong(one)}, **dict(parameters)
    )

    def change_under(seed: int) -> float:
        without = national(beside, parameters, seed)
        with_it = simulate(scenario, scale=SCALE, end=STRONG_MONTHS, seed=seed).national
        return float(with_it[outcome.column].sum() - without[outcome.column].sum())

    change = change_under(1)
    if outcome.direction in ("higher", "lower") and (change > 0) != (outcome.direction == "higher"):
        change += change_under(2) + change_under(3)  # so few workers that one seed may go astray
    if outcome.direction == "unknown":
        assert np.isfinite(change)
    else:
        assert (change > 0) == (outcome.direction == "higher") and change != 0, change


# --- when -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_both_named_months_count_and_no_other(slug):
    levers = levers_of(CATALOGUE[slug], "2015-02", "2016-08")
    for lever in map(Lever.model_validate, levers.values()):
        season = lever.window.season or range(1, 13)
        for index in range(month_index("2015-01"), month_index("2016-10")):
            month = month_text(index)
            is_meant = "2015-02" <= month <= "2016-08" and int(month[5:]) in season
            assert (lever.window.strength(month) == 1.0) == is_meant, month
    one = policy({**everything(steered_by(CATALOGUE[slug])), **levers})
    own = [n for n, name in enumerate(one.names) if name in levers]
    assert own or CATALOGUE[slug].main.no_effect
    record = make_record(conditions_type(len(places())))[0].levers
    season = CATALOGUE[slug].main.window.season
    ends = {"2015-01": False, "2015-02": True, "2016-08": not season or 8 in season, "2016-09": False}
    for month, is_meant in ends.items():
        one.fill_levers(record, month_index(month))
        assert (record.is_active[own] == is_meant).all(), month


# --- money ----------------------------------------------------------------------------------------------


def budgeted(slug: str, servings: float) -> dict:
    """The instrument strongly, each part with money for so many simulated servings a year."""
    levers = strong(CATALOGUE[slug])
    for lever in levers.values():
        one = Lever.model_validate(lever)
        if may_have_budget(one):
            lever["budget"] = {"yuan_per_year": float(one.price * COARSE * servings)}
    return levers


@pytest.mark.parametrize("slug", PEOPLE)
def test_more_money_serves_a_superset_and_none_is_overspent(slug):
    """In the month in which it begins to work, on the same workers, before markets move."""
    months = 2 if any(lever.window.season for lever in CATALOGUE[slug].parts) else 1
    sums = (0.0, 5.0, 250.0)
    runs = [start(scenario_with(budgeted(slug, servings)), COARSE, months=months) for servings in sums]
    nobody, few, many = (rows_of(run) for run in runs)
    by_few, by_many = few != nobody, many != nobody
    assert not (by_few & ~by_many).any()
    few, many = few.copy(), many.copy()
    if len(runs[0].policy.budgeted) > 1:  # the money of one part may reach who is paid by another already
        for column in ("net_income_year", "savings", "earnings_year"):  # a grant spares own savings
            few[column] = many[column] = 0
    assert np.array_equal(few[by_few], many[by_few])
    served = [run.block.served[: len(run.policy.names)].sum(axis=1) for run in runs]
    budgeted_levers = runs[0].policy.budgeted
    assert (served[0][budgeted_levers] == 0).all()
    assert (served[1] <= served[2])[budgeted_levers].all()
    for run, servings in zip(runs, sums, strict=True):
        spent = run.ledger.spent[budgeted_levers]
        allowed = np.array([run.policy.scenario.levers[run.policy.names[n]].price for n in budgeted_levers])
        assert (spent < allowed * COARSE * (servings + 1)).all() and (servings or spent.sum() == 0.0)


def _highest(months) -> np.ndarray:
    return np.max(list(months), axis=0)


def _lowest(months) -> np.ndarray:
    return np.min(list(months), axis=0)


def test_the_ledger_is_served_times_cost_for_every_instrument_and_payer():
    run = start(scenario_with(everything()), months=14)
    dearest, cheapest = (
        dict(zip(run.policy.names, end(map(run.policy.prices, range(14))), strict=True))
        for end in (_highest, _lowest)
    )
    run.ledger.close_year(13)  # the second year, as far as it has come
    table = run.ledger.table()
    levers = run.policy.scenario.levers
    priced = {name for name, lever in levers.items() if lever.unit_cost}
    assert set(table["payer"].dropna()) == {"central", "local", "firm", "worker", "bank"}
    for (name, payer), rows in table[table["lever"].isin(priced)].groupby(["lever", "payer"]):
        lever = levers[name]
        price = rows["spending_yuan"].sum() / rows["served"].sum()  # it moves with prices or wages
        if {"insurance_contribution_rate", LOAN} & {*hands_out(lever)}:  # which follow pay, and what is owed
            continue
        assert is_billed_as_received(lever) or cheapest[name] - 1e-9 <= price <= dearest[name] + 1e-9, name
        if lever.unit_cost.index is None and not lever.delivery:
            # nothing is taken off what workers receive
            taken_off = 1.0 if is_billed_as_received(lever) else 0.98 * 0.97
            assert price == pytest.approx(lever.price * taken_off, abs=1.0), name
        everybody = table[table["lever"] == name]["served"].sum()
        shares = (
            lever.unit_cost.shares
        )  # fees are whole yuan: what workers pay is not their share to the last
        off = 1e-9 if "worker" not in shares else 1.0 / lever.price / shares[payer]
        assert rows["served"].sum() == pytest.approx(everybody * shares[payer], rel=off)
        assert (rows["instrument"] == lever.instrument).all()
        if lever.budget:
            sums = rows.groupby("year")[["spending_yuan", "unspent_yuan", "budget_yuan"]].sum()
            assert (sums["spending_yuan"] + sums["unspent_yuan"]).to_numpy() == pytest.approx(
                sums["budget_yuan"].to_numpy()
            )
    assert table.groupby("instrument")["served"].sum().gt(0).sum() > 40


# --- whom it does not concern ---------------------------------------------------------------------------


def concerned(run, lever: Lever, w: np.ndarray) -> np.ndarray:
    """Whether who and homes of the lever include each worker in the month just run, by the records."""
    month = run.month - 1
    who, flags, traits = lever.who, w["status"].astype(int), w["traits"].astype(int)
    age = (BIRTH_EPOCH + month - w["birth_month"].astype(int)) // 12
    meant = np.array([lever.where.has_home(name) for name in places().provinces])[w["home"]]
    bits = {
        "insured": flags & INSURED,
        "trained": flags & TRAINED,
        "displaced": flags & DISPLACED,
        "poor": traits & POOR,
        "had_business": traits & HAD_BUSINESS,
    }
    for name, bit in bits.items():
        if getattr(who, name) is not None:
            meant &= (bit > 0) == getattr(who, name)
    if who.sex:
        meant &= (traits & IS_FEMALE > 0) == (who.sex == "female")
    lists = (
        (who.activity, ACTIVITIES, w["activity"]),
        (who.sector, SECTORS, w["sector"]),
        (who.education, EDUCATION, traits >> 1 & 7),
    )
    for words, codes, values in lists:
        if words:
            meant &= np.isin(values, [codes.index(word) for word in words])
    ranges = {
        "migrant_months": w["migrant_months"],
        "insured_months": w["insured_months"],
        "months_in_activity": month - w["since_month"].astype(int),
        "age": age,
        "months_since_course": month - w["trained_month"].astype(int),
    }
    for name, values in ranges.items():
        ends = getattr(who, name)
        if ends:
            meant &= (values >= ends[0]) & (values <= (10**6 if ends[1] is None else ends[1]))
    return meant


@cache
def ordinary(months: int):
    """A run without levers, and the workers one month earlier."""
    run = start(scenario_with({}), COARSE, months=months - 1)
    before = rows_of(run).copy()
    run.step()
    return run, before


@pytest.mark.parametrize("slug", CHOOSY)
def test_the_ineligible_live_on_untouched_until_markets_move(slug):
    """In the first month; whoever changes activity in it may have been eligible in between."""
    months = 2 if any(lever.window.season for lever in CATALOGUE[slug].parts) else 1
    levers = {
        name: lever
        for name, lever in strong(CATALOGUE[slug]).items()
        if lever["effects"] and all(PARAMETERS[effect].scope == "worker" for effect in lever["effects"])
    }
    without, before = ordinary(months)
    with_it = start(scenario_with(levers), COARSE, months=months)
    one, other = rows_of(without), rows_of(with_it)
    changed = one != other
    moved = np.ones(len(one), dtype=bool)
    moved[: len(before)] = False
    for after in (one[: len(before)], other[: len(before)]):
        moved[: len(before)] |= after["activity"] != before["activity"]
        moved[: len(before)] |= after["since_month"] != before["since_month"]
    may = np.zeros(len(one), dtype=bool)
    for lever in map(Lever.model_validate, levers.values()):
        # what may change within the month is looked at before and after it; birth and home cannot
        fixed = lever.model_copy(
            update={
                "who": lever.who.model_copy(
                    update={
                        "activity": (),
                        "sector": (),
                        "insured": None,
                        "trained": None,
                        "displaced": None,
                        "insured_months": None,
                        "months_in_activity": None,
                        "migrant_months": None,
                        "months_since_course": None,
                    }
                )
            }
        )
        now = concerned(without, lever, one) | concerned(with_it, lever, other) | moved
        now[: len(before)] |= concerned(without, lever, before)
        may |= now & (concerned(without, fixed, one) | concerned(with_it, fixed, other))
    assert not (changed & ~may).any()
    assert not may.all()


# --- order ----------------------------------------------------------------------------------------------


def test_the_order_of_listing_does_not_matter():
    forwards = everything()
    backwards = dict(reversed(forwards.items()))
    assert list(forwards) != list(backwards)
    one, other = (
        simulate(scenario_with(levers), scale=50_000, end="2014-12", seed=1)
        for levers in (forwards, backwards)
    )
    pd.testing.assert_frame_equal(one.national, other.national)
    pd.testing.assert_frame_equal(one.ledger, other.ledger)


# --- documents ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ("none", *documents.documents(), "all-documents"))
def test_a_document_runs_and_differs_from_its_reference(name):
    scenario = load_scenario(name)
    reference = "none" if name.startswith(("fifteen", "nine")) else "baseline"
    years = {"scale": 200_000, "end": "2026-12", "seed": 1}
    with_it, without = simulate(scenario, **years), simulate(load_scenario(reference), **years)
    first = min(lever.window.from_ for lever in scenario.levers.values())
    before = with_it.national["month"] < first
    columns = [c for c in with_it.national.columns if c != "month"]
    assert with_it.national[before].equals(without.national[before])
    assert not with_it.national[columns].equals(without.national[columns])
    if name == "none":
        assert with_it.ledger.empty or with_it.ledger["spending_yuan"].sum() == 0
    else:
        assert with_it.ledger["spending_yuan"].sum() > 0
        assert with_it.ledger["year"].min() >= int(first[:4])
