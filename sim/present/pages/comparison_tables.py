"""The report's tables as words: every number is already written out when the template sees it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.core.categories import REGIONS
from sim.core.labels import AGES, SCHOOLING, region
from sim.policy.budgets import NO_LIMIT, PLACES, bound_by
from sim.present.text.bands import PART_WORDS, band_rows
from sim.present.text.comparison import gained_in, main_horizon, period_words, title_of, years_to
from sim.present.text.levers import PAYERS, lever_title
from sim.present.text.numbers import amount, number, unit_word, with_interval
from sim.results.outcomes import HEADLINE, OUTCOMES, Outcome

GROUP_WORDS = {
    "all": "All workers",
    "male": "Men",
    "female": "Women",
    **{group: f"Aged {words}" for group, words in AGES.items()},
    **{level: words.capitalize() for level, words in SCHOOLING.items()},
    **{name: f"Home in {region(name)}" for name in REGIONS},
    "farm": "Farming or idle before",
    "local_work": "Working locally before",
    "own_business": "Own business before",
    "migrant_work": "Working away before",
    "migrant_search": "Looking for work away before",
    "settled_work": "Settled and working before",
    "settled_search": "Settled and looking for work before",
    "training": "In training before",
    "exited": "Out of the labour force before",
    "entered_later": "Entered after the start",
    "poor_household": "Poor household",
    "other_household": "Other household",
    **{f"income_tenth_{n}": f"Income tenth {n} before" for n in range(1, 11)},
    "income_tenth_1": "Lowest tenth of incomes before",
    "income_tenth_10": "Highest tenth of incomes before",
}

_NO_COST = {
    "cannot tell": "cannot tell",
    "moved the other way": "moved the other way",
    "no spending": "no spending",
    "no net cost": "no net cost",
    NOT_COSTED: "not costed",
    "no change": "–",
    "not a count": "",
}


# --- effects ----------------------------------------------------------------------------------------


def side_by_side(comparison: Comparison) -> list[dict[str, Any]]:
    """Headline outcomes by policy in the main year: one row an outcome, one cell a policy."""
    cells = {}
    for policy in comparison.policies:
        table = _of_policy(comparison.judged, policy)
        if len(table):
            for row in table[table["horizon_years"] == main_horizon(policy)].itertuples():
                cells[row.outcome, policy["name"]] = effect_cell(OUTCOMES[row.outcome], row)
    names = [policy["name"] for policy in comparison.policies]
    return [
        {**_row_head(OUTCOMES[key]), "cells": [cells.get((key, name), NONE) for name in names]}
        for key in HEADLINE
    ]


def policy_table(comparison: Comparison, policy: dict[str, Any]) -> dict[str, Any]:
    """All outcomes of one policy at each horizon, with the cost per additional one by the main year."""
    table = _of_policy(comparison.judged, policy)
    horizons = sorted(int(horizon) for horizon in table["horizon_years"].unique())
    if not horizons:
        return {"years": [], "main": None, "rows": []}
    main = main_horizon(policy)
    by = table.set_index(["outcome", "horizon_years"], drop=False)
    ordered = sorted(OUTCOMES.values(), key=lambda outcome: not outcome.headline)
    rows = []
    for outcome in ordered:
        at_main = by.loc[(outcome.key, main)]
        rows.append(
            {
                **_row_head(outcome),
                "is_headline": outcome.headline,
                "baseline": _level(outcome, at_main["baseline"]),
                "cells": [effect_cell(outcome, by.loc[(outcome.key, horizon)]) for horizon in horizons],
                "cost": cost_cell(outcome, at_main),
            }
        )
    years = [{"number": horizon, "period": _period(table, horizon)} for horizon in horizons]
    together = period_words(policy["start"], table.loc[table["horizon_years"] == main, "to_month"].iloc[0])
    return {
        "years": years,
        "main": {"number": main, "period": _period(table, main)},
        "to_main": {"years": years_to(main), "period": together},
        "rows": rows,
    }


def _period(table: pd.DataFrame, horizon: int) -> str:
    """A year of the policy in words: ``2029``, or ``July 2029 to June 2030``."""
    return period_words(*table.loc[table["horizon_years"] == horizon, ["from_month", "to_month"]].iloc[0])


def uncertainty_rows(comparison: Comparison, policy: dict[str, Any]) -> list[dict[str, Any]]:
    """What the band of each headline outcome is made of in the main year; none without bands."""
    table = _of_policy(comparison.judged, policy)
    rows = band_rows(comparison, policy["name"], main_horizon(policy)) if len(table) else []
    return [
        {
            **row,
            "parts": [
                {
                    "name": name,
                    "words": PART_WORDS[name][0],
                    "percent": round(share, 1),
                    "text": row["shares"][name],
                }
                for name, share in row["parts"].items()
            ],
        }
        for row in rows
    ]


NONE = {"text": "–", "range": "", "kind": "none"}


def effect_cell(outcome: Outcome, row: Any) -> dict[str, str]:
    """A difference with its interval; what cannot be told is said instead of the number."""
    if row.verdict == "identical":
        return {"text": "no change", "range": "", "kind": "none"}
    text, ends = with_interval(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    if outcome.key == "policy_spending":  # counted in the ledger, so its sign is no finding
        return {"text": _bare(text), "range": ends if row.low >= 0 else "", "kind": "none"}
    if row.verdict == "cannot tell":
        scale = " ".join(_bare(text).split(" ")[1:])  # the point estimate is not shown, so its scale is
        return {"text": "cannot tell", "range": f"{ends} {scale}".strip(), "kind": "unclear"}
    return {"text": _bare(text), "range": ends, "kind": _kind(outcome, row.verdict)}


def _level(outcome: Outcome, value: float) -> str:
    """A level for a cell whose row already names the unit."""
    return _bare(amount(value, outcome.unit, outcome.digits, noun=False))


def _bare(text: str) -> str:
    """A number without the money word, which the head of its row says."""
    return text.removesuffix(" a month").removesuffix(" yuan")


def _kind(outcome: Outcome, verdict: str) -> str:
    if outcome.good == "neutral":
        return "moved"
    return "better" if verdict == outcome.good else "worse"


def cost_cell(outcome: Outcome, row: Any) -> dict[str, str]:
    """Net cost to date per additional one, or why there is none."""
    if row.cost_note:
        return {"text": _NO_COST[row.cost_note], "range": "", "kind": "unclear"}
    text, ends = with_interval(
        row.cost_per_additional_yuan, row.cost_low_yuan, row.cost_high_yuan, "yuan", signed=False
    )
    which = "avoided " if outcome.good == "lower" else ""
    return {
        "text": text,
        "kind": "moved",
        "range": f"{ends}, per {which}{outcome.one} {gained_in(outcome, row.horizon_years)}",
    }


def _row_head(outcome: Outcome) -> dict[str, str]:
    unit = unit_word(outcome.unit)
    summed = "total of the year" if outcome.kind == "flow" else "mean of the year"
    return {
        "label": outcome.label,
        "label_zh": outcome.label_zh,
        "unit": f"{unit}, {summed}",
        "definition": outcome.definition,
    }


# --- money ------------------------------------------------------------------------------------------


def cost_rows(
    comparison: Comparison, policy: dict[str, Any], anchors: dict[str, str]
) -> list[dict[str, str]]:
    """Spending of one policy by lever and payer over its years, with what was left and who was refused.

    ``anchors``: where on the page each lever is described, with its clauses.
    """
    table = _of_policy(comparison.costs, policy)
    rows = []
    for (lever, payer), part in table.groupby(["lever", "payer"], sort=False):
        described = policy["levers"].get(lever, {})
        label = lever_title(described) if described else lever
        if NOT_COSTED in part.get("cost_note", pd.Series(dtype=str)).to_numpy():
            rows.append(
                {
                    **dict.fromkeys(
                        ("payer", "years", "per_year", "served", "unspent", "queue", "bound"), "–"
                    ),
                    "lever": label,
                    "anchor": anchors.get(lever, ""),
                    "grade": described.get("evidence", ""),
                    "spending": NOT_COSTED,
                }
            )
            continue
        years = f"{part['year'].min()}–{part['year'].max()}"
        has_budget = part["budget_yuan"].notna().any()
        rows.append(
            {
                "lever": label,
                "anchor": anchors.get(lever, ""),
                "grade": described.get("evidence", ""),
                "payer": PAYERS.get(payer, payer),
                "years": years,
                "spending": amount(part["spending_yuan"].sum(), "yuan"),
                "per_year": amount(part["spending_yuan"].sum() / part["year"].nunique(), "yuan"),
                "served": amount(part["served"].sum(), "persons", noun=False),
                "unspent": amount(part["unspent_yuan"].sum(), "yuan") if has_budget else "no limit",
                "queue": amount(part["queue"].sum(), "persons", noun=False) if has_budget else "–",
                "bound": bound_words(part),
            }
        )
    return rows


def bound_words(part: pd.DataFrame) -> str:
    """Which limit of a lever was the tighter in its years, in how many months, and who waited for places."""
    limit = bound_by(float(part["queue"].sum()), float(part["queue_for_places"].sum()))
    if limit == NO_LIMIT:
        return "–"
    months = part[f"months_short_of_{limit}"].sum() / (12 * part["year"].nunique())
    waiting = amount(part["queue_for_places"].sum(), "persons", noun=False)
    behind = f", {waiting} waited" if limit == PLACES else ""
    return f"{limit}, {number(100 * months, 0)} % of months{behind}"


def money_words(comparison: Comparison, policy: dict[str, Any], column: str) -> str:
    """Spending of one policy in all by payer, family or grade: ``firms 12 billion yuan; ...``."""
    table = _of_policy(comparison.costs, policy)
    levers = policy["levers"]
    if column == "payer":
        keys = table["payer"].map(lambda payer: PAYERS.get(payer, payer))
    elif column == "family":
        keys = table["lever"].map(lambda name: (levers.get(name, {}).get("family") or "").replace("-", " "))
    else:
        keys = table["lever"].map(lambda name: f"grade {levers.get(name, {}).get('evidence', 'D')}")
    if column == "family" and not keys.any():  # no lever is of a family: there is nothing to tell apart
        return ""
    sums = table["spending_yuan"].groupby(keys).sum().sort_values(ascending=False)
    return "; ".join(f"{key or 'own levers'} {amount(spent, 'yuan')}" for key, spent in sums.items() if spent)


ACCOUNT_WORDS = {
    "workers": "Workers in the model",
    "employers": "Their employers",
    "central": "Central government",
    "local": "Local governments",
    "government": "Government: contributions less the pensions they promise, levies, and what others bear",
    "insured": "Insured workers: pensions and cover promised",
    "taxpayers": "Taxpayers outside the model",
    "other residents": "A city's other residents",
    "school": "Schools and training providers",
    "city": "Cities, for services to those who settle",
    "bank": "Banks and guarantors",
    "service": "Employment and other services",
    "carrier": "Carriers",
    "firm": "Firms",
    "insurer": "Insurers",
    "business": "Businesses of returned founders",
}


# --- winners and losers -----------------------------------------------------------------------------


def winners_of(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """The main year's winners and losers of one policy."""
    table = _of_policy(comparison.winners, policy)
    return table[table["horizon_years"] == main_horizon(policy)]


def winner_rows(winners: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a group: size, shares that gain and lose, mean change."""
    return [
        {
            "group": group_words(row.grouping, row.group),
            "starts": row.grouping != before,
            "persons": amount(row.persons, "persons", noun=False),
            "winners": number(row.winners_percent, 1),
            "losers": number(row.losers_percent, 1),
            "change": number(row.mean_change_yuan, 0, signed=True),
            "range": f"{number(row.low, 0, signed=True)} to {number(row.high, 0, signed=True)}",
            "kind": "moved" if row.low > 0 or row.high < 0 else "unclear",
            "few": not row.is_reliable,
        }
        for row, before in zip(winners.itertuples(), ["", *winners["grouping"].iloc[:-1]], strict=True)
    ]


def group_words(grouping: str, group: str) -> str:
    """A group as it is written."""
    return GROUP_WORDS.get(group, group)


def _of_policy(table: pd.DataFrame, policy: dict[str, Any]) -> pd.DataFrame:
    return table[table["policy"] == policy["name"]]


def policy_names(comparison: Comparison) -> list[str]:
    """The policies' titles in order."""
    return [title_of(policy) for policy in comparison.policies]
