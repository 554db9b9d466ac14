"""One worker's month: the declared, numbered list of steps.

1. receive grants of rationed levers; remember where the worker stood; a course of last month ends.
2. leave the labour force (from 55 on).
3. settle: move registration to the city.
4. weigh up a business of one's own.
5. train: enrol on a public course.
6. visit home for Spring Festival and come back.
7. lose or change the job.
8. find a job.
9. run the business.
10. join the workers' insurance scheme.
11. settle the month's money.
12. reconsider: farm, local work, stay, or migrate and where to.
13. count.

The compiled engine runs each step as a pass over a block of workers, picking out by ``when`` whom it
concerns; the Mesa agent runs the same list on its own row. Claims on rationed levers are counted on
the state before the first step, so no grant can exceed what was counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sim.compiled import rule
from sim.steps import choice, life, stakes, work


class Step(NamedTuple):
    """One step: ``when(w, c)`` says whom it concerns, ``do(w, c, b, k)`` does it.

    w: the worker's record. c: the month's conditions. b: the block's sums and scratch. k: the
    worker's position in the block.
    """

    name: str
    when: Callable
    do: Callable


STEPS = (
    Step("receive grants", stakes.is_granting, stakes.receive_grants),
    Step("remember", life.is_anyone, life.remember),
    Step("finish course", life.is_on_course, life.finish_course),
    Step("leave labour force", life.is_old, life.leave_labour_force),
    Step("settle", stakes.may_register, stakes.settle),
    Step("weigh up business", stakes.may_weigh_up_business, stakes.weigh_up_business),
    Step("train", life.may_train, life.train),
    Step("visit home", life.is_festival_concern, life.visit_home),
    Step("lose or change job", work.may_lose_or_change_job, work.lose_or_change_job),
    Step("find job", work.is_searching, work.find_job),
    Step("run business", work.is_owner, work.run_business),
    Step("join insurance", work.may_join_insurance, work.join_insurance),
    Step("settle money", life.is_living, work.settle_money),
    Step("reconsider", choice.may_reconsider, choice.reconsider),
    Step("count", life.is_anyone, life.count),
)


def live_month(w, c, b, k: int) -> None:
    """Run every step for one worker."""
    for step in STEPS:
        if step.when(w, c):
            step.do(w, c, b, k)


def _pass(step: Step) -> Callable:
    """One step as a pass over rows: pick out whom it concerns, then do it for them."""
    when, do = step.when, step.do

    @rule
    def run(workers, c, b, first, last):
        n = 0
        for i in range(first, last):
            b.rows[n] = i
            n += 1 if when(workers[i], c) else 0
        for j in range(n):
            i = int(b.rows[j])
            do(workers[i], c, b, i - first)

    return run


def _sequence(steps: tuple[Step, ...]) -> Callable:
    """All steps as one function over the rows of a block."""
    head = _pass(steps[0])
    if len(steps) == 1:
        return head
    tail = _sequence(steps[1:])

    @rule
    def run(workers, c, b, first, last):
        head(workers, c, b, first, last)
        tail(workers, c, b, first, last)

    return run


run_block = _sequence(STEPS)
