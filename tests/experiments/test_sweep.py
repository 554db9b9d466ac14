"""Sweeps: the design, kill and resume, failures that stay alone, folders that belong to others."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from support import fake_runs

from sim.analysis.sensitivity import answer
from sim.core.errors import ResultsError, UsageError
from sim.experiments import load_experiment, run_sweep
from sim.experiments.experiment import ExperimentError
from sim.experiments.journal import Journal
from sim.present.charts.dose_response import response_chart
from sim.present.charts.sweep import draw_answer

EXPERIMENT = """\
title: {en: Grant, zh: 补贴}
question: What does a larger grant do?
scenario: startup-support
period: {from: 2024-01, to: 2026-12}
scale: 1:10000
seeds: 3
overrides:
  levers.startup_grant.budget: null
design:
  kind: grid
  factors:
    grant_yuan:
      label: {en: grant, zh: 补贴}
      keys:
        - levers.startup_grant.effects.startup_grant_yuan.set
        - levers.startup_grant.unit_cost.yuan
      values: [0, 5000, 10000, 20000]
outcomes: [businesses, business_starts]
figure: {x: grant_yuan, outcome: businesses}
"""


@pytest.fixture
def experiment(tmp_path):
    return load_experiment(written(tmp_path, EXPERIMENT))


def written(folder, text) -> Path:
    path = folder / "grant.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_in(folder, text) -> str:
    with pytest.raises(ExperimentError) as caught:
        load_experiment(written(folder, text))
    return str(caught.value)


# --- the design ---------------------------------------------------------------------------------------


def test_a_grid_is_every_combination_with_every_seed(experiment):
    runs = experiment.runs()
    assert [run.number for run in runs] == list(range(12))
    assert [(run.point["grant_yuan"], run.seed) for run in runs[:4]] == [(0, 1), (0, 2), (0, 3), (5000, 1)]
    assert runs[3].overrides == {
        "levers.startup_grant.effects.startup_grant_yuan.set": 5000,
        "levers.startup_grant.unit_cost.yuan": 5000,
    }


def test_the_ready_experiment_loads_by_name():
    experiment = load_experiment("subsidy_dose_response")
    assert len(experiment.runs()) == len(experiment.design.points()) * len(experiment.seeds)


def test_only_whole_years_are_counted(tmp_path):
    text = EXPERIMENT.replace("from: 2024-01, to: 2026-12", "from: 2024-02, to: 2026-11")
    assert load_experiment(written(tmp_path, text)).years == [2025]


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("outcomes: [businesses,", "outcomes: [bussinesses,", ["unknown outcome", "businesses"]),
        ("startup_grant_yuan.set", "startup_grant_yuann.set", ["grant.yaml", "startup_grant_yuan"]),
        ("20000]", "900000]", ["bounds", "900000"]),
        ("5000, 10000", "5000, 5000", ["twice"]),
        ("scale: 1:10000", "scale: 1:x", ["not a scale", "scale"]),
        ("seeds: 3", "seeds: []", ["seeds"]),
        ("seeds: 3", "seeds: [1, 1]", ["twice"]),
        ("seeds: 3", "seeds: two", ["(got 'two')", "a whole number above 0, or a list of whole numbers"]),
        ("seeds: 3", "seeds: 0", ["a whole number above 0"]),
        ("scenario: startup-support", "scenario: startup-suport", ["no such scenario", "startup-support"]),
        ("x: grant_yuan", "x: grant", ["unknown factor", "grant_yuan"]),
        ("outcome: businesses", "outcome: local", ["not among"]),
        ("kind: grid", "kind: gird", ["grid"]),
        ("question:", "qestion:", ["unknown key", "question"]),
        ("to: 2026-12", "to: 2024-11", ["no whole calendar year"]),
    ],
)
def test_mistakes_are_told(tmp_path, was, becomes, told):
    message = problems_in(tmp_path, EXPERIMENT.replace(was, becomes))
    for words in told:
        assert words in message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {
                "seeds: 3": "seeds: two",
                "[businesses,": "[bussinesses,",
                "x: grant_yuan": "x: grant",
                "5000, 10000": "5000, 5000",
                "startup-support": "startup-suport",
            },
            [
                "3: scenario:",
                "6: seeds:",
                "17: design.factors.grant_yuan.values:",
                "18: outcomes.0:",
                "19: figure.x:",
            ],
        ),
        (
            {
                "title:": "titel:",
                "question:": "qestion:",
                "20000]": "900000]",
                "outcome: businesses": "outcome: local",
            },
            [
                "1: title:",
                "1: question:",
                "1: titel:",
                "2: qestion:",
                "17: design.factors.grant_yuan.values.3:",
                "19: figure.outcome:",
            ],
        ),
        (
            {
                "kind: grid": "kind: gird",
                "to: 2026-12": "to: 2024-11",
                "budget: null": "budgt.yuan: 3",
                "outcome: businesses": "outcome: bussinesses",
            },
            ["4: period:", "7: overrides:", "10: design.kind:", "19: figure.outcome:"],
        ),
        ({"outcomes: [businesses, business_starts]": "outcomes: [bussinesses]"}, ["18: outcomes.0:"]),
        ({"outcomes: [businesses, business_starts]": "outcomes: []"}, ["18: outcomes:"]),
        (
            {
                "outcome: businesses}": "outcome: businesses, yeer: 2025}",
                "seeds: 3": "seeds: [1, x]",
                "scale: 1:10000": "",
            },
            ["1: scale:", "6: seeds.1:", "19: figure.yeer:"],
        ),
    ],
)
def test_all_mistakes_are_told_at_once_and_no_other(tmp_path, changes, told):
    text = EXPERIMENT
    for was, becomes in changes.items():
        assert text.count(was) == 1
        text = text.replace(was, becomes)
    with pytest.raises(ExperimentError) as caught:
        load_experiment(written(tmp_path, text))
    assert [f"{problem.line}: {problem.key}:" for problem in caught.value.problems] == told


def test_a_missing_file_names_what_there_is():
    with pytest.raises(ExperimentError, match="subsidy_dose_response"):
        load_experiment("subsidy_dose_respons")


# --- running ------------------------------------------------------------------------------------------


def test_a_sweep_keeps_one_row_per_run_and_year(experiment, tmp_path):
    seen = []
    sweep = run_sweep(
        experiment,
        tmp_path / "out",
        simulate=fake_runs.simulate,
        progress=lambda *counts: seen.append(counts),
    )
    assert len(sweep.results) == 12 * 3
    assert seen[0] == (0, 12, 0)
    assert seen[-1] == (12, 12, 0)
    last = sweep.results.query("year == 2026 and seed == 1").set_index("grant_yuan")["businesses"]
    assert last[20000] - last[0] == pytest.approx(20000 * fake_runs.GAIN_PER_YUAN)
    pd.testing.assert_frame_equal(sweep.results, pd.read_parquet(tmp_path / "out" / "results.parquet"))
    assert sweep.results["run_id"].nunique() == 12


def test_flows_are_totals_and_stocks_means(experiment, tmp_path):
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    row = sweep.results.iloc[0]
    assert row["business_starts"] == pytest.approx(12 * 90e3)
    assert row["businesses"] == pytest.approx(6e6 + 1000)


def test_a_finished_sweep_is_not_run_again(experiment, tmp_path):
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    before = (tmp_path / "out" / "results.parquet").read_bytes()
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.failing)  # would fail if anything ran
    assert (tmp_path / "out" / "results.parquet").read_bytes() == before


def test_a_sweep_of_another_version_is_not_taken_up(experiment, tmp_path):
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    path = tmp_path / "out" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["settings"]["version"] = "0.1.0"
    for written_in, words in (
        (1, "version 0.1.0\n.*finish it with version 0.1.0, or name"),
        (99, "newer version"),
    ):
        path.write_text(json.dumps({**manifest, "format": written_in}), encoding="utf-8")
        with pytest.raises(UsageError, match=words):
            run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)


def test_processes_are_replaced_and_nothing_is_lost(experiment, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiments.executors.RUNS_PER_PROCESS", 2)
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert sorted(sweep.results["run"].unique()) == list(range(12))


def test_a_failing_run_is_recorded_and_the_rest_go_on(experiment, tmp_path):
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.failing)
    assert sorted(sweep.results["run"].unique()) == [0, 1, 2, 3, *range(5, 12)]
    failure = sweep.failures.iloc[0]
    assert (failure["run"], failure["stage"], failure["grant_yuan"]) == (4, "simulate", 5000)
    assert "people do not add up" in failure["message"]

    mended = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert len(mended.failures) == 0
    assert not (tmp_path / "out" / "failures.parquet").exists()
    assert sorted(mended.results["run"].unique()) == list(range(12))


def test_a_run_that_kills_its_process_fails_alone(experiment, tmp_path):
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.deadly)
    assert sweep.failures["run"].tolist() == [4]
    assert sweep.failures["stage"].tolist() == ["process"]
    assert sweep.results["run"].nunique() == 11


def test_a_process_that_dies_before_the_next_run_is_handed_over(experiment, tmp_path, monkeypatch):
    """The pool then refuses the next run itself: no run has ended with an error, and none may be lost."""
    made = []

    class Pool:
        """Executes in this process; the first pool takes two runs and refuses the third."""

        has_begun = True

        def __init__(self) -> None:
            self.taken = 0

        def submit(self, task, *arguments) -> Future:
            self.taken += 1
            if self is made[0] and self.taken > 2:
                raise BrokenProcessPool("a child process terminated abruptly")
            future: Future = Future()
            future.set_result(task(*arguments))
            return future

    @contextmanager
    def pool(jobs, prepare, *shared):
        prepare(*shared)
        made.append(Pool())
        yield made[-1]

    monkeypatch.setattr("sim.experiments.executors.worker_pool", pool)
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert sorted(sweep.results["run"].unique()) == list(range(12))
    assert made[0].taken == 3 and len(sweep.failures) == 0


# --- killed and resumed -------------------------------------------------------------------------------

SCRIPT = """\
import sys
sys.path.insert(0, {tests!r})
from support import fake_runs
from sim.core import sources
from sim.experiments import load_experiment, run_sweep, sweep
if __name__ == "__main__":
    sweep.PART_SECONDS, sources.model_hash = 0.2, lambda: "pinned"
    run_sweep(load_experiment({experiment!r}), {out!r}, simulate=fake_runs.slow)
