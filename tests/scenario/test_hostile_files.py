"""Files made to break readers are refused in words within a second; what YAML allows is read."""

from __future__ import annotations

import time

import pytest
from support.command import caller

from sim.core.errors import ScenarioError
from sim.scenario.loading import load_scenario

BASE = "extends: baseline\n"
MANY = 4900
SECONDS = 3.0  # of the processor, which others may keep busy; half a second on a quiet machine


def laughs() -> str:
    """Twelve lines whose aliases stand for ten to the power of eleven values."""
    names = "abcdefghijkl"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip(names, names[1:], strict=False)
    ]
    return BASE + "\n".join(lines) + "\n"


HOSTILE = {
    "alias of itself": ("title: &t {en: *t, zh: x}\n" + BASE, "an alias stands inside what it stands for"),
    "alias further in": (BASE + "levers: &l {a: {where: {provinces: [*l]}}}\n", "an alias stands inside"),
    "merge of itself": (BASE + "levers:\n  a: &a\n    <<: *a\n", "an alias stands inside"),
    "billion laughs": (laughs(), "too large with its aliases"),
    "deep list": (BASE + "title: " + "[" * 5000 + "]" * 5000, "nested too deep"),
    "deep map": (BASE + "title: " + "{a: " * 3000 + "1" + "}" * 3000, "nested too deep"),
    "deep block": (BASE + "".join(" " * i + "a:\n" for i in range(500)), "nested too deep"),
    "deep by aliases": (
        BASE + "a0: &a0 [1]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(60)),
        "nested too deep with its aliases",
    ),
    "open lists": ("x: " + "[" * 490_000, "nested too deep"),
    "dashes": ("- " * 240_000, "nested too deep"),
    "huge": (BASE + "description: " + "x" * 600_000, "is too large"),
    "many values": (BASE + "levers: [" + "1, " * 20_000 + "1]", "holds too much"),
    "many keys": (BASE + "".join(f"key{i}: 1\n" for i in range(MANY)), "and 4,800 more problems"),
    "many parameters": (
        BASE + "parameters:\n" + "".join(f"  income_coefficint_{i}: 1\n" for i in range(MANY)),
        "and 4,800 more problems",
    ),
    "many provinces": (
        BASE
        + "levers: {a: {instrument: startup-subsidy, where: {provinces: ["
        + "Beijin, " * 4000
        + "x]}}}\n",
        "more problems",
    ),
    "many levers": (BASE + "levers:\n" + "".join(f"  a{i}: {{}}\n" for i in range(3300)), "too many levers"),
    "many parents": ("extends: [" + ", ".join(f"basline{i}" for i in range(4000)) + "]\n", "too many files"),
    "long number": (BASE + f"parameters: {{income_coefficient: {'9' * 6000}}}\n", "not a usable number"),
    "large number": (BASE + f"parameters: {{income_coefficient: {'9' * 400}}}\n", "not a usable number"),
    "infinite": (BASE + "parameters: {income_coefficient: 1e999}\n", "finite number"),
    "nothing": (b"\x00" * 1000, "unacceptable character"),
    "zero byte": (BASE.encode() + b"title: {en: a\x00b, zh: c}\n", "hostile.yaml:2"),
    "latin-1": (
        BASE.encode() + "title: {en: café, zh: c}\n".encode("latin-1"),
        "hostile.yaml:2: is not UTF-8",
    ),
    "gbk": (BASE.encode() + "title: {en: a, zh: 西部}\n".encode("gbk"), "is not UTF-8 text"),
    "utf-16": (BASE.encode("utf-16"), "is not UTF-8 text"),
    "utf-32": (BASE.encode("utf-32"), "is not UTF-8 text"),
    "bytes": (bytes(range(256)) * 100, "is not UTF-8 text"),
    "two documents": (BASE + "---\n" + BASE, "another document"),
    "code": ("extends: !!python/object/apply:os.system ['touch ran']\n", "no such scenario"),
    "unknown tag": (BASE + "title: !evil {en: a, zh: b}\nparameters: !x 1\n", "!x"),
    "twice": (BASE + "title: {en: a, zh: b}\ntitle: {en: c, zh: d}\n", "already given on line 2"),
    "list as key": ("? [a, b]\n: 1\n", "a key must be a word"),
    "merge of a word": (BASE + "levers:\n  a:\n    <<: word\n", "`<<` takes a map"),
    "no anchor": (BASE + "title: {en: *nope, zh: x}\n", "undefined alias"),
    "unfinished": (BASE + "title: {en: a", "not YAML"),
    "full-width digits": (BASE + "parameters: {income_coefficient: １}\n", "must be a number"),
    "superscript": (BASE + "parameters: {income_coefficient: ²}\n", "must be a number"),
    "full-width month": (BASE + "period: {from: ２０１４-01, to: 2035-12}\n", "no such month"),
    "full-width year": (BASE + "paths: {income_coefficient: {source: x, all: {２０２０: 1.0}}}\n", "paths"),
}


