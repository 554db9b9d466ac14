"""The columns of the result tables: table -> column -> (unit, meaning).

Persons are real persons (simulated workers times the scale), money is current yuan, ``month`` is the
text ``YYYY-MM``. Stocks are taken at the end of the month, flows over the month. The same words are
written into every Parquet file beside its columns.
"""

from __future__ import annotations

import pandas as pd

from sim.world.worker import COLUMNS

Columns = dict[str, tuple[str, str]]

_MONTH: Columns = {"month": ("YYYY-MM", "month")}
_YEAR: Columns = {"year": ("year", "calendar year")}

STOCKS: Columns = {
    "farm": ("persons", "farming or idle in the home township"),
    "local_work": ("persons", "in paid non-farm work in the home township"),
    "own_business": ("persons", "running a business in the home township"),
    "migrant_work": ("persons", "in paid work outside the home township"),
    "migrant_search": ("persons", "looking for work in a city or town"),
    "settled_work": ("persons", "city registration, employed"),
    "settled_search": ("persons", "city registration, looking for work"),
    "training": ("persons", "on a course that takes the worker out of work"),
}

NATIONAL: Columns = {
    **_MONTH,
    **STOCKS,
    "labour_force": ("persons", "all rural-registered workers, the settled left out"),
    "out": ("persons", "outside the home township: migrant_work and migrant_search"),
    "away_now": ("persons", "out, less those on a home visit at the end of the month"),
    "cross_province": ("persons", "out, in another province than the home"),
    "within_province": ("persons", "out, in the home province"),
    "settled": ("persons", "moved registration to a city since the start, and still in the labour force"),
    "searching_rate": ("percent", "migrant_search as a share of out"),
    "migrant_pay_yuan": ("yuan per month", "mean pay of those in migrant work who were paid"),
    "local_pay_yuan": ("yuan per month", "mean pay of those in local work who were paid"),
    "settled_pay_yuan": ("yuan per month", "mean pay of the settled who were paid"),
    "earnings_yuan": ("yuan", "all earnings of the month"),
    "wages_yuan": ("yuan", "pay due to employees"),
    "farm_income_yuan": ("yuan", "brought in by the land of those at home without non-farm work"),
    "living_cost_yuan": (
        "yuan",
        "extra cost of living away, rent included, that workers bear",
    ),
    "capital_yuan": ("yuan", "paid for new businesses, from savings, grants and loans"),
    "remittances_yuan": ("yuan", "sent home by those away"),
    "contributions_yuan": (
        "yuan",
        "social insurance contributions that schemes receive from employees, aid by levers included",
    ),
    "employer_contributions_yuan": ("yuan", "what schemes receive from employers for the same employees"),
    "promised_pensions_yuan": (
        "yuan",
        "what the pensions and the cover are worth that the insured are promised for both contributions",
    ),
    "savings_stock_yuan": ("yuan", "savings held at the end of the month"),
    "debt_stock_yuan": ("yuan", "owed on loans of businesses at the end of the month"),
    "lent_yuan": ("yuan", "lent to founders"),
    "repaid_yuan": ("yuan", "principal of loans paid back by owners"),
    "loan_interest_yuan": ("yuan", "interest on loans paid by owners themselves"),
    "interest_aid_yuan": ("yuan", "interest on guaranteed loans paid to banks for owners"),
    "guarantees_paid_yuan": ("yuan", "paid to banks by guarantors for loans that were not paid back"),
    "scheme_transfers_yuan": (
        "yuan",
        "benefits, grants and aid that workers receive from no lever, as a scenario itself grants them",
    ),
    "scheme_loan_cost_yuan": (
        "yuan",
        "of the last two, paid by no lever: for loans of levers that have ended, or that a scenario gives",
    ),
    "written_off_yuan": ("yuan", "owed on loans and not paid back by owners, whoever bears it"),
    "loans": ("loans", "granted to founders"),
    "guaranteed_loans": ("loans", "of them, guaranteed ones"),
    "loan_defaults": ("loans", "not paid back in full"),
    "arrears_cases": ("persons", "workers whose pay newly went unpaid"),
    "arrears_owed_yuan": ("yuan", "pay newly owed and unpaid"),
    "arrears_recovered_yuan": ("yuan", "unpaid pay recovered"),
    "insured": ("persons", "in the workers' pension scheme"),
    "trained": ("persons", "ever completed a course"),
    "business_starts": ("businesses", "started"),
    "business_closures": ("businesses", "closed"),
    "businesses": ("businesses", "businesses in operation"),
    "business_jobs": ("jobs", "paid jobs made by owners"),
    "additional_starts": ("businesses", "started that would not have been without the levers"),
    "additional_businesses": ("businesses", "of those in operation, started only because of the levers"),
    "additional_business_jobs": ("jobs", "paid jobs in these"),
    "net_additional_jobs": ("jobs", "paid jobs in these, less the local jobs that they displace"),
    "settlements": ("persons", "moved registration to a city"),
    "new_settlements": ("persons", "of them, who would not have done so now without the levers"),
    "training_enrolments": ("persons", "enrolled on a course"),
    "separations": ("persons", "lost a job"),
    "hires": ("persons", "found a job"),
    "job_changes": ("persons", "changed job without a gap"),
    "departures": ("persons", "left home to work or look for work"),
    "returns": ("persons", "came back to the home township"),
    "exits": ("persons", "left the labour force"),
    "entrants": ("persons", "entered the labour force"),
    "parents_away": ("persons", "out-migrants with a child under 16, wherever the child lives"),
    "policy_spending_yuan": ("yuan", "spent by levers"),
    "public_spending_yuan": ("yuan", "spent by levers, the part that central and local government pay"),
    "levy_yuan": ("yuan", "paid by employers towards levers, where they are financed by a levy on payroll"),
    "settlement_cost_yuan": (
        "yuan",
        "lifetime cost to cities of new settlements, beside what levers pay of it",
    ),
    "other_settlement_cost_yuan": ("yuan", "lifetime cost to cities of all other settlements"),
    "output_lost_percent": ("percent", "assumed output that is lost because jobs stay open"),
    "mean_income_yuan": ("yuan of 2023 per month", "mean net income per worker"),
    "median_income_yuan": (
        "yuan of 2023 per year",
        "median net income of the calendar year, told in December",
    ),
    "lowest_tenth_yuan": ("yuan of 2023 per year", "mean net income of the tenth with the lowest"),
    "highest_tenth_yuan": ("yuan of 2023 per year", "mean net income of the tenth with the highest"),
    "gini_percent": ("percent", "Gini coefficient of net incomes of the calendar year"),
    "poor_percent": ("percent", "share of workers whose net income of the year is under the poverty line"),
}

