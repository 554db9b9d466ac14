"""The validation as plain text: levels of the headline series, errors of all targets, benchmark forecasts, 2020."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.core.labels import region
from sim.present.text.numbers import number
from sim.validation.benchmarks import most_accurate
from sim.validation.five_year_moves import FINE_ENOUGH as MOVES_FINE_ENOUGH
from sim.validation.five_year_moves import MEASURES
from sim.validation.targets import NEW_SAMPLE
from sim.validation.validate import RULE, Validation

FINE_ENOUGH = 5000  # coarser than 1:5000, chance in who is simulated blurs the verdicts
_PERIODS = {"fit": "fit", "unseen": "unseen", "new sample": "since"}
_NEW_SAMPLE = (
    f"  since: the survey drew a new sample in {NEW_SAMPLE}, whose levels do not continue the earlier ones; judged is "
    "what the error changed since then"
)
_LABEL, _CELL, _BENCHMARK = 40, 8, 11
_UNIT_WORDS = {"10k_persons": "10,000 persons", "percent": "%", "yuan": "yuan a month", "ratio": "ratio"}
_ERROR_SIGNS = {"percent": "%", "points": "pt", "years": "yr", "months": "mo", "ratio": ""}
_DIGITS = {"10k_persons": 0, "yuan": 0, "percent": 1, "years": 1, "ratio": 2}
_ERROR_DIGITS = {"percent": 1, "points": 1, "years": 1, "months": 1, "ratio": 2}


def validation_text(validation: Validation) -> str:
    """The whole table. Errors are model less official; bars part fit years, unseen ones and the new sample."""
    rows, about = validation.rows, validation.about
    years = sorted(rows.loc[rows["label"] != "", "year"].unique())
    bars = set(rows.groupby("period")["year"].min()) - {min(years, default=0)}
    seeds = about.get("seeds") or []
    runs = f"mean of {len(seeds)} seed{'s' if len(seeds) != 1 else ''}"
    if about.get("members"):
        runs = f"mean of {about['members']} members of the calibrated ensemble"
    lines = [
        f"Model against official statistics: {about.get('scenario_name')}, scale 1:{about.get('scale')}, "
        f"{runs}",
        *filter(None, [sampling_warning(validation)]),
        "",
        _line("Levels", [str(year) for year in years], years, bars),
    ]
    for target in validation.targets:
        part = _of(rows, target)
        if target.headline and len(part):
            lines += _levels(part, target.label, years, bars)
    lines += [
        "",
        _line(
            "Errors (model less official)",
            [str(year) for year in years],
            years,
            bars,
            tuple(_PERIODS.values()),
        )
        + f"  verdict {', '.join(_PERIODS.values())}",
    ]
    lines += [
        _errors(validation, target, years, bars) for target in validation.targets if len(_of(rows, target))
    ]
    lines += [
        "  pt: percentage points; *: a break in the official series, left out of the mean",
        _NEW_SAMPLE,
        "",
        RULE,
    ]
    parts = (
        _band_lines(validation, years, bars),
        _benchmark_lines(validation),
        _quarter_lines(validation),
        _stylised_fact_lines(validation),
        _corridor_lines(validation),
    )
    return "\n".join([*lines, *(line for part in parts if part for line in ("", *part))]) + "\n"


def sampling_warning(validation: Validation) -> str:
    """One line on how few simulated workers the verdicts rest on; empty for a scale of 1:5000 or finer."""
    scale = int(validation.about.get("scale") or 0)
    stocks = validation.rows[(validation.rows["label"] != "") & (validation.rows["unit"] == "10k_persons")]
    stocks = stocks.dropna(subset=["model"])
    if scale <= FINE_ENOUGH or stocks.empty:
        return ""
    least = stocks.loc[stocks["model"].idxmin()]
    return (
        f"Sampling: at 1:{scale} chance blurs the verdicts: the smallest stock, {least['label']}, "
        f"{least['year']}, is {number(1e4 * least['model'] / scale)} simulated workers a run; "
        f"use --scale 1:{FINE_ENOUGH} or finer."
    )


def _of(rows: pd.DataFrame, target) -> pd.DataFrame:
    return rows[(rows["indicator"] == target.indicator) & (rows["group"] == target.group)]


def _line(label: str, cells: list[str], years: list, bars: set, more: tuple[str, ...] = ()) -> str:
    """One line: label, a cell a year with bars between periods, further cells."""
    text = f"{label:<{_LABEL}}"
    for year, cell in zip(years, cells, strict=True):
        text += (" |" if year in bars else "") + f"{cell:>{_CELL}}"
    return text + (" |" if more else "") + "".join(f"{cell:>{_CELL}}" for cell in more)


def _levels(part: pd.DataFrame, label: str, years: list, bars: set) -> list[str]:
    unit = part["unit"].iloc[0]
    by_year = part.set_index("year")
    lines = [f"{label}, {_UNIT_WORDS.get(unit, unit)}"]
    for column in ("official", "model"):
        cells = [number(by_year[column].get(year, float("nan")), _DIGITS[unit]) for year in years]
        lines.append(_line(f"  {column}", cells, years, bars))
    return lines


def _errors(validation: Validation, target, years: list, bars: set) -> str:
    part = _of(validation.rows, target).set_index("year")
    unit = part["error_unit"].iloc[0]
    sign, digits = _ERROR_SIGNS[unit], _ERROR_DIGITS[unit]
    cells = []
    for year in years:
        known = year in part.index
        star = "*" if known and part["note"][year] else ""
        cells.append(star + number(part["error"][year], digits, signed=True) + sign if known else "")
    summary = validation.summary
    found = summary[(summary["indicator"] == target.indicator) & (summary["group"] == target.group)]
    means, verdicts = [], []
    for period in _PERIODS:
        row = found[found["period"] == period]
        means.append(number(row["mean_absolute_error"].iloc[0], digits) + sign if len(row) else "")
        verdicts.append(row["verdict"].iloc[0] if len(row) else "–")
    return _line(target.label, cells, years, bars, tuple(means)) + f"  {', '.join(verdicts)}"


def _band_lines(validation: Validation, years: list, bars: set) -> list[str]:
    """How much of the headline errors the unknown parameters make, and whether the figures lie inside."""
    if not validation.about.get("members"):
        return []
    lines = [_line("Middle 90 % of the ensemble, error", [str(year) for year in years], years, bars)]
    inside = known = 0
    for target in validation.targets:
        part = _of(validation.rows, target).set_index("year")
        if not target.headline or part.empty:
            continue
        scale = 100.0 / part["official"] if part["error_unit"].iloc[0] == "percent" else 1.0
        for name in ("band_low", "band_high"):
            errors = (part[name] - part["official"]) * scale
            digits = _ERROR_DIGITS[part["error_unit"].iloc[0]]
            cells = [number(errors.get(year, float("nan")), digits, signed=True) for year in years]
            lines.append(_line(f"{target.label}, {name.removeprefix('band_')}", cells, years, bars))
        comparable = part[(part["note"] == "")]
        inside += int(comparable["official"].between(comparable["band_low"], comparable["band_high"]).sum())
        known += len(comparable)
    return [*lines, f"  {inside} of {known} official headline figures lie inside the band."]


def _benchmark_lines(validation: Validation) -> list[str]:
    """The model's unseen error beside those of two forecasts that need no model, and who errs least."""
    found = validation.summary.dropna(subset=["last_value_error"])
    if found.empty:
        return []
    head = "".join(f"{word:>{_BENCHMARK}}" for word in ("model", "last value", "trend"))
    lines = [f"{'Unseen years, mean absolute error':<{_LABEL}}{head}  errs least"]
    wins: dict[str, int] = {}
    for row in found.itertuples():
        sign, digits = _ERROR_SIGNS[row.error_unit], _ERROR_DIGITS[row.error_unit]
        errors = (row.mean_absolute_error, row.last_value_error, row.trend_error)
        cells = "".join(
            f"{number(error, digits) + sign if error == error else '–':>{_BENCHMARK}}" for error in errors
        )
        winner = most_accurate(*errors)
        wins[winner] = wins.get(winner, 0) + 1
        lines.append(f"{row.label:<{_LABEL}}{cells}  {winner}")
    counted = ", ".join(f"{name} {count}" for name, count in sorted(wins.items()))
    return [
        *lines,
        f"  Errs least, number of series: {counted}. Last value: that of the last fit year; "
        "trend: the line through them.",
    ]


