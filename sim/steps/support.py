"""Support at home and out of work: relief, insurance that is kept, posts, works and workshops."""

from sim.core.arithmetic import log
from sim.core.categories import FARM, LOCAL_WORK
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform, uniform_for
from sim.steps.records import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    WORKER,
    faced,
    months_in_activity,
    serve,
)
from sim.steps.transitions import change_activity
from sim.world.worker import (
    DISPLACED,
    IN_WORKSHOP,
    INSURED,
    NEW,
    ON_WORKS,
    clipped,
)

_WORKS_MONTHS = ECONOMY.index("works_months")
_WORKS_PAY = ECONOMY.index("works_pay_ratio")
_WORKSHOP_PAY = ECONOMY.index("workshop_pay_ratio")
_RELIEF = WORKER.index("relief_yuan")
_BENEFIT = WORKER.index("unemployment_benefit_yuan")
_PORTABILITY = WORKER.index("insurance_portability_share")
_POST = WORKER.index("public_post_pay_yuan")
_WORKS = WORKER.index("works_offer_probability")
_WORKSHOP = WORKER.index("workshop_offer_probability")
_U_PORTABILITY = PURPOSE["trait_portability"]
U_WORKS = PURPOSE["works_offer"]
U_WORKSHOP = PURPOSE["workshop_offer"]
_E_RELIEF = EVENT["reliefs"]
_E_WORKS = EVENT["works_jobs"]
_E_WORKSHOP = EVENT["workshop_jobs"]
_E_HIRE = EVENT["hires"]
_M_BENEFIT = MONEY_CODE["benefit"]
_M_CONSUMPTION = MONEY_CODE["consumption"]
_RELIEF_PAID = OCCASION_NAMES.index("relief")
_POST_MONTH = OCCASION_NAMES.index("post_month")
_SEARCH_MONTH = OCCASION_NAMES.index("search_month")
_WORKS_JOB = OCCASION_NAMES.index("works_job")
_WORKSHOP_JOB = OCCASION_NAMES.index("workshop_job")
_CONSTRUCTION, _MANUFACTURING = 1, 0


# --- out of work ----------------------------------------------------------------------------------
@rule
def insurance_kept(w, c, b, k, flags) -> int:
    """The worker's flags after leaving an insured job: still insured if the scheme can be carried along."""
    if flags & INSURED == 0:
        return flags
    rank = uniform_for(c.life_keys, _U_PORTABILITY, int(w.id), 0)
    return flags if rank < faced(w, c, b, k, _PORTABILITY) else flags & ~INSURED


@rule
def pay_relief(w, c, b, k) -> None:
    """Pay one-off relief to a worker who is losing the job, unless an unemployment benefit is due.

    It is paid at the loss alone, so never twice before the next job. It is spent at once.
    """
    relief = int(faced(w, c, b, k, _RELIEF))
    if relief == 0 or faced(w, c, b, k, _BENEFIT) > 0.0:
        return
    serve(w, c, b, k, _RELIEF_PAID)
    b.events[_E_RELIEF] += 1
    b.money[_M_BENEFIT] += relief
    b.money[_M_CONSUMPTION] += relief


@rule
def has_home_support(c) -> bool:
    """Whether some lever pays workers at home this month."""
    return (c.most[_POST] > 0.0) | (c.most[_BENEFIT] > 0.0)


@rule
def live_on_support(w, c, b, k) -> None:
    """Draw the pay of a public post, or a benefit after a lost job, at home."""
    if int(w.status) & DISPLACED:
        paid = int(faced(w, c, b, k, _BENEFIT))
        if paid > 0:
            serve(w, c, b, k, _SEARCH_MONTH)
    else:
        paid = int(faced(w, c, b, k, _POST))
        if paid > 0:
            serve(w, c, b, k, _POST_MONTH)
    b.money[_M_BENEFIT] += paid
    b.money[_M_CONSUMPTION] += paid


# --- public works and workshops -------------------------------------------------------------------
@rule
def has_works(c) -> bool:
    """Whether public works or workshops hire this month, or still employ somebody."""
    return c.has_works != 0


@rule
def highest_works_chance(c) -> float:
    """No worker is offered a job on public works with a higher probability this month."""
    return c.most[_WORKS]


@rule
def is_works_concern(w, c) -> bool:
    """Workers at home on the farm, on public works or in a workshop."""
    is_on = (w.activity == LOCAL_WORK) & ((int(w.traits) & (ON_WORKS | IN_WORKSHOP)) != 0)
    return is_on | (w.activity == FARM)


@rule
def work_on_public_works(w, c, b, k) -> None:
    """Begin or end a job on public works, or begin one in a workshop."""
    if w.activity == FARM:
        if is_offered(w, c, b, k, U_WORKS, _WORKS):
            serve(w, c, b, k, _WORKS_JOB)
            b.events[_E_WORKS] += 1
            begin_works(w, c, b, _CONSTRUCTION, c.economy[_WORKS_PAY], ON_WORKS)
        elif is_offered(w, c, b, k, U_WORKSHOP, _WORKSHOP):
            serve(w, c, b, k, _WORKSHOP_JOB)
            b.events[_E_WORKSHOP] += 1
            begin_works(w, c, b, _MANUFACTURING, c.economy[_WORKSHOP_PAY], IN_WORKSHOP)
    elif int(w.traits) & ON_WORKS and months_in_activity(w, c) >= c.economy[_WORKS_MONTHS]:
        w.match = 0
        w.status = insurance_kept(w, c, b, k, int(w.status))
        change_activity(w, c, FARM)
    if w.activity == LOCAL_WORK:
        b.works[int(w.home)] += 1


@rule
def is_offered(w, c, b, k, purpose, parameter) -> bool:
    """Whether the worker's draw of the month brings such a job."""
    if c.most[parameter] <= 0.0:
        return False
    draw = uniform(c.keys, purpose, int(w.id))
    return draw < c.most[parameter] and draw < faced(w, c, b, k, parameter)


@rule
def begin_works(w, c, b, sector, pay_ratio, mark) -> None:
    """Start a job beyond those of the market, at a share of the local pay."""
    b.events[_E_HIRE] += 1
    w.sector = sector
    w.match = clipped(int(100.0 * log(pay_ratio)), -100, 100)
    w.status = int(w.status) & ~(DISPLACED | NEW)
    change_activity(w, c, LOCAL_WORK)
    w.traits = int(w.traits) | mark
