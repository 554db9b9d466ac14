"""Settlement: who may and would move registration to the city, points, and registering.

It is decided early in the month, on the state that the claims on quotas were counted on, so that a quota can
never give out more places than were counted.
"""

from sim.core.arithmetic import log
from sim.core.categories import SCHOOL_YEARS, SETTLED_WORK
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform, uniform_for
from sim.rules.migration import age_taste
from sim.rules.settlement import (
    Applicant,
    PointsScheme,
    drawn_share,
    points,
    registration_relief,
    willingness,
    wish_fall,
    wish_of_stay,
)
from sim.steps.earnings import current_pay
from sim.steps.levers import effective, housing_rank, is_offered_place, serve, serve_once
from sim.steps.people import has_school_child, months_of_stay
from sim.steps.records import EVENT, OCCASION, POINT_BINS, TIES, WORKER
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
def applies_to_settle(w, c, of_place, register_probability, wish) -> bool:
    """Whether the worker gets round to it this month and is willing. wish: log-odds that levers add."""
    if uniform(c.keys, PURPOSE.settlement, int(w.id)) >= register_probability:
        return False
    return is_willing_to_settle(w, c, of_place, wish)


@rule
def is_willing_to_settle(w, c, of_place, wish) -> bool:
    """Whether the worker would move registration to the place if they could; a trait of worker and place.

    of_place: parameters by place, ``c.place`` or ``c.place_without_levers``. wish: log-odds that levers add.
    """
    place = int(w.place)
    relative = log(current_pay(w, c) * 1.0) - c.mean_log_pay[place]
    school = (
        c.economy.settlement_school_effect * of_place.school_access_share[place]
        if has_school_child(w, c)
        else 0.0
    )
    insured = c.economy.settlement_insurance_effect if int(w.status) & INSURED else 0.0
    wish += c.economy.settlement_across_effect if c.province[place] != int(w.home) else 0.0
    wish -= wish_fall(
        c.month / 12.0,
        c.economy.settlement_wish_fall,
        c.economy.settlement_wish_fall_from,
        c.economy.settlement_wish_fall_years,
    )
    if housing_rank(w, c) < of_place.public_housing_share[place]:
        wish += c.economy.settlement_housing_effect
    chance = willingness(
        c.economy.settlement_willingness_log_odds + wish,
        wish_of_stay(
            months_of_stay(w, c) / 12.0,
            c.economy.settlement_stay_coefficient,
            c.economy.settlement_stay_years_max,
        ),
        age_taste(
            age_months(int(w.birth_month), c.month) / 12.0,
            c.economy.settlement_age_slope,
            c.economy.taste_age_min,
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
def is_ranked(c, place) -> bool:
    """Whether the place has a settlement quota, or would have one without levers."""
    quota, before = (
        c.place.settlement_quota_share[place],
        c.place_without_levers.settlement_quota_share[place],
    )
    return (quota < 1.0) | (before < 1.0)


@rule
def point_bin(w, c, of_place) -> int:
    """The worker's score under a points scheme, as a bin. of_place: as in ``is_willing_to_settle``."""
    place = int(w.place)
    applicant = Applicant(
        int(w.insured_months) / 12.0,
        float(SCHOOL_YEARS[education_of(int(w.traits))]),
        months_of_stay(w, c) / 12.0,
        age_months(int(w.birth_month), c.month) / 12.0,
        (int(w.status) & TRAINED) != 0,
    )
    scheme = PointsScheme(
        of_place.points_per_insured_year[place],
        of_place.points_per_school_year[place],
        of_place.points_per_stay_year[place],
        of_place.points_under_45[place],
        of_place.points_trained[place],
        c.economy.points_insured_years_max,
        c.economy.points_school_years_from,
        c.economy.points_stay_years_max,
        c.economy.points_age_limit,
    )
    return min(max(int(points(applicant, scheme)), 0), POINT_BINS - 1)


@rule
def queue_bin(w, c) -> int:
    """Where the worker stands among those who apply in a place with a quota: by points, then by luck."""
    luck = uniform_for(c.life_keys, PURPOSE.trait_ticket, int(w.id), int(w.place))
    return point_bin(w, c, c.place) * TIES + int(luck * TIES)


@rule
def is_short_of_points(w, c, of_place) -> bool:
    """Whether the worker misses the pass mark of a place with a points scheme."""
    place = int(w.place)
    return of_place.settlement_quota_share[place] < 1.0 and (
        point_bin(w, c, of_place) < of_place.points_needed[place]
    )


@rule
def would_settle(w, c, b, k) -> bool:
    """Whether the place's rules admit the worker, who applies this month; there may be a quota besides."""
    if openness(w, c) >= effective(w, c, b, k, WORKER.settlement_open_share):
        return False
    return not is_short_of_points(w, c, c.place) and applies_to_settle(
        w,
        c,
        c.place,
        effective(w, c, b, k, WORKER.settlement_registration_probability),
        effective(w, c, b, k, WORKER.settlement_willingness_shift),
    )  # asked last, for whoever is not admitted need not be


@rule
def would_settle_without_levers(w, c) -> bool:
    """The same, had no lever been in force."""
    place, before = int(w.place), c.without_levers
    if openness(w, c) >= before[WORKER.settlement_open_share, place]:
        return False
    return not is_short_of_points(w, c, c.place_without_levers) and applies_to_settle(
        w,
        c,
        c.place_without_levers,
        before[WORKER.settlement_registration_probability, place],
        before[WORKER.settlement_willingness_shift, place],
    )


@rule
def was_drawn(w, c) -> bool:
    """Whether the worker has come to the place for the easier registration there that levers have brought.

    Nobody knows of whom that is so: by a draw for life, of as many as it adds to those who come.
    """
    place, relief = int(w.place), 0.0
    cost, before = c.place.hukou_cost_scale[place], c.place_without_levers.hukou_cost_scale[place]
    if cost < before and int(w.arrived_month) >= c.eased_since[place]:
        share, whole = c.economy.hukou_share_of_migration_cost, c.economy.migration_cost
        relief = registration_relief(share, whole, cost) - registration_relief(share, whole, before)
    return uniform_for(c.life_keys, PURPOSE.trait_drawn, int(w.id), place) < drawn_share(relief)


@rule
def settle(w, c, b, k) -> None:
    """Move registration to the city: admitted by its rules, willing, and within the quota.

    A settlement is new if the worker would not settle now without levers, there or at all, and does not take
    the place of another who would.
    """
    place, bin_of_queue, is_beyond_quota = int(w.place), -1, False
    if is_ranked(c, place):
        bin_of_queue = queue_bin(w, c)
        if c.place.settlement_quota_share[place] < 1.0 and bin_of_queue <= c.quota_cutoff[place]:
            return
        is_beyond_quota = (
            c.place_without_levers.settlement_quota_share[place] < 1.0
            and bin_of_queue <= c.quota_cutoff_without_levers[place]
        )
    if not would_settle(w, c, b, k):
        return
    if is_beyond_quota and not is_offered_place(w, c, b):
        return
    serve(w, c, b, k, OCCASION.settlement)
    is_new = bin_of_queue <= c.quota_cutoff_new[place] and (
        is_beyond_quota or not would_settle_without_levers(w, c)
    )
    # where places are limited, who is drawn takes that of another
    if is_new or (not is_ranked(c, place) and was_drawn(w, c)):
        luck = uniform_for(c.life_keys, PURPOSE.settlement, int(w.id), place)
        serve_once(w, c, b, k, OCCASION.new_settlement, luck)
        b.events[EVENT.new_settlements] += 1
        b.new_settled[place] += 1
    b.events[EVENT.settlements] += 1
    b.settled[place] += 1
    w.status = int(w.status) & ~(NEW | DISPLACED)
    change_activity(w, c, SETTLED_WORK)
