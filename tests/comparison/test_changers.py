"""Who moves because of a policy: groups that add up, ways beyond chance, and what moved them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.messages import faults_of_chinese

from sim.comparison.changers import SAMPLE, STATES, _largest_ways, gallery
from sim.core.arguments import parse_scale
from sim.core.language import speaking
from sim.present.charts.lives import gallery_chart
from sim.present.pages.changers import changers_section
from sim.present.text import life_phrases as words
from sim.present.text.changers import gallery_as_json, gallery_in_words

GIVEN = {"scale": "1:25000", "seed": 1, "end": "2030-12"}


@pytest.fixture(scope="module")
def support():
    return gallery("baseline", "startup-support", **GIVEN)


def test_support_for_founders_makes_founders_by_itself(support):
    founders = [one for one in support.groups if one.after == "own_business"]
    assert founders and all(one.causes.get(("policy",), 0.0) > 0.6 for one in founders)
    # whoever works near home instead does so for what founders and those who stayed have left them
    jobs = [one for one in support.groups if one.after == "local_work"]
    assert all(one.causes.get(("others",), 0.0) > 0.5 for one in jobs)


def test_the_numbers_of_a_group_add_up(support):
    scale = parse_scale(GIVEN["scale"])
    assert 0 < len(support.groups) <= 6 and support.month == "2030-12"
    assert sum(one.workers for one in support.groups) * scale <= support.ends <= support.apart
    for one in support.groups:
        assert one.persons == (one.workers - one.opposite) * scale > 0
        assert sum(one.causes.values()) == pytest.approx(1.0) and one.sampled == min(one.workers, SAMPLE)
        last = [life.months[-1] for life in (one.typical.base, one.typical.policy)]
        for state, month in zip((one.before, one.after), last, strict=True):
            assert month.activity == state or state == f"away_{month.place.tier}" or "settled" in state
        assert one.typical.parting is not None
    assert [one.persons for one in support.groups] == sorted(
        (one.persons for one in support.groups), reverse=True
    )


def test_ways_that_are_as_often_gone_back_are_not_told():
    rng = np.random.default_rng(1)
    base, policy = rng.integers(0, 3, 4000), rng.integers(0, 3, 4000)
    assert _largest_ways(base, policy, 6) == []
    policy[:200], base[:200] = 2, 0
    assert _largest_ways(base, policy, 6)[0] == (0, 2)
    policy[200:400] = -1  # out of the labour force: no way
    assert _largest_ways(base, policy, 6)[0] == (0, 2)


def test_the_words_and_the_section_say_it_without_gaps(support):
    told = gallery_in_words(support)
    assert len(told.cards) == len(support.groups)
    for card in told.cards:
        for said in (card.title, card.numbers, card.causes, card.typical, *card.story):
            assert not re.search(r"[{}_]|  |None|\bnan\b", said), said
    section = changers_section(support)
    assert section.count("<article") == len(support.groups) and section.count("<h2") == 1
    assert section.count("data:image/svg+xml") == len(support.groups) and "<script" not in section
    assert gallery_as_json(support)["groups"][0]["typical"]["parting"]["causes"]
    assert set(words.STATES) == set(words.INSTEAD) == set(STATES)


def test_the_section_in_chinese(support):
    with speaking("zh"):
        told, section = gallery_in_words(support), changers_section(support)
    for card in told.cards:
        for said in (card.title, card.numbers, card.causes, card.typical, *card.story):
            assert not faults_of_chinese(said), said
    shown = re.sub(r'(src|style|class)="[^"]*"|alt=|</?[a-z][^ >]*', "", section)
    assert told.title.startswith("谁因政策而改变") and not faults_of_chinese(shown.replace("\n", "")), shown


def test_the_picture_has_a_panel_for_each_group(support):
    assert len(gallery_chart(support).axes) == len(support.groups)


def test_a_policy_without_effect_has_no_groups():
    none = gallery("baseline", "baseline", scale="1:200000", seed=1, end="2015-12")
    assert none.groups == () and none.apart == none.ends == 0
    assert "No way is told from chance" in gallery_in_words(none).intro
    assert changers_section(none).count("<article") == 0 and gallery_chart(none).axes
