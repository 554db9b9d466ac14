"""Heads of columns in both languages, with the number format that a spreadsheet shows them in; words of cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from sim.core.language import N_, Words, language, speaking
from sim.present.text.numbers import unit_word
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
    Heading("outcome_en", "Outcome", "指标（英文）", PLAIN, 36),
    Heading("outcome_zh", "Outcome (Chinese)", "指标", PLAIN, 26),
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
# What stands in the tables as a code, in words.
VERDICTS = Words(
    {
        "higher": N_("higher"),
        "lower": N_("lower"),
        "identical": N_("identical"),
        "cannot tell": N_("cannot tell"),
    }
)
COST_NOTES = Words(
    {
        "not a count": N_("not a count"),
        "not costed": N_("not costed"),
        "no spending": N_("no spending"),
        "no change": N_("no change"),
        "moved the other way": N_("moved the other way"),
        "cannot tell": N_("cannot tell"),
        "no net cost": N_("no net cost"),
    }
)
ITEMS = Words(
    {
        "wages due": N_("wages due"),
        "profits and odd jobs": N_("profits and odd jobs"),
        "farm income": N_("farm income"),
        "cost of living away": N_("cost of living away"),
        "capital of businesses": N_("capital of businesses"),
        "wages withheld": N_("wages withheld"),
        "wages recovered": N_("wages recovered"),
        "contributions": N_("contributions"),
        "employers' contributions": N_("employers' contributions"),
        "promised pensions": N_("promised pensions"),
        "settlements": N_("settlements"),
        "levy on payroll": N_("levy on payroll"),
        "loans": N_("loans"),
        "levers": N_("levers"),
        "financing": N_("financing"),
    }
)
_FINE = {"percent": "+0.00;-0.00;0.00"}


def form_of(unit: str) -> str:
    """The number format of a difference in that unit."""
    return _FINE.get(unit, SIGNED)


def cell_unit(unit: str) -> str:
    """A unit in a column of units; English shows it as it is called in the tables."""
    return unit if language() == "en" else unit_word(unit)


def of_own_language(columns: Sequence[Heading]) -> tuple[Heading, ...]:
    """The columns; in Chinese without those that hold in English what another holds in Chinese."""
    if language() == "en":
        return tuple(columns)
    keys = {column.key for column in columns}
    return tuple(one for one in columns if f"{one.key.removesuffix('_en')}_zh" not in keys - {one.key})


_LARGE = (
    (1e8, '0!.00,,"亿"'),
    (1e4, '0!.0,"万"'),
)  # a literal point among the digits of millions and thousands


def large_form(form: str, value: object) -> str:
    """The format of a whole number: Chinese shows large ones in 万 and 亿, with their value in full in the cell."""
    if language() != "zh" or form not in (WHOLE, SIGNED) or not isinstance(value, (int, float)):
        return form
    for least, scaled in _LARGE:
        if abs(value) >= least:
            return f"+{scaled};-{scaled}" if form == SIGNED else scaled
    return form


def in_both(said: Callable[[], list[str]]) -> list[tuple[str, str]]:
    """Texts in English and Chinese. said: makes them in the language in use."""
    texts = []
    for name in ("en", "zh"):
        with speaking(name):
            texts.append(said())
    return list(zip(*texts, strict=True))


_CODED = ("verdict", "unit", "cost_note")  # columns whose codes are English already


def with_outcome_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table of outcomes with each in words of both languages, beside its key; other codes in Chinese too."""
    said = table.copy()
    for column in _CODED:
        if column in said:
            with speaking("zh"):
                _beside(said, column, "zh", [_code_words(column, code) for code in table[column]])
    for number, name in ((1, "zh"), (0, "en")):
        _beside(said, "outcome", name, [outcome_words(key)[number] for key in table["outcome"]])
    return said


def _beside(table: pd.DataFrame, column: str, language: str, words: list[str]) -> None:
    table.insert(list(table.columns).index(column) + 1, f"{column}_{language}", words)


def _code_words(column: str, code: str) -> str:
    """A code of the tables in words, in the language in use."""
    if column == "unit":
        return unit_word(code)
    return {"verdict": VERDICTS, "cost_note": COST_NOTES}[column].get(code, code)


def outcome_words(key: str) -> tuple[str, str]:
    """An outcome in English and Chinese."""
    return OUTCOMES[key].label_en, OUTCOMES[key].label_zh
