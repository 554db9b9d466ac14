"""Mistakes in scenario files: each is told with file, line, key, value, what is allowed, the nearest word."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sim.core.errors import Problem, ScenarioError
from sim.scenario.loading import load_scenario

# A right policy file; each test spoils one line. Line 1 is `extends`.
RIGHT = """\
extends: baseline
title: {en: Mine, zh: 我的}
levers:
  grant:
    label: {en: Grant, zh: 补贴}
    citation: {document: ten-departments-2024, clause: Grants for founders}
    evidence: D
    window: {from: 2025-01, to: 2034-12}
    where: {provinces: [Henan]}
    who: {age: [22, 50]}
    take_up: 0.4
    effects:
      startup_grant_yuan: {set: 8000}
    unit_cost: {yuan: 8000, per: business_start, payer: local, source: H01}
    budget: {yuan_per_year: 1000000}
"""

SECOND = """\
  other:
    label: {en: Other, zh: 其他}
    citation: {document: ten-departments-2024, clause: Grants for founders}
    evidence: D
    window: {from: 2030-01, to: 2031-12}
    where: {regions: [Central]}
    effects:
      startup_grant_yuan: {set: 5000}
"""


@pytest.fixture(autouse=True)
def _work_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def problems_in(text: str, name: str = "mine") -> list[Problem]:
    path = Path(f"{name}.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


def the_problem_in(text: str, name: str = "mine") -> Problem:
    problems = problems_in(text, name)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def spoilt(right: str, wrong: str, text: str = RIGHT) -> str:
    assert text.count(right) == 1
    return text.replace(right, wrong)


def test_the_right_file_is_right():
    Path("mine.yaml").write_text(RIGHT + SECOND.replace("Central", "West"), encoding="utf-8")
    assert set(load_scenario("mine.yaml").levers) == {"grant", "other"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "value", "nearest"),
    [
        ("take_up: 0.4", "takeup: 0.4", 11, "levers.grant.takeup", None, "take_up"),
        (
            "startup_grant_yuan:",
            "startup_grants_yuan:",
            13,
            "levers.grant.effects.startup_grants_yuan",
            None,
            "startup_grant_yuan",
        ),
        ("[Henan]", "[Hennan]", 9, "levers.grant.where.provinces.0", "Hennan", "Henan"),
        (
            "provinces:",
            "tiers: [megacity], provinces:",
            9,
            "levers.grant.where.tiers.0",
            "megacity",
            "mega_city",
        ),
        (
            "ten-departments-2024",
            "ten-department-2024",
            6,
            "levers.grant.citation.document",
            "ten-department-2024",
            "ten-departments-2024",
        ),
        (
            "business_start,",
            "busness_start,",
            14,
            "levers.grant.unit_cost.per",
            "busness_start",
            "business_start",
        ),
        ("extends: baseline", "extends: basline", 1, "extends", "basline", "baseline"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest_one(right, wrong, line, key, value, nearest):
    problem = the_problem_in(spoilt(right, wrong))
    assert (problem.file, problem.line, problem.key) == ("mine.yaml", line, key)
    assert (problem.value, problem.nearest) == (value, nearest)
    assert nearest in problem.allowed
    for part in (f"mine.yaml:{line}", key, f"did you mean '{nearest}'?", "allowed: "):
        assert part in str(problem)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "value", "message"),
    [
        ("take_up: 0.4", "take_up: much", 11, "levers.grant.take_up", "much", "must be a number"),
        ("take_up: 0.4", "take_up: '0.4'", 11, "levers.grant.take_up", "0.4", "must be a number"),
        ("[Henan]", "Henan", 9, "levers.grant.where.provinces", "Henan", "must be a list"),
        ("[22, 50]", "[22, fifty]", 10, "levers.grant.who.age.1", "fifty", "must be a whole number"),
        ("[22, 50]", "[50, 22]", 10, "levers.grant.who.age", [50, 22], "ends before it begins"),
        ("who: {age: [22, 50]}", "who: young", 10, "levers.grant.who", "young", "must be a map"),
        ("2034-12", "2034-13", 8, "levers.grant.window.to", "2034-13", "no such month"),
        ("2034-12", "2034-12-31", 8, "levers.grant.window.to", "2034-12-31", "no such month"),
        ("2034-12", "2024-12", 8, "levers.grant.window.to", "2024-12", "the window ends before it begins"),
        ("2034-12", "2044-12", 8, "levers.grant.window.to", "2044-12", "outside the scenario's period"),
        (
            "yuan_per_year: 1000000",
            "yuan_per_year: -1",
            15,
            "levers.grant.budget.yuan_per_year",
            -1,
            "out of range",
        ),
        (
            "{set: 8000}",
            "{set: 8000000}",
            13,
            "levers.grant.effects.startup_grant_yuan.set",
            8e6,
            "outside the parameter's bounds",
        ),
        (
            "{set: 8000}",
            "{}",
            13,
            "levers.grant.effects.startup_grant_yuan",
            None,
            "an effect changes nothing",
        ),
        ("yuan: 8000", "yuan: 0.5", 14, "levers.grant.unit_cost.yuan", 0.5, "must be whole"),
        ("yuan: 8000", "yuan: 0", 15, "levers.grant.budget", None, "a budget needs a unit cost"),
        ("evidence: D", "evidence: null", 7, "levers.grant.evidence", None, "nothing to remove here"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(right, wrong, line, key, value, message):
    problem = problems_in(spoilt(right, wrong))[0]
    assert (problem.file, problem.line, problem.key) == ("mine.yaml", line, key)
    assert problem.value == value and message in problem.message
    assert f"mine.yaml:{line}: {key}: " in str(problem)


def test_a_missing_key_is_told_where_it_belongs():
    problem = the_problem_in(spoilt("    evidence: D\n", ""))
    assert (problem.line, problem.key) == (4, "levers.grant.evidence")
    assert problem.message == "required key is missing"


def test_an_economy_parameter_in_a_lever_is_refused():
    problem = the_problem_in(spoilt("startup_grant_yuan: {set: 8000}", "switching_cost: {scale: 0.9}"))
    assert (problem.line, problem.key) == (13, "levers.grant.effects.switching_cost")
    assert "one number for the whole economy" in problem.message
    assert "startup_grant_yuan" in problem.allowed


def test_naming_people_for_a_place_parameter_is_refused():
    problems = problems_in(spoilt("startup_grant_yuan: {set: 8000}", "jobs_scale: {scale: 1.02}"))
    told = {problem.key: problem for problem in problems}
    assert told.keys() == {"levers.grant.who", "levers.grant.take_up", "levers.grant.budget"}
    assert told["levers.grant.who"].line == 10
    assert "everybody in a place faces the same jobs_scale" in told["levers.grant.who"].message


SHOCK = """\
extends: baseline
shocks:
  slump:
    label: {en: Slump, zh: 萧条}
    source: a made-up one
    sectors: [construction]
    effects:
      separation_probability:
        scale: {2026-03: 1.5}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "message"),
    [
        ("[construction]", "[constructions]", 6, "shocks.slump.sectors.0", "unknown sector"),
        ("2026-03", "2026-3", 9, "shocks.slump.effects.separation_probability.scale.2026-3", "no such month"),
        (
            "2026-03",
            "2036-03",
            8,
            "shocks.slump.effects.separation_probability",
            "outside the scenario's period",
        ),
        ("1.5", "60", 9, "shocks.slump.effects.separation_probability.scale.2026-03", "outside the bounds"),
        ("scale:", "set:", 8, "shocks.slump.effects.separation_probability", "can only scale"),
        (
            "separation_probability",
            "job_finding_probability",
            8,
            "shocks.slump.effects.job_finding_probability",
            "the same for every sector",
        ),
        ("sectors:", "where: {tiers: [city]}\n    sectors:", 6, "shocks.slump.where", "in all places alike"),
    ],
)
def test_a_shock_that_would_not_be_heard_is_refused(right, wrong, line, key, message):
    problems = problems_in(spoilt(right, wrong, SHOCK))
    assert [(p.line, p.key) for p in problems if message in p.message] == [(line, key)]


