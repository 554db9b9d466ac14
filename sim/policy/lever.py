"""What a policy lever and a shock may say.

A lever changes the parameters that eligible workers, or everybody in a place, face during a window of
months; it may cost money, and the money may run out. A shock changes parameters month by month for
everybody in the places that it names, and costs nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import Problem
from sim.parameters import PARAMETERS
from sim.policy import documents
from sim.policy.money import Budget, UnitCost
from sim.policy.steering import Delivery
from sim.policy.strength import FirstOutcome, Reached, Strength, StrengthRange
from sim.policy.terms import (
    Activity,
    DocumentId,
    Education,
    Flag,
    Grade,
    InstrumentNumber,
    Label,
    Month,
    Number,
    ParameterName,
    Province,
    Region,
    Sector,
    Sex,
    Share,
    Slug,
    Strict,
    Text,
    Tier,
    Whole,
    month_number,
    refuse,
)
from sim.vocabulary import TIERS


class Citation(Strict):
    """The clause, in our own words, of the document that a lever comes from."""

    document: DocumentId
    clause: Text


def _one_as_list(value: Any) -> Any:
    return [value] if isinstance(value, (dict, Citation)) else value


CalendarMonth = Annotated[int, Field(strict=True, ge=1, le=12)]


class Window(Strict):
    """The months in which a lever is in force, both named months included.

    ``ramp_months`` is how many months pass before it works in full: with 3, it reaches a quarter of the
    eligible (or a place has a quarter of the change) in the first month, and all in the fourth.
    ``season`` restricts it to calendar months, 1 for January; empty means all.
    """

    from_: Month = Field(alias="from")
    to: Month
    ramp_months: Whole = 0
    season: tuple[CalendarMonth, ...] = ()

    @model_validator(mode="after")
    def _runs_forward(self) -> Window:
        if self.to < self.from_:
            refuse([Problem("the window ends before it begins", key="to", value=self.to,
                            allowed=f"{self.from_} or later")])
        return self

    @property
    def months(self) -> int:
        """How many months the window has: 1 when it begins and ends in the same month."""
        return month_number(self.to) - month_number(self.from_) + 1

    def strength(self, month: str) -> float:
        """Share of the full effect in a month: 0 outside window and season, 1 after the ramp."""
        if self.season and int(month[5:7]) not in self.season:
            return 0.0
        passed = month_number(month) - month_number(self.from_)
        if not 0 <= passed < self.months:
            return 0.0
        return min(1.0, (passed + 1) / (self.ramp_months + 1))


class Where(Strict):
    """Where a lever or a shock holds. What is not named is not restricted.

    ``provinces``, ``regions`` and ``tiers`` speak of the place in which the worker is;
    ``home_provinces`` and ``home_regions`` of where the worker comes from. A province counts if it is
    named itself or its region is.
    """

    home_provinces: tuple[Province, ...] = ()
    home_regions: tuple[Region, ...] = ()
    provinces: tuple[Province, ...] = ()
    regions: tuple[Region, ...] = ()
    tiers: tuple[Tier, ...] = ()

    def has_place(self, province: str, tier: str) -> bool:
        """Whether the place (province x tier) is one of those meant."""
        return province in self._place_provinces() and tier in (self.tiers or TIERS)

    def has_home(self, province: str) -> bool:
        """Whether workers from the home province are meant."""
        return province in _provinces_named(self.home_provinces, self.home_regions)

    @property
    def names_homes(self) -> bool:
        return bool(self.home_provinces or self.home_regions)

    def overlaps(self, other: Where) -> bool:
        """Whether some worker in some place is meant by both."""
        homes = (_provinces_named(one.home_provinces, one.home_regions) for one in (self, other))
        return (
            not self._place_provinces().isdisjoint(other._place_provinces())
            and not set(self.tiers or TIERS).isdisjoint(other.tiers or TIERS)
            and not next(homes).isdisjoint(next(homes))
        )

    def _place_provinces(self) -> set[str]:
        return _provinces_named(self.provinces, self.regions)


def _provinces_named(provinces: tuple[str, ...], regions: tuple[str, ...]) -> set[str]:
    region_of = documents.region_of_province()
    if not (provinces or regions):
        return set(region_of)
    return set(provinces) | {name for name, region in region_of.items() if region in regions}


Age = Annotated[int, Field(strict=True, ge=0, le=120)]


class Who(Strict):
    """Which workers are eligible. Every line that is given must hold; both ends of a range count."""

    sex: Sex | None = None
    age: tuple[Age, Age] | None = None
    education: tuple[Education, ...] = ()
    poor: Flag | None = None
    activity: tuple[Activity, ...] = ()
    sector: tuple[Sector, ...] = ()
    migrant_months: tuple[Whole, Whole | None] | None = None
    has_school_child: Flag | None = None
    insured: Flag | None = None
    trained: Flag | None = None
    displaced: Flag | None = None  # lost the last job and still counts it as their own
    had_business: Flag | None = None  # has closed a business before
    insured_months: tuple[Whole, Whole | None] | None = None
    months_in_activity: tuple[Whole, Whole | None] | None = None

    @model_validator(mode="after")
    def _ranges_run_upward(self) -> Who:
        ranges = {
            "age": self.age, "migrant_months": self.migrant_months,
            "insured_months": self.insured_months, "months_in_activity": self.months_in_activity,
        }
        refuse(
            Problem("the range ends before it begins", key=key, value=list(ends))
            for key, ends in ranges.items()
            if ends and ends[1] is not None and ends[1] < ends[0]
        )
        return self

    @property
    def is_everyone(self) -> bool:
        return self == Who()

    def overlaps(self, other: Who) -> bool:
        """Whether some worker could be eligible for both."""
        for key in ("sex", "poor", "has_school_child", "insured", "trained", "displaced", "had_business"):
            mine, theirs = getattr(self, key), getattr(other, key)
            if mine is not None and theirs is not None and mine != theirs:
                return False
        for key in ("education", "activity", "sector"):
            mine, theirs = getattr(self, key), getattr(other, key)
            if mine and theirs and set(mine).isdisjoint(theirs):
                return False
        ranges = ("age", "migrant_months", "insured_months", "months_in_activity")
        return all(_ranges_meet(getattr(self, key), getattr(other, key)) for key in ranges)


def _ranges_meet(one, other) -> bool:
    if one is None or other is None:
        return True
    ends = [end for end in (one[1], other[1]) if end is not None]
    return not ends or max(one[0], other[0]) <= min(ends)


class Effect(Strict):
    """A change of one parameter, applied in this order: set, then scale, then add."""

    set: Number | None = None
    scale: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    add: Number | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Effect:
        if self.set is None and self.scale is None and self.add is None:
            refuse([Problem("an effect needs a change", key="", allowed=("set", "scale", "add"))])
        return self

    def at(self, strength: float) -> Effect:
        """The change at a multiple of its size. A ``set`` has no multiples and is kept."""
        return Effect(
            set=self.set,
            scale=None if self.scale is None else max(1.0 + strength * (self.scale - 1.0), 0.0),
            add=None if self.add is None else strength * self.add,
        )

    def on(self, value: float) -> float:
        """The value after the change, before it is kept within the parameter's bounds."""
        value = value if self.set is None else self.set
        value = value if self.scale is None else value * self.scale
        return value if self.add is None else value + self.add


