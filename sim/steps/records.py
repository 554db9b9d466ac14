"""What a worker meets in a month (conditions), what a block adds up (sums), and faced parameters."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.core.categories import OCCASIONS
from sim.core.compiled import inlined_rule, is_enabled, rule
from sim.core.draws import PURPOSE, PURPOSES, uniform_for
from sim.parameters.behaviour import PARAMETERS
from sim.rules.demography import has_child_aged
from sim.rules.migration import MOST_ATTACHED_YEARS
from sim.steps.lever_record import (
    CHECK_CHILD,
    CHECK_MONTHS,
    CHECK_PERSON,
    CHECK_WHERE,
    CHECK_WORK,
    HOME_COUNT,
    MAX_BUDGETS,
    MAX_FIRST,
    MAX_LEVERS,
    levers_type,
)
from sim.world.worker import (
    VISITING,
    age_months,
    education_of,
)

ECONOMY = tuple(p.name for p in PARAMETERS.values() if p.scope == "economy")
PLACE = tuple(p.name for p in PARAMETERS.values() if p.scope == "place")
WORKER = tuple(p.name for p in PARAMETERS.values() if p.scope == "worker")
CORRIDOR = tuple(p.name for p in PARAMETERS.values() if p.scope == "corridor")
OCCASION_NAMES = tuple(OCCASIONS)

BLOCK = 4096  # rows of a block; fits the cache, and fixes the scratch index of a row
TICKET_BINS = 1024
POINT_BINS = 128
EXPERIENCE_MONTHS = 720  # longer experience pays the same
TRAINING_MONTHS = 512
UNTRAINED = TRAINING_MONTHS  # position in the training factors of those who never took a course
AGE_MONTHS = 1024  # nobody is older; the old count as of this age
STAY_MONTHS = int(12 * MOST_ATTACHED_YEARS) + 1  # a longer stay attaches no more
OWN_PAY = 7  # column of pay_level for profit; the columns before it are sectors

EVENTS = (
    "exits", "entrants", "separations", "job_changes", "hires", "festival_visits", "stranded",
    "business_starts", "business_closures", "additional_starts", "settlements", "new_settlements",
    "training_enrolments", "arrears_cases", "arrears_recoveries", "departures", "returns",
    "reconsidered", "insurance_joined", "replacements", "works_jobs", "workshop_jobs", "study_starts",
    "reliefs",
)  # fmt: skip
EVENT = {name: code for code, name in enumerate(EVENTS)}
MONEY = (
    "earned", "withheld", "recovered", "benefit", "grant", "loan", "contribution", "remittance",
    "consumption", "capital", "saved", "exit_savings", "payout",
)  # fmt: skip
MONEY_CODE = {name: code for code, name in enumerate(MONEY)}


_FLAG, _WHOLE, _REAL = np.uint8, np.int64, np.float64


@cache
def conditions_type(places: int) -> np.dtype:
    """Everything a worker meets in one month; the same for all workers."""
    homes, groups, sectors = HOME_COUNT, 6, 7
    return np.dtype([
        ("month", _WHOLE),  # 0 = January 2014
        ("month_of_year", _WHOLE),  # 1-12
        ("attention", _REAL),  # probability of reconsidering this month, undisturbed
        ("price_index", _REAL),  # consumer prices over 2023
        ("economy", _REAL, (len(ECONOMY),)),
        ("place", _REAL, (len(PLACE), places)),
        ("faced", _REAL, (len(WORKER), places)),  # before worker-level levers
        ("most", _REAL, (len(WORKER),)),  # no worker anywhere faces more than this
        ("by_rule", _REAL, (len(WORKER), places)),  # faced, had no lever been in force
        ("poor_floor_effort", _REAL),  # how far poor workers away have fallen short of a year before
        ("has_works", _WHOLE),  # public works or workshops, or jobs that they left behind
        ("tier", _WHOLE, (places,)),
        ("province", _WHOLE, (places,)),
        ("log_pay", _REAL, (places, sectors)),
        ("mean_log_pay", _REAL, (places,)),
        ("pay_level", _REAL, (places, OWN_PAY + 1)),  # yuan a month of the reference worker; profit last
        ("living_cost", _REAL, (places,)),  # yuan per month beyond living at home
        ("farm_income", _REAL, (homes,)),  # yuan per month
        ("farm_value", _REAL, (homes,)),  # its value in log-odds
        ("separation_factor", _REAL, (sectors,)),
        ("highest_separation_factor", _REAL),
        ("arrears_factor", _REAL, (sectors,)),
        ("highest_arrears_factor", _REAL),
        ("matching", _REAL, (places,)),  # factor of job finding, from vacancies per searcher last month
        ("finding_limit", _REAL, (places,)),  # vacancies per searcher: hires <= vacancies
        ("hire_cumulative", _REAL, (places, sectors)),  # of vacancies
        ("local_offer", _REAL, (homes,)),  # probability of an offer of local work
        ("home_taste", _REAL, (homes,)),  # taste of a home for migration, from stocks of 2013
        ("out_share", _REAL, (homes,)),  # share of the home's workers who are away
        ("network", _REAL, (homes, places)),  # share of the home's workers in the place
        ("income_value", _REAL, (groups, places)),  # income and relief, by group of workers
        ("schooling_pay", _REAL, (5,)),  # log pay by education
        ("experience_pay", _REAL, (EXPERIENCE_MONTHS,)),  # log pay by months of experience
        ("training_pay", _REAL, (TRAINING_MONTHS,)),  # log pay by months since the last course
        ("trait_factor", _REAL, (16,)),  # productivity by the lowest bits of traits: schooling, sex
        ("experience_factor", _REAL, (EXPERIENCE_MONTHS,)),  # productivity, as experience_pay
        ("training_factor", _REAL, (TRAINING_MONTHS + 1,)),  # as training_pay; the last is UNTRAINED
        ("ability_factor", _REAL, (256,)),  # productivity by the byte of ability
        ("match_factor", _REAL, (256,)),  # by the byte of match
        ("group_skill", _REAL, (groups,)),  # log productivity of a group's reference worker
        ("inclusive_value", _REAL, (homes, groups)),  # value of migrating somewhere
        ("province_cumulative", _REAL, (homes, groups, homes)),  # destination provinces
        ("place_cumulative", _REAL, (homes, groups, places - homes)),  # tiers within a province
        ("first_place", _WHOLE, (homes + 1,)),  # positions in place_order by province
        ("place_order", _WHOLE, (places - homes,)),  # places away, sorted by province
        # the terms of a choice as factors of odds (sim.engine.choice_odds)
        ("switching_odds", _REAL),
        ("sex_odds", _REAL, (2,)),  # men, women
        ("trait_odds", _REAL, (16,)),  # by the lowest bits of traits
        ("experience_odds", _REAL, (EXPERIENCE_MONTHS,)),
        ("training_odds", _REAL, (TRAINING_MONTHS + 1,)),  # the last is UNTRAINED
        ("ability_odds", _REAL, (256,)),  # by the byte of ability
        ("local_age_odds", _REAL, (AGE_MONTHS,)),
        ("migration_age_odds", _REAL, (AGE_MONTHS,)),
        ("across_age_odds", _REAL, (AGE_MONTHS,)),
        ("stay_odds", _REAL, (STAY_MONTHS,)),  # by months in the place
        ("farm_odds", _REAL, (homes,)),
        ("local_odds", _REAL, (homes,)),
        ("away_odds", _REAL, (homes, groups)),  # taste for living away
        ("place_odds", _REAL, (groups, places)),  # nought at home
        ("migrate_odds", _REAL, (homes, groups)),
        ("quota_cutoff", _WHOLE, (places,)),  # points above which the quota reaches
        ("quota_cutoff_by_rule", _WHOLE, (places,)),  # the same, had no lever been in force
        ("keys", _WHOLE, (len(PURPOSES), 2)),  # of the month
        ("life_keys", _WHOLE, (len(PURPOSES), 2)),  # fixed for life
        ("levers", levers_type(places, len(WORKER), len(OCCASION_NAMES))),
    ])


@cache
def sums_type(places: int) -> np.dtype:
    """What a block adds up: whole numbers, so that any order gives the same."""
    return np.dtype([
        ("stock", _WHOLE, (31, places, 9)),  # change in workers by home, place, activity
        ("transitions", _WHOLE, (9, 9)),  # of those who changed activity
        ("left", _WHOLE, (places, 9)),  # place and activity of the start of the month
        ("joined", _WHOLE, (places, 9)),
        ("employed", _WHOLE, (places, 7)),  # by sector, on payday
        ("pay", _WHOLE, (9, 2)),  # by activity: pay and paid workers
        ("home_money", _WHOLE, (31, 2)),  # remittances and earnings
        ("applicants", _WHOLE, (31,)),  # who wanted local work
        ("works", _WHOLE, (31,)),  # on public works or in workshops
        ("business", _WHOLE, (31, 3)),  # businesses, their jobs, jobs of additional ones
        ("visiting", _WHOLE, (31,)),  # out-migrants who are at home at the end of the month
        ("events", _WHOLE, (len(EVENTS),)),
        ("money", _WHOLE, (len(MONEY),)),
        ("served", _WHOLE, (MAX_LEVERS, 31)),  # uses of levers by province
        ("tickets", _WHOLE, (MAX_BUDGETS, TICKET_BINS)),  # claims on rationed levers
        ("points", _WHOLE, (places, POINT_BINS)),  # applicants for settlement by score
    ])


@cache
def block_type(places: int) -> np.dtype:
    """Sums and the scratch of one block of rows."""
    return np.dtype([
        ("activity_before", np.uint8, (BLOCK,)),
        ("place_before", np.uint8, (BLOCK,)),
        # kept in step with the rows by the passes of sim.steps.month, to pick out whom a step concerns
        ("id", np.uint32, (BLOCK,)),
        ("mixed_id", np.uint32, (BLOCK,)),
        ("activity", np.uint8, (BLOCK,)),
        ("place", np.uint8, (BLOCK,)),
        ("status", np.uint8, (BLOCK,)),
        ("chosen", _FLAG, (BLOCK,)),
        ("rows", np.uint16, (BLOCK,)),  # whom a step concerns
        ("choice", np.uint8, (BLOCK,)),  # 1 + option (sim.steps.migration), until it is carried out
        ("granted", _FLAG, (MAX_BUDGETS, BLOCK)),
        *[(name, *sums_type(places).fields[name][0].subdtype) for name in sums_type(places).names],
    ])


def make_record(kind: np.dtype) -> np.recarray:
    """One zeroed record, as an array of length one (compiled code takes it by reference)."""
    return np.zeros(1, dtype=kind).view(np.recarray)


def for_kernels(records: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The same memory as an array whose type is ``kind`` itself, where kernels are compiled.

    Compiled code knows that type at sight; a recarray's it compares field by field at every call.
    """
    return records.view(kind, np.ndarray) if is_enabled() else records


