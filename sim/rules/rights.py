"""Unpaid wages and social insurance."""

from sim.core.compiled import rule


@rule
def arrears_probability(base: float, sector_factor: float, job_factor: float) -> float:
    """Probability per month that an employee's wages stop being paid.

    base * sector factor * job factor, which is less than 1 in a formal job.
    Source: 0.8-1.0 % of workers a year, construction twice that [E02]; contracts go with fewer
    arrears [E11].
    """
    return min(1.0, base * sector_factor * job_factor)


@rule
def is_pay_withheld(owed: int, pay: int, starts_now: bool, months: float) -> bool:
    """Whether this month's pay goes unpaid: from the onset until about so many months are owed.

    Source: owed per victim over monthly pay, 2015-16 [E03].
    """
    return starts_now or (owed > 0 and owed < (months - 1.0) * pay)


@rule
def arrears_loss_share(onset: float, recovery: float, months: float, patience: float, most: float) -> float:
    """Share of expected pay lost to arrears: months unpaid times the chance of no recovery in time.

    onset * months * (1 - recovery)**patience, at most ``most``. onset, recovery: per month. patience:
    months, counted by twos.

    Source: 0.3 % of expected pay in 2016 [E04].
    """
    unrecovered = 1.0
    for _ in range(int(patience / 2.0)):
        unrecovered *= (1.0 - recovery) * (1.0 - recovery)
    return min(most, onset * months * unrecovered)
