"""What of a scenario can act before a month, and up to which month two scenarios share their history.

Two runs of one seed and scale are the same, bit for bit, up to the first month in which something in
their scenarios differs. Whatever is not known to begin later counts as acting from the first month, so
that a new key of the scenario file can make runs share too little, never too much.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.months import FIRST_MONTH, month_number, month_text
from sim.scenario.scenario import Scenario

ASSUMED_FROM = "2024-07"  # the first month that an assumed rate of growth can reach
_FOR_READERS = ("name", "title", "description", "compare_with", "focus", "period", "assumptions", "future")


def history_before(scenario: Scenario, month: str) -> dict[str, Any]:
    """All that can act before ``month`` ("YYYY-MM"), as plain maps, lists and numbers."""
    return _before(scenario, scenario.content(), month)


def fingerprint(history: Mapping[str, Any]) -> str:
    """A short stable hash of a history."""
    text = json.dumps(history, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shared_until(one: Scenario, other: Scenario, end: str) -> str:
    """The last month, up to the one after ``end``, before which the two scenarios are the same.

    ``FIRST_MONTH`` where they share nothing.
    """
    contents = one.content(), other.content()
    low, high = 0, month_number(end) - month_number(FIRST_MONTH) + 1
    while low < high:  # a longer history contains the shorter one: bisection finds where they part
        middle = (low + high + 1) // 2
        month = month_text(middle)
        if _before(one, contents[0], month) == _before(other, contents[1], month):
            low = middle
        else:
            high = middle - 1
    return month_text(low)


@dataclass(frozen=True)
class BranchPoint:
    """Where a run branches from another: the position of that scenario, and the run's own first month."""

    scenario: int
    month: str


def shared_histories(
    scenarios: Sequence[Scenario], limits: Sequence[str], most: int = 4
) -> list[BranchPoint | None]:
    """For each scenario where it branches from the earlier one with which it shares the most months; or None.

    limits: the latest month at which each may branch. most: how many states are kept at a time; where
    more would be needed, those that save the fewest months are left out.
    """
    latest = [
        [min(shared_until(scenarios[j], scenario, limit), limit) for j in range(i)]
        for i, (scenario, limit) in enumerate(zip(scenarios, limits, strict=True))
    ]
    states = {BranchPoint(j, month) for row in latest for j, month in enumerate(row) if month > FIRST_MONTH}

    def best(i: int, kept: set[BranchPoint]) -> BranchPoint | None:
        reached = [p for p in kept if p.scenario < i and p.month <= latest[i][p.scenario]]
        return max(reached, key=lambda point: (point.month, -point.scenario), default=None)

    def months_shared(kept: set[BranchPoint]) -> int:
        found = (best(i, kept) for i in range(len(scenarios)))
        return sum(month_number(p.month) - month_number(FIRST_MONTH) for p in found if p)

    kept: set[BranchPoint] = set()
    while len(kept) < most and states - kept:
        more = max(
            sorted(states - kept, key=lambda point: (point.scenario, point.month)),
            key=lambda point: months_shared(kept | {point}),
        )
        if months_shared(kept | {more}) == months_shared(kept):
            break
        kept.add(more)
    return [best(i, kept) for i in range(len(scenarios))]


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Where two histories differ: dotted key and both values, None where one has none."""
    for key in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(key), other.get(key)
        if mine == theirs:
            continue
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from ((f"{key}.{rest}", a, b) for rest, a, b in differences(mine, theirs))
        else:
            yield key, mine, theirs


def _before(scenario: Scenario, content: Mapping[str, Any], month: str) -> dict[str, Any]:
    kept = {key: value for key, value in content.items() if key not in _FOR_READERS}
    shocks = {name: _shock_before(shock, month) for name, shock in content.get("shocks", {}).items()}
    acting = {name: shock for name, shock in shocks.items() if shock["effects"]}
    kept["paths"] = {name: _path_before(path, month) for name, path in content.get("paths", {}).items()}
    kept["shocks"], kept["order_of_shocks"] = acting, list(acting)
    kept["levers"] = {
        name: lever for name, lever in content.get("levers", {}).items() if lever["window"]["from"] < month
    }
    if not kept["levers"]:
        del kept["financing"]  # there is nothing to be paid
    if month > ASSUMED_FROM:
        kept["growth"] = scenario.future_assumptions.model_dump(exclude={"source"})
    return kept


def _shock_before(shock: Mapping[str, Any], month: str) -> dict[str, Any]:
    """A shock with only those of its months that come before ``month``."""
    effects = {}
    for name, changes in shock["effects"].items():
        before = {
            kind: {m: value for m, value in by_month.items() if m < month}
            for kind, by_month in changes.items()
        }
        if any(before.values()):
            effects[name] = {kind: values for kind, values in before.items() if values}
    return {**shock, "effects": effects}


def _path_before(path: Mapping[str, Any], month: str) -> dict[str, Any]:
    """A path without the years beyond the first that the months before ``month`` lead up to."""
    by_tier = {tier: _knots_before(knots, month) for tier, knots in path.get("by_tier", {}).items()}
    return {**path, "all": _knots_before(path.get("all", {}), month), "by_tier": by_tier}


def _knots_before(knots: Mapping[Any, float], month: str) -> dict[str, float]:
    years = sorted(int(year) for year in knots)
    last = next((year for year in years if f"{year:04d}-01" >= month), years[-1] if years else 0)
    return {str(year): value for year, value in knots.items() if int(year) <= last}
