"""Runs that are kept as they finish, so that the same call goes on where it was stopped; and finished results
that answer the same call once more.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core import sources
from sim.core.errors import Problem, ResultsError, RunsFailed
from sim.core.language import N_, _
from sim.experiments.execution import Bundle, Declared, Simulate
from sim.experiments.executors import make_executor
from sim.experiments.journal import Journal
from sim.experiments.sweep import Keeper, program
from sim.results.folders import MANIFEST, explained
from sim.results.results import read_folder, read_manifest

ASKED = "asked"  # key of a manifest: what was asked, of which program
FOUND = N_("the folder has the results: nothing is run again")  # a stage


def kept_rows(
    declared: Declared,
    bundles: Sequence[Bundle],
    plan: Mapping[str, Any],
    folder: str | os.PathLike | None,
    *,
    jobs: int,
    progress: Callable[..., None] | None = None,
    simulate: Simulate | None = None,
    failed: str,
    instead: str,
) -> pd.DataFrame:
    """The rows of every run: kept ones, and missing ones run now, on ``jobs`` processes.

    ``plan`` has the ``kind``, ``name``, ``settings`` and ``columns`` of a ``Journal``; runs are kept in a
    subfolder of ``folder`` that is named after the kind and the settings, or in a passing one.
    ``progress(done, total, failed)`` is called as runs finish. Raises ``RunsFailed`` when one fails, with
    ``failed`` as the message, and what may be asked for ``instead``.
    """
    execute = make_executor("processes", jobs, None)
    total = sum(len(bundle) for bundle in bundles)
    lost = []
    with _journal(folder, plan) as journal:
        finished = journal.finished()
        missing = [tuple(run for run in bundle if run.number not in finished) for bundle in bundles]
        keeper = Keeper(journal)
        if progress:
            progress(len(finished), total, 0)
        try:
            for end in execute(declared, [bundle for bundle in missing if bundle], simulate):
                lost += [end] if end.rows is None else []
                keeper.take(end)
                if progress:
                    progress(len(finished) + keeper.taken, total, len(lost))
        finally:  # also when interrupted from the keyboard
            keeper.flush()
        if lost:
            raise RunsFailed(
                Problem(
                    _(failed, count=len(lost), stage=_(str(lost[0].stage)), message=lost[0].message),
                    file=str(folder or ""),
                    allowed=instead,
                )
            )
        return journal.rows()


@contextmanager
def _journal(folder: str | os.PathLike | None, plan: Mapping[str, Any]) -> Iterator[Journal]:
    """Where runs are kept: a subfolder of its own for every plan; a passing one where none is named."""
    with ExitStack() as passing:
        if not folder:
            with explained(_("a folder for passing files")):
                folder = passing.enter_context(tempfile.TemporaryDirectory())
        within = Path(folder) / f"{plan['kind']}-{fingerprint(plan['settings'])}"
        with Journal.open(within, plan) as journal:
            yield journal


def fingerprint(settings: Mapping[str, Any]) -> str:
    """A short stable hash of settings."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def asked_hash(settings: Mapping[str, Any]) -> str:
    """What a manifest notes under ASKED: a hash of a call's settings and of the code behind its results."""
    made_by = {**program(), "rooms": sources.rooms_hash("analysis", "comparison", "results")}
    return fingerprint({**settings, "program": made_by})


def finished(
    folder: str | os.PathLike | None, kind: str, asked: str, progress: Callable[..., None] | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]] | None:
    """The tables and the manifest of a folder whose results answer the same call of the same program.

    None for any other folder, and for results that were changed since. ``progress`` is told of the stage
    FOUND.
    """
    if folder is None or not (Path(folder) / MANIFEST).is_file():
        return None
    try:
        if read_manifest(Path(folder)).get(ASKED) != asked:
            return None
        found = read_folder(folder, kind)
    except ResultsError:
        return None
    if progress:
        progress(FOUND, 1, 1)
    return found
