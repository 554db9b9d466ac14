"""Ageing, festival visits, training, and counting."""

from sim.core.categories import (
    FARM,
)
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform
from sim.core.months import FEBRUARY, JANUARY, JULY, JUNE, MARCH, NOVEMBER, OCTOBER
from sim.rules.migration import carried_back
from sim.steps.income import note_month_on_land
from sim.steps.levers import effective, serve_once
from sim.steps.records import EVENT, OCCASION, WORKER
from sim.steps.support import insurance_kept, pay_relief
from sim.steps.transitions import change_activity, move_to
from sim.world.worker import BACK, DISPLACED, VISITING


@rule
def is_after_break(c) -> bool:
    """March, July, November: a month's break from work, for the festival or the harvest, is over."""
    return (c.month_of_year == MARCH) | (c.month_of_year == JULY) | (c.month_of_year == NOVEMBER)


@rule
def end_break(w, c, b, k) -> None:
    """Forget the break of last month, also of those who lost the job at once."""
    w.status = int(w.status) & ~BACK


@rule
def is_farm_season(c) -> bool:
    """June and October: sowing and harvest in most of the country."""
    return (c.month_of_year == JUNE) | (c.month_of_year == OCTOBER)


@inlined_rule
def help_on_farm(w, c, b, k) -> None:
    """Leave the local job alone for a month, unpaid, for the family's own land."""
    if is_farm_season(c) and uniform(c.keys, PURPOSE.farm_season, int(w.id)) < c.economy.farm_season_share:
        w.status = int(w.status) | BACK
        b.employed[int(w.place), int(w.sector)] += 1
        note_month_on_land(w, c, b, 1)


@rule
def is_visiting_season(c) -> bool:
    """January to March: nobody is away from work for the festival after that."""
    return c.month_of_year <= MARCH


@rule
def is_festival_concern(w, c) -> bool:
    """Everybody in January and February, and those still at home in March."""
    return (c.month_of_year <= FEBRUARY) | ((int(w.status) & VISITING) != 0)


@rule
def visit_chance(c) -> float:
    """Probability that a migrant at work goes home this month: the early ones in January."""
    share = c.economy.festival_visit_share
    early = share * c.economy.early_visit_share
    return early if c.month_of_year == JANUARY else (share - early) / max(1.0 - early, 1e-9)


@inlined_rule
def visit_home(w, c, b, k) -> None:
    """Go home for Spring Festival, in January or February; come back in February, March, or lose the job.

    A worker still at home at the end of March is stranded: back in the home township without a
    job, but attached to the old place. Source: [A20, A33, A36].
    """
    worker, flags, place = int(w.id), int(w.status), int(w.place)
    if flags & VISITING == 0:
        if c.month_of_year > FEBRUARY or uniform(c.keys, PURPOSE.festival_visit, worker) >= visit_chance(c):
            return
        flags |= VISITING
        b.events[EVENT.festival_visits] += 1
    if c.month_of_year == JANUARY:
        b.employed[place, int(w.sector)] += 1
        b.absent[place] += 1
        b.visiting[int(w.home)] += 1
        w.status = flags
        return
    chance = (
        c.economy.festival_return_probability
        if c.month_of_year == FEBRUARY
        else c.economy.late_return_probability
    )
    chance = carried_back(
        chance * (1.0 - c.place.travel_closed_share[place]),
        effective(w, c, b, k, WORKER.festival_transport_share),
    )
    luck = uniform(c.keys, PURPOSE.festival_return, worker)
    if luck < chance:
        serve_once(w, c, b, k, OCCASION.festival_trip, luck / chance)
        flags = (flags & ~VISITING) | (BACK if c.month_of_year == FEBRUARY else 0)
    elif c.month_of_year != FEBRUARY:
        flags = (insurance_kept(w, c, b, k, flags) & ~VISITING) | DISPLACED
        pay_relief(w, c, b, k, FARM, int(w.home))
        w.attached_place = place
        move_to(w, c, int(w.home))
        change_activity(w, c, FARM)
        b.events[EVENT.stranded] += 1
    if flags & (VISITING | BACK):  # a job, but no pay this month
        b.employed[place, int(w.sector)] += 1
        b.absent[place] += 1
        b.visiting[int(w.home)] += (flags & VISITING) != 0
    w.status = flags
