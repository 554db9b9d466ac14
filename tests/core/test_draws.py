"""Draws: a lookup that never depends on order, even and independent in every direction it is used."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.compiled import kernel
from sim.core.draws import (
    PURPOSE,
    PURPOSES,
    draw32,
    mix32,
    month_keys,
    name_code,
    uniform,
    uniform_for,
)

WORDS = st.integers(0, 2**32 - 1)
# Ids as they are given out: workers of 2014 of two homes, entrants of one month, far apart and near.
COUNT = 2**15
ID_SETS = {
    "first home": np.arange(COUNT),
    "another home": (17 << 26) + np.arange(COUNT),
    "entrants": (1 << 31) + (100 << 22) + (5 << 17) + np.arange(COUNT),
    "one in a thousand": np.arange(COUNT) * 1021,
}
SOME_PURPOSES = ("exit", "job_event", "race_farm", "attention", "trait_ability", "settlement")
# All draws are fixed by their keys, so these bounds are never crossed by chance: the worst of some
# hundreds of standard normal scores stays below 4.
MOST = 4.5

# The order of the purposes is part of every result. Append to this list; never change what is in it.
FROZEN = (
    "trait_sex",
    "trait_age",
    "trait_education",
    "trait_activity",
    "trait_sector",
    "trait_ability",
    "trait_savings",
    "trait_poor",
    "trait_experience",
    "trait_insured",
    "trait_trained",
    "trait_capital_need",
    "trait_openness",
    "trait_willingness",
    "trait_marriage",
    "trait_child",
    "trait_awareness",
    "trait_ticket",
    "trait_business_age",
    "trait_entry",
    "exit",
    "festival_visit",
    "festival_return",
    "job_event",
    "job_sector",
    "job_match",
    "job_find",
    "job_move",
    "business_close",
    "arrears_onset",
    "arrears_recovery",
    "insurance",
    "training",
    "attention",
    "race_farm",
    "race_local",
    "local_offer",
    "race_keep",
    "candidate_time",
    "departure",
    "business_consider",
    "business_start",
    "business_jobs",
    "settlement",
    "fade",
    "seat",
)


@kernel
def _fill(keys, purpose, ids, out):
    for i in range(len(ids)):
        out[i] = uniform(keys, purpose, ids[i])


@kernel
def _fill_for(keys, purpose, ids, item, out):
    for i in range(len(ids)):
        out[i] = uniform_for(keys, purpose, ids[i], item)


def draws(seed: int, month: int, purpose: str, ids: np.ndarray) -> np.ndarray:
    out = np.empty(len(ids))
    _fill(month_keys(seed, month), getattr(PURPOSE, purpose), np.asarray(ids, dtype=np.int64), out)
    return out


def unevenness(u: np.ndarray, bins: int = 64) -> float:
    """Chi-square of counts in equal bins, as a standard normal score (Wilson and Hilferty)."""
    counts = np.bincount((u * bins).astype(int), minlength=bins)
    return _score(counts, len(u) / bins)


def dependence(u: np.ndarray, v: np.ndarray, bins: int = 16) -> float:
    """The same for pairs in a square grid: any dependence shows, not a linear one alone."""
    cell = (u * bins).astype(int) * bins + (v * bins).astype(int)
    return _score(np.bincount(cell, minlength=bins * bins), len(u) / bins**2)


def _score(counts: np.ndarray, expected: float) -> float:
    free = len(counts) - 1
    chi_square = float(((counts - expected) ** 2).sum() / expected)
    spread = 2.0 / (9.0 * free)
    return ((chi_square / free) ** (1.0 / 3.0) - (1.0 - spread)) / math.sqrt(spread)


def correlation(u: np.ndarray, v: np.ndarray) -> float:
    """Correlation as a standard normal score."""
    return float(np.corrcoef(u, v)[0, 1]) * math.sqrt(len(u))


# --- a lookup -----------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(-1, 263), st.sampled_from(PURPOSES), WORDS)
def test_the_same_question_has_the_same_answer(seed, month, purpose, worker):
    first, again = (uniform(month_keys(seed, month), getattr(PURPOSE, purpose), worker) for _ in range(2))
    assert first == again
    assert 0.0 < first < 1.0


def test_a_draw_does_not_depend_on_who_else_is_asked():
    ids = ID_SETS["first home"][:1000]
    together = draws(3, 14, "race_farm", ids)
    assert np.array_equal(together[::-1], draws(3, 14, "race_farm", ids[::-1]))
    assert np.array_equal(together[::7], draws(3, 14, "race_farm", ids[::7]))


def test_some_draws_are_as_they_always_were():
    """A change here changes every result: say so in the changelog."""
    keys = month_keys(7, 3)
    known = [
        round(uniform(keys, getattr(PURPOSE, name), 12_345), 9) for name in ("exit", "race_farm", "seat")
    ]
    assert known == [0.110892099, 0.769633941, 0.340809502]
    assert name_code("startup_grant") == 149_854_939


def test_month_keys_do_not_depend_on_later_purposes():
    assert month_keys(1, 5).shape == (len(PURPOSES), 2)
    assert month_keys(1, 5).dtype == np.int64


def test_purposes_are_only_ever_appended():
    assert PURPOSES[: len(FROZEN)] == FROZEN
    assert len(set(PURPOSES)) == len(PURPOSES)
    assert [getattr(PURPOSE, name) for name in PURPOSES] == list(range(len(PURPOSES)))


# --- hashing ------------------------------------------------------------------------------------------


def test_mixing_loses_nothing():
    ids = np.arange(2**16)
    assert len({mix32(int(i)) for i in ids}) == len(ids)
    assert len({mix32(int(i) << 16) for i in ids}) == len(ids)


def test_one_bit_of_an_id_changes_half_of_the_bits_of_its_draw():
    first, second = (int(k) for k in month_keys(1, 10)[PURPOSE.race_farm])
    ids = ID_SETS["one in a thousand"][:400]
    for bit in range(32):
        flips = [
            (draw32(first, second, int(i)) ^ draw32(first, second, int(i) ^ (1 << bit))).bit_count()
            for i in ids
        ]
        assert np.mean(flips) == pytest.approx(16.0, abs=1.0)


@given(WORDS, WORDS, WORDS)
def test_draws_stay_within_32_bits(first, second, worker):
    assert 0 <= draw32(first, second, worker) < 2**32


def test_keys_of_all_months_and_purposes_differ():
    keys = np.concatenate([month_keys(seed, month) for seed in (0, 1) for month in range(-1, 264)])
    assert len(np.unique(keys, axis=0)) == len(keys)
    assert keys.min() >= 0 and keys.max() < 2**32


# --- even ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ID_SETS)
def test_draws_are_even_over_workers(who):
    scores = [
        unevenness(draws(seed, month, purpose, ID_SETS[who]))
        for seed in (0, 1)
        for month in (-1, 0, 1, 200)
        for purpose in SOME_PURPOSES
    ]
    assert max(map(abs, scores)) < MOST


def test_draws_are_even_over_months_for_one_worker():
    for purpose in SOME_PURPOSES:
        for worker in (0, 1, (30 << 26) + 99, (1 << 31) + 77):
            row = np.array(
                [
                    uniform(month_keys(s, m), getattr(PURPOSE, purpose), worker)
                    for s in range(4)
                    for m in range(264)
                ]
            )
            assert abs(unevenness(row, 16)) < MOST


def test_draws_are_even_over_purposes_and_seeds():
    row = np.array(
        [uniform(month_keys(seed, 20), p, 4242) for seed in range(40) for p in range(len(PURPOSES))]
    )
    assert abs(unevenness(row, 16)) < MOST


def test_small_probabilities_come_out():
    u = np.concatenate(
        [draws(5, month, "arrears_onset", ids) for month in range(12) for ids in ID_SETS.values()]
    )
    for p in (1e-4, 1e-3, 1e-2):
        assert abs((u < p).mean() - p) < MOST * math.sqrt(p / len(u))
        assert abs((u > 1 - p).mean() - p) < MOST * math.sqrt(p / len(u))


# --- independent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ID_SETS)
def test_purposes_are_independent_of_each_other(who):
    rows = [draws(1, 30, purpose, ID_SETS[who]) for purpose in SOME_PURPOSES]
    for one, other in combinations(rows, 2):
        assert abs(correlation(one, other)) < MOST
        assert abs(dependence(one, other)) < MOST


@pytest.mark.parametrize("who", ID_SETS)
def test_months_are_independent_of_each_other(who):
    for purpose in ("race_farm", "job_event"):
        rows = [draws(1, month, purpose, ID_SETS[who]) for month in (0, 1, 2, 11, 12, 13)]
        for one, other in combinations(rows, 2):
            assert abs(correlation(one, other)) < MOST
            assert abs(dependence(one, other)) < MOST


def test_seeds_are_independent_of_each_other():
    rows = [draws(seed, 30, "race_farm", ID_SETS["first home"]) for seed in range(6)]
    for one, other in combinations(rows, 2):
        assert abs(correlation(one, other)) < MOST
        assert abs(dependence(one, other)) < MOST


@pytest.mark.parametrize("gap", [1, 2, 31, 64, 1024])
def test_neighbouring_workers_are_independent(gap):
    for who in ID_SETS:
        u = draws(2, 40, "race_farm", ID_SETS[who])
        assert abs(correlation(u[:-gap], u[gap:])) < MOST
        assert abs(dependence(u[:-gap], u[gap:])) < MOST


def test_items_are_independent_of_each_other():
    """Tickets of two levers, or wishes for two places, must not go together."""
    keys, purpose = month_keys(1, -1), PURPOSE.trait_ticket
    ids = ID_SETS["first home"].astype(np.int64)
    rows = []
    for item in (0, 1, 2, 92, name_code("startup_grant"), name_code("startup_loan"), 2**32 - 1):
        row = np.empty(len(ids))
        _fill_for(keys, purpose, ids, item, row)
        assert abs(unevenness(row)) < MOST
        rows.append(row)
    for one, other in combinations(rows, 2):
        assert abs(correlation(one, other)) < MOST
        assert abs(dependence(one, other)) < MOST


# --- compiled and as written --------------------------------------------------------------------------


def test_compiled_draws_have_the_same_bits():
    ids = np.concatenate([s[:200] for s in ID_SETS.values()]).astype(np.int64)
    keys = month_keys(11, 17)
    compiled, written = np.empty((2, len(ids)))
    for purpose in (0, PURPOSE.race_farm, len(PURPOSES) - 1):
        _fill(keys, purpose, ids, compiled)
        _fill.python(keys, purpose, ids.tolist(), written)
        assert np.array_equal(compiled, written)
        for item in (0, 7, name_code("a"), 2**31, 2**32 - 1):  # the product needs 64 bits
            _fill_for(keys, purpose, ids, item, compiled)
            _fill_for.python(keys, purpose, ids.tolist(), item, written)
            assert np.array_equal(compiled, written)
