"""Writes the figures of ``make run`` into the README, between the marks that name them.

    make run && .venv/bin/python docs/renew_readme.py

What it writes: the effects of the ready packages, the errors of the model by year, and which official
series it misses in the unseen years. Sentences that explain them stay as they are.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.present.text.comparison import in_a_sentence, title_of, year_of_answer
from sim.present.text.numbers import amount, listing, number, with_interval
from sim.results.outcomes import OUTCOMES
from sim.validation.benchmarks import most_accurate
from sim.validation.five_year_moves import COMMON_PART
from sim.validation.targets import period_of

ROOT = Path(__file__).resolve().parent.parent
SHOWN = {  # outcomes of the table of effects, and their heads
    "local": "local non-farm workers",
    "settled": "settled in a city",
    "out_plus_settled": "out-of-township migrants and settled",
    "mean_income": "real net income, yuan of 2023 a month",
}
MOST_NAMED = 6  # missed series, those named that miss by most tolerances
BY_YEAR = {  # series of the table of errors: (indicator, group) -> its name and decimals
    ("migrant_workers", "out"): ("out-of-township migrant workers", 1),
    ("migrant_workers", "local"): ("local migrant workers", 1),
    ("out_cross_province_share", "all"): ("cross-province share, points", 1),
    ("monthly_income", "all"): ("monthly income, all", 1),
    ("mean_age", "all"): ("mean age, years", 1),
}
_MARKS = {"fit": "", "unseen": " (unseen)", "new sample": " (new sample)"}


def effects(comparison: Comparison) -> str:
    """The table of effects in the year of the answer, a policy a row."""
    lines = [["", *SHOWN.values(), "net cost to date"], ["---"] * (len(SHOWN) + 2)]
    for policy in comparison.policies:
        year = year_of_answer(comparison, policy).set_index("outcome")
        cells = [_effect(year.loc[key], key) for key in SHOWN]
        cost = amount(year["net_cost_to_date_yuan"].iloc[0], "yuan")
        lines.append([in_a_sentence(title_of(policy)), *cells, cost])
    return _table(lines)


def _effect(row: pd.Series, key: str) -> str:
    outcome = OUTCOMES[key]
    is_income = outcome.unit.startswith("yuan")
    digits = (1 if abs(row["difference"]) < 10 else 0) if is_income else outcome.digits
    gap, ends = with_interval(row["difference"], row["low"], row["high"], outcome.unit, digits)
    gap = gap.split(" ")[0] if is_income else gap
    if row["verdict"] == "cannot tell":
        return f"cannot tell ({' '.join([ends, *gap.split(' ')[1:]])})"
    return f"{gap} ({ends})"


def errors(rows: pd.DataFrame) -> str:
    """The table of errors by year."""
    years = sorted(rows["year"].unique())
    lines = [["", *(f"{year}{_MARKS[period_of(year)]}" for year in years)]]
    lines.append(["---"] * len(lines[0]))
    for (indicator, group), (name, digits) in BY_YEAR.items():
        own = rows[(rows["indicator"] == indicator) & (rows["group"] == group)].set_index("year")
        sign = " %" if own["error_unit"].iloc[0] == "percent" else ""
        lines.append(
            [name, *(number(own["error"].get(year, float("nan")), digits, True) + sign for year in years)]
        )
    return _table(lines)


def misses(summary: pd.DataFrame) -> str:
    """Which series miss their tolerance in the unseen years, and how often another forecast errs less."""
    own = summary[summary["period"] == "unseen"]
    missed = own[own["verdict"] == "missed"]
    by_size = missed.assign(size=missed["mean_absolute_error"] / missed["tolerance"])
    worst = by_size.sort_values("size", ascending=False).head(MOST_NAMED)
    named = [f"{row.label[:1].lower()}{row.label[1:]} ({_error(row)})" for row in worst.itertuples()]
    held = own.dropna(subset=["last_value_error"])
    beaten = sum(
        most_accurate(row.mean_absolute_error, row.last_value_error, row.trend_error) != "model"
        for row in held.itertuples()
    )
    what = (
        f"{len(missed)} miss their tolerance, most of all {listing(named)}"
        if named
        else "none misses its own"
    )
    return (
        f"Of {len(own)} series in the unseen years {what}. On {beaten} of {len(held)} holding the last "
        "figure or drawing a line errs less."
    )


def moves(corridors: pd.DataFrame) -> str:
    """How close five-year moves are to the census, beside the census table of the five years before."""
    share = corridors.set_index("measure").loc[COMMON_PART]
    return (
        f"Five-year moves between provinces share {share['model']:.2f} with the census table of 2010-15; the "
        f"table of 2005-10 shares {share['table_of_2005_10']:.2f}."
    )


def _error(row: pd.Series) -> str:
    unit = {"percent": " %", "points": " points", "years": " years", "months": " months"}.get(
        row.error_unit, ""
    )
    return number(row.mean_error, 1, signed=True) + unit


def _table(lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def renewed(text: str, name: str, block: str) -> str:
    """The text with what stands between the marks of that name replaced; ``ValueError`` without them."""
    found, count = re.subn(
        rf"(<!-- {name} -->\n).*?(\n<!-- end -->)",
        lambda marks: f"{marks[1]}\n{block}\n{marks[2]}",
        text,
        flags=re.S,
    )
    if count != 1:
        raise ValueError(f"the text has {count} blocks {name!r}")
    return found


def main(results: Path) -> None:
    """Renew the README from the results of ``make run``."""
    comparison = Comparison.load(results / "comparison")
    names = ("rows", "summary", "corridors")
    rows, summary, corridors = (pd.read_parquet(results / "validation" / f"{name}.parquet") for name in names)
    blocks = {
        "effects": effects(comparison),
        "errors": errors(rows),
        "unseen": f"{misses(summary)} {moves(corridors)}",
    }
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    for name, block in blocks.items():
        text = renewed(text, name, block)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "results")
