"""What a calibration asks beside the official series: how the model answers when one thing alone is changed.

The experiments are the runs of a file of checks (``sim.studies.checks``), made under the parameters of each
point and its seed. The check's range is the target: its middle is aimed at, and half of half its width is
one standard deviation, as for every target.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.calibration.declaration import Responses
from sim.calibration.observations import Observation
from sim.core.months import FIRST_MONTH
from sim.experiments.sharing import shared_month
from sim.results.results import Results
from sim.scenario.scenario import Scenario
from sim.studies.checks import BASE, Check, CheckFile, load_checks, measured
from sim.studies.study import laid_over

if TYPE_CHECKING:
    from sim.engine.checkpoint import Checkpoint


def response_observations(responses: Responses | None) -> tuple[Observation, ...]:
    """One observation for each check of the runs that ``responses`` names, in the check's unit."""
    return tuple(
        Observation(name, check.label.en, (check.expect.high - check.expect.low) / 4.0, check.expect.unit)
        for name, check in _named(responses).items()
    )


def tables_needed(responses: Responses | None) -> tuple[str, ...]:
    """The tables of results that the checks read."""
    parts = [part for check in _named(responses).values() for part in (check.of, check.to)]
    return tuple(sorted({part.table for part in parts if part is not None}))


def response_errors(
    responses: Responses | None, scenario: Scenario, base: Results, simulate: Callable[..., Results]
) -> dict[str, float]:
    """The answers of one point and seed less the middles of their ranges, by observation.

    ``base`` is the run of ``scenario`` itself. ``simulate(scenario, end=..., tables=...)`` makes another of
    the same seed and scale. The months before the change are run once.
    """
    if responses is None:
        return {}
    file, runs = _file(responses.checks), {BASE: base}
    states: list[Checkpoint] = []
    changed = {name: laid_over(scenario, file.runs[name]) for name in responses.runs if name != BASE}
    if not changed:
        return _errors(responses, runs)
    needs: dict[str, Any] = {"end": file.period.to, "tables": tables_needed(responses)}
    begins = shared_month([scenario, *changed.values()], file.period.to)
    if begins > FIRST_MONTH:
        simulate(scenario, save_at=begins, save_to=states.append, **{**needs, "end": begins})
        needs["branch_from"] = states[0]
    for name, one in changed.items():
        runs[name] = simulate(one, **needs)
    return _errors(responses, runs)


def _errors(responses: Responses, runs: dict[str, Results]) -> dict[str, float]:
    return {
        name: measured(check, runs) - (check.expect.low + check.expect.high) / 2.0
        for name, check in _named(responses).items()
    }


@cache
def _file(name: str) -> CheckFile:
    """The file of checks, read once in a process: all points of a calibration are asked the same."""
    return load_checks(name)


def _named(responses: Responses | None) -> dict[str, Check]:
    """The checks that are targets, by the names of their observations."""
    if responses is None:
        return {}
    file = _file(responses.checks)
    return {
        f"response.{file.name}.{number}": check
        for number, check in enumerate(file.checks, start=1)
        if check.run in responses.runs
    }
