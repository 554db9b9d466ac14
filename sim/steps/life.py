"""Ageing, festival visits, training, and counting."""

from sim.compiled import rule
from sim.draws import PURPOSE, uniform
from sim.rules.demography import exit_probability
from sim.steps.conditions import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    PLACE,
    WORKER,
    faced,
    is_parent_of,
    serve,
)
from sim.vocabulary import (
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_WORK,
    TRAINING,
)
from sim.world.schema import (
    ADDITIONAL,
    BACK,
    DISPLACED,
    INSURED,
    IS_FEMALE,
    TRAINED,
    VISITING,
    age_months,
    clipped,
    education_of,
)

_RATE_AT_55 = ECONOMY.index("exit_rate_at_55")
_EXIT_GROWTH = ECONOMY.index("exit_rate_growth")
_VISIT = ECONOMY.index("festival_visit_share")
_RETURN = ECONOMY.index("festival_return_probability")
_LATE_RETURN = ECONOMY.index("late_return_probability")
_CLOSED = PLACE.index("travel_closed_share")
_ENROL = WORKER.index("training_enrolment_probability")
_U_EXIT = PURPOSE["exit"]
_U_VISIT = PURPOSE["festival_visit"]
_U_RETURN = PURPOSE["festival_return"]
_U_TRAINING = PURPOSE["training"]
_E_EXIT = EVENT["exits"]
_E_VISIT = EVENT["festival_visits"]
_E_STRANDED = EVENT["stranded"]
_E_TRAINING = EVENT["training_enrolments"]
_M_EXIT_SAVINGS = MONEY_CODE["exit_savings"]
_TRAINING_ENROLMENT = OCCASION_NAMES.index("training_enrolment")
_PERSON_MONTH = OCCASION_NAMES.index("person_month")
_OLD_ENOUGH_TO_EXIT = 55 * 12


@rule
def change_activity(w, activity) -> None:
    """Put the worker in another activity and restart its clock."""
    w.activity = activity
    w.months_in_activity = 0


@rule
def move_to(w, place) -> None:
    """Put the worker in another place and restart the stay's clock."""
    if int(w.place) != place:
        w.place = place
        w.stay_months = 0


@rule
def is_living(w, c) -> bool:
    """Everybody still in the labour force."""
    return w.activity != EXITED


@rule
def is_anyone(w, c) -> bool:
    """Every row, those who have left included."""
    return True


@rule
def remember(w, c, b, k) -> None:
    """Note where the worker stood at the start of the month."""
    b.activity_before[k] = w.activity
    b.place_before[k] = w.place


@rule
def is_on_course(w, c) -> bool:
    """Workers on a course, which lasts a month."""
    return w.activity == TRAINING


@rule
def finish_course(w, c, b, k) -> None:
    """Return to the farm, or to looking for work in the city."""
    is_home = c.tier[int(w.place)] == 0
    change_activity(w, FARM if is_home else MIGRANT_SEARCH)


@rule
def is_old(w, c) -> bool:
    """Workers of 55 and over."""
    is_old_enough = age_months(int(w.birth_month), c.month) >= _OLD_ENOUGH_TO_EXIT
    return (w.activity != EXITED) & is_old_enough


