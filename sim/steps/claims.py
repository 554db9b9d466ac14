"""Before the month: who would use a place in a settlement quota."""

from sim.core.compiled import rule
from sim.steps.settlement import is_ranked, queue_bin, would_settle, would_settle_without_levers


@rule
def claim_quota(w, c, b, k) -> None:
    """Enter the points of a worker in a place with a settlement quota, who would be admitted and apply.

    They are entered once more if that were so without levers.
    """
    place = int(w.place)
    if is_ranked(c, place):
        if would_settle(w, c, b, k):
            b.points[place, queue_bin(w, c)] += 1
        if would_settle_without_levers(w, c):
            b.points_without_levers[place, queue_bin(w, c)] += 1
