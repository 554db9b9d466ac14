"""Checks of the model's mechanics: shock one thing alone and hold the answer against the evidence.

A file under ``experiments/checks`` names a scenario, runs that differ from it in one thing each, and checks:
what is measured between two runs, and the range that the evidence allows. ``run_checks`` runs them under
several seeds; a check passes where the mean over seeds lies in the range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, PrivateAttr, StrictStr, model_validator

from sim.comparison.intervals import mean_and_interval
from sim.core.arguments import parse_scale, whole_number
from sim.core.errors import Problem, ScenarioError, SimError, nearest
from sim.core.language import N_, _
from sim.engine.run_cache import RunCache
from sim.engine.simulate import simulate
from sim.results.columns import TABLES
from sim.results.results import Results
from sim.scenario.declaration import Declaration
from sim.scenario.fields import Label, Month, Name, Number, OneOf, Strict, Text, Whole
from sim.scenario.fields import refuse as told
from sim.scenario.loading import files_in, load_scenario, named_file
from sim.scenario.problems import placed, read_checked
from sim.scenario.scenario import Scenario
from sim.studies.estimators import chosen, contrast, quantity
from sim.studies.study import StudyOutcome, Units, laid_over, unknown_column, unknown_columns

BASE = "base"  # the scenario itself, as a run
MEASURES = ("level", "change", "ratio", "largest", "smallest", "unequal_cells")
_PANELS = tuple(name for name, columns in TABLES.items() if {"month", "year"} & columns.keys())


class CheckError(SimError):
    """A file of checks says something that cannot be run."""


class Quantity(StudyOutcome):
    """What is measured: columns of a table, where, and over which months (or years of a yearly table).

    ``only``: rows in which these columns read so, such as ``{indicator: willing_to_settle_share}`` of the
    table ``official``. ``weighted_by``: a column; the mean of the units' own logs or values, weighted by it
    as it is in the run that is compared with. For prices and wages, so that who moved does not move the mean.
    """

    table: Annotated[StrictStr, OneOf(N_("table"), lambda: _PANELS)] = "national"
    where: Units = Units()
    levers: tuple[Text, ...] = ()
    only: dict[Text, Text] = {}
    months: tuple[Month, Month]
    weighted_by: Text | None = None


class Expected(Strict):
    """The range that is allowed, both ends included, its unit, and why."""

    low: Number
    high: Number
    unit: Text
    source: Text


class Check(Strict):
    """One number and its range. ``ratio`` divides the change of ``of`` by that of ``to``; ``unequal_cells``
    counts the cells of all tables, but those of ``except_tables``, in which two runs differ."""

    label: Label
    measure: Annotated[StrictStr, OneOf(N_("measure"), lambda: MEASURES)]
    run: Text
    against: Text = BASE
    of: Quantity | None = None
    to: Quantity | None = None
    except_tables: tuple[Text, ...] = ()
    except_columns: tuple[Text, ...] = ()
    expect: Expected

    @model_validator(mode="after")
    def _holds_together(self) -> Check:
        told(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.measure != "unequal_cells" and self.of is None:
            yield Problem(_("a check by {measure} needs this key", measure=self.measure), key="of")
        if self.measure == "ratio" and self.to is None:
            yield Problem(_("a ratio needs what it is divided by"), key="to")
        for key, one in (("of", self.of), ("to", self.to)):
            if one is not None:
                yield from unknown_columns(one, one.table, key)
                yield from _unknown_texts(one, f"{key}.only")
                if one.weighted_by is not None:
                    yield from unknown_column(one.weighted_by, one.table, f"{key}.weighted_by")


def _unknown_texts(one: Quantity, key: str) -> Iterator[Problem]:
    """The columns by which rows are picked that the table does not have, or that hold numbers."""
    columns = tuple(name for name, (unit, __) in TABLES[one.table].items() if unit == "name")
    for name in one.only:
        if name not in columns:
            yield Problem(
                _("the table has no such column of names"),
                key=f"{key}.{name}",
                value=name,
                allowed=columns,
                nearest=nearest(name, columns),
            )


class CheckFile(Declaration):
    """A checked file: the scenario, the runs beside it, and the checks."""

    seeds: Annotated[Whole, Field(ge=1)]
    """Under how many seeds each run is lived, 1 to that number."""
    scales: tuple[Text, ...] = ()
    """Scales at which every check is judged, where nothing may depend on it; else ``scale`` alone."""
    runs: dict[Name, dict[str, Any]] = {}
    """What each run changes of the scenario: levers, shocks, parameters, assumptions."""
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    """What is measured, and the range that is allowed."""

    _scenarios: dict[str, Scenario] = PrivateAttr(default_factory=dict)

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Every run's scenario by name; ``base`` is the one that nothing was changed in."""
        return self._scenarios


