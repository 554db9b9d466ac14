"""Folders of results: only our own files are replaced, whatever kind of place the folder is."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from support import synthetic
from support.places import as_nobody

from sim.core.destinations import LOCK, claimed, try_file, write_file
from sim.core.errors import ResultsError, UsageError
from sim.results import folders
from sim.results.folders import UNFINISHED, check_folder, claimed_folder
from sim.results.results import Results, read_folder, write_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def results():
    return synthetic.simulate(synthetic.FakeScenario("baseline"), end="2015-12", seed=3)


def written(folder: Path, number: float = 1.0, **more) -> Path:
    """Results with one table, and further files."""
    extra = {name.replace("__", "/").replace("_", "."): text.encode() for name, text in more.items()}
    return write_folder(folder, {"national": pd.DataFrame({"out": [number]})}, {"kind": "run"}, extra)


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


# --- whose files ----------------------------------------------------------------------------------------


def test_files_of_the_user_stay(results, tmp_path):
    folder = results.save(tmp_path / "run")
    (folder / "notes.md").write_text("mine")
    (folder / "mine.parquet").write_bytes(b"no table")
    (folder / "maps").mkdir()
    (folder / "maps" / "a.png").write_bytes(b"png")
    again = Results.load(results.save(folder))
    assert set(again.tables) == set(results.tables)  # their table is not read for one of ours
    assert (folder / "notes.md").read_text() == "mine"
    assert (folder / "mine.parquet").read_bytes() == b"no table"
    assert (folder / "maps" / "a.png").read_bytes() == b"png"


def test_former_files_without_a_successor_go_and_their_folder_too(tmp_path):
    folder = written(tmp_path / "run", charts__a_png="a", bands_csv="b", page_html="c")
    assert names_in(folder) >= {"charts/a.png", "bands.csv", "page.html"}
    (folder / "bands.csv").write_text("edited by hand")
    written(folder, page_html="new")
    assert names_in(folder) == {"manifest.json", "national.parquet", "page.html", "bands.csv"}
    assert (folder / "page.html").read_text() == "new"


def test_a_file_of_the_user_in_our_place_is_set_aside(tmp_path):
    folder = written(tmp_path / "run")
    (folder / "bands.csv").write_text("theirs")
    (folder / "charts").write_text("a file where a folder goes")
    (folder / "page.html").mkdir()
    with pytest.warns(UserWarning, match="bands.csv in .* is now bands.csv.kept-1"):
        written(folder, bands_csv="ours", charts__a_png="a", page_html="p")
    assert (folder / "bands.csv").read_text() == "ours"
    assert (folder / "bands.csv.kept-1").read_text() == "theirs"
    assert (folder / "charts.kept-1").read_text() == "a file where a folder goes"
    assert (folder / "page.html.kept-1").is_dir() and (folder / "charts" / "a.png").is_file()


def test_what_a_system_puts_into_folders_is_in_nobodys_way(tmp_path):
    for name in (".git", "lost+found", UNFINISHED):
        (tmp_path / name).mkdir()
    for name in (".DS_Store", "Thumbs.db", LOCK):
        (tmp_path / name).write_text("")
    written(tmp_path)
    assert (tmp_path / "lost+found").is_dir() and (tmp_path / ".git").is_dir()


def test_a_manifest_of_another_program_is_left_alone(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "an extension of a browser"}')
    for attempt in (written, check_folder):
        with pytest.raises(ResultsError, match="manifest.json of another program"):
            attempt(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match="manifest.json cannot be read"):
        written(tmp_path)
    assert (tmp_path / "manifest.json").read_text() == "{"


def test_results_of_another_kind_are_not_replaced(tmp_path):
    folder = written(tmp_path / "run")
    with pytest.raises(ResultsError, match="holds a run, not a comparison"):
        write_folder(folder, {}, {"kind": "comparison"})
    with pytest.raises(ResultsError, match="holds a run, not a sweep"):
        check_folder(folder, "sweep")
    assert read_folder(folder)[0]["national"]["out"].tolist() == [1.0]


def test_a_manifest_cannot_make_us_remove_files_elsewhere(tmp_path):
    folder = written(tmp_path / "run")
    (tmp_path / "thesis.txt").write_text("precious")
    about = json.loads((folder / "manifest.json").read_text())
    digest = folders.file_digest(b"precious")
    about["files"] |= {"../thesis.txt": digest, str(tmp_path / "thesis.txt"): digest}
    (folder / "manifest.json").write_text(json.dumps(about))
    written(folder)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_folders_of_former_versions_are_replaced(tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    pd.DataFrame({"id": ["a"]}).to_parquet(folder / "facts.parquet")
    (folder / "effects.csv").write_text("id")
    (folder / "notes.md").write_text("mine")
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "kind": "run", "tables": ["facts"]}))
    written(folder)
    assert names_in(folder) == {"manifest.json", "national.parquet", "notes.md"}


# --- whole or not at all --------------------------------------------------------------------------------


def test_a_changed_table_is_not_taken_for_the_one_that_was_written(tmp_path):
    folder, other = written(tmp_path / "run", 1.0), written(tmp_path / "other", 2.0)
    (folder / "national.parquet").write_bytes((other / "national.parquet").read_bytes())
    with pytest.raises(ResultsError, match="changed or damaged"):
        read_folder(folder)


def test_a_full_disk_leaves_what_was_there_and_no_trace(tmp_path, monkeypatch):
    folder = written(tmp_path / "run", 1.0)
    before = names_in(tmp_path)

    def full(self, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ResultsError, match="the disk is full"):
            written(folder, 2.0, page_html="p")
    assert names_in(tmp_path) == before
    assert read_folder(folder)[0]["national"]["out"].tolist() == [1.0]


@pytest.mark.parametrize("at", range(1, 5))
@pytest.mark.parametrize("is_first", [False, True])
def test_whoever_was_killed_while_replacing_is_followed_by_the_next(tmp_path, monkeypatch, at, is_first):
    """Neither old nor new tables are taken for the other, and the same call once more makes all whole."""
    folder = tmp_path / "run"
    if not is_first:
        written(folder, 1.0, page_html="old")
    if not (child := os.fork()):
        replace, left = os.replace, [at]

        def until_killed(source, target):
            if Path(source).parent.name == folders._STAGING:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)

        monkeypatch.setattr(os, "replace", until_killed)
        written(folder, 2.0, page_html="new", more_html="m")
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    try:
        found = read_folder(folder)[0]["national"]["out"].tolist()
        assert found == [1.0] and not is_first
    except ResultsError as error:
        assert "cut short" in str(error) or is_first and "has no manifest.json" in str(error)
    written(folder, 2.0, page_html="new", more_html="m")
    assert read_folder(folder)[0]["national"]["out"].tolist() == [2.0]
    assert names_in(folder) == {"manifest.json", "national.parquet", "page.html", "more.html"}


# --- kinds of places ------------------------------------------------------------------------------------


def test_a_writable_folder_below_one_that_is_not(shared_folder):
    parent, folder = shared_folder / "parent", shared_folder / "parent" / "run"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    parent.chmod(0o555)
    with as_nobody():
        check_folder(folder)
        written(folder, 1.0)
        written(folder, 2.0)
        with pytest.raises(ResultsError, match="no permission"):
            check_folder(parent / "new")
        with pytest.raises(ResultsError, match="no permission"):
            written(parent / "new")
    assert read_folder(folder)[0]["national"]["out"].tolist() == [2.0]
    assert names_in(parent) == {"run", "run/manifest.json", "run/national.parquet"}


def test_a_folder_that_only_others_may_write(shared_folder):
    (shared_folder / "theirs").mkdir(mode=0o755)
    with as_nobody(), pytest.raises(ResultsError, match="no permission"):
        check_folder(shared_folder / "theirs")


@pytest.mark.parametrize("is_there", [False, True])
def test_a_link_stays_a_link(tmp_path, is_there):
    if is_there:
        (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    for number in (1.0, 2.0):
        written(tmp_path / "near", number)
    assert (tmp_path / "near").is_symlink()
    assert read_folder(tmp_path / "far")[0]["national"]["out"].tolist() == [2.0]


def test_a_mount_point(tmp_path):
    folder = tmp_path / "mounted"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "none", folder], capture_output=True)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        written(folder, 1.0)
        written(folder, 2.0)
        assert read_folder(folder)[0]["national"]["out"].tolist() == [2.0]
    finally:
        subprocess.run(["umount", folder], check=True)


def test_the_present_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(Path("."))
    written(Path())
    assert read_folder(tmp_path)[0]["national"]["out"].tolist() == [1.0]


@pytest.mark.parametrize("place", ["/dev/null", "/dev/stdout/below", "file", "file/below", "loop", "x" * 300])
def test_no_folder_can_be_there(tmp_path, place):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for attempt in (check_folder, written):
        with pytest.raises(ResultsError):
            attempt(tmp_path / place)
    assert names_in(tmp_path) == {"file", "loop"}


# --- one at a time --------------------------------------------------------------------------------------

HOLDING = """
import sys, time
from sim.results.folders import claimed_folder
with claimed_folder(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


WRITING = """
import sys, pandas
from sim.core.errors import SimError
from sim.results.results import write_folder
table = pandas.DataFrame({"out": [float(sys.argv[2])]})
for attempt in range(15):
    try:
        write_folder(sys.argv[1], {"a": table, "b": table}, {"kind": "run"})
    except SimError as error:
        assert "another process" in str(error), error
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds tmp_path/run."""
    pytest.importorskip("fcntl")
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_folder_is_held_by_one_process_and_free_when_it_dies(tmp_path, holder):
    for attempt in (check_folder, written):
        with pytest.raises(UsageError, match="another process is writing to this folder") as caught:
            attempt(tmp_path / "run")
        assert caught.value.exit_code == 2
    holder.kill()
    holder.wait()
    assert (tmp_path / "run" / LOCK).exists()  # left behind, and in nobody's way
    written(tmp_path / "run")
    assert names_in(tmp_path / "run") == {"manifest.json", "national.parquet"}


def test_the_process_that_holds_a_folder_writes_there(tmp_path):
    with claimed_folder(tmp_path / "run"), claimed_folder(tmp_path / "run"):
        written(tmp_path / "run")
        assert (tmp_path / "run" / LOCK).exists()
    assert not (tmp_path / "run" / LOCK).exists()


def test_many_processes_may_write_one_after_another(tmp_path):
    """The last one wins whole; whoever comes while another writes is told."""
    command = [sys.executable, "-c", WRITING, str(tmp_path / "run")]
    several = [subprocess.Popen([*command, str(n)], cwd=ROOT, stderr=subprocess.PIPE) for n in range(3)]
    assert [process.communicate()[1].decode() for process in several] == ["", "", ""]
    tables = read_folder(tmp_path / "run")[0]
    assert tables["a"].equals(tables["b"])
    assert names_in(tmp_path / "run") == {"manifest.json", "a.parquet", "b.parquet"}


def test_folders_made_for_nothing_are_removed(tmp_path):
    with pytest.raises(KeyError), claimed(tmp_path / "new" / "below"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


# --- files ----------------------------------------------------------------------------------------------


def test_a_file_keeps_its_permissions_and_a_link_its_end(tmp_path):
    (tmp_path / "far.csv").write_text("old")
    (tmp_path / "far.csv").chmod(0o640)
    (tmp_path / "near.csv").symlink_to("far.csv")
    write_file(tmp_path / "near.csv", b"new")
    assert (tmp_path / "near.csv").is_symlink() and (tmp_path / "far.csv").read_text() == "new"
    assert (tmp_path / "far.csv").stat().st_mode & 0o777 == 0o640
    (tmp_path / "nowhere.csv").symlink_to("made.csv")
    try_file(tmp_path / "nowhere.csv")
    write_file(tmp_path / "nowhere.csv", lambda path: path.write_bytes(b"made"))
    assert (tmp_path / "made.csv").read_text() == "made"


def test_a_full_disk_leaves_the_earlier_file(tmp_path):
    (tmp_path / "table.csv").write_text("old")

    def full(path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError):
        write_file(tmp_path / "table.csv", full)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("table.csv", "old")]


def test_devices_and_pipes_are_written_to(tmp_path):
    try_file(Path("/dev/null"))
    write_file(Path("/dev/null"), b"away")
    assert not Path("/dev/null").is_file()
    if Path("/dev/full").exists():
        with pytest.raises(OSError, match="No space"):
            write_file(Path("/dev/full"), b"too much")
    os.mkfifo(tmp_path / "pipe")
    try_file(tmp_path / "pipe")  # does not wait for a reader
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        write_file(tmp_path / "pipe", b"through")
        assert reader.stdout.read() == b"through"


PRINTING = """
from pathlib import Path
from sim.core.destinations import try_file, write_file
print("before")
try_file(Path("/dev/stdout"))
write_file(Path("/dev/stdout"), b"table\\n")
print("after")
"""


@pytest.mark.parametrize("is_pipe", [True, False])
def test_standard_output_as_a_file(tmp_path, is_pipe):
    command = [sys.executable, "-c", PRINTING]
    if is_pipe:
        said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    else:
        with open(tmp_path / "said", "wb") as stream:
            subprocess.run(command, cwd=ROOT, stdout=stream, check=True)
        said = (tmp_path / "said").read_text()
    assert said == "before\ntable\nafter\n"


def test_a_lock_is_quick(tmp_path):
    begun = time.monotonic()
    for _ in range(100):
        check_folder(tmp_path / "run")
    assert time.monotonic() - begun < 5


def test_a_folder_of_another_kind_says_what_to_do():
    from sim.results.results import of_another_kind

    told = str(of_another_kind({"kind": "comparison", "base": {"name": "none"}}, "run", "results/mine"))
    assert "holds a comparison, not a run" in told
    assert "labor-sim run SCENARIO --out FOLDER" in told and "name its scenario instead, such as none" in told
    told = str(of_another_kind({"kind": "run"}, "comparison", "results/mine"))
    assert "labor-sim compare BASE POLICY... --out FOLDER" in told
