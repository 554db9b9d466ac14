"""Worker processes that behave: spawned afresh, deaf to the keyboard, gone when their parent is gone.

They do not run the script that started them a second time, so that a script needs no
``if __name__ == "__main__":`` and a notebook, ``python -c`` and standard input may start them too.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, current_process, parent_process, spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any

from sim.core.errors import Problem, SimError, UsageError
from sim.core.language import _, language, use

GUARD = '        if __name__ == "__main__":\n            main()'


class ProcessDied(SimError):
    """A worker process ended before its work: killed, mostly because memory ran out."""

    exit_code = 1


class WorkerPool(ProcessPoolExecutor):
    """Processes of this machine. ``has_begun`` tells whether one of them ever got to work."""

    def __init__(self, jobs: int, prepare: Callable | None, arguments: tuple):
        self._context = _Context(_needs_main(prepare, arguments))
        self._ready = self._context.Event()
        super().__init__(jobs, self._context, _begin, (self._ready, language(), prepare, arguments))

    @property
    def has_begun(self) -> bool:
        """Whether a process was made ready for work."""
        return self._ready.is_set()

    def terminate(self) -> None:
        """End its processes at once, and no others."""
        for process in self._context.started:
            if process.is_alive():
                process.terminate()


def may_start_processes() -> bool:
    """Whether this process may have worker processes: a daemonic one, as in a pool, may not.

    Raises ``UsageError`` in a process that is being started itself and runs its script a second time.
    """
    if getattr(current_process(), "_inheriting", False):
        raise UsageError(
            Problem(
                _("a script that starts processes is run again by each of them, and would start more"),
                file=getattr(sys.modules["__main__"], "__file__", None),
                allowed=_(
                    "a script that ends in these two lines:\n{guard}  # a function that does all", guard=GUARD
                ),
            )
        )
    return not current_process().daemon


@contextmanager
def worker_pool(jobs: int, prepare: Callable | None = None, *arguments) -> Iterator[WorkerPool]:
    """A pool of ``jobs`` processes, each made ready by ``prepare(*arguments)``.

    When the block is left by an exception, an interruption from the keyboard too, work under way is
    ended at once; otherwise it is waited for. Raises ``UsageError`` where processes cannot be started or
    told what to do, ``ProcessDied`` where the block is left because one died.
    """
    pool = WorkerPool(jobs, prepare, arguments)
    try:
        yield pool
    except BaseException as error:
        pool.terminate()
        if isinstance(error, BrokenProcessPool):
            raise death(pool) from None
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def death(pool: WorkerPool) -> SimError:
    """Why the processes of a pool are gone, in words."""
    if pool.has_begun:
        return ProcessDied(
            Problem(
                _("a worker process died (out of memory, or killed)"),
                key="jobs",
                allowed=_("fewer processes, or a coarser scale, which needs less memory"),
            )
        )
    return UsageError(
        Problem(
            _("worker processes end as soon as they are started"),
            key="jobs",
            allowed=_(
                "1 process; or a script that ends in these two lines:\n{guard}  # a function that does all",
                guard=GUARD,
            ),
        )
    )


@contextmanager
def without_main(is_meant: Callable[[str], bool]) -> Iterator[None]:
    """Processes spawned meanwhile under a name that ``is_meant`` do not run the main script again."""
    with _changing:
        _meant.append(is_meant)
        spawn.get_preparation_data = _preparation
    try:
        yield
    finally:
        with _changing:
            _meant.remove(is_meant)
            if not _meant:
                spawn.get_preparation_data = _whole_preparation


_whole_preparation = spawn.get_preparation_data
_meant: list[Callable[[str], bool]] = []
_changing = threading.Lock()


def _preparation(name: str) -> dict[str, Any]:
    """What a spawned process of that name is told: all of it, or all but where the main script lies."""
    data, is_without = _whole_preparation(name), any(is_meant(name) for is_meant in tuple(_meant))
    return {key: value for key, value in data.items() if not (is_without and key.startswith("init_main"))}


class _Worker(SpawnProcess):
    """A process that does not run the main script, and that Ctrl-C never reaches, from its start on."""

    @staticmethod
    def _Popen(process_obj):
        with without_main(lambda name: name == process_obj.name), _keyboard_blocked():
            return SpawnProcess._Popen(process_obj)


class _Context(SpawnContext):
    """How the processes of one pool are made; ``started`` are those that were."""

    def __init__(self, needs_main: bool):
        self._kind = SpawnProcess if needs_main else _Worker
        self.started: list[SpawnProcess] = []

    def Process(self, *given: Any, **how: Any) -> SpawnProcess:  # type: ignore[override]  # a class there
        process = self._kind(*given, **how)
        self.started.append(process)
        return process


@contextmanager
def _keyboard_blocked() -> Iterator[None]:
    """A process inherits the signals that are blocked; here they are heard again afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _needs_main(prepare: Callable | None, arguments: tuple) -> bool:
    """Whether processes must run the main script, for what it defines. Raises ``UsageError`` if in vain."""
    try:
        needs = b"__main__" in pickle.dumps((prepare, arguments))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        reason = _("cannot be sent to worker processes: {error}", error=error)
        raise UsageError(
            Problem(reason, key="jobs", allowed=_("functions and classes of a module"))
        ) from None
    main = sys.modules["__main__"]
    is_found = getattr(main, "__spec__", None) or Path(getattr(main, "__file__", None) or "").is_file()
    if needs and not is_found:
        reason = _("worker processes cannot find what a notebook, a prompt or standard input defines")
        raise UsageError(Problem(reason, key="jobs", allowed=_("functions and classes of a module")))
    return needs


def _begin(ready: Any, spoken: str, prepare: Callable | None, arguments: tuple) -> None:
    use(spoken)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*arguments)
    ready.set()


def _leave_with_parent() -> None:
    """A parent that was killed cannot tell its workers; they would wait for work for ever."""
    parent = parent_process()
    assert parent is not None, "only a worker has a parent to leave with"
    connection.wait([parent.sentinel])
    os._exit(1)
