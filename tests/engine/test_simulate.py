"""What ``simulate`` is given: a scenario, its name or its path are the same run."""

from __future__ import annotations

from pathlib import Path

from sim import load_scenario, simulate
from sim.scenario.loading import scenario_files


def test_a_scenario_is_given_loaded_by_name_or_by_path():
    path = scenario_files()["baseline"]
    assert isinstance(path, Path)
    runs = [
        simulate(given, scale=100_000, end="2014-03", seed=5, tables=("national",))
        for given in ("baseline", path, str(path), load_scenario("baseline"))
    ]
    assert len({run.manifest["run_id"] for run in runs}) == 1
    assert all(run.national.equals(runs[0].national) for run in runs)
