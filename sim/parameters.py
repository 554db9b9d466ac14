"""Every behavioural parameter: default, unit, bounds, meaning, source, status.

``scope`` says who can face a different value of it:

- ``economy``: one number for everybody; a scenario may set it, a lever may not.
- ``place``: one number per place and month; a lever may change it where it applies, for all there.
- ``worker``: one number per worker and month, starting from the place's; a lever may change it for
  the eligible. ``occasion`` names the moment at which it is faced.

``source`` is the id of a row of ``sim/data/evidence.csv`` where there is one. ``status`` is
``observed`` (a statistic), ``estimated`` (from data, here or in a study), ``calibrated`` (set by hand
so that the model meets a target that ``validate`` shows) or ``assumed`` (a judgement: sweep it).
"""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = ("economy", "place", "worker")
STATUSES = ("observed", "estimated", "calibrated", "assumed")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One behavioural parameter. ``default``, ``low`` and ``high`` are in ``unit``."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    status: str
    scope: str = "economy"
    occasion: str | None = None


def _economy(name, default, low, high, unit, meaning, source, status):
    return Parameter(name, default, low, high, unit, meaning, source, status)


def _place(name, default, low, high, unit, meaning, source, status):
    return Parameter(name, default, low, high, unit, meaning, source, status, "place")


def _worker(name, default, low, high, unit, meaning, source, status, occasion):
    return Parameter(name, default, low, high, unit, meaning, source, status, "worker", occasion)