class MonthlyEffect(Strict):
    """A change of one parameter month by month; a month that is not named is not changed."""

    set: dict[Month, Number] = {}
    scale: dict[Month, Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]] = {}
    add: dict[Month, Number] = {}

    @model_validator(mode="after")
    def _does_something(self) -> MonthlyEffect:
        if not self.months:
            refuse([Problem("an effect needs a change", key="", allowed=("set", "scale", "add"))])
        return self

    @property
    def months(self) -> tuple[str, ...]:
        """The months that are changed, in order."""
        return tuple(sorted({*self.set, *self.scale, *self.add}))

    def at(self, month: str) -> Effect | None:
        """The change in one month, or None where there is none."""
        if month not in self.months:
            return None
        return Effect(set=self.set.get(month), scale=self.scale.get(month), add=self.add.get(month))


class Lever(Strict):
    """One policy instrument: who faces which parameters changed, where, when, and at what cost.

    ``effects`` are those of strength 1. A lever acts with ``strength`` less ``held``, the part that the
    scenario it is compared with already contains: a negative difference takes that part away.
    """

    label: Label
    instrument: Slug | None = None  # its name in the catalogue of instruments
    part: Slug | None = None  # of an instrument that changes several things
    instruments: tuple[InstrumentNumber, ...] = ()
    family: Slug | None = None
    citation: Annotated[tuple[Citation, ...], BeforeValidator(_one_as_list), Field(min_length=1)]
    evidence: Grade
    acts_on: Text | None = None
    note: Text | None = None
    not_known: Text | None = None
    first_outcome: FirstOutcome | None = None
    strength: Strength = 1.0
    strength_range: StrengthRange | None = None
    reached: Reached | None = None
    held: Share = 0.0
    window: Window
    where: Where = Where()
    who: Who = Who()
    take_up: Share = 1.0
    effects: dict[ParameterName, Effect] = {}
    delivery: Delivery | None = None
    no_effect: Text | None = None
    unit_cost: UnitCost | None = None
    no_cost: Text | None = None
    budget: Budget | None = None

    @property
    def acting(self) -> float:
        """The strength with which it acts, beyond what the reference holds."""
        return self.strength - self.held

    @cached_property
    def changes(self) -> dict[str, Effect]:
        """What it changes in force: the effects at the strength with which it acts; none at strength 0."""
        if self.acting == 0.0:
            return {}
        return {name: effect.at(self.acting) for name, effect in self.effects.items()}

    @property
    def price(self) -> int:
        """Whole yuan per serving in force; nothing is saved by taking a lever away."""
        return self.unit_cost.at(self.acting) if self.unit_cost and self.acting > 0.0 else 0

    @property
    def money(self) -> Budget | None:
        """The budget in force. What is taken away is not rationed."""
        return self.budget if self.acting > 0.0 else None

    @model_validator(mode="after")
    def _holds_together(self) -> Lever:
        refuse([*self._effect_problems(), *self._strength_problems(), *self._money_problems()])
        return self

    def _strength_problems(self) -> Iterator[Problem]:
        if self.strength_range is not None:
            yield from self.strength_range.problems(self.strength)
        elif self.strength < 0.0:
            yield Problem("a strength cannot be negative", key="strength", value=self.strength,
                          allowed="0 or more times the size that the effects say")
        for name, effect in self.effects.items():
            if effect.set is not None and self.acting not in (0.0, 1.0):
                yield Problem(f"a value that is set has no multiples, and this lever acts at {self.acting:g}",
                              key=f"effects.{name}.set", value=effect.set,
                              allowed="scale or add; or a strength of 0 or 1 and nothing held")
            elif name in self.changes and not [*out_of_bounds(name, effect, "")]:
                for problem in out_of_bounds(name, self.changes[name], f"effects.{name}"):
                    yield replace(problem, key="strength", value=self.strength,
                                  message=f"{name}: {problem.message}")

    def _effect_problems(self) -> Iterator[Problem]:
        said = [bool(self.effects), self.delivery is not None, self.no_effect is not None]
        if sum(said) != 1:
            yield Problem("a lever changes parameters, or steers other levers, or says why it does neither",
                          key="effects", allowed=("effects", "delivery", "no_effect"))
        for name, effect in self.effects.items():
            parameter = PARAMETERS[name]
            if parameter.scope == "economy":
                yield Problem(
                    "a lever cannot change a parameter that is one number for the whole economy; "
                    "set it under `parameters` instead",
                    key=f"effects.{name}",
                    allowed=tuple(p.name for p in PARAMETERS.values() if p.scope != "economy"),
                )
            elif parameter.scope == "place":
                yield from self._people_named_for_a_place(name)
            elif parameter.scope == "corridor":
                yield from self._people_named(f"everybody from a home faces the same {name}")
            yield from out_of_bounds(name, effect, f"effects.{name}")

    def _people_named_for_a_place(self, name: str) -> Iterator[Problem]:
        reason = f"everybody in a place faces the same {name}"
        yield from self._people_named(reason)
        if self.where.names_homes:
            yield Problem(f"{reason}, so this lever cannot say who", key="where",
                          allowed="provinces, regions, tiers")

    def _people_named(self, reason: str) -> Iterator[Problem]:
        if not self.who.is_everyone:
            yield Problem(f"{reason}, so this lever cannot say who", key="who",
                          allowed="remove `who`, or put this effect in a lever of its own")
        if self.take_up < 1.0:
            yield Problem(f"{reason}: nobody can decline it",
                          key="take_up", value=self.take_up, allowed="1, or no take_up at all")

    def _money_problems(self) -> Iterator[Problem]:
        if self.budget is None:
            return
        if self.unit_cost is None or self.unit_cost.yuan == 0:
            yield Problem("a budget can run out only if serving somebody costs something",
                          key="budget", allowed="a unit_cost above 0 yuan")
        if not any(PARAMETERS[name].scope == "worker" for name in self.effects):
            yield Problem("a budget is rationed worker by worker, and this lever changes no worker's month",
                          key="budget", allowed="a lever with an effect on workers")


