"""A run: months in order, from January 2014 to the last month asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from sim.arguments import parse_month, parse_scale
from sim.compiled import model_hash
from sim.engine.accounts import Accounts
from sim.engine.census import CENSUS_MONTHS, CENSUS_TYPE, count_census
from sim.engine.economy import Economy
from sim.engine.kernel import Shards
from sim.engine.ledger import Ledger
from sim.engine.record import Record, worker_table
from sim.engine.year import count_year, start_year, year_type
from sim.errors import Problem, UsageError
from sim.loading import load_scenario
from sim.parameters import PARAMETERS
from sim.policy.arrays import Policy, month_index, month_text
from sim.results import Results
from sim.scenario import Scenario
from sim.world.corridors import build_corridors
from sim.world.data import load_data
from sim.world.places import build_places
from sim.world.schema import COLUMNS, allocate
from sim.world.series import LAST_YEAR, Growth, build_series
from sim.world.synthesis import (
    build_recipe,
    entrant_counts,
    fill_entrants,
    fill_initial,
    initial_counts,
)

FEW_WORKERS = 1000


class Simulation:
    """The state of a run. ``step`` advances it by a month; the columns are ``workers``."""

    def __init__(self, scenario: Scenario | str, scale: int | str = 5000, end: str | None = None,
                 seed: int = 0, threads: int = 2):
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.scale, self.seed = parse_scale(scale), seed
        self.last = checked_month("to", end or self.scenario.period.to)
        data = load_data()
        places = build_places(data)
        corridors = build_corridors(data, places)
        self.policy = Policy(self.scenario, places)
        future = self.scenario.future_assumptions
        growth = Growth(
            future.real_output_growth, future.real_wage_growth, future.real_rural_income_growth,
            future.consumer_price_inflation, future.entrants_growth,
        )
        series = build_series(data, places, corridors.workers, growth)
        ability_sd = self.scenario.parameters.get("wage_residual_sd", PARAMETERS["wage_residual_sd"].default)
        self.recipe = build_recipe(data, corridors, places, series.entrant_education, ability_sd)
        self.places, self.month = places, 0
        self.economy = Economy(self.policy, places, corridors, series, data, self.scale, seed)
        self._entrants = entrant_counts(series.entrants[:, : self.last + 1], self.scale)
        counts = initial_counts(corridors, self.scale)
        self.workers = allocate(int(counts.sum() + self._entrants.sum()))
        self.rows = fill_initial(self.workers, counts, self.recipe, self.economy.life_keys)
        self._shards = Shards(threads, len(places))
        self.ledger = Ledger(self.policy, self.scale)
        savings = int(self.workers.savings[: self.rows].astype(np.int64).sum())
        self._accounts = Accounts(self._census(), savings)
        self.block = self._shards.blocks[0][0]
        self._take_census(0, self.economy.conditions(0))

    def step(self, live: Callable[[np.record, np.record], None] | None = None) -> np.record:
        """Advance a month. ``live`` replaces the compiled pass (the Mesa model steps its agents)."""
        month = self.month
        entrants = self.entrants_now = self._entrants[:, month]
        self.rows = fill_entrants(self.workers, self.rows, entrants, month, self.recipe,
                                  self.economy.life_keys)
        if month % 12 == 0:
            start_year(self.workers, self.rows)
        c = self.open_month()
        if live is None:
            self.block = self._shards.run_month(self.workers, c, self.rows)
        else:
            self._shards.clear()
            self.block = self._shards.blocks[0][0]
            live(c[0], self.block)
        self._accounts.check(month, self.block, entrants)
        self.ledger.enter(month, self.block.served[: len(self.policy.names)])
        self.economy.settle(c[0], self.block)
        self.conditions, self._last_conditions = c[0], c
        if month % 12 + 1 in CENSUS_MONTHS:
            self._take_census(month, c)
        if month % 12 == 11:
            self.ledger.close_year(month)
        self.month += 1
        return self.block

    def count_year(self) -> np.record:
        """The counts of the year that the last month ended, under official definitions."""
        kind = year_type(len(self.places))
        return self._shards.count(count_year, kind, self.rows, self.workers, self._last_conditions,
                                  self.places.regions)

    def _take_census(self, month: int, c: np.recarray) -> None:
        """Count everybody afresh, and hold the sums carried along against it."""
        self.census = self._shards.count(count_census, CENSUS_TYPE, self.rows, self.workers, c)
        self._accounts.check_census(month, self.census.group_stock.sum(axis=(0, 1, 2)), self.census.savings)

    def open_month(self) -> np.recarray:
        """Conditions of the coming month, with budgets and quotas rationed."""
        c = self.economy.conditions(self.month)
        quota = self.economy.has_quota(c[0]).any()
        if not (self.policy.budgeted or quota):
            return c
        claims = self._shards.count_claims(self.workers, c, self.rows)
        cutoffs = self.ledger.cutoffs(self.month, claims.tickets)
        self.policy.fill_levers(c[0].levers, self.month, cutoffs)
        c["quota_cutoff"] = self.economy.quota_cutoffs(c[0], claims.points)
        return c

    def close(self) -> None:
        """Release the threads."""
        self._shards.close()

    def _census(self) -> np.ndarray:
        stock = np.zeros((len(self.places), 9), dtype=np.int64)
        np.add.at(stock, (self.workers.place[: self.rows], self.workers.activity[: self.rows]), 1)
        return stock


def simulate(scenario: Scenario | str, *, scale: int | str = 5000, start: str = "2014-01",
             end: str | None = None, seed: int = 0, threads: int = 2, trace: Iterable[int] = (),
             progress: Callable[[int, int], None] | None = None, keep: Iterable[str] = ()) -> Results:
    """Run a scenario and return its tables.

    scenario: a Scenario, or the name or path of one. scale: real workers per simulated one.
    start: first month reported (every run begins in January 2014). end: last month, by default the
    scenario's. trace: ids of workers whose every month is kept. keep: Decembers ("2030-12") whose
    yearly incomes by worker are kept in memory. progress: called with (months done, months).
    Raises UsageError for impossible months or scales, ScenarioError for a bad scenario.
    """
    began = time.perf_counter()
    first = checked_month("from", start)
    run = Simulation(scenario, scale, end, seed, threads)
    if run.last < first:
        raise UsageError(Problem("the run ends before it begins", key="to", value=month_text(run.last),
                                 allowed=f"{start} or later"))
    kept = {checked_month("keep", month) for month in keep}
    record = Record(run, first)
    tracer = _Tracer(run, trace)
    workers: dict[str, pd.DataFrame] = {}
    prepared = time.perf_counter()
    try:
        for done in range(run.last + 1):
            block = run.step()
            month = run.month - 1
            record.add_month(month, block)
            tracer.add_month(month)
            if month in kept:
                workers[month_text(month)] = worker_table(run)
            if month % 12 == 11:
                record.add_year(month, run.count_year())
            if progress is not None:
                progress(done + 1, run.last + 1)
        if run.month % 12:  # the run ends within a year: its ledger is closed as it stands
            run.ledger.close_year(run.last)
    finally:
        run.close()
    tables = record.tables()
    tables["ledger"] = run.ledger.table()
    if tracer.ids:
        tables["traces"] = tracer.table()
    timings = {"prepare_seconds": prepared - began, "run_seconds": time.perf_counter() - prepared}
    return Results(tables, _manifest(run, start, timings), workers)


def checked_month(key: str, month: str) -> int:
    """Month index of "YYYY-MM" within what the model can simulate. Raises UsageError."""
    index = month_index(parse_month(str(month), key))
    if not 0 <= index < (LAST_YEAR - 2014) * 12:
        raise UsageError(Problem("outside the years that can be simulated", key=key, value=month,
                                 allowed=f"2014-01 to {LAST_YEAR - 1}-12"))
    return index


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
    warnings = []
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

