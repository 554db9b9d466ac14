"""Skill and pay, living without pay, paying for work, and dividing income."""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.categories import LOCAL_WORK, MIGRANT_WORK, OWN_BUSINESS, TRAINING
from sim.core.compiled import inlined_rule, rule
from sim.rules.earnings import log_productivity, monthly_pay, productivity_factor
from sim.rules.household import dissaving, remittance, saving, share_of
from sim.steps.ideas import idea_factor
from sim.steps.income import extra_living_cost, note_income
from sim.steps.levers import effective, serve
from sim.steps.loans import service_debt
from sim.steps.records import (
    BYTES,
    EXPERIENCE_MONTHS,
    MONEY,
    OCCASION,
    OWN_PAY,
    TRAINING_MONTHS,
    TRAIT_CELLS,
    UNTRAINED,
    WORKER,
)
from sim.steps.rights import insurance_contribution, premium_aid, recovered_pay, withheld_pay
from sim.steps.transfers import has_transfer, receive_transfer
from sim.world.worker import (
    ABILITY_UNIT,
    INSURED,
    IS_FEMALE,
    MOST_EARNINGS,
    MOST_MONTHS,
    MOST_SAVINGS,
    POOR,
    TRAINED,
    UNPAID,
    education_of,
    worker_at,
)


@rule
def gender_gap(c, traits) -> float:
    """What a worker of these traits earns less for being a woman, in log points."""
    return c.economy.female_pay_gap if traits & IS_FEMALE else 0.0


@inlined_rule
def skill_cells(w, c):
    """Where the worker stands in the month's tables by traits, experience, training and ability."""
    since = min(max(c.month - int(w.trained_month), 0), TRAINING_MONTHS - 1)
    return (
        int(w.traits) & (TRAIT_CELLS - 1),
        min(int(w.experience_months), EXPERIENCE_MONTHS - 1),
        since if int(w.status) & TRAINED else UNTRAINED,
        int(w.ability) & (BYTES - 1),
    )


@rule
def log_skill(w, c) -> float:
    """The worker's log pay over that of the reference worker."""
    traits, experience, training, _ = skill_cells(w, c)
    return log_productivity(
        c.schooling_pay[education_of(traits)],
        c.experience_pay[experience],
        c.training_pay[training],
        int(w.ability) * ABILITY_UNIT,
        gender_gap(c, traits),
    )


@rule
def current_pay(w, c) -> int:
    """Pay of a month in the present job or business, whole yuan."""
    if w.activity == OWN_BUSINESS:
        level = c.pay_level[int(w.place), OWN_PAY] * idea_factor(w, c)
        return monthly_pay(level, _productivity(w, c), c.match_factor[0])
    return wage(w, c)


@inlined_rule
def wage(w, c) -> int:
    """An employee's pay of a month in the present job, whole yuan."""
    level = c.pay_level[int(w.place), int(w.sector)]
    return monthly_pay(level, _productivity(w, c), c.match_factor[int(w.match) & (BYTES - 1)])


@inlined_rule
def _productivity(w, c) -> float:
    """The worker's pay over that of the reference worker."""
    traits, experience, training, ability = skill_cells(w, c)
    return productivity_factor(
        c.trait_factor[traits],
        c.experience_factor[experience],
        c.training_factor[training],
        c.ability_factor[ability],
    )


@rule
def live_without_pay(w, c, b, k) -> None:
    """Live on benefit, odd jobs and savings while searching; the rest comes from the family at home.

    On a course or at school there are neither benefit nor odd jobs.
    """
    benefit, odd_jobs = 0, 0
    if w.activity != TRAINING:
        benefit = int(effective(w, c, b, k, WORKER.unemployment_benefit_yuan))
        odd_jobs = int(effective(w, c, b, k, WORKER.search_income_yuan))
    cost = extra_living_cost(w, c)
    spent = dissaving(int(w.savings), cost, benefit + odd_jobs)
    note_income(w, odd_jobs - cost)
    w.savings = int(w.savings) - spent
    w.earnings_year = min(int(w.earnings_year) + odd_jobs, MOST_EARNINGS)
    if w.activity != TRAINING:
        receive_transfer(w, c, b, k, WORKER.unemployment_benefit_yuan, MONEY.benefit, benefit)
    b.money[MONEY.earned] += odd_jobs
    b.home_money[int(w.home), 1] += odd_jobs
    b.money[MONEY.saved] -= spent
    b.money[MONEY.consumption] += benefit + odd_jobs + spent


@inlined_rule
def earn(w, c, b, k) -> None:
    """Earn a month's pay, of which an employer may withhold some, and divide it."""
    pay, received, contribution = receive_wage(w, c, b, k)
    divide_pay(w, c, b, pay, received, contribution)


