"""Scenario and experiment files drawn from their schemas are read, or refused in time; and they run."""

from __future__ import annotations

import json
import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.from_schema import files
from support.fuzz import mutated

from sim import simulate
from sim.cli.checking import check_file
from sim.experiments.experiment import Experiment
from sim.experiments.loading import experiment_files, load_experiment
from sim.scenario.json_schema import scenario_schema
from sim.scenario.loading import load_scenario

SECONDS = 2.0
LATER = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}
LABEL = {"en": "grant", "zh": "补"}
FACTOR = {
    "label": LABEL,
    "keys": ["levers.startup_grant.effects.startup_grant_yuan.set"],
    "values": [0, 5000],
}
EXPERIMENT_HINTS = {
    "extends": st.none(),
    "title": st.just(LABEL),
    "question": st.just("How much?"),
    "scenario": st.sampled_from(["startup-support", "baseline", "combined", "nowhere"]),
    "period": st.sampled_from([{"from": "2024-01", "to": "2024-12"}, {"from": "2014-01", "to": "2025-12"}]),
    "scale": st.sampled_from(["1:1000000", 20000, "1:２", 0, "x", 1e6]),
    "seeds": st.sampled_from([1, 2, [1, 2], [1, 1], 10**9, 2**70, -1, "2", [2**40]]),
    "outcomes": st.sampled_from([["businesses"], ["settled", "out"], [], ["nothing"]]),
    "figure": st.sampled_from([{"outcome": "businesses"}, {"outcome": "settled", "x": "grant"}, {}]),
}


def read_in_time(file, content) -> list:
    """The problems of a file, read in time."""
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    begun = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, problems, _ = check_file(str(file))
    assert time.process_time() - begun < SECONDS
    assert all(str(problem).strip() for problem in problems)
    return problems


def draw_scenarios(folder, count: int) -> tuple[int, int]:
    read = [0, 0]

    @settings(max_examples=count, **LATER)
    @given(files(scenario_schema()))
    def each(content):
        read[bool(read_in_time(folder / "drawn.yaml", content))] += 1

    each()
    return read[0], read[1]


def draw_experiments(folder, count: int) -> tuple[int, int]:
    schema = Experiment.model_json_schema(by_alias=True)
    schema["properties"].pop("name")
    design = st.one_of(
        st.just({"kind": "grid", "factors": {"grant": FACTOR}}),
        files({**schema["$defs"]["Design"], "$defs": schema["$defs"]}, {"extends": st.none()}),
    )
    read = [0, 0]

    @settings(max_examples=count, **LATER)
    @given(files(schema, {**EXPERIMENT_HINTS, "design": design}))
    def each(content):
        read[bool(read_in_time(folder / "drawn.yaml", content))] += 1

    each()
    return read[0], read[1]


def change_experiments(folder, numbers: range) -> tuple[int, int]:
    sources = [path for _, path in sorted(experiment_files().items())]
    read, file = [0, 0], folder / "changed.yaml"
    for number in numbers:
        file.write_text(mutated(number, sources), encoding="utf-8", errors="surrogatepass")
        begun = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, problems, _ = check_file(str(file))
        assert time.process_time() - begun < SECONDS, number
        read[bool(problems)] += 1
        if not problems and "design" in file.read_text(encoding="utf-8"):
            assert load_experiment(file).run_count > 0
    return read[0], read[1]


def test_a_sample_of_drawn_scenarios_is_read_or_refused(tmp_path):
    assert sum(draw_scenarios(tmp_path, 60)) >= 60


def test_a_sample_of_drawn_experiments_is_read_or_refused(tmp_path):
    assert sum(draw_experiments(tmp_path, 60)) >= 60


def test_a_sample_of_changed_experiments_is_read_or_refused(tmp_path):
    accepted, refused = change_experiments(tmp_path, range(50, 90))
    assert accepted + refused == 40 and refused > 10


@pytest.mark.long
def test_drawn_scenarios_are_read_or_refused(tmp_path):
    print(draw_scenarios(tmp_path, 2000), "accepted and refused")


@pytest.mark.long
def test_drawn_experiments_are_read_or_refused(tmp_path):
    print(draw_experiments(tmp_path, 2000), "accepted and refused")


@pytest.mark.long
def test_changed_experiments_are_read_or_refused(tmp_path):
    print(change_experiments(tmp_path, range(2000)), "accepted and refused")


def run_what_is_accepted(folder, count: int, most: int) -> int:
    """How many drawn scenarios that the check passes were run for two months."""
    done = 0

    @settings(max_examples=count, **LATER)
    @given(files(scenario_schema()))
    def each(content):
        nonlocal done
        if done < most and not read_in_time(folder / "drawn.yaml", content):
            scenario = load_scenario(folder / "drawn.yaml")
            if scenario.period.from_ == "2014-01":
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    run = simulate(scenario, scale=1_000_000, end="2014-02", tables=["national"])
                assert len(run.national) == 2
                done += 1

    each()
    return done


def test_what_the_check_passes_can_be_run(tmp_path):
    assert run_what_is_accepted(tmp_path, 60, 5)


@pytest.mark.long
def test_much_that_the_check_passes_can_be_run(tmp_path):
    print(run_what_is_accepted(tmp_path, 600, 100), "run")
