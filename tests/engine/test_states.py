"""What a run changes from month to month is in the state that a checkpoint keeps: nothing is forgotten.

Two guards: a run that goes on from a state holds the very same things as the run that it was taken from,
and no class that has a state changes an attribute that its ``state`` does not mention.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim.engine.accounts import Accounts
from sim.engine.branching import take
from sim.engine.checkpoint import Checkpoint
from sim.engine.economy import Economy
from sim.engine.market_state import MarketState
from sim.engine.recorder import Record
from sim.engine.simulation import Simulation
from sim.policy.budgets import Ledger
from sim.policy.financing import Levy

CLASSES = (Simulation, Economy, MarketState, Accounts, Ledger, Levy, Record)
# What a class changes although a run can go on without it: scratch of a month, and what is made anew from
# the rest. Whoever adds a name says here why.
SCRATCH = {
    "Simulation": {
        "block": "the sums of the last month, which the next one begins by clearing",
        "conditions": "what the last month's workers met",
        "_shards": "threads and their blocks",
        "rationing": "how far money reaches in a month, found anew when it begins",
        "_kept": "workers as the month began",
        "incomes": "of the last December, which the record keeps",
    },
    "Ledger": {
        "_last_claims": "what the worker at the margin claims, found anew in each month",
        "_claim_rows": "where a month's claims stand in its sums",
        "_claimed_first": "the uses of a month as it was lived first",
        "_year_begun": "so that new money comes once where a month is opened twice",
    },
    "Economy": {
        "opening": "the record of a month, written anew when it begins",
        "_quota_counts_after": "what a month makes of the quotas' counts, before they are taken over",
        "quota_waiting": "for whom a month's quotas have no place, counted anew when it begins",
    },
    "MarketState": {"out_share": "the sums of network"},
    "Accounts": {
        "by_home": "sums of stock",
        "by_place": "sums of stock",
        "away": "sums of stock",
    },
    "Record": {
        "_month": "the nation's sums of the month that is being noted, of which a copy is kept",
        "_in_month": "the same by field",
    },
}
# Shared by both runs, or told by the scenario: not looked into.
GIVEN = ("policy", "places", "series", "scenario", "run", "recipe")

LEVERS = {
    "courses": make_lever(
        {"training_enrolment_probability": {"add": 0.02}},
        "2014-03",
        "2016-09",
        who={"age": [20, 45]},
        unit_cost=unit_cost(1000, "training_enrolment"),
        budget={"yuan_per_year": 5e9},
    ),
    "grant": make_lever(
        {"startup_grant_yuan": {"set": 20_000.0}},
        "2014-05",
        "2016-03",
        take_up=0.5,
        unit_cost=unit_cost(20_000, "business_start"),
        budget={"yuan_per_year": 4e9},
    ),
    "quota": make_lever({"settlement_quota_share": {"set": 0.02}}, "2014-03", "2016-09"),
    "works": make_lever({"works_offer_probability": {"set": 0.01}}, "2014-06", "2014-09"),
}


@pytest.fixture(scope="module")
def pair():
    """A run and its record in the middle of a year, and the same taken up from a state."""
    scenario, settings = make_scenario(LEVERS), (200_000, "2016-12", 4, 1)
    run = Simulation(scenario, *settings)
    record = Record(run, 0)
    for month in range(20):
        record.add_month(month, run.step())
        if month % 12 == 11:
            record.add_year(month, run.count_year())
    state = take(run, record, "2014-01").state
    other = Simulation(scenario, *settings, state)
    other_record = Record(other, 0)
    other_record.restore(state["record"])
    return (run, record), (other, other_record)


def differences(one: Any, other: Any, path: str) -> list[str]:
    """Where two things differ, as dotted names."""
    if type(one) is not type(other):
        return [path]
    if isinstance(one, pd.DataFrame):
        return [] if one.equals(other) else [path]
    if isinstance(one, np.ndarray):
        same = one.shape == other.shape and one.tobytes() == other.tobytes()
        return [] if same else [path]
    if isinstance(one, (list, tuple)) and not hasattr(one, "_asdict"):
        pairs = zip(one, other, strict=False)
        found = [] if len(one) == len(other) else [path]
        return found + [d for n, (a, b) in enumerate(pairs) for d in differences(a, b, f"{path}[{n}]")]
    if isinstance(one, tuple):
        return differences(one._asdict(), other._asdict(), path)
    if isinstance(one, dict):
        found = [f"{path}.{key}" for key in one.keys() ^ other.keys()]
        return found + [
            d for key in one.keys() & other.keys() for d in differences(one[key], other[key], f"{path}.{key}")
        ]
    if isinstance(one, (SimpleNamespace, *CLASSES)) or dataclasses.is_dataclass(one):
        left_out = {*GIVEN, *SCRATCH.get(type(one).__name__, ())}
        mine, theirs = (
            {name: value for name, value in vars(thing).items() if name not in left_out}
            for thing in (one, other)
        )
        return differences(mine, theirs, path)
    is_missing = one != one and other != other  # NaN, such as a budget of a lever without one
    return [] if one == other or is_missing else [path]


def test_a_run_from_a_state_holds_the_very_same_things(pair):
    (run, record), (other, other_record) = pair
    assert run.ledger.spent.sum() > 0 and run.economy.market_state.has_works
    assert differences(run, other, "run") == []
    assert differences(record, other_record, "record") == []
    checkpoint = Checkpoint({}, {**run.state(), "record": record.state()})
    again = Checkpoint({}, {**other.state(), "record": other_record.state()})
    assert differences(checkpoint.state, again.state, "state") == []


@pytest.mark.parametrize("path", ["", "economy", "economy.market_state", "ledger", "_accounts"])
def test_a_new_attribute_that_is_not_carried_along_is_noticed(pair, path):
    (run, _), (other, _) = pair
    holder = run
    for name in filter(None, path.split(".")):
        holder = getattr(holder, name)
    holder.novelty = 3
    try:
        assert any(found.endswith("novelty") for found in differences(run, other, "run"))
    finally:
        del holder.novelty


def test_taking_a_state_does_not_share_memory_with_the_run(pair):
    (run, record), _ = pair
    state = {**run.state(), "record": record.state()}
    before = Checkpoint({}, state).nbytes
    own = {id(array) for array in _arrays_of(run) if array.size}
    assert not own & {id(array) for array in _arrays_of(state)} and before > 0
    for array in _arrays_of({name: part for name, part in state.items() if name != "record"}):
        assert not any(
            np.shares_memory(array, mine) for mine in (run.workers, run.ledger.spent, run._accounts.stock)
        )


def _arrays_of(thing: Any) -> list[np.ndarray]:
    if isinstance(thing, np.ndarray):
        return [thing]
    children = (
        thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple)) else ()
    )
    if isinstance(thing, (SimpleNamespace, *CLASSES)):
        children = [value for name, value in vars(thing).items() if name not in GIVEN]
    return [array for child in children for array in _arrays_of(child)]


# --- by the text of the classes ---------------------------------------------------------------------------

CHANGING = {
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "clear",
    "update",
    "setdefault",
    "add",
    "fill",
    "sort",
}


def changed_attributes(method: ast.FunctionDef) -> set[str]:
    """Attributes of self that a method assigns, assigns into, or calls a changing method of."""
    aliases, found = {"self": None}, set()

    def root(node: ast.expr) -> str | None:
        """The attribute of self that an expression lies in."""
        chain = []
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            chain.append(node.attr if isinstance(node, ast.Attribute) else None)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in aliases:
            return None
        return aliases[node.id] or next((name for name in reversed(chain) if name), None)

    def targets(node: ast.expr) -> list[ast.expr]:
        return (
            [t for part in node.elts for t in targets(part)]
            if isinstance(node, (ast.Tuple, ast.List))
            else [node]
        )

    nodes = sorted(
        (n for n in ast.walk(method) if hasattr(n, "lineno")), key=lambda n: (n.lineno, n.col_offset)
    )
    for node in nodes:
        assigned = node.targets if isinstance(node, ast.Assign) else []
        assigned = [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else assigned
        for target in (one for whole in assigned for one in targets(whole)):
            if isinstance(target, ast.Name):
                continue
            found |= {name} if (name := root(target)) else set()
        if isinstance(node, ast.Assign):  # kept = self._kept: what happens to kept happens to it
            names = [one for whole in node.targets for one in targets(whole)]
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            if len(names) == len(values):
                for name, value in zip(names, values, strict=True):
                    if isinstance(name, ast.Name) and root(value):
                        aliases[name.id] = root(value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            found |= {name} if (name := root(node.func.value)) else set()
    return found


def forgotten(text: str, scratch: set[str]) -> set[str]:
    """Attributes that a class changes after it was made and that its ``state`` does not mention."""
    methods = {
        node.name: node
        for node in ast.parse(textwrap.dedent(text)).body[0].body
        if isinstance(node, ast.FunctionDef)
    }
    told = {
        node.attr
        for node in ast.walk(methods["state"])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    changed = {
        name
        for method in methods.values()
        if method.name not in ("__init__", "restore")
        for name in changed_attributes(method)
    }
    return changed - told - scratch


@pytest.mark.parametrize("kind", CLASSES)
def test_whatever_a_class_changes_its_state_mentions(kind):
    assert callable(kind.state) and callable(kind.restore)
    assert forgotten(inspect.getsource(kind), set(SCRATCH.get(kind.__name__, ()))) == set()


def test_an_attribute_that_the_state_does_not_mention_is_noticed():
    text = """
    class Counter:
        def __init__(self):
            self.count = self.spare = 0
            self.months, self.rows, self.seen, self.sums = [], {}, set(), [0]

        def step(self, month):
            self.count += 1
            kept = self.months
            kept.append(month)
            self.rows["last"], self.spare = month, 1
            self.sums[0] += 1

        def note(self, one):
            self.seen.add(one)

        def state(self):
            return {"count": self.count, "spare": self.spare}

        def restore(self, state):
            self.count = state["count"]
    """
    assert forgotten(text, set()) == {"months", "rows", "seen", "sums"}
    assert forgotten(text, {"months", "rows", "seen"}) == {"sums"}


def test_what_is_called_scratch_is_there(pair):
    (run, record), _ = pair
    things = (run, run.economy, run.economy.market_state, run._accounts, run.ledger, run.levy, record)
    for thing in things:
        assert set(SCRATCH.get(type(thing).__name__, ())) <= set(vars(thing))
    assert {type(thing) for thing in things} == set(CLASSES)
