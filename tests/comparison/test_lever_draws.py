"""Draws of the size of levers: ranges, what a size changes, and that they are the same whenever asked."""

from __future__ import annotations

import numpy as np
import pytest

from sim import load_scenario
from sim.comparison.lever_draws import lever_draws, size_at
from sim.scenario.loading import scenario_files, with_overrides
from sim.scenario.references import GRADES, size_ranges
from sim.scenario.sizes import added_levers, at_size, credible_range, ranges_of_instruments

BASE = load_scenario("baseline")
STARTUP, RESIDENCY = load_scenario("startup-support"), load_scenario("residency-easing")


@pytest.fixture(scope="module")
def documents():
    return load_scenario("ten-departments-2024")


def sized(policy, name, size, base=BASE):
    return with_overrides(policy, at_size(base, policy, name, size)).levers[name]


def test_every_grade_of_an_effect_has_a_range_that_widens_as_evidence_weakens():
    ranges = size_ranges()
    assert list(ranges) == [grade for grade in GRADES if grade != "n/a"]
    assert all(low <= 1 <= high for low, high in ranges.values())
    lows, highs = zip(*ranges.values(), strict=True)
    assert list(lows) == sorted(lows, reverse=True) and list(highs) == sorted(highs)


def test_the_range_of_a_lever_is_its_own_then_its_instruments_then_that_of_its_grade(documents):
    known = ranges_of_instruments()
    own = next(lever for lever in documents.levers.values() if lever.strength_range)
    assert credible_range(own, {}) == own.strength_range.credible
    loan = STARTUP.levers["startup_loan"]  # carries out two instruments: the widest of both
    assert credible_range(loan, known) == (min(known[2][0], known[3][0]), max(known[2][1], known[3][1]))
    assert credible_range(loan, {}) == size_ranges()["C"]
    assert credible_range(loan.model_copy(update={"evidence": "n/a"}), {}) is None


def test_sizes_are_triangular_over_the_range_with_one_as_mode():
    span = (0.0, 3.0)
    sizes = np.array([size_at(p, span) for p in (np.arange(20_000) + 0.5) / 20_000])
    assert sizes.min() >= 0 and sizes.max() <= 3 and (np.diff(sizes) > 0).all()
    assert sizes.mean() == pytest.approx(4 / 3, rel=1e-3)
    counts, edges = np.histogram(sizes, bins=30, range=span)
    assert edges[np.argmax(counts)] == pytest.approx(1.0, abs=0.11)
    assert size_at(0.3, (1.0, 1.0)) == 1.0
    assert size_at(0.0, (0.4, 1.0)) == 0.4 and size_at(1.0, (0.4, 1.0)) == 1.0


def test_a_size_multiplies_each_change():
    parks = STARTUP.levers["founder_parks"].effects["business_exit_scale"].scale
    assert sized(STARTUP, "founder_parks", 2.0).effects["business_exit_scale"].scale == 1 + 2 * (parks - 1)
    assert sized(STARTUP, "startup_grant", 0.5).effects["startup_grant_yuan"].set == 4000
    assert sized(STARTUP, "startup_grant", 1.0) == STARTUP.levers["startup_grant"]
    added = with_overrides(
        STARTUP, {"levers.founder_parks.effects": {"job_finding_probability": {"add": 0.02}}}
    )
    assert sized(added, "founder_parks", 3.0).effects["job_finding_probability"].add == pytest.approx(0.06)


def test_a_set_moves_from_what_the_parameter_would_be_without_it():
    open_share = BASE.paths["settlement_open_share"].value("2025-01", "large_city")
    lever = sized(RESIDENCY, "large_city_opening", 0.5)
    assert lever.effects["settlement_open_share"].set == pytest.approx((open_share + 0.97) / 2)


