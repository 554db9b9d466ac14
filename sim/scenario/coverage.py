"""Whom a lever is billed for, beside whom it acts on: nobody is served who is not billed.

A lever acts through parameters, each on everybody who faces it: a lower risk of dismissal on all who are in
work, month by month. Its bill counts an occasion. The occasions by parameter are those that come to everybody
whose life the parameter changes. Some come to more people than that (every month of everybody), and none to
fewer.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.costs import CASH, LOAN, PAYOUT, RENT_AID
from sim.scenario.lever import Lever

_WORK, _SEARCH, _BUSINESS = ("work_month",), ("search_month", "placement"), ("business_month", "loan_month")
_FOUNDING = ("business_start", "business_idea", "business_month")
_SETTLING = ("settlement", "new_settlement")
_COURSE = ("training_enrolment",)
_EVERYBODY = ("person_month",)
_RESIDENTS = ("resident_month",)  # everybody in a place whom a parameter of the place concerns
# By how the names of parameters begin; of several, the longest. What is handed out is billed as received.
SERVED_ON = {
    "separation_probability": _WORK,
    "job_change_probability": _WORK,
    "arrears_probability": _WORK,
    "replacement_probability": (*_WORK, "replacement"),
    "insurance_enrolment_probability": (*_WORK, "new_insurance"),
    "insurance_portability_share": ("kept_insurance",),
    "arrears_recovery_probability": (*_WORK, "arrears_case"),
    "job_finding_probability": _SEARCH,
    "hiring_age_slope": _SEARCH,
    "search_income_yuan": ("search_month",),
    "service_coverage_share": _SEARCH,
    "vacancy_news_scale": ("search_month",),  # whoever comes to a place looks for work there
    "training_enrolment_probability": _COURSE,
    "course_": _COURSE,
    "study_enrolment_probability": ("study_start",),
    "startup_": _FOUNDING,
    "loan_approval_probability": (*_FOUNDING, *_BUSINESS),
    "loan_interest_subsidy_share": _BUSINESS,
    "loan_guarantee_share": (*_BUSINESS, "loan_default"),
    "business_jobs_scale": _FOUNDING,
    "business_exit_scale": _BUSINESS[:1],
    "business_profit_shift": _BUSINESS[:1],
    "works_offer_probability": ("works_job",),
    "workshop_offer_probability": ("workshop_job", "workshop_month"),
    "festival_transport_share": ("festival_trip",),
    "departure_cost_relief": ("departure",),
    "poor_floor_relief": ("departure",),
    "corridor_relief": ("departure",),
    "exit_hazard_scale": (),
    "settlement_": _SETTLING,
    "points_": _SETTLING,
    "hukou_cost_scale": _SETTLING,  # whom easier registration draws is billed on registering
    "jobs_scale": ("added_job_month",),
    "pay_scale": ("raised_pay_month",),
    "payroll_cost_share": ("work_month",),
    "school_access_share": ("school_place_month",),
    "public_housing_share": ("housing_month",),
    "amenity_shift": (),
    "travel_closed_share": ("departure",),
}
_OF_PLACES = ("amenity_shift", "hukou_cost_scale", "settlement_")
_HANDED_OUT = (*CASH, LOAN, PAYOUT, RENT_AID)


def served_on(parameter: str) -> tuple[str, ...]:
    """The occasions that come to everybody whose life the parameter changes, the narrowest first."""
    begins = max((name for name in SERVED_ON if parameter.startswith(name)), key=len)
    of_place = _RESIDENTS if parameter.startswith(_OF_PLACES) else ()
    return (*SERVED_ON[begins], *of_place, *_EVERYBODY)


def served_unbilled(lever: Lever) -> Iterator[str]:
    """The parameters through which a lever acts on people whom its unit cost is not billed for."""
    cost = lever.unit_cost
    if cost is None:
        return
    for name in lever.effects:
        if name not in _HANDED_OUT and cost.per not in served_on(name):
            yield name
