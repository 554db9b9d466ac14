"""What becomes of a month's money. Whole yuan, so that accounts balance to the last one."""

from sim.core.compiled import rule


@rule
def share_of(amount: int, share: float) -> int:
    """A share of an amount, in whole yuan, rounded down."""
    return int(amount * share)


@rule
def remittance(take_home: int, share: float, is_away: bool) -> int:
    """Yuan sent home by a worker away from home; nothing by others.

    Source: 10-30 % of migrants' pay [A29]. Ignores bunching before Spring Festival.
    """
    return int(take_home * share) if is_away else 0


@rule
def saving(disposable: int, share: float) -> int:
    """Yuan put aside from what is left after remittance. Source: migrant households 2008-14 [A28]."""
    return int(disposable * share)


@rule
def dissaving(savings: int, living_cost: int, income: int) -> int:
    """Yuan taken from savings by a worker without pay: living cost not met by income, while they last."""
    return min(savings, max(living_cost - income, 0))
