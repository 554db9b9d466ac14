"""What a user writes in a text field appears as written: on the terminal, in pages, charts and tables."""

from __future__ import annotations

import base64
import html
import re
import warnings

import pytest
from markdown_it import MarkdownIt
from support.command import caller

from sim.core.errors import ScenarioError
from sim.present.charts import fonts
from sim.present.charts.style import as_png, as_svg, empty_figure, headed, styled, wrapped
from sim.present.text.markdown import markdown
from sim.scenario.loading import load_scenario

TEXTS = {
    "dollars": "A grant of $2,800 rather than $1,100 in the West",
    "one dollar": "100 $ or more",
    "formula": r"\frac{1}{2} x^2_i {a} % 5 # ~ ^",
    "markup": "[red]red[/red] [bold] [link=file:///x] :smile: [/]",
    "page": "<b>bold</b> & \"quoted\" 'once' <script>alert(1)</script> &amp; {{ 7 * 7 }} {% raw %}",
    "markdown": "*star* _under_ `code` | pipe [a](b) # head <i>",
    "sheet": "=1+1",
    "chinese": "西部创业补贴提高：返乡农民工",
    "japanese": "地方創業の補助金テスト",
    "right to left": "منحة للمؤسسين שלום",
    "emoji": "Grant 🚀 for 🏠",
    "percent": "50% %s %(x)s {0} {x!r}",
    "backslashes": "C:\\new\\table",
}

SCENARIO = """\
extends: baseline
title: {{en: {text}, zh: {text}}}
description: {text}
levers:
  startup_grant:
    label: {{en: {text}, zh: {text}}}
    citation: {{document: ten-departments-2024, clause: {text}}}
    evidence: D
    window: {{from: 2015-01, to: 2030-12}}
    note: {text}
    effects: {{startup_grant_yuan: {{set: 20000}}}}
    unit_cost: {{yuan: 20000, per: business_start, payer: local, source: {text}}}
"""


