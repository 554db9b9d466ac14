"""The page of trust: generated, complete, and of one mind with what it is generated from."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import synthetic
from support.messages import left_in_english

from sim.core.language import speaking
from sim.parameters.behaviour import PARAMETERS, STATUSES
from sim.parameters.posterior import Posterior, versions
from sim.present.pages.trust import trust_page
from sim.present.text.instruments import list_instruments, list_levers
from sim.present.text.validation import sampling_warning
from sim.validation.misses import by_cause, misses
from sim.validation.tolerances import Survey
from sim.validation.validate import validate
from sim.world.data import load_data

MONEY, MONEY_IN_CHINESE = "## Money and reach against the record", "## 资金和覆盖面与实际记录对照"
HEADINGS = [
    "In short",
    "Eleven questions",
    "Observed, estimated, assumed",
    "What it reproduces",
    "Where a benchmark forecast wins",
    "Would its forecasts have been right",
    "What it gets wrong",
    "What the figures leave open",
    "What policy effects rest on",
    "Money and reach against the record",
    "What not to use it for",
    "All parameters",
]


@pytest.fixture(scope="module")
def validation():
    run = synthetic.simulate(synthetic.FakeScenario("baseline"), end="2021-12", seed=1)
    return validate(run, moves=load_data().od_moves["2000-2005"])


@pytest.fixture
def posterior():
    """Two members that agree on one parameter and not on the other."""
    row = {"role": "fitted", "prior_low": 0.4, "prior_high": 0.8, "low": 0.5, "high": 0.6}
    about = {
        "versions": versions(),
        "calibration": {"scale": "1:20000"},
        "fitted": ["income_coefficient"],
        "effective_members": 1.8,
        "likelihood_power": 0.5,
        "recovery": {
            "truths": 16,
            "parameters": 1,
            "covered": {"50%": 0.47, "90%": 0.88},
            "error": {"50%": 0.06, "90%": 0.05},
        },
        "default_point": {
            "values": {"income_coefficient": 0.5},
            "fitted": ["income_coefficient"],
            "misfits": {"default point": 21.4, "packaged defaults": 28.3},
        },
        "parameters": [
            {**row, "parameter": "income_coefficient", "spread": 0.3, "verdict": "identified"},
            {**row, "parameter": "switching_cost", "spread": 0.97, "verdict": "not identified"},
        ],
        "alike": [],
        "tensions": [
            {"one": "Mean age", "other": "Migrants", "error_one": 2.1, "error_other": -1.5, "cosine": -0.7}
        ],
    }
    members = pd.DataFrame({"income_coefficient": [0.5, 0.6], "switching_cost": [2.0, 3.0]})
    return Posterior(members, np.array([0.6, 0.4]), pd.DataFrame(), about)


def test_the_page_has_its_parts_and_eleven_answers(validation, posterior):
    page = trust_page(validation, list_levers(), posterior, "labor-sim trust")
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == HEADINGS
    questions = page.split("## Eleven questions")[1].split("## ")[0]
    assert questions.count("?** ") == 11
    assert "50% intervals cover 47%" in page and "Mean age (+2.1 sd) against Migrants (−1.5 sd)" in page


def test_every_parameter_is_listed_once_under_its_status_in_words(validation):
    part = trust_page(validation, [], None, "c").split("## All parameters")[1]
    for status in STATUSES:
        under = part.split(f"### {status.capitalize()}: ")[1].split("### ")[0]
        named = re.findall(r"^\| .+ \[`(\w+)`\] \|", under, re.MULTILINE)
        assert named == [name for name, one in PARAMETERS.items() if one.status == status]
    assert "How strongly expected income moves" in part and "official series: Share of women" in part


def test_parameters_are_named_in_words_wherever_they_are(validation, posterior):
    page = trust_page(validation, [], posterior, "c")
    assert "| Cost of leaving the present activity or place [`switching_cost`] |" in page
    bare = re.sub(r"\[`\w+`\]", "", page)
    assert not [name for name in PARAMETERS if re.search(rf"\b{name}\b", bare) and "_" in name]


def test_what_is_missed_is_told(validation):
    page = trust_page(validation, [], None, "c")
    wrong = page.split("## What it gets wrong")[1].split("\n## ")[0]
    missed = validation.summary[validation.summary["verdict"] == "missed"]
    assert len(missed) and all(label in wrong for label in missed["label"])
    assert "common part of commuters" in wrong  # moves of 2000-05 are no match
    benchmarks = page.split("## Where a benchmark forecast wins")[1].split("## ")[0]
    assert "**last value**" in benchmarks or "**trend**" in benchmarks


def test_large_errors_are_told_by_cause(validation):
    page = trust_page(validation, [], None, "c")
    large = page.split("### Large errors, by cause")[1].split("### ")[0]
    found = misses(validation.rows, Survey.read(load_data().survey))
    assert found and all(one.label in large for one in found)
    assert all(f"({one.year})" in large for one in found)
    assert large.count("- **") == len(by_cause(found)) and "**No cause is known.**" in large
    with speaking("zh"):
        chinese = trust_page(validation, [], None, "c").split("### 较大误差及其原因")[1].split("### ")[0]
    assert chinese.count("- **") == len(by_cause(found)) and "**原因尚不清楚。**" in chinese


def test_levers_that_rest_on_nothing_are_named(validation):
    levers = list_levers()
    page = trust_page(validation, levers, None, "c")
    row = next(line for line in page.splitlines() if line.startswith("| D |"))
    assert all(lever["label"] in row for lever in levers if lever["evidence"] == "D")


def test_an_answer_names_all_that_it_is_about(validation):
    levers = list_levers()
    questions = trust_page(validation, levers, None, "c").split("## Eleven questions")[1].split("## ")[0]
    answer = questions.split("**Which policy effects are guesses?**")[1].split("**")[0]
    assert all(lever["label"] in answer for lever in levers if lever["evidence"] == "D")
    assert " more." not in questions


def test_the_page_says_what_a_target_of_another_year_and_a_coarse_run_are():
    run = synthetic.simulate(synthetic.FakeScenario("baseline"), scale=100_000, end="2021-12", seed=1)
    page = trust_page(validate(run), [], None, "c")
    assert "insured for pension, 2014 (target: the figure of 2013) |" in page
    assert "- Sampling: at 1:100000" in page.split("## Eleven")[0]


def test_a_stale_ensemble_is_said_to_be_so(validation, posterior):
    posterior.about["versions"] = {**versions(), "code": "0"}
    page = trust_page(validation, [], posterior, "c")
    assert "rules or engine changed since" in page
    assert "none is packaged" in trust_page(validation, [], None, "c")


def test_a_stock_and_no_change_is_the_smallest_that_chance_blurs():
    run = synthetic.simulate(synthetic.FakeScenario("baseline"), scale=100_000, end="2021-12", seed=1)
    warning = sampling_warning(validate(run))
    assert "Sampling" in warning and "change" not in warning and "−" not in warning


def test_the_page_in_chinese_says_the_same_with_no_english_word(validation, posterior):
    row = {"effect": "Wages", "effect_zh": "工资", "unit": "percent", "file": "wages", "note": ""}
    found = {"low": -0.3, "high": -0.1, "found": -0.25, "found_low": -0.27, "found_high": -0.23}
    effects = pd.DataFrame([{**row, **found, "verdict": "inside", "source": "A47", "kind": "-0.2"}])
    pages = {}
    for language in ("en", "zh"):
        with speaking(language):
            levers = [*list_levers(), *list_instruments()]
            pages[language] = trust_page(validation, levers, posterior, "labor-sim trust", effects)
    in_chinese = pages["zh"].replace("| wages |", "")
    # synthetic targets of the ensemble have English names, as a file of one's own may have
    in_chinese = in_chinese.replace("Mean age（", "").replace("Migrants（", "")
    assert not left_in_english(in_chinese)
    lines = {name: page.splitlines() for name, page in pages.items()}
    assert len(lines["en"]) == len(lines["zh"])
    for english, chinese in zip(lines["en"], lines["zh"], strict=True):
        marks = [re.match(r"(#+ |- |\||\*\*)?", line)[0] for line in (english, chinese)]
        assert marks[0] == marks[1] and english.count("|") == chinese.count("|")
        if marks[0] == "|":  # the same figures in every row
            assert figures(english) == figures(chinese), (english, chinese)
            if people(english):
                assert people(english) == pytest.approx(people(chinese), rel=0.05), (english, chinese)
    assert "thousand people" in pages["en"] and "ten thousand people" not in pages["en"]


HEAD_COUNT = re.compile(r"([\d.,]+) ?(thousand|million|万)(?: people|人)")
PERSONS = {"thousand": 1e3, "million": 1e6, "万": 1e4}


def figures(line: str) -> list[str]:
    """The numbers with a point in a line: errors, tolerances and what was found; head-counts apart."""
    return sorted(re.findall(r"\d+\.\d+", HEAD_COUNT.sub("", line.split(" [`")[-1])))


def people(line: str) -> list[float]:
    """The head-counts in a line, in persons: each language has scales of its own."""
    return [float(value.replace(",", "")) * PERSONS[word] for value, word in HEAD_COUNT.findall(line)]


def test_published_effects_stand_beside_what_was_found_and_what_cannot_be_measured_has_a_reason(validation):
    row = {
        **{"effect": "Wages", "effect_zh": "工资", "unit": "percent", "file": "wages"},
        **{"source": "A47", "kind": "-0.2", "note": ""},
    }
    effects = pd.DataFrame(
        [
            {**row, "low": -0.3, "high": -0.1, "found": -0.25, "found_low": -0.27, "found_high": -0.23, "verdict": "inside"},
            {**row, "low": 0.0, "high": 0.0, "found": 2.0, "found_low": 1.0, "found_high": 3.0, "verdict": "larger"},
        ]
    )  # fmt: skip
    page = trust_page(validation, [], None, "c", effects)
    part = page.split("### Published effects")[1].split("\n## ")[0]
    assert (
        "| Wages, percent | −0.300 to −0.100 | −0.250 (−0.270 to −0.230) | inside | A47: -0.2 | wages |"
        in part
    )
    assert "| 0.00 | 2.00 (1.00 to 3.00) | larger |" in part
    for reason in load_data().unmeasured_effects["reason"]:
        assert reason in part
    answer = page.split("held against a published one?**")[1].split("**")[0]
    assert "2 are below" in answer and "1 inside and 1 larger" in answer
    without = trust_page(validation, [], None, "c")
    assert "Not in this run." in without and "### Published effects" in without


def test_the_two_pages_in_the_documentation_are_of_one_run():
    """``labor-sim trust --both --out docs/trust.md`` writes both."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    english, chinese = (
        without_money((docs / name).read_text(encoding="utf-8"), heading)
        for name, heading in (("trust.md", MONEY), ("trust.zh.md", MONEY_IN_CHINESE))
    )
    rows = [
        [figures(line) for line in page.splitlines() if line.startswith("| ")] for page in (english, chinese)
    ]
    assert len(rows[0]) > 200 and rows[0] == rows[1]
    assert not left_in_english(re.sub(r"\| [a-z-]+ \|$", "|", chinese, flags=re.MULTILINE))


