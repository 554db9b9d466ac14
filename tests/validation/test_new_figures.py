"""A new official year: what is refused and how it is said, what is written, and what the model is held to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.command import caller

from sim.cli.backtest import append_to_wall
from sim.core import sources
from sim.core.errors import DataError
from sim.present.text.new_figures import wall_entry
from sim.validation import new_figures
from sim.validation.new_figures import read_new_figures, sources_in, write_new_figures
from sim.world.data import PACKAGED_FOLDER, forget_data, load_data
from sim.world.own_figures import ANNUAL, VARIABLE

HEADER = "year,indicator,group,value,unit,source_id"
GOOD = """\
2025,migrant_workers,out,17990,10k_persons,invented_2025,An invented report
2025,migrant_workers,local,12110,10k_persons,invented_2025,An invented report
2025,migrant_workers,total,30100,10k_persons,invented_2025,An invented report
2025,mean_age,all,43.5,years,invented_2025,An invented report
"""


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A folder for own figures, which only this test reads."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    forget_data()
    yield tmp_path / "own"
    forget_data()


@pytest.fixture
def written(tmp_path):
    def write(text: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "new.csv"
        path.write_bytes(f"{header}\n{text}".encode(encoding))
        return path

    return write


def refusal(path, **allowed) -> str:
    with pytest.raises(DataError) as caught:
        read_new_figures(path, load_data(), sources_in(), **allowed)
    return str(caught.value)


OUT = "2025,migrant_workers,out,17990,10k_persons,nbs_mwr_2024"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", ["the file holds no figures", HEADER]),
        (OUT + ",", ["new.csv:2: wrong number of cells", "6 cells"]),
        (OUT.replace("workers", "worker"), ["new.csv:2: indicator", "did you mean 'migrant_workers'"]),
        (OUT.replace(",out,", ",outt,"), ["group: migrant_workers has no such group", "did you mean 'out'"]),
        (OUT.replace(",out,", ",,"), ["group: cell is empty"]),
        (OUT.replace("10k_persons", "persons"), ["unit: the series has another unit", "10k_persons"]),
        (OUT.replace("17990", "17,990"), ["wrong number of cells"]),
        (OUT.replace("17990", "1.8万"), ["value: not a number"]),
        (OUT.replace("17990", "nan"), ["value: not a number"]),
        (OUT.replace("17990", "1_799"), ["value: not a number"]),
        (OUT.replace("17990", "-1"), ["value is out of range", "0 to 150000 10k_persons"]),
        (OUT.replace("2025", "25"), ["year: not a year", "2010 to 2035"]),
        (OUT.replace("2025", "2025.0"), ["year: not a year"]),
        (OUT.replace("_2024", "_2042"), ["no such source", "did you mean 'nbs_mwr_2025'", "title"]),
        (OUT + "\n" + OUT, ["new.csv:3", "figure occurs twice", "line 2 has it first"]),
        (OUT.replace("17990", "1799"), ["another unit: 0.1 times the figure of 2024"]),
        (OUT.replace("17990", "23000"), ["which had 17871 in 2024", "--accept-jumps"]),
        ("2025,mean_age,all,53.5,years,nbs_mwr_2024", ["out of line", "43.2 in 2024"]),
        ("2024,mean_age,all,43.9,years,nbs_mwr_2024", ["there already, with another", "43.2, or --revise"]),
        (OUT + "\n2025,migrant_workers,local,12110,10k_persons,nbs_mwr_2024"
         "\n2025,migrant_workers,total,30200,10k_persons,nbs_mwr_2024", ["4: 2025 total", "sum does"]),
        (OUT + "\n2025,migrant_workers_change,out,219,10k_persons,nbs_mwr_2024",
         ["new.csv:3", "levels of both years give another change", "119"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_what_is_allowed(written, rows, said):
    told = refusal(written(rows + "\n" if rows else ""))
    for words in said:
        assert words in told


def test_all_mistakes_are_told_at_once_and_empty_lines_count(written):
    bad = OUT.replace("out", "outt") + "\n\n" + OUT.replace("10k_persons", "persons")
    told = refusal(written(bad))
    assert "new.csv:2: group" in told and "new.csv:4: unit" in told


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("unit", "units"), "did you mean 'unit'"),
        (HEADER.replace(",unit", ""), "unit: column is missing"),
        (HEADER + ",year", "year: is named twice"),
    ],
)
def test_a_wrong_first_line_is_told(written, header, said):
    assert said in refusal(written(OUT, header))


def test_a_file_in_another_encoding_or_not_there_is_told(written, tmp_path):
    assert "GBK" in refusal(
        written(GOOD.replace("An invented report", "虚构的农民工监测调查报告"), encoding="gb18030")
    )
    assert "no such file" in refusal(tmp_path / "none.csv")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "cannot be read" in refusal(folder)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_write_it_in_their_ways(written, encoding, separator):
    path = written(GOOD.replace(",", separator), (HEADER + ",title").replace(",", separator), encoding)
    assert len(read_new_figures(path, load_data(), sources_in()).added) == 4


def test_no_packaged_year_would_have_been_refused(written):
    """Each of these years is in line with those before it, change by change and sum by sum."""
    data = load_data()
    refused = []
    for year in (2019, 2022, 2024):
        rows = data.official_annual[data.official_annual["year"] == year]
        earlier = replace(data, official_annual=data.official_annual[data.official_annual["year"] < year])
        known = set(zip(earlier.official_annual["indicator"], earlier.official_annual["group"], strict=True))
        rows = rows[[pair in known for pair in zip(rows["indicator"], rows["group"], strict=True)]]
        path = written(rows[list(new_figures.COLUMNS)].to_csv(index=False, header=False))
        try:
            read_new_figures(path, earlier, sources_in())
        except DataError as error:
            refused += [str(problem) for problem in error.problems]
        assert len(rows) > 40
    assert not refused, "\n".join(refused)


def test_new_figures_are_written_in_order_and_nothing_else_is_touched(written, own):
    own.mkdir()
    for name in (ANNUAL, new_figures.SOURCES):
        (own / name).write_bytes((PACKAGED_FOLDER / name).read_bytes())
    before = (own / ANNUAL).read_text(encoding="utf-8").splitlines()
    found = read_new_figures(written(GOOD, HEADER + ",title"), load_data(), sources_in())
    assert [path.name for path in write_new_figures(found, own)] == [new_figures.SOURCES, ANNUAL]
    after = (own / ANNUAL).read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        "2025,mean_age,all,43.5,years,invented_2025",
        "2025,migrant_workers,local,12110,10k_persons,invented_2025",
        "2025,migrant_workers,out,17990,10k_persons,invented_2025",
        "2025,migrant_workers,total,30100,10k_persons,invented_2025",
    ]
    assert [line for line in after if line in before] == before
    assert "invented_2025,,An invented report,,," in (own / new_figures.SOURCES).read_text(encoding="utf-8")


def test_the_command_takes_a_year_in_holds_the_model_against_it_and_says_what_changed(
    written, own, monkeypatch, capsys
):
    def ages():
        return load_data().official_annual.query("year == 2025 and indicator == 'mean_age'")["value"].tolist()

    call = caller(monkeypatch, capsys)
    path = written(GOOD, HEADER + ",title")
    told = call("update-data", path, "--into", own, "--dry-run")
    assert told.code == 0 and "4 figures added" in told.out and not own.exists()
    told = call("update-data", path, "--into", own, "--seeds", "1", "--json")
    assert told.code == 0 and len(told.json["added"]) == 4 and told.json["wall"] is None
    compared = {(row["indicator"], row["group"]): row for row in told.json["compared"]}
    out = compared["migrant_workers", "out"]
    assert out["error"] == pytest.approx(100 * (out["model"] / 17990 - 1))
    assert ages() == [43.5]
    path.write_text(path.read_text().replace("43.5", "43.4"))
    assert "--revise" in call("update-data", path, "--into", own).err
    revised = call("update-data", path, "--into", own, "--seeds", "1", "--revise")
    assert "mean_age all 2025: 43.5 becomes 43.4 years" in revised.out
    assert "0 figures added" in revised.out and "3 figures there already" in revised.out
    assert ages() == [43.4]


def test_a_refused_file_writes_nothing_and_runs_nothing(written, own, monkeypatch, capsys):
    call = caller(monkeypatch, capsys, lambda *_, **__: pytest.fail("a run was made"))
    told = call("update-data", written(OUT.replace("17990", "1799")), "--into", own)
    assert told.code == 2 and "another unit" in told.err and not own.exists()
    own.write_text("a file stands here")
    told = call("update-data", written(OUT), "--into", own)
    assert told.code == 2 and "Traceback" not in told.err and own.read_text() == "a file stands here"


def test_damaged_own_figures_are_told_by_their_file(own):
    own.mkdir()
    (own / ANNUAL).write_text(f"{HEADER}\n2025,mean_age,all,old,years,x\n", encoding="utf-8")
    forget_data()
    with pytest.raises(DataError, match=r"official_annual.csv:2: value"):
        load_data()


def test_the_wall_is_told_everything_and_whether_it_was_blind(written):
    found = read_new_figures(written(GOOD, HEADER + ",title"), load_data(), sources_in())
    compared = pd.DataFrame(
        {"label": ["Mean age", ""], "indicator": ["mean_age", "other"], "group": "all",
         "year": 2025, "note": "", "official": [43.5, 2.0], "model": [44.5, 2.0],
         "judged_error": [1.0, 0.0], "tolerance": [0.2, 1.0],
         "error_unit": ["years", "points"]}
    )  # fmt: skip
    entry = wall_entry(found, compared, "2026-05-01", 2, 5000)
    assert entry.startswith("### Official figures of 2025, taken in (2026-05-01)\n\nGate: ")
    assert "No parameter was set on them." in entry and "1 of 2 figures" in entry
    assert "| Mean age | 2025 | 43.5 | 44.5 | +1.00 years | 0.20 |" in entry
    earlier = replace(found, added=found.added.assign(year=2024))
    assert "not blind" in wall_entry(earlier, compared, "2026-05-01", 2, 5000)
    assert json.dumps(entry)


def test_what_is_written_into_the_package_is_read_in_the_same_process():
    """What is read is kept on disk by a hash of the files, which is worked out once."""
    load_data()
    sources.model_hash()
    forget_data()
    assert not sources.model_hash.cache_info().currsize


def test_the_entry_is_appended_by_the_tool_of_the_wall(tmp_path):
    docs = Path(__file__).resolve().parents[2] / "docs"
    for name in ("append_to_wall.py", "wall.md"):
        (tmp_path / name).write_bytes((docs / name).read_bytes())
    digest = append_to_wall(tmp_path / "append_to_wall.py", "### Invented (2026-05-01)\n\nA score.")
    wall = (tmp_path / "wall.md").read_text(encoding="utf-8")
    assert wall == (docs / "wall.md").read_text(encoding="utf-8").rstrip() + (
        f"\n\n### Invented (2026-05-01)\n\nA score.\n\n`{digest}`\n"
    )
