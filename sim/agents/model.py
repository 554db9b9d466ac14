"""The model as Mesa agents: an adapter around the engine, with no economics of its own.

    model = LaborMigrationModel(n_workers=2000, seed=1)
    model.step()  # one month, January 2014 first
    model.agents.select(lambda w: w.home == "Sichuan").groupby("activity").agg("savings", np.mean)

The state is the engine's columns; a ``Worker`` is a view of one row. With ``compiled=False`` the
agents live the month themselves, in plain Python, and the columns come out the same bit for bit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from sim.agents.explain import decision, in_words
from sim.agents.worker import Worker
from sim.core.arguments import whole_number
from sim.core.categories import EXITED
from sim.core.errors import Problem, UsageError, enumerated, nearest
from sim.core.language import _
from sim.core.months import month_text
from sim.engine.interpreted import copy_row, liver, plain_conditions, plain_sums, spare_sums
from sim.engine.recorder import Record
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.loading import load_scenario, with_overrides
from sim.scenario.scenario import Scenario
from sim.world.data import load_data
from sim.world.worker import age_months
from sim.world.workers import BLOCK, Workers

COLLECTED = (
    "seed",
    "month",
    "labour_force",
    "farm",
    "local_work",
    "own_business",
    "out",
    "migrant_search",
    "settled",
    "cross_province",
    "searching_rate",
    "migrant_pay_yuan",
    "local_pay_yuan",
    "mean_income_yuan",
    "remittances_yuan",
    "savings_stock_yuan",
    "businesses",
    "policy_spending_yuan",
)
_FEWEST, _DEFAULT_WORKERS = 500, 5000
_SEEDS = 1 << 31  # of which one is drawn


class LaborMigrationModel(mesa.Model):
    """China's rural workers month by month, from January 2014, as a Mesa model.

    scenario: a Scenario, or the name or path of one. n_workers: about how many to simulate (5,000 if
    neither it nor scale is given). scale: real workers per simulated one, 5000 or "1:5000". seed: of the
    random draws; None, as Mesa means it, draws one, so that the iterations of ``mesa.batch_run`` differ. The
    attribute ``seed`` and every row of ``datacollector`` tell which it was.
    end: last month, "YYYY-MM" or a date, by default the scenario's. compiled: False lets the agents live the
    month in plain Python, some hundred times slower. agents: True creates the Worker views at once;
    otherwise they are created when first asked for, because Mesa never frees a model that has had
    agents. threads: how many share the work of a compiled month; no result depends on it.
    parameters: values by parameter name, or by dotted key of the scenario
    ("levers.startup_grant.window.to"); parameters can also be given as keywords (switching_cost=2.0).
    cache: what this model shares with others that are passed the same one, to save time.

    ``datacollector`` holds the month's headline figures in real persons and yuan (sim.results.columns).
    Raises UsageError for an unknown keyword or impossible size, ScenarioError for a value that the
    scenario cannot take.
    """

    def __init__(
        self,
        *,
        scenario: Scenario | str | Path = "baseline",
        n_workers: int | None = None,
        scale: int | str | None = None,
        seed: int | None = None,
        end: Any = None,
        compiled: bool = True,
        agents: bool = False,
        threads: int = 1,
        parameters: Mapping[str, Any] | None = None,
        cache: RunCache | None = None,
        **values: float,
    ):
        seed = secrets.randbelow(_SEEDS) if seed is None else whole_number(seed, "seed")
        super().__init__(seed=seed)
        self.seed = seed
        _refuse_unknown(values)
        changed = _changed(scenario, {**(parameters or {}), **values})
        self.compiled, threads = compiled, whole_number(threads, "threads", least=1)
        self.simulation = Simulation(changed, _scale(n_workers, scale), end, seed, threads, cache=cache)
        self.national: dict[str, Any] = {}
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_figure, name) for name in COLLECTED}
        )
        self._record = Record(self.simulation, 0)
        self._views: dict[int, Worker] = {}
        self._rows_seen = 0
        self.is_viewed = np.zeros(len(self.workers), dtype=bool)
        self.diaries: dict[int, list[dict]] = {}
        self._coming: tuple[int, SimpleNamespace] | None = None
        self._past: SimpleNamespace | None = None
        self._live: Callable[[int], None] | None = None
        if agents or not compiled:
            self.create_workers()

    def __copy__(self) -> LaborMigrationModel:
        """A model of its own, as ``copy.deepcopy`` gives: half a copy would live on this one's workers."""
        return deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy goes on with. Raises UsageError within a month, whose sums are not yet whole."""
        if self._live is not None:
            raise UsageError(Problem(_("a model is copied between two months, not within one"), key="copy"))
        return {**vars(self), "_coming": None, "_past": None}

    # --- workers ----------------------------------------------------------------------------------
    @property
    def workers(self) -> Workers:
        """The engine's own memory."""
        return self.simulation.workers

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """Views of all workers in the labour force, created when first asked for."""
        self.create_workers()
        return super().agents

    @property
    def has_agents(self) -> bool:
        """Whether Worker views exist; asking does not create them."""
        return bool(self._views)

    def create_workers(self) -> None:
        """Create a view for every worker in the labour force; does nothing when they exist."""
        if not self._views:
            self._view_new()

    def worker(self, worker_id: int) -> Worker:
        """The worker with this id, watched from now on. Raises UsageError where there is none."""
        row = self.workers.ids.row_of(whole_number(worker_id, "worker_id"))
        if not 0 <= row < self.simulation.rows:
            raise UsageError(
                Problem(
                    _("no worker with this id at this scale"),
                    key="worker_id",
                    value=worker_id,
                    allowed=_("such as {workers}", workers=enumerated(map(str, self.workers.ids.numbers(3)))),
                )
            )
        self.create_workers()
        if row not in self._views:  # left the labour force before the views were made
            self._views[row] = Worker(self, row)
            self._views[row].remove()
        return self._views[row].watch()

    # --- the month --------------------------------------------------------------------------------
    @property
    def month(self) -> str | None:
        """The month last lived, "YYYY-MM"; None before the first."""
        return month_text(self.simulation.month - 1) if self.simulation.month else None

    @property
    def conditions(self) -> SimpleNamespace:
        """What workers met in the month last lived; before the first, what they will meet."""
        if self._past is None and self.simulation.month:
            self._past = plain_conditions(self.simulation.conditions)
        return self._past or self.coming_conditions()

    def coming_conditions(self) -> SimpleNamespace:
        """What workers will meet in the coming month, as if nothing were rationed.

        Raises UsageError when the run is over.
        """
        month = self.simulation.month
        if self._coming is None or self._coming[0] != month:
            self._refuse_the_end()
            self._coming = month, plain_conditions(self.simulation.economy.conditions(month)[0])
        return self._coming[1]

    def step(self) -> None:
        """Live one month, collect its figures, and stop ``running`` after the last.

        Raises UsageError for a month after the last.
        """
        self._refuse_the_end()
        before = {row: copy_row(self.workers, row) for row in self.diaries}
        self._past = None
        block = self.simulation.step(None if self.compiled else self._live_agents)
        if self._views:
            self._drop_exited()
            self._view_new()
        self._write_diaries(before)
        self.national = {"month": self.month, **self._record.national_row(block)}
        self.datacollector.collect(self)
        self.running = self.simulation.month <= self.simulation.last

    def _refuse_the_end(self) -> None:
        if self.simulation.month > self.simulation.last:
            raise UsageError(
                Problem(
                    _("the run is over"),
                    key="step",
                    value=month_text(self.simulation.month),
                    allowed=_("months up to {month}", month=month_text(self.simulation.last)),
                )
            )

    def _live_agents(self, conditions: np.record, block: np.record) -> None:
        """The month in plain Python: agents by Mesa, then the rows that have no view."""
        self._past = plain_conditions(conditions)
        self._live = liver(self.workers, self._past, plain_sums(block))
        try:
            self._view_new()
            without = np.flatnonzero(~self.is_viewed[: self.simulation.rows])
            self.agents.do("step")
            for row in without.tolist():
                self._live(row)
        finally:
            self._live = None

    def live_row(self, row: int) -> None:
        """Live the month of the worker in a row, within ``step`` alone. Raises UsageError outside it."""
        if self._live is None:
            raise UsageError(
                Problem(
                    _("a worker's month is a part of the model's"),
                    key="Worker.step",
                    allowed=_(
                        "model.step() of a model with compiled=False, or worker.rehearse() to try a month out"
                    ),
                )
            )
        self._live(row)

    def _view_new(self) -> None:
        """Views for the living rows that were not there the last time; entrants take the next rows."""
        living = self.workers.activity[self._rows_seen : self.simulation.rows] != EXITED
        for row in (self._rows_seen + np.flatnonzero(living)).tolist():
            self._views[row] = Worker(self, row)
            self.is_viewed[row] = True
        self._rows_seen = self.simulation.rows

    def _drop_exited(self) -> None:
        exited = self.workers.activity[: self.simulation.rows] == EXITED
        for row in np.flatnonzero(exited & self.is_viewed[: self.simulation.rows]).tolist():
            self._views[row].remove()

    def _write_diaries(self, before: dict[int, SimpleNamespace]) -> None:
        places = self.simulation.places
        for row, start in before.items():
            if start.activity == EXITED:
                continue
            now, c = copy_row(self.workers, row), self.conditions
            earned_before = 0 if c.month_of_year == 1 else start.earnings_year
            words = ("activity", "place", "sector")
            self.diaries[row].append(
                {
                    "month": self.month,
                    "age": age_months(now.birth_month, c.month) // 12,
                    **{name: in_words(name, getattr(now, name), places) for name in words},
                    "earned_yuan": now.earnings_year - earned_before,
                    "savings_yuan": now.savings,
                    "arrears_yuan": 10 * now.arrears,
                    **decision(start, c, spare_sums(len(places)), row % BLOCK),
                }
            )


