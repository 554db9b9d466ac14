"""Where in the East migrants work at the start."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.categories import REGIONS
from sim.world.corridors import DEFAULT_NUMBERS
from sim.world.places import HOMES
from sim.world.world import packaged_world


@pytest.fixture(scope="module")
def world():
    return packaged_world()


def in_work(world) -> np.ndarray:
    """Migrant workers by province of work, as the survey counts them."""
    out = np.bincount(world.places.province, world.corridors.out.sum(axis=0), HOMES)
    return world.corridors.local + out / DEFAULT_NUMBERS.away_over_counted


@pytest.mark.parametrize("cluster", ["beijing_tianjin_hebei", "jiangsu_zhejiang_shanghai"])
def test_clusters_of_the_east_have_their_official_share(world, cluster):
    official = world.data.official_annual
    rows = official[official["indicator"] == "migrant_workers_by_destination"]
    value = rows.set_index(["year", "group"])["value"]
    printed = "yangtze_river_delta" if cluster.startswith("jiangsu") else cluster
    wanted = value[2016, printed] / value[2016, "east"]
    there, east = in_work(world), world.places.regions == REGIONS.index("East")
    inside = list(dict(world.places.groups)[cluster])
    assert there[inside].sum() / there[east].sum() == pytest.approx(wanted, rel=0.01)


def test_regions_keep_their_head_counts(world):
    """The clusters move workers within the East alone."""
    regions, stocks = world.places.regions, world.corridors
    for measure, found in (("local", stocks.local), ("within_province", None)):
        said = world.data.marginal("origin_four_regions", measure)
        if found is None:
            own = world.places.province[None, :] == np.arange(HOMES)[:, None]
            found = (stocks.out * own).sum(axis=1) / DEFAULT_NUMBERS.away_over_counted
        for code, region in enumerate(REGIONS):
            assert found[regions == code].sum() / 1e6 == pytest.approx(float(said[region]), rel=0.02), region
    assert (stocks.farm > 0).all() and (stocks.out >= 0).all()
