"""Shocks: parameters changed month by month for everybody in some places, at no cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field, model_validator

from sim.core.errors import Problem
from sim.core.language import _
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.effects import MonthlyEffect, faced_nowhere, fixed_at_the_start, out_of_bounds
from sim.scenario.eligibility import Where
from sim.scenario.fields import Label, ParameterName, Sector, Strict, Text, refuse

# What a shock may scale sector by sector.
SECTOR_PARAMETERS = tuple(name for name, one in PARAMETERS.items() if one.by_sector)


class Shock(Strict):
    """A shock, observed or assumed: parameters changed month by month for everybody in a place.

    With ``sectors`` it scales one of ``SECTOR_PARAMETERS`` in those sectors, in all places alike.
    """

    label: Label
    source: Text
    note: Text | None = None
    where: Where = Where()
    sectors: tuple[Sector, ...] = ()
    effects: dict[ParameterName, MonthlyEffect] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Shock:
        refuse([*self._reach_problems(), *self._size_problems()])
        return self

    def _reach_problems(self) -> Iterator[Problem]:
        if self.where.names_homes:
            yield Problem(
                _("a shock holds for everybody in a place, wherever they come from"),
                key="where",
                allowed=_("provinces, regions, tiers"),
            )
        if self.sectors and self.where != Where():
            yield Problem(
                _("a shock to sectors holds in all places alike"), key="where", allowed=_("no `where`")
            )
        for name, effect in self.effects.items():
            if PARAMETERS[name].is_fixed:
                yield fixed_at_the_start(name, f"effects.{name}")
            if PARAMETERS[name].scope == "corridor":
                yield Problem(
                    _("{name} belongs to corridors, which only a lever changes", name=name),
                    key=f"effects.{name}",
                    allowed=_("a parameter of places, workers or the economy"),
                )
            yield from faced_nowhere(name, self.where)
            yield from self._months_without_effect(name, effect)
            if PARAMETERS[name].scope == "economy" and self.where != Where():
                yield Problem(
                    _("{name} is one number for the whole economy", name=name),
                    key="where",
                    allowed=_("no `where`"),
                )
            if self.sectors and name not in SECTOR_PARAMETERS:
                yield Problem(
                    _("this parameter is the same for every sector"),
                    key=f"effects.{name}",
                    allowed=SECTOR_PARAMETERS,
                )
            elif self.sectors and (effect.set or effect.add):
                yield Problem(_("a shock to sectors can only scale"), key=f"effects.{name}", allowed="scale")

    def _months_without_effect(self, name: str, effect: MonthlyEffect) -> Iterator[Problem]:
        parameter = PARAMETERS[name]
        for kind in ("set", "scale", "add"):
            for month, value in getattr(effect, kind).items():
                if not parameter.acts_in(month):
                    yield Problem(
                        _("{name} changes nothing in this month of the year", name=name),
                        key=f"effects.{name}.{kind}.{month}",
                        value=value,
                        allowed=_("months {names} of a year", names=", ".join(map(str, parameter.months))),
                    )

    def _size_problems(self) -> Iterator[Problem]:
        for name, effect in self.effects.items():
            for month in effect.months:
                for problem in out_of_bounds(name, effect.at(month), f"effects.{name}"):
                    yield replace(problem, key=f"{problem.key}.{month}")
