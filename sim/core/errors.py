"""What can go wrong for a reason that a person can mend, and how the message is laid out.

A ``Problem`` is one thing wrong in one place. A ``SimError`` carries one or many of them, so that
every mistake in a file is told at once. ``exit_code`` is 2 where the user can mend it, 1 where runs or
processes failed or we must mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_LISTED = 12  # allowed values beyond this many are counted, not listed


@dataclass(frozen=True)
class Problem:
    """One thing wrong. ``key`` is dotted (``levers.startup_grant.window.from``), ``line`` starts at 1."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None
    value: Any = None
    allowed: tuple[str, ...] | str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        first = ": ".join(part for part in (place, self.key, self.message) if part)
        if self.value is not None:
            first += f" (got {self.value!r})"
        lines = [first]
        if self.nearest is not None:
            lines.append(f"    did you mean {self.nearest!r}?")
        if self.allowed:
            lines.append(f"    allowed: {_in_words(self.allowed)}")
        return "\n".join(lines)


class SimError(Exception):
    """A failure that is explained to the user instead of shown as a traceback."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Iterable[Problem]):
        if isinstance(problems, str):
            problems = Problem(problems)
        if isinstance(problems, Problem):
            problems = (problems,)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self):  # so that a worker process can hand its error to its parent
        return type(self), (self.problems,)


class ScenarioError(SimError):
    """A scenario file, or a change made to a scenario, says something that cannot be run."""


class DataError(SimError):
    """A packaged or given data file is missing, malformed or contradicts itself."""


class ResultsError(SimError):
    """Results cannot be written or read."""


class RunsFailed(ResultsError):
    """Some runs failed, so that what was asked for is not there, or not whole; what had finished is kept."""

    exit_code = 1


class UsageError(SimError):
    """A command or a call was given something that it cannot use."""


class AccountingError(SimError):
    """People or money did not add up: a mistake in the model, not in the input."""

    exit_code = 1


def written_by(version: str | None, what: str, again: str, file: str, use: str = "read it") -> Problem:
    """Why a file or folder is not read, and which version reads it.

    ``version``: the earlier version that wrote it, None for a newer one. ``what``: ``the checkpoint``.
    ``again``: what makes it anew with this version. ``use``: what one would do with it.

    >>> print(written_by("0.1", "the checkpoint", "save it again", "january.state"))
    january.state: the checkpoint was written by version 0.1
        allowed: read it with version 0.1, or save it again
    """
    if version is None:
        message = f"{what} was written by a newer version of the simulator"
        return Problem(message, file=file, allowed=f"update the simulator, or {again}")
    message = f"{what} was written by version {version}"
    return Problem(message, file=file, allowed=f"{use} with version {version}, or {again}")


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed word that ``word`` was probably meant to be, or None when nothing is close.

    A word that denies (``no_cost``) is meant by ``cost`` only where nothing else is close. Where no whole
    word is close, one of which a part is (``rigths`` for ``rights-and-wages``).

    >>> nearest("basline", ["baseline", "combined"])
    'baseline'
    >>> nearest("weather", ["baseline", "combined"]) is None
    True
    """
    meant, by_lower = str(word).lower(), {choice.lower(): choice for choice in allowed}
    close = get_close_matches(meant, by_lower, n=3, cutoff=0.6)
    if not close:
        parts = {part: choice for choice in reversed(by_lower) for part in re.split("[-_ ]", choice)}
        part = get_close_matches(meant, [part for part in parts if len(part) > 2], n=1, cutoff=0.8)
        return by_lower[parts[part[0]]] if part else None
    if meant.startswith("no") or not close[0].startswith("no_"):
        return by_lower[close[0]]
    plain = [choice for choice in by_lower if not choice.startswith("no_")]
    by_end = {choice.rpartition("_")[2]: choice for choice in plain}
    ends = get_close_matches(meant, by_end, n=1, cutoff=0.8)
    return by_lower[by_end[ends[0]] if ends else close[0]]


def _in_words(allowed: tuple[str, ...] | str) -> str:
    if isinstance(allowed, str):
        return allowed
    listed = ", ".join(str(choice) for choice in allowed[:_LISTED])
    more = len(allowed) - _LISTED
    return f"{listed} and {more} more" if more > 0 else listed
