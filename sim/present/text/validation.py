"""The validation as plain text: levels of the headline series, errors of all targets, benchmark forecasts, 2020."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.core.labels import region
from sim.core.language import N_, Words, _, in_context, in_language, language, plural, translated
from sim.core.width import columns
from sim.present.text.lines import filled_lines
from sim.present.text.numbers import (
    apart,
    in_a_row,
    join,
    left,
    number,
    right,
    scale_of,
    significant,
    unit_word,
)
from sim.present.text.official import group_words, indicator_words
from sim.validation.benchmarks import most_accurate
from sim.validation.five_year_moves import FINE_ENOUGH as MOVES_FINE_ENOUGH
from sim.validation.five_year_moves import MEASURES
from sim.validation.targets import LAST_FIT_YEAR, NEW_SAMPLE
from sim.validation.tolerances import CHANGE
from sim.validation.validate import RULE, Validation

FINE_ENOUGH = 5000  # coarser than 1:5000, chance in who is simulated blurs the verdicts
_PERIODS = Words({"fit": N_("fit"), "unseen": N_("unseen"), "new sample": N_("since")})
_WIDTH = 120  # columns that no line goes beyond
_CELL, _LEVEL, _MEAN, _BENCHMARK = 6, 7, 7, 11  # of an error, a level, a mean with its verdict, a benchmark
_BAR = " |"
_LEAST_LABEL = 20
_UNIT_WORDS = Words(
    {
        "10k_persons": N_("10,000 persons"),
        "percent": "%",
        "yuan": N_("yuan a month"),
        "ratio": N_("ratio"),
    }
)
_ERRORS_OF = Words(
    {
        "percent": "%",
        "points": N_("percentage points"),
        "months": N_("months"),
        "ratio": N_("ratio"),
        "10k_persons": N_("10,000 persons"),
        "yuan": N_("yuan"),
    }
)
_MARKS = {"met": "=", "near": "~", "missed": "!"}  # of verdicts, behind a mean
_ERROR_UNITS = Words({"percent": "%", "points": N_("points"), "months": N_("months"), "yuan": N_("yuan")})
_ERRORS_IN = {
    "fit": N_("{error} to {fit}"),
    "unseen": N_("{error} unseen"),
    "new sample": N_("{error} since {since}"),
}
_VERDICTS = Words(
    {"met": N_("met"), "near": N_("near"), "missed": N_("missed"), "not measured": N_("not measured")}
)
_FORECASTS = Words({"model": N_("model"), "last value": N_("last value"), "trend": N_("trend")})
_DIGITS = {"10k_persons": 0, "yuan": 0, "percent": 1, "years": 1, "ratio": 2}
_ERROR_DIGITS = {"percent": 1, "points": 1, "years": 1, "months": 1, "ratio": 2, "10k_persons": 0, "yuan": 0}


def validation_text(validation: Validation, more: Sequence[str] = ()) -> str:
    """The whole table, and ``more`` lines at its end. Errors are model less official; bars part fit years, unseen ones and the new sample."""
    rows, about = validation.rows, validation.about
    years = sorted(rows.loc[rows["label"] != "", "year"].unique())
    bars = set(rows.groupby("period")["year"].min()) - {min(years, default=0)}
    seeds = about.get("seeds") or []
    runs = plural("mean of {count} seed", "mean of {count} seeds", len(seeds))
    if members := about.get("members"):
        runs = _("mean of {members} members of the calibrated ensemble", members=members)
    lines = [
        _(
            "Model against official statistics: {scenario}, scale 1:{scale}, {runs}",
            scenario=translated(str(about.get("scenario_name")), "scenario"),
            scale=about.get("scale"),
            runs=runs,
        ),
        *filter(None, [sampling_warning(validation)]),
        "",
        _line(_("Levels"), [str(year) for year in years], years, bars, cell=_LEVEL),
    ]
    for target in validation.targets:
        part = _of(rows, target)
        if target.headline and len(part):
            lines += _levels(part, translated(target.label), years, bars)
    lines += [
        "",
        _("Errors (model less official), and the mean absolute error of each period with its verdict"),
        _line("", [str(year) for year in years], years, bars, tuple(_PERIODS.values())),
        *_errors(validation, years, bars),
    ]
    signs = _(
        "{met} met, {near} near, {missed} missed; *: a break in the official series, left out of the mean",
        **_MARKS,
    )
    sample = _(
        "since: the survey drew a new sample in {year}, whose levels do not continue the earlier ones; judged is "
        "what the error changed since then",
        year=NEW_SAMPLE,
    )
    lines += [f"  {signs}", f"  {sample}", "", _(RULE)]
    parts = (
        _band_lines(validation, years, bars),
        _benchmark_lines(validation),
        _quarter_lines(validation),
        _stylised_fact_lines(validation),
        _corridor_lines(validation),
        _not_modelled_lines(validation),
        list(more),
    )
    lines += [line for part in parts if part for line in ("", *part)]
    whole = "\n".join(lines).split("\n")
    return "\n".join(filled_lines(line, _WIDTH, _indent(line)) for line in whole) + "\n"


def _indent(line: str) -> str:
    """How far a line that is too long is set in where it goes on."""
    return " " * (len(line) - len(line.lstrip()) + 2)


def sampling_warning(validation: Validation) -> str:
    """One line on how few simulated workers the verdicts rest on; empty for a scale of 1:5000 or finer."""
    scale = int(validation.about.get("scale") or 0)
    rows = validation.rows
    is_stock = (rows["unit"] == "10k_persons") & ~rows["indicator"].str.endswith(CHANGE)
    stocks = rows[(rows["label"] != "") & is_stock].dropna(subset=["model"])
    if scale <= FINE_ENOUGH or stocks.empty:
        return ""
    least = stocks.loc[stocks["model"].idxmin()]
    return _(
        "Sampling: at 1:{scale} chance blurs the verdicts: the smallest stock, {series}, {year}, is {workers} "
        "simulated workers a run; use --scale 1:{fine} or finer.",
        scale=scale,
        series=translated(least["label"]),
        year=least["year"],
        workers=number(1e4 * least["model"] / scale),
        fine=FINE_ENOUGH,
    )


def _of(rows: pd.DataFrame, target) -> pd.DataFrame:
    return rows[(rows["indicator"] == target.indicator) & (rows["group"] == target.group)]


def _line(
    label: str, cells: list[str], years: list, bars: set, more: tuple[str, ...] = (), cell: int = _CELL
) -> str:
    """Label, a cell a year with bars between periods, further cells; a label too long stands on a line above."""
    taken = len(years) * _CELL + len(bars) * len(_BAR) + len(_BAR) + len(_PERIODS) * _MEAN
    width = max(_WIDTH - taken, _LEAST_LABEL)
    text = left(label, width) if columns(label) < width else f"{label}\n{' ' * width}"
    for year, value in zip(years, cells, strict=True):
        text += (_BAR if year in bars else "") + right(value, cell)
    return text + (_BAR if more else "") + "".join(right(value, _MEAN) for value in more)


def _in_families(found: pd.DataFrame) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Rows of one indicator together: a heading with the unit of the error, and the rows with their labels.

    An indicator with one row has no heading: its label says all, with the unit.
    """
    for (indicator, unit), part in found.groupby(["indicator", "error_unit"], sort=False):
        said = in_context("age", "years") if unit == "years" else _ERRORS_OF[unit]
        rows = list(part.itertuples())
        if len(rows) == 1:
            yield "", [(_("{series}, {unit}", series=translated(rows[0].label), unit=said), rows[0])]
            continue
        heading = _("{series}, {unit}", series=indicator_words(indicator), unit=said)
        yield heading, [(f"  {group_words(row.group, indicator)}", row) for row in rows]


