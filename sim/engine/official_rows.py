"""A year's sums under the names, groups and units of the official migrant-worker series."""

from __future__ import annotations

import numpy as np

from sim.core.categories import AGE_GROUPS, EDUCATION, REGIONS, SECTORS
from sim.world.places import Places

_EDUCATION_NAMES = dict(
    zip(EDUCATION, ("no_schooling", "primary", "junior_middle", "senior_middle", "college_plus"), strict=True)
)
_SECTOR_NAMES = {"transport": "transport_storage_post", "hotel_catering": "accommodation_catering"}
_KINDS = ("local", "out")


def official_rows(
    year: int, y: np.record, places: Places, scale: int, starts: int, started_before: float
) -> list[tuple]:
    """(year, indicator, group, value, unit) for a year.

    starts: simulated businesses started since 2014. started_before: businesses that were there then.
    """
    rows: list[tuple] = []

    def add(indicator: str, group: str, value: float, unit: str) -> None:
        rows.append((year, indicator, group, float(value), unit))

    in_10k = scale / 1e4
    out, local = y.heads[:, :, 1], y.heads[:, :, 0]
    across = places.province[None, :] != np.arange(out.shape[0])[:, None]
    add("migrant_workers", "local", local.sum() * in_10k, "10k_persons")
    add("migrant_workers", "out", out.sum() * in_10k, "10k_persons")
    add("migrant_workers", "out_cross_province", (out * across).sum() * in_10k, "10k_persons")
    add("migrant_workers", "out_within_province", (out * ~across).sum() * in_10k, "10k_persons")
    _by_region(add, out, local, across, places, in_10k)
    _pay(add, y)
    heads = y.people.sum(axis=(1, 2, 3, 4, 5, 6))
    by_age, by_schooling = y.people.sum(axis=(2, 3, 4, 5, 6)), y.people.sum(axis=(1, 3, 4, 5, 6))
    female, trained, insured, owed = (
        np.take(y.people, 1, axis=axis).sum(axis=(1, 2, 3, 4, 5)) for axis in (3, 4, 5, 6)
    )
    for k, kind in enumerate(_KINDS):
        workers = max(int(heads[k]), 1)
        add("mean_age", kind, y.ages[k] / workers + 0.5, "years")
        for g, group in enumerate(AGE_GROUPS):
            add("age_share", f"{kind}_{group}", 100.0 * by_age[k, g] / workers, "percent")
        for e, level in enumerate(EDUCATION):
            add(
                "education_share",
                f"{kind}_{_EDUCATION_NAMES[level]}",
                100.0 * by_schooling[k, e] / workers,
                "percent",
            )
        add("female_share", kind, 100.0 * female[k] / workers, "percent")
        add("training_share", f"any_{kind}", 100.0 * trained[k] / workers, "percent")
        if kind == "out":
            add("social_insurance_share", "pension_out", 100.0 * insured[k] / workers, "percent")
            add("months_worked_per_year", "out", y.months[k] / workers, "months")
    everyone = max(int(heads.sum()), 1)
    add("months_worked_per_year", "all", y.months.sum() / everyone, "months")
    add("owed_wages_share", "all", 100.0 * owed.sum() / everyone, "percent")
    add("owed_wages_persons", "all", owed.sum() * in_10k, "10k_persons")
    add("willing_to_settle_share", "out", 100.0 * y.willing[1] / max(int(y.willing[0]), 1), "percent")
    sectors = y.pay[..., 1].sum(axis=(0, 2))
    for s, name in enumerate(SECTORS):
        if name != "other":
            add("industry_share", _SECTOR_NAMES.get(name, name), 100.0 * sectors[s] / everyone, "percent")
    started = started_before + starts * scale
    add("return_entrepreneurs_cumulative", "migrant_workers", started / 1e4, "10k_persons")
    add("return_entrepreneurs_cumulative", "all_types", started / 1e4, "10k_persons")
    return rows


def _by_region(
    add, out: np.ndarray, local: np.ndarray, across: np.ndarray, places: Places, in_10k: float
) -> None:
    origin = places.regions
    work = places.regions[places.province]
    total = out + local
    for r, region in enumerate(REGIONS):
        name, home, here = region.lower(), origin == r, work == r
        add("migrant_workers_by_origin", name, total[home].sum() * in_10k, "10k_persons")
        add("migrant_workers_by_destination", name, total[:, here].sum() * in_10k, "10k_persons")
        add("out_migrants_by_origin", name, out[home].sum() * in_10k, "10k_persons")
        add("out_cross_province_by_origin", name, (out * across)[home].sum() * in_10k, "10k_persons")
        add("out_within_province_by_origin", name, (out * ~across)[home].sum() * in_10k, "10k_persons")
    for name, provinces in places.groups:
        here = np.isin(places.province, provinces)
        add("migrant_workers_by_destination", name, total[:, here].sum() * in_10k, "10k_persons")


def _pay(add, y: np.record) -> None:
    def mean(axes: tuple[int, ...]) -> np.ndarray:
        pay = y.pay.sum(axis=axes)
        return pay[..., 0] / np.maximum(pay[..., 1], 1)

    for kind, yuan in zip(_KINDS, mean((1, 2)), strict=True):
        add("monthly_income", kind, yuan, "yuan")
    for name, yuan in zip(SECTORS, mean((0, 2)), strict=True):
        if name != "other":
            add("monthly_income", _SECTOR_NAMES.get(name, name), yuan, "yuan")
    for region, yuan in zip(REGIONS, mean((0, 1)), strict=True):
        add("monthly_income", f"dest_{region.lower()}", yuan, "yuan")
