"""What happens to a worker in a month, read off what each step of the month changes.

Each teller looks at one step: ``old`` is the worker before it, ``w`` after it, ``gained`` what the step added
to the sums of the month (events, money by flow) and the choice that it found.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sim.agents.life import Happening, Place, pay_of
from sim.core.categories import (
    ACTIVITIES,
    EDUCATION,
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    OWN_BUSINESS,
    SECTORS,
    TRAINING,
)
from sim.core.months import month_text
from sim.steps import (
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
from sim.steps.loans import debt
from sim.steps.records import EVENT
from sim.world.places import HOMES, Places
from sim.world.worker import (
    ADDITIONAL,
    AT_SCHOOL,
    DISPLACED,
    HAS_ORDER,
    LOAN_UNIT,
    ON_WORKS,
    TRAINED,
    UNPAID,
    age_months,
    education_of,
)


class Told:
    """A month on its way: what has happened so far."""

    def __init__(self, c: SimpleNamespace, places: Places):
        self.c, self.places = c, places
        self.happenings: list[Happening] = []

    def say(self, what: str, **facts: Any) -> None:
        self.happenings.append(Happening(month_text(int(self.c.month)), what, facts))

    def place(self, number: int) -> Place:
        return Place.of(self.places, number)


def _ends_course(told, old, w, gained) -> None:
    told.say(
        "ends_course",
        activity=ACTIVITIES[w.activity],
        is_school=bool(old.traits & AT_SCHOOL),
        has_job=bool(old.traits & HAS_ORDER),
        sector=SECTORS[w.sector],
        place=told.place(w.place),
        education=EDUCATION[education_of(w.traits)],
    )


def _exits(told, old, w, gained) -> None:
    if w.activity == EXITED:
        told.say(
            "exits",
            age_years=age_months(int(w.birth_month), int(told.c.month)) // 12,
            savings_yuan=int(old.savings),
            activity=ACTIVITIES[old.activity],
        )


def _settles(told, old, w, gained) -> None:
    if gained.events[EVENT.settlements]:
        told.say(
            "settles",
            place=told.place(w.place),
            months=int(told.c.month) - int(old.arrived_month),
            is_new=bool(gained.events[EVENT.new_settlements]),
        )


def _weighs_up_business(told, old, w, gained) -> None:
    if w.activity == OWN_BUSINESS and old.activity != OWN_BUSINESS:
        told.say(
            "starts_business",
            from_activity=ACTIVITIES[old.activity],
            from_place=told.place(old.place),
            capital_yuan=gained.money["capital"],
            grant_yuan=gained.money["grant"],
            loan_yuan=gained.money["loan"],
            jobs=int(w.business_jobs),
            is_additional=bool(w.status & ADDITIONAL),
        )


def _runs_business(told, old, w, gained) -> None:
    if old.activity == OWN_BUSINESS and w.activity != OWN_BUSINESS:
        told.say(
            "closes_business",
            months=int(old.business_age),
            payout_yuan=gained.money["payout"],
            repaid_yuan=gained.money["repaid"],
            lost_yuan=gained.money["written_off"],
        )


def _takes_profit(told, old, w, gained) -> None:
    if old.loan and not w.loan:
        told.say("pays_off_loan", months=int(w.business_age), loan_yuan=int(old.loan) * LOAN_UNIT)
    elif w.missed_instalments > old.missed_instalments:
        told.say("misses_instalment", owed_yuan=int(debt(w, told.c)))


def _trains(told, old, w, gained) -> None:
    if gained.events[EVENT.training_enrolments]:
        told.say(
            "takes_course",
            is_completed=bool(w.status & TRAINED) and int(w.trained_month) == int(told.c.month),
            is_full_time=w.activity == TRAINING,
        )


def _goes_to_school(told, old, w, gained) -> None:
    if gained.events[EVENT.study_starts]:
        told.say("goes_to_school", activity=ACTIVITIES[old.activity], place=told.place(old.place))


def _visits_home(told, old, w, gained) -> None:
    if gained.events[EVENT.stranded]:
        told.say("stranded", place=told.place(old.place), sector=SECTORS[old.sector])


def _loses_or_changes_job(told, old, w, gained) -> None:
    c = told.c
    if gained.events[EVENT.separations]:
        told.say(
            "loses_job",
            activity=ACTIVITIES[old.activity],
            place=told.place(old.place),
            sector=SECTORS[old.sector],
            months=int(c.month) - int(old.since_month),
            pay_yuan=pay_of(old, c),
            relief_yuan=gained.money["benefit"],
        )
    elif gained.events[EVENT.replacements]:
        told.say("placed", sector_before=SECTORS[old.sector], sector=SECTORS[w.sector], pay_yuan=pay_of(w, c))
    elif gained.events[EVENT.job_changes] and (w.match != old.match or w.sector != old.sector):
        told.say(
            "changes_job",
            sector_before=SECTORS[old.sector],
            sector=SECTORS[w.sector],
            pay_before_yuan=pay_of(old, c),
            pay_yuan=pay_of(w, c),
        )


def _finds_job(told, old, w, gained) -> None:
    if gained.events[EVENT.hires]:
        told.say(
            "finds_job",
            place=told.place(w.place),
            sector=SECTORS[w.sector],
            pay_yuan=pay_of(w, told.c),
            months=int(told.c.month) - int(old.since_month),
            is_settled=old.activity != MIGRANT_SEARCH,
        )


def _works(told, old, w, gained) -> None:
    if gained.events[EVENT.works_jobs] or gained.events[EVENT.workshop_jobs]:
        told.say(
            "begins_works",
            is_workshop=bool(gained.events[EVENT.workshop_jobs]),
            sector=SECTORS[w.sector],
            pay_yuan=pay_of(w, told.c),
        )
    elif old.activity == LOCAL_WORK and w.activity == FARM and old.traits & ON_WORKS:
        told.say("ends_works", months=int(told.c.month) - int(old.since_month))


def _joins_insurance(told, old, w, gained) -> None:
    if gained.events[EVENT.insurance_joined]:
        told.say("joins_insurance")


def _goes_unpaid(told, old, w, gained) -> None:
    if w.status & UNPAID and not old.status & UNPAID:
        told.say("goes_unpaid", sector=SECTORS[w.sector], place=told.place(w.place))


def _earns(told, old, w, gained) -> None:
    if gained.events[EVENT.arrears_recoveries]:
        told.say("is_paid_out", owed_yuan=gained.money["recovered"])


def _carries_out(told, old, w, gained) -> None:
    months_away = int(told.c.month) - int(old.arrived_month)
    facts = {"from_place": told.place(old.place), "place": told.place(w.place)}
    facts["from_activity"] = ACTIVITIES[old.activity]
    if w.activity == FARM and old.activity != FARM:
        told.say("goes_to_farm", **facts, months=months_away)
    elif w.activity == LOCAL_WORK and old.activity != LOCAL_WORK:
        told.say("takes_local_job", **facts, sector=SECTORS[w.sector], pay_yuan=pay_of(w, told.c))
    elif w.place != old.place:
        is_back = old.status & DISPLACED and w.place == old.attached_place
        from_home = old.place < HOMES
        told.say("goes_back" if is_back else "leaves_home" if from_home else "moves_on", **facts)
    elif gained.choice >= migration.KEEP_PLACE:
        keeps = gained.choice == migration.KEEP_PLACE
        goal = migration.attached_place(old) if keeps else gained.choice - migration.MIGRATE
        if goal != old.place:  # and is still where it was
            is_closed = told.c.place.travel_closed_share[goal] > 0.0
            told.say("held_up", **{**facts, "place": told.place(goal)}, is_closed=is_closed)


TELLERS: dict[Callable, Callable] = {
    skills.end_course: _ends_course,
    demography.leave_labour_force: _exits,
    settlement.settle: _settles,
    enterprise.weigh_up_business: _weighs_up_business,
    skills.train: _trains,
    skills.go_to_school: _goes_to_school,
    seasons.visit_home: _visits_home,
    employment.lose_or_change_job: _loses_or_changes_job,
    employment.find_job: _finds_job,
    enterprise.run_business: _runs_business,
    support.work_on_public_works: _works,
    rights.join_insurance: _joins_insurance,
    rights.go_unpaid: _goes_unpaid,
    earnings.earn: _earns,
    earnings.take_profit: _takes_profit,
    migration.carry_out_choice: _carries_out,
}