TABLES: dict[str, Columns] = {
    "national": NATIONAL,
    "places": {
        **_MONTH,
        "place": ("name", "province and tier"),
        "province": ("name", "province of the place"),
        "tier": ("name", "kind of place, home township to mega city"),
        **STOCKS,
        "vacancies": ("jobs", "open at the end of the month"),
        "tightness": (
            "ratio",
            "vacancies per searcher; at home, per applicant for local work in the last year",
        ),
        "wage_index": ("index", "wage relative to the place's reference"),
    },
    "homes": {
        **_MONTH,
        "home": ("name", "province of registration"),
        **STOCKS,
        "cross_province": NATIONAL["cross_province"],
        "remittances_yuan": NATIONAL["remittances_yuan"],
        "earnings_yuan": NATIONAL["earnings_yuan"],
        "poor_remittances_yuan": ("yuan", "sent home by those away from poor households"),
    },
    "groups": {
        **_MONTH,
        "sex": ("name", "male or female"),
        "age_group": ("name", "official age group"),
        "education": ("name", "highest level of schooling"),
        **STOCKS,
        "earnings_yuan": NATIONAL["earnings_yuan"],
        "paid_months": ("person-months", "worker-months with pay"),
    },
    "corridors": {
        **_YEAR,
        "home": ("name", "province of registration"),
        "province": ("name", "province of work"),
        "tier": ("name", "kind of place of work"),
        "out": ("persons", "out-of-township migrant workers by the official definition"),
    },
    "official": {
        **_YEAR,
        "indicator": ("name", "official indicator"),
        "group": ("name", "official group"),
        "value": ("see unit", "value under the official definition"),
        "unit": ("name", "unit of the value"),
    },
    "ledger": {
        **_YEAR,
        "lever": ("name", "lever that spent"),
        "instrument": ("name", "its instrument in the catalogue, empty for a lever of one's own"),
        "province": ("name", "province where it was spent; empty where money served nobody"),
        "payer": ("name", "central, local, firm or worker"),
        "served": ("persons", "occasions served (one person may be served often), the payer's share of them"),
        "spending_yuan": ("yuan", "spent"),
        "budget_yuan": (
            "yuan",
            "budget of the year, or what is left of one for all years; empty without a limit",
        ),
        "unspent_yuan": (
            "yuan",
            "budget left over; below 0 by less than a claim where the last claim overdrew it",
        ),
        "queue": (
            "persons",
            "turned away for want of money, or who did without it what it pays for; by month",
        ),
        "queue_for_places": (
            "persons",
            "who would have settled where the lever helps to, but found no place in the quota; by month",
        ),
        "months_short_of_money": ("months", "of the year in which money turned somebody away"),
        "months_short_of_places": ("months", "of the year in which a quota turned somebody away"),
        "bound_by": (
            "name",
            "the tighter of its limits, for want of which more were turned away: money, places or none",
        ),
    },
    "flows": {
        **_YEAR,
        "lever": ("name", "lever that moved the money; empty for what is paid without one"),
        "instrument": ("name", "its instrument in the catalogue, empty for a lever of one's own"),
        "payer": ("name", "account that pays: central, local, firm, worker, insurer, bank or scheme"),
        "recipient": ("name", "account that receives: worker, or whoever serves workers for the lever"),
        "yuan": ("yuan", "moved from the payer's account to the recipient's"),
    },
    "settlement_costs": {
        **_YEAR,
        "province": ("name", "province of the city"),
        "settlements": ("persons", "moved registration there"),
        "new_settlements": NATIONAL["new_settlements"],
        "cost_yuan": ("yuan", "lifetime cost of the new settlements, to whoever pays"),
        "levers_yuan": ("yuan", "what levers pay of it"),
        "city_yuan": (
            "yuan",
            "what is left to the city, which no lever pays; below nothing where transfers for all who settle "
            "are more",
        ),
    },
    "income_histogram": {
        **_YEAR,
        "group": ("name", "all, activity or region of origin"),
        "lower_yuan": ("yuan per year", "lower edge of the income band"),
        "upper_yuan": ("yuan per year", "upper edge of the income band"),
        "persons": ("persons", "workers in the band"),
    },
    "traces": {
        **_MONTH,
        "id": ("worker id", "the same worker has the same id in every run"),
        **{column.name: (column.unit or "number", column.meaning) for column in COLUMNS},
    },
}

