"""A scenario: its period, assumptions about the future, parameters, paths, shocks and levers."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, StrictStr, model_validator

from sim.core import chinese
from sim.core.errors import Problem
from sim.core.language import N_, _, in_language
from sim.core.months import FIRST_MONTH, month_number
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.coverage import served_on, served_unbilled
from sim.scenario.effects import fixed_at_the_start
from sim.scenario.fields import (
    Financing,
    Label,
    Month,
    Name,
    Number,
    OneOf,
    ParameterName,
    ProvinceInWords,
    Strict,
    Text,
    Tier,
    Year,
    refuse,
)
from sim.scenario.lever import Lever, conflicting_sets
from sim.scenario.shock import Shock

Growth = Annotated[float, Field(strict=True, ge=-0.2, le=0.3)]
Variant = Annotated[
    StrictStr,
    OneOf(N_("set of assumptions"), lambda: ("low", "middle", "high"), chinese=lambda: chinese.FUTURES),
]


class Period(Strict):
    """The months that a scenario covers, both included."""

    from_: Month = Field(alias="from")
    to: Month

    @model_validator(mode="after")
    def _can_be_simulated(self) -> Period:
        if self.from_ < FIRST_MONTH:
            refuse(
                [
                    Problem(
                        _("no month before this one is simulated"),
                        key="from",
                        value=self.from_,
                        allowed=_("{month} or later", month=FIRST_MONTH),
                    )
                ]
            )
        if self.to < self.from_:
            refuse(
                [
                    Problem(
                        _("the period ends before it begins"),
                        key="to",
                        value=self.to,
                        allowed=_("{month} or later", month=self.from_),
                    )
                ]
            )
        return self


class FutureAssumptions(Strict):
    """Yearly rates after the last observed year (0.04 is 4 % a year)."""

    real_output_growth: Growth
    real_wage_growth: Growth
    real_rural_income_growth: Growth
    consumer_price_inflation: Growth
    entrants_growth: Growth
    source: Text


class Future(Strict):
    """Three documented sets of assumptions about the years after the last observation."""

    low: FutureAssumptions
    middle: FutureAssumptions
    high: FutureAssumptions


class Path(Strict):
    """How a parameter moved in history: values at January of some years, straight lines between them.

    Before the first year and after the last the value stays. Either ``all``, or ``by_tier`` for those
    tiers in which it moved.
    """

    source: Text
    all: dict[Year, Number] = {}
    by_tier: dict[Tier, Annotated[dict[Year, Number], Field(min_length=1)]] = {}

    @model_validator(mode="after")
    def _is_one_kind(self) -> Path:
        if bool(self.all) == bool(self.by_tier):
            refuse([Problem(_("a path needs exactly one of these keys"), key="", allowed=("all", "by_tier"))])
        return self

    def value(self, month: str, tier: str) -> float | None:
        """The parameter's value in a month, or None in a tier that the path says nothing about."""
        return self.at(month_number(month) / 12, tier)

    def at(self, years: float, tier: str) -> float | None:
        """The same for a time in years, 2024.5 for July 2024."""
        table = self.all or self.by_tier.get(tier)
        if not table:
            return None
        named = self._years[None if self.all else tier]
        after = bisect_right(named, years)
        if after == 0 or after == len(named):
            return table[named[min(after, len(named) - 1)]]
        before, then = named[after - 1], named[after]
        share = (years - before) / (then - before)
        return table[before] + share * (table[then] - table[before])

    @cached_property
    def _years(self) -> dict[str | None, list[int]]:
        """The years that are named, in order, by tier; None for all."""
        return {None: sorted(self.all), **{tier: sorted(table) for tier, table in self.by_tier.items()}}

    def values(self) -> Iterator[tuple[str, float]]:
        """Every value with its dotted key."""
        yield from ((f"all.{year}", value) for year, value in self.all.items())
        for tier, table in self.by_tier.items():
            yield from ((f"by_tier.{tier}.{year}", value) for year, value in table.items())


SMALL_BUDGET = 100_000  # yuan; less for the whole country is taken for a slip


