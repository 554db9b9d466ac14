"""How wide text is in a terminal, where a Chinese letter takes two columns."""

from __future__ import annotations

from unicodedata import east_asian_width


def columns(text: str) -> int:
    """The columns that a text takes.

    >>> columns("a city"), columns("城市")
    (6, 4)
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
