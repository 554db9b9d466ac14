"""Designs: the points of an experiment, each a value for every factor.

``grid`` runs every combination of the factors' ``values``; ``list`` combines the first
values of all factors, then the second ones; ``latin_hypercube`` and ``sobol`` draw ``samples`` points between
``low`` and ``high``; ``file`` takes the points from a CSV, Excel or Parquet file with a column per factor.
To add a kind, name it in ``KINDS`` and say in ``make_table`` how its points are made.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PrivateAttr, StrictStr, ValidationInfo, model_validator

from sim.core.errors import Problem, SimError, UsageError, nearest
from sim.core.language import N_, _
from sim.experiments.point_files import as_number, read_points
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.fields import Flag, Label, Name, Number, OneOf, Strict, Text, Whole, refuse

SAMPLED = ("latin_hypercube", "sobol")
LISTED = ("grid", "list")
KINDS = (*LISTED, *SAMPLED, "file")
EXTRA = 'pip install "labor-migration-sim[experiments]"'

_MOST_TRIED, _FEW_TRIED = 100, 20  # values of a factor that are tried beforehand, listed and from a file

Kind = Annotated[StrictStr, OneOf(N_("kind of design"), lambda: KINDS)]


class DesignError(SimError):
    """The file with a design's points cannot be used; keys are relative to the design."""


