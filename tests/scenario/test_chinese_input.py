"""Values of scenario files in Chinese: they mean what the English ones mean, in the schema too."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from ruamel.yaml import YAML

from sim.analysis.attribution import _checked_outcome
from sim.analysis.ranking import checked_outcomes, chosen_instruments
from sim.comparison.breakdown import checked_dimensions
from sim.comparison.focus import checked_province
from sim.comparison.horizons import checked_horizons
from sim.core import categories, chinese
from sim.core.arguments import parse_ids, parse_month, parse_scale
from sim.core.errors import ScenarioError, UsageError
from sim.experiments.loading import load_experiment
from sim.experiments.point_files import as_number, read_points
from sim.results.outcomes import IN_CHINESE
from sim.scenario.fields import FINANCING, PAYERS
from sim.scenario.json_schema import scenario_schema
from sim.scenario.loading import load_scenario, with_overrides

ENGLISH = """\
extends: baseline
title: {en: A grant, zh: 补贴}
description: Two files that say the same.
focus: Henan
assumptions: low
financing: payroll_levy
paths:
  startup_grant_yuan: {source: a test, by_tier: {county_town: {2014: 1, 2020: 1.1}}}
shocks:
  demand:
    label: {en: Demand, zh: 需求}
    source: a test
    effects: {jobs_scale: {scale: {2027-03: 0.9, 2027-04: 0.9}}}
levers:
  grant:
    label: {en: Grant, zh: 补贴}
    citation: {document: ten-departments-2024, clause: Grants}
    evidence: D
    window: {from: 2026-01, to: 2030-12, season: [3, 9], ramp_months: 6}
    where: {home_provinces: [Sichuan, Inner Mongolia], home_regions: [West, Central], tiers: [county_town]}
    who: {sex: female, age: [22, 50], education: [junior, senior], poor: true, has_school_child: false,
      sector: [construction, transport], activity: [farm, migrant_work], migrant_months: [6, null]}
    take_up: 0.4
    effects:
      startup_grant_yuan: {set: 15000}
    unit_cost: {yuan: 15000, per: business_start, payers: {central: 0.6, local: 0.4}, in_yuan_of: 2024,
      follows: prices, status: assumed, source: the grant}
    budget: {yuan_per_year: 2000000000, release: monthly}
  arbitration:
    instrument: rapid-arbitration
    window: {from: 2026-01, to: 2030-12}
