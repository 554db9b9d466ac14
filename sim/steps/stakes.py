"""The rarer, larger decisions, which levers can ration: own business and settlement.

Both are decided early in the month, on the state that the claims of the month were counted on, so
that what is granted can never exceed what was counted.
"""

from sim.arithmetic import log
from sim.compiled import rule
from sim.draws import PURPOSE, uniform, uniform_for
from sim.rules.enterprise import (
    capital_need,
    is_feasible,
    may_consider,
    paid_jobs,
    start_probability,
)
from sim.rules.settlement import MONTHS_OF_STAY_NEEDED, points, willingness
from sim.steps.choice import go_home
from sim.steps.conditions import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    PLACE,
    POINT_BINS,
    WORKER,
    faced,
    has_school_child,
    is_among,
    is_aware,
    is_eligible,
    serve,
    ticket_bin,
)
from sim.steps.life import change_activity
from sim.steps.work import current_pay, log_skill
from sim.vocabulary import (
    EMPLOYEES,
    EXITED,
    FARM,
    FREE_TO_MOVE,
    LOCAL_WORK,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SEARCHERS,
    SETTLED_WORK,
    TRAINABLE,
    activity_set,
)
from sim.world.places import HOMES
from sim.world.schema import (
    ADDITIONAL,
    DISPLACED,
    INSURED,
    NEW,
    TRAINED,
    VISITING,
    age_months,
    education_of,
)

_CAPITAL_MEDIAN = ECONOMY.index("startup_capital_median_yuan")
_CAPITAL_SD = ECONOMY.index("startup_capital_log_sd")
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
_OPEN = WORKER.index("settlement_open_share")
_REGISTER = WORKER.index("settlement_registration_probability")
_ENROL = WORKER.index("training_enrolment_probability")
U_CONSIDER = PURPOSE["business_consider"]
_U_START = PURPOSE["business_start"]
_U_JOBS = PURPOSE["business_jobs"]
_U_CAPITAL = PURPOSE["trait_capital_need"]
U_REGISTER = PURPOSE["settlement"]
_U_OPEN = PURPOSE["trait_openness"]
_U_WILLING = PURPOSE["trait_willingness"]
_U_TRAINING = PURPOSE["training"]
_E_START = EVENT["business_starts"]
_E_ADDITIONAL = EVENT["additional_starts"]
_E_SETTLED = EVENT["settlements"]
_E_NEW_SETTLED = EVENT["new_settlements"]
_M_GRANT = MONEY_CODE["grant"]
_M_LOAN = MONEY_CODE["loan"]
_M_CAPITAL = MONEY_CODE["capital"]
_M_SAVED = MONEY_CODE["saved"]
_BUSINESS_START = OCCASION_NAMES.index("business_start")
_TRAINING_ENROLMENT = OCCASION_NAMES.index("training_enrolment")
_SETTLEMENT = OCCASION_NAMES.index("settlement")
_NEW_SETTLEMENT = OCCASION_NAMES.index("new_settlement")
_SEARCH_MONTH = OCCASION_NAMES.index("search_month")
_BUSINESS_MONTH = OCCASION_NAMES.index("business_month")
_MIGRANTS = activity_set(MIGRANT_WORK)
_SEARCH_OR_LOSE = SEARCHERS | EMPLOYEES | activity_set(FARM)  # who may be searching later in the month


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
def weigh_up_business(w, c, b, k) -> None:
    """Think of a business; start it if the capital can be raised and it looks worthwhile."""
    worker = int(w.id)
    if uniform(c.keys, U_CONSIDER, worker) >= faced(w, c, b, k, _CONSIDER):
        return
    place = int(w.home)
    grant, loan = faced(w, c, b, k, _GRANT), faced(w, c, b, k, _LOAN)
    draw = uniform(c.keys, _U_START, worker)
    capital = startup_capital(w, c)
    here = int(w.place)
    gain = log_profit_gain(w, c)
    chance = start_chance(c, capital, int(w.savings), gain, grant, loan, faced(w, c, b, k, _SHIFT))
    if draw >= chance:
        return
    without = start_chance(
        c, capital, int(w.savings), gain, c.faced[_GRANT, here], c.faced[_LOAN, here],
        c.faced[_SHIFT, here],
    )
    start_business(w, c, b, k, capital, int(grant), int(loan), draw >= without, place)


@rule
def startup_capital(w, c) -> int:
    """Capital that this worker's business would need, at this month's prices."""
    draw = uniform(c.life_keys, _U_CAPITAL, int(w.id))
    median = c.economy[_CAPITAL_MEDIAN] * c.price_index
    return min(capital_need(draw, median, c.economy[_CAPITAL_SD]), 100_000_000)


@rule
def log_profit_gain(w, c) -> float:
    """Expected profit at home over present income, in log points."""
    profit = c.mean_log_pay[int(w.home)] + c.economy[_PROFIT_PREMIUM] + log_skill(w, c)
    if w.activity == LOCAL_WORK or w.activity == MIGRANT_WORK:
        living = c.living_cost[int(w.place)] if w.activity == MIGRANT_WORK else 0.0
        return profit - log(max(current_pay(w, c) - living, 300.0))
    return profit - log(max(c.farm_income[int(w.home)], 1.0))


@rule
def start_chance(c, capital, savings, gain, grant, loan, shift) -> float:
    """Probability of starting: nil where the capital cannot be raised."""
    if not is_feasible(capital, savings, loan, grant):
        return 0.0
    return start_probability(
        c.economy[_START_ODDS], gain, c.economy[_PROFIT_COEFFICIENT], grant,
        c.economy[_GRANT_EFFECT], shift,
    )


