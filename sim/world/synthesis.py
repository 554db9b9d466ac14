"""Population synthesis: any worker, from the id alone.

Every worker is made from sourced marginals (``sim/data/population_marginals.csv``) by a function of
the id and the seed, so that one worker can be made without the others and a larger run holds other
people, not other odds. Activity and place come from an evenly spread sequence over the workers of a
home, which keeps small runs close to the marginals; the rest from hashed draws.

Ids: workers of January 2014 are ``home * 2**26 + number``; later entrants are
``2**31 + month * 2**22 + home * 2**17 + number``. Both fit 32 bits at full scale. Ids follow one another
within a home and month, as rows do (``ids_of``), so that neighbours can be told from the id too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.core.arithmetic import exp, log, normal_quantile
from sim.core.categories import (
    AGE_GROUP_LOWER,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
)
from sim.core.compiled import kernel, rule
from sim.core.draws import PURPOSE, mixed_with, uniform_for, uniform_mixed
from sim.core.structured import for_kernels, record_of
from sim.parameters.behaviour import DEFAULTS
from sim.parameters.definition import chosen
from sim.rules.enterprise import idea_quality, paid_jobs
from sim.world.corridors import Corridors
from sim.world.data import Data
from sim.world.places import Places
from sim.world.worker import (
    BIRTH_EPOCH,
    ENTRANT_BIT,
    ID_MONTH_SHIFT,
    INSURED,
    MOST_ABILITY,
    NEW,
    POOR,
    TRAINED,
    clipped,
    worker_at,
)
from sim.world.workers import BLOCK, Ids, Workers, fill_ids

ID_HOME_SHIFT, ID_ENTRANT_HOME_SHIFT = 26, 17
_JUNIOR_MIDDLE = 2  # its position in sim.core.categories.EDUCATION
OUT, LOCAL, FARM_IDLE = 0, 1, 2
GROUPS = ("out", "local", "farm_idle")
AGES = np.arange(16, 76)  # whole years
LAST_BIRTH_YEAR = 2013  # of those of age 0 in January 2014
AGE_BANDS = ("16_20", "21_30", "31_40", "41_50", "over_50")
_OVER_50 = ("51_55", "56_60", "61_65", "66_75")
_EDUCATION = ("none", "primary", "junior", "senior", "college")
_GOLDEN = 0x9E3779B1
_ENTRY_LEVELS = ("junior", "senior", "college")  # schooling of entrants, the lowest first


class PeopleNumbers(NamedTuple):
    """Parameters that the people of January 2014 rest on, beside the marginals.

    Half of the older workforce has migrated at some time: experience_mean in the marginals bounds the share
    and the years of those who have come back.
    """

    wage_residual_sd: float
    migrant_search_share_start: float
    returned_share_start: float
    returned_years_start: float
    age_ramp_start: float
    age_decline_rate: float
    work_age_min: float
    trained_months_start: float
    activity_months_start: float
    business_months_start: float
    business_jobs_log_sd: float
    business_jobs_max: float
    business_jobs_idea_elasticity: float
    idea_started_share: float
    idea_log_sd: float


DEFAULT_NUMBERS = chosen(PeopleNumbers, DEFAULTS)


class Recipe(NamedTuple):
    """The marginals as cumulative tables. Groups: out, local, farm or idle."""

    activity_cumulative: np.ndarray  # (31, 2 + places): farm, local, then out by place
    age_cumulative: np.ndarray  # (3, 60)
    education_cumulative: np.ndarray  # (3, 60, 5)
    sector_cumulative: np.ndarray  # (2, 7) out, local
    female_share: np.ndarray  # (3,)
    poor_share: np.ndarray
    trained_share: np.ndarray
    insured_share: np.ndarray
    savings_median: np.ndarray
    savings_log_sd: np.ndarray
    experience_years: np.ndarray
    owner_share: float  # of local workers
    numbers: PeopleNumbers
    entrant_education: np.ndarray  # (months, 3) junior or less, senior, college
    entrant_female_share: float
    entrant_age: tuple[int, int, int]  # years, by schooling


def build_recipe(
    data: Data,
    corridors: Corridors,
    places: Places,
    entrant_education: np.ndarray,
    numbers: PeopleNumbers = DEFAULT_NUMBERS,
) -> Recipe:
    """Cumulative tables from the packaged marginals."""
    stocks = np.concatenate([corridors.farm[:, None], corridors.local[:, None], corridors.out], axis=1)
    ages = np.array([_age_shares(data, group, numbers) for group in GROUPS])

    def by_group(marginal: str, category: str, unit: float = 0.01) -> np.ndarray:
        return np.array([float(data.marginal(marginal, group)[category]) * unit for group in GROUPS])

    sectors = np.array([data.marginal("sector_shares", group).to_numpy(float) for group in GROUPS[:2]])
    owners = float(data.marginal("business_owners", "local")["returned_founders"])
    local = float(data.marginal("labour_force", "all")["local"])
    return Recipe(
        activity_cumulative=_cumulative(stocks),
        age_cumulative=_cumulative(ages),
        education_cumulative=_cumulative(
            np.array([_education(data, group, ages[g]) for g, group in enumerate(GROUPS)])
        ),
        sector_cumulative=_cumulative(sectors),
        female_share=by_group("female_share", "female"),
        poor_share=by_group("poor_household_share", "poor"),
        trained_share=by_group("trained_share", "all"),
        insured_share=by_group("insured_share", "pension"),
        savings_median=by_group("savings_median", "yuan_2013", 1.0),
        savings_log_sd=by_group("savings_spread", "sd_of_log", 1.0),
        experience_years=np.array(
            [float(data.marginal("experience_mean", group).iloc[0]) for group in GROUPS]
        ),
        owner_share=owners / local,
        numbers=numbers,
        entrant_education=np.cumsum(entrant_education, axis=1),
        entrant_female_share=float(data.cohorts["female_share"].iloc[-1]),
        entrant_age=_entrant_ages(data),
    )


def _cumulative(weights: np.ndarray) -> np.ndarray:
    total = weights.sum(axis=-1, keepdims=True)
    sums = np.cumsum(weights / total, axis=-1)
    sums[..., -1] = 1.0
    return sums


def _entrant_ages(data: Data) -> tuple[int, int, int]:
    """Years of age at which school leavers enter, by schooling: those of the last cohort."""
    junior, senior, college = (int(data.cohorts[f"{level}_entry_age"].iloc[-1]) for level in _ENTRY_LEVELS)
    return junior, senior, college


def _age_shares(data: Data, group: str, numbers: PeopleNumbers) -> np.ndarray:
    """Shares of single years of age: as born within a band, rising from 16 to 20, falling past 50."""
    born = _births(data)
    bands = data.marginal("age_shares", group)
    over = data.marginal("over_50_shares", group)
    shares = np.zeros(len(AGES))
    for band in AGE_BANDS[:4]:
        low, high = map(int, band.split("_"))
        inside = (AGES >= low) & (AGES <= high)
        weight = np.where(inside, AGES - numbers.age_ramp_start if low == AGES[0] else 1.0, 0.0) * born
        shares += float(bands[band]) * weight / weight.sum()
    for band in _OVER_50:
        low, high = map(int, band.split("_"))
        falling = np.exp(-numbers.age_decline_rate * (AGES - low))
        weight = np.where((AGES >= low) & (AGES <= high), falling, 0.0) * born
        shares += float(bands["over_50"]) * float(over[band]) / 100.0 * weight / weight.sum()
    return shares


def _births(data: Data) -> np.ndarray:
    """Births of those who were of each age in January 2014; those before the first known year as in it."""
    births = data.marginal("births", "all")
    known = pd.Series(births.to_numpy(float), index=births.index.astype(int))
    known = pd.concat([known, data.cohorts["births_10k"]])
    years = np.maximum(LAST_BIRTH_YEAR - AGES, known.index[0])
    return known[years].to_numpy(float)


def _education(data: Data, group: str, age_shares: np.ndarray) -> np.ndarray:
    """(60, 5) shares of schooling by age, fitted so that the group's own shares come out."""
    band = np.searchsorted(AGE_GROUP_LOWER[1:], AGES, side="right")
    by_age = np.array(
        [data.marginal("education_by_age_shares", b).reindex(_EDUCATION).to_numpy(float) for b in AGE_BANDS]
    )[band]
    target = data.marginal("education_shares", group).reindex(_EDUCATION).to_numpy(float)
    target = target / target.sum()
    table = by_age / by_age.sum(axis=1, keepdims=True)
    weights = age_shares / age_shares.sum()
    for _ in range(100):
        table *= target / (weights @ table)
        table /= table.sum(axis=1, keepdims=True)
    return table


