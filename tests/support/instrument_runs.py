"""Instruments of the catalogue in small runs: as documented, or strongly and for everybody eligible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from support.engine_runs import make_scenario

from sim.core.categories import BY_PLACE
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.instruments import instruments
from sim.scenario.instruments import Instrument
from sim.scenario.lever import Lever

CATALOGUE = instruments()


def may_have_budget(lever: Lever) -> bool:
    """Whether a lever costs something that can be rationed among workers, and acts on workers."""
    cost = lever.unit_cost
    is_rationed = cost is not None and cost.yuan > 0 and cost.per not in BY_PLACE
    return is_rationed and any(PARAMETERS[name].scope == "worker" for name in lever.effects)


PEOPLE = [slug for slug, one in CATALOGUE.items() if any(map(may_have_budget, one.parts))]


def levers_of(
    one: Instrument, first: str = "2014-01", last: str = "2016-12", ramp: bool = False, **more: Any
) -> dict[str, dict[str, Any]]:
    """The levers of an instrument in the words of a scenario, from the first month on at once."""
    found = {}
    for lever in one.parts:
        said = lever.model_dump(by_alias=True, exclude_none=True)
        window = {**said["window"], "from": first, "to": last}
        if not ramp:
            window["ramp_months"] = 0
        name = one.slug if lever.part is None else f"{one.slug}_{lever.part}"
        found[name.replace("-", "_")] = {**said, "window": window, **more}
    return found


def strong(one: Instrument, **more: Any) -> dict[str, dict[str, Any]]:
    """The instrument as strong as it may be, taken up by all who may, without a limit of money."""
    levers = levers_of(one, strength=one.main.strength_range.most, **more)
    for lever in levers.values():
        lever.pop("budget", None)
        if any(lever["effects"]):
            lever["take_up"] = 1.0
    return levers


def everything(chosen: Iterable[Instrument] = CATALOGUE.values(), **more: Any) -> dict[str, dict[str, Any]]:
    """The levers of many instruments."""
    return {name: lever for one in chosen for name, lever in levers_of(one, **more).items()}


def steered_by(one: Instrument) -> list[Instrument]:
    """The instruments that a steering instrument steers; none for one that steers nothing."""
    steering = [lever.delivery.steers for lever in one.parts if lever.delivery]
    return [
        other
        for other in CATALOGUE.values()
        if other.main.effects
        and any(steers.includes(other.family, other.main.instruments) for steers in steering)
    ]


def scenario_with(levers: dict[str, dict[str, Any]], **parameters: float):
    """A scenario with the levers, with the rates of the engine's tests."""
    return make_scenario(levers, **parameters)
