"""Checks of the model's mechanics: what they measure, how they judge, and that the ready ones pass."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from sim.present.text.checks import check_rows
from sim.studies import check_files, load_checks, run_checks
from sim.studies.checks import Check, CheckError, measured

EXPECT = {"low": -1.0, "high": 1.0, "unit": "percent", "source": "a test"}
MONTHS = ["2014-01", "2014-02"]


def places(employed: tuple[float, float], wages: tuple[float, float], month: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": month,
            "place": ["Hebei city", "Henan city"],
            "province": ["Hebei", "Henan"],
            "tier": "city",
            "migrant_work": employed,
            "wage_index": wages,
        }
    )


def results(first: pd.DataFrame, second: pd.DataFrame) -> SimpleNamespace:
    table = pd.concat([first, second], ignore_index=True)
    return SimpleNamespace(tables={"places": table, "ledger": pd.DataFrame({"year": [2014], "served": [3]})})


BASE = results(places((100, 300), (1.0, 1.0), MONTHS[0]), places((100, 300), (1.0, 1.2), MONTHS[1]))
RUN = results(places((50, 300), (1.1, 1.0), MONTHS[0]), places((50, 150), (1.1, 1.5), MONTHS[1]))
RUNS = {"base": BASE, "shock": RUN}


def check(measure: str, of: dict | None = None, **more) -> Check:
    of = of and {"table": "places", "form": "log_percent", "months": MONTHS, **of}
    label = {"en": "A test", "zh": "测试"}
    return Check.model_validate(
        {"label": label, "measure": measure, "run": "shock", "of": of, "expect": EXPECT, **more}
    )


def test_change_level_and_extremes():
    employed = {"over": ["migrant_work"], "form": "level"}
    assert measured(check("level", employed), RUNS) == (350 + 200) / 2
    assert measured(check("change", employed), RUNS) == (350 + 200) / 2 - 400
    assert measured(check("largest", employed), RUNS) == 350
    assert measured(check("smallest", employed), RUNS) == 200


def test_a_ratio_divides_the_change_of_prices_by_that_of_people():
    last = {"months": [MONTHS[1], MONTHS[1]]}
    wages = {"over": ["wage_index"], "weighted_by": "migrant_work", **last}
    to = {"table": "places", "form": "log_percent", "over": ["migrant_work"], **last}
    # weights are those of the base, so that who left does not move the mean
    wage = (100 * math.log(1.1) + 300 * math.log(1.5 / 1.2)) / 400
    assert measured(check("ratio", wages, to=to), RUNS) == pytest.approx(wage / math.log(200 / 400))


def test_unequal_cells_are_counted_to_the_last_bit():
    assert measured(check("unequal_cells", run="base"), RUNS) == 0
    assert measured(check("unequal_cells"), RUNS) == 6
    assert measured(check("unequal_cells", except_columns=["wage_index"]), RUNS) == 3
    assert measured(check("unequal_cells", except_tables=["places"]), RUNS) == 0


def test_a_file_of_several_scales_is_judged_at_each(monkeypatch):
    asked = []

    def simulated(scenario, *, scale, seed, **more):
        asked.append((scale, seed))
        found = pd.DataFrame({"month": ["2024-06"], "out": [scale + seed], "settled": [1e8]})
        empty = pd.DataFrame({"year": [2025], "lever": ["large_city_opening"], "spending_yuan": [4e9]})
        towns = places((1, 3), (1.0, 1.0), "2024-06").assign(
            vacancies=9.0, migrant_search=5.0, settled_search=5.0
        )
        return SimpleNamespace(tables={"national": found, "places": towns, "ledger": empty})

    monkeypatch.setattr("sim.studies.checks.simulate", simulated)
    found = run_checks("scale", seeds=2)
    assert sorted(set(asked)) == [(scale, seed) for scale in (5000, 20_000, 50_000) for seed in (1, 2)]
    people = found.table[found.table["check"].str.startswith("Out-of-township")]
    assert list(people["scale"]) == [5000, 20_000, 50_000]
    assert list(people["found"]) == [5001.5, 20_001.5, 50_001.5] and set(people["seeds"]) == {2}
    assert check_rows(found.table)[0]["check"].endswith(", at 1:5000")
    assert check_rows(found.table)[-1]["found"] == "4.00 billion"
    run_checks("scale", seeds=1, scale="1:100000")
    assert asked[-1] == (100_000, 1)


def test_files_that_cannot_be_run_are_refused_in_words(tmp_path):
    text = check_files()["wages"].read_text(encoding="utf-8")
    for old, new, words in (
        ("run: less_inviting", "run: less_invitng", "no such run"),
        ("over: [wage_index]", "over: [wage_indx]", "did you mean 'wage_index'"),
        ("scenario: baseline", "scenario: baselin", "did you mean 'baseline'"),
        ("measure: ratio", "measure: rato", "did you mean 'ratio'"),
    ):
        assert old in text
        (tmp_path / "mine.yaml").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(CheckError, match=words):
            load_checks(tmp_path / "mine.yaml")


@pytest.mark.parametrize("name", sorted(check_files()))
def test_the_model_passes_the_ready_checks(name):
    found = run_checks(name).table
    assert len(found) and not found["found"].isna().any()
    failed = found[found["verdict"] != "passed"]
    assert failed.empty, failed[["check", "expected_low", "expected_high", "found"]].to_string()


def test_rows_are_picked_by_names():
    table = pd.DataFrame(
        {"year": [2016, 2016, 2017], "indicator": ["mean_age", "owed", "owed"], "value": [40.0, 1.0, 3.0]}
    ).assign(group="out")
    runs = {"base": SimpleNamespace(tables={"official": table}), "shock": SimpleNamespace(tables={})}
    runs["shock"].tables["official"] = table.assign(value=table["value"] + [0.0, 1.0, 2.0])
    of = {
        "table": "official",
        "over": ["value"],
        "form": "level",
        "only": {"indicator": "owed", "group": "out"},
    }
    months = ["2016-01", "2017-12"]
    assert measured(check("level", {**of, "months": months}), runs) == (2.0 + 5.0) / 2
    assert measured(check("change", {**of, "months": months}), runs) == 1.5


@pytest.mark.parametrize("column", ["value", "indicatr"])
def test_rows_are_picked_by_columns_of_names_alone(column):
    with pytest.raises(ValueError, match="no such column of names"):
        check("level", {"table": "official", "over": ["value"], "form": "level", "only": {column: "owed"}})


def test_a_ledger_without_rows_is_empty_not_broken():
    """Nothing is billed in the base, so that its ledger has columns and no rows."""
    empty = pd.DataFrame({"year": [], "lever": [], "province": [], "served": []})
    billed = pd.DataFrame({"year": [2016], "lever": ["posts"], "province": ["Hebei"], "served": [12.0]})
    runs = {
        "base": SimpleNamespace(tables={"ledger": empty}),
        "shock": SimpleNamespace(tables={"ledger": billed}),
    }
    of = {
        "table": "ledger",
        "over": ["served"],
        "levers": ["posts"],
        "form": "level",
        "months": ["2016-01", "2016-12"],
    }
    assert measured(check("change", of), runs) == 12.0
