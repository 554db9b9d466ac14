"""Who pays and who receives what levers spend: the accounts of the table of flows, in double entry.

Each flow has a payer's account and a receiving account, so all accounts together always come to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.policy.cash import is_billed_as_received
from sim.policy.lever_rows import NEW_SETTLEMENT
from sim.scenario.costs import LOAN, TO_CITIES
from sim.scenario.fields import RECEIVERS
from sim.scenario.lever import Lever

WORKER, INSURER, SCHEME, BANK = "worker", "insurer", "scheme", "bank"
LOCAL, CITY = "local", "city"
# Who is paid for serving somebody on an occasion, where it is not the worker and the lever does not say. Jobs
# and pay that a lever adds are paid for by subsidies to firms, whose wages the accounts hold besides.
_BY_OCCASION = {
    "work_month": "firm",
    "added_job_month": "firm",
    "raised_pay_month": "firm",
    "workshop_month": "firm",
    "training_enrolment": "school",
    "study_start": "school",
    "school_place_month": "school",
    "settlement": CITY,
    "new_settlement": CITY,
    "housing_month": CITY,
    "resident_month": CITY,
    "works_job": "firm",
    "workshop_job": "firm",
    "festival_trip": "carrier",
    "departure": "carrier",
}
_BY_EFFECT = {
    "business_loss_insured_share": INSURER,
    "guaranteed_loan_yuan": BANK,
    "startup_loan_yuan": BANK,
}
_OTHERWISE = "service"
RECIPIENTS = (WORKER, *RECEIVERS)


class YearOfLever(NamedTuple):
    """What a lever moved in a calendar year, in yuan. An empty name: what is paid without a lever."""

    year: int
    name: str
    received: float  # by workers, from the payers
    other: float  # by whoever serves them; without a lever, by banks
    payouts: float  # by workers, from insurers
    fees: float  # paid by workers, of the other


def recipient(lever: Lever, payer: str) -> str:
    """Who receives what a payer bears of a lever beside the money that it hands to workers."""
    cost = lever.unit_cost
    if cost is not None and cost.paid_to is not None:
        return cost.paid_to
    if is_billed_as_received(lever) and LOAN not in lever.changes:
        return _OTHERWISE  # whoever hands the money out
    for effect, account in _BY_EFFECT.items():
        if effect in lever.changes:
            return account
    if cost is None:
        return _OTHERWISE
    return _BY_OCCASION.get(cost.per, _OTHERWISE)


def shares_paid(lever: Lever, spent: float, fees: float) -> dict[str, float]:
    """The share of a year's spending that each payer bore; of a lever without a stated cost, a scheme.

    spent: yuan. fees: what workers paid of it. As a fee is whole yuan, that is not to the last yuan their
    share of the cost: the others bear the rest, so that what is booked is what was paid.
    """
    if lever.unit_cost is None:
        return {SCHEME: 1.0}
    stated = lever.unit_cost.shares
    if not 0.0 < stated.get(WORKER, 0.0) < 1.0 or not spent > 0.0:
        return stated
    by_workers = fees / spent
    others = (1.0 - by_workers) / (1.0 - stated[WORKER])
    return {payer: by_workers if payer == WORKER else share * others for payer, share in stated.items()}


def share_for_settlements(lever: Lever) -> float:
    """The part of what a lever spends that pays the cost of settlements, which a city would bear otherwise.

    All of it where it is billed for settlements that levers make; where it pays cities for everybody who
    settles, what others than local government pay.
    """
    cost = lever.unit_cost
    if cost is None or cost.per not in ("settlement", NEW_SETTLEMENT):
        return 0.0
    if cost.per == NEW_SETTLEMENT:
        return 1.0
    return 1.0 - cost.shares.get(LOCAL, 0.0) if TO_CITIES in lever.changes else 0.0


def flows(sums: YearOfLever, lever: Lever | None) -> Iterator[tuple]:
    """Rows of the table: year, lever, instrument, payer, recipient, yuan."""
    instrument = lever.instrument if lever else None
    payers = shares_paid(lever, sums.received + sums.other, sums.fees) if lever else {SCHEME: 1.0}
    found = [(payer, WORKER, sums.received * share) for payer, share in payers.items()]
    if lever is None:
        found.append((SCHEME, BANK, sums.other))
    else:
        found += [(payer, recipient(lever, payer), sums.other * share) for payer, share in payers.items()]
    found.append((INSURER, WORKER, sums.payouts))
    for payer, account, yuan in found:
        if yuan != 0.0:
            yield (sums.year, sums.name, instrument, payer, account, yuan)


def settlement_flows(year: int, by_city: float) -> Iterator[tuple]:
    """The row of the table for what no lever pays of the cost of settlements; below nothing where transfers
    to cities are more than it.
    """
    if by_city != 0.0:
        yield (year, "", None, LOCAL, CITY, by_city)


def loan_flows(year: int, lent: float, repaid: float, interest: float) -> Iterator[tuple]:
    """Rows of the table for the loans of businesses, under no lever: what banks lend, and owners pay them.

    What is written off moves no money: it is what the bank never sees again.
    """
    for payer, account, yuan in ((BANK, WORKER, lent), (WORKER, BANK, repaid + interest)):
        if yuan != 0.0:
            yield (year, "", None, payer, account, yuan)
