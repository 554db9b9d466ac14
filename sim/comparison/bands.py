"""Effects of policies with their uncertainty: chance, behaviour, the size of levers, and the years to come.

``compare`` finds an effect and its Monte Carlo error, which more seeds reduce. Further runs tell how far the
effect moves when assumptions do. Each uses the random draws of the default parameters, base and policies
alike, so that what chance does to both cancels. The band has four sources, independent by design, and the
squares of their half-widths add up:

monte_carlo  the interval over the seeds of ``compare``, as it stands.
parameters   how far the effects under members of the calibrated ensemble lie from that of the defaults: root
             of the mean square, less the share of the Monte Carlo error, times Student's t.
levers       the same for draws of the size of the policy's levers (``lever_draws``), each side by itself,
             since most sizes may lie further above the documented one than below it; times the normal point,
             as the draws are spread evenly over their range.
scenario     the same for the low and the high future, as the ends of a range.

A distance that is not told from the Monte Carlo error of these runs adds nothing: a band shows what is seen,
and beside it stands how large the part can be at most without having been seen. *Told* is a distance whose
mean square exceeds the Monte Carlo variance by ``SEEN`` standard errors of that difference; chance alone does
that less than once in ten times. Draws that change nothing have no width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.comparison.effects import NOT_COSTED, cost_per_additional, effects
from sim.comparison.intervals import NORMAL_975, t_975, verdict
from sim.core.arguments import whole_number
from sim.core.deprecated import old_names
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.parameters.posterior import Posterior, load_posterior
from sim.results.columns import COMPARISON_TABLES
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.scenario.scenario import Scenario

__getattr__ = old_names(__name__)

DEFAULT, FUTURES = "default", ("low", "high")
MEMBER, SIZES = "member", "sizes"  # how the names of draws begin: of parameters, of the size of levers
MEMBERS = 10  # of the ensemble, and draws of the size of levers, where it is not said
SCALE = 5_000  # of the runs behind bands, where the comparison itself is not coarser
SEEDS = (1, 2, 3, 4, 5, 6)  # under which the defaults and the two futures are run
SEEN = 3.0  # standard errors from which a part is told from the Monte Carlo error of these runs
DRAW_SEEDS = 3  # of these, for a member or a draw of sizes: other ones for the next
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
class Draw:
    """Assumptions under which base and policies are run: ``overrides`` to each scenario, and the seeds.

    ``name``: ``default``, a future (``low``, ``high``), a member of the ensemble or a draw of sizes.
    ``of_policies``: what is overridden besides in each policy that is run, where the base is not run again.
    """

    name: str
    overrides: Mapping[str, Any]
    seeds: tuple[int, ...]
    of_policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def scenarios(self, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The scenarios among ``names`` that are run, with their overrides."""
        for name in self.of_policies or names:
            yield name, {**self.overrides, **self.of_policies.get(name, {})}


def parameter_draws(members: int, posterior: Posterior) -> list[Draw]:
    """The defaults and the two futures under all seeds, then ``members`` members of the ensemble under a few.

    Raises ``UsageError`` for fewer than two members, which have no spread.
    """
    members = whole_number(members, "ensemble")
    if members < 2:
        raise UsageError(
            Problem(
                _("a band needs at least two members"),
                key="ensemble",
                value=members,
                allowed=_("0 for no band, or 2 and more"),
            )
        )
    draws = [Draw(DEFAULT, {}, SEEDS)]
    draws += [Draw(future, {"assumptions": future}, SEEDS) for future in FUTURES]
    for number, member in enumerate(posterior.ensemble(members)):
        draws.append(Draw(f"{MEMBER} {number + 1}", _as_overrides(member), seeds_of(number)))
    return draws


def seeds_of(number: int) -> tuple[int, ...]:
    """The seeds of one of several draws, counted from 0: all seeds are used evenly."""
    return tuple(sorted({SEEDS[(number * DRAW_SEEDS + turn) % len(SEEDS)] for turn in range(DRAW_SEEDS)}))


def _as_overrides(member: Mapping[str, float]) -> dict[str, float]:
    return {f"parameters.{name}": float(value) for name, value in member.items()}


