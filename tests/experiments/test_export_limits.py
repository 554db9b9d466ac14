"""What kinds of file cannot hold is told before anything is written; text stays text."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.core.errors import ResultsError, UsageError
from sim.experiments import export
from sim.experiments.export import EXCEL_COLUMNS, EXCEL_LETTERS, EXCEL_ROWS

TEXTS = ["=1+1", "+1", "-1", "@x", "a\x07b", "西部", "[red]", "1e5", "", "two\nlines"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (lambda: pd.DataFrame({"a": range(EXCEL_ROWS)}), "1,048,576 rows"),
        (lambda: pd.DataFrame([[0] * (EXCEL_COLUMNS + 1)]), "16,385 columns"),
        (lambda: pd.DataFrame({"a": ["x", "y" * (EXCEL_LETTERS + 1)]}), "32,768 letters in row 2"),
    ],
)
def test_what_a_sheet_cannot_hold_is_told_and_nothing_is_written(tmp_path, table, told):
    kept = tmp_path / "t.xlsx"
    kept.write_bytes(b"earlier")
    with pytest.raises(UsageError, match="an Excel sheet cannot hold this table") as refused:
        export(table(), kept)
    assert told in str(refused.value) and ".csv and .parquet have no limit" in str(refused.value)
    assert kept.read_bytes() == b"earlier" and list(tmp_path.iterdir()) == [kept]


def test_text_in_a_sheet_is_text(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    export(pd.DataFrame({"text": TEXTS, "=name": [1.5, None, *range(len(TEXTS) - 2)]}), tmp_path / "t.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["results"].iter_rows())
    assert {cell.data_type for row in rows for cell in row if isinstance(cell.value, str)} == {"s"}
    found = [row[0].value or "" for row in rows]
    assert found == ["text", *(text.replace("\x07", "\N{REPLACEMENT CHARACTER}") for text in TEXTS)]
    assert [row[1].value for row in rows][:3] == ["=name", 1.5, None]


def test_csv_for_excel_begins_with_a_mark_and_reads_back_the_same(tmp_path):
    table = pd.DataFrame({"名": ["西部", "=1"], "x": [1.5, 2.0]})
    plain, marked = tmp_path / "a.csv", tmp_path / "b.CSV"
    export(table, plain)
    export(table, marked, excel_csv=True)
    assert plain.read_bytes() == table.to_csv(index=False, lineterminator="\n").encode()
    assert marked.read_bytes() == b"\xef\xbb\xbf" + plain.read_bytes()
    pd.testing.assert_frame_equal(pd.read_csv(marked, encoding="utf-8-sig"), table)


@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".parquet", ".xlsx", ".XLSX"])
def test_a_file_that_cannot_be_finished_leaves_the_earlier_one(tmp_path, monkeypatch, suffix):
    pytest.importorskip("openpyxl")

    def full(*_):
        raise OSError(28, "No space left on device")

    kept = tmp_path / f"t{suffix}"
    kept.write_bytes(b"earlier")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ResultsError, match="the disk is full"):
        export(pd.DataFrame({"a": [1]}), kept)
    assert kept.read_bytes() == b"earlier" and list(tmp_path.iterdir()) == [kept]
