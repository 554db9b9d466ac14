"""A new official year taken in: rows of a CSV file are checked against the series that they continue.

What is checked: columns, kinds and units; indicators and groups, which must be those of a known series;
figures that are there already; sources; jumps out of line with the series so far; and sums that must hold.
All problems are told at once, with file and line. Nothing is written unless all is well.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core.encodings import not_utf8
from sim.core.errors import DataError, Problem, nearest
from sim.core.files import reason, write_whole
from sim.core.language import _
from sim.validation.official_figures import official_figures
from sim.validation.targets import FIRST_YEAR, NEW_SAMPLE
from sim.validation.tolerances import CHANGE, GROWTH, is_change
from sim.world.data import PACKAGED_FOLDER, Data, rules_of
from sim.world.data_checks import UNIT_BOUNDS, check_migrant_sums
from sim.world.own_figures import ANNUAL, KEYS, laid_over

SOURCES = "official_sources.csv"
COLUMNS = ("year", "indicator", "group", "value", "unit", "source_id")
OF_SOURCE = ("url", "title", "publisher", "date", "quote_or_note")  # of a source that is not known yet
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MOST_CHANGES = 3.0  # times the largest change of a year so far, beyond which a figure is out of line
_UNITS_APART = 0.1  # of a power of ten: how near to one a ratio must be to look like another unit
_FEW = 3  # changes, below which the largest one says little: a tenth of the figure is allowed at least
_LITTLE = 0.1
_ROUNDING = {"10k_persons": 1.0, "yuan": 1.0, "percent": 0.1}  # of a published change and of two levels


@dataclass(frozen=True)
class NewFigures:
    """What a file says, checked: ``added``, ``revised`` (with the value ``before``) and ``unchanged`` rows of
    the official table, and ``sources`` that were not known."""

    added: pd.DataFrame
    revised: pd.DataFrame
    unchanged: pd.DataFrame
    sources: pd.DataFrame

    @property
    def rows(self) -> pd.DataFrame:
        """All rows of the file."""
        return pd.concat([self.added, self.revised, self.unchanged], ignore_index=True)

    @property
    def to_write(self) -> pd.DataFrame:
        """The rows that are not there yet."""
        return pd.concat([self.added, self.revised], ignore_index=True)[list(COLUMNS)]


def read_new_figures(
    path: Path, data: Data, known_sources: Iterable[str], revise: bool = False, accept_jumps: bool = False
) -> NewFigures:
    """The rows of a CSV file, checked against the official figures of ``data``.

    ``revise`` allows other values of figures that are there already, ``accept_jumps`` figures out of line.
    Raises DataError with every problem found.
    """
    rows, problems = _rows(path)
    if problems:
        raise DataError(problems)
    check = _Checks(path, data.official_annual, set(known_sources))
    table = check.columns(rows)
    if not check.problems:
        check.keys(table)
        check.known(table, revise)
    if not check.problems:
        if not accept_jumps:
            check.jumps(table, data)
        check.sums(table)
    if check.problems:
        raise DataError(sorted(check.problems, key=lambda problem: problem.line or 0))
    return _parted(table, data.official_annual, set(known_sources))


def _rows(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """A CSV file as text columns, indexed by line."""
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = (
            _("no such file") if not path.exists() else _("cannot be read: {reason}", reason=reason(error))
        )
        return pd.DataFrame(), [Problem(problem, file=file)]
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeError:
        return pd.DataFrame(), [not_utf8(content, file)]
    heading = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=heading.count))
    found = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    if len(found) < 2:
        allowed = _("a first line {line}, and a line for each figure", line=",".join(COLUMNS))
        return pd.DataFrame(), [Problem(_("the file holds no figures"), file=file, allowed=allowed)]
    (line, header), *others = found
    problems = _of_header(header, file, line)
    problems += [
        Problem(
            _("wrong number of cells"), file=file, line=number, value=len(row),
            allowed=_("{count} cells, as the first line has", count=len(header)),
        )
        for number, row in others
        if len(row) != len(header)
    ]  # fmt: skip
    if problems:
        return pd.DataFrame(), problems
    lines = pd.Index([number for number, _row in others], name="line")
    return pd.DataFrame([row for _number, row in others], columns=header, index=lines, dtype=object), []


def _of_header(header: list[str], file: str, line: int) -> list[Problem]:
    known = (*COLUMNS, *OF_SOURCE)
    problems = [
        Problem(_("column is missing"), file=file, line=line, key=name, allowed=known)
        for name in COLUMNS
        if name not in header
    ]
    for place, name in enumerate(header):
        if name not in known:
            problems.append(
                Problem(
                    _("no such column"), file=file, line=line, value=name, allowed=known,
                    nearest=nearest(name, known),
                )
            )  # fmt: skip
        elif name in header[:place]:
            problems.append(Problem(_("is named twice"), file=file, line=line, key=name))
    return problems


class _Checks:
    """Gathers what is wrong with the rows of a file."""

    def __init__(self, path: Path, official: pd.DataFrame, sources: set[str]):
        self.file, self.official, self.sources = str(path), official, sources
        self.problems: list[Problem] = []
        first = official.drop_duplicates(["indicator", "group"])
        self.units = {(row.indicator, row.group): row.unit for row in first.itertuples()}

    def note(self, line: object, key: str, message: str, **about: object) -> None:
        """Note a problem of a line."""
        assert isinstance(line, int | np.integer), "rows are numbered"
        self.problems.append(Problem(message, file=self.file, line=int(line), key=key, **about))  # type: ignore[arg-type]  # as the caller says

    def columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with numbers as numbers; wrong words, units and values are noted."""
        year_rule = rules_of(ANNUAL).set_index("column").loc["year"]
        low, high = int(year_rule["lower"]), int(year_rule["upper"])
        indicators = sorted({indicator for indicator, _group in self.units})
        for line, row in rows.to_dict("index").items():
            for name in COLUMNS:
                if not row[name]:
                    self.note(line, name, _("cell is empty"), allowed=_("a value"))
            year = row["year"]
            if year and not (year.isascii() and year.isdecimal() and low <= int(year) <= high):
                self.note(
                    line,
                    "year",
                    _("not a year"),
                    value=year,
                    allowed=_("{low} to {high}", low=low, high=high),
                )
            if row["value"] and not math.isfinite(_number(row["value"])):
                self.note(
                    line, "value", _("not a number"), value=row["value"],
                    allowed=_("digits with a decimal point, without separators of thousands: 17190.5"),
                )  # fmt: skip
            indicator, group, unit = row["indicator"], row["group"], row["unit"]
            groups = sorted(one for name, one in self.units if name == indicator)
            if indicator and not groups:
                self.note(
                    line, "indicator", _("no such indicator"), value=indicator, allowed=tuple(indicators),
                    nearest=nearest(indicator, indicators),
                )  # fmt: skip
            elif group and groups and group not in groups:
                self.note(
                    line, "group", _("{indicator} has no such group", indicator=indicator), value=group,
                    allowed=tuple(groups), nearest=nearest(group, groups),
                )  # fmt: skip
            elif groups and group and unit and unit != self.units[indicator, group]:
                own = self.units[indicator, group]
                self.note(
                    line, "unit", _("the series has another unit"), value=unit, allowed=own, nearest=own
                )
            elif groups and group and unit and math.isfinite(value := _number(row["value"])):
                self._bounds(line, indicator, unit, value)
            source = row["source_id"]
            if source and source not in self.sources and not row.get("title"):
                self.note(
                    line, "source_id", _("no such source"), value=source,
                    allowed=_(
                        "a source_id of {file}, or a column title that names the new one", file=SOURCES
                    ),
                    nearest=nearest(source, sorted(self.sources)),
                )  # fmt: skip
        if self.problems:
            return rows
        return rows.assign(year=rows["year"].astype(int), value=rows["value"].map(_number))

    def _bounds(self, line: object, indicator: str, unit: str, value: float) -> None:
        low, high = UNIT_BOUNDS.get(unit, (-math.inf, math.inf))
        low = -high if is_change(indicator) else low
        if not low <= value <= high:
            self.note(
                line, "value", _("value is out of range"), value=value,
                allowed=_("{low:g} to {high:g} {unit}", low=low, high=high, unit=unit),
            )  # fmt: skip

    def keys(self, table: pd.DataFrame) -> None:
        """No figure twice in the file, and one name for one source."""
        for line, row in table[table.duplicated(KEYS)].iterrows():
            same = (table[KEYS] == row[KEYS]).all(axis=1)
            self.note(
                line, ", ".join(KEYS), _("figure occurs twice"),
                value=", ".join(str(row[name]) for name in KEYS),
                allowed=_("each once; line {line} has it first", line=table.index[same][0]),
            )  # fmt: skip

    def known(self, table: pd.DataFrame, revise: bool) -> None:
        """Figures that are there with another value."""
        before = self.official.set_index(KEYS)["value"]
        for line, row in table.iterrows():
            key = tuple(row[KEYS])
            if not revise and key in before.index and before[key] != row["value"]:
                self.note(
                    line, "value", _("the figure is there already, with another value"), value=row["value"],
                    allowed=_("{value:.10g}, or --revise to replace it", value=before[key]),
                )  # fmt: skip

    def jumps(self, table: pd.DataFrame, data: Data) -> None:
        """Figures out of line with the series so far."""
        tolerance = official_figures(data).groupby(["indicator", "group"])["tolerance"].last()
        together = laid_over(self.official, table)
        for line, row in table.iterrows():
            pair = row["indicator"], row["group"]
            series = together[(together["indicator"] == pair[0]) & (together["group"] == pair[1])]
            series = series[(series["year"] != row["year"]) & (series["year"] >= FIRST_YEAR)]
            same_sample = (series["year"] >= NEW_SAMPLE) == (row["year"] >= NEW_SAMPLE)
            near = series[same_sample if same_sample.any() else series["year"] > 0]
            if near.empty:
                continue
            before = near.loc[(near["year"] - row["year"]).abs().idxmin()]
            if isinstance(before, pd.DataFrame):  # two lines of one number, of two files
                before = before.iloc[0]
            allowed = float(tolerance.get(pair, np.nan))
            problem = _jump(row, before, series, allowed)
            if problem:
                self.note(line, "value", problem[0], value=row["value"], allowed=problem[1])

    def sums(self, table: pd.DataFrame) -> None:
        """Totals and published changes, with the figures that are there."""
        whole = laid_over(self.official.assign(_is_new=False), table.assign(_is_new=True)).reset_index()
        found: list[Problem] = []
        whole.index = pd.RangeIndex(len(whole))
        check_migrant_sums(self.file, whole, "official", found)
        years = set(table["year"])
        for one in found:
            year = int(str(one.key).split()[0])
            if year in years:
                row = whole.loc[one.line]
                where = self._line_of(table, year)
                self.note(
                    row["line"] if row["_is_new"] else where, str(one.key), _("sum does not hold"),
                    value=one.value, allowed=one.allowed,
                )  # fmt: skip
        values = whole.set_index(KEYS)["value"]
        for line, row in table.iterrows():
            self._published_change(line, row, values)

    def _line_of(self, table: pd.DataFrame, year: int) -> int:
        """The first line of the head-counts of a year."""
        here = table[(table["year"] == year) & (table["indicator"] == "migrant_workers")]
        return int((here if len(here) else table).index[0])

    def _published_change(self, line: object, row: pd.Series, values: pd.Series) -> None:
        """A published change, beside the levels of the two years."""
        for ending in (CHANGE, GROWTH):
            if not row["indicator"].endswith(ending) or row["year"] == NEW_SAMPLE:
                continue
            level = row["indicator"].removesuffix(ending)
            now, before = (values.get((year, level, row["group"])) for year in (row["year"], row["year"] - 1))
            if now is None or before is None:
                return
            change = now - before if ending == CHANGE else 100.0 * (now / before - 1.0)
            if abs(change - row["value"]) > _ROUNDING.get(row["unit"], 0.0) + 1e-9:
                self.note(
                    line, "value", _("the levels of both years give another change"), value=row["value"],
                    allowed=f"{change:.6g}",
                )  # fmt: skip