def test_a_size_stays_within_the_bounds_of_the_parameter():
    lever = sized(RESIDENCY, "large_city_opening", 50.0)
    assert 0.97 < lever.effects["settlement_open_share"].set <= 1.0
    assert 0.0 <= lever.effects["hukou_cost_scale"].scale < 0.86


def test_money_follows_where_the_cost_follows_strength():
    grant = "levers.startup_grant.unit_cost"
    assert sized(STARTUP, "startup_grant", 2.0).price == STARTUP.levers["startup_grant"].price
    following = with_overrides(STARTUP, {f"{grant}.follows_strength": True})
    assert sized(following, "startup_grant", 2.0).price == 2 * STARTUP.levers["startup_grant"].price


def test_what_the_base_has_is_not_drawn():
    larger = with_overrides(STARTUP, {"levers.startup_grant.effects.startup_grant_yuan.set": 10_000.0})
    assert set(added_levers(STARTUP, larger)) == {"startup_grant"}
    lever = sized(larger, "startup_grant", 2.0, base=STARTUP)  # twice the two thousand that it adds
    assert lever.effects["startup_grant_yuan"].set == 12_000
    assert lever_draws(4, STARTUP, [STARTUP.model_copy(update={"name": "same"})]) == []


def test_a_stronger_lever_than_the_base_has_is_drawn_by_what_it_adds(documents):
    name, lever = next(
        (name, lever)
        for name, lever in documents.levers.items()
        if lever.strength_range and lever.strength_range.most >= 3 and lever.strength == 1 and lever.changes
    )
    stronger = with_overrides(documents, {f"levers.{name}.strength": 1.5})
    assert sized(stronger, name, 2.0, base=documents).strength == 2.0
    assert sized(stronger, name, 1e6, base=documents).strength == lever.strength_range.most


def test_the_same_draws_whenever_asked_and_whatever_else_is_compared():
    alone = lever_draws(6, BASE, [STARTUP])
    assert alone == lever_draws(6, BASE, [STARTUP])
    beside = lever_draws(6, BASE, [RESIDENCY, STARTUP, load_scenario("combined")])
    for one, other in zip(alone, beside, strict=True):
        assert one.of_policies["startup-support"] == other.of_policies["startup-support"]
        key = "levers.startup_grant.effects.startup_grant_yuan.set"
        assert other.of_policies["combined"][key] == other.of_policies["startup-support"][key]


def test_each_part_of_a_range_is_drawn_once():
    key = "levers.startup_grant.effects.startup_grant_yuan.set"
    found = sorted(
        draw.of_policies["startup-support"][key] / 8000 for draw in lever_draws(8, BASE, [STARTUP])
    )
    span = ranges_of_instruments()[1]
    assert found == pytest.approx([size_at((part + 0.5) / 8, span) for part in range(8)])


def test_the_parts_of_an_instrument_are_of_one_size(documents):
    by_instrument = {}
    for name, lever in added_levers(BASE, documents).items():
        if lever.part:
            by_instrument.setdefault(lever.instrument, []).append(name)
    names = next(names for names in by_instrument.values() if len(names) > 1)
    for draw in lever_draws(3, BASE, [documents]):
        whole = with_overrides(documents, draw.of_policies[documents.name])
        sizes = []
        for name in names:
            before, after = documents.levers[name], whole.levers[name]
            for parameter, effect in before.effects.items():
                now = after.effects[parameter]
                if effect.add:
                    sizes.append(now.add / effect.add)
                elif effect.scale is not None:
                    sizes.append((now.scale - 1) / (effect.scale - 1))
        assert sizes == pytest.approx([sizes[0]] * len(sizes))


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_every_draw_of_every_scenario_is_a_scenario(name):
    policy = load_scenario(name)
    if policy.name == BASE.name:
        return
    draws = lever_draws(5, BASE, [policy])
    assert bool(draws) == bool(added_levers(BASE, policy))
    for draw in draws:
        assert with_overrides(policy, draw.of_policies[policy.name]) != policy
