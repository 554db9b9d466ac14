"""Where everybody is at the end of a month: carried along, summed up and held against what moved."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from sim.core.categories import (
    ACTIVITIES,
    EXITED,
    FARM,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SETTLED_SEARCH,
    SETTLED_WORK,
)
from sim.core.compiled import kernel, rule
from sim.steps.records import EVENTS, MONEY_FLOWS
from sim.world.places import HOMES
from sim.world.worker import worker_at


class Carried(NamedTuple):
    """Counts of a month's carrying over; those in the labour force are the living."""

    astray: int  # cells (place, activity) of the living that differ from last month's, less left, plus joined
    negative: int  # cells (home, place, activity) with fewer than no workers
    living: int
    expected: int  # living, by what left and joined
    before: int  # living at the start of the month, entrants included
    left: int
    joined: int
    exited: int  # joined those out of the labour force


@cache
def stock_type(places: int) -> np.dtype:
    """Workers by home, place and activity, and the yuan that they hold, as one record."""
    return np.dtype([("stock", np.int64, (HOMES, places, len(ACTIVITIES))), ("savings", np.int64)])


@kernel
def count_stock(rows, states, sums, first, last):
    """Add the workers of some rows to ``sums`` (one record of ``stock_type``)."""
    total, savings = sums[0], 0
    for i in range(first, last):
        w = worker_at(rows, states, i, 0)
        total.stock[w.home, w.place, w.activity] += 1
        savings += w.savings
    total.savings += savings


@kernel
def _carry(stock, change, entrants, left, joined, by_home, by_place, away, found):
    homes, places, activities = stock.shape
    astray, negative, living, expected, before = 0, 0, 0, 0, 0
    total_left, total_joined, exited = 0, 0, 0
    for home in range(homes):
        stock[home, home, FARM] += entrants[home]
        by_place[home, FARM] += entrants[home]
    by_flows = np.empty_like(by_place)
    for place in range(places):
        for activity in range(activities):
            if activity != EXITED:
                before += by_place[place, activity]
            moved = joined[place, activity] - left[place, activity]
            by_flows[place, activity] = by_place[place, activity] + moved
            total_left += left[place, activity]
            total_joined += joined[place, activity]
        exited += joined[place, EXITED]
    by_home[:] = 0
    by_place[:] = 0
    for home in range(homes):
        for place in range(places):
            for activity in range(activities):
                count = stock[home, place, activity] + change[home, place, activity]
                stock[home, place, activity] = count
                change[home, place, activity] = count
                by_home[home, activity] += count
                by_place[place, activity] += count
                negative += count < 0
            away[home, place] = stock[home, place, MIGRANT_WORK] + stock[home, place, MIGRANT_SEARCH]
    for place in range(places):
        for activity in range(EXITED):
            astray += by_place[place, activity] != by_flows[place, activity]
            expected += by_flows[place, activity]
            living += by_place[place, activity]
    counts = astray, negative, living, expected, before, total_left, total_joined, exited
    for n in range(len(counts)):
        found[n] = counts[n]


