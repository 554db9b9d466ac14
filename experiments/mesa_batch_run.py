"""The dose-response of the start-up grant by Mesa's own batch_run, for those who know it.

    python experiments/mesa_batch_run.py

The same model, rules, random draws and numbers as a sweep of the same values: only the bookkeeping differs.
"""

from __future__ import annotations

import mesa
import pandas as pd

from sim import LaborMigrationModel, load_scenario
from sim.scenario.loading import with_overrides

GRANT = "levers.startup_grant"


def policy(yuan: int):
    """startup-support from 2016 on, with another grant and no budget."""
    return with_overrides(
        load_scenario("startup-support"),
        {
            f"{GRANT}.window": {"from": "2016-01", "to": "2020-12"},
            f"{GRANT}.effects.startup_grant_yuan.set": yuan,
            f"{GRANT}.unit_cost.yuan": yuan,
            f"{GRANT}.budget": None,
        },
    )


def table(grants=(0, 10_000, 40_000), seeds=(1, 2, 3, 4), scale=50_000, end="2018-12") -> pd.DataFrame:
    """One row per run: the figures of its last month, and the grant."""
    rows = mesa.batch_run(
        LaborMigrationModel,
        {"scenario": [policy(yuan) for yuan in grants], "seed": list(seeds), "scale": scale, "end": end},
        number_processes=1,
        max_steps=1000,
        data_collection_period=-1,
        display_progress=False,
    )
    runs = pd.DataFrame(rows)
    runs["grant_yuan"] = [
        scenario.levers["startup_grant"].effects["startup_grant_yuan"].set for scenario in runs["scenario"]
    ]
    return runs


def main() -> None:
    figures = ["businesses", "out", "policy_spending_yuan"]
    print(table().groupby("grant_yuan")[figures].mean().round(0).to_string())


if __name__ == "__main__":
    main()
