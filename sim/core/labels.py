"""Groups of workers and places in words: one spelling of regions, ages, schooling, sectors and tiers."""

from __future__ import annotations

from sim.core.language import N_, Words

_REGIONS = Words(
    {
        "East": N_("the East"),
        "Central": N_("Central China"),
        "West": N_("the West"),
        "Northeast": N_("the Northeast"),
    }
)

AGES = Words(
    {
        "16_20": N_("16–20"),
        "21_30": N_("21–30"),
        "31_40": N_("31–40"),
        "41_50": N_("41–50"),
        "over_50": N_("over 50"),
    }
)

SCHOOLING = Words(
    {
        "none": N_("no schooling"),
        "primary": N_("primary school"),
        "junior": N_("junior middle school"),
        "senior": N_("senior middle school"),
        "college": N_("college"),
    }
)

SECTORS = Words(
    {
        "manufacturing": N_("manufacturing"),
        "construction": N_("construction"),
        "wholesale_retail": N_("wholesale and retail"),
        "transport": N_("transport, storage and post"),
        "hotel_catering": N_("hotels and catering"),
        "resident_services": N_("resident services"),
        "other": N_("other trades"),
    }
)

TIERS = Words(
    {
        "home_township": N_("home townships"),
        "county_town": N_("counties and towns under 1 million"),
        "city": N_("cities of 1 to 3 million"),
        "large_city": N_("cities of 3 to 5 million"),
        "mega_city": N_("cities over 5 million"),
    }
)

ACTIVITIES = Words(
    {
        "farm": N_("farming or idle"),
        "local_work": N_("local work"),
        "own_business": N_("own business"),
        "migrant_work": N_("work away"),
        "migrant_search": N_("looking for work away"),
        "settled_work": N_("settled and working"),
        "settled_search": N_("settled and looking for work"),
        "training": N_("training"),
        "exited": N_("out of the labour force"),
    }
)


def region(name: str) -> str:
    """A region inside a sentence. What is no region stays as it is.

    >>> region("East"), region("Central"), region("Sichuan")
    ('the East', 'Central China', 'Sichuan')
    """
    return _REGIONS.get(name, name)


def region_alone(name: str) -> str:
    """A region as a heading: ``East``, ``Central China``."""
    return region(name).removeprefix("the ")
