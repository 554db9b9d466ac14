"""Synthetic results with known answers: consistent tables that look like China's and cost no simulation.

``simulate`` stands in for the simulator. Every scenario of one seed shares the same noise; a policy adds
what its levers' ``effects`` say, exactly, so that a test can work out each difference by hand.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from sim.core.categories import AGE_GROUPS, EDUCATION, REGIONS
from sim.results.columns import NATIONAL
from sim.results.results import Results

OUT = dict(zip(range(2014, 2022), (168.2, 168.8, 169.3, 171.9, 172.7, 174.3, 169.6, 171.7), strict=True))
LOCAL = dict(zip(range(2014, 2022), (105.7, 108.6, 112.4, 114.7, 115.7, 116.5, 116.0, 120.8), strict=True))
SEASON = np.array([-6.0, -9.0, -2.0, 0.0, 1.5, 2.5, 3.0, 3.0, 3.0, 2.5, 1.5, 0.0])  # million away
REGION_SHARES = {"origin": (0.36, 0.33, 0.28, 0.03), "destination": (0.54, 0.22, 0.21, 0.03)}
WORKERS = 2_000  # simulated; the rest of the country is behind the scale


class FakeScenario:
    """As much of a scenario as the results' side reads: ``name``, ``levers`` and ``content()``.

    ``gains`` is column of ``national`` -> (a, b): every month from the lever's first one, a + b times
    the seed is added. ``raises`` adds to the annual earnings of one sex.
    """

    def __init__(self, name, gains=None, start="2025-01", spending=0.0, raises=None):
        self.name, self.financing = name, "untied"
        self.future_assumptions = SimpleNamespace(consumer_price_inflation=0.0)
        self.gains = gains or {}
        self.start = start
        self.spending = spending
        self.raises = raises or {}
        self.levers = {"support": self} if gains is not None else {}

    def content(self):
        levers = {
            name: {
                "label": {"en": "Start-up grants", "zh": "创业补贴"},
                "instruments": [1, 2],
                "citation": [{"document": "ten-departments-2024", "clause": "start-up grants"}],
                "evidence": "D",
                "note": "No causal estimate of the grant alone exists.",
                "window": {"from": self.start, "to": "2035-12", "ramp_months": 12},
                "where": {"home_regions": ["Central", "West"]},
                "who": {"age": [22, 50]},
                "take_up": 0.4,
                "effects": {"startup_grant_yuan": {"add": 8000}},
                "unit_cost": {"yuan": 8000, "per": "business_start", "source": "H01", "payer": "local"},
                "budget": {"yuan_per_year": 2e9},
            }
            for name in self.levers
        }
        return {
            "name": self.name,
            "title": {"en": self.name.replace("-", " ").capitalize(), "zh": "情景"},
            "description": "A synthetic scenario.",
            "levers": levers,
        }


def months_between(start, end):
    return pd.period_range(start, end, freq="M").strftime("%Y-%m").tolist()


def national(start="2014-01", end="2024-12", seed=0, noise=0.02):
    """A baseline in persons that follows the official head-counts, with seasons and a little noise."""
    months = months_between(start, end)
    years = np.array([int(month[:4]) for month in months])
    season = np.array([SEASON[int(month[5:]) - 1] for month in months])
    chance = np.random.default_rng(seed).normal(0, noise * 1e6, len(months))
    out = 1e6 * (_held(OUT, years) + season) + chance
    out[np.isin(months, ["2020-02", "2020-03"])] -= 45e6
    local = 1e6 * _held(LOCAL, years) - chance
    growth = 1.06 ** (years - 2014)
    cumulative = np.cumsum(np.full(len(months), 120e3))
    table = pd.DataFrame({name: 0.0 for name in NATIONAL}, index=range(len(months)))
    table["month"] = months
    table["out"] = table["away_now"] = out
    table["migrant_search"] = 0.05 * out
    table["migrant_work"] = 0.95 * out
    table["cross_province"] = (0.468 - 0.006 * np.clip(years - 2014, 0, 12)) * out
    table["within_province"] = out - table["cross_province"]
    table["local_work"], table["own_business"] = 0.94 * local, 0.06 * local
    table["farm"] = 470e6 - out - local
    table["labour_force"] = 470e6
    table["settled"] = table["settled_work"] = cumulative
    table["searching_rate"] = 5.0
    table["migrant_pay_yuan"], table["local_pay_yuan"] = 3100 * growth, 2500 * growth
    table["settled_pay_yuan"] = 3500 * growth
    table["mean_income_yuan"] = 2000 * growth
    table["remittances_yuan"] = 0.18 * table["migrant_pay_yuan"] * table["migrant_work"]
    table["earnings_yuan"] = table["migrant_pay_yuan"] * table["migrant_work"]
    table["insured"], table["trained"] = 0.2 * out, 0.33 * (out + local)
    table["business_starts"], table["business_closures"] = 90e3, 60e3
    table["businesses"], table["business_jobs"] = 6e6, 15e6
    table["arrears_cases"], table["parents_away"] = 150e3, 40e6
    return table


def official(start="2014-01", end="2024-12", seed=0):
    """The engine's yearly rows: components only, the sums and shares are ``sim.results.official``'s."""
    rows = []
    shift = 0.1 * np.random.default_rng(seed).normal()
    for year in sorted({int(month[:4]) for month in months_between(start, end)}):
        out, local = (100 * _held(table, np.array([year]))[0] + shift for table in (OUT, LOCAL))
        cross = (0.468 - 0.006 * (year - 2014)) * out
        pay = 1.065 ** (year - 2019)
        rows += [
            (year, "migrant_workers", group, value, "10k_persons")
            for group, value in (
                ("out", out),
                ("local", local),
                ("out_cross_province", cross),
                ("out_within_province", out - cross),
                ("urban_resident_year_end", 0.78 * out),
            )
        ]
        rows += [
            (year, f"migrant_workers_by_{side}", region.lower(), share * (out + local), "10k_persons")
            for side, shares in REGION_SHARES.items()
            for region, share in zip(REGIONS, shares, strict=True)
        ]
        rows += [
            (year, "monthly_income", "out", 4427 * pay, "yuan"),
            (year, "monthly_income", "local", 3500 * pay, "yuan"),
        ]
        rows += [
            (year, "mean_age", "out", 34.0 + 0.4 * (year - 2014), "years"),
            (year, "mean_age", "local", 42.0 + 0.5 * (year - 2014), "years"),
        ]
        for side, shares in (("local", (2, 14, 20, 30, 34)), ("out", (4, 28, 30, 24, 14))):
            rows += [
                (year, "age_share", f"{side}_{group}", float(share), "percent")
                for group, share in zip(AGE_GROUPS, shares, strict=True)
            ]
            rows += [
                (year, "female_share", side, {"local": 38.0, "out": 31.0}[side], "percent"),
                (year, "training_share", f"any_{side}", {"local": 30.8, "out": 35.4}[side], "percent"),
            ]
    return pd.DataFrame(rows, columns=["year", "indicator", "group", "value", "unit"])


def workers(seed=0, count=WORKERS):
    """A table of workers as ``Results.workers`` holds them, in words."""
    pick = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": np.arange(count),
            "home": pick.choice(["Shandong", "Henan", "Sichuan", "Jilin"], count),
            "sex": pick.choice(["male", "female"], count),
            "age": pick.integers(16, 66, count),
            "education": pick.choice(EDUCATION, count),
            "activity": pick.choice(["farm", "migrant_work", "local_work"], count),
            "is_poor": pick.random(count) < 0.1,
            "income_year_yuan": pick.integers(0, 80_000, count).astype(float),
        }
    )


def simulate(
    scenario,
    *,
    scale=5000,
    start="2014-01",
    end="2035-12",
    seed=0,
    threads=2,
    trace=(),
    progress=None,
    keep=(),
):
    """The stand-in for the simulator: base plus exactly what the scenario's ``gains`` say."""
    table = national(start, end, seed)
    on = (table["month"] >= scenario.start).to_numpy(dtype=float)
    for column, gain in scenario.gains.items():
        table[column] += on * (gain[0] + gain[1] * seed)
    for payers in ("policy", "public"):
        table[f"{payers}_spending_yuan"] += on * scenario.spending
    people = {month: workers(seed) for month in keep}
    for month, frame in people.items():
        if month >= scenario.start:
            for group, amount in scenario.raises.items():
                frame.loc[frame["sex"] == group, "income_year_yuan"] += amount
    years = [year for year in range(int(scenario.start[:4]), int(end[:4]) + 1) if scenario.levers]
    spent = [12 * scenario.spending] * len(years)
    ledger = pd.DataFrame(
        {
            "year": years,
            "lever": "support",
            "province": "Henan",
            "payer": "local",
            "served": [1000.0] * len(years),
            "spending_yuan": spent,
            "budget_yuan": 2e9,
            "unspent_yuan": [2e9 - amount for amount in spent],
            "queue": 0.0,
            "queue_for_places": 0.0,
            "months_short_of_money": 0,
            "months_short_of_places": 0,
            "bound_by": "none",
        }
    )
    manifest = {
        "run_id": f"{scenario.name}-{seed}",
        "scenario": scenario.content(),
        "scenario_name": scenario.name,
        "seed": seed,
        "scale": int(str(scale).split(":")[-1]),
        "start": start,
        "end": end,
        "workers": WORKERS,
        "versions": {"sim": "0.1.0"},
        "code_hash": "0" * 12,
        "created": "2025-01-01T00:00:00Z",
        "timings": {},
        "warnings": [],
    }
    tables = {"national": table, "official": official(start, end, seed), "ledger": ledger}
    return Results(tables, manifest, people)


def _held(table, years):
    """The table's value of each year, the last one held after its end."""
    return np.array([table[min(max(year, min(table)), max(table))] for year in years])
