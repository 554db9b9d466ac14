"""Runs on a Dask cluster: a running one, named by its scheduler, or one started on this machine.

The workers need the same version of this package; they return their rows to the process that sweeps. What a
lost worker was running is given to another.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, SimError, UsageError
from sim.experiments.execution import Bundle, Declared, RunEnd, Simulate, alone, died, execute, new_cache

if TYPE_CHECKING:
    from distributed import Client

    from sim.engine.run_cache import RunCache

CONNECT_SECONDS = 15.0
AHEAD = 3  # bundles handed out for every thread of the workers, so that none waits for the next
EXTRA = 'pip install "labor-migration-sim[cluster]"'


def on_cluster(
    experiment: Declared,
    bundles: Sequence[Bundle],
    simulate: Simulate | None,
    *,
    jobs: int,
    scheduler: str | None,
) -> Iterator[RunEnd]:
    """Execute on the workers of the cluster at ``scheduler``, or on ``jobs`` processes started here.

    ``scheduler`` is an address (``tcp://host:8786``) or the path of a scheduler file. Raises
    ``UsageError`` when Dask is not installed, when no scheduler answers, when a worker has other code or
    data, or when the scheduler is lost on the way.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            Problem(
                "the executor dask needs dask.distributed, which is not installed",
                key="executor",
                value="dask",
                allowed=EXTRA,
            )
        ) from None
    if not bundles:
        return
    with _client(distributed, jobs, scheduler) as client:
        # A task, not scattered data: should all its holders die, Dask makes it again.
        shared = client.submit(_unpacked, pickle.dumps((experiment, simulate)), pure=False)
        lost = yield from _through(client, shared, bundles, _breadth(client))
        for bundle in alone(lost):  # to learn which run it was that killed its workers
            if (yield from _through(client, shared, [bundle], 1)):
                yield from died(bundle)


def _through(
    client: Client, shared: Any, bundles: Sequence[Bundle], at_once: int
) -> Generator[RunEnd, None, list[Bundle]]:
    """Execute all bundles, ``at_once`` at a time; those whose workers died again and again."""
    from distributed import CancelledError, KilledWorker, as_completed

    ahead = deque(bundles)
    lost: list[Bundle] = []
    running: dict[str, Bundle] = {}
    code = _model_hash()
    finished = as_completed(raise_errors=False)
    while ahead or running:
        while ahead and len(running) < at_once:
            bundle = ahead.popleft()
            future = client.submit(_execute_there, shared, bundle, code, pure=False)
            running[future.key] = bundle
            finished.add(future)
        future = next(finished)
        bundle = running.pop(future.key)
        try:
            ends = future.result()
        except KilledWorker:
            lost.append(bundle)
        except SimError:
            raise
        except (CancelledError, OSError) as error:
            raise UsageError(
                Problem(
                    f"the scheduler was lost: {error}",
                    key="scheduler",
                    allowed="the same command again, which resumes the sweep",
                )
            ) from None
        except Exception as error:  # a run's own failure is told, not raised: this is the worker's
            raise UsageError(
                Problem(
                    f"a worker of the cluster cannot execute runs: {error}",
                    key="scheduler",
                    allowed="workers in which this package is installed",
                )
            ) from error
        else:
            at_once = max(at_once, _breadth(client)) if at_once > 1 else 1
            yield from ends
        finally:
            future.release()
    return lost


_Shared = tuple["Declared", "Simulate | None", "RunCache | None"]


def _unpacked(packed: bytes) -> _Shared:
    """What all runs share, made once on every worker."""
    experiment, simulate = pickle.loads(packed)
    return experiment, simulate, new_cache(simulate)


def _execute_there(shared: _Shared, bundle: Bundle, code: str) -> list[RunEnd]:
    """A bundle on a worker, provided that the worker's model is the one that was asked for."""
    if _model_hash() != code:
        raise UsageError(
            Problem(
                "a worker of the cluster has another version of the program or of its data",
                key="code_hash",
                value=_model_hash(),
                allowed=code,
            )
        )
    experiment, simulate, cache = shared
    return execute(experiment, bundle, simulate, cache)


def _model_hash() -> str:
    from sim.core import sources

    return sources.model_hash()


def _breadth(client: Client) -> int:
    """How many bundles are handed out at once: clusters grow and shrink."""
    return AHEAD * max(1, sum(client.nthreads().values()))


@contextmanager
def _client(distributed: Any, jobs: int, scheduler: str | None) -> Iterator[Client]:
    for name in ("distributed", "tornado"):  # lost workers are handled; their tracebacks help nobody
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is None:
        # Freed memory goes back to the system; read by the C library when a worker starts.
        os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "65536")
        with (
            distributed.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    is_file = os.path.isfile(scheduler)
    try:
        client = distributed.Client(
            **({"scheduler_file": scheduler} if is_file else {"address": scheduler}), timeout=CONNECT_SECONDS
        )
    except (OSError, ValueError, TypeError, KeyError) as error:  # a TimeoutError is an OSError
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            Problem(
                f"no scheduler answers: {reason}",
                key="scheduler",
                value=scheduler,
                allowed="such as tcp://127.0.0.1:8786, or the path of a scheduler file; "
                "start one with `dask scheduler`",
            )
        ) from None
    with client:
        yield client
