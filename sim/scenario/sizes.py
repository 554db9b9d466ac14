"""The uncertain size of levers: between which multiples of itself it lies, and levers at another size.

The *size* of a lever is the multiple of what it changes: at size 1 it does what its file says, at 0 nothing.
The credible range of a size is, in this order, that of the lever, that of the documented instruments which
it carries out, or that of its grade of evidence (``size_ranges.csv``). A size is told apart from the
strength, which a policy chooses; here nobody chooses, and what is unknown is what the policy does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import mean
from typing import Any

from sim.core.categories import TIERS
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.delivery import MOST_FACTOR
from sim.scenario.effects import Effect, out_of_bounds
from sim.scenario.instruments import checked_instruments
from sim.scenario.lever import Lever
from sim.scenario.loading import catalogue
from sim.scenario.references import size_ranges
from sim.scenario.scenario import Scenario

Range = tuple[float, float]
_STEPS = 30  # halvings by which a size is brought back within a parameter's bounds
_FACTORS = ("take_up_scale", "effect_scale", "unit_cost_scale", "budget_scale")


def added_levers(base: Scenario, policy: Scenario) -> dict[str, Lever]:
    """The levers of the policy that act and that the base lacks, or has with other keys."""
    return {
        name: lever
        for name, lever in policy.levers.items()
        if lever != base.levers.get(name) and (lever.changes or (lever.delivery and lever.acting))
    }


def credible_range(lever: Lever, of_instruments: Mapping[int, Range]) -> Range | None:
    """Between which multiples the lever's size lies; None where it stands for a principle alone.

    ``of_instruments``: those of the catalogue (``ranges_of_instruments``). Of several instruments the widest.
    """
    if lever.strength_range is not None:
        return lever.strength_range.credible
    named = [of_instruments[number] for number in lever.instruments if number in of_instruments]
    if named:
        return min(low for low, _ in named), max(high for _, high in named)
    return size_ranges().get(lever.evidence)


def ranges_of_instruments() -> dict[int, Range]:
    """The credible ranges of the catalogue, by number of the instrument. Raises ``ScenarioError`` with what
    is wrong in the catalogue."""
    found = checked_instruments(catalogue()).values()
    return {one.number: one.main.strength_range.credible for one in found if one.main.strength_range}


def at_size(base: Scenario, policy: Scenario, name: str, size: float) -> dict[str, Any]:
    """What to override in the policy, by dotted key, so that its lever ``name`` acts with that size.

    What the lever adds to the base is multiplied: ``add`` becomes ``size * add``, ``scale`` becomes
    ``1 + size * (scale - 1)``, and ``set`` moves from what the parameter is without it. Where the base has
    the lever, only what it is more than there is multiplied. A parameter stays within its bounds. Money
    follows where the lever's cost follows its strength.
    """
    lever, before = policy.levers[name], base.levers.get(name)
    found: dict[str, Any] = {}
    for parameter, effect in lever.effects.items():
        none = _before(base, lever, parameter, before)
        changed = _within_bounds(parameter, lever, effect, none, size)
        found |= {
            f"levers.{name}.effects.{parameter}.{kind}": value
            for kind, value in changed.model_dump(exclude_none=True).items()
            if value != getattr(effect, kind)
        }
    if lever.delivery is not None:
        found |= dict(_delivery(name, lever, before, size))
    if before is not None and lever.strength != before.strength:
        strength = _between(before.strength, lever.strength, size)
        most = lever.strength_range.most if lever.strength_range else strength
        return {**found, f"levers.{name}.strength": min(strength, most)}  # money follows it
    if lever.unit_cost is not None and lever.unit_cost.follows_strength:
        yuan = before.unit_cost.yuan if before is not None and before.unit_cost else 0.0
        found[f"levers.{name}.unit_cost.yuan"] = float(round(_between(yuan, lever.unit_cost.yuan, size)))
    return found


def _between(before: float, after: float, size: float) -> float:
    return max(before + size * (after - before), 0.0)


def _before(base: Scenario, lever: Lever, parameter: str, before: Lever | None) -> Effect:
    """What there is in the place of an effect without the policy."""
    own = before.effects.get(parameter) if before is not None else None
    if own is not None:
        return Effect(
            set=_faced(base, lever, parameter) if own.set is None else own.set,
            scale=1.0 if own.scale is None else own.scale,
            add=own.add or 0.0,
        )
    return Effect(set=_faced(base, lever, parameter), scale=1.0, add=0.0)


def _faced(base: Scenario, lever: Lever, parameter: str) -> float:
    """The parameter where the lever acts, when it begins, without any lever: the mean over kinds of place."""
    path = base.paths.get(parameter)
    if path is not None:
        values = [path.value(lever.window.from_, tier) for tier in lever.where.tiers or TIERS]
        known = [value for value in values if value is not None]
        if known:
            return mean(known)
    return base.parameters.get(parameter, PARAMETERS[parameter].default)


def _sized(effect: Effect, none: Effect, size: float) -> Effect:
    def moved(kind: str) -> float | None:
        after, before = getattr(effect, kind), getattr(none, kind)
        return None if after is None else before + size * (after - before)

    scale = moved("scale")
    return Effect(set=moved("set"), scale=None if scale is None else max(scale, 0.0), add=moved("add"))


def _within_bounds(parameter: str, lever: Lever, effect: Effect, none: Effect, size: float) -> Effect:
    """The effect at the size, or at the nearest to it at which a scenario may have it."""

    def is_allowed(tried: Effect) -> bool:
        at_strength = tried.at(lever.acting) if lever.acting else tried
        return not [*out_of_bounds(parameter, tried, ""), *out_of_bounds(parameter, at_strength, "")]

    found = _sized(effect, none, size)
    if is_allowed(found):
        return found
    good, bad = 1.0, size
    for _ in range(_STEPS):
        middle = 0.5 * (good + bad)
        if is_allowed(_sized(effect, none, middle)):
            good = middle
        else:
            bad = middle
    return _sized(effect, none, good)


def _delivery(name: str, lever: Lever, before: Lever | None, size: float) -> Iterator[tuple[str, float]]:
    """The factors by which it steers other levers."""
    for factor in _FACTORS:
        value = getattr(lever.delivery, factor)
        none = getattr(before.delivery, factor) if before is not None and before.delivery else 1.0
        if value != none:
            sized = min(_between(none, value, size), MOST_FACTOR)
            yield f"levers.{name}.delivery.{factor}", sized
