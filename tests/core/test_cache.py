"""The cache in every state: what cannot be kept is kept elsewhere or made again, with one warning."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from support.places import NOBODY, as_nobody

from sim.core import cache, files, sources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """A cache and a folder for temporary files of each test's own."""
    monkeypatch.setenv("LABOR_SIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "passing"))
    monkeypatch.setattr(cache, "_unwritable", {})
    monkeypatch.setattr(cache, "_warned", [])
    (tmp_path / "passing").mkdir()


def test_what_is_kept_is_read_back(tmp_path):
    assert cache.read("units/a.code") is None and not cache.has("units/a.code")
    assert cache.write("units/a.code", b"machine code")
    assert cache.read("units/a.code") == b"machine code" and cache.has("units/a.code")
    assert cache.write("units/a.code", b"again") and cache.read("units/a.code") == b"again"
    assert [path.name for path in (tmp_path / "cache" / "units").iterdir()] == ["a.code"]


@pytest.mark.parametrize("damage", ["cut short", "empty", "flipped", "garbage", "gone", "a folder"])
def test_what_is_damaged_counts_as_missing_and_is_replaced(tmp_path, damage):
    cache.write("a.code", b"machine code")
    path = tmp_path / "cache" / "a.code"
    whole = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "gone":
        flipped = whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]
        content = {"cut short": whole[:-1], "empty": b"", "flipped": flipped, "garbage": b"\0" * 500}
        path.write_bytes(content[damage])
    assert cache.read("a.code") is None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if damage == "a folder" else "error")
        assert cache.write("a.code", b"machine code")
    assert cache.read("a.code") == b"machine code"


@pytest.mark.parametrize("is_full", [False, True])
def test_where_the_cache_cannot_be_written_temporary_files_serve(tmp_path, monkeypatch, is_full):
    if is_full:
        write = files.write_whole

        def full(path, content):
            if path.is_relative_to(tmp_path / "cache"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(path, content)

        monkeypatch.setattr(cache, "write_whole", full)
    else:
        (tmp_path / "cache").write_text("a file in the way")
    reason = "the disk is full" if is_full else "a file stands where a folder is needed"
    with pytest.warns(UserWarning, match=f"{reason}.*kept in .*passing") as told:
        assert cache.write("a.code", b"one") and cache.write("b.code", b"two")
    assert len(told) == 1
    assert cache.read("a.code") == b"one" and cache.read("b.code") == b"two"
    assert cache.is_shared()
    assert (tmp_path / "passing" / cache.NAME).stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_it_is_told_once(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.warns(UserWarning, match="made again in every process") as told:
        assert not cache.write("a.code", b"one") and not cache.write("b.code", b"two")
    assert len(told) == 1 and cache.read("a.code") is None and not cache.is_shared()


def test_folders_of_others_among_temporary_files_are_not_used(shared_folder, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root can make folders of others")
    shared_folder.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(shared_folder))
    monkeypatch.setenv("LABOR_SIM_CACHE", "/proc/nowhere")
    foreign = shared_folder / cache.NAME
    foreign.mkdir()
    foreign.chmod(0o777)
    (shared_folder / f"{cache.NAME}-1").symlink_to(foreign)
    with as_nobody():
        with pytest.warns(UserWarning, match=f"{cache.NAME}-2"):
            assert cache.write("a.code", b"mine")
        (foreign / "b.code").write_bytes(cache._digest(b"theirs") + b"theirs")
        assert cache.read("a.code") == b"mine" and cache.read("b.code") is None
    assert (shared_folder / f"{cache.NAME}-2" / "a.code").stat().st_uid == NOBODY


def test_a_cache_that_may_only_be_read_is_read(shared_folder, monkeypatch):
    monkeypatch.setenv("LABOR_SIM_CACHE", str(shared_folder / "cache"))
    cache.write("a.code", b"theirs")
    os.chmod(shared_folder / "cache" / "a.code", 0o644)
    os.chmod(shared_folder / "cache", 0o555)
    monkeypatch.setattr(tempfile, "tempdir", str(shared_folder))
    with as_nobody():
        assert cache.read("a.code") == b"theirs"


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ({"HOME": "/h"}, "/h/.cache/labor-migration-sim"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/labor-migration-sim"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "/h/.cache/labor-migration-sim"),
        ({"HOME": "", "XDG_CACHE_HOME": ""}, None),
        ({"HOME": "relative"}, None),
        ({"HOME": "/h", "LABOR_SIM_CACHE": "/c"}, "/c"),
    ],
)
def test_the_folder_that_the_environment_names(monkeypatch, named, place):
    for name in ("HOME", "XDG_CACHE_HOME", "LABOR_SIM_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    root = cache.cache_root()
    assert root == (place and Path(place))


def test_nothing_is_put_into_the_present_folder_without_a_home(tmp_path, monkeypatch):
    monkeypatch.delenv("LABOR_SIM_CACHE")
    monkeypatch.setenv("HOME", "")
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match="there is no home folder"):
        assert cache.write("a.code", b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["passing"]


def test_the_hash_of_the_sources_does_not_need_a_cache(tmp_path, monkeypatch):
    sources.forget()
    before = sources.run_hash()
    kept = list((tmp_path / "cache" / "sources").iterdir())
    assert len(kept) == 1
    kept[0].write_bytes(b"garbage")
    sources.forget()
    assert sources.run_hash() == before
    monkeypatch.setenv("LABOR_SIM_CACHE", "/dev/null/nowhere")
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null")
    sources.forget()
    with pytest.warns(UserWarning, match="made again"):
        assert sources.run_hash() == before


def test_a_process_with_no_cache_at_all_compiles_and_says_so_once(tmp_path):
    """No home, no place for temporary files, and a limit of no bytes for every file."""
    pytest.importorskip("resource")
    code = """
import resource, json
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from sim.engine.parameter_tables import fill_pay_profiles
from sim.core.structured import for_kernels, make_record
from sim.steps.records import conditions_type
kind = conditions_type(32)
c = make_record(kind)
c["economy"].view(float)[:] = -0.0003
c[0].economy.schooling_return = 0.05
fill_pay_profiles(for_kernels(c, kind))
print(round(c[0].schooling_pay[4], 9))
"""
    environment = {**os.environ, "HOME": "/nonexistent", "TMPDIR": "/nonexistent", "PYTHONPATH": str(ROOT)}
    for name in ("LABOR_SIM_CACHE", "XDG_CACHE_HOME"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0.3\n"
    assert done.stderr.count("compiled code cannot be kept") == 1
