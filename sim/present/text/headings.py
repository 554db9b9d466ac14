"""Heads of columns in both languages, with the number format that a spreadsheet shows them in."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sim.results.outcomes import OUTCOMES


class Heading(NamedTuple):
    """One column: its name in the tables, what it is called, its number format and width in letters."""

    key: str
    en: str
    zh: str
    form: str = "General"
    width: int = 14


WHOLE, SIGNED, SHARE, PLAIN = "#,##0", "+#,##0;-#,##0;0", "0.0", "General"
POLICY = Heading("policy", "Policy", "政策", PLAIN, 24)
OUTCOME = (
    Heading("outcome_en", "Outcome", "指标", PLAIN, 36),
    Heading("outcome_zh", "Outcome (Chinese)", "指标（中文）", PLAIN, 26),
    Heading("unit", "Unit", "单位", PLAIN, 16),
)
HORIZON = (
    Heading("horizon_years", "Year of the policy", "政策第几年", "0"),
    Heading("from_month", "From", "起始月份"),
    Heading("to_month", "To", "截止月份"),
)
INTERVAL = (
    Heading("difference", "Difference from the baseline", "与基准情景之差", SIGNED, 18),
    Heading("low", "Low end, 95 %", "95%区间下限", SIGNED, 16),
    Heading("high", "High end, 95 %", "95%区间上限", SIGNED, 16),
)
VERDICT = Heading("verdict", "Verdict", "判断", PLAIN, 14)
VERDICTS_ZH = {"higher": "上升", "lower": "下降", "identical": "不变", "cannot tell": "无法判断"}
_FINE = {"percent": "+0.00;-0.00;0.00"}


def form_of(unit: str) -> str:
    """The number format of a difference in that unit."""
    return _FINE.get(unit, SIGNED)


def with_outcome_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table of outcomes with each in words of both languages, beside its key."""
    said, place = table.copy(), list(table.columns).index("outcome") + 1
    for number, language in ((1, "zh"), (0, "en")):
        said.insert(place, f"outcome_{language}", [outcome_words(key)[number] for key in table["outcome"]])
    return said


def outcome_words(key: str) -> tuple[str, str]:
    """An outcome in English and Chinese."""
    return OUTCOMES[key].label_en, OUTCOMES[key].label_zh
