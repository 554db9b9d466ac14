"""Policies of the latest scenarios, kept in a process with the tables that they have made.

The next run of a sweep often differs in parameters of the economy alone, or in its seed: it then shares
what its scenario comes to by place.
"""

from __future__ import annotations

from collections import deque

from sim.policy.policy import Policy
from sim.scenario.scenario import Scenario
from sim.steps.records import ECONOMY_NAMES
from sim.world.places import Places

MOST_KEPT = 4
_kept: deque[Policy] = deque(maxlen=MOST_KEPT)


def policy_of(scenario: Scenario, places: Places) -> Policy:
    """The policy of a scenario, with the tables by place of an earlier one that says the same of places."""
    for policy in tuple(_kept):
        if policy.places is places and _say_the_same_of_places(policy.scenario, scenario):
            return policy.with_economy_of(scenario)
    policy = Policy(scenario, places)
    _kept.appendleft(policy)
    return policy


def _say_the_same_of_places(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in nothing but what is said for readers and of the economy as a whole."""
    return (
        one.levers == other.levers
        and one.paths == other.paths
        and list(one.shocks.items()) == list(other.shocks.items())  # they act in their order
        and _of_places(one) == _of_places(other)
    )


def _of_places(scenario: Scenario) -> dict[str, float]:
    return {name: value for name, value in scenario.parameters.items() if name not in ECONOMY_NAMES}
