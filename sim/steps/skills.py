"""Courses and school: taking part, completing, and the job at the end."""

from sim.core.categories import (
    EDUCATION,
    EMPLOYEES,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    TRAINING,
)
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.skills import pay_lost_on_course
from sim.steps.earnings import current_pay
from sim.steps.income import note_income
from sim.steps.levers import effective, serve_once
from sim.steps.people import is_among, months_in_activity
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.support import insurance_kept
from sim.steps.transitions import change_activity, take_job
from sim.world.worker import (
    ABILITY_UNIT,
    AT_SCHOOL,
    BACK,
    DISPLACED,
    EDUCATION_SHIFT,
    HAS_ORDER,
    MOST_ABILITY,
    NEW,
    TRAINED,
    VISITING,
    clipped,
    education_of,
)

ON_COURSE = 255  # in the block's scratch for choices, until payday; no choice has this number
_HIGHEST_EDUCATION = len(EDUCATION) - 1


@rule
def take_course(w, c, b, k) -> None:
    """Take a course, and complete it or not. Those without a job leave the market for the month."""
    worker = int(w.id)
    completes = uniform(c.keys, PURPOSE.course_completion, worker) < effective(
        w, c, b, k, WORKER.course_completion_share
    )
    has_order = completes and uniform(c.keys, PURPOSE.course_placement, worker) < effective(
        w, c, b, k, WORKER.course_placement_probability
    )
    if completes:
        w.status = int(w.status) | TRAINED
        w.trained_month = c.month
        gain = effective(w, c, b, k, WORKER.course_lasting_gain)
        if gain > 0.0:  # ability is kept in whole units, so the rest of a unit is drawn
            units = int(gain / ABILITY_UNIT + uniform(c.keys, PURPOSE.course_gain, worker))
            w.ability = clipped(int(w.ability) + units, -MOST_ABILITY - 1, MOST_ABILITY)
    if is_among(int(w.activity), int(w.status), EMPLOYEES, 0):
        b.choice[k] = ON_COURSE
    if w.activity == FARM or w.activity == MIGRANT_SEARCH:
        change_activity(w, c, TRAINING)
        if has_order:
            w.traits = int(w.traits) | HAS_ORDER


@rule
def is_on_course(state, b, k) -> bool:
    """Whether the worker has taken a course beside the job this month."""
    return b.choice[k] == ON_COURSE


@rule
def forgo_pay(w, c, b, k) -> None:
    """Take off the pay of the days on a course; savings make up for it as far as they go.

    Who has lost the job since, or left it for the harvest, earns no pay to forgo.
    """
    if b.choice[k] != ON_COURSE:
        return
    b.choice[k] = 0
    if not is_among(int(w.activity), int(w.status), EMPLOYEES, VISITING | BACK):
        return
    activity, home = int(w.activity), int(w.home)
    lost = pay_lost_on_course(current_pay(w, c), c.economy.course_pay_lost_share)
    from_savings = min(lost, int(w.savings))
    w.savings = int(w.savings) - from_savings
    w.earnings_year = max(int(w.earnings_year) - lost, 0)
    note_income(w, -lost)
    b.money[MONEY.earned] -= lost
    b.money[MONEY.saved] -= from_savings
    b.money[MONEY.consumption] -= lost - from_savings
    b.pay[activity, 0] -= lost
    b.home_money[home, 1] -= lost


@rule
def end_course(w, c, b, k) -> None:
    """Leave the course or school for a job that waits, the farm, or the search for work."""
    traits = int(w.traits)
    is_home = c.tier[int(w.place)] == 0
    if traits & AT_SCHOOL:
        w.traits = traits + (1 << EDUCATION_SHIFT)
    if traits & HAS_ORDER:
        take_job(w, c, b, k, LOCAL_WORK if is_home else MIGRANT_WORK)
    else:
        change_activity(w, c, FARM if is_home else MIGRANT_SEARCH)


@rule
def is_through(w, c) -> bool:
    """Whether a worker in training is at the end of a course, or of the years at school."""
    is_at_school = (int(w.traits) & AT_SCHOOL) != 0
    return (not is_at_school) | (months_in_activity(w, c) >= c.economy.study_months)


@rule
def has_school_routes(c) -> bool:
    """Whether anybody can leave work for school this month."""
    return c.upper_bound[WORKER.study_enrolment_probability] > 0.0


@rule
def highest_study_chance(c) -> float:
    """No worker leaves for school with a higher probability this month."""
    return c.upper_bound[WORKER.study_enrolment_probability]


@rule
def may_study(w, c) -> bool:
    """Workers who are not through with school."""
    return education_of(int(w.traits)) < _HIGHEST_EDUCATION


@rule
def go_to_school(w, c, b, k) -> None:
    """Leave work for school, where the worker is, for the years that a level of education takes."""
    draw = uniform(c.keys, PURPOSE.study, int(w.id))
    chance = effective(w, c, b, k, WORKER.study_enrolment_probability)
    if draw >= chance:
        return
    serve_once(w, c, b, k, OCCASION.study_start, draw / chance)
    b.events[EVENT.study_starts] += 1
    w.status = insurance_kept(w, c, b, k, int(w.status)) & ~(DISPLACED | NEW)
    change_activity(w, c, TRAINING)
    w.traits = int(w.traits) | AT_SCHOOL


@rule
def highest_training_chance(c) -> float:
    """No worker enrols with a higher probability this month."""
    return c.upper_bound[WORKER.training_enrolment_probability]


@rule
def train(w, c, b, k) -> None:
    """Enrol on a public course. Those without a job leave the market for the month."""
    draw = uniform(c.keys, PURPOSE.training, int(w.id))
    chance = effective(w, c, b, k, WORKER.training_enrolment_probability)
    if draw < chance:
        serve_once(w, c, b, k, OCCASION.training_enrolment, draw / chance)
        b.events[EVENT.training_enrolments] += 1
        take_course(w, c, b, k)
