"""A business of one's own: weighing it up and starting it, running it, and closing it."""

from sim.core.arithmetic import exp, log
from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_WORK, OWN_BUSINESS
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.enterprise import (
    capital_need,
    closing_probability,
    expected_grant,
    insured_risk,
    may_consider,
    paid_jobs,
    start_probability,
)
from sim.rules.household import share_of
from sim.rules.loans import can_be_served, cost_of_capital, loan_units, private_credit
from sim.steps.earnings import current_pay, log_skill
from sim.steps.ideas import idea_rank, quality_of
from sim.steps.lever_record import MONTHS_TO_LATE_GRANT, MONTHS_UNTIL_DUE
from sim.steps.levers import effective, late_grant_when_due, serve, serve_once
from sim.steps.loans import is_given_up, settle_loan
from sim.steps.migration import go_home
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.transfers import receive_transfer
from sim.steps.transitions import change_activity
from sim.world.places import HOMES
from sim.world.worker import (
    ADDITIONAL,
    DISPLACED,
    GUARANTEED,
    HAD_BUSINESS,
    INSURED,
    LOAN_UNIT,
    MOST_BYTE,
    MOST_LOAN,
    MOST_SAVINGS,
    NEW,
    age_months,
)

MOST_CAPITAL = 100_000_000  # yuan; no savings, grant or loan reaches it


@rule
def run_business(w, c, b, k) -> None:
    """Keep the business going, or close it and fall back on the farm."""
    serve(w, c, b, k, OCCASION.business_month)
    if is_given_up(w, c):
        close_business(w, c, b, k)
        return
    age = int(w.business_age)
    chance = closing_probability(
        age,
        effective(w, c, b, k, WORKER.business_exit_scale),
        c.economy.business_closing_rate,
        c.economy.business_closing_rate_early,
    )
    if uniform(c.keys, PURPOSE.business_close, int(w.id)) < chance:
        close_business(w, c, b, k)
        return
    w.business_age = min(age + 1, MOST_BYTE)
    home, jobs = int(w.home), int(w.business_jobs)
    b.business[home, 0] += 1
    b.business[home, 1] += jobs
    if int(w.status) & ADDITIONAL:
        b.business[home, 2] += jobs
        b.business[home, 3] += 1
    if age + 1 == MONTHS_TO_LATE_GRANT:
        serve(w, c, b, k, OCCASION.business_half_year)
        grant = put_aside(w, b, int(effective(w, c, b, k, WORKER.startup_late_grant_yuan)))
        receive_transfer(w, c, b, k, WORKER.startup_late_grant_yuan, MONEY.grant, grant)


@rule
def close_business(w, c, b, k) -> None:
    """Close the business; an insurer may pay for part of the capital, and what is owed is settled."""
    serve(w, c, b, k, OCCASION.business_closure)
    insured = effective(w, c, b, k, WORKER.business_loss_insured_share)
    if insured > 0.0:
        payout = put_aside(w, b, share_of(startup_capital(w, c), insured))
        receive_transfer(w, c, b, k, WORKER.business_loss_insured_share, MONEY.payout, payout)
    settle_loan(w, c, b, k, c.economy.debt_recovery_savings_share)
    b.events[EVENT.business_closures] += 1
    w.business_jobs = 0
    w.match = 0
    w.status = (int(w.status) | DISPLACED) & ~ADDITIONAL
    w.attached_place = w.place
    change_activity(w, c, FARM)
    w.traits = int(w.traits) | HAD_BUSINESS


@rule
def put_aside(w, b, amount) -> int:
    """Put an amount into the worker's savings, as far as they can hold it; returns what was put."""
    put = min(amount, MOST_SAVINGS - int(w.savings))
    w.savings = int(w.savings) + put
    b.money[MONEY.saved] += put
    return put


