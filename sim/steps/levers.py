"""Levers as a worker meets them: who is eligible, aware and served; effective parameters; bills."""

from __future__ import annotations

from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform_for
from sim.steps.income import note_income
from sim.steps.lever_record import (
    CHECK_CHILD,
    CHECK_MONTHS,
    CHECK_PERSON,
    CHECK_WHERE,
    CHECK_WORK,
    MAX_FIRST,
    SCALE,
    SET,
    TICKET_BINS,
    TICKETS,
)
from sim.steps.people import has_school_child, months_in_activity, months_since_course
from sim.steps.records import MONEY, WORKER
from sim.world.worker import age_months, education_of


@rule
def is_eligible(w, c, lever) -> bool:
    """Whether the lever's where and who include this worker this month."""
    return _meets(w, c, lever)


@inlined_rule
def _meets(w, c, lever) -> bool:
    levers = c.levers
    if not levers.is_active[lever]:
        return False
    if int(w.traits) & levers.traits_mask[lever] != levers.traits_value[lever]:
        return False
    if int(w.status) & levers.status_mask[lever] != levers.status_value[lever]:
        return False
    checks = int(levers.checks[lever])  # what the lever restricts; the rest need not be looked at
    if checks & CHECK_WORK:
        if (levers.activity_mask[lever] >> int(w.activity)) & 1 == 0:
            return False
        if (levers.sector_mask[lever] >> int(w.sector)) & 1 == 0:
            return False
    if checks & CHECK_PERSON and not _is_such_a_person(w, c, levers, lever):
        return False
    if checks & CHECK_MONTHS and not _has_months(w, c, levers, lever):
        return False
    if checks & CHECK_WHERE:
        if not levers.place_mask[lever, int(w.place)] or not levers.home_mask[lever, int(w.home)]:
            return False
    if checks & CHECK_CHILD:
        return (levers.child[lever] == 1) == has_school_child(w, c)
    return True


@rule
def _is_such_a_person(w, c, levers, lever) -> bool:
    age = age_months(int(w.birth_month), c.month)
    return (
        _is_within(levers.age_low[lever], age, levers.age_high[lever])
        and (levers.education_mask[lever] >> education_of(int(w.traits))) & 1 != 0
    )


@rule
def _has_months(w, c, levers, lever) -> bool:
    return (
        _is_within(levers.migrant_low[lever], int(w.migrant_months), levers.migrant_high[lever])
        and _is_within(levers.insured_low[lever], int(w.insured_months), levers.insured_high[lever])
        and _is_within(levers.activity_low[lever], months_in_activity(w, c), levers.activity_high[lever])
        and _is_within(levers.course_low[lever], months_since_course(w, c), levers.course_high[lever])
    )


@rule
def _is_within(low, months, high) -> bool:
    return low <= months and months <= high


@rule
def is_covered(w, c, lever) -> bool:
    """Whether the lever reaches this worker this month: eligible, aware, and within its money."""
    cutoff = c.levers.cutoff[lever]
    if cutoff <= 0 or not (is_eligible(w, c, lever) and is_aware(w, c, lever)):
        return False
    return cutoff >= TICKETS or ticket(w, c, lever) < cutoff


@rule
def is_aware(w, c, lever) -> bool:
    """Whether the worker is among those whom the lever's take-up and ramp have reached."""
    return _has_heard(w, c, lever)


@inlined_rule
def _has_heard(w, c, lever) -> bool:
    coverage = c.levers.coverage[lever]
    if coverage >= 1.0:
        return True
    code = int(c.levers.code[lever])
    return uniform_for(c.life_keys, PURPOSE.trait_awareness, int(w.id), code) < coverage


@rule
def ticket(w, c, lever) -> int:
    """The worker's place in the lever's queue, below TICKETS; those who go first have the first half."""
    code = int(c.levers.code[lever])
    place = uniform_for(c.life_keys, PURPOSE.trait_ticket, int(w.id), code)
    if c.levers.first[lever, 0] >= 0:
        place = 0.5 * place if _goes_first(w, c, lever) else 0.5 + 0.5 * place
    return int(place * TICKETS)


