"""Who moves because of a policy: groups of workers who end elsewhere, and a typical one of each.

Everybody lives twice, under the base and under the policy, with the same draws. Workers are grouped by what
they do at the end of either life. Groups are ranked by how many more go this way than the other way round, so
that two people who change places do not count as an effect; groups in which chance could bring as many are
left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.agents.find import pick
from sim.agents.twins import Pair, Scan, Twins, follow_twins, partings_of, scan_twins
from sim.comparison.comparison import Comparison
from sim.comparison.horizons import answered
from sim.core.categories import (
    EDUCATION,
    EXITED,
    FARM,
    LOCAL_WORK,
    OWN_BUSINESS,
    REGIONS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    SEXES,
    TIERS,
    TRAINING,
)
from sim.core.language import _, in_language
from sim.core.months import month_text
from sim.engine.run_cache import RunCache
from sim.scenario.scenario import Scenario
from sim.world.places import Places
from sim.world.worker import IS_FEMALE, age_months, education_of

# What a worker does, as groups count it; away from home by the kind of place.
STATES = ("farm", "local_work", "own_business", *(f"away_{tier}" for tier in TIERS[1:]), "settled")
MOST_GROUPS = 6
SCALE = 20_000  # of the runs behind the galleries of a comparison: they tell stories, not sizes
SAMPLE = 40  # workers of a group of whom it is found out what made their lives part
_NORMAL_95 = 1.96  # standard deviations
_NONE = -1  # on a course, or out of the labour force


@dataclass(frozen=True)
class Changers:
    """Workers who end in one state under the base and in another under the policy.

    workers, opposite: simulated workers who go this way, and the other way round. persons: the workers less
    the opposite, times the scale. causes: what made the lives part, of ``sampled`` workers, as shares by set
    of ``sim.agents.twins.CAUSES``. sex, region, education, age_years: the commonest, and the median age at
    the end. typical: one of them, followed.
    """

    before: str
    after: str
    workers: int
    opposite: int
    persons: int
    causes: dict[tuple[str, ...], float]
    sampled: int
    sex: str
    region: str
    education: str
    age_years: float
    typical: Twins


@dataclass(frozen=True)
class Gallery:
    """The changers of a policy. titles: of base and policy, by language. persons: all workers. apart: whose
    lives ever part. ends: who end in another state. All three are real persons.
    """

    titles: tuple[Mapping[str, str], Mapping[str, str]]
    month: str
    scale: int
    seed: int
    persons: int
    apart: int
    ends: int
    groups: tuple[Changers, ...]

    @property
    def base(self) -> str:
        """The title of the base in the language in use."""
        return in_language(self.titles[0])

    @property
    def policy(self) -> str:
        """The title of the policy in the language in use."""
        return in_language(self.titles[1])


def galleries(
    comparison: Comparison,
    base: Scenario | str | Path,
    policies: Sequence[Scenario | str | Path],
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Gallery]:
    """The changers of every policy of a comparison at the end of the year of its answer, under one seed.

    At ``SCALE``, or the comparison's if that is coarser; a policy without a whole year in the run has none.
    """
    about, cache, found = comparison.manifest, RunCache(), []
    for described, policy in zip(comparison.policies, policies, strict=True):
        if year := answered(described):
            scale, seed = max(int(about["scale"]), SCALE), about["seeds"][0]
            shared: dict[str, Any] = {"scale": scale, "seed": seed, "cache": cache, "progress": progress}
            found.append(gallery(base, policy, end=year.last, **shared))
    return found


def gallery(
    base: Scenario | str | Path,
    policy: Scenario | str | Path,
    *,
    scale: int | str = 5000,
    end: Any = None,
    seed: int = 1,
    most: int = MOST_GROUPS,
    cache: RunCache | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Gallery:
    """The largest groups of changers between two scenarios at the end of their runs, each with a typical one.

    most: how many groups at most. progress: called with what is being done, months done and months. Raises
    UsageError for scenarios that do not have the same people.
    """
    cache, told = RunCache() if cache is None else cache, progress or (lambda *_: None)
    about: dict[str, Any] = {}

    def look(pair: Pair) -> None:
        about.update(
            places=pair.base.places,
            scale=pair.base.scale,
            last=pair.base.last,
            titles=tuple(run.scenario.title.model_dump() for run in (pair.base, pair.policy)),
        )

    given: dict[str, Any] = {"scale": scale, "end": end, "seed": seed, "cache": cache}
    scan = scan_twins(base, policy, **given, look=look, progress=lambda *at: told(_("who changes"), *at))
    places, last = about["places"], about["last"]
    states = [_states(doing, places) for doing in (scan.base, scan.policy)]
    ways = _largest_ways(states[0], states[1], most)
    samples = {way: _sample(scan.ids[_goes(states, way)], seed) for way in ways}
    when = {int(one): int(first) for one, first in zip(scan.ids, scan.first_apart, strict=True)}
    wanted = {worker: when[worker] for sample in samples.values() for worker in sample}
    partings = partings_of(base, policy, wanted, **given, progress=lambda *at: told(_("why"), *at))
    causes = {worker: parting.causes[0] for worker, parting in partings.items()}
    typical = {way: _typical(scan, states, way, samples[way], causes, places, last) for way in ways}
    lives = follow_twins(
        base, policy, list(typical.values()), **given, progress=lambda *at: told(_("lives"), *at)
    )
    by_worker = {twins.base.worker: twins for twins in lives}
    groups = []
    for way in ways:
        of_way, opposite = _goes(states, way), _goes(states, way[::-1])
        sampled = Counter(causes[worker] for worker in samples[way])
        groups.append(
            Changers(
                before=STATES[way[0]],
                after=STATES[way[1]],
                workers=int(of_way.sum()),
                opposite=int(opposite.sum()),
                persons=int(of_way.sum() - opposite.sum()) * about["scale"],
                causes={one: count / len(samples[way]) for one, count in sampled.most_common()},
                sampled=len(samples[way]),
                **_profile(scan, of_way, places, last),
                typical=by_worker[typical[way]],
            )
        )
    known = (states[0] >= 0) & (states[1] >= 0)
    return Gallery(
        titles=about["titles"],
        month=month_text(last),
        scale=about["scale"],
        seed=seed,
        persons=len(scan.ids) * about["scale"],
        apart=int((scan.first_apart >= 0).sum()) * about["scale"],
        ends=int((known & (states[0] != states[1])).sum()) * about["scale"],
        groups=tuple(groups),
    )


def _states(doing: np.ndarray, places: Places) -> np.ndarray:
    """The state of each worker as a position in ``STATES``, from activity and place."""
    activity, place = doing[:, 0].astype(np.int64), doing[:, 1].astype(np.int64)
    found = STATES.index("away_county_town") - 1 + places.tier[place]
    for state, activities in (
        ("farm", (FARM,)),
        ("local_work", (LOCAL_WORK,)),
        ("own_business", (OWN_BUSINESS,)),
        ("settled", (SETTLED_WORK, SETTLED_SEARCH)),
    ):
        found[np.isin(activity, activities)] = STATES.index(state)
    found[np.isin(activity, (TRAINING, EXITED))] = _NONE
    return found


def _largest_ways(base: np.ndarray, policy: np.ndarray, most: int) -> list[tuple[int, int]]:
    """The ways that most more workers go than go the other way round, beyond chance; the largest first."""
    count = np.zeros((len(STATES), len(STATES)), np.int64)
    known = (base >= 0) & (policy >= 0)
    np.add.at(count, (base[known], policy[known]), 1)
    more = count - count.T
    # two of a hundred ways would pass where each of those who change went either way by the toss of a coin
    ways = [
        (int(one), int(other)) for one, other in np.argwhere(more > _NORMAL_95 * np.sqrt(count + count.T))
    ]
    return sorted(ways, key=lambda way: (-more[way], way))[:most]


def _goes(states: list[np.ndarray], way: tuple[int, int]) -> np.ndarray:
    return (states[0] == way[0]) & (states[1] == way[1])


def _sample(ids: np.ndarray, seed: int) -> list[int]:
    """Some of these ids, the same for the same seed."""
    left, chosen = {int(one) for one in ids}, list[int]()
    while left and len(chosen) < SAMPLE:
        chosen.append(pick(np.array(sorted(left)), seed + len(chosen)))
        left.remove(chosen[-1])
    return chosen


def _profile(scan: Scan, chosen: np.ndarray, places: Places, last: int) -> dict[str, Any]:
    """The commonest sex, home region and schooling of some workers, and their median age in years."""
    traits = scan.traits[chosen]
    regions = places.regions[scan.home[chosen]]
    return {
        "sex": SEXES[int(np.mean(traits & IS_FEMALE) > 1 / 2)],
        "region": REGIONS[int(np.bincount(regions).argmax())],
        "education": EDUCATION[int(np.bincount(education_of(traits.astype(np.int64))).argmax())],
        "age_years": float(np.median(age_months(scan.birth_month[chosen].astype(np.int64), last)) / 12),
    }


def _typical(
    scan: Scan,
    states: list[np.ndarray],
    way: tuple[int, int],
    sample: list[int],
    causes: dict[int, tuple[str, ...]],
    places: Places,
    last: int,
) -> int:
    """Of a sample of a group the worker most like the group: in cause, then sex, region, schooling, age."""
    profile = _profile(scan, _goes(states, way), places, last)
    commonest = Counter(causes[worker] for worker in sample).most_common(1)[0][0]
    row_of = {int(one): row for row, one in enumerate(scan.ids)}

    def unlike(worker: int) -> tuple:
        row = row_of[worker]
        own = _profile(scan, np.arange(len(scan.ids)) == row, places, last)
        differs = sum(own[name] != profile[name] for name in ("sex", "region", "education"))
        return causes[worker] != commonest, differs, abs(own["age_years"] - profile["age_years"]), worker

    return min(sample, key=unlike)
