"""Tables of a month that hang on parameters: factors of pay, openness of places, and how far quotas reach."""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.categories import HOME_TOWNSHIP, SCHOOL_YEARS
from sim.core.compiled import kernel, rule
from sim.rules.earnings import experience_pay, schooling_pay
from sim.rules.settlement import capacity_offered
from sim.rules.skills import training_premium
from sim.steps.earnings import gender_gap
from sim.steps.records import BYTES, EXPERIENCE_MONTHS, POINT_BINS, TRAINING_MONTHS, UNTRAINED, WORKER
from sim.steps.settlement import is_ranked
from sim.world.worker import ABILITY_UNIT, HUNDREDTH, education_of, signed

# What is counted of a quota in the course of a year (``fill_quota_cutoffs``).
QUOTA_COUNTS = ("given", "given_without_levers", "outranked")


@kernel
def fill_pay_profiles(conditions):
    """Log pay by years of schooling, months of experience and months since a course, and as factors, so
    that a worker's pay is a product. They hang on the economy-wide parameters alone.
    """
    c = conditions[0]
    for e in range(len(SCHOOL_YEARS)):
        c.schooling_pay[e] = schooling_pay(float(SCHOOL_YEARS[e]), c.economy.schooling_return)
    for month in range(EXPERIENCE_MONTHS):
        c.experience_pay[month] = experience_pay(
            month / 12.0, c.economy.experience_return, c.economy.experience_curvature
        )
        c.experience_factor[month] = exp(c.experience_pay[month])
    for month in range(TRAINING_MONTHS):
        c.training_pay[month] = training_premium(
            True,
            float(month),
            c.economy.training_premium,
            c.economy.training_lag_months,
            c.economy.training_decay_rate,
            c.economy.training_displacement_share,
        )
        c.training_factor[month] = exp(c.training_pay[month])
    c.training_pay[UNTRAINED], c.training_factor[UNTRAINED] = 0.0, 1.0
    c.trait_factor[:] = 1.0
    for traits in range(2 * len(SCHOOL_YEARS)):
        c.trait_pay[traits] = c.schooling_pay[education_of(traits)] - gender_gap(c, traits)
        c.trait_factor[traits] = exp(c.trait_pay[traits])


@kernel
def write_tables(conditions, has_quota):
    """Write what hangs on parameters by place alone: the highest values, and where a quota holds.

    Places that are paid for those who settle offer more registrations and school places.
    """
    c = conditions[0]
    for p in range(len(c.tier)):
        _offer_capacity(c, c.place, c.effective, p)
        _offer_capacity(c, c.place_without_levers, c.without_levers, p)
        is_open = c.before_levers[WORKER.settlement_open_share, p]
        c.before_levers[WORKER.settlement_open_share, p] = _capacity(c, c.place, p, is_open)
        has_quota[p] = is_ranked(c, p) & (c.tier[p] != HOME_TOWNSHIP)
    for row in range(c.effective.shape[0]):
        c.upper_bound[row] = c.effective[row, 0]
        for p in range(len(c.tier)):
            c.upper_bound[row] = max(c.upper_bound[row], c.effective[row, p])


@rule
def _offer_capacity(c, place, by_worker, p) -> None:
    """Raise the quota, the school places and the openness of a place by what it is paid for settlers."""
    place.settlement_quota_share[p] = _capacity(c, place, p, place.settlement_quota_share[p])
    place.school_access_share[p] = _capacity(c, place, p, place.school_access_share[p])
    is_open = by_worker[WORKER.settlement_open_share, p]
    by_worker[WORKER.settlement_open_share, p] = _capacity(c, place, p, is_open)


@rule
def _capacity(c, place, p, offered) -> float:
    paid = place.settlement_transfer_yuan[p]
    if paid <= 0.0:
        return offered
    return capacity_offered(offered, paid, c.economy.settlement_cost_yuan, c.economy.capacity_response, 1.0)


@kernel
def fill_byte_factors(by_ability, by_match):
    """Factors of pay by the bytes in which ability and match are stored (signed, hence the wrap)."""
    for byte in range(BYTES):
        by_ability[byte] = exp(signed(byte) * ABILITY_UNIT)
        by_match[byte] = exp(signed(byte) * HUNDREDTH)


@kernel
def fill_quota_cutoffs(conditions, has_quota, migrants, used, waiting, claims, claims_without_levers):
    """Fill how far each quota reaches this month, with levers and without, in points.

    claims, claims_without_levers: (places, POINT_BINS) applicants. A quota is a share of the place's
    out-migrants a year; what a month leaves empty is carried to later months of the year.

    used: (QUOTA_COUNTS, places), of this year: what the quota gave out; what it would have given without
    levers, to which the month is added; and how many would have settled without levers but are outranked by
    those whom levers let in, less those of the latter who count as in their place. Who settles in another's
    place is no settlement more: those with the most points count as such.

    waiting: (places,), for whom the quota has no place this month.
    """
    c = conditions[0]
    for p in range(len(has_quota)):
        if has_quota[p]:
            months = migrants[p] * (c.month_of_year / 12.0)
            quota = c.place.settlement_quota_share[p]
            before = c.place_without_levers.settlement_quota_share[p]
            cutoff = _reaches(claims[p], quota, months, used[0, p])
            waiting[p] = claims[p, : cutoff + 1].sum()
            cutoff_before = _reaches(claims_without_levers[p], before, months, used[1, p])
            for points in range(cutoff_before + 1, POINT_BINS):
                used[1, p] += claims_without_levers[p, points]
                used[2, p] += claims_without_levers[p, points] if points <= cutoff else 0
            new = POINT_BINS - 1
            while new > cutoff and used[2, p] > 0.0:
                without = claims_without_levers[p, new] if new > cutoff_before else 0
                more = max(claims[p, new] - without, 0)
                if more > used[2, p]:
                    break
                used[2, p] -= more
                new -= 1
            c.quota_cutoff[p], c.quota_cutoff_new[p] = cutoff, new
            c.quota_cutoff_without_levers[p] = cutoff_before


@rule
def _reaches(claims, quota, months, used):
    """The points above which a quota reaches: those of the last bin in which all who apply have a place."""
    if quota >= 1.0:
        return -1
    places, given, points = max(quota * months - used, 0.0), 0, POINT_BINS
    while points > 0 and given + claims[points - 1] <= places:
        points -= 1
        given += claims[points]
    return points - 1
