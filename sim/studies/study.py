"""What a file under ``experiments/virtual`` may say: a policy, and the estimates that a study makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, StrictStr, model_validator

from sim.core.errors import Problem, ScenarioError, SimError, nearest
from sim.core.language import N_, _
from sim.results.columns import TABLES
from sim.scenario.declaration import Declaration
from sim.scenario.fields import (
    Month,
    Name,
    Number,
    OneOf,
    Province,
    Region,
    Strict,
    Text,
    Tier,
    Whole,
)
from sim.scenario.fields import refuse as told
from sim.scenario.loading import files_in, load_scenario, named_file, with_overrides
from sim.scenario.problems import placed, read_checked
from sim.scenario.references import region_of_province
from sim.scenario.scenario import Scenario

DESIGNS = ("difference_in_differences", "with_and_without", "matching")
PANELS = ("national", "places", "homes")
FORMS = ("log_percent", "percent_of_base", "points", "level")
MATCHED = ("sex", "age", "education", "province", "activity", "sector", "earnings")
Form = Annotated[StrictStr, OneOf(N_("form"), lambda: FORMS)]
DesignName = Annotated[StrictStr, OneOf(N_("design"), lambda: DESIGNS)]
Panel = Annotated[StrictStr, OneOf(N_("table"), lambda: PANELS)]
MatchingVariable = Annotated[StrictStr, OneOf(N_("matching variable"), lambda: MATCHED)]


class VirtualError(SimError):
    """A virtual experiment's file says something that cannot be run."""


class Units(Strict):
    """Some of the rows of a panel: places by province, region and tier, homes by province or region."""

    provinces: tuple[Province, ...] = ()
    regions: tuple[Region, ...] = ()
    tiers: tuple[Tier, ...] = ()

    def has(self, province: str, tier: str | None) -> bool:
        """Whether the unit is meant. What is not named is not restricted."""
        region = region_of_province()[province]
        named = not (self.provinces or self.regions) or province in self.provinces or region in self.regions
        return named and (not self.tiers or tier is None or tier in self.tiers)


class StudyOutcome(Strict):
    """What is measured: the sum of some columns, over that of others if given, in one of ``FORMS``.

    ``log_percent``: hundred times the log; ``points``: hundred times the ratio; ``level``: as it is;
    ``percent_of_base``: of the same quantity in the control, or in the scenario without the policy.
    """

    over: tuple[Text, ...] = Field(min_length=1)
    per: tuple[Text, ...] = ()
    form: Form


def unknown_columns(outcome: StudyOutcome, table: str, key: str) -> Iterator[Problem]:
    """The columns of an outcome that a table does not have, or that hold no numbers."""
    for part in ("over", "per"):
        for place, name in enumerate(getattr(outcome, part)):
            yield from unknown_column(name, table, f"{key}.{part}.{place}")


def unknown_column(name: str, table: str, key: str) -> Iterator[Problem]:
    """The problem with a column, if there is one."""
    columns = tuple(column for column, (unit, __) in TABLES[table].items() if unit != "name")
    if name not in columns:
        yield Problem(
            _("the table has no such column"),
            key=key,
            value=name,
            allowed=columns,
            nearest=nearest(name, columns),
        )


class Published(Strict):
    """The number that the study reports, or its kind where the number is not packaged."""

    kind: Text
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    source: Text
    note: Text | None = None


class Estimate(Strict):
    """One number that the design gives. Which keys are needed depends on ``design``; see the README there."""

    label: Text
    design: DesignName
    table: Panel = "national"
    outcome: StudyOutcome | None = None
    treated: Units = Units()
    control: Units | None = None
    before: tuple[Month, Month] | None = None
    after: tuple[Month, Month]
    match_on: tuple[MatchingVariable, ...] = ()
    published: Published

    @model_validator(mode="after")
    def _holds_together(self) -> Estimate:
        told(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        needs = {
            "difference_in_differences": ("outcome", "control", "before"),
            "with_and_without": ("outcome",),
            "matching": ("before", "match_on"),
        }[self.design]
        for key in needs:
            if not getattr(self, key):
                yield Problem(_("a {design} needs this key", design=self.design), key=key)
        if self.outcome:
            yield from unknown_columns(self.outcome, self.table, "outcome")


class VirtualExperiment(Declaration):
    """A checked experiment: base, levers or shocks added to it, when, and what is estimated."""

    seeds: Annotated[Whole, Field(ge=2)]
    """Under how many seeds both scenarios are run, 1 to that number."""
    levers: dict[Name, Any] = {}
    """The levers that the policy adds, as a scenario writes them."""
    shocks: dict[Name, Any] = {}
    """The shocks that it adds, as a scenario writes them."""
    estimates: Annotated[tuple[Estimate, ...], Field(min_length=1)]
    """What is estimated, and by which design."""
    note: Text | None = None
    """What a reader should know besides."""

    _scenarios: tuple[Scenario, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _changes_something(self) -> VirtualExperiment:
        if not (self.levers or self.shocks):
            told([Problem(_("without a lever or a shock there is nothing to estimate"), key="levers")])
        return self

    @property
    def base(self) -> Scenario:
        """The scenario without the policy."""
        return self._scenarios[0]

    @property
    def policy(self) -> Scenario:
        """The scenario with the policy."""
        return self._scenarios[1]


def virtual_files() -> dict[str, Path]:
    """Every virtual experiment that can be run by name."""
    return files_in("experiments/virtual")


def load_virtual(name_or_path: str | Path) -> VirtualExperiment:
    """Load and check a virtual experiment, with the scenarios without and with its policy.

    ``name_or_path`` is one of ``virtual_files()`` or the path of a file. Raises ``VirtualError`` with every
    problem found.

    >>> experiment = load_virtual("residency-reform")
    >>> set(experiment.levers) <= set(experiment.policy.levers) - set(experiment.base.levers)
    True
    """
    path = named_file(str(name_or_path), virtual_files(), _("no such virtual experiment"), VirtualError)
    found, tree, problems = read_checked(path, VirtualExperiment, VirtualError)
    try:
        base = load_scenario(found.scenario)
        found._scenarios = (base, laid_over(base, {"levers": found.levers, "shocks": found.shocks}))
    except ScenarioError as error:
        problems += [problem if problem.file else placed(problem, tree) for problem in error.problems]
    if problems:
        raise VirtualError(problems)
    return found


def laid_over(base: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A scenario with others' levers, shocks or parameters added to its own, or single values changed."""
    content = base.content()
    return with_overrides(
        base,
        {
            key: {**content.get(key, {}), **value} if isinstance(value, dict) else value
            for key, value in changes.items()
        },
    )
