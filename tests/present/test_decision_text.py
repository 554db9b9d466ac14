"""Decisions in words: the table adds up, the sentences say who wins and why, for everybody in every state."""

from __future__ import annotations

import re

import pytest
from support.messages import faults_of_chinese

from sim.agents.find import find_workers, pick
from sim.agents.following import run_to
from sim.agents.taken_apart import explain_month
from sim.core.errors import UsageError
from sim.core.language import speaking
from sim.present.charts.lives import GROUP_COLOURS, TERM_GROUPS, decision_chart
from sim.present.text import life_phrases as words
from sim.present.text.decisions import decision_as_json, explained_in_words, reasons

SCALE, MONTH = 100_000, "2016-02"


@pytest.fixture(scope="module")
def explained():
    run = run_to("baseline", MONTH, SCALE, 2)
    run.close()
    found = {}
    for who in ("farming", "local work", "away", "looking for work", "own business", "woman, away, 25-40"):
        found[who] = explain_month(
            "baseline", pick(find_workers(run, who).ids, 1), MONTH, scale=SCALE, seed=2
        )
    return found


def number(text: str) -> float:
    return float(text.split(" ")[0].replace("−", "-"))


def test_the_table_adds_up(explained):
    for one in explained.values():
        told = explained_in_words(one)
        if one.decision.obstacle:
            assert not told.rows and not told.after
            continue
        heads = [row[0] for row in told.rows]
        total = heads.index(words.DECISION["row.value"])
        luck, end = (heads.index(words.DECISION[f"row.{name}"]) for name in ("luck", "total"))
        for column, option in enumerate(one.decision.options, start=1):
            terms = sum(number(row[column]) for row in told.rows[:total] if row[column])
            assert terms == pytest.approx(number(told.rows[total][column]), abs=0.08)
            with_luck = number(told.rows[total][column]) + number(told.rows[luck][column])
            assert with_luck == pytest.approx(number(told.rows[end][column]), abs=0.011)
            assert (told.rows[-1][column] == words.DECISION["result.first"]) == (
                option is one.decision.chosen
            )


def test_the_sentences_have_no_gaps(explained):
    for one in explained.values():
        told = explained_in_words(one)
        for said in (*told.before, *told.after):
            assert re.match(r"[A-Z]", said) and said[-1] in ".:", said
            assert not re.search(r"[{}_]|  |None|\bnan\b", said), said


def test_a_decision_is_told_in_chinese(explained):
    with speaking("zh"):
        for one in explained.values():
            told = explained_in_words(one)
            for said in (*told.before, *told.after):
                assert said[-1] in "。：" and not faults_of_chinese(said), said
            for cell in (told.title, *told.heads, *(cell for row in told.rows for cell in row)):
                assert not faults_of_chinese(cell), cell
            if one.decision.options:
                figure = decision_chart(one)
                labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
                labels += [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
                labels += [text.get_text() for text in figure.texts] + [figure.axes[0].get_xlabel()]
                assert not faults_of_chinese("\n".join(labels)), labels


def test_who_has_no_choice_is_told_so(explained):
    owner = explained["own business"]
    assert owner.decision.obstacle == "owner" and not owner.decision.options
    assert "until it closes" in explained_in_words(owner).before[-1]


def test_the_reasons_tell_the_options_apart_exactly(explained):
    for one in explained.values():
        chosen, second = one.decision.chosen, one.decision.runner_up
        if chosen and second:
            total = sum(amount for amount, _ in reasons(one.decision, chosen, second))
            assert total == pytest.approx(chosen.value - second.value)


def test_every_term_has_words_a_group_and_a_colour(explained):
    seen = {
        term.name for one in explained.values() for option in one.decision.options for term in option.terms
    }
    assert {"income", "switching", "distance", "fellow_workers", "age", "years_there"} <= seen
    assert seen <= set(words.TERMS) and set(TERM_GROUPS) <= set(words.TERMS)
    assert set(TERM_GROUPS.values()) <= set(GROUP_COLOURS) == set(words.TERM_GROUPS)
    assert set(words.FIGURES) <= set(words.TERMS)


def test_a_child_at_school_and_being_a_woman_count_against_leaving():
    run = run_to("baseline", MONTH, SCALE, 2)
    run.close()
    women = find_workers(run, "woman, farming, 25-40").ids
    counted = []
    for worker in sorted(women)[:12]:
        one = explain_month("baseline", int(worker), MONTH, scale=SCALE, seed=2)
        away = next((option for option in one.decision.options if option.what == "migrate"), None)
        if away is not None:
            assert away.term("sex") < 0
            if one.month.has_school_child:
                counted.append(away.term("children"))
    assert len(counted) > 2 and max(counted) < 0


def test_a_chart_is_drawn_of_each(explained):
    for one in explained.values():
        if one.decision.options:
            figure = decision_chart(one)
            assert len(figure.axes[0].get_yticklabels()) == len(one.decision.options)


def test_json_holds_what_the_sentences_say(explained):
    told = decision_as_json(explained["farming"])
    assert told["month"] == MONTH and told["options"] and told["sentences"]
    assert told["attention"]["reconsiders"] == (told["attention"]["draw"] < told["attention"]["probability"])


def test_who_is_not_there_is_told():
    with pytest.raises(UsageError, match="not in the labour force"):
        run = run_to("baseline", "2014-01", SCALE, 2, end="2016-12")
        entrant = int(run.workers.ids.numbers(len(run.workers))[-1])
        run.close()
        explain_month("baseline", entrant, "2014-02", scale=SCALE, seed=2)
