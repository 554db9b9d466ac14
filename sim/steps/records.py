"""What a worker meets in a month (conditions), what a block adds up (sums), and effective parameters."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.core.categories import ACTIVITIES, EDUCATION, OCCASIONS, SECTORS, TIERS, codes
from sim.core.draws import PURPOSES
from sim.core.months import DECEMBER
from sim.core.structured import field_names
from sim.parameters.behaviour import PARAMETERS
from sim.steps.groups import GROUPS
from sim.steps.lever_record import (
    HOME_COUNT,
    MAX_BUDGETS,
    MAX_LEVERS,
    TICKET_BINS,
    levers_type,
)
from sim.world.workers import BLOCK


def _parameters_of(scope: str) -> tuple[str, ...]:
    return tuple(one.name for one in PARAMETERS.values() if one.scope == scope)


# Names in the order of their rows, and the rows by name: WORKER.benefit_yuan is a row of ``effective``.
ECONOMY_NAMES, PLACE_NAMES = _parameters_of("economy"), _parameters_of("place")
WORKER_NAMES, CORRIDOR_NAMES = _parameters_of("worker"), _parameters_of("corridor")
ECONOMY, PLACE, WORKER = (
    codes("Economy", ECONOMY_NAMES),
    codes("Place", PLACE_NAMES),
    codes("Worker", WORKER_NAMES),
)
OCCASION_NAMES = tuple(OCCASIONS)
OCCASION = codes("Occasion", OCCASION_NAMES)

POINT_BINS = 128
TIES = 8  # parts of those with the same points, by luck
QUEUE_BINS = POINT_BINS * TIES
EXPERIENCE_MONTHS = 720  # longer experience pays the same
TRAINING_MONTHS = 512
LUCK = 6  # numbers that chance holds for a worker who chooses (sim.steps.race.luck_of)
SCORES = 6  # numbers noted between the loops of a choice (sim.steps.migration.reconsider_listed)
# workers whom a step takes together; what is noted of them stays in the fastest cache, where numbers that lie
# a power of two apart would drive each other out
LISTED = 192
UNTRAINED = TRAINING_MONTHS  # position in the training factors of those who never took a course
AGE_MONTHS = 1024  # nobody is older; the old count as of this age
# months of stay in the tables of attachment: to the longest that place_attachment_years_max can be
STAY_MONTHS = int(12 * PARAMETERS["place_attachment_years_max"].high) + 1
TRAIT_CELLS = 16  # of the lowest bits of traits: sex and schooling
BYTES = 256  # of what is stored in a byte
OWN_PAY = len(SECTORS)  # column of pay_level for profit; the columns before it are sectors

# fmt: off
EVENTS = (
    "exits", "entrants", "separations", "job_changes", "hires", "festival_visits", "stranded",
    "business_starts", "business_closures", "additional_starts", "settlements", "new_settlements",
    "training_enrolments", "arrears_cases", "arrears_recoveries", "departures", "returns",
    "reconsidered", "insurance_joined", "replacements", "works_jobs", "workshop_jobs", "study_starts",
    "reliefs", "loans", "guaranteed_loans", "additional_loans", "loan_defaults",
)
# fmt: on
EVENT = codes("Event", EVENTS)
# fmt: off
MONEY_FLOWS = (
    "earned", "withheld", "recovered", "benefit", "grant", "loan", "contribution", "remittance",
    "consumption", "capital", "saved", "exit_savings", "payout", "premium_aid", "fee", "family_fee",
    "repaid", "interest", "interest_aid", "guarantee", "written_off", "employer_contribution",
)
# fmt: on
MONEY = codes("Money", MONEY_FLOWS)


_FLAG, _WHOLE, _REAL = np.uint8, np.int64, np.float64


@cache
def economy_type() -> np.dtype:
    """The parameters that are one number for everybody, as fields."""
    return np.dtype([(name, _REAL) for name in ECONOMY_NAMES])


@cache
def conditions_type(places: int) -> np.dtype:
    """Everything a worker meets in one month; the same for all workers."""
    homes, groups, sectors = HOME_COUNT, GROUPS, len(SECTORS)
    return np.dtype(
        [
            ("month", _WHOLE),  # 0 = January 2014
            ("month_of_year", _WHOLE),  # 1-12
            ("attention", _REAL),  # probability of reconsidering this month, undisturbed
            ("price_index", _REAL),  # consumer prices over 2023
            ("prices_of_year", _REAL),  # their mean from January to this month
            ("levy_rate", _REAL),  # share of wages that employers pay towards levers (sim.policy.financing)
            ("economy", economy_type()),
            ("place", [(name, _REAL, (places,)) for name in PLACE_NAMES]),
            # the same, had no lever been in force
            ("place_without_levers", [(name, _REAL, (places,)) for name in PLACE_NAMES]),
            # worker-level parameters as places offer them, after the levers that are for everybody
            ("effective", _REAL, (len(WORKER_NAMES), places)),
            ("before_levers", _REAL, (len(WORKER_NAMES), places)),  # where levers for some of a place begin
            ("upper_bound", _REAL, (len(WORKER_NAMES),)),  # no worker anywhere faces more than this
            ("without_levers", _REAL, (len(WORKER_NAMES), places)),  # had no lever been in force
            ("poor_floor_effort", _REAL),  # how far poor workers away have fallen short of a year before
            ("has_works", _WHOLE),  # public works or workshops, or jobs that they left behind
            ("eased_since", _WHOLE, (places,)),  # month in which levers began to ease registration there
            ("tier", _WHOLE, (places,)),
            ("province", _WHOLE, (places,)),
            # the place of each kind in a home's province; its home township where there is none
            ("place_at_home", _WHOLE, (homes, len(TIERS))),
            ("log_pay", _REAL, (places, sectors)),
            ("mean_log_pay", _REAL, (places,)),
            ("pay_level", _REAL, (places, OWN_PAY + 1)),  # yuan a month of the reference worker; profit last
            ("living_cost", _REAL, (places,)),  # yuan per month beyond living at home; there nil
            ("unaided_cost", _REAL, (places,)),  # the same of those whom no aid with housing there is for
            ("farm_income", _REAL, (homes,)),  # yuan per month
            (
                "farm_to_date",
                _REAL,
                (homes, DECEMBER + 1),
            ),  # yuan of the year's first 0, 1, ... months, to this one
            ("log_reference_income", _REAL),  # of the month; values of incomes are stated against it
            ("farm_value", _REAL, (homes,)),  # of the farm, in log-odds
            ("separation_factor", _REAL, (sectors,)),
            ("highest_separation_factor", _REAL),
            ("layoff", _REAL, (places, sectors)),  # probability of being laid off, before the factor of age
            ("highest_layoff", _REAL),
            ("arrears_factor", _REAL, (sectors,)),
            ("highest_arrears_factor", _REAL),
            ("matching", _REAL, (places,)),  # factor of job finding, from vacancies per searcher last month
            ("finding_limit", _REAL, (places,)),  # vacancies per searcher: hires <= vacancies
            ("hires_wanted", _REAL, (places, sectors)),  # jobs that employers would fill this month
            ("local_offer", _REAL, (homes,)),  # probability of an offer of local work
            ("home_taste", _REAL, (homes,)),  # taste of a home for migration, from stocks of 2013
            ("out_share", _REAL, (homes,)),  # share of the home's workers who are away
            ("network", _REAL, (homes, places)),  # share of the home's workers in the place
            ("income_value", _REAL, (groups, places)),  # income and relief, by group of workers
            ("schooling_pay", _REAL, (len(EDUCATION),)),  # log pay by education
            ("experience_pay", _REAL, (EXPERIENCE_MONTHS,)),  # log pay by months of experience
            # log pay by months since the last course; the last is UNTRAINED
            ("training_pay", _REAL, (TRAINING_MONTHS + 1,)),
            ("trait_pay", _REAL, (TRAIT_CELLS,)),  # log pay by the lowest bits of traits: schooling, sex
            ("trait_factor", _REAL, (TRAIT_CELLS,)),  # productivity, as trait_pay
            ("experience_factor", _REAL, (EXPERIENCE_MONTHS,)),  # productivity, as experience_pay
            ("training_factor", _REAL, (TRAINING_MONTHS + 1,)),  # as training_pay; the last is UNTRAINED
            ("ability_factor", _REAL, (BYTES,)),  # productivity by the byte of ability
            ("match_factor", _REAL, (BYTES,)),  # by the byte of match
            ("group_skill", _REAL, (groups,)),  # log productivity of a group's reference worker
            # the terms of a choice as factors of odds (sim.engine.choice_odds)
            ("switching_odds", _REAL),
            ("trait_odds", _REAL, (TRAIT_CELLS,)),  # of work but farming, by the lowest bits of traits
            ("trait_odds_away", _REAL, (TRAIT_CELLS,)),  # of living away, over those of work at home
            ("experience_odds", _REAL, (EXPERIENCE_MONTHS,)),
            ("training_odds", _REAL, (TRAINING_MONTHS + 1,)),  # the last is UNTRAINED
            ("ability_odds", _REAL, (BYTES,)),  # by the byte of ability
            ("local_age_odds", _REAL, (AGE_MONTHS,)),
            ("migration_age_odds", _REAL, (AGE_MONTHS,)),
            ("across_age_odds", _REAL, (AGE_MONTHS,)),
            ("stay_odds", _REAL, (STAY_MONTHS,)),  # by months in the place
            ("farm_odds", _REAL, (homes,)),
            ("local_odds", _REAL, (homes,)),
            ("away_odds", _REAL, (homes, groups)),  # taste for living away
            ("place_odds", _REAL, (groups, places)),  # nought at home
            ("corridor_odds", _REAL, (homes, places)),  # nought at home
            # candidates in the race of a choice (sim.steps.race), the same in every run
            ("candidate_rate", _REAL, (homes,)),
            ("candidate_share", _REAL, (homes, places - homes)),
            ("candidate_alias", _WHOLE, (homes, places - homes)),
            ("bound", _REAL, (homes, places)),  # of odds, from which candidates are drawn
            ("highest_own", _REAL, (homes, groups)),  # weight over bound, of all places of the home province
            ("highest_across", _REAL, (homes, groups)),  # and of all others
            ("quota_cutoff", _WHOLE, (places,)),  # bin of the queue above which the quota reaches
            ("quota_cutoff_without_levers", _WHOLE, (places,)),  # the same, had no lever been in force
            ("quota_cutoff_new", _WHOLE, (places,)),  # bin above which levers put one in another's place
            ("keys", _WHOLE, (len(PURPOSES), 2)),  # of the month
            ("life_keys", _WHOLE, (len(PURPOSES), 2)),  # fixed for life
            ("late_grant", _REAL, (homes,)),  # its late part when due for whoever starts now, without levers
            ("levers", levers_type(places, len(WORKER_NAMES), len(OCCASION_NAMES))),
        ]
    )


@cache
def sums_type(places: int) -> np.dtype:
    """What a block adds up: whole numbers, so that any order gives the same."""
    activities = len(ACTIVITIES)
    return np.dtype(
        [
            ("stock", _WHOLE, (HOME_COUNT, places, activities)),  # change in workers by home, place, activity
            ("transitions", _WHOLE, (activities, activities)),  # of those who changed activity
            ("left", _WHOLE, (places, activities)),  # place and activity of the start of the month
            ("joined", _WHOLE, (places, activities)),
            ("employed", _WHOLE, (places, len(SECTORS))),  # by sector, on payday
            ("pay", _WHOLE, (activities, 2)),  # by activity: pay and paid workers
            ("home_money", _WHOLE, (HOME_COUNT, 3)),  # remittances, earnings, remittances to poor households
            ("employers", _WHOLE, (places,)),  # yuan that employers there contribute on top of pay
            ("applicants", _WHOLE, (HOME_COUNT,)),  # who wanted local work
            ("works", _WHOLE, (HOME_COUNT,)),  # on public works or in workshops
            ("business", _WHOLE, (HOME_COUNT, 4)),  # businesses, their jobs, jobs of additional ones, these
            # workers on the land when others are paid, beyond those who farm at the end of the month
            ("on_land", _WHOLE, (HOME_COUNT,)),
            ("living", _WHOLE, (1,)),  # yuan that living away costs beyond living at home
            ("visiting", _WHOLE, (HOME_COUNT,)),  # out-migrants who are at home at the end of the month
            ("absent", _WHOLE, (places,)),  # whom a visit home spares the month's cost of living there
            ("events", _WHOLE, (len(EVENTS),)),
            ("money", _WHOLE, (len(MONEY_FLOWS),)),
            ("served", _WHOLE, (MAX_LEVERS, HOME_COUNT)),  # uses of levers by province
            ("billed", _WHOLE, (MAX_LEVERS, HOME_COUNT)),  # what they cost, yuan
            ("transfers", _WHOLE, (MAX_LEVERS + 1,)),  # yuan that workers receive by lever; without one, last
            (
                "credit",
                _WHOLE,
                (MAX_LEVERS + 1,),
            ),  # yuan that banks receive for loans, by lever; without one, last
            ("payouts", _WHOLE, (MAX_LEVERS,)),  # yuan that insurers pay workers, by lever
            ("fees", _WHOLE, (MAX_LEVERS,)),  # yuan of what was billed that the workers served pay, by lever
            ("settled", _WHOLE, (places,)),  # who moved registration there
            ("new_settled", _WHOLE, (places,)),  # of them, who would not have done so now without levers
            ("refused", _WHOLE, (MAX_LEVERS,)),  # uses that no money was left for
            ("claims", _WHOLE, (MAX_BUDGETS, TICKET_BINS)),  # uses of levers with a budget, by ticket
            ("claimed", _WHOLE, (MAX_BUDGETS, TICKET_BINS)),  # the same in yuan
            ("points", _WHOLE, (places, QUEUE_BINS)),  # applicants for settlement by score and luck
            ("points_without_levers", _WHOLE, (places, QUEUE_BINS)),  # the same, had no lever been in force
        ]
    )


@cache
def block_type(places: int) -> np.dtype:
    """Sums and the scratch of one block of rows."""
    sums = sums_type(places)
    return np.dtype(
        [
            ("id", np.uint32, (BLOCK,)),
            ("mixed_id", np.uint32, (BLOCK,)),
            ("before", np.uint32, (BLOCK,)),  # states as the month began
            ("chosen", _FLAG, (BLOCK,)),
            ("rows", np.uint16, (BLOCK,)),  # whom a step concerns
            # of those whom a step takes together, by their position among them; for a choice:
            ("listed", np.uint32, (LISTED,)),  # ids, mixed or not
            ("luck", _REAL, (LUCK, LISTED)),  # sim.steps.race.luck_of
            ("birth_age", _REAL, (LISTED,)),  # at the birth of the first child, years
            ("scores", _REAL, (SCORES, LISTED)),  # of options, and what places away are held against
            ("found", np.int16, (LISTED,)),  # the place away that comes first
            # positions of those who are looked at again: for whom a place away may come first, whose pay may
            # not all be theirs, who find or lose a job; and of those who change theirs
            ("open", np.uint16, (LISTED,)),
            ("others", np.uint16, (LISTED,)),
            ("group", np.uint8, (LISTED,)),  # sim.steps.groups
            # for a wage, in yuan:
            ("wage", _WHOLE, (LISTED,)),
            ("contribution", _WHOLE, (LISTED,)),
            ("take_home", _WHOLE, (LISTED,)),
            ("sent", _WHOLE, (LISTED,)),  # home
            ("put_aside", _WHOLE, (LISTED,)),
            ("doing", np.uint8, (LISTED,)),  # the activity
            # 1 + option (sim.steps.migration), until it is carried out; or ON_COURSE
            ("choice", np.uint8, (BLOCK,)),
            *[(name, sums[name].base, sums[name].shape) for name in field_names(sums)],
        ]
    )