def _unit_words(unit: str) -> str:
    """The unit of a series in words; years are years of age."""
    return in_context("age", "years") if unit == "years" else _UNIT_WORDS.get(unit) or translated(unit)


def errors_by_period(validation: Validation, indicator: str, group: str) -> tuple[str, list[tuple[str, str]]]:
    """The mean absolute errors of a series: their unit in words, and each period's with its verdict.

    ``("error, %:", [("1.3 to 2019", "missed"), ("1.2 unseen", "missed")])``; periods that are not judged are left out.
    """
    own = validation.summary
    own = own[(own["indicator"] == indicator) & (own["group"] == group)].set_index("period")
    if own.empty:
        return "", []
    kind, errors = own["error_unit"].iloc[0], own["mean_absolute_error"]
    factor, unit, digits = _error_scale(kind, errors.max())
    told = [
        (
            _(words, error=number(errors[period] / factor, digits), fit=LAST_FIT_YEAR, since=NEW_SAMPLE),
            own.loc[period, "verdict"],
        )
        for period, words in _ERRORS_IN.items()
        if period in own.index
    ]
    return (_("error, {unit}:", unit=unit) if unit else _("error:")), told


def errors_in_line(validation: Validation, indicator: str, group: str) -> str:
    """``errors_by_period`` in one line: ``error, %: 1.3 to 2019, 1.2 unseen, 2.6 since 2023``."""
    head, told = errors_by_period(validation, indicator, group)
    return join(head, in_a_row([words for words, _verdict in told]))


