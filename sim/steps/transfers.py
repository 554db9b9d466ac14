"""Money that levers hand to workers: one entry, in which what is received is what is booked."""

from __future__ import annotations

from sim.core.compiled import rule
from sim.steps.income import note_income
from sim.steps.lever_record import MAX_LEVERS, SCALE, SET, TICKETS
from sim.steps.levers import bill, count_refused, gone_to, is_aware, is_eligible, is_reached
from sim.steps.records import WORKER


@rule
def has_transfer(c, parameter) -> bool:
    """Whether some lever hands money to workers through a parameter this month."""
    return c.levers.cash_start[parameter] < c.levers.cash_start[parameter + 1]


@rule
def receive_transfer(w, c, b, k, parameter, flow, yuan) -> None:
    """Book yuan that the worker receives this month through a parameter, as a flow of money and as income.

    Levers that reach the worker are billed for what each of them adds to the parameter; what there would be
    without levers is nobody's. What is billed is shared out of what is received, so the two are always equal.
    Called with nothing received, it counts who is turned away for want of money.
    """
    b.money[flow] += yuan
    note_income(w, yuan)
    _book(w, c, b, parameter, yuan, b.transfers)


@rule
def pay_bank(w, c, b, k, flow, yuan) -> None:
    """Book yuan that a bank receives this month for the worker's guaranteed loan.

    It is billed to the levers that give such loans to people like this worker, each by its part of them.
    """
    b.money[flow] += yuan
    _book(w, c, b, WORKER.guaranteed_loan_yuan, yuan, b.credit)


@rule
def is_loan_paid_for(w, c) -> bool:
    """Whether somebody pays a bank its part of a guaranteed loan: a lever that reaches the owner, or, where
    no lever concerns the owner any more, the scheme that is left; but no lever that has no money for it.
    """
    if not has_transfer(c, WORKER.guaranteed_loan_yuan):
        return True
    base = c.before_levers[WORKER.guaranteed_loan_yuan, int(w.place)]
    if base + _gains(w, c, WORKER.guaranteed_loan_yuan, base, False) > 0.0:
        return True
    levers = c.levers
    first, end = int(levers.cash_start[WORKER.guaranteed_loan_yuan]), WORKER.guaranteed_loan_yuan + 1
    for position in range(first, int(levers.cash_start[end])):
        lever = int(levers.cash_lever[position])
        if levers.cutoff[lever] < TICKETS and is_eligible(w, c, lever) and is_aware(w, c, lever):
            return False
    return True


@rule
def _book(w, c, b, parameter, yuan, sums) -> None:
    """Share yuan out among the levers that give it, in ``sums`` (yuan by lever; without one, last)."""
    if not has_transfer(c, parameter):
        sums[MAX_LEVERS] += yuan
        return
    if yuan == 0:
        _count_turned_away(w, c, b, parameter)
        return
    is_relief = parameter == WORKER.insurance_contribution_rate  # given by lowering it
    base = c.before_levers[parameter, int(w.place)]
    gains = _gains(w, c, parameter, base, is_relief)
    without = 0 if is_relief else min(int(base), yuan)
    # what is received is only a part of what the parameter says, or it is a share
    if (parameter == WORKER.guaranteed_loan_yuan) | (parameter == WORKER.business_loss_insured_share):
        without = int(yuan * base / max(base + gains, 1e-9) + 0.5)
    by_levers = yuan - without if gains > 0.0 else 0
    sums[MAX_LEVERS] += yuan - by_levers
    value, gained, booked = base, 0.0, 0
    for position in range(int(c.levers.cash_start[parameter]), int(c.levers.cash_start[parameter + 1])):
        lever = int(c.levers.cash_lever[position])
        if not is_reached(w, c, lever):
            count_refused(w, c, b, lever)
            continue
        after = _changed(c, position, value)
        gain = value - after if is_relief else after - value
        value = after
        if gain > 0.0 and by_levers > 0:
            gained += gain
            until = int(by_levers * (gained / gains) + 0.5)
            if (parameter == WORKER.business_loss_insured_share) & (c.levers.occasion[lever] >= 0):
                b.payouts[lever] += until - booked  # by the insurer, whom the lever pays a premium
            else:
                sums[lever] += until - booked
                bill(w, c, b, lever, until - booked + int(c.levers.cash_price[lever]))
            booked = until


@rule
def _count_turned_away(w, c, b, parameter) -> None:
    for position in range(int(c.levers.cash_start[parameter]), int(c.levers.cash_start[parameter + 1])):
        lever = int(c.levers.cash_lever[position])
        if c.levers.cutoff[lever] < TICKETS and not is_reached(w, c, lever):
            count_refused(w, c, b, lever)


@rule
def _gains(w, c, parameter, value, is_relief) -> float:
    """What all levers that reach the worker add to the parameter."""
    gains = 0.0
    for position in range(int(c.levers.cash_start[parameter]), int(c.levers.cash_start[parameter + 1])):
        if is_reached(w, c, int(c.levers.cash_lever[position])):
            after = _changed(c, position, value)
            gain = value - after if is_relief else after - value
            gains += max(gain, 0.0)
            value = after
    return gains


@rule
def _changed(c, position, value) -> float:
    """A parameter after one change of it."""
    amount, kind = c.levers.cash_value[position], c.levers.cash_kind[position]
    if kind == SET:
        return gone_to(value, amount, c.levers.cash_share[position])
    return value * amount if kind == SCALE else value + amount
