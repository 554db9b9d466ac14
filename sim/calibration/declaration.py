"""What a calibration file may say: priors of the uncertain parameters, sizes of the stages, seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, StrictStr, model_validator

from sim.core.arguments import parse_scale
from sim.core.categories import REGIONS
from sim.core.errors import Problem, SimError, UsageError, nearest
from sim.core.language import N_, _, in_language
from sim.experiments.experiment import ExperimentError
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.declaration import Declaration
from sim.scenario.fields import Number, OneOf, ParameterName, Strict, Text, Whole, refuse
from sim.scenario.loading import load_scenario
from sim.scenario.problems import placed, read_checked
from sim.studies.checks import BASE, CheckFile, Expected, load_checks
from sim.validation.targets import LAST_USED_YEAR

MOST_FITTED = 10
MOST_ALWAYS = 16
LAST_MONTH = f"{LAST_USED_YEAR}-12"
MEASURED = ("level", "change", "ratio", "largest", "smallest")  # of checks that can be targets


class Prior(Strict):
    """What is believed of a parameter before the figures are seen: even from ``low`` to ``high``, or
    triangular with its top at ``mode``."""

    low: Number
    high: Number
    mode: Number | None = None
    source: Text

    def value(self, share: np.ndarray) -> np.ndarray:
        """The values below which these shares of the prior lie."""
        low, high = self.low, self.high
        if self.mode is None:
            return low + share * (high - low)
        top = (self.mode - low) / (high - low)
        rising = low + np.sqrt(share * (high - low) * (self.mode - low))
        falling = high - np.sqrt((1 - share) * (high - low) * (high - self.mode))
        return np.where(share < top, rising, falling)

    def share(self, value: float) -> float:
        """The share of the prior below a value: the inverse of ``value``."""
        shares = np.linspace(0.0, 1.0, 2001)
        return float(np.interp(value, self.value(shares), shares))


class Stages(Strict):
    """How many runs each stage takes: Morris trajectories, seeds for the Monte Carlo error, points of each
    wave, members.

    ``fitted`` parameters at the most are fitted; ``truths`` is the size of the recovery test; ``point`` is
    how many points are tried for the default point at first (half as many after that).
    """

    trajectories: Annotated[Whole, Field(ge=2)] = 8
    fitted: Annotated[Whole, Field(ge=1, le=MOST_FITTED)] = MOST_FITTED
    monte_carlo: Annotated[Whole, Field(ge=2)] = 24
    waves: Annotated[tuple[Whole, ...], Field(min_length=1)] = (256, 192)
    members: Annotated[Whole, Field(ge=4)] = 80
    truths: Whole = 60
    point: Annotated[Whole, Field(ge=4)] = 48


class Responses(Strict):
    """Experiments whose answers are targets beside the official series: a file of checks, and which of its
    runs (``base``: the scenario itself); the checks of these runs are the targets."""

    checks: Text
    runs: Annotated[tuple[Text, ...], Field(min_length=1)]


class Calibration(Declaration):
    """A checked calibration. Years to ``LAST_USED_YEAR`` alone are used, whatever the period."""

    seeds: Annotated[tuple[Whole, ...], Field(min_length=1)]
    """The seeds under which a point is run; its errors are their mean."""
    screen_seeds: Annotated[tuple[Whole, ...], Field(min_length=1)]
    """The same for the screening, where fewer do."""
    stages: Stages = Stages()
    """How many runs each stage takes."""
    priors: Annotated[dict[ParameterName, Prior], Field(min_length=2)]
    """What is believed of each uncertain parameter beforehand, in its own unit."""
    always_fitted: Annotated[tuple[ParameterName, ...], Field(max_length=MOST_ALWAYS)] = ()
    """Parameters that are fitted whatever the screening says; it picks ``stages.fitted`` of the others."""
    responses: Responses | None = None
    """Experiments whose answers are targets too."""
    moves_from: dict[Annotated[StrictStr, OneOf(N_("region"), lambda: REGIONS)], Expected] = {}
    """Regions, and which share of the five-year moves between provinces should begin there."""
    draw_seed: Whole = 1
    """The seed of the points that are drawn."""

    @model_validator(mode="after")
    def _holds_together(self) -> Calibration:
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        for name, prior in self.priors.items():
            known, where = PARAMETERS[name], f"priors.{name}"
            if not known.low <= prior.low < prior.high <= known.high:
                yield Problem(
                    _("must run from a lower to a higher value within the parameter's bounds"),
                    key=where,
                    value=_("{low:g} to {high:g}", low=prior.low, high=prior.high),
                    allowed=_("{low:g} to {high:g}", low=known.low, high=known.high),
                )
            elif prior.mode is not None and not prior.low <= prior.mode <= prior.high:
                yield Problem(
                    _("lies outside the prior"),
                    key=f"{where}.mode",
                    value=prior.mode,
                    allowed=_("{low:g} to {high:g}", low=prior.low, high=prior.high),
                )
            if known.scope != "economy" and known.scope != "worker":
                yield Problem(
                    _("only parameters that everybody faces can be calibrated"), key=where, value=name
                )
        for place, name in enumerate(self.always_fitted):
            if name not in self.priors:
                yield Problem(
                    _("has no prior, so it cannot be fitted"),
                    key=f"always_fitted.{place}",
                    value=name,
                    allowed=tuple(self.priors),
                    nearest=nearest(name, self.priors),
                )
            elif name in self.always_fitted[:place]:
                yield Problem(_("is named twice"), key=f"always_fitted.{place}", value=name)
        for region, expect in self.moves_from.items():
            if not 0.0 <= expect.low < expect.high <= 1.0:
                yield Problem(
                    _("must run from a lower to a higher share"),
                    key=f"moves_from.{region}",
                    value=_("{low:g} to {high:g}", low=expect.low, high=expect.high),
                    allowed=_("shares from 0 to 1"),
                )
        if self.period.to < LAST_MONTH:
            yield Problem(
                _("parameters are set on years to {year}", year=LAST_USED_YEAR),
                key="period.to",
                value=self.period.to,
                allowed=_("{month} or later", month=LAST_MONTH),
            )

    def values(self, shares: np.ndarray, names: tuple[str, ...] | None = None) -> np.ndarray:
        """Points of the unit cube as parameter values, a column per prior in order."""
        return np.column_stack(
            [
                self.priors[name].value(shares[:, column])
                for column, name in enumerate(names or tuple(self.priors))
            ]
        )


def load_calibration(name_or_path: str | Path) -> Calibration:
    """Load and check a calibration file; ``name_or_path`` is its path, with the suffix.

    Raises ``ExperimentError`` with every problem found.
    """
    path = Path(name_or_path)
    if not path.is_file():
        raise ExperimentError(
            Problem(_("no such file"), value=str(path), allowed=_("the path of a calibration file"))
        )
    found, tree, problems = read_checked(path, Calibration, ExperimentError)
    try:
        parse_scale(found.scale)
        load_scenario(found.scenario)
    except SimError as error:
        key = "scale" if isinstance(error, UsageError) else "scenario"
        problems += [one if one.file else placed(replace(one, key=key), tree) for one in error.problems]
    problems += [placed(one, tree) for one in _problems_of_responses(found)]
    if problems:
        raise ExperimentError(problems)
    return found


def _problems_of_responses(found: Calibration) -> Iterator[Problem]:
    """What is wrong with the file of checks that holds the responses, or with its use here."""
    responses = found.responses
    if responses is None:
        return
    try:
        file = load_checks(responses.checks)
    except SimError as error:
        yield from (replace(one, key="responses.checks") if not one.file else one for one in error.problems)
        return
    if file.scenario != found.scenario:
        yield Problem(
            _("the checks start from another scenario"), key="responses.checks", value=file.scenario,
            allowed=found.scenario,
        )  # fmt: skip
    if file.period.to > LAST_MONTH:
        yield Problem(
            _("parameters are set on years to {year}, and these checks run on", year=LAST_USED_YEAR),
            key="responses.checks", value=file.period.to,
            allowed=_("a file whose period ends in {month} or earlier", month=LAST_MONTH),
        )  # fmt: skip
    for place, name in enumerate(responses.runs):
        key = f"responses.runs.{place}"
        known = (BASE, *file.runs)
        if name not in known:
            yield Problem(_("no such run"), key=key, value=name, allowed=known, nearest=nearest(name, known))
        elif name in responses.runs[:place]:
            yield Problem(_("is named twice"), key=key, value=name)
        yield from _problems_of_checks(file, name, responses.runs, key)


def _problems_of_checks(file: CheckFile, run: str, runs: tuple[str, ...], key: str) -> Iterator[Problem]:
    checks = [check for check in file.checks if check.run == run]
    if run in (BASE, *file.runs) and not checks:
        yield Problem(_("the file checks nothing of this run"), key=key, value=run)
    for check in checks:
        if check.measure not in MEASURED or check.against not in (BASE, *runs):
            yield Problem(
                _("the check {title!r} cannot be a target", title=in_language(check.label.model_dump())),
                key=key,
                value=run,
                allowed=_(
                    "checks by {names}, against the scenario itself or a run named here",
                    names=", ".join(MEASURED),
                ),
            )
        elif check.expect.low >= check.expect.high:
            yield Problem(
                _("the check {title!r} allows a single number", title=in_language(check.label.model_dump())),
                key=key,
                value=run,
            )
