"""What a scenario file means: merging, windows, origins, fingerprints, overrides, and the ready ones."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from sim.core.errors import ScenarioError
from sim.present.text.citations import citations
from sim.present.text.instruments import list_levers
from sim.present.text.levers import change_words, plain
from sim.scenario.effects import Effect
from sim.scenario.eligibility import Where, Who, Window
from sim.scenario.json_schema import scenario_schema
from sim.scenario.listing import describe, list_scenarios
from sim.scenario.loading import load_scenario, scenario_files, with_overrides
from sim.scenario.scenario import Path as ScenarioPath

READY = ("baseline", "startup-support", "residency-easing", "skills-training", "combined")

LEVER = """
levers:
  grant:
    label: {en: Grant, zh: 补贴}
    citation: {document: ten-departments-2024, clause: Grants for founders}
    evidence: D
    window: {from: 2025-01, to: 2025-12}
    effects:
      startup_grant_yuan: {set: 8000}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scenario file into a folder of its own, and work there."""
    monkeypatch.chdir(tmp_path)

    def write_one(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write_one


# --- the ready scenarios ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READY)
def test_every_ready_scenario_loads_and_says_what_it_is(name):
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title.en and scenario.title.zh and scenario.description
    assert (scenario.period.from_, scenario.period.to) == ("2014-01", "2035-12")


def test_the_baseline_has_no_policy_and_the_packages_add_levers_only():
    baseline = load_scenario("baseline").content()
    assert baseline["levers"] == {}
    for name in READY[1:]:
        content = load_scenario(name).content()
        assert content["levers"]
        for part in ("period", "assumptions", "future", "parameters", "paths", "shocks"):
            assert content[part] == baseline[part], f"{name} changes {part}"


def test_the_combination_holds_the_levers_of_its_three_parts():
    parts = [load_scenario(name).levers for name in READY[1:4]]
    assert dict(load_scenario("combined").levers) == parts[0] | parts[1] | parts[2]


def test_no_ready_policy_file_is_long():
    for name in READY[1:]:
        assert len(scenario_files()[name].read_text(encoding="utf-8").splitlines()) <= 60


# --- windows, paths, effects ----------------------------------------------------------------------------


def test_a_window_includes_both_named_months():
    window = Window(from_="2024-01", to="2024-12")
    assert window.months == 12
    assert [window.strength(m) for m in ("2023-12", "2024-01", "2024-12", "2025-01")] == [0, 1, 1, 0]


def test_a_window_of_one_month_is_that_month():
    assert Window(from_="2024-12", to="2024-12").months == 1


def test_a_ramp_of_three_months_reaches_full_strength_in_the_fourth():
    window = Window(from_="2025-01", to="2025-12", ramp_months=3)
    months = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-12")
    assert [window.strength(month) for month in months] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_a_path_is_straight_between_januaries_and_flat_outside():
    path = ScenarioPath(source="here", by_tier={"city": {2014: 0.6, 2016: 0.8}})
    months = ("2013-06", "2014-01", "2015-01", "2015-07", "2016-01", "2030-01")
    assert [path.value(month, "city") for month in months] == pytest.approx([0.6, 0.6, 0.7, 0.75, 0.8, 0.8])
    assert path.value("2015-01", "mega_city") is None


def test_an_effect_sets_then_scales_then_adds():
    assert Effect(add=1, scale=2, set=10).on(99) == 21


def test_where_joins_provinces_and_regions_and_narrows_by_tier():
    where = Where(provinces=("Henan",), regions=("East",), tiers=("city",))
    assert where.has_place("Henan", "city") and where.has_place("Guangdong", "city")
    assert not where.has_place("Hubei", "city") and not where.has_place("Henan", "mega_city")
    assert where.has_home("Sichuan")  # nothing said about homes


def test_levers_for_different_workers_do_not_overlap():
    assert not Who(age=(16, 30)).overlaps(Who(age=(31, 60)))
    assert Who(age=(16, 30)).overlaps(Who(sex="male"))
    assert not Who(migrant_months=(36, None)).overlaps(Who(migrant_months=(0, 35)))


# --- extending ------------------------------------------------------------------------------------------


def test_maps_merge_and_scalars_and_lists_replace(write):
    write("first", "extends: baseline\nassumptions: low\nparameters: {switching_cost: 2.0}\n" + LEVER)
    second = load_scenario(
        write(
            "second",
            """
        extends: first
        assumptions: high
        parameters: {income_coefficient: 0.6}
        levers:
          grant: {take_up: 0.5, instruments: [1]}
        """,
        )
    )
    assert second.assumptions == "high"
    assert second.parameters == {"switching_cost": 2.0, "income_coefficient": 0.6}
    assert second.levers["grant"].take_up == 0.5
    assert second.levers["grant"].effects["startup_grant_yuan"].set == 8000


def test_null_removes(write):
    write("first", "extends: baseline\n" + LEVER)
    second = load_scenario(
        write(
            "second",
            """
        extends: first
        shocks: {epidemic_2020: null}
        levers: {grant: null}
        """,
        )
    )
    assert second.levers == {}
    assert "epidemic_2020" not in second.shocks and "epidemic_2020_manufacturing" in second.shocks


def test_several_parents_merge_left_to_right_and_a_shared_one_is_read_once(write):
    write("left", "extends: baseline\nassumptions: low\nparameters: {switching_cost: 2.0}\n")
    write("right", "extends: baseline\nparameters: {switching_cost: 3.0}\n")
    both = load_scenario(write("both", "extends: [left, right]\n"))
    assert both.parameters == {"switching_cost": 3.0}
    assert both.assumptions == "low", "the baseline that `right` extends must not undo what `left` says"


# --- origins, description, fingerprint --------------------------------------------------------------------


def test_each_value_knows_its_file_and_line(write):
    scenario = load_scenario(write("mine", "extends: baseline\n\nassumptions: low\n" + LEVER))
    assert scenario.origins["assumptions"] == "mine.yaml:3"
    assert scenario.origins["levers.grant.effects.startup_grant_yuan.set"] == "mine.yaml:12"
    assert scenario.origins["period.from"].split(":")[0].endswith("baseline.yaml")


@pytest.mark.parametrize("name", READY)
def test_the_description_is_the_scenario_itself(name, write):
    scenario = load_scenario(name)
    text = describe(scenario)
    assert "baseline.yaml:" in text
    assert load_scenario(write(name, text)).fingerprint() == scenario.fingerprint()


def test_the_fingerprint_follows_content_and_nothing_else(write):
    text = "extends: baseline\nparameters: {switching_cost: 2.0, income_coefficient: 0.6}\n"
    here = load_scenario(write("mine", text)).fingerprint()
    assert (
        here
        == load_scenario(
            write(
                "mine",
                "# a remark\nparameters:\n  income_coefficient: 0.6\n"
                "  switching_cost: 2\nextends: [baseline]\n",
            )
        ).fingerprint()
    )
    assert here != load_scenario(write("mine", text.replace("2.0", "2.1"))).fingerprint()
    assert here != load_scenario(write("mine", text + LEVER)).fingerprint()


# --- overrides ----------------------------------------------------------------------------------------------


def test_overrides_change_values_and_leave_the_original_alone():
    before = load_scenario("startup-support")
    after = with_overrides(
        before,
        {
            "levers.startup_grant.effects.startup_grant_yuan.set": 12000,
            "parameters.income_coefficient": 0.6,
            "assumptions": "high",
            "levers.founder_parks": None,
            "levers.startup_loan.budget": {"yuan_total": 1e9},
        },
    )
    assert after.levers["startup_grant"].effects["startup_grant_yuan"].set == 12000
    assert before.levers["startup_grant"].effects["startup_grant_yuan"].set == 8000
    assert after.parameters["income_coefficient"] == 0.6 and after.assumptions == "high"
    assert "founder_parks" not in after.levers
    assert after.levers["startup_loan"].budget.yuan_total == 1e9
    assert after.fingerprint() != before.fingerprint()
    assert after.origins["parameters.income_coefficient"] == "override"
    assert after.origins["period.from"] == before.origins["period.from"]


def test_overriding_nothing_or_with_the_same_value_changes_nothing():
    scenario = load_scenario("combined")
    assert with_overrides(scenario, {}).fingerprint() == scenario.fingerprint()
    same = {"levers.startup_grant.take_up": 0.4, "paths.hukou_cost_scale.all.2014": 1.0}
    assert with_overrides(scenario, same).fingerprint() == scenario.fingerprint()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("parameters.incom_coefficient", 0.6, "did you mean 'income_coefficient'"),
        ("levers.startup_grnt.take_up", 0.6, "did you mean 'startup_grant'"),
        ("levers.startup_grant.takeup", 0.6, "did you mean 'take_up'"),
        ("levers.startup_grant.take_up", 1.6, "allowed: 1 or less"),
        ("assumptions", "middel", "did you mean 'middle'"),
    ],
)
def test_an_override_is_checked_like_a_file(key, value, told):
    with pytest.raises(ScenarioError) as caught:
        with_overrides(load_scenario("startup-support"), {key: value})
    assert key in str(caught.value) and told in str(caught.value)


# --- the catalogue ------------------------------------------------------------------------------------------


def test_the_list_of_scenarios_shows_what_each_extends():
    rows = {row["name"]: row for row in list_scenarios()}
    assert set(READY) <= rows.keys()
    assert rows["combined"]["extends"] == ["startup-support", "residency-easing", "skills-training"]
    references = {name: row["compare_with"] for name, row in rows.items()}
    assert references["combined"] == references["none"] == references["ten-departments-2024"] == "baseline"
    assert references["fifteen-departments-2020"] == "none" and references["baseline"] == ""
    assert rows["combined"]["levers"] == sum(rows[name]["levers"] for name in READY[1:4])


def test_the_catalogue_tells_each_lever_once():
    rows = list_levers()
    names = [row["name"] for row in rows]
    assert sorted(names) == sorted(load_scenario("combined").levers)
    grant = rows[names.index("startup_grant")]
    assert grant["effects"] == "Grant to a new business: set to 8,000 yuan, once"
    assert "8,000 yuan" in grant["unit_cost"] and "at most 4.00 billion yuan a year" in grant["unit_cost"]
    assert grant["documents"] == ["ten-departments-2024"] and grant["evidence"] == "D"


def test_effects_are_told_in_words():
    lever = load_scenario("residency-easing").levers["large_city_opening"]
    assert change_words(plain(lever)) == [
        "Migrants in the place whom its rules would register: set to 97 %",
        "Registration-related cost of living in the place relative to 2014: multiplied by 0.86",
    ]


def test_citations_name_documents_clauses_costs_and_sources():
    cited = citations(load_scenario("combined"))
    assert json.dumps(cited)  # plain data
    assert {row["document"] for row in cited["levers"]} == {row["id"] for row in cited["documents"]}
    assert {row["lever"] for row in cited["unit_costs"]} == set(load_scenario("combined").levers)
    for part in ("shocks", "paths", "assumptions", "data"):
        assert cited[part]


def test_the_schema_is_json_and_knows_the_words():
    schema = scenario_schema()
    text = json.dumps(schema, ensure_ascii=False)
    for word in ("extends", "startup_grant_yuan", "mega_city", "Guangdong", "ten-departments-2024"):
        assert f'"{word}"' in text
    assert "name" not in schema["properties"] and "required" not in schema


def test_every_ready_scenario_keeps_to_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = jsonschema.Draft202012Validator(scenario_schema())
    for path in scenario_files().values():
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        found = [f"{error.json_path}: {error.message}" for error in schema.iter_errors(content)]
        assert not found, (path.name, found[:3])
