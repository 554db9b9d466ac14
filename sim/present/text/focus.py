"""One province in words: its people, its jobs, its money, and what the scale carries of it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd

from sim.comparison.breakdown import scale_for
from sim.comparison.comparison import Comparison
from sim.comparison.focus import COME, GO, JOBS, OWN, PEOPLE
from sim.comparison.winners import FEWEST_WORKERS
from sim.core.labels import TIERS
from sim.core.language import N_, Words, _, language
from sim.present.text.breakdown import measure_words, told_cell, when_words
from sim.present.text.comparison import calendar_year, in_small, lever_label, main_horizon, title_of
from sim.present.text.groups import group_words
from sim.present.text.levers import PAYERS, cost_is_per
from sim.present.text.numbers import amount, interval_alone, listing, scale_number, with_interval
from sim.scenario.references import province_in_words

Mark = Callable[[str], str]

SIDES = {PEOPLE: "home-province", JOBS: "destination"}  # the dimension of each
_MEASURES = Words({"vacancies": N_("Open jobs")})
_MOST_FLOWS = 12  # other provinces that are listed, the largest first
_PEOPLE_WORDS = Words(
    {
        "local": N_("work near home"),
        "out": N_("are out-of-township migrants"),
        "settled": N_("are settled in a city"),
        "farm": N_("farm or are idle at home"),
    }
)
_JOBS_WORDS = Words(
    {
        "at_work": N_("are in work there"),
        "out": N_("are out-of-township migrants there"),
        "settled": N_("are settled there"),
    }
)


def province_of(comparison: Comparison) -> str:
    """The province that the comparison looks at closely."""
    return comparison.manifest["focus"]


def page_of(province: str) -> str:
    """The name of the province's page."""
    return f"{province.lower().replace(' ', '-')}.html"


def province_words(comparison: Comparison, language: str | None = None) -> str:
    """Its name in the language in use, or in another one."""
    return group_words("home-province", province_of(comparison), language)


def province_headline(comparison: Comparison) -> list[str]:
    """For each policy what changes for its people and in its jobs, what is spent there; then the scale."""
    return [
        _(
            "{policy}, {when}: {said}",
            policy=title_of(policy),
            when=when_words(comparison, policy["name"]),
            said=said,
        )
        if main_horizon(policy)
        else _("{policy}: {said}", policy=title_of(policy), said=said)
        for policy in comparison.policies
        for said in province_sentences(comparison, policy)
    ]


def province_sentences(comparison: Comparison, policy: dict[str, Any], mark: Mark = str) -> list[str]:
    """What one policy changes for the province in the year of the answer; what cannot be told is said to be so.

    mark: what is done to every figure, which a page makes a link.
    """
    name, province = policy["name"], province_words(comparison)
    people, jobs = (_rows(comparison, name, side) for side in (PEOPLE, JOBS))
    if people.empty:
        return [_("nothing can be said of {province} from these runs.", province=province)]
    found = [
        _(
            "of the people of {province}, wherever they work, {changes}.",
            province=province,
            changes=_told(people, _PEOPLE_WORDS, mark),
        ),
        _(
            "of workers in {province}, whoever they are, {changes}.",
            province=province,
            changes=_told(jobs, _JOBS_WORDS, mark),
        ),
    ]
    for row in people[(people["outcome"] == "net_income") & people["is_reliable"]].itertuples():
        ends = (row.difference, row.low, row.high, "yuan per year")
        if row.verdict == "cannot tell":
            alone = interval_alone(*ends)
            found.append(
                _(
                    "mean real net income per worker registered there: cannot be told from no change ({ends}).",
                    ends=mark(alone),
                )
            )
        else:
            text, within = with_interval(*ends)
            found.append(
                _(
                    "mean real net income per worker registered there: {gap} ({ends}).",
                    gap=mark(text),
                    ends=mark(within),
                )
            )
    spent = spending(comparison, policy)
    if spent:
        found.append(
            _(
                "{sum} are spent in {province} up to the end of that year.",
                sum=mark(amount(spent, "yuan")),
                province=province,
            )
        )
    few = [
        _("{measure} ({scale})", measure=in_small(measure_words(row.outcome)), scale=_finer(row))
        for row in people.itertuples()
        if not row.is_reliable
    ]
    if few:
        found.append(
            _(
                "too few of its workers are simulated at 1:{scale} for {measures}.",
                scale=scale_number(float(comparison.manifest["scale"])),
                measures=listing(few),
            )
        )
    return found


