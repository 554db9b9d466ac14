"""Wages that go unpaid and are recovered, and social insurance."""

from __future__ import annotations

from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.household import share_of
from sim.rules.rights import arrears_probability, is_pay_withheld
from sim.steps.levers import effective, serve, serve_once
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.transfers import receive_transfer
from sim.world.worker import ARREARS_UNIT, INSURED, MOST_MONTHS, MOST_SHORT, UNPAID, clipped


@rule
def is_owed_nothing(w, c) -> bool:
    """Workers without wages in arrears."""
    return w.arrears == 0


@rule
def highest_arrears_chance(c) -> float:
    """No worker's pay stops with a higher probability this month."""
    return arrears_probability(c.upper_bound[WORKER.arrears_probability], c.highest_arrears_factor, 1.0)


@rule
def go_unpaid(w, c, b, k) -> None:
    """The employer stops paying this month."""
    of_job = c.economy.arrears_insured_factor if int(w.status) & INSURED else 1.0
    of_sector = c.arrears_factor[int(w.sector)]
    chance = arrears_probability(effective(w, c, b, k, WORKER.arrears_probability), of_sector, of_job)
    if uniform(c.keys, PURPOSE.arrears_onset, int(w.id)) < chance:
        b.events[EVENT.arrears_cases] += 1
        w.status = int(w.status) | UNPAID


@rule
def _is_withheld(w, c, pay) -> bool:
    owed = int(w.arrears) * ARREARS_UNIT
    return is_pay_withheld(owed, pay, (int(w.status) & UNPAID) != 0, c.economy.arrears_months)


@rule
def contributes(w, c, b, k, pay) -> bool:
    """Whether an insured employee will pay a contribution this month, out of pay or of what was owed."""
    return not _is_withheld(w, c, pay) or _recovers(w, c, b, k)


@rule
def _recovers(w, c, b, k) -> bool:
    draw = uniform(c.keys, PURPOSE.arrears_recovery, int(w.id))
    return draw < effective(w, c, b, k, WORKER.arrears_recovery_probability)


@rule
def withheld_pay(w, c, b, pay) -> int:
    """Pay that the employer does not hand out this month, in whole units of arrears."""
    if not _is_withheld(w, c, pay):
        return 0
    w.status = int(w.status) & ~UNPAID
    units = min(pay // ARREARS_UNIT, MOST_SHORT - int(w.arrears))
    w.arrears = int(w.arrears) + units
    b.money[MONEY.withheld] += units * ARREARS_UNIT
    return units * ARREARS_UNIT


@rule
def recovered_pay(w, c, b, k) -> int:
    """Wages owed that are paid out this month, all at once."""
    owed = int(w.arrears) * ARREARS_UNIT
    if owed == 0:
        return 0
    serve(w, c, b, k, OCCASION.arrears_case)
    if not _recovers(w, c, b, k):
        return 0
    w.arrears = 0
    b.events[EVENT.arrears_recoveries] += 1
    b.money[MONEY.recovered] += owed
    return owed


@rule
def highest_insurance_chance(c) -> float:
    """No worker joins with a higher probability this month."""
    return c.upper_bound[WORKER.insurance_enrolment_probability]


@rule
def join_insurance(w, c, b, k) -> None:
    """Join the workers' scheme. Whoever would not have joined without levers is on their bill."""
    draw = uniform(c.keys, PURPOSE.insurance, int(w.id))
    chance = effective(w, c, b, k, WORKER.insurance_enrolment_probability)
    if draw < chance:
        before = c.without_levers[WORKER.insurance_enrolment_probability, int(w.place)]
        if draw >= before:
            serve_once(w, c, b, k, OCCASION.new_insurance, (draw - before) / (chance - before))
        b.events[EVENT.insurance_joined] += 1
        w.status = int(w.status) | INSURED


@rule
def insurance_contribution(w, c, b, k, pay) -> int:
    """The insured employee's contribution."""
    w.insured_months = clipped(int(w.insured_months) + 1, 0, MOST_MONTHS)
    return share_of(pay, effective(w, c, b, k, WORKER.insurance_contribution_rate))


@rule
def premium_aid(w, c, b, k, pay, received, contribution) -> int:
    """The part of the contribution that levers pay for the insured employee, in yuan."""
    rate = WORKER.insurance_contribution_rate
    in_full = min(share_of(pay, c.before_levers[rate, int(w.place)]), received)
    aid = max(in_full - contribution, 0)
    receive_transfer(w, c, b, k, rate, MONEY.premium_aid, aid)
    return aid
