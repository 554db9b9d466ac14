"""The section of the page of trust on money and reach: gaps in words, a table a document, in both languages."""

from __future__ import annotations

import pytest
from support.invented_ledgers import run_of
from support.messages import left_in_english

from sim.core.language import speaking
from sim.present.text.programmes import programme_lines
from sim.validation.programmes import programmes_table, unrecorded_spending

BRIEFING, TEN = "state-council-briefing-2024", "ten-departments-2024"


@pytest.fixture(scope="module")
def tables():
    refunds = run_of(("retention_refund", 2026, 75e9, 1_200e6), ("injury_pilot", 2026, 1e9, 240e6))
    others = run_of(
        ("legal_aid", 2026, 1.2e9, 12e6),
        ("equal_services", 2026, 30e9, 5e6),
        ("guaranteed_loan", 2026, 2e9, 12e6),
    )
    runs = {BRIEFING: [refunds], TEN: [others]}
    return programmes_table(runs), unrecorded_spending(runs)


def section(tables, language: str) -> str:
    with speaking(language):
        return "\n".join(programme_lines(*tables))


def test_the_largest_gap_is_told_with_both_shares_and_its_reason(tables):
    gaps = section(tables, "en").split("The largest gaps:")[1].split("###")[0]
    (money,) = [line for line in gaps.splitlines() if "keep their staff: money in 2026" in line]
    assert "the whole measure, 100 billion yuan, is 18.9 times the record of 2024, 5.30 billion yuan" in money
    assert "history reached 25 % of it, by the record 5 %" in money
    assert gaps.count("The lever refunds every insured worker.") == 1  # once, though people are off as well
    assert "Legal aid" not in gaps or "alike" not in gaps


def test_what_no_record_was_found_for_is_named_with_its_money(tables):
    told = section(tables, "en").split("no figure of a real programme was found")[1].split("###")[0]
    assert "Equal basic services for residents (30.0 billion yuan)" in told


def test_each_document_has_its_table(tables):
    page = section(tables, "en")
    assert [line for line in page.splitlines() if line.startswith("### ")] == [
        "### State Council briefing, 2024: the five-year urbanization plan to 2029",
        "### Ten departments, 2024: services and guarantees for migrants",
    ]
    (refund,) = [
        line for line in page.splitlines() if line.startswith("| Refund") and "money in 2026" in line
    ]
    cells = [cell.strip() for cell in refund.strip("|").split(" | ")]
    assert cells[2:4] == ["75.0 billion yuan", "100 billion yuan"]
    assert cells[4].startswith("5.30 billion yuan (2024), 26 % of 20.4 billion yuan (E08")
    assert cells[5:7] == ["25 %; 5 %", "more than the record"] and cells[7].startswith("seen: ")
    (yunnan,) = [line for line in page.splitlines() if "Yunnan: new borrowers" in line]
    assert "not judged: one province" in yunnan
    (pilot,) = [
        line for line in page.splitlines() if "platform workers: people" in line and "20.0 million" in line
    ]
    assert "not judged: all workers, of whom the rural share is not published" in pilot


def test_the_section_in_chinese_has_the_same_rows_and_no_english_word_but_sources(tables):
    english, chinese = section(tables, "en").splitlines(), section(tables, "zh").splitlines()
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert one.count("|") == other.count("|") and one[:2] == other[:2] or one[:1] not in ("|", "#", "-")
        assert not left_in_english(other.rsplit(" | ", 1)[0]), other
    assert "是2024年记录53.0亿元的18.9倍" in "\n".join(chinese)
