"""Whom levers serve through places: by a share of the people there, and not worker by worker."""

from __future__ import annotations

import numpy as np

from sim.core.categories import BROUGHT_ABOUT_BY, SECTORS
from sim.core.months import month_text
from sim.policy.place_tables import ByPlace, Tables
from sim.scenario.costs import RENT_AID
from sim.steps.records import OCCASION, PLACE_NAMES
from sim.world.places import Places

Served = tuple[int, str, np.ndarray]  # lever, which people, share of them by place (and sector)


class ServingsOfPlaces:
    """School places, homes, services, jobs, pay: what levers are billed for by the people in a place."""

    def __init__(self, by_place: ByPlace, places: Places, occasions: np.ndarray):
        """occasions: on which each lever is billed, by position in ``OCCASION_NAMES``."""
        self._by_place, self._places, self._occasions = by_place, places, occasions
        self._steps: tuple[Tables | None, list[Served]] = None, []  # of the tables last asked for

    def in_month(
        self, month: int, migrants: np.ndarray, parents: np.ndarray, employed: np.ndarray
    ) -> np.ndarray:
        """Whom levers serve by a share of the people in a place, (levers, provinces); not rounded, for a
        small share of the few simulated workers of a place is seldom one of them.

        migrants (those on a course there among them), parents (of a child of school age): persons by place.
        employed: persons by place and sector. Each lever serves what its own step adds to the share, so that
        two levers are not paid for the same school place, home or job.
        """
        served = np.zeros((len(self._occasions), len(self._places.provinces)))
        tables = self._by_place.tables(month_text(month))
        if self._steps[0] is not tables:
            self._steps = tables, self._steps_of(tables, month_text(month))
        for lever, people, step in self._steps[1]:
            if people == "employed":
                persons = (np.maximum(step, 0.0) * employed).sum(axis=1)
            else:
                persons = np.maximum(step, 0.0) * (parents if people == "parents" else migrants)
            served[lever] += np.bincount(self._places.province, persons)
        return served

    def rents(self, month: int, migrants: np.ndarray, cost: np.ndarray) -> np.ndarray:
        """Yuan that levers which meet a part of the cost of living in a place pay there, (levers, provinces).

        migrants: as in ``in_month``, but for those on a visit home, who have no cost there to be spared.
        cost: yuan a month beyond living at home, by place, before that aid.
        """
        paid = np.zeros((len(self._occasions), len(self._places.provinces)))
        history = self._by_place.tables(month_text(month)).place_without_levers[PLACE_NAMES.index(RENT_AID)]
        for n, before, after in self._by_place.steps(RENT_AID, history, month_text(month)):
            share = np.maximum(np.clip(after, 0.0, 1.0) - np.clip(before, 0.0, 1.0), 0.0)
            paid[n] += np.bincount(self._places.province, share * cost * migrants)
        return paid

    def _steps_of(self, tables: Tables, month: str) -> list[Served]:
        """What levers add to the shares of people in a place that they are paid for."""
        steps: list[Served] = []
        for name, occasion, people in (
            ("school_access_share", OCCASION.school_place_month, "parents"),
            ("public_housing_share", OCCASION.housing_month, "migrants"),
        ):
            steps += [
                (n, people, np.clip(after, 0.0, 1.0) - np.clip(before, 0.0, 1.0))
                for n, before, after in self._steps_billed(name, occasion, tables, month)
            ]
        steps += self._residents(tables, month)
        for sector in (None, *range(len(SECTORS))):
            jobs = "jobs_scale" if sector is None else f"jobs_scale_{SECTORS[sector]}"
            for n, before, after in self._steps_billed(jobs, OCCASION.added_job_month, tables, month):
                steps.append((n, "employed", _in_sector(1.0 - before / np.maximum(after, 1e-9), sector)))
            if sector is not None:
                pay = f"pay_scale_{SECTORS[sector]}"
                sizes = dict(self._by_place.sizes(pay, month))
                for n, before, after in self._steps_billed(pay, OCCASION.raised_pay_month, tables, month):
                    reached = np.where(after != before, min(sizes[n], 1.0), 0.0)
                    steps.append((n, "employed", _in_sector(reached, sector)))
        return steps

    def _residents(self, tables: Tables, month: str) -> list[Served]:
        """Migrants in places where a lever makes living better or cheaper: all of them, once a lever."""
        reached: dict[int, np.ndarray] = {}
        for name in BROUGHT_ABOUT_BY["resident_month"]:
            sizes = dict(self._by_place.sizes(name, month))
            history = tables.place_without_levers[PLACE_NAMES.index(name)]
            for n, before, after in self._by_place.steps(name, history, month):
                is_paid_for = self._occasions[n] == OCCASION.resident_month
                if is_paid_for or (name == RENT_AID and self._occasions[n] < 0):
                    share = np.where(after != before, min(sizes[n], 1.0), 0.0)
                    reached[n] = np.maximum(reached.get(n, 0.0), share)
        return [(n, "migrants", share) for n, share in reached.items()]

    def _steps_billed(
        self, name: str, occasion: int, tables: Tables, month: str
    ) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """A parameter of places before and after each of the levers that bill on an occasion."""
        if not (self._occasions == occasion).any():
            return []
        history = tables.place_without_levers[PLACE_NAMES.index(name)]
        return [
            step
            for step in self._by_place.steps(name, history, month)
            if self._occasions[step[0]] == occasion
        ]


def _in_sector(share: np.ndarray, sector: int | None) -> np.ndarray:
    """A share by place as one by place and sector, in all sectors or one alone."""
    wide = np.zeros((len(share), len(SECTORS)))
    wide[:, slice(None) if sector is None else sector] = share if sector is not None else share[:, None]
    return wide
