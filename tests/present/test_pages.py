"""The page and its charts: offline, whole, readable, honest, and the same numbers as the tables."""

import errno
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.compare import Comparison, compare
from sim.core.errors import ResultsError
from sim.present.charts import comparison as charts
from sim.present.charts.style import as_png, as_svg
from sim.present.charts.validation import series_panel, validation_chart
from sim.present.pages.comparison import (
    command_of,
    comparison_charts,
    publish_comparison,
    render_report,
)
from sim.present.pages.comparison_tables import (
    cost_cell,
    cost_rows,
    effect_cell,
    money_words,
    policy_table,
)
from sim.present.pages.evidence_links import cited
from sim.present.pages.validation import CHARTED, publish_validation
from sim.present.pages.validation_tables import validation_rows
from sim.present.pages.wall import FAMILIES, family_of, pairs_of, wall_of_series
from sim.present.text.comparison import headline
from sim.present.text.levers import _lever_card, lever_cards
from sim.results.outcomes import HEADLINE
from sim.validation.targets import NEW_SAMPLE, read_targets
from sim.validation.validate import validate
from sim.world.data import load_data


@pytest.fixture(scope="module")
def comparison():
    policies = [
        FakeScenario(
            "startup-support",
            {"own_business": (30_000, 3_000), "settled": (-2_500, 1_000)},
            spending=1e8,
            raises={"female": 500.0},
        ),
        FakeScenario("<b>easing</b>", {"settled": (300_000, 1_000), "arrears_cases": (500, 0)}, spending=3e8),
    ]
    return compare(
        FakeScenario("baseline"),
        policies,
        seeds=4,
        horizons="+1,+5,+10",
        jobs=1,
        simulate=synthetic.simulate,
    )


@pytest.fixture(scope="module")
def validation(comparison):
    return validate(comparison.baseline_runs())


@pytest.fixture(scope="module")
def page(comparison, validation):
    return render_report(comparison, validation)


