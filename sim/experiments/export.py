"""A sweep's results as one table, finished or not, and that table as a file for other programs.

from sim.experiments import load, export
table = load("results/sweeps/uncertain_parameters")     # a row per run and year
table.attrs["units"]["businesses"]                       # 'businesses'
export(table, "uncertain.csv")
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.errors import Problem, ResultsError, UsageError, written_by
from sim.experiments.columns import described
from sim.experiments.journal import MANIFEST, Journal, explained, write_table
from sim.results.outcomes import OUTCOMES
from sim.results.results import manifest_of_today, version_of

FORMS = ("wide", "long")
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
        raise UsageError(Problem("unknown form", key="form", value=form, allowed=FORMS))
    path = Path(folder)
    manifest = _manifest(path)
    settings = manifest["settings"]
    outcomes, factors = list(settings["outcomes"]), settings["design"]["factors"]
    if not set(outcomes) <= OUTCOMES.keys():
        raise ResultsError(written_by(version_of(manifest), "the sweep", "run it again", str(folder)))
    rows = Journal(path).rows()
    if rows.empty:
        rows = pd.DataFrame(columns=["run", "run_id", "scenario", "seed", *factors, "year", *outcomes])
    finished = int(rows["run"].nunique())
    if form == "long":
        ids = [name for name in rows.columns if name not in outcomes]
        rows = rows.melt(ids, outcomes, "outcome", "value")
        rows.insert(len(ids) + 1, "unit", rows["outcome"].map({key: OUTCOMES[key].unit for key in outcomes}))
        rows = rows.sort_values(["run", "year"], kind="stable", ignore_index=True)
    columns = described(factors, outcomes)
    rows.attrs = {
        "name": manifest["name"],
        "outcomes": outcomes,
        "runs_planned": manifest["runs"],
        "runs_finished": finished,
        "units": {name: unit for name, (unit, _) in columns.items()},
        "meanings": {name: meaning for name, (_, meaning) in columns.items()},
    }
    return rows


def export(table: pd.DataFrame, path: str | os.PathLike) -> Path:
    """Write a ``table`` made by ``load`` to the file at ``path``, and return that.

    The suffix says what is written: ``.csv``, ``.parquet``, ``.xlsx`` (Excel) or ``.nc`` (NetCDF). Excel gets
    a second sheet that explains the columns; NetCDF needs the wide form and has the dimensions run and year.
    Raises ``UsageError`` for another suffix or when a library is missing, ``ResultsError`` when the file
    cannot be written.
    """
    path = Path(path)
    writers = dict(zip(SUFFIXES, (_to_csv, _to_parquet, _to_excel, _to_netcdf), strict=True))
    if path.suffix not in writers:
        raise UsageError(Problem("unknown kind of file", value=path.name, allowed=SUFFIXES))
    with explained(path.parent):
        writers[path.suffix](table, path)
    return path


def _to_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False)


def _to_parquet(table: pd.DataFrame, path: Path) -> None:
    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    write_table(path, table, {name: (units[name], meanings.get(name, "")) for name in units})


def _to_excel(table: pd.DataFrame, path: Path) -> None:
    _needed("openpyxl", "an Excel file")
    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    columns = pd.DataFrame(
        [
            {"column": name, "unit": units.get(name, ""), "meaning": meanings.get(name, "")}
            for name in table.columns
        ]
    )
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        table.to_excel(book, sheet_name="results", index=False)
        columns.to_excel(book, sheet_name="columns", index=False)


def _to_netcdf(table: pd.DataFrame, path: Path) -> None:
    _needed("xarray", "a NetCDF file")
    _needed("scipy", "a NetCDF file")
    if "outcome" in table:
        raise UsageError(
            Problem("NetCDF is written from the wide form", key="form", value="long", allowed="load(folder)")
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
                f"{what} needs {library}, which is not installed",
                value=library,
                allowed=f"pip install {library}; .csv and .parquet need nothing",
            )
        ) from None


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError:
        raise ResultsError(
            Problem(
                "no sweep in this folder", file=str(folder), allowed="a folder that labor-sim sweep wrote"
            )
        ) from None
    except ValueError as error:
        raise ResultsError(Problem(f"{MANIFEST} cannot be read: {error}", file=str(folder))) from None
    if manifest.get("kind") != "sweep":
        raise ResultsError(
            Problem(f"the folder holds a {manifest.get('kind', 'run')}, not a sweep", file=str(folder))
        )
    return manifest_of_today(manifest, folder)
