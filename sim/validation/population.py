"""The population that a run starts from, beside the sources that it is made from.

Also the way to make one worker alone, or the whole of January 2014 without a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.core.arguments import parse_scale, whole_number
from sim.core.categories import (
    EDUCATION,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    OWN_BUSINESS,
    REGIONS,
    SECTORS,
    TIERS,
)
from sim.core.draws import month_keys
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.parameters.behaviour import DEFAULTS
from sim.world.places import HOMES
from sim.world.synthesis import (
    ENTRANT_BIT,
    FARM_IDLE,
    GROUPS,
    ID_HOME_SHIFT,
    OUT,
    at_once,
    ids_of,
    initial_counts,
    populate,
)
from sim.world.worker import (
    BIRTH_EPOCH,
    EDUCATION_MASK,
    EDUCATION_SHIFT,
    INSURED,
    IS_FEMALE,
    POOR,
    TRAINED,
)
from sim.world.workers import Ids, Workers
from sim.world.world import World, packaged_world

_MEDIAN_ERROR = 1.2533  # standard error of a normal sample's median over that of its mean


class Population(NamedTuple):
    """Workers of January 2014 and what they were made of; ``scale`` is real workers per worker."""

    workers: Workers
    scale: int
    world: World


def make_population(scale: int | str = 5000, seed: int = 0) -> Population:
    """Every worker of January 2014. scale: real workers per simulated one, 5000 or "1:5000"."""
    world, persons, seed = packaged_world(), parse_scale(scale), whole_number(seed, "seed")
    counts = initial_counts(world.corridors, persons)
    workers = Workers.empty(ids_of(counts, np.zeros((HOMES, 0), np.int64)))
    populate(workers, world.recipe, month_keys(seed, -1), at_once)
    return Population(workers, persons, world)


def make_alone(worker_id: int, seed: int = 0) -> Workers:
    """One worker of January 2014, without making the others; one row.

    Raises UsageError for an id that belongs to a later entrant or to no province.
    """
    worker_id, seed = whole_number(worker_id, "worker_id"), whole_number(seed, "seed")
    home = worker_id >> ID_HOME_SHIFT
    if worker_id >= ENTRANT_BIT or home >= HOMES:
        raise UsageError(
            Problem(
                _("no worker of January 2014 has this id"),
                key="worker_id",
                value=worker_id,
                allowed=_(
                    "home * 2**{id_home_shift} + number, home from 0 to {value}",
                    id_home_shift=ID_HOME_SHIFT,
                    value=HOMES - 1,
                ),
            )
        )
    workers = Workers.empty(Ids.of(np.array([worker_id]), np.array([1])))
    populate(workers, packaged_world().recipe, month_keys(seed, -1), at_once)
    return workers


def population_table(scale: int | str = 5000, seed: int = 0) -> pd.DataFrame:
    """The marginals of the made population beside the sources that they are made from.

    One row per marginal, group and category, in ``unit``: made; expected, what the source comes to in
    the model's terms (see ``note`` where that is not ``source_value``, what the source says);
    difference (made less expected); sampling_error (how far chance alone takes it at this scale: one
    standard error, or for stocks one worker in each home); status, source and note of the source.
    """
    population = make_population(scale, seed)
    table = pd.DataFrame([row for measure in _MEASURES for row in measure(population)], columns=_Row._fields)
    table.insert(5, "difference", table["made"] - table["expected"])
    return table


class _Row(NamedTuple):
    """A marginal of the made population beside its source."""

    marginal: str
    group: str
    category: str
    made: float
    expected: float
    unit: str
    sampling_error: float
    source_value: float
    status: str
    source: str
    note: str


# --- rows -----------------------------------------------------------------------------------------
def _said(population: Population, marginal: str, group: str, category: str) -> pd.Series:
    """What ``population_marginals.csv`` says: value, unit, status, source, note."""
    table = population.world.data.marginals
    same = (table["marginal"] == marginal) & (table["group"] == group) & (table["category"] == category)
    return table[same].iloc[0]


def _row(
    population: Population,
    key: tuple[str, str, str],
    made: float,
    error: float,
    factor: float = 1.0,
    note: str = "",
) -> _Row:
    """A row whose source is a line of ``population_marginals.csv``, times ``factor``."""
    said = _said(population, *key)
    value = float(said["value"])
    notes = "; ".join(str(part) for part in (note, said["note"]) if part and part == part)
    return _Row(
        *key,
        float(made),
        value * factor,
        said["unit"],
        float(error),
        value,
        said["status"],
        said["source"],
        notes,
    )


def _derived(
    key: tuple[str, str, str],
    made: float,
    expected: float,
    unit: str,
    error: float,
    status: str,
    source: str,
    note: str = "",
) -> _Row:
    """A row whose source is a computation."""
    return _Row(*key, float(made), float(expected), unit, float(error), float(expected), status, source, note)


def _share_error(share: float, count: int) -> float:
    """Standard error of a share, in percent; that of one case in two where the share is 0 or 1."""
    return 100.0 * float(np.sqrt(max(share * (1.0 - share), 0.5 / count) / count))


def _percent(population: Population, marginal: str, group: str, category: str, found: np.ndarray) -> _Row:
    """A share of the group's workers. found: bool, one per worker of the group."""
    key = marginal, group, category
    share = float(_said(population, *key)["value"]) / 100.0
    return _row(population, key, 100.0 * np.mean(found), _share_error(share, len(found)))


