"""The results of one run: tables, a manifest, and how they are kept on disk.

A folder of results holds one Parquet file per table and ``manifest.json``; ``sim.results.folders`` says how
they are replaced.
The meaning of each column is in ``sim.results.columns`` and inside every file.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.deprecated import content_of_today
from sim.core.errors import Problem, ResultsError, nearest, written_by
from sim.core.language import _
from sim.results.columns import TABLES, dtypes
from sim.results.folders import FILES, MANIFEST, check_folder, file_digest, files_in, kind_words, replaced

__all__ = [
    "FORMAT",
    "TABLES",
    "Results",
    "check_folder",
    "documented",
    "read_folder",
    "read_manifest",
    "undocumented",
    "write_folder",
]

# Version of the folders of results and of sweeps; raise it when a name, a place or a unit in them changes.
FORMAT = 2

# Names of former versions -> names of today, applied when a folder of an earlier format is read.
RENAMED_TABLES = {"facts": "stylised_facts"}
RENAMED_COLUMNS = {
    "bands": {"luck_half_width": "monte_carlo_half_width", "luck_percent": "monte_carlo_percent"},
}
RENAMED_VALUES = {("corridors", "measure"): {"common_share": "common_part_of_commuters"}}
# Columns that had another unit -> the format since which they have that of today, and the factor from the
# former one. Applied to folders of an earlier format when they are read.
_SHARE_TO_PERCENT = (2, 100.0)
RESCALED_COLUMNS: dict[str, dict[str, tuple[int, float]]] = {
    "national": {"searching_rate": _SHARE_TO_PERCENT},
    "baseline": {"searching_rate": _SHARE_TO_PERCENT},
}

_MANIFEST_KEYS = (
    "run_id",
    "scenario",
    "scenario_name",
    "seed",
    "scale",
    "start",
    "end",
    "workers",
    "versions",
    "code_hash",
    "created",
    "timings",
    "warnings",
)


_KINDS_OF_KEYS = {
    "format": int,
    "kind": str,
    "tables": list,
    "files": dict,
    "versions": dict,
    "settings": dict,
    "policies": list,
    "seeds": list,
}


class RunTables:
    """The tables of a run as editors show them. Columns: ``sim.results.columns``."""

    national: pd.DataFrame
    """A row per month, for the whole country."""
    places: pd.DataFrame
    """A row per month and place, which is a tier of a province."""
    homes: pd.DataFrame
    """A row per month and province of registration."""
    groups: pd.DataFrame
    """A row per last month of a quarter, sex, age group and level of schooling."""
    corridors: pd.DataFrame
    """A row per calendar year, province of registration and place of work that anybody went to."""
    official: pd.DataFrame
    """A row per calendar year, official indicator and official group."""
    ledger: pd.DataFrame
    """A row per calendar year, lever, province and payer."""
    flows: pd.DataFrame
    """A row per calendar year, lever, payer's account and receiving account: in double entry."""
    settlement_costs: pd.DataFrame
    """A row per calendar year and province: what settlements cost, and who pays it."""
    income_histogram: pd.DataFrame
    """A row per calendar year, group and band of yearly income."""
    traces: pd.DataFrame
    """A row per month and traced worker; only a run with ``trace`` has it."""


