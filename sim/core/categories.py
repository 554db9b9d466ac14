"""The words every room shares: activities, tiers, sectors, education, groups and occasions.

The position of a word in its tuple is the code stored in the worker columns, so these tuples are
append-only: put new words at the end, never in the middle.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any


def codes(title: str, names: Iterable[str]) -> Any:
    """Names as attributes that hold their positions: ``codes("Event", ("exits", "hires")).hires`` is 1.

    Compiled code reads such an attribute as a constant. A name that is not there is an AttributeError.
    """
    names = tuple(names)
    return namedtuple(title, names)(*range(len(names)))


# What a worker does in a month. The first five are the rural-registered worker's life; a settled
# worker has moved registration to the city and has left the official migrant-worker count.
ACTIVITIES = (
    "farm",  # farming or idle in the home township
    "local_work",  # paid non-farm work in the home township (本地)
    "own_business",  # runs a business in the home township; counts as local non-farm work
    "migrant_work",  # paid work outside the home township (外出)
    "migrant_search",  # looking for work in a city or town
    "settled_work",  # city registration, employed
    "settled_search",  # city registration, looking for work
    "training",  # on a course that takes the worker out of work
    "exited",  # out of the labour force: retired, died, or past the upper age
)
FARM, LOCAL_WORK, OWN_BUSINESS, MIGRANT_WORK, MIGRANT_SEARCH = 0, 1, 2, 3, 4
SETTLED_WORK, SETTLED_SEARCH, TRAINING, EXITED = 5, 6, 7, 8


def activity_set(*activities: int) -> int:
    """Activities as bits of one whole number; ``(number >> activity) & 1`` tells membership."""
    return sum(1 << activity for activity in activities)


def members(activities: int) -> list[int]:
    """The activities in a set of ``activity_set``, in order, to pick them from an array."""
    return [code for code in range(len(ACTIVITIES)) if (activities >> code) & 1]


EMPLOYEES = activity_set(LOCAL_WORK, MIGRANT_WORK, SETTLED_WORK)
EARNERS = EMPLOYEES | activity_set(OWN_BUSINESS)
SEARCHERS = activity_set(MIGRANT_SEARCH, SETTLED_SEARCH)
FREE_TO_MOVE = activity_set(FARM, LOCAL_WORK, MIGRANT_WORK, MIGRANT_SEARCH)
OWNERS = activity_set(OWN_BUSINESS)
AT_HOME = activity_set(FARM, LOCAL_WORK)
MIGRANTS_AT_WORK = activity_set(MIGRANT_WORK)
SETTLED = activity_set(SETTLED_WORK, SETTLED_SEARCH)
TRAINABLE = FREE_TO_MOVE | activity_set(SETTLED_WORK, SETTLED_SEARCH)
EVERYBODY = activity_set(*range(len(ACTIVITIES)))
LIVING = EVERYBODY & ~activity_set(EXITED)

# Kinds of place, by the urban resident population of the 2020 census (城区常住人口).
TIERS = (
    "home_township",  # farm, local non-farm work and own business
    "county_town",  # counties, county towns and cities under 1 million
    "city",  # Type II large cities, 1-3 million: settlement open
    "large_city",  # Type I large cities, 3-5 million: settlement eased
    "mega_city",  # super-large and mega cities over 5 million: points or quotas
)
HOME_TOWNSHIP, COUNTY_TOWN, CITY, LARGE_CITY, MEGA_CITY = 0, 1, 2, 3, 4

SECTORS = (
    "manufacturing",
    "construction",
    "wholesale_retail",
    "transport",
    "hotel_catering",
    "resident_services",
    "other",
)

EDUCATION = ("none", "primary", "junior", "senior", "college")
SCHOOL_YEARS = (0, 6, 9, 12, 15)  # years of schooling that each level stands for

SEXES = ("male", "female")

REGIONS = ("East", "Central", "West", "Northeast")

# Lower bounds of the reported age groups; the last is open.
AGE_GROUPS = ("16_20", "21_30", "31_40", "41_50", "over_50")
AGE_GROUP_LOWER = (16, 21, 31, 41, 51)

# The moments at which a worker-level parameter is faced and a lever can serve (and bill) somebody.
OCCASIONS = {
    "person_month": "every month of every eligible worker",
    "work_month": "every month of every eligible worker in paid work",
    "search_month": "every month that an eligible worker looks for work",
    "business_start": "an eligible worker starts a business",
    "business_month": "every month of every eligible business owner",
    "training_enrolment": "an eligible worker enrols on a course",
    "arrears_case": "an eligible worker's wages go unpaid, or stay unpaid for a further month",
    "settlement": "an eligible worker moves registration to the city",
    "new_settlement": "a worker settles who, without levers, would be refused or not apply",
    "business_idea": "an eligible worker weighs up a business of one's own",
    "business_half_year": "an eligible worker's business has run for six months",
    "business_closure": "an eligible worker's business closes",
    "works_job": "an eligible worker begins a temporary job on public works",
    "workshop_job": "an eligible worker begins a job in a workshop",
    "post_month": "every month that an eligible worker holds a public post",
    "placement": "an eligible worker is hired",
    "replacement": "an eligible worker who loses the job is placed in another",
    "festival_trip": "an eligible worker comes back to work after Spring Festival",
    "departure": "an eligible worker leaves home for work away, or comes to where the lever holds",
    "relief": "an eligible worker is paid relief on losing the job",
    "study_start": "an eligible worker leaves work for school",
    "school_place_month": "every month of every parent whose child has a school place by the lever",
    "housing_month": "every month of every migrant who lives in public housing by the lever",
    "added_job_month": "every month of every filled job that the lever added",
    "raised_pay_month": "every month of every worker in paid work in the trades whose pay the lever changes",
    "new_insurance": "a worker joins the insurance scheme who would not have joined without the levers",
    "kept_insurance": "an insured worker who leaves a job stays insured by the levers",
    "workshop_month": "every month of an eligible worker's job in a workshop",
    "loan_month": "every month in which an eligible owner owes on a guaranteed loan",
    "loan_default": "an eligible owner closes or retires and cannot pay back a guaranteed loan",
    "resident_month": "every month of every migrant in a place where the lever makes life better or cheaper",
}
# Those that are counted by a share of the people in a place, so that no worker can be turned away.
BY_PLACE = ("school_place_month", "housing_month", "added_job_month", "raised_pay_month", "resident_month")
# Which parameters of places bring them about, by how their names begin: a lever serves what it adds itself.
BROUGHT_ABOUT_BY = {
    "school_place_month": ("school_access_share",),
    "housing_month": ("public_housing_share",),
    "added_job_month": ("jobs_scale",),
    "raised_pay_month": ("pay_scale",),
    "resident_month": ("amenity_shift", "hukou_cost_scale", "housing_aid_share"),
}