def _finer(row: Any) -> str:
    """The scale at which the province has the workers that a measure needs."""
    finer = scale_for(float(row.persons), float(row.workers_needed))
    return _("use 1:{scale}", scale=finer) if finer else _("use more seeds")


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
                "label_zh": "" if language() == "zh" else measure_words(measure, "zh"),
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
            "place": flow_place_words(row.place),
            "baseline": amount(row.baseline, "persons", noun=False),
            "cell": _cell(SimpleNamespace(**row._asdict(), is_reliable=True, unit="persons")),
        }
        for row in listed[listed["baseline"] >= few].itertuples()
    ]


def _largest(others: pd.DataFrame) -> pd.DataFrame:
    return others.nlargest(_MOST_FLOWS, "baseline")


def flow_place_words(place: str) -> str:
    """Where a flow goes or comes from: a province, or a kind of place within the own one."""
    tier = place.partition(" > ")[2]
    if not tier:
        return province_in_words(place)
    words = TIERS[tier]
    return _("{places} of the province", places=words[:1].upper() + words[1:])


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
            "name": lever,
            "payer": PAYERS.get(payer, payer),
            "years": years,
            "spending": amount(row["spending_yuan"], "yuan"),
            "served": amount(row["served"], "persons", noun=False),
            "per": cost_is_per(policy["levers"].get(lever, {})),
        }
        for (lever, payer), row in sums.iterrows()
        if row["spending_yuan"] > 0
    ]


def spending(comparison: Comparison, policy: dict[str, Any]) -> float:
    """Spent in the province from the policy's beginning to the end of its main year, yuan, all payers."""
    table = comparison.tables.get("focus_costs", pd.DataFrame())
    if table.empty:
        return 0.0
    own = table[(table["policy"] == policy["name"]) & (table["year"] <= calendar_year(comparison, policy))]
    return float(own["spending_yuan"].sum())


def focus_measure_words(measure: str) -> str:
    """What is counted of the province, as the head of a picture."""
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


def _told(table: pd.DataFrame, words: Words, mark: Mark) -> str:
    """What is told of head-counts, and what is not: ``+98 thousand (…) work near home; cannot be told: …``."""
    told, unclear = [], []
    for row in table.itertuples():
        if row.outcome not in words:
            continue
        if row.is_reliable and row.verdict in ("higher", "lower"):
            text, ends = with_interval(row.difference, row.low, row.high, row.unit)
            said = {"count": mark(text.lstrip("+−")), "ends": mark(ends), "doing": words[row.outcome]}
            told.append(
                _("{count} more ({ends}) {doing}", **said)
                if row.difference > 0
                else _("{count} fewer ({ends}) {doing}", **said)
            )
        else:
            unclear.append(words[row.outcome])
    if not told:
        return _("it cannot be told whether more or fewer {doing}", doing=listing(unclear))
    if not unclear:
        return listing(told)
    return _(
        "{changes}; not told from no change: how many {doing}", changes=listing(told), doing=listing(unclear)
    )


def _cell(row: Any) -> dict[str, str]:
    is_few = row.verdict != "identical" and not row.is_reliable
    return {"text": _("few workers"), "range": "", "kind": "few"} if is_few else told_cell(row)


__all__ = ["COME", "GO", "JOBS", "PEOPLE"]
