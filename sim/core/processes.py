"""Worker processes that behave: spawned afresh, deaf to the keyboard, gone when their parent is gone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process


@contextmanager
def worker_pool(jobs: int, prepare: Callable | None = None, *arguments) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``jobs`` processes, each made ready by ``prepare(*arguments)``.

    When the block is left by an exception, an interruption from the keyboard too, work under way is
    ended at once; otherwise it is waited for.
    """
    others = set(active_children())
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (prepare, arguments))
    try:
        yield pool
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(prepare: Callable | None, arguments: tuple) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*arguments)


def _leave_with_parent() -> None:
    """A parent that was killed cannot tell its workers; they would wait for work for ever."""
    parent = parent_process()
    assert parent is not None, "only a worker has a parent to leave with"
    connection.wait([parent.sentinel])
    os._exit(1)
