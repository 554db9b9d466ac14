"""The part of a choice that concerns places away: which of them comes first in the race of all options.

Each option of a choice has luck of its own, keyed by worker, month and option, and the highest score (odds
over luck, ``sim.rules.migration.score``) wins. So a change of one option moves people to it or away from it,
and nobody between two others.

A draw for each of some eighty places would cost more than all else that a worker does in a month. So
candidates arrive in the order of time, at rates (bounds) that no policy changes. Each is for one place, at a
height from 0 to the bound; it is taken if the odds of the place reach that height, and the first that is
taken is the place's. Where odds go beyond the bound, a second layer of candidates, with draws of its own,
stands above it, and beyond that layer each place has a time of its own. The score is one over the time.
"""

from __future__ import annotations

from sim.core.arithmetic import log
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, item_key, uniform_mixed_for, uniform_under
from sim.rules.migration import score
from sim.world.places import HOMES

NOWHERE = -1
TIMES = 3  # how many numbers in ``luck_of`` are times in the race: the first of them
OFFER = TIMES  # position there of the draw for an offer of local work
FIRST, FIRST_ABOVE = OFFER + 1, OFFER + 2  # and of the draws for the first candidates of two layers
TOP = 8.0  # of the second layer, in bounds
MOST_CANDIDATES = 16  # of a layer that are looked at; from then on each place has a time of its own


@rule
def place_weight(c, home, group, place, across) -> float:
    """Odds of a place away for a home and group, over what the worker gives any place. At home: nil.

    across: factor on the odds of places in other provinces.
    """
    weight = c.place_odds[group, place] * c.corridor_odds[home, place]
    return weight if c.province[place] == home else weight * across


@rule
def weight_of_places(c, home, group, across, present, attached) -> float:
    """The sum over all places away but the worker's present place and the one the worker is attached to."""
    total = 0.0
    for place in range(HOMES, len(c.tier)):
        if place != present and place != attached:
            total += place_weight(c, home, group, place, across)
    return total


@rule
def candidate(c, mixed_id, home, number) -> int:
    """The place that a candidate is for, in proportion to the bounds of the home: an alias table's draw."""
    slots = len(c.tier) - HOMES
    at = uniform_mixed_for(c.keys, PURPOSE.candidate_place, mixed_id, number) * slots
    slot = int(at)
    return HOMES + (slot if at - slot < c.candidate_share[home, slot] else int(c.candidate_alias[home, slot]))


@inlined_rule
def luck_keys(c):
    """The month's keys of the draws of ``luck_of``."""
    return (
        int(c.keys[PURPOSE.race_farm, 1]),
        int(c.keys[PURPOSE.race_local, 1]),
        int(c.keys[PURPOSE.race_keep, 1]),
        int(c.keys[PURPOSE.local_offer, 1]),
        item_key(c.keys, PURPOSE.candidate_time, 0),
        item_key(c.keys, PURPOSE.candidate_time, MOST_CANDIDATES),
    )


@inlined_rule
def luck_of(keys, mixed_id):
    """What chance holds for a worker who chooses: how long farm, local work and the present place take in the
    race, and draws for an offer of local work and for the first candidates of two layers.

    keys: ``luck_keys``.
    """
    return (
        -log(uniform_under(keys[0], mixed_id)),
        -log(uniform_under(keys[1], mixed_id)),
        -log(uniform_under(keys[2], mixed_id)),
        uniform_under(keys[3], mixed_id),
        uniform_under(keys[4], mixed_id),
        uniform_under(keys[5], mixed_id),
    )


@rule
def draw_luck(c, b, chosen) -> None:
    """Note the luck of those at the ``chosen`` positions of a block, many at a time."""
    keys, count = luck_keys(c), len(chosen)
    for j in range(count):
        b.listed[j] = b.mixed_id[chosen[j]]
    for n in range(len(keys)):
        key = keys[n]
        for j in range(count):
            b.luck[n, j] = uniform_under(key, int(b.listed[j]))
    for n in range(TIMES):  # apart, so that the compiler takes logs of several at once
        for j in range(count):
            b.luck[n, j] = -log(b.luck[n, j])


