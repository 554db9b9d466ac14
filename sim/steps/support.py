"""Support at home and out of work: relief, insurance that is kept, posts, works and workshops."""

from sim.core.arithmetic import log
from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_SEARCH, MIGRANT_WORK, SETTLED_SEARCH
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform, uniform_for
from sim.steps.levers import effective, serve, serve_once
from sim.steps.people import months_in_activity
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.transfers import receive_transfer
from sim.steps.transitions import change_activity
from sim.world.worker import (
    DISPLACED,
    IN_WORKSHOP,
    INSURED,
    NEW,
    ON_WORKS,
    clipped,
)

_CONSTRUCTION, _MANUFACTURING = 1, 0


# --- out of work ----------------------------------------------------------------------------------
@rule
def insurance_kept(w, c, b, k, flags) -> int:
    """The worker's flags after leaving an insured job: still insured if the scheme can be carried along."""
    if flags & INSURED == 0:
        return flags
    rank = uniform_for(c.life_keys, PURPOSE.trait_portability, int(w.id), 0)
    kept = effective(w, c, b, k, WORKER.insurance_portability_share)
    if rank >= kept:
        return flags & ~INSURED
    before = c.without_levers[WORKER.insurance_portability_share, int(w.place)]
    if rank >= before:
        serve_once(w, c, b, k, OCCASION.kept_insurance, (rank - before) / (kept - before))
    return flags


@rule
def activity_after_loss(activity) -> int:
    """What a worker of an activity does who loses the job: search, away or settled, or the farm."""
    if activity == MIGRANT_WORK:
        return MIGRANT_SEARCH
    return FARM if activity == LOCAL_WORK else SETTLED_SEARCH


@rule
def benefit_after_loss(w, c, b, k, activity, place) -> float:
    """The unemployment benefit, in yuan a month, of a worker who loses the job now, and is in an activity and
    place then: what it asks for is asked of the worker without a job.
    """
    before, where, since, status = int(w.activity), int(w.place), int(w.since_month), int(w.status)
    w.activity, w.place, w.since_month, w.status = activity, place, c.month, status | DISPLACED
    benefit = effective(w, c, b, k, WORKER.unemployment_benefit_yuan)
    w.activity, w.place, w.since_month, w.status = before, where, since, status
    return benefit


@rule
def pay_relief(w, c, b, k, activity, place) -> None:
    """Pay one-off relief to a worker who is losing the job, unless an unemployment benefit is due then.

    It is paid at the loss alone, so never twice before the next job. It is spent at once. activity, place: of
    the worker once the job is lost.
    """
    relief = int(effective(w, c, b, k, WORKER.relief_yuan))
    if relief == 0 or benefit_after_loss(w, c, b, k, activity, place) > 0.0:
        return
    serve(w, c, b, k, OCCASION.relief)
    b.events[EVENT.reliefs] += 1
    receive_transfer(w, c, b, k, WORKER.relief_yuan, MONEY.benefit, relief)
    b.money[MONEY.consumption] += relief


@rule
def has_home_support(c) -> bool:
    """Whether some lever pays workers at home this month."""
    return (c.upper_bound[WORKER.public_post_pay_yuan] > 0.0) | (
        c.upper_bound[WORKER.unemployment_benefit_yuan] > 0.0
    )


@rule
def live_on_support(w, c, b, k) -> None:
    """Draw the pay of a public post, or a benefit after a lost job, at home."""
    if int(w.status) & DISPLACED:
        paid = int(effective(w, c, b, k, WORKER.unemployment_benefit_yuan))
        receive_transfer(w, c, b, k, WORKER.unemployment_benefit_yuan, MONEY.benefit, paid)
    else:
        paid = int(effective(w, c, b, k, WORKER.public_post_pay_yuan))
        if paid > 0:
            serve(w, c, b, k, OCCASION.post_month)
        receive_transfer(w, c, b, k, WORKER.public_post_pay_yuan, MONEY.benefit, paid)
    b.money[MONEY.consumption] += paid


# --- public works and workshops -------------------------------------------------------------------
@rule
def has_works(c) -> bool:
    """Whether public works or workshops hire this month, or still employ somebody."""
    return c.has_works != 0


@rule
def is_works_concern(w, c) -> bool:
    """Workers on public works or in a workshop; where such work hires this month, those on the farm too."""
    is_on = (w.activity == LOCAL_WORK) & ((int(w.traits) & (ON_WORKS | IN_WORKSHOP)) != 0)
    hires = (c.upper_bound[WORKER.works_offer_probability] > 0.0) | (
        c.upper_bound[WORKER.workshop_offer_probability] > 0.0
    )
    return is_on | (hires & (w.activity == FARM))


@rule
def work_on_public_works(w, c, b, k) -> None:
    """Begin or end a job on public works, or begin one in a workshop."""
    if w.activity == FARM:
        position = offer_position(w, c, b, k, PURPOSE.works_offer, WORKER.works_offer_probability)
        if position < 1.0:
            serve_once(w, c, b, k, OCCASION.works_job, position)
            b.events[EVENT.works_jobs] += 1
            begin_works(w, c, b, _CONSTRUCTION, c.economy.works_pay_ratio, ON_WORKS)
        else:
            position = offer_position(w, c, b, k, PURPOSE.workshop_offer, WORKER.workshop_offer_probability)
            if position < 1.0:
                serve_once(w, c, b, k, OCCASION.workshop_job, position)
                b.events[EVENT.workshop_jobs] += 1
                begin_works(w, c, b, _MANUFACTURING, c.economy.workshop_pay_ratio, IN_WORKSHOP)
    elif int(w.traits) & ON_WORKS and months_in_activity(w, c) >= c.economy.works_months:
        w.match = 0
        w.status = insurance_kept(w, c, b, k, int(w.status))
        change_activity(w, c, FARM)
    if w.activity == LOCAL_WORK:
        b.works[int(w.home)] += 1
        if int(w.traits) & IN_WORKSHOP:
            luck = uniform_for(c.life_keys, PURPOSE.workshop_offer, int(w.id), 0)
            serve_once(w, c, b, k, OCCASION.workshop_month, luck)


@rule
def offer_position(w, c, b, k, purpose, parameter) -> float:
    """Where in the chance of such a job the worker's draw of the month lies; 1 where it brings none."""
    if c.upper_bound[parameter] <= 0.0:
        return 1.0
    draw = uniform(c.keys, purpose, int(w.id))
    if draw >= c.upper_bound[parameter]:
        return 1.0
    chance = effective(w, c, b, k, parameter)
    return draw / chance if draw < chance else 1.0


@rule
def begin_works(w, c, b, sector, pay_ratio, mark) -> None:
    """Start a job beyond those of the market, at a share of the local pay."""
    b.events[EVENT.hires] += 1
    w.sector = sector
    w.match = clipped(int(100.0 * log(pay_ratio)), -100, 100)
    w.status = int(w.status) & ~(DISPLACED | NEW)
    change_activity(w, c, LOCAL_WORK)
    w.traits = int(w.traits) | mark
