"""Commands that are killed, or run out of disk, at any moment: the same command gives the same results.

Every moment is drawn from a seed. A round kills the same command several times in one folder, so that it is
met while it begins, goes on, writes and ends; then it is left in peace, and what it writes is compared with
what a command writes that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and limits of Linux")
ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 50
IN_A_ROUND = {"calibrate": 10}  # of stages that are kept one by one; of others 5
LATEST = 20.0  # seconds: later, what was kept before would mostly let a command end
LONGEST = 40.0  # seconds that a command here takes, on a busy machine
COARSE = ["--scale", "1:1000000"]

SWEEP = """\
title: {en: Grant, zh: 补贴}
question: What does a larger grant do?
scenario: startup-support
period: {from: 2014-01, to: 2014-12}
scale: 1:1000000
seeds: 4
overrides: {levers.startup_grant.budget: null, levers.startup_grant.window: {from: 2014-03, to: 2016-12}}
design:
  kind: grid
  factors:
    grant_yuan:
      label: {en: grant, zh: 补贴}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set, levers.startup_grant.unit_cost.yuan]
      values: [0, 5000, 20000]
outcomes: [businesses, business_starts]
figure: {x: grant_yuan, outcome: businesses}
"""
CALIBRATION = """\
title: {en: Miniature, zh: 小型校准}
question: Does every stage run?
scenario: baseline
period: {from: 2014-01, to: 2019-12}
scale: 1:1000000
seeds: [1]
screen_seeds: [1]
stages: {trajectories: 2, fitted: 2, monte_carlo: 3, waves: [12, 10], members: 6, truths: 2, point: 4}
priors:
  migrant_pay_level: {low: 1.0, high: 1.3, source: a test}
  migration_amenity: {low: -0.4, high: 1.2, source: a test}
  matching_elasticity: {low: 0.3, high: 0.7, mode: 0.5, source: A26}
"""
COMMANDS = {
    "sweep": ["sweep", "grant.yaml"],
    "calibrate": ["calibrate", "mini.yaml"],
    "validate": ["validate", *COARSE, "--seeds", "1", "--to", "2015-12"],
    "compare": [
        "compare",
        "baseline",
        "combined",
        *COARSE,
        "--seeds",
        "2",
        "--ensemble",
        "2",
        "--to",
        "2026-12",
    ],
    "run": ["run", "baseline", *COARSE, "--to", "2016-12"],
}
RESULTS = (".parquet", ".csv", ".txt")  # pages and manifests tell when they were made


@pytest.fixture
def place(tmp_path):
    written(tmp_path)
    return tmp_path


def written(folder: Path) -> None:
    (folder / "grant.yaml").write_text(SWEEP, encoding="utf-8")
    (folder / "mini.yaml").write_text(CALIBRATION, encoding="utf-8")


def started(command: str, place: Path, out: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *COMMANDS[command], "--out", out],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(command: str, place: Path, out: str) -> float:
    """Let the command come to its end; the seconds that it took."""
    begun = time.monotonic()
    process = started(command, place, out)
    _, told = process.communicate()
    assert process.returncode == 0, told
    return time.monotonic() - begun


def results(folder: Path) -> dict[str, pd.DataFrame | str]:
    """Every table and text below a folder, by name."""
    found: dict[str, pd.DataFrame | str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in RESULTS:
            name = path.relative_to(folder).as_posix()
            found[name] = pd.read_parquet(path) if path.suffix == ".parquet" else path.read_text("utf-8")
    return found


def same(one: Path, other: Path) -> None:
    found, expected = results(one), results(other)
    assert list(found) == list(expected) and found
    for name, content in expected.items():
        if isinstance(content, str):
            assert found[name] == content, name
        else:
            pd.testing.assert_frame_equal(found[name], content, obj=name)
    left = [path.name for path in one.parent.rglob("*") if "partial" in path.name]
    assert not left, left


def gone(process: subprocess.Popen) -> None:
    """Wait until worker processes have left with their parent."""
    for _ in range(200):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("worker processes stay")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a command writes that nobody disturbs, and the seconds that it takes; made once for all tests."""
    made: dict[str, tuple[Path, float]] = {}

    def of(command: str) -> tuple[Path, float]:
        if command not in made:
            place = tmp_path_factory.mktemp(command)
            written(place)
            seconds = finished(command, place, "first/out")
            if seconds > LONGEST:  # it compiled first
                seconds = finished(command, place, "second/out")
            made[command] = place / "first" / "out", seconds
        return made[command]

    return of


def killed_rounds(command: str, place: Path, undisturbed, moments: int, seed: int) -> tuple[int, int]:
    """Kill at that many moments in all; how often the command was still running, and the rounds."""
    chance, hits = random.Random(f"{command} {seed}"), 0
    expected, length = undisturbed(command)
    each = IN_A_ROUND.get(command, 5)
    rounds = -(-moments // each)
    for number in range(rounds):
        out = f"killed-{number}/out"
        for _ in range(min(each, moments - number * each)):
            process = started(command, place, out)
            try:
                process.wait(chance.uniform(0.0, min(0.8 * length, LATEST)))
            except subprocess.TimeoutExpired:
                hits += 1
                process.kill()
            process.communicate()
            gone(process)
        finished(command, place, out)
        same(place / out, expected)
    return hits, rounds


def filled_rounds(command: str, place: Path, undisturbed, moments: int, seed: int) -> int:
    """From a moment on no file takes another byte, as on a full disk; how often that was told."""
    chance, told_full = random.Random(f"{command} {seed}"), 0
    expected, length = undisturbed(command)
    for number in range(moments):
        out = f"full-{number}/out"
        process = started(command, place, out)
        time.sleep(chance.uniform(0.0, length))
        _fill(process)
        _, told = process.communicate()
        assert process.returncode in (0, 2), told
        assert "not in your input" not in told and "Traceback" not in told, told
        told_full += "the disk is full" in told or "File too large" in told or "larger than" in told
        assert process.returncode == 0 or "error: " in told
        finished(command, place, out)
        same(place / out, expected)
    return told_full


def _fill(process: subprocess.Popen) -> None:
    import resource

    try:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    except ProcessLookupError:
        pass


@pytest.mark.parametrize("command", ["sweep"])
def test_a_command_killed_at_a_few_moments_gives_the_same_results(place, undisturbed, command):
    hits, _ = killed_rounds(command, place, undisturbed, 2, seed=1)
    assert hits


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_killed_at_any_moment_gives_the_same_results(place, undisturbed, command):
    hits, rounds = killed_rounds(command, place, undisturbed, MOMENTS, seed=2)
    print(f"{command}: killed {hits} times while it ran, in {rounds} rounds")
    assert hits > MOMENTS / 4  # what goes on from what is kept may be done before


def test_a_command_without_disk_loses_nothing(place, undisturbed):
    assert filled_rounds("sweep", place, undisturbed, 1, seed=3) <= 1


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_disk_at_any_moment_loses_nothing(place, undisturbed, command):
    told = filled_rounds(command, place, undisturbed, MOMENTS // 5, seed=4)
    print(f"{command}: the disk was full from {MOMENTS // 5} moments on, and {told} times it was told")
    assert told
