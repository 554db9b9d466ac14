"""What runs share through a cache: never anything that says something else; and nothing without one."""

from __future__ import annotations

import ast
import pickle
import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_scenario
from test_rooms import MODULES

from sim.comparison import paired_runs
from sim.engine.run_cache import MOST_POPULATIONS, MOST_WORKERS, RunCache, opening_of
from sim.engine.simulate import simulate
from sim.engine.simulation import Simulation
from sim.experiments import execution
from sim.policy.policy import Policy
from sim.scenario.loading import load_scenario, with_overrides
from sim.steps.records import ECONOMY
from sim.world.data import load_data
from sim.world.places import Places, build_places
from sim.world.synthesis import at_once

MONTHS = (0, 75, 131)  # before the shocks of 2020, among them, and after the paths
ALIKE = {
    "parameters.farm_income_yuan": 1234.0,
    "parameters.extra_city_cost_yuan": 900.0,
    "description": "Other words.",
    "assumptions": "high",
}


@pytest.fixture(scope="module")
def places() -> Places:
    return build_places(load_data())


def test_scenarios_that_differ_in_the_economy_alone_share_their_tables_by_place(places):
    base = load_scenario("combined")
    cache = RunCache()
    policy, alike = (cache.policy(one, places) for one in (base, with_overrides(base, ALIKE)))
    for month in MONTHS:
        assert alike.place_parameters(month) is policy.place_parameters(month)
    assert alike.economy(0)[ECONOMY.farm_income_yuan] == 1234.0
    assert policy.economy(0)[ECONOMY.farm_income_yuan] != 1234.0


def changes() -> dict[str, dict]:
    """One change each of a parameter, a path, a shock and a lever that act on places."""
    base = load_scenario("combined")
    path = next(name for name, path in base.paths.items() if name not in ECONOMY and path.all)
    year = next(iter(base.paths[path].all))
    lever = next(iter(base.levers))
    shock = next(name for name, shock in base.shocks.items() if not shock.sectors)
    return {
        "parameter": {"parameters.separation_probability": 0.031},
        "path": {f"paths.{path}.all.{year}": base.paths[path].all[year] * 0.9},
        "shock": {f"shocks.{shock}": None},
        "lever": {f"levers.{lever}.window.from": "2025-08"},
    }


@pytest.mark.parametrize("what", ["parameter", "path", "shock", "lever"])
def test_scenarios_that_differ_by_place_have_tables_of_their_own(places, what):
    base = load_scenario("combined")
    changed = with_overrides(base, changes()[what])
    cache = RunCache()
    cache.policy(base, places)
    kept, own = cache.policy(changed, places), Policy(changed, places)
    for month in (*MONTHS, 140):
        for one, other in zip(
            vars(kept.place_parameters(month)).values(),
            vars(own.place_parameters(month)).values(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)
        assert kept.reach(month).levers == own.reach(month).levers


def test_an_override_leaves_the_other_parts_as_they_are():
    base = load_scenario("combined")
    changed = with_overrides(base, {"parameters.farm_income_yuan": 1234.0})
    assert all(changed.levers[name] is lever for name, lever in base.levers.items())
    assert all(changed.paths[name] is path for name, path in base.paths.items())
    assert "farm_income_yuan" not in base.parameters


# --- runs with one, with a used one and without ---------------------------------------------------------

RUN = {"scale": 200_000, "end": "2015-06", "threads": 1}


def assert_same(one, other):
    assert one.tables.keys() == other.tables.keys()
    for name in one.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True, obj=name)


def test_no_result_depends_on_the_cache():
    cache, base = RunCache(), load_scenario("combined")
    worlds = [base, with_overrides(base, ALIKE), with_overrides(base, changes()["parameter"]), base]
    for seed, world in enumerate((*worlds, *worlds)):
        shared = simulate(world, seed=seed % 3, cache=cache, **RUN)
        assert_same(shared, simulate(world, seed=seed % 3, **RUN))


def test_runs_share_what_they_are_made_from_and_never_what_they_change():
    cache, scenario = RunCache(), make_scenario()
    one, other = (Simulation(scenario, 200_000, "2014-12", 1, 1, cache=cache) for _ in range(2))
    assert one.economy.series is other.economy.series
    assert one.policy.place_parameters(0) is other.policy.place_parameters(0)
    before = other.workers.copy()
    for _ in range(6):
        one.step()
    assert other.workers == before
    assert not np.shares_memory(one.workers.rows, other.workers.rows)


def test_runs_without_a_cache_share_nothing_but_the_packaged_world():
    scenario = make_scenario()
    one, other = (Simulation(scenario, 200_000, "2014-12", 1, 1) for _ in range(2))
    assert one.places is other.places
    assert one.economy.series is not other.economy.series
    assert one.policy.place_parameters(0) is not other.policy.place_parameters(0)


