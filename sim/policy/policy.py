"""From a scenario to what the month's steps read: parameters by place, levers as arrays.

What a path, a shock or a lever without conditions on people changes is folded into the parameters of
the places for the month. What depends on the worker stays a lever, decided worker by worker in
``sim.steps.levers``, together with every other lever that changes the same parameter that month: all sets
act before all scales, and these before all additions.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import GOLDEN_RATIO
from sim.core.categories import BY_PLACE, SECTORS, TIERS
from sim.core.errors import Problem, ScenarioError
from sim.core.language import _
from sim.core.months import FIRST_MONTH, month_index, month_text
from sim.parameters.behaviour import PARAMETERS
from sim.policy.cash import cost_beside, is_billed_as_received, most_received
from sim.policy.head_counts import HeadCounts
from sim.policy.lever_rows import cash_lists, effects_on, lever_rows, lists_in_force, worker_effects
from sim.policy.place_servings import ServingsOfPlaces
from sim.policy.place_tables import ByPlace, Tables, changes_by_month, given_values, within_bounds
from sim.policy.steering import Reach, Steering, is_at_work
from sim.scenario.costs import CASH, LOAN, PAYOUT, RENT_AID
from sim.scenario.effects import Effect
from sim.scenario.eligibility import Where
from sim.scenario.lever import Lever
from sim.scenario.scenario import Scenario
from sim.scenario.shock import SECTOR_PARAMETERS, Shock
from sim.steps.lever_record import (
    MAX_BUDGETS,
    MAX_EFFECTS,
    MAX_FIRST,
    MAX_LEVERS,
    MONTHS_UNTIL_DUE,
    SCALE,
    SET,
    TICKET_BIN_BITS,
    TICKET_BITS,
    TICKETS,
)
from sim.steps.records import (
    CORRIDOR_NAMES,
    ECONOMY_NAMES,
    OCCASION,
    OCCASION_NAMES,
    WORKER,
    WORKER_NAMES,
)
from sim.world.places import Places
from sim.world.series import MONTHS, Series

_SETTLING = (OCCASION.settlement, OCCASION.new_settlement)
_DECIMALS = 6  # of yuan: what floating point adds to whole ones is less
_NO_SECTOR_FACTORS = {name: np.ones(len(SECTORS)) for name in SECTOR_PARAMETERS}


class InForce(NamedTuple):
    """What levers come to under one ``reach``, whatever the month is otherwise."""

    fields: dict[str, np.ndarray | int]  # of the levers' record
    lists: dict[str, np.ndarray]  # further fields of it: what workers go through
    rationed: list[int]  # levers with a budget
    counted: list[int]  # levers that serve all heads, which stocks count
    prices: np.ndarray  # yuan per serving, not rounded
    relief: np.ndarray  # off the cost of corridors, (homes, places)


class Policy:
    """A scenario laid out over the places. Levers are kept in order of name.

    Those that change nothing (strength 0, or no effect) are left out: nobody meets them, nothing is paid.
    What does not change from month to month is given as the same object, which cannot be written to.
    """

    def __init__(self, scenario: Scenario, places: Places):
        self.scenario = scenario
        self.places = places
        every = tuple(scenario.levers.values())
        self.names = tuple(sorted(name for name, one in scenario.levers.items() if is_at_work(one, every)))
        self._levers = [scenario.levers[name] for name in self.names]
        # with money for all; how far it reaches when it runs out is decided worker by worker
        self._reaches_everybody = [_is_for_everybody(lever) for lever in self._levers]
        self.budgeted = [n for n, lever in enumerate(self._levers) if lever.money is not None]
        self.occasions = np.array([_occasion(lever) for lever in self._levers], dtype=np.int64)
        self._as_received = np.array([is_billed_as_received(lever) for lever in self._levers], dtype=bool)
        # what these pay of rents is all that they cost
        self.pays_rents_alone = np.array(
            [set(lever.effects) == {RENT_AID} for lever in self._levers], dtype=bool
        )
        # a ramp that brings everybody a part of what is done for them costs that part
        self._costs_by_ramp = np.array(
            [
                lever.unit_cost is not None
                and lever.unit_cost.follows_strength
                and lever.unit_cost.per not in BY_PLACE  # of which fewer are served
                and everybody
                and not as_received
                for lever, everybody, as_received in zip(
                    self._levers, self._reaches_everybody, self._as_received, strict=True
                )
            ],
            dtype=bool,
        )
        self._worker_shares = np.array(
            [lever.unit_cost.shares.get("worker", 0.0) if lever.unit_cost else 0.0 for lever in self._levers]
        )
        self._acts_beyond_workers = [not {*lever.changes} <= {*WORKER_NAMES} for lever in self._levers]
        self._cash = effects_on((*CASH, LOAN, PAYOUT), self.names, self._levers)
        self._steering = Steering(self._levers)
        self._changed_by: dict[str, list[int]] = {}
        for n, lever in enumerate(self._levers):
            for name in lever.changes:
                self._changed_by.setdefault(name, []).append(n)
        _refuse_too_many(
            self._levers, len(worker_effects(self.names, self._levers, self._decided_for_all(self.budgeted)))
        )
        self._lay_out(())
        self._economy = _economy_of(scenario)
        self._economy_moves = any(name in ECONOMY_NAMES for name in scenario.paths)
        self._no_relief = _fixed(
            within_bounds(
                CORRIDOR_NAMES,
                np.repeat(given_values(scenario, CORRIDOR_NAMES), len(places.provinces) * len(places))[
                    None, :
                ],
            ).reshape(len(places.provinces), len(places))
        )
        self._changes = changes_by_month(scenario)
        self._moved = {*scenario.paths, *(name for one in scenario.shocks.values() for name in one.effects)}
        self._cost_index: np.ndarray | None = None  # (months, levers), of costs that follow prices or wages
        self._with_rationed: dict[tuple[frozenset[int], frozenset[int]], Policy] = {}

    def _decided_for_all(self, rationed: Collection[int]) -> list[bool]:
        """Whether a lever's effects on workers are the same for all in a place, where some are rationed."""
        return [so and n not in rationed for n, so in enumerate(self._reaches_everybody)]

    def _lay_out(self, rationed: Collection[int], closed: Collection[int] = ()) -> None:
        """Lay the levers out over places and workers, where money for some does not reach everybody, and
        there is none for others.
        """
        is_for_everybody = self._is_for_everybody = self._decided_for_all(rationed)
        self._by_place = ByPlace(
            self.scenario,
            self.places,
            self._levers,
            is_for_everybody,
            self._changed_by,
            self._steering,
            closed,
        )
        self._effects = worker_effects(self.names, self._levers, is_for_everybody)
        self._fixed = lever_rows(
            self.names,
            self._levers,
            self.budgeted,
            self.occasions,
            is_for_everybody,
            [self._home_mask(lever.where) for lever in self._levers],
            self._by_place.masks,
            len(self.places),
        )
        self._of_reach: dict[Reach, InForce] = {}
        self.servings_of_places = ServingsOfPlaces(self._by_place, self.places, self.occasions)
        self._head_counts = HeadCounts(self._levers, self._by_place, self.places)

    def with_rationed(self, levers: frozenset[int], closed: frozenset[int] = frozenset()) -> Policy:
        """The policy in a month in which the money for some levers does not reach everybody.

        What they change for workers is then decided worker by worker. closed: those of them without any
        money, which change no places or corridors. All else is as if there were no budgets.
        """
        changed = frozenset(n for n in levers if self._reaches_everybody[n])
        closed = frozenset(n for n in closed if self._acts_beyond_workers[n])
        if not changed and not closed:
            return self
        found = self._with_rationed.get((changed, closed))
        if found is None:
            found = copy(self)
            found._lay_out(changed, closed)
            found = self._with_rationed.setdefault((changed, closed), found)
        return found

    def following(self, series: Series) -> Policy:
        """The same policy, whose costs follow these prices and wages; what it comes to by place is shared."""
        costs = [lever.unit_cost for lever in self._levers]
        if not any(cost and cost.index for cost in costs):
            return self
        alike = copy(self)
        factors = [
            series.since(cost.index, cost.in_yuan_of)
            if cost and cost.index and cost.in_yuan_of is not None
            else np.ones(MONTHS)
            for cost in costs
        ]
        alike._cost_index = _fixed(np.array(factors).T)
        alike._with_rationed = {}
        return alike

    def with_economy_of(self, scenario: Scenario) -> Policy:
        """The policy of a scenario that differs in nothing but parameters of the economy and words: what it
        comes to by place is shared.
        """
        alike = copy(self)
        alike.scenario, alike._economy = scenario, _economy_of(scenario)
        alike._with_rationed = {}
        return alike

    # --- parameters of a month --------------------------------------------------------------------
    def economy(self, month: int) -> np.ndarray:
        """Economy-wide parameters of a month, (economy parameters,)."""
        text = month_text(month)
        changes = [change for change in self._changes.get(text, ()) if change[1] in ECONOMY_NAMES]
        if not (self._economy_moves or changes):
            return self._economy
        return _fixed(_economy_in(self.scenario, text, changes))

    def economy_by_name(self, month: int) -> dict[str, float]:
        """The same by name."""
        return dict(zip(ECONOMY_NAMES, self.economy(month).tolist(), strict=True))

    def place_parameters(self, month: int, with_levers: bool = True) -> Tables:
        """Parameters by place of a month."""
        return self._by_place.tables(month_text(month), with_levers)

    def corridor_relief(self, month: int) -> np.ndarray:
        """What labour cooperation takes off the cost of each corridor, log-odds, (homes, places)."""
        return self._in_force(month).relief

    def sector_factors(self, month: int) -> dict[str, np.ndarray]:
        """Factors by sector of a month, from shocks that name sectors."""
        changes = self._changes.get(month_text(month))
        if changes is None:
            return _NO_SECTOR_FACTORS
        factors = {name: np.ones(len(SECTORS)) for name in SECTOR_PARAMETERS}
        for shock, name, change in changes:
            if shock.sectors and name in factors and change.scale is not None:
                for sector in shock.sectors:
                    factors[name][SECTORS.index(sector)] *= change.scale
        return factors

    # --- levers of a month ------------------------------------------------------------------------
    def fill_levers(self, levers: np.record, month: int) -> None:
        """Write the levers of a month, with money for all."""
        for name, values in self._fixed.items():
            levers[name] = values
        self.fill_levers_of_month(levers, month)
        self.fill_prices(levers, month)
        levers["cutoff"], levers["bins_from"], levers["bin_bits"] = TICKETS, 0, TICKET_BITS - TICKET_BIN_BITS

    def reach(self, month: int) -> Reach:
        """How each lever works in a month; the same object until something moves."""
        return self._steering.reach(month_text(month))

    def fill_levers_of_month(self, levers: np.record, month: int) -> None:
        """Write what depends on ``reach`` alone."""
        in_force = self._in_force(month)
        for name, values in (in_force.fields | in_force.lists).items():
            if isinstance(values, np.ndarray):
                levers[name][: len(values)] = values
            else:
                levers[name] = values

    def fill_prices(self, levers: np.record, month: int) -> None:
        """Write what a serving costs in the money of the month, and which parts of it workers do not see."""
        prices, count = self.prices(month), len(self.names)
        levers["price"][:count] = prices
        stated = zip(self._levers, self._in_force(month).prices, self._as_received, strict=True)
        beside = np.array([cost_beside(one, float(price)) if is_so else 0.0 for one, price, is_so in stated])
        index = 1.0 if self._cost_index is None else self._cost_index[month]
        levers["cash_price"][:count] = _whole(beside * index, month)
        levers["fee"][:count] = _whole(self._prices(month) * self._worker_shares, month)

    def fill_late_grant(self, levers: np.record, month: int) -> None:
        """Write what the month's levers will do to the late part of a grant when it is due to founders."""
        reach, then = self.reach(month), self.reach(month + MONTHS_UNTIL_DUE)
        acting = [one for one in self._cash if reach[one.lever].strength > 0.0]
        for position, one in enumerate(acting):
            if one.parameter == WORKER.startup_late_grant_yuan:
                strength = then[one.lever].strength
                share = strength if self._reaches_everybody[one.lever] else float(strength > 0.0)
                levers["due_value"][position], levers["due_share"][position] = one.part(share), share

    def late_grant(self, month: int) -> np.ndarray:
        """The late part of a start-up grant without levers when it is due for whoever starts in the month,
        yuan by place.
        """
        if "startup_late_grant_yuan" in self._moved:
            tables = self._by_place.tables(month_text(month + MONTHS_UNTIL_DUE), with_levers=False)
        else:
            tables = self._by_place.tables(month_text(month))
        return tables.without_levers[WORKER.startup_late_grant_yuan]

    def settles_in(self, month: int) -> list[tuple[int, np.ndarray]]:
        """The levers in force that offer or pay for settlements, and the places in which they do."""
        strength = [one.strength for one in self.reach(month)]
        return [
            (n, self._by_place.masks[n])
            for n, lever in enumerate(self._levers)
            if strength[n] > 0.0
            and (self.occasions[n] in _SETTLING or "settlement_quota_share" in lever.changes)
        ]

    def eased_since(self) -> np.ndarray:
        """The month in which the first lever that makes registration easier in a place begins, by place."""
        since = np.full(len(self.places), MONTHS)
        for lever, there in zip(self._levers, self._by_place.masks, strict=True):
            if "hukou_cost_scale" in lever.changes:
                since[there] = np.minimum(since[there], month_index(lever.window.from_))
        return since

    def rationed(self, month: int) -> list[int]:
        """The levers in force that have a budget."""
        return self._in_force(month).rationed

    def served_by_heads(self, month: int, stock: np.ndarray, by_place: np.ndarray) -> np.ndarray:
        """Whom levers serve that serve all heads in a month, as stocks count them, (levers, provinces)."""
        return self._head_counts.in_month(self._in_force(month).counted, stock, by_place)

    def _in_force(self, month: int) -> InForce:
        reach = self.reach(month)
        if reach not in self._of_reach:
            strength = np.array([one.strength for one in reach])
            take_up = np.array([one.take_up for one in reach])
            first = np.full((len(reach), MAX_FIRST), -1)
            for n, one in enumerate(reach):
                first[n, : len(one.first)] = one.first[:MAX_FIRST]
            is_active = strength > 0.0
            rationed = [n for n in self.budgeted if is_active[n]]
            prices = np.array([one.price for one in reach])
            prices = np.where(self._costs_by_ramp, prices * strength, prices)
            coverage = take_up * np.where(self._reaches_everybody, 1.0, strength)
            is_counted = is_active & self._head_counts.is_possible & (coverage >= 1.0)
            fields: dict[str, np.ndarray | int] = {
                "is_active": is_active,
                "coverage": coverage,
                "first": first,
            }
            lists = lists_in_force(
                self._effects,
                np.where(self._as_received | is_counted, -1, self.occasions),
                self._is_for_everybody,
                self._reaches_everybody,
                strength,
            )
            lists |= cash_lists(self._cash, strength, np.where(self._reaches_everybody, strength, 1.0))
            counted, relief = np.flatnonzero(is_counted).tolist(), self._relief(month_text(month))
            self._of_reach[reach] = InForce(fields, lists, rationed, counted, prices, relief)
        return self._of_reach[reach]

    def _relief(self, month: str) -> np.ndarray:
        value = self._no_relief
        for _first, _last, after in self._by_place.steps(CORRIDOR_NAMES[0], value, month, self._corridors_of):
            value = after
        if value is self._no_relief:
            return value
        return _fixed(within_bounds(CORRIDOR_NAMES, value.reshape(1, -1)).reshape(value.shape))

    def _corridors_of(self, lever: int) -> np.ndarray:
        """Which corridors a lever means, bool (homes, places)."""
        return self._home_mask(self._levers[lever].where)[:, None] & self._by_place.masks[lever][None, :]

    def prices(self, month: int) -> np.ndarray:
        """Whole yuan per serving of each lever in a month, in the yuan of that month, int64.

        What a price is beyond whole yuan is a yuan in as large a part of the months: of 0.4 yuan 2 in 5.
        """
        return _whole(self._prices(month), month)

    def _prices(self, month: int) -> np.ndarray:
        """The same not rounded."""
        prices = self._in_force(month).prices
        return prices if self._cost_index is None else prices * self._cost_index[month]

    def most_claimed(self, lever: int, month: int) -> float:
        """Yuan that one use of a lever cannot cost more than."""
        return float(self.prices(month)[lever]) + most_received(self._levers[lever])

    def budget_scale(self, lever: int, month: int) -> float:
        """Factor on a lever's budget in a month."""
        return self.reach(month)[lever].budget_scale

    def decided_by_worker(self, month: int) -> list[int]:
        """Rows of the worker-level parameters that levers change worker by worker this month."""
        return np.flatnonzero(np.diff(self._in_force(month).lists["effect_start"])).tolist()

    def upper_bound(self, row: int, value: float, month: int) -> float:
        """The most that a worker-level parameter that is decided worker by worker can be this month.

        value: the highest before levers in any place.
        """
        lists = self._in_force(month).lists
        most, least, add = 1.0, 1.0, 0.0
        for effect in range(*lists["effect_start"][row : row + 2]):
            kind, amount = lists["effect_kind"][effect], float(lists["effect_value"][effect])
            if kind == SET:
                value = max(value, amount)
            elif kind == SCALE:
                most, least = most * max(amount, 1.0), least * min(amount, 1.0)
            else:
                add += max(amount, 0.0)
        return min(value * (most if value > 0.0 else least) + add, PARAMETERS[WORKER_NAMES[row]].high)

    def _home_mask(self, where: Where) -> np.ndarray:
        return np.array([where.has_home(name) for name in self.places.provinces])


