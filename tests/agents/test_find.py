"""Finding a worker by words: what each asks for, and how mistakes are told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.messages import left_in_english

from sim.agents import in_chinese
from sim.agents.find import WORDS, find_workers, parse_description, pick
from sim.core import categories, chinese
from sim.core.categories import REGIONS, activity_set
from sim.core.errors import UsageError
from sim.core.labels import ACTIVITIES, AGES, SCHOOLING, SECTORS, TIERS, region
from sim.core.language import speaking
from sim.engine.interpreted import copy_row
from sim.engine.simulation import Simulation
from sim.world.worker import IS_FEMALE, POOR, age_months


@pytest.fixture(scope="module")
def run():
    made = Simulation("baseline", 20_000, "2014-12", seed=1)
    for _ in range(6):
        made.step()
    made.close()
    return made


def rows(run, text):
    return [copy_row(run.workers, run.workers.ids.row_of(int(one))) for one in find_workers(run, text).ids]


def test_all_words_of_a_description_hold(run):
    found = rows(run, "woman, Henan, 25-35, poor household")
    assert len(found) > 3
    for w in found:
        assert w.traits & IS_FEMALE and w.traits & POOR
        assert run.places.provinces[w.home] == "Henan"
        assert 25 <= age_months(w.birth_month, run.month) // 12 <= 35


def test_where_a_worker_is_differs_from_where_from(run):
    there = rows(run, "in Guangdong, mega city, manufacturing")
    assert {run.places.names[w.place] for w in there} == {"Guangdong, mega city"}
    assert len({w.home for w in there}) > 3
    own = rows(run, "from Guangdong, home province")
    assert own and {run.places.provinces[w.home] for w in own} == {"Guangdong"}


@pytest.mark.parametrize(
    "one, same",
    [
        ("woman", "Female"),
        ("30", "aged 30"),
        ("30", "30 years old"),
        ("25-35", "25 to 35"),
        ("poor", "a poor household"),
        ("from Henan", "Henan"),
        ("in Guangdong", "works in Guangdong"),
        ("farming", "a farmer"),
        ("woman; Henan", "woman, Henan"),
        ("over 40, under 60", "41-59"),
        ("woman, Henan, 30, poor", "女，河南，30岁，贫困户"),
        ("in Guangdong, across provinces, manufacturing", "在广东、跨省、制造业"),
        ("woman, Henan, 30, poor", "女, 河南, 30岁, 贫困户"),
        ("Henan", "河南省"),
        ("from Henan", "来自河南"),
        ("from Henan", "河南人"),
        ("from Henan", "户籍河南"),
        ("from Inner Mongolia", "内蒙古自治区"),
        ("in Guangdong", "在广东务工"),
        ("in Guangdong", "在广东省工作"),
        ("in a mega city", "在特大城市打工"),
        ("in another province", "在省外务工"),
        ("manufacturing", "在工厂上班"),
        ("working away", "外出务工"),
        ("away", "外出农民工"),
        ("settled", "已落户"),
        ("woman, Henan", "河南女性"),
        ("woman, Henan, 30", "30岁的河南女性"),
        ("woman, Henan, 30", "女 河南 30岁"),
        ("woman, from Henan, in Guangdong", "在广东务工的河南女性"),
        ("man, over 39, poor", "四十岁以上的男贫困户"),
        ("30", "３０岁"),
        ("30", "三十岁"),
        ("25-35", "25至35岁"),
        ("25-35", "25岁到35岁"),
        ("25-35", "二十五至三十五岁"),
        ("25-35", "25～35"),
        ("30-39", "三十多岁"),
        ("over 39", "40岁以上"),  # law counts the number itself in
        ("over 40", "超过40岁"),
        ("under 31", "30岁以下"),
        ("under 30", "不满30岁"),
        ("woman, farming", "女；务农"),
        ("large city", "Ⅰ型大城市"),
        ("city", "II型大城市"),
        ("transport", "交通运输业"),
        ("local work", "就近就业"),
        ("own business", "返乡创业"),
        ("not poor, junior", "非贫困户，初中"),
    ],
)
def test_words_that_mean_the_same_find_the_same(run, one, same):
    assert np.array_equal(find_workers(run, one).ids, find_workers(run, same).ids)


def test_what_the_program_says_in_chinese_it_understands(run):
    with speaking("zh"):
        said = [*AGES.values(), *SCHOOLING.values(), *SECTORS.values()]
        said += [words for key, words in ACTIVITIES.items() if key != "exited"]
        said += [words for key, words in TIERS.items() if key != "home_township"]
        said += [region(name) for name in REGIONS]
    for words in said:
        assert parse_description(words, run.places.provinces), words


def test_files_and_descriptions_know_the_same_words(run):
    """One list: what a scenario file may say of workers can be asked of a worker, and means the same."""
    for words in (chinese.EDUCATION, chinese.TIERS, chinese.SECTORS, chinese.REGIONS, chinese.POOR_OR_NOT):
        for word, meant in words.items():
            if meant != "home_township" and "、" not in word:
                [condition] = parse_description(word, run.places.provinces)
                assert condition.value == meant, word
    for word, meant in chinese.SEXES.items():
        [condition] = parse_description(word, run.places.provinces)
        assert condition.value is (meant == "female"), word
    for word, meant in chinese.ACTIVITIES.items():
        if meant != "exited":
            [condition] = parse_description(word, run.places.provinces)
            assert condition.value == activity_set(categories.ACTIVITIES.index(meant)), word


def test_each_word_is_met_by_somebody_or_says_so(run):
    for word in (*WORDS, *in_chinese.WORDS):
        try:
            assert 0 < len(find_workers(run, word).ids) <= run.rows
        except UsageError as told:
            assert "nobody at 1:20000 fits" in str(told)


@pytest.mark.parametrize(
    "text, told",
    [
        ("womn", "did you mean 'wom"),
        ("Hennan", "did you mean 'Henan'"),
        ("in Guandong", "did you mean 'in Guangdong'"),
        ("woman, farmr", "did you mean 'farmer'"),
        ("300", "no such words"),
        ("", "says nothing"),
        (" , ", "says nothing"),
        ("man, woman", "nobody is both"),
        ("Henan, Sichuan", "nobody is both"),
        ("30, 40", "nobody is both"),
        ("over 60, under 30", "nobody is both"),
        ("college, over 74, Tibet, woman", "alone the words fit"),
    ],
)
def test_mistakes_are_told(run, text, told):
    with pytest.raises(UsageError, match=told):
        find_workers(run, text)


@pytest.mark.parametrize(
    "text, told",
    [
        ("河南生", "河南"),
        ("农名工", "农民工"),
        ("河南女姓", "没有这样描述劳动者的词"),
        ("女" * 200, "没有这样描述劳动者的词"),
        ("男，女", "没有人同时符合"),
        ("三十岁，40岁", "没有人同时符合"),
        ("大专、75岁以上、西藏、女", "没有人符合全部条件"),
        ("，", "没有写明任何条件"),
    ],
)
def test_mistakes_are_told_in_chinese(run, text, told):
    with speaking("zh"), pytest.raises(UsageError) as error:
        find_workers(run, text)
    [problem] = error.value.problems
    assert told in f"{problem.message} {problem.nearest}"
    assert not left_in_english(f"{problem.message} {problem.allowed}"), problem


@pytest.mark.parametrize(
    "text, spoken, starts",
    [
        ("woman, Henan, 30, poor household", "en", "woman, Henan, "),
        ("man, Tibet, 41, college, construction", "en", "man, "),
        ("Qinghai, 22-23, poor, college, woman, in Beijing", "en", ""),
        ("女、西藏、30岁、贫困户、大专", "zh", "女、"),
        ("在北京务工的30岁青海女性", "zh", ""),
        ("college, over 74, Tibet, woman", "en", ""),
    ],
)
def test_where_nobody_fits_the_nearest_that_fits_somebody_is_offered(run, text, spoken, starts):
    """It keeps the other words, and says how many it fits; or the age is but a few years wider."""
    with speaking(spoken):
        try:
            assert len(find_workers(run, text).ids)
            return
        except UsageError as told:
            [problem] = told.problems
        assert problem.nearest.startswith(starts) and problem.nearest != text
        fits = len(find_workers(run, problem.nearest).ids)
        asked, offered = (parse_description(words, run.places.provinces) for words in (text, problem.nearest))
    assert fits > 0 and f"{fits:,}" in problem.allowed
    kinds = [one.kind for one in offered]
    assert 1 <= len(kinds) <= len(asked) and {one.kind for one in asked} >= set(kinds)
    changed = [one for one in offered if (one.kind, one.value) not in {(a.kind, a.value) for a in asked}]
    assert all(one.kind == "age" for one in changed)
    assert bool(changed) != (len(offered) < len(asked)), "one thing is given way in"


def test_the_scale_that_is_offered_has_somebody(run):
    with pytest.raises(UsageError) as told:
        find_workers(run, "woman, Henan, 30, poor household, college")
    scale = int(re.search(r"--scale 1:(\d+)", told.value.problems[0].allowed)[1])
    finer = Simulation("baseline", scale, "2014-01", seed=1)
    try:
        assert len(find_workers(finer, "woman, Henan, 30, poor household, college").ids)
    finally:
        finer.close()


def test_all_unknown_words_are_told_at_once(run):
    with pytest.raises(UsageError) as told:
        parse_description("womn, Hennan, 30", run.places.provinces)
    assert len(told.value.problems) == 2


def test_the_pick_hangs_on_the_seed_alone(run):
    ids = find_workers(run, "man, Sichuan").ids
    assert pick(ids, 3) == pick(ids[::-1], 3) in ids
    assert len({pick(ids, seed) for seed in range(30)}) > 10
