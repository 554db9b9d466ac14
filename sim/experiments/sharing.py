"""Which runs of a sweep share a history, so that its months are run once.

Runs of one seed that differ only in what begins later, such as a lever's strength, are the same before
that month. They are put into bundles: the first run of a bundle saves its state before that month, in memory,
and the others branch from it. Results are the same to the last bit, however runs are bundled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from sim.core.months import FIRST_MONTH, month_number
from sim.experiments.design import SAMPLED, Design
from sim.experiments.experiment import Experiment, Run
from sim.scenario.loading import with_overrides
from sim.scenario.scenario import Scenario
from sim.scenario.shared_history import fingerprint, history_before, shared_until

LARGEST_BUNDLE = 16  # runs that one process executes together, and that are lost together with it
LEAST_SAVED = 0.02  # of all months; below, sharing is not worth its memory


@dataclass(frozen=True)
class Sharing:
    """Runs of the same seed, history and early factors share their months before ``month``.

    ``early``: by scenario, the factors that act before ``month``. ``histories``: by scenario, the fingerprint
    of its history before ``month``. ``histories_run``: how many different histories are run. ``saved``: share
    of all months of all runs that need not be run.
    """

    month: str
    early: dict[str, tuple[str, ...]]
    histories: dict[str, str]
    histories_run: int
    saved: float

    def group(self, run: Run) -> Hashable:
        """What runs that share a history have in common."""
        early = tuple((name, run.point[name]) for name in self.early[run.scenario])
        return self.histories[run.scenario], early, run.seed


def plan_sharing(experiment: Experiment, jobs: int = 1) -> Sharing | None:
    """The month up to which sharing saves the most, or None where it saves less than ``LEAST_SAVED``."""
    end = experiment.period.to
    begins = {name: _first_months(experiment, base) for name, base in experiment.bases.items()}
    first, *others = experiment.bases.values()
    months = {month for by_factor in begins.values() for month in by_factor.values()}
    months |= {shared_until(first, other, end) for other in others}
    found = [
        _sharing(experiment, month, begins, jobs)
        for month in sorted(months)
        if FIRST_MONTH < month and _months_before(month)
    ]
    best = max(found, key=lambda sharing: sharing.saved, default=None)
    return best if best is not None and best.saved >= LEAST_SAVED else None


def share_out(experiment: Experiment, runs: Sequence[Run], jobs: int) -> list[tuple[Run, ...]]:
    """The runs in bundles of those that share a history, small enough to keep all processes at work."""
    sharing = plan_sharing(experiment, jobs)
    if sharing is None:
        return [(run,) for run in runs]
    groups: dict[Hashable, list[Run]] = {}
    for run in runs:
        groups.setdefault(sharing.group(run), []).append(run)
    most = _most_in_a_bundle(len(runs), jobs)
    return [tuple(group[first:last]) for group in groups.values() for first, last in _cuts(len(group), most)]


def shared_month(scenarios: Sequence[Scenario], end: str) -> str:
    """The month before which all these scenarios are the same, ``FIRST_MONTH`` where they are not."""
    return min(shared_until(scenarios[0], other, end) for other in scenarios[1:])


def _first_months(experiment: Experiment, base: Scenario) -> dict[str, str]:
    """The first month in which each factor makes a difference in a scenario."""
    months = {}
    for name, factor in experiment.design.factors.items():
        if any(key.startswith("parameters.") for key in factor.keys):
            months[name] = FIRST_MONTH
            continue
        ends = [value for factor_name, _, value in experiment.design.tried_values() if factor_name == name]
        ends = [min(ends), max(ends)]
        one, other = (with_overrides(base, {key: value for key in factor.keys}) for value in ends)
        months[name] = shared_until(one, other, experiment.period.to)
    return months


def _sharing(experiment: Experiment, month: str, begins: dict[str, dict[str, str]], jobs: int) -> Sharing:
    early = {
        scenario: tuple(name for name, first in by_factor.items() if first < month)
        for scenario, by_factor in begins.items()
    }
    histories = {name: fingerprint(history_before(base, month)) for name, base in experiment.bases.items()}
    most = _most_in_a_bundle(experiment.run_count, jobs)
    sizes: dict[Hashable, int] = {}
    for scenario in experiment.bases:
        for point, count in _early_points(experiment.design, early[scenario]).items():
            key = histories[scenario], early[scenario], point
            sizes[key] = sizes.get(key, 0) + count
    count = len(experiment.seeds) * sum(len(_cuts(size, most)) for size in sizes.values())
    all_months = _months_before(experiment.period.to) + 1
    saved = (experiment.run_count - count) * _months_before(month) / (experiment.run_count * all_months)
    return Sharing(month, early, histories, count, saved)


def _early_points(design: Design, early: tuple[str, ...]) -> dict[Hashable, int]:
    """How many points have the same early factors, by their values. Drawn points are not made for this: all
    are taken to differ.
    """
    if not early:
        return {(): design.point_count}
    if design.kind in SAMPLED:
        return {number: 1 for number in range(design.point_count)}
    if design.kind == "grid":
        points = product(*(design.factors[name].values for name in early))
        alike = design.point_count // prod(len(design.factors[name].values) for name in early)
        return dict.fromkeys(points, alike)
    columns = [list(design.factors).index(name) for name in early]
    return dict(Counter(map(tuple, design.table()[:, columns].tolist())))


def _most_in_a_bundle(runs: int, jobs: int) -> int:
    return max(2, min(LARGEST_BUNDLE, runs // (2 * jobs)))


def _cuts(size: int, most: int) -> list[tuple[int, int]]:
    """First and last position of nearly equal parts of at most ``most``."""
    parts = -(-size // most)
    edges = [size * part // parts for part in range(parts + 1)]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _months_before(month: str) -> int:
    return month_number(month) - month_number(FIRST_MONTH)
