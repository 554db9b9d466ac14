"""Every table has one schema, empty or not, so that other programs read the tables of all runs as one."""

from __future__ import annotations

import pandas as pd
import pytest
from support import synthetic

from sim import simulate
from sim.results.columns import COMPARISON_TABLES, TABLES, VALIDATION_TABLES, dtypes, empty_table
from sim.results.results import Results, documented, write_folder
from sim.validation.validate import validate

SCENARIOS = ("baseline", "startup-support", "ten-departments-2024")
ALL = {"run": TABLES, "comparison": COMPARISON_TABLES, "validation": VALIDATION_TABLES}
EVERY = [(kind, name) for kind, tables in ALL.items() for name in tables]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Short runs of three scenarios, and one of a single month, in which no year and no quarter ends."""
    folder = tmp_path_factory.mktemp("runs")
    for name in SCENARIOS:
        run = simulate(name, scale=1_000_000, start="2025-10", end="2026-01", trace=[1])
        run.save(folder / name)
    simulate("baseline", scale=1_000_000, end="2014-01", trace=[1]).save(folder / "one-month")
    return folder


def schema_of(path):
    import pyarrow.parquet as parquet

    return {column.name: str(column.type) for column in parquet.read_schema(path)}


def in_arrow(kinds: dict[str, str]) -> dict[str, str]:
    words = {"str": "large_string", "int64": "int64", "float64": "double", "bool": "bool"}
    return {name: words[kind] for name, kind in kinds.items()}


@pytest.mark.parametrize("name", TABLES)
def test_every_run_writes_the_declared_schema(folders, name):
    declared = in_arrow(dtypes(name, TABLES[name]))
    for folder in folders.iterdir():
        assert schema_of(folder / f"{name}.parquet") == declared, folder.name


@pytest.mark.parametrize("name", TABLES)
def test_duckdb_reads_the_tables_of_all_runs_together(folders, name):
    duckdb = pytest.importorskip("duckdb")
    count = sum(len(Results.load(folder).tables[name]) for folder in folders.iterdir())
    read = duckdb.sql(f"SELECT * FROM read_parquet('{folders}/*/{name}.parquet')")
    assert list(read.columns) == list(TABLES[name]) and len(read) == count > 0


@pytest.mark.parametrize("name", TABLES)
def test_arrow_reads_the_tables_of_all_runs_together(folders, name):
    import pyarrow.dataset as dataset

    found = dataset.dataset(sorted(map(str, folders.glob(f"*/{name}.parquet"))))
    assert found.to_table().num_rows == found.count_rows() > 0


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_an_empty_table_is_written_as_declared(kind, name, tmp_path):
    columns = ALL[kind][name]
    for table in (empty_table(name, columns), pd.DataFrame(columns=list(columns))):
        write_folder(tmp_path / "out", {name: table}, {"kind": kind}, documentation={name: columns})
        assert schema_of(tmp_path / "out" / f"{name}.parquet") == in_arrow(dtypes(name, columns))


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_columns_without_a_value_have_their_type(kind, name):
    columns = ALL[kind][name]
    made = documented(pd.DataFrame({column: [None, None] for column in columns}), columns, name)
    assert {field.name: str(field.type) for field in made.schema} == in_arrow(dtypes(name, columns))


def test_no_value_is_lost_to_a_type():
    made = documented(pd.DataFrame({"month": ["2014-01"], "farm": [0.5]}), TABLES["national"], "national")
    assert made.to_pylist() == [{"month": "2014-01", "farm": 0.5}]


def test_what_a_column_is_is_written_beside_it(folders):
    import pyarrow.parquet as parquet

    for name, columns in TABLES.items():
        for column in parquet.read_schema(folders / "one-month" / f"{name}.parquet"):
            unit, meaning = columns[column.name]
            assert column.metadata == {b"unit": unit.encode(), b"meaning": meaning.encode()}


@pytest.mark.parametrize("end", ["2014-01", "2014-12", "2021-12"])
def test_a_validation_has_one_schema_however_short_the_run(end, tmp_path):
    runs = [synthetic.simulate(synthetic.FakeScenario("baseline"), end=end, seed=seed) for seed in (1, 2)]
    validate(runs).save(tmp_path / "out")
    for name, columns in VALIDATION_TABLES.items():
        found = schema_of(tmp_path / "out" / f"{name}.parquet")
        assert found == in_arrow(dtypes(name, columns)), name
