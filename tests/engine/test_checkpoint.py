"""A run that branches is the run from the beginning, whatever acts later; a checkpoint that does not fit
is refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim import cli, load_scenario
from sim.core.errors import ResultsError, UsageError
from sim.core.months import month_index, month_text
from sim.engine.checkpoint import Checkpoint
from sim.engine.simulate import simulate
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import PARAMETERS
from sim.results.results import Results
from sim.scenario.costs import PAID_TO_BANKS
from sim.scenario.loading import with_overrides
from sim.scenario.shared_history import ASSUMED_FROM, history_before, shared_until
from sim.world.series import Growth, build_series
from sim.world.worker import BYTES_PER_WORKER

ROOT = Path(__file__).resolve().parents[2]
SCALE, SEED, END = 100_000, 3, "2016-09"  # about 5,000 workers

EARLY = {
    "grant": make_lever(
        {"startup_grant_yuan": {"set": 20_000.0}},
        "2014-05",
        "2016-03",
        take_up=0.5,
        unit_cost=unit_cost(20_000, "business_start"),
        budget={"yuan_per_year": 4e9},
    ),
    "quota": make_lever(
        {"settlement_quota_share": {"set": 0.02}}, "2014-03", "2016-09", where={"tiers": ["mega_city"]}
    ),
}


def run(scenario, **more) -> Results:
    return simulate(scenario, scale=SCALE, end=END, seed=SEED, threads=1, **more)


def saved(scenario, *months: str) -> list[Checkpoint]:
    found: list[Checkpoint] = []
    run(scenario, save_at=months, save_to=found.append)
    return found


def assert_same(one: Results, other: Results) -> None:
    assert set(one.tables) == set(other.tables)
    for name in one.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True, obj=name)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return saved(make_scenario(EARLY), "2015-08")[0]


# --- branch = run from the beginning ------------------------------------------------------------------


def _random_lever(chance: random.Random, first: int, last: int) -> dict:
    """Any parameter of people or places, any window, ramp, take-up, sort of people, money or none."""
    name = chance.choice([p.name for p in PARAMETERS.values() if p.scope != "economy"])
    parameter = PARAMETERS[name]
    begins = chance.randint(first, last)
    window = month_text(begins), month_text(chance.randint(begins, last))
    effect = (
        {"set": chance.uniform(parameter.low, parameter.high)}
        if chance.random() < 0.3
        else {"add": chance.uniform(-0.2, 0.2) * (parameter.high - parameter.low)}
    )
    if parameter.scope == "place":
        where = chance.choice([{}, {"regions": ["West"]}, {"tiers": ["mega_city", "county_town"]}])
        return make_lever({name: effect}, *window, chance.randint(0, 12), where=where)
    if parameter.scope == "corridor":
        where = chance.choice([{}, {"home_regions": ["West"], "regions": ["East"]}])
        return make_lever({name: effect}, *window, chance.randint(0, 12), where=where)
    money = {}
    if parameter.occasion and name not in PAID_TO_BANKS and chance.random() < 0.7:
        money["unit_cost"] = unit_cost(chance.randint(100, 20_000), parameter.occasion)
        if chance.random() < 0.7:
            money["budget"] = {chance.choice(["yuan_per_year", "yuan_total"]): chance.uniform(1e8, 1e10)}
    return make_lever(
        {name: effect},
        *window,
        chance.randint(0, 12),
        who=chance.choice([{}, {"age": [20, 45]}, {"poor": True}]),
        take_up=chance.choice([1.0, 0.4]),
        **money,
    )


def _without_conflicts(levers: dict) -> dict:
    """Two levers may not set one parameter for the same people: the later one adds instead."""
    seen = set()
    for lever in levers.values():
        for name, effect in lever["effects"].items():
            if "set" in effect and name in seen:
                lever["effects"][name] = {"add": 0.1 * (PARAMETERS[name].high - PARAMETERS[name].low)}
            seen.add(name)
    return levers


@pytest.mark.parametrize("number", range(10))
def test_a_branch_is_the_run_from_the_beginning(number, tmp_path):
    """Random levers before and after a random month, through a file every other time."""
    chance = random.Random(number)
    at, last = chance.randint(1, month_index(END)), month_index(END)
    early = {f"early_{n}_{chance.randint(0, 99)}": _random_lever(chance, 0, at - 1) for n in range(4)}
    later = {f"{chance.choice('az')}_later_{n}": _random_lever(chance, at, last) for n in range(4)}
    base = make_scenario(_without_conflicts(early))
    whole = make_scenario(_without_conflicts({**early, **later}))
    state = saved(base, month_text(at))[0]
    if number % 2:
        state.save(tmp_path / "state")
        state = tmp_path / "state"
    branched = run(whole, branch_from=state)
    assert branched.manifest["branched_at"] == month_text(at)
    assert_same(branched, run(whole))


def test_one_state_serves_many_branches(checkpoint):
    stronger = make_scenario({**EARLY, "jobs": make_lever({"jobs_scale": {"scale": 1.3}}, "2015-09", END)})
    first = run(make_scenario(EARLY), branch_from=checkpoint)
    changed = run(stronger, branch_from=checkpoint)
    again = run(make_scenario(EARLY), branch_from=checkpoint)
    assert_same(first, again)
    assert_same(first, run(make_scenario(EARLY)))
    assert not changed.national.equals(first.national)
    assert changed.national[:19].equals(first.national[:19])


def test_a_branch_from_the_ready_scenarios_is_the_run_from_the_beginning(tmp_path):
    """History with its paths and shocks; packages that begin in 2025 and run beyond the observations."""
    months = ("2020-03", "2025-01")
    settings = {"scale": 200_000, "end": "2026-06", "seed": 1, "threads": 1}
    found: list[Checkpoint] = []
    simulate("baseline", save_at=months, save_to=found.append, **settings)
    whole = simulate("combined", **settings)
    for state in found:
        path = state.save(tmp_path / state.month)
        assert path.stat().st_size < 600_000  # and some 23 bytes for each worker
        assert_same(simulate("combined", branch_from=path, **settings), whole)


def test_a_branch_with_every_instrument_is_the_run_from_the_beginning():
    """All mechanisms at work on both sides of the branch: the documents of 2020 and 2022, then of 2024."""
    settings = {"scale": 200_000, "end": "2026-06", "seed": 1, "threads": 1}
    every = load_scenario("scenarios/documents/all-documents.yaml")
    found: list[Checkpoint] = []
    whole = simulate(every, save_at=("2020-08", "2023-05", "2025-06"), save_to=found.append, **settings)
    assert len(whole.ledger["lever"].unique()) > 10
    for state in found:
        assert_same(simulate(every, branch_from=state, **settings), whole)
    base: list[Checkpoint] = []
    package = load_scenario("scenarios/documents/ten-departments-2024.yaml")
    first = shared_until(load_scenario("baseline"), package, "2026-06")
    assert first == min(lever.window.from_ for lever in package.levers.values())
    simulate("baseline", save_at=first, save_to=base.append, **settings)
    assert_same(simulate(package, branch_from=base[0], **settings), simulate(package, **settings))


def test_saving_changes_nothing_and_a_branch_can_be_saved_again(tmp_path):
    scenario = make_scenario(EARLY)
    whole = run(scenario)
    assert_same(run(scenario, save_at="2014-09", save_to=tmp_path / "one"), whole)
    run(scenario, branch_from=tmp_path / "one", save_at="2016-02", save_to=tmp_path / "two")
    assert_same(run(scenario, branch_from=tmp_path / "two"), whole)


def test_the_months_reported_come_from_the_state_too():
    scenario = make_scenario(EARLY)
    found: list[Checkpoint] = []
    late = run(scenario, start="2015-03", save_at="2016-01", save_to=found.append)
    assert late.national["month"].iloc[0] == "2015-03"
    assert_same(run(scenario, start="2015-03", branch_from=found[0]), late)


def test_another_process_reads_the_same_state(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "state")
    code = f"""
