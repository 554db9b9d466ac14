"""Effects of policies with their uncertainty: parameters, Monte Carlo error, and the years to come.

``compare`` finds an effect and its Monte Carlo error, which more seeds reduce. Further runs tell how far the
effect moves when assumptions do: under *parameter draws*, the members of the calibrated ensemble, and under
the low and the high *future*. Each uses the random draws of the default parameters, base and policies
alike. The band has three sources, independent by design, and the squares of their half-widths add up:

monte_carlo  the interval over the seeds of ``compare``, as it stands.
parameters   how far the members' effects lie from that of the defaults: root of the mean square, less the
             share of the Monte Carlo error, times Student's t.
scenario     how far the effects under the low and the high future lie from that under the middle one: root of
             the mean square, less the share of the Monte Carlo error. The two are the ends of a range.

The Monte Carlo error of such a distance is estimated from how it varies over its seeds. With few runs that
estimate is imprecise; its own error is added to the parts, so that more members narrow a band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import erfc, exp
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.comparison.effects import NOT_COSTED, cost_per_additional, effects
from sim.comparison.intervals import t_975, verdict
from sim.core.arguments import whole_number
from sim.core.deprecated import old_names
from sim.core.errors import Problem, UsageError
from sim.parameters.posterior import Posterior, load_posterior
from sim.results.columns import COMPARISON_TABLES
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.scenario.scenario import Scenario

__getattr__ = old_names(__name__)

DEFAULT, FUTURES = "default", ("low", "high")
MEMBERS = 10  # of the ensemble, where it is not said
SCALE = 20_000  # of the runs of parameter draws and futures, where the comparison itself is not coarser
SEEDS = (1, 2, 3, 4, 5, 6)  # under which the defaults and the two futures are run
SEEN = 2.0  # standard errors from which a part is told from the Monte Carlo error of these runs
MEMBER_SEEDS = 2  # of these, for a member: other ones for the next
KEYS = ["policy", "outcome", "horizon_years"]
_MEASURES = ("difference", "per_yuan")


def with_member(scenario: Scenario, member: dict[str, float]) -> Scenario:
    """The scenario with the parameters of one member of the ensemble."""
    from sim.scenario.loading import with_overrides

    return with_overrides(scenario, _as_overrides(member))


def ensemble_runs(
    scenario: Scenario,
    count: int,
    *,
    scale: int | str,
    end: Any,
    seeds: int = 1,
    posterior: Posterior | None = None,
    simulate: Callable[..., Results] | None = None,
) -> Iterator[Results]:
    """Runs of the scenario under ``count`` members, one by one, with seeds 1 to ``seeds`` in turn."""
    count, seeds = whole_number(count, "count"), whole_number(seeds, "seeds", least=1)
    run: Callable[..., Results]
    if simulate is None:
        from sim.engine.simulate import simulate as run
    else:
        run = simulate
    members = (posterior or load_posterior()).ensemble(count)  # too many are refused before the first run
    return (
        run(with_member(scenario, member), scale=scale, end=end, seed=1 + number % seeds)
        for number, member in enumerate(members)
    )


@dataclass(frozen=True)
class ParameterDraw:
    """Assumptions under which base and policies are run: ``overrides`` to each scenario, and the seeds.

    ``name``: ``default``, a future (``low``, ``high``) or a member of the calibrated ensemble.
    """

    name: str
    overrides: Mapping[str, Any]
    seeds: tuple[int, ...]


def parameter_draws(members: int, posterior: Posterior) -> list[ParameterDraw]:
    """The defaults and the two futures under all seeds, then ``members`` members of the ensemble under a few.

    Raises ``UsageError`` for fewer than two members, which have no spread.
    """
    members = whole_number(members, "ensemble")
    if members < 2:
        raise UsageError(
            Problem(
                "a band needs at least two members",
                key="ensemble",
                value=members,
                allowed="0 for no band, or 2 and more",
            )
        )
    draws = [ParameterDraw(DEFAULT, {}, SEEDS)]
    draws += [ParameterDraw(future, {"assumptions": future}, SEEDS) for future in FUTURES]
    for number, member in enumerate(posterior.ensemble(members)):
        under = {SEEDS[(number * MEMBER_SEEDS + turn) % len(SEEDS)] for turn in range(MEMBER_SEEDS)}
        draws.append(ParameterDraw(f"member {number + 1}", _as_overrides(member), tuple(sorted(under))))
    return draws


def _as_overrides(member: Mapping[str, float]) -> dict[str, float]:
    return {f"parameters.{name}": float(value) for name, value in member.items()}


def effects_by_draw(months: pd.DataFrame, base: str, starts: Mapping[str, str]) -> pd.DataFrame:
    """Effects of single pairs of runs: a row per draw, seed, policy, outcome and horizon.

    ``months`` holds the runs month by month: ``draw``, ``seed``, ``scenario``, ``month``, then a column per
    outcome. ``starts``: policy -> first month. Of each effect there are ``difference`` and ``per_yuan``, what
    was gained to date over what was spent to date (NaN where nothing was spent).
    """
    found = []
    for (draw, seed), runs in months.groupby(["draw", "seed"], sort=False):
        levels = {name: run.sort_values("month") for name, run in runs.groupby("scenario")}
        named = levels[base]["month"].tolist()
        before = levels[base][list(OUTCOMES)].to_numpy()[None]
        for policy, start in starts.items():
            table = effects(before, levels[policy][list(OUTCOMES)].to_numpy()[None], named, start)
            if len(table):
                spent = table["net_cost_to_date_yuan"].where(table["net_cost_to_date_yuan"] > 0)
                table = table.assign(
                    draw=draw, seed=seed, policy=policy, per_yuan=table["gained_to_date"] / spent
                )
                found.append(table[["draw", "seed", *KEYS, *_MEASURES]])
    return (
        pd.concat(found, ignore_index=True)
        if found
        else pd.DataFrame(columns=["draw", "seed", *KEYS, *_MEASURES])
    )


def band(found: pd.DataFrame, by_draw: pd.DataFrame) -> pd.DataFrame:
    """The table ``bands`` of a comparison: its ``effects`` with bands of all three sources of uncertainty.

    ``found`` are the effects of ``compare``, ``by_draw`` those of ``effects_by_draw``.
    """
    grouped = dict(iter(by_draw.groupby(KEYS)))
    rows = []
    for row in found.to_dict("records"):
        own = grouped.get(tuple(row[key] for key in KEYS))
        if own is not None:
            rows.append({**{key: row[key] for key in KEYS}, **_band_of(row, own)})
    columns = list(COMPARISON_TABLES["bands"])
    return pd.DataFrame(rows, columns=None if rows else columns)[columns]


def _band_of(row: Mapping[str, Any], own: pd.DataFrame) -> dict[str, Any]:
    """Band, parts and cost of one effect."""
    outcome, estimate = OUTCOMES[row["outcome"]], row["difference"]
    table = own.pivot(index="draw", columns="seed", values="difference")
    halves, seen, moved = half_widths(0.5 * (row["high"] - row["low"]), table)
    half = _in_all(halves)
    low, high = estimate - half, estimate + half
    signs = np.sign(estimate + moved.drop(list(FUTURES)))
    total = half**2
    return {
        "difference": estimate,
        "low": low,
        "high": high,
        "verdict": verdict(np.append(moved.to_numpy(), estimate), low, high),
        **{f"{name}_half_width": size for name, size in halves.items()},
        **{f"{name}_percent": 100.0 * size**2 / total if total else 0.0 for name, size in halves.items()},
        **{f"{name}_seen": seen[name] for name in ("parameters", "scenario")},
        **{f"under_{future}": estimate + moved[future] for future in FUTURES},
        "sign_agrees": float((signs == np.sign(estimate)).mean()),
        "members": len(signs),
        **_cost_of(outcome, row, own),
    }


def _cost_of(outcome, row: Mapping[str, Any], own: pd.DataFrame) -> dict[str, Any]:
    """Net cost to date per additional one, with the band of what a yuan buys."""
    spending, spent = row["spending_to_date_yuan"], row["net_cost_to_date_yuan"]
    cost = (spent, spent, spent)  # its own error is in what a yuan buys
    if row["cost_note"] == NOT_COSTED:
        return cost_per_additional(outcome, spending, 0.0, 0.0, 0.0, cost=cost, is_costed=False)
    if not (outcome.is_count and spending > 0 and spent > 0):
        one = -1.0 if outcome.good == "lower" else 1.0
        return cost_per_additional(outcome, spending, one, one, one, cost=cost)
    per_yuan = own.pivot(index="draw", columns="seed", values="per_yuan")
    error = 0.5 * (row["gained_high"] - row["gained_low"]) / spent
    half = spent * _in_all(half_widths(error, per_yuan)[0])
    gained = row["gained_to_date"]
    return cost_per_additional(outcome, spending, gained, gained - half, gained + half, cost=cost)


def _in_all(halves: Mapping[str, float]) -> float:
    return float(np.sqrt(sum(size**2 for size in halves.values())))


def half_widths(error: float, table: pd.DataFrame) -> tuple[dict[str, float], dict[str, bool], pd.Series]:
    """Half the width of a 95 % band from each source alone, whether it is told from the Monte Carlo error of
    these runs, and how far each draw moves the effect.

    ``error``: half the interval over the seeds of ``compare``. ``table``: an effect by draw and seed, NaN
    where a draw was not run under a seed.
    """
    apart = (table - table.loc[DEFAULT]).drop(DEFAULT)
    futures, members = apart.loc[list(FUTURES)], apart.drop(list(FUTURES))
    (spread, is_seen), (ends, are_seen) = _spread(members), _spread(futures)
    return (
        {"parameters": t_975(len(members)) * spread, "monte_carlo": float(error), "scenario": ends},
        {"parameters": is_seen, "monte_carlo": True, "scenario": are_seen},
        apart.mean(axis=1),
    )


def _spread(apart: pd.DataFrame) -> tuple[float, bool]:
    """How far draws lie from the defaults, and whether that is told from the Monte Carlo error.

    The distance is the root of the mean square less the Monte Carlo variance. That difference is known within
    a standard error and cannot be negative: its expectation given both is taken, which is rather too large
    where there are few runs.
    """
    counts = apart.count(axis=1)
    noise = float((apart.var(axis=1, ddof=1) / counts).mean())
    found = float((apart.mean(axis=1) ** 2).mean()) - noise
    error = noise * np.sqrt(2 / len(apart) + 2 / (counts - 1).sum())
    if not error > 0:
        return float(np.sqrt(max(found, 0.0))), True
    z = found / error
    below = 0.5 * erfc(-z / np.sqrt(2))
    excess = exp(-0.5 * z * z) / np.sqrt(2 * np.pi) / below if below > 1e-300 else -z
    return float(np.sqrt(max(found + error * excess, 0.0))), bool(z >= SEEN)


def judged(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The effects with bands, where there are any, in place of the intervals over seeds."""
    found, bands = tables["effects"], tables.get("bands")
    if bands is None or bands.empty or found.empty:
        return found
    replaced = [name for name in bands if name in found and name not in KEYS]
    return found.drop(columns=replaced).merge(bands, on=KEYS, how="left", validate="one_to_one")