_SEED: Columns = {"seed": ("number", "seed of the run")}
_POLICY: Columns = {"policy": ("name", "policy")}
_OUTCOME: Columns = {"outcome": ("name", "outcome (see sim.results.outcomes)")}
_HORIZON: Columns = {"horizon_years": ("year", "first, fifth or tenth year of the policy")}
_ENDS: Columns = {
    "difference": ("unit of the outcome", "policy less baseline, mean over seeds"),
    "low": ("unit of the outcome", "lower end of the 95 % interval over seeds"),
    "high": ("unit of the outcome", "upper end of the 95 % interval over seeds"),
}

_PARTS = {
    "parameters": "from uncertain parameters alone",
    "levers": "from the uncertain size of the levers alone, both sides together",
    "monte_carlo": "from the Monte Carlo error alone: the interval over seeds",
    "scenario": "from the uncertain future alone: the low and the high future as its ends",
}

_INDICATOR: Columns = {
    "indicator": ("name", "official indicator"),
    "group": ("name", "official group"),
}
_OFFICIAL = ("see unit", "official value")
_MODEL = ("see unit", "the model's, mean over runs")
_MODEL_ENDS: Columns = {
    "model_low": ("see unit", "lowest of the runs"),
    "model_high": ("see unit", "highest of the runs"),
    "band_low": ("see unit", "5 % of the runs lie below"),
    "band_high": ("see unit", "5 % of the runs lie above"),
}
_VERDICT = ("name", "met, near or missed, by rule; empty where nothing is aimed at")

