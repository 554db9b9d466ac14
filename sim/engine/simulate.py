"""A run: months in order, from January 2014 to the last month asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.core.arguments import parse_month, parse_scale
from sim.core.compiled import model_hash
from sim.core.draws import month_keys
from sim.core.errors import Problem, UsageError, nearest
from sim.engine.accounts import Accounts
from sim.engine.census import CENSUS_MONTHS, census_type, count_census
from sim.engine.checkpoint import Checkpoint, put_back, put_back_record, take
from sim.engine.economy import Economy, sector_mixes
from sim.engine.interpreted import plain_sums
from sim.engine.recorder import Record, worker_table
from sim.engine.shards import CLAIMS, Shards
from sim.engine.year_counts import count_year, start_year, year_type
from sim.parameters.behaviour import PARAMETERS
from sim.policy.ledger import Ledger
from sim.policy.policy import month_index, month_text
from sim.policy.recent import policy_of
from sim.results.columns import TABLES
from sim.results.results import Results
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.steps.records import for_kernels
from sim.world.corridors import Corridors, build_corridors
from sim.world.data import load_data
from sim.world.places import Places, build_places
from sim.world.series import LAST_YEAR, Growth, Series, build_series
from sim.world.synthesis import (
    Recipe,
    build_recipe,
    entrant_counts,
    fill_entrants,
    fill_initial,
    initial_counts,
)
from sim.world.worker import COLUMNS, WORKER_TYPE, allocate, copy_rows

FEW_WORKERS = 1000
MOST_KEPT = 50_000  # larger populations are made anew for each run: eight of these take some 30 MB


class Simulation:
    """The state of a run. ``step`` advances it by a month; the columns are ``workers``."""

    def __init__(self, scenario: Scenario | str, scale: int | str = 5000, end: str | None = None,
                 seed: int = 0, threads: int = 2, branch_from: Checkpoint | None = None,
                 with_groups: bool = True):
        """with_groups: whether the census counts by sex, age and schooling."""
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.scale, self.seed, self._with_groups = parse_scale(scale), seed, with_groups
        self.last = checked_month("to", end or self.scenario.period.to)
        growth = _growth(self.scenario)
        places, corridors, series, recipe, mixes = _setting(growth)
        self.policy = policy_of(self.scenario, places)
        ability_sd = self.scenario.parameters.get("wage_residual_sd", PARAMETERS["wage_residual_sd"].default)
        self.recipe = recipe._replace(ability_sd=ability_sd)
        self.places, self.month = places, 0
        self.economy = Economy(self.policy, places, corridors, series, mixes, self.scale, seed)
        self._entrants = entrant_counts(series.entrants[:, : self.last + 1], self.scale)
        self.workers, self.rows = _population(growth, self.scale, seed, ability_sd, self.last)
        self._rows = for_kernels(self.workers, WORKER_TYPE)
        self._shards = Shards(threads, len(places))
        self.ledger = Ledger(self.policy, self.scale)
        self.block = plain_sums(self._shards.blocks[0][0])  # the month's sums, in which shards add up
        if branch_from is None:
            self._accounts = Accounts.of(self.workers[: self.rows], len(places))
            self._take_census(0, self.economy.begin(0).plain)
        else:
            put_back(branch_from, self)

    def step(self, live: Callable[[np.record, np.record], None] | None = None) -> SimpleNamespace:
        """Advance a month. ``live`` replaces the compiled pass (the Mesa model steps its agents)."""
        month = self.month
        entrants = self.entrants_now = self._entrants[:, month]
        self.rows += int(entrants.sum())
        if month % 12 == 0:
            self._shards.each(start_year, self.rows, self._rows)
        c, plain = self.open_month(), self.economy.opening.plain
        if live is None:
            lists_claims = self.economy.opening.has_quota.any() and not self.policy.budgeted
            keys_ahead = month_keys(self.seed, month + 1) if lists_claims else None
            self._shards.run_month(self._rows, plain, self.rows, keys_ahead)
        else:
            self._shards.clear()
            live(c[0], self._shards.blocks[0][0])
        self._accounts.carry(month, self.block, entrants)
        if self.policy.names:
            served = self.block.served[: len(self.policy.names)]
            migrants = self.block.away.sum(axis=0)  # in simulated workers
            served += self.policy.servings_of_places(month, migrants, self.census.school_parents)
            self.ledger.enter(month, served)
        self.economy.settle(self.block)
        self.conditions = c[0]
        if month % 12 + 1 in CENSUS_MONTHS:
            self._take_census(month, plain)
            self.economy.note_poor_away(int(self.census.poor_away))
        if month % 12 == 11:
            self.ledger.close_year(month)
        self.month += 1
        return self.block

    def count_year(self) -> np.record:
        """The counts of the year that the last month ended, under official definitions."""
        kind = year_type(len(self.places))
        return self._shards.count(count_year, kind, self.rows, self._rows,
                                  self.economy.opening.plain, self.places.regions)

    def _take_census(self, month: int, c: np.ndarray) -> None:
        """Count everybody afresh, and hold the sums carried along against it."""
        self.census = plain_sums(self._shards.count(
            count_census, census_type(len(self.places)), self.rows, self._rows, c, self._with_groups))
        self._accounts.check_census(month, self.census.stock, self.census.savings)

    def open_month(self) -> np.recarray:
        """Conditions of the coming month, with budgets and quotas rationed."""
        opening, budgeted = self.economy.begin(self.month), self.policy.budgeted
        has_quota = opening.has_quota.any()
        if budgeted or has_quota:
            self._shards.count_claims(self._rows, opening.plain, self.rows,
                                      CLAIMS if budgeted else ("points",))
        if budgeted:
            opening.ration_levers(self.ledger.cutoffs(self.month, self.block.tickets))
        if budgeted or has_quota:
            self.economy.ration_quotas(self.block.points)
        return opening.record

    def close(self) -> None:
        """Release the threads."""
        self._shards.close()

    @property
    def savings(self) -> int:
        """Yuan that all workers hold."""
        return self._accounts.savings


@lru_cache(maxsize=8)
def _setting(growth: Growth) -> tuple[Places, Corridors, Series, Recipe, np.ndarray]:
    """What runs with the same view of the future share, made once in a process; nobody writes to it."""
    data = load_data()
    places = build_places(data)
    corridors = build_corridors(data, places)
    series = build_series(data, places, corridors.workers, growth)
    recipe = build_recipe(data, corridors, places, series.entrant_education,
                          PARAMETERS["wage_residual_sd"].default)
    return places, corridors, series, recipe, sector_mixes(data)


def _growth(scenario: Scenario) -> Growth:
    """The scenario's view of the years after the last observation."""
    future = scenario.future_assumptions
    return Growth(future.real_output_growth, future.real_wage_growth, future.real_rural_income_growth,
                  future.consumer_price_inflation, future.entrants_growth)