import sys
sys.path[:0] = [{str(ROOT / "tests")!r}, {str(ROOT / "tests" / "engine")!r}]
from test_checkpoint import EARLY, make_scenario, run
run(make_scenario(EARLY), branch_from={str(tmp_path / "state")!r}).save({str(tmp_path / "there")!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    run(make_scenario(EARLY)).save(tmp_path / "here")
    assert_same(Results.load(tmp_path / "here"), Results.load(tmp_path / "there"))


# --- what acts before a month -------------------------------------------------------------------------


def test_what_a_run_holds_is_arrays_and_plain_values():
    """A new attribute of the economy or the ledger is carried along, or this fails and says so."""
    found = saved(make_scenario(EARLY), "2014-02")[0]
    run_now = Simulation(make_scenario(EARLY), SCALE, END, SEED, 1, found.state)
    run_now.close()
    assert json.dumps(found.about["history"])
    planes = found.state["workers"].values()
    assert found.nbytes > sum(plane.nbytes for plane in planes) == run_now.rows * BYTES_PER_WORKER


def test_assumed_growth_begins_to_act_in_the_month_that_is_said():
    run_now = Simulation("baseline", 1_000_000, "2014-02", 1, 1)
    run_now.close()
    from sim.world.corridors import build_corridors
    from sim.world.data import load_data

    data = load_data()
    stocks = build_corridors(data, run_now.places)
    slow, fast = (build_series(data, run_now.places, stocks, Growth(*[rate] * 5)) for rate in (0.0, 0.1))
    first = min(
        next(m for m in range(one.shape[-1]) if (one[..., m] != other[..., m]).any())
        for one, other in (
            (getattr(slow, name), getattr(fast, name))
            for name in ("output_ratio", "log_pay", "rural_income", "cost_index", "price_index", "entrants")
        )
    )
    assert month_text(first) == ASSUMED_FROM


def test_scenarios_share_the_history_up_to_what_differs():
    base = load_scenario("baseline")
    assert shared_until(base, base, "2030-12") == "2031-01"
    assert shared_until(base, load_scenario("combined"), "2030-12") == "2025-01"
    assert shared_until(base, with_overrides(base, {"assumptions": "high"}), "2030-12") == ASSUMED_FROM
    name, value = next(iter(base.parameters.items()), ("startup_log_odds", 0.0))
    changed = with_overrides(base, {f"parameters.{name}": value * 0.99 + 1e-4})
    assert shared_until(base, changed, "2030-12") == "2014-01"


def test_a_shock_and_a_path_act_from_the_months_they_name():
    plain = make_scenario()
    content = plain.content()

    def changed(**more):
        return type(plain).model_validate({**content, **more})

    shock = {
        "label": {"en": "s", "zh": "s"},
        "source": "a test",
        "effects": {"jobs_scale": {"scale": {"2015-06": 0.9, "2016-02": 0.8}}},
    }
    other = {**shock, "effects": {"jobs_scale": {"scale": {"2015-06": 0.9, "2016-02": 0.7}}}}
    one, two = changed(shocks={"s": shock}), changed(shocks={"s": other})
    assert shared_until(plain, one, "2018-12") == "2015-06"
    assert shared_until(one, two, "2018-12") == "2016-02"

    def path(**knots):
        return changed(
            paths={
                "service_coverage_share": {
                    "source": "a test",
                    "all": {int(year[1:]): value for year, value in knots.items()},
                }
            }
        )

    one, two = path(y2014=0.2, y2016=0.4), path(y2014=0.2, y2016=0.4, y2018=0.9)
    assert shared_until(one, two, "2018-12") == "2016-01"
    assert history_before(one, "2016-01") == history_before(two, "2016-01")
    assert shared_until(path(y2014=0.2, y2016=0.4), path(y2014=0.2, y2016=0.5), "2018-12") == "2014-01"


# --- refusals -----------------------------------------------------------------------------------------


def _refusal(scenario, found, **more) -> str:
    settings = {"scale": SCALE, "end": END, "seed": SEED, "threads": 1, **more}
    with pytest.raises(UsageError) as refused:
        simulate(scenario, branch_from=found, **settings)
    return str(refused.value)


def test_a_scenario_that_differs_before_the_month_is_refused(checkpoint):
    changed = make_scenario({**EARLY, "grant": {**EARLY["grant"], "take_up": 0.6}})
    assert "levers.grant.take_up: acts before 2015-08" in _refusal(changed, checkpoint)
    told = _refusal(make_scenario({"grant": EARLY["grant"]}), checkpoint)
    assert "levers.quota" in told and "not there" in told
    assert "parameters.switching_cost" in _refusal(make_scenario(EARLY, switching_cost=2.6), checkpoint)


@pytest.mark.parametrize("more", [{"seed": 4}, {"scale": 50_000}, {"start": "2015-01"}])
def test_another_seed_scale_or_first_month_is_refused(checkpoint, more):
    assert next(iter(more)) in _refusal(make_scenario(EARLY), checkpoint, **more)


def test_months_before_the_branch_are_refused(checkpoint):
    assert "to: lies before" in _refusal(make_scenario(EARLY), checkpoint, end="2015-01")
    assert "keep: lies before" in _refusal(make_scenario(EARLY), checkpoint, keep=["2014-12"])


def test_another_version_of_the_model_is_refused(checkpoint):
    old = Checkpoint({**checkpoint.about, "code_hash": "0" * 16}, checkpoint.state)
    assert "another version of the model" in _refusal(make_scenario(EARLY), old)


def test_damaged_and_foreign_files_are_refused(checkpoint, tmp_path):
    path = checkpoint.save(tmp_path / "state")
    content = path.read_bytes()
    spoilt = bytearray(content)
    spoilt[len(content) // 2] ^= 1
    for text, words in (
        (content[:-10], "damaged"),
        (content[:30], "damaged"),
        (bytes(spoilt), "damaged"),
        (b"PAR1" + content, "not a checkpoint"),
        (b"", "not a checkpoint"),
        (content.replace(b"checkpoint 2", b"checkpoint 9", 1), "newer version.*\n.*update the simulator"),
        (
            content.replace(b"checkpoint 2", b"checkpoint 1", 1),
            "version 0.1\n.*read it with version 0.1, or save it",
        ),
    ):
        path.write_bytes(text)
        with pytest.raises(ResultsError, match=words):
            Checkpoint.load(path)
    with pytest.raises(ResultsError, match="cannot read"):
        Checkpoint.load(tmp_path / "nothing")


def test_a_file_that_cannot_be_written_leaves_nothing(checkpoint, tmp_path):
    with pytest.raises(ResultsError, match="cannot write"):
        checkpoint.save(tmp_path / "no folder" / "state")
    assert not list(tmp_path.iterdir())


def test_saving_asks_for_a_month_of_the_run_and_a_place():
    for more in (
        {"save_at": "2014-01", "save_to": "x"},
        {"save_at": "2030-01", "save_to": "x"},
        {"save_at": "2015-01"},
        {"save_to": "x"},
        {"save_at": ["2015-01", "2015-02"], "save_to": "x"},
    ):
        with pytest.raises(UsageError):
            simulate(make_scenario(), scale=SCALE, end=END, threads=1, **more)


# --- the command --------------------------------------------------------------------------------------


@pytest.fixture
def labor_sim(monkeypatch, capsys, tmp_path):
    """Calls the command inside this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["labor-sim", *words])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        return leaving.value.code or 0, capsys.readouterr()

    return call


def test_the_command_saves_and_branches(labor_sim, tmp_path):
    size = ("--scale", "1:500000", "--seed", "1")
    code, spoken = labor_sim("run", "baseline", *size, "--save-at", "2025-01", "--to", "2025-03")
    assert code == 0 and "State before 2025-01: baseline-2025-01.state" in spoken.out
    to = ("--to", "2026-12", "--json")
    branched = labor_sim("run", "combined", *size, "--branch-from", "baseline-2025-01.state", *to)[1]
    whole = labor_sim("run", "combined", *size, *to)[1]
    branched, whole = json.loads(branched.out), json.loads(whole.out)
    assert branched["years"] == whole["years"]
    assert branched["manifest"]["branched_at"] == "2025-01"
    assert branched["manifest"]["run_id"] == whole["manifest"]["run_id"]


def test_the_command_refuses_a_state_that_does_not_fit(labor_sim, tmp_path):
    size = ("--scale", "1:500000", "--to", "2015-12")
    labor_sim("run", "baseline", *size, "--save-at", "2015-06", "--save-to", "early.state")
    code, spoken = labor_sim("run", "baseline", *size, "--seed", "7", "--branch-from", "early.state")
    assert code == 2 and "another seed (got 7)" in spoken.err and "Traceback" not in spoken.err
    (tmp_path / "early.state").write_bytes((tmp_path / "early.state").read_bytes()[:-1])
    code, spoken = labor_sim("run", "baseline", *size, "--branch-from", "early.state")
    assert code == 2 and "cut short" in spoken.err
    assert labor_sim("run", "baseline", "--save-to", "x.state")[0] == 2