_AWARENESS = PURPOSE["trait_awareness"]
_HOUSING_RANK = PURPOSE["trait_housing"]
_TICKET = PURPOSE["trait_ticket"]


@rule
def is_eligible(w, c, lever) -> bool:
    """Whether the lever's where and who include this worker this month."""
    levers = c.levers
    if not levers.is_active[lever]:
        return False
    if int(w.traits) & levers.traits_mask[lever] != levers.traits_value[lever]:
        return False
    if int(w.status) & levers.status_mask[lever] != levers.status_value[lever]:
        return False
    checks = int(levers.checks[lever])  # what the lever restricts; the rest need not be looked at
    if checks & CHECK_WORK:
        if (levers.activity_mask[lever] >> int(w.activity)) & 1 == 0:
            return False
        if (levers.sector_mask[lever] >> int(w.sector)) & 1 == 0:
            return False
    if checks & CHECK_PERSON and not _is_such_a_person(w, c, levers, lever):
        return False
    if checks & CHECK_MONTHS and not _has_months(w, c, levers, lever):
        return False
    if checks & CHECK_WHERE:
        if not levers.place_mask[lever, int(w.place)] or not levers.home_mask[lever, int(w.home)]:
            return False
    if checks & CHECK_CHILD:
        return (levers.child[lever] == 1) == has_school_child(w, c)
    return True


