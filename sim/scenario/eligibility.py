"""When, where and for whom a lever or a shock holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.core import chinese
from sim.core.categories import TIERS
from sim.core.errors import Problem
from sim.core.language import _
from sim.core.months import month_index, month_number, month_text
from sim.scenario import references as documents
from sim.scenario.fields import (
    Activity,
    Education,
    Flag,
    Month,
    Province,
    Region,
    Sector,
    Sex,
    Strict,
    Tier,
    Whole,
    counted_in,
    one_of,
    refuse,
)

CalendarMonth = Annotated[int, Field(strict=True, ge=1, le=12), one_of({f"{n}月": n for n in range(1, 13)})]


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
            refuse(
                [
                    Problem(
                        _("the window ends before it begins"),
                        key="to",
                        value=self.to,
                        allowed=_("{month} or later", month=self.from_),
                    )
                ]
            )
        if self.season and not any(self.strength(month_text(n)) for n in self._indices()):
            refuse(
                [
                    Problem(
                        _("no month of the season lies in the window"),
                        key="season",
                        value=list(self.season),
                        allowed=_("calendar months from {from_} to {to}", from_=self.from_, to=self.to),
                    )
                ]
            )
        return self

    def _indices(self) -> range:
        return range(month_index(self.from_), month_index(self.to) + 1)

    @property
    def months(self) -> int:
        """How many months the window has: 1 when it begins and ends in the same month."""
        return month_number(self.to) - month_number(self.from_) + 1

    def strength(self, month: str) -> float:
        """Share of the full effect in a month: 0 outside window and season, 1 after the ramp.

        >>> window = Window.model_validate({"from": "2025-01", "to": "2034-12", "ramp_months": 3})
        >>> [window.strength(month) for month in ("2024-12", "2025-01", "2025-04", "2035-01")]
        [0.0, 0.25, 1.0, 0.0]
        """
        if not self.from_ <= month <= self.to or (self.season and int(month[5:7]) not in self.season):
            return 0.0
        if self.ramp_months == 0:
            return 1.0
        passed = month_number(month) - month_number(self.from_)
        return min(1.0, (passed + 1) / (self.ramp_months + 1))

    def turns(self) -> set[int]:
        """Month numbers outside which ``strength`` is that of the month before."""
        first, last = month_number(self.from_), month_number(self.to)
        ramp = set(range(first, min(first + self.ramp_months, last) + 1))
        if not self.season:
            return {*ramp, last + 1}
        is_on = [number % 12 + 1 in self.season for number in range(12)]
        return {
            *ramp,
            last + 1,
            *(number for number in range(first, last + 1) if is_on[number % 12] != is_on[number % 12 - 1]),
        }


class Where(Strict):
    """Where a lever or a shock holds; what is not named is not restricted.

    ``provinces``, ``regions`` and ``tiers`` are those of the worker's place; ``home_provinces`` and
    ``home_regions`` those of registration. A province is included if it or its region is named.
    """

    home_provinces: tuple[Province, ...] = ()
    home_regions: tuple[Region, ...] = ()
    provinces: tuple[Province, ...] = ()
    regions: tuple[Region, ...] = ()
    tiers: tuple[Tier, ...] = ()

    def has_place(self, province: str, tier: str) -> bool:
        """Whether the lever or shock holds in the place (province x tier)."""
        return province in self._place_provinces() and tier in (self.tiers or TIERS)

    def has_home(self, province: str) -> bool:
        """Whether the lever or shock holds for workers from the home province."""
        return province in _provinces_named(self.home_provinces, self.home_regions)

    @property
    def names_homes(self) -> bool:
        return bool(self.home_provinces or self.home_regions)

    def overlaps(self, other: Where) -> bool:
        """Whether both can hold for one worker in one place."""
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


Age = Annotated[int, Field(strict=True, ge=0, le=120), counted_in("岁")]


class Who(Strict):
    """Which workers are eligible: those who meet every condition given. Both ends of a range are included."""

    sex: Sex | None = None
    age: tuple[Age, Age] | None = None
    education: tuple[Education, ...] = ()
    poor: Annotated[Flag, one_of(chinese.POOR_OR_NOT)] | None = None
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
    months_since_course: tuple[Whole, Whole | None] | None = None  # of those who have completed one

    @model_validator(mode="after")
    def _ranges_run_upward(self) -> Who:
        ranges = {
            "age": self.age,
            "migrant_months": self.migrant_months,
            "insured_months": self.insured_months,
            "months_in_activity": self.months_in_activity,
            "months_since_course": self.months_since_course,
        }
        refuse(
            Problem(_("the range ends before it begins"), key=key, value=list(ends))
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
        ranges = ("age", "migrant_months", "insured_months", "months_in_activity", "months_since_course")
        return all(_ranges_meet(getattr(self, key), getattr(other, key)) for key in ranges)


def _ranges_meet(one, other) -> bool:
    if one is None or other is None:
        return True
    ends = [end for end in (one[1], other[1]) if end is not None]
    return not ends or max(one[0], other[0]) <= min(ends)
