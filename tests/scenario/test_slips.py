"""Slips that people make again and again: the answer says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.checking import check_file
from sim.core.errors import Problem, ScenarioError
from sim.scenario.loading import load_scenario, scenario_files

RIGHT = """\
extends: baseline
title: {en: A grant, zh: 补贴}
description: Eight thousand yuan for founders in Henan.
levers:
  grant:
    label: {en: Grant, zh: 补贴}
    citation: {document: ten-departments-2024, clause: Grants for founders}
    evidence: D
    window: {from: 2026-01, to: 2030-12}
    where: {provinces: [Henan], tiers: [county_town]}
    who: {age: [22, 50], sex: female}
    take_up: 0.4
    effects:
      startup_grant_yuan: {set: 8000}
    unit_cost: {yuan: 8000, per: business_start, payer: local, source: the grant itself}
    budget: {yuan_per_year: 2000000000}
"""


@pytest.fixture(autouse=True)
def _work_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def problems_of(text: str | bytes) -> list[Problem]:
    Path("mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as told:
        load_scenario("mine.yaml")
    assert told.value.exit_code == 2
    return list(told.value.problems)


def spoilt(right: str, wrong: str) -> str:
    assert RIGHT.count(right) == 1, right
    return RIGHT.replace(right, wrong)


@pytest.mark.parametrize(
    "right, wrong, line, told",
    [
        ("take_up: 0.4", "take_up: 40", 12, "write 0.4"),
        ("take_up: 0.4", "take_up: 40%", 12, "write 0.4"),
        ("take_up: 0.4", "take_up: '0.4'", 12, "write 0.4"),
        ("take_up: 0.4", "take_up: 0,4", 12, "write 0.4"),
        ("from: 2026-01", "from: 2026", 9, "write 2026-01"),
        ("from: 2026-01", "from: 2026/01", 9, "write 2026-01"),
        ("from: 2026-01", "from: 2026年", 9, "write 2026-01"),
        ("from: 2026-01", "from: 2026-01-01", 9, "write 2026-01"),
        ("to: 2030-12", "to: 2030", 9, "write 2030-12"),
        ("to: 2030-12", "to: '2030'", 9, "write 2030-12"),
        ("2000000000", "2,000,000,000", 16, "write 2000000000"),
        ("2000000000", '"2,000,000,000"', 16, "write 2000000000"),
        ("2000000000", "2,000,000,000元", 16, "write 2000000000"),
        ("{set: 8000}", "{set: 8,000}", 14, "write 8000"),
        ("per: business_start", "per: trip", 15, "did you mean 'departure'"),
        ("per: business_start", "per: course", 15, "did you mean 'training_enrolment'"),
        ("per: business_start", "per: month", 15, "did you mean 'person_month'"),
        ("payer: local", "payer: government", 15, "did you mean 'central'"),
        ("payer: local", "payer: employer", 15, "did you mean 'firm'"),
        ("sex: female", "sex: women", 11, "did you mean 'female'"),
        ("tiers: [county_town]", "tiers: [town]", 10, "did you mean 'county_town'"),
    ],
)
def test_what_was_meant_is_told(right, wrong, line, told):
    [problem] = problems_of(spoilt(right, wrong))
    assert problem.line == line and problem.key and told in str(problem), str(problem)


@pytest.mark.parametrize(
    "right, wrong, line, told",
    [
        ("    take_up", "\ttake_up", 12, "a tab"),
        ("      startup_grant_yuan", "\t\tstartup_grant_yuan", 14, "a tab"),
        ("    who: {", "    who:\t{", 11, "a tab"),
        ("Eight thousand", "A grant: eight thousand", 3, 'write description: "A grant: eight thousand'),
        ("Grants for founders", "Grants: for founders", 7, 'write clause: "Grants: for founders"'),
        ("the grant itself", "see: the grant", 15, 'write source: "see: the grant"'),
        ("description: Eight", 'description: "Eight', 3, "a quote is opened here"),
        ("[22, 50]", "[22, 50", 11, "a list in brackets"),
        ("    take_up", "   take_up", 12, "does not stand below"),
        ("take_up: 0.4", "take_up 0.4", 12, "without a colon"),
        ("description: Eight", "description: @eight", 3, "a sign that YAML reserves"),
    ],
)
def test_what_is_no_yaml_is_told_in_words_with_the_line(right, wrong, line, told):
    [problem] = problems_of(spoilt(right, wrong))
    assert problem.line == line and told in str(problem), str(problem)
    for jargon in ("mapping", "token", "block", "scalar", "scanning"):
        assert jargon not in str(problem)


@pytest.mark.parametrize(
    "encoding, told",
    [("gb18030", "iconv -f GB18030"), ("utf-16", "iconv -f UTF-16")],
)
def test_another_encoding_is_named_with_the_way_to_utf8(encoding, told):
    [problem] = problems_of(RIGHT.encode(encoding))
    assert "is not UTF-8 text" in str(problem) and told in str(problem) and "Save As" in str(problem)
    assert "mine.yaml > mine-utf8.yaml" in str(problem)


def test_bytes_that_are_no_text_are_not_called_chinese():
    [problem] = problems_of(RIGHT.replace("Eight", "Caf\xe9").encode("latin-1", "ignore"))
    assert "seems to be" not in str(problem) and "Save As" in str(problem)


@pytest.mark.parametrize("name", ["nope", "nope.yaml", "gone.yaml", "here/nope.yaml", "nine", "one", "noon"])
def test_a_missing_scenario_does_not_suggest_none(name):
    with pytest.raises(ScenarioError) as told:
        load_scenario(name)
    assert "no such scenario" in str(told.value) and "did you mean 'none'" not in str(told.value)


def test_a_missing_file_is_told_the_nearest_of_its_folder():
    Path("my-grant.yaml").write_text(RIGHT, encoding="utf-8")
    for name, near in (("my-grnt.yaml", "my-grant.yaml"), ("my-grant.yml", "my-grant.yaml")):
        with pytest.raises(ScenarioError, match=f"did you mean '{near}'"):
            load_scenario(name)
    with pytest.raises(ScenarioError, match="did you mean 'baseline'"):
        load_scenario("baselin.yaml")
    with pytest.raises(ScenarioError, match="did you mean 'none'"):
        load_scenario("nonne")


@pytest.mark.parametrize(
    "right, wrong, told",
    [
        ("2000000000", "20", "20 yuan"),
        ("2000000000", "7999", "7,999 yuan"),
        ("title: {en: A grant, zh: 补贴}\n", "", "no title of its own"),
    ],
)
def test_what_is_allowed_and_odd_draws_a_warning(right, wrong, told):
    Path("mine.yaml").write_text(spoilt(right, wrong), encoding="utf-8")
    _, problems, warnings = check_file("mine.yaml")
    assert not problems and any(told in one for one in warnings), warnings
    Path("mine.yaml").write_text(RIGHT, encoding="utf-8")
    assert check_file("mine.yaml")[1:] == ([], [])


def test_the_ready_scenarios_draw_no_such_warning():
    for name in scenario_files():
        assert not [one for one in check_file(name)[2] if "title" in one or "yuan" in one], name
