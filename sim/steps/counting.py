"""What the month changed, and who is billed whatever they do."""

from __future__ import annotations

from sim.core.categories import EXITED
from sim.core.compiled import rule
from sim.steps.levers import serve
from sim.steps.records import OCCASION
from sim.world.worker import MOST_BYTE, PLACE_SHIFT

_WHERE = MOST_BYTE | MOST_BYTE << PLACE_SHIFT  # activity and place


@rule
def has_changed(state, b, k) -> bool:
    """Whether the worker is in another activity or place than as the month began."""
    return ((state ^ int(b.before[k])) & _WHERE) != 0


@rule
def count_change(w, c, b, k) -> None:
    """Enter in the block's sums what has changed since the start of the month."""
    activity, place, home = int(w.activity), int(w.place), int(w.home)
    before, place_before = int(b.before[k]) & MOST_BYTE, (int(b.before[k]) >> PLACE_SHIFT) & MOST_BYTE
    if (activity != before) | (place != place_before):
        b.transitions[before, activity] += 1
        b.left[place_before, before] += 1
        b.joined[place, activity] += 1
        b.stock[home, place_before, before] -= 1
        b.stock[home, place, activity] += activity != EXITED


@rule
def is_everybody_billed(c) -> bool:
    """Whether some lever serves people every month, whatever they do."""
    return c.levers.billed[OCCASION.person_month] > 0


@rule
def bill_person(w, c, b, k) -> None:
    """Enter the worker in the ledger of levers that serve people every month."""
    serve(w, c, b, k, OCCASION.person_month)
