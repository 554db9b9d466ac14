"""From a scenario to what the month's steps read: parameters by place, levers as arrays.

What a path, a shock or a lever without conditions on people changes is folded into the parameters of
the places for the month. What depends on the worker stays a lever, decided worker by worker in
``sim.steps.conditions``.
"""

from __future__ import annotations

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.parameters import PARAMETERS
from sim.policy.delivery import Steering, is_at_work
from sim.policy.effects import Effect
from sim.policy.lever import Lever
from sim.policy.lever_rows import lever_rows, worker_effects
from sim.policy.reach import Where
from sim.policy.shock import SECTOR_PARAMETERS, Shock
from sim.policy.terms import month_number
from sim.scenario import Scenario
from sim.steps.conditions import (
    CORRIDOR,
    ECONOMY,
    OCCASION_NAMES,
    PLACE,
    TICKET_BINS,
    WORKER,
)
from sim.steps.lever_arrays import (
    MAX_BUDGETS,
    MAX_EFFECTS,
    MAX_FIRST,
    MAX_LEVERS,
)
from sim.vocabulary import SECTORS, TIERS
from sim.world.places import Places

FIRST_MONTH = month_number("2014-01")
_SCHOOL_PLACE_MONTH = OCCASION_NAMES.index("school_place_month")
_TRAINING_ENROLMENT = OCCASION_NAMES.index("training_enrolment")
_HOUSING_MONTH = OCCASION_NAMES.index("housing_month")


def month_index(month: str) -> int:
    """Months since January 2014 of "YYYY-MM"."""
    return month_number(month) - FIRST_MONTH


def month_text(index: int) -> str:
    """The reverse of ``month_index``."""
    return f"{2014 + index // 12:04d}-{index % 12 + 1:02d}"


