"""The command: what it prints where, its exit codes, and how it speaks of mistakes.

The simulator is replaced by synthetic runs; ``test_the_command_runs_the_model`` uses the real one.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support import fake_runs
from support.places import as_nobody

import sim
from sim import cli
from sim.cli import terminal
from sim.core.errors import ResultsError
from sim.core.language import speaking
from sim.engine.simulate import simulate
from sim.studies.documents import document_runs

ROOT = Path(__file__).resolve().parents[2]


class Spoken:
    """What a call of the command printed, and its exit code."""

    def __init__(self, code, captured):
        self.code, self.out, self.err = code, captured.out, captured.err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def labor_sim(monkeypatch, capsys):
    """Calls the command inside this process, the simulator replaced."""
    monkeypatch.setattr("sim.engine.simulate.simulate", fake_runs.any_scenario)
    monkeypatch.delenv("LABOR_SIM_DEBUG", raising=False)

    def call(*words) -> Spoken:
        monkeypatch.setattr(sys, "argv", ["labor-sim", *map(str, words)])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        return Spoken(leaving.value.code or 0, capsys.readouterr())

    return call


COMMANDS = tuple(one.callback.__name__.replace("_", "-") for one in cli.app.registered_commands)


def test_help_names_every_command(labor_sim):
    spoken = labor_sim("--help")
    assert spoken.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in spoken.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_all_tables_have_json(labor_sim, name):
    spoken = labor_sim(name, "--help")
    assert spoken.code == 0
    assert "--json" in spoken.out or name in ("schema", "trust")  # JSON by itself, and a page


def test_version(labor_sim):
    assert labor_sim("--version").out == f"labor-sim {sim.__version__}\n"


# --- scenarios ----------------------------------------------------------------------------------------


def test_scenarios_lists_the_ready_ones(labor_sim):
    names = {row["name"] for row in labor_sim("scenarios", "--json").json}
    assert {"baseline", "startup-support", "residency-easing", "skills-training", "combined"} <= names
    told = labor_sim("scenarios").out
    assert "startup-support" in told and "none is a reference too, not a policy" in " ".join(told.split())


def test_check_says_ok_or_every_problem(labor_sim, tmp_path):
    assert labor_sim("check", "baseline", "combined").out == "baseline: ok\ncombined: ok\n"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("extends: baseline\nassumption: low\nparameters: {incom_coefficient: 1.0}\n")
    spoken = labor_sim("check", "baseline", wrong)
    assert spoken.code == 2
    assert "2 problems" in spoken.out
    assert "wrong.yaml:2" in spoken.out and "did you mean 'assumptions'?" in spoken.out
    assert "did you mean 'income_coefficient'?" in spoken.out
    problems = labor_sim("check", wrong, "--json").json[str(wrong)]
    assert [problem["line"] for problem in problems] == [2, 3]


def test_show_tells_where_values_come_from(labor_sim):
    assert "startup-support.yaml:" in labor_sim("show", "startup-support").out
    shown = labor_sim("show", "startup-support", "--json").json
    assert set(shown) == {"scenario", "origins"}


def test_schema_is_json(labor_sim):
    assert "properties" in labor_sim("schema").json


def test_levers_and_what_they_can_change(labor_sim):
    found = labor_sim("levers", "--json").json
    assert "startup_grant" in {row["name"] for row in found["levers"]}
    assert "startup_grant_yuan" in {row["parameter"] for row in found["parameters"]}
    assert "startup_grant_yuan" in labor_sim("levers").out


def test_levers_are_filtered_and_one_is_shown_whole(labor_sim):
    found = labor_sim("levers", "--family", "rights-and-wages", "--grade", "D", "--json").json
    assert found.keys() == {"instruments"}
    assert {row["family"] for row in found["instruments"]} == {"rights-and-wages"}
    shown = labor_sim("levers", "settlement-limits").out
    for part in ("Instrument 64", "trade-unions-2024", "80,000 yuan", "not known"):
        assert part in shown
    assert labor_sim("levers", 64, "--json").json["instrument"] == "settlement-limits"
    assert labor_sim("levers", "--markdown").out.startswith("# The instruments")


def test_an_unknown_instrument_or_filter_is_told(labor_sim):
    for words, meant in (
        ("settlement-limit", "settlement-limits"),
        (("--document", "ten-departments"), "ten-departments-2024"),
    ):
        spoken = labor_sim("levers", *([words] if isinstance(words, str) else words))
        assert spoken.code == 2 and f"did you mean '{meant}'" in spoken.err


def test_check_warns_of_a_strength_that_is_hard_to_believe(labor_sim, tmp_path):
    file = tmp_path / "bold.yaml"
    file.write_text("extends: baseline\nlevers:\n  - {instrument: settlement-limits, strength: 3}\n")
    spoken = labor_sim("check", file)
    assert spoken.code == 0 and "outside the credible 0 to 1.2" in spoken.err


def test_cite_names_documents(labor_sim):
    assert labor_sim("cite", "startup-support", "--json").json["documents"]
    assert "Documents" in labor_sim("cite", "startup-support").out


def test_an_id_of_the_evidence_can_be_looked_up(labor_sim):
    told = labor_sim("cite", "B18").out
    assert "B18" in told and "Founder knows support" in told and "source" in told
    assert [row["id"] for row in labor_sim("cite", "S15b", "--json").json["data"]] == ["S15b"]
    shown = labor_sim("levers", "startup-subsidy").out
    assert "The evidence cited above" in shown and "no causal Chinese estimate found" in shown
    assert "labor-sim cite F13" in labor_sim("levers").out


@pytest.mark.parametrize(
    "words",
    [
        ("population", "--scale", "1:100000"),
        ("estimate",),
        ("levers", "startup-subsidy"),
        ("levers", "--document", "ten-departments-2024", "--grade", "D"),
        ("official", "baseline", "--to", "2015-12"),
        ("run", "baseline", "--to", "2015-12"),
        ("virtual",),
        ("scenarios",),
    ],
)
def test_no_raw_name_is_shown(labor_sim, words):
    shown = re.sub(r"\S*\.(yaml|csv|md|py)\b|\S*/\S*", "", labor_sim(*words).out)
    assert re.findall(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b", shown) == []


# --- runs ---------------------------------------------------------------------------------------------


def test_run_prints_years_and_keeps_tables(labor_sim, tmp_path):
    spoken = labor_sim("run", "baseline", "--to", "2016-12", "--seed", 3, "--out", tmp_path / "run")
    assert spoken.code == 0
    assert "Out-of-township migrants" in spoken.out and "2016" in spoken.out
    assert (tmp_path / "run" / "national.parquet").is_file()
    found = labor_sim("run", "baseline", "--to", "2016-12", "--seed", 3, "--json").json
    assert [row["year"] for row in found["years"]] == [2014, 2015, 2016]
    assert found["manifest"]["seed"] == 3


def test_a_coarse_scale_is_warned_of_on_standard_error(labor_sim):
    spoken = labor_sim("run", "baseline", "--scale", "1:500000", "--to", "2014-12", "--json")
    assert "warning: only 500 workers" in spoken.err
    assert spoken.json["years"]


def test_compare_prints_findings_and_publishes(labor_sim, tmp_path):
    words = (
        "compare",
        "baseline",
        "startup-support",
        "--seeds",
        3,
        "--jobs",
        1,
        "--to",
        "2026-12",
        "--ensemble",
        0,
    )
    spoken = labor_sim(*words, "--out", tmp_path / "out")
    assert spoken.code == 0
    assert "Start-up support" in spoken.out and "they hold the Monte Carlo error" in spoken.out
    assert str(tmp_path / "out" / "report.html") in spoken.out
    assert (tmp_path / "out" / "report.html").is_file()
    assert labor_sim(*words, "--json").json["effects"]


def test_compare_carries_the_ensemble_unless_told_not_to(labor_sim, tmp_path, monkeypatch):
    from sim.engine import simulate as engine

    monkeypatch.setattr(engine, "simulate", fake_runs.with_draws)
    out = tmp_path / "out"
    spoken = labor_sim(
        "compare",
        "baseline",
        "startup-support",
        "--seeds",
        3,
        "--jobs",
        1,
        "--to",
        "2027-12",
        "--ensemble",
        3,
        "--out",
        out,
    )
    assert spoken.code == 0, spoken.err
    assert "95 % bands" in spoken.out and "Start-up support, year 3 (2027): the effect" in spoken.out
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What each band is made of" in page and 'class="bar"' in page
    assert (out / "bands.csv").is_file() and not list(out.glob(".*"))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_finished_comparison_is_read_in_another_language(labor_sim, tmp_path, monkeypatch):
    """Once it lies in its folder, the same call runs nothing: in another language, or in further forms."""
    from sim.engine import simulate as engine

    runs = []

    def counted(scenario, **run):
        runs.append(scenario.name)
        return fake_runs.with_draws(scenario, **run)

    monkeypatch.setattr(engine, "simulate", counted)
    monkeypatch.setattr("sim.experiments.executors.may_start_processes", lambda: False)
    out = tmp_path / "out"
    words = ["compare", "baseline", "startup-support", "--jobs", 1, "--to", "2027-12", "--out", out]
    words += ["--seeds", 3, "--ensemble", 3]
    assert labor_sim(*words).code == 0 and runs
    runs.clear()
    with speaking(None):
        chinese = labor_sim(*words, "--lang", "zh")
    assert chinese.code == 0 and not runs
    assert '<html lang="zh">' in (out / "report.html").read_text(encoding="utf-8")
    with speaking(None):
        again = labor_sim(*words, "--svg")
    assert again.code == 0 and not runs and "nothing is run again" in again.err
    assert list((out / "charts").glob("*.svg"))
    assert labor_sim(*words[:-1], 2).code == 0 and runs, "another ensemble is another call"


def test_validate_prints_its_table_and_publishes(labor_sim, tmp_path):
    spoken = labor_sim("validate", "--seeds", 2, "--out", tmp_path / "out")
    assert spoken.code == 0
    assert "Out-of-township migrant workers" in spoken.out
    assert (tmp_path / "out" / "charts").is_dir()
    found = labor_sim("validate", "--seeds", 1, "--json").json
    assert found["summary"] and found["sampling_warning"] is None
    coarse = labor_sim("validate", "--seeds", 1, "--scale", "1:100000", "--json").json
    assert "simulated workers a run" in coarse["sampling_warning"]


def test_estimates_and_virtual_experiments_are_listed(labor_sim):
    rows = labor_sim("estimate", "--json").json
    assert {row["term"] for row in rows} == {"log_distance", "other_region", "log_earlier_share"}
    assert "standard error" in labor_sim("estimate").out
    assert {row["name"] for row in labor_sim("virtual", "--json").json} >= {"travel-grant"}


def test_moves_are_printed_as_the_census_asks(labor_sim, tmp_path):
    words = ("moves", "baseline", "--from", "2014-11", "--to", "2015-11", "--scale", "1:100000")
    spoken = labor_sim(*words, "--json").json
    assert len(spoken["moves"]) == 961 and spoken["unit"] == "persons"
    assert "use --scale 1:250 or finer" in spoken["sampling_warning"]
    told = labor_sim(*words, "--out", tmp_path / "moves.csv").out
    assert "Compared with the census table" in told and "Sampling: at 1:100000" in told
    assert not [line for line in told.splitlines() if line.startswith("*")]  # a note that nothing refers to
    assert (tmp_path / "moves.csv").read_text().startswith("origin_code,origin,dest_code,destination,persons")


def test_the_trust_page_is_written(labor_sim, tmp_path, monkeypatch):
    coarse = partial(document_runs, 100_000)
    monkeypatch.setattr("sim.studies.documents.document_runs", coarse)
    spoken = labor_sim("trust", "--seeds", 1, "--scale", "1:100000", "--both", "--out", tmp_path / "trust.md")
    assert spoken.code == 0
    assert "## Eleven questions" in (tmp_path / "trust.md").read_text(encoding="utf-8")
    in_chinese = (tmp_path / "trust.zh.md").read_text(encoding="utf-8")
    assert "## 十一个问题" in in_chinese and "### 十五部门2020年意见" in in_chinese
    assert "trust.zh.md" in spoken.out
    refused = labor_sim("trust", "--both")
    assert refused.code == 2 and "two pages need a file" in refused.err


def test_official_takes_a_scenario_or_results(labor_sim, tmp_path):
    table = labor_sim("official", "baseline", "--to", "2015-12", "--json").json
    assert {"year", "indicator", "group", "value", "unit"} == set(table[0])
    labor_sim("run", "baseline", "--to", "2015-12", "--out", tmp_path / "run")
    assert labor_sim("official", tmp_path / "run", "--json").json == table
    labor_sim("official", tmp_path / "run", "--out", tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text().startswith("year,indicator,group,value,unit")


def test_official_of_less_than_a_year_says_so(labor_sim, monkeypatch):
    def half_a_year(*words, **settings):
        run = fake_runs.any_scenario(*words, **settings)
        run.tables["official"] = run.official.iloc[:0]
        return run

    monkeypatch.setattr("sim.engine.simulate.simulate", half_a_year)
    spoken = labor_sim("official", "baseline", "--to", "2014-06")
    assert spoken.code == 2 and "no whole calendar year" in spoken.err


def test_a_file_is_tried_before_the_work(shared_folder):
    from sim.cli.app import check_file, write_text

    folder = shared_folder / "locked"
    folder.mkdir()
    (folder / "there").write_text("earlier")
    (folder / "there").chmod(0o666)
    folder.chmod(0o555)
    with as_nobody():
        check_file(folder / "there")  # it may be written, though nothing may be added beside it
        write_text(folder / "there", "new")
        with pytest.raises(ResultsError, match="no permission"):
            check_file(folder / "new")
    assert (folder / "there").read_text() == "new"
    with pytest.raises(ResultsError, match="no such folder"):
        check_file(folder / "nowhere" / "new")
    with pytest.raises(ResultsError, match="is a folder; name a file"):
        check_file(folder)
    assert [path.name for path in folder.iterdir()] == ["there"]


def test_commands_that_run_the_model_are_marked(labor_sim, tmp_path, monkeypatch):
    listeners: list = []
    monkeypatch.setattr("sim.core.compiled.on_compile", listeners)
    marked = {one.callback.__name__ for one in cli.app.registered_commands if one.callback.simulates}
    assert marked == {
        "run",
        "compare",
        "validate",
        "official",
        "sweep",
        "attribute",
        "rerun",
        "plan",
        "trust",
        "moves",
        "calibrate",
        "virtual",
        "check_model",
        "trace",
        "explain",
        "twins",
        "rank",
        "backtest",
        "update_data",
    }
    labor_sim("run", "baseline", "--to", "2015-12", "--out", tmp_path / "run")
    for words, is_run in ((("official", "baseline", "--to", "2015-12"), True), (("virtual",), False),
                          (("official", tmp_path / "run"), False)):  # fmt: skip
        listeners.clear()
        labor_sim(*words)
        assert bool(listeners) == is_run, words


def test_what_is_compiled_is_told(labor_sim, monkeypatch, capsys):
    listeners: list = []
    monkeypatch.setattr("sim.core.compiled.on_compile", listeners)
    labor_sim("official", "baseline", "--to", "2015-12")
    listeners[0]("earn", 12)
    listeners[0]("settle", 11)  # so soon after the other that it is left out
    told = capsys.readouterr().err
    assert "compiling the model, once for this code: earn, 12 more parts after it" in told
    assert "settle" not in told


def test_population_lies_beside_its_sources(labor_sim):
    rows = labor_sim("population", "--scale", "1:50000", "--json").json
    assert {"made", "source_value", "source"} <= set(rows[0])
    assert "Share by age" in labor_sim("population", "--scale", "1:50000").out


# --- mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "baselin"), ["no such scenario", "did you mean 'baseline'?"]),
        (("run", "baseline", "--scale", "1:many"), ["not a scale", "1:5000"]),
        (("run", "baseline", "--scale", "0"), ["not a scale"]),
        (("run", "baseline", "--from", "2014-13"), ["no such month", "--from", "YYYY-MM"]),
        (("run", "baseline", "--to", "last year"), ["no such month", "--to"]),
        (("run", "baseline", "--trace", "1,two"), ["not a whole number", "two"]),
        (("run", "baseline", "--seed", "-1"), ["--seed"]),
        (("run",), ["SCENARIO"]),
        (("walk",), ["walk"]),
        (("compare", "baseline", "baseline"), ["same name"]),
        (("compare", "baseline", "combined", "--seeds", "0"), ["--seeds"]),
        (("official", "nowhere"), ["no such scenario"]),
        (("official", "."), ["not a results folder", "manifest.json"]),
        (("official", "baseline", "--out", "nowhere/table.csv"), ["nowhere/table.csv", "no such folder"]),
        (("trust", "--out", "nowhere/trust.md"), ["nowhere/trust.md", "no such folder"]),
        (("run", "."), ["this is a folder, not a scenario"]),
        (("show", "pyproject.toml"), ["ends in .yaml"]),
        (("cite", "Z99"), ["no evidence and no source has this id"]),
        (("cite", "startup-suport"), ["did you mean 'startup-support'?"]),
        (("levers", "--family", "rigths"), ["did you mean 'rights-and-wages'?"]),
        (("levers", "99"), ["unknown instrument", "1 to 72"]),
        (("plan", "baseline", "--to", "2013-01"), ["outside the years", "2014-01"]),
        (("compare", "baseline", "combined", "--ensemble-scale", "1:x"), ["--ensemble-scale", "not a scale"]),
        (("compare", "baseline", "combined", "--ensemble", "999"), ["not so many members", "at most"]),
        (("validate", "--ensemble", "999"), ["not so many members"]),
        (("virtual", "travel-grant", "--members", "999"), ["not so many members"]),
        (("sweep", "nothing"), ["no such experiment", "subsidy_dose_response"]),
        (("moves", "baseline", "--from", "2019-11", "--to", "2014-11"), ["lie after the first"]),
        (("virtual", "travel-grnat"), ["no such virtual experiment", "did you mean 'travel-grant'?"]),
        (("calibrate", "nothing.yaml"), ["no such file"]),
        (("compare", "baseline", "combined", "--ensemble", "1"), ["two members"]),
    ],
)
def test_a_users_mistake_is_one_message_and_exit_code_2(labor_sim, words, told):
    spoken = labor_sim(*words)
    assert spoken.code == 2
    assert spoken.out == ""
    assert "Traceback" not in spoken.err
    for part in told:
        assert part in spoken.err


def test_our_mistake_is_exit_code_1(labor_sim, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("sim.engine.simulate.simulate", broken)
    spoken = labor_sim("run", "baseline")
    assert spoken.code == 1
    assert "not in your input" in spoken.err and "LABOR_SIM_DEBUG" in spoken.err
    assert "Traceback" not in spoken.err


def test_without_a_terminal_progress_is_a_line_now_and_then(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 16.0, 17.0, 40.0])
    monkeypatch.setattr(terminal, "monotonic", lambda: next(clock))
    with terminal.progress_bar("sweeping x", "runs") as show:
        for done in range(4):
            show(done, 4, int(done > 2))
    assert capsys.readouterr().err.splitlines() == [
        "sweeping x ...",
        "sweeping x: 1 of 4 runs after 16 s, some 48 s left",
        "sweeping x: 3 of 4 runs after 40 s, some 13 s left, 1 failed",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("run", "baseline", "--to", "2012-01"),
        ("run", "baseline", "--from", "2014-05", "--to", "2014-02"),
        ("run", "baseline", "--save-at", "2099-01"),
        ("compare", "baseline", "combined", "--to", "2013-01"),
        ("sweep", "subsidy_dose_response", "--executor", "nobody"),
        ("sweep", "subsidy_dose_response", "--resume"),
        ("attribute", "combined", "--outcome", "nothing"),
        ("moves", "baseline", "--to", "2012-01"),
    ],
)
def test_what_is_refused_is_not_said_to_have_begun(labor_sim, monkeypatch, tmp_path, words):
    monkeypatch.setattr("sim.engine.simulate.simulate", simulate)  # the real one
    monkeypatch.chdir(tmp_path)
    spoken = labor_sim(*words)
    assert spoken.code == 2
    assert "error: " in spoken.err and "..." not in spoken.err


def test_a_run_tells_of_its_months_from_the_beginning():
    seen = []
    results = sim.simulate("baseline", scale=1_000_000, end="2014-02", progress=lambda *at: seen.append(at))
    assert seen == [(0, 2), (1, 2), (2, 2)] and len(results.national) == 2


def test_a_sweep_taken_up_again_says_what_was_kept(labor_sim, monkeypatch, tmp_path):
    from sim.experiments import sweep as runner

    def interrupted(*given, **options):
        def stop(done, total, failed):
            if done == 3:
                raise KeyboardInterrupt

        given_up = {**options, "progress": stop}
        return runner.run_sweep(*given, **given_up, simulate=fake_runs.simulate)

    words = ("sweep", "subsidy_dose_response", "--jobs", 1, "--out", tmp_path / "sweep")
    monkeypatch.setattr("sim.experiments.run_sweep", interrupted)
    labor_sim(*words)
    monkeypatch.setattr("sim.experiments.run_sweep", partial(runner.run_sweep, simulate=fake_runs.simulate))
    again = labor_sim(*words).err.splitlines()
    total = again[0].split()[2]
    assert again[:2] == [
        f"3 of {total} runs were done before; {int(total) - 3} are left",
        "sweeping subsidy_dose_response ...",
    ]
    assert f"{total} of {total} runs were done before; 0 are left" in labor_sim(*words, "--resume").err
    fresh = labor_sim(*words[:-1], tmp_path / "fresh").err
    assert "sweeping" in fresh and "kept" not in fresh


def test_debugging_shows_the_traceback(labor_sim, monkeypatch):
    monkeypatch.setenv("LABOR_SIM_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["labor-sim", "run", "nowhere"])
    with pytest.raises(sim.core.errors.SimError):
        cli.main()


def test_a_folder_that_holds_something_else_is_refused_before_anything_runs(labor_sim, tmp_path, monkeypatch):
    labor_sim("run", "baseline", "--to", "2014-12", "--out", tmp_path / "run")
    monkeypatch.setattr("sim.engine.simulate.simulate", None)  # would fail if it were called
    spoken = labor_sim("compare", "baseline", "combined", "--out", tmp_path / "run")
    assert spoken.code == 2 and "holds a run, not a comparison" in spoken.err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    spoken = labor_sim("run", "baseline", "--out", tmp_path / "mine")
    assert spoken.code == 2 and str(tmp_path / "mine") in spoken.err
    spoken = labor_sim("run", "baseline", "--out", tmp_path / "mine" / "letter.txt")
    assert spoken.code == 2 and "a file of that name" in spoken.err


def test_an_earlier_run_is_replaced(labor_sim, tmp_path):
    for seed in (1, 2):
        assert labor_sim("run", "baseline", "--to", "2014-12", "--seed", seed, "--out", tmp_path).code == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["seed"] == 2


def test_a_folder_without_permission_is_told(labor_sim, tmp_path):
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        target = Path("/proc/labor-sim")  # not even root may write there
    else:
        tmp_path.chmod(0o500)
        target = tmp_path / "run"
    spoken = labor_sim("run", "baseline", "--to", "2014-12", "--out", target)
    assert spoken.code == 2 and "cannot write results" in spoken.err


# --- as a process -------------------------------------------------------------------------------------


def process(*words, **options) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_from_the_keyboard_it_leaves_one_line_and_no_files(tmp_path):
    script = tmp_path / "command.py"
    script.write_text(
        "import sys, time\n"
        "from sim import cli\n"
        "from sim.engine import simulate as engine\n"
        "def endless(*_, **__):\n"
        "    print('begun', file=sys.stderr, flush=True)\n"
        "    time.sleep(60)\n"
        "engine.simulate = endless\n"
        f"sys.argv = ['labor-sim', 'run', 'baseline', '--out', {str(tmp_path / 'out')!r}]\n"
        "cli.main()\n"
    )
    # whatever runs the tests may have been started with interrupts ignored, which children inherit
    running = process(script, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    lines = []
    while "begun\n" not in lines:
        lines.append(running.stderr.readline())
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert out == ""
    assert err == "interrupted; no incomplete file was left behind\n"
    assert [path.name for path in tmp_path.iterdir()] == ["command.py"]


def test_a_reader_who_leaves_is_no_error():
    running = process("-m", "sim", "schema")
    running.stdout.close()
    assert running.wait(timeout=60) == 0
    assert "Traceback" not in running.stderr.read()


def test_help_answers_at_once():
    """The bound is generous for busy machines; ``tests/bench`` measures it."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        assert process("-m", "sim", "--help").wait() == 0
        times.append(time.perf_counter() - begun)
    assert min(times) < 1.0


def test_the_command_runs_the_model(tmp_path):
    running = process(
        "-m",
        "sim",
        "run",
        "baseline",
        "--scale",
        "1:200000",
        "--to",
        "2015-12",
        "--json",
        "--out",
        tmp_path / "out",
    )
    out, err = running.communicate(timeout=500)
    assert running.returncode == 0, err
    assert [row["year"] for row in json.loads(out)["years"]] == [2014, 2015]
    assert (tmp_path / "out" / "official.parquet").is_file()


def test_the_list_of_commands_says_each_in_one_line(labor_sim):
    lines = labor_sim("--help").out.splitlines()
    assert not [line for line in lines if line.endswith("...") and not line.startswith("Usage")]
    assert "Exit codes: 0 done; 2" in " ".join(line.strip() for line in lines)
