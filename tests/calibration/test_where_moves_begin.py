"""Where moves between provinces begin, among the targets of a calibration."""

from __future__ import annotations

import numpy as np
import pytest
from test_calibration import MINIATURE, ROOT

from sim.calibration import load_calibration
from sim.calibration.moves import moves_errors, moves_observations, shares_from
from sim.calibration.observations import observations
from sim.calibration.runs import Work
from sim.core.categories import REGIONS
from sim.engine.simulate import simulate
from sim.experiments.experiment import ExperimentError
from sim.scenario.loading import load_scenario, with_overrides
from sim.world.data import load_data

ADDED = "moves_from:\n  East: {low: 0.2, high: 0.4, unit: share, source: a test}\n"


@pytest.fixture
def written(tmp_path):
    """Writes a calibration with the target, with something in it replaced; returns its path."""

    def write(wrong="", told=""):
        text = MINIATURE + ADDED
        path = tmp_path / "mini.yaml"
        path.write_text(text.replace(wrong, told) if wrong else text, encoding="utf-8")
        return path

    return write


def test_shares_are_of_the_moves_that_leave_a_province():
    moves, region = np.zeros((31, 31)), load_data().region_of
    east, west = np.flatnonzero(region == 0), np.flatnonzero(region == 2)
    moves[east[0], west[0]], moves[west[0], east[0]] = 1.0, 2.0
    moves[east[0], east[1]], moves[west[0], west[1]] = 4.0, 1.0
    np.fill_diagonal(moves, 1e9)  # who stayed
    assert shares_from(moves) == pytest.approx({"East": 5 / 8, "Central": 0, "West": 3 / 8, "Northeast": 0})


def test_the_tables_of_the_census_are_what_the_range_of_the_ready_calibration_says():
    data = load_data()
    seen = [shares_from(data.od_moves[years])["East"] for years in ("1995-2000", "2000-2005", "2005-2010")]
    assert seen == pytest.approx([0.173, 0.210, 0.205], abs=0.001)
    expect = load_calibration(ROOT / "experiments" / "calibration.yaml").moves_from["East"]
    assert max(seen) == pytest.approx(expect.low, abs=0.015)
    assert 1.5 * max(seen) < expect.high < 2.0 * max(seen)


def test_an_error_is_the_share_less_the_middle_of_the_range(written):
    expects = load_calibration(written()).moves_from
    (seen,) = moves_observations(expects)
    assert seen.sd == pytest.approx(0.05) and seen.unit == "share"
    errors = {}
    for attachment in (0.5, 1.2):
        scenario = with_overrides(load_scenario("baseline"), {"parameters.place_attachment": attachment})
        results = simulate(scenario, scale="1:100000", end="2014-01", seed=3, tables=())
        errors[attachment] = moves_errors(expects, scenario, results)[seen.name]
    assert errors[1.2] < errors[0.5] - 0.05  # fewer go home
    assert moves_observations({}) == () and moves_errors({}, scenario, results) == {}


def test_a_stage_measures_it_beside_the_series(written, tmp_path):
    calibration = load_calibration(written())
    seen = (*observations(), *moves_observations(calibration.moves_from))
    work = Work(calibration, tmp_path / "out", 1, seen, None)
    work.folder.mkdir()
    errors = work.run("wave1", work.default_shares[None, :], (1,))
    assert work.failed_runs == {"wave1": 0} and errors.shape == (1, 1, len(seen))
    assert -0.3 < errors[0, 0, -1] < 0.5


@pytest.mark.parametrize(
    "wrong, told, says",
    [
        ("East: {", "Est: {", "Est"),
        ("low: 0.2, high: 0.4", "low: 0.4, high: 0.4", "from a lower to a higher share"),
        ("low: 0.2, high: 0.4", "low: 20, high: 40", "from a lower to a higher share"),
        ("low: 0.2, high: 0.4", "low: 0.2", "high"),
        ("unit: share, ", "", "unit"),
    ],
)
def test_mistakes_are_told_with_their_line(written, wrong, told, says):
    with pytest.raises(ExperimentError, match=says) as caught:
        load_calibration(written(wrong, told))
    assert all(problem.line for problem in caught.value.problems)


def test_regions_are_those_of_the_model(written):
    with pytest.raises(ExperimentError) as caught:
        load_calibration(written("East: {", "South: {"))
    assert all(region in str(caught.value) for region in REGIONS)