COMPARISON_TABLES: dict[str, Columns] = {
    "effects": {
        **_POLICY,
        **_OUTCOME,
        **_HORIZON,
        "from_month": ("YYYY-MM", "first month of the policy year"),
        "to_month": ("YYYY-MM", "last month of the policy year"),
        "unit": ("name", "unit of the outcome"),
        "baseline": ("unit of the outcome", "mean of the year for a stock or rate, total for a flow"),
        "policy_value": ("unit of the outcome", "the same under the policy"),
        **_ENDS,
        "relative_percent": ("percent", "difference over baseline"),
        "seeds": ("count", "paired seeds"),
        "verdict": ("name", "higher, lower, identical, or cannot tell: the interval spans zero"),
        "gained_to_date": ("unit of the outcome", "a flow's difference summed since the policy began"),
        "gained_low": ("unit of the outcome", "lower end of its 95 % interval"),
        "gained_high": ("unit of the outcome", "upper end of its 95 % interval"),
        "spending_to_date_yuan": ("yuan", "spent beyond the baseline since the policy began, by all payers"),
        "net_cost_to_date_yuan": (
            "yuan",
            "what it cost government since the policy began (the outcome net_public_cost)",
        ),
        "net_cost_low": ("yuan", "lower end of its 95 % interval"),
        "net_cost_high": ("yuan", "upper end of its 95 % interval"),
        "cost_per_additional_yuan": ("yuan", "net cost to date over what was gained to date"),
        "cost_low_yuan": ("yuan", "the same at the lower end of the cost and the upper end of the gain"),
        "cost_high_yuan": ("yuan", "the same at the upper end of the cost and the lower end of the gain"),
        "discounted_cost_yuan": (
            "yuan",
            "the cost per additional one with the money in present value, at 8 % and constant prices",
        ),
        "net_cost_present_value_yuan": (
            "yuan",
            "net cost to government to date, in present value of the policy's beginning, at 8 % and at the "
            "prices of that month",
        ),
        "cost_note": ("name", "why there is no cost figure; empty where there is one"),
    },
    "bands": {
        **_POLICY,
        **_OUTCOME,
        **_HORIZON,
        "difference": ("unit of the outcome", "policy less baseline, as in effects"),
        "low": (
            "unit of the outcome",
            "lower end of the 95 % band: parameters, size of levers, Monte Carlo error, scenario",
        ),
        "high": ("unit of the outcome", "upper end of it"),
        "verdict": ("name", "higher, lower, identical, or cannot tell: the band spans zero"),
        **{
            f"{part}_half_width": ("unit of the outcome", f"half the width of the band {why}")
            for part, why in _PARTS.items()
        },
        **{
            f"{part}_percent": ("percent", "its share in the square of the band's half-width")
            for part in _PARTS
        },
        **{
            f"{part}_seen": (
                "flag",
                "whether the part is told from the Monte Carlo error of its runs; else it adds nothing",
            )
            for part in _PARTS
            if part != "monte_carlo"
        },
        **{
            f"{part}_at_most": ("unit of the outcome", "half the width that the part may have unseen")
            for part in _PARTS
            if part != "monte_carlo"
        },
        "under_low": ("unit of the outcome", "the effect under the low future"),
        "under_high": ("unit of the outcome", "the effect under the high future"),
        "sign_agrees": ("share", "members of the ensemble whose effect has the sign of the difference"),
        "members": ("count", "members of the ensemble"),
        "cost_per_additional_yuan": ("yuan", "net cost to date over what was gained to date"),
        "cost_low_yuan": ("yuan", "lower end of its 95 % band"),
        "cost_high_yuan": ("yuan", "upper end of its 95 % band"),
        "cost_note": ("name", "why there is no cost figure; empty where there is one"),
    },
    "paths": {
        **_POLICY,
        **_OUTCOME,
        **_MONTH,
        "baseline": ("unit of the outcome", "baseline, mean over seeds"),
        "policy_value": ("unit of the outcome", "policy, mean over seeds"),
        **_ENDS,
        "year_difference": ("unit of the outcome", "difference over the twelve months that end here"),
        "year_low": ("unit of the outcome", "lower end of its 95 % interval"),
        "year_high": ("unit of the outcome", "upper end of its 95 % interval"),
    },
    "winners": {
        **_POLICY,
        **_HORIZON,
        **_YEAR,
        "grouping": (
            "name",
            "sex, age group, education, region of home, household, or activity or tenth of income before",
        ),
        "group": ("name", "group"),
        "persons": ("persons", "workers in the group"),
        "winners_percent": ("percent", "net income of the year at least 1 % higher than under the baseline"),
        "losers_percent": ("percent", "at least 1 % lower"),
        "mean_change_yuan": ("yuan per year", "mean change of the year's real net income, yuan of 2023"),
        "low": ("yuan per year", "lower end of its 95 % interval over seeds"),
        "high": ("yuan per year", "upper end of its 95 % interval over seeds"),
        "is_reliable": ("flag", "whether the group holds enough simulated workers"),
    },
    "costs": {
        **_POLICY,
        **{name: unit for name, unit in TABLES["ledger"].items() if name not in ("instrument", "province")},
        "cost_note": ("name", "not costed: what the lever costs is not known; else empty"),
    },
    "accounts": {
        **_POLICY,
        **_YEAR,
        "account": ("name", "workers, employers, government by level, who serves workers, who bears the gap"),
        "province": ("name", "of what local government pays; else empty"),
        "item": (
            "name",
            "wages, profits, farm income, contributions, levers, who finances the gap",
        ),
        "yuan": ("yuan", "what the policy adds to the account; over all accounts nothing"),
        "low": ("yuan", "lower end of its 95 % interval over seeds"),
        "high": ("yuan", "upper end of it"),
    },
    "by_group": {
        **_POLICY,
        "dimension": ("name", "home-province, destination, tier, corridor, region, age, sex, ..."),
        "group": ("name", "group of the dimension"),
        **_OUTCOME,
        **_HORIZON,
        "unit": ("name", "unit of the outcome"),
        "persons": ("persons", "workers in the group under the baseline"),
        "baseline": (
            "unit of the outcome",
            "mean of the year, or of the December of its calendar year",
        ),
        **_ENDS,
        "relative_percent": ("percent", "difference over baseline"),
        "verdict": ("name", "higher, lower, identical, or cannot tell: the interval spans zero"),
        "workers": ("workers", "simulated workers of a seed in the group"),
        "workers_needed": ("workers", "as many as the outcome needs, by the error over seeds"),
        "is_reliable": ("flag", "whether the group holds enough simulated workers"),
    },
    "focus_paths": {
        **_POLICY,
        "side": ("name", "people, wherever they work, or jobs, whoever holds them"),
        **_OUTCOME,
        **_MONTH,
        "baseline": ("unit of the outcome", "baseline, mean over seeds"),
        "policy_value": ("unit of the outcome", "policy, mean over seeds"),
        **_ENDS,
        "year_difference": ("unit of the outcome", "difference over the twelve months that end here"),
        "year_low": ("unit of the outcome", "lower end of its 95 % interval"),
        "year_high": ("unit of the outcome", "upper end of its 95 % interval"),
    },
    "focus_flows": {
        **_POLICY,
        "direction": ("name", "where its people work, or whose workers it has"),
        **_HORIZON,
        "place": ("name", "the other province; within the province the kind of place"),
        "baseline": ("persons", "out-of-township migrants by the official definition, under the baseline"),
        **_ENDS,
        "verdict": ("name", "higher, lower, identical, or cannot tell: the interval spans zero"),
    },
    "focus_winners": {},
    "focus_costs": {
        **_POLICY,
        **{
            name: TABLES["ledger"][name]
            for name in ("year", "lever", "payer", "served", "spending_yuan", "queue")
        },
    },
    "baseline": {**NATIONAL, **_SEED},
    "official": {**TABLES["official"], **_SEED},
}
COMPARISON_TABLES["focus_winners"] = COMPARISON_TABLES["winners"]
FOCUS_TABLES = tuple(
    name for name in COMPARISON_TABLES if name.startswith("focus_")
)  # where a province is named


