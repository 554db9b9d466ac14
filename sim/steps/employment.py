"""Losing, changing and finding jobs, running a business, and the month's money."""

from sim.core.arithmetic import exp
from sim.core.categories import MIGRANT_SEARCH, MIGRANT_WORK, SETTLED_WORK
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform_mixed
from sim.rules.employment import (
    age_factor,
    finding_probability,
    hiring_age_factor,
    search_effort,
    separation_probability,
)
from sim.steps.levers import effective, serve, serve_once
from sim.steps.records import (
    EVENT,
    OCCASION,
    WORKER,
)
from sim.steps.support import activity_after_loss, insurance_kept, pay_relief
from sim.steps.transitions import change_activity, hiring_sector, match_quality, take_job
from sim.world.worker import (
    BACK,
    DISPLACED,
    LASTING_TRAITS,
    age_months,
    worker_at,
)


@rule
def highest_loss_chance(c) -> float:
    """No worker loses a job with a higher probability this month."""
    return separation_probability(
        c.upper_bound[WORKER.separation_probability],
        c.highest_separation_factor,
        c.highest_layoff,
        max(c.economy.separation_young_factor, 1.0),
    )


@rule
def highest_change_chance(c) -> float:
    """No worker changes jobs with a higher probability this month."""
    return c.upper_bound[WORKER.job_change_probability]


@inlined_rule
def loss_chance(w, c, b, k) -> float:
    """The worker's probability of losing the job this month, placed in another at once or not."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    return separation_probability(
        effective(w, c, b, k, WORKER.separation_probability),
        c.separation_factor[int(w.sector)],
        c.layoff[int(w.place), int(w.sector)],
        age_factor(age, c.economy.separation_young_age, c.economy.separation_young_factor),
    )


@rule
def lose_or_change_job(w, c, b, k) -> None:
    """Lose the job, move to a better one, or neither: one draw decides.

    Losses lie at its lower end and changes at its upper end, so that more of one does not make others of the
    other.
    """
    loses, changes = loss_or_change(w, c, b, k)
    if loses:
        be_dismissed(w, c, b, k)
    elif changes:
        move_up(w, c, b)


@rule
def lose_or_change_job_listed(rows, states, c, b, chosen) -> None:
    """The same for those at the ``chosen`` positions of a block: what becomes of whom is told first, without
    guesses, and done then.
    """
    lost, changed = 0, 0
    for j in range(len(chosen)):
        k = int(chosen[j])
        loses, changes = loss_or_change(worker_at(rows, states, k, b.id[k]), c, b, k)
        b.open[lost], b.others[changed] = k, k
        lost += loses
        changed += changes
    for n in range(lost):
        k = int(b.open[n])
        be_dismissed(worker_at(rows, states, k, b.id[k]), c, b, k)
    for n in range(changed):
        k = int(b.others[n])
        move_up(worker_at(rows, states, k, b.id[k]), c, b)


@inlined_rule
def loss_or_change(w, c, b, k):
    """Whether the worker loses the job this month, and whether a better one comes up."""
    draw = uniform_mixed(c.keys, PURPOSE.job_event, int(b.mixed_id[k]))
    loses = draw < loss_chance(w, c, b, k)
    comes_up = draw >= 1.0 - effective(w, c, b, k, WORKER.job_change_probability)
    return loses, comes_up & (not loses)


@rule
def move_up(w, c, b) -> None:
    """Change to a job that has come up, if it is better than the present one."""
    b.events[EVENT.job_changes] += 1
    offered = match_quality(w, c)
    if offered > int(w.match):
        w.match = offered
        w.sector = hiring_sector(w, c)
        w.traits = int(w.traits) & LASTING_TRAITS


@rule
def be_dismissed(w, c, b, k) -> None:
    """Lose the job, or be placed in another at once."""
    luck = uniform_mixed(c.keys, PURPOSE.replacement, int(b.mixed_id[k]))
    placed = effective(w, c, b, k, WORKER.replacement_probability)
    if luck < placed:
        serve_once(w, c, b, k, OCCASION.replacement, luck / placed)
        b.events[EVENT.replacements] += 1
        w.match = match_quality(w, c)
        w.sector = hiring_sector(w, c)
        w.traits = int(w.traits) & LASTING_TRAITS
    else:
        b.events[EVENT.separations] += 1
        if w.activity == MIGRANT_WORK and int(w.status) & BACK:
            b.absent[int(w.place)] -= 1  # whoever is back and has lost the job lives there on savings
        pay_relief(w, c, b, k, activity_after_loss(int(w.activity)), int(w.place))
        lose_job(w, c, insurance_kept(w, c, b, k, int(w.status)))


@rule
def lose_job(w, c, flags) -> None:
    """Go from work to search (away or settled) or to the farm (local); stay attached. flags: status."""
    w.status = flags | DISPLACED
    w.attached_place = w.place
    w.match = 0
    change_activity(w, c, activity_after_loss(int(w.activity)))


@rule
def find_job(w, c, b, k) -> None:
    """Find a job through vacancies, fellow workers from home and the service; age counts against it."""
    if finds(w, c, b, k):
        take_job_found(w, c, b, k)


@rule
def find_job_listed(rows, states, c, b, chosen) -> None:
    """The same for those at the ``chosen`` positions of a block: who finds a job is told first."""
    found = 0
    for j in range(len(chosen)):
        k = int(chosen[j])
        b.open[found] = k
        found += finds(worker_at(rows, states, k, b.id[k]), c, b, k)
    for n in range(found):
        k = int(b.open[n])
        take_job_found(worker_at(rows, states, k, b.id[k]), c, b, k)


@inlined_rule
def finds(w, c, b, k) -> bool:
    """Whether a worker who looks for a job finds one this month; bills the service for the search."""
    serve(w, c, b, k, OCCASION.search_month)
    return uniform_mixed(c.keys, PURPOSE.job_find, int(b.mixed_id[k])) < finding_chance(w, c, b, k)


@rule
def take_job_found(w, c, b, k) -> None:
    """Start a job where the worker has looked for one."""
    take_job(w, c, b, k, MIGRANT_WORK if w.activity == MIGRANT_SEARCH else SETTLED_WORK)


@inlined_rule
def finding_chance(w, c, b, k) -> float:
    """The probability with which a worker who looks for a job finds one this month."""
    place = int(w.place)
    chance = finding_probability(
        effective(w, c, b, k, WORKER.job_finding_probability),
        c.matching[place],
        c.network[int(w.home), place],
        c.economy.network_job_finding_effect,
        c.place.service_coverage_share[place],
        c.economy.service_job_finding_effect,
    )
    chance *= hiring_age_factor(
        age_months(int(w.birth_month), c.month) / 12.0,
        c.economy.hiring_full_to_age,
        effective(w, c, b, k, WORKER.hiring_age_slope),
    )
    benefit = effective(w, c, b, k, WORKER.unemployment_benefit_yuan)
    if benefit > 0.0:  # else the effort is 1, and the pay need not be worked out
        pay = exp(c.mean_log_pay[place])
        chance *= search_effort(benefit, pay, c.economy.benefit_search_effect, c.economy.search_effort_min)
    return min(chance, c.finding_limit[place])
