"""Draws of the size of a policy's levers, for the part of a band that it is uncertain in.

A size has a triangular distribution over its credible range (``sim.scenario.sizes``) with the size that the
lever has as its mode. The draws are a Latin hypercube: each range is cut into as many parts of equal
probability as there are draws, and each part gives its middle once, in an order that hangs on the lever
alone. So the same draws are made whenever asked, and a lever that two policies share is of one size in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.comparison.bands import SIZES, Draw, seeds_of
from sim.scenario.lever import Lever
from sim.scenario.scenario import Scenario
from sim.scenario.sizes import Range, added_levers, at_size, credible_range, ranges_of_instruments

SEED = 2026  # of the order in which a lever's sizes are drawn


def lever_draws(count: int, base: Scenario, policies: Sequence[Scenario]) -> list[Draw]:
    """``count`` draws of the size of all levers that the policies add to the base, under a few seeds each.

    The base is the same under all of them, so it is not run again. None where no lever has an uncertain size.
    Raises ``ScenarioError`` with what is wrong in the catalogue of instruments.
    """
    spans = _spans(base, policies)
    draws = []
    for number in range(count):
        of_policies = {}
        for policy in policies:
            overrides: dict[str, Any] = {}
            for name, lever, span in spans[policy.name]:
                size = size_at(_parts(_key(name, lever), count)[number], span)
                overrides |= at_size(base, policy, name, size)
            if overrides:
                of_policies[policy.name] = overrides
        if of_policies:
            draws.append(Draw(f"{SIZES} {number + 1}", {}, seeds_of(number), of_policies))
    return draws


def size_at(probability: float, span: Range) -> float:
    """The size that lies above that share of the triangular distribution over the range, with 1 as its mode.

    >>> size_at(0.5, (0.0, 2.0))
    1.0
    """
    low, high = span
    if not low < high:
        return 1.0
    if probability * (high - low) < 1.0 - low:
        return float(low + np.sqrt(probability * (high - low) * (1.0 - low)))
    return float(high - np.sqrt((1.0 - probability) * (high - low) * (high - 1.0)))


def _spans(base: Scenario, policies: Sequence[Scenario]) -> dict[str, list[tuple[str, Lever, Range]]]:
    """By policy, the levers whose size is uncertain, with its range."""
    added = {policy.name: added_levers(base, policy) for policy in policies}
    named = any(
        lever.instruments and not lever.strength_range for own in added.values() for lever in own.values()
    )
    of_instruments = ranges_of_instruments() if named else {}
    return {
        policy: [
            (name, lever, span)
            for name, lever in own.items()
            if (span := credible_range(lever, of_instruments)) is not None
        ]
        for policy, own in added.items()
    }


def _key(name: str, lever: Lever) -> str:
    """What is of one size together: the parts of an instrument, else a lever by itself."""
    return lever.instrument or name


def _parts(key: str, count: int) -> np.ndarray:
    """The middles of ``count`` parts of equal probability, in the order of that lever."""

    def place(part: int) -> bytes:
        return hashlib.sha256(f"{SEED} {key} {part}".encode()).digest()

    return (np.array(sorted(range(count), key=place)) + 0.5) / count