def error_words(error: float, unit: str, signed: bool = False) -> str:
    """An error with its unit; one of a head-count in persons. Not known is a dash.

    >>> error_words(-1.31, "points", signed=True), error_words(56.2, "10k_persons")
    ('−1.3 points', '562 thousand people')
    """
    if error != error:
        return number(error)
    factor, words, digits = _error_scale(unit, error)
    return join(number(error / factor, digits, signed), words)


def error_unit_words(unit: str) -> str:
    """The unit of an error in words."""
    return in_context("age", "years") if unit == "years" else _ERROR_UNITS.get(unit, "")


def _error_scale(unit: str, largest: float) -> tuple[float, str, int]:
    """By what an error of that unit is divided, in what it then is, and its digits."""
    if unit == "10k_persons":
        factor, word = scale_of(1e4 * largest)
        return factor / 1e4, join(word, unit_word("persons")), significant(1e4 * largest / factor)
    of_age = in_context("age", "years") if unit == "years" else ""
    return 1.0, of_age or _ERROR_UNITS.get(unit, ""), _ERROR_DIGITS[unit]


def _levels(part: pd.DataFrame, label: str, years: list, bars: set) -> list[str]:
    unit = part["unit"].iloc[0]
    by_year = part.set_index("year")
    lines = [_("{series}, {unit}", series=label, unit=_unit_words(unit))]
    for column, words in (("official", _("official")), ("model", _("model"))):
        cells = [number(by_year[column].get(year, float("nan")), _DIGITS[unit]) for year in years]
        lines.append(_line(f"  {words}", cells, years, bars, cell=_LEVEL))
    return lines


def _errors(validation: Validation, years: list, bars: set) -> list[str]:
    """The errors of every target, year by year, and by period their mean and verdict."""
    targets = validation.rows[validation.rows["label"] != ""]
    by_series = dict(list(targets.groupby(["indicator", "group"], sort=False)))
    summary = dict(list(validation.summary.groupby(["indicator", "group"], sort=False)))
    lines = []
    for heading, rows in _in_families(targets.drop_duplicates(["indicator", "group"])):
        lines += [heading] if heading else []
        for label, row in rows:
            part, digits = (
                by_series[row.indicator, row.group].set_index("year"),
                _ERROR_DIGITS[row.error_unit],
            )
            errors = [
                ("*" if part["note"][year] else "") + number(part["error"][year], digits, signed=True)
                if year in part.index
                else ""
                for year in years
            ]
            found = summary.get((row.indicator, row.group), validation.summary.head(0)).set_index("period")
            means = [
                number(found["mean_absolute_error"][period], digits) + _MARKS[found["verdict"][period]]
                if period in found.index
                else ""
                for period in _PERIODS
            ]
            lines.append(_line(label, errors, years, bars, tuple(means)).rstrip())
    return lines


