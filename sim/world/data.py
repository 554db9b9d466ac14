"""The packaged input data: read once, checked, and handed out in one fixed order of provinces.

`load_data()` reads every file of `sim/data`, checks it against `schema.csv` and against the sums
that must hold, and returns a `Data`. What the columns mean is told in `sim/data/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core import sources
from sim.core.categories import REGIONS
from sim.core.errors import DataError, Problem
from sim.core.kept import kept
from sim.core.language import _
from sim.world.data_checks import (
    check_columns,
    check_keys,
    check_sums,
    check_words,
    read_rows,
    unknown,
)
from sim.world.own_figures import ANNUAL, laid_over, own_annual

PACKAGED_FOLDER = Path(__file__).resolve().parents[1] / "data"
OD_PERIODS = ("1995-2000", "2000-2005", "2005-2010", "2010-2015")
SERIES_YEARS = range(2013, 2025)  # years that every filled series covers

# Provincial series carried beyond 2020 with the growth of national ones: the first that has the year.
_NATIONAL_GROWTH = {"wage_urban_nonprivate": ("wage_urban_nonprivate",)} | {
    "wage_urban_private" + industry: ("wage_urban_private" + industry, "wage_urban_private")
    for industry in (
        "",
        "_agriculture",
        "_manufacturing",
        "_construction",
        "_wholesale_retail",
        "_transport",
        "_hotel_catering",
        "_resident_services",
    )
}
_COMPLETE = ("gdp_current", "population_yearend", "rural_population_yearend", "urbanization_rate")
FILLED_INDICATORS = (*_COMPLETE, "rural_disposable_income_pc", *_NATIONAL_GROWTH)


@dataclass(
    frozen=True, eq=False
)  # one object is one state of the tables, and keys what is worked out from them
class Data:
    """Every packaged table, checked. Treat the frames as read-only: they are shared.

    `provinces` is indexed by the 31 two-digit codes in rising order; every array over provinces
    follows that order. Frames keep the columns of their files; their index is the line number in
    the file, except for `provinces`, `evidence` (id), `instruments` (id), `documents` (id) and
    `cohorts` (birth year).
    """

    folder: Path
    provinces: pd.DataFrame
    cities: pd.DataFrame
    hukou_policy: pd.DataFrame
    poverty_counties: pd.DataFrame
    minimum_wage: pd.DataFrame
    migrant_regions: pd.DataFrame
    province_migrants: pd.DataFrame
    official_annual: pd.DataFrame
    official_quarterly: pd.DataFrame
    evidence: pd.DataFrame
    instruments: pd.DataFrame
    documents: pd.DataFrame
    marginals: pd.DataFrame
    cohorts: pd.DataFrame
    targets: pd.DataFrame
    survey: pd.DataFrame
    not_modelled: pd.DataFrame
    official_groups: pd.DataFrame
    unmeasured_effects: pd.DataFrame
    programme_record: pd.DataFrame
    distance_km: np.ndarray  # (31, 31) km from origin row to destination column
    od_moves: dict[str, np.ndarray]  # period -> (31, 31) sample counts, origin x destination
    region_of: np.ndarray  # (31,) position in vocabulary.REGIONS
    _province_year: pd.DataFrame
    _national_year: pd.DataFrame
    observed_to: int = SERIES_YEARS[-1]  # the last year of outside series that are observed, not expected

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for array in (self.distance_km, self.region_of, *self.od_moves.values()):
            _fixed(array)

    def province_series(self, indicator: str) -> pd.DataFrame:
        """One provincial series as observed: years x 31 codes, missing cells NaN.

        Raises DataError for an unknown indicator, naming the nearest one.
        """
        rows = _rows_of(self._province_year, "province_year.csv", indicator)
        table = rows.pivot(index="year", columns="province_code", values="value")
        return table.reindex(columns=self.provinces.index).astype(float)

    def national_series(self, indicator: str) -> pd.Series:
        """One national series as observed, indexed by year; raises DataError if unknown."""
        rows = _rows_of(self._national_year, "national_year.csv", indicator)
        return rows.set_index("year")["value"].sort_index().rename(indicator)

    def filled_series(self, indicator: str, to: int = SERIES_YEARS[-1]) -> pd.DataFrame:
        """One provincial series for 2013-2024, or ``to`` another year, x 31 codes without gaps, stand-ins
        included.

        Stand-ins: a private wage after 2020 grows with the national one of its industry, and faster or
        slower as all private wages of the region did, as far as these are published, then with the national
        private wage; a non-private one with the national non-private wage; Tibet's
        private wages before 2020 follow the mean of the other western provinces; rural income
        after 2020 keeps each province's 2020 ratio to the national figure. Where a stand-in was
        used is where `province_series` has no value. Raises DataError for another indicator.
        """
        if indicator not in FILLED_INDICATORS:
            message = "series without a stand-in rule"
            raise DataError([unknown(message, "province_year.csv", indicator, FILLED_INDICATORS)])
        table = self.province_series(indicator).reindex(range(SERIES_YEARS[0], to + 1))
        if indicator in _NATIONAL_GROWTH:
            _fill_from_west(table, self.provinces["region_nbs"])
            if table.loc[to].isna().any():
                _carry_forward(table, self._growth_of_wages(indicator))
        elif indicator == "rural_disposable_income_pc":
            _carry_forward(table, self._every_province(self.national_series(indicator)))
        return table

    def _every_province(self, national: pd.Series) -> pd.DataFrame:
        """A national series as that of each province, years x 31 codes."""
        return pd.DataFrame({code: national for code in self.provinces.index})

    def _growth_of_wages(self, indicator: str) -> pd.DataFrame:
        """What the wages of a province and industry follow after the last year that is known, years x 31."""
        national = [self.national_series(name) for name in _NATIONAL_GROWTH[indicator]]
        index = self._every_province(_chained(national))
        if indicator == "wage_urban_nonprivate":
            return index
        everywhere = national[-1]
        for region in REGIONS:
            own = self.national_series(f"wage_urban_private_{region}")
            path = _chained([own, everywhere]) / everywhere
            inside = self.provinces.index[self.provinces["region_nbs"] == region]
            index[inside] = index[inside].mul(path.reindex(index.index), axis=0)
        return index

    def marginal(self, name: str, group: str) -> pd.Series:
        """The values of one population marginal for one group, indexed by category, file order."""
        rows = _rows_of(self.marginals, "population_marginals.csv", name, "marginal")
        chosen = rows[rows["group"] == group]
        if chosen.empty:
            groups = tuple(rows["group"].unique())
            file = "population_marginals.csv"
            raise DataError([unknown("unknown group", file, group, groups, key=name)])
        return chosen.set_index("category")["value"]

    def entrants(self) -> pd.DataFrame:
        """Persons who enter the rural labour force: entry years x (junior, senior, college).

        Formula: births x survival to 16 x rural share x share with that schooling x kept share
        (for college) x participation, in the year in which the cohort reaches the entry age.
        """
        cohort = self.cohorts
        base = cohort["births_10k"] * 1e4 * cohort["survival_to_16"] * cohort["rural_share_at_16"]
        base = base * cohort["participation"]
        parts = {}
        for level, share in (
            ("junior", 1.0),
            ("senior", 1.0),
            ("college", 1 - cohort["college_lost_share"]),
        ):
            part = base * cohort[f"{level}_share"] * share
            part.index = cohort.index + cohort[f"{level}_entry_age"]
            parts[level] = part
        return pd.DataFrame(parts).dropna().rename_axis("year")


def load_data(folder: str | Path | None = None) -> Data:
    """Read and check every data file; of the packaged ones the same `Data` is returned on later calls,
    with the user's own official figures laid over them (`sim.world.own_figures`).

    `folder` replaces the packaged data (for tests). Raises DataError listing every problem with
    its file and line: missing files or columns, cells of the wrong kind or out of range, unknown
    or repeated keys, units that are not expected, and sums that do not hold.
    """
    return _packaged_data() if folder is None else _read(Path(folder))


def forget_data() -> None:
    """Read the packaged data and the user's own figures anew at the next call: files have changed."""
    sources.forget()  # hashes of the files as they were, by which what is read is kept
    _packaged_data.cache_clear()