@rule
def earn_listed(rows, states, c, b, chosen) -> None:
    """The same for those at the ``chosen`` positions of a block, in loops that each do one part for all.

    So the processor divides the money of eight at a time, and waits for nobody's pay.
    """
    for j in range(len(chosen)):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        pay, received, contribution = receive_wage(w, c, b, k)
        b.wage[j], b.contribution[j], b.take_home[j] = pay, contribution, received - contribution
        b.sent[j] = w.activity == MIGRANT_WORK  # until it is known how much
    for j in range(len(chosen)):
        b.sent[j], b.put_aside[j] = divided(c, int(b.take_home[j]), int(b.sent[j]) != 0)
    for j in range(len(chosen)):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        took_home, sent, put_aside = int(b.take_home[j]), int(b.sent[j]), int(b.put_aside[j])
        book_pay(w, c, b, int(b.wage[j]), int(b.contribution[j]), took_home, sent, put_aside)


@inlined_rule
def receive_wage(w, c, b, k):
    """An employee's pay, what the worker is handed of it and of what was owed, with aid, and the contribution
    that is due from it, in yuan.
    """
    flags, pay = int(w.status), wage(w, c)
    received, contribution, aid = pay, 0, 0
    b.employed[int(w.place), int(w.sector)] += 1
    if (w.arrears > 0) | ((flags & UNPAID) != 0):
        received = pay - withheld_pay(w, c, b, pay) + recovered_pay(w, c, b, k)
    if flags & INSURED:
        contribution = min(insurance_contribution(w, c, b, k, pay), received)
        on_top = share_of(min(pay, received), c.economy.insurance_employer_rate)
        b.money[MONEY.employer_contribution] += on_top
        b.employers[int(w.place)] += on_top
        if has_transfer(c, WORKER.insurance_contribution_rate):
            aid = premium_aid(w, c, b, k, pay, received, contribution)
            contribution += aid
    note_income(w, received - contribution - extra_living_cost(w, c))
    return pay, received + aid, contribution


@rule
def is_work_billed(c) -> bool:
    """Whether a lever serves people by the month of work."""
    return c.levers.billed[OCCASION.work_month] > 0


@rule
def bill_work(w, c, b, k) -> None:
    """Bill the levers that serve people by the month of work."""
    serve(w, c, b, k, OCCASION.work_month)


@rule
def is_insured(w, c) -> bool:
    """Whether the worker is in the workers' insurance scheme."""
    return (int(w.status) & INSURED) != 0


@rule
def is_contribution_aided(c) -> bool:
    """Whether a lever aids the insured with their contribution."""
    return c.upper_bound[WORKER.premium_aid_yuan] > 0.0


@rule
def aid_with_contribution(w, c, b, k) -> None:
    """Pay an insured worker the aid that is due: whoever has paid the contribution gets it, and spends it at
    once.
    """
    aid = int(effective(w, c, b, k, WORKER.premium_aid_yuan))
    receive_transfer(w, c, b, k, WORKER.premium_aid_yuan, MONEY.benefit, aid)
    b.money[MONEY.consumption] += aid


@rule
def take_profit(w, c, b, k) -> None:
    """Earn a month's profit from a business of one's own, serve its debt, and divide the rest."""
    pay = int(current_pay(w, c) * exp(effective(w, c, b, k, WORKER.business_profit_shift)))
    divide_pay(w, c, b, pay, pay - service_debt(w, c, b, k, pay), 0)
    note_income(w, pay)


@inlined_rule
def divide_pay(w, c, b, pay, received, contribution) -> None:
    """Divide a month's money between the scheme, the family at home, savings and living, in yuan."""
    take_home = received - contribution
    sent, put_aside = divided(c, take_home, w.activity == MIGRANT_WORK)
    book_pay(w, c, b, pay, contribution, take_home, sent, put_aside)


@inlined_rule
def divided(c, take_home, is_away):
    """What a worker sends home out of what is left after contributions, and puts aside, in yuan."""
    sent = remittance(take_home, c.economy.remittance_share, is_away)
    return sent, saving(take_home - sent, c.economy.saving_share)


@inlined_rule
def book_pay(w, c, b, pay, contribution, take_home, sent, put_aside) -> None:
    """Book a month's money as it was divided, and the month of work, in yuan."""
    activity, home = int(w.activity), int(w.home)
    is_away = activity == MIGRANT_WORK
    saved = min(put_aside, MOST_SAVINGS - int(w.savings))
    w.savings = int(w.savings) + saved
    w.earnings_year = min(int(w.earnings_year) + pay, MOST_EARNINGS)
    w.experience_months = min(int(w.experience_months) + 1, MOST_MONTHS)
    w.migrant_months = min(int(w.migrant_months) + is_away, MOST_MONTHS)
    # months away are counted in the low half of the byte, local ones in the high half
    is_local = (activity == LOCAL_WORK) | (activity == OWN_BUSINESS)
    w.worked_months = int(w.worked_months) + is_away + 16 * is_local
    b.money[MONEY.earned] += pay
    b.money[MONEY.contribution] += contribution
    b.money[MONEY.remittance] += sent
    b.money[MONEY.saved] += saved
    b.money[MONEY.consumption] += take_home - sent - saved
    b.pay[activity, 0] += pay
    b.pay[activity, 1] += 1
    b.home_money[home, 0] += sent
    b.home_money[home, 1] += pay
    if int(w.traits) & POOR:
        b.home_money[home, 2] += sent
