"""The folder of a sweep: what was planned, what happened, and the rows that finished runs left.

    manifest.json     the experiment, fully resolved; written once, before anything runs
    journal.jsonl     one line per event, appended and forced to disk
    parts/            Parquet files of a few finished runs each, renamed into place when complete
    results.parquet   all parts as one table, sorted by run, once every run has finished or failed;
                      the unit and the meaning of each column stand inside it
    failures.parquet  the runs that failed, with stage and message (only where there are any)

A run has finished when its rows are in a part: a killed sweep loses at most the runs that had not yet been
written to one, and runs them again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pandas as pd

from sim.core.errors import Problem, ResultsError, UsageError, written_by
from sim.core.files import OWN, write_whole
from sim.core.language import N_, Words, _
from sim.core.sealed import read_sealed, write_sealed
from sim.experiments.columns import described
from sim.results.folders import MANIFEST, claimed_folder, explained
from sim.results.results import FORMAT, documented, refuse_damaged, version_of

JOURNAL, PARTS = "journal.jsonl", "parts"
RESULTS, FAILURES = "results.parquet", "failures.parquet"
_PART = r"[0-9]{7,}-[0-9]{7,}-[0-9]+\.parquet"
_SHOWN = 8  # differences beyond this many are counted, not listed

_THIS = Words(
    {
        "sweep": N_("this sweep"),
        "attribution": N_("this attribution"),
        "calibration": N_("this calibration"),
        "ensemble": N_("this ensemble"),
        "ranking": N_("this ranking"),
    }
)
_ANOTHER = Words(
    {
        "sweep": N_("the folder holds another sweep, or an earlier version of this one:"),
        "attribution": N_("the folder holds another attribution, or an earlier version of this one:"),
        "calibration": N_("the folder holds another calibration, or an earlier version of this one:"),
        "ensemble": N_("the folder holds another ensemble, or an earlier version of this one:"),
        "ranking": N_("the folder holds another ranking, or an earlier version of this one:"),
    }
)


class Journal:
    """A sweep's folder, opened for writing by one process at a time."""

    _open: set[Path] = set()  # folders that this process is writing to

    def __init__(self, folder: Path):
        self.folder = folder
        self._events: IO[bytes] | None = None
        self._columns: dict[str, tuple[str, str]] = {}

    @classmethod
    @contextmanager
    def open(cls, folder: str | os.PathLike, plan: Mapping[str, Any]) -> Iterator[Journal]:
        """Begin a sweep in ``folder``, or resume the one in it if that has the same plan.

        A plan of another ``kind`` describes its own ``columns``.
        """
        journal = cls(Path(folder))
        kind, settings = plan.get("kind", "sweep"), plan["settings"]
        factors = settings.get("design", {}).get("factors", {})
        journal._columns = {**described(factors, settings["outcomes"]), **plan.get("columns", {})}
        with claimed_folder(folder, kind) as place, ExitStack() as opened:
            if place in cls._open:  # this process holds the folder, in another thread perhaps
                raise UsageError(
                    Problem(_("another process or thread is running this sweep"), file=str(folder))
                )
            cls._open.add(place)
            opened.callback(cls._open.discard, place)
            with explained(folder):
                journal._begin(plan)
                journal._remove_leftovers()
                journal._events = opened.enter_context(open(journal.folder / JOURNAL, "ab+"))
                journal._end_broken_line()
            yield journal

    @property
    def _log(self) -> IO[bytes]:
        assert self._events is not None, "a journal that was not opened can only be read"
        return self._events

    # --- what happened --------------------------------------------------------------------------------

    def record(self, event: str, **details: Any) -> None:
        """Append one event and force it to disk."""
        line = {"event": event, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), **details}
        with explained(self.folder):
            self._log.write((json.dumps(line, ensure_ascii=False, default=str) + "\n").encode())
            self._log.flush()
            os.fsync(self._log.fileno())

    def events(self) -> list[dict[str, Any]]:
        """The complete lines of the journal; one cut off by a crash is ignored."""
        found = []
        for line in (self.folder / JOURNAL).read_bytes().splitlines():
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict):
                found.append(event)
        return found

    # --- rows -----------------------------------------------------------------------------------------

    def add_part(self, rows: pd.DataFrame) -> None:
        """Write the rows of finished runs; once this returns they survive a crash."""
        with explained(self.folder):
            (self.folder / PARTS).mkdir(exist_ok=True)
            first, last = int(rows["run"].min()), int(rows["run"].max())
            name = f"{first:07d}-{last:07d}-{os.getpid()}.parquet"
            write_table(self.folder / PARTS / name, rows)

    def finished(self) -> set[int]:
        """Numbers of the runs whose rows are written."""
        found: set[int] = set()
        for path in self._whole_tables():
            found |= set(read_table(path)["run"])
        return found

    def rows(self) -> pd.DataFrame:
        """All kept rows, sorted by run and by year or month."""
        tables = [read_table(path) for path in self._whole_tables()]
        if not tables:
            return pd.DataFrame({"run": [], "year": []})
        rows = pd.concat(tables, ignore_index=True)
        keys = ["run", "month" if "month" in rows else "year"]
        return rows.drop_duplicates(keys).sort_values(keys, ignore_index=True)

    def compact(self, failures: pd.DataFrame) -> pd.DataFrame:
        """Put all parts into one table, sorted by run; the same rows in the same order, always."""
        rows = self.rows()
        with explained(self.folder):
            write_table(self.folder / RESULTS, rows, self._columns)
            if len(failures):
                write_table(self.folder / FAILURES, failures, self._columns)
            else:
                (self.folder / FAILURES).unlink(missing_ok=True)
            for path in self._parts():
                path.unlink()
            with suppress(OSError):  # it is gone, or holds what others have put there
                (self.folder / PARTS).rmdir()
        return rows

    def _whole_tables(self) -> list[Path]:
        return [path for path in (self.folder / RESULTS, *self._parts()) if path.is_file()]

    def _parts(self) -> list[Path]:
        found = (self.folder / PARTS).glob("*.parquet")
        return sorted(path for path in found if re.fullmatch(_PART, path.name))

    # --- whose folder it is -----------------------------------------------------------------------------

    def _begin(self, plan: Mapping[str, Any]) -> None:
        if (self.folder / MANIFEST).is_file():
            self._refuse_other_plan(plan)
            return
        manifest = {"format": FORMAT, "kind": "sweep", **plan}
        text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n"
        write_whole(self.folder / MANIFEST, text.encode())

    def _refuse_other_plan(self, plan: Mapping[str, Any]) -> None:
        try:
            before = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ResultsError(
                Problem(
                    _("{manifest} cannot be read: {error}", manifest=MANIFEST, error=error),
                    file=str(self.folder),
                )
            ) from error
        refuse_damaged(before, self.folder)
        kind = plan.get("kind", "sweep")
        if before.get("format", 0) != FORMAT:
            version = version_of(before) if before.get("format", 0) < FORMAT else None
            again = _("name a new folder")
            raise UsageError(
                written_by(version, _THIS.get(kind, _THIS["sweep"]), again, str(self.folder), is_whole=False)
            )
        now = json.loads(json.dumps(dict(plan), default=str))
        changed = list(_differences(before.get("settings", {}), now["settings"]))
        if changed:
            shown = changed[:_SHOWN]
            if len(changed) > _SHOWN:
                shown.append(_("and {count} more", count=len(changed) - _SHOWN))
            raise UsageError(
                Problem(
                    "\n    ".join([_ANOTHER.get(kind, _ANOTHER["sweep"]), *shown]),
                    file=str(self.folder),
                    allowed=_("--out with a new folder"),
                )
            )

    def _remove_leftovers(self) -> None:
        """Remove what a killed process had not finished writing; nobody else writes here now."""
        for folder in (self.folder, self.folder / PARTS):
            for path in folder.glob(f"{OWN}*.partial*"):
                path.unlink()

    def _end_broken_line(self) -> None:
        """End a line that a crash cut off, so that the next one stays readable."""
        size = self._log.seek(0, os.SEEK_END)
        if size:
            self._log.seek(size - 1)
            if self._log.read(1) != b"\n":
                self._log.write(b"\n")


def write_table(
    path: Path, table: pd.DataFrame, columns: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Write a Parquet file, whole or not at all, with the unit and the meaning of its ``columns``."""
    made = documented(table, columns or {})
    write_whole(path, lambda partial: write_sealed(made, partial), is_synced=True)


def read_table(path: Path) -> pd.DataFrame:
    """A file written by ``write_table``. Raises ``ResultsError`` where it is damaged."""
    return read_sealed(path, _("remove the file: its runs are made again")).to_pandas()


def _differences(before: Any, now: Any, key: str = "") -> Iterator[str]:
    """What differs, as ``key: old -> new``, leaf by leaf."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in dict.fromkeys([*before, *now]):
            inner = f"{key}.{name}" if key else str(name)
            yield from _differences(before.get(name), now.get(name), inner)
    elif before != now:
        yield f"{key}: {before!r} -> {now!r}"
