"""Training: what a course is worth, and how it fades."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule


@rule
def training_premium(is_trained: bool, months_since: float, premium: float, decay_rate: float) -> float:
    """Log pay gain of a course completed some months ago.

    premium * exp(-decay_rate * years since). premium: log points. decay_rate: per year.
    Source: mass training adds about 4 %, not the 8 % of matching studies [D01]; decay [D09].
    Ignores the course's field and length.
    """
    if not is_trained:
        return 0.0
    return premium * exp(-decay_rate * max(months_since, 0.0) / 12.0)