def test_the_stored_backtest_is_told_with_who_errs_least_and_whether_it_is_of_today(validation, monkeypatch):
    errors = {"forecast": (1.0, 3.0), "knowing": (0.5, 1.0), "last_value": (2.0, 2.0), "trend": (4.0, 1.0)}
    rows = pd.DataFrame({"subject": ["pay", "people"], "horizon": 1, "origin": [2017, 2019], "note": ""})
    rows = rows.assign(tolerance=2.0, inside=[1.0, 0.0], source="made with code 1a2b, data 3c4d")
    rows = rows.assign(year=rows["origin"] + 1, official=1.0, unit="points")
    for name in ("", "last_value_", "trend_", "autoregression_"):
        rows[f"{name}low"], rows[f"{name}high"] = -3.0, 3.0
    for name, both in {**errors, "autoregression": (2.0, 2.0), "level": (9.0, 9.0)}.items():
        rows[name], rows[f"{name}_error"] = 0.0, both
    monkeypatch.setattr("sim.validation.forecast_scores.versions", lambda: {"code": "1a2b", "data": "3c4d"})
    part = (
        trust_page(validation, [], None, "c", None, rows).split("## Would its forecasts")[1].split("## ")[0]
    )
    assert "made from the ends of 2017 and 2019" in part
    assert "| 1 | pay | 1 | 0.50 | 0.25 | 1.00 | 2.00 | 1.00 | 100 % | 100 % (21 to 100 %) |" in part
    assert "| 1 | model | 2 | 100 % | 3.0 | 1.0 | 3.0 |" in part
    assert "does not widen the band of an effect one for one" in part
    assert "than every benchmark for: pay; a benchmark errs less for: age, sex, schooling." in part
    assert "other rules or input data" not in part
    monkeypatch.setattr("sim.validation.forecast_scores.versions", lambda: {"code": "1a2b", "data": "5e6f"})
    assert "other rules or input data" in trust_page(validation, [], None, "c", None, rows)
    assert "No backtest is stored" in trust_page(validation, [], None, "c")


def without_money(page: str, heading: str) -> str:
    """A page without its section on money and reach: amounts stand on another scale in each language, and sources
    there keep their addresses.
    """
    before, _, rest = page.partition(heading)
    return before + rest[rest.find("\n## ") :] if rest else page
