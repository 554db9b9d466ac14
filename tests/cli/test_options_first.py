"""Every option is checked before anything runs, and whole numbers are in the digits 0 to 9."""

from __future__ import annotations

import pytest
from support.command import caller

BEFORE = [
    ("compare baseline startup-support --seeds 2 --ensemble 1", "a band needs at least two members"),
    ("compare baseline startup-support --seeds 2 --ensemble 500", "not so many members"),
    ("compare baseline startup-support --seeds 2 --ensemble-scale x", "--ensemble-scale: not a scale"),
    ("compare baseline startup-support --seeds 2 --scale 0", "not a scale"),
    ("compare baseline startup-support --seeds 2 --to 2040-01", "outside the years"),
    ("compare baseline startup-support --seeds 2 --from 2030-01 --to 2029-01", "ends before it begins"),
    ("compare baseline startup-support --seeds 2 --ensemble 0 --to 2016-12", "no month of the policy"),
    ("run baseline --trace -1", "--trace: not a whole number"),
    ("run baseline --trace １", "--trace: not a whole number"),
    ("run baseline --to ２０１４-01", "--to: no such month"),
    ("run baseline --scale 1:５000", "not a scale"),
    ("run baseline --seed 1_0", "--seed"),
    ("run baseline --seed=²", "--seed"),
    ("run baseline --save-to x.state", "needs --save-at"),
    ("run baseline --save-at 2014-02 --save-to nowhere/x", "cannot be written"),
    ("run baseline --save-at x", "--save-at: no such month"),
    ("run baseline --branch-from nowhere.state", "cannot read the checkpoint"),
    ("validate --ensemble 500", "not so many members"),
    ("validate --to x", "no such month"),
    ("validate --seeds ２", "--seeds"),
    ("attribute combined --outcome nothing", "no such outcome"),
    ("attribute combined --outcome ,", "names no outcome"),
    ("attribute combined --over x", "cannot be shared out"),
    ("attribute combined --permutations ²", "not a number of orders"),
    ("attribute combined --year 2099", "not a whole year"),
    ("sweep subsidy_dose_response --executor x", "no such executor"),
    ("virtual training-selection --scale x", "not a scale"),
    ("virtual training-selection --members 1", "at least two members"),
    ("virtual training-selection --members 500", "not so many members"),
    ("official baseline --out nowhere/x.csv", "cannot be written"),
    ("moves baseline --from 2019-01 --to 2018-01", "must lie after the first"),
    ("plan subsidy_dose_response --scale x", "not a scale"),
    ("levers --grade Z", "unknown word"),
    ("rerun ７", "no such run"),
]


def never(*_, **__):
    raise AssertionError("something was run")


@pytest.mark.parametrize(("words", "told"), BEFORE, ids=[words for words, _ in BEFORE])
def test_a_wrong_option_is_told_before_anything_runs(monkeypatch, capsys, tmp_path, words, told):
    monkeypatch.chdir(tmp_path)
    if "--branch-from" not in words and "2030-01" not in words and "2040" not in words:
        monkeypatch.setattr("sim.engine.simulation.Simulation.step", never)
    said = caller(monkeypatch, capsys, None)(*words.split())
    assert said.code == 2, said.err
    assert told in said.err
    assert "error in the program" not in said.err
