"""The size at which an instrument alone spends a budget, found by a few runs within its credible range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.ranking.runs import PUBLIC, SIZING, SIZING_SEEDS, Runs, per_seed
from sim.core.errors import ScenarioError
from sim.core.language import N_
from sim.scenario.instruments import Instrument
from sim.scenario.lever import Lever
from sim.scenario.loading import USUAL_REFERENCE, with_overrides
from sim.scenario.scenario import Scenario

CLOSE = 0.03  # of the budget: a size that spends so nearly the budget is kept
MOST_OF_RANGE, LESS = N_("the most of its range"), N_("spends less")
SPENDS_LESS = (MOST_OF_RANGE, LESS)  # notes of sizes that do not spend the whole budget
SMALLEST_SIZE = 0.02  # of the documented one, where the range begins at nothing


class Trial:
    """An instrument alone on the baseline, at a size that is looked for."""

    def __init__(self, instrument: Instrument, base: Scenario, begin: str, end: str, budget: float):
        self.size = 1.0
        self.tried: list[tuple[float, float]] = []  # sizes, and what they spend a year
        names = [
            instrument.slug.replace("-", "_") + (f"_{part.part.replace('-', '_')}" if part.part else "")
            for part in instrument.parts
        ]
        self.levers = dict(zip(names, instrument.parts, strict=True))
        window = {"from": begin, "to": end}
        content = base.content()
        content["levers"] = {
            **(content.get("levers") or {}),
            **{name: _alone(part, window, budget) for name, part in self.levers.items()},
        }
        label = instrument.main.label.model_dump()
        self._whole = Scenario.model_validate(
            {**content, "name": instrument.slug, "title": label, "compare_with": base.name}
        )
        span = instrument.main.strength_range
        low, high = span.credible if span else (1.0, 1.0)
        self.range = (max(low, SMALLEST_SIZE), self._largest(high))

    def scenario(self, size: float | None = None) -> Scenario:
        """The scenario at a size, by default at the one that was found."""
        at = self.size if size is None else size
        return with_overrides(self._whole, {f"levers.{name}.strength": float(at) for name in self.levers})

    def _largest(self, high: float) -> float:
        """The largest size up to ``high`` at which no parameter leaves its bounds."""
        good, bad = 1.0, high
        if self._is_possible(high):
            return high
        for __ in range(20):
            middle = 0.5 * (good + bad)
            good, bad = (middle, bad) if self._is_possible(middle) else (good, middle)
        return round(good, 3)

    def _is_possible(self, size: float) -> bool:
        try:
            self.scenario(size)
        except ScenarioError:
            return False
        return True

    def learn(self, spent: float, budget: float) -> None:
        """Take what the size spends a year, and choose a size that comes nearer to the budget."""
        self.tried.append((self.size, spent))
        if spent <= 0 or abs(spent / budget - 1.0) <= CLOSE:
            return
        power = 1.0  # of the size, with which spending grows
        if len(self.tried) > 1:
            (size, before) = self.tried[-2]
            if size != self.size and before > 0 and spent != before:
                power = float(np.log(spent / before) / np.log(self.size / size))
        power = min(max(power, 0.5), 3.0)
        wanted = self.size * float(budget / spent) ** (1.0 / power)
        self.size = float(f"{min(max(wanted, self.range[0]), self.range[1]):.4g}")

    def note(self, spent: float, budget: float) -> str:
        """Why the size that was found does not spend the budget; empty if it does."""
        if spent < budget * (1.0 - 2 * CLOSE):
            if self.size >= self.range[1] * (1.0 - 1e-3):
                return MOST_OF_RANGE
            return LESS
        if spent > budget * (1.0 + 2 * CLOSE):
            is_least = self.size <= self.range[0] * (1.0 + 1e-3)
            return N_("the least of its range") if is_least else N_("spends more")
        return ""


def _alone(part: Lever, window: dict[str, str], budget: float) -> dict[str, Any]:
    """A part of an instrument as a lever of a scenario, in force in the window; a budget of its own is that
    asked for."""
    said = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    said["window"] = {**said["window"], **window}
    if part.budget is not None:
        said["budget"] = {"yuan_per_year": float(budget), "release": "monthly"}
    return said


def find_sizes(trials: Mapping[str, Trial], runs: Runs, budget: float, years: int) -> None:
    """Look for the sizes that spend the budget, in as many rounds as there are stages for it."""
    for stage in SIZING:
        missing = {
            slug: trial
            for slug, trial in trials.items()
            if trial.size not in [size for size, __ in trial.tried]
        }
        if not missing:
            return
        rows = runs.made(stage, {slug: trial.scenario() for slug, trial in missing.items()}, SIZING_SEEDS)
        spent = per_seed(rows, PUBLIC, years, is_flow=True)
        for slug, trial in missing.items():
            beyond = spent[slug] - spent[USUAL_REFERENCE]
            trial.learn(float(beyond.mean()) / years, budget)
