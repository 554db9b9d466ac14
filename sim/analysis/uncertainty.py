"""A comparison with its uncertainty: paired seeds, and the runs of parameters, sizes of levers and futures.

    from sim.analysis.uncertainty import compare_with_bands
    comparison = compare_with_bands(base, policies, members=12)
    comparison.bands        # every effect with its band, and the share of each source of uncertainty

Months that the draws of a seed share are run once. Given a folder, runs are kept there as they finish, and
the same call continues one that was stopped.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.kept_runs import ASKED, asked_hash, fingerprint, finished, kept_rows
from sim.comparison.bands import (
    DEFAULT,
    DRAW_SEEDS,
    FUTURES,
    MEMBERS,
    SCALE,
    SEEDS,
    SIZES,
    Draw,
    band,
    effects_by_draw,
    parameter_draws,
)
from sim.comparison.compare import checked_seeds, compare, focus_named, with_base
from sim.comparison.comparison import Comparison
from sim.comparison.horizons import checked_horizons
from sim.comparison.horizons import horizons as years_within
from sim.comparison.lever_draws import lever_draws
from sim.core.arguments import as_list, parse_month, parse_scale, whole_number
from sim.core.errors import ResultsError
from sim.core.language import N_, _
from sim.engine.simulation import checked_month
from sim.experiments.execution import Bundle, Simulate
from sim.experiments.experiment import Run
from sim.experiments.sweep import program
from sim.parameters.posterior import Posterior, load_posterior
from sim.results.outcomes import OUTCOMES, monthly
from sim.results.results import Results
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Period, Scenario

KIND = "ensemble"
STAGES = (N_("seeds"), N_("runs behind the bands"))
Progress = Callable[..., None]


@dataclass(frozen=True)
class Pairs:
    """What an executor needs to run base and policies under a draw, in the words of an experiment."""

    bases: Mapping[str, Scenario]
    scale: int
    period: Period
    tables: tuple[str, ...] = ("national",)

    def rows_of(self, results: Results) -> pd.DataFrame:
        """One row a month: ``month`` and the outcomes."""
        return monthly(results.national).reset_index()


def compare_with_bands(
    base: Scenario | str | Path | None,
    policies: Scenario | str | Path | Iterable[Scenario | str | Path],
    *,
    members: int = MEMBERS,
    scale: int | str = 5000,
    members_scale: int | str | None = None,
    seeds: int | Iterable[int] = 20,
    start: Any = "2014-01",
    end: Any = "2035-12",
    horizons: Iterable[str] | str | None = None,
    jobs: int = 2,
    folder: str | os.PathLike | None = None,
    progress: Callable[..., None] | None = None,
    posterior: Posterior | None = None,
    simulate: Simulate | None = None,
    said: Sequence[dict[str, str]] | None = None,
    focus: str | None = None,
    earlier: str | os.PathLike | None = None,
) -> Comparison:
    """``sim.compare`` of ``base`` with ``policies``, then ``carry_uncertainty`` where there are ``members``.

    ``base`` and ``policies`` are scenarios, or their names or paths; ``base`` None is the reference that the
    policies name. ``scale``, ``seeds``, ``start``, ``end``, ``horizons``, ``focus``, ``jobs`` and
    ``simulate`` are those of ``compare``; ``members_scale`` is the ``scale`` of ``carry_uncertainty``;
    ``posterior`` is the ensemble, by default the packaged one. ``folder`` keeps what has finished, in
    subfolders named after what it depends on; ``forget`` removes it. ``said`` is what to tell of the base,
    where ``with_base`` was asked before. ``earlier`` is a folder of results: a comparison in it that answers
    the same call is read, and nothing is run. ``progress(stage, done, total, failed)`` is called as runs
    finish; the stages are STAGES. Raises what both raise.
    """
    base, policies, found_said = with_base(base, policies)
    said = found_said if said is None else said
    members, jobs = whole_number(members, "members"), whole_number(jobs, "jobs", least=1)
    chosen = checked_seeds(seeds)  # a mistake is told before anything runs
    if chosen == list(range(1, len(chosen) + 1)):
        asked: dict[str, Any] = {"seeds": len(chosen)}
    else:
        asked = {"seeds": chosen}
    for key, month in (("from", start), ("to", end)):
        checked_month(key, month)
    asked |= {
        "scale": parse_scale(scale),
        "start": parse_month(start, "from"),
        "end": parse_month(end, "to"),
        "horizons": checked_horizons(horizons),
        "focus": focus_named(focus, policies),
    }
    if members:
        posterior = posterior or load_posterior()
        parameter_draws(members, posterior)
    settings = {
        "of": [one.content() for one in (base, *policies)],
        "names": [one.name for one in (base, *policies)],
        **asked,
    }
    whole = {**settings, "said": list(said)} | (
        _asked_of_bands(members, members_scale, posterior) if members else {}
    )
    as_asked = asked_hash(whole)
    if done := finished(earlier, "comparison", as_asked, progress):
        return Comparison(*done)
    kept = folder and Path(folder) / fingerprint({**settings, **program()}) / "comparison"
    if kept and kept.is_dir():
        found = Comparison.load(kept)
    else:
        found = compare(
            base, policies, **asked, jobs=jobs, progress=_in_stage(progress, STAGES[0]), simulate=simulate
        )
        found = replace(found, manifest={**found.manifest, "reference": list(said)})
        if kept and members:
            try:
                found.save(kept)
            except ResultsError as error:  # a full disk; the end may still find room, or another place
                warnings.warn(
                    _("what has finished cannot be kept on the way: {error}", error=error), stacklevel=2
                )
                kept = None
    if members:
        found = carry_uncertainty(
            found,
            base,
            policies,
            members=members,
            scale=members_scale,
            jobs=jobs,
            folder=kept and kept.parent,
            posterior=posterior,
            progress=_in_stage(progress, STAGES[1]),
            simulate=simulate,
        )
    return replace(found, manifest={**found.manifest, ASKED: as_asked})


def _asked_of_bands(members: int, scale: int | str | None, posterior: Posterior | None) -> dict[str, Any]:
    """What bands depend on beside the comparison that they belong to."""
    assert posterior is not None, "bands come from an ensemble"
    sets = [posterior.members.to_dict("list"), posterior.weights.tolist()]
    return {
        "members": members,
        "members_scale": None if scale is None else parse_scale(scale),
        "posterior": fingerprint({"sets": sets, "stale": posterior.stale()}),
    }


def _in_stage(progress: Callable[..., None] | None, stage: str) -> Progress | None:
    return None if progress is None else partial(progress, stage)


def carry_uncertainty(
    comparison: Comparison,
    base: Scenario | str | Path,
    policies: Scenario | str | Path | Iterable[Scenario | str | Path],
    *,
    members: int = MEMBERS,
    scale: int | str | None = None,
    jobs: int = 2,
    folder: str | os.PathLike | None = None,
    posterior: Posterior | None = None,
    progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> Comparison:
    """The comparison of ``base`` with ``policies``, its effects with bands.

    ``members`` of the calibrated ensemble are run at ``scale`` (the comparison's own or ``SCALE``, whichever
    is coarser), as are the two futures and as many draws of the size of levers, on ``jobs`` processes.
    ``posterior`` is the ensemble, by default the packaged one. Runs are kept in a subfolder of ``folder``, if
    one is named. ``progress(done, total, failed)`` is called as they finish; ``simulate`` replaces the
    simulator, for tests. Raises ``UsageError`` for one member or more than there are, ``RunsFailed`` when a
    run fails.
    """
    base, *policies = (load_scenario(one) for one in (base, *as_list(policies)))
    members, jobs = whole_number(members, "members"), whole_number(jobs, "jobs", least=1)
    posterior = posterior or load_posterior()
    draws, about = parameter_draws(members, posterior), comparison.manifest
    sizes = lever_draws(members, base, policies)
    judged_in = {policy["name"]: (policy["start"], policy["years"]) for policy in comparison.policies}
    ends = [
        window.last
        for start, years in judged_in.values()
        for window in years_within(start, about["end"], years)
    ]
    if not ends:  # no policy year is over: there is no effect to put a band around
        return comparison
    pairs = Pairs(
        {one.name: one for one in (base, *policies)},
        parse_scale(scale) if scale is not None else max(parse_scale(about["scale"]), SCALE),
        Period.model_validate({"from": about["start"], "to": max(ends)}),
    )
    months = _months(pairs, [*draws, *sizes], folder, jobs, progress, simulate)
    bands = band(comparison.effects, effects_by_draw(months, base.name, judged_in))
    said = {
        "members": members,
        "scale": pairs.scale,
        "runs": months["run"].nunique(),
        "seeds": list(SEEDS),
        "draw_seeds": DRAW_SEEDS,
        "size_draws": len(sizes),
        "stale": posterior.stale(),
    }
    return replace(comparison, tables={**comparison.tables, "bands": bands}, manifest={**about, KIND: said})


def forget(folder: str | os.PathLike) -> None:
    """Remove what ``compare_with_bands`` kept, once the comparison itself is stored."""
    shutil.rmtree(folder, ignore_errors=True)


def _months(
    pairs: Pairs,
    draws: Sequence[Draw],
    folder: str | os.PathLike | None,
    jobs: int,
    progress: Progress | None,
    simulate: Simulate | None,
) -> pd.DataFrame:
    """Every run month by month: kept ones, and missing ones run now."""
    return kept_rows(
        pairs,
        _bundles(pairs, draws),
        _plan(pairs, draws),
        folder,
        jobs=jobs,
        progress=progress,
        simulate=simulate,
        failed=N_("{count} runs behind the bands failed, the first in {stage}: {message}"),
        instead=_("--ensemble 0 for a comparison without them"),
    )


def _bundles(pairs: Pairs, draws: Sequence[Draw]) -> list[Bundle]:
    """What one process runs: of a seed, the defaults and both futures, one member, or all sizes of levers."""
    groups: dict[tuple[str, int], list[tuple[Draw, str, dict[str, Any], int]]] = {}
    for draw in draws:
        together = DEFAULT if draw.name in FUTURES else SIZES if draw.of_policies else draw.name
        for seed in draw.seeds:
            groups.setdefault((together, seed), []).extend(
                (draw, name, overrides, seed) for name, overrides in draw.scenarios([*pairs.bases])
            )
    bundled, number = [], 0
    for group in groups.values():
        bundled.append(
            tuple(
                Run(number + place, name, {"draw": draw.name}, seed, overrides)
                for place, (draw, name, overrides, seed) in enumerate(group)
            )
        )
        number += len(group)
    return bundled


def _plan(pairs: Pairs, draws: Sequence[Draw]) -> dict[str, Any]:
    """What kept runs depend on."""
    settings = {
        "scenarios": {name: scenario.content() for name, scenario in pairs.bases.items()},
        "draws": {
            draw.name: {
                "overrides": dict(draw.overrides),
                "of_policies": {name: dict(own) for name, own in draw.of_policies.items()},
                "seeds": list(draw.seeds),
            }
            for draw in draws
        },
        "scale": pairs.scale,
        "period": pairs.period.model_dump(by_alias=True),
        "outcomes": list(OUTCOMES),
        **program(),
    }
    columns = {
        "draw": ("", "the defaults, a future, a member of the ensemble, or a draw of the size of levers"),
        "month": ("YYYY-MM", "month"),
    }
    return {"kind": KIND, "name": "-".join(pairs.bases), "settings": settings, "columns": columns}
