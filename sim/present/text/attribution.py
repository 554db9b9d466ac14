"""An attribution in words: a table for each outcome, and how to read it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis.attribution import Attribution
from sim.core.language import N_, Words, _, in_language, plural
from sim.present.text.comparison import year_words
from sim.present.text.levers import family_words, lever_title, plain
from sim.present.text.numbers import (
    join,
    month_in_words,
    number,
    percent,
    scale_of,
    significant,
    unit_word,
    with_interval,
)
from sim.results.outcomes import OUTCOMES
from sim.scenario.references import grade_range

_ONE = Words({"families": N_("family"), "instruments": N_("instrument"), "levers": N_("lever")})
_VERDICTS = Words(
    {
        "higher": N_("higher"),
        "lower": N_("lower"),
        "identical": N_("identical"),
        "cannot tell": N_("cannot tell"),
    }
)


def title(found: Attribution, key: str) -> str:
    """What the whole package changes in one outcome, and the unit of the table below."""
    outcome, total = OUTCOMES[key], _total(found, key)
    gap, ends = with_interval(
        total["total"], total["total_low"], total["total_high"], outcome.unit, outcome.digits
    )
    said = {
        "outcome": outcome.label,
        "year": year_words(found.year),
        "gap": gap if ends == "–" else _("{gap} ({ends})", gap=gap, ends=ends),
        "unit": _scale(found, key)[2],
    }
    if total["total_verdict"] == "cannot tell":
        return _(
            "{outcome}, {year}: {gap} by the whole package; the runs cannot tell the sign. In {unit}:", **said
        )
    return _("{outcome}, {year}: {gap} by the whole package. In {unit}:", **said)


def rows(found: Attribution, key: str) -> list[dict[str, Any]]:
    """A row per group for reading, the largest share first, then the whole; all on one scale."""
    table = found.shares[found.shares["outcome"] == key]
    table = table.reindex(table["share"].abs().sort_values(ascending=False, kind="stable").index)
    factor, digits = _scale(found, key)[:2]

    def told(value: float, signed: bool = True) -> str:
        return number(value / factor, digits, signed)

    def line(label: str, row: dict[str, Any], name: str, **more: str) -> dict[str, Any]:
        low, high = told(row[f"{name}_low"]), told(row[f"{name}_high"])
        return {
            _ONE[found.over]: label,
            _("share"): told(row[name]),
            _("95 % interval"): "–" if low == "–" else _("{low} to {high}", low=low, high=high),
            **more,
            _("verdict"): _VERDICTS[row[f"{name}_verdict"]],
        }

    order, part, alone, lost, evidence = _heads()
    lines = [
        line(
            _group(found, row["group"]),
            row,
            "share",
            **{
                order: told(row["order_error"], signed=False),
                part: "–" if pd.isna(row["percent"]) else percent(row["percent"]),
                alone: told(row["alone"]),
                lost: told(row["left_out"]),
                evidence: row["evidence"],
            },
        )
        for row in table.to_dict("records")
    ]
    sums = {
        order: "",
        part: "",
        alone: told(table["alone"].sum()),
        lost: told(table["left_out"].sum()),
        evidence: "",
    }
    return [*lines, line(_("the whole package"), _total(found, key), "total", **sums)]


def _group(found: Attribution, key: str) -> str:
    """A group of levers in words, as ``sim.analysis.attribution`` labels it, in the language in use."""
    names = next(group.levers for group in found.game.groups if group.key == key)
    if found.over == "families" and key not in names:
        return family_words(key.replace("_", "-")).capitalize()
    first = plain(found.scenario.levers[names[0]])
    return lever_title(first) if len(names) == 1 else in_language(first["label"])


def _heads() -> tuple[str, str, str, str, str]:
    return (
        _("error from orders"),
        _("of the whole"),
        _("alone"),
        _("lost if left out"),
        _("evidence"),
    )


def notes(found: Attribution) -> list[str]:
    """What the figures rest on and how to read them."""
    one, seeds = _ONE[found.over], len(found.seeds)
    how = (
        _("all orders of the {count} groups", count=len(found.game.groups))
        if found.orders is None
        else _("{count} orders for each seed, half of them the reverse of the others", count=found.orders)
    )
    lines = [
        plural(
            "A share is what a {one} adds to those before it, averaged over {how}, on {count} seed that the base "
            "shares; shares add up to the whole.",
            "A share is what a {one} adds to those before it, averaged over {how}, on {count} seeds that the base "
            "shares; shares add up to the whole.",
            seeds,
            one=one,
            how=how,
        ),
        _(
            "Alone: the {one} without the others. Lost if left out: the whole less the whole without it. In the "
            "last line these columns are summed: above the whole where parts replace each other, below it where "
            "they help each other.",
            one=one,
        ),
        _(
            "Intervals hold the Monte Carlo error and that of the sampled orders, not the uncertainty of the model; "
            "the standard error from orders alone falls with more permutations."
        ),
        _("Evidence: {grades}.", grades=grade_range()),
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
            _(
                "The figures are those of the calendar year {year}. The package begins in {month}, and "
                "`labor-sim compare` counts its years from there, so the two differ a little.",
                year=found.year,
                month=month_in_words(starts[0]),
            )
        )
    if seeds == 1:
        lines.append(_("One seed gives no interval: use several."))
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
    unit = unit_word("points" if outcome.unit == "percent" else outcome.unit)
    factor, word = scale_of(largest) if outcome.is_count or outcome.unit == "yuan" else (1.0, "")
    digits = significant(largest / factor) if factor > 1 else max(outcome.digits, int(largest < 100))
    return factor, digits, join(word, unit)
