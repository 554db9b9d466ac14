"""Pictures, rankings and office files in Chinese: every character has a glyph, and no English is left."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from sim.core.language import speaking
from sim.present.charts import fonts
from sim.present.charts.style import axis_words, empty_figure, headed, styled, wrapped
from sim.present.text.headings import with_outcome_words, with_titles

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


def test_csv_files_have_words_in_both_languages():
    table = pd.DataFrame(
        {
            "policy": ["easing"],
            "outcome": ["settled"],
            "unit": ["persons"],
            "verdict": ["cannot tell"],
            "cost_note": ["no net cost"],
        }
    )
    said = with_titles(with_outcome_words(table), {"easing": {"en": "Easing", "zh": "放宽落户"}})
    assert list(said) == [
        *("policy", "policy_en", "policy_zh", "outcome", "outcome_en", "outcome_zh"),
        *("unit", "unit_zh", "verdict", "verdict_zh", "cost_note", "cost_note_zh"),
    ]
    row = said.iloc[0]
    assert (row["policy_zh"], row["outcome_en"], row["outcome_zh"]) == (
        "放宽落户",
        "Settled in a city",
        "已落户人员",
    )
    assert (row["unit_zh"], row["verdict_zh"], row["cost_note_zh"]) == ("人", "无法判断", "没有净成本")
    assert list(table) == ["policy", "outcome", "unit", "verdict", "cost_note"]
