"""The years in which policies are judged, as their user names them.

A policy's first year is the twelve months that begin with its earliest lever. Three forms name a year:

``+5``    the policy's fifth year
``2028``  the policy's year that has the most months in 2028
``end``   the last whole year in which all of its levers are in force

Where nothing is named, a policy is judged in its fifth and tenth year, and in the year named ``end``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core import chinese
from sim.core.errors import Problem, UsageError
from sim.core.language import N_, _
from sim.core.months import add_months, month_number

USUAL = ("+5", "+10", "end")
MAIN = 5  # policies act slowly: they are judged in their fifth year, where they last that long
MONTHS = 12
_END = "end"
_FORMS = N_("end, a calendar year such as 2028, or a year of the policy such as +5")


@dataclass(frozen=True, slots=True)
class Horizon:
    """One year of a policy: its number, its first and its last month (``YYYY-MM``)."""

    years: int
    first: str
    last: str

    def calendar_year(self, run_end: str) -> int:
        """The calendar year that stands for it in yearly figures: the one with the most of its months, of two
        halves the first; the first too where the run ends before the other does.

        >>> [Horizon(5, first, last).calendar_year("2035-12") for first, last in (("2029-01", "2029-12"),
        ... ("2028-12", "2029-11"), ("2029-07", "2030-06"))]
        [2029, 2029, 2029]
        """
        first, last = int(self.first[:4]), int(self.last[:4])
        is_mostly_last = 2 * int(self.last[5:]) > MONTHS
        return last if is_mostly_last and f"{last}-12" <= run_end else first


def horizons(policy_start: str, run_end: str, years: Iterable[int]) -> list[Horizon]:
    """The policy's ``years`` that fit in the run, whose last month is ``run_end``. Months are ``YYYY-MM``.

    >>> [(one.years, one.first, one.last) for one in horizons("2025-07", "2034-12", (1, 5, 10))]
    [(1, '2025-07', '2026-06'), (5, '2029-07', '2030-06')]
    """
    found = []
    for year in years:
        first = add_months(policy_start, MONTHS * (year - 1))
        last = add_months(policy_start, MONTHS * year - 1)
        if last <= run_end:
            found.append(Horizon(year, first, last))
    return found


def checked_horizons(words: Iterable[Any] | str | int | None) -> tuple[str, ...]:
    """The words of one who names years, in a list or with commas between them; ``USUAL`` for None.

    Raises ``UsageError`` for a word of another form, and where there is none.

    >>> checked_horizons("end,2028, +5"), checked_horizons("第5年、2028年，末年")
    (('end', '2028', '+5'), ('+5', '2028', 'end'))
    """
    if words is None:
        return USUAL
    parts = chinese.parted(words) if isinstance(words, str) else [words] if isinstance(words, int) else words
    found = tuple(dict.fromkeys(_in_english(str(part).strip()) for part in parts))
    wrong = [word for word in found if not re.fullmatch(r"end|\+[1-9][0-9]?|[12][0-9]{3}", word)]
    if wrong or not found:
        said = wrong[0] if wrong else ""
        hint = f"+{said}" if re.fullmatch("[1-9][0-9]?", said) else None
        raise UsageError(
            Problem(
                _("this does not name a year"), key="horizons", value=said, allowed=_(_FORMS), nearest=hint
            )
        )
    return found


def _in_english(word: str) -> str:
    """A year that was named in Chinese: 第5年, 2028年, 末年."""
    found = re.fullmatch("(第)?([0-9]+)年", word)
    if found:
        return f"+{found[2]}" if found[1] else found[2]
    return _END if word in ("末年", "最后一年") else word


def policy_years(
    words: Sequence[str], start: str, run_end: str, levers: Mapping[str, Mapping[str, Any]]
) -> tuple[int, ...]:
    """Which of its years the words name, for a policy of these levers that begins in ``start``.

    Years that the run does not hold are left out; of a run that is too short for those of ``USUAL``, the
    last whole year is taken.

    >>> window = {"window": {"from": "2025-12", "to": "2030-11"}}
    >>> policy_years(("end", "2028", "+10"), "2025-12", "2035-12", {"grant": window})
    (3, 5, 10)
    """
    found, held = set(), (month_number(run_end) - month_number(start) + 1) // MONTHS
    for word in words:
        if word == _END:
            whole = whole_years(start, levers)
            found.add(held if whole is None else max(whole, 1))
        elif word.startswith("+"):
            found.add(int(word))
        else:
            months = month_number(f"{word}-12") - month_number(start) + 1
            found.add((months + MONTHS // 2 - 1) // MONTHS)
    years = tuple(sorted(year for year in found if 0 < year <= held))
    return years or ((held,) if tuple(words) == USUAL and held > 0 else ())


def whole_years(start: str, levers: Mapping[str, Mapping[str, Any]], longest: bool = False) -> int | None:
    """How many whole years all levers are in force, or the longest; None for a policy without levers."""
    ends = [lever["window"]["to"] for lever in levers.values()]
    if not ends:
        return None
    last = max(ends) if longest else min(ends)
    return max(month_number(last) - month_number(start) + 1, 0) // MONTHS


def answered(policy: Mapping[str, Any]) -> Horizon | None:
    """The year that the answer about a policy, as a comparison's manifest describes it, is about; None where
    the run holds none of its years.
    """
    years = policy["main_year"]
    if not years:
        return None
    first = add_months(policy["start"], MONTHS * (years - 1))
    return Horizon(years, first, add_months(first, MONTHS - 1))


def main_year(years: Iterable[int], start: str, levers: Mapping[str, Mapping[str, Any]]) -> int | None:
    """The year that the answer is about: the fifth, or the last one before the policy ends or the run does.

    ``years`` are those that the run holds; None where it holds none.
    """
    judged = sorted(years)
    lasting = whole_years(start, levers, longest=True)
    in_force = [year for year in judged if lasting is None or year <= max(lasting, 1)]
    candidates = in_force or judged
    if MAIN in candidates:
        return MAIN
    return candidates[-1] if candidates else None