def test_a_cache_keeps_the_latest_and_few():
    cache, opening = RunCache(), opening_of(load_scenario("baseline"))
    first = [cache.population(opening, 500_000, seed, 5, at_once)[0] for seed in range(MOST_POPULATIONS + 3)]
    kept = cache._populations._kept
    assert [key[2] for key in kept] == list(range(3, MOST_POPULATIONS + 3))
    cache.population(opening, 500_000, 3, 5, at_once)  # asked for again: now it is the latest
    cache.population(opening, 500_000, 99, 5, at_once)
    assert 3 in [key[2] for key in kept] and 4 not in [key[2] for key in kept]
    again, initial = cache.population(opening, 500_000, 0, 5, at_once)  # made anew, and the same
    assert again == first[0] and 0 < initial <= len(again)
    large = cache.population(opening, 5000, 1, 0, at_once)[0]
    assert len(large) > MOST_WORKERS and all(len(one) < len(large) for one, _ in kept.values())


def test_a_cache_comes_empty_to_another_process():
    cache = RunCache()
    simulate(make_scenario(), cache=cache, **RUN)
    assert len(cache._policies) == 1
    copy = pickle.loads(pickle.dumps(cache))
    assert isinstance(copy, RunCache) and not copy._policies and not copy._populations._kept


def test_threads_may_share_one():
    cache, base = RunCache(), load_scenario("combined")
    found, expected = {}, simulate(base, seed=1, **RUN)

    def work(number):
        found[number] = simulate(base, seed=1, cache=cache, **RUN)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for results in found.values():
        assert_same(results, expected)


def test_the_runs_of_a_process_are_passed_one_cache(monkeypatch):
    passed = []

    def told(*arguments, cache, **more):
        passed.append(cache)
        return simulate(*arguments, cache=cache, **more)

    monkeypatch.setattr("sim.engine.simulate.simulate", told)
    scenario = make_scenario()
    plan = paired_runs.PairedPlan(
        scenario, (scenario,), ("2014-03",), ((1,),), 1_000_000, "2014-01", "2014-12", 1, None, (None, None)
    )
    assert len(list(paired_runs.run_seeds(plan, [1, 2], jobs=1))) == 2
    assert len(passed) == 4 and len(set(map(id, passed))) == 1 and isinstance(passed[0], RunCache)
    passed.clear()

    declared = SimpleNamespace(
        bases={"test": scenario},
        scale=1_000_000,
        tables=("national",),
        period=type(scenario.period).model_validate({"from": "2014-01", "to": "2014-12"}),
        rows_of=lambda results: results.national.tail(1)[["out"]],
    )
    runs = tuple(execution.Run(n, "test", {}, n, {}) for n in range(2))
    cache = execution.new_cache(declared, None)
    for run in runs:
        assert [end.stage for end in execution.execute(declared, (run,), None, cache)] == [None]
    assert passed == [cache, cache]
    assert execution.new_cache(declared, simulate) is None


# --- nothing through the process ------------------------------------------------------------------------

# Functions that keep what they have made for the whole process, and why that can do no harm.
OF_THEIR_ARGUMENTS_ALONE = {
    "sim.calibration.responses._file": "of a file of checks, which a calibration reads once",
    "sim.core.compiled.type_text": "of a type",
    "sim.core.draws.month_keys": "keys of a seed and month",
    "sim.core.months.month_text": "text of a number",
    "sim.core.sources._dumped": "of a text",
    "sim.core.sources._imported": "of the package's own sources",
    "sim.core.sources._tree_of": "of a text",
    "sim.engine.census.census_type": "a type",
    "sim.engine.stocks.stock_type": "a type",
    "sim.engine.year_counts.year_type": "a type",
    "sim.policy.place_tables._bounds": "of the table of parameters",
    "sim.present.pages.validation._template": "of a packaged file, by language",
    "sim.present.charts.fonts._letters": "of a font",
    "sim.scenario.instruments._read": "of files and their state",
    "sim.steps.records.conditions_type": "a type",
    "sim.steps.records.sums_type": "a type",
    "sim.steps.records.block_type": "a type",
    "sim.scenario.loading._titles_of": "of files and the times of their last change",
    "sim.validation.official_figures.official_figures": "of tables of data, which never change",
}


def _kept_functions():
    """Functions that are decorated to keep what they return, and whether they take arguments."""
    keepers = {"cache", "lru_cache", "functools.cache", "functools.lru_cache"}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                if {ast.unparse(one).split("(")[0] for one in node.decorator_list} & keepers:
                    yield f"{module}.{node.name}", bool(node.args.args)


def test_what_is_kept_for_the_process_hangs_on_nothing_that_changes():
    """A function without arguments may keep what it read from the package; others are named with a reason."""
    found = dict(_kept_functions())
    assert found["sim.world.world.packaged_world"] is False
    assert {name for name, has_arguments in found.items() if has_arguments} == set(OF_THEIR_ARGUMENTS_ALONE)


FOR_ONE_CALL = {"sim.core.compiled"}  # hands addresses to machine code, which keeps none


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_is_kept_by_the_address_of_an_object(module):
    """Another object can lie at the address of one that is gone."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        is_address = is_call and node.func.id == "id"
        assert not is_address or module in FOR_ONE_CALL, f"{module}, line {node.lineno}"
