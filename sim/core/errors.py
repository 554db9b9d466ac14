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

from sim.core.language import _, language

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
    kind: str = ""
    """What code tells it by: ``missing`` a key, a wrong ``key``, a ``conflict``; empty for all others."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        first = self.message
        for before in (self.key, place):
            first = headed(before, first) if before else first
        if self.value is not None:
            first = _("{problem} (got {value})", problem=first, value=quoted(self.value))
        lines = [first]
        if self.nearest is not None:
            lines.append("    " + _("did you mean {word}?", word=quoted(self.nearest)))
        if self.allowed:
            lines.append("    " + _("allowed: {values}", values=_in_words(self.allowed)))
        return "\n".join(lines)


def quoted(value: object) -> str:
    """A value as it was given: text in the quotation marks of the language."""
    return f"“{value}”" if isinstance(value, str) and language() == "zh" else repr(value)


def headed(head: object, text: object) -> str:
    """What it is about, and what is said of it: ``levers.grant: required key is missing``."""
    return _("{head}: {text}", head=head, text=text)


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


def written_by(version: str | None, what: str, remedy: str, file: str, is_whole: bool = True) -> Problem:
    """Why a file or folder is not read, and which version reads it.

    ``version``: the earlier version that wrote it, None for a newer one. ``what``: ``the checkpoint``.
    ``remedy``: what makes it anew with this version. ``is_whole``: one would read it, else finish it.

    >>> print(written_by("0.1", "the checkpoint", "save it again", "january.state"))
    january.state: the checkpoint was written by version 0.1
        allowed: read it with version 0.1, or save it again
    """
    if version is None:
        message = _("{what} was written by a newer version of the simulator", what=what)
        return Problem(message, file=file, allowed=_("update the simulator, or {remedy}", remedy=remedy))
    message = _("{what} was written by version {version}", what=what, version=version)
    if is_whole:
        allowed = _("read it with version {version}, or {remedy}", version=version, remedy=remedy)
    else:
        allowed = _("finish it with version {version}, or {remedy}", version=version, remedy=remedy)
    return Problem(message, file=file, allowed=allowed)


_NEAR_IN_CHINESE = 0.5  # of difflib's ratio: one of two letters may be wrong


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed word that ``word`` was probably meant to be, or None when nothing is close.

    A word that denies (``no_cost``) is meant by ``cost`` only where nothing else is close. Where no whole
    word is close, one of which a part is (``rigths`` for ``rights-and-wages``).

    >>> nearest("basline", ["baseline", "combined"])
    'baseline'
    >>> nearest("weather", ["baseline", "combined"]) is None
    True
    >>> nearest("初忠", ["小学", "初中", "高中"])
    '初中'
    """
    meant, by_lower = str(word).lower(), {choice.lower(): choice for choice in allowed}
    close = get_close_matches(meant, by_lower, n=3, cutoff=0.6 if meant.isascii() else _NEAR_IN_CHINESE)
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


def enumerated(words: Iterable[str]) -> str:
    """Words with commas between them, in the way of the language."""
    return _(", ").join(words)


def _in_words(allowed: tuple[str, ...] | str) -> str:
    if isinstance(allowed, str):
        return allowed
    listed = enumerated(str(choice) for choice in allowed[:_LISTED])
    more = len(allowed) - _LISTED
    return _("{listed} and {count} more", listed=listed, count=more) if more > 0 else listed
