"""The population that a run starts from, held against the marginals that it is made from.

The stock away is larger than the published count by ``AWAY_OVER_COUNTED``: the count asks for six
months away in the year, and not everybody who is away in January will have them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.arguments import parse_scale
from sim.draws import month_keys
from sim.parameters import PARAMETERS
from sim.vocabulary import (
    AGE_GROUP_LOWER,
    AGE_GROUPS,
    EDUCATION,
    FARM,
    LOCAL_WORK,
    OWN_BUSINESS,
    REGIONS,
    SECTORS,
)
from sim.world.corridors import build_corridors
from sim.world.data import load_data
from sim.world.places import Places, build_places
from sim.world.schema import BIRTH_EPOCH, INSURED, IS_FEMALE, POOR, TRAINED, allocate
from sim.world.synthesis import GROUPS, build_recipe, fill_initial, initial_counts

COLUMNS = ("marginal", "group", "category", "made", "source_value", "unit", "status", "source", "note")
_FIRST_ENTRANTS = np.array([[1.0, 0.0, 0.0]])  # the start holds no entrants; any table does


def make_population(scale: int | str = 5000, seed: int = 0) -> pd.DataFrame:
    """The workers of January 2014, one row each, in words."""
    data = load_data()
    places = build_places(data)
    corridors = build_corridors(data, places)
    ability_sd = PARAMETERS["wage_residual_sd"].default
    recipe = build_recipe(data, corridors, places, _FIRST_ENTRANTS, ability_sd)
    counts = initial_counts(corridors, parse_scale(scale))
    w = allocate(int(counts.sum()))
    fill_initial(w, counts, recipe, month_keys(seed, -1))
    return _in_words(w, places)


def population_table(scale: int | str = 5000, seed: int = 0) -> pd.DataFrame:
    """Every marginal that the made population has, beside what its source says: ``COLUMNS``."""
    people = make_population(scale, seed)
    made = dict(_marginals(people, parse_scale(scale)))
    table = load_data().marginals.reset_index(drop=True)
    keys = list(zip(table["marginal"], table["group"], table["category"], strict=True))
    table = table.assign(made=[made.get(key) for key in keys]).rename(columns={"value": "source_value"})
    return table.loc[[key in made for key in keys], list(COLUMNS)].reset_index(drop=True)


def _in_words(w: np.recarray, places: Places) -> pd.DataFrame:
    """The columns of workers as a table."""
    at_home = np.isin(w.activity, (LOCAL_WORK, OWN_BUSINESS))
    group = np.where(w.activity == FARM, "farm_idle", np.where(at_home, "local", "out"))
    age = (BIRTH_EPOCH - w.birth_month.astype(int)) // 12
    return pd.DataFrame({
        "group": group,
        "region": np.array(REGIONS, dtype=object)[places.regions[w.home]],
        "is_across": places.province[w.place] != w.home,
        "age": age,
        "age_group": np.array(AGE_GROUPS, dtype=object)[np.searchsorted(AGE_GROUP_LOWER, age, "right") - 1],
        "is_female": (w.traits & IS_FEMALE) > 0,
        "education": np.array(EDUCATION, dtype=object)[(w.traits >> 1) & 7],
        "is_poor": (w.traits & POOR) > 0,
        "sector": np.array(SECTORS, dtype=object)[w.sector],
        "is_owner": w.activity == OWN_BUSINESS,
        "is_insured": (w.status & INSURED) > 0,
        "is_trained": (w.status & TRAINED) > 0,
        "savings": w.savings,
        "experience_years": w.experience_months / 12.0,
    })


def _marginals(people: pd.DataFrame, scale: int) -> Iterator[tuple[tuple[str, str, str], float]]:
    """What the population shows, by the names of ``population_marginals.csv``."""
    millions = scale / 1e6
    yield ("labour_force", "all", "total"), len(people) * millions
    yield ("business_owners", "local", "returned_founders"), people["is_owner"].sum() * millions
    for name in GROUPS:
        part = people[people["group"] == name]
        yield ("labour_force", "all", name), len(part) * millions
        yield ("mean_age", name, "implied"), part["age"].mean() + 0.5
        yield ("female_share", name, "female"), 100 * part["is_female"].mean()
        yield ("poor_household_share", name, "poor"), 100 * part["is_poor"].mean()
        yield ("insured_share", name, "pension"), 100 * part["is_insured"].mean()
        yield ("trained_share", name, "all"), 100 * part["is_trained"].mean()
        yield ("savings_median", name, "yuan_2013"), part["savings"].median()
        years = "years_away" if name == "out" else "years_nonfarm"
        yield ("experience_mean", name, years), part["experience_years"].mean()
        for marginal, column in (("age_shares", "age_group"), ("education_shares", "education"),
                                 ("sector_shares", "sector")):
            for category, share in part[column].value_counts(normalize=True).items():
                yield (marginal, name, category), 100 * share
    out = people["group"] == "out"
    measures = {"cross_province": out & people["is_across"], "within_province": out & ~people["is_across"],
                "local": people["group"] == "local"}
    for measure, chosen in measures.items():
        for region, count in people.loc[chosen, "region"].value_counts().items():
            yield ("origin_four_regions", measure, region), count * millions

