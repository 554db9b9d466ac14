"""Whom levers serve by what a month adds up anyway, so that nobody need be asked one by one.

A lever that serves everybody every month, perhaps in some activities and places alone, serves whom the stocks
of the month's end count. Whom a lever serves by age, take-up or money that runs out is decided worker by
worker, in ``sim.steps.levers``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.core.categories import ACTIVITIES, LIVING, members
from sim.policy.cash import is_billed_as_received
from sim.policy.place_tables import ByPlace
from sim.scenario.eligibility import Who
from sim.scenario.lever import Lever
from sim.world.places import Places


class HeadCounts:
    """Servings of the levers that serve all heads, by position of the lever.

    is_possible: of which levers so much can be said, (levers,), as long as they reach all who are eligible.
    """

    def __init__(self, levers: Sequence[Lever], by_place: ByPlace, places: Places):
        self._levers, self._in_places, self._places = levers, by_place.masks, places
        self.is_possible = np.array([_serves_heads(lever) for lever in levers], dtype=bool)

    def in_month(self, counted: Sequence[int], stock: np.ndarray, by_place: np.ndarray) -> np.ndarray:
        """Simulated workers whom the levers ``counted`` serve in a month, (levers, provinces); nil of others.

        stock: at the month's end, by home, place and activity. by_place: the same of all homes.
        """
        provinces = self._places.provinces
        served = np.zeros((len(self._levers), len(provinces)), dtype=np.int64)
        for lever in counted:
            where, heads = self._levers[lever].where, by_place
            if where.names_homes:
                heads = stock[[where.has_home(name) for name in provinces]].sum(axis=0)
            there = heads[:, _activities(self._levers[lever].who)].sum(axis=1) * self._in_places[lever]
            served[lever] = np.bincount(self._places.province, there, minlength=len(provinces))
        return served


def _serves_heads(lever: Lever) -> bool:
    """Whether a lever serves everybody, or all of some activities, and is billed for nothing else."""
    cost, who = lever.unit_cost, lever.who
    if cost is None or cost.per != "person_month" or lever.acting <= 0.0 or is_billed_as_received(lever):
        return False
    worker_pays = cost.shares.get("worker", 0.0) > 0.0
    return lever.money is None and not worker_pays and who == Who(activity=who.activity)


def _activities(who: Who) -> list[int]:
    return [code for code in members(LIVING) if not who.activity or ACTIVITIES[code] in who.activity]