@pytest.mark.parametrize(("content", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_time(tmp_path, content, told):
    file = tmp_path / "hostile.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    begun = time.process_time()
    with pytest.raises(ScenarioError) as refused:
        load_scenario(file)
    assert time.process_time() - begun < SECONDS
    assert told in str(refused.value)
    assert len(refused.value.problems) <= 210 and not (tmp_path / "ran").exists()


READ = {
    "merge": "a: &a {en: A, zh: 甲}\n",
    "byte order mark": b"\xef\xbb\xbf" + BASE.encode() + "title: {en: A, zh: 甲}\n".encode(),
    "ends of lines": (BASE + "title: {en: A, zh: 甲}\n").replace("\n", "\r\n"),
    "old ends of lines": (BASE + "title: {en: A, zh: 甲}\n").replace("\n", "\r"),
    "comments": BASE + "# a\n" * 10_000 + "title: {en: A, zh: 甲}\n",
}
READ["merge"] = BASE + "title: &t {en: A, zh: 甲}\nlevers:\n" + (
    "  one: &one {label: *t, citation: {document: ten-departments-2024, clause: c}, evidence: D, "
    "window: {from: 2026-01, to: 2030-12}, effects: {startup_grant_yuan: {set: 5000}}, "
    "where: {home_regions: [West]}}\n"
    "  two:\n    <<: [{take_up: 0.5, where: {home_regions: [East]}}, *one]\n"
    "    where: {home_regions: [Central]}\n"
)  # fmt: skip


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_yaml_allows_is_read(tmp_path, content):
    file = tmp_path / "read.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    scenario = load_scenario(file)
    assert scenario.title.zh == "甲"
    if scenario.levers:
        two = scenario.levers["two"]
        assert two.take_up == 0.5 and two.where.home_regions == ("Central",) and two.label.en == "A"
        assert scenario.origins["levers.two.window.from"].endswith(":4")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("subsidy_dose_response", "an experiment, for labor-sim sweep"),
        ("calibration", "a calibration, for labor-sim calibrate"),
        ("training-selection", "a virtual experiment, for labor-sim virtual"),
    ],
)
def test_check_says_which_kind_of_file_it_is(monkeypatch, capsys, name, kind):
    assert caller(monkeypatch, capsys)("check", name).out == f"{name}: ok ({kind})\n"


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        ("title: {en: a, zh: b}\ndesign: {kind: grid}\n", "an experiment", "outcomes: required key"),
        ("title: {en: a, zh: b}\npriors: {x: {low: 1}}\n", "a calibration", "unknown parameter"),
        ("title: {en: a, zh: b}\nestimates: []\n", "a virtual experiment", "question: required key"),
        ("label: {en: a, zh: b}\ninstruments: {a-b: {}}\n", "a family of instruments", "required key"),
    ],
)  # fmt: skip
def test_check_reads_other_files_as_what_they_are(monkeypatch, capsys, tmp_path, content, kind, told):
    file = tmp_path / "other.yaml"
    file.write_text(content, encoding="utf-8")
    said = caller(monkeypatch, capsys)("check", file)
    assert said.code == 2 and kind in said.out and told in said.out
    with pytest.raises(ScenarioError, match=f"is {kind}.*not a scenario"):
        load_scenario(file)


def test_a_strength_that_a_lever_cannot_have_is_told_before_the_sweep(monkeypatch, capsys, tmp_path):
    file = tmp_path / "strength.yaml"
    file.write_text(
        "title: {en: Strength, zh: 力度}\nquestion: Strength?\nscenario: startup-support\n"
        "period: {from: 2014-01, to: 2014-12}\nscale: 1:1000000\nseeds: 1\ndesign:\n"
        "  kind: grid\n  factors:\n"
        "    strength:\n      label: {en: strength, zh: 力度}\n      keys: [levers.startup_grant.strength]\n"
        "      values: [0, 0.5, 1]\noutcomes: [businesses]\nfigure: {x: strength, outcome: businesses}\n",
        encoding="utf-8",
    )
    for command in ("check", "plan", "sweep"):
        said = caller(monkeypatch, capsys)(command, file)
        assert said.code == 2 and "cannot be multiplied by a strength" in said.out + said.err, command
        assert "strength.yaml:13" in said.out + said.err
