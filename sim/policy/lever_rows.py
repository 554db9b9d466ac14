"""Levers as rows of the month's record: what each of them is, and the lists of those in force."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from sim.core.categories import ACTIVITIES, EDUCATION, SECTORS, SEXES
from sim.core.draws import name_code
from sim.core.structured import make_record
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.effects import Effect
from sim.scenario.eligibility import Where, Who
from sim.scenario.lever import Lever
from sim.steps.lever_record import (
    ADD,
    CHECK_CHILD,
    CHECK_MONTHS,
    CHECK_PERSON,
    CHECK_WHERE,
    CHECK_WORK,
    SCALE,
    SET,
)
from sim.steps.records import OCCASION_NAMES, WORKER_NAMES, conditions_type
from sim.world.worker import DISPLACED, HAD_BUSINESS, INSURED, IS_FEMALE, POOR, TRAINED

_KINDS = {"set": SET, "scale": SCALE, "add": ADD}
_FOREVER = 10**6
NEW_SETTLEMENT = "new_settlement"
# Occasions of which each is one act, and the parameter that makes it likely.
WAYS = {
    "training_enrolment": "training_enrolment_probability",
    "study_start": "study_enrolment_probability",
    "works_job": "works_offer_probability",
    "workshop_job": "workshop_offer_probability",
    "workshop_month": "workshop_offer_probability",
    "replacement": "replacement_probability",
    "business_idea": "startup_consideration_probability",
    "new_insurance": "insurance_enrolment_probability",
    "kept_insurance": "insurance_portability_share",
    "festival_trip": "festival_transport_share",
}
LEAST_WAY = 1e-9  # weight of a lever that makes the act no likelier where it is at its default


class WorkerEffect(NamedTuple):
    """A change of a worker-level parameter by a lever; sorted in the order in which changes act."""

    parameter: int
    kind: int  # SET, SCALE or ADD
    name: str  # of the lever
    lever: int
    value: float

    def part(self, share: float) -> float:
        """The amount of this share of the change; a set keeps its own, and goes that share of the way."""
        if self.kind == SCALE:
            return 1.0 + share * (self.value - 1.0)
        return share * self.value if self.kind == ADD else self.value


def worker_effects(
    names: Sequence[str], levers: Sequence[Lever], is_for_everybody: Sequence[bool]
) -> list[WorkerEffect]:
    """Effects that may be decided worker by worker: those on parameters that a lever for some changes.

    Sorted by parameter, then set, scale, add, then lever.
    """
    for_some = {name for n, lever in enumerate(levers) if not is_for_everybody[n] for name in lever.changes}
    return effects_on(for_some, names, levers)


def effects_on(
    parameters: Collection[str], names: Sequence[str], levers: Sequence[Lever]
) -> list[WorkerEffect]:
    """The effects of levers on some worker-level parameters, in the order in which they act."""
    return sorted(
        WorkerEffect(WORKER_NAMES.index(name), kind, names[n], n, value)
        for n, lever in enumerate(levers)
        for name, effect in lever.changes.items()
        if name in WORKER_NAMES and name in parameters
        for kind, value in _parts(effect)
    )


def lever_rows(
    names: Sequence[str],
    levers: Sequence[Lever],
    budgeted: Sequence[int],
    occasions: np.ndarray,
    is_for_everybody: Sequence[bool],
    home_masks: Sequence[np.ndarray],
    place_masks: Sequence[np.ndarray],
    places: int,
) -> dict[str, np.ndarray]:
    """Fields of the levers' record that stay the same from month to month, padded to its size."""
    who = [lever.who for lever in levers]
    rows = {n: row for row, n in enumerate(budgeted)}
    columns = {
        # parts and phases of one instrument reach the same workers
        "code": [name_code(lever.instrument or name) for name, lever in zip(names, levers, strict=True)],
        "budget_row": [rows.get(n, -1) for n in range(len(levers))],
        "occasion": occasions,
        "way": [_way(lever) for lever in levers],
        "is_for_everybody": is_for_everybody,
        "widens_quota": ["settlement_quota_share" in lever.changes for lever in levers],
        "checks": [_checks(lever) for lever in levers],
        "home_mask": home_masks,
        "place_mask": place_masks,
        **_bits("traits", [_traits_wanted(w) for w in who]),
        **_bits("status", [_status_wanted(w) for w in who]),
        "age_low": [0 if w.age is None else w.age[0] * 12 for w in who],
        "age_high": [_FOREVER if w.age is None else w.age[1] * 12 + 11 for w in who],
        "education_mask": [_mask(w.education, EDUCATION) for w in who],
        "activity_mask": [_mask(w.activity, ACTIVITIES) for w in who],
        "sector_mask": [_mask(w.sector, SECTORS) for w in who],
        "child": [_flag(w.has_school_child) for w in who],
        **_ranges("migrant", [w.migrant_months for w in who]),
        **_ranges("insured", [w.insured_months for w in who]),
        **_ranges("activity", [w.months_in_activity for w in who]),
        **_ranges("course", [w.months_since_course for w in who]),
    }
    record = make_record(conditions_type(places))[0].levers
    for name, values in columns.items():
        if len(levers):
            record[name][: len(levers)] = np.array(values)
    record["low"] = [PARAMETERS[name].low for name in WORKER_NAMES]
    record["high"] = [PARAMETERS[name].high for name in WORKER_NAMES]
    record["count"] = len(levers)
    return {name: np.array(record[name]) for name in ("count", *columns, "low", "high")}


