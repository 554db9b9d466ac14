"""Which outcomes a policy is for: those of the families of instruments that its levers belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.results.outcomes import OUTCOMES
from sim.scenario.loading import catalogue

FOR_ALL = "mean_income"  # whatever a policy is for, it is also judged by what workers have to live on
# Family of the catalogue -> the outcomes that its instruments are to move, the nearest one first.
AIMS: dict[str, tuple[str, ...]] = {
    "return-and-enterprise": ("business_starts", "local"),
    "local-jobs": ("local", "farm"),
    "city-labour-demand": ("out_plus_settled", "searching_rate", "migrant_pay"),
    "employment-services": ("searching_rate", "out_plus_settled", "migrant_pay"),
    "training-and-education": ("trained", "migrant_pay"),
    "rights-and-wages": ("arrears_cases", "migrant_pay"),
    "social-insurance": ("insured",),
    "residency-and-points": ("settled", "out_plus_settled"),
    "schools-and-housing": ("settled", "out_plus_settled"),
    "poor-and-older-workers": ("poor_share", "lowest_tenth_income"),
    "safety-net": ("poor_share", "lowest_tenth_income"),
    "delivery-and-finance": (),  # works through the levers of other families
}
_OTHERWISE = ("local", "out_plus_settled")  # of levers that belong to no family
TRIVIAL = 0.001  # of the baseline's level: smaller effects are not told, however clear
_TRIVIAL_POINTS = 0.05  # percentage points, of outcomes that are shares


def aims(policy: Mapping[str, Any], costs: pd.DataFrame) -> tuple[str, ...]:
    """Keys of the outcomes that a policy of a comparison is for, the most important first.

    Families come in the order of what their levers spend, those without spending by number of levers; then
    the first outcome of each family, then the second ones. ``FOR_ALL`` is the last.
    """
    spent = costs[costs["policy"] == policy["name"]].groupby("lever")["spending_yuan"].sum()
    weights: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name, lever in policy["levers"].items():
        weight = weights[family_of(lever)]
        weight[0] += float(spent.get(name, 0.0))
        weight[1] += 1.0
    families = sorted(weights, key=lambda family: weights[family], reverse=True)
    lists = [AIMS.get(family, _OTHERWISE) for family in families]
    ranks = range(max(map(len, lists), default=0))
    named = [keys[rank] for rank in ranks for keys in lists if rank < len(keys)]
    return tuple(dict.fromkeys([*(named or _OTHERWISE), FOR_ALL]))


def family_of(lever: Mapping[str, Any]) -> str:
    """The family of a lever, by itself or by the number of its instrument; empty if it belongs to none."""
    if lever.get("family"):
        return str(lever["family"])
    known = catalogue()
    for number in lever.get("instruments") or ():
        slug = known.slug(number)
        if slug is not None:
            return str(known.instruments[slug].value["family"].value)
    return ""


def is_trivial(row: Any) -> bool:
    """Whether an effect (a row of ``effects``) is too small to be told of."""
    if OUTCOMES[row.outcome].unit == "percent":
        return abs(row.difference) < _TRIVIAL_POINTS
    return bool(abs(row.difference) < TRIVIAL * abs(row.baseline))
