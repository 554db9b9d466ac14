"""Whom, where and when a lever reaches, in words. Takes plain maps, as scenarios and manifests hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.core.labels import ACTIVITIES, SCHOOLING, SECTORS, TIERS, region
from sim.present.text.numbers import listing, month_in_words

_CHOICES = (("education", "schooling", SCHOOLING), ("activity", "now", ACTIVITIES), ("sector", "in", SECTORS))
_RANGES = {
    "migrant_months": "months of work away so far",
    "insured_months": "months insured so far",
    "months_in_activity": "months at what they do now",
}
_FLAGS = {
    "poor": ("from a poor household", "not from a poor household"),
    "has_school_child": ("with a child of school age", "without a child of school age"),
    "insured": ("insured", "not insured"),
    "trained": ("trained", "not trained"),
    "displaced": ("out of a lost job", "not out of a lost job"),
    "had_business": ("with a business before this one", "without a business before this one"),
}


def where_words(where: Mapping[str, Any]) -> str:
    """``for people from the West; in cities of 1 to 3 million``; ``everywhere`` where nothing is named."""
    parts = []
    homes = [*where.get("home_provinces", ()), *map(region, where.get("home_regions", ()))]
    places = [*where.get("provinces", ()), *map(region, where.get("regions", ()))]
    if homes:
        parts.append(f"for people from {listing(homes)}")
    if places:
        parts.append(f"in {listing(places)}")
    if where.get("tiers"):
        parts.append(f"in {listing([TIERS[tier] for tier in where['tiers']])}")
    return "; ".join(parts) or "everywhere"


def who_words(who: Mapping[str, Any]) -> str:
    """``men; aged 22 to 50``; ``everybody whom it concerns`` where nothing is named."""
    parts = []
    if who.get("sex"):
        parts.append({"male": "men", "female": "women"}[who["sex"]])
    if who.get("age"):
        parts.append(f"aged {who['age'][0]} to {who['age'][1]}")
    for field, head, words in _CHOICES:
        if who.get(field):
            parts.append(f"{head}: {listing([words[word] for word in who[field]])}")
    for field, unit in _RANGES.items():
        if who.get(field):
            least, most = who[field]
            parts.append(f"{f'at least {least}' if most is None else f'{least} to {most}'} {unit}")
    for field, (is_so, is_not) in _FLAGS.items():
        if who.get(field) is not None:
            parts.append(is_so if who[field] else is_not)
    return "; ".join(parts) or "everybody whom it concerns"


def when_words(window: Mapping[str, Any]) -> str:
    """``January 2025 to December 2034, in full after 24 months, in January and February alone``."""
    said = f"{month_in_words(window['from'])} to {month_in_words(window['to'])}"
    if window.get("ramp_months"):
        said += f", in full after {window['ramp_months']} months"
    if window.get("season"):
        names = [month_in_words(f"2000-{number:02d}").removesuffix(" 2000") for number in window["season"]]
        said += f", in {listing(names)} alone"
    return said
