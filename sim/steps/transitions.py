"""Changing activity, place and job: what several steps do to a worker."""

from sim.core.arithmetic import normal_quantile, picked
from sim.core.categories import SECTORS
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, mixed_with, uniform, uniform_mixed_for
from sim.rules.migration import score
from sim.steps.income import leave_land
from sim.steps.levers import serve
from sim.steps.records import EVENT, OCCASION
from sim.world.worker import DISPLACED, LASTING_TRAITS, clipped


@rule
def change_activity(w, c, activity) -> None:
    """Put the worker in another activity, which begins this month."""
    leave_land(w, c)
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
    draw = normal_quantile(uniform(c.keys, PURPOSE.job_match, int(w.id)))
    return clipped(int(100.0 * c.economy.match_quality_sd * draw), -100, 100)


@rule
def hiring_sector(w, c) -> int:
    """Sector of a new job, in proportion to what employers of the place would fill: a race of the sectors.

    As -log(u) > 1 - u, a sector's score is below its wanted jobs over 1 - u. The one that could score most is
    looked at first, so that hardly any other needs a logarithm.
    """
    mixed_id, place = mixed_with(c.keys, int(w.id)), int(w.place)
    chosen, most = 0, 0.0
    for sector in range(len(SECTORS)):
        could_score = c.hires_wanted[place, sector] / (1.0 - _sector_luck(c, mixed_id, sector))
        chosen = picked(could_score > most, sector, chosen)
        most = max(most, could_score)
    first = chosen
    best = score(c.hires_wanted[place, first], _sector_luck(c, mixed_id, first))
    for sector in range(len(SECTORS)):
        luck, wanted = _sector_luck(c, mixed_id, sector), c.hires_wanted[place, sector]
        if wanted > best * (1.0 - luck) and sector != first:
            reached = score(wanted, luck)
            if (reached > best) | ((reached == best) & (sector < chosen)):
                best, chosen = reached, sector
    return chosen


@inlined_rule
def _sector_luck(c, mixed_id, sector) -> float:
    return uniform_mixed_for(c.keys, PURPOSE.job_sector, mixed_id, sector)


@rule
def take_job(w, c, b, k, activity) -> None:
    """Start a job in the present place."""
    serve(w, c, b, k, OCCASION.placement)
    b.events[EVENT.hires] += 1
    w.sector = hiring_sector(w, c)
    w.match = match_quality(w, c)
    w.status = int(w.status) & ~DISPLACED
    change_activity(w, c, activity)
