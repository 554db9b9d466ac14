"""A wheel of this project in a fresh environment, outside the checkout: what a user of pip has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SMALL = ("--scale", "1:1000000", "--jobs", "1")

EXPERIMENT = """
title: {en: Grants of two sizes, zh: 两种补贴}
question: Does a larger grant make more businesses?
scenario: startup-support
period: {from: 2014-01, to: 2025-12}
scale: 1:1000000
seeds: 1
design:
  kind: grid
  factors:
    grant_yuan:
      label: {en: Grant, zh: 补贴}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set]
      values: [0, 20000]
outcomes: [businesses]
figure: {x: grant_yuan, outcome: businesses}
"""


def called(*words, folder: Path, **environment: str) -> str:
    """What a command prints, run in ``folder`` with nothing of the checkout on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONUTF8": "1", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*words, folder: Path, interpreter: Path | None = None) -> None:
    of_another = ["--python", interpreter] if interpreter else []
    called(
        sys.executable, "-m", "pip", *of_another, "--disable-pip-version-check", "-q", *words, folder=folder
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """The files of the checkout, so that building leaves nothing behind in it."""
    folder = tmp_path_factory.mktemp("sources") / "checkout"
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, listing.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def building() -> list[str]:
    """How pip builds: with the setuptools that are here, if they are new enough; else it fetches its own."""
    try:
        major = int(re.match(r"\d+", metadata.version("setuptools")).group())
    except metadata.PackageNotFoundError:
        major = 0
    return ["--no-build-isolation"] if major >= 77 else []


@pytest.fixture(scope="module")
def wheel(sources, building, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", *building, "-w", folder, sources, folder=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def labor_sim(wheel, tmp_path_factory):
    """Calls the command of a fresh environment that has the wheel; what it needs comes from this one."""
    home = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(home, with_pip=False)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    pip("install", "--no-deps", "--no-index", wheel, folder=home, interpreter=python)
    site = called(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=home).strip()
    import numpy

    libraries = Path(numpy.__file__).parents[1]  # its own .pth files, an editable install, do not count there
    Path(site, "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    where = called(python, "-c", "import sim; print(sim.__file__)", folder=home)
    assert Path(where.strip()).is_relative_to(home)
    return lambda *words, folder: called(programs / "labor-sim", *words, folder=folder)


def ready() -> set[str]:
    files = [*ROOT.glob("scenarios/*.yaml"), *ROOT.glob("scenarios/documents/*.yaml")]
    return {path.stem for path in files}


def test_the_wheel_holds_what_is_ready_once_and_inside_the_package(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {Path(name).parts[0] for name in names} == {"sim", names[-1].split("/")[0]}  # and its dist-info
    held = {name.removeprefix("sim/ready/") for name in names if name.startswith("sim/ready/")}
    lying = [*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("experiments/**/*.yaml")]
    assert held >= {path.relative_to(ROOT).as_posix() for path in lying}
    assert "scenarios/levers/return-and-enterprise.yaml" in held and len(held) == len(set(held))
    assert not (ROOT / "sim" / "ready").exists()  # the one copy in the repository lies at the top


def test_an_installed_command_knows_what_is_ready(labor_sim, tmp_path):
    rows = json.loads(labor_sim("scenarios", "--json", folder=tmp_path))
    assert {row["name"] for row in rows} == ready()
    assert "startup-subsidy" in labor_sim("levers", "startup-subsidy", folder=tmp_path)
    assert "travel-grant" in labor_sim("virtual", folder=tmp_path)
    assert "subsidy_dose_response" in labor_sim("plan", "subsidy_dose_response", folder=tmp_path)


def test_an_installed_command_runs_compares_and_sweeps(labor_sim, tmp_path):
    """The same figures as the checkout gives."""
    words = ("run", "baseline", "--scale", "1:1000000", "--to", "2014-06", "--json")
    installed = json.loads(labor_sim(*words, folder=tmp_path))["years"]
    here = json.loads(called(sys.executable, "-m", "sim", *words, folder=ROOT))["years"]
    assert installed == here
    policies = ("baseline", "startup-support", "--seeds", "2", "--ensemble", "0", "--to", "2025-12")
    labor_sim("compare", *policies, *SMALL, "--out", "compared", folder=tmp_path)
    assert (tmp_path / "compared" / "report.html").is_file()
    (tmp_path / "two.yaml").write_text(EXPERIMENT, encoding="utf-8")
    labor_sim("sweep", "two.yaml", "--jobs", "1", folder=tmp_path)
    assert (tmp_path / "results" / "sweeps" / "two" / "results.parquet").is_file()


def test_a_folder_that_pip_installs_into_has_everything(sources, building, tmp_path):
    target = tmp_path / "target"
    pip("install", "--no-deps", *building, "--target", target, sources, folder=tmp_path)
    words = (sys.executable, "-m", "sim", "scenarios", "--json")
    rows = json.loads(called(*words, folder=tmp_path, PYTHONPATH=str(target)))
    assert {row["name"] for row in rows} == ready()
    assert all(str(target) in str(tmp_path / row["file"]) for row in rows)


def test_an_installation_without_what_is_ready_says_so(sources, tmp_path):
    """An empty list would look like an answer."""
    (tmp_path / "sim").symlink_to(sources / "sim")
    code = "import sys, sim.scenario.loading as l; l.folders = lambda: (); from sim.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "scenarios"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2 and "install it again" in done.stderr
