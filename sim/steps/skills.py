"""Courses and school: taking part, completing, and the job at the end."""

from sim.core.categories import (
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    TRAINING,
)
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.steps.records import (
    ECONOMY,
    EVENT,
    OCCASION_NAMES,
    WORKER,
    faced,
    months_in_activity,
    serve,
)
from sim.steps.support import insurance_kept
from sim.steps.transitions import change_activity, take_job
from sim.world.worker import (
    ABILITY_UNIT,
    AT_SCHOOL,
    DISPLACED,
    EDUCATION_SHIFT,
    HAS_ORDER,
    NEW,
    TRAINED,
    clipped,
    education_of,
)

_STUDY_MONTHS = ECONOMY.index("study_months")
_COMPLETION = WORKER.index("course_completion_share")
_ORDER = WORKER.index("course_placement_probability")
_LASTING = WORKER.index("course_lasting_gain")
_STUDY = WORKER.index("study_enrolment_probability")
_U_COMPLETION = PURPOSE["course_completion"]
_U_ORDER = PURPOSE["course_placement"]
_U_GAIN = PURPOSE["course_gain"]
U_STUDY = PURPOSE["study"]
_E_STUDY = EVENT["study_starts"]
_STUDY_START = OCCASION_NAMES.index("study_start")
_HIGHEST_EDUCATION = 4


@rule
def take_course(w, c, b, k) -> None:
    """Take a course, and complete it or not. Those without a job leave the market for the month."""
    worker = int(w.id)
    completes = uniform(c.keys, _U_COMPLETION, worker) < faced(w, c, b, k, _COMPLETION)
    has_order = completes and uniform(c.keys, _U_ORDER, worker) < faced(w, c, b, k, _ORDER)
    if completes:
        w.status = int(w.status) | TRAINED
        w.trained_month = c.month
        gain = faced(w, c, b, k, _LASTING)
        if gain > 0.0:  # ability is kept in whole units, so the rest of a unit is drawn
            units = int(gain / ABILITY_UNIT + uniform(c.keys, _U_GAIN, worker))
            w.ability = clipped(int(w.ability) + units, -128, 127)
    if w.activity == FARM or w.activity == MIGRANT_SEARCH:
        change_activity(w, c, TRAINING)
        if has_order:
            w.traits = int(w.traits) | HAS_ORDER


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
    return (not is_at_school) | (months_in_activity(w, c) >= c.economy[_STUDY_MONTHS])


@rule
def has_school_routes(c) -> bool:
    """Whether anybody can leave work for school this month."""
    return c.most[_STUDY] > 0.0


@rule
def highest_study_chance(c) -> float:
    """No worker leaves for school with a higher probability this month."""
    return c.most[_STUDY]


@rule
def may_study(w, c) -> bool:
    """Workers who are not through with school."""
    return education_of(int(w.traits)) < _HIGHEST_EDUCATION


@rule
def go_to_school(w, c, b, k) -> None:
    """Leave work for school, where the worker is, for the years that a level of education takes."""
    if uniform(c.keys, U_STUDY, int(w.id)) >= faced(w, c, b, k, _STUDY):
        return
    serve(w, c, b, k, _STUDY_START)
    b.events[_E_STUDY] += 1
    w.status = insurance_kept(w, c, b, k, int(w.status)) & ~(DISPLACED | NEW)
    change_activity(w, c, TRAINING)
    w.traits = int(w.traits) | AT_SCHOOL