def test_two_sets_for_the_same_workers_in_the_same_months_are_refused():
    problem = the_problem_in(RIGHT + SECOND)
    assert (problem.line, problem.key) == (23, "levers.other.effects.startup_grant_yuan.set")
    assert "lever 'grant' sets the same parameter" in problem.message
    assert "do not overlap" in problem.allowed


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("from: 2030-01, to: 2031-12", "from: 2035-01, to: 2035-12"),  # after the other's window
        ("regions: [Central]", "regions: [West]"),  # Henan is in the Centre
        ("{set: 5000}", "{scale: 1.1}"),
    ],
)
def test_two_levers_on_one_parameter_are_right_where_they_do_not_collide(right, wrong):
    Path("mine.yaml").write_text(RIGHT + spoilt(right, wrong, SECOND), encoding="utf-8")
    assert len(load_scenario("mine.yaml").levers) == 2


def test_a_duplicate_key_is_told_on_its_second_line():
    problem = the_problem_in(spoilt("    take_up: 0.4\n", "    take_up: 0.4\n    take_up: 0.5\n"))
    assert (problem.line, problem.key) == (12, "levers.grant.take_up")
    assert "already given on line 11" in problem.message


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_an_empty_file_is_told(text):
    problem = the_problem_in(text)
    assert problem.file == "mine.yaml" and "empty" in problem.message


