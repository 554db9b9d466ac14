"""Runs of every policy document, to hold what they spend against what was really spent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sim.engine.checkpoint import Checkpoint
from sim.engine.run_cache import RunCache
from sim.engine.simulate import simulate
from sim.results.results import Results
from sim.scenario.loading import load_reference, load_scenario
from sim.validation.programmes import documents, last_month, own_levers

SCALE = 10_000


def document_runs(
    scale: int | str = SCALE,
    *,
    seeds: int = 1,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, list[Results]]:
    """Runs of each document through its first two whole years, with the table ``ledger`` alone, by name.

    Documents with one reference share its months before the first of them begins. ``progress(done, total)``
    is called as runs finish, first with none. Raises ``UsageError`` for an impossible scale.
    """
    names = documents()
    runs: dict[str, list[Results]] = {name: [] for name in names}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(load_reference(load_scenario(name)).name, []).append(name)
    done, total = 0, seeds * len(names)
    if progress:
        progress(done, total)
    for reference, members in groups.items():
        month = min(lever.window.from_ for name in members for lever in own_levers(name).values())
        for seed in range(1, seeds + 1):
            run = partial(
                simulate, scale=scale, seed=seed, threads=threads, cache=RunCache(), tables="ledger"
            )
            kept: list[Checkpoint] = []
            run(reference, end=month, save_at=month, save_to=kept.append)
            for name in members:
                runs[name].append(run(name, end=last_month(name), branch_from=kept[0]))
                done += 1
                if progress:
                    progress(done, total)
    return runs
