"""Tables of the page that hold all policies beside each other: what they cost, who bears it, what one more costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.comparison.aims import aims
from sim.comparison.comparison import Comparison
from sim.comparison.effects import DISCOUNT_RATE, NOT_COSTED
from sim.comparison.winners import GROUPINGS
from sim.core.categories import REGIONS
from sim.core.labels import region_alone
from sim.core.language import _, in_context
from sim.present.pages.comparison_tables import ACCOUNT_WORDS, NONE, cost_cell, winners_of
from sim.present.text.comparison import calendar_year, main_horizon, year_of_answer, year_words
from sim.present.text.groups import group_words
from sim.present.text.levers import PAYERS
from sim.present.text.numbers import amount, bare_amount, interval_alone, number, percent, with_interval
from sim.results.outcomes import OUTCOMES

Policy = dict[str, Any]
SENT = "remittances"  # the outcome and the measure


def money_table(comparison: Comparison) -> dict[str, Any]:
    """What policies spend from their beginning to the year of the answer: by payer, to whom, what is left."""
    ends = {policy["name"]: calendar_year(comparison, policy) for policy in comparison.policies}
    costs = comparison.costs
    if costs.empty:
        return {"rows": [], "years": ""}
    costs = costs[costs["year"] <= costs["policy"].map(ends)]
    if costs["spending_yuan"].fillna(0.0).sum() == 0.0 and not (costs["cost_note"] == NOT_COSTED).any():
        return {"rows": [], "years": ""}

    def row(label: str, value: Callable[[Policy], str], **more: Any) -> dict[str, Any]:
        return {"label": label, "note": "", "starts": False, **more} | {
            "cells": [value(policy) for policy in comparison.policies]
        }

    def spent(policy: Policy, payer: str | None = None) -> str:
        own = costs[costs["policy"] == policy["name"]]
        is_open = payer is None and (own["cost_note"] == NOT_COSTED).any()
        own = own if payer is None else own[own["payer"] == payer]
        said = _yuan(own["spending_yuan"].sum())
        return _("{sum} and what is not costed", sum=said) if is_open else said

    payers = [payer for payer in PAYERS if costs.loc[costs["payer"] == payer, "spending_yuan"].sum() > 0]
    rows = [row(_("Spent"), spent)]
    rows += [row(_("by {payer}", payer=PAYERS[payer]), partial(spent, payer=payer)) for payer in payers]
    rows.append(
        row(_("Received by workers"), lambda p: _yuan(_levers_of(comparison, p, "workers")), starts=True)
        | {"note": _("the rest goes to whoever serves them")}
    )
    rows.append(row(_("Left in budgets"), lambda p: _left(costs[costs["policy"] == p["name"]]), starts=True))
    rows.append(
        row(_("Held back"), lambda p: _held_back(costs[costs["policy"] == p["name"]]))
        | {"note": _("claims in months when a budget was spent")}
    )
    net = _answers(comparison)
    rows.append(
        row(_("Net cost to government"), lambda p: _from(net, p, "net_cost_to_date_yuan"), starts=True)
        | {
            "note": _(
                "spending and settlers' cost to cities, less levies and contributions beyond what they promise"
            )
        }
    )
    rows.append(
        row(_("in present value"), lambda p: _from(net, p, "net_cost_present_value_yuan"))
        | {"note": _("at {rate} a year, of the policy's beginning", rate=percent(100 * DISCOUNT_RATE))}
    )
    first = min(int(policy["start"][:4]) for policy in comparison.policies)
    years = year_words(first, max(ends.values()))
    return {"rows": rows, "years": years if len(set(ends.values())) == 1 else _("to its own year")}


def price_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """Net cost of one more of what the policies are for, a policy a column; rows without any figure are left out."""
    table = _answers(comparison)
    keys = dict.fromkeys(key for policy in comparison.policies for key in aims(policy, comparison.costs))
    rows = []
    for key in keys:
        outcome = OUTCOMES[key]
        own = {row.policy: row for row in table[table["outcome"] == key].itertuples()}
        if not outcome.is_count or not any(row.cost_note == "" for row in own.values()):
            continue
        cells = [
            cost_cell(outcome, own[policy["name"]]) if policy["name"] in own else NONE
            for policy in comparison.policies
        ]
        for cell in cells:
            cell["range"] = cell.get("ends", cell["range"])
        one = outcome.one_more
        said = (
            _("{one} avoided", one=one) if outcome.good == "lower" else in_context("gained", "{one}", one=one)
        )
        rows.append({"label": said[:1].upper() + said[1:], "cells": cells})
    return rows


def account_table(comparison: Comparison) -> dict[str, Any]:
    """What each policy adds to every account in the calendar year of the answer; the columns come to nothing."""
    table = comparison.tables.get("accounts")
    years = [calendar_year(comparison, policy) for policy in comparison.policies]
    if table is None or table.empty or not any(years):
        return {"rows": [], "year": ""}
    sums = {
        policy["name"]: table[(table["policy"] == policy["name"]) & (table["year"] == year)]
        .groupby("account")["yuan"]
        .sum()
        for policy, year in zip(comparison.policies, years, strict=True)
    }
    rows = [
        {
            "label": words,
            "cells": [_signed(float(sums[policy["name"]].get(name, 0.0))) for policy in comparison.policies],
        }
        for name, words in ACCOUNT_WORDS.items()
        if any(abs(own.get(name, 0.0)) >= 0.5 for own in sums.values())
    ]
    return {"rows": rows, "year": _one_year(years)}


def home_table(comparison: Comparison) -> dict[str, Any]:
    """What those away send home more or less in the year of the answer, per worker registered there, by who
    receives it: all, by region, poor and other households, and the province that is looked at closely.
    """
    table = comparison.tables.get("by_group", pd.DataFrame())
    if table.empty or not (table["outcome"] == SENT).any():
        return {"rows": []}
    found = {
        policy["name"]: table[
            (table["policy"] == policy["name"])
            & (table["outcome"] == SENT)
            & (table["horizon_years"] == main_horizon(policy))
        ]
        for policy in comparison.policies
    }
    groups = [("region", name, region_alone(name)) for name in REGIONS]
    groups += [("poor", name, group_words("poor", name)) for name in GROUPINGS["household"]]
    if province := comparison.manifest.get("focus"):
        groups.append(("home-province", province, group_words("home-province", province)))
    rows = [{"label": _("All homes"), "starts": False, "cells": _sent_in_all(comparison, found)}]
    before = ""
    for dimension, group, words in groups:
        own = {
            name: part[(part["dimension"] == dimension) & (part["group"] == group)]
            for name, part in found.items()
        }
        if any(len(part) and np.isfinite(part["baseline"].iloc[0]) for part in own.values()):
            cells = [
                _sent(next(part.itertuples()), part["persons"].iloc[0]) if len(part) else NONE
                for part in own.values()
            ]
            rows.append({"label": words, "starts": dimension != before, "cells": cells})
            before = dimension
    return {"rows": rows}


def _sent_in_all(comparison: Comparison, found: dict[str, pd.DataFrame]) -> list[dict[str, str]]:
    cells = []
    for policy in comparison.policies:
        year, part = year_of_answer(comparison, policy), found[policy["name"]]
        persons = part.loc[part["dimension"] == "region", "persons"].sum()
        own = year[year["outcome"] == SENT]
        cells.append(_sent(next(own.itertuples()), persons) if len(own) and persons else NONE)
    return cells


def _sent(row: Any, persons: float) -> dict[str, str]:
    """A change in money sent home per worker of the group, with its share of what is sent without the policy."""
    if not getattr(row, "is_reliable", True):
        return {"text": _("few workers"), "range": "", "kind": "few"}
    if row.verdict == "identical":
        return {"text": _("no change"), "range": "", "kind": "none"}
    said = (row.difference / persons, row.low / persons, row.high / persons)
    if row.verdict == "cannot tell":
        alone = interval_alone(*said, "yuan per year", with_unit=False)
        return {"text": _("cannot tell"), "range": alone, "kind": "unclear"}
    text, ends = with_interval(*said, "yuan per year", with_unit=False)
    share = percent(row.relative_percent, 1, signed=True)
    kind = "better" if row.difference > 0 else "worse"
    return {"text": text, "range": _("{ends}; {share}", ends=ends, share=share), "kind": kind}


def gains(comparison: Comparison) -> dict[str, Any]:
    """Whether incomes were kept, and the calendar year in which they are compared."""
    years = [
        int(found["year"].iloc[0]) for p in comparison.policies if len(found := winners_of(comparison, p))
    ]
    return {"rows": bool(years), "year": _one_year(years)}


# --- parts ----------------------------------------------------------------------------------------------


def _one_year(years: list[int]) -> str:
    """The calendar year of all policies; each its own where they differ."""
    return year_words(years[0]) if len(set(years)) == 1 else _("the year of the answer")


def _answers(comparison: Comparison) -> pd.DataFrame:
    """Effects in the year of the answer, all policies."""
    main = {policy["name"]: main_horizon(policy) for policy in comparison.policies}
    table = comparison.judged
    return table[table["horizon_years"] == table["policy"].map(main)] if len(table) else table


def _levers_of(comparison: Comparison, policy: Policy, account: str) -> float:
    """What levers hand to an account, to the year of the answer; workers' own payments taken off."""
    table = comparison.tables.get("accounts")
    if table is None or table.empty:
        return float("nan")
    is_own = (table["policy"] == policy["name"]) & (table["year"] <= calendar_year(comparison, policy))
    is_meant = (table["account"] == account) & (table["item"] == "levers")
    return float(table.loc[is_own & is_meant, "yuan"].sum())


def _left(own: pd.DataFrame) -> str:
    limited = own[own["budget_yuan"].notna()]
    return _yuan(limited["unspent_yuan"].clip(lower=0.0).sum()) if len(limited) else _("no limit")


def _held_back(own: pd.DataFrame) -> str:
    limited = own[own["budget_yuan"].notna()]
    return amount(limited["queue"].sum(), "persons", noun=False) if len(limited) else "–"


def _from(table: pd.DataFrame, policy: Policy, column: str) -> str:
    own = table[table["policy"] == policy["name"]] if len(table) else table
    return _yuan(float(own[column].iloc[0])) if len(own) else "–"


def _yuan(value: float) -> str:
    return bare_amount(value, "yuan") if value else "0"


def _signed(value: float) -> str:
    return bare_amount(value, "yuan", signed=True) if abs(value) >= 0.5 else number(0)
