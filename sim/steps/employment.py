"""Losing, changing and finding jobs, running a business, and the month's money."""

from sim.core.arithmetic import exp
from sim.core.categories import (
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_SEARCH,
    SETTLED_WORK,
)
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.earnings import log_productivity, monthly_pay, productivity_factor
from sim.rules.employment import (
    finding_probability,
    search_effort,
    separation_probability,
)
from sim.rules.household import dissaving, remittance, saving, share_of
from sim.rules.rights import arrears_probability, is_pay_withheld
from sim.steps.records import (
    ECONOMY,
    EVENT,
    EXPERIENCE_MONTHS,
    MONEY_CODE,
    OCCASION_NAMES,
    OWN_PAY,
    PLACE,
    TRAINING_MONTHS,
    UNTRAINED,
    WORKER,
    faced,
    serve,
)
from sim.steps.support import insurance_kept, pay_relief
from sim.steps.transitions import change_activity, hiring_sector, match_quality, take_job
from sim.world.worker import (
    ABILITY_UNIT,
    DISPLACED,
    INSURED,
    IS_FEMALE,
    LASTING_TRAITS,
    MOST_SAVINGS,
    TRAINED,
    UNPAID,
    age_months,
    clipped,
    education_of,
)

_FEMALE_PAY = ECONOMY.index("female_pay_gap")
_REMITTANCE = ECONOMY.index("remittance_share")
_SAVING = ECONOMY.index("saving_share")
_NETWORK_EFFECT = ECONOMY.index("network_job_finding_effect")
_SERVICE_EFFECT = ECONOMY.index("service_job_finding_effect")
_SERVICE = PLACE.index("service_coverage_share")
_SEPARATION = WORKER.index("separation_probability")
_CHANGE = WORKER.index("job_change_probability")
_FINDING = WORKER.index("job_finding_probability")
_ARREARS = WORKER.index("arrears_probability")
_RECOVERY = WORKER.index("arrears_recovery_probability")
_ENROL_INSURANCE = WORKER.index("insurance_enrolment_probability")
_CONTRIBUTION = WORKER.index("insurance_contribution_rate")
_BENEFIT = WORKER.index("unemployment_benefit_yuan")
_ODD_JOBS = WORKER.index("search_income_yuan")
_REPLACED = WORKER.index("replacement_probability")
_PROFIT_SHIFT = WORKER.index("business_profit_shift")
_BENEFIT_EFFECT = ECONOMY.index("benefit_search_effect")
U_JOB = PURPOSE["job_event"]
_U_REPLACED = PURPOSE["replacement"]
_U_FIND = PURPOSE["job_find"]
U_ARREARS = PURPOSE["arrears_onset"]
_U_RECOVERY = PURPOSE["arrears_recovery"]
U_INSURANCE = PURPOSE["insurance"]
_E_SEPARATION = EVENT["separations"]
_E_CHANGE = EVENT["job_changes"]
_E_REPLACED = EVENT["replacements"]
_E_ARREARS = EVENT["arrears_cases"]
_E_RECOVERY = EVENT["arrears_recoveries"]
_E_INSURED = EVENT["insurance_joined"]
_M_EARNED = MONEY_CODE["earned"]
_M_WITHHELD = MONEY_CODE["withheld"]
_M_RECOVERED = MONEY_CODE["recovered"]
_M_BENEFIT = MONEY_CODE["benefit"]
_M_CONTRIBUTION = MONEY_CODE["contribution"]
_M_REMITTANCE = MONEY_CODE["remittance"]
_M_CONSUMPTION = MONEY_CODE["consumption"]
_M_SAVED = MONEY_CODE["saved"]
_WORK_MONTH = OCCASION_NAMES.index("work_month")
_SEARCH_MONTH = OCCASION_NAMES.index("search_month")
_REPLACEMENT = OCCASION_NAMES.index("replacement")
_ARREARS_CASE = OCCASION_NAMES.index("arrears_case")


@rule
def highest_job_event_chance(c) -> float:
    """No worker loses or changes a job with a higher probability this month."""
    loss = separation_probability(c.most[_SEPARATION], c.highest_separation_factor, 0.0)
    return loss + c.most[_CHANGE]


