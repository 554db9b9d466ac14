"""Changes of one parameter, constant or month by month, and which of them are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.core.errors import Problem
from sim.core.language import _
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.eligibility import Where
from sim.scenario.fields import Month, Number, Strict, refuse


class Effect(Strict):
    """A change of one parameter, applied in this order: set, then scale, then add."""

    set: Number | None = None
    scale: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    add: Number | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Effect:
        if self.set is None and self.scale is None and self.add is None:
            refuse([Problem(_("an effect changes nothing"), key="", allowed=("set", "scale", "add"))])
        return self

    def at(self, strength: float) -> Effect:
        """The change at a multiple of its size. A ``set`` has no multiples and is kept."""
        return Effect(
            set=self.set,
            scale=None if self.scale is None else max(1.0 + strength * (self.scale - 1.0), 0.0),
            add=None if self.add is None else strength * self.add,
        )

    def on(self, value: Any) -> Any:
        """A number, or an array of them, after the change, not yet kept within the parameter's bounds."""
        value = value if self.set is None else self.set
        value = value if self.scale is None else value * self.scale
        return value if self.add is None else value + self.add


class MonthlyEffect(Strict):
    """A change of one parameter month by month; months that are not named are not changed."""

    set: dict[Month, Number] = {}
    scale: dict[Month, Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]] = {}
    add: dict[Month, Number] = {}

    @model_validator(mode="after")
    def _does_something(self) -> MonthlyEffect:
        if not self.months:
            refuse([Problem(_("an effect changes nothing"), key="", allowed=("set", "scale", "add"))])
        return self

    @property
    def months(self) -> tuple[str, ...]:
        """The months that are changed, in order."""
        return tuple(sorted({*self.set, *self.scale, *self.add}))

    def at(self, month: str) -> Effect:
        """The change in one of the ``months``."""
        return Effect(set=self.set.get(month), scale=self.scale.get(month), add=self.add.get(month))


def gives(name: str, change: Effect) -> bool:
    """Whether a change of a parameter through which money is handed out hands out more of it."""
    if name == "insurance_contribution_rate":  # what it is lowered by is paid for the worker
        is_below = change.set is not None and change.set < PARAMETERS[name].default
        return is_below or (change.add or 0.0) < 0.0 or (change.scale is not None and change.scale < 1.0)
    is_above = change.scale is not None and change.scale > 1.0
    return (change.set or 0.0) > 0.0 or (change.add or 0.0) > 0.0 or is_above


def out_of_bounds(name: str, effect: Effect, key: str) -> Iterator[Problem]:
    """Problems with the size of a change: against the parameter's bounds, from its default."""
    parameter = PARAMETERS[name]
    bounds = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}"
    if effect.set is not None and not parameter.low <= effect.set <= parameter.high:
        yield Problem(_("outside the parameter's bounds"), key=f"{key}.set", value=effect.set, allowed=bounds)
    if effect.set is None and effect.scale is not None:
        scaled = parameter.default * effect.scale
        if not parameter.low <= scaled <= parameter.high:
            yield Problem(
                _(
                    "the default {default:g} would become {scaled:g}, outside the bounds",
                    default=parameter.default,
                    scaled=scaled,
                ),
                key=f"{key}.scale",
                value=effect.scale,
                allowed=bounds,
            )
    if effect.add is not None and abs(effect.add) > parameter.high - parameter.low:
        yield Problem(
            _("moves the parameter by more than its whole range"),
            key=f"{key}.add",
            value=effect.add,
            allowed=bounds,
        )


def fixed_at_the_start(name: str, key: str) -> Problem:
    """What is wrong with changing, from some month on, a parameter that a run reads once."""
    return Problem(
        _("{name} is read once, at the start of a run: no month can have a value of its own", name=name),
        key=key,
        allowed=_("one number for the whole run: parameters.{name}", name=name),
    )


def faced_nowhere(name: str, where: Where) -> Iterator[Problem]:
    """A problem where nobody faces the parameter in any of the kinds of place that are named."""
    parameter = PARAMETERS[name]
    if where.tiers and set(where.tiers).isdisjoint(parameter.tiers):
        yield Problem(
            _("nobody faces {name} in {names}", name=name, names=", ".join(where.tiers)),
            key=f"effects.{name}",
            allowed=_("where.tiers with one of {names}", names=", ".join(parameter.tiers)),
        )
