"""The loan of a business: interest and instalments out of profit and savings, and what becomes of the rest.

A loan is paid back in equal monthly instalments over its term. What cannot be paid is missed, and the whole
plan moves by a month; whoever has missed as many as a bank allows must close. Whoever closes, or leaves the
labour force, pays back at once what savings allow; of the rest a guarantor pays a part, and the bank loses
what is left.
"""

from __future__ import annotations

from sim.core.categories import OWN_BUSINESS
from sim.core.compiled import rule
from sim.rules.household import share_of
from sim.rules.loans import monthly_interest, owed_after
from sim.steps.income import note_income
from sim.steps.levers import effective, serve
from sim.steps.records import EVENT, MONEY, OCCASION, WORKER
from sim.steps.transfers import is_loan_paid_for, pay_bank
from sim.world.worker import GUARANTEED, LOAN_UNIT


@rule
def instalments_paid(w) -> int:
    """How many instalments of the loan are behind an owner."""
    return int(w.business_age) - int(w.missed_instalments)


@rule
def debt(w, c) -> int:
    """Yuan that the worker owes on the loan of a business."""
    if (w.activity != OWN_BUSINESS) | (w.loan == 0):
        return 0
    return owed_after(int(w.loan) * LOAN_UNIT, instalments_paid(w), int(c.economy.loan_term_months))


@rule
def is_given_up(w, c) -> bool:
    """Whether the owner has missed so many instalments that the bank calls the loan in."""
    return w.missed_instalments >= c.economy.loan_missed_months_max


@rule
def service_debt(w, c, b, k, profit) -> int:
    """Pay the month's interest and instalment, from a share of the profit and then from savings.

    Returns what is taken from the profit, in yuan. Interest goes first; where both cannot be paid, the
    instalment is missed, and interest that finds no money is lost to the bank. Months beyond the term, which
    missed instalments add, are not subsidised.
    """
    if w.loan == 0:
        return 0
    principal, term = int(w.loan) * LOAN_UNIT, int(c.economy.loan_term_months)
    number = instalments_paid(w)  # of this month's: the business is already a month older
    owed = owed_after(principal, number - 1, term)
    instalment = owed - owed_after(principal, number, term)
    interest = monthly_interest(owed, c.economy.loan_interest_rate)
    if (int(w.traits) & GUARANTEED != 0) & (int(w.business_age) <= term):
        interest -= interest_aid(w, c, b, k, interest)
    most = share_of(profit, c.economy.debt_service_profit_share)
    if interest + instalment > most + int(w.savings):
        w.missed_instalments = int(w.missed_instalments) + 1
        interest, instalment = min(interest, most + int(w.savings)), 0
    elif number >= term:
        _clear_loan(w)
    from_profit = min(interest + instalment, most)
    _pay_back(w, b, interest, instalment, interest + instalment - from_profit)
    return from_profit


@rule
def interest_aid(w, c, b, k, interest) -> int:
    """The part of the month's interest on a guaranteed loan that is paid to the bank for the owner, yuan."""
    serve(w, c, b, k, OCCASION.loan_month)
    aid = 0
    if is_loan_paid_for(w, c):
        aid = share_of(interest, effective(w, c, b, k, WORKER.loan_interest_subsidy_share))
    pay_bank(w, c, b, k, MONEY.interest_aid, aid)
    return aid


@rule
def settle_loan(w, c, b, k, savings_share) -> None:
    """Pay back what is owed as far as a share of the savings reaches; the rest is written off."""
    owed = debt(w, c)
    if owed > 0:
        paid = min(owed, share_of(int(w.savings), savings_share))
        _pay_back(w, b, 0, paid, paid)
        lost = owed - paid
        if lost > 0:
            b.events[EVENT.loan_defaults] += 1
            b.money[MONEY.written_off] += lost
            if int(w.traits) & GUARANTEED:
                serve(w, c, b, k, OCCASION.loan_default)
                part = 0
                if is_loan_paid_for(w, c):
                    part = share_of(lost, effective(w, c, b, k, WORKER.loan_guarantee_share))
                pay_bank(w, c, b, k, MONEY.guarantee, part)
    _clear_loan(w)


@rule
def _pay_back(w, b, interest, principal, from_savings) -> None:
    """Book what an owner pays the bank, and take the part from savings off them."""
    w.savings = int(w.savings) - from_savings
    b.money[MONEY.saved] -= from_savings
    b.money[MONEY.interest] += interest
    b.money[MONEY.repaid] += principal
    note_income(w, -interest)  # what pays a loan back is not lost: the capital is the owner's


@rule
def _clear_loan(w) -> None:
    w.loan = 0
    w.missed_instalments = 0
    if w.activity == OWN_BUSINESS:
        w.traits = int(w.traits) & ~GUARANTEED
