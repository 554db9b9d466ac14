"""Runs on a Dask cluster: a running one, named by its scheduler, or one started on this machine.

The workers need the same version of this package; they return their rows to the process that sweeps. What a
lost worker was running is given to another.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import threading
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, SimError, UsageError
from sim.core.language import _, language, use
from sim.core.processes import may_start_processes, without_main
from sim.experiments.execution import Bundle, Declared, RunEnd, Simulate, alone, died, execute, new_cache

if TYPE_CHECKING:
    from distributed import Client

    from sim.engine.run_cache import RunCache

CONNECT_SECONDS = 15.0
WAIT_SECONDS = 600  # for workers to come to a scheduler, or to come back; then the sweep ends
TELL_SECONDS = 30.0  # between lines about that
LOOK_SECONDS = 2.0  # between looks at the workers
RESTART_SECONDS = 20.0  # a cluster of ours that has no workers for so long is replaced by a new one
FETCH_SECONDS = 10.0  # until the next look, while the ends of a bundle are fetched
AHEAD = 3  # bundles handed out for every thread of the workers, so that none waits for the next
EXTRA = 'pip install "labor-migration-sim[cluster]"'
HERE = "127.0.0.1"  # whoever reaches a scheduler can run anything on its workers
_NANNYS_CHILD = "Dask Worker process (from Nanny)"  # the name of the processes of a cluster on this machine


def on_cluster(
    experiment: Declared,
    bundles: Sequence[Bundle],
    simulate: Simulate | None,
    *,
    jobs: int,
    scheduler: str | None,
    wait_seconds: float = WAIT_SECONDS,
) -> Iterator[RunEnd]:
    """Execute on the workers of the cluster at ``scheduler``, or on ``jobs`` processes started here.

    ``scheduler`` is an address (``tcp://host:8786``) or the path of a scheduler file. While it has no
    workers, a warning says so at once and every ``TELL_SECONDS``. Raises ``UsageError`` when Dask is not
    installed, when no scheduler answers, when there were no workers for ``wait_seconds``, when a worker has
    other code or data, or when the scheduler is lost on the way.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            Problem(
                _("the executor dask needs dask.distributed, which is not installed"),
                key="executor",
                value="dask",
                allowed=EXTRA,
            )
        ) from None
    packed = pickle.dumps((experiment, simulate, language()))
    waiting, alone_now = list(bundles), deque[Bundle]()
    while waiting or alone_now:
        with _client(distributed, jobs, scheduler, b"__main__" in packed) as client:
            watch = _Watch(client, scheduler, wait_seconds)
            # A task, not scattered data: should all its holders die, Dask makes it again.
            shared = client.submit(_unpacked, packed, pure=False)
            lost, waiting = yield from _through(client, watch, shared, waiting, watch.breadth)
            alone_now += alone(lost)
            while alone_now and not watch.is_deserted:  # to learn which run it was that killed its workers
                bundle = alone_now.popleft()
                again, __ = yield from _through(client, watch, shared, [bundle], 1)
                if again:
                    yield from died(bundle)