def _quarter_lines(validation: Validation) -> list[str]:
    lines = []
    for row in validation.quarters.itertuples():
        changes = (number(value, 1, signed=True) for value in (row.official_percent, row.model_percent))
        official, model = changes
        lines.append(
            f"  {row.moment:<58} official {official:>6}%   model {model:>6}%   {row.verdict} "
            f"(within {row.tolerance:g} points)"
        )
    return ["Rural workers away within 2020 (unseen)", *lines] if lines else []


def _stylised_fact_lines(validation: Validation) -> list[str]:
    """Stylised facts that no official series holds."""
    lines = []
    for row in validation.stylised_facts.itertuples():
        model = "–" if row.model != row.model else number(row.model, 2)
        lines.append(
            f"  {row.label:<44} {row.years:<10} target {number(row.official, 2):>6} "
            f"±{row.tolerance:g} {row.unit:<15} model {model:>6}   {row.verdict}"
            f"{figure_words(row.official_year)}"
        )
    return ["Stylised facts", *lines] if lines else []


def _corridor_lines(validation: Validation) -> list[str]:
    """Five-year moves between provinces, beside the census table of the five years before as a forecast."""
    if validation.corridors.empty:
        return []
    table = moves_in_words(validation.corridors)
    head = f"  {'':<34}{'census':>9}{'model':>9}{'2005-10':>9}"
    lines = [
        f"  {row['measure']:<34}{row['census']:>9}{row['model']:>9}{row['table of 2005-10']:>9}"
        f"   errs least: {row['errs least']}"
        + (f"; {row['verdict']} ({row['aim']})" if row["verdict"] else "")
        for row in table.to_dict("records")
    ]
    title = "Moves 2014-19 between provinces, at 1:250 or finer, against the census table of 2010-15 (unseen)"
    return [title, head, *lines]


