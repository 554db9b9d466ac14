"""Groups of workers by schooling and child at school, and the groups' places in the month's tables."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from support.engine_runs import make_scenario, start

from sim.core.categories import SCHOOL_YEARS
from sim.engine.interpreted import copy_row, plain_conditions
from sim.parameters.behaviour import DEFAULTS
from sim.rules.earnings import REFERENCE_SCHOOL_YEARS
from sim.steps.groups import GROUP_SCHOOL_YEARS, GROUPS, REFERENCE_GROUP, is_parent, worker_group
from sim.steps.people import has_school_child
from sim.steps.records import conditions_type
from sim.world.worker import education_of


def test_workers_are_grouped_by_schooling_and_child():
    run = start(make_scenario())
    c, schooling = plain_conditions(run.open_month()[0]), defaultdict(set)
    for row in range(0, run.rows, 7):
        w = copy_row(run.workers, row)
        group = worker_group(w, c)
        assert is_parent(group) == has_school_child(w, c)
        schooling[group].add(education_of(w.traits))
    assert sorted(schooling) == list(range(GROUPS))
    for group in range(0, GROUPS, 2):  # with and without a child, the schooling is the same
        assert schooling[group] == schooling[group + 1]
    assert set.union(*schooling.values()) == set(range(len(SCHOOL_YEARS)))
    assert sum(len(levels) for levels in schooling.values()) == 2 * len(SCHOOL_YEARS)


def test_the_reference_group_is_the_reference_worker_of_the_earnings_rule():
    assert DEFAULTS[GROUP_SCHOOL_YEARS[REFERENCE_GROUP]] == REFERENCE_SCHOOL_YEARS
    assert not is_parent(REFERENCE_GROUP) and len(GROUP_SCHOOL_YEARS) == GROUPS
    run = start(make_scenario())
    assert run.economy.opening.now.group_skill[REFERENCE_GROUP] == 0.0


def test_tables_by_group_are_as_long_as_there_are_groups():
    kind = conditions_type(111)
    for name, axis in (("income_value", 0), ("group_skill", 0), ("place_odds", 0), ("away_odds", 1)):
        assert kind[name].shape[axis] == GROUPS
    run = start(make_scenario())
    values = run.economy.opening.now.income_value[:, 31:]
    assert np.isfinite(values).all() and (values[4] > values[0]).all()  # more schooling, more pay
