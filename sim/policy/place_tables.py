"""Parameters by place in a month: the scenario's values, paths and shocks, then levers.

Many months say the same as the month before or as a season of the year before, and the next run often has
the same places, so tables are kept by all that they are made from, and given again. They cannot be
written to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.core.categories import SECTORS, TIERS
from sim.core.months import month_number
from sim.parameters.behaviour import PARAMETERS
from sim.policy.steering import Steering
from sim.scenario.effects import Effect
from sim.scenario.eligibility import Where
from sim.scenario.lever import Lever
from sim.scenario.scenario import Scenario
from sim.scenario.shock import Shock
from sim.steps.records import PLACE_NAMES, WORKER_NAMES
from sim.world.places import Places

MOST_KEPT = 160  # tables of as many situations, some 60 to 120 kB each: eleven years in which paths move
_SECTOR_JOBS = [PLACE_NAMES.index(f"jobs_scale_{sector}") for sector in SECTORS]
_SECTOR_PAY = [PLACE_NAMES.index(f"pay_scale_{sector}") for sector in SECTORS]
QUOTA = "settlement_quota_share"
Step = tuple[int, np.ndarray, np.ndarray]  # a lever, a parameter before it and after it


@dataclass(frozen=True, eq=False)
class Tables:
    """Parameters by place, (parameters, places). Months that say the same have the same object."""

    place: np.ndarray  # place-level
    effective: np.ndarray  # worker-level, what everybody in a place faces
    without_levers: np.ndarray  # the same, had no lever been in force
    place_without_levers: np.ndarray  # place-level, had no lever been in force; not held to the bounds
    sector_jobs_scale: np.ndarray  # factor on jobs, (sectors, places)
    sector_pay_scale: np.ndarray  # factor on pay, (sectors, places)
    log_pay_scale: np.ndarray  # its log


class ByPlace:
    """The parameters by place of a scenario, levers in the order of the list."""

    def __init__(
        self,
        scenario: Scenario,
        places: Places,
        levers: Sequence[Lever],
        is_for_everybody: Sequence[bool],
        changed_by: dict[str, list[int]],
        steering: Steering,
        closed: Collection[int] = (),
    ):
        """is_for_everybody: whether a lever reaches everybody in its places. changed_by: the levers that
        change a parameter. closed: levers without money, which change no place.
        """
        self._closed = closed
        self._levers, self._steering = levers, steering
        self._is_for_everybody, self._changed_by = is_for_everybody, changed_by
        self._places = places
        self._rows_of_tier = {tier: np.flatnonzero(places.tier == n) for n, tier in enumerate(TIERS)}
        self.masks = [self.place_mask(lever.where) for lever in levers]
        self._given = {
            names: np.repeat(given_values(scenario, names)[:, None], len(places), axis=1)
            for names in (PLACE_NAMES, WORKER_NAMES)
        }
        self._paths = [
            (names, names.index(name), path, tier)
            for name, path in scenario.paths.items()
            for names in (PLACE_NAMES, WORKER_NAMES)
            if name in names
            for tier in (path.by_tier or (None,))
        ]
        self._shocks = {
            month: [
                (self.place_mask(shock.where), name, change)
                for shock, name, change in changes
                if not shock.sectors
            ]
            for month, changes in changes_by_month(scenario).items()
        }
        self._by_month: dict[tuple[str, bool], Tables] = {}
        self._kept: dict[tuple, Tables] = {}  # by all that they are made from
        # of each parameter that levers change, what was found last: sizes, what they change, and the steps
        self._found: dict[str, tuple[list[tuple[int, float]], bytes, list[Step]]] = {}
        self._changed_rows = {
            names: [(names.index(name), name) for name in changed_by if name in names]
            for names in (PLACE_NAMES, WORKER_NAMES)
        }

    def tables(self, month: str, with_levers: bool = True) -> Tables:
        """The tables of a month."""
        found = self._by_month.get((month, with_levers))
        if found is None:
            years = month_number(month) / 12
            on_paths = tuple(path.at(years, tier or TIERS[0]) for _, _, path, tier in self._paths)
            reach = self._steering.reach(month) if with_levers else None
            key = (on_paths, month if month in self._shocks else None, reach)
            if len(self._kept) >= MOST_KEPT:
                self._kept, self._by_month = {}, {}
            kept = self._kept
            if key not in kept:
                kept.setdefault(key, self._made(month, on_paths, with_levers))
            found = self._by_month[month, with_levers] = kept[key]
        return found

    def steps(
        self,
        name: str,
        value: np.ndarray,
        month: str,
        mask_of: Callable[[int], np.ndarray] | None = None,
    ) -> list[Step]:
        """A parameter before and after each lever: sets, then scales, then additions, in order of name.

        mask_of: what a lever reaches, in the shape of ``value``; by default its places.
        """
        sizes = self.sizes(name, month)
        if not sizes:
            return []
        content, found = value.tobytes(), self._found.get(name)
        if found is None or found[:2] != (sizes, content):
            steps = list(self._steps(name, value, sizes, mask_of or self.masks.__getitem__))
            found = self._found[name] = sizes, content, steps
        return found[2]

    def _steps(
        self,
        name: str,
        value: np.ndarray,
        sizes: list[tuple[int, float]],
        mask_of: Callable[[int], np.ndarray],
    ) -> Iterator[Step]:
        changes = [(n, size, self._levers[n].changes[name]) for n, size in sizes]
        for n, size, effect in changes:
            if effect.set is not None:
                after = np.where(mask_of(n), value + min(size, 1.0) * (effect.set - value), value)
                yield n, value, after
                value = after
        for n, size, effect in changes:
            if effect.scale is not None:
                after = np.where(mask_of(n), value * (1.0 + size * (effect.scale - 1.0)), value)
                yield n, value, after
                value = after
        for n, size, effect in changes:
            if effect.add is not None:
                after = np.where(mask_of(n), value + size * effect.add, value)
                yield n, value, after
                value = after

    def sizes(self, name: str, month: str) -> list[tuple[int, float]]:
        """Levers in force that change a parameter for all in a place or corridor, and how far they do.

        A ramp brings each change part of the way; steering makes changes of places larger or smaller. A lever
        without money changes none; of a quota each place is paid for one by one (``sim.steps.levers``).
        """
        reach, is_worker = self._steering.reach(month), PARAMETERS[name].scope == "worker"
        return [
            (n, reach[n].strength * (1.0 if is_worker else reach[n].effect_scale))
            for n in self._changed_by.get(name, ())
            if reach[n].strength > 0.0
            and (self._is_for_everybody[n] or not is_worker)
            and (n not in self._closed or name == QUOTA)
        ]

    def place_mask(self, where: Where) -> np.ndarray:
        """Which places are meant, bool (places,)."""
        if where == Where():
            return np.ones(len(self._places), dtype=bool)
        return np.array(
            [
                where.has_place(self._places.provinces[p], TIERS[t])
                for p, t in zip(self._places.province, self._places.tier, strict=True)
            ]
        )

    def _made(self, month: str, on_paths: tuple[float | None, ...], with_levers: bool) -> Tables:
        history = {names: table.copy() for names, table in self._given.items()}
        for (names, row, _, tier), value in zip(self._paths, on_paths, strict=True):
            history[names][row, slice(None) if tier is None else self._rows_of_tier[tier]] = value
        shocks = self._shocks.get(month, ())
        for mask, name, change in shocks:
            for names, table in history.items():
                if name in names:
                    row = table[names.index(name)]
                    row[:] = np.where(mask, change.on(row), row)
        without_levers, effective, place = history[WORKER_NAMES], history[WORKER_NAMES], history[PLACE_NAMES]
        if with_levers:
            effective, place = (
                self._after_levers(names, history[names], month) for names in (WORKER_NAMES, PLACE_NAMES)
            )
        if shocks:  # what a scenario gives, and its paths, lie within the bounds
            without_levers, effective, place = (
                within_bounds(WORKER_NAMES, without_levers),
                within_bounds(WORKER_NAMES, effective),
                within_bounds(PLACE_NAMES, place),
            )
        made = Tables(
            place,
            effective,
            without_levers,
            history[PLACE_NAMES],
            place[_SECTOR_JOBS],
            place[_SECTOR_PAY],
            np.log(place[_SECTOR_PAY]),
        )
        for table in vars(made).values():
            table.flags.writeable = False
        return made

    def _after_levers(self, names: tuple[str, ...], table: np.ndarray, month: str) -> np.ndarray:
        """A table after the month's levers, within the bounds; itself where none changes it."""
        rows = {}
        for row, name in self._changed_rows[names]:
            if steps := self.steps(name, table[row], month):
                rows[row] = steps[-1][2]
        if not rows:
            return table
        changed = table.copy()
        for row, after in rows.items():
            changed[row] = after
        return within_bounds(names, changed)


def given_values(scenario: Scenario, names: tuple[str, ...]) -> np.ndarray:
    """What a scenario gives for parameters, or their defaults, (names,)."""
    return np.array([scenario.parameters.get(name, PARAMETERS[name].default) for name in names])


def within_bounds(names: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """Values of parameters, held to their bounds. The first axis is over the parameters."""
    shape = (-1, *[1] * (values.ndim - 1))
    return np.clip(values, *(bound.reshape(shape) for bound in _bounds(names)))


@cache
def _bounds(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest allowed values of parameters."""
    return (
        np.array([PARAMETERS[name].low for name in names]),
        np.array([PARAMETERS[name].high for name in names]),
    )


def changes_by_month(scenario: Scenario) -> dict[str, list[tuple[Shock, str, Effect]]]:
    """What each shock changes, by month, in the order of the scenario."""
    changes: dict[str, list[tuple[Shock, str, Effect]]] = {}
    for shock in scenario.shocks.values():
        for name, effect in shock.effects.items():
            for month in effect.months:
                changes.setdefault(month, []).append((shock, name, effect.at(month)))
    return changes
