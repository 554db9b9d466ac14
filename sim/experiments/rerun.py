"""A saved run repeated from its folder alone, and compared with what was saved.

again = rerun("7f3a9c0d21b4e865", "results/sweeps/subsidy_dose_response")
again.is_identical, again.differences
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from sim.core.arguments import whole_number
from sim.core.errors import Problem, ResultsError, UsageError, nearest
from sim.core.language import _
from sim.experiments.execution import Simulate, execute
from sim.experiments.experiment import Run, restored_experiment
from sim.experiments.journal import FAILURES, Journal, read_table
from sim.experiments.sweep import program
from sim.results.folders import MANIFEST, kind_words
from sim.results.results import Results, read_manifest, version_of
from sim.scenario.scenario import Scenario

RESULTS_FOLDER = Path("results")
ID_LENGTH = 16
_SHOWN = 20  # differing values beyond this many are counted only


@dataclass(frozen=True)
class Rerun:
    """A repeated run. ``differences`` has a row per value that differs (at most 20 of ``differing``):
    table, row, column, kept, now. ``changed`` says what has changed since in the program and its libraries.
    """

    run_id: str | None
    folder: Path
    scenario: str
    seed: int
    changed: list[str]
    differing: int
    differences: pd.DataFrame

    @property
    def is_identical(self) -> bool:
        """Whether every value is the same to the last bit."""
        return self.differing == 0


def rerun(run: str | int, folder: str | os.PathLike | None = None, simulate: Simulate | None = None) -> Rerun:
    """Repeat one run of a sweep, or of ``labor-sim run --out``, and compare.

    ``run`` is its ``run_id``, the beginning of one, or its number in the sweep of ``folder``; without a
    folder every folder below ``results`` is searched. ``simulate`` replaces the simulator, for tests.
    Raises ``UsageError`` when there is no such run or several, ``ResultsError`` when the folder cannot be
    used.
    """
    run = run if isinstance(run, str) else str(whole_number(run, "run"))
    if folder is not None:
        found = _runs_in(Path(folder), run)
    elif _is_number(run):
        raise UsageError(
            Problem(
                _("the number of a run needs the folder of its sweep"),
                value=run,
                allowed=_("labor-sim rerun {run} FOLDER, or a run_id", run=run),
            )
        )
    else:
        found = [
            kept
            for path in sorted(RESULTS_FOLDER.rglob(MANIFEST))
            for kept in _runs_if_readable(path.parent, run)
        ]
    if not found:
        where = folder or RESULTS_FOLDER
        ids = sorted(_ids_in(Path(where))) if folder else []
        raise UsageError(
            Problem(
                _("no such run"),
                file=str(where),
                value=run,
                nearest=nearest(run, ids),
                allowed=_("a run_id, its beginning, or the number of a run in a sweep"),
            )
        )
    if len({kept.run_id for kept in found}) > 1:
        raise UsageError(
            Problem(
                _("several runs begin like this"),
                value=run,
                allowed=tuple(str(kept.run_id) for kept in found),
            )
        )
    return found[0].again(simulate)


@dataclass(frozen=True)
class _SweptRun:
    """A run of a sweep: its kept rows, or the record of its failure."""

    folder: Path
    manifest: Mapping[str, Any]
    rows: pd.DataFrame
    failure: Mapping[str, Any] | None = None

    @property
    def run_id(self) -> str | None:
        return None if self.failure else str(self.rows["run_id"].iloc[0])

    def again(self, simulate: Simulate | None) -> Rerun:
        experiment = _read(self.folder, self.manifest, restored_experiment, self.manifest)
        said = self.failure or self.rows.iloc[0]
        point = {name: factor.number(said[name]) for name, factor in experiment.design.factors.items()}
        run = Run(
            int(said["run"]),
            str(said["scenario"]),
            point,
            int(said["seed"]),
            experiment.design.overrides(point),
        )
        (end,) = execute(experiment, (run,), simulate)
        now = program()
        changed = _changed({name: self.manifest["settings"].get(name) for name in now}, now)
        if self.failure or end.rows is None:
            kept, now = _told(self.failure), _told(vars(end) if end.rows is None else None)
        else:
            kept, now = self.rows, end.rows
            if changed:  # the id hashes the program as well; the values are the question
                kept, now = (table.drop(columns="run_id") for table in (kept, now))
        count, differences = _compared({"results": kept}, {"results": now})
        return Rerun(self.run_id, self.folder, run.scenario, run.seed, changed, count, differences)


@dataclass(frozen=True)
class _SingleRun:
    """A run saved by ``labor-sim run --out``."""

    folder: Path
    results: Results

    @property
    def run_id(self) -> str:
        return self.results.manifest["run_id"]

    def again(self, simulate: Simulate | None) -> Rerun:
        run: Simulate
        if simulate is None:
            from sim.engine.simulate import simulate as run
        else:
            run = simulate
        said = self.results.manifest
        scenario = _read(self.folder, said, Scenario.model_validate, said["scenario"])
        traces = self.results.tables.get("traces")
        traced = {} if traces is None else {"trace": [int(i) for i in traces["id"].unique()]}
        results = run(
            scenario,
            scale=said["scale"],
            start=said["start"],
            end=said["end"],
            seed=said["seed"],
            threads=2,
            **traced,
        )
        with tempfile.TemporaryDirectory() as folder:  # both have then been through the same files
            now = Results.load(results.save(Path(folder) / "again")).tables
        count, differences = _compared(self.results.tables, now)
        changed = _changed(
            *(
                {**(manifest["versions"] or {}), "code_hash": manifest["code_hash"]}
                for manifest in (said, results.manifest)
            )
        )
        return Rerun(
            self.run_id, self.folder, said["scenario_name"], said["seed"], changed, count, differences
        )


def _runs_if_readable(folder: Path, run: str) -> list[_SweptRun | _SingleRun]:
    """The same for a folder that was come across: one that is damaged, or not ours, holds none."""
    try:
        return _runs_in(folder, run, is_asked_for=False)
    except ResultsError:
        return []


def _runs_in(folder: Path, run: str, is_asked_for: bool = True) -> list[_SweptRun | _SingleRun]:
    """The runs in a folder that ``run`` may mean."""
    manifest = read_manifest(folder) if is_asked_for or (folder / MANIFEST).is_file() else {}
    kind = manifest.get("kind", "run")
    if kind == "run":
        if str(manifest.get("run_id", "")).startswith(run):
            return [_SingleRun(folder, Results.load(folder, is_checked=False))]  # what differs is told below
        return []
    if kind != "sweep":
        if is_asked_for:
            raise ResultsError(
                Problem(
                    _("the folder holds a {kind}", kind=kind_words(kind)),
                    file=str(folder),
                    allowed=_("a folder of labor-sim sweep, or of labor-sim run --out"),
                )
            )
        return []
    rows = Journal(folder).rows()
    if rows.empty and not (folder / FAILURES).is_file():
        return []
    if _is_number(run):
        failures = _failures(folder)
        kept = rows[rows["run"] == int(run)]
        failed = failures[failures["run"] == int(run)].to_dict("records") if kept.empty else []
        return [_SweptRun(folder, manifest, kept, failure) for failure in failed or [None] * len(kept[:1])]
    if rows.empty:
        return []
    kept = rows[rows["run_id"].astype(str).str.startswith(run)]
    return [_SweptRun(folder, manifest, one) for __, one in kept.groupby("run")]


def _ids_in(folder: Path) -> set[str]:
    manifest = read_manifest(folder)
    if manifest.get("kind") != "sweep":
        return {str(manifest.get("run_id"))}
    return set(Journal(folder).rows().get("run_id", pd.Series(dtype=str)).astype(str))


def _is_number(run: str) -> bool:
    return run.isascii() and run.isdigit() and len(run) < ID_LENGTH


def _failures(folder: Path) -> pd.DataFrame:
    path = folder / FAILURES
    return read_table(path) if path.is_file() else pd.DataFrame({"run": []})


def _told(failure: Mapping[str, Any] | None) -> pd.DataFrame:
    """The end of a run as a table of one row: stage and message of a failure, or that it finished."""
    stage, message = (failure["stage"], failure["message"]) if failure else ("finished", "")
    return pd.DataFrame([{"stage": stage, "message": message}])


def _read(folder: Path, manifest: Mapping[str, Any], make: Callable[[Any], Any], content: Any) -> Any:
    """A model made from what the folder says. Raises ``ResultsError`` where this version cannot make it."""
    try:
        return make(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ResultsError(
            Problem(
                _(
                    "this version cannot run what version {version} ran: {reason}",
                    version=version_of(manifest),
                    reason=first["msg"],
                ),
                file=str(folder / MANIFEST),
                key=".".join(map(str, first["loc"])),
                allowed=_(
                    "labor-sim rerun with version {version}, or a new run", version=version_of(manifest)
                ),
            )
        ) from None


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What has changed in the program since the run, in words."""
    return [
        f"{name.replace('_', ' ')}: {value} -> {now.get(name)}"
        for name, value in was.items()
        if value != now.get(name)
    ]


