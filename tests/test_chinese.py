"""The Chinese catalogues: every marked message is there once, with the same values, and in Chinese."""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from support.messages import KEYWORDS, ROOT, entries, fields, left_in_english, marked, missing

from sim.core.language import each_in_every_language, in_every_language, in_language, speaking
from sim.present.text import numbers

NAMED_SOURCES = "sources.po"  # authors, journals, sites and data sets keep the names that they publish under
PRONOUNS = {
    "she",
    "She",
    "her",
    "Her",
    "her_object",
    "herself",
}  # Chinese sentences may do without, or with others


def test_every_message_has_chinese():
    assert not missing(), "python tests/support/messages.py prints them"


def test_no_catalogue_holds_what_the_program_no_longer_says():
    known = marked()
    assert not [(entry.file, entry.key.english) for entry in entries() if entry.key not in known]


def test_no_message_hides_in_a_string_that_the_search_cannot_read():
    """Messages are searched for by Babel, which does not look into f-strings."""
    hidden = [
        f"{path.name}:{string.lineno}"
        for path in (ROOT / "sim").rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden


def test_no_message_is_translated_twice():
    counts = Counter(entry.key for entry in entries())
    assert not [key.english for key, count in counts.items() if count > 1]


def test_translations_hold_the_same_values():
    assert not {entry.key.english: entry.chinese for entry in entries() if not _has_its_values(entry)}


def _has_its_values(entry):
    for is_template in (False, True):
        forms = (entry.key.english, entry.many or entry.key.english)  # "a year" needs no count in English
        english, chinese = [fields(form, is_template) for form in forms], fields(entry.chinese, is_template)
        if chinese - PRONOUNS not in [names - PRONOUNS for names in english]:
            return False
        if chinese & PRONOUNS and not english[0] & PRONOUNS:  # only who is spoken of has a pronoun
            return False
    return True


def test_translations_are_chinese():
    left = {
        entry.key.english: left_in_english(entry.chinese)
        for entry in entries()
        if entry.file != NAMED_SOURCES
    }
    assert not {english: words for english, words in left.items() if words}


@pytest.mark.parametrize(
    "told, chinese",
    [
        (lambda: numbers.amount(172_400_000, "persons"), "1.72亿人"),
        (lambda: numbers.amount(4427, "yuan per month"), "4,427元/月"),
        (lambda: numbers.difference(-0.31, "percent", 2), "−0.31个百分点"),
        (lambda: numbers.with_interval(1.57e6, 0.9e6, 2.25e6, "persons"), ("+157万", "+90万至+225万")),
        (lambda: numbers.month_in_words("2025-01"), "2025年1月"),
        (lambda: numbers.listing(["务农", "求职", "培训"]), "务农、求职和培训"),
        (lambda: numbers.sentence("不花钱", "", "无人受损"), "不花钱。无人受损。"),
    ],
)
def test_numbers_in_chinese(told, chinese):
    with speaking("zh"):
        assert told() == chinese


def test_texts_that_results_keep_are_kept_in_every_language():
    told = in_every_language(lambda: numbers.amount(3_000_000, "persons"))
    assert told == {"en": "3.00 million people", "zh": "300万人"}
    several = each_in_every_language(lambda: [numbers.month_in_words("2025-01"), numbers.percent(12)])
    assert several == [{"en": "January 2025", "zh": "2025年1月"}, {"en": "12 %", "zh": "12%"}]
    with speaking("zh"):
        assert (
            in_language(told) == "300万人"
            and in_language("as older results have it") == "as older results have it"
        )
    assert each_in_every_language(list) == []
