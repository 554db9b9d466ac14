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
    is_own = w.activity == OWN_BUSINESS
    traits, experience, training, ability = skill_cells(w, c)
    productivity = productivity_factor(
        c.trait_factor[traits],
        c.experience_factor[experience],
        c.training_factor[training],
        c.ability_factor[ability],
    )
    level = c.pay_level[int(w.place), OWN_PAY if is_own else int(w.sector)]
    if is_own:
        level *= idea_factor(w, c)
    return monthly_pay(level, productivity, c.match_factor[0 if is_own else int(w.match) & (BYTES - 1)])


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
    flags = int(w.status)
    pay = current_pay(w, c)
    received, contribution, aid = pay, 0, 0
    b.employed[int(w.place), int(w.sector)] += 1
    if (w.arrears > 0) | ((flags & UNPAID) != 0):
        received = pay - withheld_pay(w, c, b, pay) + recovered_pay(w, c, b, k)
    if flags & INSURED:
        contribution = min(insurance_contribution(w, c, b, k, pay), received)
        on_top = share_of(min(pay, received), c.economy.insurance_employer_rate)
        b.money[MONEY.employer_contribution] += on_top
        if has_transfer(c, WORKER.insurance_contribution_rate):
            aid = premium_aid(w, c, b, k, pay, received, contribution)
            contribution += aid
    divide_pay(w, c, b, pay, received + aid, contribution)
    note_income(w, received - contribution - extra_living_cost(w, c))


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
    activity, home = int(w.activity), int(w.home)
    is_away = activity == MIGRANT_WORK
    take_home = received - contribution
    sent = remittance(take_home, c.economy.remittance_share, is_away)
    saved = saving(take_home - sent, c.economy.saving_share)
    saved = min(saved, MOST_SAVINGS - int(w.savings))
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