def lists_in_force(
    effects: Sequence[WorkerEffect],
    occasions: np.ndarray,
    is_for_everybody: Sequence[bool],
    has_ramp_for_all: Sequence[bool],
    strength: np.ndarray,
) -> dict[str, np.ndarray]:
    """The lists that workers go through, of the levers in force alone; each fills the field it is named for
    from the beginning. Effects by parameter, and levers by the occasion on which they bill.

    A parameter that a lever for some changes is decided worker by worker, with all levers that change it, so
    that they act in one order. has_ramp_for_all: of levers whose ramp brings everybody a part of the effect;
    that of others reaches part of the workers in full.
    """
    is_active = strength > 0.0
    acting = [effect for effect in effects if is_active[effect.lever]]
    by_worker = {effect.parameter for effect in acting if not is_for_everybody[effect.lever]}
    acting = [effect for effect in acting if effect.parameter in by_worker]
    shares = [float(strength[one.lever]) if has_ramp_for_all[one.lever] else 1.0 for one in acting]
    billing = np.flatnonzero(is_active & (occasions >= 0))
    billing = billing[np.argsort(occasions[billing], kind="stable")]
    return {
        "effect_start": np.searchsorted([one.parameter for one in acting], np.arange(len(WORKER_NAMES) + 1)),
        "effect_kind": np.array([one.kind for one in acting], dtype=np.int64),
        "effect_lever": np.array([one.lever for one in acting], dtype=np.int64),
        "effect_value": np.array([one.part(share) for one, share in zip(acting, shares, strict=True)]),
        "effect_share": np.array(shares),
        "bill_lever": billing,
        "bill_start": np.searchsorted(occasions[billing], np.arange(len(OCCASION_NAMES) + 1)),
        "billed": np.bincount(occasions[billing], minlength=len(OCCASION_NAMES)),
    }


def cash_lists(
    effects: Sequence[WorkerEffect], strength: np.ndarray, shares: np.ndarray
) -> dict[str, np.ndarray]:
    """Fields of the effects in force that hand money to workers. shares: how far a lever's effect goes."""
    acting = [one for one in effects if strength[one.lever] > 0.0]
    return {
        "cash_start": np.searchsorted([one.parameter for one in acting], np.arange(len(WORKER_NAMES) + 1)),
        "cash_kind": np.array([one.kind for one in acting], dtype=np.int64),
        "cash_lever": np.array([one.lever for one in acting], dtype=np.int64),
        "cash_value": np.array([one.part(float(shares[one.lever])) for one in acting]),
        "cash_share": np.array([float(shares[one.lever]) for one in acting]),
    }


def _way(lever: Lever) -> float:
    """How much the lever does to bring about the occasion that it is billed on; 0 where it does not.

    Levers that do are ways to one act (a course, a settlement): each of these is paid for once.
    """
    occasion = lever.unit_cost.per if lever.unit_cost else ""
    if occasion == NEW_SETTLEMENT:  # any of many parameters, which cannot be compared
        return 1.0
    effect = lever.changes.get(WAYS.get(occasion, ""))
    if effect is None:
        return 0.0
    before = PARAMETERS[WAYS[occasion]].default
    after = before if effect.set is None else effect.set
    step = after * (1.0 if effect.scale is None else effect.scale) + (effect.add or 0.0) - before
    return max(step, LEAST_WAY)


def _parts(effect: Effect):
    for kind, code in _KINDS.items():
        value = getattr(effect, kind)
        if value is not None:
            yield code, float(value)


def _checks(lever: Lever) -> int:
    """What a lever restricts, as bits, so that the rest is not looked at worker by worker."""
    who = lever.who
    restricted = {
        CHECK_WHERE: lever.where != Where(),
        CHECK_WORK: who.activity or who.sector,
        CHECK_PERSON: who.age or who.education,
        CHECK_MONTHS: who.migrant_months
        or who.insured_months
        or who.months_in_activity
        or who.months_since_course,
        CHECK_CHILD: who.has_school_child is not None,
    }
    return sum(bit for bit, is_so in restricted.items() if is_so)


def _traits_wanted(who: Who) -> list[tuple[int, bool | None]]:
    """Bits of the column traits, and whether they must be set (None: either)."""
    is_female = None if who.sex is None else who.sex == SEXES[IS_FEMALE]
    return [(IS_FEMALE, is_female), (POOR, who.poor), (HAD_BUSINESS, who.had_business)]


def _status_wanted(who: Who) -> list[tuple[int, bool | None]]:
    """The same of the column status."""
    is_trained = True if who.months_since_course else who.trained
    return [(INSURED, who.insured), (TRAINED, is_trained), (DISPLACED, who.displaced)]


def _bits(name: str, wanted: list[list[tuple[int, bool | None]]]) -> dict[str, list[int]]:
    """By lever: which bits of a column are looked at, and what they must be."""
    return {
        f"{name}_mask": [sum(bit for bit, is_set in one if is_set is not None) for one in wanted],
        f"{name}_value": [sum(bit for bit, is_set in one if is_set) for one in wanted],
    }


def _mask(chosen: tuple[str, ...], words: tuple[str, ...]) -> int:
    if not chosen:
        return (1 << len(words)) - 1
    return sum(1 << words.index(word) for word in chosen)


def _flag(wanted: bool | None) -> int:
    return -1 if wanted is None else int(wanted)


def _ranges(name: str, months: list[tuple[int, int | None] | None]) -> dict[str, list[int]]:
    """Lower and upper ends of a range of months by lever; wide open where none is named."""
    ends = [(0, None) if one is None else one for one in months]
    return {
        f"{name}_low": [low for low, _ in ends],
        f"{name}_high": [_FOREVER if high is None else high for _, high in ends],
    }