"""


def started(experiment, out: Path) -> subprocess.Popen:
    """The sweep in a process of its own, in its own group."""
    script, tests = out.parent / "sweep.py", Path(__file__).parents[1]
    script.write_text(
        SCRIPT.format(tests=str(tests), experiment=str(experiment), out=str(out)), encoding="utf-8"
    )
    return subprocess.Popen(
        [sys.executable, str(script)],
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(tests.parent)},
        preexec_fn=hearing_interrupts,
    )


def hearing_interrupts() -> None:
    """A process started in the background of a script ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kept_runs(out: Path) -> int:
    return sum(len(pd.read_parquet(path)["run"].unique()) for path in out.glob("parts/[!.]*.parquet"))


def wait_until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("parts", [1, 3])
def test_killed_at_any_moment_and_resumed_it_is_the_uninterrupted_sweep(
    experiment, tmp_path, monkeypatch, parts
):
    # The sources are taken to be the same before and after, even while somebody edits them.
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "pinned")
    out = tmp_path / "killed"
    process = started(tmp_path / "grant.yaml", out)
    wait_until(lambda: len(list(out.glob("parts/[!.]*.parquet"))) >= parts)
    time.sleep(random.random() * 0.2)
    process.kill()  # SIGKILL: nothing can be tidied up
    process.wait()
    assert 0 < kept_runs(out) < 12
    wait_until(lambda: not is_alive(process.pid))  # the worker processes leave with their parent

    done = []
    resumed = run_sweep(
        experiment, out, simulate=fake_runs.simulate, progress=lambda *counts: done.append(counts)
    )
    whole = run_sweep(experiment, tmp_path / "whole", simulate=fake_runs.simulate)
    assert done[0][0] > 0
    pd.testing.assert_frame_equal(resumed.results, whole.results)
    assert (out / "results.parquet").read_bytes() == (tmp_path / "whole" / "results.parquet").read_bytes()
    assert not (out / "parts").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_again_and_again_it_is_the_uninterrupted_sweep(experiment, tmp_path, monkeypatch, seed):
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "pinned")
    out, chance = tmp_path / "killed", random.Random(seed)
    for _ in range(3):  # whatever it is at: starting, running, writing a part, compacting, done
        process = started(tmp_path / "grant.yaml", out)
        wait_until((out / "journal.jsonl").is_file)
        time.sleep(chance.uniform(0.0, 3.0))
        process.kill()
        process.wait()
        wait_until(lambda group=process.pid: not is_alive(group))
    resumed = run_sweep(experiment, out, simulate=fake_runs.simulate, resume=True)
    run_sweep(experiment, tmp_path / "whole", simulate=fake_runs.simulate)
    assert resumed.results["run"].nunique() == 12
    assert (out / "results.parquet").read_bytes() == (tmp_path / "whole" / "results.parquet").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_from_the_keyboard_it_keeps_what_was_finished(experiment, tmp_path):
    out = tmp_path / "out"
    process = started(tmp_path / "grant.yaml", out)
    wait_until(lambda: kept_runs(out) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=20)
    assert 2 <= kept_runs(out) < 12
    assert not list(out.glob("**/.*partial*"))


