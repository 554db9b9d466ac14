"""Guards keep arithmetic safe and decide nothing: they are counted, and a run tells where they bind."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever

from sim import simulate
from sim.engine.guards import GUARDS, MOST_BOUND, bound_shares, guard_warnings
from sim.engine.run_cache import RunCache
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.loading import files_in, load_scenario, with_overrides

CACHE, SCALE = RunCache(), 50_000
READY = ("baseline", "startup-support", "residency-easing", "skills-training", "combined")


def test_every_bound_of_the_group_is_a_guard_that_is_counted():
    listed = [name for guard in GUARDS for name in guard.parameters]
    assert listed == sorted(set(listed), key=listed.index)
    assert set(listed) == {one.name for one in PARAMETERS.values() if one.group.startswith("guards")}


def test_shares_are_of_those_concerned():
    counts = np.array([[1.0, 50.0], [0.0, 0.0], [0.0, 10.0]])
    shares = bound_shares(counts)
    assert list(shares.values()) == [0.02, 0.0, 0.0]
    assert len(guard_warnings(shares)) == 1 and "2.0 %" in guard_warnings(shares)[0]


@pytest.mark.parametrize("future", ["low", "middle", "high"])
@pytest.mark.parametrize("name", READY)
def test_no_guard_decides_a_ready_scenario(name, future):
    scenario = with_overrides(load_scenario(name), {"assumptions": future})
    manifest = simulate(scenario, scale=SCALE, seed=1, tables="national", cache=CACHE).manifest
    assert set(manifest["guards"]) == {guard.name for guard in GUARDS}
    assert max(manifest["guards"].values()) < MOST_BOUND
    assert not [warning for warning in manifest["warnings"] if "guard" in warning["en"]]


def test_a_run_tells_where_a_guard_decides():
    """A city economy without any jobs: wages fall to their bound."""
    away = {"tiers": ["county_town", "city", "large_city", "mega_city"]}
    lever = make_lever({"jobs_scale": {"set": 0.0}}, "2015-01", "2016-12", where=away, no_cost="a test")
    scenario = with_overrides(load_scenario("baseline"), {"levers.no_jobs": lever})
    manifest = simulate(scenario, scale=SCALE, end="2016-12", tables="national", cache=CACHE).manifest
    assert manifest["guards"]["wage_tightness"] > MOST_BOUND
    assert [warning for warning in manifest["warnings"] if "guard" in warning["en"]]


DOCUMENTS = sorted(files_in("scenarios/documents"))


def test_all_documents_are_tried():
    assert len(DOCUMENTS) >= 6


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_guard_decides_a_document(name):
    """To the end of 2035, the years after the last official one included."""
    run = simulate(name, scale=SCALE, end="2035-12", seed=1, cache=CACHE)
    assert max(run.manifest["guards"].values()) < MOST_BOUND
    assert not [warning for warning in run.manifest["warnings"] if "guard" in warning["en"]]
    assert run.ledger["spending_yuan"].sum() > 0 and (run.ledger["spending_yuan"] >= 0).all()
    assert (run.ledger["served"] >= 0).all()


@pytest.mark.long
@pytest.mark.parametrize("future", ["low", "high"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_guard_decides_a_document_in_another_future(name, future):
    scenario = with_overrides(load_scenario(name), {"assumptions": future})
    manifest = simulate(
        scenario, scale=20_000, end="2035-12", seed=2, tables="national", cache=CACHE
    ).manifest
    assert max(manifest["guards"].values()) < MOST_BOUND
