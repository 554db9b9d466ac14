"""Two lives of one worker, under two scenarios: where they part, and what of the difference made them part.

Both runs go on side by side, over the same people with the same draws. In the month in which a worker's lives
part, that month is lived again with one thing switched at a time: the policy, the markets that others have
moved, and the worker's own past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from sim.agents.decision import Decision, Surroundings, decision_in
from sim.agents.find import find_workers, parse_description, pick
from sim.agents.following import Follower, month_begins
from sim.agents.life import Life, LivedMonth, Standing
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import FIRST_MONTH, month_text
from sim.engine.interpreted import plain_conditions, spare_sums
from sim.engine.market_state import MarketState
from sim.engine.month_conditions import MonthConditions
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.steps.levers import is_reached
from sim.steps.month import live_month
from sim.world.worker import DISPLACED, INSURED, TRAINED
from sim.world.workers import BLOCK

# What can make two lives part, each switched by itself.
CAUSES = {
    "policy": "what the policy changes for this worker in the month",
    "others": "markets and networks, as others have moved under the policy",
    "past": "what the worker's own past under the policy has left: savings, skill, insurance, a job",
}

# What is counted among all workers before a month, and so belongs to a run and not to its markets.
_OF_THE_RUN = ("quota_cutoff", "quota_cutoff_without_levers", "quota_cutoff_new")


@dataclass(frozen=True)
class Parting:
    """Where two lives part: the first month that ends in another activity or place.

    causes: the smallest sets of ``CAUSES`` that by themselves turn the one month into the other. levers:
    labels, by language, of the policy's levers that reach the worker this month and are not in the other
    scenario. past: what the two pasts have left that differs, by name, as (base, policy).
    """

    month: str
    before: Standing
    base: LivedMonth
    policy: LivedMonth
    causes: tuple[tuple[str, ...], ...]
    levers: tuple[Mapping[str, str], ...]
    past: dict[str, tuple[int, int]]
    base_decision: Decision
    policy_decision: Decision


@dataclass(frozen=True)
class Twins:
    """One worker's lives under two scenarios; without a parting they do the same in the same places."""

    base: Life
    policy: Life
    parting: Parting | None


class Pair:
    """Two runs of one seed side by side. Raises UsageError where they do not have the same people."""

    def __init__(
        self,
        base: Scenario | str | Path,
        policy: Scenario | str | Path,
        scale: int | str,
        end: Any,
        seed: int,
        cache: RunCache | None = None,
    ):
        cache = RunCache() if cache is None else cache
        one, other = load_scenario(base), load_scenario(policy)
        last = _last_month(one, other, end)
        self.base = Simulation(one, scale, last, seed, cache=cache)
        self.policy = Simulation(other, scale, last, seed, cache=cache)
        ids = [run.workers.ids for run in (self.base, self.policy)]
        if not all(np.array_equal(mine, theirs) for mine, theirs in zip(*ids, strict=True)):
            self.close()
            raise UsageError(
                Problem(
                    _("these scenarios begin with other people, so nobody has a twin"),
                    key="POLICY",
                    value=other.name,
                    allowed=_("scenarios with the same people and assumptions of growth"),
                )
            )

    def step(self) -> None:
        """Live a month in both."""
        self.base.step()
        self.policy.step()

    def close(self) -> None:
        """Release the threads of both."""
        self.base.close()
        self.policy.close()


def _last_month(base: Scenario, policy: Scenario, end: Any) -> Any:
    """The last month of both runs: the one asked for, or the earlier of their own."""
    return min(base.period.to, policy.period.to) if end is None else end


def follow_twins(
    base: Scenario | str | Path,
    policy: Scenario | str | Path,
    ids: int | Iterable[int],
    *,
    scale: int | str = 5000,
    start: Any = FIRST_MONTH,
    end: Any = None,
    seed: int = 0,
    cache: RunCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Twins]:
    """The two lives of each worker, from a month (or the entry) to the end, and where they part.

    start: before it nothing is told, and no parting looked for. Raises UsageError for an id that nobody has,
    before the runs begin.
    """
    first = checked_month("from", start)
    pair = Pair(base, policy, scale, end, seed, cache)
    try:
        wanted = [ids] if isinstance(ids, int) else list(ids)
        followers = Follower(pair.base, wanted), Follower(pair.policy, wanted)
        partings: dict[int, Parting] = {}
        while pair.base.month <= pair.base.last:
            if progress is not None:
                progress(pair.base.month, pair.base.last + 1)
            if pair.base.month < first:
                pair.step()
                continue
            month = _Month(pair, followers[0].rows)
            for follower in followers:
                follower.before()
            pair.step()
            for follower in followers:
                follower.after()
            for worker, row in followers[0].rows.items():
                if worker not in partings and row < pair.base.rows and _is_apart(pair, row):
                    lived = [follower.latest(worker) for follower in followers]
                    partings[worker] = month.parting(row, *lived)
        lives = zip(*(follower.lives() for follower in followers), strict=True)
        return [Twins(one, other, partings.get(one.worker)) for one, other in lives]
    finally:
        pair.close()


