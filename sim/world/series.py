"""Outside series by month: output, wages, rural income, living costs, entrants; past and future.

Yearly figures are taken as the middle of their year and joined by straight lines in logarithms;
after the last observed year they grow at the assumed rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.core.categories import SECTORS, TIERS
from sim.parameters.behaviour import DEFAULTS
from sim.parameters.definition import chosen
from sim.world.corridors import Corridors
from sim.world.data import Data
from sim.world.places import HOMES, Places

FIRST_YEAR, LAST_YEAR = 2014, 2036
MONTHS = (LAST_YEAR - FIRST_YEAR) * 12
ENTRY_AGE = 18  # between the ages at which those with little and with much schooling enter
REFERENCE_YEAR = 2023  # the year whose prices and incomes the cost and farm parameters are in

_WAGE_SERIES = {
    "manufacturing": "wage_urban_private_manufacturing",
    "construction": "wage_urban_private_construction",
    "wholesale_retail": "wage_urban_private_wholesale_retail",
    "transport": "wage_urban_private_transport",
    "hotel_catering": "wage_urban_private_hotel_catering",
    "resident_services": "wage_urban_private_resident_services",
    "other": "wage_urban_private",
}


class SeriesNumbers(NamedTuple):
    """Parameters that the outside series of places rest on.

    Pay of migrants by tier is relative to the private-unit wage of the province; what living there costs, to
    the national average of migrants, and nothing in the home township. The spread follows out-migrants' pay
    by kind of place in 2012 and housing cost in 2013. Between provinces migrants' pay differs less than the
    wages of private units, which also pay for more schooling where they are high.
    """

    tier_pay_home_township: float
    tier_pay_county_town: float
    tier_pay_city: float
    tier_pay_large_city: float
    tier_pay_mega_city: float
    tier_cost_county_town: float
    tier_cost_city: float
    tier_cost_large_city: float
    tier_cost_mega_city: float
    entrants_first_half_factor: float
    province_pay_elasticity: float
    building_floor_space_elasticity: float

    @property
    def pay(self) -> np.ndarray:
        """Pay by tier over that of the province."""
        return np.array([getattr(self, f"tier_pay_{tier}") for tier in TIERS])

    @property
    def cost(self) -> np.ndarray:
        """Extra cost of living by tier over that of all migrants."""
        return np.array([0.0, *(getattr(self, f"tier_cost_{tier}") for tier in TIERS[1:])])


DEFAULT_NUMBERS = chosen(SeriesNumbers, DEFAULTS)


@dataclass(frozen=True)
class Growth:
    """Assumed yearly growth after the last observation, as shares."""

    real_output: float
    real_wage: float
    real_rural_income: float
    prices: float
    entrants: float


@dataclass(frozen=True)
class Series:
    """Monthly outside series; month 0 is January 2014."""

    output_ratio: np.ndarray  # (31, months) real output over January 2014
    log_pay: np.ndarray  # (places, 7, months) log monthly pay: private units', as migrants' pay answers it
    rural_income: np.ndarray  # (31, months) rural income over the national mean of 2023
    cost_index: np.ndarray  # (places, months) city living cost over the national mean of 2023
    price_index: np.ndarray  # (months,) consumer prices over 2023
    sector_ratio: np.ndarray  # (7, months) share of a sector in the jobs of urban units over January 2014
    unit_jobs: np.ndarray  # (31, months) jobs in urban units over January 2014
    building: np.ndarray  # (months,) jobs in construction, as they follow floor space, over those of 2020
    entrants: np.ndarray  # (31, months) persons entering the labour force
    observed_months: int  # months to the end of the last year whose output is observed

    def index_of(self, name: str) -> np.ndarray:
        """What costs follow, (months,): consumer ``prices``, or ``wages`` of private urban units, the mean of
        the provinces.
        """
        if name == "prices":
            return self.price_index
        return np.exp(self.log_pay[:HOMES, SECTORS.index("other")].mean(axis=0))

    def since(self, name: str, year: int) -> np.ndarray:
        """The same over its mean of a year, (months,)."""
        index = self.index_of(name)
        first = (year - FIRST_YEAR) * 12
        return index / index[first : first + 12].mean()


def build_series(
    data: Data,
    places: Places,
    corridors: Corridors,
    growth: Growth,
    numbers: SeriesNumbers = DEFAULT_NUMBERS,
) -> Series:
    """All outside series of a run."""
    months = MONTHS
    output = _real_output(data)
    monthly_output = _monthly(output, growth.real_output, months)
    rural = data.filled_series("rural_disposable_income_pc")
    national_rural = _gaps_filled(data.national_series("rural_disposable_income_pc"))
    nominal = (1 + growth.real_rural_income) * (1 + growth.prices) - 1
    monthly_rural = _monthly(rural, nominal, months) / float(national_rural.loc[REFERENCE_YEAR])
    national = _monthly(national_rural.loc[2013:2024].to_frame(), nominal, months)[0]
    cost_index = national / float(national_rural.loc[REFERENCE_YEAR])
    return Series(
        output_ratio=monthly_output / monthly_output[:, :1],
        log_pay=_log_pay(data, places, corridors, growth, numbers),
        rural_income=monthly_rural,
        cost_index=numbers.cost[places.tier][:, None] * cost_index[None, :],
        price_index=consumer_prices(data, growth.prices),
        sector_ratio=_sector_ratio(data, months),
        unit_jobs=_unit_jobs(data, months),
        building=_floor_space(data, months) ** numbers.building_floor_space_elasticity,
        entrants=_entrants(data, corridors.workers, growth.entrants, numbers.entrants_first_half_factor),
        observed_months=(min(int(output.index[-1]), data.observed_to) + 1 - FIRST_YEAR) * 12,
    )


def consumer_prices(data: Data, growth: float) -> np.ndarray:
    """Consumer prices over those of 2023, (months,). growth: a share a year, after the last observation."""
    prices = data.national_series("cpi_index_2020_100")
    prices = prices / prices.loc[REFERENCE_YEAR]
    return _monthly(prices.loc[2013:].to_frame(), growth, MONTHS)[0]


def _monthly(yearly: pd.DataFrame, growth: float, months: int) -> np.ndarray:
    """(columns, months) from years x columns: log-linear between mid-years, then growth a year."""
    last = int(yearly.index[-1])
    log_values = np.log(yearly.to_numpy(float))
    extra = np.arange(1, LAST_YEAR - last + 2)
    log_values = np.vstack([log_values, log_values[-1] + np.log1p(growth) * extra[:, None]])
    years = np.concatenate([yearly.index.to_numpy(float), last + extra])
    at = FIRST_YEAR + np.arange(months) / 12.0 - 0.5 + 1.0 / 24.0
    return np.exp(np.array([np.interp(at, years, column) for column in log_values.T]))


def _real_output(data: Data) -> pd.DataFrame:
    """Output of the provinces at the prices of all output: years x provinces, 2013-2024.

    The prices are those that make the provinces' sum grow as national output did at constant prices.
    Consumer prices would not do: prices of output rose by 4 % in 2017 and fell in 2015.
    """
    output = data.filled_series("gdp_current")
    growth = data.national_series("gdp_real_growth").reindex(output.index[1:]) / 100.0
    real = np.concatenate([[1.0], np.cumprod(1.0 + growth.to_numpy(float))])
    nominal = output.sum(axis=1).to_numpy(float)
    return output.div(nominal / nominal[0] / real, axis=0)


def _sector_ratio(data: Data, months: int) -> np.ndarray:
    """Shares of manufacturing, construction and all else in the jobs of urban units, over January 2014.

    After the last observed year the shares stay.
    """
    counted = [
        data.province_series(f"employed_urban_units{name}").loc[2013:].sum(axis=1, min_count=HOMES)
        for name in ("", "_manufacturing", "_construction")
    ]
    table = pd.concat(counted, axis=1).dropna()
    shares = table.iloc[:, 1:].div(table.iloc[:, 0], axis=0)
    shares["rest"] = 1.0 - shares.sum(axis=1)
    ratio = _monthly(shares, 0.0, months)
    ratio /= ratio[:, :1]
    of_sector = {"manufacturing": 0, "construction": 1}
    return ratio[[of_sector.get(sector, 2) for sector in SECTORS]]


def _unit_jobs(data: Data, months: int) -> np.ndarray:
    """Jobs in the urban units of each province over January 2014; after the last observed year they stay."""
    jobs = _monthly(data.province_series("employed_urban_units").loc[FIRST_YEAR - 1 :].dropna(), 0.0, months)
    return jobs / jobs[:, :1]


def _floor_space(data: Data, months: int) -> np.ndarray:
    """Floor space under construction over that of the last year of the sectors' shares in urban units.

    It says how building has gone since; before that year it is 1, as it is when nothing more is known.
    """
    growth = data.national_series("floor_space_under_construction_growth") / 100.0
    first = int(growth.index[0]) - 1
    index = pd.Series(1.0, index=range(FIRST_YEAR - 1, first + 1))
    index = pd.concat([index, (1.0 + growth).cumprod()])
    return _monthly(index.to_frame(), 0.0, months)[0]


def _gaps_filled(series: pd.Series) -> pd.Series:
    """A yearly series with missing years joined in logarithms."""
    full = np.log(series.reindex(range(int(series.index[0]), int(series.index[-1]) + 1)))
    return np.exp(full.interpolate())


def _log_pay(
    data: Data, places: Places, corridors: Corridors, growth: Growth, numbers: SeriesNumbers
) -> np.ndarray:
    """Log pay by place, sector and month.

    A sector's trend is that of private units; its level is set so that migrants at home and away earned in
    each sector of 2013 what they did, over the mean of their sectors (``pay_by_sector``). Provinces differ
    from the mean of the places of work by ``province_pay_elasticity`` of what private units differ.
    """
    nominal = (1 + growth.real_wage) * (1 + growth.prices) - 1
    pay = np.empty((MONTHS, len(places), len(SECTORS)))  # a month lies together in memory
    jobs = np.concatenate([corridors.local, corridors.out.sum(axis=0)[HOMES:]])
    weights = np.bincount(places.province[HOMES:], jobs[HOMES:], HOMES) / jobs[HOMES:].sum()
    tier = np.log(numbers.pay)[places.tier]
    at_start = np.empty((len(SECTORS), len(places)))
    for s, sector in enumerate(SECTORS):
        wages = data.filled_series(_WAGE_SERIES[sector])
        centre = np.log(wages.to_numpy(float) @ weights)[:, None]
        closer = np.exp(centre + numbers.province_pay_elasticity * (np.log(wages) - centre))
        at_start[s] = closer.loc[FIRST_YEAR - 1].to_numpy()[places.province] * np.exp(tier)
        by_province = np.log(_monthly(closer, nominal, MONTHS) / 12.0)
        pay[:, :, s] = (by_province[places.province] + tier[:, None]).T
    for group, there in (("local", np.s_[:HOMES]), ("out", np.s_[HOMES:])):
        found = at_start[:, there] @ jobs[there] / jobs[there].sum()
        pay[:, there] += np.log(_sector_levels(data, group, found))
    return np.moveaxis(pay, 0, 2)


def _sector_levels(data: Data, group: str, found: np.ndarray) -> np.ndarray:
    """Factors on pay by sector that bring the pay that is ``found`` to the ratios between sectors that the
    group earned in 2013; the mean over its sectors stays.
    """
    wanted = data.marginal("pay_by_sector", group).reindex(list(SECTORS)).to_numpy(float)
    mix = data.marginal("sector_shares", group).reindex(list(SECTORS)).to_numpy(float)
    return wanted / found * (mix @ found) / (mix @ wanted)


def _entrants(data: Data, workers: np.ndarray, growth: float, first_half: float) -> np.ndarray:
    """Entrants by home in proportion to its workers and to how many were born there for each inhabitant, by
    month; after the last cohort they grow.

    first_half: those of a month of the first half of a year over a mean month's; more leave school later.
    """
    total = data.entrants().sum(axis=1)
    by_year = {year: float(total.loc[_cohort(total, year)]) for year in range(FIRST_YEAR, LAST_YEAR)}
    by_home = np.empty((HOMES, MONTHS))
    for month in range(MONTHS):
        year = FIRST_YEAR + month // 12
        season = first_half if month % 12 < 6 else 2.0 - first_half
        persons = by_year[year] / 12.0 * season * (1.0 + growth) ** max(year - 2024, 0)
        young = workers * _birth_rates(data, year - ENTRY_AGE)
        by_home[:, month] = persons * young / young.sum()
    return by_home


def _birth_rates(data: Data, year: int) -> np.ndarray:
    """Births per inhabitant by province, (31,): between the years that are known along a straight line."""
    known = data.province_series("birth_rate")
    return np.array([np.interp(year, known.index, known[code]) for code in known.columns])


def entrant_schooling(data: Data) -> np.ndarray:
    """Schooling of those who enter, by month: shares junior or less, senior, college, (MONTHS, 3)."""
    yearly = data.entrants()
    shares = yearly.div(yearly.sum(axis=1), axis=0)
    years = [_cohort(yearly, FIRST_YEAR + month // 12) for month in range(MONTHS)]
    return shares.loc[years].to_numpy(float)


def _cohort(yearly: pd.DataFrame | pd.Series, year: int) -> int:
    """The year whose cohort enters in a year: itself, or the nearest that is known."""
    return min(max(year, int(yearly.index[0])), int(yearly.index[-1]))
