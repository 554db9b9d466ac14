"""Pictures, rankings and office files in Chinese: every character has a glyph, and no English is left."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from support.messages import left_in_english

from sim.analysis.ranking import Ranking
from sim.comparison.breakdown import dimensions
from sim.comparison.compare import compare
from sim.core.language import speaking
from sim.present.charts import fonts
from sim.present.charts.dose_response import response_chart
from sim.present.charts.focus import province_over_time
from sim.present.charts.ranking import what_a_billion_buys
from sim.present.charts.style import axis_words, empty_figure, headed, styled, wrapped
from sim.present.charts.tornado import tornado_chart
from sim.present.charts.validation import validation_chart
from sim.present.office import document, workbook
from sim.present.pages.breakdown import sections
from sim.present.pages.comparison import comparison_charts
from sim.present.pages.validation import charted
from sim.present.pages.worded import worded
from sim.present.text.headings import ITEMS
from sim.present.text.ranking import HEADS, apart_rows, headline, ranked_rows, sentences, title
from sim.results.columns import FOCUS_TABLES
from sim.validation.validate import validate

ROOT = Path(__file__).resolve().parents[2]
SAID = (
    "sim/data/*.csv",
    "sim/data/zh/*.po",
    "sim/parameters/*.csv",
    "scenarios/**/*.yaml",
    "experiments/**/*.yaml",
)
WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@pytest.mark.parametrize("pattern", SAID)
def test_the_packaged_font_has_every_chinese_character_that_the_package_holds(pattern):
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(pattern))}
    assert texts and fonts.families()
    for name, text in texts.items():
        missing = fonts.lacking("".join(WIDE.findall(text)), [fonts.REGULAR])
        assert not missing, f"{name}: run docs/cut_fonts.py"


@styled
def heading(text):
    figure = empty_figure(6, 2)
    figure.subplots()
    headed(figure, text, "注")
    return figure


def fonts_of(figure, which):
    from matplotlib.font_manager import fontManager

    mark = figure.texts[which]
    return [Path(path).name for path in fontManager._find_fonts_by_props(mark.get_fontproperties())]


def test_a_chinese_picture_takes_all_its_letters_from_the_packaged_font():
    with speaking("zh"):
        chinese = heading("农民工2029年")
    assert fonts_of(chinese, 0)[:2] == ["LaborSimCJK-Bold.otf", "LaborSimCJK.otf"]
    assert fonts_of(chinese, 1)[0] == "LaborSimCJK.otf"
    assert fonts_of(heading("Migrants"), 0)[0] == "DejaVuSans-Bold.ttf"


def test_what_the_bold_font_lacks_is_drawn_in_regular():
    bold = fonts._letters(str(ROOT / "sim/present/fonts/LaborSimCJK-Bold.otf"))
    regular = fonts._letters(str(ROOT / "sim/present/fonts/LaborSimCJK.otf"))
    assert bold < regular and ord("龅") in regular - bold
    with speaking("zh"):
        assert "LaborSimCJK.otf" in fonts_of(heading("龅"), 0)


@pytest.mark.parametrize(
    "text, width, lines",
    [
        ("外出农民工与落户人员", 10, ["外出农民工", "与落户人员"]),
        ("支出1,200亿元，同比增长", 8, ["支出", "1,200亿", "元，同比", "增长"]),  # numbers stay whole
        (
            "参数、力度（万人）",
            8,
            ["参数、力", "度（万", "人）"],
        ),  # no mark begins a line, no bracket ends one
        ("同乡 网络", 20, ["同乡 网络"]),
        ("甲乙丙丁戊己庚", 4, ["甲乙", "丙丁", "戊己", "庚"]),
    ],
)
def test_lines_of_chinese_break_where_chinese_does(text, width, lines):
    assert wrapped(text, width).split("\n") == lines


def test_a_chinese_text_that_is_too_long_ends_in_dots():
    assert wrapped("甲乙丙丁戊己庚辛", 4, most=2) == "甲乙\n丙…"


@pytest.mark.parametrize(
    "word, unit, noun, chinese, english",
    [
        ("万", "persons", False, "万人", "万"),
        ("", "persons", False, "人", "people"),
        ("", "percent", True, "百分点", "points"),
        ("亿", "yuan", True, "亿元", "亿 yuan"),
        ("", "yuan per month", True, "元/月", "yuan a month"),
    ],
)
def test_an_axis_says_what_is_counted(word, unit, noun, chinese, english):
    with speaking("zh"):
        assert axis_words(word, unit, noun=noun) == chinese
    assert axis_words(word, unit, noun=noun) == english


# --- every picture and file ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comparison():
    """One policy in its second year, of which places, groups and one province are shown."""
    return compare(
        None, "startup-support", seeds=2, scale=100_000, end="2026-12", horizons="+2", jobs=1, focus="河南"
    )


def words_of(figure):
    from matplotlib.text import Text

    return {mark.get_text() for mark in figure.findobj(Text) if mark.get_text()}


def english_in(texts):
    return {text: left for text in texts if (left := left_in_english(text))}


def every_figure(comparison):
    """Every kind of picture with its name, in the language in use."""
    validation = validate(comparison.baseline_runs())
    yield from comparison_charts(comparison, validation).items()
    for section in sections(comparison, list(dimensions())):
        yield from section.figures.items()
    yield "province", province_over_time(comparison, comparison.policies[0])
    yield "one series", validation_chart(validation, *charted(validation)[0])
    table = pd.DataFrame(
        {
            "dose": [0, 1],
            "difference": [0.0, 2e4],
            "low": [0.0, 1e4],
            "high": [0.0, 3e4],
            "year": 2030,
            "seeds": 4,
        }
    )
    yield "doses", response_chart(table, "dose", "创业补贴", "local")
    table = pd.DataFrame(
        {"factor": ["a"], "change": [2e4], "low": [1e4], "high": [3e4], "year": 2030, "points": 9}
    )
    yield "tornado", tornado_chart(table, {"a": "创业补贴"}, "out")
    yield "ranking", what_a_billion_buys(ranked_by_hand())


def ranked_by_hand():
    table = pd.DataFrame(
        {
            "outcome": ["local", "local", "local"],
            "instrument": ["loan", "grant", "course"],
            "title": ["Loan", "Grant", "Course"],
            "title_zh": ["担保贷款", "创业补贴", "创业培训"],
            "evidence": ["C", "D", "B"],
            "unit": "persons",
            "note": ["", "", "effect not told"],
            "rank": [1, 2, 0],
            "rank_best": [1, 1, 0],
            "rank_worst": [2, 2, 0],
            "size": [1.0, 2.0, 1.0],
            "size_note": ["", "the most of its range", "spends less"],
            "spending_per_year_yuan": [20e9, 12e9, 1e9],
            "net_cost_per_year_yuan": [19e9, 12e9, 1e9],
            "effect": [180_000.0, 60_000.0, 5.0],
            "low": [150_000.0, 50_000.0, -900.0],
            "high": [200_000.0, 70_000.0, 955.0],
            "verdict": ["higher", "higher", "cannot tell"],
            "per_billion": [1_800.0, 600.0, float("nan")],
            "per_billion_low": [1_700.0, 500.0, float("nan")],
            "per_billion_high": [1_900.0, 700.0, float("nan")],
            "band_low": float("nan"),
            "band_high": float("nan"),
            "per_billion_spent": [1_800.0, 600.0, 5.0],
            "per_billion_spent_low": [1_700.0, 500.0, -9.0],
            "per_billion_spent_high": [1_900.0, 700.0, 9.0],
        }
    )
    pairs = pd.DataFrame(
        {"outcome": ["local"], "instrument": ["loan"], "other": ["grant"], "is_real": [False]}
    )
    about = {"budget_yuan_per_year": 20e9, "outcomes": ["local"], "seeds": [1, 2], "years": 5}
    return Ranking(table, pairs, {**about, "begin": "2026-01", "end": "2030-12"})


@pytest.fixture(scope="module")
def figures(comparison):
    """Every kind of picture, in Chinese."""
    with speaking("zh"):
        return dict(every_figure(comparison))


def test_no_picture_in_chinese_holds_english(figures):
    found = {name: english_in(words_of(figure)) for name, figure in figures.items()}
    assert len(found) > 25
    assert not {name: left for name, left in found.items() if left}


def test_a_ranking_in_chinese(capsys):
    ranking = ranked_by_hand()
    with speaking("zh"):
        told = [title(ranking, "local"), *headline(ranking), *sentences(ranking, "local"), *HEADS.values()]
        rows = [*ranked_rows(ranking, "local"), *apart_rows(ranking, "local")]
    assert not english_in([*told, *(value for row in rows for value in row.values())])
    assert told[0] == "本地农民工：各项措施单独实施、年支出200亿元，第5年（2030年）的效果"
    assert (
        told[1]
        == "本地农民工，每10亿元财政净成本：担保贷款增加1,800人（证据等级C）和创业补贴增加600人（证据等级D）。"
    )
    assert rows[1] == {
        "place": "2（1至2）",
        "title": "创业补贴",
        "evidence": "D",
        "size": "2.00×，已达可信范围上限",
        "money": "120亿",
        "effect": "+6.00万（+5.00万至+7.00万）",
        "per_billion": "+600（+500至+700）",
    }
    assert rows[2]["effect"] == "无法判断（−900至+955）" and rows[2]["why"] == "效果小于随机波动"


def test_a_ranking_says_who_cannot_spend_the_budget_and_who_adds_most_in_all():
    said = " ".join(sentences(ranked_by_hand(), "local"))
    assert (
        "1 of 2 ranked instruments cannot spend 20.0 billion yuan a year: the credible range of its size"
        in said
    )
    assert (
        "In all, at what each can spend, loan adds most: +180 thousand for 20.0 billion yuan a year." in said
    )
    assert ranked_rows(ranked_by_hand(), "local")[0]["money"] == "20.0 billion (19.0 billion)"


def test_every_item_of_an_account_has_words():
    text = (ROOT / "sim/comparison/accounts.py").read_text(encoding="utf-8")
    items = set(re.findall(r'\("([^"]+)", [A-Z]+, [A-Z]+,', text)) | {
        "loans",
        "levers",
        "settlements",
        "financing",
    }
    assert len(items) > 8 and items == set(ITEMS)


def test_the_workbook_in_chinese_is_chinese_alone_with_large_numbers_in_wan_and_yi(comparison):
    with speaking("zh"):
        book = openpyxl.load_workbook(BytesIO(workbook.workbook_bytes(comparison)))
    english = openpyxl.load_workbook(BytesIO(workbook.workbook_bytes(comparison)))
    assert (
        book.sheetnames == [name.rpartition(" ")[2] for name in english.sheetnames]
        and len(book.sheetnames) == 8
    )
    for sheet, both in zip(book, english, strict=True):
        own = [cell.value for cell in sheet[5]]
        assert not english_in([*own, sheet["A1"].value, sheet["A2"].value]) and not any(
            "英文" in head for head in own
        )
        assert sheet["A1"].value == both["A1"].value.split("  ")[1]
        for place, head in enumerate(own):
            if head == "成本来源":
                continue
            cells = {row[place] for row in sheet.iter_rows(min_row=6, values_only=True)}
            assert not english_in(cell for cell in cells if isinstance(cell, str)), (sheet.title, head)
    answer = [row[0].value for row in book["结论"].iter_rows(min_row=6)]
    assert answer[0] == comparison.policies[0]["title"]["zh"]
    forms = {}
    for row in book["资金"].iter_rows(min_row=6):
        for cell in row:
            if isinstance(cell.value, (int, float)) and cell.value >= 1e4:
                forms.setdefault(cell.number_format, cell.value)
    assert any("亿" in form for form in forms) and all(
        value >= 1e8 if "亿" in form else "万" in form for form, value in forms.items()
    )


def test_the_brief_for_word_in_chinese(comparison, figures):
    with speaking("zh"):
        found = docx.Document(BytesIO(document.document_bytes(comparison, figures)))
    texts = [paragraph.text for paragraph in found.paragraphs]
    texts += [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    assert not english_in(texts)
    assert texts[0].endswith("：政策会带来什么变化") and found.core_properties.title == texts[0]
    fonts_named = {
        name
        for style in found.styles
        for mark in style.element.iter(qn("w:rFonts"))
        if (name := mark.get(qn("w:eastAsia")))
    }
    assert fonts_named == {"微软雅黑"}


def test_csv_files_have_words_in_both_languages(comparison):
    for name in ("effects", "winners", "costs", "accounts", *FOCUS_TABLES):
        table = comparison.tables[name]
        said = worded(comparison, table)
        pd.testing.assert_frame_equal(said[list(table)], table)
        added = [column for column in said if column not in table]
        assert "policy_zh" in added and {column[-3:] for column in added} == {"_en", "_zh"}
        for column in added:
            place, own = list(said).index(column), column[:-3]
            assert list(said).index(own) < place <= list(said).index(own) + 2
            cells = {cell for cell in said[column] if cell}
            assert not column.endswith("_zh") or not english_in(cells), (name, column)
    row = worded(comparison, comparison.effects).set_index("outcome").loc["settled"]
    assert (row["policy_en"], row["policy_zh"]) == ("Start-up support", "返乡创业支持")
    assert (row["outcome_en"], row["outcome_zh"], row["unit_zh"]) == ("Settled in a city", "已落户人员", "人")
    groups = worded(comparison, comparison.winners).set_index("group")["group_zh"]
    assert (groups["female"], groups["poor_household"]) == ("女性", "贫困户")