def _million(
    population: Population, marginal: str, group: str, category: str, count: int, homes: int = HOMES
) -> _Row:
    """A stock. Workers are spread evenly over it, so one in each home is its error."""
    unit, key = population.scale / 1e6, (marginal, group, category)
    if "out" in key or group in ("cross_province", "within_province"):
        more = DEFAULTS["away_over_counted"]
        note = f"made is the stock away at a date, {more} times those away six months a year"
        return _row(population, key, count * unit, homes * unit, more, note)
    return _row(population, key, count * unit, homes * unit)


# --- the measures ---------------------------------------------------------------------------------
def _groups(workers: Workers) -> list[np.ndarray]:
    """Who is in each of ``GROUPS``: out, local, farm or idle."""
    activity = workers.activity
    local = (activity == LOCAL_WORK) | (activity == OWN_BUSINESS)
    return [(activity != FARM) & ~local, local, activity == FARM]


def _in_group(population: Population) -> Iterator[tuple[str, Workers]]:
    for name, chosen in zip(GROUPS, _groups(population.workers), strict=True):
        yield name, population.workers[chosen]


def _stocks(population: Population) -> Iterator[_Row]:
    """Workers by group; those at home without non-farm work are what is left of the total."""
    out, local, farm = (int(chosen.sum()) for chosen in _groups(population.workers))
    rows = {
        name: _million(population, "labour_force", "all", name, count)
        for name, count in (
            ("total", len(population.workers)),
            ("out", out),
            ("local", local),
            ("farm_idle", farm),
        )
    }
    rest = rows["total"].expected - rows["out"].expected - rows["local"].expected
    rows["farm_idle"] = rows["farm_idle"]._replace(expected=rest, note="made is the total less out and local")
    yield from rows.values()


def _stocks_by_region(population: Population) -> Iterator[_Row]:
    """Local, cross-province and within-province workers by region of origin."""
    workers, places = population.workers, population.world.places
    region = places.regions[workers.home]
    out, local, __ = _groups(workers)
    across = places.province[workers.place] != workers.home
    kinds = (("cross_province", out & across), ("within_province", out & ~across), ("local", local))
    for name, chosen in kinds:
        counts = np.bincount(region[chosen], minlength=len(REGIONS))
        for code, category in enumerate(REGIONS):
            homes = int((places.regions == code).sum())
            yield _million(population, "origin_four_regions", name, category, int(counts[code]), homes)


def _homes(population: Population) -> Iterator[_Row]:
    """Workers by home province, as the corridors have them."""
    counts = np.bincount(population.workers.home, minlength=HOMES)
    expected, unit = population.world.corridors.workers / 1e6, population.scale / 1e6
    for home, name in enumerate(population.world.places.provinces):
        yield _derived(
            ("home_province", "all", name),
            counts[home] * unit,
            expected[home],
            "million",
            unit,
            "derived",
            "sim.world.corridors",
            "rural workforce of 2006 and moves of 2005-10",
        )


def _destinations(population: Population) -> Iterator[_Row]:
    """Out-migrants by kind of place of work, within and across provinces."""
    workers, places, corridors = population.workers, population.world.places, population.world.corridors
    out = _groups(workers)[OUT]
    across = places.province[workers.place] != workers.home
    away = places.province[None, :] != np.arange(HOMES)[:, None]
    kinds = (("within_province", out & ~across, ~away), ("cross_province", out & across, away))
    for name, chosen, cells in kinds:
        tiers = places.tier[workers.place[chosen]]
        by_place = (corridors.out * cells).sum(axis=0)
        for tier in range(1, len(TIERS)):
            share = float(by_place[places.tier == tier].sum() / by_place.sum())
            yield _derived(
                ("destination_tier", name, TIERS[tier]),
                100.0 * np.mean(tiers == tier),
                100.0 * share,
                "percent",
                _share_error(share, len(tiers)),
                "assumed",
                "sim.world.places",
                "share in counties assumed; cities by population",
            )