def test_a_journal_line_that_was_cut_off_does_not_swallow_the_next(experiment, tmp_path):
    out = tmp_path / "out"
    run_sweep(experiment, out, simulate=fake_runs.failing)
    with open(out / "journal.jsonl", "ab") as journal:
        journal.write(b'{"event": "kept", "ru')
    run_sweep(experiment, out, simulate=fake_runs.simulate)
    events = [event["event"] for event in Journal(out).events()]
    assert [event for event in events if event != "kept"] == [
        "started",
        "failed",
        "finished",
        "started",
        "finished",
    ]


# --- whose folder -------------------------------------------------------------------------------------


def test_an_edited_experiment_is_refused_with_the_difference(experiment, tmp_path):
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    edited = load_experiment(written(tmp_path, EXPERIMENT.replace("scale: 1:10000", "scale: 1:20000")))
    with pytest.raises(UsageError, match="scale: 10000 -> 20000"):
        run_sweep(edited, tmp_path / "out", simulate=fake_runs.simulate)


def test_a_scenario_edited_between_run_and_resume_is_refused_with_the_difference(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: startup-support\nparameters: {farm_income_yuan: 1500}\n", encoding="utf-8")
    text = EXPERIMENT.replace("scenario: startup-support", f"scenario: {policy}")
    run_sweep(load_experiment(written(tmp_path, text)), tmp_path / "out", simulate=fake_runs.failing)
    kept = (tmp_path / "out" / "results.parquet").read_bytes()
    policy.write_text("extends: startup-support\nparameters: {farm_income_yuan: 1600}\n", encoding="utf-8")
    edited = load_experiment(tmp_path / "grant.yaml")
    with pytest.raises(UsageError, match="parameters.farm_income_yuan: 1500.0 -> 1600.0"):
        run_sweep(edited, tmp_path / "out", resume=True, simulate=fake_runs.simulate)
    assert (tmp_path / "out" / "results.parquet").read_bytes() == kept


def test_a_changed_program_is_refused(experiment, tmp_path, monkeypatch):
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "edited since")
    with pytest.raises(UsageError, match="code_hash: .* -> 'edited since'"):
        run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)


