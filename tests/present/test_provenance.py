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
from sim.present.pages.evidence_links import linked, marked, notes_of, with_notes
from sim.present.pages.focus import province_files
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
    assert set(page.figures) <= {
        *("policy-1", "levers", "validation"),
        *(name for name in page.links if name.startswith("lever-")),
    }
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


# --- figures of sentences, pictures, places and groups --------------------------------------------------

BEHIND = re.compile(r"policy-\d+|lever-\d+|levers|validation")
NO_EFFECT = re.compile(  # years, months, and counts of years and levers: what is no figure of an effect
    r"20\d\d年?(\d+月)?|\d+ of its \d+ levers|in \d+ years|\d+年财政|\d+项|[A-D]级"
)


class Figures(HTMLParser):
    """The words of the answer that are no link, the pictures without a link, and the cells without one."""

    def __init__(self, page: str):
        super().__init__()
        self.loose, self.pictures, self.cells = "", [], []
        self.targets: list[str] = []
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag in VOID:
            return
        self._open.append(f"{tag}.{named.get('class', '')}")
        if tag == "figure":
            self.pictures.append([])
        if tag == "td":
            self.cells.append(["", []])
        if tag == "a":
            self.targets.append(named["href"])
            if "figure." in self._open:
                self.pictures[-1].append(named["href"])
            if self.cells and any(one.startswith("td.") for one in self._open):
                self.cells[-1][1].append(named["href"])

    def handle_endtag(self, tag):
        if tag not in VOID and self._open:  # a part of a page may end what it did not begin
            self._open.pop()

    def handle_data(self, data):
        is_answer = {"dd.", "p.loss"} & set(self._open) and "section.answer" in self._open
        if is_answer and not {"a.", "a.figure"} & set(self._open):
            self.loose += data
        if self.cells and any(one.startswith("td.") for one in self._open):
            self.cells[-1][0] += data


@pytest.fixture(scope="module")
def of_henan():
    return compare(
        None, "startup-support", seeds=2, scale=100_000, end="2026-12", jobs=1, horizons="+2", focus="Henan"
    )


@pytest.fixture(scope="module", params=["en", "zh"])
def both_pages(request, of_henan):
    """The page of the country, divided by home and kind of place, and that of the province, in each language."""
    with speaking(request.param):
        country = render_report(of_henan, validate(of_henan.baseline_runs()), by=("home-province", "tier"))
        province = province_files(of_henan, notes=notes_of(country))["henan.html"].decode()
    return country, province


def test_every_figure_of_the_answer_is_a_link(both_pages):
    said = Figures(both_pages[0])
    assert not re.search(r"\d", NO_EFFECT.sub("", said.loose)), said.loose
    links = re.findall(r"<d[dt]>.*?</d[dt]>", both_pages[0].partition("</dl>")[0], re.S)
    assert sum(one.count('class="figure" href="#policy-1"') for one in links) >= 4


def test_every_picture_names_what_is_behind_it(both_pages):
    country, province = both_pages
    before, _, errors = country.partition('<h3 id="validation"')
    after = "".join(errors.partition("<h3>G. ")[1:])
    for page in (before, after, province):  # a picture among the errors stands beside its figures
        pictures = Figures(page).pictures
        assert pictures and all(
            links and all(BEHIND.fullmatch(link.partition("#")[2]) for link in links) for links in pictures
        )


def test_every_effect_by_place_and_group_leads_to_its_policy(both_pages):
    country, province = both_pages
    divided = country.partition('<h3 id="divided"')[2].partition("<h3")[0]
    cells = Figures(divided).cells
    told = [links for text, links in cells if links]
    assert len(told) > 150 and {link for links in told for link in links} == {"#policy-1"}
    heads = len(re.findall(r"<tr><th scope", divided))
    assert len(cells) - len(told) == heads, "workers of a group alone are no effect"
    changed = [links for text, links in Figures(province).cells if re.search(r"[+−]\d", text)]
    assert changed and all(links for links in changed)


def test_every_link_between_the_pages_of_country_and_province_leads_somewhere(both_pages):
    country, province = both_pages
    anchors, notes = set(re.findall(r'\sid="([^"]+)"', country)), notes_of(country)
    within = [link[1:] for link in Figures(country).targets if link.startswith("#")]
    across = [link.removeprefix("report.html#") for link in Figures(province).targets if "#" in link]
    assert within and across and {*within, *across} <= anchors
    numbered = re.findall(r'href="report.html#([^"]+)" data-note="(\d+)"', province)
    assert all(notes[anchor] == note for anchor, note in numbered)
    assert {anchor for anchor, _ in numbered} == set(across), "on paper each place has its number"


def test_what_moves_people_leads_to_the_policy():
    mark = linked("12 thousand & more: " + marked("+3 %"), "#policy-2")
    assert mark == '12 thousand &amp; more: <a class="figure" href="#policy-2">+3 %</a>'