def quoted(text: str) -> str:
    """The text in double quotes of YAML."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def scenario_with(text: str, folder):
    file = folder / "grant.yaml"
    file.write_text(SCENARIO.format(text=quoted(text)), encoding="utf-8")
    return file


def words_of(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture
def labor_sim(monkeypatch, capsys):
    return caller(monkeypatch, capsys)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_commands_that_show_a_scenario_show_its_text(labor_sim, tmp_path, text):
    file = scenario_with(text, tmp_path)
    assert labor_sim("check", file).code == 0
    for command in ("show", "cite"):
        said = labor_sim(command, file)
        assert said.code == 0, said.err
        assert words_of(text) in words_of(said.out), command
    assert labor_sim("show", file, "--json").json["scenario"]["title"]["en"] == text


def test_a_list_of_scenarios_shows_brackets_as_written(labor_sim, tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    monkeypatch.chdir(tmp_path)
    scenario_with("[red]x[/red] :dog:", tmp_path / "scenarios")
    assert "[red]x[/red] :dog:" in labor_sim("scenarios").out


@pytest.mark.parametrize(
    "text",
    [f"{TEXTS['dollars']} [red]x[/red] <b>&amp;</b> <script>", TEXTS["chinese"]],
    ids=["marks", "chinese"],
)
def test_a_comparison_shows_the_text_of_its_policies(labor_sim, tmp_path, text):
    file, out = scenario_with(text, tmp_path), tmp_path / "out"
    said = labor_sim(
        "compare", "baseline", file, "--seeds", 2, "--jobs", 1, "--ensemble", 0, "--to", "2026-12", "--out", out
    )  # fmt: skip
    assert said.code == 0, said.err
    assert words_of(text) in words_of(said.out)
    page = (out / "report.html").read_text(encoding="utf-8")
    without_marks = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert without_marks.count(text) >= 4  # title, description, lever, clause
    assert "<script" not in page
    charts = [base64.b64decode(found).decode() for found in re.findall(r"svg\+xml;base64,([\w+/=]+)", page)]
    drawn = ["".join(re.findall(r">([^<]*)<", chart)) for chart in charts]
    assert any(words_of(text) in words_of(html.unescape(chart)) for chart in drawn)
    assert "no font" not in said.err


def test_long_texts_and_texts_of_several_lines_do_not_break_a_comparison(labor_sim, tmp_path):
    text = "first line\nsecond\tline " + "long " * 1000
    out = tmp_path / "out"
    said = labor_sim(
        "compare", "baseline", scenario_with(text, tmp_path), "--seeds", 2, "--jobs", 1, "--ensemble", 0,
        "--to", "2026-12", "--out", out,
    )  # fmt: skip
    assert said.code == 0, said.err
    assert not [line for line in said.err.splitlines() if "warning" in line and "reached no" not in line]
    assert words_of(text) in words_of((out / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("escape", [r"\e[31m", r"\0", r"\x07", r"\x7f", r"\u0085", r"\x9b", r"\uFFFE"])
def test_control_characters_are_refused_by_name(tmp_path, escape):
    file = tmp_path / "control.yaml"
    file.write_text(f'extends: baseline\ntitle: {{en: "a{escape}b", zh: b}}\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"control\.yaml:2: title\.en: holds U\+") as refused:
        load_scenario(file)
    assert "control character" in str(refused.value)


def test_an_error_cannot_steer_the_terminal(labor_sim, tmp_path):
    file = tmp_path / "key.yaml"
    file.write_text('extends: baseline\n"a\\e[2Jb": 1\n', encoding="utf-8")
    said = labor_sim("show", file)
    assert said.code == 2 and "\x1b" not in said.out + said.err and r"a\x1b[2Jb" in said.err


# --- charts -----------------------------------------------------------------------------------------


@styled
def chart(text: str):
    figure = empty_figure(8, 3)
    panel = figure.subplots()
    panel.set_title(text)
    panel.set_yticks([0, 1], [text, "x"])
    panel.set_xlabel(text)
    headed(figure, text, text)
    return figure


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_charts_keep_text_as_text(text):
    with warnings.catch_warnings(record=True):
        figure = chart(text)
        assert as_png(figure).startswith(b"\x89PNG")
        assert html.unescape(as_svg(figure).decode()).count(text) >= 4


def test_chinese_and_japanese_are_drawn_with_the_packaged_font(monkeypatch):
    monkeypatch.setattr(fonts, "_fonts_with", lambda letters: [])  # a machine without a font for them
    monkeypatch.setattr(fonts, "_TOLD", set())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = (
            as_png(chart(text)) for text in (TEXTS["chinese"], TEXTS["chinese"].replace("返", "进"))
        )
        as_png(chart(TEXTS["japanese"]))
    assert one != other  # the characters differ, and are not boxes


def test_every_ready_label_is_in_the_packaged_font():
    from sim.scenario.loading import scenario_files

    labels = [load_scenario(path).title.zh for path in scenario_files().values()]
    assert not fonts.lacking("".join(labels), [fonts.LATIN, fonts.PACKAGED])


def test_a_character_that_no_font_has_is_named_once(monkeypatch):
    monkeypatch.setattr(fonts, "_TOLD", set())
    unknown = "\U000e0bad" if not fonts.lacking("\U00030edd", fonts.families()) else "\U00030edd"
    monkeypatch.setattr(fonts, "_fonts_with", lambda letters: [])
    with pytest.warns(UserWarning, match=r"no font on this machine has .*U\+"):
        chart(f"a{unknown}b")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_png(chart(f"a{unknown}c"))


def test_a_font_of_the_machine_is_used_for_what_the_packaged_one_lacks(monkeypatch):
    monkeypatch.setattr(fonts, "families", lambda: ["STIXGeneral", "sans-serif"])
    monkeypatch.setattr(fonts, "_TOLD", set())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = chart("西")  # Labor Sim CJK stands for a font of the machine
    used = {name for mark in figure.findobj(lambda mark: hasattr(mark, "get_fontfamily")) for name in mark.get_fontfamily()}  # fmt: skip  # noqa: E501
    assert fonts.PACKAGED in used


def test_lines_of_a_chart_are_as_wide_as_they_look():
    assert wrapped("一二三四五六", 6).split("\n") == ["一二三", "四五六"]
    assert wrapped("word " * 100, 20, most=2).endswith("…")
    assert wrapped("short", 20) == "short"


# --- Markdown ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_markdown_shows_the_text_as_written(text):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(f"| a | b |\n|---|---|\n| {markdown(text)} | end |\n")
    cells = [token for token in tokens if token.type == "inline"]
    assert len(cells) == 4
    assert {child.type for child in cells[2].children} <= {"text", "text_special"}
    assert "".join(child.content for child in cells[2].children) == text