def test_words_for_readers_may_be_edited(experiment, tmp_path):
    run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    edited = load_experiment(written(tmp_path, EXPERIMENT.replace("What does", "Say, what does")))
    run_sweep(edited, tmp_path / "out", simulate=fake_runs.simulate)


def test_a_folder_with_other_files_is_left_alone(experiment, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    with pytest.raises(ResultsError, match="other files"):
        run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_two_sweeps_cannot_share_a_folder_at_once(experiment, tmp_path):
    pytest.importorskip("fcntl")
    from sim.experiments.sweep import _plan

    with Journal.open(tmp_path / "out", _plan(experiment)):
        with pytest.raises(UsageError, match="another process"):
            run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)


def test_a_full_disk_is_told_and_loses_nothing_that_was_kept(experiment, tmp_path, monkeypatch):
    out = tmp_path / "out"
    real = os.fsync
    calls = []

    def full_after_the_first_part(descriptor):
        calls.append(descriptor)
        if len(calls) > 3:
            no_space(descriptor)
        real(descriptor)

    monkeypatch.setattr("sim.experiments.sweep.PART_SECONDS", 0.0)
    monkeypatch.setattr("sim.experiments.journal.os.fsync", full_after_the_first_part)
    with pytest.raises(ResultsError, match="the disk is full"):
        run_sweep(experiment, out, simulate=fake_runs.simulate)
    monkeypatch.undo()
    assert kept_runs(out) == 1
    resumed = run_sweep(experiment, out, simulate=fake_runs.simulate)
    assert resumed.results["run"].nunique() == 12


