"""Every official series that the model produces, as small pictures family by family."""

from __future__ import annotations

from typing import Any

from sim.core.categories import REGIONS
from sim.core.language import N_, Words, translated
from sim.present.charts import validation as charts
from sim.present.pages.images import image_address
from sim.present.text.validation import errors_by_period
from sim.validation.tolerances import is_change
from sim.validation.validate import Validation

FAMILIES = Words(
    {
        "counts": N_("Head-counts"),
        "origins": N_("By region of home"),
        "destinations": N_("By region of work"),
        "pay": N_("Pay, local and out-of-township"),
        "pay-by-place": N_("Pay by region of work"),
        "pay-by-sector": N_("Pay by sector"),
        "ages": N_("Ages"),
        "schooling": N_("Schooling"),
        "women": N_("Women"),
        "industries": N_("Industries"),
        "others": N_("Training, wages owed, months of work and founders"),
        "changes": N_("Head-counts: changes from year to year"),
        "pay-changes": N_("Pay: changes from year to year"),
    }
)
_BY_INDICATOR = {
    "migrant_workers": "counts",
    "migrant_workers_by_origin": "origins",
    "out_migrants_by_origin": "origins",
    "out_cross_province_by_origin": "origins",
    "out_within_province_by_origin": "origins",
    "migrant_workers_by_destination": "destinations",
    "monthly_income_ratio": "pay",
    "mean_age": "ages",
    "age_share": "ages",
    "education_share": "schooling",
    "female_share": "women",
    "industry_share": "industries",
}
_SIDES = ("all", "out", "local")
_REGIONS = [name.lower() for name in REGIONS]


def family_of(indicator: str, group: str) -> str:
    """The family of a series, a key of ``FAMILIES``; ``others`` for one of which nothing is known."""
    if is_change(indicator):
        return "pay-changes" if indicator.startswith("monthly_income") else "changes"
    if indicator == "out_cross_province_share":
        return "origins" if group.startswith("origin_") else "counts"
    if indicator == "monthly_income":
        return "pay" if group in _SIDES else "pay-by-place" if group.startswith("dest_") else "pay-by-sector"
    return _BY_INDICATOR.get(indicator, "others")


def pairs_of(validation: Validation) -> list[tuple[str, str]]:
    """Every target that the run can be held against, as (indicator, group), in the order of the file."""
    rows = validation.rows[validation.rows["label"] != ""]
    pairs = rows[["indicator", "group"]].drop_duplicates()
    return list(pairs.itertuples(index=False, name=None))


def wall_of_series(validation: Validation) -> list[dict[str, Any]]:
    """The families with their panels: label, unit, errors with verdicts, and the picture as a data address."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in FAMILIES}
    for indicator, group in _in_order(pairs_of(validation)):
        rows = validation.rows
        own = rows[(rows["indicator"] == indicator) & (rows["group"] == group)]
        head, errors = errors_by_period(validation, indicator, group)
        found[family_of(indicator, group)].append(
            {
                "label": translated(own["label"].iloc[0]),
                "unit": charts.official_unit(own),
                "head": head,
                "errors": errors,
                "image": image_address(charts.series_panel(validation, indicator, group)),
            }
        )
    return [
        {"id": name, "title": FAMILIES[name], "panels": panels} for name, panels in found.items() if panels
    ]


def _in_order(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Series of one indicator together, regions in their usual order."""
    first = {indicator: place for place, (indicator, _group) in reversed(list(enumerate(pairs)))}

    def place(pair: tuple[str, str]) -> tuple[int, int]:
        region = pair[1].rpartition("_")[2]
        return first[pair[0]], _REGIONS.index(region) if region in _REGIONS else -1

    return sorted(pairs, key=place)
