"""What is stale is derived from what is imported: an edit spoils all that depends on it, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.core import sources

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("run", "model")


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the package in which sources can be edited."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def hashes(copy, monkeypatch, tmp_path):
    """The hashes of the copy as it stands: of what runs and results depend on."""
    monkeypatch.setattr(sources, "ROOT", copy / "sim")
    monkeypatch.setattr(sources, "PARAMETERS", copy / "sim" / "parameters" / "parameters.csv")
    monkeypatch.setenv("LABOR_SIM_CACHE", str(tmp_path))

    def read() -> dict[str, str]:
        sources.forget()
        found = (sources.run_hash(), sources.model_hash())
        return dict(zip(NAMES, found, strict=True))

    yield read
    sources.forget()


END = ""
NOTHING, ALL = frozenset(), frozenset(NAMES)


@pytest.mark.parametrize(
    ("file", "old", "new", "spoilt"),
    [
        ("rules/earnings.py", "return schooling_return * (", "return 2.0 * schooling_return * (", ALL),
        ("steps/earnings.py", END, "EDITED = 1\n", ALL),
        ("core/arithmetic.py", END, "EDITED = 1\n", ALL),
        ("engine/accounts.py", END, "EDITED = 1\n", ALL),
        ("data/backtest.csv", END, "2017,1\n", NOTHING),  # what a command has stored
        ("policy/budgets.py", END, "EDITED = 1\n", ALL),
        ("parameters/parameters.csv", "switching_cost,2.02,", "switching_cost,2.2,", ALL),
        ("parameters/parameters.csv", "switching_cost,", "cost_of_switching,", ALL),
        (
            "parameters/parameters.csv",
            "cost of leaving the present",
            "cost of giving up the present",
            NOTHING,
        ),
        ("rules/earnings.py", END, "# a remark\n", NOTHING),
        ("rules/earnings.py", '"""', '"""In other words. ', NOTHING),
        ("core/labels.py", "wholesale and retail", "trade", NOTHING),
        ("results/columns.py", "savings held", "savings", NOTHING),
        ("present/charts/comparison.py", END, "EDITED = 1\n", NOTHING),
        ("present/text/numbers.py", END, "EDITED = 1\n", NOTHING),
        ("present/pages/comparison.py", END, "EDITED = 1\n", NOTHING),
        ("cli/app.py", END, "EDITED = 1\n", NOTHING),
        ("validation/validate.py", END, "EDITED = 1\n", NOTHING),
        ("data/provinces.csv", "Beijing", "Peking", frozenset({"model"})),
    ],
)
def test_an_edit_spoils_what_depends_on_it_alone(copy, hashes, file, old, new, spoilt):
    path, before = copy / "sim" / file, hashes()
    text = path.read_text(encoding="utf-8")
    assert old in text
    edited = text.replace(old, new, 1) if old else text + new
    path.write_text(edited, encoding="utf-8")
    try:
        after = hashes()
    finally:
        path.write_text(text, encoding="utf-8")
    assert {name for name in NAMES if before[name] != after[name]} == spoilt
    assert hashes() == before


def test_all_that_a_run_loads_is_counted():
    """Importing what runs the model loads nothing that the closure does not know, but words."""
    code = f"""
import importlib, json, sys
importlib.import_module({sources.RUN!r})
print(json.dumps([name for name in sys.modules if name.partition(".")[0] == "sim"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    counted = set(sources.closure([sources.RUN]))
    packages = {name for name, path in sources.modules().items() if path.name == "__init__.py"}
    loaded = set(json.loads(done.stdout)) - packages
    assert len(counted) > 60
    assert loaded - counted <= set(sources._WORDS)


def test_how_lines_end_does_not_count(copy, hashes, monkeypatch):
    """Lines end otherwise in some checkouts: runs, checkpoints and the ensemble stay what they are."""
    from sim.core.code_hash import code_hash
    from sim.parameters import posterior

    data = copy / "sim" / "data"
    monkeypatch.setattr(posterior, "PACKAGED", data / "posterior.parquet")
    before, versions = hashes(), posterior.versions()
    texts = [path for path in (copy / "sim").rglob("*") if path.suffix in (".py", ".csv", ".md", ".j2")]
    plain = {path: path.read_bytes() for path in texts}
    assert len(plain) > 100 and b"\r\n" not in plain[data / "targets.csv"]
    for path, content in plain.items():
        path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    try:
        assert hashes() == before and posterior.versions() == versions
        source = (copy / "sim" / "rules" / "earnings.py").read_bytes()
        spaces = [{"__name__": "sim.rules.earnings"} for _ in range(2)]
        for space, text in zip(spaces, (source, source.replace(b"\r\n", b"\n")), strict=True):
            exec(compile(text, "earnings.py", "exec"), space)
        first, second = (code_hash([space["experience_pay"]]) for space in spaces)
        assert first == second
    finally:
        for path, content in plain.items():
            path.write_bytes(content)


def test_the_repository_says_how_lines_end():
    said = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True)
    if said.returncode != 0:
        pytest.skip("not a git checkout")
    assert not [line for line in said.stdout.splitlines() if line.startswith("i/crlf")]
    assert (ROOT / ".gitattributes").is_file()
