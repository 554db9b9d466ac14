"""A month lived again on a copy of a worker, step by step, in plain Python, and told.

The month is the engine's own: the same steps under the conditions that the run met, budgets and quotas
included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

from sim.agents.decision import CHOICE, Decision, Surroundings, decide
from sim.agents.happenings import TELLERS, Told
from sim.agents.life import Chance, Idea, LivedMonth, Standing, pay_of
from sim.core.categories import ACTIVITIES, SECTORS
from sim.core.draws import PURPOSE, uniform, uniform_mixed
from sim.core.months import month_text
from sim.engine.interpreted import spare_sums
from sim.steps import employment, enterprise
from sim.steps.migration import attention
from sim.steps.month import STEPS, begin_month
from sim.steps.people import has_school_child
from sim.steps.records import MONEY_FLOWS
from sim.world.worker import ARREARS_UNIT, INSURED, LOAN_UNIT, VISITING, age_months

# Steps of chance on a job: what may happen, the purpose of the draw, and how likely it is.
_CHANCES: dict[Callable, tuple[str, int, Callable]] = {
    employment.lose_or_change_job: ("loses_job", PURPOSE.job_event, employment.loss_chance),
    employment.find_job: ("finds_job", PURPOSE.job_find, employment.finding_chance),
}
_CARRIED_OUT = ("goes_to_farm", "takes_local_job", "leaves_home", "moves_on", "goes_back", "held_up")


def live_again(
    w: SimpleNamespace, c: SimpleNamespace, k: int, around: Surroundings, is_new: bool = False
) -> LivedMonth:
    """Live a month on the copy ``w`` of a worker, step by step, and tell what happens.

    c: the month's conditions, with the reach of budgets and quotas. is_new: whether the worker enters.
    """
    places = around.places
    told, b, start = Told(c, places), spare_sums(len(places)), Standing.of(w, c, places)
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
            tell = TELLERS.get(step.do)
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
        pay_yuan=pay_of(w, c),
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
    probability = float(enterprise.consider_chance(w, c, b, k))
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
