"""The language of all text: English as it stands in the code, or Chinese from the catalogues ``sim/data/zh``.

A text that people read stands in the code in English, inside ``_("…")``; values go in by name, so that
a translation can put them in another order. ``N_("…")`` marks a constant that is translated where it is
used, and ``plural`` picks the form for a count. The catalogues are gettext files, one for each part of
the program.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = {"en": "English", "zh": "中文"}
VARIABLE = "LABOR_SIM_LANG"  # environment variable with the language of a session
_BETWEEN = "\x04"  # stands between context and message, as in gettext
_chosen: list[str] = []  # what ``use`` chose, the last one counts


def language() -> str:
    """The language in use, ``en`` or ``zh``: the one chosen, else that of the environment, else English."""
    if _chosen:
        return _chosen[-1]
    named = os.environ.get(VARIABLE, "en")
    return named if named in LANGUAGES else "en"


def use(name: str) -> None:
    """Choose the language for the rest of the process. Raises ``ValueError`` for one that there is not."""
    _chosen[:] = [_checked(name)]


@contextmanager
def speaking(name: str | None) -> Iterator[None]:
    """Choose the language inside a ``with`` block; None keeps the present one."""
    _chosen.append(language() if name is None else _checked(name))
    try:
        yield
    finally:
        _chosen.pop()


def _checked(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"no such language: {name!r}; there are {', '.join(LANGUAGES)}")
    return name


def _(message: str, /, **values: Any) -> str:
    """The message in the language in use, with ``{name}`` replaced by the values."""
    said = message if language() == "en" else catalogue().get(message, message)
    return said.format(**values) if values else said


def translated(text: str | None, context: str = "") -> str:
    """A text that the packaged data hold in English, in the language in use; empty for none.

    What people write into files of their own stays as they wrote it. ``context`` as of ``in_context``.
    """
    if not text:
        return ""
    return in_context(context, text) if context else _(text)


def N_(message: str) -> str:
    """Mark a constant for translation and leave it as it is; ``_`` translates it where it is used."""
    return message


def NC_(context: str, message: str) -> str:
    """As ``N_``, for a constant that ``in_context`` translates where it is used."""
    return message


def in_context(context: str, message: str, /, **values: Any) -> str:
    """As ``_``, for a message that needs another translation elsewhere; ``context`` says which is meant."""
    said = message if language() == "en" else catalogue().get(f"{context}{_BETWEEN}{message}", message)
    return said.format(**values) if values else said


def plural(one: str, many: str, count: int, /, **values: Any) -> str:
    """``one`` for a count of one, else ``many``; both may hold ``{count}``. Chinese has one form for all."""
    return in_two_forms(one, many, count).format(count=count, **values)


def in_two_forms(one: str, many: str, count: int) -> str:
    """As ``plural``, without filling in any value."""
    english = one if count == 1 else many
    return english if language() == "en" else catalogue().get(one, english)


def in_language(texts: Mapping[str, str] | str) -> str:
    """The text in the language in use, of one that data hold in both; in the other where there is but one.

    One that is in no more than one language, as older results hold them, stays as it is.

    >>> in_language({"en": "Henan", "zh": "河南"}), in_language({"zh": "河南"}), in_language("Henan")
    ('Henan', '河南', 'Henan')
    """
    if isinstance(texts, str):
        return texts
    return texts.get(language()) or texts.get("en") or texts.get("zh") or ""


def in_every_language(tell: Callable[[], str]) -> dict[str, str]:
    """What ``tell`` says in each language, for results that are kept and read in either."""
    told = {}
    for name in LANGUAGES:
        with speaking(name):
            told[name] = tell()
    return told


def each_in_every_language(tell: Callable[[], Iterable[str]]) -> list[dict[str, str]]:
    """As ``in_every_language``, for several texts."""
    told = []
    for name in LANGUAGES:
        with speaking(name):
            told.append(list(tell()))
    return [dict(zip(LANGUAGES, texts, strict=True)) for texts in zip(*told, strict=True)]


class Words(Mapping[str, str]):
    """Names by key, each in the language in use when it is looked up; ``N_`` marks the English ones."""

    def __init__(self, words: Mapping[str, str]):
        self._words = dict(words)

    def __getitem__(self, key: str) -> str:
        return _(self._words[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


@cache
def catalogue() -> dict[str, str]:
    """Every message with its Chinese text, read once when Chinese is first asked for."""
    from babel.messages.pofile import read_po

    def first(text: Any) -> str:  # a message with a plural comes with both its forms
        return text if isinstance(text, str) else text[0]

    found: dict[str, str] = {}
    for file in sorted(files("sim").joinpath("data", "zh").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as stream:
            for message in read_po(stream, locale="zh"):
                english, chinese = first(message.id), first(message.string)
                if english and chinese:
                    key = f"{message.context}{_BETWEEN}{english}" if message.context else english
                    found[key] = chinese
    return found