def _population(growth: Growth, scale: int, seed: int, ability_sd: float,
                 last: int) -> tuple[np.recarray, int]:
    """Everybody who lives in a run, entrants up to the last month in the rows after those of January 2014,
    and how many these are. The next runs of a sweep have the same people: those of a few are kept.
    """
    few = initial_counts(_setting(growth)[1], scale).sum() <= MOST_KEPT
    if not few:
        return _made(growth, scale, seed, ability_sd, last)
    workers, initial = _made_once(growth, scale, seed, ability_sd, last)
    own = allocate(len(workers))
    copy_rows(workers, own)
    return own, initial


def _made(growth: Growth, scale: int, seed: int, ability_sd: float, last: int) -> tuple[np.recarray, int]:
    _, corridors, series, recipe, _ = _setting(growth)
    counts, entrants = initial_counts(corridors, scale), entrant_counts(series.entrants[:, : last + 1], scale)
    workers = allocate(int(counts.sum() + entrants.sum()))
    rows, keys = for_kernels(workers, WORKER_TYPE), month_keys(seed, -1)
    recipe = recipe._replace(ability_sd=ability_sd)
    initial = filled = fill_initial(rows, counts, recipe, keys)
    for month in range(last + 1):
        filled = fill_entrants(rows, filled, entrants[:, month], month, recipe, keys)
    return workers, initial


