"""Groups of workers and places in words: one spelling of regions, ages, schooling, sectors and tiers."""

from __future__ import annotations

_REGIONS = {"East": "the East", "Central": "Central China", "West": "the West", "Northeast": "the Northeast"}

AGES = {"16_20": "16–20", "21_30": "21–30", "31_40": "31–40", "41_50": "41–50", "over_50": "over 50"}

SCHOOLING = {
    "none": "no schooling",
    "primary": "primary school",
    "junior": "junior middle school",
    "senior": "senior middle school",
    "college": "college",
}

SECTORS = {
    "manufacturing": "manufacturing",
    "construction": "construction",
    "wholesale_retail": "wholesale and retail",
    "transport": "transport, storage and post",
    "hotel_catering": "hotels and catering",
    "resident_services": "resident services",
    "other": "other trades",
}

TIERS = {
    "home_township": "home townships",
    "county_town": "counties and towns under 1 million",
    "city": "cities of 1 to 3 million",
    "large_city": "cities of 3 to 5 million",
    "mega_city": "cities over 5 million",
}

ACTIVITIES = {
    "farm": "farming or idle",
    "local_work": "local work",
    "own_business": "own business",
    "migrant_work": "work away",
    "migrant_search": "looking for work away",
    "settled_work": "settled and working",
    "settled_search": "settled and looking for work",
    "training": "training",
    "exited": "out of the labour force",
}


def region(name: str) -> str:
    """A region inside a sentence. What is no region stays as it is.

    >>> region("East"), region("Central"), region("Sichuan")
    ('the East', 'Central China', 'Sichuan')
    """
    return _REGIONS.get(name, name)


def region_alone(name: str) -> str:
    """A region as a heading: ``East``, ``Central China``."""
    return region(name).removeprefix("the ")
