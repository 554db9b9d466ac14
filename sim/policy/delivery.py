"""What steering levers do to the others in a month: reach, size, price, money and order of service."""

from __future__ import annotations

from collections.abc import Sequence

from sim.policy.lever import Lever


class Steering:
    """Which of the levers steer which, by position in the list. Steering levers are never steered."""

    def __init__(self, levers: Sequence[Lever]):
        self._levers = levers
        self._of = [
            [] if lever.delivery else [
                n for n, other in enumerate(levers)
                if other.delivery and other.acting != 0.0
                and other.delivery.steers.includes(lever.family, lever.instruments)
            ]
            for lever in levers
        ]

    def take_up(self, lever: int, month: str) -> float:
        """Share of the eligible who would use the lever, with what steering adds."""
        own = self._levers[lever].take_up
        gain = sum(strength * delivery.take_up_add for delivery, strength in self._acting(lever, month))
        return min(max(own + gain, 0.0), 1.0)

    def effect_scale(self, lever: int, month: str) -> float:
        """Factor on the lever's changes of places and corridors."""
        return self._factor(lever, month, "effect_scale")

    def price(self, lever: int, month: str) -> int:
        """Whole yuan per serving."""
        return round(self._levers[lever].price * self._factor(lever, month, "unit_cost_scale"))

    def budget_scale(self, lever: int, month: str) -> float:
        """Factor on the lever's budget."""
        return self._factor(lever, month, "budget_scale")

    def first(self, lever: int, month: str) -> list[int]:
        """Steering levers whose own eligible are served first by the lever in a month."""
        return [
            n for n in self._of[lever]
            if self._levers[n].delivery.first_in_queue and self._strength(n, month) > 0.0
        ]

    def _factor(self, lever: int, month: str, field: str) -> float:
        factor = 1.0
        for delivery, strength in self._acting(lever, month):
            factor *= max(1.0 + strength * (getattr(delivery, field) - 1.0), 0.0)
        return factor

    def _acting(self, lever: int, month: str):
        return [(self._levers[n].delivery, self._strength(n, month)) for n in self._of[lever]]

    def _strength(self, lever: int, month: str) -> float:
        one = self._levers[lever]
        return one.acting * one.window.strength(month)


def is_at_work(lever: Lever, levers: Sequence[Lever]) -> bool:
    """Whether a lever does anything: it changes parameters, or steers one that does."""
    if lever.delivery is None or lever.acting == 0.0:
        return bool(lever.changes)
    steers = lever.delivery.steers
    return any(other.changes and steers.includes(other.family, other.instruments) for other in levers)
