"""The input data as somebody had them at the end of a year, and as they then expected the years after.

What the model reads of later years is taken away. Each outside series goes on at the mean growth of its last
five known years, each province's own at its own. Where output was expected to grow otherwise (``output``: a
rate for each year ahead, the last one for all years after), wages and rural incomes grow faster or slower by
as much. Of cohorts that have not come of age the births are known,
and their schooling goes on as it moved. Official figures of later years are taken away too.
What describes January 2014 (population, corridors, city sizes) stays, whenever it was published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.world.data import FILLED_INDICATORS, SERIES_YEARS, Data
from sim.world.series import FIRST_YEAR, Growth

GROWTH_YEARS = 5  # whose mean growth an outside series keeps
_LEVELS = ("cpi_index_2020_100", "rural_disposable_income_pc")
_OUTPUT = "gdp_real_growth"
_GROWTH_RATES = (_OUTPUT, "floor_space_under_construction_growth")  # percent: their means go on
_FOLLOW_OUTPUT = tuple(name for name in FILLED_INDICATORS if name.startswith(("wage_", "rural_disposable")))
_AT_16 = ("survival_to_16", "rural_share_at_16", "junior_share")  # what is known of a cohort at that age
_AT_19 = ("college_share", "college_lost_share", "participation")


def as_known(data: Data, year: int, output: Sequence[float] = ()) -> Data:
    """The data as known at the end of a year, with the years after as expected then.

    ``output``: real growth expected for the years ahead, as shares; without it the mean of the last five
    known years goes on. Nothing in it hangs on a later figure of an outside or official series. Raises
    UsageError for a year before growth can have been seen, or after the last observed one.
    """
    least = FIRST_YEAR + 1
    if not least <= year <= data.observed_to:
        raise UsageError(
            Problem(
                _("the outside series are not known to the end of this year"),
                value=year,
                allowed=_("{low} to {high}", low=least, high=data.observed_to),
            )
        )
    apart = _apart(data, year, output)
    official = data.official_annual
    quarterly = data.official_quarterly
    return replace(
        data,
        official_annual=official[official["year"] <= year],
        official_quarterly=quarterly[quarterly["year"] <= year],
        cohorts=_cohorts(data.cohorts, year),
        observed_to=year,
        _province_year=_provinces(data, year, apart),
        _national_year=_national(data._national_year, year, apart),
    )


def expected_growth(known: Data, output: float | None = None) -> Growth:
    """The yearly growth after the last observation that data ``as_known`` go on with, for the nation.

    ``output``: what was expected of output, by default its mean of five years. Entrants follow the cohorts.
    """
    prices = _growth_of(known.national_series("cpi_index_2020_100").loc[: known.observed_to])
    before = _output_before(known, known.observed_to)
    output = before if output is None else output
    wages = known.filled_series("wage_urban_private").loc[: known.observed_to].mean(axis=1)
    rural = known.national_series("rural_disposable_income_pc").loc[: known.observed_to]
    return Growth(
        real_output=output,
        real_wage=(1.0 + _growth_of(wages)) / (1.0 + prices) - 1.0 + output - before,
        real_rural_income=(1.0 + _growth_of(rural)) / (1.0 + prices) - 1.0 + output - before,
        prices=prices,
        entrants=0.0,
    )


def _output_before(data: Data, year: int) -> float:
    """Mean growth of real output over the last five years to one, as a share."""
    return float(data.national_series(_OUTPUT).loc[:year].iloc[-GROWTH_YEARS:].mean()) / 100.0


def _apart(data: Data, year: int, output: Sequence[float]) -> np.ndarray:
    """By how much growth in each later year differs from the mean of the years before, as a share."""
    later = _later_years(year)
    if not len(output):
        return np.zeros(len(later))
    expected = [output[min(number, len(output) - 1)] for number in range(len(later))]
    return np.array(expected) - _output_before(data, year)


def _growth_of(series: pd.Series) -> float:
    """Mean yearly growth over the last years of a series without gaps at its ends."""
    values = series.dropna()
    first = values.index[values.index >= values.index[-1] - GROWTH_YEARS][0]
    years = values.index[-1] - first
    return float((values.iloc[-1] / values.loc[first]) ** (1.0 / years) - 1.0) if years else 0.0


def _later_years(year: int) -> range:
    return range(year + 1, SERIES_YEARS[-1] + 1)


def _national(table: pd.DataFrame, year: int, apart: np.ndarray) -> pd.DataFrame:
    """National series that the model reads beside the provincial ones."""
    known = table[table["year"] <= year]
    parts = [known]
    for name in (*_LEVELS, *_GROWTH_RATES):
        rows = table[table["indicator"] == name].sort_values("year")
        series = rows[rows["year"] <= year].set_index("year")["value"]
        later = _later_years(year)
        if name in _GROWTH_RATES:
            values = np.full(len(later), series.iloc[-GROWTH_YEARS:].mean() if len(series) else 0.0)
            values += 100.0 * apart if name == _OUTPUT else 0.0
        else:
            follows = apart if name in _FOLLOW_OUTPUT else 0.0 * apart
            values = series.iloc[-1] * np.cumprod(1.0 + _growth_of(series) + follows)
        parts.append(_rows_like(rows, pd.DataFrame({"year": later, "value": values})))
    return pd.concat(parts, ignore_index=True)


def _provinces(data: Data, year: int, apart: np.ndarray) -> pd.DataFrame:
    """Provincial series that the model reads, complete: stand-ins to the year, and what is expected after."""
    table = data._province_year
    known = table[table["year"] <= year]
    others = known[~known["indicator"].isin(FILLED_INDICATORS)]
    national = data._national_year[data._national_year["year"] <= year]
    parts = [others]
    for name in FILLED_INDICATORS:
        rows = known[known["indicator"] == name]
        seen = pd.concat([rows, _from_region(rows, data.provinces["region_nbs"])])
        then = replace(data, _province_year=seen, _national_year=national)
        filled = then.filled_series(name, to=year)
        growth = np.array([_growth_of(filled[code]) for code in filled.columns])
        follows = apart if name in _FOLLOW_OUTPUT else 0.0 * apart
        ahead = filled.loc[year].to_numpy() * np.cumprod(1.0 + growth + follows[:, None], axis=0)
        ahead = pd.DataFrame(ahead, index=list(_later_years(year)), columns=filled.columns)
        long = pd.concat([filled, ahead]).rename_axis(index="year", columns="province_code").stack()
        parts.append(_rows_like(rows, long.rename("value").reset_index()))
    return pd.concat(parts, ignore_index=True)


def _from_region(rows: pd.DataFrame, regions: pd.Series) -> pd.DataFrame:
    """Figures of provinces that have none yet: means of the others of their regions."""
    table = rows.pivot(index="year", columns="province_code", values="value")
    made = {}
    for code in regions.index.difference(table.columns):
        alike = regions.index[(regions == regions[code])].intersection(table.columns)
        made[code] = table[alike].mean(axis=1)
    if not made:
        return rows.iloc[:0]
    long = pd.DataFrame(made).rename_axis(index="year", columns="province_code").stack()
    return _rows_like(rows, long.rename("value").reset_index())


def _rows_like(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Rows with these values, and all else as in the first of ``rows``."""
    same = {name: rows[name].iloc[0] for name in rows.columns if name not in values.columns}
    return values.assign(**same)[list(rows.columns)]


def _cohorts(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cohorts born by the end of a year. What is not known of the younger ones changes from cohort to cohort
    as it did over the last that had come of age."""
    known = table.loc[:year].copy()
    for names, age in ((_AT_16, 16), (_AT_19, 19)):
        last = min(year - age, int(known.index[-1]))
        ahead = known.index[known.index > last]
        for name in names:
            step = (known.loc[last, name] - known.loc[last - GROWTH_YEARS, name]) / GROWTH_YEARS
            known.loc[ahead, name] = np.clip(known.loc[last, name] + step * (ahead - last), 0.0, 1.0)
    known["college_share"] = known["college_share"].clip(upper=1.0 - known["junior_share"])
    known["senior_share"] = 1.0 - known["junior_share"] - known["college_share"]
    return known