def _number(cell: str) -> float:
    """A cell's number; not a number for one that holds none."""
    try:
        return float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return math.nan


def _jump(
    row: pd.Series, before: pd.Series, series: pd.DataFrame, tolerance: float
) -> tuple[str, str] | None:
    """Why a figure is out of line with its series, and what is not; None for one that is in line."""
    differs = is_change(row["indicator"])
    in_logs = not differs and row["unit"] in ("10k_persons", "yuan") and row["value"] > 0 < before["value"]
    last, value = float(before["value"]), float(row["value"])
    if in_logs:
        tens = math.log10(value / last)
        if abs(tens) > 1 - _UNITS_APART and abs(tens - round(tens)) < _UNITS_APART:
            words = _(
                "looks like another unit: {factor:g} times the figure of {year}",
                factor=10.0 ** round(tens),
                year=int(before["year"]),
            )
            return words, _("a figure in {unit}, or --accept-jumps", unit=row["unit"])
    values = series.sort_values("year").drop_duplicates("year", keep="last").set_index("year")["value"]
    known = np.log(values) if in_logs else values
    years = known.index.to_numpy()
    if differs:
        steps = np.abs(known.to_numpy(float))
    else:
        inside = (years[:-1] < NEW_SAMPLE) == (years[1:] < NEW_SAMPLE)
        steps = (np.abs(np.diff(known.to_numpy(float))) / np.diff(years))[inside]
    size = 0.0 if not np.isfinite(tolerance) else tolerance / 100.0 if in_logs else tolerance
    largest = max([size, *steps])
    if len(steps) < _FEW:
        largest = max(largest, _LITTLE if in_logs else _LITTLE * abs(last))
    most = _MOST_CHANGES * largest * (1 if differs else max(abs(int(row["year"]) - int(before["year"])), 1))
    gap = abs(value) if differs else abs(math.log(value / last)) if in_logs else abs(value - last)
    if gap <= most:
        return None
    low, high = (-most, most) if differs else (last - most, last + most)
    if in_logs:
        low, high = last * math.exp(-most), last * math.exp(most)
    return (
        _(
            "out of line with the series, which had {value:g} in {year}",
            value=last,
            year=int(before["year"]),
        ),
        _("{low:.6g} to {high:.6g}, or --accept-jumps if it is right", low=low, high=high),
    )


