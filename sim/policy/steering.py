"""What steering levers do to the others in a month: reach, size, price, money and order of service."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.core.months import FIRST_MONTH, month_number, month_text
from sim.scenario.lever import Lever


class LeverMonth(NamedTuple):
    """How a lever works in one month, with what steering adds.

    strength: share of the full effect, 0 to 1; 0 = not in force. take_up: share of the eligible who would
    use it. effect_scale, budget_scale: factors on its changes of places and on its budget. price: yuan
    per serving. first: positions of the steering levers whose own eligible it serves first.
    """

    strength: float
    take_up: float
    effect_scale: float
    budget_scale: float
    price: float
    first: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Reach:
    """How each lever works in a month, by position. Months that say the same have the same object, which
    can stand for what it says: it is no longer itself only when a window or a ramp has moved.
    """

    levers: tuple[LeverMonth, ...]

    def __getitem__(self, position: int) -> LeverMonth:
        return self.levers[position]

    def __iter__(self) -> Iterator[LeverMonth]:
        return iter(self.levers)

    def __len__(self) -> int:
        return len(self.levers)


class Steering:
    """Which of the levers steer which, by position in the list. Steering levers are never steered."""

    def __init__(self, levers: Sequence[Lever]):
        self._levers = levers
        self._of = [
            []
            if lever.delivery
            else [
                n
                for n, other in enumerate(levers)
                if other.delivery
                and other.acting != 0.0
                and other.delivery.steers.includes(lever.family, lever.instruments)
            ]
            for lever in levers
        ]
        self._acting = [lever.acting for lever in levers]
        self._alone = [LeverMonth(0.0, lever.take_up, 1.0, 1.0, lever.price, ()) for lever in levers]
        turning: dict[int, list[int]] = {}  # levers by the number of the month in which they turn
        for n, lever in enumerate(levers):
            for number in lever.window.turns():
                turning.setdefault(number, []).append(n)
        self._turning, self._turns = turning, sorted(turning)
        self._since = {0: Reach(tuple(self._alone))}  # by the number of turns passed
        self._of_month: dict[str, Reach] = {}
        self._known: dict[tuple[float, ...], Reach] = {}  # by strength of each lever: seasons return

    def reach(self, month: str) -> Reach:
        """How each lever works in a month; the same object until a window or a ramp moves."""
        found = self._of_month.get(month)
        if found is None:
            passed = bisect_right(self._turns, month_number(month))
            for turn in range(1, passed + 1):  # each rests on the one before
                if turn not in self._since:
                    self._since[turn] = self._after(self._turns[turn - 1], self._since[turn - 1])
            found = self._of_month[month] = self._since[passed]
        return found

    def _after(self, number: int, before: Reach) -> Reach:
        """How each lever works after the turn that lies in the month of that number. before: up to it."""
        month = month_text(number - month_number(FIRST_MONTH))
        strengths, changed = [one.strength for one in before], set()
        for n in self._turning[number]:
            strength = self._levers[n].window.strength(month)
            if strength != strengths[n]:
                strengths[n] = strength
                changed.add(n)
        key = tuple(strengths)
        if key not in self._known:
            levers = [
                self._reach(n, key) if n in changed or not changed.isdisjoint(self._of[n]) else one
                for n, one in enumerate(before)
            ]
            self._known.setdefault(key, Reach(tuple(levers)))
        return self._known[key]

    def _reach(self, n: int, strengths: Sequence[float]) -> LeverMonth:
        alone = self._alone[n]
        if strengths[n] == 0.0:
            return alone
        steering = [
            (position, delivery, self._acting[position] * strengths[position])
            for position in self._of[n]
            if strengths[position] > 0.0 and (delivery := self._levers[position].delivery) is not None
        ]
        if not steering:
            return alone._replace(strength=strengths[n])
        take_up, effect, price, budget = alone.take_up, 1.0, alone.price, 1.0
        for _, delivery, strength in steering:
            take_up *= max(1.0 + strength * (delivery.take_up_scale - 1.0), 0.0)
            effect *= max(1.0 + strength * (delivery.effect_scale - 1.0), 0.0)
            price *= max(1.0 + strength * (delivery.unit_cost_scale - 1.0), 0.0)
            budget *= max(1.0 + strength * (delivery.budget_scale - 1.0), 0.0)
        first = tuple(
            position
            for position, delivery, strength in steering
            if delivery.first_in_queue and strength > 0.0
        )
        return LeverMonth(strengths[n], min(take_up, 1.0), effect, budget, price, first)


def is_at_work(lever: Lever, levers: Sequence[Lever]) -> bool:
    """Whether a lever does anything: it changes parameters, or steers one that does."""
    if lever.delivery is None or lever.acting == 0.0:
        return bool(lever.changes)
    steers = lever.delivery.steers
    return any(other.changes and steers.includes(other.family, other.instruments) for other in levers)
