"""Places: a province times a tier. The first 31 are the home townships, in order of province code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.categories import CITY, COUNTY_TOWN, HOME_TOWNSHIP, LARGE_CITY, MEGA_CITY, TIERS
from sim.core.errors import DataError, Problem
from sim.core.language import _
from sim.parameters.behaviour import DEFAULTS
from sim.parameters.definition import chosen
from sim.world.data import Data

HOMES = 31

# Census size class of a city -> tier (class 1 and 2 are over 5 million).
_TIER_OF_CLASS = {1: MEGA_CITY, 2: MEGA_CITY, 3: LARGE_CITY, 4: CITY}
# Municipalities without a county tier of their own weight: their counties are city districts.
_ALL_CITY = ("Beijing", "Tianjin", "Shanghai")


class PlaceNumbers(NamedTuple):
    """Parameters that the sizes of places rest on."""

    city_population_class_2: float
    city_population_class_3: float
    city_population_class_4: float


DEFAULT_NUMBERS = chosen(PlaceNumbers, DEFAULTS)


@dataclass(frozen=True)
class Places:
    """The places of the country; all arrays are over places."""

    names: tuple[str, ...]
    provinces: tuple[str, ...]  # the 31 province names
    regions: np.ndarray  # (31,) position in vocabulary.REGIONS
    province: np.ndarray  # int64, index of the province
    tier: np.ndarray  # int64, position in vocabulary.TIERS
    population: np.ndarray  # millions; zero for townships
    groups: tuple[tuple[str, tuple[int, ...]], ...]  # of provinces in official series: name, indices

    def __len__(self) -> int:
        return len(self.names)

    def index(self, province: str, tier: str) -> int:
        """Position of a place; raises ValueError where the province has no such tier."""
        return self.names.index(f"{province}, {tier.replace('_', ' ')}")


def build_places(data: Data, numbers: PlaceNumbers = DEFAULT_NUMBERS) -> Places:
    """The home townships, then each province's county towns and cities by tier."""
    names = tuple(data.provinces["name_en"])
    code_to_index = {code: i for i, code in enumerate(data.provinces.index)}
    rows = [(i, HOME_TOWNSHIP, 0.0) for i in range(HOMES)]
    sizes = _city_population(data, code_to_index, numbers)
    urban = data.province_series("population_yearend").loc[2013] * (
        data.province_series("urbanization_rate").loc[2013] / 100.0
    )
    for i, name in enumerate(names):
        cities = {tier: sizes.get((i, tier), 0.0) for tier in (CITY, LARGE_CITY, MEGA_CITY)}
        rest = float(urban.iloc[i]) / 100.0 - sum(cities.values())
        if name not in _ALL_CITY:
            rows.append((i, COUNTY_TOWN, max(rest, 0.0)))
        rows += [(i, tier, size) for tier, size in cities.items() if size > 0.0]
    return Places(
        names=tuple(f"{names[i]}, {TIERS[tier].replace('_', ' ')}" for i, tier, _size in rows),
        provinces=names,
        regions=np.asarray(data.region_of, dtype=np.int64),
        province=np.array([i for i, _tier, _size in rows], dtype=np.int64),
        tier=np.array([tier for _i, tier, _size in rows], dtype=np.int64),
        population=np.array([size for _i, _tier, size in rows]),
        groups=tuple(
            (str(group), tuple(code_to_index[code] for code in part))
            for group, part in data.official_groups.groupby("group")["province_code"]
        ),
    )


def _city_population(
    data: Data, code_to_index: dict[int, int], numbers: PlaceNumbers
) -> dict[tuple[int, int], float]:
    sizes: dict[tuple[int, int], float] = {}
    for city in data.cities.itertuples():
        size = float(city.urban_area_population_2020_million)
        if np.isnan(size):
            field = f"city_population_class_{int(city.size_class)}"
            if field not in PlaceNumbers._fields:
                raise DataError(
                    Problem(
                        _("no number of people in one of the largest cities"),
                        file="cities.csv",
                        key=city.name_en,
                    )
                )
            size = getattr(numbers, field)
        key = (code_to_index[int(city.province_code)], _TIER_OF_CLASS[int(city.size_class)])
        sizes[key] = sizes.get(key, 0.0) + size
    return sizes
