"""How strongly an instrument may be applied, and what it is expected to move first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StrictStr, model_validator

from sim.core.errors import Problem
from sim.scenario.fields import Number, OneOf, Share, Strict, Text, refuse

_NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
DIRECTIONS = ("higher", "lower", "unknown", "none")
Direction = Annotated[StrictStr, OneOf("direction", lambda: DIRECTIONS)]


class StrengthRange(Strict):
    """Multiples of the documented strength: what is credible, and beyond which nothing is meant."""

    credible: tuple[_NotNegative, _NotNegative]
    most: _NotNegative
    source: Text

    @model_validator(mode="after")
    def _is_nested(self) -> StrengthRange:
        low, high = self.credible
        if not low <= 1.0 <= high <= self.most:
            refuse(
                [
                    Problem(
                        "the documented strength, 1, must be credible, and all that is credible allowed",
                        key="credible",
                        value=[low, high],
                        allowed="low <= 1 <= high <= most",
                    )
                ]
            )
        return self

    def problems(self, strength: float) -> Iterator[Problem]:
        """What is wrong with a strength that nobody can mean."""
        if not 0.0 <= strength <= self.most:
            low, high = self.credible
            yield Problem(
                "a strength outside what the instrument allows",
                key="strength",
                value=strength,
                allowed=f"0 to {self.most:g} times the documented strength; credible is {low:g} to {high:g}",
            )

    def is_credible(self, strength: float) -> bool:
        """Whether the evidence covers the strength. None at all is always credible."""
        return strength == 0.0 or self.credible[0] <= strength <= self.credible[1]


class FirstOutcome(Strict):
    """What an instrument moves first, and which way, when it is applied strongly.

    ``column`` is a column of the table ``national``. Direction ``unknown``: the evidence, or the model,
    leaves the sign open. ``none``: the instrument has no effect of its own.
    """

    column: Text | None = None
    direction: Direction

    @model_validator(mode="after")
    def _names_what_moves(self) -> FirstOutcome:
        if (self.column is None) != (self.direction == "none"):
            refuse(
                [
                    Problem(
                        "an outcome is named unless nothing moves",
                        key="column",
                        value=self.column,
                        allowed="a column of the national table, or direction none without a column",
                    )
                ]
            )
        return self


class ImplementedShare(Strict):
    """How much of the documented strength had been implemented before, and so lies in the baseline."""

    share: Share
    source: Text


Strength = Number
