"""The wall of scores: nothing that stands there was edited, and nothing can be without its being seen."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
WALL = (DOCS / "wall.md").read_text(encoding="utf-8")
TOOL = runpy.run_path(str(DOCS / "append_to_wall.py"))
# The hash of each entry, so that not even the whole chain can be written anew; a new entry adds its own.
STANDING = (
    "f8601106f7048fea75516b55794d66b574b31ffe03a02022204d93b3d35d8b5c",
    "c71d89a9ff1e12f4763e63aeefa4b412f48dcbabeca6060d6ac56cd0937d91e5",
    "6926e7e57e6ff9983addb0da81476bc5357ff1402edc81b3db326c63d5302cfc",
    "a32958e4c2cc9595092f442c8a1078bb95d22d5350131b1fb891ae8a392672c7",
)


def test_every_entry_stands_as_it_was_appended():
    assert TOOL["broken"](WALL) == []
    assert tuple(entry.digest for entry in TOOL["entries"](WALL)) == STANDING
    assert WALL.count("\n### ") == len(STANDING)


def test_a_changed_figure_is_refused():
    changed = WALL.replace("+0.8", "+0.7", 1)
    assert changed != WALL
    assert len(TOOL["broken"](changed)) == 1
    with pytest.raises(ValueError, match="were changed after they were appended: ### Head-counts of 2022"):
        TOOL["appended"](changed, "### Another (2026-12-01)\n\nScore.")


def test_an_entry_is_appended_behind_the_others():
    longer = TOOL["appended"](WALL, "### Another (2026-12-01)\n\nScore.\n")
    assert longer.startswith(WALL.rstrip()) and TOOL["broken"](longer) == []
    assert len(TOOL["entries"](longer)) == len(STANDING) + 1
    with pytest.raises(ValueError, match="begins with a heading"):
        TOOL["appended"](WALL, "no heading")
