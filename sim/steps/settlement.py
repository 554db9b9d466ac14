"""The rarer, larger decisions, which levers can ration: own business and settlement.

Both are decided early in the month, on the state that the claims of the month were counted on, so
that what is granted can never exceed what was counted.
"""

from sim.core.arithmetic import exp, log
from sim.core.categories import (
    LOCAL_WORK,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_WORK,
)
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform, uniform_for
from sim.rules.enterprise import (
    expected_grant,
    insured_risk,
    is_feasible,
    may_consider,
    paid_jobs,
    start_probability,
)
from sim.rules.settlement import MONTHS_OF_STAY_NEEDED, points, willingness
from sim.steps.employment import current_pay, log_skill
from sim.steps.enterprise import startup_capital
from sim.steps.migration import go_home
from sim.steps.records import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    PLACE,
    POINT_BINS,
    WORKER,
    faced,
    has_school_child,
    housing_rank,
    months_of_stay,
    serve,
)
from sim.steps.transitions import change_activity
from sim.world.places import HOMES
from sim.world.worker import (
    ADDITIONAL,
    DISPLACED,
    INSURED,
    NEW,
    TRAINED,
    age_months,
    education_of,
)

_START_ODDS = ECONOMY.index("startup_log_odds")
_PROFIT_COEFFICIENT = ECONOMY.index("startup_profit_coefficient")
_PROFIT_PREMIUM = ECONOMY.index("business_profit_premium")
_GRANT_EFFECT = ECONOMY.index("startup_grant_log_odds")
_JOBS_MEAN = ECONOMY.index("jobs_per_business_mean")
_WILLING = ECONOMY.index("settlement_willingness_log_odds")
_STAY = ECONOMY.index("settlement_stay_coefficient")
_PAY = ECONOMY.index("settlement_income_coefficient")
_SCHOOL = ECONOMY.index("settlement_school_effect")
_INSURANCE = ECONOMY.index("settlement_insurance_effect")
_CITY_SIZE = ECONOMY.index("settlement_large_city_effect")
_SCHOOL_ACCESS = PLACE.index("school_access_share")
_QUOTA = PLACE.index("settlement_quota_share")
_CONSIDER = WORKER.index("startup_consideration_probability")
_GRANT = WORKER.index("startup_grant_yuan")
_LOAN = WORKER.index("startup_loan_yuan")
_SHIFT = WORKER.index("startup_odds_shift")
_LATE_GRANT = WORKER.index("startup_late_grant_yuan")
_GUARANTEED = WORKER.index("guaranteed_loan_yuan")
_APPROVAL = WORKER.index("loan_approval_probability")
_PROFIT_SHIFT = WORKER.index("business_profit_shift")
_JOBS_SCALE = WORKER.index("business_jobs_scale")
_INSURED_LOSS = WORKER.index("business_loss_insured_share")
_LOSS_WEIGHT = ECONOMY.index("startup_loss_weight")
_HOUSED = PLACE.index("public_housing_share")
_HOUSING_EFFECT = ECONOMY.index("settlement_housing_effect")
_WISH = WORKER.index("settlement_willingness_shift")
_PER_INSURED = PLACE.index("points_per_insured_year")
_PER_SCHOOL = PLACE.index("points_per_school_year")
_PER_STAY = PLACE.index("points_per_stay_year")
_UNDER_45 = PLACE.index("points_under_45")
_FOR_TITLE = PLACE.index("points_trained")
_NEEDED = PLACE.index("points_needed")
_OPEN = WORKER.index("settlement_open_share")
_REGISTER = WORKER.index("settlement_registration_probability")
U_CONSIDER = PURPOSE["business_consider"]
_U_START = PURPOSE["business_start"]
_U_JOBS = PURPOSE["business_jobs"]
_U_APPROVAL = PURPOSE["loan_approval"]
U_REGISTER = PURPOSE["settlement"]
_U_OPEN = PURPOSE["trait_openness"]
_U_WILLING = PURPOSE["trait_willingness"]
_E_START = EVENT["business_starts"]
_E_ADDITIONAL = EVENT["additional_starts"]
_E_SETTLED = EVENT["settlements"]
_E_NEW_SETTLED = EVENT["new_settlements"]
_M_GRANT = MONEY_CODE["grant"]
_M_LOAN = MONEY_CODE["loan"]
_M_CAPITAL = MONEY_CODE["capital"]
_M_SAVED = MONEY_CODE["saved"]
_BUSINESS_START = OCCASION_NAMES.index("business_start")
_SETTLEMENT = OCCASION_NAMES.index("settlement")
_NEW_SETTLEMENT = OCCASION_NAMES.index("new_settlement")


