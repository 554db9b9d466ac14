"""The count at the end of a year, under official definitions, from each worker's own twelve months."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arithmetic import log
from sim.compiled import kernel
from sim.steps.life import age_group
from sim.vocabulary import EXITED, SETTLED_SEARCH, SETTLED_WORK
from sim.world.schema import BIRTH_EPOCH, INSURED, IS_FEMALE, TRAINED, education_of

MONTHS_NEEDED = 6  # of non-farm work in the year, to be counted as a migrant worker
INCOME_BINS = 60
FIRST_BIN_YUAN = 1000.0
BINS_PER_LOG = 10.0  # a bin is a tenth of a log point wide
# Histogram groups: all, farm, local, out, settled, then the four regions of origin.
INCOME_GROUPS = ("all", "farm", "local", "out", "settled", "East", "Central", "West", "Northeast")


class YearSums(NamedTuple):
    """Counts of a year; ``kind``: 0 local, 1 out."""

    heads: np.ndarray  # (31, places, 2) by home, place of work, kind
    pay: np.ndarray  # (2, 7, 2) by kind, sector: sum of monthly pay, workers
    region_pay: np.ndarray  # (4, 2) by region of work: sum of monthly pay, workers
    age: np.ndarray  # (2, 6) by kind: sum of ages, then five groups
    female: np.ndarray  # (2,)
    education: np.ndarray  # (2, 5)
    trained: np.ndarray  # (2,)
    insured: np.ndarray  # (2,)
    owed: np.ndarray  # (2,)
    months: np.ndarray  # (2,) months worked
    income: np.ndarray  # (9, INCOME_BINS)


def make_year_sums(places: int) -> YearSums:
    """Zeroed sums."""
    shapes = ((31, places, 2), (2, 7, 2), (4, 2), (2, 6), (2,), (2, 5), (2,), (2,), (2,), (2,),
              (len(INCOME_GROUPS), INCOME_BINS))
    return YearSums(*(np.zeros(shape, np.int64) for shape in shapes))


@kernel
def count_year(workers, rows, month, regions, province, farm_income, y):
    """Add up the year and start the workers' yearly columns anew."""
    homes = len(regions)
    for i in range(rows):
        w = workers[i]
        activity = int(w.activity)
        if activity == EXITED:
            continue
        home, place = int(w.home), int(w.place)
        away, local = int(w.worked_months) & 15, int(w.worked_months) >> 4
        is_settled = activity == SETTLED_WORK or activity == SETTLED_SEARCH
        earned = int(w.earnings_year)
        income = float(earned)
        if place < homes:
            income += max(12 - away - local, 0) * farm_income[home]
        position = int(BINS_PER_LOG * log(max(income, 1.0) / FIRST_BIN_YUAN) + 1.0)
        position = min(max(position, 0), INCOME_BINS - 1)
        group = 1
        if is_settled:
            group = 4
        elif away + local >= MONTHS_NEEDED:
            kind = 1 if away >= local else 0
            group = 2 + kind
            work_place = place
            if kind == 1 and place < homes:
                work_place = int(w.attached_place)
            if kind == 0:
                work_place = home
            monthly = earned // (away + local)
            y.heads[home, work_place, kind] += 1
            y.pay[kind, int(w.sector), 0] += monthly
            y.pay[kind, int(w.sector), 1] += 1
            region = regions[province[work_place]]
            y.region_pay[region, 0] += monthly
            y.region_pay[region, 1] += 1
            age = (month + BIRTH_EPOCH - int(w.birth_month)) // 12
            y.age[kind, 0] += age
            y.age[kind, 1 + age_group(age)] += 1
            y.female[kind] += int(w.traits) & IS_FEMALE
            y.education[kind, education_of(int(w.traits))] += 1
            y.trained[kind] += (int(w.status) & TRAINED) != 0
            y.insured[kind] += (int(w.status) & INSURED) != 0
            y.owed[kind] += w.arrears > 0
            y.months[kind] += away + local
        y.income[0, position] += 1
        y.income[group, position] += 1
        y.income[5 + regions[home], position] += 1


@kernel
def start_year(workers, rows):
    """Set the yearly columns to zero."""
    for i in range(rows):
        workers[i].worked_months = 0
        workers[i].earnings_year = 0