def _whole(yuan: np.ndarray, month: int) -> np.ndarray:
    """Yuan as whole ones, up in some months and down in others, so that over months nothing is lost."""
    spread = (month + 1) * GOLDEN_RATIO % 1.0  # as good as even over any months that follow each other
    return np.floor(np.round(yuan, _DECIMALS) + spread).astype(np.int64)


def _fixed(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


def opening_numbers(scenario: Scenario) -> dict[str, float]:
    """Economy-wide parameters of January 2014 by name, before there are places."""
    values = _economy_in(scenario, FIRST_MONTH, changes_by_month(scenario).get(FIRST_MONTH, []))
    return dict(zip(ECONOMY_NAMES, values.tolist(), strict=True))


def _economy_in(scenario: Scenario, month: str, changes: list[tuple[Shock, str, Effect]]) -> np.ndarray:
    """Economy-wide parameters after the paths and shocks of a month, (economy parameters,)."""
    values = given_values(scenario, ECONOMY_NAMES)
    for name, path in scenario.paths.items():
        if name in ECONOMY_NAMES:
            values[ECONOMY_NAMES.index(name)] = path.value(month, TIERS[0])
    for __, name, change in changes:
        if name in ECONOMY_NAMES:
            values[ECONOMY_NAMES.index(name)] = change.on(values[ECONOMY_NAMES.index(name)])
    return within_bounds(ECONOMY_NAMES, values)


def _economy_of(scenario: Scenario) -> np.ndarray:
    return _fixed(within_bounds(ECONOMY_NAMES, given_values(scenario, ECONOMY_NAMES)))


def _refuse_too_many(levers: list[Lever], effects: int) -> None:
    """Raise ScenarioError where a scenario has more levers than the month's record can hold."""
    counts = {
        _("too many levers"): (len(levers), MAX_LEVERS),
        _("too many levers with a budget"): (sum(lever.money is not None for lever in levers), MAX_BUDGETS),
        _("too many effects decided worker by worker"): (effects, MAX_EFFECTS),
    }
    problems = [
        Problem(message, key="levers", value=found, allowed=_("at most {count}", count=most))
        for message, (found, most) in counts.items()
        if found > most
    ]
    if problems:
        raise ScenarioError(problems)


def _is_for_everybody(lever: Lever) -> bool:
    """Whether a lever's worker-level effects reach everybody in its places, as long as there is money."""
    return lever.who.is_everyone and lever.take_up >= 1.0 and not lever.where.names_homes


def _occasion(lever: Lever) -> int:
    return OCCASION_NAMES.index(lever.unit_cost.per) if lever.unit_cost and lever.acting > 0.0 else -1