@rule
def start_business(w, c, b, k, capital, grant, loan, is_additional, home_place) -> None:
    """Open the business at home: capital from savings first, then grant and loan."""
    serve(w, c, b, k, _BUSINESS_START)
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
    w.business_jobs = paid_jobs(uniform(c.keys, _U_JOBS, int(w.id)), c.economy[_JOBS_MEAN])
    change_activity(w, OWN_BUSINESS)


# --- settlement -----------------------------------------------------------------------------------
@rule
def highest_register_chance(c) -> float:
    """No worker gets round to registering with a higher probability this month."""
    return c.most[_REGISTER]


@rule
def may_settle(w, c) -> bool:
    """Workers with a year of stay in the place."""
    return c.month - int(w.arrived_month) >= MONTHS_OF_STAY_NEEDED


@rule
def applies_to_settle(w, c, register_probability) -> bool:
    """Whether the worker gets round to it this month and is willing."""
    if uniform(c.keys, U_REGISTER, int(w.id)) >= register_probability:
        return False
    place = int(w.place)
    relative = log(current_pay(w, c) * 1.0) - c.mean_log_pay[place]
    school = c.economy[_SCHOOL] * c.place[_SCHOOL_ACCESS, place] if has_school_child(w, c) else 0.0
    insured = c.economy[_INSURANCE] if int(w.status) & INSURED else 0.0
    chance = willingness(
        c.economy[_WILLING], (c.month - int(w.arrived_month)) / 12.0, c.economy[_STAY], relative,
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
    score = points(
        int(w.insured_months) / 12.0, 3.0 * education_of(int(w.traits)) + 3.0,
        (c.month - int(w.arrived_month)) / 12.0, age_months(int(w.birth_month), c.month) / 12.0,
        (int(w.status) & TRAINED) != 0,
    )
    return min(max(int(score), 0), POINT_BINS - 1)


@rule
def settle(w, c, b, k) -> None:
    """Move registration to the city: admitted by its rules, willing, and within the quota."""
    if not applies_to_settle(w, c, faced(w, c, b, k, _REGISTER)):
        return
    place = int(w.place)
    rank = openness(w, c)
    if rank >= faced(w, c, b, k, _OPEN):
        return
    if c.place[_QUOTA, place] < 1.0 and point_bin(w, c) <= c.quota_cutoff[place]:
        return
    serve(w, c, b, k, _SETTLEMENT)
    if rank >= c.open_by_rule[place]:
        serve(w, c, b, k, _NEW_SETTLEMENT)
        b.events[_E_NEW_SETTLED] += 1
    b.events[_E_SETTLED] += 1
    w.status = int(w.status) & ~(NEW | DISPLACED)
    change_activity(w, SETTLED_WORK)


# --- claims: who would use a rationed lever or a quota this month ----------------------------------
@rule
def would_use(w, c, lever) -> bool:
    """Whether the worker would use the lever this month if granted, on the state of its start."""
    occasion = c.levers.occasion[lever]
    activity, flags = int(w.activity), int(w.status)
    is_free = is_among(activity, flags, FREE_TO_MOVE, VISITING)
    if occasion == _BUSINESS_START:
        return is_free and draws_below(w, c, U_CONSIDER, c.most[_CONSIDER]) and may_start_business(w, c)
    if occasion == _TRAINING_ENROLMENT:
        may_train = is_among(activity, flags, TRAINABLE, VISITING)
        return may_train and draws_below(w, c, _U_TRAINING, c.most[_ENROL])
    if occasion == _SETTLEMENT or occasion == _NEW_SETTLEMENT:
        is_migrant = is_among(activity, flags, _MIGRANTS, VISITING)
        return is_migrant and may_settle(w, c) and applies_to_settle(w, c, c.most[_REGISTER])
    if occasion == _SEARCH_MONTH:
        return is_among(activity, flags, _SEARCH_OR_LOSE, 0)
    if occasion == _BUSINESS_MONTH:
        return activity == OWN_BUSINESS or (is_free and may_start_business(w, c))
    return activity != EXITED


@rule
def claim_levers(w, c, b, k) -> None:
    """Enter the worker's tickets for the rationed levers that the worker would use."""
    for lever in range(c.levers.count):
        row = c.levers.budget_row[lever]
        if row >= 0 and would_use(w, c, lever):
            if is_eligible(w, c, lever) and is_aware(w, c, lever):
                b.tickets[row, ticket_bin(w, c, lever)] += 1


@rule
def claim_quota(w, c, b, k) -> None:
    """Enter the worker's points in a place with a settlement quota, if the worker would apply."""
    place = int(w.place)
    if c.place[_QUOTA, place] < 1.0 and applies_to_settle(w, c, c.most[_REGISTER]):
        if openness(w, c) < c.most[_OPEN]:
            b.points[place, point_bin(w, c)] += 1


@rule
def is_rationed(c) -> bool:
    """Whether some lever is rationed this month."""
    return c.has_budgets != 0


@rule
def draws_below(w, c, purpose, chance) -> bool:
    """Whether the worker's draw of the month for a purpose is below a chance."""
    return uniform(c.keys, purpose, int(w.id)) < chance


@rule
def receive_grants(w, c, b, k) -> None:
    """Note which rationed levers reach the worker this month: the claim's ticket is below the cut."""
    for lever in range(c.levers.count):
        row = c.levers.budget_row[lever]
        if row >= 0:
            granted = (
                c.levers.cutoff[lever] > 0
                and would_use(w, c, lever)
                and is_eligible(w, c, lever)
                and ticket_bin(w, c, lever) < c.levers.cutoff[lever]
                and is_aware(w, c, lever)
            )
            b.granted[row, k] = granted

