"""What is made from the packaged files is kept, and made again when they, or a library, change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.core import kept as module
from sim.core.kept import kept
from sim.world import data
from sim.world.world import World, build_places, build_world, packaged_world


class Maker:
    """Makes a value and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"table": pd.DataFrame({"a": [1, 2]}), "array": np.arange(3)}


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setenv("LABOR_SIM_CACHE", str(tmp_path))
    return Maker()


def test_it_is_made_once(make):
    first, again = kept("thing", make), kept("thing", make)
    assert make.times == 1
    pd.testing.assert_frame_equal(first["table"], again["table"])
    assert np.array_equal(first["array"], again["array"])


@pytest.mark.parametrize("changed", ["model_hash", "version"])
def test_sources_data_and_libraries_count(make, monkeypatch, changed):
    kept("thing", make)
    monkeypatch.setattr(module, changed, lambda *_: "another")
    kept("thing", make)
    assert make.times == 2


@pytest.mark.parametrize("damage", ["cut short", "no pickle", "of a class that is gone", "gone"])
def test_what_is_damaged_is_made_again(make, tmp_path, damage):
    kept("thing", make)
    (path,) = tmp_path.rglob("*.pickle")
    if damage == "gone":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:-5])
    else:
        content = b"cno_such_module\nThing\n." if "class" in damage else b"words"
        module.cache.write(path.relative_to(tmp_path).as_posix(), content)
    assert kept("thing", make)["array"].tolist() == [0, 1, 2] and make.times == 2
    assert kept("thing", make)["array"].tolist() == [0, 1, 2] and make.times == 2


def test_the_packaged_data_come_back_as_they_were_read(make):
    data._packaged_data.__wrapped__()  # made, and kept
    found, read = data._packaged_data.__wrapped__(), data._read(data.PACKAGED_FOLDER)
    for name, value in vars(read).items():
        other = getattr(found, name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, other)
        elif isinstance(value, np.ndarray):
            assert np.array_equal(value, other) and not other.flags.writeable
        elif isinstance(value, dict):
            assert value.keys() == other.keys()
            assert all(np.array_equal(value[key], other[key]) for key in value)
            assert not any(array.flags.writeable for array in other.values())
        else:
            assert value == other


def test_the_packaged_world_comes_back_as_it_was_made(make):
    from sim.world.corridors import DEFAULT_NUMBERS as CORRIDORS
    from sim.world.synthesis import DEFAULT_NUMBERS as PEOPLE

    packaged_world.__wrapped__()
    found = packaged_world.__wrapped__()
    made = build_world(found.data, build_places(found.data), CORRIDORS, PEOPLE)
    assert found.data is data.load_data()
    for name in World._fields[1:]:
        assert_same(getattr(made, name), getattr(found, name))


def assert_same(one, other):
    """Arrays, and what holds arrays as fields."""
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype and np.array_equal(one, other)
    elif fields := getattr(one, "_fields", None) or list(getattr(one, "__dict__", ())):
        for field in fields:
            assert_same(getattr(one, field), getattr(other, field))
    else:
        assert one == other
