"""The runs of a ranking: base and instruments under the same seeds, and the rows that are kept of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.kept_runs import kept_rows
from sim.comparison.bands import Draw
from sim.core.language import N_, _
from sim.core.months import add_months
from sim.experiments.execution import Bundle, Simulate
from sim.experiments.experiment import Run
from sim.experiments.sweep import program
from sim.results.outcomes import OUTCOMES, monthly
from sim.results.results import Results
from sim.scenario.scenario import Period, Scenario

KIND = "ranking"
SIZING = (N_("1st sizes"), N_("2nd sizes"), N_("3rd sizes"))
MAIN, BEHIND_BANDS = N_("main runs"), "runs behind the bands"
STAGES = (*SIZING, MAIN, BEHIND_BANDS)
SIZING_SEEDS = (1, 2)
LARGEST_BUNDLE = 32  # instruments that one process runs on one history: with fewer the history costs too much
PUBLIC = "public_spending_yuan"
NET = "net_public_cost"


@dataclass(frozen=True)
class Ranked:
    """What an executor needs, in the words of an experiment: scenarios, and a row for each policy year."""

    bases: Mapping[str, Scenario]
    scale: int
    period: Period
    begin: str
    outcomes: tuple[str, ...]
    tables: tuple[str, ...] = ("national",)

    def rows_of(self, results: Results) -> pd.DataFrame:
        """One row for each policy year: ``year``, the outcomes, net cost and public spending."""
        national = results.national
        keys = dict.fromkeys((*self.outcomes, NET))
        values = monthly(national, keys)
        months = values.index
        rows: list[dict[str, Any]] = []
        year = 1
        while (last := add_months(self.begin, 12 * year - 1)) <= self.period.to:
            inside = (months >= add_months(self.begin, 12 * (year - 1))) & (months <= last)
            of_year = {key: OUTCOMES[key].over(values.loc[inside, key].to_numpy()) for key in keys}
            rows.append({"year": year, **of_year, PUBLIC: float(national.loc[inside, PUBLIC].sum())})
            year += 1
        return pd.DataFrame(rows)


@dataclass(frozen=True)
class Runs:
    """Where and how the runs of a ranking are made."""

    base: Scenario
    scale: int
    begin: str
    end: str
    outcomes: tuple[str, ...]
    jobs: int
    folder: str | os.PathLike | None
    progress: Callable[..., None] | None
    simulate: Simulate | None
    _rows: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict)  # by scenario's content and seed

    def made(self, stage: str, scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> pd.DataFrame:
        """The rows of the base and of each scenario under all seeds, kept ones included.

        What an earlier stage ran, at the same size under the same seed, is not run again.
        """
        bases = {self.base.name: self.base, **scenarios}
        marks = {name: one.fingerprint() for name, one in bases.items()}
        missing = {seed: [name for name in bases if (marks[name], seed) not in self._rows] for seed in seeds}
        if any(missing.values()):
            more = {"runs": [[seed, names] for seed, names in missing.items()]}
            rows = self._kept(stage, bases, list(_bundles(missing)), more)
            for (name, seed), own in rows.groupby(["scenario", "seed"]):
                self._rows[marks[name], seed] = own
        return pd.concat(
            [self._rows[marks[name], seed] for seed in seeds for name in bases], ignore_index=True
        )

    def _kept(
        self, stage: str, bases: Mapping[str, Scenario], bundles: Sequence[Bundle], more: dict[str, Any]
    ) -> pd.DataFrame:
        """The rows of the runs, kept ones included."""
        period = Period.model_validate({"from": self.base.period.from_, "to": self.end})
        declared = Ranked(bases, self.scale, period, self.begin, self.outcomes)
        settings = {
            "scenarios": {name: one.content() for name, one in bases.items()},
            "scale": self.scale,
            "period": period.model_dump(by_alias=True),
            "begin": self.begin,
            "outcomes": list(self.outcomes),
            **more,
            **program(),
        }
        columns = {"year": ("year", "year of the policy"), PUBLIC: ("yuan", "spent by government on levers")}
        shown = self.progress
        return kept_rows(
            declared,
            bundles,
            {"kind": KIND, "name": stage, "settings": settings, "columns": columns},
            self.folder,
            jobs=self.jobs,
            progress=None if shown is None else lambda *counts: shown(stage, *counts),
            simulate=self.simulate,
            failed=N_("{count} runs of the ranking failed, the first in {stage}: {message}"),
            instead=_(
                "the same command, which runs again what failed; fewer instruments; or a coarser --scale"
            ),
        )

    def drawn(self, stage: str, scenarios: Mapping[str, Scenario], draws: Sequence[Draw]) -> pd.DataFrame:
        """The rows of base and scenarios under each draw of assumptions, which is the column ``draw``."""
        bases = {self.base.name: self.base, **scenarios}
        planned = [
            (draw, name, overrides, seed)
            for draw in draws
            for seed in draw.seeds
            for name, overrides in draw.scenarios(list(bases))
        ]
        runs = [
            Run(number, name, {"draw": draw.name}, seed, overrides)
            for number, (draw, name, overrides, seed) in enumerate(planned)
        ]
        alike = groupby(runs, key=lambda run: (run.point["draw"], run.seed))
        parted = [list(group) for __, group in alike]
        bundles = [
            tuple(group[first : first + LARGEST_BUNDLE])
            for group in parted
            for first in range(0, len(group), LARGEST_BUNDLE)
        ]
        more = [[run.scenario, run.point["draw"], run.seed, dict(run.overrides)] for run in runs]
        return self._kept(stage, bases, bundles, {"draws": more})


def _bundles(missing: Mapping[int, Sequence[str]]) -> Iterator[Bundle]:
    """Runs of one seed that one process makes together, since they share the months before the policy."""
    number = 0
    for seed, names in missing.items():
        parts = -(-len(names) // LARGEST_BUNDLE)
        for part in range(parts):
            own = names[len(names) * part // parts : len(names) * (part + 1) // parts]
            yield tuple(Run(number + place, name, {}, seed, {}) for place, name in enumerate(own))
            number += len(own)


def per_seed(rows: pd.DataFrame, column: str, years: int, is_flow: bool) -> dict[str, np.ndarray]:
    """By scenario what each seed has of a column: a flow's total over the years, else the last year."""
    used = rows[rows["year"] <= years] if is_flow else rows[rows["year"] == years]
    sums = used.groupby(["scenario", "seed"])[column].sum().unstack()
    return {str(name): values.to_numpy(float) for name, values in sums.iterrows()}