class _Watch:
    """Whether a cluster still has workers: one without them would be waited for in silence, for ever."""

    def __init__(self, client: Client, scheduler: str | None, wait_seconds: float):
        self._client, self._scheduler, self._wait_seconds = client, scheduler, wait_seconds
        self.is_deserted = False  # the workers of a cluster of ours are gone, and do not come back
        self._looked = self._told = float("-inf")
        self._alive = monotonic()
        self.breadth = AHEAD  # how many bundles are handed out at once: clusters grow and shrink
        self.look()

    def look(self) -> None:
        """Look once in a while. Raises ``UsageError`` where there were no workers for too long."""
        now = monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        try:
            answer = self._client.sync(self._client.scheduler.ncores, callback_timeout=CONNECT_SECONDS)
            is_working = bool(answer)
        except (OSError, TimeoutError):  # lost, which its futures tell; or alive and without an answer
            answer, is_working = None, False
        if is_working:
            self._alive, self._told = now, float("-inf")
            self.breadth = AHEAD * sum(answer.values())
        elif self._scheduler is None:
            self.is_deserted = now - self._alive >= RESTART_SECONDS
        elif now - self._alive >= self._wait_seconds:
            raise UsageError(
                Problem(
                    (
                        _(
                            "the scheduler does not answer, after {seconds:,.0f} seconds of waiting",
                            seconds=self._wait_seconds,
                        )
                        if answer is None
                        else _(
                            "the scheduler has no workers, after {seconds:,.0f} seconds of waiting",
                            seconds=self._wait_seconds,
                        )
                    ),
                    key="scheduler",
                    value=self._scheduler,
                    allowed=_(
                        "the same command again once there are workers (`dask worker`), which resumes "
                        "the sweep; a longer --wait"
                    ),
                )
            )
        elif now - self._told >= TELL_SECONDS:
            self._told = now
            told: dict[str, Any] = {
                "scheduler": self._scheduler,
                "waited": now - self._alive,
                "seconds": self._wait_seconds,
            }
            warnings.warn(
                _(
                    "the scheduler {scheduler} does not answer: waited {waited:,.0f} of {seconds:,.0f} "
                    "seconds for some (`dask worker`)",
                    **told,
                )
                if answer is None
                else _(
                    "the scheduler {scheduler} has no workers: waited {waited:,.0f} of {seconds:,.0f} "
                    "seconds for some (`dask worker`)",
                    **told,
                ),
                stacklevel=2,
            )


def _through(
    client: Client, watch: _Watch, shared: Any, bundles: Sequence[Bundle], at_once: int
) -> Generator[RunEnd, None, tuple[list[Bundle], list[Bundle]]]:
    """Execute all bundles, ``at_once`` at a time, until all are done or the cluster is deserted.

    Returns the bundles whose workers died again and again, or with the cluster; and those not begun.
    """
    from distributed import CancelledError, KilledWorker, as_completed

    ahead = deque(bundles)
    lost: list[Bundle] = []
    running: dict[str, Bundle] = {}
    code = _model_hash()
    finished = as_completed(loop=client.loop, raise_errors=False)
    while ahead or running:
        while ahead and len(running) < at_once:
            bundle = ahead.popleft()
            future = client.submit(_execute_there, shared, bundle, code, pure=False)
            running[future.key] = bundle
            finished.add(future)
        while not finished.has_ready():
            with finished.thread_condition:
                finished.thread_condition.wait(timeout=0.1)
            watch.look()
            if watch.is_deserted:
                return [*lost, *running.values()], list(ahead)
        future = next(finished)
        try:
            ends = _fetched(future, watch)
        except KilledWorker:
            lost.append(running[future.key])
            ends = []
        except SimError:
            raise
        except (CancelledError, OSError) as error:
            raise UsageError(
                Problem(
                    _("the scheduler was lost: {error}", error=error),
                    key="scheduler",
                    allowed=_("the same command again, which resumes the sweep"),
                )
            ) from None
        except Exception as error:  # a run's own failure is told, not raised: this is the worker's
            raise UsageError(
                Problem(
                    _("a worker of the cluster cannot execute runs: {error}", error=error),
                    key="scheduler",
                    allowed=_("workers in which this package is installed"),
                )
            ) from error
        if watch.is_deserted:
            return [*lost, *running.values()], list(ahead)
        if ends:
            at_once = max(at_once, watch.breadth) if at_once > 1 else 1
            yield from ends
        del running[future.key]
        future.release()
    return lost, []


def _fetched(future: Any, watch: _Watch) -> list[RunEnd]:
    """What a finished bundle returned; nothing where the cluster is deserted meanwhile.

    The ends lie on the worker that executed the bundle. Where it dies with them the bundle is executed again,
    which would be waited for in silence if there were no worker left.
    """
    while not watch.is_deserted:
        try:
            return future.result(timeout=FETCH_SECONDS)
        except TimeoutError:
            watch.look()
    return []