@inlined_rule
def drawn_luck(b, j):
    """The luck of the worker in a position among the chosen as it was noted."""
    return b.luck[0, j], b.luck[1, j], b.luck[2, j], b.luck[3, j], b.luck[4, j], b.luck[5, j]


@inlined_rule
def highest_over_bound(c, home, group, away, across) -> float:
    """The odds of the place that goes furthest beyond its bound, over that bound.

    away: odds of a place for each unit of its weight (``place_weight``).
    """
    return away * max(c.highest_own[home, group], across * c.highest_across[home, group])


@inlined_rule
def is_too_late(c, home, reach, to_beat, first, above) -> bool:
    """Whether all candidates of both layers come too late. reach: ``highest_over_bound``; to_beat: the score
    that is to be beaten; first, above: draws for the first candidate of each layer.

    As -log(u) > 1 - u, most can be told to be too late without a logarithm.
    """
    rate = c.candidate_rate[home]
    none_above = (reach <= 1.0) | ((reach <= TOP) & ((1.0 - above) * to_beat >= rate * (TOP - 1.0)))
    return ((1.0 - first) * to_beat >= rate) & none_above


@rule
def first_place(c, mixed_id, home, group, away, across, present, attached, to_beat):
    """Score and place of the first place away in the race: (0, NOWHERE) if none scores more than ``to_beat``.

    away: as in ``highest_over_bound``. to_beat: over nil.
    """
    reach = highest_over_bound(c, home, group, away, across)
    who = (mixed_id, home, group, away, across, present, attached)
    best, found = _first_candidate(c, who, to_beat, reach, 0, 0.0, 1.0)
    if reach > 1.0:
        above, place = _first_candidate(c, who, max(best, to_beat), reach, 1, 1.0, TOP)
        if above > best:
            best, found = above, place
    if reach > TOP:
        above, place = _first_of_all(c, who, max(best, to_beat), 2, 0.0, TOP, reach)
        if above > best:
            best, found = above, place
    return best, found


@rule
def _first_candidate(c, who, to_beat, reach, layer, low, high):
    """Score and place of the first candidate taken in a layer. low, high: where it begins and ends."""
    mixed_id, home, group, away, across, present, attached = who
    rate, height = c.candidate_rate[home] * (high - low), high - low
    first, not_before = layer * MOST_CANDIDATES, 0.0
    for number in range(first, first + MOST_CANDIDATES):
        not_before += 1.0 - uniform_mixed_for(c.keys, PURPOSE.candidate_time, mixed_id, number)
        if not_before * to_beat >= rate:
            return 0.0, NOWHERE
        at = low + height * uniform_mixed_for(c.keys, PURPOSE.candidate_taken, mixed_id, number)
        if at < reach:  # else no place takes it
            place = candidate(c, mixed_id, home, number)
            odds = away * place_weight(c, home, group, place, across)
            if at * c.bound[home, place] < odds and place != present and place != attached:
                reached = rate / _time_of(c, mixed_id, first, number)
                return (reached, place) if reached > to_beat else (0.0, NOWHERE)
    after = _time_of(c, mixed_id, first, first + MOST_CANDIDATES - 1) / rate
    return _first_of_all(c, who, to_beat, layer, after, low, high)


@rule
def _time_of(c, mixed_id, first, last) -> float:
    """When the last of these candidates comes, in mean times between two."""
    time = 0.0
    for number in range(first, last + 1):
        time -= log(uniform_mixed_for(c.keys, PURPOSE.candidate_time, mixed_id, number))
    return time


@rule
def _first_of_all(c, who, to_beat, layer, after, low, high):
    """The same where each place has a time of its own in a layer, which begins ``after``."""
    mixed_id, home, group, away, across, present, attached = who
    best, found = 0.0, NOWHERE
    for place in range(HOMES, len(c.tier)):
        bound = c.bound[home, place]
        odds = min(away * place_weight(c, home, group, place, across), high * bound) - low * bound
        if odds > 0.0 and place != present and place != attached:
            luck = uniform_mixed_for(c.keys, PURPOSE.race_place, mixed_id, layer * len(c.tier) + place)
            reached = 1.0 / (after + 1.0 / score(odds, luck))
            if reached > max(best, to_beat):
                best, found = reached, place
    return best, found