def verdict_words(verdict: str) -> str:
    """A verdict in the language in use."""
    return _VERDICTS.get(verdict, verdict)


def _band_lines(validation: Validation, years: list, bars: set) -> list[str]:
    """How much of the headline errors the unknown parameters make, and whether the figures lie inside."""
    if not validation.about.get("members"):
        return []
    lines = [_line(_("Middle 90 % of the ensemble, error"), [str(year) for year in years], years, bars)]
    inside = known = 0
    for target in validation.targets:
        part = _of(validation.rows, target).set_index("year")
        if not target.headline or part.empty:
            continue
        scale = 100.0 / part["official"] if part["error_unit"].iloc[0] == "percent" else 1.0
        ends = (("band_low", N_("{series}, low")), ("band_high", N_("{series}, high")))
        for name, words in ends:
            errors = (part[name] - part["official"]) * scale
            digits = _ERROR_DIGITS[part["error_unit"].iloc[0]]
            cells = [number(errors.get(year, float("nan")), digits, signed=True) for year in years]
            lines.append(_line(_(words, series=translated(target.label)), cells, years, bars))
        comparable = part[(part["note"] == "")]
        inside += int(comparable["official"].between(comparable["band_low"], comparable["band_high"]).sum())
        known += len(comparable)
    said = _("{some} of {all} official headline figures lie inside the band.", some=inside, all=known)
    return [*lines, f"  {said}"]


def _benchmark_lines(validation: Validation) -> list[str]:
    """The model's unseen error beside those of two forecasts that need no model, and who errs least."""
    found = validation.summary.dropna(subset=["last_value_error"])
    if found.empty:
        return []
    head = "".join(right(words, _BENCHMARK) for words in _FORECASTS.values())
    width = _WIDTH - (len(_FORECASTS) + 1) * _BENCHMARK - 2
    lines = [left(_("Unseen years, mean absolute error"), width) + head + "  " + _("errs least")]
    wins: dict[str, int] = {}
    for heading, rows in _in_families(found):
        lines += [heading] if heading else []
        for label, row in rows:
            errors = (row.mean_absolute_error, row.last_value_error, row.trend_error)
            digits = _ERROR_DIGITS[row.error_unit]
            cells = "".join(right(number(error, digits), _BENCHMARK) for error in errors)
            winner = most_accurate(*errors)
            wins[winner] = wins.get(winner, 0) + 1
            lines.append(f"{left(label, width)}{cells}  {forecast_words(winner)}")
    counted = (", " if language() == "en" else "，").join(
        _("{forecast} {count}", forecast=forecast_words(name), count=count)
        for name, count in sorted(wins.items())
    )
    told = _(
        "Errs least, number of series: {counted}. Last value: that of the last fit year; trend: the line "
        "through them.",
        counted=counted,
    )
    return [*lines, f"  {told}"]


def forecast_words(name: str) -> str:
    """The model or one of the two benchmark forecasts, in the language in use."""
    return _FORECASTS.get(name, name)


def _quarter_lines(validation: Validation) -> list[str]:
    lines = []
    for row in validation.quarters.itertuples():
        official, model = (
            number(value, 1, signed=True) for value in (row.official_percent, row.model_percent)
        )
        figures = _(
            "official {official}   model {model}   {verdict} (within {tolerance} points)",
            official=right(f"{official}%", 7),
            model=right(f"{model}%", 7),
            verdict=verdict_words(row.verdict),
            tolerance=number(row.tolerance, 1),
        )
        lines.append(f"  {left(moment_words(row.moment), 51)} {figures}")
    return [_("Rural workers away within 2020 (unseen)"), *lines] if lines else []


def moment_words(moment: str) -> str:
    """A moment of 2020 and what it is compared with, in the language in use."""
    return translated(moment, "moment")


