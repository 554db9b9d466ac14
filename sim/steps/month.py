"""One worker's month: the declared, numbered list of steps.

1. receive a rationed place on a course.
2. receive rationed support for a business.
3. receive rationed support for settling.
4. receive a rationed job on public works.
5. receive any other rationed support.
6. end a course or the years at school.
7. end a month's break from work.
8. leave the labour force (from 55 on).
9. settle: move registration to the city.
10. weigh up a business of one's own.
11. train: enrol on a public course.
12. go to school for years, by a route that a lever opened.
13. visit home for Spring Festival and come back.
14. lose or change the job.
15. find a job.
16. run the business.
17. begin or end a job on public works or in a workshop.
18. join the workers' insurance scheme.
19. go unpaid: the employer stops paying.
20. leave local work for a month of sowing or harvest.
21. take a month's profit from the business and divide it.
22. bill levers that serve people by the month of work.
23. earn a month's pay and divide it.
24. live without pay, while looking for work.
25. live on support at home: a public post, a benefit.
26. reconsider: farm, local work, stay, or migrate.
27. carry out the choice, and pick a place if it is to migrate.
28. bill levers that serve people every month.
29. count what has changed.

The compiled engine runs each step as a pass over a block of workers, picking out first whom it
concerns; the Mesa agent runs the same list on its own row. Claims on rationed levers are counted on
the state before the first step, so no grant can exceed what was counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.core.categories import (
    AT_HOME,
    EMPLOYEES,
    EVERYBODY,
    FARM,
    FREE_TO_MOVE,
    LIVING,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    MIGRANTS_AT_WORK,
    OWNERS,
    SEARCHERS,
    TRAINABLE,
    TRAINING,
    activity_set,
)
from sim.core.compiled import rule
from sim.core.draws import draw_mixed, mix32
from sim.steps import employment as work
from sim.steps import enterprise as owners
from sim.steps import migration as choice
from sim.steps import rationing as claims
from sim.steps import seasons as life
from sim.steps import settlement as stakes
from sim.steps import skills as schooling
from sim.steps import support
from sim.steps.lever_record import QUEUES
from sim.steps.records import is_among
from sim.world.worker import BACK, DISPLACED, INSURED, NEW, VISITING


class Step(NamedTuple):
    """One step: ``do(w, c, b, k)`` for those whom it concerns.

    w: the worker's record. c: the month's conditions. b: the block's sums and scratch. k: the
    worker's position in the block. It concerns workers in the activities ``among`` (bits) without
    any of the status bits ``unless``, of whom ``when(w, c)`` is true (None: all of these).

    The rest only saves work, for ``do`` decides alone. ``season(c)``: whether the step can concern
    anybody this month. ``purpose`` and ``chance``: the step begins with a draw for that purpose,
    and nothing happens to whoever draws more than ``chance(c)``, but for those ``hurried`` by an
    activity or a status bit; the engine looks at the draws first, for many workers at once.
    ``marked(b, k)``: nothing happens to whom the block's scratch does not mark.
    ``moves``: whether it can change the activity, the place, or a status bit that steps pick by.
    """

    name: str
    do: Callable
    among: int = EVERYBODY
    unless: int = 0
    when: Callable | None = None
    season: Callable | None = None
    purpose: int = -1
    chance: Callable | None = None
    hurried: tuple[int, int] = (0, 0)  # activities, status bits
    marked: Callable | None = None
    moves: bool = True

    def concerns(self, w, c) -> bool:
        """Whether the step concerns this worker this month."""
        if not is_among(int(w.activity), int(w.status), self.among, self.unless):
            return False
        return self.when is None or bool(self.when(w, c))

    def is_due(self, w, c, b, k) -> bool:
        """Whether the step comes to this worker this month, as far as can be said before its draw."""
        is_season = self.season is None or self.season(c)
        is_marked = self.marked is None or self.marked(b, k)
        return bool(is_season and is_marked and self.concerns(w, c))


# Whom the levers of each queue may reach.
_QUEUES = {
    "course": {"among": TRAINABLE, "unless": VISITING,
               "purpose": life.U_TRAINING, "chance": life.highest_training_chance},
    "business support": {"among": FREE_TO_MOVE | OWNERS, "hurried": (OWNERS, 0),
                         "purpose": stakes.U_CONSIDER, "chance": stakes.highest_consider_chance},
    "settlement support": {"among": MIGRANTS_AT_WORK, "unless": VISITING, "when": stakes.may_settle,
                           "purpose": stakes.U_REGISTER, "chance": stakes.highest_register_chance},
    "public works": {"among": activity_set(FARM),
                     "purpose": support.U_WORKS, "chance": support.highest_works_chance},
    "other support": {},
}


def _queue_steps(verb: str, do: Callable) -> tuple[Step, ...]:
    """A step for each queue of rationed levers, which saves looking at all workers for what few can use."""
    return tuple(Step(f"{verb} {name}", do(n), season=claims.has_queue(n), moves=False, **_QUEUES[name])
                 for n, name in enumerate(QUEUES))


STEPS = (
    *_queue_steps("receive", claims.receive),
    Step("end course", schooling.end_course, activity_set(TRAINING), when=schooling.is_through),
    Step("end break", life.end_break, season=life.is_after_break),
    Step("leave labour force", life.leave_labour_force, LIVING, when=life.is_old,
         purpose=life.U_EXIT, chance=life.highest_exit_chance),
    Step("settle", stakes.settle, MIGRANTS_AT_WORK, VISITING, stakes.may_settle,
         purpose=stakes.U_REGISTER, chance=stakes.highest_register_chance),
    Step("weigh up business", stakes.weigh_up_business, FREE_TO_MOVE, VISITING, stakes.may_start_business,
         purpose=stakes.U_CONSIDER, chance=stakes.highest_consider_chance),
    Step("train", life.train, TRAINABLE, VISITING,
         purpose=life.U_TRAINING, chance=life.highest_training_chance),
    Step("go to school", schooling.go_to_school, FREE_TO_MOVE, VISITING, schooling.may_study,
         schooling.has_school_routes, schooling.U_STUDY, schooling.highest_study_chance),
    Step("visit home", life.visit_home, MIGRANTS_AT_WORK, when=life.is_festival_concern,
         season=life.is_visiting_season),
    Step("lose or change job", work.lose_or_change_job, EMPLOYEES, VISITING,
         purpose=work.U_JOB, chance=work.highest_job_event_chance),
    Step("find job", work.find_job, SEARCHERS),
    Step("run business", owners.run_business, OWNERS),
    Step("public works", support.work_on_public_works, AT_HOME, when=support.is_works_concern,
         season=support.has_works),
    Step("join insurance", work.join_insurance, EMPLOYEES, VISITING | INSURED,
         purpose=work.U_INSURANCE, chance=work.highest_insurance_chance),
    Step("go unpaid", work.go_unpaid, EMPLOYEES, VISITING, work.is_owed_nothing,
         purpose=work.U_ARREARS, chance=work.highest_arrears_chance),
    Step("help on the farm", life.help_on_farm, activity_set(LOCAL_WORK), season=life.is_farm_season),
    Step("take profit", work.take_profit, OWNERS, moves=False),
    Step("bill work", work.bill_work, EMPLOYEES, VISITING | BACK, season=work.is_work_billed, moves=False),
    Step("earn", work.earn, EMPLOYEES, VISITING | BACK, moves=False),
    Step("live without pay", work.live_without_pay, SEARCHERS),
    Step("live on support", support.live_on_support, activity_set(FARM), season=support.has_home_support),
    Step("reconsider", choice.reconsider, FREE_TO_MOVE, VISITING,
         purpose=choice.U_ATTENTION, chance=choice.usual_attention,
         hurried=(activity_set(MIGRANT_SEARCH), DISPLACED | NEW), moves=False),
    Step("carry out choice", choice.carry_out_choice, FREE_TO_MOVE, marked=choice.has_chosen),
    Step("bill everybody", life.bill_person, LIVING, season=life.is_everybody_billed, moves=False),
    Step("count change", life.count_change, marked=life.has_changed),
)

# Before the month: who would use a rationed lever, or a place in a settlement quota.
_CLAIM_QUOTA = Step("claim quota", claims.claim_quota, MIGRANTS_AT_WORK, VISITING, stakes.may_settle,
                    purpose=stakes.U_REGISTER, chance=stakes.highest_register_chance)
CLAIMS = (
    *_queue_steps("claim", claims.claim),
    _CLAIM_QUOTA,
)


def live_month(w, c, b, k: int) -> None:
    """Run every step for one worker."""
    begin_month(w, c, b, k)
    for step in STEPS:
        if step.concerns(w, c):
            step.do(w, c, b, k)


_COMMON = activity_set(FARM, LOCAL_WORK, MIGRANT_WORK)


def begin_month(w, c, b, k: int) -> None:
    """Note how one worker begins the month, with nothing granted yet."""
    _note_row(w, b, k)
    b.activity_before[k] = w.activity
    b.place_before[k] = w.place
    claims.forget_grants(c, b, k)


# --- steps as passes over the rows of a block --------------------------------------------------------
@rule
def _note_rows(workers, c, b, first, last):
    """Copy what passes pick by from the rows of a block into arrays of the block."""
    for i in range(first, last):
        b.id[i - first] = workers[i].id
        _note_row(workers[i], b, i - first)
    _mix_ids(c, b, last - first)


@rule
def _note_month(workers, c, b, first, last):
    """The same as the month begins, with nothing granted yet and nobody changed."""
    _note_rows(workers, c, b, first, last)
    b.activity_before[:] = b.activity
    b.place_before[:] = b.place
    for position in range(c.levers.budgets):
        b.granted[int(c.levers.budget_row[int(c.levers.rationed[position])])][:] = 0


@rule
def _mix_ids(c, b, count):
    key = int(c.keys[0, 0])
    for k in range(count):
        b.mixed_id[k] = mix32(int(b.id[k]) ^ key)


@rule
def _note_row(w, b, k):
    b.activity[k] = w.activity
    b.place[k] = w.place
    b.status[k] = w.status


def _pass(step: Step) -> Callable:
    """One step as a pass: pick out whom it concerns, do it for them, note what has changed."""
    if step.chance is not None:
        run = _drawn_pass(step)
    elif step.marked is not None:
        run = _marked_pass(step)
    elif step.among == EVERYBODY:
        run = _everybody_pass(step)
    else:
        run = _chosen_pass(step)
    return run if step.season is None else _seasonal_pass(run, step.season)


def _everybody_pass(step: Step) -> Callable:
    do, moves = step.do, step.moves

    @rule
    def run(workers, c, b, count, first):
        for k in range(count):
            do(workers[first + k], c, b, k)
            if moves:
                _note_row(workers[first + k], b, k)

    return run


def _chosen_pass(step: Step) -> Callable:
    among, unless = step.among, step.unless
    gather = _gather if among & _COMMON else _gather_few
    do_all = _for_chosen(step, gather, is_sure=step.when is None)

    @rule
    def run(workers, c, b, count, first):
        for k in range(count):
            b.chosen[k] = is_among(int(b.activity[k]), int(b.status[k]), among, unless)
        do_all(workers, c, b, count, first)

    return run


def _marked_pass(step: Step) -> Callable:
    marked = step.marked
    do_all = _for_chosen(step, _gather_few)

    @rule
    def run(workers, c, b, count, first):
        for k in range(count):
            b.chosen[k] = marked(b, k)
        do_all(workers, c, b, count, first)

    return run


def _drawn_pass(step: Step) -> Callable:
    purpose, chance = step.purpose, step.chance
    hurried_activities, hurried_status = step.hurried
    has_hurried = step.hurried != (0, 0)
    among, unless = step.among, step.unless
    leaves_out_many = among & _COMMON != _COMMON
    do_all = _for_chosen(step, _gather_few)

    @rule
    def run(workers, c, b, count, first):
        second_key = int(c.keys[purpose, 1])
        limit = np.uint32(min(int(chance(c) * 4294967296.0) + 1, 0xFFFFFFFF))
        for k in range(count):
            is_low = np.uint32(draw_mixed(int(b.mixed_id[k]), second_key)) <= limit
            if leaves_out_many:  # here already, before their rows are looked at
                is_low &= is_among(int(b.activity[k]), int(b.status[k]), among, unless)
            b.chosen[k] = is_low
        if has_hurried:
            for k in range(count):
                is_hurried = ((hurried_activities >> int(b.activity[k])) & 1) != 0
                b.chosen[k] = (b.chosen[k] != 0) | is_hurried | ((int(b.status[k]) & hurried_status) != 0)
        do_all(workers, c, b, count, first)

    return run


def _for_chosen(step: Step, gather: Callable, is_sure: bool = False) -> Callable:
    """``do`` for the chosen rows of a block. is_sure: whether it concerns all of them."""
    do, when, among, unless, moves = step.do, step.when or _always, step.among, step.unless, step.moves

    @rule
    def run(workers, c, b, count, first):
        for j in range(gather(b, count)):
            k = int(b.rows[j])
            w = workers[np.uint64(first + k)]
            if is_sure or (is_among(int(w.activity), int(w.status), among, unless) and when(w, c)):
                do(w, c, b, k)
                if moves:
                    _note_row(w, b, k)

    return run


@rule
def _gather(b, count) -> int:
    """List the chosen rows; returns how many."""
    n = 0
    for k in range(count):
        b.rows[n] = k
        n += int(b.chosen[k])
    return n


_BYTE_OF_BIT = 0x0001020304050607  # times 2 to the power of 8 j: j in the highest byte


@rule
def _gather_few(b, count) -> int:
    """The same, passing over eight rows at a time: faster where few are chosen."""
    b.chosen[count:] = 0
    words, n = b.chosen.view(np.int64), 0
    for word in range((count + 7) // 8):
        left = int(words[word])  # a byte for each row, which is 0 or 1
        while left != 0:
            lowest = left & -left
            b.rows[n] = 8 * word + (((lowest * _BYTE_OF_BIT) >> 56) & 7)
            left ^= lowest
            n += 1
    return n


@rule
def _always(w, c) -> bool:
    return True


def _seasonal_pass(run: Callable, season: Callable) -> Callable:
    @rule
    def run_in_season(workers, c, b, count, first):
        if season(c):
            run(workers, c, b, count, first)

    return run_in_season


def _sequence(steps: tuple[Step, ...]) -> Callable:
    """All steps as one function over the rows of a block.

    Halves of halves, not a chain: the compiler optimises a function again at every level above it.
    """
    if len(steps) == 1:
        return _pass(steps[0])
    middle = len(steps) // 2
    former, latter = _sequence(steps[:middle]), _sequence(steps[middle:])

    @rule
    def run(workers, c, b, count, first):
        former(workers, c, b, count, first)
        latter(workers, c, b, count, first)

    return run


def _block(steps: tuple[Step, ...], note: Callable) -> Callable:
    passes = _sequence(steps)

    @rule
    def run(workers, c, b, first, last):
        note(workers, c, b, first, last)
        passes(workers, c, b, last - first, first)

    return run


run_block = _block(STEPS, _note_month)
claim_block = _block(CLAIMS, _note_rows)


# --- claims on quotas without a pass over all workers ------------------------------------------------
CLAIM_PURPOSE, _CLAIM_AMONG, _CLAIM_UNLESS = _CLAIM_QUOTA.purpose, _CLAIM_QUOTA.among, _CLAIM_QUOTA.unless


@rule
def list_claimants(workers, c, b, ahead, listed, first, count) -> None:
    """List who may claim a place in a quota next month, while the block is at hand at a month's end.

    ahead: int64 (3,), the two keys of next month's draw and a limit that the draw must not exceed.
    listed: uint32, how many rows are listed, and the rows; where they do not fit, only the number.
    """
    first_key, second_key, limit, n = int(ahead[0]), int(ahead[1]), int(ahead[2]), int(listed[0])
    for k in range(count):
        is_low = draw_mixed(mix32(int(b.id[k]) ^ first_key), second_key) <= limit
        b.chosen[k] = is_low & is_among(int(b.activity[k]), int(b.status[k]), _CLAIM_AMONG, _CLAIM_UNLESS)
    for j in range(_gather_few(b, count)):
        k = int(b.rows[j])
        if stakes.may_settle_in(workers[np.uint64(first + k)], c, 1):
            n += 1
            if n < len(listed):
                listed[n] = first + k
    listed[0] = n


@rule
def claim_listed(workers, c, b, listed) -> None:
    """Enter the claims of listed rows on quotas."""
    for position in range(1, int(listed[0]) + 1):
        w = workers[listed[position]]
        if stakes.may_settle(w, c):
            claims.claim_quota(w, c, b, 0)