@cache
def _packaged_data() -> Data:
    data = kept("data", lambda: _read(PACKAGED_FOLDER))
    annual = laid_over(data.official_annual, own_annual(rules_of(ANNUAL)))
    return replace(data, folder=PACKAGED_FOLDER, official_annual=annual)


def rules_of(file: str) -> pd.DataFrame:
    """What the packaged schema says of the columns of a file."""
    schema = pd.read_csv(PACKAGED_FOLDER / "schema.csv", dtype=str, keep_default_na=False)
    return schema[schema["file"] == file]


def _read(home: Path) -> Data:
    problems: list[Problem] = []
    schema = read_rows(home / "schema.csv", problems)
    if schema is None:
        raise DataError(problems)
    rules = dict(tuple(schema.groupby("file", sort=False)))
    tables = {}
    for file in rules:
        frame = read_rows(home / file, problems)
        if frame is not None:
            tables[file] = check_columns(file, frame, rules[file], problems)
    _stop_at(problems)
    for file in rules:
        check_words(file, tables, rules[file], problems)
        check_keys(file, tables[file], rules[file], problems)
    _stop_at(problems)
    check_sums(tables, problems)
    _stop_at(problems)
    return _assemble(home, tables)


def _stop_at(problems: list[Problem]) -> None:
    if problems:
        raise DataError(problems)