@rule
def lose_or_change_job(w, c, b, k) -> None:
    """Lose the job, move to a better one, or neither: one draw decides."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    factor = c.separation_factor[int(w.sector)]
    loss = separation_probability(faced(w, c, b, k, _SEPARATION), factor, age)
    draw = uniform(c.keys, U_JOB, int(w.id))
    if draw >= loss + faced(w, c, b, k, _CHANGE):
        return
    if draw >= loss:
        b.events[_E_CHANGE] += 1
        offered = match_quality(w, c)
        if offered > int(w.match):
            w.match = offered
            w.sector = hiring_sector(w, c)
            w.traits = int(w.traits) & LASTING_TRAITS
    elif uniform(c.keys, _U_REPLACED, int(w.id)) < faced(w, c, b, k, _REPLACED):
        serve(w, c, b, k, _REPLACEMENT)
        b.events[_E_REPLACED] += 1
        w.match = match_quality(w, c)
        w.sector = hiring_sector(w, c)
        w.traits = int(w.traits) & LASTING_TRAITS
    else:
        b.events[_E_SEPARATION] += 1
        pay_relief(w, c, b, k)
        lose_job(w, c, insurance_kept(w, c, b, k, int(w.status)))


@rule
def lose_job(w, c, flags) -> None:
    """Go from work to search (away or settled) or to the farm (local); stay attached. flags: status."""
    activity = w.activity
    w.status = flags | DISPLACED
    w.attached_place = w.place
    w.match = 0
    if activity == LOCAL_WORK:
        change_activity(w, c, FARM)
    elif activity == MIGRANT_WORK:
        change_activity(w, c, MIGRANT_SEARCH)
    else:
        change_activity(w, c, SETTLED_SEARCH)


@rule
def find_job(w, c, b, k) -> None:
    """Find a job through vacancies, fellow workers from home, and the employment service."""
    place = int(w.place)
    serve(w, c, b, k, _SEARCH_MONTH)
    chance = finding_probability(
        faced(w, c, b, k, _FINDING), c.matching[place],
        c.network[int(w.home), place], c.economy[_NETWORK_EFFECT],
        c.place[_SERVICE, place], c.economy[_SERVICE_EFFECT],
    )
    benefit = faced(w, c, b, k, _BENEFIT)
    if benefit > 0.0:  # else the effort is 1, and the pay need not be worked out
        chance *= search_effort(benefit, exp(c.mean_log_pay[place]), c.economy[_BENEFIT_EFFECT])
    if uniform(c.keys, _U_FIND, int(w.id)) < min(chance, c.finding_limit[place]):
        take_job(w, c, b, k, MIGRANT_WORK if w.activity == MIGRANT_SEARCH else SETTLED_WORK)


@rule
def gender_gap(c, traits) -> float:
    """What a worker of these traits earns less for being a woman, in log points."""
    return c.economy[_FEMALE_PAY] if traits & IS_FEMALE else 0.0


@rule
def log_skill(w, c) -> float:
    """The worker's log pay over that of the reference worker."""
    flags, traits = int(w.status), int(w.traits)
    premium = 0.0
    if flags & TRAINED:
        since = min(max(c.month - int(w.trained_month), 0), TRAINING_MONTHS - 1)
        premium = c.training_pay[since]
    experience = c.experience_pay[min(int(w.experience_months), EXPERIENCE_MONTHS - 1)]
    return log_productivity(
        c.schooling_pay[education_of(traits)], experience, premium, int(w.ability) * ABILITY_UNIT,
        gender_gap(c, traits),
    )


@inlined_rule
def skill_cells(w, c):
    """Where the worker stands in the month's tables by traits, experience, training and ability."""
    since = min(max(c.month - int(w.trained_month), 0), TRAINING_MONTHS - 1)
    return (
        int(w.traits) & 15, min(int(w.experience_months), EXPERIENCE_MONTHS - 1),
        since if int(w.status) & TRAINED else UNTRAINED, int(w.ability) & 255,
    )


@rule
def current_pay(w, c) -> int:
    """Pay of a month in the present job or business, whole yuan."""
    is_own = w.activity == OWN_BUSINESS
    traits, experience, training, ability = skill_cells(w, c)
    productivity = productivity_factor(
        c.trait_factor[traits], c.experience_factor[experience], c.training_factor[training],
        c.ability_factor[ability],
    )
    level = c.pay_level[int(w.place), OWN_PAY if is_own else int(w.sector)]
    return monthly_pay(level, productivity, c.match_factor[0 if is_own else int(w.match) & 255])


@rule
def live_without_pay(w, c, b, k) -> None:
    """Live on benefit, odd jobs and savings while searching; the rest comes from the family at home."""
    benefit, odd_jobs = int(faced(w, c, b, k, _BENEFIT)), int(faced(w, c, b, k, _ODD_JOBS))
    spent = dissaving(int(w.savings), int(c.living_cost[int(w.place)]), benefit + odd_jobs)
    w.savings = int(w.savings) - spent
    w.earnings_year = int(w.earnings_year) + odd_jobs
    b.money[_M_BENEFIT] += benefit
    b.money[_M_EARNED] += odd_jobs
    b.home_money[int(w.home), 1] += odd_jobs
    b.money[_M_SAVED] -= spent
    b.money[_M_CONSUMPTION] += benefit + odd_jobs + spent