@rule
def startup_capital(w, c) -> int:
    """Capital that this worker's business would need, at this month's prices."""
    draw = uniform(c.life_keys, PURPOSE.trait_capital_need, int(w.id))
    median = c.economy.startup_capital_median_yuan * c.price_index
    return min(capital_need(draw, median, c.economy.startup_capital_log_sd), MOST_CAPITAL)


@rule
def highest_consider_chance(c) -> float:
    """No worker thinks of a business with a higher probability this month."""
    return c.upper_bound[WORKER.startup_consideration_probability]


@rule
def may_start_business(w, c) -> bool:
    """Workers of the ages of founders, long enough away."""
    return may_consider(
        age_months(int(w.birth_month), c.month) / 12.0,
        int(w.migrant_months),
        c.economy.startup_age_min,
        c.economy.startup_age_max,
        c.economy.startup_migrant_months_min,
    )


@rule
def founding_place(w, c) -> int:
    """The place whose levers count for a founder: in the home province, of the kind where the founder lives.

    The business will be at home, so that its province is the home's. In a province without such places it is
    the home township.
    """
    return int(c.place_at_home[int(w.home), c.tier[int(w.place)]])


@rule
def consider_chance(w, c, b, k) -> float:
    """The probability with which the worker thinks of a business this month."""
    here = int(w.place)
    w.place = founding_place(w, c)
    chance = effective(w, c, b, k, WORKER.startup_consideration_probability)
    w.place = here
    return chance


@rule
def weigh_up_business(w, c, b, k) -> None:
    """Think of a business at home; start it if the capital can be raised and the idea is worth it."""
    here, founding = int(w.place), founding_place(w, c)
    considers = uniform(c.keys, PURPOSE.business_consider, int(w.id))
    considered = consider_chance(w, c, b, k)
    if considers >= considered:
        return
    w.place = founding
    serve_once(w, c, b, k, OCCASION.business_idea, considers / considered)
    w.place = here
    rank, capital, grant, own, units, is_guaranteed, chance = weigh(w, c, b, k)
    if rank >= chance:
        return
    is_additional = considers >= c.without_levers[WORKER.startup_consideration_probability, founding]
    if not is_additional:
        is_additional = rank >= chance_without_levers(w, c, rank, capital)
    start_business(w, c, b, k, rank, int(grant), own, units, is_guaranteed, is_additional)


@rule
def weigh(w, c, b, k):
    """What a business at home would be that the worker thinks of this month, with the levers that reach it.

    Returns the rank of the idea, the capital, grant and own money in yuan, the units borrowed (below nought:
    the capital cannot be raised), whether guaranteed, and the share of ideas that are good enough.
    """
    here, income = int(w.place), present_income(w, c)
    w.place = founding_place(w, c)
    rank, capital = idea_rank(w, c, c.month), startup_capital(w, c)
    grant = effective(w, c, b, k, WORKER.startup_grant_yuan)
    own, units, is_guaranteed, cost = raise_capital(
        w,
        c,
        rank,
        capital,
        grant,
        effective(w, c, b, k, WORKER.startup_loan_yuan),
        effective(w, c, b, k, WORKER.guaranteed_loan_yuan),
        effective(w, c, b, k, WORKER.loan_approval_probability),
        effective(w, c, b, k, WORKER.loan_interest_subsidy_share),
    )
    chance = 0.0
    if units >= 0:
        chance = start_chance(
            w,
            c,
            income,
            capital,
            cost,
            effective(w, c, b, k, WORKER.business_profit_shift),
            grant,
            late_grant_as_owner(w, c),
            effective(w, c, b, k, WORKER.startup_odds_shift),
            insured_at_home(w, c, b, k),
        )
    w.place = here
    return rank, capital, grant, own, units, is_guaranteed, chance


@rule
def insured_at_home(w, c, b, k) -> float:
    """The part of the capital that an insurer would pay at home, where a business closes."""
    here = int(w.place)
    w.place = w.home
    share = effective(w, c, b, k, WORKER.business_loss_insured_share)
    w.place = here
    return share