def out_of_bounds(name: str, effect: Effect, key: str) -> Iterator[Problem]:
    """Problems with the size of a change, judged on its own and on the parameter's default."""
    parameter = PARAMETERS[name]
    bounds = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}"
    if effect.set is not None and not parameter.low <= effect.set <= parameter.high:
        yield Problem("outside the parameter's bounds", key=f"{key}.set", value=effect.set, allowed=bounds)
    if effect.set is None and effect.scale is not None:
        scaled = parameter.default * effect.scale
        if not parameter.low <= scaled <= parameter.high:
            yield Problem(f"the default {parameter.default:g} would become {scaled:g}, outside the bounds",
                          key=f"{key}.scale", value=effect.scale, allowed=bounds)
    if effect.add is not None and abs(effect.add) > parameter.high - parameter.low:
        yield Problem("moves the parameter by more than its whole range", key=f"{key}.add",
                      value=effect.add, allowed=bounds)


def conflicting_sets(levers: dict[str, Lever]) -> Iterator[Problem]:
    """Pairs of levers that set one parameter for the same workers in the same month."""
    for (one, first), (other, second) in combinations(levers.items(), 2):
        windows_meet = first.window.from_ <= second.window.to and second.window.from_ <= first.window.to
        if not (windows_meet and first.where.overlaps(second.where) and first.who.overlaps(second.who)):
            continue
        for name in first.changes.keys() & second.changes.keys():
            if first.changes[name].set is not None and second.changes[name].set is not None:
                yield Problem(
                    f"lever {one!r} sets the same parameter for some of the same workers in some of the "
                    f"same months ({first.window.from_} to {first.window.to})",
                    key=f"levers.{other}.effects.{name}.set",
                    value=second.changes[name].set,
                    allowed="windows, places or workers that do not overlap; or scale or add",
                )


