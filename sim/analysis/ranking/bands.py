"""Bands of what a billion buys: Monte Carlo error, parameters, the size of the levers, and the future."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.analysis.ranking.instruments import RANKED
from sim.analysis.ranking.order import BILLION
from sim.analysis.ranking.runs import BEHIND_BANDS, NET, Runs, per_seed
from sim.analysis.ranking.sizes import Trial
from sim.comparison.bands import DEFAULT, in_all, parameter_draws, parts_of
from sim.comparison.lever_draws import lever_draws
from sim.parameters.posterior import load_posterior
from sim.results.outcomes import OUTCOMES
from sim.scenario.loading import USUAL_REFERENCE


def with_bands(
    table: pd.DataFrame, runs: Runs, trials: Mapping[str, Trial], members: int, years: int
) -> pd.DataFrame:
    """The table with bands of what a billion buys, of the ranked."""
    ranked = table[table["note"] == RANKED]
    slugs = list(dict.fromkeys(ranked["instrument"]))
    if not slugs:
        return table
    scenarios = {slug: trials[slug].scenario() for slug in slugs}
    draws = parameter_draws(members, load_posterior())
    draws += lever_draws(members, runs.base, list(scenarios.values()))
    rows = runs.drawn(BEHIND_BANDS, scenarios, draws)
    by_draw = {str(name): own for name, own in rows.groupby("draw")}
    ends = {}
    for row in ranked.itertuples():
        bought = _by_draw(by_draw, str(row.instrument), str(row.outcome), years)
        error = 0.5 * (row.per_billion_high - row.per_billion_low)
        down, up = in_all(parts_of(error, bought)[0])
        ends[row.Index] = (row.per_billion - down, row.per_billion + up)
    for column, which in (("band_low", 0), ("band_high", 1)):
        table[column] = [ends[index][which] if index in ends else np.nan for index in table.index]
    return table


def _by_draw(by_draw: Mapping[str, pd.DataFrame], slug: str, key: str, years: int) -> pd.DataFrame:
    """What a billion buys by draw (rows) and seed (columns); draws without a base have the defaults'."""
    is_flow = OUTCOMES[key].kind == "flow"
    found = {}
    for draw, rows in by_draw.items():
        seeds = np.sort(rows.loc[rows["scenario"] == slug, "seed"].unique())
        if not len(seeds):  # a draw of sizes, of which this instrument has none that is uncertain
            continue
        base = rows if (rows["scenario"] == USUAL_REFERENCE).any() else by_draw[DEFAULT]
        base = base[base["seed"].isin(seeds)]
        gain, cost = (
            per_seed(rows, column, years, flow)[slug] - per_seed(base, column, years, flow)[USUAL_REFERENCE]
            for column, flow in ((key, is_flow), (NET, True))
        )
        found[draw] = pd.Series(BILLION * gain / cost.mean(), index=seeds)
    return pd.DataFrame(found).T
