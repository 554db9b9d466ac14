"""How many simulated workers a policy reaches, and what is said where they are too few for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10
from typing import Any

import pandas as pd

from sim.core.language import _, in_language, language

FEW_USES = 10.0  # simulated, in a run: with fewer an effect is one of chance alone
_STEPS = (5, 2, 1)  # scales are named as these times a power of ten


def reach_warnings(
    costs: pd.DataFrame,
    levers: Mapping[str, Mapping[str, Mapping[str, Any]]],
    scale: float,
    titles: Mapping[str, str] | None = None,
) -> list[str]:
    """A sentence for each policy, and each lever of one that reaches others, with too few uses for an answer.

    costs: the comparison's table of that name. levers: by policy, those that the base has not, as plain maps.
    titles: of the policies, which a Chinese text names by them, and levers by their labels.
    A lever without a cost counts nobody, so nothing is said of it, nor of a policy that has one.
    """
    said = []
    is_chinese = language() == "zh"
    for policy, own in levers.items():
        called = (titles or {}).get(policy, policy) if is_chinese else policy
        table = costs[costs["policy"] == policy] if len(costs) else costs
        served = table.groupby("lever")["served"].sum() if len(table) else pd.Series(dtype=float)
        uses = {
            name: float(served.get(name, 0.0)) / scale
            for name, lever in own.items()
            if lever.get("unit_cost")
        }
        total = sum(uses.values())
        if uses and len(uses) == len(own) and total < FEW_USES:
            said.append(
                _(
                    "{policy}: reached {uses}: no answer at this scale{advice}",
                    policy=called,
                    uses=uses_in_words(total),
                    advice=_finer(total, scale),
                )
            )
            continue
        said += [
            _(
                "{policy}, lever {name}: reached {uses}: no answer on it at this scale{advice}",
                policy=called,
                name=in_language(own[name].get("label") or {}) or name if is_chinese else name,
                uses=uses_in_words(count),
                advice=_finer(count, scale),
            )
            for name, count in uses.items()
            if count < FEW_USES
        ]
    return said


def uses_in_words(count: float) -> str:
    """How many simulated workers a run reached, on average over seeds.

    >>> uses_in_words(0.5), uses_in_words(0.0), uses_in_words(1.0), uses_in_words(3.25)
    ('half a simulated worker', 'no simulated worker', 'one simulated worker', '3.2 simulated workers')
    """
    if count == 0.0:
        return _("no simulated worker")
    if count == 0.5:
        return _("half a simulated worker")
    if count == 1.0:
        return _("one simulated worker")
    if count >= 0.1:
        return _("{count:.1f} simulated workers", count=count)
    return _("{count:.2g} of one", count=count)


def _finer(count: float, scale: float) -> str:
    """The scale at which a run would reach enough, in words."""
    if count == 0.0:
        return _("; take a finer one, or see whether anybody can qualify")
    wanted = scale * count / FEW_USES
    size = 10 ** floor(log10(wanted)) if wanted >= 1.0 else 0
    step = next((step for step in _STEPS if step * size <= wanted), 0)
    if not step:
        return ""
    return _("; 1:{scale} would reach some {count:.0f}", scale=step * size, count=FEW_USES)