@rule
def leave_labour_force(w, c, b, k) -> None:
    """Retire, fall ill or die."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    chance = exit_probability(age, c.economy[_RATE_AT_55], c.economy[_EXIT_GROWTH])
    if uniform(c.keys, _U_EXIT, int(w.id)) < chance:
        b.events[_E_EXIT] += 1
        b.money[_M_EXIT_SAVINGS] += int(w.savings)
        w.savings = 0
        w.arrears = 0
        w.business_jobs = 0
        w.status = 0
        change_activity(w, EXITED)


@rule
def is_festival_concern(w, c) -> bool:
    """Out-migrants in February, and those still at home after it."""
    is_time = (c.month_of_year == 2) | ((int(w.status) & (VISITING | BACK)) != 0)
    return (w.activity == MIGRANT_WORK) & is_time


@rule
def visit_home(w, c, b, k) -> None:
    """Go home for Spring Festival; come back within the month, later, or lose the job.

    A worker still at home at the end of March is stranded: back in the home township without a
    job, but attached to the old place. Source: [A20, A33, A36].
    """
    worker, flags, place = int(w.id), int(w.status) & ~BACK, int(w.place)
    w.status = flags
    if flags & VISITING == 0:
        if c.month_of_year != 2 or uniform(c.keys, _U_VISIT, worker) >= c.economy[_VISIT]:
            return
        flags |= VISITING
        b.events[_E_VISIT] += 1
    chance = c.economy[_RETURN] if c.month_of_year == 2 else c.economy[_LATE_RETURN]
    if uniform(c.keys, _U_RETURN, worker) < chance * (1.0 - c.place[_CLOSED, place]):
        flags = (flags & ~VISITING) | (BACK if c.month_of_year == 2 else 0)
    elif c.month_of_year != 2:
        flags = (flags & ~(VISITING | INSURED)) | DISPLACED
        w.attached_place = place
        move_to(w, int(w.home))
        change_activity(w, FARM)
        b.events[_E_STRANDED] += 1
    w.status = flags


@rule
def may_train(w, c) -> bool:
    """Workers who may take a course this month: not owners, not at home for the festival."""
    draw = uniform(c.keys, _U_TRAINING, int(w.id))
    return (draw < c.most[_ENROL]) & is_trainable(w)


@rule
def is_trainable(w) -> bool:
    """Everybody but owners, those on a course, and those at home for the festival."""
    activity = int(w.activity)
    free = (activity != EXITED) & (activity != TRAINING) & (activity != OWN_BUSINESS)
    return free & ((int(w.status) & VISITING) == 0)


@rule
def train(w, c, b, k) -> None:
    """Enrol on a public course. Those without a job leave the market for the month."""
    draw = uniform(c.keys, _U_TRAINING, int(w.id))
    if draw < faced(w, c, b, k, _ENROL):
        serve(w, c, b, k, _TRAINING_ENROLMENT)
        b.events[_E_TRAINING] += 1
        w.status = int(w.status) | TRAINED
        w.trained_month = c.month
        if w.activity == FARM or w.activity == MIGRANT_SEARCH:
            change_activity(w, TRAINING)


@rule
def age_group(age_years) -> int:
    """Position in vocabulary.AGE_GROUPS of an age in whole years."""
    if age_years > 40:
        return 4 if age_years > 50 else 3
    if age_years > 30:
        return 2
    return 1 if age_years > 20 else 0


@rule
def count(w, c, b, k) -> None:
    """Advance the worker's clocks and enter the worker in the block's sums."""
    k = k
    activity, place, home = int(w.activity), int(w.place), int(w.home)
    before, place_before = int(b.activity_before[k]), int(b.place_before[k])
    b.transitions[before, activity] += 1
    if activity != before or place != place_before:
        b.left[place_before, before] += 1
        b.joined[place, activity] += 1
    if activity == EXITED:
        return
    flags, traits, sector = int(w.status), int(w.traits), int(w.sector)
    w.months_in_activity = min(int(w.months_in_activity) + 1, 255)
    w.stay_months = clipped(int(w.stay_months) + 1, 0, 65535)
    b.stock[home, place, activity] += 1
    age = age_group(age_months(int(w.birth_month), c.month) // 12)
    b.group_stock[traits & IS_FEMALE, age, education_of(traits), activity] += 1
    if activity == MIGRANT_WORK or activity == MIGRANT_SEARCH:
        w.migrant_months = clipped(int(w.migrant_months) + 1, 0, 65535)
        if flags & VISITING == 0:
            b.away[home, 0] += 1
        if c.province[place] != home:
            b.away[home, 1] += 1
        if is_parent_of(w, c, 0.0, 16.0):
            b.away[home, 2] += 1
    if activity == LOCAL_WORK or activity == MIGRANT_WORK or activity == SETTLED_WORK:
        b.employed[place, sector] += 1
    elif activity == OWN_BUSINESS:
        jobs = int(w.business_jobs)
        b.business[home, 0] += 1
        b.business[home, 1] += jobs
        if flags & ADDITIONAL:
            b.business[home, 2] += jobs
    b.holders[0] += int(w.savings)
    b.holders[1] += (flags & INSURED) != 0
    b.holders[2] += (flags & TRAINED) != 0
    if w.arrears > 0:
        b.holders[3] += int(w.arrears)
        b.holders[4] += 1
    if c.levers.count > 0:
        serve(w, c, b, k, _PERSON_MONTH)

