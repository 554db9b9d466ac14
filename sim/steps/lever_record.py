"""Levers as arrays, which the month's steps read."""

from __future__ import annotations

import numpy as np

MAX_LEVERS = 128
MAX_BUDGETS = 64
MAX_EFFECTS = 512
MAX_FIRST = 4  # groups that are served before others from one budget
HOME_COUNT = 31
MONTHS_TO_LATE_GRANT = 6  # a business has run for so long when the late part of a grant is paid
MONTHS_UNTIL_DUE = MONTHS_TO_LATE_GRANT - 1  # from the month of the start, in which it runs already
SET, SCALE, ADD = 0, 1, 2  # kinds of effects, in the order in which they act
# What a lever restricts, as bits.
CHECK_WHERE, CHECK_WORK, CHECK_PERSON, CHECK_MONTHS, CHECK_CHILD = 1, 2, 4, 8, 16
# A worker's place in a lever's queue is a whole number below TICKETS. Claims are added up in TICKET_BINS
# stretches of it, which become finer where money runs out.
TICKET_BITS = 30
TICKETS = 1 << TICKET_BITS
TICKET_BIN_BITS = 10
TICKET_BINS = 1 << TICKET_BIN_BITS
_FLAG, _WHOLE, _REAL = np.uint8, np.int64, np.float64


def levers_type(places: int, parameters: int, occasions: int) -> np.dtype:
    """Levers in order of name; effects of those in force sorted by parameter, kind and lever."""
    each = (MAX_LEVERS,)
    return np.dtype(
        [
            ("count", _WHOLE),
            ("code", _WHOLE, each),  # keys the lever's tickets
            ("coverage", _REAL, each),  # take-up times ramp this month
            ("price", _WHOLE, each),  # whole yuan per serving, where it is billed by occasion
            ("cash_price", _WHOLE, each),  # the same beside the money that the worker receives
            ("fee", _WHOLE, each),  # the part of the price that the worker pays
            ("budget_row", _WHOLE, each),  # row of the sums of claims; -1 = no budget
            ("cutoff", _WHOLE, each),  # tickets below this are served this month; TICKETS = all
            ("bins_from", _WHOLE, each),  # the ticket that the lever's first bin of claims begins with
            ("bin_bits", _WHOLE, each),  # a bin holds 2 to the power of this many tickets
            ("first", _WHOLE, (MAX_LEVERS, MAX_FIRST)),  # levers whose eligible go first; -1 = none
            ("occasion", _WHOLE, each),  # -1 = never billed
            ("way", _REAL, each),  # weight among the ways to the occasion, of which one is billed; 0 = no way
            ("billed", _WHOLE, (occasions,)),  # active levers that bill on each occasion
            ("bill_start", _WHOLE, (occasions + 1,)),  # of bill_lever, by occasion
            ("bill_lever", _WHOLE, each),  # levers in force that bill, sorted by occasion
            ("checks", _WHOLE, each),
            ("traits_mask", _WHOLE, each),  # bits of traits that are looked at, and what they must be
            ("traits_value", _WHOLE, each),
            ("status_mask", _WHOLE, each),  # the same of status
            ("status_value", _WHOLE, each),
            ("age_low", _WHOLE, each),  # months, both ends inclusive
            ("age_high", _WHOLE, each),
            ("education_mask", _WHOLE, each),  # bits
            ("activity_mask", _WHOLE, each),
            ("sector_mask", _WHOLE, each),
            ("child", _WHOLE, each),  # -1 = any
            ("migrant_low", _WHOLE, each),  # months, as the next four
            ("migrant_high", _WHOLE, each),
            ("insured_low", _WHOLE, each),
            ("insured_high", _WHOLE, each),
            ("activity_low", _WHOLE, each),  # months in the present activity
            ("activity_high", _WHOLE, each),
            ("course_low", _WHOLE, each),  # months since the latest course
            ("course_high", _WHOLE, each),
            ("effect_start", _WHOLE, (parameters + 1,)),
            ("effect_lever", _WHOLE, (MAX_EFFECTS,)),
            ("effect_kind", _WHOLE, (MAX_EFFECTS,)),  # SET, SCALE, ADD
            ("effect_value", _REAL, (MAX_EFFECTS,)),
            ("effect_share", _REAL, (MAX_EFFECTS,)),  # how far a set goes from what there was
            # those of the effects that hand money to workers, whomever they are for
            ("cash_start", _WHOLE, (parameters + 1,)),
            ("cash_lever", _WHOLE, (MAX_EFFECTS,)),
            ("cash_kind", _WHOLE, (MAX_EFFECTS,)),
            ("cash_value", _REAL, (MAX_EFFECTS,)),
            ("cash_share", _REAL, (MAX_EFFECTS,)),
            # the same of the late part of a grant when it will be due; no share: not in force any more
            ("due_value", _REAL, (MAX_EFFECTS,)),
            ("due_share", _REAL, (MAX_EFFECTS,)),
            ("low", _REAL, (parameters,)),  # bounds of the parameters
            ("high", _REAL, (parameters,)),
            # bytes last, so that every number lies at a multiple of its width
            ("is_active", _FLAG, each),  # this month inside the window
            ("widens_quota", _FLAG, each),  # offers more registrations where there is a settlement quota
            ("is_for_everybody", _FLAG, each),  # changes workers alike in all its places
            ("home_mask", _FLAG, (MAX_LEVERS, HOME_COUNT)),
            ("place_mask", _FLAG, (MAX_LEVERS, places)),
        ]
    )
