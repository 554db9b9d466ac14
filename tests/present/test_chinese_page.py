"""The page of a comparison and of one province in Chinese: no English word, and the same figures."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest
from support.messages import faults_of_chinese
from support.synthetic import FakeScenario, simulate

from sim.comparison.compare import compare
from sim.comparison.horizons import answered
from sim.comparison.paired_runs import winner_months
from sim.core.language import speaking
from sim.present.pages import side_by_side
from sim.present.pages.comparison import render_report
from sim.present.pages.focus import province_files
from sim.present.text import brief
from sim.present.text.comparison import calendar_year, headline
from sim.present.text.focus import province_headline
from sim.validation.validate import validate

LANGUAGES = ("en", "zh")
BY = ("home-province", "tier", "corridor", "age", "activity", "poor")
APPENDIX = 'id="appendix"'


@pytest.fixture(scope="module")
def comparison():
    """One policy in its second year, two seeds, with a close look at Henan."""
    asked = {"scale": 100_000, "seeds": 2, "end": "2026-12", "horizons": "+2", "jobs": 1, "focus": "Henan"}
    return compare(None, "startup-support", **asked)


@pytest.fixture(scope="module")
def pages(comparison):
    """Language -> the page, its part before the appendix, and the page of the province."""
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            page = render_report(comparison, validate(comparison.baseline_runs()), by=BY)
            found[language] = (
                page,
                page.split(APPENDIX)[0],
                province_files(comparison)["henan.html"].decode(),
            )
    return found


def texts(page):
    """What a reader sees of a page, piece by piece; commands are left out."""
    for hidden in ("style", "template", "pre", "code"):
        page = re.sub(rf"<{hidden}.*?</{hidden}>", "", page, flags=re.S)
    page = re.sub(r'<img src="[^"]*" alt="([^"]*)">', r"<p>\1</p>", page)
    page = re.sub(r"</?(?:a|em|strong)\b[^>]*>", "", page)
    return [said for part in re.split(r"<[^>]+>", page) if (said := unescape(part).strip())]


def test_a_chinese_page_has_no_english_word(pages):
    whole, before, province = pages["zh"]
    assert whole.startswith('<!DOCTYPE html>\n<html lang="zh">') and province.count('lang="zh"') == 1
    for page in (before, province):
        faults = {said: wrong for said in texts(page) if (wrong := faults_of_chinese(said))}
        assert len(texts(page)) > 60
        assert not faults


def test_both_languages_have_the_same_parts(pages):
    for english, chinese in zip(pages["en"], pages["zh"], strict=True):
        assert re.findall(r'id="([^"]*)"', english) == re.findall(r'id="([^"]*)"', chinese)
        assert english.count("<tr") == chinese.count("<tr") and english.count("<img") == chinese.count("<img")
    assert pages["en"][0].startswith('<!DOCTYPE html>\n<html lang="en">')


def test_the_terminal_says_the_same_in_chinese(comparison):
    with speaking("zh"):
        said = [*headline(comparison), *province_headline(comparison)]
    assert len(said) == len([*headline(comparison), *province_headline(comparison)])
    assert not {line: wrong for line in said if (wrong := faults_of_chinese(line))}


class Titled(FakeScenario):
    """A scenario with a Chinese title, as those of files have one."""

    def content(self):
        return {**super().content(), "title": {"en": "Support", "zh": "返乡创业扶持"}}


@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize(
    "policy",
    [
        FakeScenario(
            "startup-support", {"own_business": (30_000, 3_000)}, spending=1e8, raises={"female": 500.0}
        ),
        Titled("startup-support", {"out": (-90_000, 0)}, start="2024-12"),
        Titled("startup-support", {"arrears_cases": (-500, 0)}, spending=1e8),
        Titled("startup-support", {}),
    ],
    ids=["gains", "loses", "avoided", "nothing"],
)
@pytest.mark.parametrize("end", ["2025-06", "2029-12"])
def test_every_answer_is_told_in_chinese(policy, seeds, end):
    found = compare(FakeScenario("baseline"), policy, seeds=seeds, end=end, jobs=1, simulate=simulate)
    with speaking("zh"):
        [answer] = brief.answers(found)
        said = [brief.question(found), answer.sentence, answer.loss, brief.caveat(found), *headline(found)]
    assert not {line: wrong for line in said if (wrong := faults_of_chinese(line))}


# --- the year of the answer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "year"),
    [("2025-01", 2029), ("2024-12", 2029), ("2024-08", 2029), ("2024-07", 2028), ("2025-03", 2029)],
)
def test_one_calendar_year_stands_for_the_year_of_the_answer(start, year):
    policy = FakeScenario("startup-support", {"out": (9000, 0)}, start=start)
    found = compare(FakeScenario("baseline"), policy, seeds=2, jobs=1, simulate=simulate)
    [described] = found.policies
    assert answered(described).years == 5
    assert calendar_year(found, described) == year == int(side_by_side.gains(found)["year"])
    assert winner_months(start, found.manifest["end"], (5,)) == {5: f"{year}-12"}


def test_a_run_that_ends_before_its_december_takes_the_year_before():
    assert winner_months("2024-12", "2029-11", (1, 5)) == {1: "2025-12", 5: "2028-12"}


def test_the_first_screen_and_who_bears_it_tell_of_the_same_year(comparison):
    [policy] = comparison.policies
    year = str(calendar_year(comparison, policy))
    assert side_by_side.account_table(comparison)["year"] == year == "2026"
    assert f"in {year}" in brief.answers(comparison)[0].loss


# --- what reaches home ------------------------------------------------------------------------------


def test_what_reaches_home_is_told_by_who_receives_it(comparison, pages):
    rows = side_by_side.home_table(comparison)["rows"]
    assert [row["label"] for row in rows] == [
        "All homes",
        *("East", "Central China", "West", "Northeast"),
        *("Poor households", "Other households"),
        "Henan",
    ]
    assert "What reaches home" in pages["en"][1] and "寄回家的钱" in pages["zh"][1]


def test_what_homes_receive_adds_up(comparison):
    sent = comparison.by_group.query("outcome == 'remittances'").set_index(["dimension", "group"])
    national = comparison.effects.set_index("outcome").loc["remittances"]
    for dimension in ("region", "poor"):
        assert np.isclose(sent.loc[dimension, "difference"].sum(), national["difference"])
    poor = sent.loc[("poor", "poor_household")]
    assert 0 < poor["baseline"] < national["baseline"] / 3
