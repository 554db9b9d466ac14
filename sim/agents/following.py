"""Workers followed through a run: their lives, each month lived again as the run lives it.

Each month lived again must end in the row that the run left: a life that does not is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sim.agents.decision import Surroundings
from sim.agents.life import Life, LivedMonth
from sim.agents.living import live_again
from sim.core.arguments import whole_number
from sim.core.categories import EDUCATION, EXITED, OWN_BUSINESS, REGIONS, SEXES
from sim.core.errors import AccountingError, Problem, UsageError, enumerated
from sim.core.language import _
from sim.core.months import FIRST_MONTH, JANUARY, month_text
from sim.engine.interpreted import copy_row, plain_conditions
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.scenario.scenario import Scenario
from sim.world.worker import BIRTH_EPOCH, IS_FEMALE, OF_OTHERS, OF_OWNERS, POOR, education_of
from sim.world.workers import BLOCK


def follow(
    scenario: Scenario | str | Path,
    ids: int | Iterable[int],
    *,
    scale: int | str = 5000,
    start: Any = FIRST_MONTH,
    end: Any = None,
    seed: int = 0,
    threads: int = 2,
    cache: RunCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Life]:
    """The lives of workers in a run of a scenario, from a month (or their entry) to the end.

    ids: of one worker or several, which ``--trace`` of a run takes too. Otherwise as ``sim.engine.simulate``.
    Raises UsageError, before the run begins, for an id that nobody has who lives, or enters, in its months.
    """
    run, first = Simulation(scenario, scale, end, seed, threads, cache=cache), checked_month("from", start)
    try:
        if first > run.last:
            raise UsageError(
                Problem(
                    _("the run ends before it begins"),
                    key="to",
                    value=month_text(run.last),
                    allowed=_("{month} or later", month=month_text(first)),
                )
            )
        follower = Follower(run, [ids] if isinstance(ids, int) else ids)
        while run.month <= run.last:
            if progress is not None:
                progress(run.month, run.last + 1)
            is_told = run.month >= first
            if is_told:
                follower.before()
            run.step()
            if is_told:
                follower.after()
        return follower.lives()
    finally:
        run.close()


def run_to(
    scenario: Scenario | str | Path,
    month: Any,
    scale: int | str = 5000,
    seed: int = 0,
    end: Any = None,
    cache: RunCache | None = None,
) -> Simulation:
    """A run that stands before a month, for looking at its workers. To be closed by the caller."""
    index = checked_month("month", month)
    run = Simulation(scenario, scale, month_text(index) if end is None else end, seed, cache=cache)
    while run.month < index:
        run.step()
    return run


class Follower:
    """Follows workers through a run: call ``before`` and ``after`` around each month."""

    def __init__(self, run: Simulation, ids: Iterable[int], key: str = "--worker"):
        """Raises UsageError for an id that nobody has who lives, or enters, before the run ends."""
        self._run, self.around = run, Surroundings.of(run.economy.market_state)
        self.rows = {worker: row_of(run, worker, key) for worker in ids}
        self._months: dict[int, list[LivedMonth]] = {worker: [] for worker in self.rows}
        self._before: dict[int, SimpleNamespace] = {}
        self._alive = run.rows

    def before(self) -> None:
        """Copy the workers as the month begins."""
        self._alive = self._run.rows
        self._before = {worker: month_begins(self._run, row) for worker, row in self.rows.items()}

    def after(self) -> None:
        """Live the month again for each worker. Raises AccountingError where the run left another row."""
        run, c = self._run, None
        for worker, row in self.rows.items():
            w = self._before[worker]
            if row >= run.rows or w.activity == EXITED:
                continue
            c = plain_conditions(run.conditions) if c is None else c
            month = live_again(w, c, row % BLOCK, self.around, is_new=row >= self._alive)
            if _as_stored(w) != vars(copy_row(run.workers, row)):
                raise AccountingError(
                    Problem(_("a month told is not the month lived"), key=month.month, value=worker)
                )
            self._months[worker].append(month)

    def latest(self, worker: int) -> LivedMonth:
        """The month last lived by a worker."""
        return self._months[worker][-1]

    def lives(self) -> list[Life]:
        """The lives so far, in the order of the ids."""
        return [life_of(self._run, worker, row, self._months[worker]) for worker, row in self.rows.items()]


def _as_stored(w: SimpleNamespace) -> dict[str, int]:
    """A worker's columns as memory gives them back: what only others have is nothing."""
    unused = OF_OTHERS if w.activity == OWN_BUSINESS else OF_OWNERS
    return {**vars(w), unused: 0}


def month_begins(run: Simulation, row: int) -> SimpleNamespace:
    """A copy of a worker as the coming month finds it: in January the sums of the year begin again."""
    w = copy_row(run.workers, row)
    if run.month % 12 + 1 == JANUARY:
        w.worked_months = w.earnings_year = w.net_income_year = 0
    return w


def life_of(run: Simulation, worker: int, row: int, months: Sequence[LivedMonth]) -> Life:
    """The life of the worker in a row of a run, of these months."""
    w, places = copy_row(run.workers, row), run.places
    return Life(
        worker=worker,
        scenario=run.scenario.name,
        titles=run.scenario.title.model_dump(),
        scale=run.scale,
        seed=run.seed,
        sex=SEXES[w.traits & IS_FEMALE],
        home=places.provinces[w.home],
        region=REGIONS[places.regions[w.home]],
        born=month_text(w.birth_month - BIRTH_EPOCH),
        education=EDUCATION[education_of(w.traits)],
        is_poor=bool(w.traits & POOR),
        months=tuple(months),
    )


def row_of(run: Simulation, worker: int, key: str = "--worker") -> int:
    """The row of a worker. Raises UsageError for an id that nobody has in this run."""
    row = run.workers.ids.row_of(whole_number(worker, key))
    if row < 0:
        raise UsageError(
            Problem(
                _("no worker with this id at this scale, or none who enters before the run ends"),
                key=key,
                value=worker,
                allowed=_("such as {workers}", workers=enumerated(map(str, run.workers.ids.numbers(3)))),
            )
        )
    return row