# --- making one worker ----------------------------------------------------------------------------


@rule
def find_interval(cumulative, u) -> int:
    """First position whose cumulative share exceeds u. ``cumulative`` is one-dimensional."""
    low, high = 0, len(cumulative) - 1
    while low < high:
        middle = (low + high) // 2
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@rule
def geometric_months(u, mean_years, most) -> int:
    """A duration in months with an exponential shape, cut at ``most``."""
    return int(min(-12.0 * mean_years * log(1.0 - u), float(most)))


@rule
def make_worker(w, worker, home, recipe, keys) -> None:
    """Fill a row with the worker of January 2014 with this id. ``keys``: fixed for life."""
    w.home = home
    number = worker & ((1 << ID_HOME_SHIFT) - 1)
    offset = int(keys[PURPOSE.trait_activity, 0]) + home * 0x85EBCA6B  # homes must not err together
    spread = (number * _GOLDEN + offset) & 0xFFFFFFFF
    cell = find_interval(recipe.activity_cumulative[home], (spread + 0.5) * 2.0**-32)
    group = FARM_IDLE if cell == 0 else (LOCAL if cell == 1 else OUT)
    mixed = mixed_with(keys, worker)
    age = _make_person(w, worker, mixed, group, recipe, keys)
    _place_worker(w, mixed, home, cell, group, recipe, keys)
    _make_career(w, worker, mixed, group, age, recipe, keys)


