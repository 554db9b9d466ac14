"""Shares of a whole that do not depend on the order in which its parts are listed (Shapley, 1953).

A coalition is a set of players, written as a number: bit ``i`` is set if player ``i`` belongs to it. A
player's share is what it adds to those who came before it, averaged over all orders or over a sample of
them. In every order what all players add sums to the whole, and so do the shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from math import factorial

import numpy as np

Order = tuple[int, ...]


def sampled_orders(names: Sequence[str], count: int, seed: int) -> list[Order]:
    """``count`` orders of the players, in pairs of an order and its reverse (an odd count is rounded up).

    In a pair each player comes once before and once after each other one, which averages out much of
    what the order does. The orders are a function of the names and the seed, however names are listed.
    """
    orders: list[Order] = []
    for pair in range(-(-count // 2)):
        ranks = {name: hashlib.blake2b(f"{seed}|{pair}|{name}".encode()).digest() for name in names}
        order = tuple(sorted(range(len(names)), key=lambda player: ranks[names[player]]))
        orders += [order, order[::-1]]
    return orders


def prefixes(order: Order) -> list[int]:
    """The coalitions that grow along an order, from the empty one to the whole."""
    grown = [0]
    for player in order:
        grown.append(grown[-1] | 1 << player)
    return grown


def coalitions_of(orders: Iterable[Order], players: int) -> list[int]:
    """All coalitions that sampled shares need, with each player alone and all but each one."""
    whole = (1 << players) - 1
    found = {0, whole}
    for player in range(players):
        found |= {1 << player, whole ^ 1 << player}
    for order in orders:
        found |= set(prefixes(order))
    return sorted(found)


def contributions(values: Mapping[int, np.ndarray], orders: Sequence[Order]) -> np.ndarray:
    """What each player adds in each order, (orders, players, ...). ``values``: by coalition."""
    players = len(orders[0])
    added = np.empty((len(orders), players, *np.shape(values[0])))
    for row, order in enumerate(orders):
        grown = prefixes(order)
        for player, before, after in zip(order, grown[:-1], grown[1:], strict=True):
            added[row, player] = values[after] - values[before]
    return added


def exact_shares(values: Mapping[int, np.ndarray], players: int) -> np.ndarray:
    """Shares over all orders, (players, ...), from the values of all coalitions."""
    shares = np.zeros((players, *np.shape(values[0])))
    weights = [
        factorial(size) * factorial(players - size - 1) / factorial(players) for size in range(players)
    ]
    for coalition in range(1 << players):
        for player in range(players):
            if not coalition >> player & 1:
                gain = values[coalition | 1 << player] - values[coalition]
                shares[player] += weights[coalition.bit_count()] * gain
    return shares


def order_error(added: np.ndarray) -> np.ndarray:
    """Standard error of the mean over sampled pairs of orders, (players, ...); NaN for a single pair."""
    pairs = added.reshape(-1, 2, *added.shape[1:]).mean(axis=1)
    if len(pairs) < 2:
        return np.full(added.shape[1:], np.nan)
    return pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
