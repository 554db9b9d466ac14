"""Experiments: scenarios, a design, seeds and outcomes; and the runs that they define."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    Field,
    PrivateAttr,
    StrictStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.core.arguments import parse_scale
from sim.core.errors import Problem, SimError, nearest
from sim.core.language import N_, _
from sim.experiments.design import LISTED, Design
from sim.results.outcomes import IN_CHINESE, OUTCOMES
from sim.results.yearly import yearly
from sim.scenario.fields import Label, Name, OneOf, Strict, Text, Whole, refusal, refuse
from sim.scenario.scenario import Period, Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.results import Results

MOST_RUNS = 1_000_000  # more are refused unless asked for once more
OutcomeName = Annotated[StrictStr, OneOf(N_("outcome"), lambda: OUTCOMES, chinese=lambda: IN_CHINESE)]
RESERVED = frozenset(("run", "run_id", "scenario", "seed", "year", "outcome", "unit", "value"))


class ExperimentError(SimError):
    """An experiment file says something that cannot be run."""


class Figure(Strict):
    """What the picture of a sweep shows, in one year (by default the last).

    With ``x``: the response of an outcome to one factor that takes few values, optionally at each value of
    another factor, ``by``. Without: how strongly the outcome depends on each factor.
    """

    x: Name | None = None
    by: Name | None = None
    outcome: OutcomeName
    year: int | None = None


@dataclass(frozen=True)
class Run:
    """One run: its number, the scenario, the design point, the seed, and the scenario's changes."""

    number: int
    scenario: str
    point: Mapping[str, float | str]  # a factor's value, or the name of what is varied
    seed: int
    overrides: Mapping[str, Any]


