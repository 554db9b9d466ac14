"""A run: months in order, from January 2014 to the last month asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core.arguments import as_list, parse_month, parse_scale, whole_number
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import _, each_in_every_language
from sim.core.months import DECEMBER, month_index, month_text
from sim.core.sources import model_hash
from sim.core.version import __version__
from sim.engine.branching import take
from sim.engine.checkpoint import Checkpoint
from sim.engine.guards import bound_shares, guard_warnings
from sim.engine.recorder import Record, worker_table
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.engine.trace import Tracer
from sim.results.columns import TABLES
from sim.results.results import Results
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.world.synthesis import ENTRANT_BIT

FEW_WORKERS = 1000


def simulate(
    scenario: Scenario | str | Path,
    *,
    scale: int | str = 5000,
    start: Any = "2014-01",
    end: Any = None,
    seed: int = 0,
    threads: int = 2,
    trace: int | Iterable[int] = (),
    progress: Callable[[int, int], None] | None = None,
    keep: Any = (),
    tables: str | Iterable[str] | None = None,
    save_at: Any = (),
    save_to: str | os.PathLike | Callable[[Checkpoint], object] | None = None,
    branch_from: Checkpoint | str | os.PathLike | None = None,
    cache: RunCache | None = None,
) -> Results:
    """Run a scenario and return its tables, in real persons and current yuan.

    scenario: a Scenario, or the name or path of one. scale: real workers per simulated one, 5000 or
    "1:5000". start: first month reported, "YYYY-MM" (every run begins in January 2014). end: last month,
    by default the scenario's. seed: of the random draws; the same scenario, scale and seed give the same
    tables to the last bit. threads: how many share the work of a month; no result depends on it.
    trace: ids of workers whose every month is kept. keep: Decembers ("2030-12") whose yearly incomes by
    worker are kept in memory. progress: called with (months done, months), first with none, once what was
    asked for is checked. tables: which tables to make, by default all; sweeps save time with few.
    save_at: a month or months before which the state is saved, to the file ``save_to`` or, where that is
    a function, by calling it with the checkpoint. branch_from: a checkpoint or its file; the run goes on
    from there, and its tables are those of a run from the beginning, but for traces. cache: what this run
    shares with others that are passed the same one, to save time; no result depends on it.
    Months are text or dates (datetime, NumPy, pandas); where several may be given, one may stand alone.
    Raises UsageError for impossible numbers, months or scales and for a checkpoint that does not fit,
    ScenarioError for a bad scenario, ResultsError for a checkpoint that cannot be read or written.
    """
    began = time.perf_counter()
    first = checked_month("from", start)
    start, seed, threads = month_text(first), whole_number(seed, "seed"), whole_number(threads, "threads", 1)
    scenario = load_scenario(scenario)
    keep, wanted = [parse_month(month, "keep") for month in as_list(keep)], _checked_tables(tables)
    end = month_text(checked_month("to", scenario.period.to if end is None else end))
    trace = [whole_number(worker, "trace") for worker in as_list(trace)]
    saved_state: Checkpoint | None = None
    if branch_from is not None:
        saved_state = branch_from if isinstance(branch_from, Checkpoint) else Checkpoint.load(branch_from)
        saved_state.check(scenario, seed, parse_scale(scale), start, end, keep, wanted)
    scale, last = parse_scale(scale), month_index(end)
    if last < first:
        raise UsageError(
            Problem(
                _("the run ends before it begins"),
                key="to",
                value=month_text(last),
                allowed=_("{month} or later", month=start),
            )
        )
    kept = {checked_month("keep", month) for month in keep}
    if kept and max(kept) > last:
        late, latest = month_text(max(kept)), month_text(last)
        raise UsageError(
            Problem(
                _("not a month of this run"),
                key="keep",
                value=late,
                allowed=_("{month} or earlier", month=latest),
            )
        )
    begin = month_index(saved_state.month) if saved_state is not None else 0
    saved = _checked_saves(begin, last, save_at, save_to)
    if progress is not None:
        progress(0, last + 1)
    run = Simulation(
        scenario,
        scale,
        end,
        seed,
        threads,
        None if saved_state is None else saved_state.state,
        with_groups="groups" in wanted,
        cache=cache,
    )
    record = Record(run, first, wanted)
    if saved_state is not None:
        record.restore(saved_state.state["record"])
    tracer = Tracer(run, trace)
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
            if month % 12 + 1 == DECEMBER and record.wants_years:
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
    if record.wants("flows"):
        made["flows"] = run.ledger.flows()
    if record.wants("settlement_costs"):
        made["settlement_costs"] = run.ledger.settlement_costs()
    if tracer.ids:
        made["traces"] = tracer.table()
    timings = {"prepare_seconds": prepared - began, "run_seconds": time.perf_counter() - prepared}
    manifest = _manifest(run, start, timings)
    if saved_state is not None:
        manifest["branched_at"] = saved_state.month
    return Results(made, manifest, workers)


def _checked_saves(
    begin: int, last: int, save_at: Any, save_to: Any
) -> dict[int, Callable[[Checkpoint], object]]:
    """What to do with the checkpoint of each month to be saved, in a run of months ``begin`` to ``last``."""
    months = [parse_month(month, "save_at") for month in as_list(save_at)]
    if bool(months) != (save_to is not None) or (len(months) > 1 and not callable(save_to)):
        raise UsageError(
            Problem(
                _("saving needs a month and one file to save to"),
                key="save_at",
                value=", ".join(months) or None,
            )
        )
    if months and not callable(save_to):
        Checkpoint.check_file(save_to)
    found = {}
    for month in months:
        index = month_index(month)
        if not max(begin, 1) <= index <= last + 1:
            raise UsageError(
                Problem(
                    _("not a month of this run"),
                    key="save_at",
                    value=month,
                    allowed=(_("{low} to {high}", low=month_text(max(begin, 1)), high=month_text(last + 1))),
                )
            )
        found[index] = save_to if callable(save_to) else lambda checkpoint: checkpoint.save(save_to)
    return found


def _checked_tables(tables: str | Iterable[str] | None) -> frozenset[str]:
    """The tables asked for. Raises UsageError for one that no run has."""
    wanted = frozenset(TABLES if tables is None else as_list(tables))
    for name in sorted(wanted - TABLES.keys()):
        raise UsageError(
            Problem(
                _("no such table"),
                key="tables",
                value=name,
                allowed=tuple(TABLES),
                nearest=nearest(name, TABLES),
            )
        )
    return wanted


def _manifest(run: Simulation, start: str, timings: dict[str, float]) -> dict:
    import datetime
    import hashlib
    import platform
    from importlib.metadata import version

    end = month_text(run.last)
    identity = f"{run.scenario.fingerprint()}|{run.seed}|{run.scale}|{start}|{end}|{model_hash()}"
    initial = int((run.workers.id[: run.rows] < ENTRANT_BIT).sum())
    guards = bound_shares(run.economy.market_state.markets.guards)
    return {
        "run_id": hashlib.sha256(identity.encode()).hexdigest()[:16],
        "scenario": run.scenario.content(),
        "scenario_name": run.scenario.name,
        "seed": run.seed,
        "scale": run.scale,
        "start": start,
        "end": end,
        "workers": initial,
        "versions": {
            "sim": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": version("numba"),
        },
        "code_hash": model_hash(),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "timings": timings,
        "warnings": each_in_every_language(lambda: _warnings(run, initial, guards)),
        "guards": guards,
    }


def _warnings(run: Simulation, initial: int, guards: dict[str, float]) -> list[str]:
    """What a run of ``initial`` workers at the start warns of, in the language in use."""
    few = _(
        "only {count} workers: shares by province, place, age group or trade, rare events "
        "(settlements, businesses) and policy effects are unreliable; use a finer scale",
        count=initial,
    )
    return [*run.scenario.warnings(), *([few] if initial < FEW_WORKERS else []), *guard_warnings(guards)]
