"""What a behavioural parameter is, and reading the table of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import DataError, Problem

SCOPES = ("economy", "place", "corridor", "worker")
STATUSES = ("observed", "estimated", "calibrated", "assumed")
POLICY = "policy: "  # how the group of a channel begins that only policy moves


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
    group: str = ""

    @property
    def is_policy_channel(self) -> bool:
        """Whether only policy moves it: at its default it changes nothing."""
        return self.group.startswith(POLICY)


def read_table(path: Path) -> tuple[Parameter, ...]:
    """The parameters of a table, in its order. Raises DataError for a row that is none."""
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(_parameter(path, number, row) for number, row in enumerate(csv.DictReader(file), 2))


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
            group=row["group"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(Problem("not a parameter", file=f"{path}:{number}", value=str(error))) from error
    if not found.low <= found.default <= found.high:
        raise DataError(
            Problem(
                "the default lies outside the bounds",
                file=f"{path}:{number}",
                key=found.name,
                value=found.default,
                allowed=f"{found.low} to {found.high}",
            )
        )
    for key, allowed in (("scope", SCOPES), ("status", STATUSES)):
        if getattr(found, key) not in allowed:
            raise DataError(
                Problem(
                    f"no such {key}",
                    file=f"{path}:{number}",
                    key=found.name,
                    value=getattr(found, key),
                    allowed=allowed,
                )
            )
    return found
