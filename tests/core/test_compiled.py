"""Compiled and as written are one model; compiled code is kept, and is never older than its sources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, rows_of, start, unit_cost

from sim.core import compiled

ROOT = Path(__file__).resolve().parents[2]
TESTS = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
FEW = 1_000_000  # about 500 workers
MONTHS = 15  # two Spring Festivals and a new year

LEVERS = {
    "courses": make_lever(
        {"training_enrolment_probability": {"scale": 4.0}},
        "2014-02",
        "2015-12",
        who={"age": [16, 45]},
        take_up=0.6,
        unit_cost=unit_cost(1000, "training_enrolment"),
        budget={"yuan_per_year": 4e10},
    ),
    "grant": make_lever(
        {"startup_grant_yuan": {"set": 20_000.0}, "startup_odds_shift": {"add": 1.0}},
        "2014-02",
        "2015-12",
        ramp_months=3,
        who={"has_school_child": False},
    ),
    "quota": make_lever({"settlement_quota_share": {"set": 0.1}}, "2014-06", "2015-12"),
}


def scenario():
    return make_scenario(LEVERS, arrears_probability=0.01, settlement_registration_probability=0.1)


def sums_of(block, names) -> dict[str, np.ndarray]:
    """A month's sums, kept."""
    return {name: getattr(block, name).copy() for name in names}


def python(code: str, cwd: Path = ROOT, **environment: str) -> str:
    """What a fresh Python prints last."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


# --- one model ----------------------------------------------------------------------------------------


def test_uncompiled_workers_live_the_same_lives(tmp_path):
    """Every column of every worker, and every sum, over fifteen months; kernels and rules as written."""
    code = f"""
        import sys
        sys.path[:0] = {TESTS!r}
        import numpy as np
        from test_compiled import FEW, MONTHS, scenario, start, sums_of
        run = start(scenario(), FEW)
        sums = [sums_of(run.step(), run._shards.sums) for _ in range(MONTHS)]
        from sim.engine.parameter_tables import fill_pay_profiles
        assert fill_pay_profiles._run is fill_pay_profiles.python
        names = run._shards.sums
        np.savez({str(tmp_path / "written.npz")!r}, workers=run.workers[:run.rows].table(),
                 **{{name: np.array([s[name] for s in sums]) for name in names}})
    """
    python(code, LABOR_SIM_COMPILED="0")
    written = np.load(tmp_path / "written.npz")
    run = start(scenario(), FEW)
    sums = [sums_of(run.step(), run._shards.sums) for _ in range(MONTHS)]
    assert len(written["workers"]) == run.rows > 400
    for column in written["workers"].dtype.names:
        assert np.array_equal(written["workers"][column], rows_of(run)[column]), column
    for name in run._shards.sums:
        assert np.array_equal(written[name], np.array([s[name] for s in sums])), name
    courses = run.policy.names.index("courses")
    assert written["served"][:, courses].sum() > 0
    assert (written["events"].sum(axis=0) > 0).sum() > 12  # most kinds of event happened to somebody


@pytest.mark.parametrize("value, expected", [("0", False), ("1", True), ("", True)])
def test_the_switch(monkeypatch, value, expected):
    monkeypatch.setenv("LABOR_SIM_COMPILED", value)
    assert compiled.is_enabled() is expected


@pytest.mark.parametrize(
    "value, expected", [("1", False), ("0", True), ("", True), ("-1", False), ("no", True)]
)
@pytest.mark.parametrize("is_imported", [False, True])
def test_the_switch_of_numba_is_ours_too(value, expected, is_imported):
    """Whether numba has read it already or not."""
    code = f"""
        import sys
        {"import numba" if is_imported else ""}
        from sim.core import compiled
        before = compiled.is_enabled()
        import numba
        print(before, compiled.is_enabled())
    """
    assert python(code, NUMBA_DISABLE_JIT=value) == f"{expected} {expected}"


def test_a_month_runs_where_numba_may_not_compile():
    code = """
        from sim.engine.simulate import simulate
        from sim.engine.parameter_tables import fill_pay_profiles
        run = simulate("baseline", scale=1_000_000, end="2014-01", seed=1)
        assert fill_pay_profiles._run is fill_pay_profiles.python
        print(run.national["out"].iloc[0])
    """
    as_written = python(code, NUMBA_DISABLE_JIT="1")
    code = code.replace("assert fill", "# assert fill")
    assert as_written == python(code)


def test_a_rule_stays_an_ordinary_function():
    from sim.rules.skills import training_premium

    assert type(training_premium) is type(python)
    assert training_premium.__doc__ and training_premium.__annotations__


# --- kept, and never stale ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the package in which sources can be edited."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


# A small kernel of the engine, so that it compiles in a second or two; the rule lives in another file.
SMALL_KERNEL = """
    import json
    from sim.engine.parameter_tables import fill_pay_profiles
    from sim.core.structured import for_kernels, make_record
    from sim.steps.records import conditions_type
    kind = conditions_type(32)
    c = make_record(kind)
    c["economy"].view(float)[:] = -0.0003
    c[0].economy.schooling_return = 0.05
    fill_pay_profiles(for_kernels(c, kind))
    school, missed = c[0].schooling_pay, len(fill_pay_profiles.compiled)
    print(json.dumps([fill_pay_profiles.key(for_kernels(c, kind)), school.tolist(), 1 - missed, missed]))