def _figure(name: str, model: LaborMigrationModel) -> Any:
    return model.seed if name == "seed" else model.national[name]


def _scale(n_workers: int | None, scale: int | str | None) -> int | str:
    """Real workers per simulated one. Raises UsageError where both are given or the number cannot be."""
    if scale is not None and n_workers is not None:
        raise UsageError(
            Problem(_("give the number of workers or the scale, not both"), key="n_workers", value=n_workers)
        )
    if scale is not None:
        return scale
    people = float(load_data().marginal("labour_force", "all")["total"]) * 1e6
    number = _DEFAULT_WORKERS if n_workers is None else whole_number(n_workers, "n_workers")
    if not _FEWEST <= number <= people:
        raise UsageError(
            Problem(
                _("no such number of workers"),
                key="n_workers",
                value=n_workers,
                allowed=_("{low} to {high}", low=format(_FEWEST, ","), high=format(people, ",.0f")),
            )
        )
    return round(people / number)


def _refuse_unknown(values: Mapping[str, float]) -> None:
    own = ("scenario", "n_workers", "scale", "seed", "end", "compiled", "agents", "threads", "cache")
    known = (*PARAMETERS, *own)
    problems = [
        Problem(
            _("neither an argument of the model nor a parameter"),
            key=name,
            value=value,
            nearest=nearest(name, known),
            allowed=_("the names in sim.parameters.behaviour.PARAMETERS"),
        )
        for name, value in values.items()
        if name not in PARAMETERS
    ]
    if problems:
        raise UsageError(problems)


def _changed(scenario: Scenario | str | Path, values: Mapping[str, Any]) -> Scenario:
    """The scenario with parameters set by name, and anything else by dotted key."""
    loaded = load_scenario(scenario)
    keys = {name if "." in name else f"parameters.{name}": value for name, value in values.items()}
    return with_overrides(loaded, keys) if keys else loaded