def _parted(table: pd.DataFrame, official: pd.DataFrame, known_sources: set[str]) -> NewFigures:
    before = official.set_index(KEYS)["value"]
    there = [before.get(tuple(row)) for row in table[KEYS].itertuples(index=False)]
    table = table.assign(before=pd.Series(there, index=table.index, dtype=float))
    is_there = table["before"].notna()
    same = is_there & (table["before"] == table["value"])
    new = table[~table["source_id"].isin(known_sources)].drop_duplicates("source_id")
    sources = pd.DataFrame({name: new.get(name, "") for name in ("source_id", *OF_SOURCE)}, index=new.index)
    return NewFigures(table[~is_there], table[is_there & ~same], table[same], sources.reset_index(drop=True))


def write_new_figures(found: NewFigures, folder: Path) -> list[Path]:
    """Put what is new into the tables of a folder, each whole or not at all, in the order of their keys; the
    files written. A table that is not there is made. Raises OSError where one cannot be written."""
    written = []
    if len(found.sources):
        written.append(_put(folder / SOURCES, found.sources, ["source_id"]))
    if len(found.to_write):
        written.append(_put(folder / ANNUAL, found.to_write, KEYS))
    return written


def _put(path: Path, new: pd.DataFrame, keys: list[str]) -> Path:
    """The rows of a CSV file with new ones among them, in place of those of the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns, rows = list(new.columns), {}
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = list(reader.fieldnames or columns)
            rows = {tuple(row[key] for key in keys): row for row in reader}
    for row in new.to_dict("records"):
        row["value"] = f"{row['value']:.10g}" if "value" in row else None
        said = {name: str(row[name]) for name in columns if row.get(name) is not None}
        rows[tuple(said[key] for key in keys)] = {name: said.get(name, "") for name in columns}
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[key] for key in sorted(rows))
    write_whole(path, text.getvalue().encode())
    return path


def sources_in(*folders: Path | None) -> set[str]:
    """The sources of official figures that folders know, the packaged one included."""
    found = set()
    for folder in (PACKAGED_FOLDER, *folders):
        path = None if folder is None else folder / SOURCES
        if path is not None and path.is_file():
            with path.open(encoding="utf-8", newline="") as stream:
                found |= {row["source_id"] for row in csv.DictReader(stream)}
    return found