@inlined_rule
def earn(w, c, b, k) -> None:
    """Earn a month's pay, of which an employer may withhold some, and divide it."""
    flags = int(w.status)
    pay = current_pay(w, c)
    received, contribution = pay, 0
    b.employed[int(w.place), int(w.sector)] += 1
    if (w.arrears > 0) | ((flags & UNPAID) != 0):
        received = pay - withheld_pay(w, b, pay) + recovered_pay(w, c, b, k)
    if flags & INSURED:
        contribution = min(insurance_contribution(w, c, b, k, pay), received)
    divide_pay(w, c, b, pay, received, contribution)


@rule
def is_work_billed(c) -> bool:
    """Whether a lever serves people by the month of work."""
    return c.levers.billed[_WORK_MONTH] > 0


@rule
def bill_work(w, c, b, k) -> None:
    """Bill the levers that serve people by the month of work."""
    serve(w, c, b, k, _WORK_MONTH)


@rule
def take_profit(w, c, b, k) -> None:
    """Earn a month's profit from a business of one's own, and divide it."""
    pay = int(current_pay(w, c) * exp(faced(w, c, b, k, _PROFIT_SHIFT)))
    divide_pay(w, c, b, pay, pay, 0)


@inlined_rule
def divide_pay(w, c, b, pay, received, contribution) -> None:
    """Divide a month's money between the scheme, the family at home, savings and living, in yuan."""
    activity, home = int(w.activity), int(w.home)
    is_away = activity == MIGRANT_WORK
    take_home = received - contribution
    sent = remittance(take_home, c.economy[_REMITTANCE], is_away)
    saved = saving(take_home - sent, c.economy[_SAVING])
    saved = min(saved, MOST_SAVINGS - int(w.savings))
    w.savings = int(w.savings) + saved
    w.earnings_year = int(w.earnings_year) + pay
    w.experience_months = min(int(w.experience_months) + 1, 65535)
    w.migrant_months = min(int(w.migrant_months) + is_away, 65535)
    # months away are counted in the low half of the byte, local ones in the high half
    is_local = (activity == LOCAL_WORK) | (activity == OWN_BUSINESS)
    w.worked_months = int(w.worked_months) + is_away + 16 * is_local
    b.money[_M_EARNED] += pay
    b.money[_M_CONTRIBUTION] += contribution
    b.money[_M_REMITTANCE] += sent
    b.money[_M_SAVED] += saved
    b.money[_M_CONSUMPTION] += take_home - sent - saved
    b.pay[activity, 0] += pay
    b.pay[activity, 1] += 1
    b.home_money[home, 0] += sent
    b.home_money[home, 1] += pay


@rule
def is_owed_nothing(w, c) -> bool:
    """Workers without wages in arrears."""
    return w.arrears == 0


@rule
def highest_arrears_chance(c) -> float:
    """No worker's pay stops with a higher probability this month."""
    return arrears_probability(c.most[_ARREARS], c.highest_arrears_factor, False)


@rule
def go_unpaid(w, c, b, k) -> None:
    """The employer stops paying this month."""
    insured = (int(w.status) & INSURED) != 0
    factor = c.arrears_factor[int(w.sector)]
    chance = arrears_probability(faced(w, c, b, k, _ARREARS), factor, insured)
    if uniform(c.keys, U_ARREARS, int(w.id)) < chance:
        b.events[_E_ARREARS] += 1
        w.status = int(w.status) | UNPAID


@rule
def withheld_pay(w, b, pay) -> int:
    """Pay that the employer does not hand out this month, in tens of yuan."""
    owed = int(w.arrears) * 10
    if not is_pay_withheld(owed, pay, (int(w.status) & UNPAID) != 0):
        return 0
    w.status = int(w.status) & ~UNPAID
    tens = min(pay // 10, 65535 - int(w.arrears))
    w.arrears = int(w.arrears) + tens
    b.money[_M_WITHHELD] += tens * 10
    return tens * 10


@rule
def recovered_pay(w, c, b, k) -> int:
    """Wages owed that are paid out this month, all at once."""
    owed = int(w.arrears) * 10
    if owed == 0:
        return 0
    serve(w, c, b, k, _ARREARS_CASE)
    if uniform(c.keys, _U_RECOVERY, int(w.id)) >= faced(w, c, b, k, _RECOVERY):
        return 0
    w.arrears = 0
    b.events[_E_RECOVERY] += 1
    b.money[_M_RECOVERED] += owed
    return owed


@rule
def highest_insurance_chance(c) -> float:
    """No worker joins with a higher probability this month."""
    return c.most[_ENROL_INSURANCE]


@rule
def join_insurance(w, c, b, k) -> None:
    """Join the workers' scheme."""
    if uniform(c.keys, U_INSURANCE, int(w.id)) < faced(w, c, b, k, _ENROL_INSURANCE):
        b.events[_E_INSURED] += 1
        w.status = int(w.status) | INSURED


@rule
def insurance_contribution(w, c, b, k, pay) -> int:
    """The insured employee's contribution."""
    w.insured_months = clipped(int(w.insured_months) + 1, 0, 65535)
    return share_of(pay, faced(w, c, b, k, _CONTRIBUTION))
