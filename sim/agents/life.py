"""One worker's life in a run: every month lived again in plain Python, step by step, and told as events.

The months are the engine's own. Each is lived again on a copy of the worker's row, under the conditions that
the run met (budgets and quotas included), and must end in the row that the run left: a life that does not is
refused. What happened is read off the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd

from sim.agents.decision import CHOICE, Decision, Surroundings, decide, decision_in
from sim.core.arguments import whole_number
from sim.core.categories import (
    ACTIVITIES,
    EARNERS,
    EDUCATION,
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    OWN_BUSINESS,
    REGIONS,
    SECTORS,
    SEXES,
    TIERS,
    TRAINING,
)
from sim.core.draws import PURPOSE, uniform, uniform_mixed
from sim.core.errors import AccountingError, Problem, UsageError
from sim.core.months import FIRST_MONTH, JANUARY, month_text
from sim.engine.interpreted import copy_row, plain_conditions, spare_sums
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.scenario.scenario import Scenario
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
from sim.steps.earnings import current_pay
from sim.steps.levers import effective
from sim.steps.loans import debt
from sim.steps.migration import attention
from sim.steps.month import STEPS, begin_month
from sim.steps.people import has_school_child
from sim.steps.records import EVENT, MONEY_FLOWS, WORKER
from sim.world.places import HOMES, Places
from sim.world.worker import (
    ADDITIONAL,
    ARREARS_UNIT,
    AT_SCHOOL,
    BIRTH_EPOCH,
    DISPLACED,
    HAS_ORDER,
    INSURED,
    IS_FEMALE,
    LOAN_UNIT,
    OF_OTHERS,
    OF_OWNERS,
    ON_WORKS,
    POOR,
    TRAINED,
    UNPAID,
    VISITING,
    age_months,
    education_of,
)
from sim.world.workers import BLOCK


class Place(NamedTuple):
    """A place as texts name it."""

    province: str
    tier: str

    @classmethod
    def of(cls, places: Places, number: int) -> Place:
        """The place of a number in a run."""
        return cls(places.provinces[places.province[number]], TIERS[places.tier[number]])


@dataclass(frozen=True)
class Happening:
    """Something that changed a life. what: a key of ``HAPPENINGS``. facts: by name, units in the names."""

    month: str
    what: str
    facts: dict[str, Any]


# Every kind of happening, and what it is. Texts have a sentence for each.
HAPPENINGS = {
    "enters": "comes of working age and enters the labour force",
    "exits": "leaves the labour force: retires, falls ill or dies",
    "settles": "moves registration to the city",
    "starts_business": "starts a business at home",
    "closes_business": "closes the business",
    "pays_off_loan": "pays the last instalment of the loan of the business",
    "misses_instalment": "cannot pay an instalment of the loan",
    "takes_course": "takes a public training course",
    "goes_to_school": "leaves work for school",
    "ends_course": "ends a course or the years at school",
    "stranded": "cannot get back to work after Spring Festival",
    "changes_job": "moves to a better job in the same place",
    "placed": "loses the job and is placed in another at once",
    "loses_job": "loses the job",
    "finds_job": "finds a job",
    "begins_works": "begins a job on public works or in a workshop",
    "ends_works": "ends a job on public works",
    "joins_insurance": "joins the workers' insurance scheme",
    "goes_unpaid": "is not paid by the employer",
    "is_paid_out": "receives wages that were owed",
    "goes_to_farm": "goes back to the farm",
    "takes_local_job": "takes up work in the home township",
    "leaves_home": "leaves home to look for work",
    "moves_on": "moves on to another place",
    "goes_back": "goes back to the place that was left",
    "held_up": "would leave, and roads or the festival hold that up",
}


class Standing(NamedTuple):
    """What a worker does, where, in which sector, for how many yuan a month."""

    activity: str
    place: Place
    sector: str
    pay_yuan: int

    @classmethod
    def of(cls, w: SimpleNamespace, c: SimpleNamespace, places: Places) -> Standing:
        """That of a worker's row in a month."""
        place = Place.of(places, int(w.place))
        return cls(ACTIVITIES[w.activity], place, SECTORS[w.sector], _pay(w, c))


class Chance(NamedTuple):
    """A draw of the month on a job: what would happen (``loses_job`` or ``finds_job``), how likely, the draw.

    It happens where the draw is below the probability.
    """

    what: str
    probability: float
    draw: float

    @property
    def happens(self) -> bool:
        """Whether it comes about."""
        return self.draw < self.probability


class Idea(NamedTuple):
    """A business that a worker thought of: what it needs, how it could be paid for, and how good the idea is.

    probability, draw: of thinking of one this month. loan_yuan: nil also where the capital cannot be raised.
    rank: of the idea among all, the best near 0. good_enough: the share of ideas that are worth starting.
    """

    probability: float
    draw: float
    capital_yuan: int
    savings_yuan: int
    grant_yuan: int
    loan_yuan: int
    is_guaranteed: bool
    can_be_raised: bool
    rank: float
    good_enough: float

    @property
    def starts(self) -> bool:
        """Whether the business is started."""
        return self.can_be_raised and self.rank < self.good_enough


