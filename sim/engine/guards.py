"""Bounds that keep arithmetic safe. None of them may decide a result: how often each binds is counted.

What rations people (vacancies, the most offers of local work) is no guard. The bounds themselves are the rows
of the group "guards" in ``sim/parameters/parameters.csv``. Results tell in the manifest how often each bound,
and a run warns where one did for more than ``MOST_BOUND`` of those concerned.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.categories import codes
from sim.core.language import N_, _

MOST_BOUND = 0.01  # share of worker-months above which a guard is no longer one


class Guard(NamedTuple):
    """One bound, or a pair."""

    name: str
    parameters: tuple[str, ...]
    keeps: str  # what it keeps within bounds
    concerned: str  # whose months are counted


GUARDS = (
    Guard(
        "wage_gap",
        ("wage_gap_max",),
        N_("the wage's distance from its outside trend"),
        N_("workers of a place"),
    ),
    Guard(
        "wage_tightness",
        ("wage_tightness_ratio_min", "wage_tightness_ratio_max"),
        N_("the tightness that the wage answers to"),
        N_("workers of a place"),
    ),
    Guard(
        "vacancy_news",
        ("vacancy_news_tightness_min", "vacancy_news_max"),
        N_("what is told elsewhere of a place's vacancies"),
        N_("workers of a place away"),
    ),
)
GUARD = codes("Guard", tuple(one.name for one in GUARDS))


def bound_shares(counts: np.ndarray) -> dict[str, float]:
    """Share of the months of those concerned in which each guard bound. counts: (guards, 2)."""
    return {
        one.name: float(bound / concerned) if concerned > 0.0 else 0.0
        for one, (bound, concerned) in zip(GUARDS, counts, strict=True)
    }


def guard_warnings(shares: dict[str, float]) -> list[str]:
    """A sentence for each guard that bound too often."""
    return [
        _(
            "the guard on {keeps} bound for {share:.1f} % of the months of {concerned}: the result rests on "
            "{parameters} there",
            keeps=_(one.keeps),
            share=100.0 * shares[one.name],
            concerned=_(one.concerned),
            parameters=_(" and ").join(one.parameters),
        )
        for one in GUARDS
        if shares[one.name] > MOST_BOUND
    ]
