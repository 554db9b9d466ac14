"""Results on disk: whole or not at all, readable later, and explained; outcomes made from them."""

import errno
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from support import synthetic

from sim.core.errors import ResultsError, UsageError
from sim.results.columns import TABLES
from sim.results.outcomes import HEADLINE, KINDS, OUTCOMES, UNITS, monthly, outcome
from sim.results.results import (
    FORMAT,
    Results,
    check_folder,
    read_folder,
    undocumented,
    write_folder,
)


@pytest.fixture
def results():
    return synthetic.simulate(synthetic.FakeScenario("baseline"), end="2015-12", seed=3)


def test_saved_results_come_back_the_same(results, tmp_path):
    results.save(tmp_path / "run")
    back = Results.load(tmp_path / "run")
    assert set(back.tables) == {"national", "official", "ledger"}
    pd.testing.assert_frame_equal(back.national, results.national)
    assert back.manifest["seed"] == 3
    assert back.manifest["format"] == FORMAT
    assert [path.name for path in tmp_path.iterdir()] == ["run"]  # no temporary folder is left


def test_every_column_is_explained_in_the_file_itself(results, tmp_path):
    assert undocumented(results.tables) == []
    schema = parquet.read_schema(results.save(tmp_path / "run") / "national.parquet")
    unit, meaning = TABLES["national"]["migrant_pay_yuan"]
    metadata = schema.field("migrant_pay_yuan").metadata
    assert (metadata[b"unit"].decode(), metadata[b"meaning"].decode()) == (unit, meaning)


def test_an_unexplained_column_is_noticed(results):
    results.national["mystery"] = 1
    assert undocumented(results.tables) == ["national.mystery"]


