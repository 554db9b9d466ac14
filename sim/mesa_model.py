"""The model as Mesa agents: an adapter around the engine, with no economics of its own.

    model = LaborMigrationModel(n_workers=2000, seed=1)
    model.step()  # one month, January 2014 first
    model.agents.select(lambda w: w.home == "Sichuan").groupby("activity").agg("savings", np.mean)

The state is the engine's columns; a ``Worker`` is a view of one row. With ``compiled=False`` the
agents live the month themselves, in plain Python, and the columns come out the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
import pandas as pd

from sim.engine.explain import choice_table, decision, in_words, pay_now, rehearse
from sim.engine.plain import copy_row, liver, plain_conditions, plain_sums, spare_sums
from sim.engine.record import Record
from sim.engine.simulate import Simulation
from sim.errors import Problem, UsageError, nearest
from sim.loading import load_scenario, with_overrides
from sim.parameters import PARAMETERS
from sim.policy.arrays import month_text
from sim.scenario import Scenario
from sim.steps.conditions import BLOCK, has_school_child
from sim.vocabulary import ACTIVITIES, EDUCATION, EXITED, SECTORS, SEXES, TIERS
from sim.world.data import load_data
from sim.world.schema import (
    DISPLACED,
    INSURED,
    IS_FEMALE,
    POOR,
    TRAINED,
    VISITING,
    age_months,
    education_of,
)

HEADLINE = (
    "month", "labour_force", "farm", "local_work", "own_business", "out", "migrant_search", "settled",
    "cross_province", "searching_rate", "migrant_pay_yuan", "local_pay_yuan", "mean_income_yuan",
    "remittances_yuan", "savings_stock_yuan", "businesses", "policy_spending_yuan",
)  # fmt: skip
_FEWEST, _DEFAULT_WORKERS = 500, 5000


def _column(name: str, meaning: str) -> property:
    return property(lambda worker: worker._read(name), doc=meaning)


def _word(name: str, words: tuple[str, ...], meaning: str) -> property:
    return property(lambda worker: words[worker._read(name)], doc=meaning)


def _bit(name: str, mask: int, meaning: str) -> property:
    return property(lambda worker: worker._read(name) & mask != 0, doc=meaning)


class Worker(mesa.Agent):
    """A view of one worker's row: reads it, and lives its month. Money is in current yuan."""

    worker_id = _column("id", "The worker's own id, the same in every run; ``unique_id`` is Mesa's.")
    savings = _column("savings", "Savings, yuan.")
    earnings_year = _column("earnings_year", "Non-farm pay since January, yuan.")
    since_month = _column("since_month", "Month in which the present activity began (0 = January 2014).")
    arrived_month = _column("arrived_month", "Month in which the present stay began (0 = January 2014).")
    migrant_months = _column("migrant_months", "Months away in the whole career.")
    experience_months = _column("experience_months", "Months of non-farm work in the whole career.")
    business_jobs = _column("business_jobs", "Paid jobs in the worker's business.")
    activity = _word("activity", ACTIVITIES, "What the worker does (sim.vocabulary.ACTIVITIES).")
    sector = _word("sector", SECTORS, "Sector of the present or last job (sim.vocabulary.SECTORS).")
    is_poor = _bit("traits", POOR, "Whether the household was registered as poor.")
    is_insured = _bit("status", INSURED, "Whether in the workers' pension scheme.")
    is_trained = _bit("status", TRAINED, "Whether the worker ever completed a course.")
    is_displaced = _bit("status", DISPLACED, "Whether the last job was lost and not yet given up.")
    is_visiting = _bit("status", VISITING, "Whether at home for Spring Festival.")

    def __init__(self, model: LaborMigrationModel, row: int):
        super().__init__(model)
        self.row = row

    # --- reading ----------------------------------------------------------------------------------
    @property
    def home(self) -> str:
        """Province of rural registration."""
        return self._places.provinces[self._read("home")]

    @property
    def place(self) -> str:
        """Where the worker is: province and kind of place."""
        return self._places.names[self._read("place")]

    @property
    def province(self) -> str:
        """Province where the worker is."""
        return self._places.provinces[self._places.province[self._read("place")]]

    @property
    def tier(self) -> str:
        """Kind of place where the worker is (sim.vocabulary.TIERS)."""
        return TIERS[self._places.tier[self._read("place")]]

    @property
    def sex(self) -> str:
        """male or female."""
        return SEXES[self._read("traits") & IS_FEMALE]

    @property
    def education(self) -> str:
        """Highest level of schooling (sim.vocabulary.EDUCATION)."""
        return EDUCATION[education_of(self._read("traits"))]

    @property
    def age(self) -> int:
        """Whole years, in the month last lived."""
        month = max(self.model.simulation.month - 1, 0)
        return age_months(self._read("birth_month"), month) // 12

    @property
    def arrears(self) -> int:
        """Wages owed to the worker, yuan."""
        return 10 * self._read("arrears")

    @property
    def pay(self) -> int:
        """Pay of a month in the present job or business, yuan; 0 for those without."""
        return pay_now(self.copy(), self.model.conditions)

    @property
    def has_school_child(self) -> bool:
        """Whether the worker's first child is of compulsory school age."""
        return bool(has_school_child(self.copy(), self.model.conditions))

    def copy(self) -> SimpleNamespace:
        """The columns as plain numbers (sim.world.schema.COLUMNS); changing them changes nothing."""
        return copy_row(self.model.rows, self.row)

    # --- living -----------------------------------------------------------------------------------
    def step(self) -> None:
        """Live the month, called by the model's step. Raises UsageError on a call from elsewhere."""
        self.model._live_row(self.row)

    def remove(self) -> None:
        """Take the view out of ``model.agents``; the worker lives on."""
        super().remove()
        self.model._is_viewed[self.row] = False

    def rehearse(self) -> pd.DataFrame:
        """The coming month of a copy of this worker, step by step: what concerns it and what changes.

        What happens is what the next ``model.step()`` will bring, except that every rationed lever and
        settlement quota is taken to reach the worker. Changes nothing.
        """
        c = self.model.coming_conditions()
        return rehearse(self.copy(), c, spare_sums(len(self._places)), self.row % BLOCK, self._places)

    def explain(self, most: int = 5) -> pd.DataFrame:
        """The options of this worker, as it now stands, if it reconsiders in the coming month.

        One row per option (farm, local work, stay or the lost place, migrate) and one for each of the
        ``most`` likeliest destinations: value in log-odds with its parts, and probabilities (see
        sim.engine.explain.choice_table). ``attrs`` hold the month and the attention probability.
        """
        table = choice_table(self.copy(), self.model.coming_conditions(), self._places, most)
        table.attrs["month"] = month_text(self.model.simulation.month)
        return table

    def watch(self) -> Worker:
        """Keep a diary of this worker from the next month on; returns the worker."""
        self.model._diaries.setdefault(self.row, [])
        return self

    def life(self) -> pd.DataFrame:
        """The diary: a row per month since ``watch``, with what the worker became, earned and weighed up.

        ``reconsidered`` and the probabilities belong to the moment of that month's choice. Raises
        UsageError for a worker who is not watched.
        """
        if self.row not in self.model._diaries:
            raise UsageError(Problem("this worker is not watched", key="life", value=self.worker_id,
                                     allowed="call watch() first, and then step the model"))
        return pd.DataFrame(self.model._diaries[self.row])

    def __repr__(self) -> str:
        return f"Worker {self.worker_id} ({self.sex}, {self.age}, {self.home}): {self.activity}, {self.place}"

    def _read(self, name: str) -> int:
        return self.model.rows[name][self.row].item()

    @property
    def _places(self):
        return self.model.simulation.places


