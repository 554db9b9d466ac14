"""The commands that tell lives: what they print, and how they speak of mistakes."""

from __future__ import annotations

import pytest
from support.command import caller
from support.messages import left_in_english

from sim.cli.terminal import print_text
from sim.core.language import speaking
from sim.core.width import columns
from sim.engine.simulation import Simulation

SMALL = ("--scale", "1:500000", "--to", "2016-12", "--seed", "1")


@pytest.fixture
def labor_sim(monkeypatch, capsys):
    return caller(monkeypatch, capsys, simulate=None)


def test_a_life_is_told_and_drawn(labor_sim, tmp_path):
    said = labor_sim("trace", "baseline", "--worker", 0, *SMALL, "--picture", tmp_path / "life.png")
    assert said.code == 0 and said.out.startswith("Worker 0: a ")
    assert "From January 2014 to December 2016" in said.out and "\n2014-01  At " in said.out
    assert (tmp_path / "life.png").read_bytes().startswith(b"\x89PNG")
    labor_sim("trace", "baseline", "--worker", 0, *SMALL, "--picture", tmp_path / "life.svg")
    assert "work away" in (tmp_path / "life.svg").read_text("utf-8") or "local work" in (
        tmp_path / "life.svg"
    ).read_text("utf-8")


def test_lives_are_told_in_chinese(labor_sim, tmp_path):
    trace = labor_sim("trace", "baseline", "--find", "女，务农", "--lang", "zh", *SMALL)
    explain = labor_sim(
        "explain", "baseline", "--find", "外出，30岁以上", "--month", "2016-02", "--lang", "zh",
        "--scale", "1:500000", "--picture", tmp_path / "why.svg",
    )  # fmt: skip
    twins = labor_sim(
        "twins",
        "baseline",
        "combined",
        "--find",
        "20至60岁",
        "--lang",
        "zh",
        "--scale",
        "1:200000",
        "--to",
        "2025-12",
    )
    assert trace.out.split("，")[1].endswith("女性") and "\n2014年1月" in trace.out
    assert "对数几率" in explain.out and "运气" in (tmp_path / "why.svg").read_text("utf-8")
    assert "两种经历" in twins.out and "符合条件的有" in twins.err
    for said in (trace, explain, twins):
        assert said.code == 0 and not left_in_english(said.out), left_in_english(said.out)
    assert labor_sim("trace", "baseline", "--worker", 0, *SMALL).out.startswith("Worker 0: a ")


def test_a_life_as_json_has_every_month(labor_sim):
    told = labor_sim("trace", "baseline", "--worker", 0, *SMALL, "--from", "2015-01", "--json").json
    assert [one["month"] for one in told["months"]][:2] == ["2015-01", "2015-02"] and len(
        told["months"]
    ) == 24
    assert told["worker"]["worker"] == 0 and told["entries"][0]["month"] == "2015-01"


def test_a_description_finds_the_same_worker_each_time(labor_sim):
    one, again = (labor_sim("trace", "baseline", "--find", "woman, farming", *SMALL) for _ in range(2))
    assert one.code == 0 and one.out == again.out and "a woman from" in one.out
    assert "workers fit in January 2014" in one.err
    later = labor_sim("trace", "baseline", "--find", "woman, away", "--at", "2015-06", *SMALL)
    assert "fit in June 2015" in later.err


def test_a_decision_is_explained_and_drawn(labor_sim, tmp_path):
    given = ("--scale", "1:500000", "--seed", "1", "--find", "away, over 30", "--month", "2016-02")
    said = labor_sim("explain", "baseline", *given, "--picture", tmp_path / "why.svg")
    assert said.code == 0
    for words in ("sum with luck", "cost of leaving what one has", "Of a hundred in", "log-odds"):
        assert words in said.out
    assert "luck" in (tmp_path / "why.svg").read_text("utf-8")
    told = labor_sim("explain", "baseline", *given, "--json").json
    assert {one["option"] for one in told["options"]} >= {"farm", "local_work", "stay_or_old_place"}
    for one in told["options"]:
        assert sum(term["log_odds"] for term in one["terms"]) == pytest.approx(one["value"])
    [chosen] = [one for one in told["options"] if one["is_chosen"]]
    assert chosen["score"] == max(one["score"] for one in told["options"] if one["is_open"])


