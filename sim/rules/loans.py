"""Loans of a business: what may be lent, instalments, interest, and what is owed."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule


@rule
def owed_after(principal: int, instalments: int, term: int) -> int:
    """Yuan still owed after some equal monthly instalments, of a loan over ``term`` months.

    principal - principal * instalments / term, in whole yuan; nothing from the last one on.
    Source: the usual terms of guaranteed start-up loans, up to three years [B35].
    """
    return principal - principal * min(instalments, term) // term


@rule
def monthly_interest(owed: int, yearly_rate: float) -> int:
    """Interest of a month on what is owed, in whole yuan: owed * rate / 12. Source: simple interest [B34]."""
    return int(owed * yearly_rate / 12.0 + 0.5)


@rule
def can_be_served(
    borrowed: int, monthly_profit: float, served_share: float, savings: int, yearly_rate: float, term: int
) -> bool:
    """Whether a share of the profit, and the savings, can pay the instalments and interest of a loan.

    borrowed * (1 + rate * (term + 1) / 24) <= share * profit * term + savings: half of it is owed on average.
    Source: banks' rule on debt service and income [B37].
    """
    due = borrowed * (1.0 + yearly_rate * (term + 1.0) / 2.0 / 12.0)
    return due <= served_share * monthly_profit * term + savings


@rule
def loan_units(wanted: float, most: float, unit: int) -> int:
    """Whole units that are lent: what is wanted, rounded up, or of what may be lent, where that is less, the
    whole units.

    Source: a matter of storage; a unit is 2,000 yuan.
    """
    if wanted <= most:
        return -int(-max(wanted, 0.0) // unit)
    return int(max(most, 0.0) // unit)


@rule
def private_credit(usual: float, log_quality: float, elasticity: float) -> float:
    """Yuan that lenders who know the founder give: usual * exp(elasticity * quality of the idea).

    Source: those who lend by knowing the borrower see good ideas, and programmes do not, so that credit for
    everybody draws in worse ones: de Meza and Webb (1987) [B20]. The elasticity is a judgement.
    """
    return usual * exp(elasticity * log_quality)


@rule
def cost_of_capital(own: float, own_return: float, borrowed: float, loan_rate: float) -> float:
    """What a business's capital costs its owner a month, in yuan, whoever it belongs to.

    (own * return + borrowed * rate) / 12. Source: the opportunity cost of own funds, and interest [B34, B38].
    """
    return (own * own_return + borrowed * loan_rate) / 12.0