class Scenario(Strict):
    """A resolved, checked scenario. ``origins`` has the file and line of each value by dotted key."""

    name: Text
    """The name of its file, without ``.yaml``."""
    title: Label
    """Its name for people, in English and Chinese."""
    description: Text
    """What it is about, in a sentence or two."""
    compare_with: Text | None = None
    """The scenario that it is to be compared with, by name or path; ``baseline`` if not said."""
    focus: ProvinceInWords | None = None
    """The province that a comparison looks at closely, in a page of its own; none if not said."""
    period: Period
    """The months that it covers, both named ones included."""
    assumptions: Variant = "middle"
    """Which future it assumes: ``low``, ``middle`` or ``high``."""
    future: Future
    """Yearly rates after the last observed year, in three futures."""
    parameters: dict[ParameterName, Number] = {}
    """Values in place of the parameters' defaults, each in its parameter's unit."""
    paths: dict[ParameterName, Path] = {}
    """How parameters moved in history, by parameter."""
    shocks: dict[Name, Shock] = {}
    """What happens to everybody in some places, month by month, by name."""
    levers: dict[Name, Lever] = {}
    """The instruments of policy, by name."""
    financing: Financing = "untied"
    """Who bears what government spends on levers: ``untied``, ``payroll_levy`` or ``cut_elsewhere``."""

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> Scenario:
        refuse(
            [
                *self._values_out_of_bounds(),
                *self._months_outside_the_period(),
                *conflicting_sets(self.levers),
            ]
        )
        return self

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each value stands, as ``file:line`` by dotted key; ``override`` for one changed later."""
        return MappingProxyType(dict(self._origins))

    @property
    def future_assumptions(self) -> FutureAssumptions:
        """The assumptions about the future that this scenario takes."""
        return getattr(self.future, self.assumptions)

    def content(self) -> dict[str, Any]:
        """The whole scenario as plain maps, lists and numbers, ready for JSON or YAML."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def fingerprint(self) -> str:
        """A short stable hash of the content: two scenarios that say the same have the same."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def warnings(self) -> tuple[str, ...]:
        """What is allowed and odd: strengths outside the credible range, effects on people whom nobody is
        billed for, and budgets that pay for next to nothing.
        """
        strengths = (
            _(
                "lever {name}: strength {strength:g} is outside the credible {low:g} to {high:g} ({source})",
                name=name,
                strength=lever.strength,
                low=lever.strength_range.credible[0],
                high=lever.strength_range.credible[1],
                source=lever.strength_range.source,
            )
            for name, lever in self.levers.items()
            if lever.strength_range and not lever.strength_range.is_credible(lever.strength)
        )
        unbilled = (
            _(
                "lever {name}: {parameter} acts on more people than {per} bills: bill it per {occasion}, in "
                "a lever of its own if need be",
                name=name,
                parameter=parameter,
                per=lever.unit_cost.per,
                occasion=served_on(parameter)[0],
            )
            for name, lever in self.levers.items()
            if lever.unit_cost is not None
            for parameter in served_unbilled(lever)
        )
        return (*strengths, *unbilled, *self._odd_budgets())

    def missing_title(self) -> str | None:
        """A warning where the scenario goes by the title of a file that it extends, else None."""
        file, __, __ = self._origins.get("title.en", "").rpartition(":")
        if not file or PurePath(file).stem == self.name:
            return None
        return _(
            "{name}: no title of its own: results are headed {title!r}, the title of {file}; add a line "
            "title: {{en: ..., zh: ...}}",
            name=self.name,
            title=in_language(self.title.model_dump()),
            file=PurePath(file).name,
        )

    def _odd_budgets(self) -> Iterator[str]:
        """Budgets that do not pay for one use, or are so small that another unit is probably meant."""
        for name, lever in self.levers.items():
            budget = lever.budget
            if budget is None:
                continue
            yuan = budget.yuan_per_year if budget.yuan_per_year is not None else budget.yuan_total
            price = round(lever.unit_cost.at(lever.strength)) if lever.unit_cost else 0
            if yuan is None or yuan == 0.0:  # nothing is to be spent
                continue
            if budget.yuan_per_year is not None:
                said = _("a budget of {yuan:,.0f} yuan a year", yuan=yuan)
            else:
                said = _("a budget of {yuan:,.0f} yuan in all", yuan=yuan)
            if yuan < price:
                yield _(
                    "lever {name}: {budget} does not pay for one use, which costs {price:,} yuan",
                    name=name,
                    budget=said,
                    price=price,
                )
            elif yuan < SMALL_BUDGET:
                yield _(
                    "lever {name}: {budget} is very small; write yuan, not thousands or millions of them",
                    name=name,
                    budget=said,
                )

    def scales_of_nothing(self) -> Iterator[Problem]:
        """Scales of a parameter that is nought, and that the scenario gives no other value: told of a file,
        and not of what a design makes of it, for which a lever that sets the value may have been left out.
        """
        given = {*self.parameters, *self.paths}
        for shock in self.shocks.values():
            given |= {name for name, effect in shock.effects.items() if effect.set or effect.add}
        set_by_levers = {
            name
            for lever in self.levers.values()
            for name, effect in lever.effects.items()
            if effect.set is not None
        }
        scaling: list[tuple[str, str, float | None]] = [
            (f"shocks.{name}.effects.{one}.scale", one, None)
            for name, shock in self.shocks.items()
            for one, effect in shock.effects.items()
            if effect.scale
        ]
        scaling += [
            (f"levers.{name}.effects.{one}.scale", one, effect.scale)
            for name, lever in self.levers.items()
            for one, effect in lever.effects.items()
            if effect.scale is not None and one not in set_by_levers
        ]
        for key, name, value in scaling:
            if PARAMETERS[name].default == 0.0 and name not in given:
                yield Problem(
                    _("{name} is 0 here, and stays 0 however it is scaled", name=name),
                    key=key,
                    value=value,
                    allowed=_(
                        "set or add; or another value, under parameters.{name} or paths.{name}", name=name
                    ),
                )

    def _values_out_of_bounds(self) -> Iterator[Problem]:
        given = [(name, f"parameters.{name}", value) for name, value in self.parameters.items()]
        for name, path in self.paths.items():
            given += [(name, f"paths.{name}.{key}", value) for key, value in path.values()]
            if name in self.parameters:
                yield Problem(
                    _("this parameter already follows a path"),
                    key=f"parameters.{name}",
                    value=self.parameters[name],
                    allowed=_("remove it, or set paths.{name} to null", name=name),
                )
            if PARAMETERS[name].scope == "corridor":
                yield Problem(
                    _("{name} belongs to corridors, which only a lever changes", name=name),
                    key=f"paths.{name}",
                    allowed=_("a parameter of places, workers or the economy"),
                )
            if PARAMETERS[name].is_fixed:
                yield fixed_at_the_start(name, f"paths.{name}")
            elif PARAMETERS[name].scope != "economy":
                yield from (
                    Problem(
                        _("nobody faces {name} in {tier}", name=name, tier=tier),
                        key=f"paths.{name}.by_tier.{tier}",
                        allowed=PARAMETERS[name].tiers,
                    )
                    for tier in path.by_tier
                    if tier not in PARAMETERS[name].tiers
                )
            if path.by_tier and PARAMETERS[name].scope == "economy":
                yield Problem(
                    _("this parameter is one number for the whole economy"),
                    key=f"paths.{name}.by_tier",
                    allowed="all",
                )
        for name, key, value in given:
            low, high = PARAMETERS[name].low, PARAMETERS[name].high
            if not low <= value <= high:
                yield Problem(
                    _("outside the parameter's bounds"),
                    key=key,
                    value=value,
                    allowed=_("{low:g} to {high:g} {unit}", low=low, high=high, unit=PARAMETERS[name].unit),
                )

    def _months_outside_the_period(self) -> Iterator[Problem]:
        named = []
        for name, lever in self.levers.items():
            named += [
                (f"levers.{name}.window.from", lever.window.from_),
                (f"levers.{name}.window.to", lever.window.to),
            ]
        for name, shock in self.shocks.items():
            named += [
                (f"shocks.{name}.effects.{parameter}", month)
                for parameter, effect in shock.effects.items()
                for month in effect.months
            ]
        for key, month in named:
            if not self.period.from_ <= month <= self.period.to:
                yield Problem(
                    _("outside the scenario's period"),
                    key=key,
                    value=month,
                    allowed=_("{low} to {high}", low=self.period.from_, high=self.period.to),
                )
