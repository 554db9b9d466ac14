"""What a behavioural parameter is: its name, default, bounds, unit, meaning, source, status and scope."""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = ("economy", "place", "corridor", "worker")
STATUSES = ("observed", "estimated", "calibrated", "assumed")


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


def economy(name, default, low, high, unit, meaning, source, status):
    """One number for everybody."""
    return Parameter(name, default, low, high, unit, meaning, source, status)


def place(name, default, low, high, unit, meaning, source, status):
    """One number per place and month."""
    return Parameter(name, default, low, high, unit, meaning, source, status, "place")


def corridor(name, default, low, high, unit, meaning, source, status):
    """One number per home province and place."""
    return Parameter(name, default, low, high, unit, meaning, source, status, "corridor")


def worker(name, default, low, high, unit, meaning, source, status, occasion):
    """One number per worker and month, faced at an occasion."""
    return Parameter(name, default, low, high, unit, meaning, source, status, "worker", occasion)
