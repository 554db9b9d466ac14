"""Appends a score to ``docs/wall.md``, chained by hash to what stands there.

    python docs/append_to_wall.py score.md

The file begins with a heading, ``### Title (YYYY-MM-DD)``. What was appended is never edited: the hash of an
entry is that of its text and of the hash before it, so that a changed word anywhere breaks every later one.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import NamedTuple

WALL = Path(__file__).resolve().parent / "wall.md"
_ENTRY = re.compile(r"^(### .+?)\n\n`([0-9a-f]{64})`$", re.MULTILINE | re.DOTALL)


class Entry(NamedTuple):
    """One score: its text from the heading on, and the hash that stands under it."""

    text: str
    digest: str


def entries(wall: str) -> list[Entry]:
    """The entries of the wall, in the order in which they were appended."""
    return [Entry(text, digest) for text, digest in _ENTRY.findall(wall)]


def digest(text: str, before: str) -> str:
    """The hash of an entry whose predecessor has the hash ``before`` (empty for the first)."""
    return hashlib.sha256(f"{before}\n{text.strip()}".encode()).hexdigest()


def broken(wall: str) -> list[str]:
    """Headings of the entries whose hash is not that of their text and of the hash before."""
    found, before = [], ""
    for entry in entries(wall):
        if entry.digest != digest(entry.text, before):
            found.append(entry.text.partition("\n")[0])
        before = entry.digest
    return found


def appended(wall: str, text: str) -> str:
    """The wall with one more entry. ``ValueError``: it has no heading, or the chain is broken."""
    text = text.strip()
    if not re.match(r"### .+ \(\d{4}-\d\d-\d\d\)\n", text):
        raise ValueError("an entry begins with a heading: ### Title (YYYY-MM-DD)")
    if changed := broken(wall):
        raise ValueError(f"entries were changed after they were appended: {', '.join(changed)}")
    before = entries(wall)[-1].digest if entries(wall) else ""
    return f"{wall.rstrip()}\n\n{text}\n\n`{digest(text, before)}`\n"


if __name__ == "__main__":
    WALL.write_text(appended(WALL.read_text("utf-8"), Path(sys.argv[1]).read_text("utf-8")), "utf-8")