def partings_of(
    base: Scenario | str | Path,
    policy: Scenario | str | Path,
    when: Mapping[int, int],
    *,
    scale: int | str = 5000,
    end: Any = None,
    seed: int = 0,
    cache: RunCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, Parting]:
    """Why lives part, by worker. when: the month in which those of each worker do (``Scan.first_apart``)."""
    pair = Pair(base, policy, scale, end, seed, cache)
    try:
        found: dict[int, Parting] = {}
        until = max(when.values(), default=-1)
        while pair.base.month <= until:
            if progress is not None:
                progress(pair.base.month, until + 1)
            now = [worker for worker, month in when.items() if month == pair.base.month]
            if not now:
                pair.step()
                continue
            followers = Follower(pair.base, now), Follower(pair.policy, now)
            month = _Month(pair, followers[0].rows)
            for follower in followers:
                follower.before()
            pair.step()
            for follower in followers:
                follower.after()
            for worker, row in followers[0].rows.items():
                found[worker] = month.parting(row, *(one.latest(worker) for one in followers))
        return found
    finally:
        pair.close()


def _is_apart(pair: Pair, row: int) -> bool:
    """Whether a worker does something else, or elsewhere, in the two runs."""
    return any(
        pair.base.workers.value(row, name) != pair.policy.workers.value(row, name)
        for name in ("activity", "place")
    )


class _Month:
    """A month as both runs find it, kept so that it can be lived again with parts of the one in the other."""

    def __init__(self, pair: Pair, rows: Mapping[int, int]):
        self._runs, self._month = (pair.base, pair.policy), pair.base.month
        self._markets = [snapshot(run.economy.market_state) for run in self._runs]
        self._starts = [{row: month_begins(run, row) for row in rows.values()} for run in self._runs]
        self._mixed: dict[tuple[int, int], SimpleNamespace] = {}

    def parting(self, row: int, base: LivedMonth, policy: LivedMonth) -> Parting:
        """Why the lives of the worker in a row part this month. To be called when both runs have lived it."""
        found: list[tuple[str, ...]] = []
        goal = self._outcome(row, (1, 1, 1))
        for count in range(1, len(CAUSES) + 1):
            for chosen in combinations(range(len(CAUSES)), count):
                names = tuple(list(CAUSES)[one] for one in chosen)
                switched = tuple(int(one in chosen) for one in range(len(CAUSES)))
                is_smallest = not any(set(less) <= set(names) for less in found)
                if is_smallest and self._outcome(row, switched) == goal:
                    found.append(names)
        decisions = [self._decision(row, of) for of in (0, 1)]
        c = self.conditions(0, 0)
        return Parting(
            month=month_text(self._month),
            before=Standing.of(self._starts[0][row], c, self._runs[0].places),
            base=base,
            policy=policy,
            causes=tuple(found),
            levers=self._levers(row),
            past=self._past(row),
            base_decision=decisions[0],
            policy_decision=decisions[1],
        )

    def conditions(self, levers_of: int, markets_of: int) -> SimpleNamespace:
        """What workers meet with the levers of one run in the markets of the other (0: base, 1: policy)."""
        if (levers_of, markets_of) not in self._mixed:
            run, state = self._runs[levers_of], copy(self._markets[markets_of])
            state.policy = run.policy
            mixed = MonthConditions(state)
            mixed.write(self._month, run.rationing.rationed, run.rationing.closed)
            mixed.ration(self._month, run.rationing)
            for name in (*_OF_THE_RUN, "levy_rate"):
                getattr(mixed.now, name)[...] = run.conditions[name]
            self._mixed[levers_of, markets_of] = plain_conditions(mixed.record[0])
        return self._mixed[levers_of, markets_of]

    def _start(self, row: int, of: int) -> SimpleNamespace:
        return SimpleNamespace(**vars(self._starts[of][row]))

    def _outcome(self, row: int, switched: tuple[int, ...]) -> tuple[int, int]:
        """Activity and place at the end of the month, with these of ``CAUSES`` as under the policy."""
        levers_of, markets_of, past_of = switched
        w = self._start(row, past_of)
        live_month(
            w, self.conditions(levers_of, markets_of), spare_sums(len(self._runs[0].places)), row % BLOCK
        )
        return int(w.activity), int(w.place)

    def _decision(self, row: int, of: int) -> Decision:
        run, c = self._runs[of], self.conditions(of, of)
        around = Surroundings.of(run.economy.market_state)
        return decision_in(self._start(row, of), c, spare_sums(len(run.places)), row % BLOCK, around)

    def _past(self, row: int) -> dict[str, tuple[int, int]]:
        """What the two pasts have left that differs."""
        w = [self._start(row, of) for of in (0, 1)]
        pay = [Standing.of(w[of], self.conditions(0, 0), self._runs[0].places).pay_yuan for of in (0, 1)]
        left = {
            "savings_yuan": (w[0].savings, w[1].savings),
            "is_insured": tuple(int(one.status & INSURED != 0) for one in w),
            "is_trained": tuple(int(one.status & TRAINED != 0) for one in w),
            "is_displaced": tuple(int(one.status & DISPLACED != 0) for one in w),
            "pay_yuan": tuple(pay),
        }
        return {name: (int(one), int(other)) for name, (one, other) in left.items() if one != other}

    def _levers(self, row: int) -> tuple[Mapping[str, str], ...]:
        base, policy = self._runs
        w, c = self._start(row, 1), self.conditions(1, 1)
        labels = []
        for number, name in enumerate(policy.policy.names):
            lever = policy.scenario.levers[name]
            is_new = base.scenario.levers.get(name) != lever
            if is_new and c.levers.is_active[number] and is_reached(w, c, number):
                labels.append(lever.label.model_dump())
        return tuple(labels)


