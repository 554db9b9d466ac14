"""Where a sweep's runs are executed: on processes of this machine, or on the workers of a Dask cluster.

An executor takes bundles of runs and yields the end of each run, in the order in which they finish. The
rows are returned to the process that sweeps, which alone writes, so that workers need no common folder and
results do not depend on the executor. The bundle of a worker that dies is executed again, run by run; a run
whose worker dies again is recorded as failed.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from sim.core.arguments import whole_number
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.processes import death, may_start_processes, worker_pool
from sim.experiments.execution import Bundle, Declared, RunEnd, Simulate, alone, died, execute, new_cache

if TYPE_CHECKING:
    from sim.engine.run_cache import RunCache

RUNS_PER_PROCESS = 1000  # then the worker processes are replaced, so that none can grow without bound
EXECUTORS = ("processes", "dask")

Executor = Callable[[Declared, Sequence[Bundle], Simulate | None], Iterator[RunEnd]]


def make_executor(kind: str, jobs: int, scheduler: str | None, wait_seconds: int | None = None) -> Executor:
    """The executor of that kind. Raises ``UsageError`` for options that do not go together."""
    if kind not in EXECUTORS:
        raise UsageError(Problem(_("no such executor"), key="executor", value=kind, allowed=EXECUTORS))
    jobs = whole_number(jobs, "jobs", least=1)
    if kind == "dask":
        from sim.experiments.dask import WAIT_SECONDS, on_cluster

        seconds = WAIT_SECONDS if wait_seconds is None else whole_number(wait_seconds, "wait_seconds")
        return lambda *work: on_cluster(*work, jobs=jobs, scheduler=scheduler, wait_seconds=seconds)
    if scheduler:
        raise UsageError(
            Problem(
                _("a scheduler needs the executor dask"),
                key="scheduler",
                value=scheduler,
                allowed=_("--executor dask --scheduler ADDRESS"),
            )
        )
    return lambda *work: on_processes(*work, jobs=jobs)


def on_processes(
    experiment: Declared, bundles: Sequence[Bundle], simulate: Simulate | None, *, jobs: int
) -> Iterator[RunEnd]:
    """Execute on ``jobs`` processes of this machine, which are replaced after ``RUNS_PER_PROCESS`` runs.

    A process that may have no others executes itself. Raises ``UsageError`` where none can be started.
    """
    if not may_start_processes():
        cache = new_cache(experiment, simulate)
        for bundle in bundles:
            yield from execute(experiment, bundle, simulate, cache)
        return
    waiting = deque(bundles)
    while waiting:
        batch, count = [], 0
        while waiting and count < RUNS_PER_PROCESS * jobs:
            batch.append(waiting.popleft())
            count += len(batch[-1])
        lost, untouched = yield from _on_one_pool(experiment, batch, jobs, simulate)
        waiting.extendleft(reversed(untouched))
        for bundle in alone(lost):  # to learn which run it was that killed its process
            again, __ = yield from _on_one_pool(experiment, [bundle], 1, simulate)
            if again:
                yield from died(bundle)


def _on_one_pool(
    experiment: Declared, bundles: Sequence[Bundle], jobs: int, simulate: Simulate | None
) -> Generator[RunEnd, None, tuple[list[Bundle], list[Bundle]]]:
    """Execute on one pool until all is done or a process dies: the bundles lost with it, those not begun."""
    running: dict[Future, Bundle] = {}
    ahead = deque(bundles)
    lost: list[Bundle] = []
    with worker_pool(min(jobs, len(bundles)), _prepare, experiment, simulate) as pool:
        while True:
            # One more than there are processes, so that none waits, and a dead one takes few with it.
            while ahead and not lost and len(running) <= jobs:
                bundle = ahead.popleft()
                try:
                    running[pool.submit(_execute_here, bundle)] = bundle
                except BrokenProcessPool:  # a process died since the last end of a run
                    if not pool.has_begun:
                        raise death(pool) from None
                    lost.append(bundle)
            if not running:
                return lost, list(ahead)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                bundle = running.pop(future)
                try:
                    ends = future.result()
                except BrokenProcessPool:
                    if not pool.has_begun:
                        raise death(pool) from None
                    lost.append(bundle)
                else:
                    yield from ends


_shared: tuple[Declared, Simulate | None, RunCache | None]


def _prepare(experiment: Declared, simulate: Simulate | None) -> None:
    """Give a worker process what all its runs share."""
    global _shared
    _shared = experiment, simulate, new_cache(experiment, simulate)


def _execute_here(bundle: Bundle) -> list[RunEnd]:
    experiment, simulate, cache = _shared
    ends = execute(experiment, bundle, simulate, cache)
    if not gc.get_freeze_count():
        gc.freeze()  # what the first run loaded stays: later runs need not look through it for garbage
    return ends
