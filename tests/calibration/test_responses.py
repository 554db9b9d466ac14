"""Experiments among the targets of a calibration: what is asked, how it is measured, what is refused."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_calibration import MINIATURE, ROOT

from sim.calibration import load_calibration
from sim.calibration.declaration import Responses
from sim.calibration.observations import TABLES, observations
from sim.calibration.responses import response_errors, response_observations, tables_needed
from sim.calibration.runs import Work
from sim.calibration.stages import _fitted
from sim.engine.run_cache import RunCache
from sim.engine.simulate import simulate
from sim.experiments.experiment import ExperimentError
from sim.scenario.loading import load_scenario, with_overrides
from sim.studies.checks import load_checks, run_checks

CHECKS = """
title: {en: Costs, zh: 成本}
question: What does employment answer?
scenario: baseline
period: {from: 2014-01, to: 2016-12}
scale: 1:100000
seeds: 1
runs:
  dearer: &dearer
    levers:
      dearer:
        label: {en: Dearer, zh: 成本上升}
        citation: {document: ten-departments-2024, clause: A thought experiment}
        evidence: D
        window: {from: 2015-01, to: 2016-12}
        where: {tiers: [city, large_city, mega_city]}
        no_cost: a thought experiment
        effects:
          payroll_cost_share: {add: 0.1}
  unchecked: {}
checks:
  - label: {en: Employment, zh: 就业}
    measure: change
    run: dearer
    of: {table: places, over: [migrant_work], form: log_percent, months: [2016-07, 2016-12]}
    expect: {low: -7.6, high: -2.9, unit: log percent, source: a test}
"""
ADDED = "responses: {checks: CHECKS, runs: [dearer]}\nalways_fitted: [matching_elasticity]\n"


@pytest.fixture
def written(tmp_path):
    """Writes a calibration with responses, with something in it replaced; returns its path."""

    def write(wrong="", told="", checks=CHECKS):
        (tmp_path / "costs.yaml").write_text(checks, encoding="utf-8")
        text = (MINIATURE + ADDED).replace("CHECKS", str(tmp_path / "costs.yaml"))
        (tmp_path / "mini.yaml").write_text(text.replace(wrong, told) if wrong else text, encoding="utf-8")
        return tmp_path / "mini.yaml"

    return write


def test_the_ready_calibration_asks_for_the_responses_of_cities_and_homes():
    found = load_calibration(ROOT / "experiments" / "calibration.yaml")
    labels = [one.label for one in response_observations(found.responses)]
    assert len(labels) == 5 and sum(label.startswith("Vacancies") for label in labels) == 1
    assert sum(label.startswith("Wages") for label in labels) == 2
    assert sum(label.startswith("Employment") for label in labels) == 2
    assert "city_jobs_output_elasticity" in found.always_fitted
    assert set(found.always_fitted) <= set(found.priors)


def test_the_middle_of_the_range_is_aimed_at_and_half_its_half_is_one_standard_deviation(written):
    calibration = load_calibration(written())
    (seen,) = response_observations(calibration.responses)
    assert seen.sd == pytest.approx((7.6 - 2.9) / 4) and seen.unit == "log percent"
    assert tables_needed(calibration.responses) == ("places",)
    assert response_observations(None) == () and tables_needed(None) == ()


@pytest.mark.parametrize("labour_demand_elasticity", [0.3, 0.8])
def test_an_answer_is_what_the_check_itself_finds_under_these_parameters(written, labour_demand_elasticity):
    """Branched runs of the point give the same number, to the last bit, as the check's own whole runs."""
    responses = load_calibration(written()).responses
    point = {"parameters.labour_demand_elasticity": labour_demand_elasticity}
    scenario = with_overrides(load_scenario("baseline"), point)
    again = partial(simulate, scale="1:100000", seed=1, cache=RunCache())
    base = again(scenario, end="2024-12", tables=(*TABLES, *tables_needed(responses)))
    found = response_errors(responses, scenario, base, again)
    file = load_checks(responses.checks)
    for name, one in file.scenarios.items():
        file._scenarios[name] = with_overrides(one, point)
    own = run_checks(file).table["found"].iloc[0]
    assert found == {"response.costs.1": own + (7.6 + 2.9) / 2}