def test_a_file_that_is_no_map_and_one_that_is_no_yaml_are_told():
    assert "a scenario is a map" in the_problem_in("- one\n- two\n").message
    broken = the_problem_in("extends: baseline\ntitle: {en: [}\n")
    assert broken.line == 2 and "not YAML" in broken.message


def test_a_missing_file_is_told_with_the_scenarios_there_are():
    with pytest.raises(ScenarioError) as caught:
        load_scenario("base-line")
    (problem,) = caught.value.problems
    assert (problem.value, problem.nearest) == ("base-line", "baseline")
    assert "combined" in problem.allowed
    with pytest.raises(ScenarioError, match="no such scenario"):
        load_scenario("nowhere/mine.yaml")


def test_a_scenario_that_extends_itself_is_told():
    problem = the_problem_in("extends: mine\n")
    assert (problem.line, problem.key) == (1, "extends")
    assert "mine.yaml -> mine.yaml" in problem.message


def test_a_circle_of_two_is_told():
    Path("one.yaml").write_text("extends: two\n", encoding="utf-8")
    problem = the_problem_in("extends: one\n", "two")
    assert problem.file == "one.yaml" and "two.yaml -> one.yaml -> two.yaml" in problem.message


def test_extending_too_deep_is_told():
    for name, parent in (("a", "baseline"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "d")):
        Path(f"{name}.yaml").write_text(f"extends: {parent}\n", encoding="utf-8")
    load_scenario("e.yaml")
    assert "more than 5 files deep" in the_problem_in("extends: e\n", "f").message


def test_the_name_of_a_scenario_is_its_file():
    assert "named by its file" in the_problem_in("extends: baseline\nname: other\n").message


def test_a_parameter_cannot_be_given_twice_over():
    problem = the_problem_in("extends: baseline\nparameters: {hukou_cost_scale: 0.5}\n")
    assert problem.line == 2 and "already follows a path" in problem.message


def test_yaml_1_2_words_and_numbers_stay_what_they_look_like():
    Path("mine.yaml").write_text(
        dedent("""
        extends: baseline
        title: {en: NO, zh: yes}
        parameters: {switching_cost: 2e0}
        """),
        encoding="utf-8",
    )
    scenario = load_scenario("mine.yaml")
    assert (scenario.title.en, scenario.title.zh) == ("NO", "yes")
    assert scenario.parameters["switching_cost"] == 2.0


def test_several_mistakes_are_told_together_in_the_order_of_the_lines():
    text = RIGHT + SECOND
    for right, wrong in (
        ("provinces: [Henan]", "provinces: [Hennan]"),
        ("take_up: 0.4", "takeup: 0.4"),
        ("2034-12", "2034-13"),
        ("{set: 5000}", "{sett: 5000}"),
    ):
        text = spoilt(right, wrong, text)
    text += "parameters: {income_coefficient: lots, nonsense: 1}\n"
    problems = problems_in(text)
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
    assert {problem.key for problem in problems} >= {
        "levers.grant.window.to",
        "levers.grant.where.provinces.0",
        "levers.grant.takeup",
        "levers.other.effects.startup_grant_yuan.sett",
        "parameters.income_coefficient",
        "parameters.nonsense",
    }


def test_colliding_levers_are_told_together_with_other_mistakes():
    keys = {problem.key for problem in problems_in(RIGHT + SECOND + "assumptions: bold\n")}
    assert keys == {"assumptions", "levers.other.effects.startup_grant_yuan.set"}


def test_a_broken_parent_does_not_bring_complaints_about_what_it_would_have_said():
    Path("parent.yaml").write_text("", encoding="utf-8")
    problem = the_problem_in("extends: parent\nassumptions: low\n")
    assert problem.file == "parent.yaml"
