"""The strength of an instrument: its range, the part implemented before, and its first outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StrictStr, model_validator

from sim.core.errors import Problem
from sim.core.language import N_, _
from sim.scenario.fields import Number, OneOf, Share, Strict, Text, refuse

_NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
DIRECTIONS = ("higher", "lower", "unknown", "none")
Direction = Annotated[StrictStr, OneOf(N_("direction"), lambda: DIRECTIONS)]


class StrengthRange(Strict):
    """Multiples of the documented strength: the credible range, and the largest that is allowed."""

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
                        _("the credible range must include 1, the documented strength, and end by `most`"),
                        key="credible",
                        value=[low, high],
                        allowed=_("low <= 1 <= high <= most"),
                    )
                ]
            )
        return self

    def problems(self, strength: float) -> Iterator[Problem]:
        """The problem with a strength outside the allowed range, if it is."""
        if not 0.0 <= strength <= self.most:
            low, high = self.credible
            yield Problem(
                _("a strength outside what the instrument allows"),
                key="strength",
                value=strength,
                allowed=_(
                    "0 to {most:g} times the documented strength; credible is {low:g} to {high:g}",
                    most=self.most,
                    low=low,
                    high=high,
                ),
            )

    def is_credible(self, strength: float) -> bool:
        """Whether the evidence covers the strength; 0 is always credible."""
        return strength == 0.0 or self.credible[0] <= strength <= self.credible[1]


class FirstOutcome(Strict):
    """The first outcome that an instrument moves, and in which direction.

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
                        _("a column is needed, except with direction none"),
                        key="column",
                        value=self.column,
                        allowed=_("a column of the national table, or direction none without a column"),
                    )
                ]
            )
        return self


class ImplementedShare(Strict):
    """How much of the documented strength had been implemented before, and so lies in the baseline."""

    share: Share
    source: Text


Strength = Number
