"""Before the month: who would use a rationed lever or a place in a settlement quota; who receives one."""

from collections.abc import Callable
from functools import cache

from sim.core.categories import (
    EMPLOYEES,
    EXITED,
    FARM,
    FREE_TO_MOVE,
    LOCAL_WORK,
    MIGRANT_WORK,
    MIGRANTS_AT_WORK,
    OWN_BUSINESS,
    SEARCHERS,
    TRAINABLE,
    TRAINING,
    activity_set,
)
from sim.core.compiled import named_rule, rule
from sim.core.draws import PURPOSE, uniform
from sim.steps.employment import highest_job_event_chance
from sim.steps.enterprise import MONTHS_TO_LATE_GRANT, may_start_business, might_start
from sim.steps.levers import is_aware, is_eligible, ticket_bin
from sim.steps.migration import attention
from sim.steps.people import is_in, is_visiting
from sim.steps.records import OCCASION, WORKER
from sim.steps.rights import highest_arrears_chance
from sim.steps.seasons import is_festival_season
from sim.steps.settlement import (
    applies_to_settle,
    is_short_of_points,
    may_settle,
    openness,
    point_bin,
)
from sim.steps.skills import may_study
from sim.world.worker import UNPAID, VISITING

_MAY_SEARCH = SEARCHERS | EMPLOYEES | activity_set(FARM, TRAINING)  # in search later in the month, perhaps


@rule
def would_use(w, c, lever) -> bool:
    """Whether the worker would use the lever this month if granted, on the state of its start."""
    occasion = c.levers.occasion[lever]
    activity = int(w.activity)
    if occasion == OCCASION.business_start:
        return is_in(w, FREE_TO_MOVE, VISITING) and may_start_business(w, c) and might_start(w, c)
    if occasion == OCCASION.training_enrolment:
        return is_in(w, TRAINABLE, VISITING) and draws_below(
            w, c, PURPOSE.training, c.upper_bound[WORKER.training_enrolment_probability]
        )
    if occasion == OCCASION.settlement or occasion == OCCASION.new_settlement:
        is_there = is_in(w, MIGRANTS_AT_WORK, VISITING) and may_settle(w, c)
        return is_there and applies_to_settle(
            w,
            c,
            c.upper_bound[WORKER.settlement_registration_probability],
            c.upper_bound[WORKER.settlement_willingness_shift],
        )
    if occasion == OCCASION.business_month:
        is_free = is_in(w, FREE_TO_MOVE, VISITING) and may_start_business(w, c)
        return activity == OWN_BUSINESS or (is_free and might_start(w, c))
    if occasion == OCCASION.business_half_year:
        return activity == OWN_BUSINESS and w.business_age == MONTHS_TO_LATE_GRANT - 1
    if occasion == OCCASION.works_job:
        return activity == FARM and draws_below(
            w, c, PURPOSE.works_offer, c.upper_bound[WORKER.works_offer_probability]
        )
    if occasion == OCCASION.workshop_job:
        return activity == FARM and draws_below(
            w, c, PURPOSE.workshop_offer, c.upper_bound[WORKER.workshop_offer_probability]
        )
    if occasion == OCCASION.post_month:
        return activity == FARM
    if occasion == OCCASION.study_start:
        is_free = is_in(w, FREE_TO_MOVE, VISITING)
        return (
            is_free
            and draws_below(w, c, PURPOSE.study, c.upper_bound[WORKER.study_enrolment_probability])
            and may_study(w, c)
        )
    if occasion == OCCASION.replacement or occasion == OCCASION.relief:
        is_lost = draws_below(w, c, PURPOSE.job_event, highest_job_event_chance(c)) or is_visiting(w)
        return is_lost and is_in(w, EMPLOYEES, 0)
    if occasion == OCCASION.festival_trip:
        return activity == MIGRANT_WORK and is_festival_season(c)
    if occasion == OCCASION.departure:
        is_home = activity == FARM or activity == LOCAL_WORK
        return is_home and draws_below(w, c, PURPOSE.attention, attention(w, c))
    if occasion == OCCASION.arrears_case:
        is_owed = (w.arrears > 0) | ((int(w.status) & UNPAID) != 0)
        goes_unpaid = draws_below(w, c, PURPOSE.arrears_onset, highest_arrears_chance(c))
        return is_owed or (goes_unpaid and is_in(w, _MAY_SEARCH, 0))
    if occasion == OCCASION.search_month or occasion == OCCASION.placement:
        return is_in(w, _MAY_SEARCH, 0)
    return activity != EXITED


@cache
def has_queue(queue: int) -> Callable:
    """The season of a queue (by position in ``QUEUES``): whether one of its levers is rationed this month."""

    @named_rule("is_rationed", queue)
    def is_rationed(c) -> bool:
        return c.levers.queue_start[queue] < c.levers.queue_start[queue + 1]

    return is_rationed


def claim(queue: int) -> Callable:
    """The step that enters a worker's tickets for the levers of a queue that the worker would use."""

    @named_rule("claim_levers", queue)
    def claim_levers(w, c, b, k) -> None:
        _claim(w, c, b, int(c.levers.queue_start[queue]), int(c.levers.queue_start[queue + 1]))

    return claim_levers


@rule
def _claim(w, c, b, first, last) -> None:
    for position in range(first, last):
        lever = int(c.levers.rationed[position])
        if is_eligible(w, c, lever) and would_use(w, c, lever) and is_aware(w, c, lever):
            b.tickets[int(c.levers.budget_row[lever]), ticket_bin(w, c, lever)] += 1


@rule
def claim_quota(w, c, b, k) -> None:
    """Enter the worker's points in a place with a settlement quota, if the worker would apply."""
    place = int(w.place)
    if c.place.settlement_quota_share[place] < 1.0 and applies_to_settle(
        w,
        c,
        c.upper_bound[WORKER.settlement_registration_probability],
        c.upper_bound[WORKER.settlement_willingness_shift],
    ):
        if openness(w, c) < c.upper_bound[WORKER.settlement_open_share] and not is_short_of_points(w, c):
            b.points[place, point_bin(w, c)] += 1


@rule
def draws_below(w, c, purpose, chance) -> bool:
    """Whether the worker's draw of the month for a purpose is below a chance."""
    return uniform(c.keys, purpose, int(w.id)) < chance


@rule
def forget_grants(c, b, k) -> None:
    """Take away last month's grants of the worker at a position in the block."""
    for position in range(c.levers.budgets):
        b.granted[int(c.levers.budget_row[int(c.levers.rationed[position])]), k] = 0


def receive(queue: int) -> Callable:
    """The step that notes which levers of a queue reach a worker: the claim's ticket is below the cut."""

    @named_rule("receive_grants", queue)
    def receive_grants(w, c, b, k) -> None:
        _receive(w, c, b, k, int(c.levers.queue_start[queue]), int(c.levers.queue_start[queue + 1]))

    return receive_grants


@rule
def _receive(w, c, b, k, first, last) -> None:
    for position in range(first, last):
        lever = int(c.levers.rationed[position])
        b.granted[int(c.levers.budget_row[lever]), k] = (
            c.levers.cutoff[lever] > 0
            and is_eligible(w, c, lever)
            and would_use(w, c, lever)
            and ticket_bin(w, c, lever) < c.levers.cutoff[lever]
            and is_aware(w, c, lever)
        )
