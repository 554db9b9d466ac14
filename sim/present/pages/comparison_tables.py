"""The report's tables as words: every number is already written out when the template sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.core.language import N_, Words, _
from sim.policy.budgets import MONEY, NO_LIMIT, PLACES, bound_by
from sim.present.text.bands import band_rows, part_words
from sim.present.text.comparison import (
    gained_in,
    main_horizon,
    period_words,
    title_of,
    year_of_answer,
    years_to,
)
from sim.present.text.groups import winners_group
from sim.present.text.levers import PAYERS, cost_is_per, family_words, lever_title
from sim.present.text.numbers import (
    amount,
    apart,
    bare_amount,
    interval_alone,
    number,
    percent,
    unit_word,
    with_interval,
)
from sim.results.outcomes import HEADLINE, OUTCOMES, Outcome

_NO_COST = Words(
    {
        "cannot tell": N_("cannot tell"),
        "moved the other way": N_("moved the other way"),
        "no spending": N_("no spending"),
        "no net cost": N_("no net cost"),
        NOT_COSTED: N_("not costed"),
        "no change": "–",
        "not a count": "",
    }
)


# --- effects ----------------------------------------------------------------------------------------


def side_by_side(comparison: Comparison) -> list[dict[str, Any]]:
    """Headline outcomes by policy in the main year: one row an outcome, one cell a policy."""
    cells = {}
    for policy in comparison.policies:
        for row in year_of_answer(comparison, policy).itertuples():
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
                    "words": part_words(name),
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
    """A difference with its interval; what cannot be told is said instead of the number.

    Money has no unit, which the head of its row says.
    """
    if row.verdict == "identical":
        return {"text": _("no change"), "range": "", "kind": "none"}
    said = (row.difference, row.low, row.high, outcome.unit, outcome.digits)
    has_unit = outcome.unit == "percent"
    text, ends = with_interval(*said, with_unit=has_unit)
    if outcome.key == "policy_spending":  # counted in the ledger, so its sign is no finding
        return {"text": text, "range": ends if row.low >= 0 else "", "kind": "none"}
    if row.verdict == "cannot tell":  # the point estimate is not shown, so its scale is
        alone = interval_alone(*said, with_unit=has_unit)
        return {"text": _("cannot tell"), "range": alone, "kind": "unclear"}
    return {"text": text, "range": ends, "kind": _kind(outcome, row.verdict)}


def _level(outcome: Outcome, value: float) -> str:
    """A level for a cell whose row already names the unit."""
    if outcome.unit in ("yuan", "yuan per month"):
        return bare_amount(value, outcome.unit, outcome.digits)
    return amount(value, outcome.unit, outcome.digits, noun=False)


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
    said = {"ends": ends, "one": outcome.one_more, "when": gained_in(outcome, row.horizon_years)}
    whose = (
        _("{ends}, per avoided {one} {when}", **said)
        if outcome.good == "lower"
        else _("{ends}, per {one} {when}", **said)
    )
    return {"text": text, "kind": "moved", "range": whose, "ends": ends}


def _row_head(outcome: Outcome) -> dict[str, str]:
    unit = unit_word(outcome.unit)
    summed = (
        _("{unit}, total of the year", unit=unit)
        if outcome.kind == "flow"
        else _("{unit}, mean of the year", unit=unit)
    )
    return {
        "label": outcome.label,
        "label_zh": outcome.label_zh,
        "unit": summed,
        "definition": outcome.meaning,
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
                        ("payer", "years", "per_year", "served", "per", "unspent", "queue", "bound"), "–"
                    ),
                    "lever": label,
                    "anchor": anchors.get(lever, ""),
                    "grade": described.get("evidence", ""),
                    "spending": _("not costed"),
                }
            )
            continue
        years = years_words(part["year"])
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
                "per": cost_is_per(described),
                "unspent": amount(part["unspent_yuan"].sum(), "yuan") if has_budget else _("no limit"),
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
    said = {"limit": _LIMITS[limit], "share": percent(100 * months)}
    if limit != PLACES:
        return _("{limit}, {share} of months", **said)
    waiting = amount(part["queue_for_places"].sum(), "persons", noun=False)
    return _("{limit}, {share} of months, {people} waited", **said, people=waiting)


_LIMITS = Words({MONEY: N_("money"), PLACES: N_("places")})


def years_words(years: pd.Series) -> str:
    """The first and the last of calendar years: ``2025–2034``."""
    return f"{years.min()}–{years.max()}"


def money_words(
    comparison: Comparison, policy: dict[str, Any], column: str, mark: Callable[[str], str] = str
) -> str:
    """Spending of one policy in all by payer, family or grade: ``firms 12 billion yuan; ...``.

    mark: what is done to every figure.
    """
    table = _of_policy(comparison.costs, policy)
    levers = policy["levers"]
    if column == "payer":
        keys = table["payer"].map(lambda payer: PAYERS.get(payer, payer))
    elif column == "family":
        keys = table["lever"].map(lambda name: family_words(levers.get(name, {}).get("family") or ""))
    else:
        keys = table["lever"].map(lambda name: grade_words(levers.get(name, {}).get("evidence", "D")))
    if column == "family" and not keys.any():  # no lever is of a family: there is nothing to tell apart
        return ""
    sums = table["spending_yuan"].groupby(keys).sum().sort_values(ascending=False)
    return apart(
        _("{whose} {sum}", whose=key or _("own levers"), sum=mark(amount(spent, "yuan")))
        for key, spent in sums.items()
        if spent
    )


def grade_words(grade: str) -> str:
    """A grade of evidence in a list of sums."""
    return _("grade {grade}", grade=grade)


ACCOUNT_WORDS = Words(
    {
        "workers": N_("Workers in the model"),
        "employers": N_("Their employers"),
        "central": N_("Central government"),
        "local": N_("Local governments"),
        "government": N_(
            "Government: contributions less the pensions they promise, levies, and what others bear"
        ),
        "insured": N_("Insured workers: pensions and cover promised"),
        "taxpayers": N_("Taxpayers outside the model"),
        "other residents": N_("A city's other residents"),
        "school": N_("Schools and training providers"),
        "city": N_("Cities, for services to those who settle"),
        "bank": N_("Banks and guarantors"),
        "service": N_("Employment and other services"),
        "carrier": N_("Carriers"),
        "firm": N_("Firms"),
        "insurer": N_("Insurers"),
        "business": N_("Businesses of returned founders"),
        "markets": N_("Customers, landlords and sellers outside the model"),
    }
)


# --- winners and losers -----------------------------------------------------------------------------


def winners_of(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """The main year's winners and losers of one policy."""
    table = _of_policy(comparison.winners, policy)
    return table[table["horizon_years"] == main_horizon(policy)]


def winner_rows(winners: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a group: size, shares that gain and lose, mean change."""
    return [
        {
            "group": winners_group(row.grouping, row.group),
            "starts": row.grouping != before,
            "persons": amount(row.persons, "persons", noun=False),
            "winners": number(row.winners_percent, 1),
            "losers": number(row.losers_percent, 1),
            "change": number(row.mean_change_yuan, 0, signed=True),
            "range": _(
                "{low} to {high}",
                low=number(row.low, 0, signed=True),
                high=number(row.high, 0, signed=True),
            ),
            "kind": "moved" if row.low > 0 or row.high < 0 else "unclear",
            "few": not row.is_reliable,
        }
        for row, before in zip(winners.itertuples(), ["", *winners["grouping"].iloc[:-1]], strict=True)
    ]


def _of_policy(table: pd.DataFrame, policy: dict[str, Any]) -> pd.DataFrame:
    return table[table["policy"] == policy["name"]]


def policy_names(comparison: Comparison) -> list[str]:
    """The policies' titles in order."""
    return [title_of(policy) for policy in comparison.policies]