@dataclass(frozen=True)
class CheckResult:
    """``table``: a row a check with what was expected, found (mean and 95 % interval over seeds) and the
    verdict, ``passed`` or ``failed``; ``by_seed``: the numbers behind it."""

    table: pd.DataFrame
    by_seed: pd.DataFrame

    @property
    def failed(self) -> int:
        """How many checks did not pass."""
        return int((self.table["verdict"] != "passed").sum())


def check_files() -> dict[str, Path]:
    """Every file of checks that can be run by name."""
    return files_in("experiments/checks")


def load_checks(name_or_path: str | Path) -> CheckFile:
    """Load a file of checks with its scenarios. Raises ``CheckError`` with every problem found.

    ``name_or_path`` is one of ``check_files()`` or the path of a file.

    >>> sorted(load_checks("demand-falls").scenarios)
    ['base', 'no_jobs']
    """
    path = named_file(str(name_or_path), check_files(), _("no such file of checks"), CheckError)
    found, tree, problems = read_checked(path, CheckFile, CheckError)
    try:
        base = load_scenario(found.scenario)
        found._scenarios[BASE] = base
        for name, changes in found.runs.items():
            found._scenarios[name] = laid_over(base, changes)
    except ScenarioError as error:
        problems += [problem if problem.file else placed(problem, tree) for problem in error.problems]
    for number, check in enumerate(found.checks):
        for key in ("run", "against"):
            if getattr(check, key) not in (BASE, *found.runs):
                wrong = Problem(
                    _("no such run"),
                    key=f"checks.{number}.{key}",
                    value=getattr(check, key),
                    allowed=(BASE, *found.runs),
                    nearest=nearest(getattr(check, key), (BASE, *found.runs)),
                )
                problems.append(placed(wrong, tree))
    if problems:
        raise CheckError(problems)
    return found