class LaborMigrationModel(mesa.Model):
    """China's rural workers month by month, from January 2014, as a Mesa model.

    scenario: a Scenario, or the name or path of one. n_workers: about how many to simulate (5,000 if
    neither it nor scale is given). scale: real workers per simulated one, 5000 or "1:5000". seed: luck.
    end: last month, "YYYY-MM", by default the scenario's. compiled: False lets the agents live the
    month in plain Python, some hundred times slower. agents: True creates the Worker views at once;
    otherwise they are created when first asked for, because Mesa never frees a model that has had
    agents. parameters: values by parameter name, or by dotted key of the scenario
    ("levers.startup_grant.window.to"); parameters can also be given as keywords (switching_cost=2.0).

    ``datacollector`` holds the month's headline figures in real persons and yuan (sim.tables.NATIONAL).
    Raises UsageError for an unknown keyword or impossible size, ScenarioError for a value that the
    scenario cannot take.
    """

    def __init__(self, *, scenario: Scenario | str = "baseline", n_workers: int | None = None,
                 scale: int | str | None = None, seed: int = 0, end: str | None = None,
                 compiled: bool = True, agents: bool = False, threads: int = 1,
                 parameters: Mapping[str, Any] | None = None, **values: float):
        super().__init__(seed=seed)
        _refuse_unknown(values)
        changed = _changed(scenario, {**(parameters or {}), **values})
        self.compiled = compiled
        self.simulation = Simulation(changed, _scale(n_workers, scale), end, seed, threads)
        self.rows = self.simulation.workers.view(np.ndarray)  # the engine's own memory
        self.national: dict[str, Any] = {}
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_figure, name) for name in HEADLINE})
        self._record = Record(self.simulation, 0)
        self._views: dict[int, Worker] = {}
        self._rows_seen = 0
        self._is_viewed = np.zeros(len(self.rows), dtype=bool)
        self._diaries: dict[int, list[dict]] = {}
        self._coming: tuple[int, SimpleNamespace] | None = None
        self._past: SimpleNamespace | None = None
        self._live = None
        if agents or not compiled:
            self.create_workers()

    # --- workers ----------------------------------------------------------------------------------
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
        ids = self.rows["id"][: self.simulation.rows]
        found = np.flatnonzero(ids == worker_id)
        if not len(found):
            raise UsageError(Problem("no worker with this id at this scale", key="worker_id",
                                     value=worker_id, allowed=f"such as {', '.join(map(str, ids[:3]))}"))
        self.create_workers()
        row = int(found[0])
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
        """What workers will meet in the coming month, as if nothing were rationed."""
        month = self.simulation.month
        if self._coming is None or self._coming[0] != month:
            self._refuse_the_end()
            self._coming = month, plain_conditions(self.simulation.economy.conditions(month)[0])
        return self._coming[1]

    def step(self) -> None:
        """Live one month, collect its figures, and stop ``running`` after the last."""
        self._refuse_the_end()
        before = {row: copy_row(self.rows, row) for row in self._diaries}
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
            raise UsageError(Problem("the run is over", key="step", value=month_text(self.simulation.month),
                                     allowed=f"months up to {month_text(self.simulation.last)}"))

    def _live_agents(self, conditions: np.record, block: np.record) -> None:
        """The month in plain Python: agents by Mesa, then the rows that have no view."""
        self._past = plain_conditions(conditions)
        self._live = liver(self.rows, self._past, plain_sums(block))
        try:
            self._view_new()
            without = np.flatnonzero(~self._is_viewed[: self.simulation.rows])
            self.agents.do("step")
            for row in without.tolist():
                self._live(row)
        finally:
            self._live = None

    def _live_row(self, row: int) -> None:
        if self._live is None:
            raise UsageError(Problem("a worker's month is a part of the model's", key="Worker.step", allowed=(
                "model.step() of a model with compiled=False, or worker.rehearse() to try a month out")))
        self._live(row)

    def _view_new(self) -> None:
        """Views for the living rows that were not there the last time; entrants take the next rows."""
        living = self.rows["activity"][self._rows_seen : self.simulation.rows] != EXITED
        for row in (self._rows_seen + np.flatnonzero(living)).tolist():
            self._views[row] = Worker(self, row)
            self._is_viewed[row] = True
        self._rows_seen = self.simulation.rows

    def _drop_exited(self) -> None:
        exited = self.rows["activity"][: self.simulation.rows] == EXITED
        for row in np.flatnonzero(exited & self._is_viewed[: self.simulation.rows]).tolist():
            self._views[row].remove()

    def _write_diaries(self, before: dict[int, SimpleNamespace]) -> None:
        places = self.simulation.places
        for row, start in before.items():
            if start.activity == EXITED:
                continue
            now, c = copy_row(self.rows, row), self.conditions
            earned_before = 0 if c.month_of_year == 1 else start.earnings_year
            words = ("activity", "place", "sector")
            self._diaries[row].append({
                "month": self.month, "age": age_months(now.birth_month, c.month) // 12,
                **{name: in_words(name, getattr(now, name), places) for name in words},
                "earned_yuan": now.earnings_year - earned_before, "savings_yuan": now.savings,
                "arrears_yuan": 10 * now.arrears,
                **decision(start, c, spare_sums(len(places)), row % BLOCK),
            })


