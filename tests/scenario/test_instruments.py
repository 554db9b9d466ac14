"""The catalogue of instruments as data, how scenarios use it, and what is said of mistakes in doing so."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from sim.core.errors import Problem, ScenarioError, UsageError
from sim.parameters.behaviour import PARAMETERS
from sim.present.pages.instruments import page
from sim.present.text.citations import citations
from sim.present.text.instruments import find_instrument, instruments, list_instruments, whole
from sim.results.columns import NATIONAL
from sim.scenario import references as documents
from sim.scenario.listing import describe
from sim.scenario.loading import folders, load_scenario, with_overrides

HERE = Path(__file__).resolve().parent
CATALOGUE = instruments()
SLUGS = tuple(CATALOGUE)
FAMILIES = {
    "return-and-enterprise",
    "local-jobs",
    "city-labour-demand",
    "employment-services",
    "training-and-education",
    "rights-and-wages",
    "social-insurance",
    "residency-and-points",
    "schools-and-housing",
    "safety-net",
    "poor-and-older-workers",
    "delivery-and-finance",
}
DOCUMENTS = tuple(documents.documents())
POLICIES = (*DOCUMENTS, "all-documents")


def the_list() -> dict[int, dict[str, str]]:
    """The instruments that the documents name, kept apart from the program's own table."""
    with (HERE / "instrument_ids.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["id"]): row for row in csv.DictReader(file)}


# --- nothing missing ----------------------------------------------------------------------------------


def test_every_instrument_of_the_documents_is_in_the_catalogue():
    assert sorted(one.number for one in CATALOGUE.values()) == sorted(the_list()) == list(range(1, 73))


def test_the_families_are_those_that_were_agreed():
    assert {one.family for one in CATALOGUE.values()} == FAMILIES


@pytest.mark.parametrize("slug", SLUGS)
def test_an_instrument_is_cited_graded_and_says_what_is_not_known(slug):
    one = CATALOGUE[slug]
    row = the_list()[one.number]
    assert set(one.documents) == set(row["documents"].split("; "))
    assert one.main.evidence in row["grade"]
    for lever in one.parts:
        assert (lever.instrument, lever.family) == (slug, one.family)
        assert lever.label.en and re.search(r"[\u4e00-\u9fff]", lever.label.zh)
        assert all(clause.clause for clause in lever.citation)
        assert lever.not_known and lever.acts_on
        assert lever.unit_cost or lever.no_cost or lever.not_costed
        assert lever.effects or lever.delivery or lever.no_effect
        column = lever.first_outcome.column
        assert column is None or column in NATIONAL, column
        assert set(lever.effects) <= set(PARAMETERS)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_instrument_names_evidence_that_exists(slug):
    for lever in CATALOGUE[slug].parts:
        texts = [lever.strength_range.source, lever.note or ""]
        texts += [part.source for part in (lever.unit_cost, lever.implemented_share) if part]
        named = {word for text in texts for word in re.findall(r"\b[A-HSW]\d\d\b", text)}
        assert named <= set(documents.evidence()), named - set(documents.evidence())
        # a size rests on evidence or is called what it is
        assert named or "judgement" in lever.strength_range.source or not lever.effects


@pytest.mark.parametrize("slug", SLUGS)
def test_no_strength_within_its_range_leaves_the_bounds_of_a_parameter(slug):
    most = CATALOGUE[slug].main.strength_range.most
    for lever in CATALOGUE[slug].parts:
        type(lever).model_validate({**lever.model_dump(by_alias=True), "strength": most})
        with pytest.raises(Exception, match="strength outside"):
            type(lever).model_validate({**lever.model_dump(by_alias=True), "strength": most * 1.01 + 0.01})


def test_the_page_of_documentation_is_current():
    written = (HERE.parents[1] / "docs" / "instruments.md").read_text(encoding="utf-8")
    assert written == page(), "run: labor-sim levers --markdown > docs/instruments.md"


# --- in words -----------------------------------------------------------------------------------------


def test_the_list_is_filtered_by_family_document_and_grade():
    assert len(list_instruments()) == 72
    for row in list_instruments(family="social-insurance", document="ten-departments-2024", grade="B"):
        assert (row["family"], row["evidence"]) == ("social-insurance", "B")
        assert "ten-departments-2024" in row["documents"]
    assert {row["instrument"] for row in list_instruments(grade="A")} == {"settlement-limits"}
    by_document = [len(list_instruments(document=name)) for name in DOCUMENTS]
    assert sum(by_document) == sum(len(one.documents) for one in CATALOGUE.values())


@pytest.mark.parametrize(
    ("filters", "meant"),
    [
        ({"family": "local-job"}, "local-jobs"),
        ({"document": "ten-departments"}, "ten-departments-2024"),
    ],
)
def test_a_misspelt_filter_is_told(filters, meant):
    with pytest.raises(UsageError) as caught:
        list_instruments(**filters)
    assert caught.value.problems[0].nearest == meant


def test_one_instrument_is_found_by_name_and_by_number_and_told_whole():
    assert find_instrument("64") == find_instrument("settlement-limits")
    told = whole(find_instrument("startup-subsidy"))
    assert told["number"] == 1 and len(told["clauses"]) == 3 and len(told["parts"]) == 2
    with pytest.raises(UsageError, match="did you mean 'settlement-limits'"):
        find_instrument("settlement-limit")


# --- documents ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_holds_every_instrument_that_it_names_and_cites_it(name):
    scenario = load_scenario(name)
    named = {slug for slug, one in CATALOGUE.items() if name in one.documents}
    carried = {
        lever.instrument
        for lever in scenario.levers.values()
        if lever.strength > 0 and name in {clause.document for clause in lever.citation}
    }
    assert carried == named
    cited = {row["instrument"] for row in citations(scenario)["levers"] if row["document"] == name}
    assert cited == named


def test_all_documents_together_hold_all_instruments():
    scenario = load_scenario("all-documents")
    assert {lever.instrument for lever in scenario.levers.values()} == set(SLUGS)
    assert {row["id"] for row in citations(scenario)["documents"]} == set(DOCUMENTS)


def test_parts_of_an_instrument_have_titles_of_their_own():
    for one in CATALOGUE.values():
        titles = [lever.title for lever in one.parts]
        assert len(set(titles)) == len(titles), one.slug
        assert all(title.startswith(one.main.label.en) for title in titles)
    halves = [lever.title for lever in CATALOGUE["startup-subsidy"].parts]
    assert halves == [
        "Start-up subsidy: first half at the start",
        "Start-up subsidy: second half after six months",
    ]


@pytest.mark.parametrize("name", (*POLICIES, "none"))
def test_a_document_opens_with_four_lines_on_what_it_assumes(name):
    folder = "" if name == "none" else "documents"
    lines = (folders()[0] / folder / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert [line[:2] == "# " for line in lines[:5]] == [True] * 4 + [False]


@pytest.mark.parametrize("name", (*POLICIES, "none"))
def test_what_the_reference_holds_is_what_history_reached(name):
    for key, lever in load_scenario(name).levers.items():
        if lever.baseline_share:
            assert lever.baseline_share == lever.implemented_share.share, key
        assert lever.acting >= 0.0 or (lever.strength, name) == (0.0, lever.strength and "" or name)


def test_history_without_the_measures_takes_away_and_neither_spends_nor_saves():
    none = load_scenario("none")
    assert none.levers
    for lever in none.levers.values():
        assert lever.acting == -lever.baseline_share < 0.0 and lever.price == 0 and lever.money is None
    assert load_scenario("baseline").levers == {}


@pytest.mark.parametrize("name", ["fifteen-departments-2020", "nine-departments-2022-county-notice"])
def test_what_history_without_them_takes_away_the_document_of_the_time_brings_back(name):
    none, document = load_scenario("none").levers, load_scenario(name).levers
    own = {key for key, lever in document.items() if lever.strength > 0}
    for key in own & none.keys():
        assert document[key].window == none[key].window
        assert document[key].effects == none[key].effects
        assert document[key].acting - none[key].acting == pytest.approx(document[key].strength)
    for key in none.keys() - own:
        assert document[key] == none[key]


def test_phases_of_one_instrument_never_overlap():
    levers = list(load_scenario("all-documents").levers.values())
    for i, one in enumerate(levers):
        for other in levers[i + 1 :]:
            if (one.instrument, one.part) == (other.instrument, other.part):
                assert one.window.to < other.window.from_ or other.window.to < one.window.from_


# --- in a scenario of one's own -----------------------------------------------------------------------


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Load a scenario that lists levers; what is wrong with it, or the scenario."""
    monkeypatch.chdir(tmp_path)

    def load(text: str):
        Path("mine.yaml").write_text("extends: baseline\nlevers:\n" + text, encoding="utf-8")
        try:
            return load_scenario("mine.yaml")
        except ScenarioError as error:
            return list(error.problems)

    return load


def test_a_listed_instrument_takes_from_the_catalogue_what_it_does_not_say(told):
    scenario = told("""\
  - instrument: settlement-limits
    strength: 0.5
    window: {from: 2026-01, to: 2030-12}
    budget: {yuan_per_year: 1000000000}
""")
    lever = scenario.levers["settlement_limits"]
    default = CATALOGUE["settlement-limits"].main
    assert lever.effects == default.effects and lever.unit_cost == default.unit_cost
    assert lever.window.from_ == "2026-01" and lever.window.ramp_months == default.window.ramp_months
    assert lever.changes["settlement_open_share"].add == pytest.approx(0.5 * 0.17)
    assert lever.changes["hukou_cost_scale"].scale == pytest.approx(1 - 0.5 * 0.14)
    origins = scenario.origins
    assert origins["levers.settlement_limits.strength"] == "mine.yaml:4"
    assert "residency-and-points.yaml:" in origins["levers.settlement_limits.effects.hukou_cost_scale.scale"]
    assert "residency-and-points.yaml:" in describe(scenario)


def test_an_instrument_may_be_named_by_number_and_in_a_map_and_twice_under_two_names(told):
    scenario = told(
        "  early: {instrument: 64, window: {to: 2027-12}}\n"
        "  late: {instrument: settlement-limits, window: {from: 2028-01}, strength: 0.2}\n"
    )
    assert {lever.instrument for lever in scenario.levers.values()} == {"settlement-limits"}
    scenario = told(
        "  - {instrument: 64, window: {to: 2027-12}}\n"
        "  - {instrument: 64, name: later, window: {from: 2028-01}}\n"
    )
    assert set(scenario.levers) == {"settlement_limits", "later"}


def test_an_instrument_with_parts_becomes_a_lever_for_each(told):
    scenario = told(
        "  - instrument: startup-subsidy\n    take_up: 0.2\n    parts: {second-half: {strength: 0}}\n"
    )
    assert set(scenario.levers) == {"startup_subsidy_first_half", "startup_subsidy_second_half"}
    assert {lever.take_up for lever in scenario.levers.values()} == {0.2}
    assert scenario.levers["startup_subsidy_first_half"].strength == 1.0
    assert scenario.levers["startup_subsidy_second_half"].changes == {}


def test_a_cost_that_follows_the_strength_does_and_another_does_not(told):
    scenario = told(
        "  - {instrument: startup-subsidy, strength: 2}\n  - {instrument: vocational-training, strength: 2}\n"
    )
    assert scenario.levers["startup_subsidy_first_half"].price == 8000
    assert scenario.levers["vocational_training"].price == 1205


def test_only_the_chosen_documents_are_cited(told):
    scenario = told("  - {instrument: 1, documents: [fifteen-departments-2020]}\n")
    for lever in scenario.levers.values():
        assert [clause.document for clause in lever.citation] == ["fifteen-departments-2020"]


def test_a_strength_outside_the_credible_range_is_warned_of(told):
    assert told("  - {instrument: settlement-limits, strength: 1.2}\n").warnings() == ()
    (warning,) = told("  - {instrument: settlement-limits, strength: 3}\n").warnings()
    assert "settlement_limits" in warning and "credible 0 to 1.2" in warning


def test_the_strength_can_be_overridden_after_loading(told):
    scenario = told("  - {instrument: settlement-limits}\n")
    changed = with_overrides(scenario, {"levers.settlement_limits.strength": 0})
    assert changed.levers["settlement_limits"].changes == {}
    assert changed.fingerprint() != scenario.fingerprint()


@pytest.mark.parametrize(
    ("text", "line", "key", "message", "nearest"),
    [
        (
            "  - {instrument: settlement-limit}\n",
            3,
            "levers.settlement_limit.instrument",
            "unknown instrument",
            "settlement-limits",
        ),
        ("  - {instrument: 73}\n", 3, "levers.73.instrument", "unknown instrument", None),
        ("  - {strength: 1}\n", 3, "levers", "must name an instrument", None),
        ("  - settlement-limits\n", 3, "levers", "must name an instrument", None),
        (
            "  - {instrument: 64}\n  - {instrument: 64}\n",
            4,
            "levers.settlement_limits",
            "already listed on line 3",
            None,
        ),
        (
            "  - instrument: settlement-limits\n    strength: 5\n",
            4,
            "levers.settlement_limits.strength",
            "a strength outside what the instrument allows",
            None,
        ),
        (
            "  - instrument: settlement-limits\n    strength: -1\n",
            4,
            "levers.settlement_limits.strength",
            "a strength outside what the instrument allows",
            None,
        ),
        (
            "  - instrument: settlement-limits\n    effects: {hukou_costs: {scale: 0.9}}\n",
            4,
            "levers.settlement_limits.effects.hukou_costs",
            "unknown parameter",
            "hukou_cost_scale",
        ),
        (
            "  - instrument: settlement-limits\n    who: {age: [20, 30]}\n",
            4,
            "levers.settlement_limits.who",
            "everybody in a place faces the same hukou_cost_scale",
            None,
        ),
        (
            "  - instrument: rural-industries\n    budget: {yuan_per_year: 1000000}\n",
            4,
            "levers.rural_industries.budget",
            "a budget is rationed among workers",
            None,
        ),
        (
            "  - instrument: 1\n    budget: {yuan_per_year: 1000000}\n",
            4,
            "levers.startup_subsidy.budget",
            "this instrument has parts",
            None,
        ),
        (
            "  - instrument: 1\n    parts: {third: {strength: 0}}\n",
            4,
            "levers.startup_subsidy.parts.third",
            "no such part",
            None,
        ),
        (
            "  - instrument: 64\n    documents: [fifteen-departments-2020]\n",
            4,
            "levers.settlement_limits.documents",
            "this document does not name the instrument",
            None,
        ),
        (
            "  - instrument: 64\n    strength: 0.5\n    effects: {settlement_open_share: {set: 0.9}}\n",
            5,
            "levers.settlement_limits.effects.settlement_open_share.set",
            "a `set` cannot be multiplied",
            None,
        ),
        (
            "  - instrument: 64\n    unit_cost: {payer: null, payers: {central: 0.5, local: 0.2}}\n",
            4,
            "levers.settlement_limits.unit_cost.payers",
            "must add up to 1",
            None,
        ),
        (
            "  - instrument: 64\n    no_effect: none\n",
            4,
            "levers.settlement_limits.effects",
            "a lever needs exactly one of these keys",
            None,
        ),
    ],
)
def test_a_mistake_in_using_an_instrument_is_told(told, text, line, key, message, nearest):
    problems = told(text)
    assert isinstance(problems, list), "the scenario was taken"
    found = [problem for problem in problems if message in problem.message]
    assert found, [str(problem) for problem in problems]
    problem: Problem = found[0]
    assert (problem.key, problem.nearest) == (key, nearest)
    assert problem.file == "mine.yaml" or problem.file.endswith(".yaml")
    if problem.file == "mine.yaml":
        assert problem.line == line


def test_several_mistakes_are_told_at_once(told):
    problems = told(
        "  - {instrument: settlement-limit}\n  - {instrument: 63, strength: 100}\n"
        "  - {instrument: 66, budgets: {}}\n"
    )
    assert {problem.key for problem in problems} >= {
        "levers.settlement_limit.instrument",
        "levers.points_reform.strength",
        "levers.school_places.budgets",
    }


def test_an_instrument_listed_twice_hides_no_mistake(told):
    problems = told(
        "  - {instrument: rapid-arbitration, take_up: 7, strenght: 2}\n"
        "  - {instrument: rapid-arbitration, strength: -3, cost: {}}\n"
    )
    found = {(problem.line, problem.key.rpartition(".")[2]): problem for problem in problems}
    assert set(found) == {
        (3, "take_up"),
        (3, "strenght"),
        (4, "rapid_arbitration"),
        (4, "strength"),
        (4, "cost"),
    }
    assert "already listed on line 3" in found[4, "rapid_arbitration"].message
    assert found[4, "cost"].nearest == "unit_cost"  # not no_cost, which means the opposite


def test_two_instruments_that_set_one_parameter_for_the_same_workers_are_refused(told):
    text = "".join(
        f"  - instrument: {number}\n    effects: {{settlement_open_share: {{set: 0.9}}}}\n"
        "    where: {tiers: [large_city]}\n"
        for number in (63, 64)
    )
    problems = told(text)
    assert any("sets the same parameter" in problem.message for problem in problems)


# --- a catalogue file of one's own --------------------------------------------------------------------

OWN = """\
label: {en: Mine, zh: 我的}
window: {from: 2026-01, to: 2030-12}
instruments:
  my-courses:
    label: {en: My courses, zh: 我的课程}
    instruments: [39]
    citation: {document: ten-departments-2024, clause: Courses}
    acts_on: skill
    evidence: D
    not_known: Everything.
    first_outcome: {column: trained, direction: higher}
    strength_range: {credible: [0, 2], most: 4, source: judgement}
    effects: {training_enrolment_probability: {add: 0.001}}
    no_cost: A test.
"""


@pytest.fixture
def write_family(tmp_path, monkeypatch):
    """Write a family into the present folder's catalogue."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scenarios" / "levers"
    folder.mkdir(parents=True)

    def write(text: str, name: str = "mine") -> None:
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


def test_a_family_of_ones_own_is_found_beside_the_ready_ones(write_family, told):
    write_family(OWN)
    assert len(list_instruments()) == 73
    lever = told("  - {instrument: my-courses, strength: 2}\n").levers["my_courses"]
    assert lever.family == "mine" and lever.window.from_ == "2026-01"
    assert lever.changes["training_enrolment_probability"].add == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "message"),
    [
        (
            "    evidence: D\n",
            "    evidence: E\n",
            9,
            "instruments.my-courses.evidence",
            "unknown evidence grade",
        ),
        (
            "    not_known: Everything.\n",
            "",
            4,
            "instruments.my-courses.not_known",
            "an instrument of the catalogue needs this key",
        ),
        (
            "    no_cost: A test.\n",
            "",
            4,
            "instruments.my-courses.unit_cost",
            "needs a cost, or the reason why it costs nothing or is not costed",
        ),
        (
            "{add: 0.001}",
            "{set: 0.001}",
            13,
            "instruments.my-courses.effects",
            "a `set` cannot be multiplied",
        ),
        (
            "my-courses:",
            "startup-subsidy:",
            6,
            "instruments.startup-subsidy",  # of the ready one
            "this instrument is already in",
        ),
        ("label: {en: Mine, zh: 我的}", "labels: {en: Mine, zh: 我的}", 1, "labels", "unknown key"),
        (
            "credible: [0, 2]",
            "credible: [2, 3]",
            12,
            "instruments.my-courses.strength_range.credible",
            "the credible range must include 1",
        ),
        ("instruments:\n  my", "instruments: [\n  my", 5, None, "not YAML"),
    ],
)
def test_a_mistake_in_the_catalogue_is_told(write_family, right, wrong, line, key, message):
    assert OWN.count(right) == 1
    write_family(OWN.replace(right, wrong))
    with pytest.raises(ScenarioError) as caught:
        list_instruments()
    found = [problem for problem in caught.value.problems if message in problem.message]
    assert found, str(caught.value)
    assert (found[0].key, found[0].line) == (key, line)
