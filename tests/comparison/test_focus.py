"""One province: its people wherever they work, its jobs whoever holds them, its money, its page."""

from dataclasses import replace

import numpy as np
import pytest
from support.command import caller

from sim.comparison.compare import compare, focus_named
from sim.comparison.focus import COME, GO, JOBS, OWN, PEOPLE, checked_province
from sim.core.errors import ScenarioError, UsageError
from sim.engine.simulate import simulate
from sim.present.pages.focus import province_files
from sim.present.text.focus import cost_rows, flow_rows, province_headline, side_rows
from sim.results.columns import COMPARISON_TABLES, FOCUS_TABLES
from sim.scenario.loading import load_scenario
from sim.scenario.references import region_of_province

POLICY = "startup-support"


@pytest.fixture(scope="module")
def comparison():
    return compare(None, POLICY, seeds=2, scale=50_000, end="2026-12", jobs=1, horizons="+2", focus="河南")


def cell(comparison, dimension, measure):
    table = comparison.by_group.set_index(["dimension", "group", "outcome"])
    return table.loc[(dimension, "Henan", measure)]


# --- what is kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "dimension", "measure"),
    [
        (PEOPLE, "home-province", "local"),
        (PEOPLE, "home-province", "out"),
        (PEOPLE, "home-province", "settled"),
        (JOBS, "destination", "at_work"),
        (JOBS, "destination", "out"),
    ],
)
def test_the_path_at_the_end_of_a_policy_year_is_that_years_effect(comparison, side, dimension, measure):
    table = comparison.focus_paths.set_index(["side", "outcome", "month"])
    path, row = table.loc[(side, measure, "2026-12")], cell(comparison, dimension, measure)
    for theirs, ours in (("year_difference", "difference"), ("year_low", "low"), ("year_high", "high")):
        assert path[theirs] == pytest.approx(row[ours], rel=1e-6, abs=1e-6)
    own = comparison.focus_paths.query("side == @side and outcome == @measure and month >= '2026-01'")
    assert own["baseline"].mean() == pytest.approx(row["baseline"])


def test_its_people_and_its_jobs_are_not_the_same_thing(comparison):
    people, jobs = cell(comparison, "home-province", "out"), cell(comparison, "destination", "out")
    assert people["baseline"] > 1.5 * jobs["baseline"], "many of Henan's migrants work in other provinces"


def test_where_its_people_work_is_all_of_them_and_within_it_by_kind_of_place(comparison):
    flows = comparison.focus_flows
    go = flows[flows["direction"] == GO].set_index("place")
    run = simulate("baseline", scale=50_000, end="2026-12", seed=1, tables=["corridors"])
    other = simulate("baseline", scale=50_000, end="2026-12", seed=2, tables=["corridors"])
    of_home = [one.corridors.query("year == 2026 and home == 'Henan'")["out"].sum() for one in (run, other)]
    assert go["baseline"].sum() == pytest.approx(np.mean(of_home))
    within = [place for place in go.index if place.startswith(OWN)]
    assert f"{OWN} > county_town" in within and "Henan" not in go.index
    come = flows[flows["direction"] == COME].set_index("place")
    assert come.loc[within, "baseline"].sum() == pytest.approx(go.loc[within, "baseline"].sum())


def test_gains_and_losses_are_those_of_its_people_alone(comparison):
    everybody = comparison.focus_winners.query("grouping == 'all'").iloc[0]
    income = cell(comparison, "home-province", "net_income")
    assert everybody["mean_change_yuan"] == pytest.approx(income["difference"], rel=0.05, abs=5.0)
    regions = comparison.focus_winners.query("grouping == 'region'")["group"].tolist()
    assert regions == ["Central"]


def test_what_is_spent_there_is_a_part_of_all_that_is_spent(comparison):
    here, all_of_it = (
        table.groupby("lever")["spending_yuan"].sum() for table in (comparison.focus_costs, comparison.costs)
    )
    assert (here <= all_of_it.loc[here.index]).all() and 0 < here.sum() < 0.3 * all_of_it.sum()


def test_every_column_is_explained(comparison):
    assert comparison.manifest["focus"] == "Henan"
    for name in FOCUS_TABLES:
        assert list(comparison.tables[name]) == list(COMPARISON_TABLES[name])


def test_without_a_focus_nothing_more_is_kept():
    plain = compare(None, POLICY, seeds=1, scale=500_000, end="2025-12", jobs=1)
    assert not set(FOCUS_TABLES) & plain.tables.keys() and "focus" not in plain.manifest


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(region_of_province()))
def test_a_province_is_found_however_it_is_written(name):
    for word in (
        name,
        name.lower(),
        name.upper(),
        name.replace(" ", "-"),
        name.replace(" ", ""),
        f" {name} ",
    ):
        assert checked_province(word) == name


@pytest.mark.parametrize(
    ("word", "name"), [("内蒙古", "Inner Mongolia"), ("西藏自治区", "Tibet"), ("重庆市", "Chongqing")]
)
def test_a_province_has_its_chinese_names(word, name):
    assert checked_province(word) == name


@pytest.mark.parametrize(
    "word", ["", "henan province", "central", "hen", "31", "河", "Henan,Hubei", "\\u6cb3"]
)
def test_what_is_no_province_is_refused(word):
    with pytest.raises(UsageError) as error:
        checked_province(word)
    assert [problem.key for problem in error.value.problems] == ["focus"]


def test_a_scenario_may_name_the_province_itself(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: startup-support\nfocus: henan\n", encoding="utf-8")
    mine = load_scenario(file)
    assert mine.focus == "Henan" and focus_named(None, [mine]) == "Henan"
    assert focus_named("四川", [mine]) == "Sichuan", "the option comes first"
    file.write_text("extends: startup-support\nfocus: Hennan\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    [problem] = error.value.problems
    assert (problem.line, problem.key, problem.nearest) == (2, "focus", "Henan")


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_holds_its_people_its_jobs_and_its_money(comparison):
    files = province_files(comparison)
    page = files["henan.html"].decode()
    for words in (
        "Henan",
        "河南",
        "Its people, wherever they work",
        "Its jobs, whoever holds them",
        "In work there",
    ):
        assert words in page
    assert "Premises in parks" in page and "gains and loses" in page and "<script" not in page
    assert {f"henan-{name.removeprefix('focus_')}.csv" for name in FOCUS_TABLES} <= files.keys()
    policy = comparison.policies[0]
    assert [row["label"] for row in side_rows(comparison, policy, JOBS)][0] == "In work there"
    assert cost_rows(comparison, policy)
    assert not flow_rows(comparison, policy, GO), "none has 100 simulated workers at this scale"
    finer = replace(comparison, manifest={**comparison.manifest, "scale": 2_000})
    places = [row["place"] for row in flow_rows(finer, policy, GO)]
    assert places[0].startswith("Counties and towns") and "Guangdong" in places
    said = province_headline(comparison)
    assert any("of the people of Henan" in sentence for sentence in said)
    assert any("spent in Henan" in sentence for sentence in said)


def test_the_command_writes_it_beside_the_other_page(monkeypatch, capsys, tmp_path):
    call = caller(monkeypatch, capsys, simulate=None)
    short = ("--seeds", 1, "--scale", "1:500000", "--to", "2025-12", "--ensemble", 0, "--jobs", 1)
    said = call("compare", POLICY, *short, "--focus", "inner-mongolia", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert (tmp_path / "out" / "inner-mongolia.html").stat().st_size and "Inner Mongolia" in said.out
    said = call("compare", POLICY, *short, "--focus", "Hennan")
    assert said.code == 2 and "did you mean 'Henan'?" in said.err