def effects_by_draw(
    months: pd.DataFrame, base: str, judged_in: Mapping[str, tuple[str, Sequence[int]]]
) -> pd.DataFrame:
    """Effects of single pairs of runs: a row per draw, seed, policy, outcome and horizon.

    ``months`` holds the runs month by month: ``draw``, ``seed``, ``scenario``, ``month``, then a column per
    outcome. A draw without the base is held against the base of the defaults. ``judged_in``: policy -> first
    month, and the years in which it is judged. Of each effect there are ``difference`` and ``per_yuan``, what
    was gained to date over what was spent to date (NaN where nothing was spent).
    """
    found = []
    runs_of = {
        draw: {name: run.sort_values("month") for name, run in runs.groupby("scenario")}
        for draw, runs in months.groupby(["draw", "seed"], sort=False)
    }
    for (draw, seed), levels in runs_of.items():
        unchanged = levels[base] if base in levels else runs_of[DEFAULT, seed][base]
        named = unchanged["month"].tolist()
        before = unchanged[list(OUTCOMES)].to_numpy()[None]
        for policy, (start, years) in judged_in.items():
            if policy not in levels:
                continue
            table = effects(before, levels[policy][list(OUTCOMES)].to_numpy()[None], named, start, years)
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
    """The table ``bands`` of a comparison: its ``effects`` with bands of all four sources of uncertainty.

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
    parts, moved = parts_of(0.5 * (row["high"] - row["low"]), table)
    down, up = in_all(parts)
    low, high = estimate - down, estimate + up
    signs = np.sign(estimate + moved[_named(moved.index, MEMBER)])
    total = sum(part.half**2 for part in parts.values())
    return {
        "difference": estimate,
        "low": low,
        "high": high,
        "verdict": verdict(np.append(moved.to_numpy(), estimate), low, high),
        **{f"{name}_half_width": part.half for name, part in parts.items()},
        **{f"{name}_percent": 100.0 * part.half**2 / total if total else 0.0 for name, part in parts.items()},
        **{f"{name}_seen": part.is_seen for name, part in parts.items() if name != "monte_carlo"},
        **{f"{name}_at_most": part.at_most for name, part in parts.items() if name != "monte_carlo"},
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
    down, up = in_all(parts_of(error, per_yuan)[0])
    gained = row["gained_to_date"]
    return cost_per_additional(
        outcome, spending, gained, gained - spent * down, gained + spent * up, cost=cost
    )


@dataclass(frozen=True)
class Part:
    """What one source adds to a band: how far it reaches ``down`` and ``up`` from the estimate.

    ``is_seen``: whether it is told from the Monte Carlo error of these runs; else it reaches nowhere.
    ``at_most``: half the width that it can have if it is not seen.
    """

    down: float
    up: float
    is_seen: bool
    at_most: float

    @property
    def half(self) -> float:
        """Half its width."""
        return 0.5 * (self.down + self.up)


def in_all(parts: Mapping[str, Part]) -> tuple[float, float]:
    """How far a band of independent parts reaches down and up."""
    down, up = ([getattr(part, side) ** 2 for part in parts.values()] for side in ("down", "up"))
    return float(np.sqrt(sum(down))), float(np.sqrt(sum(up)))


def parts_of(error: float, table: pd.DataFrame) -> tuple[dict[str, Part], pd.Series]:
    """What each source alone adds to a 95 % band, and how far each draw moves the effect.

    ``error``: half the interval over the seeds of ``compare``. ``table``: an effect by draw and seed, NaN
    where a draw was not run under a seed.
    """
    apart = (table - table.loc[DEFAULT]).drop(DEFAULT)
    members, sizes = (apart[_named(apart.index, kind)] for kind in (MEMBER, SIZES))
    return (
        {
            "parameters": _part(members, t_975(len(members))),
            "levers": _part(sizes, NORMAL_975, by_side=True),
            "monte_carlo": Part(float(error), float(error), True, float(error)),
            "scenario": _part(apart.loc[list(FUTURES)], 1.0),
        },
        apart.mean(axis=1),
    )


def _named(draws: pd.Index, kind: str) -> np.ndarray:
    return np.array([name.startswith(f"{kind} ") for name in draws], dtype=bool)


def _part(apart: pd.DataFrame, factor: float, by_side: bool = False) -> Part:
    """What draws add that lie so far ``apart`` from the defaults; ``factor``: half-width per spread."""
    if not len(apart):
        return Part(0.0, 0.0, False, 0.0)
    spread, is_seen, at_most = _spread(apart)
    half = factor * spread
    if not (is_seen and by_side):
        return Part(half, half, is_seen, factor * at_most)
    means = apart.mean(axis=1).to_numpy()
    share = half / np.sqrt((means**2).mean())  # the same share of both sides is not Monte Carlo error
    down, up = (float(share * np.sqrt((side**2).mean())) if len(side) else 0.0 for side in _sides(means))
    return Part(down, up, is_seen, factor * at_most)


def _sides(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[values < 0], values[values > 0]


def _spread(apart: pd.DataFrame) -> tuple[float, bool, float]:
    """How far draws lie from the defaults (0 where that is not told from the Monte Carlo error), whether it
    is told, and how far they may lie without being told.

    The distance is the root of the mean square less the Monte Carlo variance, which is estimated from how the
    draws vary over their seeds. Seeds in common make all distances of a seed err together, so that there are
    no more than seeds of them; ``SEEN`` allows for it.
    """
    counts = apart.count(axis=1)
    noise = float((apart.var(axis=1, ddof=1) / counts).mean())
    found = float((apart.mean(axis=1) ** 2).mean()) - noise
    error = noise * np.sqrt(2 / len(apart) + 2 / (counts - 1).sum()) if noise > 0 else 0.0
    is_seen = bool(found > SEEN * error)
    return (
        float(np.sqrt(found)) if is_seen else 0.0,
        is_seen,
        float(np.sqrt(max(found, 0.0) + SEEN * error)),
    )


def judged(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The effects with bands, where there are any, in place of the intervals over seeds."""
    found, bands = tables["effects"], tables.get("bands")
    if bands is None or bands.empty or found.empty:
        return found
    replaced = [name for name in bands if name in found and name not in KEYS]
    return found.drop(columns=replaced).merge(bands, on=KEYS, how="left", validate="one_to_one")
