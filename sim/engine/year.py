"""The count at the end of a year, under official definitions, from each worker's own twelve months."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.arithmetic import log
from sim.compiled import inlined_rule, kernel, rule
from sim.steps.conditions import BLOCK
from sim.steps.life import age_group
from sim.steps.stakes import is_willing_to_settle, may_settle
from sim.vocabulary import EXITED, MIGRANT_WORK, SETTLED_SEARCH, SETTLED_WORK
from sim.world.schema import INSURED, IS_FEMALE, TRAINED, age_months, education_of

MONTHS_NEEDED = 6  # of non-farm work in the year, to be counted as a migrant worker
ONE_IN = 4  # workers asked whether they would settle: all would cost as much as the rest of the count
INCOME_BINS = 60
FIRST_BIN_YUAN = 1000.0
BINS_PER_LOG = 10.0  # a bin is a tenth of a log point wide
# Histogram groups: all, farm, local, out, settled, then the four regions of origin.
INCOME_GROUPS = ("all", "farm", "local", "out", "settled", "East", "Central", "West", "Northeast")


@cache
def year_type(places: int) -> np.dtype:
    """Counts of a year as one record; ``kind``: 0 local, 1 out."""
    whole = np.int64
    return np.dtype([
        ("heads", whole, (31, places, 2)),  # by home, place of work, kind
        ("pay", whole, (2, 7, 2)),  # by kind, sector: sum of monthly pay, workers
        ("region_pay", whole, (4, 2)),  # by region of work: sum of monthly pay, workers
        ("age", whole, (2, 6)),  # by kind: sum of ages, then five groups
        ("female", whole, (2,)),  # by kind, as the next ones
        ("education", whole, (2, 5)),
        ("trained", whole, (2,)),
        ("insured", whole, (2,)),
        ("owed", whole, (2,)),
        ("months", whole, (2,)),  # months worked
        ("willing", whole, (2,)),  # of those asked, with a year of stay: all, and who would register
        ("income", whole, (len(INCOME_GROUPS), INCOME_BINS)),
    ])


@kernel
def count_year(workers, conditions, regions, sums, first, last):
    """Add the workers of some rows to the year's counts (one record of ``year_type``).

    regions: (31,) region of each province.
    """
    c, y = conditions[0], sums[0]
    income, position = np.empty(BLOCK), np.empty(BLOCK, np.int64)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        for k in range(count):
            income[k] = _year_income(workers[start + k], c)
        for k in range(count):  # apart, so that logs are taken many at a time
            found = int(BINS_PER_LOG * log(max(income[k], 1.0) / FIRST_BIN_YUAN) + 1.0)
            position[k] = min(max(found, 0), INCOME_BINS - 1)
        for k in range(count):
            w = workers[start + k]
            if w.activity != EXITED:
                _count_worker(w, c, regions, y, position[k])


@rule
def _year_income(w, c) -> float:
    """Pay of the year, and what the months at home earned on the farm, in yuan."""
    income = float(w.earnings_year)
    if int(w.place) < len(c.farm_income):
        months = max(12 - (int(w.worked_months) & 15) - (int(w.worked_months) >> 4), 0)
        income += months * c.farm_income[int(w.home)]
    return income


@inlined_rule
def _count_worker(w, c, regions, y, position) -> None:
    """Count one worker by what the year was to them; position: the bin of their income."""
    home, place, activity = int(w.home), int(w.place), int(w.activity)
    away, local = int(w.worked_months) & 15, int(w.worked_months) >> 4
    group = 1
    if activity == MIGRANT_WORK and int(w.id) % ONE_IN == 0 and may_settle(w, c):
        y.willing[0] += 1
        y.willing[1] += is_willing_to_settle(w, c, 0.0)
    if activity == SETTLED_WORK or activity == SETTLED_SEARCH:
        group = 4
    elif away + local >= MONTHS_NEEDED:
        kind = 1 if away >= local else 0
        group = 2 + kind
        work_place = place
        if kind == 1 and place < len(c.farm_income):
            work_place = int(w.attached_place)
        if kind == 0:
            work_place = home
        monthly = int(w.earnings_year) // (away + local)
        y.heads[home, work_place, kind] += 1
        y.pay[kind, int(w.sector), 0] += monthly
        y.pay[kind, int(w.sector), 1] += 1
        region = regions[c.province[work_place]]
        y.region_pay[region, 0] += monthly
        y.region_pay[region, 1] += 1
        age = age_months(int(w.birth_month), c.month)
        y.age[kind, 0] += age // 12
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
