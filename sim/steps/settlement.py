"""Settlement: who may and would move registration to the city, points, and registering.

It is decided early in the month, on the state that the claims on quotas were counted on, so that a quota can
never give out more places than were counted.
"""

from sim.core.arithmetic import log
from sim.core.categories import SCHOOL_YEARS, SETTLED_WORK
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform, uniform_for
from sim.rules.settlement import Applicant, PointsScheme, points, willingness, wish_of_stay
from sim.steps.earnings import current_pay
from sim.steps.levers import effective, housing_rank, is_offered_place, serve
from sim.steps.people import has_school_child, months_of_stay
from sim.steps.records import EVENT, OCCASION, POINT_BINS, WORKER
from sim.steps.transitions import change_activity
from sim.world.worker import (
    DISPLACED,
    INSURED,
    NEW,
    TRAINED,
    age_months,
    education_of,
)


@rule
def highest_register_chance(c) -> float:
    """No worker gets round to registering with a higher probability this month."""
    return c.upper_bound[WORKER.settlement_registration_probability]


@rule
def may_settle(w, c, months_ahead=0) -> bool:
    """Whether the worker has stayed long enough, or will have in some months' time if still there."""
    return months_of_stay(w, c) + months_ahead >= c.economy.settlement_stay_months_min


@rule
def applies_to_settle(w, c, register_probability, wish) -> bool:
    """Whether the worker gets round to it this month and is willing. wish: log-odds that levers add."""
    if uniform(c.keys, PURPOSE.settlement, int(w.id)) >= register_probability:
        return False
    return is_willing_to_settle(w, c, wish)


@rule
def is_willing_to_settle(w, c, wish) -> bool:
    """Whether the worker would move registration to the place if they could; a trait of worker and place."""
    place = int(w.place)
    relative = log(current_pay(w, c) * 1.0) - c.mean_log_pay[place]
    school = (
        c.economy.settlement_school_effect * c.place.school_access_share[place]
        if has_school_child(w, c)
        else 0.0
    )
    insured = c.economy.settlement_insurance_effect if int(w.status) & INSURED else 0.0
    if housing_rank(w, c) < c.place.public_housing_share[place]:
        wish += c.economy.settlement_housing_effect
    chance = willingness(
        c.economy.settlement_willingness_log_odds + wish,
        wish_of_stay(
            months_of_stay(w, c) / 12.0,
            c.economy.settlement_stay_coefficient,
            c.economy.settlement_stay_years_max,
        ),
        c.economy.settlement_income_coefficient * relative,
        school,
        insured,
        c.economy.settlement_large_city_effect * float(c.tier[place] - 1),
    )
    return uniform_for(c.life_keys, PURPOSE.trait_willingness, int(w.id), place) < chance


@rule
def openness(w, c) -> float:
    """How early in the queue of those whom the place's rules admit; below the open share = admitted."""
    return uniform_for(c.life_keys, PURPOSE.trait_openness, int(w.id), int(w.place))


@rule
def point_bin(w, c) -> int:
    """The worker's score under a points scheme, as a bin."""
    place = int(w.place)
    applicant = Applicant(
        int(w.insured_months) / 12.0,
        float(SCHOOL_YEARS[education_of(int(w.traits))]),
        months_of_stay(w, c) / 12.0,
        age_months(int(w.birth_month), c.month) / 12.0,
        (int(w.status) & TRAINED) != 0,
    )
    scheme = PointsScheme(
        c.place.points_per_insured_year[place],
        c.place.points_per_school_year[place],
        c.place.points_per_stay_year[place],
        c.place.points_under_45[place],
        c.place.points_trained[place],
        c.economy.points_insured_years_max,
        c.economy.points_school_years_from,
        c.economy.points_stay_years_max,
        c.economy.points_age_limit,
    )
    return min(max(int(points(applicant, scheme)), 0), POINT_BINS - 1)


@rule
def is_short_of_points(w, c) -> bool:
    """Whether the worker misses the pass mark of a place with a points scheme."""
    place = int(w.place)
    return c.place.settlement_quota_share[place] < 1.0 and point_bin(w, c) < c.place.points_needed[place]


@rule
def settle(w, c, b, k) -> None:
    """Move registration to the city: admitted by its rules, willing, and within the quota."""
    place = int(w.place)
    rank = openness(w, c)
    if rank >= effective(w, c, b, k, WORKER.settlement_open_share):
        return
    if c.place.settlement_quota_share[place] < 1.0 and point_bin(w, c) <= c.quota_cutoff[place]:
        return
    if is_short_of_points(w, c):
        return
    if not applies_to_settle(
        w,
        c,
        effective(w, c, b, k, WORKER.settlement_registration_probability),
        effective(w, c, b, k, WORKER.settlement_willingness_shift),
    ):
        return  # asked last, for whoever is not admitted need not be
    is_beyond_quota = (
        c.place.settlement_quota_share[place] < 1.0
        and point_bin(w, c) <= c.quota_cutoff_without_levers[place]
    )
    if is_beyond_quota and not is_offered_place(w, c, b):
        return
    serve(w, c, b, k, OCCASION.settlement)
    before = c.without_levers
    is_refused_before = is_beyond_quota or rank >= before[WORKER.settlement_open_share, place]
    if is_refused_before or not applies_to_settle(
        w,
        c,
        before[WORKER.settlement_registration_probability, place],
        before[WORKER.settlement_willingness_shift, place],
    ):
        serve(w, c, b, k, OCCASION.new_settlement)
        b.events[EVENT.new_settlements] += 1
    b.events[EVENT.settlements] += 1
    w.status = int(w.status) & ~(NEW | DISPLACED)
    change_activity(w, c, SETTLED_WORK)
