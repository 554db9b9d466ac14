"""Before the month: who would use a place in a settlement quota."""

from sim.core.compiled import rule
from sim.steps.records import WORKER
from sim.steps.settlement import (
    applies_to_settle,
    is_short_of_points,
    openness,
    point_bin,
)


@rule
def claim_quota(w, c, b, k) -> None:
    """Enter the worker's points in a place with a settlement quota, if the worker would apply.

    They are entered once more if the worker would claim a place without levers.
    """
    place = int(w.place)
    if c.place.settlement_quota_share[place] < 1.0 and applies_to_settle(
        w,
        c,
        c.upper_bound[WORKER.settlement_registration_probability],
        c.upper_bound[WORKER.settlement_willingness_shift],
    ):
        rank, before = openness(w, c), c.bound_without_levers
        if rank >= c.upper_bound[WORKER.settlement_open_share] or is_short_of_points(w, c):
            return
        b.points[place, point_bin(w, c)] += 1
        if rank < before[WORKER.settlement_open_share] and applies_to_settle(
            w,
            c,
            before[WORKER.settlement_registration_probability],
            before[WORKER.settlement_willingness_shift],
        ):
            b.points_without_levers[place, point_bin(w, c)] += 1