def snapshot(state: MarketState) -> MarketState:
    """A market state that later months do not change."""
    kept = copy(state)
    kept.markets = type(state.markets)(*(array.copy() for array in state.markets))
    return kept


class Scan(NamedTuple):
    """Everybody's two lives in short, a row a worker. Months are counted from January 2014; -1: never apart.

    base, policy: activity and place as (workers, 2) at the end of the last month; exited counts as such.
    """

    ids: np.ndarray
    first_apart: np.ndarray
    months_apart: np.ndarray
    base: np.ndarray
    policy: np.ndarray
    home: np.ndarray
    traits: np.ndarray
    birth_month: np.ndarray


def scan_twins(
    base: Scenario | str | Path,
    policy: Scenario | str | Path,
    *,
    scale: int | str = 5000,
    end: Any = None,
    seed: int = 0,
    cache: RunCache | None = None,
    look: Callable[[Pair], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scan:
    """Whose lives part under two scenarios, and when. look: called before each month with the runs."""
    pair = Pair(base, policy, scale, end, seed, cache)
    try:
        people = len(pair.base.workers)
        first, apart = np.full(people, -1, np.int16), np.zeros(people, np.int16)
        while pair.base.month <= pair.base.last:
            if progress is not None:
                progress(pair.base.month, pair.base.last + 1)
            if look is not None:
                look(pair)
            pair.step()
            rows = pair.base.rows
            mine, theirs = (_doing(run, rows) for run in (pair.base, pair.policy))
            is_apart = (mine != theirs).any(axis=1)
            apart[:rows] += is_apart
            first[:rows][is_apart & (first[:rows] < 0)] = pair.base.month - 1
        workers = pair.base.workers[:rows]
        return Scan(
            np.asarray(pair.base.workers.ids.numbers(rows)),
            first[:rows],
            apart[:rows],
            mine,
            theirs,
            workers.home.copy(),
            workers.traits.copy(),
            workers.birth_month.copy(),
        )
    finally:
        pair.close()


class FoundTwin(NamedTuple):
    """Who was found: the worker, how many the description fits, and of how many of them the lives part."""

    worker: int
    fitting: int
    apart: int


def find_twin(
    base: Scenario | str | Path,
    policy: Scenario | str | Path,
    text: str,
    at: Any,
    *,
    scale: int | str = 5000,
    end: Any = None,
    seed: int = 0,
    cache: RunCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FoundTwin:
    """A worker whom a description fits in a month of the base, one whose lives part for long if there is any.

    Raises UsageError for words that are not known or fit nobody, and for a month after the end.
    """
    when, found = checked_month("--at", at), np.array([], dtype=np.int64)

    def look(pair: Pair) -> None:
        nonlocal found
        if pair.base.month == 0:
            parse_description(text, pair.base.places.provinces)
        if pair.base.month == when:
            found = find_workers(pair.base, text).ids

    last = _last_month(load_scenario(base), load_scenario(policy), end)
    if when > checked_month("--to", last):
        raise UsageError(
            Problem(
                _("after the end of the runs"),
                key="--at",
                value=month_text(when),
                allowed=_("{month} or earlier", month=last),
            )
        )
    scan = scan_twins(
        base, policy, scale=scale, end=end, seed=seed, cache=cache, look=look, progress=progress
    )
    fits = np.isin(scan.ids, found) & (scan.first_apart >= 0)
    apart, months = scan.ids[fits], scan.months_apart[fits]
    longest = apart[months >= np.median(months)] if len(apart) else found
    return FoundTwin(pick(longest, seed), len(found), len(apart))


def _doing(run: Simulation, rows: int) -> np.ndarray:
    """Activity and place of the first rows, (rows, 2)."""
    return np.stack([run.workers.activity[:rows], run.workers.place[:rows]], axis=1)
