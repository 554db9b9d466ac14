"""Checks of the model's mechanics in words."""

from __future__ import annotations

import pandas as pd

from sim.core.language import N_, Words, _, in_language, translated
from sim.present.text.numbers import join, number, scale_of, significant

_LARGE = 1e6  # from here on numbers are scaled to millions and billions
HEADINGS = Words(
    {
        "check": N_("check"),
        "expected": N_("expected"),
        "found": N_("found (95 % interval over seeds)"),
        "verdict": N_("verdict"),
        "source": N_("why"),
    }
)
_VERDICTS = Words({"passed": N_("passed"), "failed": N_("failed")})


def check_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows for printing: what was expected and found, in the check's unit."""
    rows, is_by_scale = [], table["scale"].nunique() > 1
    for row in table.itertuples():
        expected = effect_range(row.expected_low, row.expected_high)
        found = effect_figure(row.found)
        if row.low == row.low and row.low != row.high:
            found = _("{figure} ({range})", figure=found, range=effect_range(row.low, row.high))
        check = in_language({"en": row.check, "zh": row.check_zh})
        check = _("{check} ({unit})", check=check, unit=translated(row.unit))
        rows.append(
            {
                "check": _("{check}, at 1:{scale}", check=check, scale=row.scale) if is_by_scale else check,
                "expected": expected,
                "found": found,
                "verdict": _VERDICTS[row.verdict],
                "source": translated(row.source),
            }
        )
    return rows


def effect_range(low: float, high: float) -> str:
    """The ends of a range, or the one number that both are."""
    ends = [effect_figure(end) for end in (low, high)]
    return ends[0] if low == high else _("{low} to {high}", low=ends[0], high=ends[1])


def effect_figure(value: float) -> str:
    """A number in three figures or so: ``-0.25``, ``166 million``."""
    if value != value:
        return _("none")
    if abs(value) >= _LARGE:
        factor, word = scale_of(value)
        return join(number(value / factor, significant(value / factor)), word)
    return number(value, 0 if abs(value) >= 100 else 2 if abs(value) >= 1 or value == 0 else 3)
