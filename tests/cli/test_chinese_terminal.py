"""The command in Chinese: the language is known before anything is said, and nothing is left in English."""

from __future__ import annotations

import re

import pytest
import typer
from support.command import caller
from support.messages import left_in_english

from sim.cli import app, terminal
from sim.cli.help import asked_language
from sim.core.errors import UsageError
from sim.core.language import speaking
from sim.core.processes import worker_pool


def commands(command, words=()):
    """Every command and group by the words that name it."""
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*words, name))


EVERY = tuple(commands(typer.main.get_command(app)))


@pytest.fixture
def labor_sim(monkeypatch, capsys):
    monkeypatch.delenv("LABOR_SIM_LANG", raising=False)
    return caller(monkeypatch, capsys, None)


def english_in(text: str, *names: str) -> list[str]:
    """What a Chinese reader would find in English, but for names that are given."""
    text = re.sub("〔默认：[^；〕]*", "", text)  # values are written as they are
    for name in sorted(("python -m pytest.labor-sim", "labor-sim", *names), key=len, reverse=True):
        text = text.replace(name, "")
    return left_in_english(text)


def own_names(words) -> list[str]:
    """The names of a command, of those below it and of their options, which are typed as they are."""
    command = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]
    return [*words, *getattr(command, "commands", {})]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_is_in_chinese(labor_sim, words):
    said = labor_sim(*words, "--help", "--lang", "zh")
    assert said.code == 0 and said.out.startswith("用法：")
    assert "--help" in said.out and "显示本帮助并退出" in said.out
    assert not english_in(said.out, *own_names(words))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_stays_within_eighty_columns(labor_sim, words):
    from sim.core.width import columns

    said = labor_sim("--lang=zh", *words, "--help")
    assert max(columns(line) for line in said.out.splitlines()[1:]) <= 80


@pytest.mark.parametrize("where", [("--lang", "zh", "check", "x.yaml"), ("check", "--lang=zh", "x.yaml")])
def test_the_language_may_stand_anywhere(labor_sim, where):
    assert "没有这个情景" in labor_sim(*where).out


def test_the_environment_names_the_language_of_a_session(labor_sim, monkeypatch):
    monkeypatch.setenv("LABOR_SIM_LANG", "zh")
    assert labor_sim("--help").out.startswith("用法：")
    assert labor_sim("--lang", "en", "--help").out.startswith("Usage:")
    monkeypatch.setenv("LABOR_SIM_LANG", "xx")
    assert labor_sim("--lang", "en", "--help").code == 0
    said = labor_sim("scenarios")
    assert said.code == 2 and not said.out
    assert said.err.splitlines()[0] == "error: LABOR_SIM_LANG: no such language (got 'xx')"


@pytest.mark.parametrize(
    ("asked", "meant"), [("cn", "zh"), ("zh-CN", "zh"), ("中文", "zh"), ("english", "en")]
)
def test_a_wrong_language_is_one_error(asked, meant):
    with pytest.raises(UsageError) as refused:
        asked_language(["run", "--lang", asked], None)
    [problem] = refused.value.problems
    assert problem.key == "--lang" and problem.value == asked and problem.nearest == meant


MISTAKES = {
    "compar": "没有这个命令：compar",
    "compare --sedes 3": "没有这个选项：--sedes",
    "compare": "缺少参数：[参照]",
    "rank": "缺少选项：--budget",
    "run --scale": "选项 --scale 须有值",
    "run baseline --json=3": "选项 --json 不带值",
    "run baseline x y": "多余的参数：x y",
    "run baseline --seed x": "--seed 须为整数",
    "run baseline --seed -1": "--seed 须不小于0",
    "report shw": "没有这个命令：shw",
    "--lang": "选项 --lang 须有值",
    "run nothing": "没有这个情景（给出的是“nothing”）",
    "run baseline --to 2014": "没有这个月份",
    "run baseline --scale 0": "不是抽样比例",
    "compare baseline startup-support --ensemble 1": "不确定区间至少需要两组参数",
    "compare baseline startup-support --horizons x": "这不是年份",
    "compare baseline startup-support --by x": "没有这种分组方式",
    "compare baseline startup-support --focus x": "没有这个省份",
    "rank --budget 12,000": "不是金额",
    "rank --budget 1e9 --family x": "没有这一类别",
    "attribute combined --outcome x": "没有这一指标",
    "sweep subsidy_dose_response --executor x": "没有这种执行方式",
    "report show nowhere": "没有这个文件夹",
    "calibrate x.yaml": "没有这一文件",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_told_in_chinese(labor_sim, words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    said = labor_sim("--lang", "zh", *words.split())
    assert said.code == 2 and MISTAKES[words] in said.err
    told = [line for line in said.err.splitlines() if "可用" not in line and "是否想写" not in line]
    named = [word.lstrip("-") for word in words.split() if len(word) > 1]
    assert not english_in("\n".join(told), *named)


def test_the_language_ends_with_the_command(labor_sim):
    labor_sim("--lang", "zh", "--help")
    assert labor_sim("--help").out.startswith("Usage:")


def spoken(_number):
    from sim.core.language import language

    return language()


def test_worker_processes_speak_the_language_of_their_parent():
    from sim.core.language import speaking

    with speaking("zh"), worker_pool(1) as pool:
        assert list(pool.map(spoken, range(1))) == ["zh"]


@pytest.fixture
def labor_sim_of_fakes(monkeypatch, capsys):
    return caller(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run baseline --to 2016-12", "baseline：年均值，流量为全年合计"),
        ("check baseline", "baseline：无误"),
        ("estimate", "引力模型"),
        ("plan baseline --to 2016-12", "baseline：仅估算，未开始模拟"),
    ],
)
def test_tables_are_in_chinese(labor_sim_of_fakes, words, told):
    said = labor_sim_of_fakes("--lang", "zh", *words.split())
    assert said.code == 0 and told in said.out
    assert not english_in(said.out, *words.split(), "MB")


@pytest.mark.parametrize("width", [40, 52, 66, 79])
def test_no_cell_of_a_table_breaks_a_number(width, monkeypatch, capsys):
    monkeypatch.setattr(terminal, "_PIPED_WIDTH", width)
    told = "在那里又干了2年零4个月，平均月工资4,510元，共寄回家22,700元，存款104,036元。"
    with speaking("zh"):
        terminal.print_table([{"one": told, "other": told}], "", {"one": "基准情景", "other": "返乡创业支持"})
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) > 4, "the cells are wider than the columns"
    for figure in ("4,510元", "22,700元", "104,036元"):
        assert printed.count(figure) == 2, printed
