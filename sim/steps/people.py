"""What a worker is: family, time in an activity and a place, and sets of people by activity and status."""

from __future__ import annotations

from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, keys_for, uniform_for, uniform_with
from sim.rules.demography import has_child_aged
from sim.world.worker import HOME_SHIFT, PLACE_SHIFT, STATUS_SHIFT, VISITING, age_months


@rule
def has_school_child(w, c) -> bool:
    """Whether the worker has a child of compulsory school age."""
    return has_school_child_since(w, c, first_birth_age(w, c))


@inlined_rule
def has_school_child_since(w, c, birth_age) -> bool:
    """The same, where the worker's age at the birth of the first child is known (``first_birth_age``)."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    return has_child_aged(age, birth_age, c.economy.school_age_min, c.economy.school_age_end)


@rule
def first_birth_age(w, c) -> float:
    """The worker's age at the birth of the first child, years; fixed for life."""
    return birth_age_of(c, uniform_for(c.life_keys, PURPOSE.trait_child, int(w.id), 0))


@rule
def fill_birth_ages(c, b, chosen) -> None:
    """Note the same of those at the ``chosen`` positions of a block, many at a time."""
    first, second = keys_for(c.life_keys, PURPOSE.trait_child, 0)
    for j in range(len(chosen)):
        b.listed[j] = b.id[chosen[j]]
    for j in range(len(chosen)):
        b.birth_age[j] = birth_age_of(c, uniform_with(first, second, int(b.listed[j])))


@inlined_rule
def birth_age_of(c, rank) -> float:
    """The age at the birth of the first child of whoever has this rank (0 to 1) among workers, years."""
    return c.economy.first_birth_age_min + c.economy.first_birth_age_spread * rank


@rule
def is_among(activity, status, activities, unless) -> bool:
    """Whether an activity is in a set (bits) and none of some status bits is set."""
    return (((activities >> activity) & 1) != 0) & ((status & unless) == 0)


@rule
def is_in(w, activities, unless) -> bool:
    """Whether the worker's activity is in a set (bits) and none of some status bits is set."""
    return is_among(int(w.activity), int(w.status), activities, unless)


@rule
def state_of(w) -> int:
    """Activity, place, status and home as the one number that lies in memory."""
    place, status, home = (
        int(w.place) << PLACE_SHIFT,
        int(w.status) << STATUS_SHIFT,
        int(w.home) << HOME_SHIFT,
    )
    return int(w.activity) | place | status | home


@rule
def months_in_activity(w, c) -> int:
    """Months since the worker began what the worker now does."""
    return c.month - int(w.since_month)


@rule
def months_since_course(w, c) -> int:
    """Months since the worker completed the latest course; without meaning for whoever has taken none."""
    return c.month - int(w.trained_month)


@rule
def months_of_stay(w, c) -> int:
    """Months since the worker came to the present place."""
    return c.month - int(w.arrived_month)


@rule
def is_visiting(w) -> bool:
    """Whether an out-migrant is at home for the festival."""
    return (int(w.status) & VISITING) != 0
