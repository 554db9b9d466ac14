"""One worker's month: the declared, numbered list of steps.

1. receive grants of rationed levers.
2. remember where the worker stood; a course of last month ends.
3. leave the labour force (from 55 on).
4. settle: move registration to the city.
5. weigh up a business of one's own.
6. train: enrol on a public course.
7. go to school for years, by a route that a lever opened.
8. visit home for Spring Festival and come back.
9. lose or change the job.
10. find a job.
11. run the business.
12. begin or end a job on public works or in a workshop.
13. join the workers' insurance scheme.
14. go unpaid: the employer stops paying.
15. earn a month's pay and divide it.
16. live without pay, while looking for work.
17. live on support at home: a public post, a benefit.
18. reconsider: farm, local work, stay, or migrate and where to.
19. count.

The compiled engine runs each step as a pass over a block of workers, picking out by ``when`` whom it
concerns; the Mesa agent runs the same list on its own row. Claims on rationed levers are counted on
the state before the first step, so no grant can exceed what was counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sim.compiled import rule
from sim.draws import draw32
from sim.steps import choice, claims, life, owners, schooling, stakes, support, work


class Step(NamedTuple):
    """One step: ``do(w, c, b, k)`` for those of whom ``when(w, c)`` is true.

    w: the worker's record. c: the month's conditions. b: the block's sums and scratch. k: the
    worker's position in the block. ``when`` None: everybody. ``purpose`` and ``chance``: the step
    begins with a draw for that purpose, and nothing happens to whoever draws more than ``chance(c)``,
    unless ``surely(w, c)``; the engine looks at the draws first, for many workers at once.
    ``season(c)``: whether the step can concern anybody this month. These only save work: ``do``
    decides alone.
    """

    name: str
    when: Callable | None
    do: Callable
    purpose: int = -1
    chance: Callable | None = None
    season: Callable | None = None
    surely: Callable | None = None


STEPS = (
    Step("receive grants", None, claims.receive_grants, season=claims.is_rationed),
    Step("remember", None, life.remember),
    Step("leave labour force", life.is_old, life.leave_labour_force,
         life.U_EXIT, life.highest_exit_chance),
    Step("settle", stakes.may_settle, stakes.settle, stakes.U_REGISTER, stakes.highest_register_chance),
    Step("weigh up business", stakes.may_start_business, stakes.weigh_up_business,
         stakes.U_CONSIDER, stakes.highest_consider_chance),
    Step("train", life.may_train, life.train, life.U_TRAINING, life.highest_training_chance),
    Step("go to school", schooling.may_study, schooling.go_to_school, season=schooling.has_school_routes),
    Step("visit home", life.is_festival_concern, life.visit_home, season=life.is_festival_season),
    Step("lose or change job", work.is_employee, work.lose_or_change_job,
         work.U_JOB, work.highest_job_event_chance),
    Step("find job", work.is_searching, work.find_job),
    Step("run business", owners.is_owner, owners.run_business),
    Step("public works", support.is_works_concern, support.work_on_public_works, season=support.has_works),
    Step("join insurance", work.may_join_insurance, work.join_insurance,
         work.U_INSURANCE, work.highest_insurance_chance),
    Step("go unpaid", work.may_go_unpaid, work.go_unpaid, work.U_ARREARS, work.highest_arrears_chance),
    Step("earn", work.is_earner, work.earn),
    Step("live without pay", work.is_searching, work.live_without_pay),
    Step("live on support", support.is_at_farm, support.live_on_support, season=support.has_home_support),
    Step("reconsider", choice.is_free_to_choose, choice.reconsider, choice.U_ATTENTION,
         choice.usual_attention, surely=choice.has_reason_to_choose),
    Step("count", None, life.count),
)


def live_month(w, c, b, k: int) -> None:
    """Run every step for one worker."""
    for step in STEPS:
        if step.when is None or step.when(w, c):
            step.do(w, c, b, k)


def _pass(step: Step) -> Callable:
    """One step as a pass over the rows of a block: pick out whom it concerns, do it for them."""
    if step.chance is not None:
        return _drawn_pass(step.when, step.do, step.purpose, step.chance, step.surely or _never)
    if step.when is not None:
        run = _chosen_pass(step.when, step.do)
    else:
        run = _everybody_pass(step.do)
    return run if step.season is None else _seasonal_pass(run, step.season)


def _everybody_pass(do: Callable) -> Callable:
    @rule
    def run(workers, c, b, first, last):
        for i in range(first, last):
            do(workers[i], c, b, i - first)

    return run


def _chosen_pass(when: Callable, do: Callable) -> Callable:
    @rule
    def run(workers, c, b, first, last):
        n = 0
        for i in range(first, last):
            b.rows[n] = i - first
            n += 1 if when(workers[i], c) else 0
        for j in range(n):
            k = int(b.rows[j])
            do(workers[first + k], c, b, k)

    return run


@rule
def _never(w, c) -> bool:
    return False


def _drawn_pass(when: Callable, do: Callable, purpose: int, chance: Callable, surely: Callable) -> Callable:
    @rule
    def run(workers, c, b, first, last):
        count = last - first
        first_key, second_key = int(c.keys[purpose, 0]), int(c.keys[purpose, 1])
        limit = int(chance(c) * 4294967296.0) + 1
        for k in range(count):
            b.draws[k] = draw32(first_key, second_key, int(b.ids[k]))
        n = 0
        for k in range(count):
            b.rows[n] = k
            n += 1 if (b.draws[k] <= limit) | surely(workers[first + k], c) else 0
        for j in range(n):
            k = int(b.rows[j])
            if when(workers[first + k], c):
                do(workers[first + k], c, b, k)

    return run


def _seasonal_pass(run: Callable, season: Callable) -> Callable:
    @rule
    def run_in_season(workers, c, b, first, last):
        if season(c):
            run(workers, c, b, first, last)

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
    def run(workers, c, b, first, last):
        former(workers, c, b, first, last)
        latter(workers, c, b, first, last)

    return run


run_block = _sequence(STEPS)

# Before the month: who would use a rationed lever, or a place in a settlement quota.
CLAIMS = (
    Step("note ids", None, life.note_id),
    Step("claim levers", None, claims.claim_levers, season=claims.is_rationed),
    Step("claim quota", stakes.may_settle, claims.claim_quota,
         stakes.U_REGISTER, stakes.highest_register_chance),
)
claim_block = _sequence(CLAIMS)
