"""Designs: which values the factors of an experiment take together, point by point.

``grid`` runs every combination of the factors' ``values``; ``list`` reads them side by side, the first
of each together, then the second; ``latin_hypercube`` and ``sobol`` draw ``samples`` points between
``low`` and ``high``; ``file`` takes the points from a CSV or Parquet file with a column per factor.
To add a kind, name it in ``KINDS`` and say in ``sim.experiments.points`` how its points are made.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from sim.core.errors import Problem, nearest
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.fields import Flag, Label, Name, Number, Strict, Text, Whole, one_of, refuse

SAMPLED = ("latin_hypercube", "sobol")
LISTED = ("grid", "list")
KINDS = (*LISTED, *SAMPLED, "file")

Kind = one_of("kind of design", lambda: KINDS)


class Factor(Strict):
    """One thing that is varied: a number, written to one or several dotted keys of the scenario.

    ``low`` and ``high`` are the parameter's own bounds where they are not said; ``whole`` numbers only,
    on request.
    """

    label: Label
    keys: Annotated[tuple[Text, ...], Field(min_length=1)]
    values: tuple[Number, ...] = ()
    low: Number | None = None
    high: Number | None = None
    whole: Flag = False

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lowest and highest value, in the unit of what is varied; None where nothing says it."""
        own = [PARAMETERS[name] for name in map(parameter_in, self.keys) if name in PARAMETERS]
        low = max((parameter.low for parameter in own), default=None)
        high = min((parameter.high for parameter in own), default=None)
        return (low if self.low is None else self.low), (high if self.high is None else self.high)

    def number(self, value: float) -> float | int:
        """The value as the scenario wants it: an ``int`` where the factor is whole."""
        return int(value) if self.whole else float(value)


