"""A sweep's results as one table, finished or not, and that table as a file for other programs.

from sim.experiments import load, export
table = load("results/sweeps/uncertain_parameters")     # a row per run and year
table.attrs["units"]["businesses"]                       # 'businesses'
export(table, "uncertain.csv")
"""

from __future__ import annotations

import importlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.destinations import write_file
from sim.core.errors import Problem, ResultsError, UsageError, written_by
from sim.core.language import _
from sim.experiments.columns import described
from sim.experiments.journal import Journal, write_table
from sim.results.csv_files import csv_bytes
from sim.results.folders import MANIFEST, explained, kind_words
from sim.results.outcomes import OUTCOMES
from sim.results.results import manifest_of_today, refuse_damaged, version_of

FORMS = ("wide", "long")
# What a sheet of Excel holds, its heading included.
EXCEL_ROWS, EXCEL_COLUMNS, EXCEL_LETTERS = 1_048_576, 16_384, 32_767
SUFFIXES = (".csv", ".parquet", ".xlsx", ".nc")


def load(folder: str | os.PathLike, form: str = "wide") -> pd.DataFrame:
    """The results of a finished or partial sweep, sorted by run and year.

    ``folder`` is the one given to ``run_sweep``. ``form`` is ``wide``: a row per run and year, a column per
    outcome; or ``long``: a row per run, year and outcome, with ``outcome``, ``unit`` and ``value``. Both
    carry ``run``, ``run_id``, ``scenario``, ``seed`` and a column per factor. ``attrs`` holds ``units`` and
    ``meanings`` by column, ``outcomes``, ``name``, ``runs_planned`` and ``runs_finished``. Raises
    ``ResultsError`` for a folder that holds no sweep, ``UsageError`` for another form.
    """
    if form not in FORMS:
        raise UsageError(Problem(_("unknown form"), key="form", value=form, allowed=FORMS))
    path = Path(folder)
    manifest = _manifest(path)
    try:
        settings = manifest["settings"]
        outcomes, factors = list(settings["outcomes"]), settings["design"]["factors"]
        columns = described(factors, outcomes) if set(outcomes) <= OUTCOMES.keys() else {}
        planned = {"name": manifest["name"], "runs_planned": manifest["runs"]}
    except (KeyError, TypeError, AttributeError):
        raise ResultsError(Problem(_("{manifest} is damaged", manifest=MANIFEST), file=str(folder))) from None
    if not set(outcomes) <= OUTCOMES.keys():
        raise ResultsError(written_by(version_of(manifest), _("the sweep"), _("run it again"), str(folder)))
    rows = Journal(path).rows()
    if rows.empty:
        rows = _without_runs(factors, outcomes)
    finished = int(rows["run"].nunique())
    if form == "long":
        ids = [name for name in rows.columns if name not in outcomes]
        rows = rows.melt(ids, outcomes, "outcome", "value")
        rows.insert(len(ids) + 1, "unit", rows["outcome"].map({key: OUTCOMES[key].unit for key in outcomes}))
        rows = rows.sort_values(["run", "year"], kind="stable", ignore_index=True)
    rows.attrs = {
        **planned,
        "outcomes": outcomes,
        "runs_finished": finished,
        "units": {name: unit for name, (unit, __) in columns.items()},
        "meanings": {name: meaning for name, (__, meaning) in columns.items()},
    }
    return rows


