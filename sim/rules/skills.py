"""Training: what a course is worth, when, and what it costs whoever takes it."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule


@rule
def training_premium(
    is_trained: bool,
    months_since: float,
    premium: float,
    lag_months: float,
    decay_rate: float,
    displacement: float,
) -> float:
    """Log pay gain of a course completed some months ago.

    premium * (1 - displacement) * min(months / lag, 1) * exp(-decay_rate * years past the lag). premium: log
    points at the lag's end, before what is taken from others. decay_rate: per year. displacement: share of
    the gain that others lose; it is taken off the trainee's, so that the sum over workers is right.
    Source: near nothing at first and most after two to three years [D04]; trials find less than matching
    [D01, D11]; decay [D09]; displacement [D12]. Ignores the course's field and length.
    """
    if not is_trained:
        return 0.0
    months = max(months_since, 0.0)
    reached = 1.0 if months >= lag_months else months / lag_months
    fading_years = max(months - lag_months, 0.0) / 12.0
    return premium * (1.0 - displacement) * reached * exp(-decay_rate * fading_years)


@rule
def pay_lost_on_course(pay: int, share: float) -> int:
    """Yuan of a month's pay that an employee forgoes for the days on a course, rounded down.

    Source: courses of some 80 hours, half of them in working time [D13]. Ignores pay that firms go on paying.
    """
    return int(pay * share)
