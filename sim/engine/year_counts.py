"""The count at the end of a year, under official definitions, from each worker's own twelve months."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.core.categories import (
    AGE_GROUPS,
    EDUCATION,
    EXITED,
    MIGRANT_WORK,
    REGIONS,
    SECTORS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    SEXES,
)
from sim.core.compiled import inlined_rule, kernel
from sim.engine.incomes import INCOME_BINS, income_bin
from sim.steps.demography import age_group
from sim.steps.income import fill_land, year_income_with
from sim.steps.settlement import is_willing_to_settle, may_settle
from sim.world.places import HOMES
from sim.world.worker import (
    INSURED,
    IS_FEMALE,
    TRAINED,
    age_months,
    education_of,
    worked_away,
    worked_locally,
    worker_at,
)
from sim.world.workers import BLOCK, fill_ids

MONTHS_NEEDED = 6  # of non-farm work in the year, to be counted as a migrant worker
ONE_IN = 4  # workers asked whether they would settle: all would cost as much as the rest of the count
LIVES = ("farm", "local", "out", "settled")  # what the year was mostly spent on
_SETTLED = LIVES.index("settled")
INCOME_GROUPS = ("all", *LIVES, *REGIONS)  # of the histogram; regions of origin


@cache
def year_type(places: int) -> np.dtype:
    """Counts of a year as one record; ``kind``: 0 local, 1 out."""
    whole = np.int64
    return np.dtype(
        [
            ("heads", whole, (HOMES, places, 2)),  # by home, place of work, kind
            (
                "pay",
                whole,
                (2, len(SECTORS), len(REGIONS), 2),
            ),  # by kind, sector, region: monthly pay, workers
            # by kind, age group, schooling, sex, whether trained, whether insured, whether owed wages
            ("people", whole, (2, len(AGE_GROUPS), len(EDUCATION), len(SEXES), 2, 2, 2)),
            ("ages", whole, (2,)),  # sum of ages in years, by kind
            ("months", whole, (2,)),  # months worked, by kind
            ("willing", whole, (2,)),  # of those asked, with a year of stay: all, and who would register
            ("income", whole, (len(LIVES), len(REGIONS), INCOME_BINS)),  # by life, region of origin
        ]
    )


@kernel
def count_year(rows, states, first_rows, first_ids, conditions, regions, sums, first, last):
    """Add the workers of some rows to the year's counts (one record of ``year_type``).

    regions: (31,) region of each province.
    """
    c, y = conditions[0], sums[0]
    land = np.empty(BLOCK)
    income, position, asked = np.empty(BLOCK), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    ids = np.empty(BLOCK, np.uint32)
    for start in range(first, last, BLOCK):
        count, asking = min(BLOCK, last - start), 0
        fill_ids(first_rows, first_ids, start, count, ids)
        fill_land(c, ids, count, land)
        for k in range(count):
            w = worker_at(rows, states, start + k, ids[k])
            income[k], asked[asking] = year_income_with(w, c, land[k]), k
            asking += (w.activity == MIGRANT_WORK) & (int(w.id) % ONE_IN == 0) & may_settle(w, c)
        for k in range(count):  # apart, so that logs are taken many at a time
            position[k] = income_bin(income[k])
        for k in range(count):
            w = worker_at(rows, states, start + k, ids[k])
            if w.activity != EXITED:
                _count_worker(w, c, regions, y, position[k])
        y.willing[0] += asking
        for j in range(asking):
            k = asked[j]
            y.willing[1] += is_willing_to_settle(worker_at(rows, states, start + k, ids[k]), c, c.place, 0.0)


@inlined_rule
def _count_worker(w, c, regions, y, position) -> None:
    """Count one worker by what the year was to them; position: the bin of their income."""
    home, place, activity = int(w.home), int(w.place), int(w.activity)
    away, local = worked_away(int(w.worked_months)), worked_locally(int(w.worked_months))
    life = 0
    if activity == SETTLED_WORK or activity == SETTLED_SEARCH:
        life = _SETTLED
    elif away + local >= MONTHS_NEEDED:
        kind = 1 if away >= local else 0
        life = 1 + kind
        work_place = place
        if kind == 1 and place < len(c.farm_income):
            work_place = int(w.attached_place)
        if kind == 0:
            work_place = home
        y.heads[home, work_place, kind] += 1
        pay = y.pay[kind, int(w.sector), regions[c.province[work_place]]]
        pay[0] += int(w.earnings_year) // (away + local)
        pay[1] += 1
        age, traits, status = age_months(int(w.birth_month), c.month), int(w.traits), int(w.status)
        y.people[
            kind,
            age_group(age),
            education_of(traits),
            traits & IS_FEMALE,
            int((status & TRAINED) != 0),
            int((status & INSURED) != 0),
            int(w.arrears > 0),
        ] += 1
        y.ages[kind] += age // 12
        y.months[kind] += away + local
    y.income[life, regions[home], position] += 1


def income_histogram(y: np.record) -> np.ndarray:
    """Workers by ``INCOME_GROUPS`` and bin."""
    by_life, by_region = y.income.sum(axis=1), y.income.sum(axis=0)
    return np.concatenate([by_life.sum(axis=0, keepdims=True), by_life, by_region])


@kernel
def start_year(rows, states, first, last):
    """Set the yearly columns of some rows to zero."""
    for i in range(first, last):
        w = worker_at(rows, states, i, 0)
        w.worked_months = 0
        w.earnings_year = 0
        w.net_income_year = 0