def _without_runs(factors: Mapping[str, Any], outcomes: list[str]) -> pd.DataFrame:
    """The table of a sweep of which no run has finished, its columns of the types that they will have."""
    kinds = {
        "run": "int64",
        "run_id": "str",
        "scenario": "str",
        "seed": "int64",
        **{name: "int64" if factor.get("whole") else "float64" for name, factor in factors.items()},
        "year": "int64",
        **dict.fromkeys(outcomes, "float64"),
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def export(table: pd.DataFrame, path: str | os.PathLike, excel_csv: bool = False) -> Path:
    """Write a ``table`` made by ``load`` to the file at ``path``, and return that.

    The suffix says what is written: ``.csv``, ``.parquet``, ``.xlsx`` (Excel) or ``.nc`` (NetCDF); capitals
    do not matter. ``excel_csv`` begins a CSV file with a byte order mark, which Excel needs for anything but
    English. An Excel file gets a second sheet that explains the columns; NetCDF needs the wide form and has
    the dimensions run and year.
    Raises ``UsageError`` for another suffix, for a table that the kind of file cannot hold or when a library
    is missing, ``ResultsError`` when the file cannot be written. An earlier file stays until the new one is
    whole.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    writers = dict(zip(SUFFIXES, (_to_csv, _to_parquet, _to_excel, _to_netcdf), strict=True))
    if suffix not in writers:
        raise UsageError(Problem(_("unknown kind of file"), value=path.name, allowed=SUFFIXES))
    make = partial(_to_csv, excel=excel_csv) if suffix == ".csv" else writers[suffix]
    if suffix == ".xlsx":
        _refuse_too_large(table, path)
    with explained(path):
        write_file(path, lambda unfinished: make(table, unfinished))
    return path


def _to_csv(table: pd.DataFrame, path: Path, excel: bool = False) -> None:
    path.write_bytes(csv_bytes(table, excel))


def _to_parquet(table: pd.DataFrame, path: Path) -> None:
    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    write_table(path, table, {name: (units[name], meanings.get(name, "")) for name in units})


def _refuse_too_large(table: pd.DataFrame, path: Path) -> None:
    """Raise ``UsageError`` for what an Excel sheet cannot hold, before anything is written."""
    problem = None
    if len(table) >= EXCEL_ROWS:
        problem = (
            "rows",
            _("{count:,} rows", count=len(table)),
            _("at most {most:,} beside the heading", most=EXCEL_ROWS - 1),
        )
    elif len(table.columns) > EXCEL_COLUMNS:
        problem = (
            "columns",
            _("{count:,} columns", count=len(table.columns)),
            _("at most {most:,}", most=EXCEL_COLUMNS),
        )
    else:
        for name in table.columns:
            if pd.api.types.is_numeric_dtype(table[name]):
                continue
            lengths = table[name].dropna().map(str).str.len()
            if len(lengths) and lengths.max() > EXCEL_LETTERS:
                longest = _(
                    "a text of {count:,} letters in row {row}",
                    count=lengths.max(),
                    row=lengths.argmax() + 1,
                )
                problem = (str(name), longest, _("at most {most:,} letters in a cell", most=EXCEL_LETTERS))
                break
    if problem:
        key, value, allowed = problem
        raise UsageError(
            Problem(
                _("an Excel sheet cannot hold this table"),
                file=str(path),
                key=key,
                value=value,
                allowed=_("{allowed}; .csv and .parquet have no limit", allowed=allowed),
            )
        )


def _to_excel(table: pd.DataFrame, path: Path) -> None:
    _needed("openpyxl", _("an Excel file"))
    from openpyxl import Workbook

    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    book = Workbook(write_only=True)  # row by row: a large table is never in memory as cells
    _add_sheet(book, "results", list(table.columns), table.itertuples(index=False, name=None))
    explained_columns = ((name, units.get(name, ""), meanings.get(name, "")) for name in table.columns)
    _add_sheet(book, "columns", ["column", "unit", "meaning"], explained_columns)
    book.save(path)


def _add_sheet(book: Any, name: str, heads: list, rows: Iterable[tuple]) -> None:
    sheet = book.create_sheet(name)
    sheet.append([_cell(sheet, head) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    """A value for a sheet: text stays text, also where it begins like a formula; none for a missing value."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, (bool, int, float)):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", str(value)))
    cell.data_type = "s"
    return cell


def _to_netcdf(table: pd.DataFrame, path: Path) -> None:
    _needed("xarray", _("a NetCDF file"))
    _needed("scipy", _("a NetCDF file"))
    if "outcome" in table:
        raise UsageError(
            Problem(
                _("NetCDF is written from the wide form"), key="form", value="long", allowed="load(folder)"
            )
        )
    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    outcomes = [name for name in table.columns if name in table.attrs.get("outcomes", OUTCOMES)]
    per_run = [name for name in table.columns if name not in (*outcomes, "run", "year")]
    plain = table.drop(columns=per_run)
    plain.attrs = {}
    cube = plain.set_index(["run", "year"]).to_xarray()
    runs = table.drop_duplicates("run").set_index("run")
    for name in per_run:
        is_number = pd.api.types.is_numeric_dtype(runs[name])
        cube = cube.assign_coords({name: ("run", runs[name].to_numpy(dtype=float if is_number else str))})
    for name in (*outcomes, *per_run):
        cube[name].attrs = {"units": units.get(name, ""), "long_name": meanings.get(name, "")}
    cube.to_netcdf(path, engine="scipy")


def _needed(library: str, what: str) -> None:
    try:
        importlib.import_module(library)
    except ImportError:
        raise UsageError(
            Problem(
                _("{what} needs {library}, which is not installed", what=what, library=library),
                value=library,
                allowed=_("pip install {library}; .csv and .parquet need nothing", library=library),
            )
        ) from None


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ResultsError(
            Problem(
                _("no sweep in this folder"),
                file=str(folder),
                allowed=_("a folder that labor-sim sweep wrote"),
            )
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(
            Problem(_("{manifest} cannot be read: {error}", manifest=MANIFEST, error=error), file=str(folder))
        ) from None
    refuse_damaged(manifest, folder)
    if manifest.get("kind") != "sweep":
        raise ResultsError(
            Problem(
                _("the folder holds a {kind}, not a sweep", kind=kind_words(manifest.get("kind", "run"))),
                file=str(folder),
            )
        )
    return manifest_of_today(manifest, folder)