_made_once = lru_cache(maxsize=8)(_made)


def simulate(scenario: Scenario | str, *, scale: int | str = 5000, start: str = "2014-01",
             end: str | None = None, seed: int = 0, threads: int = 2, trace: Iterable[int] = (),
             progress: Callable[[int, int], None] | None = None, keep: Iterable[str] = (),
             tables: Iterable[str] | None = None, save_at: str | Iterable[str] = (),
             save_to: str | os.PathLike | Callable[[Checkpoint], object] | None = None,
             branch_from: Checkpoint | str | os.PathLike | None = None) -> Results:
    """Run a scenario and return its tables.

    scenario: a Scenario, or the name or path of one. scale: real workers per simulated one.
    start: first month reported (every run begins in January 2014). end: last month, by default the
    scenario's. trace: ids of workers whose every month is kept. keep: Decembers ("2030-12") whose
    yearly incomes by worker are kept in memory. progress: called with (months done, months), first
    with none, once what was asked for is checked.
    tables: which tables to make, by default all; sweeps save time with few.
    save_at: a month or months before which the state is saved, to the file ``save_to`` or, where that is
    a function, by calling it with the checkpoint. branch_from: a checkpoint or its file; the run goes on
    from there, and its tables are those of a run from the beginning, but for traces.
    Raises UsageError for impossible months or scales and for a checkpoint that does not fit,
    ScenarioError for a bad scenario, ResultsError for a checkpoint that cannot be read or written.
    """
    began = time.perf_counter()
    first = checked_month("from", start)
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    keep, wanted, origin = list(keep), _checked_tables(tables), None
    if branch_from is not None:
        origin = branch_from if isinstance(branch_from, Checkpoint) else Checkpoint.load(branch_from)
        origin.check(scenario, seed, parse_scale(scale), start, end or scenario.period.to, keep, wanted)
    scale, last = parse_scale(scale), checked_month("to", end or scenario.period.to)
    if last < first:
        raise UsageError(Problem("the run ends before it begins", key="to", value=month_text(last),
                                 allowed=f"{start} or later"))
    kept = {checked_month("keep", month) for month in keep}
    begin = month_index(origin.month) if origin is not None else 0
    saved = _checked_saves(begin, last, save_at, save_to)
    if progress is not None:
        progress(0, last + 1)
    run = Simulation(scenario, scale, end, seed, threads, origin, with_groups="groups" in wanted)
    record = Record(run, first, wanted)
    if origin is not None:
        put_back_record(origin, record)
    tracer = _Tracer(run, trace)
    workers: dict[str, pd.DataFrame] = {}
    prepared = time.perf_counter()
    try:
        for done in range(run.month, run.last + 1):
            if done in saved:
                saved[done](take(run, record, start))
            block = run.step()
            month = run.month - 1
            record.add_month(month, block)
            tracer.add_month(month)
            if month in kept:
                workers[month_text(month)] = worker_table(run)
            if month % 12 == 11 and record.wants_years:
                record.add_year(month, run.count_year())
            if progress is not None:
                progress(done + 1, run.last + 1)
        if run.month in saved:
            saved[run.month](take(run, record, start))
        if run.month % 12:  # the run ends within a year: its ledger is closed as it stands
            run.ledger.close_year(run.last)
    finally:
        run.close()
    made = record.tables()
    if record.wants("ledger"):
        made["ledger"] = run.ledger.table()
    if tracer.ids:
        made["traces"] = tracer.table()
    timings = {"prepare_seconds": prepared - began, "run_seconds": time.perf_counter() - prepared}
    manifest = _manifest(run, start, timings)
    if origin is not None:
        manifest["branched_at"] = origin.month
    return Results(made, manifest, workers)