def moves_warning(moves: np.ndarray, scale: int) -> str:
    """One line on how few simulated movers a verdict rests on; empty for a scale of 1:250 or finer.

    Noise does not cancel here: scattered over the cells, it lowers both measures.
    """
    if scale <= MOVES_FINE_ENOUGH:
        return ""
    moved = (moves.sum() - np.trace(moves)) / scale
    return (
        f"Sampling: at 1:{scale} {number(moved)} simulated workers a run moved between provinces, over "
        f"{moves.size - len(moves)} cells: too few for a verdict, since chance lowers both measures; "
        f"use --scale 1:{MOVES_FINE_ENOUGH} or finer."
    )


def moves_in_words(compared: pd.DataFrame) -> pd.DataFrame:
    """``corridors_table`` for reading: one row a measure, with the aim, the verdict, and who errs least."""
    rows = []
    for row in compared.itertuples():
        ours, theirs = row.model, row.table_of_2005_10
        is_measure = row.measure in MEASURES
        digits, scale = (2, 1.0) if is_measure else (1, 100.0)
        is_ours = ours > theirs if is_measure else abs(ours - row.census) < abs(theirs - row.census)
        cells = [number(scale * value, digits) for value in (row.census, ours, theirs)]
        rows.append(
            {
                "measure": measure_words(row.measure),
                "census": "" if is_measure else cells[0],
                "model": cells[1],
                "table of 2005-10": cells[2],
                "aim": f"at least {row.least:g}" if row.least == row.least else "",
                "verdict": row.verdict,
                "errs least": "model" if is_ours else "table of 2005-10",
            }
        )
    return pd.DataFrame(rows)


def measure_words(measure: str) -> str:
    """A measure of ``compare_moves`` in words: ``share from East`` -> ``from the East, % of moves``."""
    if measure in MEASURES:
        return MEASURES[measure]
    _, side, name = measure.split(" ")
    return f"{side} {region(name)}, % of moves"


def figure_words(official_year: str) -> str:
    """What is said behind a target that is the figure of another year: `` (target: the figure of 2013)``."""
    return f" (target: the figure of {official_year})" if official_year else ""