@dataclass(frozen=True)
class LivedMonth:
    """A month as it was lived: the worker at its end, what happened, money by flow, and the decision.

    A festival visit is no happening: ``is_visiting`` says that the worker is at home on a visit.

    start: what the worker did as it began. activity, place, sector: at its end. pay_yuan: of the month in the
    present job or business, paid out or not. money: yuan by flow (``sim.steps.records.MONEY_FLOWS``), those
    that are not nil. idea: only of months in which the worker thinks of a business. decision: only of those
    in which the worker reconsiders.
    """

    month: str
    age_months: int
    start: Standing
    activity: str
    place: Place
    place_name: str
    sector: str
    is_visiting: bool
    is_insured: bool
    has_school_child: bool
    pay_yuan: int
    savings_yuan: int
    owed_yuan: int
    money: dict[str, int]
    happenings: tuple[Happening, ...]
    chances: tuple[Chance, ...]
    idea: Idea | None
    decision: Decision | None


@dataclass(frozen=True)
class Life:
    """A worker's months in a run. home: province of registration. born: the month. title: the scenario's."""

    worker: int
    scenario: str
    title: str
    scale: int
    seed: int
    sex: str
    home: str
    region: str
    born: str
    education: str
    is_poor: bool
    months: tuple[LivedMonth, ...]

    @cached_property
    def happenings(self) -> tuple[Happening, ...]:
        """All that happened, in order."""
        return tuple(one for month in self.months for one in month.happenings)

    def month(self, month: str) -> LivedMonth:
        """One month by name. Raises UsageError for one that the worker did not live in the labour force."""
        for one in self.months:
            if one.month == month:
                return one
        raise UsageError(
            Problem(
                "not a month of this worker's life in the labour force",
                key="month",
                value=month,
                allowed=f"{self.months[0].month} to {self.months[-1].month}" if self.months else "none",
            )
        )

    def table(self) -> pd.DataFrame:
        """A row a month: age, activity, place, sector, pay, savings, money by flow, whether reconsidered."""
        rows = [
            {
                "month": one.month,
                "age": one.age_months // 12,
                "activity": one.activity,
                "place": one.place_name,
                "sector": one.sector,
                "pay_yuan": one.pay_yuan,
                "savings_yuan": one.savings_yuan,
                "owed_yuan": one.owed_yuan,
                **{
                    f"{flow}_yuan": one.money.get(flow, 0)
                    for flow in ("earned", "remittance", "benefit", "grant")
                },
                "reconsidered": one.decision is not None,
                "happenings": ", ".join(happening.what for happening in one.happenings),
            }
            for one in self.months
        ]
        return pd.DataFrame(rows)


def _pay(w: SimpleNamespace, c: SimpleNamespace) -> int:
    """Yuan a month in the present job or business, paid out or not; 0 for those without."""
    return int(current_pay(w, c)) if (EARNERS >> w.activity) & 1 else 0


# --- living a month again -------------------------------------------------------------------------
class _Told:
    """A month on its way: what has happened so far."""

    def __init__(self, c: SimpleNamespace, places: Places):
        self.c, self.places = c, places
        self.happenings: list[Happening] = []

    def say(self, what: str, **facts: Any) -> None:
        self.happenings.append(Happening(month_text(int(self.c.month)), what, facts))

    def place(self, number: int) -> Place:
        return Place.of(self.places, number)


