"""What commands that are killed or find no room leave in a folder of results: never a mixture, and no loss.

That the next call gives the same results is tried for all commands in ``test_kills.py``.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from support.command import caller
from support.ended import (
    COMPARE,
    NOTES,
    RUN,
    assert_same,
    content,
    filled_up,
    killed_at,
    reference,
    shares,
    started,
    state,
)

from sim import cli

MOMENTS = 50
SEED = 20261130


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    return reference(RUN, tmp_path_factory.mktemp("reference") / "run")


def killed(words, count: int, whole, tmp_path: Path) -> Counter:
    """The command, killed at as many moments, every second time over what lies there."""
    expected, seconds = whole
    left: Counter = Counter()
    for number, share in enumerate(shares(SEED, count)):
        folder = tmp_path / f"{number // 2}"  # every second time over what the one before has left
        left[killed_at(share, seconds, words, folder, expected)] += 1
    return left


def full(words, sizes, whole, tmp_path: Path) -> Counter:
    """The command, where no file may be larger than some number of bytes."""
    pytest.importorskip("resource")
    expected, _ = whole
    ends: Counter = Counter()
    for number, size in enumerate(sizes):
        folder = tmp_path / f"full-{number}"
        done = started(words, folder)
        assert done.wait() == 0
        (folder / "notes.md").write_text(NOTES, encoding="utf-8")
        ends[filled_up(words, folder, expected, started(words, folder, largest_file=size))] += 1
        again = started(words, folder)
        assert again.wait() == 0
        assert_same(content(folder), expected)
    return ends


def test_a_run_that_is_killed_is_followed_by_the_same(whole_run, tmp_path):
    assert sum(killed(RUN, 2, whole_run, tmp_path).values()) == 2


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes by copy here")
def test_comparisons_that_are_killed_are_followed_by_the_same(monkeypatch, capsys, tmp_path):
    """With a stand-in for the simulator."""
    words = ("compare", "baseline", "startup-support", "--seeds", "2", "--jobs", "1", "--to", "2026-12")
    words += ("--ensemble", "0", "--scale", "1:5000", "--out")
    labor_sim = caller(monkeypatch, capsys)
    begun = time.monotonic()
    assert labor_sim(*words, tmp_path / "reference").code == 0
    seconds, expected = time.monotonic() - begun, content(tmp_path / "reference")
    for share in shares(SEED, 4):
        if not (child := os.fork()):
            sys.argv = ["labor-sim", *words, str(tmp_path / "out")]
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            try:
                cli.main()
            finally:
                os._exit(0)
        time.sleep(share * seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        state(tmp_path / "out", expected)
        said = labor_sim(*words, tmp_path / "out")
        assert said.code == 0, said.err
        assert_same(content(tmp_path / "out"), expected)


def test_a_run_without_room_loses_nothing(whole_run, tmp_path):
    assert full(RUN, [9_000], whole_run, tmp_path) == {"refused": 1}


@pytest.mark.long
def test_many_runs_that_are_killed(whole_run, tmp_path):
    left = killed(RUN, MOMENTS, whole_run, tmp_path)
    print(f"run: {MOMENTS} kills within {whole_run[1]:.1f} s left {dict(left)}")


@pytest.mark.long
@pytest.mark.parametrize("words, count", [(RUN, 20), (COMPARE, 10)])
def test_many_commands_whose_files_may_not_grow(tmp_path, words, count):
    whole = reference(words, tmp_path / "reference")
    largest = max(path.stat().st_size for path in (tmp_path / "reference").rglob("*"))
    draws = random.Random(SEED)
    ends = full(words, [draws.randrange(largest) for _ in range(count)], whole, tmp_path)
    print(f"{words[0]}: {count} limits up to {largest:,} bytes ended {dict(ends)}")


@pytest.mark.long
@pytest.mark.parametrize("words, count", [(RUN, 20), (COMPARE, 10)])
def test_many_commands_on_a_disk_that_fills_up(tmp_path, words, count):
    """A disk of a random size; what does not fit there in the end lies among temporary files."""
    whole = reference(words, tmp_path / "reference")
    needed = sum(path.stat().st_size for path in (tmp_path / "reference").rglob("*"))
    draws, ends = random.Random(SEED), Counter()
    for number in range(count):
        disk, passing = tmp_path / f"disk-{number}", tmp_path / f"passing-{number}"
        disk.mkdir()
        passing.mkdir()
        size = draws.randrange(16_384, 3 * needed)
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], capture_output=True
        )
        if made.returncode:
            pytest.skip("mounting is not allowed here")
        try:
            (disk / "out").mkdir()
            (disk / "out" / ".hidden").write_text("")
            process = started(words, disk / "out", TMPDIR=str(passing))
            _, told = process.communicate()
            if process.returncode == 0:
                assert_same_but_hidden(content(disk / "out"), whole[0])
                ends["whole"] += 1
                continue
            assert process.returncode == 2 and "the disk is full" in told, told
            assert "error in the program" not in told, told
            kept = list(passing.glob("labor-sim-*/out"))
            if kept:
                assert "is kept in" in told
                assert_same(content(kept[0]), whole[0])
            ends["kept elsewhere" if kept else "refused"] += 1
            assert not (disk / "out" / "manifest.json").exists()
        finally:
            subprocess.run(["umount", disk], check=True)
    print(f"{words[0]}: {count} disks of up to {3 * needed:,} bytes ended {dict(ends)}")


def assert_same_but_hidden(one: dict, other: dict) -> None:
    assert_same({**one, "names": one["names"] - {".hidden"}}, other)