class Experiment(Strict):
    """A resolved, checked experiment; ``name`` is the file's, ``bases`` the scenarios as loaded.

    A file names one ``scenario`` or several ``scenarios``. Every scenario meets every point of the design
    with the same seeds, so that the same workers meet the same random draws in all of them.
    """

    name: Text
    """The name of its file, without ``.yaml``."""
    title: Label
    """Its name for people, in English and Chinese."""
    question: Text
    """What it asks, in a sentence."""
    scenario: Text | None = None
    """The name or path of the scenario that is run, where it is one."""
    scenarios: tuple[Text, ...] = ()
    """The names or paths of those that are run, where they are several."""
    period: Period
    """The months that are run, both named ones included."""
    scale: int
    """Real workers per simulated one."""
    seeds: Annotated[tuple[Whole, ...], Field(min_length=1)]
    """The seeds under which every point is run; a file may say how many, 1 to that number."""
    overrides: dict[Text, Any] = {}
    """What is changed in every scenario beforehand, by dotted key."""
    design: Design
    """What is varied, and which values go together."""
    outcomes: Annotated[tuple[OutcomeName, ...], Field(min_length=1)]
    """What is kept of each run, as keys of ``sim.results.outcomes.OUTCOMES``."""
    figure: Figure
    """What its picture shows."""

    _bases: dict[str, Scenario] = PrivateAttr(default_factory=dict)

    @field_validator("scale", mode="before")
    @classmethod
    def _as_a_number(cls, value: Any) -> int:
        try:
            return parse_scale(value)
        except SimError as error:
            raise refusal(replace(error.problems[0], key="")) from None

    @field_validator("seeds", mode="before")
    @classmethod
    def _as_a_list(cls, value: Any) -> Any:
        """``seeds: 20`` means 1 to 20."""
        if isinstance(value, (list, tuple)):
            return value
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_RUNS:
            refuse(
                [
                    Problem(
                        _("must be a number of seeds, or the seeds themselves"),
                        value=value,
                        allowed=_(
                            "a whole number above 0, or a list of whole numbers such as [1, 2, 3]; at most "
                            "{most_runs:,}",
                            most_runs=MOST_RUNS,
                        ),
                    )
                ]
            )
        return tuple(range(1, value + 1))

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Experiment:
        """A context is a list in which problems are gathered instead of being refused at once."""
        if info.context is None:
            refuse(self._problems())
        else:
            info.context.extend(self._problems())
        return self

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """The scenarios as the file names them."""
        return self.scenarios or (() if self.scenario is None else (self.scenario,))

    @property
    def bases(self) -> dict[str, Scenario]:
        """The scenario that runs start from, by name, the experiment's own ``overrides`` applied."""
        return self._bases

    @property
    def run_count(self) -> int:
        """How many runs there are, counted without making them."""
        return len(self.scenario_names) * self.design.point_count * len(self.seeds)

    @property
    def years(self) -> list[int]:
        """The calendar years that lie wholly in the period."""
        first, last = self.period.from_, self.period.to
        return list(range(int(first[:4]) + (first[5:] != "01"), int(last[:4]) + (last[5:] == "12")))

    def runs(self) -> list[Run]:
        """Every run, numbered from 0: scenario by scenario, design points in order, all seeds of each."""
        points = [(point, self.design.overrides(point)) for point in self.design.points()]
        every = (
            (name, point, changes, seed)
            for name in self.scenario_names
            for point, changes in points
            for seed in self.seeds
        )
        return [
            Run(number, name, point, seed, changes)
            for number, (name, point, changes, seed) in enumerate(every)
        ]

    @property
    def tables(self) -> tuple[str, ...] | None:
        """The tables of results that ``rows_of`` reads; None: all."""
        return ("national",)

    def rows_of(self, results: Results) -> pd.DataFrame:
        """The rows of a run: one per whole year, with ``year`` and the outcomes."""
        return yearly(results.national, self.outcomes)

    def content(self) -> dict[str, Any]:
        """All that a result depends on, as plain maps, lists and numbers."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"title", "question", "figure"})
        return {
            **said,
            "points": self.design.points_hash(),
            "bases": {name: scenario.content() for name, scenario in self.bases.items()},
        }

    def fingerprint(self) -> str:
        """A short stable hash of ``content``."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _problems(self) -> Iterator[Problem]:
        if (self.scenario is None) == (not self.scenarios):
            yield Problem(
                _("an experiment needs exactly one of these keys"),
                key="scenario",
                allowed=_("scenario: NAME, or scenarios: [NAME, NAME]"),
            )
        if len(set(self.scenarios)) < len(self.scenarios):
            yield Problem(_("a scenario is given twice"), key="scenarios", value=str(list(self.scenarios)))
        if not self.years:
            yield Problem(
                _("results are yearly, and this period holds no whole calendar year"),
                key="period",
                value=f"{self.period.from_} to {self.period.to}",
            )
        if len(set(self.seeds)) < len(self.seeds):
            yield Problem(_("a seed is given twice"), key="seeds", value=str(list(self.seeds)))
        taken = sorted(RESERVED & set(self.design.factors) | set(self.design.factors) & set(self.outcomes))
        for name in taken:
            yield Problem(
                _("the results have a column of this name"),
                key=f"design.factors.{name}",
                value=name,
                allowed=_("another name"),
            )
        yield from self._figure_problems()

    def _figure_problems(self) -> Iterator[Problem]:
        figure, factors = self.figure, tuple(self.design.factors)
        if self.years and figure.year is not None and figure.year not in self.years:
            yield Problem(
                _("not a whole year of the period"),
                key="figure.year",
                value=figure.year,
                allowed=_("{low} to {high}", low=self.years[0], high=self.years[-1]),
            )
        for key, name in (("x", figure.x), ("by", figure.by)):
            if name is not None and name not in factors:
                yield Problem(
                    _("unknown factor"),
                    key=f"figure.{key}",
                    value=name,
                    allowed=factors,
                    nearest=nearest(name, factors),
                )
        if figure.by is not None and figure.by == (figure.x or figure.by):
            yield Problem(
                _("needs an x that is another factor"),
                key="figure.by",
                value=figure.by,
                allowed=tuple(name for name in factors if name != figure.by),
            )
        if figure.x in factors and self.design.kind not in LISTED:
            yield Problem(
                _("this factor takes a different value at every point"),
                key="figure.x",
                value=figure.x,
                allowed=_("no x: the figure then shows how strongly the outcome depends on each factor"),
            )
        if figure.outcome not in self.outcomes:
            yield Problem(
                _("this outcome is not among the experiment's"),
                key="figure.outcome",
                value=figure.outcome,
                allowed=self.outcomes,
            )


def restored_experiment(manifest: Mapping[str, Any]) -> Experiment:
    """The experiment that a sweep's manifest holds, with its scenarios; no other file is read.

    Raises pydantic's ``ValidationError`` for an experiment that this version does not allow.
    """
    settings = manifest["settings"]
    said = {name: settings[name] for name in Experiment.model_fields if name in settings}
    experiment = Experiment.model_validate(
        {**said, **{name: manifest[name] for name in ("title", "question", "figure")}}
    )
    experiment._bases = {
        name: Scenario.model_validate(content) for name, content in settings["bases"].items()
    }
    return experiment
