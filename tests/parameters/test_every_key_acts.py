"""Whatever a scenario may say of a parameter acts from the month it names, or is refused.

For each row of the table and each way to address it: a small run that lives the named month differs from
one that says nothing, and not a month before; or the file is refused with file, line and key.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario

from sim.core.categories import SECTORS, TIERS
from sim.core.errors import DataError, Problem, ScenarioError
from sim.core.months import month_text
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import PARAMETERS, TABLE
from sim.parameters.definition import Parameter, read_table
from sim.policy.policy import Policy
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.steps.lever_record import MONTHS_UNTIL_DUE
from sim.steps.records import ECONOMY_NAMES, PLACE_NAMES, WORKER_NAMES
from sim.world.data import load_data
from sim.world.places import build_places

CACHE = RunCache()
PLACES = build_places(load_data())
SCALE, SEEDS, LAST = 40_000, (1, 2, 3), "2017-12"  # some 12,000 workers; by chance one seed may not do
FIRST, LONGEST = 24, 14  # January 2016, and how many months a run from there may take to differ
TEXT = {"en": "A", "zh": "甲"}

# A world in which every channel is in use, so that each parameter has somebody whom it concerns.
LIVELY = {
    "settlement_quota_share": 0.05,
    "points_needed": 20.0,
    "travel_closed_share": 0.3,
    "hukou_cost_scale": 0.8,
    "unemployment_benefit_yuan": 300.0,
    "guaranteed_loan_yuan": 100_000.0,
    "startup_late_grant_yuan": 5000.0,
    "startup_grant_yuan": 5000.0,
    "business_loss_insured_share": 0.3,
    "works_offer_probability": 0.02,
    "workshop_offer_probability": 0.02,
    "public_post_pay_yuan": 300.0,
    "payroll_cost_share": 0.05,
    "premium_aid_yuan": 100.0,
    "search_income_yuan": 300.0,
    "replacement_probability": 0.3,
    "festival_transport_share": 0.3,
    "departure_cost_relief": 0.3,
    "poor_floor_relief": 0.5,
    "course_placement_probability": 0.3,
    "training_enrolment_probability": 0.05,
    "course_lasting_gain": 0.1,
    "course_completion_share": 0.8,
    "study_enrolment_probability": 0.01,
    "insurance_portability_share": 0.3,
    "public_housing_share": 0.3,
    "housing_aid_share": 0.2,
    "settlement_transfer_yuan": 2000.0,
    "arrears_probability": 0.02,
    "works_months": 3.0,
    "study_months": 6.0,
    "insurance_enrolment_probability": 0.05,
    "startup_consideration_probability": 0.05,
    "displaced_fade_probability": 0.3,
    "startup_odds_shift": 0.2,
    "amenity_shift": 0.1,
    "corridor_relief": 0.1,
    "business_profit_shift": 0.1,
    "settlement_willingness_shift": 0.2,
}
# Roads are closed before, so that fewer poor workers are away than the year before.
CLOSED = {
    "label": TEXT,
    "source": "a test",
    "effects": {"travel_closed_share": {"set": {f"2015-{month:02d}": 0.9 for month in range(7, 13)}}},
}
# What nobody meets in the lively world: another value of something else that makes them meet it.
BESIDE = {
    "vacancy_news_tightness_min": {"tightness_pooled": 0.0},  # so that places of few searchers may have none
    "loan_missed_months_max": {"business_profit_shift": -1.0},  # so that owners cannot pay
    "business_loss_insured_share": {"startup_consideration_probability": 1.0},  # few are in large cities
    "relief_yuan": {"unemployment_benefit_yuan": 0.0, "relief_yuan": 500.0},
    "settlement_wish_fall": {"settlement_wish_fall_from": 1.5},  # 2020 at its default
    "settlement_wish_fall_years": {"settlement_wish_fall_from": 1.5},
    "distance_min_km": {
        "distance_coefficient": 1.0
    },  # at its default, the corridor terms hold distance already
}
# Additional businesses, and new settlements, are those that a lever made possible.
LEVERS = {
    "support": make_lever({"startup_odds_shift": {"add": 1.0}}, "2014-01", "2017-12", take_up=0.9),
    "offices": make_lever({"settlement_registration_probability": {"scale": 2.0}}, "2014-01", "2017-12"),
}


def scenario_with(name: str = "", **more) -> Scenario:
    content = make_scenario(LEVERS, to=LAST, **{**LIVELY, **BESIDE.get(name, {})}).content()
    levers = {**content["levers"], **more.pop("levers", {})}
    parameters = {**content["parameters"], **more.pop("parameters", {})}
    for moving in more.get("paths", {}):
        parameters.pop(moving, None)
    shocks = {"closed": CLOSED, **more.pop("shocks", {})}
    return Scenario.model_validate(
        {**content, **more, "levers": levers, "parameters": parameters, "shocks": shocks}
    )


def signature(run: Simulation) -> tuple:
    """All that the month has come to: workers, markets, money, what is owed, and what help is due."""
    markets = run.economy.market_state.markets
    return (
        run.workers[: run.rows].tobytes(),
        *(array.tobytes() for array in markets),
        run.block.money.tobytes(),
        run.block.events.tobytes(),
        run.ledger.month_settlement_cost,
        run.ledger.month_promised,
        run.incomes.tobytes() if run.month % 12 == 0 else b"",  # counted each December
    )


@functools.cache
def world(name: str, seed: int) -> tuple[dict[int, dict], dict[int, tuple]]:
    """The undisturbed run: its state before each month from ``FIRST`` on, its signature after each."""
    run = Simulation(scenario_with(name), SCALE, LAST, seed, 1, cache=CACHE)
    states, after = {}, {}
    for month in range(FIRST + LONGEST):
        states[month] = run.state()
        run.step()
        after[month] = signature(run)
    return states, after


def first_difference(scenario: Scenario, name: str, begin: int, months: int) -> int | None:
    """The first of these months at whose end the run of the scenario is another than the undisturbed one."""
    for seed in SEEDS:
        states, after = world(name if name in BESIDE else "", seed)
        run = Simulation(scenario, SCALE, LAST, seed, 1, states[begin] if begin else None, cache=CACHE)
        for month in range(begin, begin + months):
            run.step()
            if signature(run) != after[month]:
                return month
    return None


def values_of(one: Parameter) -> tuple[float, ...]:
    """Other values than that of the lively world: the ends of the bounds, the farther one first."""
    now = value_now(one)
    ends = sorted({one.low, one.high} - {now}, key=lambda end: -abs(end - now))
    return tuple(float(end) for end in ends)


def value_now(one: Parameter) -> float:
    said = {**make_scenario().parameters, **LIVELY, **BESIDE.get(one.name, {})}
    return float(said.get(one.name, one.default))


def acting_months(one: Parameter) -> Iterator[int]:
    yield from (month for month in range(FIRST, FIRST + 12) if one.acts_in(month_text(month)))


def shock(name: str, effect: dict, **more) -> dict:
    return {"shocks": {"shock": {"label": TEXT, "source": "a test", "effects": {name: effect}, **more}}}


def named(condition) -> list[str]:
    return [name for name, one in PARAMETERS.items() if condition(one)]


# --- what is accepted acts ------------------------------------------------------------------------------


# What acts after the last observed year alone, and in months of scarcity.
IN_THE_FUTURE = ("labour_saving_rate", "labour_share", "lost_output_rate")
# What acts once floor space under construction is an outside series.
SINCE_2020 = ("building_floor_space_elasticity",)


def signatures(scenario, scale: int, end: str) -> list[tuple]:
    """The signature of a run after each of its months."""
    run, found = Simulation(scenario, scale, end, 1, 1, cache=CACHE), []
    for _ in range(run.last + 1):
        run.step()
        found.append(signature(run))
    return found


@pytest.mark.parametrize("name", IN_THE_FUTURE)
def test_a_number_of_the_future_acts_then_and_not_before(name):
    """Many more jobs than workers from 2025 on; lived to the end of that year."""
    more = make_lever({"jobs_scale": {"scale": 1.5}}, "2025-01", "2025-12")

    def after(**values: float) -> list[tuple]:
        return signatures(make_scenario({"more": more}, to="2025-12", **values), 100_000, "2025-12")

    pairs = zip(after(), after(**{name: PARAMETERS[name].high}), strict=True)
    differs = [one != other for one, other in pairs]
    assert not any(differs[: 11 * 12]) and differs[-1]


@pytest.mark.parametrize("name", SINCE_2020)
def test_a_number_that_acts_since_2020_does_not_before(name):
    middle = (2020 - 2014) * 12 + 6

    def lived(**values: float) -> list[tuple]:
        return signatures(make_scenario({}, to="2021-06", **values), 200_000, "2021-06")

    pairs = zip(lived(), lived(**{name: PARAMETERS[name].low}), strict=True)
    differs = [one != other for one, other in pairs]
    assert not any(differs[:middle]) and differs[-1]


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name not in (*IN_THE_FUTURE, *SINCE_2020)])
def test_a_number_of_its_own_acts_in_the_whole_run(name):
    for value in values_of(PARAMETERS[name]):
        changed = scenario_with(name, parameters={name: value})
        if first_difference(changed, name, 0, FIRST + LONGEST) is not None:
            return
    raise AssertionError(f"parameters.{name} changes nothing")


MONTHLY = named(lambda one: not one.is_fixed and one.scope != "corridor")


@pytest.mark.parametrize("name", MONTHLY)
def test_a_shock_acts_in_the_month_it_names_and_not_before(name):
    """Lived from two months before. Chance may have it that nobody meets the change at once."""
    one = PARAMETERS[name]
    for value in values_of(one):
        for month in acting_months(one):
            changed = scenario_with(name, **shock(name, {"set": {month_text(month): value}}))
            begin = max(month - 2, FIRST)
            found = first_difference(changed, name, begin, month + 2 - begin)
            assert found is None or found >= month
            if found is not None:
                return
    raise AssertionError(f"shocks.*.effects.{name} changes nothing")


@pytest.mark.parametrize("kind", ["scale", "add"])
@pytest.mark.parametrize("name", MONTHLY)
def test_a_shock_may_scale_and_add(name, kind):
    """What the month's parameters become is what the shock says of them, held to the bounds."""
    one = PARAMETERS[name]
    month = next(month for month in acting_months(one) if month > FIRST)
    now = value_now(one)
    size = {"scale": 1.0, "add": 0.25 * (one.high - one.low)}[kind]
    if kind == "scale":  # to the farther bound, no more than by half
        size = 1.5 if one.default and one.high / one.default > 1.0 else 0.5
        size = min(size, one.high / one.default) if one.default > 0.0 else 1.0
    changed = Policy(scenario_with(name, **shock(name, {kind: {month_text(month): size}})), PLACES)
    expected = now * size if kind == "scale" else now + size
    for other, wanted in ((month, expected), (month - 1, now), (month + 1, now)):
        assert np.allclose(told(changed, one, other), min(max(wanted, one.low), one.high))


