"""Before the month: who would use a rationed lever or a place in a settlement quota; who receives one."""

from collections.abc import Callable

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
from sim.core.compiled import rule
from sim.core.draws import uniform
from sim.steps.employment import U_ARREARS, U_JOB, highest_arrears_chance, highest_job_event_chance
from sim.steps.enterprise import MONTHS_TO_LATE_GRANT
from sim.steps.migration import U_ATTENTION, attention
from sim.steps.records import (
    OCCASION_NAMES,
    PLACE,
    WORKER,
    is_aware,
    is_eligible,
    is_in,
    is_visiting,
    ticket_bin,
)
from sim.steps.seasons import U_TRAINING, is_festival_season
from sim.steps.settlement import (
    applies_to_settle,
    is_short_of_points,
    may_settle,
    may_start_business,
    might_start,
    openness,
    point_bin,
)
from sim.steps.skills import U_STUDY, may_study
from sim.steps.support import U_WORKS, U_WORKSHOP
from sim.world.worker import UNPAID, VISITING

_QUOTA = PLACE.index("settlement_quota_share")
_OPEN = WORKER.index("settlement_open_share")
_REGISTER = WORKER.index("settlement_registration_probability")
_WISH = WORKER.index("settlement_willingness_shift")
_ENROL = WORKER.index("training_enrolment_probability")
_WORKS = WORKER.index("works_offer_probability")
_WORKSHOP = WORKER.index("workshop_offer_probability")
_STUDY = WORKER.index("study_enrolment_probability")
_BUSINESS_START = OCCASION_NAMES.index("business_start")
_TRAINING_ENROLMENT = OCCASION_NAMES.index("training_enrolment")
_SETTLEMENT = OCCASION_NAMES.index("settlement")
_NEW_SETTLEMENT = OCCASION_NAMES.index("new_settlement")
_SEARCH_MONTH = OCCASION_NAMES.index("search_month")
_BUSINESS_MONTH = OCCASION_NAMES.index("business_month")
_BUSINESS_HALF_YEAR = OCCASION_NAMES.index("business_half_year")
_WORKS_JOB = OCCASION_NAMES.index("works_job")
_WORKSHOP_JOB = OCCASION_NAMES.index("workshop_job")
_POST_MONTH = OCCASION_NAMES.index("post_month")
_STUDY_START = OCCASION_NAMES.index("study_start")
_REPLACEMENT = OCCASION_NAMES.index("replacement")
_RELIEF = OCCASION_NAMES.index("relief")
_FESTIVAL_TRIP = OCCASION_NAMES.index("festival_trip")
_DEPARTURE = OCCASION_NAMES.index("departure")
_PLACEMENT = OCCASION_NAMES.index("placement")
_ARREARS_CASE = OCCASION_NAMES.index("arrears_case")
_MAY_SEARCH = SEARCHERS | EMPLOYEES | activity_set(FARM, TRAINING)  # in search later in the month, perhaps


@rule
def would_use(w, c, lever) -> bool:
    """Whether the worker would use the lever this month if granted, on the state of its start."""
    occasion = c.levers.occasion[lever]
    activity = int(w.activity)
    if occasion == _BUSINESS_START:
        return is_in(w, FREE_TO_MOVE, VISITING) and may_start_business(w, c) and might_start(w, c)
    if occasion == _TRAINING_ENROLMENT:
        return is_in(w, TRAINABLE, VISITING) and draws_below(w, c, U_TRAINING, c.most[_ENROL])
    if occasion == _SETTLEMENT or occasion == _NEW_SETTLEMENT:
        is_there = is_in(w, MIGRANTS_AT_WORK, VISITING) and may_settle(w, c)
        return is_there and applies_to_settle(w, c, c.most[_REGISTER], c.most[_WISH])
    if occasion == _BUSINESS_MONTH:
        is_free = is_in(w, FREE_TO_MOVE, VISITING) and may_start_business(w, c)
        return activity == OWN_BUSINESS or (is_free and might_start(w, c))
    if occasion == _BUSINESS_HALF_YEAR:
        return activity == OWN_BUSINESS and w.business_age == MONTHS_TO_LATE_GRANT - 1
    if occasion == _WORKS_JOB:
        return activity == FARM and draws_below(w, c, U_WORKS, c.most[_WORKS])
    if occasion == _WORKSHOP_JOB:
        return activity == FARM and draws_below(w, c, U_WORKSHOP, c.most[_WORKSHOP])
    if occasion == _POST_MONTH:
        return activity == FARM
    if occasion == _STUDY_START:
        is_free = is_in(w, FREE_TO_MOVE, VISITING)
        return is_free and draws_below(w, c, U_STUDY, c.most[_STUDY]) and may_study(w, c)
    if occasion == _REPLACEMENT or occasion == _RELIEF:
        is_lost = draws_below(w, c, U_JOB, highest_job_event_chance(c)) or is_visiting(w)
        return is_lost and is_in(w, EMPLOYEES, 0)
    if occasion == _FESTIVAL_TRIP:
        return activity == MIGRANT_WORK and is_festival_season(c)
    if occasion == _DEPARTURE:
        is_home = activity == FARM or activity == LOCAL_WORK
        return is_home and draws_below(w, c, U_ATTENTION, attention(w, c))
    if occasion == _ARREARS_CASE:
        is_owed = (w.arrears > 0) | ((int(w.status) & UNPAID) != 0)
        goes_unpaid = draws_below(w, c, U_ARREARS, highest_arrears_chance(c))
        return is_owed or (goes_unpaid and is_in(w, _MAY_SEARCH, 0))
    if occasion == _SEARCH_MONTH or occasion == _PLACEMENT:
        return is_in(w, _MAY_SEARCH, 0)
    return activity != EXITED


def has_queue(queue: int) -> Callable:
    """The season of a queue (by position in ``QUEUES``): whether one of its levers is rationed this month."""
    @rule
    def is_rationed(c) -> bool:
        return c.levers.queue_start[queue] < c.levers.queue_start[queue + 1]

    return is_rationed


def claim(queue: int) -> Callable:
    """The step that enters a worker's tickets for the levers of a queue that the worker would use."""
    @rule
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
    if c.place[_QUOTA, place] < 1.0 and applies_to_settle(w, c, c.most[_REGISTER], c.most[_WISH]):
        if openness(w, c) < c.most[_OPEN] and not is_short_of_points(w, c):
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
    @rule
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