@dataclass
class Results(RunTables):
    """One run: its tables as attributes (``results.national``), and ``manifest``, what was run and with what.

    ``workers`` holds, for the months asked for with ``keep``, one row per worker; it stays in memory.
    A table that the run did not make raises ``AttributeError``; ``tables`` holds those that it did make.
    """

    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    workers: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        if name not in TABLES:
            close = nearest(name, tables)
            hint = f"; did you mean {close!r}?" if close else f"; it has {', '.join(sorted(tables))}"
            raise AttributeError(f"results have no table {name!r}{hint}")
        raise AttributeError(f"these results were made without the table {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def __repr__(self) -> str:
        about = self.manifest
        return (
            f"<Results of {about.get('scenario_name')}, {about.get('start')} to {about.get('end')}, "
            f"seed {about.get('seed')}, scale 1:{about.get('scale')}: {', '.join(sorted(self.tables))}>"
        )

    def save(self, folder: str | os.PathLike) -> Path:
        """Write everything but ``workers`` to ``folder``; on ``ResultsError`` nothing is left behind."""
        return write_folder(folder, self.tables, {"kind": "run", **self.manifest})

    @classmethod
    def load(cls, folder: str | os.PathLike, *, is_checked: bool = True) -> Results:
        """Read a folder written by this or an earlier version; keys that its manifest lacks are None.

        Raises ``ResultsError`` for what is no folder of a run, or not whole; for tables that were changed
        since they were written too, if ``is_checked``.
        """
        tables, manifest = read_folder(folder, kind="run", is_checked=is_checked)
        return cls(tables, {**dict.fromkeys(_MANIFEST_KEYS), "warnings": [], **manifest})


def undocumented(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Columns that are not in ``sim.results.columns``, as ``table.column``."""
    return [
        f"{name}.{column}"
        for name, table in tables.items()
        for column in table.columns
        if column not in TABLES.get(name, {})
    ]


def write_folder(
    folder: str | os.PathLike,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    extra: Mapping[str, bytes] | None = None,
    documentation: Mapping[str, dict[str, tuple[str, str]]] = TABLES,
) -> Path:
    """Write tables, manifest and ``extra`` files (name -> content) to ``folder``, all of it or nothing.

    Earlier results of the same kind are replaced; every other file stays as it is. Raises ``ResultsError``
    for a folder that holds only other files, or results of another kind, or cannot be written; ``UsageError``
    while another process writes there.
    """
    with replaced(folder, str(manifest.get("kind", "run"))) as staging:
        for name, table in tables.items():
            _write_table(staging / f"{name}.parquet", table, documentation.get(name, {}))
        for name, content in (extra or {}).items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
        about = {**manifest, "format": FORMAT, "tables": sorted(tables), FILES: files_in(staging)}
        # what was read from an older folder is written in today's format
        _write_manifest(staging / MANIFEST, about)
    return Path(os.path.abspath(folder))


# What writes the folders of a kind, and what is done with them.
_WRITTEN_BY = {
    "run": "labor-sim run SCENARIO --out FOLDER",
    "comparison": "labor-sim compare BASE POLICY... --out FOLDER",
    "validation": "labor-sim validate --out FOLDER",
    "sweep": "labor-sim sweep EXPERIMENT --out FOLDER",
    "attribution": "labor-sim attribute SCENARIO --out FOLDER",
}


def of_another_kind(manifest: Mapping[str, Any], kind: str, folder: str | os.PathLike) -> Problem:
    """That a folder holds results of another kind than asked for, and where the wanted come from."""
    found = manifest["kind"]
    allowed = _("a folder that {command} writes", command=_WRITTEN_BY[kind]) if kind in _WRITTEN_BY else None
    if found == "comparison" and kind == "run":
        base = (manifest.get("base") or {}).get("name") or "SCENARIO"
        allowed = _(
            "{allowed}; a comparison keeps no whole runs: name its scenario instead, such as {base}",
            allowed=allowed,
            base=base,
        )
    return Problem(
        _("holds a {found}, not a {kind}", found=kind_words(found), kind=kind_words(kind)),
        file=str(folder),
        allowed=allowed,
    )


def read_folder(
    folder: str | os.PathLike, kind: str | None = None, *, is_checked: bool = True
) -> tuple[dict, dict]:
    """Tables and manifest of a folder written by ``write_folder``, in the names and units of today.

    Raises ``ResultsError`` for a folder that holds another ``kind``, that is not whole or that is too new;
    if ``is_checked``, for tables that were changed since they were written too.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    written = manifest.get("format", 0)
    if kind and manifest.get("kind", kind) != kind:
        raise ResultsError(of_another_kind(manifest, kind, folder))
    files = manifest.pop(FILES, None) or {}
    there = {file.stem for file in path.glob("*.parquet")}
    listed = {str(name) for name in manifest.get("tables") or there}  # others in the folder are not ours
    tables = {}
    for name in sorted(listed & there):
        digest = files.get(f"{name}.parquet") if is_checked else None
        table = _read_table(path / f"{name}.parquet", digest)
        if written < FORMAT:
            name, table = _renamed(name, table)
        tables[name] = _rescaled(table, RESCALED_COLUMNS.get(name, {}), written)
    missing = sorted(listed - there)
    if missing:
        raise ResultsError(
            Problem(_("tables are missing: {names}", names=", ".join(missing)), file=str(folder))
        )
    return tables, {**manifest, "format": FORMAT, "tables": sorted(tables)}


def _renamed(name: str, table: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """A table of a former format under its name of today, its columns too."""
    name = RENAMED_TABLES.get(name, name)
    table = table.rename(columns=RENAMED_COLUMNS.get(name, {}))
    for (owner, column), values in RENAMED_VALUES.items():
        if name == owner and column in table:
            table[column] = table[column].replace(values)
    return name, table


def _rescaled(table: pd.DataFrame, columns: Mapping[str, tuple[int, float]], written: int) -> pd.DataFrame:
    """A table of a folder of the format ``written``, in the units of today."""
    for column, (since, factor) in columns.items():
        if written < since and column in table:
            table[column] *= factor
    return table


def documented(table: pd.DataFrame, columns: Mapping[str, tuple[str, str]], name: str = ""):
    """The table as an Arrow table whose ``columns`` carry ``(unit, meaning)`` in their metadata.

    Its types are those declared for the table of that ``name``, with or without rows, so that tables of
    several runs can be read as one.
    """
    import pyarrow as arrow

    kinds = dtypes(name, dict(columns)) if name else {}
    found = arrow.Table.from_pandas(table, preserve_index=False)
    for position, column in enumerate(found.column_names):
        typed = _typed(found.column(position), kinds.get(column, ""))
        unit_and_meaning = dict(zip(("unit", "meaning"), columns.get(column, ()), strict=False))
        field = arrow.field(column, typed.type, metadata=unit_and_meaning or None)
        found = found.set_column(position, field, typed)
    return found


def _typed(column, kind: str):
    """An Arrow column in the type that is declared for it; as it is where that would change a value."""
    import pyarrow as arrow

    types = {"bool": arrow.bool_(), "int64": arrow.int64(), "float64": arrow.float64()}
    is_text = any(
        test(column.type) for test in (arrow.types.is_string, arrow.types.is_null, arrow.types.is_dictionary)
    )
    if kind == "int64" and arrow.types.is_floating(column.type) and column.null_count < len(column):
        return column  # someone else's fractions: no run makes any here
    wanted = types.get(kind, arrow.large_string() if is_text or kind == "str" else column.type)
    try:
        return column.cast(wanted)
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError):
        return column


def _write_table(path: Path, table: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> None:
    import pyarrow.parquet as parquet

    with open(path, "wb") as stream:
        parquet.write_table(documented(table, columns, path.stem), stream, compression="zstd")


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """A NumPy number as a number, anything else that JSON does not know as text."""
    return value.item() if hasattr(value, "item") else str(value)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says, in the words of today; ``format`` is the one that it was written in.

    Raises ``ResultsError`` when there is none, or none that can be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if folder.exists():
            message = _("not a results folder: it has no {manifest}", manifest=MANIFEST)
        else:
            message = _("no such folder")
        raise ResultsError(Problem(message, file=str(folder))) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(
            Problem(_("{manifest} cannot be read: {error}", manifest=MANIFEST, error=error), file=str(folder))
        ) from error
    if not isinstance(manifest, dict):
        raise ResultsError(Problem(_("{manifest} is not a mapping", manifest=MANIFEST), file=str(folder)))
    return manifest_of_today(manifest, folder)


def refuse_damaged(manifest: Any, folder: Path) -> None:
    """Raise ``ResultsError`` for what cannot be a manifest that we wrote."""
    damaged = _("{manifest} is damaged", manifest=MANIFEST)
    if not isinstance(manifest, dict):
        raise ResultsError(Problem(damaged, file=str(folder)))
    for key, kind in _KINDS_OF_KEYS.items():
        if not isinstance(manifest.get(key, kind()), (kind, type(None))):
            raise ResultsError(Problem(damaged, key=key, value=manifest[key], file=str(folder)))
    if FILES in manifest and "format" not in manifest:  # every version that lists the files says its format
        raise ResultsError(Problem(damaged, key="format", file=str(folder)))


def manifest_of_today(manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A manifest with the keys of today. Raises ``ResultsError`` where a newer version wrote it."""
    refuse_damaged(manifest, folder)
    written_in = manifest.get("format") or 0
    if written_in > FORMAT:
        raise ResultsError(written_by(None, _("the folder"), _("run it again"), str(folder)))
    return content_of_today(manifest) if written_in < FORMAT else manifest


def version_of(manifest: Mapping[str, Any]) -> str:
    """The version of the simulator that wrote a manifest; 0.1 where it does not say."""
    of_run, of_sweep = manifest.get("versions") or {}, manifest.get("settings") or {}
    return str(of_run.get("sim") or of_sweep.get("version") or "0.1")


def _read_table(path: Path, digest: str | None) -> pd.DataFrame:
    """A table. digest: what the manifest says of its file, if it says anything."""
    try:
        content = path.read_bytes()
        table = pd.read_parquet(io.BytesIO(content))
    except Exception as error:  # the library has an error of its own for every way to damage a file
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise ResultsError(
            Problem(_("the table cannot be read: {told}", told=told), file=str(path))
        ) from error
    if digest is not None and file_digest(content) != digest:
        raise ResultsError(
            Problem(
                _(
                    "the table is not the one that was written with these results: it was changed or "
                    "damaged, or replacing the results was cut short"
                ),
                file=str(path),
                allowed=_("the command that made the results once more"),
            )
        )
    return table
