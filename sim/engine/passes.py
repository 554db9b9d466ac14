"""The month's steps as passes over the rows of a block: whom a step concerns is picked out first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.core.categories import EVERYBODY, FARM, LOCAL_WORK, MIGRANT_WORK, activity_set
from sim.core.compiled import inlined_rule, named_rule, rule
from sim.core.draws import draw_mixed, mix32
from sim.core.views import read_ahead
from sim.steps import claims, settlement
from sim.steps.levers import bill_plain_use, bill_use
from sim.steps.month import CLAIM_QUOTA, CLAIMS, STEPS, Step
from sim.steps.people import is_in
from sim.steps.records import LISTED
from sim.world.worker import STATUS_SHIFT, worker_at
from sim.world.workers import fill_ids

_AHEAD = 8  # claimants whose memory is asked for ahead of time
_ACTIVITY_BITS = 31  # of a state: there are fewer activities
_COMMON = activity_set(FARM, LOCAL_WORK, MIGRANT_WORK)


@rule
def note_rows(states, first_rows, first_ids, c, b, count, first):
    """Note in the block who is in its ``count`` rows, the first of them ``first``, and how they begin."""
    fill_ids(first_rows, first_ids, first, count, b.id)
    key = int(c.keys[0, 0])
    for k in range(count):
        b.mixed_id[k] = mix32(int(b.id[k]) ^ key)
        b.before[k] = states[k]


@inlined_rule
def is_state_among(state, among, unless) -> bool:
    """Whether the activity of a state is in a set (bits) and none of some status bits is set.

    Cut to 32 bits, so that the compiler does twice as many at a time.
    """
    is_in = np.uint32(among >> (state & _ACTIVITY_BITS)) & np.uint32(1)
    return (is_in != 0) & ((state & (unless << STATUS_SHIFT)) == 0)


def _pass(step: Step) -> Callable:
    """One step as a pass: pick out whom it concerns, do it for them, note what has changed."""
    if step.chance is not None:
        run = _drawn_pass(step)
    elif step.marked is not None:
        run = _marked_pass(step)
    elif step.serves >= 0:
        run = _billing_pass(step)
    elif step.among == EVERYBODY:
        run = _everybody_pass(step)
    else:
        run = _chosen_pass(step)
    return run if step.season is None else _seasonal_pass(run, step)


def _everybody_pass(step: Step) -> Callable:
    do = step.do

    @named_rule(step.name)
    def run(rows, states, c, b, count):
        for k in range(count):
            do(worker_at(rows, states, k, b.id[k]), c, b, k)

    return run


def _chosen_pass(step: Step) -> Callable:
    among, unless = step.among, step.unless
    gather = _gather if among & _COMMON else _gather_few
    do_all = _for_chosen(step, gather, is_sure=step.when is None)

    @named_rule(step.name)
    def run(rows, states, c, b, count):
        for k in range(count):
            b.chosen[k] = is_state_among(int(states[k]), among, unless)
        do_all(rows, states, c, b, count)

    return run


def _billing_pass(step: Step) -> Callable:
    """A step that serves, lever by lever: what the lever asks for is then at hand for all workers."""
    among, unless, occasion = step.among, step.unless, step.serves

    @named_rule(step.name)
    def run(rows, states, c, b, count):
        for k in range(count):
            b.chosen[k] = is_state_among(int(states[k]), among, unless)
        chosen = _gather(b, count)
        for position in range(c.levers.bill_start[occasion], c.levers.bill_start[occasion + 1]):
            lever = int(c.levers.bill_lever[position])
            price = int(c.levers.price[lever])
            if (c.levers.budget_row[lever] < 0) & (c.levers.fee[lever] == 0):
                for j in range(chosen):
                    k = int(b.rows[j])
                    bill_plain_use(worker_at(rows, states, k, b.id[k]), c, b, lever, price)
            else:
                for j in range(chosen):
                    k = int(b.rows[j])
                    bill_use(worker_at(rows, states, k, b.id[k]), c, b, lever)

    return run


def _marked_pass(step: Step) -> Callable:
    marked = step.marked
    do_all = _for_chosen(step, _gather_few)

    @named_rule(step.name)
    def run(rows, states, c, b, count):
        for k in range(count):
            b.chosen[k] = marked(int(states[k]), b, k)
        do_all(rows, states, c, b, count)

    return run


def _drawn_pass(step: Step) -> Callable:
    purpose, chance, chance_above = step.purpose, step.chance, step.chance_above or _none
    hurried_activities, hurried_status = step.hurried
    has_hurried = step.hurried != (0, 0)
    do_all = _for_chosen(step, _gather_few)

    @named_rule(step.name)
    def run(rows, states, c, b, count):
        second_key = int(c.keys[purpose, 1])
        # draws turned on until those of the upper end lie below those of the lower end
        above = int(chance_above(c) * 4294967296.0)
        turn = above + (above > 0)
        limit = np.uint32(min(int(chance(c) * 4294967296.0) + 1 + turn, 0xFFFFFFFF))
        for k in range(count):
            turned = np.uint32((draw_mixed(int(b.mixed_id[k]), second_key) + turn) & 0xFFFFFFFF)
            b.chosen[k] = turned <= limit
        if has_hurried:
            for k in range(count):
                state = int(states[k])
                is_hurried = is_state_among(state, hurried_activities, 0)
                is_hurried |= (state & (hurried_status << STATUS_SHIFT)) != 0
                b.chosen[k] = (b.chosen[k] != 0) | is_hurried
        do_all(rows, states, c, b, count)

    return run


def _for_chosen(step: Step, gather: Callable, is_sure: bool = False) -> Callable:
    """``do`` for the chosen rows of a block. is_sure: whether it concerns all of them."""
    do, when, among, unless = step.do, step.when or _always, step.among, step.unless
    if step.listed is not None:
        return _for_listed(step, gather, is_sure)

    @named_rule(step.name, "for the chosen")
    def run(rows, states, c, b, count):
        for j in range(gather(b, count)):
            k = int(b.rows[j])
            w = worker_at(rows, states, k, b.id[k])
            if is_sure or (is_in(w, among, unless) and when(w, c)):
                do(w, c, b, k)

    return run


def _for_listed(step: Step, gather: Callable, is_sure: bool) -> Callable:
    """The same for a step that does one part after another for all of them."""
    assert step.listed is not None and step.when is None, "the list is made from states alone"
    do_all, among, unless = step.listed, step.among, step.unless

    @named_rule(step.name, "for the listed")
    def run(rows, states, c, b, count):
        if not is_sure:
            for k in range(count):
                b.chosen[k] = (b.chosen[k] != 0) & is_state_among(int(states[k]), among, unless)
        chosen = gather(b, count)
        for first in range(0, chosen, LISTED):
            do_all(rows, states, c, b, b.rows[first : min(first + LISTED, chosen)])

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


@rule
def _none(c) -> float:
    return 0.0


def _seasonal_pass(run: Callable, step: Step) -> Callable:
    season = step.season
    assert season is not None, "a step of no season needs none"

    @named_rule(step.name, "in season")
    def run_in_season(rows, states, c, b, count):
        if season(c):
            run(rows, states, c, b, count)

    return run_in_season


MONTH = tuple(_pass(step) for step in STEPS)  # what is done with the rows of a block, in order
CLAIM = tuple(_pass(step) for step in CLAIMS)
MONTH_NAMES, CLAIM_NAMES = (tuple(step.name for step in steps) for steps in (STEPS, CLAIMS))
CLAIM_PURPOSE, _CLAIM_AMONG, _CLAIM_UNLESS = CLAIM_QUOTA.purpose, CLAIM_QUOTA.among, CLAIM_QUOTA.unless


@rule
def list_claimants(rows, states, c, b, ahead, listed, count, first) -> None:
    """List who may claim a place in a quota next month, while the block is at hand at a month's end.

    ahead: int64 (3,), the two keys of next month's draw and a limit that the draw must not exceed.
    listed: uint32 (places, 2), how many are listed, and their rows and ids; where they do not fit, only the
    number.
    """
    first_key, second_key, limit, n = int(ahead[0]), int(ahead[1]), int(ahead[2]), int(listed[0, 0])
    for k in range(count):
        is_low = np.uint32(draw_mixed(mix32(int(b.id[k]) ^ first_key), second_key)) <= np.uint32(limit)
        b.chosen[k] = is_low & is_state_among(int(states[k]), _CLAIM_AMONG, _CLAIM_UNLESS)
    for j in range(_gather_few(b, count)):
        k = int(b.rows[j])
        if settlement.may_settle(worker_at(rows, states, k, b.id[k]), c, 1):
            n += 1
            if n < len(listed):
                listed[n, 0] = first + k
                listed[n, 1] = b.id[k]
    listed[0, 0] = n


@rule
def claim_listed(rows, states, c, b, listed) -> None:
    """Enter the claims of listed rows on quotas."""
    for position in range(1, int(listed[0, 0]) + 1):
        ahead = min(position + _AHEAD, int(listed[0, 0]))
        read_ahead(rows, int(listed[ahead, 0]))
        w = worker_at(rows, states, listed[position, 0], listed[position, 1])
        if settlement.may_settle(w, c):
            claims.claim_quota(w, c, b, 0)
