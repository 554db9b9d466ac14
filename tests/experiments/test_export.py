"""A sweep's results as a table: finished or partial, wide or long, in units, as files, through DuckDB."""

from __future__ import annotations

import json
import sys

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from support import fake_runs
from test_designs import LIST, loaded

from sim.core.errors import ResultsError, UsageError
from sim.experiments import export, load, run_sweep


@pytest.fixture
def folder(tmp_path):
    run_sweep(loaded(tmp_path, LIST), tmp_path / "out", simulate=fake_runs.simulate)
    return tmp_path / "out"


def test_wide_has_a_row_per_run_and_year_with_factors_and_units(folder):
    table = load(folder)
    assert list(table.columns) == ["run", "run_id", "scenario", "seed", "farm", "grant", "year", "businesses"]
    assert len(table) == 3 * 2 * 2
    assert table["scenario"].unique().tolist() == ["startup-support"]
    assert table["run_id"].notna().all()
    assert table.attrs["units"]["businesses"] == "businesses"
    assert set(table.columns) <= set(table.attrs["units"])
    assert table.attrs["runs_finished"] == table.attrs["runs_planned"] == 6


def test_long_has_a_row_per_run_year_and_outcome(folder):
    wide, long = load(folder), load(folder, form="long")
    assert list(long.columns)[-3:] == ["outcome", "unit", "value"]
    assert long["value"].tolist() == wide["businesses"].tolist()
    assert long["unit"].unique().tolist() == ["businesses"]


def test_a_partial_sweep_says_how_far_it_came(tmp_path, monkeypatch):
    experiment = loaded(tmp_path, LIST)

    def stop(done, total, failed):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(experiment, tmp_path / "out", jobs=1, simulate=fake_runs.simulate, progress=stop)
    table = load(tmp_path / "out")
    assert table.attrs["runs_finished"] == table["run"].nunique() == 2
    assert table.attrs["runs_planned"] == 6


def test_a_sweep_in_which_every_run_failed_is_an_empty_table(tmp_path):
    run_sweep(loaded(tmp_path, LIST), tmp_path / "out", simulate=fake_runs.hopeless)
    for form in ("wide", "long"):
        assert load(tmp_path / "out", form=form).empty
    assert load(tmp_path / "out").attrs["runs_finished"] == 0


def test_what_is_not_a_sweep_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="no sweep in this folder"):
        load(tmp_path)
    (tmp_path / "manifest.json").write_text('{"kind": "comparison"}', encoding="utf-8")
    with pytest.raises(ResultsError, match="holds a comparison"):
        load(tmp_path)


def rewritten(folder, change):
    """The folder with its manifest changed, as another version would have written it."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    return folder


def test_a_sweep_of_an_earlier_version_is_read_and_one_of_a_newer_refused(folder):
    expected = load(folder)
    rewritten(folder, lambda manifest: {**manifest, "format": 1})
    pd.testing.assert_frame_equal(load(folder), expected)
    rewritten(folder, lambda manifest: {**manifest, "format": 99})
    with pytest.raises(ResultsError, match="newer version of the simulator\n.*update the simulator"):
        load(folder)


def test_a_sweep_of_outcomes_that_are_gone_names_the_version_that_reads_it(folder):
    def change(manifest):
        settings = {**manifest["settings"], "version": "0.1.0", "outcomes": ["happiness"]}
        return {**manifest, "format": 1, "settings": settings}

    with pytest.raises(
        ResultsError, match="written by version 0.1.0\n.*read it with version 0.1.0, or run it"
    ):
        load(rewritten(folder, change))


def test_an_unknown_form_is_refused(folder):
    with pytest.raises(UsageError, match="wide, long"):
        load(folder, form="broad")


# --- files --------------------------------------------------------------------------------------------


def test_csv_and_parquet_read_back_the_same(folder, tmp_path):
    table = load(folder)
    pd.testing.assert_frame_equal(
        pd.read_csv(export(table, tmp_path / "t.csv"), dtype={"run_id": str}), table, check_dtype=False
    )
    pd.testing.assert_frame_equal(pd.read_parquet(export(table, tmp_path / "t.parquet")), table)


@pytest.mark.parametrize("written", ["results", "exported"])
def test_units_and_meanings_stand_inside_the_parquet_file(folder, tmp_path, written):
    if written == "exported":
        path = export(load(folder), tmp_path / "t.parquet")
    else:
        path = folder / "results.parquet"
    schema = parquet.read_schema(path)
    units = {field.name: field.metadata[b"unit"].decode() for field in schema}
    assert units["businesses"] == "businesses" and units["grant"] == "yuan, once"
    assert units["farm"].startswith("yuan per month")
    assert b"parameters.farm_income_yuan" in schema.field("farm").metadata[b"meaning"]
    assert all(field.metadata[b"meaning"] for field in schema)


def test_excel_explains_its_columns(folder, tmp_path):
    pytest.importorskip("openpyxl")
    table = load(folder)
    sheets = pd.read_excel(export(table, tmp_path / "t.xlsx"), sheet_name=None)
    assert sheets["results"]["businesses"].tolist() == pytest.approx(table["businesses"].tolist())
    assert sheets["columns"]["column"].tolist() == list(table.columns)


def test_netcdf_has_runs_and_years_as_dimensions(folder, tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("scipy")
    table = load(folder)
    cube = xarray.open_dataset(export(table, tmp_path / "t.nc"), engine="scipy")
    assert dict(cube.sizes)["run"] == 6 and dict(cube.sizes)["year"] == 2
    assert cube["businesses"].attrs["units"] == "businesses"
    assert float(cube["businesses"].sel(run=3, year=2025)) == pytest.approx(
        table.query("run == 3 and year == 2025")["businesses"].item()
    )
    assert cube["farm"].to_numpy().tolist() == [100, 100, 200, 200, 300, 300]


@pytest.mark.parametrize(("suffix", "library"), [(".xlsx", "openpyxl"), (".nc", "xarray")])
def test_a_missing_library_is_named(folder, tmp_path, monkeypatch, suffix, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=f"pip install {library}"):
        export(load(folder), tmp_path / f"t{suffix}")
    assert not (tmp_path / f"t{suffix}").exists()


def test_another_kind_of_file_is_refused(folder, tmp_path):
    with pytest.raises(UsageError, match=".xlsx"):
        export(load(folder), tmp_path / "t.doc")


def test_a_file_that_cannot_be_written_is_told(folder, tmp_path):
    with pytest.raises(ResultsError, match="cannot write"):
        export(load(folder), tmp_path / "nowhere" / "t.csv")


def test_duckdb_reads_the_results_where_they_lie(folder):
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(f"""
        SELECT year, "grant", avg(businesses) AS businesses
        FROM '{folder}/results.parquet' GROUP BY ALL ORDER BY ALL""").df()
    table = load(folder).groupby(["year", "grant"])["businesses"].mean()
    assert found["businesses"].tolist() == pytest.approx(table.tolist())
