"""Compiled with deferred linking and in the ordinary way of numba: the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sim.core import deferred_linking
from sim.core.compiled import is_enabled

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not is_enabled(), reason="uncompiled")

# People of January 2014, made and led through two steps of the month, as hashes.
TWO_STEPS = """
    people = make_population(1_000_000, seed=3).workers
    run = Simulation("baseline", 1_000_000, "2014-02", 3, 1)
    c, blocks = run.economy.begin(0).plain, run._shards._plain[0]
    note_rows(run.workers.states, *run.workers.ids, run.economy.opening.record[0],
              run._shards.blocks[0][0], len(people), 0)
    kinds = (run.workers.rows, run.workers.states, c, blocks)
    names = ("lose or change job", "earn")
    places = [MONTH_NAMES.index(name) for name in names]
    for address in addresses("sim.engine.passes:MONTH", [MONTH[n] for n in places], names, kinds):
        unit = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 6, ctypes.c_ssize_t)(int(address))
        unused = ctypes.create_string_buffer(16)
        status = unit(unused, unused, *(array.ctypes.data for array in kinds), len(people))
        assert status in (0, -2)
    found = [people.tobytes(), run.workers.tobytes(), blocks.tobytes()]
    assert blocks[0]["events"].any() and blocks[0]["money"].any()
"""
MONTHS = """
    run = Simulation("combined", 500_000, "2014-12", 3, 1)
    found = [run.step().money.tobytes() for _ in range(12)] + [run.workers.tobytes()]
"""
PROGRAM = """
import ctypes, hashlib, sys
from sim.core import deferred_linking
if {is_ordinary}:
    deferred_linking.TESTED = ()
from sim.core.units import addresses
from sim.engine.passes import MONTH, MONTH_NAMES, note_rows
from sim.engine.simulation import Simulation
from sim.validation.population import make_population

def work():
{work}
    return found

print(*(hashlib.sha256(part).hexdigest() for part in work()), deferred_linking.install())
"""


def hashes(work: str, is_ordinary: bool, cache) -> list[str]:
    """What the program prints with a cache of its own: hashes, and whether linking was deferred."""
    code = PROGRAM.format(is_ordinary=is_ordinary, work=work)
    environment = {**os.environ, "LABOR_SIM_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def compare(work: str, tmp_path) -> None:
    deferred, ordinary = (hashes(work, way, tmp_path / str(way)) for way in (False, True))
    assert deferred[-1] == "True" and ordinary[-1] == "False"
    assert deferred[:-1] == ordinary[:-1] and len(deferred) > 3


def test_both_ways_of_compiling_give_the_same_bits(tmp_path):
    compare(TWO_STEPS, tmp_path)


@pytest.mark.long
def test_both_ways_give_the_same_months_to_the_last_bit(tmp_path):
    compare(MONTHS, tmp_path)


def test_the_tested_versions_of_numba_are_named_for_whoever_installs():
    """``pyproject.toml`` says with which versions compilation is fast."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert about["tool"]["labor-sim"]["numba-with-deferred-linking"] == list(deferred_linking.TESTED)