class Factor(Strict):
    """One factor: a number that is written to one or several dotted keys of the scenario.

    ``low`` and ``high`` are the parameter's own bounds where they are not given. ``whole``: only whole
    numbers.
    """

    label: Label
    keys: Annotated[tuple[Text, ...], Field(min_length=1)]
    values: tuple[Number, ...] = ()
    low: Number | None = None
    high: Number | None = None
    whole: Flag = False

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lowest and highest value, in the unit of the factor; None where it is not known."""
        own = [PARAMETERS[name] for name in map(parameter_in, self.keys) if name in PARAMETERS]
        low = max((parameter.low for parameter in own), default=None)
        high = min((parameter.high for parameter in own), default=None)
        return (low if self.low is None else self.low), (high if self.high is None else self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """The ``bounds`` of a factor that is drawn between them."""
        low, high = self.bounds
        assert low is not None and high is not None, "a drawn factor has bounds"
        return low, high

    def number(self, value: float) -> float | int:
        """The value as the scenario wants it: an ``int`` where the factor is whole."""
        return int(value) if self.whole else float(value)


class Design(Strict):
    """The kind of design and its factors. ``samples``, ``seed``: of drawn points; ``file``: of given ones."""

    kind: Kind
    factors: Annotated[dict[Name, Factor], Field(min_length=1)]
    samples: Annotated[Whole, Field(ge=1)] | None = None
    seed: Whole | None = None
    file: Text | None = None

    _table: np.ndarray | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Design:
        problems = [*self._keys_of_the_kind(), *self._keys_written_twice(), *self._values_wrong()]
        if info.context is None:
            refuse(problems)
        else:  # the problems of an experiment are gathered, so that one does not hide the next
            info.context.extend(replace(problem, key=f"design.{problem.key}") for problem in problems)
        return self

    @property
    def point_count(self) -> int:
        """How many points there are, counted without making them."""
        if self.kind == "grid":
            return math.prod(len(factor.values) for factor in self.factors.values())
        if self.kind in SAMPLED:
            assert self.samples is not None, "a drawn design says how many points"
            return self.samples
        return len(self.table())

    def read(self, folder: Path) -> None:
        """Read the design's file, whose path is relative to ``folder``. Raises ``DesignError``."""
        assert self.file is not None, "only a design of kind file is read"
        self._table = file_table(self, folder / self.file)

    def table(self) -> np.ndarray:
        """Every point: a row per point, a column per factor. Raises ``UsageError`` without scipy."""
        if self._table is None:
            self._table = make_table(self)
        return self._table

    def points(self) -> list[dict[str, float]]:
        """Each point as ``{factor: value}``."""
        factors = self.factors.items()
        return [
            {name: factor.number(value) for (name, factor), value in zip(factors, row, strict=True)}
            for row in self.table().tolist()
        ]

    def points_hash(self) -> str:
        """A short hash of all points, to the last bit."""
        return hashlib.sha256(self.table().tobytes()).hexdigest()[:16]

    def overrides(self, point: dict[str, float]) -> dict[str, Any]:
        """A point as changes to the scenario: ``{dotted key: value}``."""
        return {key: value for name, value in point.items() for key in self.factors[name].keys}

    def tried_values(self) -> Iterator[tuple[str, str, float]]:
        """Values that are tried before anything runs: ``(factor, key that gives it, value)``.

        Up to a hundred listed values with the ends; of drawn ones the ends and the middle; twenty of a file.
        """
        for position, (name, factor) in enumerate(self.factors.items()):
            where = f"factors.{name}"
            if self.kind in SAMPLED:
                low, high = factor.ends
                tried = [
                    (f"{where}.{word}" if getattr(factor, word, None) is not None else where, value)
                    for word, value in (("low", low), ("high", high), ("middle", (low + high) / 2))
                ]
            elif self.kind in LISTED:
                listed = {value: at for at, value in reversed(list(enumerate(factor.values)))}
                ordered = sorted(listed)
                picked = np.linspace(0, len(ordered) - 1, min(len(ordered), _MOST_TRIED)).astype(int)
                tried = [(f"{where}.values.{listed[ordered[at]]}", ordered[at]) for at in picked]
            else:
                values = np.unique(self.table()[:, position])
                picked = np.linspace(0, len(values) - 1, min(len(values), _FEW_TRIED)).astype(int)
                tried = [("file", float(value)) for value in values[picked]]
            yield from ((name, key, factor.number(value)) for key, value in tried)

    # --- what can be wrong ------------------------------------------------------------------------------

    def _keys_of_the_kind(self) -> Iterator[Problem]:
        needed = {"samples": self.kind in SAMPLED, "seed": self.kind in SAMPLED, "file": self.kind == "file"}
        for key, is_needed in needed.items():
            if is_needed != (getattr(self, key) is not None):
                yield Problem(
                    _("a design of kind {kind} needs this key", kind=self.kind)
                    if is_needed
                    else _("a design of kind {kind} has no such key", kind=self.kind),
                    key=key,
                    value=getattr(self, key),
                )
        if self.kind == "sobol" and self.samples and self.samples & (self.samples - 1):
            below = 1 << (self.samples.bit_length() - 1)
            yield Problem(
                _("the number of Sobol' points must be a power of two"),
                key="samples",
                value=self.samples,
                allowed=_("{below} or {above}", below=below, above=2 * below),
            )
        for name, factor in self.factors.items():
            given = {
                "values": bool(factor.values),
                "low": factor.low is not None,
                "high": factor.high is not None,
            }
            allowed = ("values",) if self.kind in LISTED else ("low", "high") * (self.kind in SAMPLED)
            for key in (key for key in given if given[key] and key not in allowed):
                yield Problem(
                    _("a factor of a {kind} design has no such key", kind=self.kind),
                    key=f"factors.{name}.{key}",
                    allowed=allowed,
                )
            if self.kind in LISTED and not factor.values:
                yield Problem(
                    _("must not be empty"), key=f"factors.{name}.values", allowed=_("at least one number")
                )

    def _keys_written_twice(self) -> Iterator[Problem]:
        writers: dict[str, str] = {}
        for name, factor in self.factors.items():
            for key in factor.keys:
                if writers.setdefault(key, name) != name:
                    yield Problem(
                        _("factor {name!r} already writes to this key", name=writers[key]),
                        key=f"factors.{name}.keys",
                        value=key,
                    )

    def _values_wrong(self) -> Iterator[Problem]:
        lengths = {name: len(factor.values) for name, factor in self.factors.items()}
        for name, factor in self.factors.items():
            where = f"factors.{name}"
            if self.kind == "grid" and len(set(factor.values)) < lengths[name]:
                twice = next(v for i, v in enumerate(factor.values) if v in factor.values[:i])
                yield Problem(_("this value is given twice"), key=f"{where}.values", value=twice)
            if self.kind == "list" and lengths[name] != next(iter(lengths.values())):
                yield Problem(
                    _("the factors of a list need equally many values"),
                    key=f"{where}.values",
                    value=f"{lengths[name]} values",
                    allowed=_("{count} values", count=next(iter(lengths.values()))),
                )
            if factor.whole and any(value != int(value) for value in factor.values):
                yield Problem(
                    _("this factor takes whole numbers only"),
                    key=f"{where}.values",
                    value=next(v for v in factor.values if v != int(v)),
                    allowed=_("whole numbers"),
                )
            if self.kind in SAMPLED:
                yield from _bounds_wrong(factor, where)


def _bounds_wrong(factor: Factor, where: str) -> Iterator[Problem]:
    unknown = [
        (position, name)
        for position, name in enumerate(map(parameter_in, factor.keys))
        if name is not None and name not in PARAMETERS
    ]
    for position, name in unknown:
        yield Problem(
            _("unknown parameter"),
            key=f"{where}.keys.{position}",
            value=name,
            allowed=tuple(PARAMETERS),
            nearest=nearest(name, PARAMETERS),
        )
    low, high = factor.bounds
    if unknown:
        return
    if low is None or high is None:
        yield Problem(_("this factor has no bounds of its own: give low and high"), key=where)
    elif low >= high:
        yield Problem(
            _("the lowest value must lie below the highest"),
            key=where,
            value=_("{low:g} to {high:g}", low=low, high=high),
        )
    elif factor.whole and math.ceil(low) > math.floor(high):
        yield Problem(
            _("no whole number lies between low and high"),
            key=where,
            value=_("{low:g} to {high:g}", low=low, high=high),
        )


