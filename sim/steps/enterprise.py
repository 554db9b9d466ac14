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
    is_feasible,
    may_consider,
    paid_jobs,
    start_probability,
)
from sim.rules.household import share_of
from sim.steps.earnings import current_pay, log_skill
from sim.steps.levers import effective, serve
from sim.steps.migration import go_home
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.transfers import receive_transfer
from sim.steps.transitions import change_activity
from sim.world.places import HOMES
from sim.world.worker import (
    ADDITIONAL,
    DISPLACED,
    HAD_BUSINESS,
    INSURED,
    MOST_BYTE,
    MOST_SAVINGS,
    NEW,
    age_months,
)

MONTHS_TO_LATE_GRANT = 6
MOST_CAPITAL = 100_000_000  # yuan; no savings, grant or loan reaches it


@rule
def run_business(w, c, b, k) -> None:
    """Keep the business going, or close it and fall back on the farm."""
    serve(w, c, b, k, OCCASION.business_month)
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
    if age + 1 == MONTHS_TO_LATE_GRANT:
        serve(w, c, b, k, OCCASION.business_half_year)
        grant = put_aside(w, b, int(effective(w, c, b, k, WORKER.startup_late_grant_yuan)))
        receive_transfer(w, c, b, k, WORKER.startup_late_grant_yuan, MONEY.grant, grant)


@rule
def close_business(w, c, b, k) -> None:
    """Close the business; an insurer may pay for part of the capital."""
    serve(w, c, b, k, OCCASION.business_closure)
    insured = effective(w, c, b, k, WORKER.business_loss_insured_share)
    if insured > 0.0:
        payout = put_aside(w, b, share_of(startup_capital(w, c), insured))
        receive_transfer(w, c, b, k, WORKER.business_loss_insured_share, MONEY.payout, payout)
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
def weigh_up_business(w, c, b, k) -> None:
    """Think of a business; start it if the capital can be raised and it looks worthwhile."""
    worker, here = int(w.id), int(w.place)
    considers = uniform(c.keys, PURPOSE.business_consider, worker)
    if considers >= effective(w, c, b, k, WORKER.startup_consideration_probability):
        return
    draw = uniform(c.keys, PURPOSE.business_start, worker)
    capital, gain = startup_capital(w, c), log_profit_gain(w, c)
    grant = effective(w, c, b, k, WORKER.startup_grant_yuan)
    loan = loan_to_founder(
        w,
        c,
        effective(w, c, b, k, WORKER.startup_loan_yuan),
        effective(w, c, b, k, WORKER.guaranteed_loan_yuan),
        effective(w, c, b, k, WORKER.loan_approval_probability),
    )
    chance = start_chance(
        w,
        c,
        capital,
        gain + effective(w, c, b, k, WORKER.business_profit_shift),
        grant,
        effective(w, c, b, k, WORKER.startup_late_grant_yuan),
        loan,
        effective(w, c, b, k, WORKER.startup_odds_shift),
        effective(w, c, b, k, WORKER.business_loss_insured_share),
    )
    if draw >= chance:
        return
    rules = c.without_levers
    without = start_chance(
        w,
        c,
        capital,
        gain + rules[WORKER.business_profit_shift, here],
        rules[WORKER.startup_grant_yuan, here],
        rules[WORKER.startup_late_grant_yuan, here],
        loan_to_founder(
            w,
            c,
            rules[WORKER.startup_loan_yuan, here],
            rules[WORKER.guaranteed_loan_yuan, here],
            rules[WORKER.loan_approval_probability, here],
        ),
        rules[WORKER.startup_odds_shift, here],
        rules[WORKER.business_loss_insured_share, here],
    )
    is_additional = draw >= without or considers >= rules[WORKER.startup_consideration_probability, here]
    start_business(w, c, b, k, capital, int(grant), int(loan), is_additional)


@rule
def loan_to_founder(w, c, loan, guaranteed, approval) -> float:
    """The loan that the worker can have, in yuan: the guaranteed one if it is larger and approved."""
    if guaranteed > loan and uniform(c.keys, PURPOSE.loan_approval, int(w.id)) < approval:
        return guaranteed
    return loan


@rule
def log_profit_gain(w, c) -> float:
    """Expected profit at home over present income, in log points."""
    profit = c.mean_log_pay[int(w.home)] + c.economy.business_profit_premium + log_skill(w, c)
    if w.activity == LOCAL_WORK or w.activity == MIGRANT_WORK:
        living = c.living_cost[int(w.place)] if w.activity == MIGRANT_WORK else 0.0
        return profit - log(max(current_pay(w, c) - living, c.economy.startup_present_income_min_yuan))
    return profit - log(max(c.farm_income[int(w.home)], 1.0))


@rule
def start_chance(w, c, capital, gain, grant, late_grant, loan, shift, insured) -> float:
    """Probability of starting: nil where the capital cannot be raised."""
    if not is_feasible(capital, int(w.savings), loan, grant):
        return 0.0
    profit = exp(c.mean_log_pay[int(w.home)] + c.economy.business_profit_premium + log_skill(w, c))
    safety = insured_risk(
        insured,
        float(capital),
        profit,
        c.economy.startup_loss_weight,
        c.economy.startup_loss_risk_rate,
    )
    return start_probability(
        c.economy.startup_log_odds,
        gain + safety,
        c.economy.startup_profit_coefficient,
        expected_grant(grant, late_grant, c.economy.startup_late_grant_weight),
        c.economy.startup_grant_log_odds,
        shift,
    )


@rule
def start_business(w, c, b, k, capital, grant, loan, is_additional) -> None:
    """Open the business at home: capital from savings first, then grant and loan."""
    serve(w, c, b, k, OCCASION.business_start)
    jobs_mean = c.economy.jobs_per_business_mean * effective(w, c, b, k, WORKER.business_jobs_scale)
    own = min(int(w.savings), max(capital - grant - loan, 0))
    borrowed = max(capital - own - grant, 0)
    w.savings = int(w.savings) - own
    b.money[MONEY.saved] -= own
    receive_transfer(w, c, b, k, WORKER.startup_grant_yuan, MONEY.grant, grant)
    b.money[MONEY.loan] += borrowed
    b.money[MONEY.capital] += own + grant + borrowed
    b.events[EVENT.business_starts] += 1
    b.events[EVENT.additional_starts] += is_additional
    go_home(w, c, b, int(w.place) < HOMES)
    flags = int(w.status) & ~(DISPLACED | NEW | INSURED)
    w.status = flags | (ADDITIONAL if is_additional else 0)
    w.business_age = 0
    w.business_jobs = paid_jobs(
        uniform(c.keys, PURPOSE.business_jobs, int(w.id)),
        jobs_mean,
        c.economy.business_jobs_mean_over_median,
        c.economy.business_jobs_log_sd,
        c.economy.business_jobs_max,
    )
    change_activity(w, c, OWN_BUSINESS)
