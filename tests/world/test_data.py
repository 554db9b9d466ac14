"""The packaged data load, add up, and every check refuses a damaged copy, naming file and line."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.core.categories import AGE_GROUPS, EDUCATION, REGIONS, SECTORS
from sim.core.errors import DataError
from sim.world.data import FILLED_INDICATORS, OD_PERIODS, PACKAGED_FOLDER, load_data

WEIGHT_LOCAL_AGES = 0.53  # weight of local workers in the published all-migrant ages
WEIGHT_LOCAL_SECTORS = 0.45


@pytest.fixture(scope="module")
def data():
    return load_data()


@pytest.fixture
def copy(tmp_path):
    for path in PACKAGED_FOLDER.glob("*.csv"):
        shutil.copy(path, tmp_path)
    return tmp_path


def rows_of(folder: Path, file: str) -> list[list[str]]:
    with (folder / file).open(newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def write_rows(folder: Path, file: str, rows: list[list[str]]) -> None:
    with (folder / file).open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def damage(folder: Path, file: str, where: dict[str, str], column: str, value: str) -> int:
    """Put `value` into the first row that matches `where`; returns its line number."""
    rows = rows_of(folder, file)
    header = rows[0]
    for number, row in enumerate(rows[1:], start=2):
        if all(row[header.index(key)] == wanted for key, wanted in where.items()):
            row[header.index(column)] = value
            write_rows(folder, file, rows)
            return number
    raise AssertionError(f"no row {where} in {file}")


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_data(folder)
    return str(caught.value)


# --- what is there


def test_provinces_come_in_order_of_code(data):
    codes = data.provinces.index
    assert len(codes) == 31 and list(codes) == sorted(codes)
    assert data.region_of.shape == (31,)
    assert [REGIONS[i] for i in data.region_of] == list(data.provinces["region_nbs"])
    assert data.provinces["population_2020"].sum() == 1_409_778_724


def test_a_second_call_returns_the_same_data(data):
    assert load_data() is data


def test_distances_are_symmetric_with_the_way_to_the_capital_on_the_diagonal(data):
    km = data.distance_km
    assert km.shape == (31, 31) and np.isfinite(km).all() and (km > 0).all()
    off = ~np.eye(31, dtype=bool)
    assert np.allclose(km[off], km.T[off], atol=0.2)
    code = list(data.provinces.index)
    assert km[code.index(13), code.index(13)] == data.provinces.loc[13, "mean_km_rural_to_capital"]
    assert 20 < km[code.index(31), code.index(31)] < 60  # Shanghai: two thirds of a disc's radius
    with pytest.raises(ValueError):
        km[0, 0] = 1.0


def test_moves_leave_the_diagonal_empty(data):
    assert tuple(data.od_moves) == OD_PERIODS
    for moves in data.od_moves.values():
        assert moves.shape == (31, 31) and (np.diag(moves) == 0).all() and (moves >= 0).all()
    assert data.od_moves["2005-2010"].sum() == 5_499_391


def test_observed_series_keep_their_gaps(data):
    wages = data.province_series("wage_urban_private")
    assert wages.shape[1] == 31 and np.isnan(wages.loc[2015, 54]) and wages.index[-1] == 2020
    assert data.national_series("rural_disposable_income_pc").loc[2013] == 9429.56


@pytest.mark.parametrize("indicator", FILLED_INDICATORS)
def test_filled_series_cover_2013_to_2024_and_keep_what_was_observed(data, indicator):
    filled = data.filled_series(indicator)
    assert list(filled.index) == list(range(2013, 2025)) and list(filled.columns) == list(
        data.provinces.index
    )
    assert np.isfinite(filled.to_numpy()).all() and (filled.to_numpy() > 0).all()
    observed = data.province_series(indicator).reindex(filled.index)
    seen = observed.notna().to_numpy()
    assert np.array_equal(filled.to_numpy()[seen], observed.to_numpy()[seen])


def test_stand_ins_follow_their_rules(data):
    rural, national = (
        data.filled_series("rural_disposable_income_pc"),
        data.national_series("rural_disposable_income_pc"),
    )
    assert rural.loc[2024, 41] / rural.loc[2020, 41] == pytest.approx(national[2024] / national[2020])
    wage, growth = (
        data.filled_series("wage_urban_private_construction"),
        data.national_series("wage_urban_private"),
    )
    industry = data.national_series("wage_urban_private_construction")
    west = data.national_series("wage_urban_private_West")
    in_west = west[2022] / west[2020] * growth[2020] / growth[2022]  # over the country, as far as known
    assert wage.loc[2022, 51] / wage.loc[2020, 51] == pytest.approx(industry[2022] / industry[2020] * in_west)
    assert wage.loc[2024, 51] / wage.loc[2022, 51] == pytest.approx(growth[2024] / growth[2022])
    west = [c for c in data.provinces.index[data.provinces["region_nbs"] == "West"] if c != 54]
    mean = data.province_series("wage_urban_private")[west].mean(axis=1)
    tibet = data.filled_series("wage_urban_private")[54]
    assert tibet[2014] / tibet[2020] == pytest.approx(mean[2014] / mean[2020])


@pytest.mark.parametrize("method", ["province_series", "national_series", "filled_series"])
def test_an_unknown_series_is_answered_with_the_nearest(data, method):
    with pytest.raises(DataError) as caught:
        getattr(data, method)("wage_urban_privat")
    assert "wage_urban_private" in str(caught.value)


def test_instruments_cite_known_documents(data):
    assert len(data.instruments) == 72 and len(data.documents) == 5
    cited = {word.strip() for cell in data.instruments["documents"] for word in cell.split(";")}
    assert cited <= set(data.documents.index)


def test_nothing_later_than_2024_is_told_about_migrant_workers(data):
    assert data.official_annual["year"].max() == 2024
    assert data.official_quarterly["year"].max() <= 2021
    assert data.migrant_regions["year"].max() <= 2021
    national = rows_of(PACKAGED_FOLDER, "national_year.csv")[1:]
    assert max(int(row[0]) for row in national if row[1].startswith("migrant")) == 2021


# --- derived marginals


def official(data, indicator, group, year):
    table = data.official_annual
    chosen = (table["indicator"] == indicator) & (table["group"] == group) & (table["year"] == year)
    return float(table.loc[chosen, "value"].iloc[0])


def test_the_labour_force_starts_from_the_published_head_counts(data):
    force = data.marginal("labour_force", "all")
    assert force["out"] == official(data, "migrant_workers", "out", 2013) / 100
    assert force["local"] == official(data, "migrant_workers", "local", 2013) / 100
    assert force[["out", "local", "farm_idle"]].sum() == pytest.approx(force["total"])


def test_ages_of_local_and_out_reproduce_the_published_ages(data):
    out, local = data.marginal("age_shares", "out"), data.marginal("age_shares", "local")
    mixed = WEIGHT_LOCAL_AGES * local + (1 - WEIGHT_LOCAL_AGES) * out
    for group in AGE_GROUPS:
        assert mixed[group] == pytest.approx(official(data, "age_share", group, 2013), abs=0.1)
    mean = [data.marginal("mean_age", group)["implied"] for group in ("local", "out")]
    mixed_mean = WEIGHT_LOCAL_AGES * mean[0] + (1 - WEIGHT_LOCAL_AGES) * mean[1]
    assert mixed_mean == pytest.approx(official(data, "mean_age", "all", 2013), abs=0.3)


def test_out_and_local_differ_in_age_as_in_2021(data):
    def log_odds(percent):
        return np.log(percent / (100 - percent))

    out, local = data.marginal("age_shares", "out"), data.marginal("age_shares", "local")
    young = list(AGE_GROUPS[:3])
    then = log_odds(out[young].sum()) - log_odds(local[young].sum())
    in_2021 = [official(data, "age_share", f"{group}_le_40", 2021) for group in ("out", "local")]
    assert then == pytest.approx(log_odds(in_2021[0]) - log_odds(in_2021[1]), abs=0.02)


def test_farmers_are_as_old_as_in_the_agricultural_census(data):
    ages, old = (
        data.marginal("age_shares", "farm_idle"),
        data.marginal("over_50_shares", "farm_idle"),
    )
    census = data.marginal("farm_worker_age_shares", "census_2016")
    assert ages[["16_20", "21_30"]].sum() < census["le_35"] < ages[["16_20", "21_30", "31_40"]].sum()
    from_56 = ages["over_50"] * old[["56_60", "61_65", "66_75"]].sum() / 100
    assert from_56 < census["ge_55"] < ages["over_50"]


def test_sectors_reproduce_all_migrants_and_the_published_totals(data):
    out, local, everyone = (data.marginal("sector_shares", g) for g in ("out", "local", "all_migrants_2013"))
    assert list(out.index) == list(SECTORS)
    mixed = WEIGHT_LOCAL_SECTORS * local + (1 - WEIGHT_LOCAL_SECTORS) * out
    assert np.allclose(mixed, everyone, atol=0.1)
    industry = ["manufacturing", "construction"]
    assert out[industry].sum() < official(data, "industry_share", "out_secondary", 2013)
    services = ["wholesale_retail", "transport", "hotel_catering", "resident_services"]
    assert local[services].sum() < official(data, "industry_share", "local_tertiary", 2013)
    published_2015 = ("manufacturing", "construction", "wholesale_retail", "resident_services")
    for sector in published_2015:
        assert everyone[sector] == pytest.approx(official(data, "industry_share", sector, 2015), abs=1.2)


def test_schooling_agrees_with_what_was_published(data):
    out, everyone = (data.marginal("education_shares", g) for g in ("out", "all_migrants_2013"))
    assert list(out.index) == list(EDUCATION)
    upper = ["senior", "college"]
    assert out[upper].sum() == pytest.approx(
        official(data, "education_share", "out_senior_middle_or_above", 2013), abs=0.05
    )
    assert everyone[upper].sum() == pytest.approx(
        official(data, "education_share", "senior_middle_or_above", 2013), abs=0.05
    )


def test_destinations_reproduce_their_totals(data):
    cross, within, all_out = (
        data.marginal("destination_shares", g) for g in ("cross_province", "within_province", "out")
    )
    share = official(data, "out_cross_province_share", "all", 2014) / 100
    assert np.allclose(share * cross + (1 - share) * within, all_out, atol=0.2)


def test_origins_add_up_to_the_head_counts(data):
    cross = data.marginal("origin_four_regions", "cross_province")
    assert cross.sum() == pytest.approx(official(data, "migrant_workers", "out_cross_province", 2013) / 100)
    within = data.marginal("origin_four_regions", "within_province")
    assert within.sum() == pytest.approx(official(data, "migrant_workers", "out_within_province", 2013) / 100)
    assert data.marginal("origin_four_regions", "local").sum() == pytest.approx(102.84)
    assert data.marginal("out_by_origin", "three_regions").sum() == pytest.approx(166.10)
    assert data.marginal("local_by_origin", "three_regions").sum() == pytest.approx(102.84)


def test_entrants_average_what_the_evidence_says_and_fall(data):
    yearly = data.entrants().sum(axis=1)
    assert set(range(2014, 2036)) <= set(yearly.index)
    assert yearly.loc[2014:2021].mean() == pytest.approx(6.76e6, rel=0.01)  # G19: 6.5, 5 to 8
    assert (yearly.loc[2014:2021] > 5e6).all() and (yearly.loc[2014:2021] < 8.5e6).all()
    assert yearly.loc[2030:2035].mean() < yearly.loc[2014:2021].mean()


# --- every check refuses a damaged copy

CELLS = {
    "not a number": (
        "province_year.csv",
        {"indicator": "gdp_current"},
        "value",
        "lots",
        "a number",
    ),
    "not whole": ("cities.csv", {"name_en": "Beijing"}, "size_class", "1.5", "a whole number"),
    "empty": ("provinces.csv", {"code": "41"}, "name_en", "", "cell is empty"),
    "out of range": ("provinces.csv", {"code": "41"}, "capital_lat", "134.7", "17 to 54"),
    "share above 100": (
        "official_annual.csv",
        {"indicator": "age_share", "year": "2013"},
        "value",
        "104",
        "0 to 100 percent",
    ),
    "negative money": (
        "official_annual.csv",
        {"indicator": "monthly_income", "year": "2019"},
        "value",
        "-3500",
        "1 to 1e+06 yuan",
    ),
    "unknown unit": (
        "province_year.csv",
        {"indicator": "gdp_current"},
        "unit",
        "100m yaun",
        "100m yuan",
    ),
    "unknown province": (
        "province_year.csv",
        {"province_code": "41"},
        "province_code",
        "40",
        "known",
    ),
    "unknown region": ("provinces.csv", {"code": "41"}, "region_nbs", "Centre", "Central"),
    "unknown source": ("cities.csv", {"name_en": "Beijing"}, "source_id", "S99", "S99"),
    "unknown official source": (
        "official_annual.csv",
        {"year": "2013"},
        "source_id",
        "nbs_mwr_2103",
        "did you mean 'nbs_mwr_20",
    ),
    "unknown document": (
        "instruments.csv",
        {"id": "2"},
        "documents",
        "ten-departments-2042",
        "ten-departments-2024",
    ),
    "unknown status": ("evidence.csv", {"id": "A01"}, "status", "guessed", "recalled"),
    "key twice": ("evidence.csv", {"id": "A02"}, "id", "A01", "key occurs twice"),
    "census sum": (
        "provinces.csv",
        {"code": "65"},
        "population_2020",
        "99999999",
        "sum does not hold",
    ),
    "rural identity": (
        "province_year.csv",
        {"indicator": "rural_population_yearend", "year": "2016"},
        "value",
        "5000",
        "sum does not hold",
    ),
    "out and local": (
        "official_annual.csv",
        {"indicator": "migrant_workers", "group": "total", "year": "2016"},
        "value",
        "28170",
        "sum does not hold",
    ),
    "cross and within": (
        "official_annual.csv",
        {"indicator": "migrant_workers", "group": "out_cross_province", "year": "2016"},
        "value",
        "7676",
        "sum does not hold",
    ),
    "national head-count": (
        "national_year.csv",
        {"indicator": "migrant_workers_total", "year": "2015"},
        "value",
        "27700",
        "sum does not hold",
    ),
    "one-way distance": (
        "distances.csv",
        {"origin_code": "11", "dest_code": "41"},
        "km_popcentroid_to_popcentroid",
        "123",
        "sum does not hold",
    ),
    "move within a province": (
        "od_flows_history.csv",
        {"origin_code": "13", "dest_code": "11"},
        "origin_code",
        "11",
        "one province",
    ),
    "shares": (
        "population_marginals.csv",
        {"marginal": "sector_shares", "group": "local", "category": "other"},
        "value",
        "20",
        "sum does not hold",
    ),
    "labour force": (
        "population_marginals.csv",
        {"marginal": "labour_force", "category": "total"},
        "value",
        "470",
        "sum does not hold",
    ),
    "schooling of a cohort": (
        "cohorts.csv",
        {"birth_year": "2000"},
        "junior_share",
        "0.9",
        "sum does not hold",
    ),
    "unit of a programme": (
        "programme_record.csv",
        {"instrument": "retention-refund", "year": "2021", "measure": "spent"},
        "unit",
        "persons",
        "unit does not fit the measure",
    ),
    "share without a source": (
        "programme_record.csv",
        {"instrument": "retention-refund", "year": "2021", "measure": "spent"},
        "rural_share_source",
        "",
        "why it is so",
    ),
    "exception without a reason": (
        "programme_record.csv",
        {"instrument": "legal-aid", "year": "2023"},
        "judged",
        "no",
        "why it is so",
    ),
    "money per person": (
        "programme_record.csv",
        {"instrument": "retention-refund", "year": "2019", "measure": "per_person"},
        "value",
        "75.7",
        "sum does not hold",
    ),
    "recalled or seen": (
        "programme_record.csv",
        {"instrument": "legal-aid", "year": "2023"},
        "status",
        "sen",
        "did you mean 'seen'",
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_damaged_cell_is_refused_with_file_and_line(copy, case):
    file, where, column, value, told = CELLS[case]
    line = damage(copy, file, where, column, value)
    message = refusal(copy)
    assert told in message
    assert file in message
    if case not in ("cross and within", "census sum", "one-way distance", "labour force"):
        assert f"{file}:{line}:" in message  # the others are told at the line of the total


def test_every_problem_is_told_at_once(copy):
    damage(copy, "provinces.csv", {"code": "41"}, "capital_lat", "134.7")
    damage(copy, "official_annual.csv", {"year": "2013"}, "value", "many")
    message = refusal(copy)
    assert "provinces.csv" in message and "official_annual.csv" in message


def test_a_missing_file_is_refused(copy):
    (copy / "cities.csv").unlink()
    assert "cities.csv" in refusal(copy)


def test_an_empty_file_is_refused(copy):
    write_rows(copy, "cities.csv", rows_of(copy, "cities.csv")[:1])
    assert "cities.csv:1:" in refusal(copy)


def test_a_missing_column_is_refused(copy):
    rows = rows_of(copy, "evidence.csv")
    place = rows[0].index("status")
    write_rows(copy, "evidence.csv", [row[:place] + row[place + 1 :] for row in rows])
    message = refusal(copy)
    assert "evidence.csv:1: status: column is missing" in message


def test_a_row_with_too_many_cells_is_refused(copy):
    rows = rows_of(copy, "cities.csv")
    rows[4].append("extra")
    write_rows(copy, "cities.csv", rows)
    assert "cities.csv:5: wrong number of cells" in refusal(copy)


def test_a_missing_province_is_told_once_per_file(copy):
    write_rows(copy, "provinces.csv", rows_of(copy, "provinces.csv")[:-1])
    message = refusal(copy)
    assert message.count("province_year.csv") == 1 and "(got 65)" in message


@pytest.mark.parametrize("file", ["distances.csv", "od_flows_history.csv"])
def test_a_missing_row_is_refused(copy, file):
    write_rows(copy, file, rows_of(copy, file)[:-1])
    assert file in refusal(copy)


def test_a_municipality_without_an_own_distance_is_refused(copy):
    rows = rows_of(copy, "population_marginals.csv")
    place = rows[0].index("marginal")
    write_rows(copy, "population_marginals.csv", [row for row in rows if row[place] != "municipality_area"])
    assert "province without an own distance" in refusal(copy)


def test_every_table_names_its_sources():
    for path in PACKAGED_FOLDER.glob("*.csv"):
        header = rows_of(PACKAGED_FOLDER, path.name)[0]
        if path.name != "schema.csv":
            assert any("source" in column for column in header), path.name