# What a shock may scale sector by sector.
SECTOR_PARAMETERS = ("separation_probability", "arrears_probability", "jobs_scale")


class Shock(Strict):
    """Something that happened, or might: parameters changed month by month, whoever is there.

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
            yield Problem("a shock holds for everybody in a place, wherever they come from", key="where",
                          allowed="provinces, regions, tiers")
        if self.sectors and self.where != Where():
            yield Problem("a shock to sectors holds in all places alike", key="where", allowed="no `where`")
        for name, effect in self.effects.items():
            if PARAMETERS[name].scope == "corridor":
                yield Problem(f"{name} belongs to corridors, which only a lever changes",
                              key=f"effects.{name}", allowed="a parameter of places, workers or the economy")
            if PARAMETERS[name].scope == "economy" and self.where != Where():
                yield Problem(f"{name} is one number for the whole economy", key="where",
                              allowed="no `where`")
            if self.sectors and name not in SECTOR_PARAMETERS:
                yield Problem("this parameter is the same for every sector", key=f"effects.{name}",
                              allowed=SECTOR_PARAMETERS)
            elif self.sectors and (effect.set or effect.add):
                yield Problem("a shock to sectors can only scale", key=f"effects.{name}", allowed="scale")

    def _size_problems(self) -> Iterator[Problem]:
        for name, effect in self.effects.items():
            for month in effect.months:
                for problem in out_of_bounds(name, effect.at(month), f"effects.{name}"):
                    yield replace(problem, key=f"{problem.key}.{month}")