@rule
def _is_such_a_person(w, c, levers, lever) -> bool:
    age = age_months(int(w.birth_month), c.month)
    return (
        _is_within(levers.age_low[lever], age, levers.age_high[lever])
        and (levers.education_mask[lever] >> education_of(int(w.traits))) & 1 != 0
    )


@rule
def _has_months(w, c, levers, lever) -> bool:
    return (
        _is_within(levers.migrant_low[lever], int(w.migrant_months), levers.migrant_high[lever])
        and _is_within(levers.insured_low[lever], int(w.insured_months), levers.insured_high[lever])
        and _is_within(levers.activity_low[lever], months_in_activity(w, c), levers.activity_high[lever])
    )


@rule
def _is_within(low, months, high) -> bool:
    return low <= months and months <= high


@rule
def has_school_child(w, c) -> bool:
    """Whether the worker has a child of compulsory school age (6-15)."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    return has_child_aged(age, first_birth_age(w, c), 6.0, 16.0)


@rule
def first_birth_age(w, c) -> float:
    """The worker's age at the birth of the first child, years; fixed for life."""
    return _FIRST_BIRTH + _BIRTH_SPREAD * uniform_for(c.life_keys, _CHILD, int(w.id), 0)


_CHILD = PURPOSE["trait_child"]
_FIRST_BIRTH, _BIRTH_SPREAD = 21.0, 9.0  # years of age at the first birth: even over 21 to 30; assumed


