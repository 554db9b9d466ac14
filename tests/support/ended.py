"""Commands that end badly, by a kill or a full disk, and what must hold of their folder afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from sim.core.errors import ResultsError
from sim.results.results import read_folder

ROOT = Path(__file__).resolve().parents[2]
NOTES = "what I think of this run"
PASSING = {"created", "timings", "versions"}  # what a manifest says of one run alone

RUN = ("run", "baseline", "--scale", "1:1000000", "--to", "2014-06")
_COMPARE = (
    "compare",
    "baseline",
    "startup-support",
    "--scale",
    "1:1000000",
    "--seeds",
    "2",
    "--to",
    "2025-12",
)
COMPARE = (*_COMPARE, "--ensemble", "0", "--jobs", "1")

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv[1:2] = []
from sim.cli import main
main()
"""


def started(words, folder: Path, largest_file: int | None = None, **environment: str) -> subprocess.Popen:
    """The command, begun in a process group of its own; no file may become larger than ``largest_file``."""
    program = ["-m", "sim"] if largest_file is None else ["-c", _LIMITED, str(largest_file)]
    return subprocess.Popen(
        [sys.executable, *program, *words, "--out", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def reference(words, folder: Path) -> tuple[dict, float]:
    """What the undisturbed command leaves, and how many seconds it takes."""
    begun = time.monotonic()
    done = started(words, folder)
    _, told = done.communicate()
    assert done.returncode == 0, told
    return content(folder), time.monotonic() - begun


def content(folder: Path) -> dict:
    """Tables, manifest and names of all files."""
    tables, manifest = read_folder(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    about = {key: value for key, value in manifest.items() if key not in PASSING}
    return {"tables": tables, "manifest": about, "names": names - {"notes.md"}}


def assert_same(one: dict, other: dict) -> None:
    assert one["names"] == other["names"]
    assert one["manifest"] == other["manifest"]
    for name, table in one["tables"].items():
        pd.testing.assert_frame_equal(table, other["tables"][name], check_exact=True)


def killed_at(share: float, seconds: float, words, folder: Path, expected: dict) -> str:
    """Kill the command after a share of its time, check what it leaves, and run it to its end.

    Returns what the kill left of the results: ``nothing``, ``whole`` or ``cut short``.
    """
    folder.mkdir(exist_ok=True)
    process = started(words, folder)
    try:
        process.wait(timeout=share * seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    left = state(folder, expected)
    again = started(words, folder)
    _, told = again.communicate()
    assert again.returncode == 0, told
    assert_same(content(folder), expected)
    return left


def filled_up(words, folder: Path, expected: dict, process: subprocess.Popen) -> str:
    """Check what a command leaves that may have found no room, and run it to its end elsewhere.

    Returns ``whole`` if it found room, else ``refused``.
    """
    before = (folder / "notes.md").read_text(encoding="utf-8")
    _, told = process.communicate()
    assert before == NOTES == (folder / "notes.md").read_text(encoding="utf-8")
    if process.returncode == 0:
        assert_same(content(folder), expected)
        return "whole"
    assert process.returncode == 2, told
    assert "the disk is full" in told or "larger than is allowed" in told, told
    assert "error in the program" not in told and "Traceback" not in told, told
    assert state(folder, expected) != "cut short"
    return "refused"


def state(folder: Path, expected: dict) -> str:
    """What lies in a folder after a command ended badly; never a mixture that is taken for results."""
    try:
        tables, _ = read_folder(folder)
    except ResultsError as error:
        if "cut short" in str(error):
            return "cut short"
        assert "has no manifest.json" in str(error) or "no such folder" in str(error), error
        return "nothing"
    for name, table in expected["tables"].items():
        pd.testing.assert_frame_equal(tables[name], table, check_exact=True)
    return "whole"


def shares(seed: int, count: int) -> list[float]:
    """Moments of a command, as shares of its time, drawn from a seed."""
    draws = random.Random(seed)
    return [draws.uniform(0.0, 1.05) for _ in range(count)]
