"""One province in words: its people, its jobs, its money, and what the scale carries of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from sim.comparison.breakdown import scale_for
from sim.comparison.comparison import Comparison
from sim.comparison.focus import COME, GO, JOBS, OWN, PEOPLE
from sim.comparison.winners import FEWEST_WORKERS
from sim.core.labels import TIERS
from sim.present.text.breakdown import group_words, measure_words, when_words
from sim.present.text.comparison import lever_label, main_horizon, title_of
from sim.present.text.levers import PAYERS
from sim.present.text.numbers import amount, listing, number, with_interval

SIDES = {PEOPLE: "home-province", JOBS: "destination"}  # the dimension of each
_MEASURES = {"vacancies": "Open jobs"}
_MOST_FLOWS = 12  # other provinces that are listed, the largest first
_PEOPLE_WORDS = {
    "local": "work near home",
    "out": "are out-of-township migrants",
    "settled": "are settled in a city",
    "farm": "farm or are idle at home",
}
_JOBS_WORDS = {
    "at_work": "are in work there",
    "out": "are out-of-township migrants there",
    "settled": "are settled there",
}


def province_of(comparison: Comparison) -> str:
    """The province that the comparison looks at closely."""
    return comparison.manifest["focus"]


def page_of(province: str) -> str:
    """The name of the province's page."""
    return f"{province.lower().replace(' ', '-')}.html"


def province_zh(comparison: Comparison) -> str:
    return group_words("home-province", province_of(comparison), "zh")


def province_headline(comparison: Comparison) -> list[str]:
    """For each policy what changes for its people and in its jobs, what is spent there; then the scale."""
    found = []
    for policy in comparison.policies:
        found += province_sentences(comparison, policy)
    return found


def province_sentences(comparison: Comparison, policy: dict[str, Any]) -> list[str]:
    """What one policy changes for the province; what cannot be told is said to be so."""
    name, province = policy["name"], province_of(comparison)
    people, jobs = (_rows(comparison, name, side) for side in (PEOPLE, JOBS))
    if people.empty:
        return [f"{title_of(policy)}: nothing can be said of {province} from these runs."]
    when = when_words(comparison, name)
    lead = f"{title_of(policy)}, {when}:"
    found = [
        f"{lead} of the people of {province}, wherever they work, {_told(people, _PEOPLE_WORDS)}.",
        f"{lead} of workers in {province}, whoever they are, {_told(jobs, _JOBS_WORDS)}.",
    ]
    for row in people[(people["outcome"] == "net_income") & people["is_reliable"]].itertuples():
        text, ends = with_interval(row.difference, row.low, row.high, "yuan per year")
        is_unclear = row.verdict == "cannot tell"
        said = f"cannot be told from no change ({ends} yuan a year)" if is_unclear else f"{text} ({ends})"
        found.append(f"{lead} real net income of its people: {said}.")
    spent = spending(comparison, policy)
    if spent:
        found.append(f"{lead} {amount(spent, 'yuan')} are spent in {province} up to the end of that year.")
    few = [
        f"{_small(measure_words(row.outcome))} ({_finer(row)})"
        for row in people.itertuples()
        if not row.is_reliable
    ]
    if few:
        scale = number(float(comparison.manifest["scale"]))
        found.append(f"{lead} too few of its workers are simulated at 1:{scale} for {listing(few)}.")
    return found


def _finer(row: Any) -> str:
    """The scale at which the province has the workers that a measure needs."""
    finer = scale_for(float(row.persons), float(row.workers_needed))
    return f"use 1:{finer}" if finer else "use more seeds"


def side_rows(comparison: Comparison, policy: dict[str, Any], side: str) -> list[dict[str, Any]]:
    """A row for each measure of the province's people or jobs, a cell for each year in which it is judged."""
    table = comparison.tables["by_group"]
    own = table[
        (table["policy"] == policy["name"])
        & (table["dimension"] == SIDES[side])
        & (table["group"] == province_of(comparison))
    ]
    rows = []
    for measure in dict.fromkeys(own["outcome"]):
        cells = own[own["outcome"] == measure].set_index("horizon_years")
        main = cells.loc[main_horizon(policy)] if main_horizon(policy) in cells.index else cells.iloc[-1]
        rows.append(
            {
                "label": measure_words(measure),
                "label_zh": measure_words(measure, "zh"),
                "baseline": amount(main["baseline"], main["unit"], noun=False),
                "cells": [_cell(row) for row in cells.itertuples()],
            }
        )
    return rows


def years_of(comparison: Comparison, policy: dict[str, Any]) -> list[int]:
    """The years in which the policy is judged and of which the province's figures are known."""
    table = comparison.tables["by_group"]
    return sorted(
        int(year) for year in table.loc[table["policy"] == policy["name"], "horizon_years"].unique()
    )


