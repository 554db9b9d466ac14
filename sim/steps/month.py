"""One worker's month: the declared, numbered list of steps.

``STEPS`` is the list, each step with its name and a sentence; ``steps_in_words()`` gives it as numbered text.

The compiled engine runs each step as a pass over a block of workers, picking out first whom it
concerns; the Mesa agent runs the same list on its own row. Claims on settlement quotas are counted on the
state before the first step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sim.core.categories import (
    AT_HOME,
    EMPLOYEES,
    EVERYBODY,
    FARM,
    FREE_TO_MOVE,
    LIVING,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANTS_AT_WORK,
    OWNERS,
    SEARCHERS,
    TRAINABLE,
    TRAINING,
    activity_set,
)
from sim.core.draws import PURPOSE, mixed_with
from sim.steps import (
    claims,
    counting,
    demography,
    earnings,
    employment,
    enterprise,
    migration,
    rights,
    seasons,
    settlement,
    skills,
    support,
)
from sim.steps.people import is_among, state_of
from sim.steps.records import OCCASION
from sim.world.worker import BACK, DISPLACED, INSURED, NEW, VISITING


class Step(NamedTuple):
    """One step: ``do(w, c, b, k)`` for those whom it concerns. ``says``: what it is, as a sentence.

    w: the worker's record. c: the month's conditions. b: the block's sums and scratch. k: the
    worker's position in the block. It concerns workers in the activities ``among`` (bits) without
    any of the status bits ``unless``, of whom ``when(w, c)`` is true (None: all of these).

    The rest only saves work, for ``do`` decides alone. ``season(c)``: whether the step can concern
    anybody this month. ``purpose`` and ``chance``: the step begins with a draw for that purpose,
    and nothing happens to whoever draws more than ``chance(c)``, but for those ``hurried`` by an
    activity or a status bit; the engine looks at the draws first, for many workers at once. With
    ``chance_above(c)``, something also happens to those who draw at least 1 less it.
    ``marked(state, b, k)``: nothing happens to whom the state or the block's scratch does not mark.
    ``listed``: what the engine does instead: ``listed(rows, states, c, b, chosen)`` is ``do`` for all of the
    chosen, positions in the block, who are at most LISTED (``sim.steps.records``).
    ``serves``: all that ``do`` does is to serve on this occasion.
    """

    name: str
    says: str
    do: Callable
    among: int = EVERYBODY
    unless: int = 0
    when: Callable | None = None
    season: Callable | None = None
    purpose: int = -1
    chance: Callable | None = None
    chance_above: Callable | None = None
    hurried: tuple[int, int] = (0, 0)  # activities, status bits
    marked: Callable | None = None
    serves: int = -1
    listed: Callable | None = None

    def concerns(self, w, c) -> bool:
        """Whether the step concerns this worker this month."""
        if not is_among(int(w.activity), int(w.status), self.among, self.unless):
            return False
        return self.when is None or bool(self.when(w, c))

    def is_due(self, w, c, b, k) -> bool:
        """Whether the step comes to this worker this month, as far as can be said before its draw."""
        is_season = self.season is None or self.season(c)
        is_marked = self.marked is None or self.marked(state_of(w), b, k)
        return bool(is_season and is_marked and self.concerns(w, c))


STEPS = (
    Step(
        "end course",
        "End a course or the years at school.",
        skills.end_course,
        activity_set(TRAINING),
        when=skills.is_through,
    ),
    Step("end break", "End a month's break from work.", seasons.end_break, season=seasons.is_after_break),
    Step(
        "leave labour force",
        "Leave the labour force, from 55 on.",
        demography.leave_labour_force,
        LIVING,
        when=demography.is_old,
        purpose=PURPOSE.exit,
        chance=demography.highest_exit_chance,
    ),
    Step(
        "settle",
        "Settle: move registration to the city.",
        settlement.settle,
        MIGRANTS_AT_WORK,
        VISITING,
        settlement.may_settle,
        purpose=PURPOSE.settlement,
        chance=settlement.highest_register_chance,
    ),
    Step(
        "weigh up business",
        "Weigh up a business of one's own.",
        enterprise.weigh_up_business,
        FREE_TO_MOVE,
        VISITING,
        enterprise.may_start_business,
        purpose=PURPOSE.business_consider,
        chance=enterprise.highest_consider_chance,
    ),
    Step(
        "train",
        "Train: enrol on a public course.",
        skills.train,
        TRAINABLE,
        VISITING,
        purpose=PURPOSE.training,
        chance=skills.highest_training_chance,
    ),
    Step(
        "go to school",
        "Go to school for years, by a route that a lever opened.",
        skills.go_to_school,
        FREE_TO_MOVE,
        VISITING,
        skills.may_study,
        skills.has_school_routes,
        PURPOSE.study,
        skills.highest_study_chance,
    ),
    Step(
        "visit home",
        "Visit home for Spring Festival and come back.",
        seasons.visit_home,
        MIGRANTS_AT_WORK,
        when=seasons.is_festival_concern,
        season=seasons.is_visiting_season,
    ),
    Step(
        "lose or change job",
        "Lose or change the job.",
        employment.lose_or_change_job,
        EMPLOYEES,
        VISITING,
        purpose=PURPOSE.job_event,
        chance=employment.highest_loss_chance,
        chance_above=employment.highest_change_chance,
        listed=employment.lose_or_change_job_listed,
    ),
    Step("find job", "Find a job.", employment.find_job, SEARCHERS, listed=employment.find_job_listed),
    Step("run business", "Run the business.", enterprise.run_business, OWNERS),
    Step(
        "public works",
        "Begin or end a job on public works or in a workshop.",
        support.work_on_public_works,
        AT_HOME,
        when=support.is_works_concern,
        season=support.has_works,
    ),
    Step(
        "join insurance",
        "Join the workers' insurance scheme.",
        rights.join_insurance,
        EMPLOYEES,
        VISITING | INSURED,
        purpose=PURPOSE.insurance,
        chance=rights.highest_insurance_chance,
    ),
    Step(
        "go unpaid",
        "Go unpaid: the employer stops paying.",
        rights.go_unpaid,
        EMPLOYEES,
        VISITING,
        rights.is_owed_nothing,
        purpose=PURPOSE.arrears_onset,
        chance=rights.highest_arrears_chance,
    ),
    Step(
        "help on the farm",
        "Leave local work for a month of sowing or harvest.",
        seasons.help_on_farm,
        activity_set(LOCAL_WORK),
        season=seasons.is_farm_season,
    ),
    Step(
        "forgo pay",
        "Forgo the pay of days on a course, where pay is earned this month.",
        skills.forgo_pay,
        marked=skills.is_on_course,
    ),
    Step(
        "take profit",
        "Take a month's profit from the business and divide it.",
        earnings.take_profit,
        OWNERS,
    ),
    Step(
        "bill work",
        "Bill levers that serve people by the month of work.",
        earnings.bill_work,
        EMPLOYEES,
        VISITING | BACK,
        season=earnings.is_work_billed,
        serves=OCCASION.work_month,
    ),
    Step(
        "aid with contribution",
        "Pay the insured the aid with their contribution that is due.",
        earnings.aid_with_contribution,
        EMPLOYEES,
        VISITING | BACK,
        when=earnings.is_insured,
        season=earnings.is_contribution_aided,
    ),
    Step(
        "earn",
        "Earn a month's pay and divide it.",
        earnings.earn,
        EMPLOYEES,
        VISITING | BACK,
        listed=earnings.earn_listed,
    ),
    Step(
        "live without pay",
        "Live without pay, while looking for work or on a course.",
        earnings.live_without_pay,
        SEARCHERS | activity_set(TRAINING),
    ),
    Step(
        "live on support",
        "Live on support at home: a public post or a benefit.",
        support.live_on_support,
        activity_set(FARM),
        season=support.has_home_support,
    ),
    Step(
        "reconsider",
        "Reconsider: farm, local work, stay, or migrate.",
        migration.reconsider,
        FREE_TO_MOVE,
        VISITING,
        purpose=PURPOSE.attention,
        chance=migration.usual_attention,
        hurried=(activity_set(MIGRANT_SEARCH), DISPLACED | NEW),
        listed=migration.reconsider_listed,
    ),
    Step(
        "carry out choice",
        "Carry out the choice, and pick a place if it is to migrate.",
        migration.carry_out_choice,
        FREE_TO_MOVE,
        marked=migration.has_chosen,
    ),
    Step(
        "bill everybody",
        "Bill levers that serve people every month.",
        counting.bill_person,
        LIVING,
        season=counting.is_everybody_billed,
        serves=OCCASION.person_month,
    ),
    Step("count change", "Count what has changed.", counting.count_change, marked=counting.has_changed),
)

# Before the month: who would use a place in a settlement quota.
CLAIM_QUOTA = Step(
    "claim quota",
    "Claim a place in a settlement quota.",
    claims.claim_quota,
    MIGRANTS_AT_WORK,
    VISITING,
    settlement.may_settle,
    purpose=PURPOSE.settlement,
    chance=settlement.highest_register_chance,
)
CLAIMS = (CLAIM_QUOTA,)


def steps_in_words() -> str:
    """The steps of a month in order, a numbered line for each."""
    return "\n".join(f"{number}. {step.says}" for number, step in enumerate(STEPS, start=1))


def live_month(w, c, b, k: int) -> None:
    """Run every step for one worker."""
    begin_month(w, c, b, k)
    for step in STEPS:
        if step.concerns(w, c):
            step.do(w, c, b, k)


def begin_month(w, c, b, k: int) -> None:
    """Note how one worker begins the month."""
    b.before[k] = state_of(w)
    b.mixed_id[k] = mixed_with(c.keys, int(w.id))
