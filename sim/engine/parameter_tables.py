"""Tables of a month that hang on parameters: factors of pay, openness of places, and how far quotas reach."""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.categories import HOME_TOWNSHIP, SCHOOL_YEARS
from sim.core.compiled import kernel
from sim.rules.earnings import experience_pay, schooling_pay
from sim.rules.settlement import capacity_offered
from sim.rules.skills import training_premium
from sim.steps.earnings import gender_gap
from sim.steps.records import BYTES, EXPERIENCE_MONTHS, POINT_BINS, TRAINING_MONTHS, UNTRAINED, WORKER
from sim.world.worker import ABILITY_UNIT, HUNDREDTH, education_of, signed


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
    place, cost, response = c.place, c.economy.settlement_cost_yuan, c.economy.capacity_response
    for p in range(len(c.tier)):
        paid = place.settlement_transfer_yuan[p]
        if paid > 0.0:
            quota, school = place.settlement_quota_share[p], place.school_access_share[p]
            is_open = c.effective[WORKER.settlement_open_share, p]
            place.settlement_quota_share[p] = capacity_offered(quota, paid, cost, response, 1.0)
            place.school_access_share[p] = capacity_offered(school, paid, cost, response, 1.0)
            c.effective[WORKER.settlement_open_share, p] = capacity_offered(
                is_open, paid, cost, response, 1.0
            )
            is_open = c.before_levers[WORKER.settlement_open_share, p]
            c.before_levers[WORKER.settlement_open_share, p] = capacity_offered(
                is_open, paid, cost, response, 1.0
            )
        has_quota[p] = (place.settlement_quota_share[p] < 1.0) & (c.tier[p] != HOME_TOWNSHIP)
    for row in range(c.effective.shape[0]):
        c.upper_bound[row] = c.effective[row, 0]
        for p in range(len(c.tier)):
            c.upper_bound[row] = max(c.upper_bound[row], c.effective[row, p])


@kernel
def fill_byte_factors(by_ability, by_match):
    """Factors of pay by the bytes in which ability and match are stored (signed, hence the wrap)."""
    for byte in range(BYTES):
        by_ability[byte] = exp(signed(byte) * ABILITY_UNIT)
        by_match[byte] = exp(signed(byte) * HUNDREDTH)


@kernel
def fill_quota_cutoffs(conditions, has_quota, quota, migrants, used, claims, cutoff):
    """Fill ``cutoff`` with the points above which the month's share of each quota reaches.

    claims: (places, POINT_BINS) applicants. The quota is a share of the place's out-migrants a year; what
    a month leaves empty is carried to later months of the year. Adds to ``used`` what the month gives out.
    """
    for p in range(len(quota)):
        if not has_quota[p]:
            continue
        allowed = max(quota[p] * migrants[p] * (conditions[0].month_of_year / 12.0) - used[p], 0.0)
        applicants, given, points = 0, 0, POINT_BINS
        while points > 0 and applicants + claims[p, points - 1] <= allowed:
            points -= 1
            applicants += claims[p, points]
            given = applicants
        used[p] += given
        cutoff[p] = points - 1