def test_a_stage_measures_answers_beside_the_series_and_they_move_with_the_parameter(written, tmp_path):
    path = written(
        "migrant_pay_level: {low: 1.0, high: 1.3", "labour_demand_elasticity: {low: 0.2, high: 1.2"
    )
    calibration = load_calibration(path)
    seen = observations() + response_observations(calibration.responses)
    work = Work(calibration, tmp_path / "out", 1, seen, None)
    work.folder.mkdir()
    shares = np.repeat(work.default_shares[None, :], 2, axis=0)
    shares[:, work.names.index("labour_demand_elasticity")] = 0.0, 1.0
    errors = work.run("wave1", shares, (1, 2))
    assert work.failed_runs == {"wave1": 0} and errors.shape == (2, 2, len(seen))
    weak, strong = errors.mean(axis=1)[:, -1]
    assert strong < weak - 0.5  # employment falls by more


def test_what_is_always_fitted_is_fitted_beside_the_most_telling(written):
    calibration = load_calibration(written("fitted: 2", "fitted: 1"))
    effects = pd.DataFrame({"influence": [1.0, 3.0, 2.0]}, index=list(calibration.priors))
    work = SimpleNamespace(calibration=calibration, names=tuple(calibration.priors))
    assert [work.names[column] for column in _fitted(work, effects)] == [
        "migration_amenity",
        "matching_elasticity",
    ]


@pytest.mark.parametrize(
    "wrong, told, says",
    [
        ("runs: [dearer]", "runs: [deerer]", "no such run"),
        ("runs: [dearer]", "runs: [dearer, dearer]", "is named twice"),
        ("runs: [dearer]", "runs: [unchecked]", "checks nothing of this run"),
        ("runs: [dearer]", "runs: [base]", "checks nothing of this run"),
        ("runs: [dearer]", "runs: []", "must not be empty"),
        ("costs.yaml", "cots.yaml", "no such file"),
        ("always_fitted: [matching_elasticity]", "always_fitted: [network_coefficient]", "has no prior"),
        ("always_fitted: [matching_elasticity]", "always_fitted: [matching_elastic]", "matching_elasticity"),
        (
            "always_fitted: [matching_elasticity]",
            "always_fitted: [matching_elasticity, matching_elasticity]",
            "is named twice",
        ),
    ],
)
def test_mistakes_are_told_with_their_line(written, wrong, told, says):
    with pytest.raises(ExperimentError, match=says) as caught:
        load_calibration(written(wrong, told))
    assert all(problem.line for problem in caught.value.problems)


@pytest.mark.parametrize(
    "wrong, told, says",
    [
        ("to: 2016-12}\nscale", "to: 2025-06}\nscale", "parameters are set on years to 2024"),
        ("scenario: baseline", "scenario: none", "start from another scenario"),
        ("low: -7.6, high: -2.9", "low: -2.9, high: -2.9", "allows a single number"),
        ("measure: change", "measure: unequal_cells", "cannot be a target"),
        ("over: [migrant_work]", "over: [migrant_wrok]", "no such column"),
    ],
)
def test_checks_that_cannot_be_targets_are_refused(written, wrong, told, says):
    with pytest.raises(ExperimentError, match=says) as caught:
        load_calibration(written(checks=CHECKS.replace(wrong, told)))
    assert all(problem.line for problem in caught.value.problems)


def test_responses_are_plain_when_they_are_stored_with_an_ensemble(written):
    calibration = load_calibration(written())
    plain = calibration.model_dump(mode="json", by_alias=True)["responses"]
    assert Responses.model_validate(plain) == calibration.responses


def test_the_scenario_itself_can_be_a_run(written):
    of_base = CHECKS.replace("measure: change", "measure: level").replace("run: dearer\n", "run: base\n")
    responses = load_calibration(written("[dearer]", "[base]", checks=of_base)).responses
    again = partial(simulate, scale="1:100000", seed=1, cache=RunCache())
    base = again("baseline", end="2024-12", tables=tables_needed(responses))
    found = response_errors(responses, load_scenario("baseline"), base, None)  # no further run is asked for
    months = base.places["month"].between("2016-07", "2016-12")
    mean = base.places.loc[months, "migrant_work"].sum() / 6
    assert found["response.costs.1"] == pytest.approx(mean + (7.6 + 2.9) / 2)
