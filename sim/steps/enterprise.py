"""Running a business of one's own: profit months, the late part of a grant, closing."""

from sim.core.categories import FARM
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.enterprise import capital_need, closing_probability
from sim.rules.household import share_of
from sim.steps.records import (
    ECONOMY,
    EVENT,
    MONEY_CODE,
    OCCASION_NAMES,
    WORKER,
    faced,
    serve,
)
from sim.steps.transitions import change_activity
from sim.world.worker import ADDITIONAL, DISPLACED, HAD_BUSINESS, MOST_SAVINGS

_CAPITAL_MEDIAN = ECONOMY.index("startup_capital_median_yuan")
_CAPITAL_SD = ECONOMY.index("startup_capital_log_sd")
_CLOSING = WORKER.index("business_exit_scale")
_LATE_GRANT = WORKER.index("startup_late_grant_yuan")
_INSURED_LOSS = WORKER.index("business_loss_insured_share")
_U_CLOSE = PURPOSE["business_close"]
_U_CAPITAL = PURPOSE["trait_capital_need"]
_E_CLOSURE = EVENT["business_closures"]
_M_GRANT = MONEY_CODE["grant"]
_M_PAYOUT = MONEY_CODE["payout"]
_M_SAVED = MONEY_CODE["saved"]
_BUSINESS_MONTH = OCCASION_NAMES.index("business_month")
_HALF_YEAR = OCCASION_NAMES.index("business_half_year")
_CLOSURE = OCCASION_NAMES.index("business_closure")
MONTHS_TO_LATE_GRANT = 6


@rule
def run_business(w, c, b, k) -> None:
    """Keep the business going, or close it and fall back on the farm."""
    serve(w, c, b, k, _BUSINESS_MONTH)
    age = int(w.business_age)
    chance = closing_probability(age, faced(w, c, b, k, _CLOSING))
    if uniform(c.keys, _U_CLOSE, int(w.id)) < chance:
        close_business(w, c, b, k)
        return
    w.business_age = min(age + 1, 255)
    home, jobs = int(w.home), int(w.business_jobs)
    b.business[home, 0] += 1
    b.business[home, 1] += jobs
    if int(w.status) & ADDITIONAL:
        b.business[home, 2] += jobs
    if age + 1 == MONTHS_TO_LATE_GRANT:
        serve(w, c, b, k, _HALF_YEAR)
        b.money[_M_GRANT] += put_aside(w, b, int(faced(w, c, b, k, _LATE_GRANT)))


@rule
def close_business(w, c, b, k) -> None:
    """Close the business; an insurer may pay for part of the capital."""
    serve(w, c, b, k, _CLOSURE)
    insured = faced(w, c, b, k, _INSURED_LOSS)
    if insured > 0.0:
        b.money[_M_PAYOUT] += put_aside(w, b, share_of(startup_capital(w, c), insured))
    b.events[_E_CLOSURE] += 1
    w.business_jobs = 0
    w.status = (int(w.status) | DISPLACED) & ~ADDITIONAL
    w.attached_place = w.place
    change_activity(w, c, FARM)
    w.traits = int(w.traits) | HAD_BUSINESS


@rule
def put_aside(w, b, amount) -> int:
    """Put an amount into the worker's savings, as far as they can hold it; returns what was put."""
    put = min(amount, MOST_SAVINGS - int(w.savings))
    w.savings = int(w.savings) + put
    b.money[_M_SAVED] += put
    return put


@rule
def startup_capital(w, c) -> int:
    """Capital that this worker's business would need, at this month's prices."""
    draw = uniform(c.life_keys, _U_CAPITAL, int(w.id))
    median = c.economy[_CAPITAL_MEDIAN] * c.price_index
    return min(capital_need(draw, median, c.economy[_CAPITAL_SD]), 100_000_000)
