"""Lives in words: a sentence for everything that can happen, and none with a gap in it."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from support.messages import faults_of_chinese

from sim.agents.life import HAPPENINGS, Happening, Life, LivedMonth, Place, Standing
from sim.core.categories import ACTIVITIES, EDUCATION, SECTORS, TIERS
from sim.core.language import speaking
from sim.present.text import life_phrases as words
from sim.present.text.lives import duration, life_as_json, life_in_words, sentence, times

AWAY, HOME = Place("Guangdong", "mega_city"), Place("Henan", "home_township")
FACTS = {
    "age_years": 30, "place": AWAY, "from_place": HOME, "months": 14, "sector": "manufacturing",
    "sector_before": "construction", "pay_yuan": 3000, "pay_before_yuan": 2500, "capital_yuan": 90_000,
    "grant_yuan": 5000, "loan_yuan": 20_000, "relief_yuan": 1500, "owed_yuan": 4000, "savings_yuan": 1,
    "payout_yuan": 0, "repaid_yuan": 800, "lost_yuan": 0, "jobs": 3, "is_new": False, "is_completed": True, "has_job": False, "is_school": False,
    "is_workshop": False, "is_closed": False, "is_additional": True, "is_settled": False,
    "activity": "migrant_work", "from_activity": "farm", "education": "senior", "is_full_time": True,
}  # fmt: skip


def month(name, what=(), **changed):
    given = dict(
        month=name, age_months=400, start=Standing("migrant_work", AWAY, "manufacturing", 3000), activity="migrant_work", place=AWAY, place_name="Guangdong, mega city",
        sector="manufacturing", is_visiting=False, is_insured=False, has_school_child=False, pay_yuan=3000,
        savings_yuan=100, owed_yuan=0, money={"earned": 3000, "remittance": 600}, decision=None, chances=(), idea=None,
        happenings=tuple(Happening(name, one, {**FACTS, **changed}) for one in what),
    )  # fmt: skip
    return LivedMonth(**given)


def life(*months, sex="female"):
    return Life(
        7,
        "baseline",
        {"en": "Baseline", "zh": "基准情景"},
        5000,
        1,
        sex,
        "Henan",
        "Central",
        "1983-11",
        "junior",
        True,
        months,
    )


@pytest.mark.parametrize("what", HAPPENINGS)
@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("is_so", [False, True])
def test_everything_that_can_happen_is_said(what, sex, is_so):
    facts = {name: is_so if isinstance(value, bool) else value for name, value in FACTS.items()}
    for place in (AWAY, HOME):
        said = sentence(life(sex=sex), Happening("2020-03", what, {**facts, "from_place": place}))
        assert re.fullmatch(r"[A-Z].*\.", said) and not re.search(r"[{}_]|  | [,.]|None|True|False", said), (
            said
        )
        wrong = r"\b(he|his|him|himself)\b" if sex == "female" else r"\b(she|her|herself)\b"
        assert not re.search(wrong, said.lower()), said


@pytest.mark.parametrize("what", HAPPENINGS)
@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("is_so", [False, True])
def test_everything_that_can_happen_is_said_in_chinese(what, sex, is_so):
    facts = {name: is_so if isinstance(value, bool) else value for name, value in FACTS.items()}
    with speaking("zh"):
        for place in (AWAY, HOME):
            said = sentence(life(sex=sex), Happening("2020-03", what, {**facts, "from_place": place}))
            assert said.endswith("。") and not faults_of_chinese(said), said
            assert ("他" if sex == "female" else "她") not in said.replace("其他", ""), said


def test_each_sentence_of_the_table_is_of_something_that_happens():
    assert {key.split(".")[0] for key in words.SENTENCES} == set(HAPPENINGS)


def test_the_table_has_a_word_for_every_code():
    assert set(words.JOBS) == set(SECTORS) and set(words.SCHOOLING) == set(EDUCATION)
    assert set(words.PLACES) == set(words.SHORT_PLACES) == set(TIERS)
    assert set(words.NOW) == set(ACTIVITIES) and set(words.QUIET) == set(ACTIVITIES) - {"exited"}


def test_all_templates_parse():
    for table in (words.SENTENCES, words.PARTS, words.NOW, words.QUIET, words.PLACES):
        for template in table.values():
            assert list(Formatter().parse(template))


def test_a_life_is_told_in_order_with_its_quiet_years():
    months = [
        month("2020-01"),
        *(month(f"2020-{number:02d}") for number in range(2, 6)),
        month("2020-06", ["loses_job"]),
        month("2020-07", ["finds_job", "joins_insurance"], months=1),
    ]
    told = life_in_words(life(*months))
    assert [entry.month for entry in told.entries] == ["2020-01", "2020-06", "2020-07"]
    assert "for 4 months, at 3,000 yuan a month on average, and sent home 2,400 yuan" in told.entries[0].text
    assert told.entries[0].text.startswith("At 33 she was working in a factory in a city of over 5 million")
    assert "She lost her job in a factory there" in told.entries[1].text  # the place has just been named
    assert "lost a job once" in told.summary and "4,200 yuan" in told.summary
    assert "a woman from Henan, born November 1983" in told.title and "poor household" in told.title
    assert life_as_json(life(*months))["months"][5]["happenings"][0]["what"] == "loses_job"


def test_a_life_in_chinese_reads_like_a_short_biography():
    months = [
        month("2020-01", ["enters", "leaves_home"], age_years=16),
        *(month(f"2020-{number:02d}") for number in range(2, 6)),
        month("2020-06", ["loses_job"]),
        month("2020-07", ["finds_job", "joins_insurance"], months=1),
    ]
    with speaking("zh"):
        told = life_in_words(life(*months))
    assert told.title == "7号劳动者，河南女性，1983年11月出生，初中文化程度，贫困户"
    assert told.about.startswith("情景：基准情景，随机种子1。1名模拟劳动者代表5000名真实劳动者")
    assert told.summary == "2020年1月至2020年7月：外出务工7个月。离家找工作1次，失业1次，累计寄回家4,200元。"
    assert [entry.text for entry in told.entries] == [
        "16岁，她在河南老家进入劳动年龄。离开家乡，到广东一座500万人以上的城市找工作。"
        "在那里又干了4个月，平均月工资3,000元，共寄回家2,400元。",
        "失去在当地工厂的工作，这份工作做了1年零2个月，失业后领到救助金1,500元。",
        "在当地的工厂找到工作，月工资3,000元。参加了职工养老保险。",
    ]
    assert life_in_words(life(*months)).title.startswith("Worker 7: a woman from Henan")  # and English again


def test_a_life_without_months_says_so():
    assert "not in the labour force" in life_in_words(life()).summary


def test_spans_and_counts_in_words():
    assert duration(1) == "1 month" and duration(27) == "2 years and 3 months"
    with speaking("zh"):
        assert [duration(months) for months in (0, 1, 12, 27)] == ["不到1个月", "1个月", "1年", "2年零3个月"]
    assert [times(count) for count in range(4)] == ["never", "once", "twice", "3 times"]
