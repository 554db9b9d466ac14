"""A worker of the engine as a Mesa agent: a view of one row of the columns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Protocol

import mesa
import numpy as np
import pandas as pd

from sim.agents.explain import choice_table, pay_now, rehearse
from sim.core.categories import ACTIVITIES, EDUCATION, SECTORS, SEXES, TIERS
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import month_text
from sim.engine.interpreted import copy_row, spare_sums
from sim.engine.simulation import Simulation
from sim.steps.loans import debt
from sim.steps.people import has_school_child
from sim.world.worker import (
    DISPLACED,
    INSURED,
    IS_FEMALE,
    POOR,
    TRAINED,
    VISITING,
    age_months,
    education_of,
)
from sim.world.workers import BLOCK, Workers


class LivingModel(Protocol):
    """What a worker needs of the model that it lives in."""

    simulation: Simulation
    is_viewed: np.ndarray  # by row, whether a view of it takes part in the month
    diaries: dict[int, list[dict[str, Any]]]  # what watched workers wrote down, by row

    @property
    def workers(self) -> Workers:
        """The engine's own memory."""

    @property
    def conditions(self) -> SimpleNamespace:
        """What workers met in the month last lived."""

    def coming_conditions(self) -> SimpleNamespace:
        """What workers will meet in the coming month."""

    def live_row(self, row: int) -> None:
        """Live the month of the worker in a row."""


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
    activity = _word("activity", ACTIVITIES, "What the worker does (sim.core.categories.ACTIVITIES).")
    sector = _word("sector", SECTORS, "Sector of the present or last job (sim.core.categories.SECTORS).")
    is_poor = _bit("traits", POOR, "Whether the household was registered as poor.")
    is_insured = _bit("status", INSURED, "Whether in the workers' pension scheme.")
    is_trained = _bit("status", TRAINED, "Whether the worker ever completed a course.")
    is_displaced = _bit("status", DISPLACED, "Whether the last job was lost and not yet given up.")
    is_visiting = _bit("status", VISITING, "Whether at home for Spring Festival.")

    def __init__(self, model: LivingModel, row: int):
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
        """Kind of place where the worker is (sim.core.categories.TIERS)."""
        return TIERS[self._places.tier[self._read("place")]]

    @property
    def sex(self) -> str:
        """male or female."""
        return SEXES[self._read("traits") & IS_FEMALE]

    @property
    def education(self) -> str:
        """Highest level of schooling (sim.core.categories.EDUCATION)."""
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
    def debt(self) -> int:
        """What is owed on the loan of the worker's business, yuan."""
        return int(debt(self.copy(), self.model.conditions))

    @property
    def pay(self) -> int:
        """Pay of a month in the present job or business, yuan; 0 for those without."""
        return pay_now(self.copy(), self.model.conditions)

    @property
    def has_school_child(self) -> bool:
        """Whether the worker's first child is of compulsory school age."""
        return bool(has_school_child(self.copy(), self.model.conditions))

    def copy(self) -> SimpleNamespace:
        """The columns as plain numbers (sim.world.worker.COLUMNS); changing them changes nothing."""
        return copy_row(self.model.workers, self.row)

    # --- living -----------------------------------------------------------------------------------
    def step(self) -> None:
        """Live the month, called by the model's step. Raises UsageError on a call from elsewhere."""
        self.model.live_row(self.row)

    def remove(self) -> None:
        """Take the view out of ``model.agents``; the worker lives on."""
        super().remove()
        self.model.is_viewed[self.row] = False

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
        sim.agents.explain.choice_table). ``attrs`` hold the month and the attention probability.
        """
        table = choice_table(self.copy(), self.model.coming_conditions(), self._places, most)
        table.attrs["month"] = month_text(self.model.simulation.month)
        return table

    def watch(self) -> Worker:
        """Keep a diary of this worker from the next month on; returns the worker."""
        self.model.diaries.setdefault(self.row, [])
        return self

    def life(self) -> pd.DataFrame:
        """The diary: a row per month since ``watch``, with what the worker became, earned and weighed up.

        ``reconsidered`` and the probabilities belong to the moment of that month's choice. Raises
        UsageError for a worker who is not watched.
        """
        if self.row not in self.model.diaries:
            raise UsageError(
                Problem(
                    _("this worker is not watched"),
                    key="life",
                    value=self.worker_id,
                    allowed=_("call watch() first, and then step the model"),
                )
            )
        return pd.DataFrame(self.model.diaries[self.row])

    def __repr__(self) -> str:
        return f"Worker {self.worker_id} ({self.sex}, {self.age}, {self.home}): {self.activity}, {self.place}"

    def _read(self, name: str) -> int:
        return self.model.workers.value(self.row, name)

    @property
    def _places(self):
        return self.model.simulation.places