@rule
def is_covered(w, c, b, k, lever) -> bool:
    """Whether the lever reaches this worker this month: eligible, aware, and granted if rationed."""
    row = c.levers.budget_row[lever]
    if row >= 0:
        return c.levers.is_active[lever] != 0 and b.granted[row, k] != 0
    return is_eligible(w, c, lever) and is_aware(w, c, lever)


@rule
def is_aware(w, c, lever) -> bool:
    """Whether the worker is among those whom the lever's take-up and ramp have reached."""
    coverage = c.levers.coverage[lever]
    if coverage >= 1.0:
        return True
    code = int(c.levers.code[lever])
    return uniform_for(c.life_keys, _AWARENESS, int(w.id), code) < coverage


@rule
def ticket_bin(w, c, lever) -> int:
    """The worker's place in the lever's queue, as a bin; those who go first have the first half."""
    code = int(c.levers.code[lever])
    place = uniform_for(c.life_keys, _TICKET, int(w.id), code)
    if c.levers.first[lever, 0] >= 0:
        place = 0.5 * place if _goes_first(w, c, lever) else 0.5 + 0.5 * place
    return int(place * TICKET_BINS)


@rule
def _goes_first(w, c, lever) -> bool:
    for group in range(MAX_FIRST):
        chosen = int(c.levers.first[lever, group])
        if chosen >= 0 and is_eligible(w, c, chosen):
            return True
    return False


@inlined_rule
def faced(w, c, b, k, parameter) -> float:
    """A worker-level parameter as this worker faces it: the place's value, then levers."""
    value = c.faced[parameter, int(w.place)]
    if c.levers.effect_start[parameter] == c.levers.effect_start[parameter + 1]:
        return value
    return _changed_by_levers(w, c, b, k, parameter, value)


@rule
def _changed_by_levers(w, c, b, k, parameter, value) -> float:
    """Set first, then scales, then additions, then the parameter's bounds.

    So the order in which levers are listed never matters.
    """
    levers = c.levers
    scale, add = 1.0, 0.0
    for effect in range(int(levers.effect_start[parameter]), int(levers.effect_start[parameter + 1])):
        lever = int(levers.effect_lever[effect])
        if is_covered(w, c, b, k, lever):
            amount = levers.effect_value[effect]
            kind = levers.effect_kind[effect]
            if kind == 0:
                value = amount
            elif kind == 1:
                scale *= amount
            else:
                add += amount
    return min(max(value * scale + add, levers.low[parameter]), levers.high[parameter])


@inlined_rule
def serve(w, c, b, k, occasion) -> None:
    """Enter the worker in the ledger of every lever that serves people on this occasion."""
    if c.levers.billed[occasion] != 0:
        _bill(w, c, b, k, occasion)


@rule
def _bill(w, c, b, k, occasion) -> None:
    for position in range(c.levers.bill_start[occasion], c.levers.bill_start[occasion + 1]):
        lever = int(c.levers.bill_lever[position])
        if c.levers.is_active[lever] and is_covered(w, c, b, k, lever):
            b.served[lever, int(c.province[int(w.place)])] += 1


@rule
def housing_rank(w, c) -> float:
    """The worker's rank for public housing in the present place: below the housed share = housed."""
    return uniform_for(c.life_keys, _HOUSING_RANK, int(w.id), int(w.place))


@rule
def is_among(activity, status, activities, unless) -> bool:
    """Whether an activity is in a set (bits) and none of some status bits is set."""
    return (((activities >> activity) & 1) != 0) & ((status & unless) == 0)


@rule
def is_in(w, activities, unless) -> bool:
    """Whether the worker's activity is in a set (bits) and none of some status bits is set."""
    return is_among(int(w.activity), int(w.status), activities, unless)


@rule
def months_in_activity(w, c) -> int:
    """Months since the worker began what the worker now does."""
    return c.month - int(w.since_month)


@rule
def months_of_stay(w, c) -> int:
    """Months since the worker came to the present place."""
    return c.month - int(w.arrived_month)


@rule
def is_visiting(w) -> bool:
    """Whether an out-migrant is at home for the festival."""
    return (int(w.status) & VISITING) != 0