@rule
def _make_person(w, worker, mixed, group, recipe, keys) -> int:
    """Sex, age, schooling, ability; returns the age in whole years."""
    year = find_interval(recipe.age_cumulative[group], uniform_mixed(keys, PURPOSE.trait_age, mixed))
    month_in_year = (worker * 7) % 12
    w.birth_month = BIRTH_EPOCH - (16 + year) * 12 - month_in_year
    education = find_interval(
        recipe.education_cumulative[group, year], uniform_mixed(keys, PURPOSE.trait_education, mixed)
    )
    female = uniform_mixed(keys, PURPOSE.trait_sex, mixed) < recipe.female_share[group]
    poor = uniform_mixed(keys, PURPOSE.trait_poor, mixed) < recipe.poor_share[group]
    w.traits = (1 if female else 0) | (education << 1) | (POOR if poor else 0)
    w.ability = _ability(mixed, recipe, keys)
    return 16 + year


@rule
def _ability(mixed, recipe, keys) -> int:
    """Fixed pay residual in 1/64 log points; the mean of its exponential is one."""
    sd = recipe.numbers.wage_residual_sd
    residual = sd * normal_quantile(uniform_mixed(keys, PURPOSE.trait_ability, mixed)) - 0.5 * sd * sd
    return clipped(int(64.0 * residual), -MOST_ABILITY, MOST_ABILITY)


@rule
def _place_worker(w, mixed, home, cell, group, recipe, keys) -> None:
    """Activity, place and sector."""
    w.place = home if group != OUT else cell - 2
    if group == FARM_IDLE:
        w.activity = FARM
    elif group == LOCAL:
        owner = uniform_mixed(keys, PURPOSE.trait_business_age, mixed) < recipe.owner_share
        w.activity = OWN_BUSINESS if owner else LOCAL_WORK
    else:
        searching = (
            uniform_mixed(keys, PURPOSE.trait_entry, mixed) < recipe.numbers.migrant_search_share_start
        )
        w.activity = MIGRANT_SEARCH if searching else MIGRANT_WORK
    kind = group if group != FARM_IDLE else LOCAL
    w.sector = find_interval(recipe.sector_cumulative[kind], uniform_mixed(keys, PURPOSE.trait_sector, mixed))


@rule
def _make_career(w, worker, mixed, group, age, recipe, keys) -> None:
    """Experience, stay, insurance, training, savings and business of a worker of 2014."""
    u = uniform_mixed(keys, PURPOSE.trait_experience, mixed)
    numbers = recipe.numbers
    possible = int((age - numbers.work_age_min) * 12.0)
    months = geometric_months(u, recipe.experience_years[group], possible)
    w.experience_months = months
    if group == OUT:
        w.migrant_months = months
        w.arrived_month = -int(months * uniform_mixed(keys, PURPOSE.trait_entry, mixed))
    else:
        draw = uniform_mixed(keys, PURPOSE.trait_entry, mixed)
        if draw < numbers.returned_share_start:
            rank = draw / numbers.returned_share_start
            away = geometric_months(rank, numbers.returned_years_start, possible)
            w.migrant_months = away
            w.experience_months = max(months, away)
        w.arrived_month = -min(possible, 600)
    flags = 0
    if uniform_mixed(keys, PURPOSE.trait_insured, mixed) < recipe.insured_share[group] and w.activity != FARM:
        flags |= INSURED
        w.insured_months = int(months * u)
    u = uniform_mixed(keys, PURPOSE.trait_trained, mixed)
    if u < recipe.trained_share[group]:
        flags |= TRAINED
        w.trained_month = -int(u / recipe.trained_share[group] * numbers.trained_months_start) - 1
    w.status = flags
    median, sd = recipe.savings_median[group], recipe.savings_log_sd[group]
    w.savings = int(
        exp(log(median) + sd * normal_quantile(uniform_mixed(keys, PURPOSE.trait_savings, mixed)))
    )
    w.since_month = -int(numbers.activity_months_start * u)
    if w.activity == OWN_BUSINESS:
        rank = uniform_mixed(keys, PURPOSE.trait_business_age, mixed)
        w.business_age = int(numbers.business_months_start * rank / recipe.owner_share)
        w.since_month = min(int(w.since_month), -1)  # the idea is looked up by it (sim.steps.ideas)
        share = numbers.idea_started_share
        idea = share * uniform_for(keys, PURPOSE.business_start, worker, int(w.since_month))
        quality = idea_quality(idea, share, numbers.idea_log_sd)
        jobs = exp(numbers.business_jobs_idea_elasticity * quality)
        w.business_jobs = paid_jobs(u, jobs, 1.0, numbers.business_jobs_log_sd, numbers.business_jobs_max)