# --- own business ---------------------------------------------------------------------------------
@rule
def highest_consider_chance(c) -> float:
    """No worker thinks of a business with a higher probability this month."""
    return c.most[_CONSIDER]


@rule
def may_start_business(w, c) -> bool:
    """Workers with three years away, aged 22-50."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    return may_consider(age, int(w.migrant_months))


@rule
def might_start(w, c) -> bool:
    """Whether the worker thinks of a business and would start it with the most support anybody has."""
    if uniform(c.keys, U_CONSIDER, int(w.id)) >= c.most[_CONSIDER]:
        return False
    chance = start_chance(
        w, c, startup_capital(w, c), log_profit_gain(w, c) + c.most[_PROFIT_SHIFT], c.most[_GRANT],
        c.most[_LATE_GRANT], max(c.most[_LOAN], c.most[_GUARANTEED]), c.most[_SHIFT], c.most[_INSURED_LOSS],
    )
    return uniform(c.keys, _U_START, int(w.id)) < chance


@rule
def weigh_up_business(w, c, b, k) -> None:
    """Think of a business; start it if the capital can be raised and it looks worthwhile."""
    worker, here = int(w.id), int(w.place)
    considers = uniform(c.keys, U_CONSIDER, worker)
    if considers >= faced(w, c, b, k, _CONSIDER):
        return
    draw = uniform(c.keys, _U_START, worker)
    capital, gain = startup_capital(w, c), log_profit_gain(w, c)
    grant = faced(w, c, b, k, _GRANT)
    loan = loan_to_founder(
        w, c, faced(w, c, b, k, _LOAN), faced(w, c, b, k, _GUARANTEED), faced(w, c, b, k, _APPROVAL)
    )
    chance = start_chance(
        w, c, capital, gain + faced(w, c, b, k, _PROFIT_SHIFT), grant, faced(w, c, b, k, _LATE_GRANT), loan,
        faced(w, c, b, k, _SHIFT), faced(w, c, b, k, _INSURED_LOSS),
    )
    if draw >= chance:
        return
    rules = c.by_rule
    without = start_chance(
        w, c, capital, gain + rules[_PROFIT_SHIFT, here], rules[_GRANT, here], rules[_LATE_GRANT, here],
        loan_to_founder(w, c, rules[_LOAN, here], rules[_GUARANTEED, here], rules[_APPROVAL, here]),
        rules[_SHIFT, here], rules[_INSURED_LOSS, here],
    )
    is_additional = draw >= without or considers >= rules[_CONSIDER, here]
    start_business(w, c, b, k, capital, int(grant), int(loan), is_additional)


@rule
def loan_to_founder(w, c, loan, guaranteed, approval) -> float:
    """The loan that the worker can have, in yuan: the guaranteed one if it is larger and approved."""
    if guaranteed > loan and uniform(c.keys, _U_APPROVAL, int(w.id)) < approval:
        return guaranteed
    return loan


@rule
def log_profit_gain(w, c) -> float:
    """Expected profit at home over present income, in log points."""
    profit = c.mean_log_pay[int(w.home)] + c.economy[_PROFIT_PREMIUM] + log_skill(w, c)
    if w.activity == LOCAL_WORK or w.activity == MIGRANT_WORK:
        living = c.living_cost[int(w.place)] if w.activity == MIGRANT_WORK else 0.0
        return profit - log(max(current_pay(w, c) - living, 300.0))
    return profit - log(max(c.farm_income[int(w.home)], 1.0))


@rule
def start_chance(w, c, capital, gain, grant, late_grant, loan, shift, insured) -> float:
    """Probability of starting: nil where the capital cannot be raised."""
    if not is_feasible(capital, int(w.savings), loan, grant):
        return 0.0
    profit = exp(c.mean_log_pay[int(w.home)] + c.economy[_PROFIT_PREMIUM] + log_skill(w, c))
    safety = insured_risk(insured, float(capital), profit, c.economy[_LOSS_WEIGHT])
    return start_probability(
        c.economy[_START_ODDS], gain + safety, c.economy[_PROFIT_COEFFICIENT],
        expected_grant(grant, late_grant), c.economy[_GRANT_EFFECT], shift,
    )


@rule
def start_business(w, c, b, k, capital, grant, loan, is_additional) -> None:
    """Open the business at home: capital from savings first, then grant and loan."""
    serve(w, c, b, k, _BUSINESS_START)
    jobs_mean = c.economy[_JOBS_MEAN] * faced(w, c, b, k, _JOBS_SCALE)
    own = min(int(w.savings), max(capital - grant - loan, 0))
    borrowed = max(capital - own - grant, 0)
    w.savings = int(w.savings) - own
    b.money[_M_SAVED] -= own
    b.money[_M_GRANT] += grant
    b.money[_M_LOAN] += borrowed
    b.money[_M_CAPITAL] += own + grant + borrowed
    b.events[_E_START] += 1
    b.events[_E_ADDITIONAL] += is_additional
    go_home(w, c, b, int(w.place) < HOMES)
    flags = int(w.status) & ~(DISPLACED | NEW | INSURED)
    w.status = flags | (ADDITIONAL if is_additional else 0)
    w.business_age = 0
    w.business_jobs = paid_jobs(uniform(c.keys, _U_JOBS, int(w.id)), jobs_mean)
    change_activity(w, c, OWN_BUSINESS)


# --- settlement -----------------------------------------------------------------------------------
@rule
def highest_register_chance(c) -> float:
    """No worker gets round to registering with a higher probability this month."""
    return c.most[_REGISTER]


@rule
def may_settle(w, c) -> bool:
    """Workers with a year of stay in the place."""
    return may_settle_in(w, c, 0)


@rule
def may_settle_in(w, c, months) -> bool:
    """Whether the worker will have stayed a year in some months' time, if not gone by then."""
    return months_of_stay(w, c) + months >= MONTHS_OF_STAY_NEEDED


