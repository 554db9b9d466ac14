"""Published effects beside the model's: what the table holds, and that no study's instrument is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.studies import load_checks, load_virtual, virtual_files
from sim.studies.published import (
    ALSO,
    _designs,
    _measures,
    evidence_named,
    published_files,
    unmeasured_effects,
    verdict,
)
from sim.world.data import load_data

COLUMNS = "effect effect_zh low high found found_low found_high unit verdict source kind note file".split()


def measured_evidence() -> set[str]:
    """The rows of evidence that the table of published effects names."""
    files = [load_checks(published_files().get(name, name)) for name in (*published_files(), *ALSO)]
    sources = [check.expect.source for file in files for check in file.checks]
    sources += [one.published.source for name in virtual_files() for one in load_virtual(name).estimates]
    return {name for source in sources for name in evidence_named(source)}


def test_every_instrument_that_rests_on_a_study_is_in_the_table_or_has_a_reason():
    data = load_data()
    told = measured_evidence() | set(unmeasured_effects(data)["source"])
    graded = data.instruments[data.instruments["evidence_grade"].fillna("").str.match("[AB]")]
    assert len(graded) >= 10
    for row in graded.itertuples():
        assert set(evidence_named(f"{row.evidence_parameters} {row.evidence_grade}")) & told, row.instrument


@pytest.mark.parametrize("evidence", "A14 A47 A57 B26 B27 C14 C17 D01 E12 E14 F15 F16 F19".split())
def test_what_can_be_measured_is_measured(evidence):
    assert evidence in measured_evidence()


def test_no_effect_is_both_measured_and_excused():
    excused = set(unmeasured_effects()["source"])
    assert {"A15", "B29", "D04"} <= excused
    only_near = {"B21"}  # named as the nearest number of another kind
    assert not excused & measured_evidence() - only_near


@pytest.mark.parametrize(
    "found, low, high, band, expected",
    [
        (5.0, 2.0, 10.0, None, "inside"),
        (2.0, 2.0, 10.0, None, "inside"),
        (1.0, 2.0, 10.0, None, "smaller"),
        (11.0, 2.0, 10.0, None, "larger"),
        (-1.0, 2.0, 10.0, None, "other sign"),
        (-30.0, -22.0, -9.0, None, "larger"),
        (-0.1, -22.0, -9.0, None, "smaller"),
        (0.1, 0.0, 0.0, (-0.2, 0.4), "inside"),
        (0.3, 0.0, 0.0, (0.1, 0.5), "larger"),
    ],
)
def test_a_verdict_is_by_size_and_sign(found, low, high, band, expected):
    assert verdict(found, low, high, band) == expected


def test_measures_and_designs_fill_one_table():
    file = load_checks(published_files()["single-measures"])
    some = file.model_copy(update={"checks": file.checks[4:5]})
    some._scenarios.update(file.scenarios)
    rows = _measures(some, 50_000, 2, 1) + _designs("arrears-enforcement", 50_000, 2)
    table = pd.DataFrame(rows)
    assert list(table.columns) == COLUMNS and set(table["file"]) == {"single-measures", "arrears-enforcement"}
    housing = table.iloc[0]
    assert housing["unit"] == "points" and housing["found"] > 0.5
    assert all(row.verdict in ("inside", "smaller", "larger", "other sign") for row in table.itertuples())
    cases = table[table["effect"] == "New cases of unpaid wages"].iloc[0]
    assert cases["verdict"] == "inside" and cases["source"] == "E14"
    assert cases["effect_zh"] == "新发生的拖欠工资案件" and cases["kind"].startswith("cut of cases")
