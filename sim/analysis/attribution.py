"""Which part of a package did what: order-free shares of its effect, by family, instrument or lever.

    from sim.analysis.attribution import attribute
    found = attribute("combined", over="levers", outcomes=["settled", "businesses"], seeds=4)
    found.shares        # a row per outcome and group: share, interval, alone, left out

Every coalition of groups is run on the same seeds as the base, so that the same workers meet the same random
draws, and every run goes on from the base's state at the first month of the package. A coalition's value is
computed once for a seed, kept in a folder, and found there by a later call.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.attribution_shares import shares_and_totals
from sim.analysis.coalitions import Game, Group
from sim.analysis.shapley import (
    coalitions_of,
    sampled_orders,
)
from sim.core.arguments import as_list, parse_scale, whole_number
from sim.core.errors import Problem, RunsFailed, UsageError, nearest
from sim.core.language import _
from sim.experiments.execution import Bundle, RunEnd
from sim.experiments.executors import make_executor
from sim.experiments.experiment import Run
from sim.experiments.journal import Journal
from sim.experiments.sweep import Keeper, program
from sim.results.outcomes import IN_CHINESE, OUTCOMES, outcome
from sim.scenario.lever import Lever
from sim.scenario.loading import load_reference, load_scenario
from sim.scenario.scenario import Period, Scenario

OVER = ("families", "instruments", "levers")
SHORT = {"founders": "business_starts", "income": "mean_income"}  # words for outcomes, as people ask
DEFAULT_OUTCOMES = ("settled", "business_starts", "out", "mean_income")
BUNDLE = 24  # coalitions of a seed that one process runs one after another; their shared history is run once
MOST_FOR_ALL = 12  # groups of which all coalitions are run
YEARS_ON = 5  # the calendar year that is looked at, after the one in which the package begins


@dataclass(frozen=True)
class Attribution:
    """What each group of levers of ``scenario`` adds to its effect against ``base`` in a calendar ``year``.

    ``shares`` has a row per outcome and group, ``totals`` one per outcome, in the outcome's own unit.
    ``game`` holds the groups, which are ``over`` families, instruments or levers. ``orders`` were sampled for
    each of the ``seeds``, all where it is None. ``runs`` were made now, the other values lay in ``folder``.
    """

    game: Game
    scenario: Scenario
    base: str
    over: str
    year: int
    seeds: tuple[int, ...]
    orders: int | None
    shares: pd.DataFrame
    totals: pd.DataFrame
    runs: int
    folder: Path


def attribute(
    scenario: Scenario | str | Path,
    *,
    base: Scenario | str | Path | None = None,
    over: str = "families",
    outcomes: str | Sequence[str] = DEFAULT_OUTCOMES,
    seeds: int = 8,
    permutations: int | None = 8,
    scale: int | str = 20_000,
    year: int | None = None,
    jobs: int = 2,
    folder: str | os.PathLike | None = None,
    progress: Callable[[int, int, int], None] | None = None,
    simulate: Callable | None = None,
) -> Attribution:
    """Share out what the levers of ``scenario`` change against ``base`` in a calendar ``year``.

    ``base`` is by default the reference that the scenario names (``compare_with``).

    Groups are those of the levers that the base has not, or has otherwise, ``over`` families, instruments or
    levers. ``outcomes`` are keys of ``OUTCOMES``, or ``founders`` and ``income``. ``permutations`` orders are
    sampled for each of ``seeds`` seeds (1 to that number); None means all orders. All coalitions are run
    where there are no more of them than the sample would need. ``scale`` is real workers per simulated one;
    the year is by default the fifth after that in which the package begins, or the scenario's last.
    Values already in ``folder`` are used (``results/attributions/`` where none is named); ``jobs`` processes
    share the runs; ``progress(done, total, failed)`` is called as they finish. ``simulate`` replaces the
    simulator, for tests. Raises ``UsageError`` for a call that makes no sense, ``ScenarioError`` for a
    scenario that cannot be loaded, ``RunsFailed`` when a run failed, ``ResultsError`` when the folder
    cannot be written.
    """
    seeds, jobs = whole_number(seeds, "seeds", least=1), whole_number(jobs, "jobs", least=1)
    permutations = None if permutations is None else whole_number(permutations, "permutations", least=1)
    year = None if year is None else whole_number(year, "year")
    package = load_scenario(scenario)
    reference = load_reference(package) if base is None else load_scenario(base)
    keys = [_checked_outcome(key) for key in as_list(outcomes)]
    groups, absent = _groups(package, reference, over)
    game = Game({package.name: package}, groups, absent, parse_scale(scale), _period(package, absent, year))
    seed_list, names = tuple(range(1, seeds + 1)), [group.key for group in groups]
    orders = {seed: sampled_orders(names, permutations or 2, seed) for seed in seed_list}
    sampled = {seed: coalitions_of(orders[seed], len(groups)) for seed in seed_list}
    every = 1 << len(groups)
    if permutations is None and len(groups) > MOST_FOR_ALL:
        raise UsageError(
            Problem(
                _(
                    "all orders of {count} groups need {every:,} runs for each seed",
                    count=len(groups),
                    every=every,
                ),
                key="permutations",
                allowed=_("a number of orders to sample, such as 8"),
            )
        )
    is_exact = permutations is None or every <= min(map(len, sampled.values()))
    wanted = {seed: range(every) if is_exact else sampled[seed] for seed in seed_list}
    path = Path(folder) if folder else Path("results") / "attributions" / f"{package.name}-{over}"
    values, runs = _values(
        game, wanted, path, _settings(game, package, reference, over), jobs, progress, simulate
    )
    shares, totals = shares_and_totals(game, keys, values, None if is_exact else orders)
    return Attribution(
        game,
        package,
        reference.name,
        over,
        int(game.period.to[:4]),
        seed_list,
        None if is_exact else len(orders[1]),
        shares,
        totals,
        runs,
        path,
    )


# --- what is taken apart ------------------------------------------------------------------------------


def _checked_outcome(word: str) -> str:
    word = IN_CHINESE.get(word, word)
    if word not in SHORT and word not in OUTCOMES:
        words = (*SHORT, *OUTCOMES)
        raise UsageError(
            Problem(
                _("no such outcome"), key="outcome", value=word, allowed=words, nearest=nearest(word, words)
            )
        )
    return outcome(SHORT.get(word, word)).key


def _groups(package: Scenario, reference: Scenario, over: str) -> tuple[tuple[Group, ...], dict[str, Any]]:
    """The package's own levers in groups, and what the reference has in place of each."""
    if over not in OVER:
        raise UsageError(
            Problem(
                _("cannot be shared out over that"),
                key="over",
                value=over,
                allowed=OVER,
                nearest=nearest(over, OVER),
            )
        )
    own = {name: lever for name, lever in package.levers.items() if lever != reference.levers.get(name)}
    if not own:
        raise UsageError(
            Problem(
                _("has no lever that {name} has not: there is nothing to share out", name=reference.name),
                key="scenario",
                value=package.name,
            )
        )
    found: dict[str, dict[str, Lever]] = {}
    for name, lever in own.items():
        found.setdefault(_group_of(name, lever, over), {})[name] = lever
    groups = tuple(
        Group(
            key,
            _label(key, levers, over),
            tuple(levers),
            tuple(sorted({lever.evidence for lever in levers.values()})),
        )
        for key, levers in sorted(found.items())
    )
    instead = {
        name: reference.levers[name].model_dump(by_alias=True) if name in reference.levers else None
        for name in own
    }
    return groups, instead


