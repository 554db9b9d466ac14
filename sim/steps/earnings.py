"""Skill and pay, living without pay, paying for work, and dividing income."""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.categories import EMPLOYEES, LOCAL_WORK, MIGRANT_WORK, OWN_BUSINESS, TRAINING, members
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
from sim.steps.rights import contributes, insurance_contribution, premium_aid, recovered_pay, withheld_pay
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

_EMPLOYEES = tuple(members(EMPLOYEES))


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
    b.living[0] += cost
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
    pay = wage(w, c)
    take_home, contribution = pay_out(w, c, b, k, pay) if has_deductions(w) else (pay, 0)
    note_employed(w, b)
    cost = extra_living_cost(w, c)
    note_income(w, take_home - cost)
    b.living[0] += cost
    divide_pay(w, c, b, pay, take_home, contribution)


@rule
def earn_listed(rows, states, c, b, chosen) -> None:
    """The same for those at the ``chosen`` positions of a block, in loops that each do one part for all.

    So the processor waits for nobody's pay, does not guess who is insured, and divides and adds up the money
    of eight at a time.
    """
    count, listed = len(chosen), 0
    for j in range(count):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        b.wage[j], b.doing[j] = wage(w, c), w.activity
        note_employed(w, b)
        b.open[listed] = j
        listed += has_deductions(w)
    for j in range(count):
        b.take_home[j], b.contribution[j] = b.wage[j], 0
    for n in range(listed):
        j = int(b.open[n])
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        b.take_home[j], b.contribution[j] = pay_out(w, c, b, k, int(b.wage[j]))
    for j in range(count):
        b.sent[j], b.put_aside[j] = divided(c, int(b.take_home[j]), int(b.doing[j]) == MIGRANT_WORK)
    living = 0
    for j in range(count):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        cost = extra_living_cost(w, c)
        living += cost
        note_income(w, int(b.take_home[j]) - cost)
        b.put_aside[j] = keep_pay(w, int(b.wage[j]), int(b.put_aside[j]))
        book_at_home(w, b, int(b.wage[j]), int(b.sent[j]))
    b.living[0] += living
    _book_listed(b, count)


@rule
def _book_listed(b, count) -> None:
    """Enter the money of the first ``count`` of those listed, activity by activity."""
    for activity in _EMPLOYEES:
        workers, earned, contributed, sent, saved, took_home = 0, 0, 0, 0, 0, 0
        for j in range(count):
            is_theirs = int(b.doing[j]) == activity
            workers += is_theirs
            earned += int(b.wage[j]) if is_theirs else 0
            contributed += int(b.contribution[j]) if is_theirs else 0
            sent += int(b.sent[j]) if is_theirs else 0
            saved += int(b.put_aside[j]) if is_theirs else 0
            took_home += int(b.take_home[j]) if is_theirs else 0
        book_pay(b, activity, workers, earned, contributed, sent, saved, took_home)


@inlined_rule
def note_employed(w, b) -> None:
    """Count an employee among those of the place and sector."""
    b.employed[int(w.place), int(w.sector)] += 1


@inlined_rule
def has_deductions(w) -> bool:
    """Whether an employee may be left with less or more than the month's pay."""
    return (w.arrears > 0) | ((int(w.status) & (UNPAID | INSURED)) != 0)


@inlined_rule
def pay_out(w, c, b, k, pay):
    """What is left to an employee of a month's pay, with what is paid out of what was owed, and the
    contribution that was taken off, in yuan. The employer pays on top of it, and levers may pay a part of it.
    """
    received, contribution = pay, 0
    if (w.arrears > 0) | ((int(w.status) & UNPAID) != 0):
        received = pay - withheld_pay(w, c, b, pay) + recovered_pay(w, c, b, k)
    if is_insured(w, c):
        contribution = min(insurance_contribution(w, c, b, k, pay), received)
        on_top = share_of(min(pay, received), c.economy.insurance_employer_rate)
        b.money[MONEY.employer_contribution] += on_top
        b.employers[int(w.place)] += on_top
        if has_transfer(c, WORKER.insurance_contribution_rate):
            aid = premium_aid(w, c, b, k, pay, received, contribution)
            note_income(w, -aid)  # it goes to the scheme at once
            b.money[MONEY.contribution] += aid
    return received - contribution, contribution


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
    if not contributes(w, c, b, k, wage(w, c)):
        return
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
def divide_pay(w, c, b, pay, take_home, contribution) -> None:
    """Divide what is left of a month's pay between the family at home, savings and living, in yuan."""
    activity = int(w.activity)
    sent, put_aside = divided(c, take_home, activity == MIGRANT_WORK)
    saved = keep_pay(w, pay, put_aside)
    book_at_home(w, b, pay, sent)
    book_pay(b, activity, 1, pay, contribution, sent, saved, take_home)


@inlined_rule
def divided(c, take_home, is_away):
    """What a worker sends home out of what is left after contributions, and puts aside, in yuan."""
    sent = remittance(take_home, c.economy.remittance_share, is_away)
    return sent, saving(take_home - sent, c.economy.saving_share)


@inlined_rule
def keep_pay(w, pay, put_aside) -> int:
    """Write a month of work and its pay into the worker's record; returns the yuan that are saved."""
    activity = int(w.activity)
    is_away = activity == MIGRANT_WORK
    saved = min(put_aside, MOST_SAVINGS - int(w.savings))
    w.savings = int(w.savings) + saved
    w.earnings_year = min(int(w.earnings_year) + pay, MOST_EARNINGS)
    w.experience_months = min(int(w.experience_months) + 1, MOST_MONTHS)
    w.migrant_months = min(int(w.migrant_months) + is_away, MOST_MONTHS)
    # months away are counted in the low half of the byte, local ones in the high half
    is_local = (activity == LOCAL_WORK) | (activity == OWN_BUSINESS)
    w.worked_months = int(w.worked_months) + is_away + 16 * is_local
    return saved


@inlined_rule
def book_at_home(w, b, pay, sent) -> None:
    """Enter pay, and what is sent home of it, in the sums of the worker's home, in yuan."""
    home = int(w.home)
    b.home_money[home, 0] += sent
    b.home_money[home, 1] += pay
    b.home_money[home, 2] += sent if int(w.traits) & POOR else 0


@inlined_rule
def book_pay(b, activity, workers, earned, contributed, sent, saved, took_home) -> None:
    """Enter the money of a month of work, of workers in one activity, in yuan."""
    b.pay[activity, 0] += earned
    b.pay[activity, 1] += workers
    b.money[MONEY.earned] += earned
    b.money[MONEY.contribution] += contributed
    b.money[MONEY.remittance] += sent
    b.money[MONEY.saved] += saved
    b.money[MONEY.consumption] += took_home - sent - saved
