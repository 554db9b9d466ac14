"""An attribution in words: a table for each outcome, and how to read it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis.attribution import Attribution
from sim.present.text.numbers import (
    join,
    month_in_words,
    number,
    scale_of,
    significant,
    unit_word,
    with_interval,
)
from sim.results.outcomes import OUTCOMES
from sim.scenario.references import grade_range

_ONE = {"families": "family", "instruments": "instrument", "levers": "lever"}


def title(found: Attribution, key: str) -> str:
    """What the whole package changes in one outcome, and the unit of the table below."""
    outcome, total = OUTCOMES[key], _total(found, key)
    gap, ends = with_interval(
        total["total"], total["total_low"], total["total_high"], outcome.unit, outcome.digits
    )
    interval = f" ({ends})" if ends != "–" else ""
    sure = "; the runs cannot tell the sign" if total["total_verdict"] == "cannot tell" else ""
    return (
        f"{outcome.label}, {found.year}: {gap}{interval} by the whole package{sure}. "
        f"In {_scale(found, key)[2]}:"
    )


def rows(found: Attribution, key: str) -> list[dict[str, Any]]:
    """A row per group for reading, the largest share first, then the whole; all on one scale."""
    table = found.shares[found.shares["outcome"] == key]
    table = table.reindex(table["share"].abs().sort_values(ascending=False, kind="stable").index)
    factor, digits, _ = _scale(found, key)

    def told(value: float, signed: bool = True) -> str:
        return number(value / factor, digits, signed)

    def line(label: str, row: dict[str, Any], name: str, **more: str) -> dict[str, Any]:
        low, high = told(row[f"{name}_low"]), told(row[f"{name}_high"])
        return {
            _ONE[found.over]: label,
            "share": told(row[name]),
            "95 % interval": "–" if low == "–" else f"{low} to {high}",
            **more,
            "verdict": row[f"{name}_verdict"],
        }

    lines = [
        line(
            row["label"],
            row,
            "share",
            **{
                "error from orders": told(row["order_error"], signed=False),
                "of the whole": "–" if pd.isna(row["percent"]) else f"{number(row['percent'])} %",
                "alone": told(row["alone"]),
                "lost if left out": told(row["left_out"]),
                "evidence": row["evidence"],
            },
        )
        for row in table.to_dict("records")
    ]
    sums = {
        "error from orders": "",
        "of the whole": "",
        "alone": told(table["alone"].sum()),
        "lost if left out": told(table["left_out"].sum()),
        "evidence": "",
    }
    return [*lines, line("the whole package", _total(found, key), "total", **sums)]


def notes(found: Attribution) -> list[str]:
    """What the figures rest on and how to read them."""
    one, seeds = _ONE[found.over], len(found.seeds)
    how = (
        f"all orders of the {len(found.game.groups)} groups"
        if found.orders is None
        else f"{found.orders} orders for each seed, half of them the reverse of the others"
    )
    lines = [
        f"A share is what a {one} adds to those before it, averaged over {how}, on {seeds} "
        f"seed{'' if seeds == 1 else 's'} that the base shares; shares add up to the whole.",
        f"Alone: the {one} without the others. Lost if left out: the whole less the whole without it. In the "
        "last line these columns are summed: above the whole where parts replace each other, below it where "
        "they help each other.",
        "Intervals hold the Monte Carlo error and that of the sampled orders, not the uncertainty of the model; "
        "the standard error from orders alone falls with more permutations.",
        f"Evidence: {grade_range()}.",
    ]
    starts = sorted(
        {
            lever.window.from_
            for name, lever in found.scenario.levers.items()
            if any(name in group.levers for group in found.game.groups)
        }
    )
    if starts and not starts[0].endswith("-01"):
        lines.append(
            f"The figures are those of the calendar year {found.year}. The package begins in "
            f"{month_in_words(starts[0])}, and `labor-sim compare` counts its years from there, so "
            "the two differ a little."
        )
    if seeds == 1:
        lines.append("One seed gives no interval: use several.")
    return lines


def records(found: Attribution) -> dict[str, Any]:
    """All figures, in the outcomes' own units, for other programs."""
    return {
        "scenario": found.scenario.name,
        "base": found.base,
        "over": found.over,
        "year": found.year,
        "scale": found.game.scale,
        "seeds": list(found.seeds),
        "orders_per_seed": found.orders if found.orders is not None else "all",
        "groups": {group.key: list(group.levers) for group in found.game.groups},
        "totals": found.totals,
        "shares": found.shares,
        "runs_made_now": found.runs,
        "folder": str(found.folder),
    }


def _total(found: Attribution, key: str) -> dict[str, Any]:
    table: pd.DataFrame = found.totals
    return table[table["outcome"] == key].to_dict("records")[0]


def _scale(found: Attribution, key: str) -> tuple[float, int, str]:
    """Factor, decimals and words that fit all figures of an outcome's table."""
    outcome, table = OUTCOMES[key], found.shares[found.shares["outcome"] == key]
    largest = max(
        float(table[["share", "alone", "left_out"]].abs().to_numpy().max()), abs(_total(found, key)["total"])
    )
    unit = "points" if outcome.unit == "percent" else unit_word(outcome.unit)
    factor, word = scale_of(largest) if outcome.is_count or outcome.unit == "yuan" else (1.0, "")
    digits = significant(largest / factor) if factor > 1 else max(outcome.digits, int(largest < 100))
    return factor, digits, join(word, unit)