def _group_of(name: str, lever: Lever, over: str) -> str:
    """The family or instrument that a lever names; one that names none is a group of its own."""
    word = {"families": "family", "instruments": "instrument"}.get(over)
    return (getattr(lever, word, None) if word else None) or name


def _label(key: str, levers: Mapping[str, Lever], over: str) -> str:
    """A group in words."""
    if over == "families" and key not in levers:
        return key.replace("-", " ").replace("_", " ").capitalize()
    first = next(iter(levers.values()))
    return first.title if len(levers) == 1 else first.label.en


def _period(package: Scenario, own: Mapping[str, Any], year: int | None) -> Period:
    """From the year in which the package begins to the one that is looked at."""
    first = int(min(package.levers[name].window.from_ for name in own)[:4])
    last = int(package.period.to[:4]) - (package.period.to[5:] != "12")
    chosen = min(first + YEARS_ON, last) if year is None else year
    if not first <= chosen <= last:
        raise UsageError(
            Problem(
                _("not a whole year of the scenario since the package begins"),
                key="year",
                value=chosen,
                allowed=_("{low} to {high}", low=first, high=last),
            )
        )
    return Period.model_validate({"from": f"{first}-01", "to": f"{chosen}-12"})


def _settings(game: Game, package: Scenario, reference: Scenario, over: str) -> dict[str, Any]:
    """What kept values depend on; seeds, permutations and outcomes may change from call to call."""
    return {
        "scenario": package.content(),
        "base": reference.content(),
        "over": over,
        "scale": game.scale,
        "groups": {group.key: list(group.levers) for group in game.groups},
        "period": game.period.model_dump(by_alias=True),
        "outcomes": list(game.outcomes),
        **program(),
    }


