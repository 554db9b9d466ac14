"""Changing activity, place and job: what several steps do to a worker."""

from sim.core.arithmetic import normal_quantile
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.steps.records import ECONOMY, EVENT, OCCASION_NAMES, serve
from sim.world.worker import DISPLACED, LASTING_TRAITS, clipped

_MATCH_SD = ECONOMY.index("match_quality_sd")
_U_SECTOR = PURPOSE["job_sector"]
_U_MATCH = PURPOSE["job_match"]
_E_HIRE = EVENT["hires"]
_PLACEMENT = OCCASION_NAMES.index("placement")


@rule
def change_activity(w, c, activity) -> None:
    """Put the worker in another activity, which begins this month."""
    w.activity = activity
    w.since_month = c.month
    w.traits = int(w.traits) & LASTING_TRAITS


@rule
def move_to(w, c, place) -> None:
    """Put the worker in another place, where the stay begins this month."""
    if int(w.place) != place:
        w.place = place
        w.arrived_month = c.month


@rule
def match_quality(w, c) -> int:
    """Quality of an offered job, in hundredths of a log point."""
    draw = normal_quantile(uniform(c.keys, _U_MATCH, int(w.id)))
    return clipped(int(100.0 * c.economy[_MATCH_SD] * draw), -100, 100)


@rule
def hiring_sector(w, c) -> int:
    """Sector of a new job, in proportion to the place's vacancies."""
    draw = uniform(c.keys, _U_SECTOR, int(w.id))
    place = int(w.place)
    sector = 0
    while sector < 6 and draw >= c.hire_cumulative[place, sector]:
        sector += 1
    return sector


@rule
def take_job(w, c, b, k, activity) -> None:
    """Start a job in the present place."""
    serve(w, c, b, k, _PLACEMENT)
    b.events[_E_HIRE] += 1
    w.sector = hiring_sector(w, c)
    w.match = match_quality(w, c)
    w.status = int(w.status) & ~DISPLACED
    change_activity(w, c, activity)
