"""mypy finds nothing in the package, or no more than ``known_errors.txt`` allows to a room above the lowest.

A line of that file names a room and how many errors it still has. A number may only fall.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from test_rooms import MODULES, ROOMS, ROOT

KNOWN = Path(__file__).with_name("known_errors.txt")
# Rooms that stay without errors.
CLEAN = ("sim", "core", "parameters", "rules", "scenario", "results", "comparison")
ALL = ("sim", *ROOMS)  # "sim" is what lies beside the rooms
ERROR = re.compile(r"sim/(?:(\w+)/)?.+?:\d+: error: ")
IGNORED = re.compile(r"# type: ignore(?P<code>\[[a-z-]+(, [a-z-]+)*\])?(?P<reason>  # \w.{8,})?")


def known() -> dict[str, int]:
    """How many errors each room may have."""
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {room: int(count) for room, count in rows}


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """The errors that mypy finds, by room."""
    pytest.importorskip("mypy")
    wanted = ["--config-file=pyproject.toml", "--cache-dir=.mypy_cache", "--no-error-summary"]
    shown = ["--hide-error-context", "--no-pretty", "--no-color-output"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *wanted, *shown], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr  # anything else: it could not look
    errors: dict[str, list[str]] = defaultdict(list)
    for line in done.stdout.replace("\\", "/").splitlines():
        if seen := ERROR.match(line):
            errors[seen[1] or "sim"].append(line)
    assert bool(errors) == (done.returncode == 1), done.stdout
    return errors


def test_known_errors_are_of_rooms_that_may_have_some():
    assert set(known()) <= set(ALL) - set(CLEAN) and all(count > 0 for count in known().values())


@pytest.mark.parametrize("room", ALL)
def test_a_room_has_no_new_errors(room, found):
    errors, allowed = found[room], known().get(room, 0)
    assert len(errors) <= allowed, f"{len(errors)} errors, not {allowed}:\n" + "\n".join(errors)
    assert len(errors) == allowed, (
        f"only {len(errors)} of {allowed} errors are left: "
        + (f"write {len(errors)} behind {room}" if errors else f"take the line of {room} away")
        + f" in {KNOWN.relative_to(ROOT)}"
    )


@pytest.mark.parametrize("module", sorted(MODULES))
def test_what_is_ignored_has_a_code_and_a_reason(module):
    for seen in IGNORED.finditer(MODULES[module].read_text(encoding="utf-8")):
        assert seen["code"] and seen["reason"], f"{module}: {seen[0]!r} needs [a code] and `  # a reason`"


def test_the_package_says_that_it_is_typed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert (ROOT / "sim" / "py.typed").is_file()
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["sim"]
    assert "Typing :: Typed" in project["project"]["classifiers"]
