"""Runs that differ only after a month live what comes before it once, and nothing changes by it."""

from __future__ import annotations

import pandas as pd
import pytest
from engine_runs import make_lever, make_scenario

from sim import compare
from sim.engine.simulate import simulate
from sim.past import FIRST_MONTH, Origin, shared_pasts

END = "2018-12"


def policy(name: str, *starts: str, strength: float = 1.05, **parameters: float):
    levers = {f"jobs_{start[:4]}": make_lever({"jobs_scale": {"scale": strength}}, start, END,
                                              where={"tiers": [tier]})
              for start, tier in zip(starts, ("mega_city", "county_town"), strict=False)}
    return make_scenario(levers, to=END, **parameters).model_copy(update={"name": name})


BASE = policy("base")
POLICIES = [policy("early", "2015-07"), policy("late", "2016-03"),
            policy("early_and_late", "2015-07", "2017-01"),
            policy("another_world", "2015-07", switching_cost=2.0)]


def test_each_scenario_takes_up_the_longest_past():
    scenarios = [BASE, *POLICIES]
    found = shared_pasts(scenarios, [END] * 5)
    assert found == [None, Origin(0, "2015-07"), Origin(0, "2016-03"), Origin(1, "2017-01"), None]
    assert shared_pasts(scenarios, [END, "2015-01", END, END, END])[1] == Origin(0, "2015-01")


def test_few_states_are_kept_where_many_would_be_needed():
    later = [policy(f"p{year}", f"{year}-01") for year in (2015, 2016, 2017, 2018)]
    found = shared_pasts([BASE, *later], [END] * 5, most=2)
    # from 2016 on 3 policies save 24 months each, from 2017 on 2 save 36, and from 2018 on 1 saves 48
    assert found == [None, None, Origin(0, "2016-01"), Origin(0, "2017-01"), Origin(0, "2017-01")]
    assert not any(shared_pasts([BASE, POLICIES[-1]], [END] * 2))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_comparison_is_the_same_with_and_without_shared_pasts(jobs):
    settings = {"seeds": 2, "scale": 200_000, "end": END, "jobs": jobs}
    shared = compare(BASE, POLICIES, **settings)
    alone = compare(BASE, POLICIES, **settings, simulate=simulate)
    assert set(shared.tables) == set(alone.tables)
    for name, table in shared.tables.items():
        pd.testing.assert_frame_equal(table, alone.tables[name], check_exact=True, obj=name)
    assert shared.manifest["run_ids"] == alone.manifest["run_ids"]
    assert len(shared.effects) and FIRST_MONTH < min(p["start"] for p in shared.policies)


def test_policies_live_only_their_own_months(monkeypatch):
    lived = []

    def counting(scenario, **settings):
        origin = settings.get("branch_from")
        lived.append((scenario.name, origin and origin.month))
        return simulate(scenario, **settings)

    monkeypatch.setattr("sim.simulate", counting, raising=False)
    compare(BASE, POLICIES, seeds=1, scale=200_000, end=END, jobs=1)
    assert lived == [("base", None), ("early", "2015-07"), ("late", "2016-03"),
                     ("early_and_late", "2015-07"), ("another_world", None)]
