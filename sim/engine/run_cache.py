"""What runs share that is dear to make: outside series, people, policies laid out over places.

Whoever makes several runs in one process makes a ``RunCache`` and passes it to each of them. Results are
the same to the last bit with one, with a used one, and without.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

from sim.core.draws import month_keys
from sim.parameters.definition import chosen
from sim.policy.policy import Policy, opening_numbers
from sim.scenario.scenario import Scenario
from sim.steps.records import ECONOMY_NAMES
from sim.world import corridors, places, synthesis
from sim.world.corridors import CorridorNumbers
from sim.world.data import Data, load_data
from sim.world.places import PlaceNumbers, Places, build_places
from sim.world.series import Growth, Series, SeriesNumbers, build_series
from sim.world.synthesis import (
    PeopleNumbers,
    entrant_counts,
    ids_of,
    initial_counts,
    populate,
)
from sim.world.workers import Workers
from sim.world.world import World, build_world, packaged_world

MOST_WORLDS = MOST_POPULATIONS = 8
MOST_POLICIES = 4
MOST_WORKERS = 50_000  # larger populations are made anew for each run: eight of these take some 30 MB

Value = TypeVar("Value")


class Opening(NamedTuple):
    """What the world of a run and its outside series are made from, beside the packaged data."""

    growth: Growth  # the view of the years after the last observation
    places: PlaceNumbers
    corridors: CorridorNumbers
    people: PeopleNumbers
    series: SeriesNumbers


class RunCache:
    """The latest few of what the runs of a process were made from.

    Threads may share one. A copy for another process begins empty. ``data``: input data in place of the
    packaged ones, for all runs that are passed it.
    """

    def __init__(self, data: Data | None = None) -> None:
        self._data = data
        self._places: _Latest[Places] = _Latest(MOST_WORLDS)
        self._worlds: _Latest[World] = _Latest(MOST_WORLDS)
        self._series: _Latest[Series] = _Latest(MOST_WORLDS)
        self._populations: _Latest[tuple[Workers, int]] = _Latest(MOST_POPULATIONS)
        self._policies: deque[Policy] = deque(maxlen=MOST_POLICIES)

    def __reduce__(self) -> tuple[type[RunCache], tuple[Data | None]]:
        return RunCache, (self._data,)

    def world(self, opening: Opening) -> World:
        """The world that a run begins in; not to be written to."""
        numbers = opening.places, opening.corridors, opening.people
        if numbers == _DEFAULT_WORLD and self._data is None:
            return packaged_world()
        data = load_data() if self._data is None else self._data
        made = self._places.get(opening.places, lambda: _places(opening.places))
        return self._worlds.get(numbers, lambda: build_world(data, made, opening.corridors, opening.people))

    def series(self, opening: Opening) -> Series:
        """The outside series of a run; not to be written to."""

        def make() -> Series:
            world = self.world(opening)
            return build_series(world.data, world.places, world.corridors, opening.growth, opening.series)

        return self._series.get(opening._replace(people=synthesis.DEFAULT_NUMBERS), make)

    def policy(self, scenario: Scenario, places: Places) -> Policy:
        """The policy of a scenario, with the tables of an earlier one that says the same of places."""
        for policy in tuple(self._policies):
            if policy.places is places and _say_the_same_of_places(policy.scenario, scenario):
                return policy.with_economy_of(scenario)
        policy = Policy(scenario, places)
        self._policies.appendleft(policy)
        return policy

    def population(
        self, opening: Opening, scale: int, seed: int, last: int, each: Callable[..., None]
    ) -> tuple[Workers, int]:
        """Everybody who lives in a run, to be written to, and how many of them live in January 2014.

        Entrants up to the month ``last`` are in the rows after these. The people of small runs are kept: the
        next runs of a sweep have the same. each: shares rows out over threads (``synthesis.populate``).
        """
        world, series = self.world(opening), self.series(opening)

        def make() -> tuple[Workers, int]:
            return _population(world, series, scale, seed, last, each)

        if initial_counts(world.corridors, scale).sum() > MOST_WORKERS:
            return make()
        workers, initial = self._populations.get((opening, scale, seed, last), make)
        return workers.copy(), initial


class _Latest(Generic[Value]):
    """The latest few things that were asked for, by what they are made from."""

    def __init__(self, most: int):
        self._most, self._kept, self._one_at_a_time = most, dict[Hashable, Value](), RLock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        with self._one_at_a_time:
            value = self._kept.pop(key) if key in self._kept else make()
            self._kept[key] = value  # the latest stands last
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
            return value


_DEFAULT_WORLD = places.DEFAULT_NUMBERS, corridors.DEFAULT_NUMBERS, synthesis.DEFAULT_NUMBERS


def opening_of(scenario: Scenario) -> Opening:
    """What the world of a scenario is made from."""
    future, numbers = scenario.future_assumptions, opening_numbers(scenario)
    growth = Growth(
        future.real_output_growth,
        future.real_wage_growth,
        future.real_rural_income_growth,
        future.consumer_price_inflation,
        future.entrants_growth,
    )
    return Opening(
        growth,
        chosen(PlaceNumbers, numbers),
        chosen(CorridorNumbers, numbers),
        chosen(PeopleNumbers, numbers),
        chosen(SeriesNumbers, numbers),
    )


def _places(numbers: PlaceNumbers) -> Places:
    """Those of the packaged world where they are the same, so that policies laid out over them serve both."""
    if numbers == places.DEFAULT_NUMBERS:
        return packaged_world().places
    return build_places(load_data(), numbers)


def _population(
    world: World, series: Series, scale: int, seed: int, last: int, each: Callable[..., None]
) -> tuple[Workers, int]:
    counts = initial_counts(world.corridors, scale)
    entrants = entrant_counts(series.entrants[:, : last + 1], scale)
    workers = Workers.empty(ids_of(counts, entrants))
    populate(workers, world.recipe, month_keys(seed, -1), each)
    return workers, int(counts.sum())


def _say_the_same_of_places(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in nothing but what is said for readers and of the economy as a whole."""
    return (
        one.levers == other.levers
        and one.paths == other.paths
        and list(one.shocks.items()) == list(other.shocks.items())  # they act in their order
        and _of_places(one) == _of_places(other)
    )


def _of_places(scenario: Scenario) -> dict[str, float]:
    return {name: value for name, value in scenario.parameters.items() if name not in ECONOMY_NAMES}