# --- values of coalitions -----------------------------------------------------------------------------


def _values(
    game: Game,
    wanted: Mapping[int, Sequence[int]],
    folder: Path,
    settings: dict[str, Any],
    jobs: int,
    progress: Callable[[int, int, int], None] | None,
    simulate: Callable | None,
) -> tuple[dict[int, dict[int, np.ndarray]], int]:
    """Outcomes of the year that is looked at, by seed and coalition: kept ones, and missing ones run now."""
    execute = make_executor("processes", jobs, None)
    plan = {
        "kind": "attribution",
        "name": next(iter(game.bases)),
        "settings": settings,
        "columns": {"coalition": ("", "which groups take part, as bits: the first group is the lowest")},
    }
    with Journal.open(folder, plan) as journal:
        kept = _known(journal.rows(), game)
        missing = [
            (coalition, seed)
            for seed, coalitions in wanted.items()
            for coalition in coalitions
            if (coalition, seed) not in kept
        ]
        total, first = sum(map(len, wanted.values())), 1 + max(journal.finished(), default=-1)
        runs = [game.run(first + n, *pair) for n, pair in enumerate(missing)]
        keeper, failed = Keeper(journal), []
        if progress:
            progress(total - len(runs), total, 0)
        try:
            for end in execute(game, _bundles(runs, jobs), simulate):
                failed += [end] if end.rows is None else []
                keeper.take(end)
                if progress:
                    progress(total - len(runs) + keeper.taken, total, len(failed))
        finally:  # also when interrupted from the keyboard
            keeper.flush()
        _refuse_failures(failed, folder)
        known = _known(journal.compact(pd.DataFrame()), game)
    return {seed: {c: known[c, seed] for c in coalitions} for seed, coalitions in wanted.items()}, len(runs)


def _bundles(runs: Sequence[Run], jobs: int) -> list[Bundle]:
    """Runs of one seed together, in parts small enough to keep all processes at work."""
    most = max(1, min(BUNDLE, -(-len(runs) // (2 * jobs))))
    by_seed: dict[int, list[Run]] = {}
    for run in runs:
        by_seed.setdefault(run.seed, []).append(run)
    return [tuple(own[i : i + most]) for own in by_seed.values() for i in range(0, len(own), most)]


def _known(rows: pd.DataFrame, game: Game) -> dict[tuple[int, int], np.ndarray]:
    """Outcomes by coalition and seed, in the year that is looked at."""
    if rows.empty:
        return {}
    rows = rows[rows["year"] == int(game.period.to[:4])]
    table = rows[list(game.outcomes)].to_numpy(float)
    return {
        (int(coalition, 16), int(seed)): values
        for coalition, seed, values in zip(rows["coalition"], rows["seed"], table, strict=True)
    }


def _refuse_failures(failed: Sequence[RunEnd], folder: Path) -> None:
    if failed:
        raise RunsFailed(
            Problem(
                _(
                    "{count} runs failed, the first in {stage}: {message}",
                    count=len(failed),
                    stage=_(str(failed[0].stage)),
                    message=failed[0].message,
                ),
                file=str(folder),
                allowed=_("the same command once more: what had finished is kept"),
            )
        )