def run_checks(
    file: CheckFile | str | Path,
    *,
    seeds: int | None = None,
    scale: int | str | None = None,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> CheckResult:
    """Run every run of a ``file``, or of the file of that name or path, and judge its checks.

    ``seeds`` (1 to that number) and ``scale`` are the file's own where not given, or each of its ``scales``;
    ``threads`` share the work of a month, and change no result. ``progress(done, total)`` is called as runs
    finish.
    """
    if not isinstance(file, CheckFile):
        file = load_checks(file)
    count = whole_number(file.seeds if seeds is None else seeds, "seeds", least=1)
    sizes = [parse_scale(one) for one in ((file.scales or (file.scale,)) if scale is None else (scale,))]
    needed = [n for n in file.scenarios if any(n in (c.run, c.against) for c in file.checks)]
    cache, rows, done = RunCache(), [], 0
    for size, seed in product(sizes, range(1, count + 1)):
        runs = {}
        for name in needed:
            runs[name] = simulate(
                file.scenarios[name], scale=size, end=file.period.to, seed=seed, threads=threads, cache=cache
            )
            done += 1
            if progress:
                progress(done, len(sizes) * count * len(needed))
        rows += [
            {"file": file.name, "check": number, "scale": size, "seed": seed, "found": measured(check, runs)}
            for number, check in enumerate(file.checks)
        ]
    by_seed = pd.DataFrame(rows)
    return CheckResult(_judged(file, by_seed), by_seed)


def measured(check: Check, runs: Mapping[str, Results]) -> float:
    """The number that a check asks for, from the runs of one seed."""
    run, base = runs[check.run], runs[check.against]
    if check.measure == "unequal_cells":
        return float(unequal_cells(base, run, check.except_tables, check.except_columns))
    of = check.of
    assert of is not None, "a checked file has it"
    if check.measure == "level":
        return _value(of, run, base)
    if check.measure in ("largest", "smallest"):
        extreme = max if check.measure == "largest" else min
        values = [_value(of.model_copy(update={"months": (m, m)}), run, base) for m in _periods(of, run)]
        return float(extreme(values))
    change = _change(of, run, base)
    if check.measure == "change":
        return change
    assert check.to is not None, "a checked ratio has it"
    return change / _change(check.to, run, base)


def unequal_cells(
    one: Results, other: Results, but_tables: tuple[str, ...], but_columns: tuple[str, ...]
) -> int:
    """How many cells of two runs' tables differ, to the last bit."""
    count = 0
    for name, table in one.tables.items():
        if name in but_tables:
            continue
        left, right = table.drop(columns=[*but_columns], errors="ignore"), other.tables[name]
        right = right.drop(columns=[*but_columns], errors="ignore")
        if left.shape != right.shape:
            count += max(left.size, right.size)
            continue
        both_missing = left.isna().to_numpy() & right.isna().to_numpy()
        count += int(((left.to_numpy() != right.to_numpy()) & ~both_missing).sum())
    return count


def _rows(of: Quantity, run: Results) -> pd.DataFrame:
    table = chosen(run.tables[of.table], of.where)
    for name, text in of.only.items():
        table = table[table[name] == text]
    return table[table["lever"].isin(of.levers)] if of.levers else table


def _periods(of: Quantity, run: Results) -> list[str]:
    table = _rows(of, run)
    if "month" in table:
        inside = table["month"].between(*of.months)
        return sorted(table.loc[inside, "month"].unique())
    years = sorted(table["year"].unique())
    return [f"{year}-01" for year in years if of.months[0][:4] <= str(year) <= of.months[1][:4]]


def _value(of: Quantity, run: Results, weights_from: Results) -> float:
    rows = _rows(of, run)
    if of.weighted_by is None:
        return quantity(rows, of, of.months)
    return float(np.average(_by_unit(rows, of, of.over), weights=_weights(of, weights_from)))


def _change(of: Quantity, run: Results, base: Results) -> float:
    if of.weighted_by is None:
        return contrast(_value(of, run, base), _value(of, base, base), of.form)
    after, before = (_by_unit(_rows(of, one), of, of.over) for one in (run, base))
    changes = [contrast(a, b, of.form) for a, b in zip(after, before, strict=True)]
    return float(np.average(changes, weights=_weights(of, base)))


def _weights(of: Quantity, base: Results) -> np.ndarray:
    assert of.weighted_by is not None, "asked where there are weights alone"
    return _by_unit(_rows(of, base), of, (of.weighted_by,))


def _by_unit(rows: pd.DataFrame, of: Quantity, columns: tuple[str, ...]) -> np.ndarray:
    """The sum of columns by place or home, mean over the months."""
    inside = rows[rows["month"].between(*of.months)]
    key = next(name for name in ("place", "home") if name in inside)
    return inside.groupby(key, sort=True)[list(columns)].mean().sum(axis=1).to_numpy()


def _judged(file: CheckFile, by_seed: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (number, scale), own in by_seed.groupby(["check", "scale"]):
        check, values = file.checks[number], own["found"].to_numpy()
        found, low, high = (float(end) for end in mean_and_interval(values))
        expect = check.expect
        rows.append(
            {
                "file": file.name,
                "check": check.label.en,
                "check_zh": check.label.zh,
                "scale": scale,
                "expected_low": expect.low,
                "expected_high": expect.high,
                "found": found,
                "low": low,
                "high": high,
                "unit": expect.unit,
                "verdict": "passed" if expect.low <= found <= expect.high else "failed",
                "source": expect.source,
                "seeds": len(values),
            }
        )
    return pd.DataFrame(rows)
