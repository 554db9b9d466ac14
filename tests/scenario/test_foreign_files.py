"""What editors, desktops and archives put into our folders is passed over; what is damaged is explained."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from support import synthetic
from support.command import caller
from support.experiments import SMALL_SWEEP

from sim.core import sources
from sim.core.errors import ResultsError, ScenarioError
from sim.core.files import files_of
from sim.experiments import load_experiment, run_sweep
from sim.experiments.export import load
from sim.results.results import Results
from sim.scenario.loading import catalogue, folders, load_scenario, scenario_files

MAC = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \x00\x02"  # how an AppleDouble file begins
BINARY = bytes(range(256))


def litter(folder, ending, of="x"):
    """Every kind of foreign file, named like ours where that is how they are named."""
    name = f"{of}{ending}"
    foreign = (
        f"._{name}", f".{name}", f".{name}.swp", f".{name}.swo", f"~${name}", f"#{name}#", f"{name}~",
        f"{name}.bak", f"{name}.orig", f"{of}.txt", "Thumbs.db", ".DS_Store", "desktop.ini",
    )  # fmt: skip
    for one in foreign:
        (folder / one).write_bytes(MAC if one.startswith("._") else BINARY)
    os.symlink("somebody@machine.4711:1764460800", folder / f".#{of}{ending}")  # how an editor locks a file
    os.symlink(folder / "gone", folder / f"gone{ending}")
    os.symlink(f"loop{ending}", folder / f"loop{ending}")
    (folder / f"folder{ending}").mkdir()
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{of}-checkpoint{ending}").write_bytes(BINARY)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A folder with scenarios, instruments, documents and experiments of its own, all littered."""
    ready = folders()[-1] if (folders()[-1] / "levers").is_dir() else folders()[0]
    shutil.copytree(ready, tmp_path / "scenarios")
    shutil.copytree(ready.parent / "experiments", tmp_path / "experiments")
    monkeypatch.chdir(tmp_path)
    before = {"scenarios": set(scenario_files()), "instruments": set(catalogue().instruments)}
    for folder in (
        "scenarios",
        "scenarios/levers",
        "scenarios/documents",
        "experiments",
        "experiments/virtual",
    ):
        litter(tmp_path / folder, ".yaml")
    return tmp_path, before


def test_foreign_files_are_no_scenarios_and_no_instruments(workplace):
    folder, before = workplace
    assert set(scenario_files()) == before["scenarios"]
    assert set(catalogue().instruments) == before["instruments"] and not catalogue().problems
    assert load_scenario("ten-departments-2024").levers


@pytest.mark.parametrize(
    "words",
    [("scenarios",), ("levers",), ("check", "ten-departments-2024"), ("virtual",), ("cite", "combined"),
     ("plan", "subsidy_dose_response"), ("schema",), ("show", "combined")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_commands_work_in_a_littered_folder(workplace, monkeypatch, capsys, words):
    said = caller(monkeypatch, capsys)(*words)
    assert said.code == 0, said.err
    assert "._x" not in said.out and ".#x" not in said.out and "folder.yaml" not in said.out


@pytest.mark.parametrize(
    ("name", "told"),
    [("gone.yaml", "this link leads nowhere"), ("loop.yaml", "this link leads nowhere"),
     ("folder.yaml", "this is a folder, not a scenario")],
)  # fmt: skip
def test_what_was_asked_for_and_is_no_file_is_explained(workplace, name, told):
    with pytest.raises(ScenarioError, match=told):
        load_scenario(f"scenarios/{name}")


def test_a_damaged_file_of_ours_is_explained_and_the_others_are_listed(workplace, monkeypatch, capsys):
    folder, _ = workplace
    (folder / "scenarios" / "broken.yaml").write_bytes(BINARY)
    said = caller(monkeypatch, capsys)("scenarios")
    assert said.code == 0 and "broken" in said.out and "problem" in said.out and "startup-support" in said.out
    (folder / "scenarios" / "levers" / "safety-net.yaml").write_bytes(b"\xff\xfe broken")
    refused = caller(monkeypatch, capsys)("check", "ten-departments-2024")
    assert refused.code == 2 and "safety-net.yaml" in refused.out + refused.err


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert files_of(tmp_path / "nowhere", ".yaml") == []


def test_foreign_files_do_not_change_the_hash_of_the_program(tmp_path):
    shutil.copytree(sources.ROOT, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    asked = "from sim.core import sources; print(sources.model_hash(), len(sources.modules()))"
    found = []
    for is_littered in (False, True):
        if is_littered:
            for folder, ending in (("rules", ".py"), ("data", ".csv")):
                litter(tmp_path / "sim" / folder, ending)
        words = [sys.executable, "-c", asked]
        found.append(subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    assert found[0] == found[1] and len(found[0].split()) == 2


def test_results_are_read_from_a_littered_folder(tmp_path):
    Results({"national": synthetic.national(end="2014-03")}, {"run_id": "a"}).save(tmp_path / "r")
    litter(tmp_path / "r", ".parquet", of="national")
    assert list(Results.load(tmp_path / "r").tables) == ["national"]


def test_a_sweep_goes_on_in_a_littered_folder(tmp_path, monkeypatch):
    from support import fake_runs

    (tmp_path / "small.yaml").write_text(
        SMALL_SWEEP,
        encoding="utf-8",
    )
    experiment = load_experiment(tmp_path / "small.yaml")
    run_sweep(experiment, tmp_path / "whole", jobs=1, simulate=fake_runs.simulate)
    run_sweep(experiment, tmp_path / "out", jobs=1, simulate=fake_runs.failing)
    (tmp_path / "out" / "parts").mkdir(exist_ok=True)
    litter(tmp_path / "out", ".parquet", of="results")
    litter(tmp_path / "out" / "parts", ".parquet", of="0000001-0000002-3")
    run_sweep(experiment, tmp_path / "out", jobs=1, simulate=fake_runs.simulate)
    pd.testing.assert_frame_equal(load(tmp_path / "out"), load(tmp_path / "whole"))
    assert (tmp_path / "out" / "parts" / "Thumbs.db").is_file()  # what is not ours stays


def test_a_damaged_part_of_a_sweep_is_named(tmp_path):
    from support import fake_runs

    test_a_sweep_goes_on_in_a_littered_folder(tmp_path, None)
    (tmp_path / "out" / "results.parquet").write_bytes(b"PAR1" + BINARY)
    with pytest.raises(ResultsError, match="results.parquet"):
        load(tmp_path / "out")
    with pytest.raises(ResultsError, match="results.parquet"):
        run_sweep(
            load_experiment(tmp_path / "small.yaml"), tmp_path / "out", jobs=1, simulate=fake_runs.simulate
        )
