"""How much the same luck narrows the difference between two runs, and where the rest comes from.

    python tests/bench/bench_pairs.py            # 40 seeds at 1:20000, some minutes; or, for a first look:
    python tests/bench/bench_pairs.py --quick

A policy and the baseline are lived under the same seeds, and their totals are compared in the policy's third
year. Then again with what links workers to each other held as it was in the baseline, month by month: the
chance of an offer of local work, wages, or all markets and networks. Then a worker differs only because
the policy reaches the worker, and what variance is left is that of the policy's own movers, who are
whole workers. Prints a table for each policy.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_SEARCH, MIGRANT_WORK
from sim.engine.market_state import LabourMarkets
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.scenario.loading import load_scenario, with_overrides
from sim.scenario.scenario import Scenario

SEEDS, SCALE, QUICK_SEEDS, QUICK_SCALE = 40, 20_000, 12, 50_000
MONTHS, LAST_YEAR = 48, 12
CACHE = RunCache()
OUT = (MIGRANT_WORK, MIGRANT_SEARCH)
EVERYTHING = (*LabourMarkets._fields, "networks")
HELD = {
    "same luck": (),
    "... and offers of local work as in the baseline": ("offer",),
    "... and wages as in the baseline": ("wage_gap",),
    "... and all markets and networks as in the baseline": EVERYTHING,
}
POLICIES = {
    "large cities more inviting (amenity_shift 0.2)": {
        "effects": {"amenity_shift": {"add": 0.2}},
        "where": {"tiers": ["large_city"]},
    },
    "a little more inviting (amenity_shift 0.02)": {
        "effects": {"amenity_shift": {"add": 0.02}},
        "where": {"tiers": ["large_city"]},
    },
    "cities of Henan more inviting (amenity_shift 0.3)": {
        "effects": {"amenity_shift": {"add": 0.3}},
        "where": {"provinces": ["Henan"], "tiers": ["city"]},
    },
}


def with_policy(policy: dict[str, Any]) -> Scenario:
    lever = {
        "label": {"en": "A test", "zh": "测试"},
        "evidence": "D",
        "citation": {"document": "ten-departments-2024", "clause": "A test"},
        "window": {"from": "2015-01", "to": "2017-12"},
        "no_cost": "a test",
        **policy,
    }
    return with_overrides(load_scenario("baseline"), {"levers.test": lever})


def months(run: Simulation) -> Iterator[np.ndarray]:
    """Live a run, and give the workers who are out-migrants, in local work and on the land each month."""
    for _ in range(MONTHS):
        by_activity = run.step().by_place.sum(axis=0)
        yield np.array([by_activity[list(OUT)].sum(), by_activity[LOCAL_WORK], by_activity[FARM]], float)


def market_parts(run: Simulation) -> dict[str, Any]:
    """What links workers to each other, as it stands."""
    state = run.economy.market_state
    parts = {name: array.copy() for name, array in state.markets._asdict().items()}
    return {**parts, "networks": (state.migrants.copy(), state.network.copy())}


def hold(run: Simulation, parts: dict[str, Any], names: tuple[str, ...]) -> None:
    """Put parts of another run's markets in place of the run's own."""
    state = run.economy.market_state
    for name in names:
        if name == "networks":
            state.note_networks(*(array.copy() for array in parts[name]))
        else:
            getattr(state.markets, name)[:] = parts[name]


def lived(scenario: Scenario, scale: int, seed: int, parts: list, held: tuple[str, ...] | None) -> tuple:
    """Means of the last year, who is where and who is out. held: parts to hold; None fills ``parts``."""
    run, totals = Simulation(scenario, scale, "2017-12", seed, cache=CACHE), []
    for month, of_month in enumerate(months(run)):
        totals.append(of_month)
        if held is None:
            parts.append(market_parts(run))
        else:
            hold(run, parts[month], held)
    people = run.workers[: run.rows].table()
    place, activity = people["place"].copy(), people["activity"].copy()
    run.close()
    return np.mean(totals[-LAST_YEAR:], axis=0), place, activity


def table_of(policy: dict[str, Any], scale: int, seeds: int) -> pd.DataFrame:
    """Mean and variance of the differences by what is held, and how many workers differ, per run."""
    base, other = load_scenario("baseline"), with_policy(policy)
    levels, found = [], {name: [] for name in HELD}
    for seed in range(1, seeds + 1):
        parts: list[dict] = []
        totals, place, activity = lived(base, scale, seed, parts, None)
        levels.append(totals)
        for name, held in HELD.items():
            changed, where, what = lived(other, scale, seed, parts, held)
            is_out = np.isin(activity, OUT)
            found[name].append(
                [
                    *(changed - totals),
                    (where != place).sum(),
                    (what != activity).sum(),
                    (np.isin(what, OUT) != is_out).sum(),
                ]
            )
    rows = {"other luck": [np.nan] * 3 + list(2.0 * np.var(levels, axis=0, ddof=1)) + [np.nan] * 3}
    for name, values in found.items():
        mean, variance = np.mean(values, axis=0), np.var(values, axis=0, ddof=1)
        rows[name] = [*mean[:3], *variance[:3], *mean[3:]]
    columns = [f"{kind} {what}" for kind in ("mean", "variance") for what in ("out", "local", "farm")]
    columns += ["differ: place", "activity", "out or not"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).round(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SEEDS} seeds at 1:{QUICK_SCALE}")
    is_quick = parser.parse_args().quick
    scale, seeds = (QUICK_SCALE, QUICK_SEEDS) if is_quick else (SCALE, SEEDS)
    print(f"differences from the baseline in simulated workers, {seeds} seeds, 1:{scale}")
    print(f"standard error of a variance: {100 * np.sqrt(2 / (seeds - 1)):.0f} %")
    for name, policy in POLICIES.items():
        print(f"\n{name}\n{table_of(policy, scale, seeds).to_string()}", flush=True)


if __name__ == "__main__":
    main()
