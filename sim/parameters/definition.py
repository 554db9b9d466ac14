"""What a behavioural parameter is, and reading the table of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from sim.core.categories import HOME_TOWNSHIP, TIERS
from sim.core.errors import DataError, Problem
from sim.core.language import _

SCOPES = ("economy", "place", "corridor", "worker")
STATUSES = ("observed", "estimated", "calibrated", "assumed")
TIMINGS = ("monthly", "start")
FACED_IN = ("", "anywhere", "home", "away")  # the first is that of the economy's
POLICY = "policy: "  # how the group of a channel begins that only policy moves
Numbers = TypeVar("Numbers", bound=NamedTuple)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One behavioural parameter. ``default``, ``low`` and ``high`` are in ``unit``."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    status: str
    scope: str = "economy"
    occasion: str | None = None
    timing: str = "monthly"
    months: tuple[int, ...] = ()  # calendar months in which it acts; all where none is named
    places: str = ""
    by_sector: bool = False
    group: str = ""

    @property
    def is_policy_channel(self) -> bool:
        """Whether only policy moves it: at its default it changes nothing."""
        return self.group.startswith(POLICY)

    @property
    def is_fixed(self) -> bool:
        """Whether one number holds for a whole run, because it is read at the start alone."""
        return self.timing == "start"

    @property
    def may_follow_path(self) -> bool:
        """Whether a scenario may let it move from year to year."""
        return self.scope != "corridor" and not self.is_fixed

    @property
    def tiers(self) -> tuple[str, ...]:
        """The kinds of place in which somebody faces it."""
        if self.places == "home":
            return (TIERS[HOME_TOWNSHIP],)
        return TIERS[HOME_TOWNSHIP + 1 :] if self.places == "away" else TIERS

    def acts_in(self, month: str) -> bool:
        """Whether a value of this month ("YYYY-MM") can change anything."""
        return not self.months or int(month[5:]) in self.months


def read_table(path: Path) -> tuple[Parameter, ...]:
    """The parameters of a table, in its order. Raises DataError for a row that is none."""
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(_parameter(path, number, row) for number, row in enumerate(csv.DictReader(file), 2))


def chosen(kind: type[Numbers], values: Mapping[str, float]) -> Numbers:
    """A record whose fields are named after parameters, filled from their values by name."""
    return kind._make(float(values[name]) for name in kind._fields)


def _parameter(path: Path, number: int, row: dict[str, str]) -> Parameter:
    try:
        found = Parameter(
            name=row["name"],
            default=float(row["default"]),
            low=float(row["low"]),
            high=float(row["high"]),
            unit=row["unit"],
            meaning=row["meaning"],
            source=row["source"],
            status=row["status"],
            scope=row["scope"],
            occasion=row["occasion"] or None,
            timing=row["timing"],
            months=tuple(int(month) for month in row["months"].split()),
            places=row["places"],
            by_sector=row["by_sector"] == "yes",
            group=row["group"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(Problem(_("not a parameter"), file=f"{path}:{number}", value=str(error))) from error
    if not found.low <= found.default <= found.high:
        raise DataError(
            Problem(
                _("the default lies outside the bounds"),
                file=f"{path}:{number}",
                key=found.name,
                value=found.default,
                allowed=_("{low} to {high}", low=found.low, high=found.high),
            )
        )
    places = FACED_IN[:1] if found.scope == "economy" else FACED_IN[1:]
    words = (("scope", SCOPES), ("status", STATUSES), ("timing", TIMINGS), ("places", places))
    for key, allowed in words:
        if getattr(found, key) not in allowed:
            raise DataError(
                Problem(
                    _("no such {key}", key=key),
                    file=f"{path}:{number}",
                    key=found.name,
                    value=getattr(found, key),
                    allowed=allowed,
                )
            )
    if found.is_fixed and found.scope != "economy":
        raise DataError(
            Problem(
                _("only a parameter of the economy can be fixed at the start"),
                file=f"{path}:{number}",
                key=found.name,
                value=found.scope,
                allowed="economy",
            )
        )
    return found
