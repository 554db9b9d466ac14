"""Order-free shares: what every fair division must have, on games whose answer is known."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.shapley import (
    coalitions_of,
    contributions,
    exact_shares,
    order_error,
    prefixes,
    sampled_orders,
)

NAMES = ("grants", "loans", "parks", "schools")
PLAYERS = len(NAMES)
game_values = st.lists(st.floats(-1e6, 1e6), min_size=1 << PLAYERS, max_size=1 << PLAYERS)


def shares_of(value) -> np.ndarray:
    """Shares of a game given as a function of the players who take part."""
    return exact_shares({c: np.float64(value({i for i in range(3) if c >> i & 1})) for c in range(8)}, 3)


def test_a_pair_of_gloves():
    """Two left gloves and a right one: the scarce side gets two thirds (Shapley, 1953)."""
    found = shares_of(lambda who: 1.0 if 2 in who and who & {0, 1} else 0.0)
    assert found == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_who_adds_nothing_gets_nothing_and_equals_get_equal_shares():
    found = shares_of(lambda who: 7.0 * (0 in who) + 7.0 * (1 in who) + 4.0 * ({0, 1} <= who))
    assert found[2] == 0.0 and found[:2] == pytest.approx([9.0, 9.0])


@given(game_values)
def test_shares_add_up_to_the_whole(values):
    known = dict(enumerate(map(np.float64, values)))
    whole = known[(1 << PLAYERS) - 1] - known[0]
    assert exact_shares(known, PLAYERS).sum() == pytest.approx(whole, abs=1e-6)
    added = contributions(known, sampled_orders(NAMES, 4, 1))
    assert added.sum(axis=1) == pytest.approx(np.full(4, whole), abs=1e-6)


@given(game_values)
def test_all_orders_give_the_exact_shares(values):
    known = dict(enumerate(map(np.float64, values)))
    added = contributions(known, list(permutations(range(PLAYERS))))
    assert added.mean(axis=0) == pytest.approx(exact_shares(known, PLAYERS), abs=1e-6)


def test_sampled_orders_come_in_pairs_and_do_not_hang_on_the_listing():
    orders = sampled_orders(NAMES, 6, seed=3)
    assert len(orders) == 6 and all(sorted(order) == list(range(PLAYERS)) for order in orders)
    assert all(one == other[::-1] for one, other in zip(orders[::2], orders[1::2], strict=True))
    assert len(set(orders)) > 3 and orders != sampled_orders(NAMES, 6, seed=4)
    backward = sampled_orders(NAMES[::-1], 6, seed=3)
    assert [[NAMES[i] for i in order] for order in orders] == [
        [NAMES[::-1][i] for i in order] for order in backward
    ]
    assert sampled_orders(NAMES, 2, seed=3) == orders[:2] and len(sampled_orders(NAMES, 5, 3)) == 6


def test_every_coalition_that_is_needed_is_named_once():
    orders = sampled_orders(NAMES, 2, 1)
    needed = coalitions_of(orders, PLAYERS)
    assert len(set(needed)) == len(needed)
    assert {c for order in orders for c in prefixes(order)} <= set(needed)
    assert {0, 15, 1, 2, 4, 8, 14, 13, 11, 7} <= set(needed)


def test_the_error_from_orders_is_zero_where_order_does_not_matter():
    additive = {c: np.float64(sum(i + 1 for i in range(PLAYERS) if c >> i & 1)) for c in range(16)}
    added = contributions(additive, sampled_orders(NAMES, 6, 1))
    assert (order_error(added) == 0.0).all() and added.mean(axis=0).tolist() == [1, 2, 3, 4]
    joint = {c: np.float64(c.bit_count() ** 3 * (c & 1)) for c in range(16)}
    assert order_error(contributions(joint, sampled_orders(NAMES, 6, 1)))[0] > 0
    assert np.isnan(order_error(contributions(joint, sampled_orders(NAMES, 2, 1)))).all()
