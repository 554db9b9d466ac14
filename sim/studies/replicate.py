"""Running a virtual experiment: both scenarios under every seed, its estimates, their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.comparison.bands import with_member
from sim.comparison.intervals import mean_and_interval
from sim.core.arguments import parse_scale, whole_number
from sim.core.categories import EXITED
from sim.core.deprecated import old_method
from sim.core.months import month_text
from sim.engine.run_cache import RunCache
from sim.engine.simulate import simulate
from sim.engine.simulation import Simulation, checked_month
from sim.parameters.posterior import Posterior, load_posterior
from sim.scenario.scenario import Scenario
from sim.studies.estimators import (
    difference_in_differences,
    matched_gap,
    matching_variables,
    with_and_without,
)
from sim.studies.study import Estimate, VirtualExperiment, load_virtual
from sim.world.worker import BIRTH_EPOCH, EDUCATION_MASK, EDUCATION_SHIFT, IS_FEMALE, TRAINED


@dataclass(frozen=True)
class VirtualResult:
    """What an ``experiment`` found at a ``scale``, with ``members`` of the ensemble (0: the defaults).

    ``table``: one row an estimate, with the design's number, the truth in the model, and what was
    published, in ``unit``; ``by_seed``: the numbers behind the intervals.
    """

    experiment: VirtualExperiment
    table: pd.DataFrame
    by_seed: pd.DataFrame
    members: int
    scale: int

    text = old_method("VirtualResult", "text")


def run_virtual(
    experiment: VirtualExperiment | str | Path,
    *,
    seeds: int | None = None,
    scale: int | str | None = None,
    posterior: Posterior | None = None,
    members: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> VirtualResult:
    """Run both scenarios of an ``experiment`` under ``seeds`` seeds (1 to that number) and estimate.

    ``experiment`` may be a name or path. ``scale`` is real workers per simulated one; it and ``seeds`` are
    the experiment's own where not given. With ``members``, there are as many seeds, and each has its own
    parameter set of the calibrated ensemble ``posterior`` (by default the packaged one), so that the
    intervals hold the uncertainty of the parameters too. ``progress(done, total)`` is called as seeds
    finish, first with none. Raises ``UsageError`` for more members than there are or an impossible scale.
    """
    if not isinstance(experiment, VirtualExperiment):
        experiment = load_virtual(experiment)
    members = whole_number(members, "members")
    count = members or whole_number(experiment.seeds if seeds is None else seeds, "seeds", least=1)
    sets = (posterior or load_posterior()).ensemble(members) if members else [{}] * count
    size, rows, cache = parse_scale(experiment.scale if scale is None else scale), [], RunCache()
    if progress:
        progress(0, count)
    for seed, member in enumerate(sets, start=1):
        pair = experiment.base, experiment.policy
        scenarios = [with_member(one, member) if member else one for one in pair]
        rows += _estimates_of_seed(experiment, scenarios, seed, size, cache)
        if progress:
            progress(seed, count)
    by_seed = pd.DataFrame(rows)
    return VirtualResult(experiment, _summed_up(experiment, by_seed), by_seed, members, size)


def _estimates_of_seed(
    experiment: VirtualExperiment, scenarios: list[Scenario], seed: int, size: int, cache: RunCache
) -> list[dict]:
    end = experiment.period.to
    panels = [one for one in experiment.estimates if one.design != "matching"]
    runs, rows = [], []
    if panels:
        runs = [simulate(one, scale=size, end=end, seed=seed, cache=cache) for one in scenarios]
    for one in experiment.estimates:
        if one.design == "matching":
            design, truth = _matching(one, scenarios, seed, size, cache)
        else:
            base, policy = runs
            truth = with_and_without(base, policy, one)
            is_study = one.design == "difference_in_differences"
            design = difference_in_differences(policy, one) if is_study else truth
        rows.append({"label": one.label, "seed": seed, "estimate": design, "truth": truth})
    return rows


def _summed_up(experiment: VirtualExperiment, by_seed: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for one in experiment.estimates:
        part = by_seed[by_seed["label"] == one.label]
        ends = {
            name: [float(end) for end in mean_and_interval(values.to_numpy())]
            for name, values in (
                ("estimate", part["estimate"]),
                ("truth", part["truth"]),
                ("bias", part["estimate"] - part["truth"]),
            )
        }
        form = one.outcome.form if one.outcome else "log_percent"
        unit = {"log_percent": "%", "percent_of_base": "%", "points": "points"}.get(form, "")
        rows.append(
            {
                "label": one.label,
                "design": one.design,
                "unit": unit,
                "estimate": ends["estimate"][0],
                "low": ends["estimate"][1],
                "high": ends["estimate"][2],
                "truth": ends["truth"][0],
                "truth_low": ends["truth"][1],
                "truth_high": ends["truth"][2],
                "bias": ends["bias"][0],
                "bias_low": ends["bias"][1],
                "bias_high": ends["bias"][2],
                "published_kind": one.published.kind,
                "published": one.published.value,
                "published_low": one.published.low,
                "published_high": one.published.high,
                "published_source": one.published.source,
                "published_note": one.published.note or "",
            }
        )
    return pd.DataFrame(rows)


# --- matching -----------------------------------------------------------------------------------------


def _matching(
    one: Estimate, scenarios: list[Scenario], seed: int, scale: int, cache: RunCache
) -> tuple[float, float]:
    """The gap between trained workers and their matches, and what training did to the same workers.

    Trained: completed a course within ``before`` under the scenario with the programme, and had none before.
    Earnings are those of the calendar year in which ``after`` ends.
    """
    assert one.before, "a checked estimate by matching has it"
    bare, treated = (_lives(scenario, one.before, one.after, seed, scale, cache) for scenario in scenarios)
    came = treated["trained_at"].between(*(checked_month("before", month) for month in one.before))
    never = (treated["trained_at"] < 0) & ~treated["was_trained"]
    fresh = came & ~treated["was_trained"]
    worked = treated["earned"] > 0
    sample = matching_variables(treated[(fresh | never) & worked & (treated["earned_before"] > 0)])
    design = matched_gap(sample.assign(trained=fresh), one.match_on)
    both = fresh & (bare["earned"] > 0) & worked & ~(bare["trained_at"] >= 0)
    gain = np.log(treated.loc[both, "earned"]) - np.log(bare.loc[both, "earned"])
    return design, float(100.0 * gain.mean()) if len(gain) else np.nan


def _lives(
    scenario: Scenario,
    earlier: tuple[str, str],
    later: tuple[str, str],
    seed: int,
    scale: int,
    cache: RunCache,
) -> pd.DataFrame:
    """One row per worker present throughout: who they were before, whether trained, what they earned."""
    first, last = checked_month("before", earlier[0]), checked_month("after", later[1])
    start, end = first - first % 12 - 1, last - last % 12 + 11  # Decembers
    run = Simulation(scenario, scale, month_text(end), seed, 1, cache=cache)
    try:
        for month in range(end + 1):
            run.step()
            if month == start:
                rows = run.rows
                w = run.workers[:rows]
                before = pd.DataFrame(
                    {
                        "sex": w.traits & IS_FEMALE,
                        "education": (w.traits >> EDUCATION_SHIFT) & EDUCATION_MASK,
                        "age": (month + BIRTH_EPOCH - w.birth_month.astype(int)) // 12,
                        "province": run.places.province[w.place],
                        "activity": w.activity,
                        "sector": w.sector,
                        "earned_before": w.earnings_year.astype(float),
                        "was_trained": (w.status & TRAINED) > 0,
                        "courses_before": w.trained_month.astype(int),
                    }
                )
    finally:
        run.close()
    w = run.workers[:rows]
    new = w.trained_month.astype(int) != before["courses_before"].to_numpy()
    return before.assign(
        earned=np.where(w.activity != EXITED, w.earnings_year, 0).astype(float),
        trained_at=np.where(new, w.trained_month, -1),
    )
