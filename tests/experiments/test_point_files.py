"""Design files as people and their programs write them."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.core.errors import UsageError
from sim.experiments.loading import load_experiment
from sim.experiments.point_files import read_points

EXPERIMENT = """\
title: {{en: Two, zh: 两}}
question: How much?
scenario: baseline
period: {{from: 2024-01, to: 2024-12}}
scale: 1:1000000
seeds: 1
design:
  kind: file
  file: {file}
  factors:
    farm: {{label: {{en: farm, zh: 农}}, keys: [parameters.farm_income_yuan]}}
outcomes: [businesses]
figure: {{outcome: businesses}}
"""
PLAIN = "note,farm\nfirst,1000.5\nsecond,2000\n"


def written(folder, name, content):
    content = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(content)
    (folder / "two.yaml").write_text(EXPERIMENT.format(file=name), encoding="utf-8")
    return folder / "two.yaml"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("points.csv", PLAIN),
        ("points.CSV", PLAIN),
        ("Points.Csv", PLAIN.replace("\n", "\r\n")),
        ("points.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("points.csv", PLAIN.encode("utf-16")),
        ("points.csv", PLAIN.replace(",", ", ")),
        ("points.csv", PLAIN.replace(",", ";")),
        ("points.csv", "note;farm\nfirst;1000,5\nsecond;2000\n"),
        ("points.csv", '"note","farm"\n"a, b","1000.5"\n"c","2000"\n'),
        ("points.csv", "\n" + PLAIN + "\n\n"),
        ("points.csv", PLAIN.replace("\n", "\r")),
        ("points.tsv", PLAIN.replace(",", "\t")),
        ("points.TSV", PLAIN.replace(",", "\t")),
        ("points.csv", PLAIN.replace(",", "\t")),
        ("points.csv", "备注,farm\n一,1.0005e3\n二,+2000.\n"),
        ("points.csv", PLAIN.rstrip("\n")),
    ],
)  # fmt: skip
def test_every_way_to_write_a_table_gives_the_points(tmp_path, name, content):
    points = load_experiment(written(tmp_path, name, content)).design.points()
    assert points == [{"farm": 1000.5}, {"farm": 2000.0}]


@pytest.mark.parametrize("name", ["points.xlsx", "points.XLSX", "points.parquet", "points.Parquet"])
def test_sheets_and_parquet_give_the_points(tmp_path, name):
    pytest.importorskip("openpyxl")
    table = pd.DataFrame({"note": ["first", "second"], "farm": [1000.5, 2000]})
    made = tmp_path / "made.xlsx" if name.lower().endswith("xlsx") else tmp_path / "made.parquet"
    table.to_excel(made, index=False) if made.suffix == ".xlsx" else table.to_parquet(made)
    points = load_experiment(written(tmp_path, name, made.read_bytes())).design.points()
    assert points == [{"farm": 1000.5}, {"farm": 2000.0}]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("points.csv", "farm\n１０００\n", "no usable number in row 1 of column 'farm'"),
        ("points.csv", "farm\n1_000\n", "no usable number in row 1"),
        ("points.csv", 'farm,x\n"1,000",2\n', "no usable number in row 1"),
        ("points.csv", "farm\n1000\ninf\n", "no usable number in row 2"),
        ("points.csv", "farm,farm\n1000,2000\n", "two columns of this name"),
        ("points.csv", "", "no column"),
        ("points.csv", "farm\n", "no rows"),
        ("points.csv", b"farm\n\xff\xfe\xfa\n", "is not UTF-8 text"),
        ("points.csv", b"farm\n1\x000\n", "is not a text file"),
        ("points.csv", 'farm\n"1000\n', "cannot be read"),
        ("points.xlsx", b"PK\x03\x04 cut off", "cannot be read"),
        ("points.xlsx", PLAIN, "cannot be read"),
        ("points.parquet", b"PAR1 cut off", "cannot be read"),
        ("points.xls", PLAIN, "not a readable kind of table"),
        ("points", PLAIN, "not a readable kind of table"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(tmp_path, name, content, told):
    from sim.experiments.experiment import ExperimentError

    with pytest.raises(ExperimentError, match="two.yaml:") as refused:
        load_experiment(written(tmp_path, name, content))
    assert told in str(refused.value)


def test_a_folder_of_that_name_is_no_table(tmp_path):
    (tmp_path / "points.csv").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        read_points(tmp_path / "points.csv")