"""


def test_an_edited_rule_takes_effect_and_unedited_code_is_not_compiled_again(copy, tmp_path):
    def run():
        return json.loads(python(SMALL_KERNEL, copy, LABOR_SIM_CACHE=str(tmp_path), TMPDIR=str(tmp_path)))

    first, school, hits, misses = run()
    assert (hits, misses) == (0, 1)
    assert school[4] == pytest.approx(0.30)  # six years more than the reference
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.object")}
    assert kept

    again, school_again, hits, misses = run()
    assert (again, school_again) == (first, school)
    assert (hits, misses) == (1, 0)  # a second process compiles nothing
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.object")} == kept

    earnings = copy / "sim" / "rules" / "earnings.py"
    text = earnings.read_text(encoding="utf-8")
    edited = text.replace("return schooling_return * (", "return 2.0 * schooling_return * (")
    assert edited != text
    earnings.write_text(edited, encoding="utf-8")
    try:
        second, doubled, hits, misses = run()
    finally:
        earnings.write_text(text, encoding="utf-8")
    assert second != first and (hits, misses) == (0, 1)
    assert doubled == pytest.approx([2.0 * value for value in school])

    back, school_back, hits, misses = run()  # and what was compiled before is still there
    assert (back, school_back, hits, misses) == (first, school, 1, 0)


def test_a_second_process_runs_the_month_without_compiling():
    """The whole engine: after a run here, a new process takes every kernel from the cache, without numba."""
    start(scenario(), FEW, months=12).close()
    code = f"""
        import sys
        sys.path[:0] = {TESTS!r}
        from test_compiled import FEW, scenario, start
        start(scenario(), FEW, months=12)
        import sim.engine.shards, sim.engine.markets, sim.engine.year_counts, sim.world.synthesis
        from sim.core.compiled import _Kernel
        modules = [m for n, m in sys.modules.items() if n.startswith("sim.")]
        kernels = {{id(k): k for m in modules for k in vars(m).values() if isinstance(k, _Kernel)}}
        used = [k for k in kernels.values() if k._codes]
        assert "numba" not in sys.modules and "scipy" not in sys.modules
        print(len(used), *[k.__name__ for k in used if k.compiled])
    """
    count, *compiled_anew = python(code).split()
    assert int(count) >= 7
    assert compiled_anew == []


def test_a_second_checkout_uses_the_cache_of_the_first(copy, tmp_path):
    """No path is part of what is kept, and what is announced is what is compiled."""
    announced = "from sim.core.compiled import on_compile; on_compile.append(lambda *_: print('compiling'))\n"
    other = tmp_path / "another" / "place"
    shutil.copytree(copy / "sim", other / "sim")
    shown = []
    for folder in (copy, other):
        done = subprocess.run(
            [sys.executable, "-c", announced + dedent(SMALL_KERNEL)],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "LABOR_SIM_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        shown.append(done.stdout)
    assert "compiling" in shown[0] and "compiling" not in shown[1]
    assert json.loads(shown[1])[2:] == [1, 0]


def test_two_versions_of_a_kernel_share_a_cache(tmp_path):
    """Machine code is kept by the types of the arguments too."""
    cache = tmp_path / "cache"
    widths = SMALL_KERNEL.replace("conditions_type(32)", "conditions_type(int(sys.argv[1]))")
    code = "import sys\n" + dedent(widths)
    found = []
    for width in ("32", "33", "32", "33"):
        done = subprocess.run(
            [sys.executable, "-c", code, width],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "LABOR_SIM_CACHE": str(cache), "TMPDIR": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout)[2:])
    assert found == [[0, 1], [0, 1], [1, 0], [1, 0]]


def test_the_cache_folder_of_other_users_of_numba_is_left_alone():
    import numba

    before = numba.config.CACHE_DIR
    start(scenario(), FEW, months=1)
    assert numba.config.CACHE_DIR == before
