"""Unpaid wages and social insurance."""

from sim.core.compiled import rule

ARREARS_MONTHS = 3.5


@rule
def arrears_probability(base: float, sector_factor: float, is_insured: bool) -> float:
    """Probability per month that an employee's wages stop being paid.

    base * sector factor, halved for those with a formal job (insured).
    Source: 0.8-1.0 % of workers a year, construction twice that [E02]; contracts go with fewer
    arrears [E11].
    """
    return min(1.0, base * sector_factor * (0.5 if is_insured else 1.0))


@rule
def is_pay_withheld(owed: int, pay: int, starts_now: bool) -> bool:
    """Whether this month's pay goes unpaid: from the onset until about 3.5 months are owed.

    Source: owed per victim over monthly pay, 2015-16 [E03].
    """
    return starts_now or (owed > 0 and owed < (ARREARS_MONTHS - 1.0) * pay)


@rule
def arrears_loss_share(onset: float, recovery: float) -> float:
    """Share of expected pay lost to arrears: months unpaid times the chance of no recovery in 2 years.

    Source: 0.3 % of expected pay in 2016 [E04].
    """
    unrecovered = 1.0
    for _ in range(4):
        unrecovered *= (1.0 - recovery) * (1.0 - recovery)
    return min(0.5, onset * ARREARS_MONTHS * unrecovered)
