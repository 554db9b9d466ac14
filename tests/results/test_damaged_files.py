"""Truncated files and flipped bytes in every kind of file that is read back: refused, or the same answer."""

from __future__ import annotations

import ast
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import fake_runs, synthetic
from support.experiments import SMALL_SWEEP

import sim
from sim.core.errors import SimError
from sim.engine.checkpoint import Checkpoint
from sim.experiments import load_experiment, run_sweep
from sim.experiments.export import load
from sim.parameters.posterior import PACKAGED, Posterior, load_posterior
from sim.results.results import Results

SAMPLE, MANY = 25, 2000


class Kind:
    """A kind of file: where it lies, and what reading it gives."""

    def __init__(self, name, file, read):
        self.name, self.file, self.read = name, file, read


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    tables = {"national": synthetic.national(end="2014-06"), "official": synthetic.official(end="2015-12")}
    Results(tables, {"run_id": "a", "seed": 1}).save(folder / "run")
    (folder / "small.yaml").write_text(SMALL_SWEEP, encoding="utf-8")
    experiment = load_experiment(folder / "small.yaml")
    run_sweep(experiment, folder / "sweep", jobs=1, simulate=fake_runs.simulate)
    shutil.copytree(folder / "sweep", folder / "partial")
    (folder / "partial" / "parts").mkdir()
    (folder / "partial" / "results.parquet").rename(
        folder / "partial" / "parts" / "0000000-0000003-1.parquet"
    )
    state = {"numbers": np.arange(200), "nested": {"table": pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})}}
    Checkpoint({"month": "2014-02", "seed": 1}, state).save(folder / "january.state")
    whole = load_posterior()
    Posterior(whole.members[:5], whole.weights[:5], whole.errors[:5], whole.about).save(folder / "p.parquet")

    def run():
        return Results.load(folder / "run").tables

    def swept(name="sweep"):
        return load(folder / name)

    def resumed():
        return run_sweep(experiment, folder / "sweep", jobs=1, simulate=fake_runs.simulate).results

    def state_read():
        found = Checkpoint.load(folder / "january.state")
        return {**found.about, "n": found.state["numbers"].tolist(), **found.state["nested"]}

    def posterior():
        found = load_posterior(folder / "p.parquet")
        numbers = {"members": found.members, "errors": found.errors, "weights": found.weights.tolist()}
        return {**numbers, "about": found.about}

    return [
        Kind("table of a run", folder / "run" / "national.parquet", run),
        Kind("manifest of a run", folder / "run" / "manifest.json", run),
        Kind("table of a sweep", folder / "sweep" / "results.parquet", swept),
        Kind(
            "part of a sweep",
            folder / "partial" / "parts" / "0000000-0000003-1.parquet",
            lambda: swept("partial"),
        ),
        Kind("journal of a sweep", folder / "sweep" / "journal.jsonl", swept),
        Kind("table of a sweep that goes on", folder / "sweep" / "results.parquet", resumed),
        Kind("checkpoint", folder / "january.state", state_read),
        Kind("ensemble", folder / "p.parquet", posterior),
    ]


def damaged(content: bytes, number: int) -> bytes:
    """The content cut off, or with a byte or bit changed or lost; the same for the same number."""
    chance = random.Random(number)
    place = chance.randrange(len(content))
    way = chance.random()
    if way < 0.25:
        return content[:place]
    if way < 0.35:
        return content[:place] + bytes(min(64, len(content) - place)) + content[place + 64 :]
    if way < 0.45:
        return content[:place] + content[place + 1 :]
    changed = content[place] ^ (1 << chance.randrange(8)) if way < 0.8 else chance.randrange(256)
    return content[:place] + bytes([changed]) + content[place + 1 :]


def same(one, other) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    return one == other


def tried(kind: Kind, numbers: range) -> int:
    """How many damaged files were refused; the rest gave the same answer."""
    content, expected, refused = kind.file.read_bytes(), kind.read(), 0
    try:
        for number in numbers:
            kind.file.write_bytes(damaged(content, number))
            try:
                found = kind.read()
            except SimError as error:
                assert str(error).strip() and error.exit_code == 2
                refused += 1
            except Exception as error:
                raise AssertionError(f"{kind.name}, {number}: {type(error).__name__}: {error}") from error
            else:
                assert same(found, expected), f"{kind.name}, {number}: another answer"
    finally:
        kind.file.write_bytes(content)
    return refused


@pytest.mark.parametrize("at", range(8))
def test_a_damaged_file_is_refused_or_gives_the_same_answer(kinds, at):
    tried(kinds[at], range(SAMPLE))


@pytest.mark.long
@pytest.mark.parametrize("at", range(8))
def test_many_damaged_files_are_refused_or_give_the_same_answer(kinds, at):
    refused = tried(kinds[at], range(SAMPLE, MANY))
    print(f"{kinds[at].name}: {refused} of {MANY - SAMPLE} refused, the rest the same")


def test_the_packaged_ensemble_is_read():
    assert len(load_posterior(PACKAGED).members)


# --- reading never runs code --------------------------------------------------------------------------

# Between our own processes, and in the user's own cache, where machine code lies too; never what files of
# results, states, scenarios or ensembles hold.
MAY_PICKLE = {"experiments/dask.py", "core/processes.py", "core/kept.py"}
RISKY = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def test_nothing_is_loaded_by_pickle():
    root = Path(sim.__file__).parent
    importing = set()
    for path in sorted(root.rglob("*.py")):
        where = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                importing |= {where for name in node.names if name.name.partition(".")[0] in RISKY}
            elif isinstance(node, ast.ImportFrom) and node.module:
                importing |= {where} if node.module.partition(".")[0] in RISKY else set()
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                said = ast.unparse(node)
                assert node.func.attr != "read_pickle", f"{where}: {said}"
                if ast.unparse(node.func) in ("np.load", "numpy.load"):
                    assert "allow_pickle=False" in said, f"{where}: {said}"
                if ast.unparse(node.func) == "YAML":
                    assert "unsafe" not in said, f"{where}: {said}"
    assert importing <= MAY_PICKLE


def test_arrays_of_objects_in_a_checkpoint_are_refused(tmp_path, monkeypatch):
    """A file made to run code when it is unpickled is refused, and nothing runs."""
    import hashlib
    import io

    import pyarrow

    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    raw = io.BytesIO()
    np.savez(raw, skeleton=np.array([Evil()], dtype=object))
    body = pyarrow.compress(raw.getvalue(), codec="zstd", asbytes=True)
    head = f"{hashlib.sha256(body).hexdigest()} {len(body)} {raw.getbuffer().nbytes}"
    (tmp_path / "evil.state").write_bytes(b"labor-sim checkpoint 2\n" + head.encode() + b"\n" + body)
    with pytest.raises(SimError, match="cannot be read"):
        Checkpoint.load(tmp_path / "evil.state")
    assert not (tmp_path / "ran").exists()