def _not_modelled_lines(validation: Validation) -> list[str]:
    """Official series that the model does not hold, and why."""
    why: dict[str, dict[str, list[str]]] = {}  # reason -> indicator -> its groups
    for row in validation.not_modelled.itertuples():
        reason = in_language({"en": row.reason, "zh": row.reason_zh})
        groups = why.setdefault(reason, {}).setdefault(indicator_words(row.indicator), [])
        groups += [] if row.group == "*" else [group_words(row.group, row.indicator)]
    lines = []
    for reason, series in why.items():
        names = [
            _("{series} ({groups})", series=name, groups=apart(groups)) if groups else name
            for name, groups in series.items()
        ]
        lines.append("  " + _("{reason}: {series}", reason=reason, series=apart(names)))
    return [_("Official series that the model does not hold, and why"), *lines]


def _stylised_fact_lines(validation: Validation) -> list[str]:
    """Stylised facts that no official series holds."""
    lines = []
    for row in validation.stylised_facts.itertuples():
        model = "–" if row.model != row.model else number(row.model, 2)
        figures = _(
            "target {target} ±{tolerance} {unit} model {model}   {verdict}",
            target=right(number(row.official, 2), 6),
            tolerance=left(f"{row.tolerance:g}", 3),
            unit=left(translated(row.unit), 15),
            model=right(model, 6),
            verdict=verdict_words(row.verdict),
        )
        lines.append(
            f"  {left(translated(row.label), 44)} {row.years:<10} {figures}{figure_words(row.official_year)}"
        )
    return [_("Stylised facts"), *lines] if lines else []


def _corridor_lines(validation: Validation) -> list[str]:
    """Five-year moves between provinces, beside the census table of the five years before as a forecast."""
    if validation.corridors.empty:
        return []
    table = moves_in_words(validation.corridors)
    heads = "".join(right(words, 9) for words in (_("census"), _("model"), _("2005-10")))
    lines = []
    for row in table.to_dict("records"):
        told = _("errs least: {forecast}", forecast=row["errs least"])
        if row["verdict"]:
            told = apart([told, _("{verdict} ({aim})", verdict=row["verdict"], aim=row["aim"])])
        cells = "".join(right(row[name], 9) for name in ("census", "model", "table of 2005-10"))
        lines.append(f"  {left(row['measure'], 34)}{cells}   {told}")
    title = _(
        "Moves 2014-19 between provinces, at 1:250 or finer, against the census table of 2010-15 (unseen)"
    )
    return [title, f"  {left('', 34)}{heads}", *lines]


def moves_warning(moves: np.ndarray, scale: int) -> str:
    """One line on how few simulated movers a verdict rests on; empty for a scale of 1:250 or finer.

    Noise does not cancel here: scattered over the cells, it lowers both measures.
    """
    if scale <= MOVES_FINE_ENOUGH:
        return ""
    moved = (moves.sum() - np.trace(moves)) / scale
    return _(
        "Sampling: at 1:{scale} {workers} simulated workers a run moved between provinces, over {cells} cells: "
        "too few for a verdict, since chance lowers both measures; use --scale 1:{fine} or finer.",
        scale=scale,
        workers=number(moved),
        cells=moves.size - len(moves),
        fine=MOVES_FINE_ENOUGH,
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
                "aim": _("at least {least}", least=f"{row.least:g}") if row.least == row.least else "",
                "verdict": verdict_words(row.verdict),
                "kind": row.verdict,
                "errs least": _("model") if is_ours else _("table of 2005-10"),
            }
        )
    return pd.DataFrame(rows)


def measure_words(measure: str) -> str:
    """A measure of ``compare_moves`` in words: ``share from East`` -> ``from the East, % of moves``."""
    if measure in MEASURES:
        return _(MEASURES[measure])
    _share, side, name = measure.split(" ")
    words = N_("from {place}, % of moves") if side == "from" else N_("to {place}, % of moves")
    return _(words, place=region(name))


def figure_words(official_year: str) -> str:
    """What is said behind a target that is the figure of another year: `` (target: the figure of 2013)``."""
    if not official_year:
        return ""
    said = _("(target: the figure of {year})", year=official_year)
    return said if language() == "zh" else f" {said}"