def told(policy: Policy, one: Parameter, month: int) -> np.ndarray:
    """What a policy says of a parameter in a month."""
    if one.scope == "economy":
        return policy.economy(month)[ECONOMY_NAMES.index(one.name)]
    tables = policy.place_parameters(month, with_levers=False)
    if one.scope == "place":
        return tables.place[PLACE_NAMES.index(one.name)]
    return tables.effective[WORKER_NAMES.index(one.name)]


MONTHS_AHEAD = {"startup_late_grant_yuan": MONTHS_UNTIL_DUE}  # who starts counts on what will be paid
PATHS = [
    (name, tier)
    for name, one in PARAMETERS.items()
    if one.may_follow_path
    for tier in ((None,) if one.scope == "economy" else (None, *one.tiers))
]


@pytest.mark.parametrize(("name", "tier"), PATHS)
def test_a_path_acts_from_the_year_in_which_it_moves(name, tier):
    """It rests until January 2016 and moves in that year, for all or in one kind of place."""
    one, now = PARAMETERS[name], value_now(PARAMETERS[name])
    for value in values_of(one):
        knots = {2016: now, 2017: value}
        others = {other: {2014: now} for other in one.tiers if other != tier}
        path = {"all": knots} if tier is None else {"by_tier": {**others, tier: knots}}
        changed = scenario_with(name, paths={name: {"source": "a test", **path}})
        found = first_difference(changed, name, FIRST, LONGEST)
        assert found is None or found > FIRST - MONTHS_AHEAD.get(name, 0)
        if found is not None:
            return
    raise AssertionError(f"paths.{name} changes nothing")


