"""Corridors: who was where in January 2014, home province by home province.

Stocks come from the official head-counts of 2013, split by region with the published regional
figures, by province with census moves of 2005-10 and the rural workforce, and by tier with city
sizes. Provinces of the East draw so many that its three clusters of cities have the shares of 2016, the
first that are published for all; nothing else that was observed after 2014 enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.categories import COUNTY_TOWN, REGIONS
from sim.parameters.behaviour import DEFAULTS
from sim.parameters.definition import chosen
from sim.world.data import Data
from sim.world.places import HOMES, Places

OD_PERIOD = "2005-2010"
_ITERATIONS = 200
_CLUSTER_ITERATIONS = 12


class CorridorNumbers(NamedTuple):
    """Parameters that the stocks of January 2014 rest on.

    ``away_over_counted``: out_rural_labour of the third quarter of 2015 over the yearly count
    (official_quarterly.csv, official_annual.csv), 17,554 / 16,884. The shares in counties, towns and cities
    under 1 million are assumed from the reports of 2013-14: 35 % in small towns, and part of the 34 % in
    prefecture-level cities.
    """

    away_over_counted: float
    local_share_max: float
    county_share_within: float
    county_share_across: float


DEFAULT_NUMBERS = chosen(CorridorNumbers, DEFAULTS)


@dataclass(frozen=True)
class Corridors:
    """January 2014, persons. ``out`` is (31 homes, places); ``local`` and ``farm`` are (31,)."""

    out: np.ndarray
    local: np.ndarray
    farm: np.ndarray
    distance_km: np.ndarray  # (31, places)

    @property
    def workers(self) -> np.ndarray:
        """Rural-registered labour force by home."""
        return self.out.sum(axis=1) + self.local + self.farm


def build_corridors(data: Data, places: Places, numbers: CorridorNumbers = DEFAULT_NUMBERS) -> Corridors:
    """Initial stocks by home and place from the packaged tables."""
    clusters, wanted = _clusters_of_the_east(data, places)
    pull, inside = np.ones(HOMES), clusters >= 0
    for _ in range(_CLUSTER_ITERATIONS):
        stocks = _stocks(data, places, numbers, pull)
        in_work = stocks.local + _by_province(places, stocks.out) / numbers.away_over_counted
        found = np.bincount(clusters[inside], in_work[inside], len(wanted))
        pull[inside] *= (wanted / (found / found.sum()))[clusters[inside]]
    return stocks


def _clusters_of_the_east(data: Data, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """Which cluster each province belongs to, -1 outside the East, and the clusters' shares of its jobs."""
    shares = data.marginal("east_destinations", "all")
    names = dict(places.groups) | {"guangdong": (places.provinces.index("Guangdong"),)}
    clusters = np.where(places.regions == REGIONS.index("East"), len(shares) - 1, -1)
    for number, name in enumerate(shares.index[:-1]):
        clusters[list(names[name])] = number
    return clusters, shares.to_numpy(float) / shares.sum()


def _by_province(places: Places, out: np.ndarray) -> np.ndarray:
    return np.bincount(places.province, out.sum(axis=0), HOMES)


def _stocks(data: Data, places: Places, numbers: CorridorNumbers, pull: np.ndarray) -> Corridors:
    """The stocks where each province draws ``pull`` times as many as census and workforce say, (31,): from
    other provinces, from its own and to work at home, with the regions' totals as they are.
    """
    region = places.regions
    out_across = numbers.away_over_counted * _by_region(data, "cross_province")
    workforce = data.provinces["rural_employed_resident_agri_hukou_2006"].to_numpy(float)
    moves = data.od_moves[OD_PERIOD]
    across_by_home = _split(out_across, moves.sum(axis=1), region)
    across = _balanced(moves, across_by_home, _destination_shares(data, moves.sum(axis=0) * pull, region))
    out_within = numbers.away_over_counted * _by_region(data, "within_province")
    within = _split(out_within, workforce * pull, region)
    income = data.filled_series("rural_disposable_income_pc").loc[2013].to_numpy(float)
    labour_force = float(data.marginal("labour_force", "all")["total"]) * 1e6
    local_total = _by_region(data, "local")
    # Resident workers: those of 2006 scaled to what remains of the labour force at home.
    out_by_home = across.sum(axis=1) + within
    resident = workforce / workforce.sum() * (labour_force - out_by_home.sum())
    local = _split(local_total, resident * income * pull, region)
    local = np.minimum(local, numbers.local_share_max * resident)
    local *= local_total.sum() / local.sum()
    out = across[:, places.province] * _tier_shares(places, numbers.county_share_across)
    own = places.province[None, :] == np.arange(HOMES)[:, None]
    out += own * within[:, None] * _tier_shares(places, numbers.county_share_within)
    return Corridors(out, local, resident - local, data.distance_km[:, places.province])


def _by_region(data: Data, measure: str) -> np.ndarray:
    """Persons by region of origin, 2013, in the order of vocabulary.REGIONS."""
    values = data.marginal("origin_four_regions", measure)
    return np.array([float(values[region]) for region in REGIONS]) * 1e6


def _split(totals: np.ndarray, weights: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Regional totals to provinces, by weight within the region."""
    return totals[region] * weights / np.bincount(region, weights)[region]


def _destination_shares(data: Data, arrivals: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Shares of cross-province migrants by province of work: as arrivals, (31,), with the East share of 2013.

    The share of 2013 counts Liaoning with the East, a difference of well under a point.
    """
    regions = data.migrant_regions
    rows = regions[(regions["year"] == 2013) & (regions["side"] == "destination")]
    rows = rows.set_index("region")["value"]
    east = float(rows["East"]) / (float(rows["East"]) + float(rows["Central+West"]))
    is_east = region == REGIONS.index("East")
    target = np.where(is_east, east, 1.0 - east)
    return target * arrivals / np.bincount(is_east, arrivals)[is_east.astype(int)]


def _balanced(seed: np.ndarray, rows: np.ndarray, column_shares: np.ndarray) -> np.ndarray:
    """Iterative proportional fitting of a table to row totals and column shares."""
    table = seed.astype(float).copy()
    np.fill_diagonal(table, 0.0)
    columns = column_shares * rows.sum()
    for _ in range(_ITERATIONS):
        table *= (columns / np.maximum(table.sum(axis=0), 1e-9))[None, :]
        table *= (rows / np.maximum(table.sum(axis=1), 1e-9))[:, None]
    return table


def _tier_shares(places: Places, county_share: float) -> np.ndarray:
    """Share of a province's in-migrants in each of its places: (places,), sums to 1 by province.

    Counties share by their weight in the province, so that nationally about ``county_share`` of
    migrants are there; the cities by population.
    """
    shares = np.zeros(len(places))
    for home in range(HOMES):
        here = (places.province == home) & (places.tier > 0)
        weight = places.population * here
        county = here & (places.tier == COUNTY_TOWN)
        cities = here & (places.tier > COUNTY_TOWN)
        if not cities.any():
            part = 1.0
        elif not county.any():
            part = 0.0
        else:
            part = county_share
        if county.any():
            shares += part * county
        if cities.any():
            shares += (1.0 - part) * weight * cities / (weight * cities).sum()
    return shares