@rule
def late_grant_as_owner(w, c) -> float:
    """The late part of a start-up grant, in yuan, that levers of today will pay when it is due for a business
    that the worker starts now: to an owner at home, so many months older.
    """
    activity, place, since, status = int(w.activity), int(w.place), int(w.since_month), int(w.status)
    birth, trained = int(w.birth_month), int(w.trained_month)
    w.activity, w.place, w.status = OWN_BUSINESS, w.home, status & ~(DISPLACED | NEW | INSURED)
    w.since_month = c.month - MONTHS_UNTIL_DUE
    w.birth_month, w.trained_month = birth - MONTHS_UNTIL_DUE, trained - MONTHS_UNTIL_DUE
    grant = late_grant_when_due(w, c)
    w.activity, w.place, w.since_month, w.status = activity, place, since, status
    w.birth_month, w.trained_month = birth, trained
    return grant


@rule
def chance_without_levers(w, c, rank, capital) -> float:
    """The probability with which the worker would start a business, had no lever been in force."""
    founding, rules = founding_place(w, c), c.without_levers
    grant = rules[WORKER.startup_grant_yuan, founding]
    own, units, is_guaranteed, cost = raise_capital(
        w,
        c,
        rank,
        capital,
        grant,
        rules[WORKER.startup_loan_yuan, founding],
        rules[WORKER.guaranteed_loan_yuan, founding],
        rules[WORKER.loan_approval_probability, founding],
        rules[WORKER.loan_interest_subsidy_share, founding],
    )
    if units < 0:
        return 0.0
    return start_chance(
        w,
        c,
        present_income(w, c),
        capital,
        cost,
        rules[WORKER.business_profit_shift, founding],
        grant,
        c.late_grant[int(w.home)],
        rules[WORKER.startup_odds_shift, founding],
        rules[WORKER.business_loss_insured_share, int(w.home)],
    )


@rule
def raise_capital(w, c, rank, capital, grant, loan, guaranteed, approval, subsidised):
    """How the worker would pay for a business: (own yuan, units borrowed, whether guaranteed, cost a month).

    Units below nought: the capital cannot be raised. Own savings go first, and the gap is borrowed; but a
    guaranteed loan that costs less than own savings would earn elsewhere is taken first, also by those who
    need none. Lenders who know the founder lend by the quality of the idea; a programme cannot tell ideas
    apart. Nobody is lent what expected profit and savings cannot serve. own: below nought where a loan, in
    whole units, leaves something over.
    """
    need, savings, quality = max(capital - int(grant), 0), int(w.savings), quality_of(c, rank)
    rate, profit = c.economy.loan_interest_rate, typical_profit(w, c) * exp(quality)
    if guaranteed > 0.0 and uniform(c.keys, PURPOSE.loan_approval, int(w.id)) < approval:
        net_rate = rate * (1.0 - subsidised)
        if net_rate < c.economy.own_capital_return:
            units = granted(c, need, need, savings, guaranteed, profit)
            if units > 0:
                return need - units * LOAN_UNIT, units, True, monthly_cost(c, need, units, net_rate)
        units = granted(c, need - savings, need, savings, guaranteed, profit)
        if units >= 0:
            return need - units * LOAN_UNIT, units, units > 0, monthly_cost(c, need, units, net_rate)
    private = private_credit(loan, quality, c.economy.private_loan_idea_elasticity)
    units = granted(c, need - savings, need, savings, private, profit)
    return need - units * LOAN_UNIT, units, False, monthly_cost(c, need, units, rate)


@rule
def granted(c, wanted, need, savings, most, profit) -> int:
    """Units of a loan that is lent to whoever wants it for a business that needs some capital, all in yuan.

    Below nought: the capital cannot be raised with it, or the loan could not be served.
    """
    units = loan_units(wanted, min(most, float(MOST_LOAN)), LOAN_UNIT)
    left = savings - (need - units * LOAN_UNIT)
    if left < 0:
        return -1
    is_served = can_be_served(
        units * LOAN_UNIT,
        profit,
        c.economy.debt_service_profit_share,
        left,
        c.economy.loan_interest_rate,
        int(c.economy.loan_term_months),
    )
    return units if is_served else -1


