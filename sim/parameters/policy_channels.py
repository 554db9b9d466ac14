"""Parameters that only policy moves: at their defaults they change nothing, to the last bit.

They are the channels through which instruments act that the world without policy does not need, or has
at a known level (the rules of a points scheme). ``sim.parameters.behaviour`` says what the columns mean.
"""

from __future__ import annotations

from sim.core.categories import SECTORS
from sim.core.labels import SECTORS as SECTOR_WORDS
from sim.parameters.definition import Parameter, corridor, economy, place, worker

_BY_SECTOR = (
    *(place(f"jobs_scale_{sector}", 1.0, 0.0, 3.0, "factor",
            f"desired jobs of {SECTOR_WORDS[sector]} in the place", "A26", "assumed") for sector in SECTORS),
    *(place(f"pay_scale_{sector}", 1.0, 0.5, 2.0, "factor",
            f"pay in {SECTOR_WORDS[sector]} in the place; employers want fewer workers as it rises",
            "A47", "assumed") for sector in SECTORS),
)

INERT: tuple[Parameter, ...] = (
    *_BY_SECTOR,
    # --- places ------------------------------------------------------------------------------------
    place("vacancy_news_scale", 1.0, 0.0, 3.0, "factor",
          "weight that migrants give to news of vacancies in the place", "S03", "assumed"),
    place("amenity_shift", 0.0, -2.0, 2.0, "log-odds",
          "what living in the place is worth beyond income: services, belonging", "C21", "assumed"),
    place("public_housing_share", 0.0, 0.0, 1.0, "share",
          "migrants in the place who live in public rental housing, beyond those of the base", "C16",
          "assumed"),
    place("points_per_insured_year", 3.0, 0.0, 30.0, "points",
          "points scheme: per insured year, to 15", "C09", "assumed"),
    place("points_per_stay_year", 2.0, 0.0, 30.0, "points",
          "points scheme: per year of stay, to 10", "C09", "assumed"),
    place("points_per_school_year", 1.5, 0.0, 30.0, "points",
          "points scheme: per school year over 6", "C09", "assumed"),
    place("points_under_45", 10.0, 0.0, 100.0, "points", "points scheme: for those under 45", "C09",
          "assumed"),
    place("points_trained", 5.0, 0.0, 100.0, "points", "points scheme: for a skill title", "C09", "assumed"),
    place("points_needed", 0.0, 0.0, 127.0, "points",
          "pass mark of a points scheme; whoever has fewer is not admitted", "C09", "assumed"),
    place("settlement_transfer_yuan", 0.0, 0.0, 200000.0, "yuan per settler",
          "transfers, land quotas and rewards that the place receives per newly settled person", "H10",
          "assumed"),
    corridor("corridor_relief", 0.0, 0.0, 3.0, "log-odds",
             "part of the cost of distance and strangeness that labour cooperation takes off", "A06",
             "assumed"),
    # --- founders ----------------------------------------------------------------------------------
    worker("startup_late_grant_yuan", 0.0, 0.0, 200000.0, "yuan, once",
           "paid to the owner once the business has run for six months", "H01", "observed",
           "business_half_year"),
    worker("guaranteed_loan_yuan", 0.0, 0.0, 500000.0, "yuan",
           "guaranteed loan to a founder if approved, where it is more than the expected loan", "B24",
           "observed", "business_start"),
    worker("loan_approval_probability", 0.6, 0.0, 1.0, "share",
           "applications for a guaranteed loan that are approved", "B25", "assumed", "business_start"),
    worker("business_profit_shift", 0.0, -1.0, 1.0, "log points",
           "owner's profit: tax, interest and rent saved, advice", "B29", "assumed", "business_month"),
    worker("business_jobs_scale", 1.0, 0.0, 5.0, "factor", "paid jobs of a new business", "B20", "assumed",
           "business_start"),
    worker("business_loss_insured_share", 0.0, 0.0, 1.0, "share",
           "part of the capital that an insurer pays out when the business closes", "E17", "assumed",
           "business_closure"),
    # --- local jobs of last resort -----------------------------------------------------------------
    worker("works_offer_probability", 0.0, 0.0, 1.0, "per month",
           "a farming or idle worker is given a temporary job on public works", "F13", "assumed",
           "works_job"),
    worker("workshop_offer_probability", 0.0, 0.0, 1.0, "per month",
           "a farming or idle worker is given a job in a local workshop", "F12", "assumed", "workshop_job"),
    worker("public_post_pay_yuan", 0.0, 0.0, 5000.0, "yuan per month",
           "pay of a part-time public post, beside farming", "F11", "assumed", "post_month"),
    # --- jobs in the city, and the way there --------------------------------------------------------
    worker("search_income_yuan", 0.0, 0.0, 5000.0, "yuan per month",
           "earned by a searcher from odd jobs", "E16", "assumed", "search_month"),
    worker("replacement_probability", 0.0, 0.0, 1.0, "share",
           "workers who lose the job and are placed in another at once", "A35", "assumed", "replacement"),
    worker("festival_transport_share", 0.0, 0.0, 1.0, "share",
           "those held up at home after Spring Festival who are carried back to work", "S01", "assumed",
           "festival_trip"),
    worker("departure_cost_relief", 0.0, 0.0, 2.5, "log-odds",
           "part of the cost of leaving for work away that is taken over", "A14", "assumed", "departure"),
    worker("poor_floor_relief", 0.0, 0.0, 2.5, "log-odds",
           "help to leave for poor workers, in full once a twentieth fewer of them are away than last year",
           "F09", "assumed", "departure"),
    worker("exit_hazard_scale", 1.0, 0.0, 3.0, "factor",
           "rate of leaving the labour force, from 55 on", "G20", "assumed", "person_month"),
    # --- out of work -------------------------------------------------------------------------------
    worker("relief_yuan", 0.0, 0.0, 20000.0, "yuan, once",
           "paid on losing the job, never beside an unemployment benefit", "F21", "assumed", "relief"),
    # --- courses and school ------------------------------------------------------------------------
    worker("course_completion_share", 1.0, 0.0, 1.0, "share", "enrolled workers who complete the course",
           "D03", "assumed", "training_enrolment"),
    worker("course_placement_probability", 0.0, 0.0, 1.0, "share",
           "trainees out of work for whom a job waits at the end of the course", "D04", "assumed",
           "training_enrolment"),
    worker("course_lasting_gain", 0.0, 0.0, 0.3, "log points",
           "pay gain of a course that does not fade", "D01", "assumed", "training_enrolment"),
    worker("study_enrolment_probability", 0.0, 0.0, 1.0, "per month",
           "a worker leaves work for school and comes back a level of education higher", "W10", "assumed",
           "study_start"),
    # --- insurance and settlement ------------------------------------------------------------------
    worker("insurance_portability_share", 0.0, 0.0, 1.0, "share",
           "insured workers who stay insured when they lose the job or move", "E12", "assumed",
           "work_month"),
    worker("settlement_willingness_shift", 0.0, -3.0, 3.0, "log-odds",
           "wish to move registration to the place", "C21", "assumed", "settlement"),
    # --- what these channels are worth --------------------------------------------------------------
    economy("startup_loss_weight", 2.0, 1.0, 5.0, "factor",
            "weight that founders give to a yuan lost over a yuan gained", "E17", "assumed"),
    economy("works_months", 4.0, 1.0, 24.0, "months", "length of a job on public works", "F13", "assumed"),
    economy("works_pay_ratio", 0.8, 0.1, 2.0, "factor", "pay on public works over the worker's local pay",
            "F13", "assumed"),
    economy("workshop_pay_ratio", 0.7, 0.1, 2.0, "factor", "pay in a workshop over the worker's local pay",
            "F12", "assumed"),
    economy("benefit_search_effect", 0.3, 0.0, 1.0, "share per unit replacement rate",
            "how far a benefit slows job finding, by its share of pay", "A27", "assumed"),
    economy("study_months", 30.0, 1.0, 60.0, "months", "time at school for a level of education", "W10",
            "assumed"),
    economy("public_housing_rent_relief", 0.3, 0.0, 1.0, "share of extra city cost",
            "what a household in public rental housing saves", "H05", "assumed"),
    economy("settlement_housing_effect", 0.2, 0.0, 1.0, "log-odds",
            "public rental housing raises the wish to settle (5 points of willingness)", "C17", "assumed"),
    economy("settlement_cost_yuan", 16859.0, 1000.0, 200000.0, "yuan per person and year",
            "public cost of a settled person to the city", "C19", "observed"),
    economy("capacity_response", 0.5, 0.0, 2.0, "elasticity",
            "how far places offer more as transfers cover the cost of those who settle", "H10", "assumed"),
)
