"""Who pays and who receives what levers spend: the accounts of the table of flows, in double entry.

Each flow has a payer's account and a receiving account, so all accounts together always come to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.lever import Lever

WORKER, INSURER, SCHEME, FIRM, BANK = "worker", "insurer", "scheme", "firm", "bank"
INSURANCE_FUND = "insurance_fund"
_CONTRIBUTIONS = ("new_insurance", "kept_insurance")
# Who is paid for serving somebody on an occasion, where it is not the worker.
_BY_OCCASION = {
    "work_month": "firm",
    "training_enrolment": "school",
    "study_start": "school",
    "school_place_month": "school",
    "settlement": "city",
    "new_settlement": "city",
    "housing_month": "city",
    "works_job": "firm",
    "workshop_job": "firm",
    "festival_trip": "carrier",
    "departure": "carrier",
}
_BY_EFFECT = {
    "business_loss_insured_share": INSURER,
    "insurance_contribution_rate": INSURANCE_FUND,
    "guaranteed_loan_yuan": BANK,
    "startup_loan_yuan": BANK,
}
_OTHERWISE = "service"
RECIPIENTS = tuple(
    dict.fromkeys([WORKER, *_BY_EFFECT.values(), *_BY_OCCASION.values(), "business", _OTHERWISE])
)


class YearOfLever(NamedTuple):
    """What a lever moved in a calendar year, in yuan. An empty name: what is paid without a lever."""

    year: int
    name: str
    received: float  # by workers, from the payers
    other: float  # by whoever serves them; without a lever, by banks
    payouts: float  # by workers, from insurers


def recipient(lever: Lever, payer: str) -> str:
    """Who receives what a payer bears of a lever beside the money that it hands to workers."""
    if payer == FIRM and lever.unit_cost is not None and lever.unit_cost.per in _CONTRIBUTIONS:
        return INSURANCE_FUND  # employers contribute for those who join
    for effect, account in _BY_EFFECT.items():
        if effect in lever.changes:
            return account
    cost = lever.unit_cost
    if cost is None:
        return _OTHERWISE
    if cost.per == "business_month" and cost.follows_strength:
        return "business"  # a tax that its owner need not pay
    return _BY_OCCASION.get(cost.per, _OTHERWISE)


def flows(sums: YearOfLever, lever: Lever | None) -> Iterator[tuple]:
    """Rows of the table: year, lever, instrument, payer, recipient, yuan."""
    instrument = lever.instrument if lever else None
    payers = lever.unit_cost.shares if lever and lever.unit_cost else {SCHEME: 1.0}
    found = [(payer, WORKER, sums.received * share) for payer, share in payers.items()]
    if lever is None:
        found.append((SCHEME, BANK, sums.other))
    else:
        found += [(payer, recipient(lever, payer), sums.other * share) for payer, share in payers.items()]
    found.append((INSURER, WORKER, sums.payouts))
    for payer, account, yuan in found:
        if yuan != 0.0:
            yield (sums.year, sums.name, instrument, payer, account, yuan)


def loan_flows(year: int, lent: float, repaid: float, interest: float) -> Iterator[tuple]:
    """Rows of the table for the loans of businesses, under no lever: what banks lend, and owners pay them.

    What is written off moves no money: it is what the bank never sees again.
    """
    for payer, account, yuan in ((BANK, WORKER, lent), (WORKER, BANK, repaid + interest)):
        if yuan != 0.0:
            yield (year, "", None, payer, account, yuan)