_TABLE = (
    # --- choice: who reconsiders, and what draws them ----------------------------------------------
    _economy("income_coefficient", 0.5, 0.0, 3.0, "log-odds per log point of income",
             "how strongly expected income moves a reconsidered choice (a monthly flow coefficient)",
             "A38", "calibrated"),
    _economy("network_coefficient", 1.0, 0.0, 1.5, "log-odds per unit share",
             "pull of the share of the home's workers who are already away", "A40", "calibrated"),
    _economy("switching_cost", 2.5, 0.0, 5.0, "log-odds",
             "cost of leaving the present activity or place", "A39", "calibrated"),
    _economy("attention_ordinary_probability", 0.03, 0.0, 1.0, "per month",
             "probability that a worker reconsiders in an ordinary month", "A41", "calibrated"),
    _economy("attention_festival_probability", 0.25, 0.0, 1.0, "per month",
             "the same in February and March, around Spring Festival", "A41", "calibrated"),
    _economy("migration_amenity", 0.4, -5.0, 5.0, "log-odds",
             "what living away is worth besides income, for a worker of 30", "A51", "calibrated"),
    _economy("migration_age_slope", -0.057, -0.2, 0.1, "log-odds per year of age over 30",
             "how the taste for living away falls with age", "TA2019", "calibrated"),
    _economy("across_age_slope", -0.025, -0.2, 0.0, "log-odds per year of age over 30",
             "how the taste for another province falls with age, beyond that for living away",
             "official:out_cross_province_share", "calibrated"),
    _economy("local_amenity", 1.3, -5.0, 5.0, "log-odds",
             "what local non-farm work is worth besides income, for a worker of 30", "A51", "calibrated"),
    _economy("local_age_slope", -0.032, -0.2, 0.1, "log-odds per year of age over 30",
             "how the taste for local non-farm work falls with age", "TA2019", "calibrated"),
    _economy("female_migration_cost", 0.35, 0.0, 2.0, "log-odds",
             "extra cost of living away for women, who are 31 % of out-migrants", "official:female_share",
             "calibrated"),
    _economy("child_left_behind_cost", 0.15, 0.0, 1.0, "log-odds",
             "cost of living away for a parent of a school-age child, at no school access in the city",
             "C14", "assumed"),
    _economy("nest_dissimilarity", 0.6, 0.05, 1.0, "share",
             "how unlike the tiers of one province are in unobserved taste (1 = no nests)",
             "JUDGEMENT", "assumed"),
    _economy("vacancy_information_elasticity", 0.6, 0.0, 2.0, "elasticity",
             "how far news of vacancies per searcher raises the share of migrants who pick a place",
             "S05", "assumed"),
    _economy("hukou_share_of_migration_cost", 0.3, 0.0, 1.0, "share",
             "part of the cost of living away that comes from having no local registration",
             "A45", "assumed"),
    _economy("displaced_attention_probability", 0.9, 0.0, 1.0, "per month",
             "probability that a displaced worker reconsiders in a month", "A35", "assumed"),
    _economy("farm_income_yuan", 1500.0, 0.0, 6000.0, "yuan per month, 2023 prices and incomes",
             "income equivalent of a month of farming or idleness", "A48", "assumed"),
    _economy("extra_city_cost_yuan", 1200.0, 0.0, 5000.0, "yuan per month, 2023 prices and incomes",
             "what living in a city costs beyond living at home: rent and food", "A49", "assumed"),
    _economy("migration_cost", 0.47, 0.0, 3.0, "log-odds",
             "total cost of living away, of which the registration-related part can be relieved",
             "A51", "assumed"),
    _economy("distance_coefficient", 0.75, 0.0, 3.0, "log-odds per log kilometre",
             "how distance lowers the pull of a place (1.5 times the income coefficient)",
             "A06", "estimated"),
    _economy("province_border_cost", 0.6, 0.0, 3.0, "log-odds",
             "cost of leaving the province, beyond distance", "A05", "estimated"),
    _economy("displaced_fade_probability", 0.05, 0.0, 1.0, "per reconsideration",
             "a displaced worker who chooses the farm stops counting the old job as their own",
             "JUDGEMENT", "assumed"),
    _economy("discouraged_after_months", 3.0, 0.0, 24.0, "months",
             "a searcher reconsiders every month after so long without work", "A23", "assumed"),
    _economy("festival_visit_share", 0.5, 0.0, 1.0, "share",
             "out-migrants who go home for Spring Festival", "A20", "observed"),
    _economy("festival_return_probability", 0.82, 0.0, 1.0, "share",
             "visitors who are back at work by the end of February", "A36", "observed"),
    _economy("late_return_probability", 0.97, 0.0, 1.0, "per month",
             "the same for those still at home in March", "A36", "assumed"),
    _economy("exit_rate_at_55", 0.02, 0.0, 0.2, "per year",
             "yearly rate of leaving the labour force at 55", "G20", "calibrated"),
    _economy("exit_rate_growth", 0.11, 0.0, 0.5, "log points per year of age",
             "how that rate rises with age", "G20", "calibrated"),
    _economy("frictional_vacancy_share", 0.01, 0.0, 0.1, "share of jobs",
             "vacancies that exist even where all wanted jobs are filled", "A25", "assumed"),
    _economy("migrant_pay_level", 1.16, 0.3, 2.0, "factor",
             "pay of a reference migrant over the private-unit wage of the province and sector",
             "WO2019", "calibrated"),
    _economy("local_pay_level", 1.072, 0.3, 2.0, "factor",
             "the same for local work", "official:monthly_income", "calibrated"),
    _economy("pay_quality_drift", 0.028, 0.0, 0.1, "log points per year",
             "growth of the outside wage series that comes from better workers, not better pay for alike",
             "official:monthly_income", "calibrated"),
    _economy("female_pay_gap", 0.2, 0.0, 0.6, "log points",
             "pay of women below that of men alike", "JUDGEMENT", "assumed"),
    # --- the labour market of a place --------------------------------------------------------------
    _economy("matching_elasticity", 0.5, 0.1, 0.9, "elasticity",
             "of job finding with respect to vacancies per searcher", "A26", "estimated"),
    _economy("network_job_finding_effect", 1.0, 0.0, 3.0, "share per unit network share",
             "how far fellow workers from home in the place raise job finding", "A13", "assumed"),
    _economy("service_job_finding_effect", 0.05, 0.0, 0.3, "share at full service",
             "how far a fully rolled-out public employment service raises job finding", "S03", "assumed"),
    _economy("city_jobs_output_elasticity", 0.7, 0.0, 1.5, "elasticity",
             "of desired jobs outside the home township with respect to real output of the province",
             "official:migrant_workers", "calibrated"),
    _economy("city_labour_saving_rate", 0.019, 0.0, 0.1, "log points per year",
             "yearly fall of desired jobs outside the home township at unchanged output",
             "official:migrant_workers", "calibrated"),
    _economy("local_jobs_output_elasticity", 0.35, 0.0, 1.5, "elasticity",
             "of desired local non-farm jobs with respect to real output of the province",
             "official:migrant_workers", "calibrated"),
    _economy("local_labour_saving_rate", 0.005, 0.0, 0.1, "log points per year",
             "yearly fall of desired local jobs at unchanged output", "official:migrant_workers",
             "calibrated"),
    _economy("labour_demand_elasticity", 0.5, 0.0, 2.0, "elasticity",
             "of desired jobs with respect to the wage over its trend", "A47", "assumed"),
    _economy("wage_tightness_elasticity", 0.04, 0.0, 0.5, "elasticity per month",
             "monthly answer of the wage to tightness away from its reference", "A47", "assumed"),
    _economy("wage_reversion_rate", 0.08, 0.0, 1.0, "per month",
             "share of the wage's distance from its outside trend that closes each month",
             "A47", "assumed"),
    _economy("reference_tightness", 1.0, 0.2, 3.0, "vacancies per searcher",
             "tightness at which wages keep to their trend", "A25", "assumed"),
    _economy("local_offer_probability_max", 0.6, 0.0, 1.0, "per reconsideration",
             "probability that an offer of local work arrives when vacancies are at their reference",
             "A50", "assumed"),
    _economy("business_displacement_share", 0.35, 0.0, 1.0, "share",
             "jobs of a new business that replace existing local ones", "B13", "assumed"),
    # --- earnings ----------------------------------------------------------------------------------
    _economy("schooling_return", 0.045, 0.0, 0.2, "log points per year of schooling",
             "return to schooling", "W10", "estimated"),
    _economy("experience_return", 0.02, 0.0, 0.1, "log points per year",
             "return to non-farm experience, first year", "W09", "estimated"),
    _economy("experience_curvature", -0.0003, -0.01, 0.0, "log points per year squared",
             "how the return to experience flattens", "W09", "estimated"),
    _economy("wage_residual_sd", 0.45, 0.0, 1.0, "log points",
             "spread of pay among workers alike in all else", "W11", "estimated"),
    _economy("match_quality_sd", 0.08, 0.0, 0.5, "log points",
             "spread of pay between jobs of one worker", "A21", "assumed"),
    _economy("training_premium", 0.04, 0.0, 0.2, "log points",
             "pay gain on completing a mass training course", "D01", "assumed"),
    _economy("training_decay_rate", 0.1, 0.0, 1.0, "per year",
             "yearly loss of the training gain", "D09", "assumed"),
    # --- household ---------------------------------------------------------------------------------
    _economy("remittance_share", 0.18, 0.0, 0.6, "share of take-home pay",
             "sent home by a worker away", "A29", "estimated"),
    _economy("saving_share", 0.25, 0.0, 0.6, "share of take-home pay left after remittance",
             "kept as savings", "A28", "estimated"),
    # --- own business ------------------------------------------------------------------------------
    _economy("startup_log_odds", -1.2, -10.0, 5.0, "log-odds",
             "taste for starting a business, once considered and feasible", "B06", "calibrated"),
    _economy("startup_profit_coefficient", 0.5, 0.0, 3.0, "log-odds per log point",
             "weight of expected profit over present income in the start decision", "A38", "assumed"),
    _economy("startup_grant_log_odds", 0.1, 0.0, 0.5, "log-odds per 10,000 yuan of grant",
             "rise of the odds of starting with the size of a start-up grant", "B26", "assumed"),
    _economy("startup_capital_median_yuan", 80000.0, 10000.0, 500000.0, "yuan, 2023 prices",
             "capital that a micro-business needs", "B23", "assumed"),
    _economy("startup_capital_log_sd", 1.0, 0.1, 2.0, "log points",
             "spread of the capital need", "B23", "assumed"),
    _economy("business_profit_premium", 0.15, -1.0, 1.0, "log points",
             "typical profit of an owner over local pay", "B11", "assumed"),
    _economy("jobs_per_business_mean", 3.6, 0.0, 20.0, "paid jobs",
             "mean paid jobs of a surviving business (the median is about 1)", "B12", "assumed"),
    # --- settlement --------------------------------------------------------------------------------
    _economy("settlement_willingness_log_odds", -1.6, -10.0, 5.0, "log-odds",
             "willingness to move registration, for a newcomer in a county town", "C03", "calibrated"),
    _economy("settlement_stay_coefficient", 0.1, 0.0, 1.0, "log-odds per year of stay",
             "willingness grows with years in the place (counted to ten)", "C03", "assumed"),
    _economy("settlement_income_coefficient", 0.3, 0.0, 2.0, "log-odds per log point",
             "willingness grows with pay", "C03", "assumed"),
    _economy("settlement_school_effect", 0.2, 0.0, 1.0, "log-odds",
             "school access for parents of school-age children (5 points of willingness)",
             "C14", "assumed"),
    _economy("settlement_insurance_effect", 0.2, 0.0, 1.0, "log-odds",
             "social insurance in the city (5 points of willingness)", "E12", "assumed"),
    _economy("settlement_large_city_effect", 0.35, -1.0, 2.0, "log-odds per tier step",
             "the wish for registration is higher where it is harder to get", "C12", "assumed"),
    # --- place level: a lever or a path changes them for everybody there ----------------------------
    _place("jobs_scale", 1.0, 0.0, 3.0, "factor",
           "desired jobs in the place relative to what output alone implies", "A26", "assumed"),
    _place("service_coverage_share", 0.3, 0.0, 1.0, "share",
           "roll-out of the public employment service", "S05", "assumed"),
    _place("school_access_share", 0.8, 0.0, 1.0, "share",
           "migrant children of school age who get a public or publicly paid place", "C13", "observed"),
    _place("hukou_cost_scale", 1.0, 0.0, 2.0, "factor",
           "registration-related cost of living in the place relative to 2014", "A45", "assumed"),
    _place("housing_aid_share", 0.0, 0.0, 1.0, "share of extra city cost",
           "part of the extra city living cost met by public housing", "C16", "assumed"),
    _place("settlement_quota_share", 1.0, 0.0, 1.0, "share of the town's migrants per year",
           "places for settlement offered in a year; 1 = no quota", "C10", "assumed"),
    _place("travel_closed_share", 0.0, 0.0, 1.0, "share",
           "trips back to work after a home visit, and new departures, that cannot be made",
           "A33", "assumed"),
    # --- worker level: faced by the eligible at an occasion ----------------------------------------
    _worker("separation_probability", 0.021, 0.0, 1.0, "per month",
            "loss of a job", "A43", "assumed", "work_month"),
    _worker("job_change_probability", 0.021, 0.0, 1.0, "per month",
            "move from one job to another without a gap", "A43", "assumed", "work_month"),
    _worker("job_finding_probability", 0.35, 0.0, 1.0, "per month at tightness 1",
            "job finding of an active searcher before network and service", "A44", "assumed",
            "search_month"),
    _worker("unemployment_benefit_yuan", 0.0, 0.0, 10000.0, "yuan per month",
            "paid to a searcher by a lever", "F20", "observed", "search_month"),
    _worker("arrears_probability", 0.0008, 0.0, 0.1, "per month",
            "onset of unpaid wages for an employee, before the sector's factor", "E02", "observed",
            "work_month"),
    _worker("arrears_recovery_probability", 0.07, 0.0, 1.0, "per month",
            "unpaid wages are recovered in full", "E13", "assumed", "arrears_case"),
    _worker("insurance_enrolment_probability", 0.009, 0.0, 1.0, "per month",
            "an uninsured employee joins the workers' scheme", "E08", "calibrated", "work_month"),
    _worker("insurance_contribution_rate", 0.105, 0.0, 0.5, "share of pay",
            "employee's contribution", "E09", "observed", "work_month"),
    _worker("training_enrolment_probability", 0.0018, 0.0, 1.0, "per month",
            "a worker enrols on a public course (3.4 % a year)", "D08", "observed",
            "training_enrolment"),
    _worker("startup_consideration_probability", 0.0053, 0.0, 1.0, "per month",
            "a returnable migrant aged 22-50 weighs up a business of their own", "B06", "calibrated",
            "business_start"),
    _worker("startup_grant_yuan", 0.0, 0.0, 200000.0, "yuan, once",
            "grant to a new business", "H01", "observed", "business_start"),
    _worker("startup_loan_yuan", 20000.0, 0.0, 500000.0, "yuan",
            "expected loan to a founder (approval times size)", "B24", "assumed", "business_start"),
    _worker("startup_odds_shift", 0.0, -5.0, 5.0, "log-odds",
            "other support to starting: premises, training, advice", "B27", "assumed",
            "business_start"),
    _worker("business_exit_scale", 1.0, 0.0, 5.0, "factor",
            "hazard of closing relative to the survival table", "B14", "assumed", "business_month"),
    _worker("settlement_open_share", 0.5, 0.0, 1.0, "share",
            "migrants in the place whom its rules would register", "C11", "observed",
            "new_settlement"),
    _worker("settlement_registration_probability", 0.022, 0.0, 1.0, "per month",
            "an eligible and willing worker registers", "C08", "calibrated", "settlement"),
)

PARAMETERS: dict[str, Parameter] = {p.name: p for p in _TABLE}

# Names that no longer exist, and what to write instead.
REMOVED: dict[str, str] = {}