@rule
def _goes_first(w, c, lever) -> bool:
    for group in range(MAX_FIRST):
        chosen = int(c.levers.first[lever, group])
        if chosen >= 0 and is_eligible(w, c, chosen):
            return True
    return False


@inlined_rule
def effective(w, c, b, k, parameter) -> float:
    """A worker-level parameter as this worker faces it.

    Where every lever that changes it is for everybody, it is the same for all in a place and stands in the
    place's table; else all levers that change it are gone through worker by worker.
    """
    if c.levers.effect_start[parameter] == c.levers.effect_start[parameter + 1]:
        return c.effective[parameter, int(w.place)]
    return _changed_by_levers(w, c, parameter)


@rule
def gone_to(value, amount, share) -> float:
    """A value after a `set` that goes a share of the way to its amount."""
    return amount if share >= 1.0 else value + share * (amount - value)


@rule
def _changed_by_levers(w, c, parameter) -> float:
    """Sets first, then scales, then additions, whomever the levers are for; then the parameter's bounds.

    So the order in which levers are listed never matters.
    """
    levers = c.levers
    value, scale, add = c.before_levers[parameter, int(w.place)], 1.0, 0.0
    for effect in range(int(levers.effect_start[parameter]), int(levers.effect_start[parameter + 1])):
        lever = int(levers.effect_lever[effect])
        if is_reached(w, c, lever):
            amount = levers.effect_value[effect]
            kind = levers.effect_kind[effect]
            if kind == SET:
                value = gone_to(value, amount, levers.effect_share[effect])
            elif kind == SCALE:
                scale *= amount
            else:
                add += amount
    return min(max(value * scale + add, levers.low[parameter]), levers.high[parameter])


@rule
def late_grant_when_due(w, c) -> float:
    """What levers in force today will add up to in the late part of a start-up grant when it is due, in yuan.

    It is due at home. A lever whose window ends before pays nothing.
    """
    levers, parameter = c.levers, WORKER.startup_late_grant_yuan
    value, scale, add = c.late_grant[int(w.home)], 1.0, 0.0
    for position in range(int(levers.cash_start[parameter]), int(levers.cash_start[parameter + 1])):
        share = levers.due_share[position]
        if share > 0.0 and is_reached(w, c, int(levers.cash_lever[position])):
            amount, kind = levers.due_value[position], levers.cash_kind[position]
            if kind == SET:
                value = gone_to(value, amount, share)
            elif kind == SCALE:
                scale *= amount
            else:
                add += amount
    return min(max(value * scale + add, levers.low[parameter]), levers.high[parameter])


@rule
def count_refused(w, c, b, lever) -> None:
    """Count the worker, whom the lever does not reach, if that is for want of money."""
    if c.levers.cutoff[lever] < TICKETS and is_eligible(w, c, lever) and is_aware(w, c, lever):
        b.refused[lever] += 1


@rule
def is_reached(w, c, lever) -> bool:
    """Whether the lever changes what this worker faces this month."""
    if c.levers.is_for_everybody[lever]:
        return c.levers.place_mask[lever, int(w.place)] != 0
    return is_covered(w, c, lever)


@inlined_rule
def serve(w, c, b, k, occasion) -> None:
    """Enter the worker in the ledger of every lever that serves people on this occasion."""
    if c.levers.billed[occasion] != 0:
        _bill_all(w, c, b, occasion)


@rule
def _bill_all(w, c, b, occasion) -> None:
    for position in range(c.levers.bill_start[occasion], c.levers.bill_start[occasion + 1]):
        bill_use(w, c, b, int(c.levers.bill_lever[position]))


@rule
def bill_use(w, c, b, lever) -> None:
    """Enter the worker in the ledger of a lever in force, if it reaches the worker."""
    if c.levers.is_active[lever] and is_eligible(w, c, lever) and is_aware(w, c, lever):
        is_served = bill(w, c, b, lever, int(c.levers.price[lever]))
        if is_served and c.levers.fee[lever] > 0:
            pay_fee(w, b, lever, int(c.levers.fee[lever]))


