"""One ordinary run of every command in Chinese: what it prints holds no English word but names.

Names of files, options, scenarios, levers and parameters are typed as they are, and stay.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
import typer
from support.command import caller
from support.messages import left_in_english

from sim.calibration.outcome import stored_outcome
from sim.cli import app
from sim.core.language import speaking
from sim.experiments.loading import experiment_files
from sim.parameters.behaviour import PARAMETERS
from sim.parameters.posterior import load_posterior
from sim.scenario.instruments import checked_instruments
from sim.scenario.loading import catalogue, load_scenario, scenario_files
from sim.scenario.references import documents
from sim.studies import check_files, virtual_files

SMALL = "--scale 1:100000"
# The words of each run.
RUNS = {
    "scenarios": "scenarios",
    "check": "check baseline startup-support",
    "levers": "levers",
    "levers ID": "levers startup-subsidy",
    "cite": "cite combined",
    "run": "run baseline --to 2016-12 --out run",
    "official": "official baseline --to 2021-12",
    "population": f"population {SMALL}",
    "moves": f"moves baseline {SMALL} --to 2015-11",
    "estimate": "estimate",
    "plan": "plan subsidy_dose_response",
    "virtual": "virtual",
    "virtual NAME": f"virtual arrears-enforcement --seeds 2 {SMALL}",
    "check-model": f"check-model demand-falls --seeds 2 {SMALL}",
    **{
        name: pytest.param(words, marks=pytest.mark.long)
        for name, words in {
            "rank": f"rank --budget 200亿 --family return-and-enterprise --seeds 2 {SMALL}",
            "validate": f"validate baseline --to 2021-12 {SMALL}",
            "attribute": f"attribute startup-support --seeds 2 {SMALL}",
        }.items()
    },
}
ELSEWHERE = {  # tested where they stand
    "trace": "test_lives.py",
    "explain": "test_lives.py",
    "twins": "test_lives.py",
    "trust": "test_trust.py",
    "calibrate": "takes hours; what it prints in the end is below",
    "backtest": "takes minutes, and its words are in the catalogues",
    "update-data": "writes official figures, and its words are in the catalogues",
    **dict.fromkeys(
        ("compare", "report show", "report verify", "sweep", "rerun"), "below, one after another"
    ),
    "show": "prints a file, with keys and values as files say them",
    "schema": "prints a file for editors",
}


@pytest.fixture
def labor_sim(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABOR_SIM_LANG", "zh")
    monkeypatch.setattr("sim.cli.terminal._PIPED_WIDTH", 600)  # no name is broken
    return caller(monkeypatch, capsys)


@cache
def names() -> list[str]:
    """All names that are typed as they are."""
    found = {"labor-sim", "calibration", "MB"}
    for group in (scenario_files(), checked_instruments(catalogue()), documents(), PARAMETERS):
        found |= set(group)
    for name in scenario_files():
        scenario = load_scenario(name)
        found |= {*scenario.levers, *scenario.shocks}
    found |= {
        lever.part for one in checked_instruments(catalogue()).values() for lever in one.parts if lever.part
    }
    found |= {*experiment_files(), *check_files(), *virtual_files()}
    return sorted(found, key=len, reverse=True)


def left(text: str) -> list[str]:
    """The lines of a text in Chinese that hold an English word."""
    known = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names()))})(?![\w-])", re.ASCII)
    where = re.compile(  # files, places and published sources
        r"[\w.+-]*/[\w./+-]*|sim\.[\w.]+|[a-z]+\.cn|"
        r"^ *(?:来源|查阅处|发布机构|标题)：.*|^(?:结果|表格|图形)：.*",
        re.ASCII,
    )
    return [line for line in text.splitlines() if left_in_english(known.sub(" ", where.sub(" ", line)))]


def test_what_a_calibration_found_is_told_in_chinese():
    with speaking("zh"):
        assert not left(stored_outcome(load_posterior()).text())


def test_every_command_has_a_run_or_a_reason():
    def leaves(command, words=()):
        below = getattr(command, "commands", {})
        yield from ([" ".join(words)] if not below else ())
        for name, one in below.items():
            yield from leaves(one, (*words, name))

    assert not set(leaves(typer.main.get_command(app))) - {*RUNS, *ELSEWHERE}


@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_an_ordinary_run_is_told_in_chinese(labor_sim, words):
    said = labor_sim(*words.split())
    assert said.code == 0, said.err
    assert len(said.out) > 20
    assert not left(said.out) + left(said.err)


@pytest.mark.long
def test_what_is_made_is_shown_verified_and_made_again_in_chinese(labor_sim):
    small = "--seeds 2 --scale 1:100000"
    for words in (
        f"compare baseline startup-support residency-easing --ensemble 0 --by tier --out out {small}",
        "report show out",
        "report verify out/report.html",
        "sweep subsidy_dose_response --jobs 1 --out sweep --yes",
        "rerun 1 sweep",
    ):
        said = labor_sim(*words.split())
        assert said.code == 0, said.err
        assert said.out and not left(said.out) + left(said.err)
