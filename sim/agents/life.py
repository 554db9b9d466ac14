"""One worker's life in a run, as data: months, what happened in them, and what could have.

``sim.agents.following`` makes it out of a run, ``sim.present.text.lives`` tells it in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd

from sim.agents.decision import Decision
from sim.core.categories import ACTIVITIES, EARNERS, SECTORS, TIERS
from sim.core.errors import Problem, UsageError
from sim.core.language import _, in_language
from sim.steps.earnings import current_pay
from sim.world.places import Places


class Place(NamedTuple):
    """A place as texts name it."""

    province: str
    tier: str

    @classmethod
    def of(cls, places: Places, number: int) -> Place:
        """The place of a number in a run."""
        return cls(places.provinces[places.province[number]], TIERS[places.tier[number]])


@dataclass(frozen=True)
class Happening:
    """Something that changed a life. what: a key of ``HAPPENINGS``. facts: by name, units in the names."""

    month: str
    what: str
    facts: dict[str, Any]


# Every kind of happening, and what it is. Texts have a sentence for each.
HAPPENINGS = {
    "enters": "comes of working age and enters the labour force",
    "exits": "leaves the labour force: retires, falls ill or dies",
    "settles": "moves registration to the city",
    "starts_business": "starts a business at home",
    "closes_business": "closes the business",
    "pays_off_loan": "pays the last instalment of the loan of the business",
    "misses_instalment": "cannot pay an instalment of the loan",
    "takes_course": "takes a public training course",
    "goes_to_school": "leaves work for school",
    "ends_course": "ends a course or the years at school",
    "stranded": "cannot get back to work after Spring Festival",
    "changes_job": "moves to a better job in the same place",
    "placed": "loses the job and is placed in another at once",
    "loses_job": "loses the job",
    "finds_job": "finds a job",
    "begins_works": "begins a job on public works or in a workshop",
    "ends_works": "ends a job on public works",
    "joins_insurance": "joins the workers' insurance scheme",
    "goes_unpaid": "is not paid by the employer",
    "is_paid_out": "receives wages that were owed",
    "goes_to_farm": "goes back to the farm",
    "takes_local_job": "takes up work in the home township",
    "leaves_home": "leaves home to look for work",
    "moves_on": "moves on to another place",
    "goes_back": "goes back to the place that was left",
    "held_up": "would leave, and roads or the festival hold that up",
}


class Standing(NamedTuple):
    """What a worker does, where, in which sector, for how many yuan a month."""

    activity: str
    place: Place
    sector: str
    pay_yuan: int

    @classmethod
    def of(cls, w: SimpleNamespace, c: SimpleNamespace, places: Places) -> Standing:
        """That of a worker's row in a month."""
        place = Place.of(places, int(w.place))
        return cls(ACTIVITIES[w.activity], place, SECTORS[w.sector], pay_of(w, c))


class Chance(NamedTuple):
    """A draw of the month on a job: what would happen (``loses_job`` or ``finds_job``), how likely, the draw.

    It happens where the draw is below the probability.
    """

    what: str
    probability: float
    draw: float

    @property
    def happens(self) -> bool:
        """Whether it comes about."""
        return self.draw < self.probability


class Idea(NamedTuple):
    """A business that a worker thought of: what it needs, how it could be paid for, and how good the idea is.

    probability, draw: of thinking of one this month. loan_yuan: nil also where the capital cannot be raised.
    rank: of the idea among all, the best near 0. good_enough: the share of ideas that are worth starting.
    """

    probability: float
    draw: float
    capital_yuan: int
    savings_yuan: int
    grant_yuan: int
    loan_yuan: int
    is_guaranteed: bool
    can_be_raised: bool
    rank: float
    good_enough: float

    @property
    def starts(self) -> bool:
        """Whether the business is started."""
        return self.can_be_raised and self.rank < self.good_enough


@dataclass(frozen=True)
class LivedMonth:
    """A month as it was lived: the worker at its end, what happened, money by flow, and the decision.

    A festival visit is no happening: ``is_visiting`` says that the worker is at home on a visit.

    start: what the worker did as it began. activity, place, sector: at its end. pay_yuan: of the month in the
    present job or business, paid out or not. money: yuan by flow (``sim.steps.records.MONEY_FLOWS``), those
    that are not nil. idea: only of months in which the worker thinks of a business. decision: only of those
    in which the worker reconsiders.
    """

    month: str
    age_months: int
    start: Standing
    activity: str
    place: Place
    place_name: str
    sector: str
    is_visiting: bool
    is_insured: bool
    has_school_child: bool
    pay_yuan: int
    savings_yuan: int
    owed_yuan: int
    money: dict[str, int]
    happenings: tuple[Happening, ...]
    chances: tuple[Chance, ...]
    idea: Idea | None
    decision: Decision | None


@dataclass(frozen=True)
class Life:
    """A worker's months in a run. home: province of registration. born: the month. titles: the scenario's, by
    language.
    """

    worker: int
    scenario: str
    titles: Mapping[str, str]
    scale: int
    seed: int
    sex: str
    home: str
    region: str
    born: str
    education: str
    is_poor: bool
    months: tuple[LivedMonth, ...]

    @property
    def title(self) -> str:
        """The title of the scenario in the language in use."""
        return in_language(self.titles)

    @cached_property
    def happenings(self) -> tuple[Happening, ...]:
        """All that happened, in order."""
        return tuple(one for month in self.months for one in month.happenings)

    def month(self, month: str) -> LivedMonth:
        """One month by name. Raises UsageError for one that the worker did not live in the labour force."""
        for one in self.months:
            if one.month == month:
                return one
        raise UsageError(
            Problem(
                _("not a month of this worker's life in the labour force"),
                key="month",
                value=month,
                allowed=_("{low} to {high}", low=self.months[0].month, high=self.months[-1].month)
                if self.months
                else _("none"),
            )
        )

    def table(self) -> pd.DataFrame:
        """A row a month: age, activity, place, sector, pay, savings, money by flow, whether reconsidered."""
        rows = [
            {
                "month": one.month,
                "age": one.age_months // 12,
                "activity": one.activity,
                "place": one.place_name,
                "sector": one.sector,
                "pay_yuan": one.pay_yuan,
                "savings_yuan": one.savings_yuan,
                "owed_yuan": one.owed_yuan,
                **{
                    f"{flow}_yuan": one.money.get(flow, 0)
                    for flow in ("earned", "remittance", "benefit", "grant")
                },
                "reconsidered": one.decision is not None,
                "happenings": ", ".join(happening.what for happening in one.happenings),
            }
            for one in self.months
        ]
        return pd.DataFrame(rows)


def pay_of(w: SimpleNamespace, c: SimpleNamespace) -> int:
    """Yuan a month in the present job or business, paid out or not; 0 for those without."""
    return int(current_pay(w, c)) if (EARNERS >> w.activity) & 1 else 0