def _assemble(folder: Path, tables: dict[str, pd.DataFrame]) -> Data:
    provinces = tables["provinces.csv"].set_index("code").sort_index()
    marginals = tables["population_marginals.csv"]
    return Data(
        folder=folder,
        provinces=provinces,
        cities=tables["cities.csv"],
        hukou_policy=tables["hukou_policy.csv"],
        poverty_counties=tables["poverty_counties.csv"],
        minimum_wage=tables["minimum_wage.csv"],
        migrant_regions=tables["migrant_regions.csv"],
        province_migrants=tables["province_migrants.csv"],
        official_annual=tables["official_annual.csv"],
        official_quarterly=tables["official_quarterly.csv"],
        evidence=tables["evidence.csv"].set_index("id"),
        instruments=tables["instruments.csv"].set_index("id"),
        documents=tables["documents.csv"].set_index("id"),
        marginals=marginals,
        cohorts=tables["cohorts.csv"].set_index("birth_year"),
        targets=tables["targets.csv"],
        survey=tables["survey.csv"],
        not_modelled=tables["not_modelled.csv"],
        official_groups=tables["official_groups.csv"],
        unmeasured_effects=tables["unmeasured_effects.csv"],
        programme_record=tables["programme_record.csv"],
        distance_km=_distances(tables["distances.csv"], provinces, marginals),
        od_moves=_moves(tables["od_flows_history.csv"], provinces.index),
        region_of=_fixed(np.array([REGIONS.index(name) for name in provinces["region_nbs"]])),
        _province_year=tables["province_year.csv"],
        _national_year=tables["national_year.csv"],
    )


def _distances(table: pd.DataFrame, provinces: pd.DataFrame, marginals: pd.DataFrame) -> np.ndarray:
    """(31, 31) km between population centres; the diagonal is the way from the village to the capital.

    The four municipalities are one unit each in the census, so their diagonal is the mean distance
    from a point of a disc of their land area to its centre, two thirds of its radius.
    """
    km = table.pivot(index="origin_code", columns="dest_code", values="km_popcentroid_to_popcentroid")
    km = km.loc[provinces.index, provinces.index].to_numpy(dtype=float).copy()
    own = provinces["mean_km_rural_to_capital"].copy()
    for row in marginals[marginals["marginal"] == "municipality_area"].itertuples():
        own[int(row.category)] = 2 / 3 * np.sqrt(row.value / np.pi)
    np.fill_diagonal(km, own)
    if not np.isfinite(km).all():
        lacking = ", ".join(str(code) for code in own.index[own.isna()])
        problem = Problem(
            _("province without an own distance"),
            file="provinces.csv",
            key="mean_km_rural_to_capital",
            value=lacking,
            allowed=_("a distance, or a municipality_area among the marginals"),
        )
        raise DataError([problem])
    return _fixed(km)


def _moves(table: pd.DataFrame, codes: pd.Index) -> dict[str, np.ndarray]:
    moves = {}
    for period in OD_PERIODS:
        rows = table[table["period"] == period]
        counts = rows.pivot(index="origin_code", columns="dest_code", values="sample_count")
        moves[period] = _fixed(counts.reindex(index=codes, columns=codes).fillna(0).to_numpy(float).copy())
    return moves


def _fixed(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


def _fill_from_west(table: pd.DataFrame, regions: pd.Series) -> None:
    """Years without a value take the province's first later value, moved back by the West's mean."""
    for code in table.columns[table.loc[:2020].isna().any()]:
        west = table[regions.index[(regions == "West") & (regions.index != code)]].mean(axis=1)
        first = table[code].first_valid_index()
        for year in table.index[table.index < first]:
            table.loc[year, code] = table.loc[first, code] * west[year] / west[first]


def _chained(series: list[pd.Series]) -> pd.Series:
    """An index that grows as the first of several series that has both years, from the first year of the
    first one on, over the years of the last.
    """
    years = [year for year in series[-1].index if year >= series[0].index[0]]
    values = [1.0]
    for before, year in zip(years[:-1], years[1:], strict=True):
        one = next(found for found in series if year in found.index and before in found.index)
        values.append(values[-1] * float(one[year] / one[before]))
    return pd.Series(values, index=years)


def _carry_forward(table: pd.DataFrame, index: pd.DataFrame) -> None:
    """Years after the last observed one grow with the province's column of an index, years x codes."""
    last = table.dropna(how="all").index[-1]
    for year in table.index[table.index > last]:
        table.loc[year] = table.loc[last] * index.loc[year] / index.loc[last]


def _rows_of(frame: pd.DataFrame, file: str, name: str, column: str = "indicator") -> pd.DataFrame:
    rows = frame[frame[column] == name]
    if rows.empty:
        known = tuple(frame[column].unique())
        raise DataError([unknown(f"unknown {column}", file, name, known, key=column)])
    return rows
