"""The right comparison by itself: the reference that a scenario names, another one, and a common base."""

import pytest
from support import fake_runs
from support.command import caller

from sim.comparison.compare import compare, with_base
from sim.comparison.references import another_reference
from sim.core.errors import ScenarioError, UsageError
from sim.present.text.comparison import headline, reference_sentence
from sim.scenario.loading import load_reference, load_scenario, scenario_files

SHORT = {"seeds": 1, "end": "2025-12", "jobs": 1, "simulate": fake_runs.any_scenario}
OF_2020 = ("fifteen-departments-2020", "nine-departments-2022-county-notice")


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_every_ready_scenario_but_the_baseline_says_what_it_is_compared_with(name):
    scenario = load_scenario(name)
    assert (scenario.compare_with is None) == (name == "baseline")
    assert load_reference(scenario).name == ("none" if name in OF_2020 else "baseline")


def test_what_extends_none_is_compared_with_none_unless_it_says_otherwise(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("extends: none\ntitle: {en: Own, zh: 自定}\ndescription: Mine.\n", encoding="utf-8")
    assert load_reference(load_scenario(own)).name == "none"
    own.write_text("extends: none\ncompare_with: combined\n", encoding="utf-8")
    assert load_reference(load_scenario(own)).name == "combined"
    (tmp_path / "beside.yaml").write_text("extends: baseline\n", encoding="utf-8")
    own.write_text("extends: none\ncompare_with: beside.yaml\n", encoding="utf-8")
    assert load_reference(load_scenario(own)).name == "beside"


@pytest.mark.parametrize("wrong", ["basline", "nothing.yaml", "'../gone.yaml'"])
def test_a_reference_that_is_not_there_is_told_with_its_line(tmp_path, wrong):
    own = tmp_path / "own.yaml"
    own.write_text(f"extends: baseline\ncompare_with: {wrong}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(own)
    [problem] = error.value.problems
    assert (problem.line, problem.key) == (2, "compare_with")
    assert problem.message.startswith("no such scenario")
    if wrong == "basline":
        assert problem.nearest == "baseline"


@pytest.mark.parametrize("wrong", ["3", "[none, baseline]", "''", "{name: none}"])
def test_a_reference_that_is_no_name_is_one_problem(tmp_path, wrong):
    own = tmp_path / "own.yaml"
    own.write_text(f"extends: baseline\ncompare_with: {wrong}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(own)
    assert [problem.key for problem in error.value.problems] == ["compare_with"]


# --- the base by itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "base"), [("combined", "baseline"), (OF_2020[0], "none")])
def test_a_policy_alone_is_compared_with_its_own_reference(name, base):
    found, policies, said = with_base(None, name)
    assert (found.name, [one.name for one in policies], said) == (base, [name], [])


def test_policies_with_one_reference_keep_it():
    assert with_base(None, OF_2020)[0].name == "none"
    assert with_base(None, ["combined", "ten-departments-2024"])[0].name == "baseline"


def test_documents_of_several_references_are_put_on_one_base():
    base, laid, said = with_base(None, [*OF_2020, "ten-departments-2024"])
    assert base.name == "baseline" and len(said) == 2 and "common base" in said[0]["en"]
    assert laid[2] == load_scenario("ten-departments-2024")
    together = load_scenario("all-documents")  # carries the same out against the same base
    for policy in laid[:2]:
        own = load_scenario(policy.name)
        assert {name for name, lever in policy.levers.items() if lever.strength} == {
            name for name, lever in own.levers.items() if lever.strength
        }
        assert {name: lever.acting for name, lever in policy.levers.items()} == {
            name: together.levers[name].acting for name in policy.levers
        }
        taken_away = [name for name, lever in policy.levers.items() if lever.acting < 0.0]
        assert not taken_away, "what only the former reference lacks comes back"


@pytest.mark.parametrize("name", ["baseline"])
def test_what_others_are_compared_with_is_no_policy_of_its_own(name):
    with pytest.raises(UsageError, match="what policies are compared with"):
        with_base(None, name)


def test_none_alone_is_compared_with_the_baseline():
    assert with_base(None, "none")[0].name == "baseline"


# --- another base -----------------------------------------------------------------------------------


def warned(base, policy):
    return [told["en"] for told in another_reference(load_scenario(base), [load_scenario(policy)])]


@pytest.mark.parametrize(
    ("base", "policy", "what"),
    [
        ("none", "ten-departments-2024", "37 levers"),
        ("none", "combined", "37 levers"),
        ("baseline", OF_2020[1], "37 levers"),
        ("startup-support", "residency-easing", "3 levers"),
    ],
)
def test_another_reference_is_told_with_what_it_differs_in(base, policy, what):
    [sentence] = warned(base, policy)
    assert f"{policy} is made to be compared with" in sentence and what in sentence
    assert "counted among its effects" in sentence


def test_a_package_within_another_is_told_to_be_what_it_adds():
    [sentence] = warned("startup-support", "combined")
    assert "what it adds to startup-support" in sentence


@pytest.mark.parametrize(
    ("base", "policy"),
    [("baseline", "combined"), ("none", OF_2020[0]), ("none", "baseline"), ("baseline", "none")],
)
def test_the_reference_itself_draws_no_warning(base, policy):
    assert warned(base, policy) == []


def test_a_base_of_ones_own_that_the_policy_extends_draws_none(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: baseline\nassumptions: low\n", encoding="utf-8")
    (tmp_path / "more.yaml").write_text("extends: mine.yaml\nfinancing: payroll_levy\n", encoding="utf-8")
    (tmp_path / "else.yaml").write_text("extends: baseline\nfinancing: payroll_levy\n", encoding="utf-8")
    mine, more, other = (load_scenario(tmp_path / f"{name}.yaml") for name in ("mine", "more", "else"))
    assert another_reference(mine, [more]) == []
    [sentence] = another_reference(mine, [other])
    assert "(assumptions)" in sentence["en"] and "差别" in sentence["zh"]


def test_the_warning_opens_the_answer_and_the_page():
    found = compare("none", "ten-departments-2024", **SHORT)
    assert "made to be compared with baseline" in headline(found)[0]
    assert "made to be compared with baseline" in reference_sentence(found)
    assert reference_sentence(compare(None, "ten-departments-2024", **SHORT)) == ""


def test_the_command_says_it_before_anything_runs(monkeypatch, capsys):
    call = caller(monkeypatch, capsys)
    short = ("--seeds", 1, "--ensemble", 0, "--to", "2025-01", "--jobs", 1)
    said = call("compare", "none", "ten-departments-2024", *short)
    assert "warning: ten-departments-2024 is made to be compared with baseline" in said.err
    assert "made to be compared with baseline" in said.out.splitlines()[0]
    said = call("compare", "ten-departments-2024", *short)
    assert said.code == 0 and "made to be compared" not in said.err + said.out
    said = call("compare", "reference", *OF_2020, "combined", *short)
    assert said.code == 0 and "common base" in said.err