def parameter_in(key: str) -> str | None:
    """The parameter that a dotted key sets: of ``parameters.NAME`` or ``levers.X.effects.NAME.set``.

    >>> parameter_in("levers.startup_grant.effects.startup_grant_yuan.set")
    'startup_grant_yuan'
    >>> parameter_in("levers.startup_grant.budget.yuan_per_year") is None
    True
    """
    words = key.split(".")
    if len(words) == 2 and words[0] == "parameters":
        return words[1]
    is_set = len(words) == 5 and words[0] == "levers" and (words[2], words[4]) == ("effects", "set")
    return words[3] if is_set else None


# --- how points are made ---
def make_table(design: Design) -> np.ndarray:
    """The points of every kind of design but ``file``. Raises ``UsageError`` where scipy is missing."""
    values = [factor.values for factor in design.factors.values()]
    if design.kind == "grid":  # the last factor moves fastest
        return np.array(list(product(*values)), dtype=float)
    if design.kind == "list":
        return np.array(values, dtype=float).T
    return _between_bounds(design, _unit_cube(design))


def file_table(design: Design, path: Path) -> np.ndarray:
    """Points from a file with a column per factor, that ``read_points`` reads; other columns are passed over.

    Raises ``DesignError`` with every problem: no such file, a column missing or given twice, a cell without a
    number.
    """
    try:
        table = read_points(path)
    except FileNotFoundError:
        raise DesignError(
            Problem(_("no such file beside the experiment"), key="file", value=design.file)
        ) from None
    except UsageError as error:
        raise DesignError(replace(error.problems[0], key="file", value=design.file)) from None
    columns = tuple(map(str, table.columns))
    problems = [
        Problem(
            _("the file has no column for this factor"),
            key=f"factors.{name}",
            value=name,
            allowed=columns,
            nearest=nearest(name, columns),
        )
        for name in design.factors
        if name not in columns
    ]
    problems += [
        Problem(_("the file has two columns of this name"), key="file", value=name)
        for name in design.factors
        if columns.count(name) > 1
    ]
    if not problems and table.empty:
        problems.append(
            Problem(_("the file has no rows, so there would be no run"), key="file", value=design.file)
        )
    numbers: dict[str, np.ndarray] = {}
    for name in () if problems else design.factors:
        column = np.array([as_number(cell) for cell in table[name]])
        numbers[name] = column
        wrong = ~np.isfinite(column)
        if design.factors[name].whole:
            wrong |= column != np.round(column)
        if wrong.any():
            row = int(np.argmax(wrong))
            problems.append(
                Problem(
                    _("no usable number in row {row} of column {name!r}", row=row + 1, name=name),
                    key="file",
                    value=str(table[name].iloc[row]),
                    allowed=_("whole numbers") if design.factors[name].whole else _("numbers"),
                )
            )
    if problems:
        raise DesignError(problems)
    return np.column_stack([numbers[name] for name in design.factors])


def _unit_cube(design: Design) -> np.ndarray:
    """Points in the unit cube from the design's seed."""
    try:
        from scipy.stats import qmc
    except ImportError:
        raise UsageError(
            Problem(
                _("a {kind} design needs scipy, which is not installed", kind=design.kind),
                key="design.kind",
                value=design.kind,
                allowed=EXTRA,
            )
        ) from None
    engine = qmc.Sobol if design.kind == "sobol" else qmc.LatinHypercube
    try:
        sampler = engine(len(design.factors), rng=design.seed)
    except TypeError:  # before scipy 1.15
        sampler = engine(len(design.factors), seed=design.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # balance is checked when the design is read
        return sampler.random(design.samples)


def _between_bounds(design: Design, unit: np.ndarray) -> np.ndarray:
    """Points of the unit cube scaled to the factors' bounds; each whole number has the same probability."""
    table = np.empty_like(unit)
    for position, factor in enumerate(design.factors.values()):
        low, high = factor.ends
        if factor.whole:
            first, last = np.ceil(low), np.floor(high)
            table[:, position] = np.minimum(first + np.floor(unit[:, position] * (last - first + 1)), last)
        else:
            table[:, position] = low + unit[:, position] * (high - low)
    return table
