"""Twins: where two lives part, and the one-thing-at-a-time test of why."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.messages import faults_of_chinese

from sim.agents.twins import CAUSES, Pair, _Month, find_twin, follow_twins, scan_twins
from sim.core.errors import UsageError
from sim.core.language import speaking
from sim.core.months import month_index
from sim.engine.interpreted import plain_conditions
from sim.engine.simulation import Simulation
from sim.present.charts.lives import twins_chart
from sim.present.text.twins import months_apart, parting_in_words, twins_as_json, twins_in_words
from sim.scenario.loading import load_scenario, with_overrides

SCALE, SEED, END = 50_000, 3, "2027-12"


@pytest.fixture(scope="module")
def scan():
    return scan_twins("baseline", "combined", scale=SCALE, seed=SEED, end=END)


@pytest.fixture(scope="module")
def pairs(scan):
    apart = scan.ids[scan.first_apart >= 0]
    same = scan.ids[scan.first_apart < 0]
    ids = [*apart[:40].tolist(), *same[:3].tolist()]
    return follow_twins("baseline", "combined", ids, scale=SCALE, seed=SEED, start="2024-07", end=END)


def test_lives_part_only_after_the_policy_begins(scan):
    first = scan.first_apart[scan.first_apart >= 0]
    assert len(first) > 40 and first.min() >= month_index("2025-01")
    assert ((scan.months_apart > 0) == (scan.first_apart >= 0)).all()


def test_the_parting_is_the_first_month_that_differs(scan, pairs):
    for twins in pairs:
        row = int(np.flatnonzero(scan.ids == twins.base.worker)[0])
        apart = [
            one.month
            for one, other in zip(twins.base.months, twins.policy.months, strict=False)
            if (one.activity, one.place) != (other.activity, other.place)
        ]
        if twins.parting is None:
            assert not apart and scan.first_apart[row] < 0 and months_apart(twins) == 0
        else:
            assert twins.parting.month == apart[0] and month_index(apart[0]) == scan.first_apart[row]
            assert twins.parting.base.month == twins.parting.policy.month == apart[0]


def test_every_parting_has_a_cause_and_the_causes_are_smallest(pairs):
    found = [twins.parting.causes for twins in pairs if twins.parting]
    assert len(found) == 40 and all(found)
    for causes in found:
        for one in causes:
            assert set(one) <= set(CAUSES)
            assert not any(set(other) < set(one) for other in causes)
    assert {("policy",), ("others",)} <= {one for causes in found for one in causes}


def test_a_month_mixed_of_one_run_alone_is_that_run_s_month():
    pair = Pair("baseline", "combined", SCALE, "2026-06", SEED)
    while pair.base.month < month_index("2026-05"):
        pair.step()
    month = _Month(pair, {})
    pair.step()
    for of, run in enumerate((pair.base, pair.policy)):
        mixed, lived = month.conditions(of, of), plain_conditions(run.conditions)
        for name, value in vars(lived).items():
            assert _same(vars(mixed)[name], value), name
    own, other = month.conditions(0, 0), month.conditions(0, 1)
    assert own.levers.count == other.levers.count and own.log_pay != other.log_pay
    pair.close()


def _same(one, other) -> bool:
    if hasattr(one, "__dict__"):
        return all(_same(value, vars(other)[name]) for name, value in vars(one).items())
    return (
        bool(np.array_equal(np.asarray(one), np.asarray(other)))
        if not isinstance(one, dict)
        else one == other
    )


def test_without_a_difference_nobody_parts():
    same = scan_twins("baseline", "baseline", scale=SCALE, seed=SEED, end="2016-12")
    assert (same.first_apart < 0).all() and not same.months_apart.any()


def test_support_for_founders_moves_founders_by_itself_and_others_through_them():
    """One thing shocked alone: whoever starts one more business does so by the policy, and moves others."""
    given = dict(scale=10_000, seed=SEED, end="2026-10")
    scan = scan_twins("baseline", "startup-support", **given)
    apart = scan.ids[scan.first_apart >= 0].tolist()
    pairs = follow_twins("baseline", "startup-support", apart, start="2024-12", **given)
    starters = [
        twins
        for twins in pairs
        if any(one.what == "starts_business" for one in twins.parting.policy.happenings)
    ]
    assert len(starters) > 5
    by_policy = [twins for twins in starters if ("policy",) in twins.parting.causes]
    assert len(by_policy) > 0.8 * len(starters)
    assert all(twins.parting.levers for twins in by_policy)
    for twins in by_policy:  # without the policy there was no idea, no money for it, or it was not worth it
        ideas = twins.parting.base.idea, twins.parting.policy.idea
        assert ideas[1].starts and (ideas[0] is None or not ideas[0].starts)
        if ideas[0] is not None:
            assert ideas[0].rank == ideas[1].rank and ideas[0].capital_yuan == ideas[1].capital_yuan
            assert ideas[0].good_enough < ideas[1].good_enough or not ideas[0].can_be_raised
        assert "thought of a business" in " ".join(parting_in_words(twins))
    others = [twins for twins in pairs if twins.parting.causes == (("others",),)]
    assert others and not [twins for twins in others if twins in by_policy]


def test_the_words_have_no_gaps(pairs):
    for twins in pairs:
        told = twins_in_words(twins)
        for said in (*told.parting, *(cell for row in told.rows for cell in row[1:] if cell)):
            assert re.match(r"[A-Z]", said) and said.endswith("."), said
            assert not re.search(r"[{}_]|  |None|\bnan\b", said), said
        assert twins_as_json(twins)["base"]["worker"]["worker"] == twins.base.worker
        if twins.parting is None:
            assert "the same" in told.parting[0] and not told.rows


def test_the_words_are_chinese(pairs):
    with speaking("zh"):
        for twins in pairs:
            told = twins_in_words(twins)
            rows = (cell for row in (*told.rows, *told.totals) for cell in row)
            for said in (told.title, told.about, *told.parting, *told.heads, *rows):
                assert not faults_of_chinese(said), said
        both = next(one for one in pairs if one.parting)
        figure = twins_chart(both)
        shown = [
            text.get_text() for axes in figure.axes for text in (*axes.texts, axes.yaxis.label, axes.title)
        ]
        assert not faults_of_chinese("\n".join([*shown, *(text.get_text() for text in figure.texts)]))


def test_the_picture_marks_the_parting(pairs):
    figure = twins_chart(pairs[0])
    assert len(figure.axes) == 3
    assert twins_chart(pairs[-1]).axes


def test_a_description_finds_one_whose_lives_part(scan):
    given = dict(scale=SCALE, seed=SEED, end=END)
    found = find_twin("baseline", "combined", "man, 20-40", "2020-01", **given)
    again = find_twin("baseline", "combined", "man, 20-40", "2020-01", **given)
    assert found == again and found.fitting > found.apart > 0
    assert scan.first_apart[scan.ids == found.worker][0] >= 0


@pytest.mark.parametrize(
    "text, at, told",
    [
        ("womn", "2014-01", "did you mean"),
        ("woman", "2030-01", "after the end"),
        ("woman, over 74, Tibet", "2014-01", "nobody"),
    ],
)
def test_mistakes_are_told(text, at, told, monkeypatch):
    monkeypatch.setattr(Simulation, "step", lambda *_: pytest.fail("the run began"))
    with pytest.raises(UsageError, match=told):
        find_twin("baseline", "combined", text, at, scale=1_000_000, end="2014-06")


def test_other_people_have_no_twins():
    other = with_overrides(load_scenario("baseline"), {"assumptions": "low"})
    with pytest.raises(UsageError, match="other people"):
        Pair("baseline", other, 100_000, "2035-12", 1)
