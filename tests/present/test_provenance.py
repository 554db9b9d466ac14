"""From every figure of an effect or a cost to lever, clause, parameter and study: by links, on paper by numbers."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.compare import compare
from sim.core.language import speaking
from sim.present.pages.comparison import render_report
from sim.present.pages.evidence_links import with_notes
from sim.scenario.loading import load_scenario
from sim.validation.validate import validate

VOID = {"meta", "img", "br", "link"}


class Anchors(HTMLParser):
    """What lies within each anchor of a page, down to the next anchor at its level or above: its links and words."""

    def __init__(self, page: str):
        super().__init__()
        self.links: dict[str, list[str]] = {"": []}
        self.words: dict[str, str] = {"": ""}
        self.notes: dict[str, str] = {}
        self.link_notes: list[tuple[str, str | None]] = []
        self.figures: list[str] = []
        self._at, self._is_contents = "", False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self._is_contents = self._is_contents or tag == "nav"
        if anchor := named.get("id"):
            self._at = anchor
            self.links[anchor], self.words[anchor] = [], ""
            if note := named.get("data-note"):
                self.notes[anchor] = note
        if tag == "a" and not self._is_contents:
            target = named["href"].removeprefix("#")
            self.links[self._at].append(target)
            self.link_notes.append((target, named.get("data-note")))
            if named.get("class") == "figure":
                self.figures.append(target)

    def handle_endtag(self, tag):
        self._is_contents = self._is_contents and tag != "nav"

    def handle_data(self, data):
        self.words[self._at] += data


@pytest.fixture(scope="module")
def comparison():
    policy = FakeScenario("startup-support", {"own_business": (30_000, 3_000)}, spending=1e8)
    found = compare(FakeScenario("baseline"), policy, seeds=2, jobs=1, simulate=synthetic.simulate)
    real = load_scenario("residency-easing").content()["levers"]
    return found, {name: lever for name, lever in real.items() if name != "school_places"}


@pytest.fixture(scope="module")
def page(comparison):
    found, levers = comparison
    from sim.comparison.compare import _cited

    policy = found.policies[0]
    policy["levers"] = {**policy["levers"], **levers}
    found.manifest |= _cited(found.policies)
    return Anchors(render_report(found, validate(found.baseline_runs())))


def test_every_figure_of_an_effect_or_a_cost_leads_to_its_levers(page):
    assert len(page.figures) > 50
    assert set(page.figures) <= {"policy-1", *(name for name in page.links if name.startswith("lever-"))}
    levers = {target for target in page.links["policy-1"] if re.fullmatch(r"lever-\d+", target)}
    assert len(levers) == 3


def test_every_link_of_the_page_leads_somewhere(page):
    for targets in page.links.values():
        for target in targets:
            assert target in page.links, target


def _of_lever(page, lever):
    """The links of a lever's card, those of its clauses with them."""
    parts = [name for name in page.links if name == lever or name.startswith(f"{lever}-clause")]
    return [target for name in parts for target in page.links[name]]


def test_a_lever_leads_to_its_clauses_its_parameters_and_its_studies(page):
    levers = [name for name in page.links if re.fullmatch(r"lever-\d+", name)]
    for lever in levers:
        kinds = {target.split("-")[0] for target in _of_lever(page, lever)}
        assert {"document", "parameter", "evidence"} <= kinds, lever
        assert f"{lever}-clause-1" in page.links["policy-1"]
    assert "article" in page.words["lever-2-clause-2"]
    clause = page.words["lever-2-clause-2"]
    assert "人社部发〔2024〕80号" in clause and "2024-11-15" in clause and "鼓励有意愿的农民工" in clause


def test_a_parameter_leads_to_the_study_it_rests_on_or_is_called_a_judgement(page):
    names = [name for name in page.links if name.startswith("parameter-")]
    assert {"parameter-settlement_open_share", "parameter-startup_grant_yuan"} <= set(names)
    for name in names:
        assert any(target.startswith("evidence-") for target in page.links[name]), name


def test_evidence_says_where_it_was_found_and_what_is_recalled(page):
    rows = {name: page.words[name] for name in page.links if name.startswith("evidence-")}
    assert "read in the source" in rows["evidence-C11"] and "recalled" in rows["evidence-C10"]
    assert "H01 (recalled)" in page.words["lever-1"]


def test_on_paper_links_are_numbered_like_the_places_they_lead_to(page):
    assert [*page.notes.values()] == [str(number) for number in range(1, len(page.notes) + 1)]
    assert page.link_notes and all(note == page.notes[target] for target, note in page.link_notes)


def test_notes_leave_the_contents_and_what_nothing_leads_to_alone():
    page = '<nav><a href="#b">B</a></nav><p id="a">x</p><p id="b">y</p><a href="#a">A</a>'
    assert with_notes(page) == page.replace('id="a"', 'id="a" data-note="1"').replace(
        '<a href="#a">', '<a href="#a" data-note="1">'
    )


def test_the_chinese_page_holds_the_same_links(comparison, page):
    found, _ = comparison
    with speaking("zh"):
        chinese = Anchors(render_report(found, validate(found.baseline_runs())))
    assert chinese.links == page.links
    clause = chinese.words["lever-2-clause-2"]
    assert "《关于进一步加强农民工服务保障工作的意见》（人社部发〔2024〕80号），2024年11月15日" in clause