def live_again(
    w: SimpleNamespace, c: SimpleNamespace, k: int, around: Surroundings, is_new: bool = False
) -> LivedMonth:
    """Live a month on the copy ``w`` of a worker, step by step, and tell what happens.

    c: the month's conditions, with the reach of budgets and quotas. is_new: whether the worker enters.
    """
    places = around.places
    told, b, start = _Told(c, places), spare_sums(len(places)), Standing.of(w, c, places)
    chances: list[Chance] = []
    idea: Idea | None = None
    decision: Decision | None = None
    if is_new:
        told.say("enters", age_years=age_months(int(w.birth_month), int(c.month)) // 12)
    begin_month(w, c, b, k)
    for position, step in enumerate(STEPS):
        if position == CHOICE and step.concerns(w, c):
            if uniform(c.keys, PURPOSE.attention, int(w.id)) < attention(w, c):
                decision = decide(w, c, spare_sums(len(places)), k, around)
        if step.is_due(w, c, b, k):
            if step.do is enterprise.weigh_up_business:
                idea = _idea(w, c, b, k)
            if step.do in _CHANCES:
                what, purpose, chance = _CHANCES[step.do]
                draw = uniform_mixed(c.keys, purpose, int(b.mixed_id[k]))
                chances.append(Chance(what, float(chance(w, c, b, k)), draw))
            old, events, money = SimpleNamespace(**vars(w)), b.events.copy(), b.money.copy()
            choice = int(b.choice[k]) - 1
            step.do(w, c, b, k)
            tell = _TELLERS.get(step.do)
            if tell is not None:
                gained = SimpleNamespace(events=b.events - events, choice=choice)
                gained.money = dict(zip(MONEY_FLOWS, (b.money - money).tolist(), strict=True))
                tell(told, old, w, gained)
    flows = {name: yuan for name, yuan in zip(MONEY_FLOWS, b.money.tolist(), strict=True) if yuan}
    if decision is not None:
        outcome = [one for one in told.happenings if one.what in _CARRIED_OUT]
        decision = replace(decision, outcome={"what": outcome[-1].what} if outcome else {})
    return LivedMonth(
        month=month_text(int(c.month)),
        age_months=age_months(int(w.birth_month), int(c.month)),
        start=start,
        activity=ACTIVITIES[w.activity],
        place=told.place(int(w.place)),
        place_name=places.names[int(w.place)],
        sector=SECTORS[w.sector],
        is_visiting=bool(w.status & VISITING),
        is_insured=bool(w.status & INSURED),
        has_school_child=bool(has_school_child(w, c)),
        pay_yuan=_pay(w, c),
        savings_yuan=int(w.savings),
        owed_yuan=ARREARS_UNIT * int(w.arrears),
        money=flows,
        happenings=tuple(told.happenings),
        chances=tuple(chances),
        idea=idea,
        decision=decision,
    )


def _idea(w: SimpleNamespace, c: SimpleNamespace, b: SimpleNamespace, k: int) -> Idea | None:
    """The business that the worker thinks of this month, if any."""
    probability = float(effective(w, c, b, k, WORKER.startup_consideration_probability))
    draw = uniform(c.keys, PURPOSE.business_consider, int(w.id))
    if draw >= probability:
        return None
    rank, capital, grant, _, units, is_guaranteed, chance = enterprise.weigh(w, c, b, k)
    return Idea(
        probability=probability,
        draw=draw,
        capital_yuan=int(capital),
        savings_yuan=int(w.savings),
        grant_yuan=int(grant),
        loan_yuan=max(int(units), 0) * LOAN_UNIT,
        is_guaranteed=bool(is_guaranteed),
        can_be_raised=units >= 0,
        rank=float(rank),
        good_enough=float(chance),
    )


_CHANCES = {
    employment.lose_or_change_job: ("loses_job", PURPOSE.job_event, employment.loss_chance),
    employment.find_job: ("finds_job", PURPOSE.job_find, employment.finding_chance),
}
_CARRIED_OUT = ("goes_to_farm", "takes_local_job", "leaves_home", "moves_on", "goes_back", "held_up")


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
            pay_yuan=_pay(old, c),
            relief_yuan=gained.money["benefit"],
        )
    elif gained.events[EVENT.replacements]:
        told.say("placed", sector_before=SECTORS[old.sector], sector=SECTORS[w.sector], pay_yuan=_pay(w, c))
    elif gained.events[EVENT.job_changes] and (w.match != old.match or w.sector != old.sector):
        told.say(
            "changes_job",
            sector_before=SECTORS[old.sector],
            sector=SECTORS[w.sector],
            pay_before_yuan=_pay(old, c),
            pay_yuan=_pay(w, c),
        )


def _finds_job(told, old, w, gained) -> None:
    if gained.events[EVENT.hires]:
        told.say(
            "finds_job",
            place=told.place(w.place),
            sector=SECTORS[w.sector],
            pay_yuan=_pay(w, told.c),
            months=int(told.c.month) - int(old.since_month),
            is_settled=old.activity != MIGRANT_SEARCH,
        )


def _works(told, old, w, gained) -> None:
    if gained.events[EVENT.works_jobs] or gained.events[EVENT.workshop_jobs]:
        told.say(
            "begins_works",
            is_workshop=bool(gained.events[EVENT.workshop_jobs]),
            sector=SECTORS[w.sector],
            pay_yuan=_pay(w, told.c),
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
        told.say("takes_local_job", **facts, sector=SECTORS[w.sector], pay_yuan=_pay(w, told.c))
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


_TELLERS: dict[Callable, Callable] = {
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


# --- following workers through a run --------------------------------------------------------------
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
                    Problem("a month told is not the month lived", key=month.month, value=worker)
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
        title=run.scenario.title.en,
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
                "no worker with this id at this scale, or none who enters before the run ends",
                key=key,
                value=worker,
                allowed=f"such as {', '.join(map(str, run.workers.ids.numbers(3)))}",
            )
        )
    return row


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
                    "the run ends before it begins",
                    key="to",
                    value=month_text(run.last),
                    allowed=f"{month_text(first)} or later",
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
                Problem("not a month of this run", key="month", value=month, allowed=f"{last} or earlier")
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
                Problem("the worker is not in the labour force in this month", key="month", value=month)
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