def networks(by_home: np.ndarray, by_place: np.ndarray, stock: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Out-migrants by place, and the network of each home in each place: its workers who live there,
    out-migrants and settled, over all workers from the home. Who settles stays one whom newcomers turn to.

    by_home: (homes, activities), by_place: (places, activities), stock: (homes, places, activities), whole
    numbers.
    """
    migrants, network = np.empty(len(by_place)), np.empty(stock.shape[:2])
    _fill_networks(by_home, by_place, stock, migrants, network)
    return migrants, network


@kernel
def _fill_networks(by_home, by_place, stock, migrants, network):
    homes, places, _ = stock.shape
    for place in range(places):
        migrants[place] = by_place[place, MIGRANT_WORK] + by_place[place, MIGRANT_SEARCH]
    for home in range(homes):
        workers = 0
        for activity in range(EXITED):
            workers += by_home[home, activity]
        for place in range(places):
            there = stock[home, place, MIGRANT_WORK] + stock[home, place, MIGRANT_SEARCH]
            there += stock[home, place, SETTLED_WORK] + stock[home, place, SETTLED_SEARCH]
            network[home, place] = there / float(max(workers, 1))


@cache
def nation_type() -> np.dtype:
    """A month's sums over the nation as one record, in simulated workers and yuan by name."""
    whole, activities = np.int64, (len(ACTIVITIES),)
    return np.dtype(
        [
            ("workers", whole, activities),  # at the end of the month
            ("pay", whole, activities),  # yuan
            ("paid", whole, activities),  # workers who were paid
            ("money", whole, (len(MONEY_FLOWS),)),
            ("events", whole, (len(EVENTS),)),
            ("businesses", whole),
            ("business_jobs", whole),
            ("visiting", whole),  # out-migrants who are at home at the end of the month
            ("across", whole),  # out-migrants in another province than their home
            ("additional", whole, (2,)),  # businesses that levers made possible, and their jobs
            ("savings", whole),
            ("debt", whole),
            ("scheme_transfers", whole),  # yuan that workers receive from no lever
            ("scheme_loan_cost", whole),  # yuan that banks receive for guaranteed loans from no lever
            ("insured", whole),
            ("trained", whole),
            ("parents_away", whole),
            ("net_additional_jobs", np.float64),  # of additional businesses, less those that they displace
            ("policy_spending", np.float64),  # in real yuan
            ("public_spending", np.float64),  # the part of it that government pays
            ("levy", np.float64),  # what employers pay towards levers, yuan
            (
                "settlement_cost",
                np.float64,
            ),  # of new settlements to cities, beside what levers pay, real yuan
            ("other_settlement_cost", np.float64),  # of all other settlements, real yuan
            ("promised", np.float64),  # to the insured, real yuan
            ("farm_income", np.float64),  # what farm work is worth, yuan
            ("living_cost", np.float64),  # what living away costs beyond living at home, yuan
            ("price_index", np.float64),  # consumer prices over 2023
            ("output_lost", np.float64),  # share of output lost to jobs that stay open
        ]
    )


@rule
def _total(column) -> int:
    """Sum of whole numbers."""
    total = 0
    for value in column:
        total += value
    return total


@kernel
def add_up(by_home, pay, money, events, business, visiting, away, province, nation):
    """Fill the first fields of ``nation`` (one record of ``nation_type``), to ``additional``.

    by_home: (homes, activities). pay: (activities, 2), yuan and paid workers. business: (homes, 4),
    businesses, their jobs, the jobs of additional ones, and these. visiting: (homes,). away: (homes, places).
    province: (places,).
    """
    n, (homes, places) = nation[0], away.shape
    for activity in range(by_home.shape[1]):
        n.workers[activity] = _total(by_home[:, activity])
        n.pay[activity] = pay[activity, 0]
        n.paid[activity] = pay[activity, 1]
    for flow in range(len(money)):
        n.money[flow] = money[flow]
    for event in range(len(events)):
        n.events[event] = events[event]
    n.businesses = _total(business[:, 0])
    n.business_jobs = _total(business[:, 1])
    n.additional[0], n.additional[1] = _total(business[:, 3]), _total(business[:, 2])
    n.visiting = _total(visiting)
    across = 0
    for home in range(homes):
        for place in range(places):
            across += away[home, place] if province[place] != home else 0
    n.across = across


def carry_stock(*arrays) -> Carried:
    """Add a month's ``change`` to ``stock``, both by home, place and activity; says what was found.

    Arrays: stock, change, entrants (homes,), left and joined (places, activities), and by_home
    (homes, activities), by_place (places, activities) and away (homes, places; out-migrants), which are
    brought to the end of the month, as stock is; ``change`` becomes a copy of it.
    """
    found = np.zeros(len(Carried._fields), np.int64)
    _carry(*arrays, found)
    return Carried(*found.tolist())
