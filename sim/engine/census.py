"""A fresh count of every worker at the end of a quarter: groups, holders, families away.

What the month needs is added up as workers live it; what only reports need is counted here, four
times a year. The count also proves the monthly sums: stocks and savings must agree with it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUPS,
    EARNERS,
    EDUCATION,
    EMPLOYEES,
    EXITED,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SETTLED_SEARCH,
    SETTLED_WORK,
    SEXES,
    activity_set,
)
from sim.core.compiled import kernel
from sim.core.months import DECEMBER, JUNE, MARCH, SEPTEMBER
from sim.rules.demography import has_child_aged
from sim.steps.demography import age_group
from sim.steps.earnings import current_pay
from sim.steps.loans import debt
from sim.steps.people import first_birth_age
from sim.world.places import HOMES
from sim.world.worker import INSURED, IS_FEMALE, POOR, TRAINED, age_months, education_of, worker_at
from sim.world.workers import BLOCK, fill_ids

CENSUS_MONTHS = (MARCH, JUNE, SEPTEMBER, DECEMBER)
CHILD_UNDER = 16.0  # years: who counts as a child left behind
_IN_CITIES = activity_set(MIGRANT_WORK, MIGRANT_SEARCH, SETTLED_WORK, SETTLED_SEARCH)


@cache
def census_type(places: int) -> np.dtype:
    """Counts of the living as one record."""
    whole, groups = np.int64, (len(SEXES), len(AGE_GROUPS), len(EDUCATION))
    return np.dtype(
        [
            ("stock", whole, (HOMES, places, len(ACTIVITIES))),  # by home, place, activity
            ("group_stock", whole, (*groups, len(ACTIVITIES))),
            ("group_pay", whole, groups),  # of those who earn
            ("insured", whole),
            ("insured_at_work", whole, (places,)),  # employees in the scheme, by place
            ("trained", whole),
            ("parents_away", whole),  # out-migrants with a child under 16
            ("poor_away", whole),  # out-migrants of poor households
            ("school_parents", whole, (places,)),  # out-migrants and settled with a child at school
            ("owed", whole),  # workers owed wages
            ("savings", whole),
            ("debt", whole),
        ]
    )


@kernel
def count_census(rows, states, first_rows, first_ids, conditions, with_groups, census, first, last):
    """Add the workers of some rows to ``census`` (one record of ``census_type``).

    with_groups: whether to count the groups too, which a report may not want.
    """
    c, total = conditions[0], census[0]
    # quicker than the record
    insured, trained, owed, savings, debts, poor_away, parents_away = 0, 0, 0, 0, 0, 0, 0
    ids = np.empty(BLOCK, np.uint32)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        fill_ids(first_rows, first_ids, start, count, ids)
        for k in range(count):
            w = worker_at(rows, states, start + k, ids[k])
            activity, traits, status = int(w.activity), int(w.traits), int(w.status)
            if activity == EXITED:
                continue
            months = age_months(int(w.birth_month), c.month)
            total.stock[int(w.home), int(w.place), activity] += 1
            if with_groups:
                sex, age, education = traits & IS_FEMALE, age_group(months), education_of(traits)
                total.group_stock[sex, age, education, activity] += 1
                if (EARNERS >> activity) & 1:
                    total.group_pay[sex, age, education] += current_pay(w, c)
            insured += (status & INSURED) != 0
            if (EMPLOYEES >> activity) & 1:
                total.insured_at_work[int(w.place)] += (status & INSURED) != 0
            trained += (status & TRAINED) != 0
            owed += w.arrears > 0
            savings += int(w.savings)
            debts += debt(w, c)
            if (_IN_CITIES >> activity) & 1:
                birth = first_birth_age(w, c)
                is_away = (activity == MIGRANT_WORK) | (activity == MIGRANT_SEARCH)
                poor_away += is_away & ((traits & POOR) != 0)
                parents_away += is_away & has_child_aged(months / 12.0, birth, 0.0, CHILD_UNDER)
                total.school_parents[int(w.place)] += has_child_aged(
                    months / 12.0, birth, c.economy.school_age_min, c.economy.school_age_end
                )
    total.insured += insured
    total.trained += trained
    total.owed += owed
    total.savings += savings
    total.debt += debts
    total.poor_away += poor_away
    total.parents_away += parents_away