@rule
def make_entrant(w, worker, home, month, recipe, keys) -> None:
    """Fill a row with a school leaver of this month and home, who has yet to choose."""
    w.home = home
    w.place = home
    w.activity = FARM
    mixed = mixed_with(keys, worker)
    draw = uniform_mixed(keys, PURPOSE.trait_education, mixed)
    shares = recipe.entrant_education
    rank = 0 if draw < shares[month, 0] else (1 if draw < shares[month, 1] else 2)
    level = _JUNIOR_MIDDLE + rank
    w.birth_month = BIRTH_EPOCH + month - recipe.entrant_age[rank] * 12 - (worker % 12)
    female = uniform_mixed(keys, PURPOSE.trait_sex, mixed) < recipe.entrant_female_share
    poor = uniform_mixed(keys, PURPOSE.trait_poor, mixed) < recipe.poor_share[LOCAL]
    w.traits = (1 if female else 0) | (level << 1) | (POOR if poor else 0)
    w.ability = _ability(mixed, recipe, keys)
    w.status = NEW
    w.trained_month = -1
    w.arrived_month = month
    w.since_month = month
    w.attached_place = home


@rule
def make_anybody(w, recipe, keys) -> None:
    """Fill a row with the worker whose id its number tells."""
    worker = int(w.id)
    if worker < ENTRANT_BIT:
        make_worker(w, worker, worker >> ID_HOME_SHIFT, recipe, keys)
    else:
        since, month = worker - ENTRANT_BIT, (worker - ENTRANT_BIT) >> ID_MONTH_SHIFT
        home = (since >> ID_ENTRANT_HOME_SHIFT) & ((1 << (ID_MONTH_SHIFT - ID_ENTRANT_HOME_SHIFT)) - 1)
        make_entrant(w, worker, home, month, recipe, keys)


# --- making many ----------------------------------------------------------------------------------
def initial_counts(corridors: Corridors, scale: int) -> np.ndarray:
    """Simulated workers of January 2014 by home, int64 (31,)."""
    return np.round(corridors.workers / scale).astype(np.int64)


def entrant_counts(entrants: np.ndarray, scale: int) -> np.ndarray:
    """Simulated entrants, int64 (31, months): the rounding error of a home never accumulates."""
    total = np.floor(np.cumsum(entrants, axis=1) / scale + 0.5).astype(np.int64)
    return np.diff(total, axis=1, prepend=0)


def ids_of(counts: np.ndarray, entrants: np.ndarray) -> Ids:
    """The ids of all rows: workers of January 2014 by home, then the entrants of each month by home.

    counts: (31,) workers of January 2014. entrants: (31, months).
    """
    homes, months = entrants.shape
    first = np.arange(homes)
    later = ENTRANT_BIT + (np.arange(months)[:, None] << ID_MONTH_SHIFT) + (first << ID_ENTRANT_HOME_SHIFT)
    return Ids.of(
        np.concatenate([first << ID_HOME_SHIFT, later.ravel()]), np.concatenate([counts, entrants.T.ravel()])
    )


@kernel
def make_rows(rows, states, first_rows, first_ids, recipe, keys, first, last):
    """Make the workers of some rows, whoever they are. keys: fixed for life."""
    ids = np.empty(BLOCK, np.uint32)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        fill_ids(first_rows, first_ids, start, count, ids)
        for k in range(count):
            make_anybody(worker_at(rows, states, start + k, int(ids[k])), recipe[0], keys)


def populate(workers: Workers, recipe: Recipe, life_keys: np.ndarray, each: Callable[..., None]) -> None:
    """Make the workers of all rows. each: ``each(kernel, rows, *arguments)`` shares rows out over threads."""
    record = record_of(recipe)
    plain = for_kernels(record, record.dtype)
    each(make_rows, len(workers), *workers.memory, *workers.ids, plain, life_keys)


def at_once(kernel: Callable[..., None], rows: int, *arguments: Any) -> None:
    """All rows in one go, on this thread."""
    kernel(*arguments, 0, rows)