def _ages(population: Population) -> Iterator[_Row]:
    for name, workers in _in_group(population):
        months = BIRTH_EPOCH - workers.birth_month.astype(int)
        age = months // 12
        for marginal, everyone in (("age_shares", age), ("over_50_shares", age[age > 50])):
            for category in population.world.data.marginal(marginal, name).index:
                low, high = (51, 75) if category == "over_50" else map(int, category.split("_"))
                yield _percent(population, marginal, name, category, (everyone >= low) & (everyone <= high))
        yield _row(
            population,
            ("mean_age", name, "implied"),
            months.mean() / 12.0,
            months.std() / 12.0 / np.sqrt(len(months)),
        )


def _schooling(population: Population) -> Iterator[_Row]:
    for name, workers in _in_group(population):
        level = (workers.traits >> EDUCATION_SHIFT) & EDUCATION_MASK
        for code, category in enumerate(EDUCATION):
            yield _percent(population, "education_shares", name, category, level == code)


def _sectors(population: Population) -> Iterator[_Row]:
    for name, workers in list(_in_group(population))[:FARM_IDLE]:
        for code, category in enumerate(SECTORS):
            yield _percent(population, "sector_shares", name, category, workers.sector == code)


_FLAGS: tuple[tuple[str, str, Callable[[Workers], np.ndarray]], ...] = (
    ("female_share", "female", lambda workers: workers.traits & IS_FEMALE != 0),
    ("poor_household_share", "poor", lambda workers: workers.traits & POOR != 0),
    ("trained_share", "all", lambda workers: workers.status & TRAINED != 0),
    ("insured_share", "pension", lambda workers: workers.status & INSURED != 0),
)


def _traits(population: Population) -> Iterator[_Row]:
    for marginal, category, has in _FLAGS:
        for name, workers in _in_group(population):
            yield _percent(population, marginal, name, category, has(workers))


def _savings(population: Population) -> Iterator[_Row]:
    """Median and spread of savings, in yuan and log points."""
    for name, workers in _in_group(population):
        savings = np.maximum(workers.savings.astype(float), 1.0)
        median, spread = ("savings_median", name, "yuan_2013"), ("savings_spread", name, "sd_of_log")
        error = float(_said(population, *spread)["value"]) / np.sqrt(len(savings))
        middle = float(_said(population, *median)["value"])
        yield _row(population, median, np.median(savings), _MEDIAN_ERROR * error * middle)
        yield _row(population, spread, np.std(np.log(savings)), error / np.sqrt(2.0))


def _owners(population: Population) -> Iterator[_Row]:
    count = int((population.workers.activity == OWN_BUSINESS).sum())
    row = _million(population, "business_owners", "local", "returned_founders", count)
    yield row._replace(sampling_error=float(np.sqrt(max(count, 1))) * population.scale / 1e6)


def _searching(population: Population) -> Iterator[_Row]:
    out = population.workers[_groups(population.workers)[OUT]]
    share = DEFAULTS["migrant_search_share_start"]
    yield _derived(
        ("searching_share", "out", "searching"),
        100.0 * np.mean(out.activity == MIGRANT_SEARCH),
        100.0 * share,
        "percent",
        _share_error(share, len(out)),
        "estimated",
        "evidence.csv A43, A44",
    )


def _experience(population: Population) -> Iterator[_Row]:
    """Mean non-farm experience, which a working life cuts and a stay away before 2014 lengthens."""
    for name, workers in _in_group(population):
        key = ("experience_mean", name, population.world.data.marginal("experience_mean", name).index[0])
        years = workers.experience_months / 12.0
        yield _row(
            population,
            key,
            years.mean(),
            years.std() / np.sqrt(len(years)),
            note="made is cut at the years since 15, and counts stays away of those back home",
        )


_MEASURES = (
    _stocks,
    _stocks_by_region,
    _homes,
    _destinations,
    _ages,
    _traits,
    _schooling,
    _sectors,
    _searching,
    _owners,
    _savings,
    _experience,
)
