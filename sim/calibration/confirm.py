"""Does a stored ensemble still hold under code that changed? Its members are run again and compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np

from sim.calibration.declaration import Responses
from sim.calibration.moves import moves_errors
from sim.calibration.observations import TABLES, measured
from sim.calibration.responses import response_errors, tables_needed
from sim.comparison.bands import with_member
from sim.core.arguments import whole_number
from sim.parameters.posterior import Posterior, versions
from sim.scenario.loading import load_scenario
from sim.studies.checks import Expected

TOLERANCE = 1e-9  # of an error: what adding in another order may change


def confirm(
    posterior: Posterior,
    count: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Posterior | None, float]:
    """The ensemble under today's versions if ``count`` of its members give the errors that were stored, or
    None; and the largest difference found, in the unit of the error.

    A change of code that changes no result (a faster kernel) needs no new calibration; any other does.
    Members are taken from the heaviest on.
    """
    from sim.engine.run_cache import RunCache
    from sim.engine.simulate import simulate

    cache, count = RunCache(), whole_number(count, "count", least=1)
    plan = posterior.about["calibration"]
    base = load_scenario(plan["scenario"])
    responses = None if plan.get("responses") is None else Responses.model_validate(plan["responses"])
    moves_from = {
        region: Expected.model_validate(expect) for region, expect in plan.get("moves_from", {}).items()
    }
    tables = (*TABLES, *tables_needed(responses))
    heaviest = np.argsort(-posterior.weights, kind="stable")[:count]
    worst = 0.0
    if progress:
        progress(0, len(heaviest))
    for done, number in enumerate(heaviest, start=1):
        drawn = with_member(base, dict(posterior.members.iloc[int(number)]))
        runs = []
        for seed in plan["seeds"]:
            again = partial(simulate, scale=plan["scale"], seed=seed, cache=cache)
            results = again(drawn, end=plan["period"]["to"], tables=tables)
            answers = response_errors(responses, drawn, results, again)
            runs.append({**measured(results), **answers, **moves_errors(moves_from, drawn, results)})
        stored = posterior.errors.iloc[int(number)]
        now = np.array([np.mean([run[name] for run in runs]) for name in stored.index])
        worst = max(worst, float(np.max(np.abs(now - stored.to_numpy()))))
        if progress:
            progress(done, len(heaviest))
    if worst > TOLERANCE:
        return None, worst
    about = {**posterior.about, "versions": versions(), "confirmed_members": len(heaviest)}
    return dataclasses.replace(posterior, about=about), worst