@rule
def applies_to_settle(w, c, register_probability, wish) -> bool:
    """Whether the worker gets round to it this month and is willing. wish: log-odds that levers add."""
    if uniform(c.keys, U_REGISTER, int(w.id)) >= register_probability:
        return False
    return is_willing_to_settle(w, c, wish)


@rule
def is_willing_to_settle(w, c, wish) -> bool:
    """Whether the worker would move registration to the place if they could; a trait of worker and place."""
    place = int(w.place)
    relative = log(current_pay(w, c) * 1.0) - c.mean_log_pay[place]
    school = c.economy[_SCHOOL] * c.place[_SCHOOL_ACCESS, place] if has_school_child(w, c) else 0.0
    insured = c.economy[_INSURANCE] if int(w.status) & INSURED else 0.0
    if housing_rank(w, c) < c.place[_HOUSED, place]:
        wish += c.economy[_HOUSING_EFFECT]
    chance = willingness(
        c.economy[_WILLING] + wish, months_of_stay(w, c) / 12.0, c.economy[_STAY], relative,
        c.economy[_PAY], school, insured, float(c.tier[place] - 1), c.economy[_CITY_SIZE],
    )
    return uniform_for(c.life_keys, _U_WILLING, int(w.id), place) < chance


@rule
def openness(w, c) -> float:
    """How early in the queue of those whom the place's rules admit; below the open share = admitted."""
    return uniform_for(c.life_keys, _U_OPEN, int(w.id), int(w.place))


@rule
def point_bin(w, c) -> int:
    """The worker's score under a points scheme, as a bin."""
    place = int(w.place)
    score = points(
        int(w.insured_months) / 12.0, 3.0 * education_of(int(w.traits)) + 3.0,
        months_of_stay(w, c) / 12.0, age_months(int(w.birth_month), c.month) / 12.0,
        (int(w.status) & TRAINED) != 0, c.place[_PER_INSURED, place], c.place[_PER_SCHOOL, place],
        c.place[_PER_STAY, place], c.place[_UNDER_45, place], c.place[_FOR_TITLE, place],
    )
    return min(max(int(score), 0), POINT_BINS - 1)


@rule
def is_short_of_points(w, c) -> bool:
    """Whether the worker misses the pass mark of a place with a points scheme."""
    place = int(w.place)
    return c.place[_QUOTA, place] < 1.0 and point_bin(w, c) < c.place[_NEEDED, place]


@rule
def settle(w, c, b, k) -> None:
    """Move registration to the city: admitted by its rules, willing, and within the quota."""
    place = int(w.place)
    rank = openness(w, c)
    if rank >= faced(w, c, b, k, _OPEN):
        return
    if c.place[_QUOTA, place] < 1.0 and point_bin(w, c) <= c.quota_cutoff[place]:
        return
    if is_short_of_points(w, c):
        return
    if not applies_to_settle(w, c, faced(w, c, b, k, _REGISTER), faced(w, c, b, k, _WISH)):
        return  # asked last, for whoever is not admitted need not be
    serve(w, c, b, k, _SETTLEMENT)
    is_beyond_quota = c.place[_QUOTA, place] < 1.0 and point_bin(w, c) <= c.quota_cutoff_by_rule[place]
    if rank >= c.by_rule[_OPEN, place] or is_beyond_quota:
        serve(w, c, b, k, _NEW_SETTLEMENT)
        b.events[_E_NEW_SETTLED] += 1
    b.events[_E_SETTLED] += 1
    w.status = int(w.status) & ~(NEW | DISPLACED)
    change_activity(w, c, SETTLED_WORK)
