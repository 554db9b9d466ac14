"""Ageing, festival visits, training, and counting."""

from sim.core.categories import (
    EXITED,
    FARM,
)
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.demography import OLDEST, exit_probability
from sim.rules.migration import carried_back
from sim.steps.records import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    PLACE,
    WORKER,
    faced,
    serve,
)
from sim.steps.skills import take_course
from sim.steps.support import insurance_kept, pay_relief
from sim.steps.transitions import change_activity, move_to
from sim.world.worker import BACK, DISPLACED, VISITING, age_months

_RATE_AT_55 = ECONOMY.index("exit_rate_at_55")
_EXIT_GROWTH = ECONOMY.index("exit_rate_growth")
_VISIT = ECONOMY.index("festival_visit_share")
_EARLY = ECONOMY.index("early_visit_share")
_FARM_SEASON = ECONOMY.index("farm_season_share")
_RETURN = ECONOMY.index("festival_return_probability")
_LATE_RETURN = ECONOMY.index("late_return_probability")
_CLOSED = PLACE.index("travel_closed_share")
_ENROL = WORKER.index("training_enrolment_probability")
_EXIT_SCALE = WORKER.index("exit_hazard_scale")
_TRANSPORT = WORKER.index("festival_transport_share")
U_EXIT = PURPOSE["exit"]
_U_VISIT = PURPOSE["festival_visit"]
_U_RETURN = PURPOSE["festival_return"]
_U_FARM_SEASON = PURPOSE["farm_season"]
U_TRAINING = PURPOSE["training"]
_E_EXIT = EVENT["exits"]
_E_VISIT = EVENT["festival_visits"]
_E_STRANDED = EVENT["stranded"]
_E_TRAINING = EVENT["training_enrolments"]
_M_EXIT_SAVINGS = MONEY_CODE["exit_savings"]
_TRAINING_ENROLMENT = OCCASION_NAMES.index("training_enrolment")
_FESTIVAL_TRIP = OCCASION_NAMES.index("festival_trip")
_PERSON_MONTH = OCCASION_NAMES.index("person_month")
_OLD_ENOUGH_TO_EXIT = 55 * 12


@rule
def is_after_break(c) -> bool:
    """March, July, November: a month's break from work, for the festival or the harvest, is over."""
    return (c.month_of_year == 3) | (c.month_of_year == 7) | (c.month_of_year == 11)


@rule
def end_break(w, c, b, k) -> None:
    """Forget the break of last month, also of those who lost the job at once."""
    w.status = int(w.status) & ~BACK


@rule
def is_farm_season(c) -> bool:
    """June and October: sowing and harvest in most of the country."""
    return (c.month_of_year == 6) | (c.month_of_year == 10)


@inlined_rule
def help_on_farm(w, c, b, k) -> None:
    """Leave the local job alone for a month, unpaid, for the family's own land."""
    if is_farm_season(c) and uniform(c.keys, _U_FARM_SEASON, int(w.id)) < c.economy[_FARM_SEASON]:
        w.status = int(w.status) | BACK
        b.employed[int(w.place), int(w.sector)] += 1


@rule
def is_old(w, c) -> bool:
    """Workers of 55 and over."""
    return age_months(int(w.birth_month), c.month) >= _OLD_ENOUGH_TO_EXIT


@rule
def highest_exit_chance(c) -> float:
    """No worker leaves with a higher probability this month."""
    return exit_probability(OLDEST, c.economy[_RATE_AT_55], c.economy[_EXIT_GROWTH]) * c.most[_EXIT_SCALE]


