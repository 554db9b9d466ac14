"""Instruments that change how others are delivered: their take-up, effects, costs, budgets and queues."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.fields import Flag, InstrumentNumber, Slug, Strict

MOST_FACTOR = 3.0
_Factor = Annotated[float, Field(strict=True, ge=0, le=MOST_FACTOR)]


class Steers(Strict):
    """Which levers are steered: those of the families and of the instruments named; all if none is named."""

    families: tuple[Slug, ...] = ()
    instruments: tuple[InstrumentNumber, ...] = ()

    def includes(self, family: str | None, instruments: tuple[int, ...]) -> bool:
        """Whether a lever of that family, with those instruments, is steered."""
        if not (self.families or self.instruments):
            return True
        return family in self.families or not set(instruments).isdisjoint(self.instruments)


class Delivery(Strict):
    """How a steering lever changes the others, at strength 1.

    ``take_up_scale``: factor on their take-up (kept within 1). ``effect_scale``: factor on their changes
    of places and corridors. ``unit_cost_scale``: factor on what one serving costs. ``budget_scale``:
    factor on their budgets. ``first_in_queue``: those whom the steering lever names are served first.
    """

    steers: Steers = Steers()
    take_up_scale: _Factor = 1.0
    effect_scale: _Factor = 1.0
    unit_cost_scale: _Factor = 1.0
    budget_scale: _Factor = 1.0
    first_in_queue: Flag = False
