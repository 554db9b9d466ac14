"""Levers as arrays, which the month's steps read."""

from __future__ import annotations

import numpy as np

MAX_LEVERS = 128
MAX_BUDGETS = 64
MAX_EFFECTS = 512
MAX_FIRST = 4  # groups that are served before others from one budget
HOME_COUNT = 31
# What a lever restricts, as bits.
CHECK_WHERE, CHECK_WORK, CHECK_STATUS, CHECK_PERSON, CHECK_MONTHS, CHECK_CHILD = 1, 2, 4, 8, 16, 32
_FLAG, _WHOLE, _REAL = np.uint8, np.int64, np.float64


def levers_type(places: int, parameters: int, occasions: int) -> np.dtype:
    """Levers in order of name; effects sorted by parameter, kind and lever."""
    each = (MAX_LEVERS,)
    return np.dtype([
        ("count", _WHOLE),
        ("budgets", _WHOLE),  # how many are rationed
        ("rationed", _WHOLE, (MAX_BUDGETS,)),  # by row of the granted scratch; -1 = not in force
        ("code", _WHOLE, each),  # keys the lever's tickets
        ("is_active", _FLAG, each),  # this month inside the window
        ("coverage", _REAL, each),  # take-up times ramp this month
        ("budget_row", _WHOLE, each),  # row of the granted scratch; -1 = no budget
        ("cutoff", _WHOLE, each),  # tickets in bins below this are granted this month
        ("first", _WHOLE, (MAX_LEVERS, MAX_FIRST)),  # levers whose eligible go first; -1 = none
        ("occasion", _WHOLE, each),  # -1 = never billed
        ("billed", _WHOLE, (occasions,)),  # active levers that bill on each occasion
        ("bill_start", _WHOLE, (occasions + 1,)),  # of bill_lever, by occasion
        ("bill_lever", _WHOLE, each),  # levers that bill, sorted by occasion
        ("step_from", _REAL, (MAX_LEVERS, places)),  # the lever's step in a place-level share that
        ("step_to", _REAL, (MAX_LEVERS, places)),  # is billed worker by worker; see serve_places
        ("checks", _WHOLE, each),
        ("home_mask", _FLAG, (MAX_LEVERS, HOME_COUNT)),
        ("place_mask", _FLAG, (MAX_LEVERS, places)),
        ("sex", _WHOLE, each),  # -1 = any, as in the flags below
        ("age_low", _WHOLE, each),  # months, both ends inclusive
        ("age_high", _WHOLE, each),
        ("education_mask", _WHOLE, each),  # bits
        ("activity_mask", _WHOLE, each),
        ("sector_mask", _WHOLE, each),
        ("poor", _WHOLE, each),
        ("child", _WHOLE, each),
        ("insured", _WHOLE, each),
        ("trained", _WHOLE, each),
        ("displaced", _WHOLE, each),
        ("had_business", _WHOLE, each),
        ("migrant_low", _WHOLE, each),  # months, as the next four
        ("migrant_high", _WHOLE, each),
        ("insured_low", _WHOLE, each),
        ("insured_high", _WHOLE, each),
        ("activity_low", _WHOLE, each),  # months in the present activity
        ("activity_high", _WHOLE, each),
        ("effect_start", _WHOLE, (parameters + 1,)),
        ("effect_lever", _WHOLE, (MAX_EFFECTS,)),
        ("effect_kind", _WHOLE, (MAX_EFFECTS,)),  # 0 set, 1 scale, 2 add
        ("effect_value", _REAL, (MAX_EFFECTS,)),
        ("low", _REAL, (parameters,)),  # bounds of the parameters
        ("high", _REAL, (parameters,)),
    ])