class Design(Strict):
    """What is varied, and how. ``samples`` and ``seed`` are for drawn points, ``file`` for given ones."""

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
            return self.samples
        return len(self.table())

    def read(self, folder: Path) -> None:
        """Read the design's file, whose path is relative to ``folder``. Raises ``DesignError``."""
        from sim.experiments.points import file_table

        self._table = file_table(self, folder / self.file)

    def table(self) -> np.ndarray:
        """Every point: a row per point, a column per factor. Raises ``UsageError`` without scipy."""
        if self._table is None:
            from sim.experiments.points import make_table

            self._table = make_table(self)
        return self._table

    def points(self) -> list[dict[str, float]]:
        """Each point as ``{factor: value}``."""
        factors = self.factors.items()
        return [{name: factor.number(value) for (name, factor), value in zip(factors, row, strict=True)}
                for row in self.table().tolist()]

    def points_hash(self) -> str:
        """A short hash of all points, to the last bit."""
        return hashlib.sha256(self.table().tobytes()).hexdigest()[:16]

    def overrides(self, point: dict[str, float]) -> dict[str, Any]:
        """A point as changes to the scenario: ``{dotted key: value}``."""
        return {key: value for name, value in point.items() for key in self.factors[name].keys}

    def extremes(self) -> Iterator[tuple[str, str, float]]:
        """Least and greatest value of each factor: ``(factor, key that says it, value)``."""
        for position, (name, factor) in enumerate(self.factors.items()):
            where = f"factors.{name}"
            if self.kind in SAMPLED:
                ends = [(f"{where}.{word}" if getattr(factor, word) is not None else where, value)
                        for word, value in zip(("low", "high"), factor.bounds, strict=True)]
            elif self.kind in LISTED:
                ends = [(f"{where}.values.{factor.values.index(value)}", value)
                        for value in (min(factor.values), max(factor.values))]
            else:
                column = self.table()[:, position]
                ends = [("file", float(column.min())), ("file", float(column.max()))]
            yield from ((name, key, factor.number(value)) for key, value in ends)

    # --- what can be wrong ------------------------------------------------------------------------------

    def _keys_of_the_kind(self) -> Iterator[Problem]:
        needed = {"samples": self.kind in SAMPLED, "seed": self.kind in SAMPLED,
                  "file": self.kind == "file"}
        for key, is_needed in needed.items():
            if is_needed != (getattr(self, key) is not None):
                words = "needs this key" if is_needed else "has no such key"
                yield Problem(f"a design of kind {self.kind} {words}", key=key, value=getattr(self, key))
        if self.kind == "sobol" and self.samples and self.samples & (self.samples - 1):
            below = 1 << (self.samples.bit_length() - 1)
            yield Problem("Sobol' points are balanced only in powers of two", key="samples",
                          value=self.samples, allowed=f"{below} or {2 * below}")
        for name, factor in self.factors.items():
            given = {"values": bool(factor.values), "low": factor.low is not None,
                     "high": factor.high is not None}
            allowed = ("values",) if self.kind in LISTED else ("low", "high") * (self.kind in SAMPLED)
            for key in (key for key in given if given[key] and key not in allowed):
                yield Problem(f"a factor of a {self.kind} design has no such key",
                              key=f"factors.{name}.{key}", allowed=allowed)
            if self.kind in LISTED and not factor.values:
                yield Problem("must not be empty", key=f"factors.{name}.values",
                              allowed="at least one number")

    def _keys_written_twice(self) -> Iterator[Problem]:
        writers: dict[str, str] = {}
        for name, factor in self.factors.items():
            for key in factor.keys:
                if writers.setdefault(key, name) != name:
                    yield Problem(f"factor {writers[key]!r} already writes to this key",
                                  key=f"factors.{name}.keys", value=key)

    def _values_wrong(self) -> Iterator[Problem]:
        lengths = {name: len(factor.values) for name, factor in self.factors.items()}
        for name, factor in self.factors.items():
            where = f"factors.{name}"
            if self.kind == "grid" and len(set(factor.values)) < lengths[name]:
                twice = next(v for i, v in enumerate(factor.values) if v in factor.values[:i])
                yield Problem("this value is given twice", key=f"{where}.values", value=twice)
            if self.kind == "list" and lengths[name] != next(iter(lengths.values())):
                yield Problem("the values of a list are read side by side, so each factor has as many",
                              key=f"{where}.values", value=f"{lengths[name]} values",
                              allowed=f"{next(iter(lengths.values()))} values")
            if factor.whole and any(value != int(value) for value in factor.values):
                yield Problem("this factor is whole", key=f"{where}.values",
                              value=next(v for v in factor.values if v != int(v)), allowed="whole numbers")
            if self.kind in SAMPLED:
                yield from _bounds_wrong(factor, where)


def _bounds_wrong(factor: Factor, where: str) -> Iterator[Problem]:
    unknown = [(position, name) for position, name in enumerate(map(parameter_in, factor.keys))
               if name is not None and name not in PARAMETERS]
    for position, name in unknown:
        yield Problem("unknown parameter", key=f"{where}.keys.{position}", value=name,
                      allowed=tuple(PARAMETERS), nearest=nearest(name, PARAMETERS))
    low, high = factor.bounds
    if unknown:
        return
    if low is None or high is None:
        yield Problem("what is varied has no bounds of its own: say low and high", key=where)
    elif low >= high:
        yield Problem("the lowest value must lie below the highest", key=where, value=f"{low:g} to {high:g}")
    elif factor.whole and math.ceil(low) > math.floor(high):
        yield Problem("no whole number lies between low and high", key=where, value=f"{low:g} to {high:g}")


def parameter_in(key: str) -> str | None:
    """The parameter that a dotted key sets: of ``parameters.NAME`` or ``levers.X.effects.NAME.set``."""
    words = key.split(".")
    if len(words) == 2 and words[0] == "parameters":
        return words[1]
    is_set = len(words) == 5 and words[0] == "levers" and (words[2], words[4]) == ("effects", "set")
    return words[3] if is_set else None