_Shared = tuple["Declared", "Simulate | None", "RunCache | None"]


def _unpacked(packed: bytes) -> _Shared:
    """What all runs share, made once on every worker."""
    experiment, simulate, spoken = pickle.loads(packed)
    use(spoken)
    return experiment, simulate, new_cache(experiment, simulate)


def _execute_there(shared: _Shared, bundle: Bundle, code: str) -> list[RunEnd]:
    """A bundle on a worker, provided that the worker's model is the one that was asked for."""
    if _model_hash() != code:
        raise UsageError(
            Problem(
                _("a worker of the cluster has another version of the program or of its data"),
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


@contextmanager
def _client(distributed: Any, jobs: int, scheduler: str | None, needs_main: bool) -> Iterator[Client]:
    """The client of the cluster at ``scheduler``, or of a new one of ``jobs`` processes on this machine.

    ``needs_main``: whether these must run the main script again, for what it defines.
    """
    for name in ("distributed", "tornado"):  # lost workers are handled; their tracebacks help nobody
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is None:
        # Freed memory goes back to the system; read by the C library when a worker starts.
        os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "65536")
        if not may_start_processes():
            raise UsageError(
                Problem(
                    _("a daemonic process may not start the processes of a cluster"),
                    key="executor",
                    value="dask",
                    allowed=_("processes, which then executes here; or a scheduler"),
                )
            )
        with without_main(lambda name: name == _NANNYS_CHILD and not needs_main):
            try:
                cluster = distributed.LocalCluster(
                    n_workers=jobs, threads_per_worker=1, host=HERE, dashboard_address=None
                )
            except Exception as error:
                reason = _("a cluster cannot be started on this machine: {error}", error=error)
                problem = Problem(reason, key="executor", value="dask", allowed="processes")
                raise UsageError(problem) from error
            with cluster, distributed.Client(cluster) as client:
                yield client
        return
    address = _address(scheduler)
    try:
        client = _connected(lambda: distributed.Client(address, timeout=CONNECT_SECONDS))
    except Exception as error:  # a wrong address or protocol, another service: Dask has no one kind for them
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            Problem(
                _("no scheduler answers: {reason}", reason=reason),
                key="scheduler",
                value=scheduler,
                allowed=_(
                    "such as tcp://127.0.0.1:8786, or the path of a scheduler file; "
                    "start one with `dask scheduler`"
                ),
            )
        ) from None
    with client:
        yield client


def _address(scheduler: str) -> str:
    """The address that a scheduler file holds, or the one that was given."""
    if "://" in scheduler or not (os.path.isfile(scheduler) or os.sep in scheduler or ".json" in scheduler):
        return scheduler
    try:
        with open(scheduler, encoding="utf-8") as stream:
            return str(json.load(stream)["address"])
    except (OSError, ValueError, TypeError, LookupError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or _("it holds no address")
        allowed = _("the file that `dask scheduler --scheduler-file FILE` writes")
        problem = Problem(
            _("no scheduler file: {reason}", reason=reason), key="scheduler", value=scheduler, allowed=allowed
        )
        raise UsageError(problem) from None


def _connected(connect: Callable[[], Client]) -> Client:
    """The client that ``connect`` gives. It would wait for ever where what answers is no scheduler."""
    answers: SimpleQueue[Client | Exception] = SimpleQueue()

    def try_it() -> None:
        try:
            answers.put(connect())
        except Exception as error:
            answers.put(error)

    threading.Thread(target=try_it, daemon=True).start()
    try:
        answer = answers.get(timeout=2 * CONNECT_SECONDS)
    except Empty:
        raise TimeoutError(_("what answers there is no scheduler")) from None
    if isinstance(answer, Exception):
        raise answer
    return answer