SECTORAL = [(name, sector) for name in named(lambda one: one.by_sector) for sector in SECTORS]


@pytest.mark.parametrize(("name", "sector"), SECTORAL)
def test_a_shock_to_a_sector_acts_in_the_month_it_names_and_not_before(name, sector):
    month = FIRST + 1
    said = shock(name, {"scale": {month_text(month): 3.0}}, sectors=[sector])
    assert first_difference(scenario_with(name, **said), name, FIRST, 3) == month


CHANGED_BY_LEVERS = named(lambda one: one.scope != "economy")


@pytest.mark.parametrize("kind", ["set", "scale", "add"])
@pytest.mark.parametrize("name", CHANGED_BY_LEVERS)
def test_a_lever_acts_in_its_window_and_not_before(name, kind):
    one = PARAMETERS[name]
    window = month_text(FIRST + 1), month_text(FIRST + LONGEST)
    for value in values_of(one):
        size = {"set": value, "scale": 0.5, "add": value - value_now(one)}[kind]
        lever = make_lever({name: {kind: size}}, *window, **where_faced(one))
        found = first_difference(scenario_with(name, levers={"lever": lever}), name, FIRST, LONGEST)
        assert found is None or found > FIRST
        if found is not None:
            return
    raise AssertionError(f"levers.*.effects.{name}.{kind} changes nothing")


