"""Kernels as bare machine code: what they take, what they refuse, and what is kept of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from sim.core import compiled, machine_code
from sim.core.compiled import is_enabled, kernel, rule

pytestmark = pytest.mark.skipif(not is_enabled(), reason="uncompiled")


class Pair(NamedTuple):
    values: np.ndarray
    factor: float


class Nested(NamedTuple):
    pair: Pair
    count: int


@rule
def _times(value, factor):
    return value * factor


@kernel
def scale(nested, is_doubled, out):
    space = np.empty(nested.count)
    for i in range(nested.count):
        space[i] = _times(nested.pair.values[i], nested.pair.factor)
    for i in range(nested.count):
        out[i] = space[i] * (2.0 if is_doubled else 1.0)


@kernel
def transpose(table, out):
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            out[j, i] = table[i, j]


@kernel
def refuse(out):
    if out[0] > 0.0:
        raise ValueError("no")
    out[0] = 1.0


@kernel
def write(out):
    out[0] = 1.0


@pytest.mark.parametrize("factor", [0.5, np.float64(0.5)])
@pytest.mark.parametrize("count", [4, np.int64(4), np.int32(4), np.uint8(4)])
@pytest.mark.parametrize("is_doubled", [True, False, np.True_])
def test_numbers_and_named_tuples_are_taken(factor, count, is_doubled):
    values, out = np.array([1.0, 2.0, 3.0, 4.0, 99.0]), np.zeros(5)
    scale(Nested(Pair(values, factor), count), is_doubled, out)
    assert out.tolist() == [value * (1.0 if is_doubled else 0.5) for value in (1.0, 2.0, 3.0, 4.0)] + [0.0]


@pytest.mark.parametrize("view", [lambda a: a, lambda a: a.T, lambda a: a[::-2, 1::3], np.asfortranarray])
def test_arrays_of_every_layout_are_read_where_they_lie(view):
    table = view(np.arange(42.0).reshape(6, 7))
    out = np.zeros(table.shape[::-1])
    transpose(table, out)
    assert np.array_equal(out, table.T)


def test_kinds_of_elements_are_other_code():
    for kind in (np.int16, np.uint8, np.float32):
        table, out = np.array([[1, 2, 3]], kind), np.zeros((3, 1), np.int64)
        transpose(table, out)
        assert out.ravel().tolist() == [1, 2, 3]


def test_an_array_that_is_used_again_elsewhere_is_found_there():
    """Of an array of the same kind, another memory is read."""
    for start in range(50):
        table, out = np.arange(start, start + 6.0).reshape(2, 3), np.zeros((3, 2))
        transpose(table, out)
        assert np.array_equal(out, table.T)


def test_a_failure_is_raised_and_the_next_call_works():
    with pytest.raises(RuntimeError, match="compiled code failed: refuse"):
        refuse(np.ones(1))
    out = np.zeros(1)
    refuse(out)
    assert out[0] == 1.0


def test_what_may_not_be_written_to_is_not():
    from numba.core.errors import TypingError

    out = np.zeros(1)
    out.flags.writeable = False
    with pytest.raises(TypingError):
        write(out)
    assert out[0] == 0.0


@pytest.mark.parametrize("wrong", [None, "text", [1.0], {}, 1j, (None,)])
def test_other_arguments_are_refused(wrong):
    with pytest.raises(TypeError, match="kernels take arrays and numbers"):
        transpose(wrong, np.zeros((1, 1)))


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LABOR_SIM_CACHE", str(tmp_path))
    return tmp_path


def fresh(made) -> compiled._Kernel:
    """The same kernel as a process meets it that has not called it yet."""
    return kernel(made.python)


def test_what_is_kept_needs_nothing_but_c(own_cache):
    first, again, out = fresh(scale), fresh(scale), np.zeros(2)
    nested = Nested(Pair(np.ones(2), 3.0), 2)
    first(nested, False, out)
    again(nested, True, out)
    assert out.tolist() == [6.0, 6.0]
    assert len(first.compiled) == 1 and again.compiled == []


@pytest.mark.parametrize("damage", ["cut short", "gone", "garbage"])
def test_damaged_code_is_made_again(own_cache, damage):
    fresh(write)(np.zeros(1))
    (path,) = own_cache.rglob("*.object")
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9] if damage == "cut short" else b"\0" * 400)
    made, out = fresh(write), np.zeros(1)
    made(out)
    assert out[0] == 1.0 and len(made.compiled) == 1
    assert fresh(write).compiled == []


@pytest.mark.parametrize("name", ["NUMBA_OPT", "NUMBA_BOUNDSCHECK", "NUMBA_CPU_NAME", "NUMBA_NUM_THREADS"])
def test_settings_of_numba_count_where_code_depends_on_them(monkeypatch, name):
    before = machine_code.settings.__wrapped__()
    monkeypatch.setenv(name, "1")
    assert (machine_code.settings.__wrapped__() == before) == (name == "NUMBA_NUM_THREADS")


def test_a_file_of_settings_counts(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = machine_code.settings.__wrapped__()
    (tmp_path / ".numba_config.yaml").write_text("opt: 1\n")
    assert machine_code.settings.__wrapped__() != before