def _checked_saves(begin: int, last: int, save_at: str | Iterable[str],
                   save_to: Any) -> dict[int, Callable[[Checkpoint], object]]:
    """What to do with the checkpoint of each month to be saved, in a run of months ``begin`` to ``last``."""
    months = [save_at] if isinstance(save_at, str) else list(save_at)
    if bool(months) != (save_to is not None) or (len(months) > 1 and not callable(save_to)):
        raise UsageError(Problem("saving needs a month and one file to save to", key="save_at",
                                 value=", ".join(months) or None))
    found = {}
    for month in months:
        index = month_index(parse_month(month, "save_at"))
        if not max(begin, 1) <= index <= last + 1:
            raise UsageError(Problem("not a month of this run", key="save_at", value=month, allowed=(
                f"{month_text(max(begin, 1))} to {month_text(last + 1)}")))
        found[index] = save_to if callable(save_to) else lambda checkpoint: checkpoint.save(save_to)
    return found


def checked_month(key: str, month: str) -> int:
    """Month index of "YYYY-MM" within what the model can simulate. Raises UsageError."""
    index = month_index(parse_month(str(month), key))
    if not 0 <= index < (LAST_YEAR - 2014) * 12:
        raise UsageError(Problem("outside the years that can be simulated", key=key, value=month,
                                 allowed=f"2014-01 to {LAST_YEAR - 1}-12"))
    return index


def _checked_tables(tables: Iterable[str] | None) -> frozenset[str]:
    """The tables asked for. Raises UsageError for one that no run has."""
    wanted = frozenset(TABLES if tables is None else tables)
    for name in sorted(wanted - TABLES.keys()):
        raise UsageError(Problem("no such table", key="tables", value=name, allowed=tuple(TABLES),
                                 nearest=nearest(name, TABLES)))
    return wanted


class _Tracer:
    """Every column of chosen workers, every month."""

    def __init__(self, run: Simulation, ids: Iterable[int]):
        self._run, self.ids, self._rows = run, [int(i) for i in ids], []

    def add_month(self, month: int) -> None:
        for worker in self.ids:
            for row in np.flatnonzero(self._run.workers.id[: self._run.rows] == worker):
                values = [getattr(self._run.workers, column.name)[row].item() for column in COLUMNS]
                self._rows.append([month_text(month), *values])

    def table(self) -> pd.DataFrame:
        known = set(int(i) for i in self._run.workers.id[: self._run.rows])
        missing = [worker for worker in self.ids if worker not in known]
        if missing:
            raise UsageError(Problem("no worker with this id at this scale", key="trace", value=missing[0],
                                     allowed=f"such as {', '.join(map(str, self._run.workers.id[:3]))}"))
        return pd.DataFrame(self._rows, columns=["month", *(column.name for column in COLUMNS)])


def _manifest(run: Simulation, start: str, timings: dict[str, float]) -> dict:
    import datetime
    import hashlib
    import platform

    import numba

    import sim

    end = month_text(run.last)
    identity = f"{run.scenario.fingerprint()}|{run.seed}|{run.scale}|{start}|{end}|{model_hash()}"
    warnings = list(run.scenario.warnings())
    initial = int((run.workers.id[: run.rows] < 1 << 31).sum())
    if initial < FEW_WORKERS:
        warnings.append(
            f"only {initial} workers: shares by province, place, age group or trade, rare events "
            "(settlements, businesses) and policy effects are unreliable; use a finer scale"
        )
    return {
        "run_id": hashlib.sha256(identity.encode()).hexdigest()[:16],
        "scenario": run.scenario.content(), "scenario_name": run.scenario.name, "seed": run.seed,
        "scale": run.scale, "start": start, "end": end, "workers": initial,
        "versions": {"sim": sim.__version__, "python": platform.python_version(),
                     "numpy": np.__version__, "numba": numba.__version__},
        "code_hash": model_hash(),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "timings": timings, "warnings": warnings,
    }

