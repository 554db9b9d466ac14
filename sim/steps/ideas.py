"""Ideas for a business: each time a worker weighs one up, an idea of some quality comes to mind.

Good ideas are started, the best first; so whoever starts only because of a grant or a loan has a worse one
than those who start anyway. The quality stays with the business: it is looked up by the month in which it was
started.
"""

from __future__ import annotations

from sim.core.arithmetic import exp
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform_for
from sim.rules.enterprise import idea_quality


@rule
def idea_rank(w, c, month) -> float:
    """The rank of the idea that the worker has in a month, between 0 and 1; the best are near 0.

    Businesses from before January 2014 were started, so their ideas were among those that are.
    """
    rank = uniform_for(c.life_keys, PURPOSE.business_start, int(w.id), month)
    return rank if month >= 0 else rank * c.economy.idea_started_share


@rule
def quality_of(c, rank) -> float:
    """Quality of an idea of this rank, in log points of profit over that of a typical founder."""
    return idea_quality(rank, c.economy.idea_started_share, c.economy.idea_log_sd)


@rule
def idea_factor(w, c) -> float:
    """An owner's profit over that of a typical founder of the same skill."""
    return exp(quality_of(c, idea_rank(w, c, int(w.since_month))))