"""
SAME = (
    ("focus: Henan", "focus: 河南"),
    ("focus: Henan", "focus: 河南省"),
    ("assumptions: low", "assumptions: 低"),
    ("payroll_levy", "工资附加"),
    ("by_tier: {county_town: {2014: 1, 2020: 1.1}}", "by_tier: {县城: {2014年: 1, 2020年: 1.1}}"),
    ("2027-03: 0.9, 2027-04: 0.9", "2027年3月: 0.9, 2027年04月: 0.9"),
    ("document: ten-departments-2024", "document: 关于进一步加强农民工服务保障工作的意见"),
    ("from: 2026-01, to: 2030-12, season", "from: 2026年1月, to: 2030年12月, season"),
    ("season: [3, 9], ramp_months: 6", "season: [3月, 9月], ramp_months: 6个月"),
    ("[Sichuan, Inner Mongolia]", "[四川, 内蒙古自治区]"),
    ("[West, Central]", "[西部, 中部地区]"),
    ("tiers: [county_town]", "tiers: [县城]"),
    ("sex: female", "sex: 女"),
    ("age: [22, 50]", "age: [22岁, 50岁]"),
    ("[junior, senior]", "[初中, 高中]"),
    ("poor: true, has_school_child: false", "poor: 贫困户, has_school_child: 否"),
    ("[construction, transport]", "[建筑业, 交通运输业]"),
    ("[farm, migrant_work]", "[务农, 外出务工]"),
    ("[6, null]", "[6个月, null]"),
    ("sex: female", "sex: 女工"),
    ("[construction, transport]", "[工地, 快递]"),
    ("[farm, migrant_work]", "[种地, 打工]"),
    ("poor: true, has", "poor: 脱贫家庭, has"),
    ("{set: 15000}", "{set: 1.5万}"),
    ("{set: 15000}", "{set: 1万5千元}"),
    ("yuan: 15000, per: business_start", "yuan: 1.5万元, per: 创业"),
    ("{central: 0.6, local: 0.4}", "{中央财政: 0.6, 地方: 0.4}"),
    ("in_yuan_of: 2024", "in_yuan_of: 2024年"),
    ("follows: prices, status: assumed", "follows: 物价, status: 假设"),
    ("2000000000, release: monthly", "20亿, release: 按月"),
    ("2000000000", "20亿元"),
    ("2000000000", '"20.00亿"'),
    ("instrument: rapid-arbitration", "instrument: 农民工工资争议速裁"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def said(text: str):
    Path("mine.yaml").write_text(text, encoding="utf-8")
    return load_scenario("mine.yaml")


def english_but(right: str, wrong: str) -> str:
    assert ENGLISH.count(right) == 1, right
    return ENGLISH.replace(right, wrong)


@pytest.fixture(scope="module")
def in_english(tmp_path_factory):
    path = tmp_path_factory.mktemp("english") / "mine.yaml"
    path.write_text(ENGLISH, encoding="utf-8")
    return load_scenario(path)


@pytest.mark.parametrize(("english", "chinese_words"), SAME, ids=[words for _, words in SAME])
def test_what_is_said_in_chinese_is_the_same(in_english, english, chinese_words):
    assert said(english_but(english, chinese_words)).fingerprint() == in_english.fingerprint()


def test_all_of_it_at_once_and_in_the_schema(in_english):
    text, done = ENGLISH, set()
    for english, chinese_words in SAME:
        if english in text and english not in done:
            text = text.replace(english, chinese_words)
            done.add(english)
    assert said(text).fingerprint() == in_english.fingerprint()
    plain = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    jsonschema.Draft202012Validator(scenario_schema()).validate(plain)


def test_a_key_in_chinese_replaces_the_english_one_that_is_extended():
    Path("parent.yaml").write_text(ENGLISH, encoding="utf-8")
    found = said(
        "extends: parent.yaml\ntitle: {en: a, zh: 甲}\n"
        "levers: {grant: {unit_cost: {payers: {中央: 0.5, 地方财政: 0.5}}}}\n"
    )
    assert found.levers["grant"].unit_cost.payers == {"central": 0.5, "local": 0.5}
    assert "levers.grant.unit_cost.payers.central" in found.origins


def test_the_same_key_in_two_languages_is_told():
    with pytest.raises(ScenarioError, match="already given"):
        said(english_but("{central: 0.6, local: 0.4}", "{central: 0.6, 中央: 0.4}"))


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("2000000000", "二十亿", "must be a number"),
        ("2000000000", "5万3亿", "must be a number"),
        ("2000000000", "20亿人", "must be a number"),
        ("age: [22, 50]", "age: [22元, 50]", "must be a whole number"),
        ("ramp_months: 6", "ramp_months: 2年", "must be a whole number"),
        ("ramp_months: 6", "ramp_months: 1.5个月", "whole"),
        ("from: 2026-01, to: 2030-12, season", "from: 2026年13月, to: 2030-12, season", "no such month"),
        ("from: 2026-01, to: 2030-12, season", "from: 2026年, to: 2030-12, season", "write 2026-01"),
        ("sex: female", "sex: 未知", "unknown sex"),
        ("[West, Central]", "[西边]", "unknown region"),
        ("poor: true", "poor: 也许", "must be true or false"),
    ],
)
def test_what_is_no_value_in_chinese_is_told(right, wrong, told):
    with pytest.raises(ScenarioError) as refused:
        said(english_but(right, wrong))
    [problem] = refused.value.problems
    assert told in str(problem) and problem.line


@pytest.mark.parametrize(
    ("right", "wrong", "meant", "listed"),
    [
        ("[West, Central]", "[西北部]", "西部", "东部, 中部, 西部, 东北"),
        ("education: [junior, senior]", "education: [初忠]", "初中", "未上过学, 小学, 初中, 高中, 大专"),
        ("sex: female", "sex: 女士", "女", "男, 女"),
        ("[West, Central]", "[Wst]", "West", "East, Central, West, Northeast"),
    ],
)
def test_what_is_allowed_is_listed_in_the_language_of_the_mistake(right, wrong, meant, listed):
    with pytest.raises(ScenarioError) as refused:
        said(english_but(right, wrong))
    [problem] = refused.value.problems
    assert problem.nearest == meant and ", ".join(problem.allowed) == listed


def test_a_scenario_goes_by_its_titles_too(tmp_path):
    assert load_scenario("返乡创业支持").name == load_scenario("Start-up support").name == "startup-support"
    file = tmp_path / "mine.yaml"
    file.write_text("extends: 放宽落户限制\ntitle: {en: Mine, zh: 我的}\n", encoding="utf-8")
    assert load_scenario(file).levers.keys() == load_scenario("residency-easing").levers.keys()
    with pytest.raises(ScenarioError) as refused:
        load_scenario("创业支持")
    [problem] = refused.value.problems
    assert problem.nearest == "返乡创业支持" and "基准情景" in problem.allowed


@pytest.mark.parametrize(
    ("families", "named", "meant"),
    [(["就近务工就业"], [], "就近就业"), ([], ["一次性创业补助"], "一次性创业补贴")],
)
def test_families_and_instruments_are_suggested_in_chinese(families, named, meant):
    with pytest.raises(UsageError) as refused:
        chosen_instruments(None, families, named)
    [problem] = refused.value.problems
    assert problem.nearest == meant and meant in problem.allowed


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (chinese.REGIONS, categories.REGIONS),
        (chinese.TIERS, categories.TIERS),
        (chinese.SECTORS, categories.SECTORS),
        (chinese.ACTIVITIES, categories.ACTIVITIES),
        (chinese.EDUCATION, categories.EDUCATION),
        (chinese.SEXES, categories.SEXES),
        (chinese.PAYERS, PAYERS),
        (chinese.FINANCING, FINANCING),
        (chinese.OCCASIONS, tuple(categories.OCCASIONS)),
    ],
)
def test_every_word_has_a_chinese_one(words, known):
    assert set(words.values()) == set(known)


def test_overrides_take_chinese_values(in_english):
    changed = with_overrides(
        in_english, {"levers.grant.budget.yuan_per_year": "3亿", "levers.grant.window.to": "2028年6月"}
    )
    assert changed.levers["grant"].budget.yuan_per_year == 3e8
    assert changed.levers["grant"].window.to == "2028-06"


def test_experiments_take_chinese_values():
    ready = Path(__file__).resolve().parents[2] / "experiments" / "subsidy_dose_response.yaml"
    text = ready.read_text(encoding="utf-8")
    for english, words in (
        ("{from: 2014-01, to: 2030-12}", "{from: 2014年1月, to: 2030年12月}"),
        ("scale: 1:10000", "scale: 1:1万"),
        ("[0, 5000, 10000, 20000, 40000]", "[0, 5000元, 1万, 2万元, 4万]"),
        ("outcomes: [business_starts, ", f"outcomes: [{_label('business_starts')}, "),
    ):
        assert text.count(english) == 1
        text = text.replace(english, words)
    Path("mine.yaml").write_text(text, encoding="utf-8")
    found, same = load_experiment("mine.yaml"), load_experiment(ready)
    for key in ("period", "scale", "outcomes", "design"):
        assert getattr(found, key) == getattr(same, key)


def _label(key: str) -> str:
    return next(label for label, one in IN_CHINESE.items() if one == key)


def test_options_take_chinese_values():
    assert parse_month("2025年1月", "--from") == "2025-01"
    assert parse_scale("1:5千") == parse_scale("1：5000") == parse_scale("5千") == 5000
    assert parse_ids("17，42、5", "--trace") == (17, 42, 5)
    assert checked_dimensions(["户籍省，城市规模、年龄"]) == ("home-province", "tier", "age")
    assert checked_horizons("第5年，2028年、末年") == ("+5", "2028", "end")
    assert checked_province("河南省") == "Henan"
    label = _label("settled")
    assert checked_outcomes([f"{label}、local"]) == ("settled", "local")
    assert _checked_outcome(label) == "settled"
    assert {one.family for one in chosen_instruments(None, ("城镇用工需求",), ())} == {"city-labour-demand"}
    for wrong in ("2025年13月", "2025年"):
        with pytest.raises(UsageError, match="no such month"):
            parse_month(wrong, "--from")


def test_tables_take_chinese_numbers(tmp_path):
    Path("points.csv").write_text("补贴,比例\n1.5万,0.5\n20000,1\n", encoding="utf-8")
    table = read_points(Path("points.csv"))
    assert np.array_equal(table["补贴"].map(as_number), [15000.0, 20000.0])


def test_a_table_in_gbk_is_told_with_the_way_to_utf8():
    Path("points.csv").write_bytes("补贴,比例\n1,0.5\n".encode("gb18030"))
    with pytest.raises(UsageError) as told:
        read_points(Path("points.csv"))
    assert "GBK" in str(told.value) and "iconv -f GB18030 -t UTF-8 points.csv > points-utf8.csv" in str(
        told.value
    )