def _figure(name: str, model: LaborMigrationModel) -> Any:
    return model.national[name]


def _scale(n_workers: int | None, scale: int | str | None) -> int | str:
    """Real workers per simulated one. Raises UsageError where both are given or the number cannot be."""
    if scale is not None and n_workers is not None:
        raise UsageError(Problem("give the number of workers or the scale, not both", key="n_workers",
                                 value=n_workers))
    if scale is not None:
        return scale
    people = float(load_data().marginal("labour_force", "all")["total"]) * 1e6
    number = _DEFAULT_WORKERS if n_workers is None else n_workers
    if not _FEWEST <= number <= people:
        raise UsageError(Problem("no such number of workers", key="n_workers", value=n_workers,
                                 allowed=f"{_FEWEST:,} to {people:,.0f}"))
    return round(people / number)


def _refuse_unknown(values: Mapping[str, float]) -> None:
    known = (*PARAMETERS, "scenario", "n_workers", "scale", "seed", "end", "compiled", "agents", "threads")
    problems = [
        Problem("neither an argument of the model nor a parameter", key=name, value=value,
                nearest=nearest(name, known), allowed="the names in sim.parameters.PARAMETERS")
        for name, value in values.items() if name not in PARAMETERS
    ]
    if problems:
        raise UsageError(problems)


def _changed(scenario: Scenario | str, values: Mapping[str, Any]) -> Scenario:
    """The scenario with parameters set by name, and anything else by dotted key."""
    loaded = load_scenario(scenario)
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
    keys = {name if "." in name else f"parameters.{name}": value for name, value in plain.items()}
    return with_overrides(loaded, keys) if keys else loaded
