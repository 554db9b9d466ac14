"""From the values of coalitions to shares: means over seeds with intervals, by outcome and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.shapley import Order, contributions, exact_shares, order_error
from sim.comparison.intervals import mean_and_interval, verdict
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from sim.analysis.coalitions import Game


def shares_and_totals(
    game: Game,
    keys: Sequence[str],
    values: Mapping[int, Mapping[int, np.ndarray]],
    orders: Mapping[int, list[Order]] | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares by outcome and group, and totals by outcome: means over seeds with 95 % intervals."""
    players = len(game.groups)
    whole = (1 << players) - 1
    names = ("share", "alone", "left_out", "total", "error")
    found: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for seed, known in values.items():
        if orders is None:
            found["share"].append(exact_shares(known, players))
            found["error"].append(np.zeros_like(found["share"][-1]))
        else:
            added = contributions(known, orders[seed])
            found["share"].append(added.mean(axis=0))
            found["error"].append(order_error(added))
        found["alone"].append(np.array([known[1 << i] - known[0] for i in range(players)]))
        found["left_out"].append(np.array([known[whole] - known[whole ^ 1 << i] for i in range(players)]))
        found["total"].append(known[whole] - known[0])
    stacked = {name: np.stack(arrays) for name, arrays in found.items()}
    shares, totals = [], []
    for key in keys:
        column = game.outcomes.index(key)
        total = _summed("total", stacked["total"][:, column])
        totals.append({"outcome": key, "unit": OUTCOMES[key].unit, **total})
        for i, group in enumerate(game.groups):
            cells = {name: stacked[name][:, i, column] for name in ("share", "alone", "left_out", "error")}
            said = _summed("share", cells["share"])
            small = 1e-9 * np.abs(stacked["total"][:, column]).max()
            if (
                said["share_verdict"] == "identical"
                and max(np.abs(cells[name]).max() for name in ("alone", "left_out")) > small
            ):
                said["share_verdict"] = "cannot tell"  # the orders drawn show nothing, these figures do
            shares.append(
                {
                    "outcome": key,
                    "group": group.key,
                    "label": group.label,
                    "levers": len(group.levers),
                    "evidence": ", ".join(group.evidence),
                    "unit": OUTCOMES[key].unit,
                    **said,
                    **_summed("alone", cells["alone"]),
                    **_summed("left_out", cells["left_out"]),
                    "percent": 100.0 * cells["share"].mean() / total["total"]
                    if total["total_verdict"] in ("higher", "lower")
                    else np.nan,
                    "order_error": float(np.sqrt((cells["error"] ** 2).sum()) / len(cells["error"])),
                }
            )
    return pd.DataFrame(shares), pd.DataFrame(totals)


def _summed(name: str, by_seed: np.ndarray) -> dict[str, Any]:
    """Mean over seeds, its 95 % interval, and what the seeds allow to be said."""
    mean, low, high = (float(value) for value in mean_and_interval(by_seed))
    return {
        name: mean,
        f"{name}_low": low,
        f"{name}_high": high,
        f"{name}_verdict": verdict(by_seed, low, high),
    }