VALIDATION_TABLES: dict[str, Columns] = {
    "rows": {
        **_YEAR,
        **_INDICATOR,
        "official": _OFFICIAL,
        "unit": ("name", "unit of the value"),
        "model": _MODEL,
        **_MODEL_ENDS,
        "period": ("name", "fit; unseen by whoever set the parameters; new sample of the survey, from 2023"),
        "error_unit": ("name", "unit of the error"),
        "error": ("see error_unit", "model less official, in percent of the official value for levels"),
        "judged_error": ("see error_unit", "the same; in the new sample less that of its first year, 2023"),
        "label": ("name", "the target in words; empty for what has no target"),
        "tolerance": ("see error_unit", "error that is allowed"),
        "note": ("name", "why this figure cannot be compared; else empty"),
    },
    "summary": {
        **_INDICATOR,
        "label": ("name", "the target in words"),
        "period": ("name", "fit; unseen by whoever set the parameters; new sample of the survey, from 2023"),
        "years": ("count", "years compared"),
        "mean_absolute_error": ("see error_unit", "mean of the errors without their sign"),
        "worst_error": ("see error_unit", "error of the worst year"),
        "mean_error": ("see error_unit", "mean of the errors"),
        "error_unit": ("name", "unit of the errors"),
        "tolerance": ("see error_unit", "error that is allowed"),
        "verdict": _VERDICT,
        "last_value_error": ("see error_unit", "mean absolute error of holding the last figure"),
        "trend_error": ("see error_unit", "mean absolute error of drawing a line"),
    },
    "model": {**_YEAR, **_INDICATOR, "model": _MODEL, **_MODEL_ENDS},
    "quarters": {
        "moment": ("name", "moment of 2020"),
        **_MONTH,
        "official_percent": ("percent", "published change of those away against a year before"),
        "model_percent": ("percent", "the model's"),
        "error_points": ("points", "model less official"),
        "tolerance": ("points", "error that is allowed"),
        "verdict": _VERDICT,
        "official_10k_persons": ("10k_persons", "published number away"),
        "model_10k_persons": ("10k_persons", "the model's, mean over runs"),
    },
    "stocks": {**_MONTH, "official_10k_persons": ("10k_persons", "published number away")},
    "stylised_facts": {
        "id": ("name", "the fact"),
        "label": ("name", "the fact in words"),
        "unit": ("name", "unit of the values"),
        "years": ("name", "years in which the model is looked at"),
        "official": _OFFICIAL,
        "official_year": ("name", "year of the official value"),
        "model": _MODEL,
        "error": ("see unit", "model less official"),
        "tolerance": ("see unit", "error that is allowed"),
        "tolerance_kind": ("name", "what the tolerance rests on"),
        "role": ("name", "whether the calibration sees the fact"),
        "verdict": _VERDICT,
        "source": ("name", "source of the official value"),
    },
    "corridors": {
        "measure": ("name", "measure of the moves between provinces, or a region's share in them"),
        "census": ("share", "the census table of 2010-15"),
        "model": ("share", "the model's moves from 2014 to 2019"),
        "table_of_2005_10": ("share", "the earlier census table, as a benchmark"),
        "least": ("share", "least value that is aimed at; empty where there is no aim"),
        "verdict": _VERDICT,
    },
}

