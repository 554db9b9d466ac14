"""Tables of a month that hang on parameters: factors of pay, openness of places, and how far quotas reach."""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.categories import HOME_TOWNSHIP, SCHOOL_YEARS
from sim.core.compiled import kernel, rule
from sim.rules.earnings import experience_pay, schooling_pay
from sim.rules.settlement import capacity_offered
from sim.rules.skills import training_premium
from sim.steps.earnings import gender_gap
from sim.steps.records import BYTES, EXPERIENCE_MONTHS, QUEUE_BINS, TRAINING_MONTHS, UNTRAINED, WORKER
from sim.steps.settlement import is_ranked
from sim.world.worker import ABILITY_UNIT, HUNDREDTH, education_of, signed

# What is counted of a quota (``fill_quota_cutoffs``).
QUOTA_COUNTS = ("places", "places_without_levers", "outranked")
MONTHS_OF_YEAR = 12


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
def fill_quota_cutoffs(conditions, has_quota, migrants, counts, waiting, claims, claims_without_levers):
    """Fill how far each quota reaches this month, with levers and without, as bins of the queue.

    claims, claims_without_levers: (places, QUEUE_BINS) applicants. A quota is a share of the place's
    out-migrants a year, of which each month brings a twelfth; places that nobody asks for are kept for a
    year. Parts of a place add up, so that nothing hangs on the scale.

    counts: (QUOTA_COUNTS, places), to which the month is added: places to give out; what there would be
    without levers, less what would have been given out; and how many would have settled without levers but
    are outranked by those whom levers let in, less those of the latter who count as in their place. Who
    settles in another's place is no settlement more: those with the most points count as such.

    waiting: (places,), for whom the quota has no place this month.
    """
    c = conditions[0]
    for p in range(len(has_quota)):
        if not has_quota[p]:
            continue
        quota = c.place.settlement_quota_share[p]
        before = c.place_without_levers.settlement_quota_share[p]
        if quota < 1.0:
            counts[0, p] = _with_month(counts[0, p], quota * migrants[p])
        if before < 1.0:
            counts[1, p] = _with_month(counts[1, p], before * migrants[p])
        cutoff = _reaches(claims[p], quota, counts[0, p])
        cutoff_before = _reaches(claims_without_levers[p], before, counts[1, p])
        waiting[p] = claims[p, : cutoff + 1].sum()
        given_before = claims_without_levers[p, cutoff_before + 1 :].sum()
        if before < 1.0:
            counts[1, p] -= given_before
        if cutoff > cutoff_before:
            counts[2, p] += claims_without_levers[p, cutoff_before + 1 : cutoff + 1].sum()
        new = QUEUE_BINS - 1
        while new > cutoff and counts[2, p] > 0.0:
            without = claims_without_levers[p, new] if new > cutoff_before else 0
            more = max(claims[p, new] - without, 0)
            if more > counts[2, p]:
                break
            counts[2, p] -= more
            new -= 1
        c.quota_cutoff[p], c.quota_cutoff_new[p] = cutoff, new
        c.quota_cutoff_without_levers[p] = cutoff_before


@rule
def _with_month(places, of_year):
    """Places of a quota with those that a month brings: a year's at most, and a part of one."""
    return min(places + of_year / MONTHS_OF_YEAR, of_year + 1.0)


@rule
def _reaches(claims, quota, places):
    """The bin above which a quota reaches: all who apply from there on have a place."""
    if quota >= 1.0:
        return -1
    given, position = 0, QUEUE_BINS
    while position > 0 and given + claims[position - 1] <= places:
        position -= 1
        given += claims[position]
    return position - 1
