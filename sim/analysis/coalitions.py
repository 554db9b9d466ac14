"""Coalitions of groups of levers: what they share, and what each coalition comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiments.experiment import Run
from sim.results.outcomes import OUTCOMES
from sim.results.results import Results
from sim.results.yearly import yearly
from sim.scenario.scenario import Period, Scenario


@dataclass(frozen=True)
class Group:
    """Levers that come and go together. ``levers`` are names; ``evidence`` the grades found among them."""

    key: str
    label: str
    levers: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Game:
    """A package taken apart: what an executor needs to run coalitions, in the words of an experiment."""

    bases: Mapping[str, Scenario]
    groups: tuple[Group, ...]
    absent: Mapping[str, Any]  # lever: what the base has in its place (None: nothing)
    scale: int
    period: Period
    outcomes: tuple[str, ...] = tuple(OUTCOMES)
    tables: tuple[str, ...] = ("national",)

    def rows_of(self, results: Results) -> pd.DataFrame:
        """One row per whole year: ``year`` and the outcomes."""
        return yearly(results.national, self.outcomes)

    def run(self, number: int, coalition: int, seed: int) -> Run:
        """The run of a coalition: the package without the levers of all other groups."""
        missing = [
            name for i, group in enumerate(self.groups) if not coalition >> i & 1 for name in group.levers
        ]
        changes = {f"levers.{name}": self.absent[name] for name in missing}
        return Run(number, next(iter(self.bases)), {"coalition": hex(coalition)}, seed, changes)