def test_without_a_worker_twins_tell_who_moves(labor_sim, tmp_path):
    given = ("--scale", "1:200000", "--to", "2025-12", "--seed", "1")
    said = labor_sim("twins", "baseline", "startup-support", *given, "--picture", tmp_path / "who.png")
    assert said.code == 0 and said.out.startswith(
        "Who moves because of it: Start-up support against Baseline"
    )
    assert (tmp_path / "who.png").read_bytes().startswith(b"\x89PNG")
    told = labor_sim("twins", "baseline", "startup-support", *given, "--json").json
    assert told["apart"] >= told["ends"] and told["scale"] == 200_000


def test_twins_are_told_and_drawn(labor_sim, tmp_path):
    given = ("--scale", "1:200000", "--to", "2025-12", "--seed", "1", "--find", "20-60")
    said = labor_sim("twins", "baseline", "combined", *given, "--picture", tmp_path / "twins.png")
    assert said.code == 0 and "of whose" not in said.err
    for words in ("Two lives of one worker", "did the same in the same place under both", "earned, yuan"):
        assert words in said.out
    assert (tmp_path / "twins.png").read_bytes().startswith(b"\x89PNG")
    told = labor_sim("twins", "baseline", "combined", *given, "--json").json
    assert told["parting"]["causes"] and told["base"]["worker"] == {
        **told["policy"]["worker"],
        "scenario": "baseline",
    }


@pytest.mark.parametrize(
    "words, told",
    [
        (("twins", "baseline", "combined", "--worker", 0, "--find", "woman"), "say who"),
        (("twins", "baseline", "combnd", "--worker", 0), "did you mean 'combined'"),
        (("twins", "baseline", "combined", "--worker", 4_000_000_000), "no worker with this id"),
        (("twins", "baseline", "combined", "--find", "womn"), "did you mean 'wom"),
        (("explain", "baseline", "--worker", 4_000_000_000, "--month", "2016-02"), "no worker with this id"),
        (("explain", "baseline", "--worker", 0, "--month", "2016"), "no such month"),
        (("explain", "baseline", "--worker", 0, "--month", "2050-01"), "outside the years"),
        (("explain", "baseline", "--worker", 0, "--month", "2013-12"), "outside the years"),
        (("explain", "baseline", "--month", "2016-02"), "say who"),
        (("explain", "baseline", "--worker", 0), "--month"),
    ],
)
def test_mistakes_of_explain_are_told(labor_sim, words, told):
    said = labor_sim(*words, "--scale", "1:500000")
    assert said.code == 2 and told in said.err and "Traceback" not in said.err


@pytest.mark.parametrize(
    "words, told",
    [
        (("trace", "baseline", "--worker", 4_000_000_000), "no worker with this id"),
        (("trace", "baseline"), "say who"),
        (("trace", "baseline", "--worker", 0, "--find", "woman"), "say who"),
        (("trace", "baseline", "--find", "womn"), "did you mean 'wom"),
        (("trace", "baseline", "--worker", 0, "--picture", "life.pdf"), "not a kind of picture"),
        (("trace", "baseline", "--worker", 0, "--from", "2020"), "no such month"),
        (("trace", "baseline", "--worker", 0, "--from", "2018-01"), "the run ends before it begins"),
        (("trace", "baselin", "--worker", 0), "did you mean 'baseline'"),
    ],
)
def test_mistakes_are_told_before_the_run(labor_sim, words, told, monkeypatch):
    monkeypatch.setattr(Simulation, "step", lambda *_: pytest.fail("the run began"))
    said = labor_sim(*words, *SMALL)
    assert said.code == 2 and told in said.err and not said.out


def test_chinese_lines_end_where_they_may(capsys):
    with speaking("zh"):
        print_text("在当地的居民服务行业找到工作，月工资4,311元。" * 12 + "\n\n  第二段。")
    said = capsys.readouterr().out.split("\n")
    assert len(said) > 4 and all(columns(line) <= 160 for line in said)
    assert not any(line.startswith(("，", "。", "元", ",")) or line.endswith("4") for line in said)
    assert said[-3:] == ["", "  第二段。", ""]
