"""The state of a run, and what advances it by a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.arguments import parse_month, parse_scale, whole_number
from sim.core.categories import EMPLOYEES, TRAINING, members
from sim.core.draws import month_keys
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import DECEMBER, FIRST_MONTH, month_index, month_text
from sim.engine.accounts import Accounts
from sim.engine.census import CENSUS_MONTHS, census_type, count_census
from sim.engine.economy import Economy
from sim.engine.incomes import count_incomes, fill_incomes, incomes_type
from sim.engine.interpreted import plain_sums
from sim.engine.run_cache import RunCache, opening_of
from sim.engine.shards import Shards
from sim.engine.stocks import count_stock, stock_type
from sim.engine.year_counts import count_year, start_year, year_type
from sim.policy.budgets import Ledger
from sim.policy.financing import Levy
from sim.policy.rationing import Rationing
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.steps.records import EVENT
from sim.world.places import HOMES
from sim.world.series import LAST_YEAR
from sim.world.synthesis import (
    entrant_counts,
)

_EMPLOYEES = members(EMPLOYEES)
MOST_COPIED = 1 << 26  # rows; a copy of so many workers takes 2.4 GB


class Simulation:
    """The state of a run. ``step`` advances it by a month; the columns are ``workers``."""

    def __init__(
        self,
        scenario: Scenario | str | Path,
        scale: int | str = 5000,
        end: Any = None,
        seed: int = 0,
        threads: int = 2,
        state: Mapping[str, Any] | None = None,
        with_groups: bool = True,
        cache: RunCache | None = None,
    ):
        """end: the last month, text or a date; by default the scenario's. state: what another run's
        ``state`` gave, to go on from. with_groups: whether the census counts by sex, age and schooling.
        cache: what it shares with other runs.
        """
        self.seed = seed = whole_number(seed, "seed")
        self.threads = threads = whole_number(threads, "threads", least=1)
        self.scenario = load_scenario(scenario)
        self.scale, self._with_groups = parse_scale(scale), with_groups
        self.last = checked_month("to", self.scenario.period.to if end is None else end)
        cache, opening = RunCache() if cache is None else cache, opening_of(self.scenario)
        world, series = cache.world(opening), cache.series(opening)
        self.places, self.month = world.places, 0
        self.policy = cache.policy(self.scenario, world.places).following(series)
        self.rationing = Rationing({}, len(self.policy.names))
        self._kept: tuple[np.ndarray, ...] | None = None  # workers as the month began
        self.economy = Economy(self.policy, world, series, self.scale, seed)
        self._entrants = entrant_counts(series.entrants[:, : self.last + 1], self.scale)
        self.incomes: np.record | None = None  # of the last December (sim.engine.incomes)
        self._shards = Shards(threads, len(self.places))
        self.workers, self.rows = cache.population(opening, self.scale, seed, self.last, self._shards.each)
        self.ledger, self.levy = Ledger(self.policy, self.scale), Levy(self.scenario.financing)
        self.block = plain_sums(self._shards.blocks[0][0])  # the month's sums, in which shards add up
        opened = self._shards.count(
            count_stock, stock_type(len(self.places)), self.rows, *self.workers.memory
        )
        self._accounts = Accounts(opened.stock.copy(), int(opened.savings))
        if state is None:
            self._take_census(0, self.economy.begin(0).plain)
        else:
            self.restore(state)

    def step(self, live: Callable[[np.record, np.record], None] | None = None) -> SimpleNamespace:
        """Advance a month. ``live`` replaces the compiled pass (the Mesa model steps its agents)."""
        month = self.month
        entrants = self._entrants[:, month]
        self.rows += int(entrants.sum())
        if month % 12 == 0:
            self._shards.each(start_year, self.rows, *self.workers.memory)
        c, plain = self.open_month(), self.economy.opening.plain
        self._live_within_budgets(c, live)
        self.block.events[EVENT.entrants] += int(entrants.sum())
        self._accounts.carry(month, self.block, entrants)
        served, billed, refused = (
            sums[: len(self.policy.names)]
            for sums in (self.block.served, self.block.billed, self.block.refused)
        )
        settled, new = (
            np.bincount(self.places.province, sums, minlength=HOMES)
            for sums in (self.block.settled, self.block.new_settled)
        )
        self.ledger.enter_settlements(settled, new, self.economy.settlement_cost(month), served, billed)
        if self.policy.names:
            # in simulated workers; who sits on a course away still lives there
            migrants = self.block.away.sum(axis=0) + self.block.by_place[:, TRAINING]
            in_places = self.policy.servings_of_places.in_month(
                month, migrants, self.census.school_parents, self.block.employed
            )
            rents = self.policy.servings_of_places.rents(
                month, migrants - self.block.absent, self.economy.cost_before_aid()
            )
            by_heads = self.policy.served_by_heads(month, self.block.stock, self.block.by_place)
            served += by_heads
            billed += by_heads * self.policy.prices(month)[:, None]
            fees = self.block.fees[: len(self.policy.names)]
            self.ledger.enter(month, served, billed, refused, in_places, fees, rents)
            self.ledger.enter_waiting(month, self.economy.quota_waiting)
        self.ledger.enter_received(month, self.block)
        self.ledger.enter_promised(self.block.money, self.economy.opening.numbers.insurance_rights_per_yuan)
        wages = float(self.block.pay[_EMPLOYEES, 0].sum()) * self.scale
        self.levy.enter(month, self.ledger.month_public_spending, wages)
        self.economy.settle(self.block)
        self.conditions = c[0]
        if month % 12 + 1 in CENSUS_MONTHS:
            self._take_census(month, plain)
            self.economy.market_state.note_poor_away(int(self.census.poor_away))
        if month % 12 + 1 == DECEMBER:
            self.ledger.close_year(month)
            self.incomes = self._shards.count(count_incomes, incomes_type(), self.rows, *self._memory, plain)
        self.month += 1
        return self.block

    def _live_within_budgets(self, c: np.recarray, live: Callable | None) -> None:
        """Live the month; again from its beginning while some lever spends more than it has left.

        Of many workers no copy is kept: the month is rehearsed until it costs what is left, and then lived.
        """
        may_run_out = self.rationing.may_run_out
        if may_run_out and live is None and self.rows > MOST_COPIED:
            has_budgets, plain = bool(self.policy.budgeted), self.economy.opening.plain
            self._shards.rehearse_month(self._memory, plain, self.rows, has_budgets)
            while not self.ledger.is_settled(self.rationing, self.block):
                self.economy.opening.ration(self.month, self.rationing)
                self._ration_quotas()
                self._shards.rehearse_month(self._memory, plain, self.rows, has_budgets)
            may_run_out = False
        if may_run_out:
            self._keep_workers()
        self._live_once(c, live)
        while may_run_out and not self.ledger.is_settled(self.rationing, self.block):
            self._put_back_workers()
            self.economy.opening.ration(self.month, self.rationing)
            self._ration_quotas()  # who is no longer reached claims no place
            self._live_once(c, live)

    def _live_once(self, c: np.recarray, live: Callable | None) -> None:
        has_budgets = bool(self.policy.budgeted)
        if live is None:
            has_quota = self.economy.opening.has_quota.any()
            keys_ahead = month_keys(self.seed, self.month + 1) if has_quota else None
            plain = self.economy.opening.plain
            self._shards.run_month(self._memory, plain, self.rows, keys_ahead, has_budgets)
        else:
            self._shards.clear(has_budgets)
            live(c[0], self._shards.blocks[0][0])

    def _keep_workers(self) -> None:
        if self._kept is None:
            self._kept = tuple(np.empty_like(part) for part in self.workers.memory)
        for kept, part in zip(self._kept, self.workers.memory, strict=True):
            kept[: self.rows] = part[: self.rows]

    def _put_back_workers(self) -> None:
        assert self._kept is not None, "workers are kept before a month that may be lived again"
        for kept, part in zip(self._kept, self.workers.memory, strict=True):
            part[: self.rows] = kept[: self.rows]

    def __reduce__(self) -> tuple:
        """A copy, and what ``pickle`` restores, goes on by itself, bit for bit as this one would."""
        about = (self.scenario, self.scale, month_text(self.last), self.seed, self.threads)
        lived = (self._shards.blocks[0], self.conditions) if self.month else None
        return _resumed, (type(self), about, self._with_groups, deepcopy((self.state(), lived)))

    def count_year(self) -> np.record:
        """The counts of the year that the last month ended, under official definitions.

        Raises UsageError where that month was lived by another: before the run was copied or restored.
        """
        if int(self.economy.opening.now.month[0]) != self.month - 1:
            raise UsageError(Problem(_("a year is counted right after its last month"), key="count_year"))
        kind = year_type(len(self.places))
        return self._shards.count(
            count_year, kind, self.rows, *self._memory, self.economy.opening.plain, self.places.regions
        )

    def net_incomes(self) -> np.ndarray:
        """Each worker's net income of the year that the last month ended, in yuan of 2023, (rows,)."""
        incomes = np.zeros(self.rows)
        self._shards.each(fill_incomes, self.rows, *self._memory, self.economy.opening.plain, incomes)
        return incomes

    def _take_census(self, month: int, c: np.ndarray) -> None:
        """Count everybody afresh, and hold the sums carried along against it."""
        self.census = plain_sums(
            self._shards.count(
                count_census, census_type(len(self.places)), self.rows, *self._memory, c, self._with_groups
            )
        )
        self._accounts.check_census(month, self.census.stock, self.census.savings, self.census.debt)
        self.economy.note_insured(self.census.stock, self.census.insured_at_work, self.month == 0)

    def open_month(self) -> np.recarray:
        """Conditions of the coming month, with quotas rationed; levers without money left serve nobody."""
        self.rationing = self.ledger.rationing(self.month)
        opening = self.economy.begin(self.month, self.rationing.rationed, self.rationing.closed)
        opening.now.levy_rate[0] = self.levy.rate
        if self.rationing.rationed:
            opening.ration(self.month, self.rationing)
        self._ration_quotas()
        return opening.record

    def _ration_quotas(self) -> None:
        """Count who would settle where there is a quota, and write how far it reaches."""
        opening = self.economy.opening
        self.economy.quota_waiting[:] = 0
        if opening.has_quota.any():
            self._shards.count_claims(self._memory, opening.plain, self.rows, opening.has_quota)
            self.economy.ration_quotas(self.block.points, self.block.points_without_levers)

    def state(self) -> dict[str, Any]:
        """The run between two months: what a run of the same seed and scale needs in order to go on."""
        census = np.zeros(1, dtype=census_type(len(self.places)))
        for name, counts in vars(self.census).items():
            census[name][0] = counts
        return {
            "month": self.month,
            "workers": self.workers[: self.rows].planes(),
            "census": census,
            "accounts": self._accounts.state(),
            "economy": self.economy.state(),
            "ledger": self.ledger.state(),
            "levy": self.levy.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` of a run of the same seed and scale gave."""
        self.month, self.rows = state["month"], state["workers"]["rows"].shape[1]
        self.workers.fill(state["workers"])
        self.census = plain_sums(state["census"].copy()[0])
        self._accounts.restore(state["accounts"])
        self.economy.restore(state["economy"])
        self.ledger.restore(state["ledger"])
        self.levy.restore(state["levy"])

    @property
    def _memory(self) -> tuple[np.ndarray, ...]:
        """What kernels take of the workers: rows, states, and the stretches of ids."""
        return *self.workers.memory, *self.workers.ids

    def close(self) -> None:
        """Release the threads."""
        self._shards.close()

    @property
    def savings(self) -> int:
        """Yuan that all workers hold."""
        return self._accounts.savings

    @property
    def debt(self) -> int:
        """Yuan that owners owe on their loans."""
        return self._accounts.debt


def _resumed(kind: Callable[..., Simulation], about: tuple, with_groups: bool, kept: tuple) -> Simulation:
    """A run that goes on from what another has kept."""
    state, lived = kept
    run = kind(*about, state, with_groups)
    if lived is not None:  # the sums of the month last lived, and what was met in it
        run._shards.blocks[0][:], run.conditions = lived
    return run


def checked_month(key: str, month: Any) -> int:
    """Month index of "YYYY-MM", or of a date, within what the model can simulate. Raises UsageError."""
    month = parse_month(month, key)
    index = month_index(month)
    last = f"{LAST_YEAR - 1}-12"
    if not 0 <= index <= month_index(last):
        raise UsageError(
            Problem(
                _("outside the years that can be simulated"),
                key=key,
                value=month,
                allowed=_("{low} to {high}", low=FIRST_MONTH, high=last),
            )
        )
    return index