@inlined_rule
def bill_plain_use(w, c, b, lever, price) -> None:
    """The same of a lever without budget and fee: copied into the loop over workers, and without a branch on
    whether it reaches them, which takes half the time.
    """
    is_served = _has_heard(w, c, lever) & _meets(w, c, lever)
    province = int(c.province[int(w.place)])
    b.served[lever, province] += is_served
    b.billed[lever, province] += price if is_served else 0


@inlined_rule
def serve_once(w, c, b, k, occasion, position) -> None:
    """Enter the worker in the ledger of one of the levers that are ways to an act, and of all others.

    A worker takes one course or is placed in one job, whichever of several levers made it likely: the act is
    billed to one of those that reach the worker, in proportion to what each does. position: where in their
    sum the worker's draw lies, from 0 to 1.
    """
    if c.levers.billed[occasion] != 0:
        _bill_once(w, c, b, occasion, position)


@rule
def _bill_once(w, c, b, occasion, position) -> None:
    levers = c.levers
    first, last = int(levers.bill_start[occasion]), int(levers.bill_start[occasion + 1])
    total = 0.0
    for n in range(first, last):
        lever = int(levers.bill_lever[n])
        if levers.way[lever] > 0.0 and is_covered(w, c, lever):
            total += levers.way[lever]
    at, chosen = position * total, -1
    for n in range(first, last):
        lever = int(levers.bill_lever[n])
        if levers.way[lever] <= 0.0 or total <= 0.0:
            bill_use(w, c, b, lever)  # where no way is paid for, they count whom they turn away
        elif at >= 0.0 and is_covered(w, c, lever):
            at, chosen = at - levers.way[lever], lever
    if chosen >= 0:
        bill_use(w, c, b, chosen)


@rule
def serve_arrival(w, c, b, k, occasion, left) -> None:
    """Enter a worker who has come from another place in the ledger of levers that serve people on leaving
    home, but not in the place left: those that bring places away nearer, or are theirs.
    """
    if c.levers.billed[occasion] == 0:
        return
    for position in range(c.levers.bill_start[occasion], c.levers.bill_start[occasion + 1]):
        lever = int(c.levers.bill_lever[position])
        if not c.levers.place_mask[lever, left]:
            bill_use(w, c, b, lever)


@rule
def pay_fee(w, b, lever, yuan) -> None:
    """Pay the worker's share of what a lever costs: from savings, and the rest from the family at home.

    All of it is taken off the worker's net income.
    """
    note_income(w, -yuan)
    own = min(int(w.savings), yuan)
    w.savings = int(w.savings) - own
    b.money[MONEY.saved] -= own
    b.money[MONEY.fee] += own
    b.money[MONEY.family_fee] += yuan - own
    b.fees[lever] += yuan


@rule
def bill(w, c, b, lever, yuan) -> bool:
    """Bill a use of a lever, and say so; one that its money does not reach is counted as refused."""
    row = int(c.levers.budget_row[lever])
    if row >= 0:
        number = ticket(w, c, lever)
        if number >= c.levers.cutoff[lever]:
            b.refused[lever] += 1
            return False
        number_in_bins = number - int(c.levers.bins_from[lever])
        position = number_in_bins >> int(c.levers.bin_bits[lever])
        if number_in_bins >= 0 and position < TICKET_BINS:
            b.claims[row, position] += 1
            b.claimed[row, position] += yuan
    province = int(c.province[int(w.place)])
    b.served[lever, province] += 1
    b.billed[lever, province] += yuan
    return True


@rule
def is_offered_place(w, c, b) -> bool:
    """Whether a place beyond the quota that there was without levers is paid for, where levers widen it.

    Each place is a use of the lever that offers it: without money it offers none. Counts who is turned away.
    """
    turned_away = -1
    for lever in range(int(c.levers.count)):
        if c.levers.widens_quota[lever] and is_eligible(w, c, lever):
            if is_covered(w, c, lever):
                return True
            turned_away = lever
    if turned_away < 0:
        return True
    b.refused[turned_away] += 1
    return False


@rule
def housing_rank(w, c) -> float:
    """The worker's rank for public housing in the present place: below the housed share = housed."""
    return uniform_for(c.life_keys, PURPOSE.trait_housing, int(w.id), int(w.place))
