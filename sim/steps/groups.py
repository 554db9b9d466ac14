"""Groups of workers who see the same income and relief in a place: schooling by child at school.

What a place is worth, and where migrants go, is worked out once for each group, not for each worker.
"""

from __future__ import annotations

from sim.core.compiled import inlined_rule, rule
from sim.steps.people import first_birth_age, has_school_child_since
from sim.world.worker import education_of

_SCHOOLING = ("primary", "junior", "senior")  # primary or less, junior middle, senior middle or more
_JUNIOR_MIDDLE = 2  # its position in sim.core.categories.EDUCATION
GROUPS = 2 * len(_SCHOOLING)  # of each schooling those without a child at school, then those with one
# The parameter by group that says what years at school its workers stand for.
GROUP_SCHOOL_YEARS = tuple(f"group_school_years_{level}" for level in _SCHOOLING for _ in range(2))
REFERENCE_GROUP = 2  # junior middle school, no child at school


@inlined_rule
def worker_group(w, c) -> int:
    """The worker's group, 0 to GROUPS - 1."""
    return group_since(w, c, first_birth_age(w, c))


@inlined_rule
def group_since(w, c, birth_age) -> int:
    """The same, where the worker's age at the birth of the first child is known."""
    education = education_of(int(w.traits))
    schooling = 0 if education < _JUNIOR_MIDDLE else (1 if education == _JUNIOR_MIDDLE else 2)
    return 2 * schooling + (1 if has_school_child_since(w, c, birth_age) else 0)


@rule
def is_parent(group) -> bool:
    """Whether workers of the group have a child at school."""
    return group % 2 == 1