def test_saving_again_replaces_the_earlier_run(results, tmp_path):
    results.save(tmp_path / "run")
    results.manifest["seed"] = 4
    results.save(tmp_path / "run")
    assert Results.load(tmp_path / "run").manifest["seed"] == 4
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_with_other_files_is_not_overwritten(results, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ResultsError, match="other files"):
        results.save(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_file_in_the_way_is_told(results, tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(ResultsError, match="a file of that name exists"):
        results.save(tmp_path / "run")
    with pytest.raises(ResultsError, match="a file stands where a folder is needed"):
        results.save(tmp_path / "run" / "below")


def test_a_folder_can_be_checked_before_a_long_run(results, tmp_path, monkeypatch):
    check_folder(tmp_path / "new" / "below")
    assert list(tmp_path.iterdir()) == []
    results.save(tmp_path / "run")
    check_folder(tmp_path / "run")  # earlier results may be replaced
    (tmp_path / "file").write_text("")
    for folder, reason in (
        (tmp_path / "file", "a file of that name"),
        (tmp_path, "other files"),
        (tmp_path / "file" / "below", "a file stands where a folder"),
    ):
        with pytest.raises(ResultsError, match=reason):
            check_folder(folder)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ResultsError, match="no permission"):
        check_folder(tmp_path / "new")


@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_leaves_what_was_there(results, tmp_path, monkeypatch, earlier):
    if earlier:
        results.save(tmp_path / "run")
    before = _content(tmp_path)
    written = []

    def write_until_full(table, stream, **_):
        stream.write(b"PAR1")
        written.append(table)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(parquet, "write_table", write_until_full)
    with pytest.raises(ResultsError, match="the disk is full") as caught:
        results.save(tmp_path / "run")
    assert caught.value.exit_code == 2
    assert _content(tmp_path) == before


def test_an_interrupted_save_leaves_nothing(results, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(parquet, "write_table", interrupt)
    with pytest.raises(KeyboardInterrupt):
        results.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def refuse(*_, **__):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_failed_rename_puts_the_earlier_run_back(results, tmp_path, monkeypatch):
    results.save(tmp_path / "run")
    before, replace = _content(tmp_path), os.replace
    results.national["out"] += 1
    results.tables["more"] = results.national

    def fail_on_manifest(source, target):
        if Path(target).name == "manifest.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_on_manifest)
    with pytest.raises(ResultsError):
        results.save(tmp_path / "run")
    monkeypatch.undo()
    assert _content(tmp_path) == before


def test_no_permission_is_told_in_words(results, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ResultsError, match="no permission to write there"):
        results.save(tmp_path / "run")


def test_what_cannot_be_loaded_is_explained(results, tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        Results.load(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="not a results folder"):
        Results.load(tmp_path)
    run = results.save(tmp_path / "run")
    (run / "national.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(ResultsError, match="cannot be read"):
        Results.load(run)
    (run / "national.parquet").unlink()
    with pytest.raises(ResultsError, match="tables are missing: national"):
        Results.load(run)
    (run / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match=r"manifest.json cannot be read"):
        Results.load(run)


def test_an_older_manifest_is_read_and_a_newer_one_refused(results, tmp_path):
    run = results.save(tmp_path / "run")
    (run / "manifest.json").write_text(json.dumps({"seed": 9}))
    old = Results.load(run)
    assert old.manifest["seed"] == 9
    assert old.manifest["scale"] is None and old.manifest["warnings"] == []
    assert len(old.national) == 24
    (run / "manifest.json").write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(ResultsError, match="newer version.*\n.*update the simulator, or run it again"):
        Results.load(run)


def test_a_folder_of_an_older_format_is_read_in_the_units_of_today(results, tmp_path):
    """Format 1 kept the share of migrants who look for work as a share of one, not in percent."""
    run = results.save(tmp_path / "run")
    for manifest in ({"format": 1, "seed": 3}, {"seed": 3}):
        old = results.national.assign(searching_rate=results.national["searching_rate"] / 100.0)
        old.to_parquet(run / "national.parquet")
        (run / "manifest.json").write_text(json.dumps(manifest))
        back = Results.load(run)
        pd.testing.assert_frame_equal(back.national, results.national)
        again = Results.load(back.save(tmp_path / "again"))  # not brought to percent twice
        pd.testing.assert_frame_equal(again.national, results.national)
        assert again.manifest["format"] == FORMAT


def old_folder(folder, tables, manifest):
    """A folder as version 0.1 wrote it: format 1, with the words of then."""
    folder.mkdir()
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    written = {"format": 1, **manifest, "tables": sorted(tables), "versions": {"sim": "0.1.0"}}
    (folder / "manifest.json").write_text(json.dumps(written), encoding="utf-8")
    return folder


def test_a_folder_of_an_earlier_version_is_read_in_the_words_of_today(tmp_path):
    bands = pd.DataFrame({"policy": ["grant"], "luck_half_width": [2.0], "luck_percent": [40.0]})
    moves = pd.DataFrame({"measure": ["common_share", "share from East"], "census": [1.0, 0.3]})
    facts = pd.DataFrame({"id": ["job_length"], "model": [2.1]})
    lever = {"held": 0.5, "window": {"from": "2025-01", "to": "2030-12"}}
    manifest = {"kind": "run", "policies": [{"name": "grant", "levers": {"grant": lever}}]}
    folder = old_folder(
        tmp_path / "old", {"bands": bands, "corridors": moves, "facts": facts, "held": facts}, manifest
    )
    tables, about = read_folder(folder)
    assert list(tables["bands"]) == ["policy", "monte_carlo_half_width", "monte_carlo_percent"]
    assert tables["corridors"]["measure"].tolist() == ["common_part_of_commuters", "share from East"]
    assert set(tables) == set(about["tables"]) == {"bands", "corridors", "stylised_facts", "held"}
    assert about["policies"][0]["levers"]["grant"]["baseline_share"] == 0.5
    again = write_folder(tmp_path / "new", tables, about)
    assert json.loads((again / "manifest.json").read_text())["format"] == FORMAT
    assert read_folder(again)[1] == about
    back = read_folder(again)[0]
    pd.testing.assert_frame_equal(back["bands"], tables["bands"])


def test_a_table_of_today_keeps_its_words(tmp_path):
    traces = pd.DataFrame({"luck_percent": [1.0]})
    folder = write_folder(tmp_path / "new", {"bands": traces}, {"kind": "run"})
    assert list(read_folder(folder)[0]["bands"]) == ["luck_percent"]


def test_a_missing_table_is_named(results):
    with pytest.raises(AttributeError, match="made without the table 'corridors'"):
        results.corridors  # noqa: B018
    with pytest.raises(AttributeError, match="did you mean 'national'"):
        results.natonal  # noqa: B018
    assert pickle.loads(pickle.dumps(results)).manifest == results.manifest


# --- outcomes ---------------------------------------------------------------------------------------


def test_every_outcome_is_complete():
    for key, row in OUTCOMES.items():
        assert key == row.key and row.label and row.label_zh and row.definition
        assert row.kind in KINDS and row.unit in UNITS
        assert row.good in ("higher", "lower", "neutral")
        assert bool(row.one) == row.is_count
    assert len(HEADLINE) == len(set(HEADLINE)) >= 5
    assert "out_plus_settled" in HEADLINE and "out" in HEADLINE


def test_outcomes_are_made_from_the_national_table(results):
    table = monthly(results.national)
    assert list(table.columns) == list(OUTCOMES)
    first, made = results.national.iloc[0], table.iloc[0]
    assert made["out_plus_settled"] == first["out"] + first["settled"]
    assert made["local"] == first["local_work"] + first["own_business"]
    assert made["searching_rate"] == pytest.approx(5.0)
    assert made["cross_province_share"] == pytest.approx(46.8)


def test_a_share_of_nobody_is_zero(results):
    results.national.loc[0, ["out", "cross_province"]] = 0
    assert monthly(results.national)["cross_province_share"].iloc[0] == 0


def test_a_year_is_the_total_of_a_flow_and_the_mean_of_a_stock():
    months = np.arange(1.0, 13.0)
    assert outcome("business_starts").over(months) == 78
    assert outcome("business_starts").unit == TABLES["national"]["business_starts"][0] == "businesses"
    assert outcome("out").over(months) == 6.5
    assert outcome("searching_rate").over(months) == 6.5


def test_an_unknown_outcome_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'settled'"):
        outcome("setled")


def _content(folder):
    return {path.relative_to(folder): path.is_file() and path.read_bytes() for path in folder.rglob("*")}