class Balance(HTMLParser):
    """Notes tags that are left open or closed out of turn, and everything that would be fetched."""

    void = {"meta", "img", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.fetched, self.text = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.fetched += [value for name, value in attributes if name in ("src", "href", "srcset")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def parsed(page):
    parser = Balance()
    parser.feed(page)
    parser.words = re.sub(r"\s+", " ", " ".join(parser.text))
    return parser


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_asks_nothing_of_the_network(page, parsed):
    assert parsed.fetched
    assert all(address.startswith(("data:image/svg+xml;base64,", "#")) for address in parsed.fetched)
    for word in ("<script", "<link", "@import", "url(", "http://", "https://"):
        assert word not in page


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page, parsed):
    assert not parsed.wrong and not parsed.open
    for address in parsed.fetched:
        if address.startswith("#"):
            assert f'id="{address[1:]}"' in page
    assert page.count("<img") == page.count("alt=")


def test_names_from_scenarios_are_escaped(page):
    assert "<b>easing</b>" not in page and "&lt;b&gt;easing&lt;/b&gt;" in page


def test_an_analyst_finds_everything_asked_for(parsed):
    for words in (
        "who would gain, who would lose, what would it cost, and how sure is that",
        "What is lost.",
        "Before you rely on it.",
        "+37.5 thousand",  # local, fifth year
        "cannot tell",
        "95 % interval",
        "Difference, year 1",
        "Difference, year 5",
        "Difference, year 10",
        "160 thousand yuan",
        "per local non-farm worker",
        "Opinions on Further Strengthening the Services and Guarantees for Migrant Workers",
        "nobody has measured the effect",
        "Last value",
        "Unseen years, 2020–2022",
        "end of February 2020",
        "not the uncertainty of the model's assumptions",
        "--seeds 4 --scale 1:5000 --from 2014-01 --to 2035-12",
        "Home in the West",
        "Working away before",
    ):
        assert words in parsed.words, words
    assert "nan" not in parsed.words.lower().split() and "None" not in parsed.words


def test_every_column_says_which_years_it_is_about(parsed):
    for words in (
        "Baseline, year 5 2029",
        "Difference, year 5 2029",
        "Difference, year 10 2034",
        "Cost of one more, years 1 to 5 together 2025 to 2029",
        "Effects in years 1, 5 and 10",
    ):
        assert words in parsed.words, words


def test_a_cost_says_in_which_years_what_it_bought_is_counted():
    # a flow may be clear over five years together and not in the fifth alone, or the other way round
    policy = FakeScenario("enforcement", {"arrears_cases": (-500, 0), "settled": (300_000, 0)}, spending=1e8)
    found = compare(
        FakeScenario("baseline"), policy, seeds=2, jobs=1, end="2029-12", simulate=synthetic.simulate
    )
    rows = {
        row["label"]: row["cost"]["range"]
        for row in policy_table(found, found.policies[0])["rows"]
        if row["cost"]["range"]
    }
    assert rows["Settled in a city"].endswith("per settled worker in year 5")
    assert rows["Workers hit by unpaid wages"].endswith("in years 1 to 5")
    assert any("per additional settled worker in year 5" in said for said in headline(found))
    tiny = FakeScenario(
        "enforcement", {"settled": (100, 0)}, spending=1e8
    )  # a price of next to nothing misleads
    found = compare(
        FakeScenario("baseline"), tiny, seeds=2, jobs=1, end="2029-12", simulate=synthetic.simulate
    )
    assert any("under 0.01 %" in said for said in headline(found))
    assert not any("per additional settled" in said for said in headline(found))


def test_a_page_of_one_policy_speaks_of_one():
    policy = FakeScenario("startup-support", {"out": (30_000, 0)})
    short = compare(
        FakeScenario("baseline"), policy, seeds=2, jobs=1, end="2026-12", simulate=synthetic.simulate
    )
    told = re.sub(r"\s+", " ", render_report(short, validate(short.baseline_runs())))
    assert "What would startup support change for China&#39;s rural migrant workers from January 2025" in told
    assert "Effects in year 2<" in told and "these policies" not in told and "Side by side" not in told


def test_the_command_repeats_the_comparison(comparison):
    assert command_of({**comparison.manifest, "policies": comparison.policies[:1]}) == (
        "labor-sim compare baseline startup-support --seeds 4 --scale 1:5000 --from 2014-01 --to 2035-12 "
        "--ensemble 0 --horizons +1,+5,+10"
    )


def test_the_same_lever_is_described_once(comparison):
    first, second = lever_cards(comparison)
    assert len(first["cards"]) == 1 and first["again"] == []
    assert second["cards"] == [] and second["again"] == ["Start-up grants"]


def test_a_lever_in_words(comparison):
    card = lever_cards(comparison)[0]["cards"][0]
    assert card["changes"] == ["Grant to a new business: raised by 8,000 yuan, once"]
    assert card["who"] == "aged 22 to 50" and card["where"] == "for people from Central China and the West"
    assert card["when"] == "January 2025 to December 2035, in full after 12 months"
    assert card["cost"] == "8,000 yuan per business started, paid by local government (source: H01)"
    assert card["budget"] == "2.00 billion yuan a year" and card["grade"] == "D"


def test_a_sum_of_money_leads_to_the_clause_that_it_rests_on(comparison, page):
    (policy, easing), cards = comparison.policies, lever_cards(comparison)
    anchors = cards[0]["anchors"]
    for row in cost_rows(comparison, policy, anchors):
        assert row["grade"] == "D"
        described = page.split(f'id="{row["anchor"]}"', 1)[1].split("</dl>", 1)[0]
        assert f'href="#{row["anchor"]}"' in page
        assert "start-up grants" in described and "人社部发" in described
    assert cards[1]["anchors"] != anchors or cards[1]["again"]
    assert money_words(comparison, policy, "payer").startswith("local government")
    assert money_words(comparison, easing, "grade").startswith("grade D")


def test_an_id_of_the_evidence_leads_to_what_it_stands_for(comparison, page, parsed):
    assert comparison.manifest["evidence"].keys() == {"H01", "B24", "B25", "B26", "B27", "B31"}
    note = re.search(r'<th [^>]*id="evidence-H01" data-note="(\d+)">H01</th>', page)[1]
    assert f'<a href="#evidence-H01" data-note="{note}">H01</a>' in page
    row = comparison.manifest["evidence"]["H01"]
    assert row["parameter"] in parsed.words and row["source"] in parsed.words
    told = cited("H01, <b>H011</b> and H02", comparison.manifest["evidence"])
    assert told == '<a href="#evidence-H01">H01</a>, &lt;b&gt;H011&lt;/b&gt; and H02'
    assert cited("nothing <here>", {}) == "nothing &lt;here&gt;"


def test_policies_of_one_title_are_told_apart():
    class Renamed(FakeScenario):
        def content(self):
            return {**super().content(), "title": {"en": "Mine", "zh": "我的"}}

    policies = [Renamed("first", {"out": (1, 0)}), Renamed("second", {"out": (2, 0)})]
    found = compare(FakeScenario("baseline"), policies, end="2026-12", jobs=1, simulate=synthetic.simulate)
    assert [policy["title"]["en"] for policy in found.policies] == ["Mine (first)", "Mine (second)"]
    assert "Mine (second): spends nothing" in " ".join(headline(found))


def test_policy_years_that_are_no_calendar_years_are_told(comparison, page):
    policy = FakeScenario("late", {"out": (1000, 0)}, start="2024-12")
    late = compare(FakeScenario("baseline"), policy, seeds=2, jobs=1, simulate=synthetic.simulate)
    told = render_report(late, validate(late.baseline_runs()))
    assert "Late: year 5 is December 2028 to November 2029" in told
    assert "Not calendar years" not in page


def test_an_instrument_in_words():
    from sim.present.text.instruments import instruments

    found = instruments()
    words = {
        slug: _lever_card(
            {},
            {
                **one.main.model_dump(mode="json", by_alias=True, exclude_none=True),
                "strength": 0.5,
                "baseline_share": 0.2,
            },
        )
        for slug, one in found.items()
    }
    assert words["settlement-limits"]["instrument"].startswith("64 settlement-limits")
    assert "it acts at 0.3" in words["settlement-limits"]["strength"]
    assert words["service-windows"]["changes"][0].startswith("Steers all levers: take-up multiplied by 1.12")
    assert words["honours"]["changes"][0].startswith("Nothing: ")
    assert "central government (50 %) and local government (50 %)" in words["startup-subsidy"]["cost"]
    assert all(card["citations"] and card["not_known"] and card["changes"] for card in words.values())


def test_the_two_halves_of_a_subsidy_are_told_apart_on_the_page():
    from sim.scenario.loading import load_scenario

    levers = {
        name: lever
        for name, lever in load_scenario("ten-departments-2024").content()["levers"].items()
        if lever.get("instrument") == "startup-subsidy"
    }
    cards = [_lever_card({}, lever) for lever in levers.values()]
    assert [card["label"] for card in cards] == [
        "Start-up subsidy: first half at the start",
        "Start-up subsidy: second half after six months",
    ]
    assert len({card["label_zh"] for card in cards}) == 2


def test_every_condition_of_a_lever_is_told():
    from sim.present.text.levers import when_words, where_words, who_words
    from sim.scenario.eligibility import Where, Who, Window

    given = {
        "sex": "female",
        "age": [22, 50],
        "education": ["junior"],
        "poor": True,
        "activity": ["farm"],
        "sector": ["transport"],
        "migrant_months": [6, None],
        "has_school_child": True,
        "insured": False,
        "trained": False,
        "displaced": True,
        "had_business": False,
        "insured_months": [12, 60],
        "months_in_activity": [0, 6],
        "months_since_course": [0, 11],
    }
    assert given.keys() == Who.model_fields.keys()
    told = [
        who_words(Who.model_validate({key: value}).model_dump(mode="json")) for key, value in given.items()
    ]
    assert "everybody whom it concerns" not in told and len(set(told)) == len(given)
    places = {
        "provinces": ["Henan"],
        "regions": ["Central"],
        "tiers": ["city"],
        "home_provinces": ["Henan"],
        "home_regions": ["West"],
    }
    assert places.keys() == Where.model_fields.keys()
    assert all(where_words({key: value}) != "everywhere" for key, value in places.items())
    window = Window.model_validate({"from": "2025-01", "to": "2030-12", "ramp_months": 3, "season": [1, 12]})
    assert when_words(window.model_dump(mode="json", by_alias=True)) == (
        "January 2025 to December 2030, in full after 3 months, in January and December alone"
    )


def test_regions_are_spelled_alike_everywhere():
    from sim.core.labels import region
    from sim.present.text.groups import winners_group as of_winners
    from sim.present.text.official import group_words
    from sim.present.text.validation import measure_words
    from sim.validation.targets import read_targets
    from sim.world.data import load_data

    assert region("Central") == "Central China"
    assert (
        of_winners("region", "Central") == "Home in Central China"
        and group_words("central") == "Central China"
    )
    assert group_words("dest_central") == "working in Central China"
    assert measure_words("share from Central").startswith("from Central China")
    labels = [target.label for target in read_targets(load_data()) if "Central" in target.label]
    assert labels and all("Central China" in label for label in labels)


def test_another_reference_than_the_baseline_is_named():
    policy = FakeScenario("easing", {"settled": (1000, 0)})
    against = {
        name: compare(FakeScenario(name), [policy], seeds=2, jobs=1, simulate=synthetic.simulate)
        for name in ("baseline", "none")
    }
    assert not any("is called the baseline" in said for said in headline(against["baseline"]))
    assert "the scenario none" in headline(against["none"])[0]
    assert "the scenario none" in render_report(against["none"], validate(against["none"].baseline_runs()))


def test_a_short_run_says_so_instead_of_failing(validation):
    policy = FakeScenario("startup-support", {"own_business": (30_000, 0)})
    short = compare(
        FakeScenario("baseline"), policy, seeds=2, jobs=1, end="2025-06", simulate=synthetic.simulate
    )
    assert short.effects.empty
    page = render_report(short, validate(short.baseline_runs()))
    assert "The run ends before the policy" in page
    assert "nothing can be said" in page


# --- cells ------------------------------------------------------------------------------------------


def test_cells_say_what_the_table_says(comparison):
    table = policy_table(comparison, comparison.policies[0])
    assert [year["number"] for year in table["years"]] == [1, 5, 10] and table["main"]["number"] == 5
    rows = {row["label"]: row for row in table["rows"]}
    local = rows["Local non-farm workers"]
    assert local["cells"][1] == {"text": "+37.5 thousand", "range": "+31.3 to +43.7", "kind": "moved"}
    assert local["cost"]["text"] == "160 thousand yuan"
    assert rows["Settled in a city"]["cells"][1]["text"] == "cannot tell"
    assert rows["Settled in a city"]["cost"]["text"] == "cannot tell"
    assert rows["Mean pay of migrants"]["cells"][1]["text"] == "no change"
    worse = policy_table(comparison, comparison.policies[1])["rows"]
    arrears = next(row for row in worse if row["label"] == "Workers hit by unpaid wages")
    assert arrears["cells"][1]["kind"] == "worse"
    assert arrears["cost"]["text"] == "moved the other way"


def test_every_note_of_the_cost_has_words(comparison):
    from sim.results.outcomes import OUTCOMES

    for row in comparison.effects.itertuples():
        assert effect_cell(OUTCOMES[row.outcome], row)["text"]
        assert isinstance(cost_cell(OUTCOMES[row.outcome], row)["text"], str)


def test_the_validation_rows_hold_both_periods(validation):
    rows = {row["label"]: row for row in validation_rows(validation)}
    assert rows["Out-of-township migrant workers"]["fit"]["verdict"] == "met"
    assert rows["Out-of-township migrant workers"]["unseen"]["years"] == 3
    assert "fit" not in rows["Mean age, local"]


# --- charts -----------------------------------------------------------------------------------------


def test_a_difference_chart_draws_the_table(comparison):
    figure = charts.difference_over_time(comparison, "local")
    panels = [panel for panel in figure.axes if panel.get_visible()]
    assert [panel.get_title(loc="left") for panel in panels] == ["Startup support", "<b>easing</b>"]
    line = panels[0].lines[-1]
    assert line.get_ydata()[-1] == pytest.approx(37.5)  # thousands
    assert "thousand people, mean of the last 12 months" in words_of(figure)
    assert all(panel.get_legend() is None for panel in panels)


def test_nothing_changing_is_not_blown_up(comparison):
    figure = charts.difference_over_time(comparison, "migrant_pay")
    assert figure.axes[0].get_ylim() == (-1, 1)


def test_a_validation_chart_shows_every_official_figure(validation):
    figure = validation_chart(validation, "monthly_income", "all")
    points = official_points(figure.axes[0])
    drawn = sorted(year for line in points for year in line.get_xdata())
    assert drawn == list(range(2014, 2025))
    hollow = next(line for line in points if line.get_markerfacecolor() == "white")
    assert list(hollow.get_xdata()) == [2014]  # a break in the series
    assert "yuan a month; error, %:" in words_of(figure)


def official_points(panel):
    """The lines of a panel that are marks alone."""
    return [line for line in panel.lines if line.get_marker() in ("o", "D")]


def marks_of_the_new_sample(panel):
    lines = [line for line in panel.lines if list(line.get_xdata()) == [NEW_SAMPLE - 0.5] * 2]
    return len(lines), [text.get_text() for text in panel.texts].count("new sample")


def test_the_new_sample_is_marked_in_every_picture_that_crosses_it(comparison, validation):
    figures = comparison_charts(comparison, validation)
    figures["one"] = validation_chart(validation, "migrant_workers", "out")
    figures["small"] = series_panel(validation, "mean_age", "all")
    crossing = [
        panel
        for figure in figures.values()
        for panel in figure.axes
        if panel.get_visible() and any(len(line.get_xdata()) for line in official_points(panel))
        if 1900 < panel.get_xlim()[0] < NEW_SAMPLE - 0.5 < panel.get_xlim()[1]
    ]
    assert len(crossing) == 1 + len(CHARTED) + 2  # the outlook, the grid, and two panels
    for panel in crossing:
        assert marks_of_the_new_sample(panel) == (1, 1)
        for line in official_points(panel):
            years = line.get_xdata()
            assert line.get_linestyle() == "None"  # never joined, and the samples have marks of their own
            assert all((year >= NEW_SAMPLE) == (line.get_marker() == "D") for year in years)
    within_2020 = figures["within-2020"].axes[0]
    assert within_2020.get_xlim()[1] < NEW_SAMPLE and marks_of_the_new_sample(within_2020) == (0, 0)


@pytest.fixture(scope="module")
def wall(validation):
    return wall_of_series(validation)


def test_every_series_is_on_the_wall_once(validation, wall):
    drawn = [panel["label"] for family in wall for panel in family["panels"]]
    targets = validation.rows[validation.rows["label"] != ""]
    labels = targets.drop_duplicates(["indicator", "group"])["label"]
    assert sorted(drawn) == sorted(labels) and len(labels) > 40
    assert [name for name in FAMILIES if name in {family["id"] for family in wall}] == [
        family["id"] for family in wall
    ]


def test_every_series_of_the_official_file_has_a_family():
    found = {}
    for target in read_targets(load_data()):
        found.setdefault(family_of(target.indicator, target.group), []).append(target.indicator)
    assert found.keys() == set(FAMILIES)
    assert set(found["others"]) == {
        "training_share",
        "months_worked_per_year",
        "owed_wages_share",
        "owed_wages_persons",
        "return_entrepreneurs_cumulative",
        "return_entrepreneurs_new",
    }


def test_a_series_of_which_nothing_is_known_is_drawn_among_the_others():
    assert family_of("dogs", "all") == "others"


def test_a_panel_says_its_unit_and_its_errors(validation, wall):
    [panel] = [
        panel for family in wall for panel in family["panels"] if panel["label"] == "Local migrant workers"
    ]
    summary = validation.summary.query("indicator == 'migrant_workers' and group == 'local'")
    errors = summary.set_index("period")["mean_absolute_error"]
    assert panel["unit"] == "million people" and panel["head"] == "error, %:"
    assert [words for words, _verdict in panel["errors"]] == [
        f"{errors['fit']:.1f} to 2019",
        f"{errors['unseen']:.1f} unseen",
        f"{errors['new sample']:.1f} since 2023",
    ]
    assert [verdict for _words, verdict in panel["errors"]] == summary["verdict"].tolist()


def test_every_chart_is_headed_and_says_its_unit_and_no_two_have_the_same_title(comparison, validation):
    titles = []
    for name, figure in comparison_charts(comparison, validation).items():
        title, subtitle = (text.get_text() for text in figure.texts[:2])
        assert title and subtitle, name
        titles.append(title)
    assert len(set(titles)) == len(titles), titles


def test_groups_are_in_the_same_order_in_every_panel(comparison):
    figure = comparison_charts(comparison, validate(comparison.baseline_runs()))["winners"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:3] == ["All workers", "Men", "Women"]
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert dots[2].get_xdata()[0] == pytest.approx(500)


def test_the_same_chart_has_the_same_bytes(comparison):
    first, second = (as_svg(charts.difference_over_time(comparison, "out")) for _ in range(2))
    assert first == second
    assert as_png(charts.spending_by_year(comparison)).startswith(b"\x89PNG")


def test_matplotlib_waits_until_a_chart_is_drawn():
    code = "import sys, sim.present.pages.comparison; sys.exit('matplotlib' in sys.modules or 'jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def words_of(figure):
    return " ".join(text.get_text() for text in figure.texts)


# --- folders ----------------------------------------------------------------------------------------


def test_a_comparison_is_published_whole(comparison, tmp_path):
    folder = publish_comparison(comparison, tmp_path / "comparison")
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    charts = {path.stem for path in (folder / "charts").glob("*.png")}
    assert {f"difference-{key}" for key in HEADLINE} | {"baseline", "winners", "validation"} <= charts
    assert (folder / "effects.csv").exists() and headline(Comparison.load(folder))


def test_a_full_disk_leaves_no_half_page(comparison, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    with pytest.raises(ResultsError, match="the disk is full"):
        comparison.save(tmp_path / "comparison", {"report.html": b"<!DOCTYPE html>"})
    assert list(tmp_path.iterdir()) == []


def test_a_validation_is_published_with_a_chart_per_indicator(validation, comparison, tmp_path):
    folder = publish_validation(validation, comparison.baseline, tmp_path / "validation")
    charts = {path.stem for path in (folder / "charts").glob("*.png")}
    targets = validation.rows[validation.rows["label"] != ""]
    assert len(charts) == len(targets.drop_duplicates(["indicator", "group"])) + 1
    assert "within_2020" in charts and "migrant_workers-out" in charts
    assert np.isfinite(validation.rows["error"]).all()


def test_a_validation_has_a_page_of_its_own(validation, comparison, tmp_path):
    folder = publish_validation(validation, comparison.baseline, tmp_path / "validation")
    page = (folder / "report.html").read_text(encoding="utf-8")
    parsed = Balance()
    parsed.feed(page)
    assert not parsed.wrong and not parsed.open
    for address in parsed.fetched:
        inside = address.startswith("#") and f'id="{address[1:]}"' in page
        assert inside or address.startswith("data:image/svg+xml;base64,")
    assert page.count("<figure><figcaption>") == len(pairs_of(validation))
    assert len(page) < 5_000_000
    words = re.sub(r"\s+", " ", " ".join(parsed.text))
    for part in (
        "Mean of 4 seeds at 1:5000",
        "series in the years to 2019:",
        "series since the new sample, by their changes:",
        "Stylised facts, which no official series holds",
        "Errors by indicator",
        "What it gets wrong, and why",
        "Willing to move registration",
        "benchmark forecasts on",
    ):
        assert part in words, part