class Policy:
    """A scenario laid out over the places. Levers are kept in order of name.

    Those that change nothing (strength 0, or no effect) are left out: nobody meets them, nothing is paid.
    """

    def __init__(self, scenario: Scenario, places: Places):
        self.scenario = scenario
        self.places = places
        every = tuple(scenario.levers.values())
        self.names = tuple(sorted(name for name, one in scenario.levers.items() if is_at_work(one, every)))
        self._levers = [scenario.levers[name] for name in self.names]
        self._masks = [self._place_mask(lever.where) for lever in self._levers]
        self._folded = [_is_for_everybody(lever) for lever in self._levers]
        self.budgeted = [n for n, lever in enumerate(self._levers) if lever.money is not None]
        self.occasions = np.array([_occasion(lever) for lever in self._levers], dtype=np.int64)
        self._steering = Steering(self._levers)
        self._changed_by: dict[str, list[int]] = {}
        for n, lever in enumerate(self._levers):
            for name in lever.changes:
                self._changed_by.setdefault(name, []).append(n)
        apart = [n for n, is_folded in enumerate(self._folded) if not is_folded]
        effects = worker_effects(self.names, self._levers, apart)
        _refuse_too_many(self._levers, len(effects))
        self._fixed = lever_rows(
            self.names, self._levers, self.budgeted, self.occasions, effects,
            [self._home_mask(lever.where) for lever in self._levers], self._masks, len(places),
        )
        given = scenario.parameters
        self._defaults = {
            names: np.array([given.get(name, PARAMETERS[name].default) for name in names])
            for names in (ECONOMY, PLACE, WORKER, CORRIDOR)
        }
        self._changes = _changes_by_month(scenario)

    # --- parameters of a month --------------------------------------------------------------------
    def economy(self, month: int) -> np.ndarray:
        """Economy-wide parameters of a month, (economy parameters,)."""
        text, values = month_text(month), self._defaults[ECONOMY].copy()
        for row, name in self._followed(ECONOMY):
            values[row] = self.scenario.paths[name].value(text, TIERS[0])
        for _, name, change in self._changes.get(text, ()):
            if name in ECONOMY:
                values[ECONOMY.index(name)] = change.on(values[ECONOMY.index(name)])
        return np.clip(values, *_bounds(ECONOMY))

    def place_parameters(
        self, month: int, with_levers: bool = True
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Parameters by place of a month: place-level, worker-level, and the latter without levers.

        Shapes (place parameters, places) and twice (worker parameters, places).
        """
        text = month_text(month)
        place, by_rule = self._history(PLACE, text), self._history(WORKER, text)
        worker = by_rule.copy()
        if with_levers:
            for names, table in ((PLACE, place), (WORKER, worker)):
                for name in self._changed_by:
                    if name in names:
                        row = names.index(name)
                        for _, value in self._folding(name, table[row], text):
                            table[row] = value
        for names, table in ((PLACE, place), (WORKER, worker), (WORKER, by_rule)):
            low, high = _bounds(names)
            np.clip(table, low[:, None], high[:, None], out=table)
        return place, worker, by_rule

    def corridor_relief(self, month: int) -> np.ndarray:
        """What labour cooperation takes off the cost of each corridor, log-odds, (homes, places)."""
        text, low, high = month_text(month), *_bounds(CORRIDOR)
        value = np.full((len(self.places.provinces), len(self.places)), self._defaults[CORRIDOR][0])
        for n, size in self._sizes(CORRIDOR[0], text):
            effect = self._levers[n].changes[CORRIDOR[0]]
            mask = self._home_mask(self._levers[n].where)[:, None] & self._masks[n][None, :]
            value = np.where(mask, value + size * (effect.on(value) - value), value)
        return np.clip(value, low[0], high[0])

    def _sizes(self, name: str, text: str) -> list[tuple[int, float]]:
        """Levers in force that change a parameter for all in a place or corridor, and how far they do.

        A ramp brings each change part of the way; steering makes changes of places larger or smaller.
        """
        reach, is_worker = self._steering.reach(text), PARAMETERS[name].scope == "worker"
        return [
            (n, reach[n].strength * (1.0 if is_worker else reach[n].effect_scale))
            for n in self._changed_by.get(name, ())
            if reach[n].strength > 0.0 and (self._folded[n] or not is_worker)
        ]

    def sector_factors(self, month: int) -> dict[str, np.ndarray]:
        """Factors by sector of a month, from shocks that name sectors."""
        text = month_text(month)
        factors = {name: np.ones(len(SECTORS)) for name in SECTOR_PARAMETERS}
        for shock, name, change in self._changes.get(text, ()):
            if shock.sectors and name in factors and change.scale is not None:
                for sector in shock.sectors:
                    factors[name][SECTORS.index(sector)] *= change.scale
        return factors

    def place_by_rule(self, name: str, month: int) -> np.ndarray:
        """A place-level parameter of a month had no lever been in force, (places,)."""
        return self._history(PLACE, month_text(month))[PLACE.index(name)]

    def _history(self, names: tuple[str, ...], text: str) -> np.ndarray:
        """Parameters by place before any lever, (names, places): scenario's value, path, shocks."""
        values = np.repeat(self._defaults[names][:, None], len(self.places), axis=1)
        for row, name in self._followed(names):
            path = self.scenario.paths[name]
            by_tier = [path.value(text, tier) for tier in TIERS]
            known = np.array([v if v is not None else np.nan for v in by_tier])[self.places.tier]
            values[row] = np.where(np.isnan(known), values[row], known)
        for shock, name, change in self._changes.get(text, ()):
            if name in names and not shock.sectors:
                row = names.index(name)
                values[row] = np.where(self._place_mask(shock.where), change.on(values[row]), values[row])
        return values

    def _followed(self, names: tuple[str, ...]):
        """Rows and names of the parameters that follow a path."""
        return [(names.index(name), name) for name in self.scenario.paths if name in names]

    def _folding(self, name: str, value: np.ndarray, text: str):
        """A parameter by place after each lever: sets, then scales, then additions, in order of name.

        Yields the lever and the value after it.
        """
        changes = [(n, size, self._levers[n].changes[name]) for n, size in self._sizes(name, text)]
        for n, size, effect in changes:
            if effect.set is not None:
                value = np.where(self._masks[n], value + min(size, 1.0) * (effect.set - value), value)
                yield n, value
        for n, size, effect in changes:
            if effect.scale is not None:
                value = np.where(self._masks[n], value * (1.0 + size * (effect.scale - 1.0)), value)
                yield n, value
        for n, size, effect in changes:
            if effect.add is not None:
                value = np.where(self._masks[n], value + size * effect.add, value)
                yield n, value

    # --- levers of a month ------------------------------------------------------------------------
    def fill_levers(self, levers: np.record, month: int, cutoffs: np.ndarray) -> None:
        """Write the levers of a month. ``cutoffs``: ticket bins granted this month, by lever."""
        text, count = month_text(month), len(self.names)
        for name, values in self._fixed.items():
            levers[name] = values
        reach = self._steering.reach(text)
        strength = np.array([one.strength for one in reach])
        take_up = np.array([one.take_up for one in reach])
        is_active = strength > 0.0
        levers["is_active"][:count] = is_active
        billing = self.occasions[is_active & (self.occasions >= 0)]
        levers["billed"] = np.bincount(billing, minlength=len(OCCASION_NAMES))
        levers["coverage"][:count] = take_up * np.where(self._folded, 1.0, strength)
        levers["cutoff"][:count] = cutoffs
        is_course = self.occasions == _TRAINING_ENROLMENT
        rationed = sorted((n for n in self.budgeted if is_active[n]), key=lambda n: not is_course[n])
        levers["budgets"], levers["rationed"][: len(rationed)] = len(rationed), rationed
        levers["courses"] = int(is_course[rationed].sum())
        for n, one in enumerate(reach):
            if one.first:
                first = one.first[:MAX_FIRST]
                levers["first"][n, : len(first)] = first

    def servings_of_places(self, month: int, migrants: np.ndarray, parents: np.ndarray) -> np.ndarray:
        """Whom levers serve by a share of the people in a place, (levers, provinces), in whole persons.

        migrants, parents (of a child of school age): persons by place. Each lever serves what its own
        step adds to the share, so that two levers are not paid for the same school place or home.
        """
        served = np.zeros((len(self.names), len(self.places.provinces)), dtype=np.int64)
        text = month_text(month)
        for name, (occasion, people) in {
            "school_access_share": (_SCHOOL_PLACE_MONTH, parents),
            "public_housing_share": (_HOUSING_MONTH, migrants),
        }.items():
            if not (self.occasions == occasion).any():
                continue
            before = self._history(PLACE, text)[PLACE.index(name)]
            for n, after in self._folding(name, before, text):
                if self.occasions[n] == occasion:
                    step = np.clip(after, 0.0, 1.0) - np.clip(before, 0.0, 1.0)
                    persons = np.rint(np.maximum(step, 0.0) * people).astype(np.int64)
                    np.add.at(served[n], self.places.province, persons)
                before = after
        return served

    def prices(self, month: int) -> np.ndarray:
        """Whole yuan per serving of each lever in a month, int64."""
        reach = self._steering.reach(month_text(month))
        return np.array([one.price for one in reach], dtype=np.int64)

    def budget_scale(self, lever: int, month: int) -> float:
        """Factor on a lever's budget in a month."""
        return self._steering.reach(month_text(month))[lever].budget_scale

    def is_changed(self, name: str) -> bool:
        """Whether some lever changes a parameter in some month."""
        return name in self._changed_by

    def upper_bound(self, row: int, value: float, month: int) -> float:
        """The most that a worker-level parameter can be under this month's levers, from ``value``."""
        reach, scale, add = self._steering.reach(month_text(month)), 1.0, 0.0
        for n in self._changed_by.get(WORKER[row], ()):
            if self._folded[n] or reach[n].strength == 0.0:
                continue
            effect = self._levers[n].changes[WORKER[row]]
            value = max(value, effect.set or 0.0)
            scale *= max(1.0, effect.scale if effect.scale is not None else 1.0)
            add += max(0.0, effect.add or 0.0)
        return min(value * scale + add, PARAMETERS[WORKER[row]].high)

    def cutoffs_without_budget(self) -> np.ndarray:
        """Cut-offs of a month in which nothing is rationed."""
        return np.full(len(self._levers), TICKET_BINS, dtype=np.int64)

    def _place_mask(self, where: Where) -> np.ndarray:
        return np.array(
            [where.has_place(self.places.provinces[p], TIERS[t])
             for p, t in zip(self.places.province, self.places.tier, strict=True)]
        )

    def _home_mask(self, where: Where) -> np.ndarray:
        return np.array([where.has_home(name) for name in self.places.provinces])


def _changes_by_month(scenario: Scenario) -> dict[str, list[tuple[Shock, str, Effect]]]:
    """What each shock changes, by month, in the order of the scenario."""
    changes: dict[str, list[tuple[Shock, str, Effect]]] = {}
    for shock in scenario.shocks.values():
        for name, effect in shock.effects.items():
            for month in effect.months:
                changes.setdefault(month, []).append((shock, name, effect.at(month)))
    return changes


def _bounds(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest allowed values of parameters."""
    return (np.array([PARAMETERS[name].low for name in names]),
            np.array([PARAMETERS[name].high for name in names]))


def _refuse_too_many(levers: list[Lever], effects: int) -> None:
    """Raise ScenarioError where a scenario has more levers than the month's record can hold."""
    counts = {
        "levers": (len(levers), MAX_LEVERS),
        "levers with a budget": (sum(lever.money is not None for lever in levers), MAX_BUDGETS),
        "effects decided worker by worker": (effects, MAX_EFFECTS),
    }
    problems = [
        Problem(f"too many {what}", key="levers", value=found, allowed=f"at most {most}")
        for what, (found, most) in counts.items() if found > most
    ]
    if problems:
        raise ScenarioError(problems)


def _is_for_everybody(lever: Lever) -> bool:
    """Whether a lever's worker-level effects reach everybody in its places."""
    return (
        lever.who.is_everyone and lever.take_up >= 1.0 and lever.money is None
        and not lever.where.names_homes
    )


def _occasion(lever: Lever) -> int:
    return OCCASION_NAMES.index(lever.unit_cost.per) if lever.unit_cost and lever.acting > 0.0 else -1
