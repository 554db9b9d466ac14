"""Policies of few workers are said to have reached too few for an answer."""

from __future__ import annotations

import pandas as pd
import pytest

from sim import compare
from sim.comparison.reach import reach_warnings, uses_in_words
from sim.scenario.loading import load_scenario, with_overrides

COSTED = {"unit_cost": {"yuan": 1}}


def costs(**served):
    rows = [("mine", lever, uses) for lever, uses in served.items()]
    return pd.DataFrame(rows, columns=["policy", "lever", "served"])


@pytest.mark.parametrize(
    "served, told",
    [
        (
            {"grant": 2500.0},
            "mine: reached half a simulated worker: no answer at this scale; 1:200 would reach",
        ),
        ({"grant": 0.0}, "reached no simulated worker: no answer at this scale"),
        ({}, "reached no simulated worker"),
        ({"grant": 5000.0}, "reached one simulated worker"),
        ({"grant": 20_000.0}, "reached 4.0 simulated workers: no answer at this scale; 1:2000"),
    ],
)
def test_few_uses_are_told_with_a_finer_scale(served, told):
    [said] = reach_warnings(costs(**served), {"mine": {"grant": COSTED}}, 5000.0)
    assert told in said


def test_enough_uses_say_nothing_and_a_small_lever_beside_a_large_one_is_named():
    levers = {"mine": {"grant": COSTED, "loan": COSTED}}
    assert reach_warnings(costs(grant=60_000.0, loan=70_000.0), levers, 5000.0) == []
    [said] = reach_warnings(costs(grant=600_000.0, loan=5000.0), levers, 5000.0)
    assert said.startswith("mine, lever loan: reached one simulated worker: no answer on it at this scale")


def test_what_is_not_counted_is_not_judged():
    assert reach_warnings(costs(), {"mine": {"park": {}}}, 5000.0) == []
    assert reach_warnings(costs(), {"mine": {}}, 5000.0) == []


def test_parts_of_one_are_told():
    assert uses_in_words(0.5) == "half a simulated worker" and uses_in_words(0.02) == "0.02 of one"


def test_a_comparison_says_so_of_a_tiny_policy_and_not_of_a_large_one():
    whole = load_scenario("skills-training")
    keys = {f"levers.{name}.where": {"home_provinces": ["Tibet"]} for name in whole.levers}
    tiny = with_overrides(whole, keys)
    given = dict(seeds=1, scale=100_000, end="2025-12", jobs=1)
    said = compare("baseline", [tiny], **given).manifest["warnings"]
    assert any(
        "skills-training: reached" in one["en"] and "no answer at this scale" in one["en"] for one in said
    ), said
    said = compare("baseline", ["skills-training"], **given).manifest["warnings"]
    assert not any("no answer at this scale" in one["en"] for one in said), said