def flow_rows(comparison: Comparison, policy: dict[str, Any], direction: str) -> list[dict[str, Any]]:
    """Where its people work, or whose workers it has: its own kinds of place, then the largest provinces; those
    alone that hold enough simulated workers."""
    table = comparison.tables.get("focus_flows", pd.DataFrame())
    if table.empty:
        return []
    own = table[
        (table["policy"] == policy["name"])
        & (table["direction"] == direction)
        & (table["horizon_years"] == main_horizon(policy))
    ]
    is_within = own["place"].str.startswith(OWN)
    listed = pd.concat([own[is_within].head(len(own) if direction == GO else 0), _largest(own[~is_within])])
    few = FEWEST_WORKERS * float(comparison.manifest["scale"])
    return [
        {
            "place": _place_words(row.place),
            "baseline": amount(row.baseline, "persons", noun=False),
            "cell": _cell(SimpleNamespace(**row._asdict(), is_reliable=True, unit="persons")),
        }
        for row in listed[listed["baseline"] >= few].itertuples()
    ]


def _largest(others: pd.DataFrame) -> pd.DataFrame:
    return others.nlargest(_MOST_FLOWS, "baseline")


def _place_words(place: str) -> str:
    _, _, tier = place.partition(" > ")
    if not tier:
        return place
    words = TIERS[tier]
    return f"{words[:1].upper()}{words[1:]} of the province"


def cost_rows(comparison: Comparison, policy: dict[str, Any]) -> list[dict[str, str]]:
    """Spent in the province by lever and payer, all years."""
    table = comparison.tables.get("focus_costs", pd.DataFrame())
    own = table[table["policy"] == policy["name"]] if len(table) else table
    if own.empty:
        return []
    sums = own.groupby(["lever", "payer"], sort=False)[["spending_yuan", "served"]].sum()
    years = f"{own['year'].min()}–{own['year'].max()}"
    return [
        {
            "lever": lever_label(policy["levers"].get(lever), lever),
            "payer": PAYERS.get(payer, payer),
            "years": years,
            "spending": amount(row["spending_yuan"], "yuan"),
            "served": amount(row["served"], "persons", noun=False),
        }
        for (lever, payer), row in sums.iterrows()
        if row["spending_yuan"] > 0
    ]


def spending(comparison: Comparison, policy: dict[str, Any]) -> float:
    """Spent in the province from the policy's beginning to the end of its main year, yuan, all payers."""
    table = comparison.tables.get("focus_costs", pd.DataFrame())
    if table.empty:
        return 0.0
    effects = comparison.effects
    is_main = (effects["policy"] == policy["name"]) & (effects["horizon_years"] == main_horizon(policy))
    last = int(effects.loc[is_main, "to_month"].iloc[0][:4])
    own = table[(table["policy"] == policy["name"]) & (table["year"] <= last)]
    return float(own["spending_yuan"].sum())


def focus_measure_words(measure: str) -> str:
    return _MEASURES.get(measure) or measure_words(measure)


def _rows(comparison: Comparison, policy: str, side: str) -> pd.DataFrame:
    """The province's rows of ``by_group`` in the main year."""
    table = comparison.tables["by_group"]
    main = next(main_horizon(one) for one in comparison.policies if one["name"] == policy)
    return table[
        (table["policy"] == policy)
        & (table["dimension"] == SIDES[side])
        & (table["group"] == province_of(comparison))
        & (table["horizon_years"] == main)
    ]


def _told(table: pd.DataFrame, words: dict[str, str]) -> str:
    """What is told of head-counts, and what is not: ``+98 thousand (…) work near home; cannot be told: …``."""
    told, unclear = [], []
    for row in table.itertuples():
        if row.outcome not in words:
            continue
        if row.is_reliable and row.verdict in ("higher", "lower"):
            text, ends = with_interval(row.difference, row.low, row.high, row.unit)
            more = "more" if row.difference > 0 else "fewer"
            told.append(f"{text.lstrip('+−')} {more} ({ends}) {words[row.outcome]}")
        else:
            unclear.append(words[row.outcome])
    if not told:
        return f"it cannot be told whether more or fewer {listing(unclear)}"
    rest = f"; not told from no change: how many {listing(unclear)}" if unclear else ""
    return f"{listing(told)}{rest}"


def _cell(row: Any) -> dict[str, str]:
    text, ends = with_interval(row.difference, row.low, row.high, row.unit)
    text = text.removesuffix(" yuan a year").removesuffix(" yuan")
    if row.verdict == "identical":
        return {"text": "no change", "range": "", "kind": "none"}
    if not row.is_reliable:
        return {"text": "few workers", "range": "", "kind": "few"}
    if row.verdict == "cannot tell":
        scale = " ".join(text.split(" ")[1:])
        return {"text": "cannot tell", "range": f"{ends} {scale}".strip(), "kind": "unclear"}
    return {"text": text, "range": ends, "kind": "moved"}


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


__all__ = ["COME", "GO", "JOBS", "PEOPLE"]