# --- the type of each column, the same in every table that is written, empty or not -------------------

# Columns of a run's tables that are fractions; whatever else counts or is money there is whole.
_FRACTIONS = {
    "national": (
        "searching_rate migrant_pay_yuan local_pay_yuan settled_pay_yuan "
        "farm_income_yuan living_cost_yuan "
        "policy_spending_yuan public_spending_yuan levy_yuan settlement_cost_yuan promised_pensions_yuan "
        "other_settlement_cost_yuan output_lost_percent "
        "mean_income_yuan median_income_yuan lowest_tenth_yuan highest_tenth_yuan gini_percent poor_percent"
    ),
    "places": "vacancies tightness wage_index",
    "official": "value",
    "ledger": "served spending_yuan budget_yuan unspent_yuan queue queue_for_places",
    "flows": "yuan",
    "settlement_costs": "cost_yuan levers_yuan city_yuan",
    "income_histogram": "lower_yuan upper_yuan",
}
_FRACTIONS["baseline"] = _FRACTIONS["national"]
_OF_RUNS = {name: columns for name, columns in (*TABLES.items(), ("baseline", NATIONAL))}
_WHOLE_UNITS = ("year", "count", "number")


def dtypes(name: str, columns: Columns) -> dict[str, str]:
    """The type of each of a table's ``columns``: ``str``, ``bool``, ``int64`` or ``float64``.

    A table of a run, and what a comparison keeps of it, holds whole persons and yuan; every other table
    holds means.

    >>> dtypes("ledger", {"lever": ("name", ""), "year": ("year", ""), "served": ("persons", "")})
    {'lever': 'str', 'year': 'int64', 'served': 'float64'}
    """
    is_of_run = name in _OF_RUNS and _OF_RUNS[name].items() <= columns.items()
    fractions = _FRACTIONS.get(name, "").split()
    return {column: _dtype(column, unit, is_of_run, fractions) for column, (unit, _) in columns.items()}


def _dtype(column: str, unit: str, is_of_run: bool, fractions: list[str]) -> str:
    if unit in ("name", "YYYY-MM"):
        return "str"
    if unit == "flag":
        return "bool"
    is_whole = column not in fractions if is_of_run else unit in _WHOLE_UNITS
    return "int64" if is_whole else "float64"


def empty_table(name: str, columns: Columns) -> pd.DataFrame:
    """A table without rows, its columns of the types that they have with rows."""
    return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in dtypes(name, columns).items()})
