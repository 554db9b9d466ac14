"""What an experiment file may say, and how it is loaded: one scenario, a design, seeds, outcomes.

Mistakes are told as for scenarios: all at once, with file, line, key, value, what is allowed and the
word that was probably meant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from sim.arguments import parse_scale
from sim.batch.design import Design
from sim.errors import Problem, ScenarioError, SimError, nearest
from sim.loading import folders, load_scenario, with_overrides
from sim.outcomes import OUTCOMES
from sim.policy.terms import Label, Name, Strict, Text, Whole, one_of, refuse
from sim.problems import placed, problems_of
from sim.scenario import Period, Scenario
from sim.yaml_tree import Tree, read_tree

OutcomeName = one_of("outcome", lambda: OUTCOMES)


class ExperimentError(SimError):
    """An experiment file says something that cannot be run."""


class Figure(Strict):
    """What the sweep's picture shows: an outcome over one factor, in one year (the last if not said)."""

    x: Name
    outcome: OutcomeName
    year: int | None = None


@dataclass(frozen=True)
class Run:
    """One run of an experiment: its number, the design point, the seed, and the scenario's changes."""

    number: int
    point: Mapping[str, float]
    seed: int
    overrides: Mapping[str, Any]


class Experiment(Strict):
    """A resolved, checked experiment; ``name`` is the file's, ``base`` the scenario as loaded."""

    name: Text
    title: Label
    question: Text
    scenario: Text
    period: Period
    scale: int
    seeds: Annotated[tuple[Whole, ...], Field(min_length=1)]
    overrides: dict[Text, Any] = {}
    design: Design
    outcomes: Annotated[tuple[OutcomeName, ...], Field(min_length=1)]
    figure: Figure

    _base: Scenario = PrivateAttr()

    @field_validator("scale", mode="before")
    @classmethod
    def _as_a_number(cls, value: Any) -> int:
        try:
            return parse_scale(value)
        except SimError as error:
            refuse([replace(error.problems[0], key="")])

    @field_validator("seeds", mode="before")
    @classmethod
    def _as_a_list(cls, value: Any) -> Any:
        """``seeds: 20`` means 1 to 20."""
        is_count = isinstance(value, int) and not isinstance(value, bool)
        return tuple(range(1, value + 1)) if is_count else value

    @model_validator(mode="after")
    def _holds_together(self) -> Experiment:
        refuse(self._problems())
        return self

    @property
    def base(self) -> Scenario:
        """The scenario that every run starts from, the experiment's own ``overrides`` applied."""
        return self._base

    @property
    def years(self) -> list[int]:
        """The calendar years that lie wholly in the period."""
        first, last = self.period.from_, self.period.to
        return list(range(int(first[:4]) + (first[5:] != "01"), int(last[:4]) + (last[5:] == "12")))

    def runs(self) -> list[Run]:
        """Every run, numbered from 0: design points in order, and all seeds of each."""
        pairs = [(point, seed) for point in self.design.points() for seed in self.seeds]
        return [Run(number, point, seed, self.design.overrides(point))
                for number, (point, seed) in enumerate(pairs)]

    def content(self) -> dict[str, Any]:
        """All that a result depends on, as plain maps, lists and numbers."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"title", "question", "figure"})
        return {**said, "base": self.base.content()}

    def fingerprint(self) -> str:
        """A short stable hash of ``content``."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _problems(self) -> Iterator[Problem]:
        factors = tuple(self.design.factors)
        if not self.years:
            yield Problem("results are yearly, and no calendar year lies wholly in this period", key="period",
                          value=f"{self.period.from_} to {self.period.to}")
        elif self.figure.year is not None and self.figure.year not in self.years:
            yield Problem("not a whole year of the period", key="figure.year", value=self.figure.year,
                          allowed=f"{self.years[0]} to {self.years[-1]}")
        if self.figure.x not in factors:
            yield Problem("unknown factor", key="figure.x", value=self.figure.x, allowed=factors,
                          nearest=nearest(self.figure.x, factors))
        if self.figure.outcome not in self.outcomes:
            yield Problem("this outcome is not among the experiment's", key="figure.outcome",
                          value=self.figure.outcome, allowed=self.outcomes)
        if len(set(self.seeds)) < len(self.seeds):
            yield Problem("a seed is given twice", key="seeds", value=str(list(self.seeds)))


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Load and check an experiment by name (``subsidy_dose_response``) or path.

    Raises ``ExperimentError`` with every problem found.
    """
    path = _located(str(name_or_path))
    problems: list[Problem] = []
    tree = read_tree(path, problems)
    if tree is None:
        raise ExperimentError(problems)
    try:
        experiment = Experiment.model_validate({**tree.plain, "name": path.stem})
    except ValidationError as error:
        raise ExperimentError(problems + problems_of(error, Experiment, tree)) from None
    if problems:
        raise ExperimentError(problems)
    experiment._base = _base(experiment, tree)
    _try_every_value(experiment, tree)
    return experiment


def experiment_files() -> dict[str, Path]:
    """Every experiment that can be loaded by name: they lie in a folder beside the scenarios."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted((folder.parent / "experiments").glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def _located(name: str) -> Path:
    path = Path(name) if name.endswith((".yaml", ".yml")) else experiment_files().get(name, Path(name))
    if not path.is_file():
        names = tuple(experiment_files())
        raise ExperimentError(Problem("no such experiment", value=name, nearest=nearest(path.stem, names),
                                      allowed=(*names, "or the path of a file")))
    return path


def _base(experiment: Experiment, tree: Tree) -> Scenario:
    try:
        scenario = load_scenario(experiment.scenario)
    except ScenarioError as error:  # a mistake in the scenario's own file keeps its own place
        raise ExperimentError(
            problem if problem.file else placed(replace(problem, key="scenario"), tree)
            for problem in error.problems
        ) from None
    return _changed(scenario, experiment.overrides, tree, "overrides")


def _try_every_value(experiment: Experiment, tree: Tree) -> None:
    """Each value of each factor on its own, so that a wrong key or bound is told before anything runs."""
    problems: list[Problem] = []
    for name, factor in experiment.design.factors.items():
        for value in factor.values:
            try:
                _changed(experiment.base, {key: value for key in factor.keys}, tree,
                         f"design.factors.{name}")
            except ExperimentError as error:
                problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise ExperimentError(problems)


def _changed(scenario: Scenario, overrides: Mapping[str, Any], tree: Tree, where: str) -> Scenario:
    """The scenario with overrides; what is wrong with them is told at ``where`` in the experiment."""
    try:
        return with_overrides(scenario, overrides)
    except ScenarioError as error:
        raise ExperimentError(
            placed(replace(problem, message=f"{problem.key}: {problem.message}", key=where), tree)
            for problem in error.problems
        ) from None
