"""The world that a run begins in: places, stocks of January 2014, and how its people are made."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.core.categories import SECTORS
from sim.core.kept import kept
from sim.world.corridors import DEFAULT_NUMBERS as DEFAULT_CORRIDORS
from sim.world.corridors import CorridorNumbers, Corridors, build_corridors
from sim.world.data import Data, load_data
from sim.world.places import Places, build_places
from sim.world.series import entrant_schooling
from sim.world.synthesis import DEFAULT_NUMBERS as DEFAULT_PEOPLE
from sim.world.synthesis import PeopleNumbers, Recipe, build_recipe


class World(NamedTuple):
    """January 2014, and who enters later; the same whatever comes after. Not to be written to."""

    data: Data
    places: Places
    corridors: Corridors
    recipe: Recipe
    sector_mixes: np.ndarray  # shares of the sectors in local and in out work, (2, sectors)


def build_world(data: Data, places: Places, corridors: CorridorNumbers, people: PeopleNumbers) -> World:
    """The world of given places from the data, and from what scenarios say of stocks and people."""
    stocks = build_corridors(data, places, corridors)
    recipe = build_recipe(data, stocks, places, entrant_schooling(data), people)
    return World(data, places, stocks, recipe, _sector_mixes(data))


@cache
def packaged_world() -> World:
    """The world of the packaged data and of the parameters as they are without a scenario."""
    data = load_data()

    def make() -> tuple[Any, ...]:
        return tuple(build_world(data, build_places(data), DEFAULT_CORRIDORS, DEFAULT_PEOPLE))[1:]

    return World(data, *kept("world", make))


def _sector_mixes(data: Data) -> np.ndarray:
    mixes = [
        data.marginal("sector_shares", kind).reindex(list(SECTORS)).to_numpy(float)
        for kind in ("local", "out")
    ]
    return np.array([mix / mix.sum() for mix in mixes])
