"""Every notebook runs from top to bottom, made small by its own parameters, and is stored clean."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# What the cell tagged ``parameters`` becomes, so that a lesson of minutes runs in seconds.
SMALL = {
    "01_first_run.ipynb": 'SCALE = 100_000\nLAST_MONTH = "2026-12"\nWORKERS = 600\nSEEDS = 2\n',
    "02_one_life.ipynb": 'SCALE = 50_000\nSEED = 1\nWHO = "woman, 16-24, farming"\nLAST_MONTH = "2018-12"\n',
    "03_two_policies.ipynb": (
        'SCALE = 60_000\nSEED = 1\nLAST_MONTH = "2026-12"\n'
        'POLICIES = ["startup-support", "residency-easing"]\n'
    ),
}


LESSONS = [path for path in NOTEBOOKS if path.name != "01_first_run.ipynb"]  # begin with a guess


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_runs(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    notebook = nbformat.read(path, as_version=4)
    parameters = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    assert len(parameters) == 1
    parameters[0].source = SMALL[path.name]
    client = nbclient.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    if path in LESSONS:
        printed = [one.text for cell in notebook.cells for one in cell.get("outputs", ()) if "text" in one]
        assert re.search(r"your guess: \d of \d points\n$", printed[-1])
        pictures = [one for cell in notebook.cells for one in cell.get("outputs", ()) if "data" in one]
        assert any("image/png" in one.data for one in pictures)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_a_lesson_begins_with_a_guess_and_ends_with_its_score(path):
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    names = re.findall(r"^(GUESS\w*) = ", code[1], flags=re.M)  # right after the parameters
    assert names and all(name in code[-1] for name in names) and "points" in code[-1]
    for given in code[2:-1]:
        assert "GUESS" not in given


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_is_stored_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert sum(cell.cell_type == "markdown" for cell in notebook.cells) >= len(code) / 2