def test_a_disk_that_fills_up_at_the_very_end_loses_nothing(experiment, tmp_path, monkeypatch):
    out, real = tmp_path / "out", Journal.compact

    def full(journal, failures):
        with monkeypatch.context() as patch:
            patch.setattr("sim.experiments.journal.os.fsync", no_space)
            return real(journal, failures)

    monkeypatch.setattr(Journal, "compact", full)
    with pytest.raises(ResultsError, match="the disk is full"):
        run_sweep(experiment, out, simulate=fake_runs.simulate)
    monkeypatch.undo()
    assert kept_runs(out) == 12 and not list(out.rglob(".*partial*"))
    resumed = run_sweep(experiment, out, simulate=fake_runs.failing)  # nothing is left to run
    assert resumed.results["run"].nunique() == 12


def no_space(descriptor):
    raise OSError(28, "No space left on device")


# --- with the model itself ----------------------------------------------------------------------------


def test_the_model_answers_the_same_on_one_process_and_on_two(tmp_path):
    text = EXPERIMENT.replace("1:10000", "1:200000").replace("seeds: 3", "seeds: 2")
    text = text.replace("[0, 5000, 10000, 20000]", "[0, 20000]")
    experiment = load_experiment(written(tmp_path, text))
    one, two = (run_sweep(experiment, tmp_path / f"jobs-{jobs}", jobs=jobs) for jobs in (1, 2))
    assert len(one.failures) == 0
    assert len(one.results) == 4 * 3
    pd.testing.assert_frame_equal(one.results, two.results)


def test_the_response_is_paired_and_drawn(experiment, tmp_path):
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate)
    table = answer(sweep)
    assert table["difference"].tolist() == [0, 10_000, 20_000, 40_000]
    assert table["low"].tolist() == table["high"].tolist() == table["difference"].tolist()
    assert table["year"].unique().tolist() == [2026]
    pictures = draw_answer(sweep, table)
    assert [path.read_bytes()[:4] for path in pictures] == [b"\x89PNG"]


def test_the_picture_says_that_it_shows_a_difference_and_from_what(experiment, tmp_path):
    table = answer(run_sweep(experiment, tmp_path / "out", simulate=fake_runs.simulate))
    figure = response_chart(table, "grant_yuan", "grant (yuan)", "businesses", "income: 5")
    title, below = (" ".join(text.get_text().split()) for text in figure.texts)
    assert title == "Businesses in operation, 2026: difference"
    assert below.startswith("thousand businesses more or less than with grant (yuan) at 0;")
    assert below.endswith("; income: 5")
    assert figure.axes[0].get_ylabel() == "difference (thousand businesses)"


def test_nothing_is_drawn_when_every_run_failed(experiment, tmp_path):
    sweep = run_sweep(experiment, tmp_path / "out", simulate=fake_runs.hopeless)
    assert len(sweep.failures) == 12
    assert draw_answer(sweep, answer(sweep)) == []