@rule
def monthly_cost(c, need, units, rate) -> float:
    """What the capital of a business costs a month, part of it borrowed at a yearly rate."""
    borrowed = units * LOAN_UNIT
    return cost_of_capital(need - borrowed, c.economy.own_capital_return, borrowed, rate)


@rule
def typical_profit(w, c) -> float:
    """Yuan a month that a typical founder of the worker's skill earns at home, before levers."""
    return exp(c.mean_log_pay[int(w.home)] + c.economy.business_profit_premium + log_skill(w, c))


@rule
def present_income(w, c) -> float:
    """Yuan a month that the worker has now, after the cost of living away."""
    if w.activity == LOCAL_WORK or w.activity == MIGRANT_WORK:
        living = c.living_cost[int(w.place)] if w.activity == MIGRANT_WORK else 0.0
        return max(current_pay(w, c) - living, c.economy.startup_present_income_min_yuan)
    return max(c.farm_income[int(w.home)], 1.0)


@rule
def start_chance(w, c, income, capital, cost, shift, grant, late_grant, support, insured) -> float:
    """Probability that an idea is started by a worker who can raise the capital: a better one always is.

    income: what the worker has now, yuan a month. cost: of the capital, yuan a month. shift: log points of
    profit.
    """
    profit = typical_profit(w, c)
    safety = insured_risk(
        insured,
        float(capital),
        profit,
        c.economy.startup_loss_weight,
        c.economy.startup_loss_risk_rate,
    )
    left = max(profit * exp(shift) - cost, c.economy.startup_present_income_min_yuan)
    return start_probability(
        c.economy.startup_log_odds,
        log(left / income) + safety,
        c.economy.startup_profit_coefficient,
        expected_grant(grant, late_grant, c.economy.startup_late_grant_weight),
        c.economy.startup_grant_log_odds,
        support,
    )


@rule
def start_business(w, c, b, k, rank, grant, own, units, is_guaranteed, is_additional) -> None:
    """Go home and open the business, with own savings, grant and loan; what it is given is given there."""
    here = int(w.place)
    w.place = founding_place(w, c)
    jobs_mean = c.economy.jobs_per_business_mean * effective(w, c, b, k, WORKER.business_jobs_scale)
    jobs_mean *= exp(c.economy.business_jobs_idea_elasticity * quality_of(c, rank))
    borrowed = units * LOAN_UNIT
    w.savings = int(w.savings) - own
    b.money[MONEY.saved] -= own
    serve(w, c, b, k, OCCASION.business_start)  # a fee comes from what savings are left
    receive_transfer(w, c, b, k, WORKER.startup_grant_yuan, MONEY.grant, grant)
    b.money[MONEY.loan] += borrowed
    b.money[MONEY.capital] += own + grant + borrowed
    b.events[EVENT.business_starts] += 1
    b.events[EVENT.additional_starts] += is_additional
    b.events[EVENT.loans] += units > 0
    b.events[EVENT.guaranteed_loans] += is_guaranteed
    b.events[EVENT.additional_loans] += is_guaranteed & is_additional
    w.place = here
    go_home(w, c, b, here < HOMES)
    flags = int(w.status) & ~(DISPLACED | NEW | INSURED)
    w.status = flags | (ADDITIONAL if is_additional else 0)
    w.business_age = 0
    w.loan = units
    w.missed_instalments = 0
    w.business_jobs = paid_jobs(
        uniform(c.keys, PURPOSE.business_jobs, int(w.id)),
        jobs_mean,
        c.economy.business_jobs_mean_over_median,
        c.economy.business_jobs_log_sd,
        c.economy.business_jobs_max,
    )
    change_activity(w, c, OWN_BUSINESS)
    if is_guaranteed:
        w.traits = int(w.traits) | GUARANTEED
