"""One decision of one worker, taken apart: each option's value as terms, its luck, and which option wins.

The odds, the draws and the winner are those of the month's own rules; the terms are the logarithms of the
factors that these odds are products of (``sim.engine.choice_odds``), so that they add up to the odds exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from sim.core.arithmetic import exp, log
from sim.core.categories import (
    ACTIVITIES,
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SCHOOL_YEARS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TRAINING,
)
from sim.core.draws import PURPOSE, mixed_with, uniform, uniform_mixed
from sim.core.months import month_text
from sim.engine.market_state import MarketState
from sim.engine.place_values import hukou_relief, income_away, outlook, school_relief
from sim.rules.migration import schooling_taste, score
from sim.steps.earnings import log_skill
from sim.steps.groups import is_parent, worker_group
from sim.steps.migration import (
    MIGRATE,
    OPTIONS,
    age_cell,
    attached_place,
    attention,
    draw_race,
    has_reason_to_choose,
    race_odds,
    reconsider,
)
from sim.steps.month import STEPS, begin_month
from sim.steps.people import months_of_stay
from sim.steps.race import first_place, place_weight, weight_of_places
from sim.world.places import HOMES, Places
from sim.world.worker import DISPLACED, IS_FEMALE, NEW, VISITING, education_of

_FARM, _LOCAL, _STAY, _MIGRATE = range(len(OPTIONS))
CHOICE = next(position for position, step in enumerate(STEPS) if step.do is reconsider)
_NO_CHOICE = {
    OWN_BUSINESS: "owner",
    SETTLED_WORK: "settled",
    SETTLED_SEARCH: "settled",
    TRAINING: "training",
    EXITED: "exited",
}


class Surroundings(NamedTuple):
    """What a decision is told with, beside worker and month: places, and what lies between them."""

    places: Places
    km: np.ndarray  # (homes, places), not less than the shortest that counts
    is_across: np.ndarray  # (homes, places) whether the province is another
    ties: np.ndarray  # (homes, places) log-odds that distance and border do not explain

    @classmethod
    def of(cls, state: MarketState) -> Surroundings:
        """Those of a run."""
        return cls(state.places, np.exp(state.log_distance), state.is_across, state.corridor_residual)


class Term(NamedTuple):
    """One reason for or against an option. figures: what it rests on, by name, with units in the names."""

    name: str
    log_odds: float
    figures: Mapping[str, float] = {}


@dataclass(frozen=True)
class Option:
    """One way on: ``farm``, ``local_work``, ``stay_or_old_place`` or ``migrate``, in a place.

    probability: that it is what the worker ends up with, if reconsidering. luck: the uniform draw of the
    option. score: odds over luck; the highest of the options that are open wins.
    """

    what: str
    place: str
    terms: tuple[Term, ...]
    odds: float
    probability: float
    luck: float
    score: float
    is_open: bool = True

    @property
    def value(self) -> float:
        """The sum of the terms: log-odds before luck."""
        return sum(term.log_odds for term in self.terms)

    @property
    def luck_log_odds(self) -> float:
        """What luck adds to the value, in log-odds: the logarithm of the score less the value."""
        return -log(-log(self.luck)) if 0.0 < self.luck < 1.0 else 0.0

    def term(self, name: str) -> float:
        """The log-odds of a term; 0 where the option has none of that name."""
        return sum(term.log_odds for term in self.terms if term.name == name)


@dataclass(frozen=True)
class Decision:
    """What a worker weighs up in a month, and what comes of it.

    obstacle: why a worker cannot choose (``owner``, ``settled``, ``training``, ``exited``, ``visiting``),
    else empty. attention: probability of reconsidering; draw: the uniform number that is below it where the
    worker does. options: those the worker has, that of migrating for the place that comes first.
    chosen: what the race gives, ``place`` where; None where there is no choice.
    destinations: probabilities of migrating to the likeliest places.
    """

    month: str
    activity: str
    place: str
    obstacle: str = ""
    reason: str = ""  # why it is likelier than usual to reconsider: new, displaced, discouraged
    attention: float = 0.0
    draw: float = 1.0
    options: tuple[Option, ...] = ()
    chosen: Option | None = None
    wanted: Option | None = None  # what would have been chosen had local work been offered
    offer: float = 1.0  # probability of an offer of local work
    offer_draw: float = 0.0
    destinations: tuple[tuple[str, float], ...] = ()
    income_coefficient: float = 1.0
    outcome: dict[str, Any] = field(default_factory=dict)  # what came of it (sim.agents.living)

    @property
    def reconsiders(self) -> bool:
        """Whether the worker compares the options this month."""
        return self.draw < self.attention

    @property
    def runner_up(self) -> Option | None:
        """The open option that comes second."""
        rest = [one for one in self.options if one.is_open and one is not self.chosen and one.score > 0.0]
        return max(rest, key=lambda one: one.score, default=None)


def worth_in_income(log_odds: float, coefficient: float) -> float:
    """The factor on income that would weigh as much as a term: exp(log-odds / coefficient)."""
    return exp(log_odds / coefficient)


def decide(
    w: SimpleNamespace, c: SimpleNamespace, b: SimpleNamespace, k: int, around: Surroundings
) -> Decision:
    """The decision of a worker at the moment of choice: after the month's work, before it is carried out.

    Changes nothing but the sums ``b``.
    """
    names = around.places.names
    told: dict[str, Any] = {
        "month": month_text(int(c.month)),
        "activity": ACTIVITIES[int(w.activity)],
        "place": names[int(w.place)],
        "income_coefficient": float(c.economy.income_coefficient),
    }
    if not STEPS[CHOICE].concerns(w, c):
        is_visiting = int(w.status) & VISITING and int(w.activity) == MIGRANT_WORK
        return Decision(**told, obstacle="visiting" if is_visiting else _NO_CHOICE[int(w.activity)])
    mixed_id, home, group = mixed_with(c.keys, int(w.id)), int(w.home), worker_group(w, c)
    farm, local, keep, away = odds_of_race = race_odds(w, c, b, k, group)
    across, kept = c.across_age_odds[age_cell(w, c)], (int(w.place), attached_place(w))
    unit = c.switching_odds if int(w.status) & NEW else 1.0
    reached, first = first_place(c, mixed_id, home, group, away * unit, across, *kept, 0.0)
    reached /= unit
    choice, wants_local = draw_race(w, c, mixed_id, odds_of_race)
    offer_draw = uniform_mixed(c.keys, PURPOSE.local_offer, mixed_id)
    is_offered = bool(w.activity == LOCAL_WORK or offer_draw < c.local_offer[home])

    weights = [
        0.0 if place < HOMES or place in kept else place_weight(c, home, group, place, across)
        for place in range(len(names))
    ]
    total = weight_of_places(c, home, group, across, *kept)
    odds = np.array([farm, local, keep, away * total])
    chances = after_rationing(w, c, odds)
    own = Terms(w, c, around, (farm, local, keep, away), group)
    options = []
    for what, one, purpose in (
        (_FARM, farm, PURPOSE.race_farm),
        (_LOCAL, local, PURPOSE.race_local),
        (_STAY, keep, PURPOSE.race_keep),
    ):
        if one > 0.0:
            luck = uniform_mixed(c.keys, purpose, mixed_id)
            place = kept[1] if what == _STAY else home
            is_open = what != _LOCAL or is_offered
            terms = own.of(what, place)
            options.append(
                Option(
                    OPTIONS[what],
                    names[place],
                    terms,
                    one,
                    float(chances[what]),
                    luck,
                    score(one, luck),
                    is_open,
                )
            )
    if first >= HOMES:
        one = away * weights[first]
        luck = exp(-one / reached)
        share = weights[first] / total
        terms = own.of(_MIGRATE, first)
        options.append(
            Option(
                OPTIONS[_MIGRATE],
                names[first],
                terms,
                one,
                float(chances[_MIGRATE]) * share,
                luck,
                float(reached),
            )
        )
    by_what = {option.what: option for option in options}
    chosen = by_what[OPTIONS[min(choice, MIGRATE)]]
    if choice >= MIGRATE:
        assert chosen.place == names[choice - MIGRATE], "the place that comes first is the one that is chosen"
    likeliest = sorted(range(len(names)), key=lambda place: -weights[place])
    return Decision(
        **told,
        reason=_reason(w, c),
        attention=float(attention(w, c)),
        draw=uniform(c.keys, PURPOSE.attention, int(w.id)),
        options=tuple(options),
        chosen=chosen,
        wanted=by_what[OPTIONS[_LOCAL]] if wants_local and not is_offered else None,
        offer=1.0 if w.activity == LOCAL_WORK else float(c.local_offer[home]),
        offer_draw=float(offer_draw),
        destinations=tuple(
            (names[place], float(chances[_MIGRATE] * weights[place] / total))
            for place in likeliest
            if weights[place] > 0.0
        ),
    )


def decision_in(
    w: SimpleNamespace, c: SimpleNamespace, b: SimpleNamespace, k: int, around: Surroundings
) -> Decision:
    """Live the month of a copied worker up to the choice, and take that apart."""
    begin_month(w, c, b, k)
    for step in STEPS[:CHOICE]:
        if step.concerns(w, c):
            step.do(w, c, b, k)
    return decide(w, c, b, k, around)


def after_rationing(w: SimpleNamespace, c: SimpleNamespace, odds: np.ndarray) -> np.ndarray:
    """Probabilities of options of these odds: local work needs an offer; who gets none chooses again."""
    wanted = odds / odds.sum()
    if w.activity == LOCAL_WORK:
        return wanted
    without = odds.copy()
    without[_LOCAL] = 0.0
    offer = float(c.local_offer[int(w.home)])
    probability = wanted + wanted[_LOCAL] * (1.0 - offer) * (without / without.sum())
    probability[_LOCAL] = wanted[_LOCAL] * offer
    return probability


def _reason(w: SimpleNamespace, c: SimpleNamespace) -> str:
    if not has_reason_to_choose(w, c):
        return ""
    status = int(w.status)
    return "new" if status & NEW else "displaced" if status & DISPLACED else "discouraged"


class Terms:
    """The terms of a worker's options. odds: those of the race, with support."""

    def __init__(self, w, c, around: Surroundings, odds: tuple[float, ...], group: int):
        self.w, self.c, self.around, self.group = w, c, around, group
        self.odds, self.home, self.age = odds, int(w.home), age_cell(w, c)
        self.is_new, self.flags = bool(int(w.status) & NEW), int(w.status)
        self.beta, self.skill = c.economy.income_coefficient, log_skill(w, c)

    def of(self, what: int, place: int) -> tuple[Term, ...]:
        """The terms of an option, without those that are nothing."""
        build = (self._farm, self._local, self._stay, self._migrate)[what]
        return tuple(term for term in build(place) if term.log_odds != 0.0 or term.name == "income")

    def _income(self, yuan: float) -> Term:
        value = float(self.beta * (log(yuan) - self.c.log_reference_income))
        return Term(
            "income", value, {"yuan": float(yuan), "reference_yuan": float(exp(self.c.log_reference_income))}
        )

    def _switching(self, is_free: bool) -> Term:
        return Term("switching", 0.0 if is_free else -float(self.c.economy.switching_cost))

    def _sex(self, cost: float) -> Term:
        return Term("sex", -float(cost) if int(self.w.traits) & IS_FEMALE else 0.0)

    def _schooling(self, per_year: float) -> Term:
        years = float(SCHOOL_YEARS[education_of(int(self.w.traits))])
        taste = schooling_taste(years, per_year)
        return Term("schooling", taste, {"school_years": years})

    def _age(self, odds: float) -> Term:
        return Term("age", log(odds), {"age_years": self.age / 12.0})

    def _farm(self, place: int) -> tuple[Term, ...]:
        c, home = self.c, self.home
        free = self.is_new or self.w.activity == FARM
        terms = (self._income(max(c.farm_income[home], 1.0)), self._switching(free))
        return (*terms, self._rest("public_post", self.odds[_FARM], terms))

    def _local(self, place: int) -> tuple[Term, ...]:
        c, home = self.c, self.home
        lost_here = bool(self.flags & DISPLACED) and attached_place(self.w) < HOMES
        free = self.is_new or self.w.activity == LOCAL_WORK or lost_here
        return (
            self._income(exp(c.mean_log_pay[home] + self.skill)),
            Term("near_home", float(c.economy.local_amenity)),
            self._schooling(c.economy.schooling_nonfarm_taste),
            self._age(c.local_age_odds[self.age]),
            self._sex(c.economy.female_local_cost),
            self._switching(free),
        )

    def _away(self, place: int) -> list[Term]:
        """What migrating to a place and staying there have in common."""
        c, economy, group, home = self.c, self.c.economy, self.group, self.home
        share, arrears = outlook(c, place)
        of_group = income_away(c, place, group, share, arrears)
        income = self._income(max(of_group, 1.0) * exp(self.skill - c.group_skill[group]))
        hukou, school = hukou_relief(c, place), school_relief(c, place, group)
        shift = float(c.place.amenity_shift[place])
        of_place = self.beta * (log(max(of_group, 1.0)) - c.log_reference_income)
        news = c.income_value[group, place] - of_place - hukou - school - shift
        child = school - economy.child_left_behind_cost if is_parent(group) else 0.0
        across = c.across_age_odds[self.age] if c.province[place] != home else 1.0
        return [
            income,
            Term("living_away", float(economy.migration_amenity)),
            Term("home_province", float(c.home_taste[home])),
            Term(
                "fellow_workers",
                economy.network_coefficient * c.out_share[home],
                {"share_away": c.out_share[home]},
            ),
            self._schooling(economy.schooling_nonfarm_taste + economy.schooling_away_taste),
            self._age(c.migration_age_odds[self.age] * across),
            self._sex(economy.female_migration_cost),
            Term("children", child, {"school_access_share": float(c.place.school_access_share[place])}),
            Term("registration", hukou, {"cost_share": float(c.place.hukou_cost_scale[place])}),
            Term("vacancies", _rounded(news)),
            Term("place", shift),
        ]

    def _stay(self, place: int) -> tuple[Term, ...]:
        terms = self._away(place)
        months = months_of_stay(self.w, self.c) if place == int(self.w.place) else int(self.w.migrant_months)
        stay = log(self.c.stay_odds[min(max(months, 0), len(self.c.stay_odds) - 1)])
        terms.append(Term("years_there", stay, {"months": months}))
        return (*terms, self._rest("help_to_leave", self.odds[_STAY], terms))

    def _migrate(self, place: int) -> tuple[Term, ...]:
        c, home, around = self.c, self.home, self.around
        km, is_across = float(around.km[home, place]), bool(around.is_across[home, place])
        least = float(c.economy.distance_coefficient) * log(float(c.economy.distance_min_km))
        distance = least - float(c.economy.distance_coefficient) * log(km)
        border = -float(c.economy.province_border_cost) * is_across
        ties = float(around.ties[home, place]) - least  # distance counts from the shortest on
        road = log(float(c.corridor_odds[home, place])) - distance - border - ties
        terms = [
            *self._away(place),
            Term("distance", distance, {"km": km}),
            Term("border", border),
            Term("ties", ties),
            Term("corridor_relief", _rounded(road)),
            self._switching(self.is_new),
        ]
        weight = place_weight(c, home, self.group, place, c.across_age_odds[self.age])
        return (*terms, self._rest("help_to_leave", self.odds[_MIGRATE] * weight, terms))

    @staticmethod
    def _rest(name: str, odds: float, terms: Any) -> Term:
        """What support adds: the logarithm of the odds less the other terms."""
        return Term(name, _rounded(log(odds) - sum(term.log_odds for term in terms)) if odds > 0.0 else 0.0)


def _rounded(value: float) -> float:
    """Nothing for what is only a rounding error of sums."""
    return 0.0 if abs(value) < _NOTHING else float(value)


_NOTHING = 1e-9  # log-odds