def where_faced(one: Parameter) -> dict:
    """A lever in a part of the places in which somebody faces the parameter."""
    return {} if one.places == "anywhere" else {"where": {"tiers": list(one.tiers)[:2]}}


# --- what cannot act is refused -------------------------------------------------------------------------


_MOST_TOLD = 80  # lines of a file, each with a mistake


def refused(lines: list[tuple[str, str]], tmp_path: Path) -> None:
    """Files of these lines, each with the key that is refused in it ("" for none), say so of each.

    The first line heads each file. Of the mistakes of a file the first hundred are told.
    """
    if len(lines) > _MOST_TOLD:
        refused([lines[0], *lines[_MOST_TOLD:]], tmp_path)
        lines = lines[:_MOST_TOLD]
    path = tmp_path / "mine.yaml"
    head = ["extends: baseline", "title: {en: Mine, zh: 我的}"]
    path.write_text("\n".join([*head, *(line for line, _ in lines)]) + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    found = {(problem.key, problem.file, problem.line) for problem in caught.value.problems}
    wanted = {(key, str(path), n) for n, (_, key) in enumerate(lines, len(head) + 1) if key}
    assert found == wanted
    assert all(problem.allowed for problem in caught.value.problems)


def test_a_path_is_refused_for_what_is_read_once_and_where_nobody_faces_it(tmp_path):
    lines, in_history = [("paths:", "")], load_scenario("baseline").paths
    for name, one in PARAMETERS.items():
        source = f"  {name}: {{source: a test,"
        if not one.may_follow_path:
            lines.append((f"{source} all: {{2014: {one.default}}}}}", f"paths.{name}"))
        elif one.scope == "economy":
            lines.append((f"{source} by_tier: {{city: {{2014: {one.default}}}}}}}", f"paths.{name}.by_tier"))
        elif one.tiers != TIERS and name not in in_history:
            tier = next(tier for tier in TIERS if tier not in one.tiers)
            key = f"paths.{name}.by_tier.{tier}"
            lines.append((f"{source} by_tier: {{{tier}: {{2014: {one.default}}}}}}}", key))
    refused(lines, tmp_path)


def test_a_shock_is_refused_for_what_is_read_once_or_belongs_to_corridors(tmp_path):
    refused(shocks_of(named(lambda one: not one.may_follow_path)), tmp_path)


def test_a_shock_is_refused_where_nobody_faces_what_it_changes(tmp_path):
    narrow = named(lambda one: one.scope in ("place", "worker") and one.tiers != TIERS)
    assert narrow
    refused(shocks_of(narrow, lambda one: f"where: {{tiers: {elsewhere(one)}}}, "), tmp_path)


def test_a_shock_to_sectors_is_refused_for_what_knows_no_sectors(tmp_path):
    without = named(lambda one: one.may_follow_path and not one.by_sector)
    lines = shocks_of(without, lambda one: "sectors: [construction], ")
    refused(lines, tmp_path)


def test_a_shock_is_refused_in_a_month_in_which_the_parameter_rests(tmp_path):
    lines = [("shocks:", "")]
    for name in named(lambda one: one.months):
        one = PARAMETERS[name]
        for month in (month for month in range(FIRST, FIRST + 12) if not one.acts_in(month_text(month))):
            text = month_text(month)
            label = f"  s{month}_{name}: {{label: {{en: A, zh: 甲}}, source: a test, "
            line = f"{label}effects: {{{name}: {{set: {{{text}: {one.default}}}}}}}}}"
            lines.append((line, f"shocks.s{month}_{name}.effects.{name}.set.{text}"))
    assert len(lines) > 12
    refused(lines, tmp_path)


def test_a_lever_is_refused_for_the_economy_and_where_nobody_faces_what_it_changes(tmp_path):
    lines = [("levers:", "")]
    for name, one in PARAMETERS.items():
        if one.scope == "economy" or one.tiers != TIERS:
            where = "" if one.scope == "economy" else f"where: {{tiers: {elsewhere(one)}}}, "
            head = f"  l_{name}: {{label: {{en: A, zh: 甲}}, evidence: D, {where}"
            cited = "citation: {document: ten-departments-2024, clause: A test}, "
            window = "window: {from: 2025-01, to: 2025-12}, "
            line = f"{head}{cited}{window}effects: {{{name}: {{add: 0}}}}}}"
            lines.append((line, f"levers.l_{name}.effects.{name}"))
    refused(lines, tmp_path)


def test_scaling_what_is_nought_is_refused_unless_something_gives_it_a_value(tmp_path):
    shocks = load_scenario("baseline").shocks.values()
    moved = {name for one in shocks for name, effect in one.effects.items() if effect.set}
    assert moved  # history gives these a value
    nought = named(lambda one: one.scope in ("place", "worker") and one.default == 0.0)
    nought = [name for name in nought if name not in moved]
    lines = shocks_of(nought, kind="scale")
    lines = [(line, f"{key}.scale" if key else "") for line, key in lines]
    refused(lines, tmp_path)
    given = ["parameters:", *(f"  {name}: {PARAMETERS[name].high}" for name in nought)]
    path = tmp_path / "given.yaml"
    head = ["extends: baseline", "title: {en: Mine, zh: 我的}"]
    path.write_text("\n".join([*head, *given, *(line for line, _ in lines)]) + "\n", encoding="utf-8")
    assert set(nought) <= load_scenario(path).parameters.keys()


def shocks_of(names: list[str], more=lambda one: "", kind: str = "set") -> list[tuple[str, str]]:
    lines = [("shocks:", "")]
    for name in names:
        one = PARAMETERS[name]
        month = month_text(next(acting_months(one)))
        head = f"  s_{name}: {{label: {{en: A, zh: 甲}}, source: a test, {more(one)}"
        value = one.default if kind == "set" else 0.5
        line = f"{head}effects: {{{name}: {{{kind}: {{{month}: {value}}}}}}}}}"
        lines.append((line, f"shocks.s_{name}.effects.{name}"))
    return lines


def elsewhere(one: Parameter) -> str:
    """The kinds of place in which nobody faces the parameter, as a list of a scenario file."""
    return f"[{', '.join(tier for tier in TIERS if tier not in one.tiers)}]"


def test_a_period_that_begins_before_the_first_month_is_refused(tmp_path):
    refused([("period: {from: 2013-12, to: 2030-12}", "period.from")], tmp_path)


# --- the table ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "word", "message"),
    [
        ("timing", "weekly", "no such timing"),
        ("places", "abroad", "no such places"),
        ("places", "away", "no such places"),
        ("months", "Feb", "not a parameter"),
        ("scope", "village", "no such scope"),
        ("default", "9", "the default lies outside the bounds"),
    ],
)
def test_a_row_that_is_no_parameter_is_told_with_its_line(column, word, message, tmp_path):
    import csv

    with open(TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = word
    path = tmp_path / "parameters.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(DataError, match=message) as caught:
        read_table(path)
    problem: Problem = caught.value.problems[0]
    assert problem.file == f"{path}:2"


def test_only_the_economys_parameters_are_fixed_at_the_start():
    assert all(PARAMETERS[name].scope == "economy" for name in named(lambda one: one.is_fixed))
