"""Designs: which values the factors of an experiment take together, point by point.

A design says ``points()``: a list of ``{factor: value}``, in a fixed order. To add a kind of design
(a Latin hypercube, a list), add a class with ``kind``, ``factors`` and ``points`` and name it in
``Design``.
"""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.errors import Problem
from sim.policy.terms import Label, Name, Number, Strict, Text, refuse


class Factor(Strict):
    """One thing that is varied: a number, written to one or several dotted keys of the scenario."""

    label: Label
    keys: Annotated[tuple[Text, ...], Field(min_length=1)]
    values: Annotated[tuple[Number, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _differ(self) -> Factor:
        twice = next((v for i, v in enumerate(self.values) if v in self.values[:i]), None)
        if twice is not None:
            refuse([Problem("this value is given twice", key="values", value=twice)])
        return self


class Grid(Strict):
    """Every combination of the factors' values; the last factor moves fastest."""

    kind: Literal["grid"]
    factors: Annotated[dict[Name, Factor], Field(min_length=1)]

    @model_validator(mode="after")
    def _write_to_different_keys(self) -> Grid:
        writers: dict[str, str] = {}
        problems = []
        for name, factor in self.factors.items():
            for key in factor.keys:
                if writers.setdefault(key, name) != name:
                    problems.append(Problem(f"factor {writers[key]!r} already writes to this key",
                                            key=f"factors.{name}.keys", value=key))
        refuse(problems)
        return self

    def points(self) -> list[dict[str, float]]:
        """Each point as ``{factor: value}``."""
        values = (factor.values for factor in self.factors.values())
        return [dict(zip(self.factors, point, strict=True)) for point in product(*values)]

    def overrides(self, point: dict[str, float]) -> dict[str, Any]:
        """A point as changes to the scenario: ``{dotted key: value}``."""
        return {key: value for name, value in point.items() for key in self.factors[name].keys}


Design = Grid