def _compared(kept: Mapping[str, pd.DataFrame], now: Mapping[str, pd.DataFrame]) -> tuple[int, pd.DataFrame]:
    """How many values differ, and the first of them."""
    found: list[dict[str, Any]] = []
    count = 0
    for table in dict.fromkeys([*kept, *now]):
        for difference in _table_differences(kept.get(table), now.get(table)):
            count += 1
            if len(found) < _SHOWN:
                found.append({"table": table, **difference})
    return count, pd.DataFrame(found, columns=["table", "row", "column", "kept", "now"])


def _table_differences(kept: pd.DataFrame | None, now: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    if kept is None or now is None:
        yield {"row": None, "column": None, "kept": _presence(kept), "now": _presence(now)}
        return
    if len(kept) != len(now):
        yield {"row": None, "column": _("number of rows"), "kept": len(kept), "now": len(now)}
        return
    for column in dict.fromkeys([*kept.columns, *now.columns]):
        if column not in kept or column not in now:
            yield {
                "row": None,
                "column": column,
                "kept": _presence(kept.get(column)),
                "now": _presence(now.get(column)),
            }
            continue
        was, becomes = kept[column].to_numpy(object), now[column].to_numpy(object)
        for row, (one, other) in enumerate(zip(was, becomes, strict=True)):
            if one != other and not (pd.isna(one) and pd.isna(other)):
                yield {"row": row, "column": column, "kept": one, "now": other}


def _presence(what: Any) -> str:
    return "missing" if what is None else "there"
