"""What must be true of the packaged data: columns, kinds, ranges, known words, keys and sums.

Each check adds `Problem`s to a list, with the file and line, instead of stopping at the first.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core.categories import REGIONS
from sim.core.errors import Problem, nearest
from sim.core.language import _

# Lowest and highest plausible value of each unit; changes and growth rates may be negative.
UNIT_BOUNDS = {
    "percent": (0, 100),
    "pct": (0, 100),
    "share": (0, 1),
    "10k_persons": (0, 150_000),
    "10k persons": (0, 150_000),
    "million": (0, 1_500),
    "persons": (0, 1.5e9),
    "yuan": (1, 1e6),
    "per 1000 persons": (1, 60),
    "yuan/month": (1, 1e5),
    "yuan/year": (1, 1e6),
    "yuan/person/year": (1, 2e5),
    "100m yuan": (1, 2e6),
    "100m_yuan": (1, 2e6),
    "2020=100": (20, 300),
    "years": (0, 100),
    "months": (0, 12),
    "days": (0, 31),
    "hours": (0, 24),
    "km2": (1, 2e6),
    "log points": (0, 5),
    "square_metres": (0, 200),
}
_ROUNDED = 0.02  # part by which a printed figure may differ from the quotient of two others


def read_rows(path: Path, problems: list[Problem]) -> pd.DataFrame | None:
    """A CSV file as text columns, indexed by line number; None, with a problem noted, if unusable."""
    if not path.is_file():
        problems.append(Problem(_("data file is missing"), file=str(path)))
        return None
    rows, lines = [], []
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle)
        header = next(reader, [])
        for row in reader:
            if len(row) == len(header):
                rows.append(row)
                lines.append(reader.line_num)
            else:
                allowed = f"{len(header)} cells"
                line, found = reader.line_num, len(row)
                problems.append(_problem("wrong number of cells", path.name, line, "", found, allowed))
    if not rows:
        problems.append(Problem(_("data file has no rows"), file=path.name, line=1))
        return None
    return pd.DataFrame(rows, columns=header, index=pd.Index(lines, name="line"), dtype=object)


def check_columns(
    file: str, frame: pd.DataFrame, rules: pd.DataFrame, problems: list[Problem]
) -> pd.DataFrame:
    """Columns present, cells of the declared kind and inside the declared bounds.

    Returns the frame with numbers as numbers: whole-number columns without gaps become int64, the
    other numeric ones float64 with NaN where the cell is empty.
    """
    for rule in rules.itertuples():
        if rule.column not in frame:
            present = ", ".join(frame.columns)
            problems.append(_problem("column is missing", file, 1, rule.column, None, f"present: {present}"))
            continue
        cells = frame[rule.column]
        empty = cells == ""
        if rule.required == "yes":
            _note(problems, file, rule.column, cells, empty, "cell is empty", "a value")
        if rule.kind == "text":
            continue
        values = pd.to_numeric(cells.where(~empty), errors="coerce").astype(float)
        wrong = ~empty & ~np.isfinite(values)
        if rule.kind == "integer":
            wrong |= ~empty & (values % 1 != 0)
        kind = "a whole number" if rule.kind == "integer" else "a number"
        _note(problems, file, rule.column, cells, wrong, "cell is not of the expected kind", kind)
        if rule.lower != "":
            low, high = float(rule.lower), float(rule.upper)
            outside = ~wrong & ((values < low) | (values > high))
            allowed = f"{low:g} to {high:g}"
            _note(problems, file, rule.column, cells, outside, "value is out of range", allowed)
        whole = rule.kind == "integer" and not empty.any() and not wrong.any()
        frame[rule.column] = values.astype(np.int64) if whole else values
    return frame


def check_words(
    file: str, tables: dict[str, pd.DataFrame], rules: pd.DataFrame, problems: list[Problem]
) -> None:
    """Cells that must name something known: a province, region, unit, source, document or word."""
    frame = tables[file]
    for rule in rules[rules["allowed"] != ""].itertuples():
        if rule.allowed == "@unit":
            _check_unit_bounds(file, frame, problems)
            continue
        known = _known_words(rule.allowed, tables)
        cells = frame[rule.column]
        for cell in cells.unique():
            for word in _words_in(cell, rule.allowed):
                if word not in known:
                    lines = cells.index[cells == cell]
                    more = f", here and in {len(lines) - 1} more rows" if len(lines) > 1 else ""
                    message = "value is not known" + more
                    problems.append(unknown(message, file, word, known, lines[0], rule.column))


def check_keys(file: str, frame: pd.DataFrame, rules: pd.DataFrame, problems: list[Problem]) -> None:
    """No two rows with the same key."""
    keys = list(rules.loc[rules["key"] == "yes", "column"])
    for line, row in frame.loc[frame.duplicated(keys), keys].iterrows():
        value = ", ".join(str(cell) for cell in row)
        problems.append(_problem("key occurs twice", file, line, ", ".join(keys), value, "each key once"))


def check_sums(tables: dict[str, pd.DataFrame], problems: list[Problem]) -> None:
    """Totals that must hold within and between the files."""
    _check_census_sums(tables, problems)
    _check_province_years(tables["province_year.csv"], problems)
    for file, name in (("official_annual.csv", "official"), ("national_year.csv", "national")):
        check_migrant_sums(file, tables[file], name, problems)
    _check_pairs(tables, problems)
    _check_marginals(tables["population_marginals.csv"], problems)
    _check_cohorts(tables["cohorts.csv"], problems)
    _check_programmes(tables["programme_record.csv"], problems)


def unknown(
    message: str,
    file: str,
    word: object,
    known: tuple,
    line: int | None = None,
    key: str | None = None,
) -> Problem:
    """The problem of a word that is not among the known ones, with the nearest of them."""
    words = tuple(str(item) for item in known)
    word = word.item() if isinstance(word, np.generic) else word
    close = nearest(word, words)
    return Problem(message, file=file, line=line, key=key, value=word, allowed=words, nearest=close)


def _known_words(allowed: str, tables: dict[str, pd.DataFrame]) -> tuple:
    columns = {
        "@province": ("provinces.csv", "code"),
        "@source": ("sources.csv", "source_id"),
        "@official_source": ("official_sources.csv", "source_id"),
        "@document": ("documents.csv", "id"),
        "@evidence": ("evidence.csv", "id"),
    }
    if allowed in columns:
        file, column = columns[allowed]
        return tuple(tables[file][column])
    if allowed == "@region":
        return REGIONS
    if allowed == "@units":
        return tuple(UNIT_BOUNDS)
    return tuple(allowed.split("|"))


def _words_in(cell: object, allowed: str) -> list:
    """The words of a cell: one, or several where sources or documents are listed."""
    if allowed == "@source":
        return re.findall(r"[A-Z]\d+[a-z]?", str(cell)) or [cell]
    if allowed == "@document":
        return [word.strip() for word in str(cell).split(";")]
    return [cell]


def _check_unit_bounds(file: str, frame: pd.DataFrame, problems: list[Problem]) -> None:
    name = next(frame[column] for column in ("indicator", "measure", "marginal") if column in frame)
    signed = name.str.contains("change|growth").to_numpy()
    units, values = frame["unit"].to_numpy(), frame["value"].to_numpy()
    for unit, (low, high) in UNIT_BOUNDS.items():
        outside = (units == unit) & ((values < np.where(signed, -high, low)) | (values > high))
        allowed = f"{low:g} to {high:g} {unit}"
        _note(problems, file, "value", frame["value"], outside, "value is out of range", allowed)


def _check_census_sums(tables: dict[str, pd.DataFrame], problems: list[Problem]) -> None:
    """The 31 provinces against the national census of 2020; about 2.0 million servicemen are in none."""
    provinces, national = tables["provinces.csv"], tables["national_year.csv"]
    file = "provinces.csv"
    if len(provinces) != 31:
        problems.append(_problem("wrong number of provinces", file, 1, "code", len(provinces), "31"))
    census = national[national["year"] == 2020].set_index("indicator")["value"]
    separated = census["intraprovincial_floating_population"] + census["intra_city_district_separation"]
    for column, total, tolerance in (
        ("population_2020", census["census_population"] - 2.0e6, 1e4),
        ("rural_population_2020", census["census_rural_population"], 5e3),
        ("inflow_hukou_other_province_2020", census["interprovincial_floating_population"], 0.5),
        ("intra_province_separated_2020", separated, 0.5),
    ):
        _compare(problems, file, provinces.index[-1], column, provinces[column].sum(), total, tolerance)
    regions = provinces["region_nbs"].value_counts()
    for region, expected in zip(REGIONS, (10, 6, 12, 3), strict=True):
        _compare(problems, file, 1, f"provinces in {region}", regions.get(region, 0), expected, 0)


def _check_province_years(table: pd.DataFrame, problems: list[Problem]) -> None:
    """Rural population = population x (1 - urban share); 31 provinces in every complete series."""
    wide = table.pivot_table(index=["year", "province_code"], columns="indicator", values="value")
    rural = wide["population_yearend"] * (1 - wide["urbanization_rate"] / 100)
    off = (wide["rural_population_yearend"] - rural).abs() > 1.0
    rows = table[table["indicator"] == "rural_population_yearend"]
    lines = pd.Series(rows.index, index=pd.MultiIndex.from_frame(rows[["year", "province_code"]]))
    for key in off.index[off]:
        found = wide.loc[key, "rural_population_yearend"]
        _compare(
            problems,
            "province_year.csv",
            lines[key],
            "rural_population_yearend",
            found,
            rural[key],
            1,
        )
    for indicator in ("population_yearend", "urbanization_rate", "gdp_current"):
        counts = table[table["indicator"] == indicator].groupby("year")["value"].count()
        for year, count in counts.items():
            _compare(problems, "province_year.csv", 1, f"{indicator} {year}: provinces", count, 31, 0)


def check_migrant_sums(file: str, table: pd.DataFrame, name: str, problems: list[Problem]) -> None:
    """Out + local = total and cross-province + within-province = out in every year."""
    if name == "official":
        rows = table[table["indicator"] == "migrant_workers"]
        key = rows["group"]
        of_out = ("out_cross_province", "out_within_province")
        sums: tuple[tuple[str, tuple[str, str]], ...] = (("total", ("out", "local")), ("out", of_out))
    else:
        rows = table[table["indicator"].str.fullmatch("migrant_workers_(out|local|total)")]
        key = rows["indicator"]
        sums = (("migrant_workers_total", ("migrant_workers_out", "migrant_workers_local")),)
    rows = rows.assign(key=key)
    wide = rows.pivot(index="year", columns="key", values="value")
    for total, parts in sums:
        for year, row in wide.dropna(subset=[total, *parts]).iterrows():
            line = rows.index[(rows["year"] == year) & (rows["key"] == total)][0]
            _compare(problems, file, line, f"{year} {total}", row[list(parts)].sum(), row[total], 0.5)


def _check_pairs(tables: dict[str, pd.DataFrame], problems: list[Problem]) -> None:
    """Every pair of provinces once: 31 x 31 distances, symmetric; 31 x 30 moves in each period."""
    distances = tables["distances.csv"]
    _compare(problems, "distances.csv", 1, "pairs", len(distances), 31 * 31, 0)
    km = distances.set_index(["origin_code", "dest_code"])["km_popcentroid_to_popcentroid"]
    back = km.swaplevel().reindex(km.index)
    for line, there, back_again in zip(distances.index, km, back, strict=True):
        if not abs(there - back_again) <= 0.2:
            _compare(
                problems,
                "distances.csv",
                line,
                "km_popcentroid_to_popcentroid",
                there,
                back_again,
                0.2,
            )
    moves = tables["od_flows_history.csv"]
    same = moves["origin_code"] == moves["dest_code"]
    _note(
        problems,
        "od_flows_history.csv",
        "dest_code",
        moves["dest_code"],
        same,
        "a move within one province",
        "two different provinces",
    )
    for period, rows in moves.groupby("period"):
        _compare(
            problems,
            "od_flows_history.csv",
            rows.index[-1],
            f"{period}: pairs",
            len(rows),
            31 * 30,
            0,
        )


def _check_marginals(table: pd.DataFrame, problems: list[Problem]) -> None:
    """Marginals named `..._shares` sum to 100 percent in each group; the labour force adds up."""
    file = "population_marginals.csv"
    for (marginal, group), rows in table.groupby(["marginal", "group"], sort=False):
        if marginal.endswith("_shares"):
            _compare(problems, file, rows.index[-1], f"{marginal} {group}", rows["value"].sum(), 100, 0.3)
    force = table[(table["marginal"] == "labour_force") & (table["group"] == "all")]
    value = force.set_index("category")["value"]
    parts = value[["out", "local", "farm_idle"]].sum()
    _compare(problems, file, force.index[-1], "labour_force all", parts, value["total"], 0.5)


def _check_cohorts(table: pd.DataFrame, problems: list[Problem]) -> None:
    """Schooling shares of each cohort sum to one; birth years follow each other."""
    total = table[["junior_share", "senior_share", "college_share"]].sum(axis=1)
    for line in total.index[(total - 1).abs() > 0.001]:
        _compare(problems, "cohorts.csv", line, "schooling shares", total[line], 1, 0.001)
    years = table["birth_year"].diff().iloc[1:]
    for line in years.index[years != 1]:
        _compare(problems, "cohorts.csv", line, "birth_year step", years[line], 1, 0)


_UNITS_OF = {  # measure of a programme -> its units
    "spent": ("yuan",),
    "served": ("persons",),
    "per_person": ("yuan_per_person", "yuan_per_month"),
}


def _check_programmes(table: pd.DataFrame, problems: list[Problem]) -> None:
    """Units fit the measure; shares and exceptions have a reason; money over people is money per person."""
    file = "programme_record.csv"
    for measure, units in _UNITS_OF.items():
        wrong = (table["measure"] == measure) & ~table["unit"].isin(units)
        _note(
            problems, file, "unit", table["unit"], wrong, "unit does not fit the measure", " or ".join(units)
        )
    for value, why, is_given in (
        ("rural_share", "rural_share_source", table["rural_share"].notna()),
        ("judged", "reason", table["judged"] == "no"),
    ):
        lacking, needless = is_given & (table[why] == ""), ~is_given & (table[why] != "")
        _note(problems, file, why, table[value], lacking, "cell is empty", "why it is so")
        _note(problems, file, why, table[why], needless, f"there is no {value} to explain", "an empty cell")
    alike = ["instrument", "part", "programme", "covers", "year"]
    for _key, rows in table.groupby(alike, sort=False):
        per = rows[rows["unit"] == "yuan_per_person"]
        money, people = (rows.loc[rows["measure"] == name, "value"] for name in ("spent", "served"))
        if len(per) and len(money) and len(people):
            whole = float(money.iloc[0] / people.iloc[0])
            _compare(problems, file, per.index[0], "value", per["value"].iloc[0], whole, _ROUNDED * whole)


def _compare(
    problems: list, file: str, line: int, key: str, found: float, expected: float, tolerance: float
) -> None:
    if not abs(found - expected) <= tolerance:  # also true for NaN
        allowed = f"{expected:.10g}" + (f" within {tolerance:g}" if tolerance else "")
        problems.append(_problem("sum does not hold", file, line, key, round(float(found), 4), allowed))


def _note(
    problems: list,
    file: str,
    key: str,
    cells: pd.Series,
    bad: np.ndarray | pd.Series,
    message: str,
    allowed: str,
) -> None:
    """Note a problem for each of the cells that is bad."""
    for line, cell in cells[bad].items() if bad.any() else ():
        problems.append(_problem(message, file, line, key, cell, allowed))


def _problem(message: str, file: str, line: int, key: str, value: object, allowed: str) -> Problem:
    value = value.item() if isinstance(value, np.generic) else value
    return Problem(message, file=file, line=int(line), key=key or None, value=value, allowed=allowed)