@rule
def leave_labour_force(w, c, b, k) -> None:
    """Retire, fall ill or die."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    chance = exit_probability(age, c.economy[_RATE_AT_55], c.economy[_EXIT_GROWTH])
    if uniform(c.keys, U_EXIT, int(w.id)) < chance * faced(w, c, b, k, _EXIT_SCALE):
        b.events[_E_EXIT] += 1
        b.money[_M_EXIT_SAVINGS] += int(w.savings)
        w.savings = 0
        w.arrears = 0
        w.business_jobs = 0
        w.status = 0
        change_activity(w, c, EXITED)


@rule
def is_festival_season(c) -> bool:
    """February and March, when those at home for the festival travel back."""
    return (c.month_of_year == 2) | (c.month_of_year == 3)


@rule
def is_visiting_season(c) -> bool:
    """January to March: nobody is away from work for the festival after that."""
    return c.month_of_year <= 3


@rule
def is_festival_concern(w, c) -> bool:
    """Everybody in January and February, and those still at home in March."""
    return (c.month_of_year <= 2) | ((int(w.status) & VISITING) != 0)


@rule
def visit_chance(c) -> float:
    """Probability that a migrant at work goes home this month: the early ones in January."""
    share = c.economy[_VISIT]
    early = share * c.economy[_EARLY]
    return early if c.month_of_year == 1 else (share - early) / max(1.0 - early, 0.01)


@inlined_rule
def visit_home(w, c, b, k) -> None:
    """Go home for Spring Festival, in January or February; come back in February, March, or lose the job.

    A worker still at home at the end of March is stranded: back in the home township without a
    job, but attached to the old place. Source: [A20, A33, A36].
    """
    worker, flags, place = int(w.id), int(w.status), int(w.place)
    if flags & VISITING == 0:
        if c.month_of_year > 2 or uniform(c.keys, _U_VISIT, worker) >= visit_chance(c):
            return
        flags |= VISITING
        b.events[_E_VISIT] += 1
    if c.month_of_year == 1:
        b.employed[place, int(w.sector)] += 1
        b.visiting[int(w.home)] += 1
        w.status = flags
        return
    chance = c.economy[_RETURN] if c.month_of_year == 2 else c.economy[_LATE_RETURN]
    chance = carried_back(chance * (1.0 - c.place[_CLOSED, place]), faced(w, c, b, k, _TRANSPORT))
    if uniform(c.keys, _U_RETURN, worker) < chance:
        serve(w, c, b, k, _FESTIVAL_TRIP)
        flags = (flags & ~VISITING) | (BACK if c.month_of_year == 2 else 0)
    elif c.month_of_year != 2:
        flags = (insurance_kept(w, c, b, k, flags) & ~VISITING) | DISPLACED
        pay_relief(w, c, b, k)
        w.attached_place = place
        move_to(w, c, int(w.home))
        change_activity(w, c, FARM)
        b.events[_E_STRANDED] += 1
    if flags & (VISITING | BACK):  # a job, but no pay this month
        b.employed[place, int(w.sector)] += 1
        b.visiting[int(w.home)] += (flags & VISITING) != 0
    w.status = flags


@rule
def highest_training_chance(c) -> float:
    """No worker enrols with a higher probability this month."""
    return c.most[_ENROL]


@rule
def train(w, c, b, k) -> None:
    """Enrol on a public course. Those without a job leave the market for the month."""
    draw = uniform(c.keys, U_TRAINING, int(w.id))
    if draw < faced(w, c, b, k, _ENROL):
        serve(w, c, b, k, _TRAINING_ENROLMENT)
        b.events[_E_TRAINING] += 1
        take_course(w, c, b, k)


@rule
def age_group(age) -> int:
    """Position in vocabulary.AGE_GROUPS of an age in months."""
    return int(age >= 21 * 12) + int(age >= 31 * 12) + int(age >= 41 * 12) + int(age >= 51 * 12)


@rule
def has_changed(b, k) -> bool:
    """Whether the worker is in another activity or place than as the month began."""
    return (b.activity[k] != b.activity_before[k]) | (b.place[k] != b.place_before[k])


@rule
def count_change(w, c, b, k) -> None:
    """Enter in the block's sums what has changed since the start of the month."""
    activity, place, home = int(w.activity), int(w.place), int(w.home)
    before, place_before = int(b.activity_before[k]), int(b.place_before[k])
    if (activity != before) | (place != place_before):
        b.transitions[before, activity] += 1
        b.left[place_before, before] += 1
        b.joined[place, activity] += 1
        b.stock[home, place_before, before] -= 1
        b.stock[home, place, activity] += activity != EXITED


@rule
def is_everybody_billed(c) -> bool:
    """Whether some lever serves people every month, whatever they do."""
    return c.levers.billed[_PERSON_MONTH] > 0


@rule
def bill_person(w, c, b, k) -> None:
    """Enter the worker in the ledger of levers that serve people every month."""
    serve(w, c, b, k, _PERSON_MONTH)
