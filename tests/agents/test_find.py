"""Finding a worker by words: what each asks for, and how mistakes are told."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.find import WORDS, find_workers, parse_description, pick
from sim.core.errors import UsageError
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
    ],
)
def test_words_that_mean_the_same_find_the_same(run, one, same):
    assert np.array_equal(find_workers(run, one).ids, find_workers(run, same).ids)


def test_each_word_is_met_by_somebody_or_says_so(run):
    for word in WORDS:
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
        ("college, over 74, Tibet, woman", "alone they fit"),
    ],
)
def test_mistakes_are_told(run, text, told):
    with pytest.raises(UsageError, match=told):
        find_workers(run, text)


def test_all_unknown_words_are_told_at_once(run):
    with pytest.raises(UsageError) as told:
        parse_description("womn, Hennan, 30", run.places.provinces)
    assert len(told.value.problems) == 2


def test_the_pick_hangs_on_the_seed_alone(run):
    ids = find_workers(run, "man, Sichuan").ids
    assert pick(ids, 3) == pick(ids[::-1], 3) in ids
    assert len({pick(ids, seed) for seed in range(30)}) > 10
