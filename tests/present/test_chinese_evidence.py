"""What backs a number, in Chinese: levers, instruments, evidence and parameters without an English word."""

from __future__ import annotations

import pytest
from support.messages import left_in_english

from sim.core.language import speaking
from sim.parameters.behaviour import PARAMETERS
from sim.present.pages.evidence_links import evidence_rows, parameter_rows
from sim.present.pages.instruments import page
from sim.present.text.citations import citations
from sim.present.text.instruments import instruments, list_levers, whole
from sim.present.text.levers import _lever_card, cost_words, plain, quantity, when_words, who_words
from sim.present.text.official import group_words, indicator_words
from sim.present.text.parameters import meaning_of
from sim.scenario.lever import Lever
from sim.scenario.loading import load_scenario, scenario_files
from sim.scenario.references import documents, evidence
from sim.world.data import load_data

# names of files, keys and ids, which are the same in both languages, and references as they were published
KEPT = {"document", "documents", "instrument", "lever", "parameter", "shock", "name", "origin", "id", "seen"}


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking("zh"):
        yield


def english(told, key=""):
    """The English words in a text, or in a map or list of them."""
    if isinstance(told, dict):
        return [word for name, value in told.items() if name not in KEPT for word in english(value, name)]
    if isinstance(told, list | tuple):
        return [word for value in told for word in english(value, key)]
    return left_in_english(told) if isinstance(told, str) else []


def _manifest():
    kept = ("title_en", "title_zh", "number", "issuing_bodies", "date", "source")
    return {
        "documents": {
            name: {field: getattr(one, field) for field in kept} for name, one in documents().items()
        },
        "evidence": evidence(),
    }


def _cards():
    levers = [lever for one in instruments().values() for lever in one.parts]
    levers += [lever for path in scenario_files().values() for lever in load_scenario(path).levers.values()]
    return [_lever_card(_manifest(), plain(lever)) for lever in levers]


def test_cards_of_all_levers_hold_no_english_word():
    cards = _cards()
    assert len(cards) > 100
    for card in cards:
        card = {name: value for name, value in card.items() if name != "parameters"}
        for citation in card["citations"]:
            del citation["id"]
        assert not english(card), card["label"]


def test_instruments_are_told_whole_in_chinese():
    for one in instruments().values():
        told = whole(one)
        studies = told.pop("evidence_rows")
        told["parts"] = [{k: v for k, v in part.items() if k != "part"} for part in told["parts"]]
        assert not english(told), one.slug
        assert not english(
            [{k: v for k, v in row.items() if k not in ("source", "note", "what")} for row in studies]
        )
    assert not english([{k: v for k, v in row.items() if k != "window"} for row in list_levers()])


def test_what_a_scenario_rests_on_is_told_in_chinese():
    told = citations(load_scenario("combined"))
    for section in ("documents", "unit_costs", "shocks", "paths", "assumptions"):
        rows = [{k: v for k, v in row.items() if k != "source"} for row in told[section]]
        assert rows and not english(rows), section
    rows = [{k: v for k, v in row.items() if k not in ("family",)} for row in told["levers"]]
    assert not english(rows)


def test_the_tables_of_evidence_and_parameters_are_in_chinese():
    rows = evidence_rows({"evidence": evidence()})
    kept = {
        "Tombe",
        "Zhu",
        "Fan",
        "Bryan",
        "Morten",
        "Caliendo",
        "Dvorkin",
        "Parro",
        "Munshi",
        "Kaplan",
        "Meier",
    }
    for row in rows:
        told = {name: row[name] for name in ("finding", "value", "range", "status")}
        assert not set(english(told)) - kept, row["id"]
    described = {
        name: {"meaning": one.meaning, "unit": one.unit, "default": one.default}
        for name, one in PARAMETERS.items()
    }
    for row in parameter_rows({"parameters": described}):
        assert not english({k: v for k, v in row.items() if k not in ("name", "source")}), row["name"]
        assert meaning_of(row["name"]) == row["words"]


def test_the_page_of_instruments_is_in_chinese():
    lines = [line for line in page().splitlines() if line.startswith(("| 1 |", "| 64 |", "- **A**", "# "))]
    assert lines[0] == "# 政策文件所列政策措施"
    assert "每家新办企业4,000元，由中央财政（50%）和地方财政（50%）承担" in lines[2]
    assert "当地政策允许落户的外出农民工占比：提高17个百分点" in lines[3]


def test_a_lever_in_chinese():
    lever = {
        "unit_cost": {"yuan": 1250, "per": "school_place_month", "payers": {"local": 0.8, "central": 0.2}}
        | {"in_yuan_of": 2021, "follows": "wages"},
    }
    assert (
        cost_words(lever)
        == "每个学位每月1,250元（2021年价格，随工资变动），由地方财政（80%）和中央财政（20%）承担"
    )
    window = {"from": "2025-01", "to": "2034-12", "ramp_months": 24, "season": [1, 2]}
    assert when_words(window) == "2025年1月至2034年12月，24个月后全面实施，仅限1月和2月"
    who = {"sex": "female", "age": [22, 50], "poor": True, "migrant_months": [36, None]}
    assert who_words(who) == "女性；22至50岁；累计外出务工至少36个月；贫困户"
    assert quantity(0.17, "share of workers") == "17%" and quantity(8000, "yuan, once") == "8,000元（一次性）"


def test_a_text_of_ones_own_stays_as_it_was_written():
    lever = next(iter(load_scenario("startup-support").levers.values()))
    mine = Lever.model_validate({**plain(lever), "note": "My own note", "not_known": "谁会来"})
    said = _lever_card({}, plain(mine))["evidence"]
    assert "My own note" in said and "尚不清楚：谁会来" in said


def test_every_official_series_has_words():
    data = load_data()
    tables = (data.official_annual, data.official_quarterly, data.not_modelled)
    series = {(row.indicator, row.group) for table in tables for row in table.itertuples()}
    told = {pair: (indicator_words(pair[0]), group_words(pair[1], pair[0])) for pair in series}
    assert len(told) > 300
    assert not {pair: words for pair, words in told.items() if english(list(words))}
    with speaking("en"):
        assert indicator_words("out_rural_labour") == "Rural workers away"
    assert told["industry_share", "primary"][1] == "第一产业"
    assert group_words("primary", "education_share") == "小学"
