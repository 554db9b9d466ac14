"""One month of a worker taken apart: what is weighed up in it, whether the worker reconsiders or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.agents.decision import Decision, decision_in
from sim.agents.following import Follower, month_begins
from sim.agents.life import Life, LivedMonth
from sim.core.categories import EXITED
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import month_text
from sim.engine.interpreted import copy_row, plain_conditions, spare_sums
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.scenario.scenario import Scenario
from sim.world.workers import BLOCK


class Explained(NamedTuple):
    """A month of a worker taken apart. life: of this month alone.

    then: the next month of reconsidering within five years; "" for none, and where this month is one.
    """

    life: Life
    month: LivedMonth
    decision: Decision
    then: str


_LOOK_AHEAD = 60  # months in which the next decision is looked for


def explain_month(
    scenario: Scenario | str | Path,
    worker: int,
    month: Any,
    *,
    scale: int | str = 5000,
    seed: int = 0,
    cache: RunCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Explained:
    """What a worker weighs up in a month of a run, each option's terms, the draws, and what comes of it.

    Where the worker does not reconsider in the month, the decision says what it would have been. Raises
    UsageError for a worker who is not in the labour force then.
    """
    index = checked_month("month", month)
    run = Simulation(scenario, scale, None, seed, cache=cache)
    try:
        if index > run.last:
            last = month_text(run.last)
            raise UsageError(
                Problem(
                    _("not a month of this run"),
                    key="month",
                    value=month,
                    allowed=_("{month} or earlier", month=last),
                )
            )
        follower = Follower(run, [worker])
        row = follower.rows[worker]
        while run.month < index:
            if progress is not None:
                progress(run.month, index + 1)
            run.step()
        follower.before()
        start = month_begins(run, row)
        run.step()
        if row >= run.rows or start.activity == EXITED:
            raise UsageError(
                Problem(_("the worker is not in the labour force in this month"), key="month", value=month)
            )
        c = plain_conditions(run.conditions)
        decision = decision_in(start, c, spare_sums(len(run.places)), row % BLOCK, follower.around)
        follower.after()
        [life] = follower.lives()
        told = life.months[0]
        if told.decision is not None:
            return Explained(life, told, told.decision, "")
        until = min(run.last, index + _LOOK_AHEAD)
        while run.month <= until and copy_row(run.workers, row).activity != EXITED:
            follower.before()
            run.step()
            follower.after()
            if follower.lives()[0].months[-1].decision is not None:
                return Explained(life, told, decision, month_text(run.month - 1))
        return Explained(life, told, decision, "")
    finally:
        run.close()
