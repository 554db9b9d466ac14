"""Where everybody is at the end of a month: carried along, summed up and held against what moved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import kernel
from sim.vocabulary import EXITED, FARM, MIGRANT_SEARCH, MIGRANT_WORK


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


@kernel
def _carry(stock, change, entrants, left, joined, by_home, by_place, away):
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
    return astray, negative, living, expected, before, total_left, total_joined, exited


def carry_stock(*arrays) -> Carried:
    """Add a month's ``change`` to ``stock``, both by home, place and activity; says what was found.

    Arrays: stock, change, entrants (homes,), left and joined (places, activities), and by_home
    (homes, activities), by_place (places, activities) and away (homes, places; out-migrants), which are
    brought to the end of the month, as stock is; ``change`` becomes a copy of it.
    """
    return Carried(*_carry(*arrays))
