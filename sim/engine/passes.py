"""The month's steps as passes over the rows of a block: whom a step concerns is picked out first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.core.categories import EVERYBODY, FARM, LOCAL_WORK, MIGRANT_WORK, activity_set
from sim.core.compiled import rule
from sim.core.draws import draw_mixed, mix32
from sim.steps import claims, settlement
from sim.steps.month import CLAIM_QUOTA, CLAIMS, STEPS, Step, note_row
from sim.steps.people import is_among

_COMMON = activity_set(FARM, LOCAL_WORK, MIGRANT_WORK)


@rule
def note_rows(workers, c, b, first, last):
    """Copy what passes pick by from the rows of a block into arrays of the block."""
    for i in range(first, last):
        b.id[i - first] = workers[i].id
        note_row(workers[i], b, i - first)
    _mix_ids(c, b, last - first)


@rule
def note_month(workers, c, b, first, last):
    """The same as the month begins, with nothing granted yet and nobody changed."""
    note_rows(workers, c, b, first, last)
    b.activity_before[:] = b.activity
    b.place_before[:] = b.place
    for position in range(c.levers.budgets):
        b.granted[int(c.levers.budget_row[int(c.levers.rationed[position])])][:] = 0


@rule
def _mix_ids(c, b, count):
    key = int(c.keys[0, 0])
    for k in range(count):
        b.mixed_id[k] = mix32(int(b.id[k]) ^ key)


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
                note_row(workers[first + k], b, k)

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
                    note_row(w, b, k)

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


MONTH = tuple(_pass(step) for step in STEPS)  # what is done with the rows of a block, in order
CLAIM = tuple(_pass(step) for step in CLAIMS)
MONTH_NAMES, CLAIM_NAMES = (tuple(step.name for step in steps) for steps in (STEPS, CLAIMS))
CLAIM_PURPOSE, _CLAIM_AMONG, _CLAIM_UNLESS = CLAIM_QUOTA.purpose, CLAIM_QUOTA.among, CLAIM_QUOTA.unless


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
        if settlement.may_settle(workers[np.uint64(first + k)], c, 1):
            n += 1
            if n < len(listed):
                listed[n] = first + k
    listed[0] = n


@rule
def claim_listed(workers, c, b, listed) -> None:
    """Enter the claims of listed rows on quotas."""
    for position in range(1, int(listed[0]) + 1):
        w = workers[listed[position]]
        if settlement.may_settle(w, c):
            claims.claim_quota(w, c, b, 0)
