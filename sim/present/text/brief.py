"""The whole answer in a few sentences: what each policy does most, to whom, at what cost, how sure; what is
lost, and the caveat that matters most.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from sim.comparison.aims import aims, is_trivial
from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.comparison.horizons import MONTHS, whole_years
from sim.core.labels import AGES, SCHOOLING, region
from sim.core.months import add_months
from sim.present.text.comparison import (
    FEW_SEEDS,
    PRIOR_ONLY,
    in_a_sentence,
    main_horizon,
    period_words,
    title_of,
    year_of_answer,
)
from sim.present.text.numbers import amount, listing, month_in_words, number, unit_word, with_interval
from sim.results.outcomes import OUTCOMES, Outcome
from sim.scenario.references import GRADES

MOST_TOLD = 3  # effects in the sentence of one policy
# Groups in a sentence, by the grouping of the table ``winners``; others are too fine to name one.
WHOM = {
    "sex": {"male": "men", "female": "women"},
    "age_group": {group: f"those aged {words}" for group, words in AGES.items()},
    "education": {level: f"those with {words}" for level, words in SCHOOLING.items()},
    "region": {name: f"those from {region(name)}" for name in ("East", "Central", "West", "Northeast")},
    "household": {"poor_household": "poor households", "other_household": "other households"},
    "starting_activity": {
        "farm": "those who farmed or were idle before",
        "local_work": "those who worked locally before",
        "migrant_work": "those who worked away before",
        "own_business": "those who had a business before",
        "migrant_search": "those who looked for work away before",
        "settled_work": "those who had settled before and worked",
        "settled_search": "those who had settled before and looked for work",
    },
    "income_tenth": {
        "income_tenth_1": "the tenth with the lowest incomes before",
        "income_tenth_10": "the tenth with the highest incomes before",
    },
}


class Answer(NamedTuple):
    """What the first screen says of one policy."""

    title: str
    sentence: str
    loss: str
    keys: tuple[str, ...]  # the outcomes that it is for


def question(comparison: Comparison) -> str:
    """What the comparison asks, in a sentence."""
    titles = [in_a_sentence(title_of(policy)) for policy in comparison.policies]
    asked = "who would gain, who would lose, what would it cost, and how sure is that?"
    starts = [month_in_words(policy["start"]) for policy in comparison.policies]
    if len(set(starts)) > 1:
        titles = [f"{title} from {start}" for title, start in zip(titles, starts, strict=True)]
        when = ", each from its own start"
    else:
        when = f" from {starts[0]}"
    return f"What would {listing(titles)} change for China's rural migrant workers{when}: {asked}"


def answers(comparison: Comparison) -> list[Answer]:
    """The answer policy by policy."""
    return [_answer(comparison, policy) for policy in comparison.policies]


def shown_outcomes(comparison: Comparison, most: int = 4) -> list[str]:
    """Outcomes for the picture: those that the policies are for, in turn, real net income always among them."""
    lists = [aims(policy, comparison.costs) for policy in comparison.policies]
    ranks = range(max(map(len, lists), default=0))
    keys = dict.fromkeys(keys[rank] for rank in ranks for keys in lists if rank < len(keys) - 1)
    return [*list(keys)[: most - 1], lists[0][-1]] if lists else []


def _answer(comparison: Comparison, policy: dict[str, Any]) -> Answer:
    keys, title = aims(policy, comparison.costs), title_of(policy)
    year = year_of_answer(comparison, policy)
    if year.empty:
        told = "The run ends before the policy's first year does, so nothing can be said."
        return Answer(title, told, "", keys)
    first = year.iloc[0]
    when = period_words(first["from_month"], first["to_month"])
    rows = {row.outcome: row for row in year.itertuples()}
    clear = [key for key in keys if rows[key].verdict in ("higher", "lower") and not is_trivial(rows[key])]
    doubtful = [key for key in keys if rows[key].verdict == "cannot tell"]
    if clear:
        said = listing([_change(OUTCOMES[key], rows[key]) for key in clear[:MOST_TOLD]])
    elif doubtful:
        said = (
            "no effect on what it is for that can be told from zero ("
            f"{listing([_range(OUTCOMES[key], rows[key]) for key in doubtful[:MOST_TOLD]])})"
        )
    else:
        said = "no effect on what it is for"
    parts = [f"in {when}: {said}", _whom(comparison, policy), _net_cost(comparison, policy, first)]
    parts += [_how_sure(policy), _ended(policy)]
    sentence = " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)
    return Answer(title, sentence, _loss(comparison, policy), keys)


# --- the parts of the sentence ------------------------------------------------------------------------


def _change(outcome: Outcome, row: Any) -> str:
    """``+1.57 million local non-farm workers (0.90 to 2.25 million; 1.2 %)``."""
    gap, ends = with_interval(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    share = "" if outcome.unit == "percent" else f", {number(row.relative_percent, 1, signed=True)} %"
    return f"{in_a_sentence(outcome.label)} {gap} ({ends}{share})"


def _range(outcome: Outcome, row: Any) -> str:
    gap, ends = with_interval(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    return f"{in_a_sentence(outcome.label)} {' '.join([ends, *gap.split(' ')[1:]])}"


def _whom(comparison: Comparison, policy: dict[str, Any]) -> str:
    """Whose real net income gains most, of all groups that clearly gain; empty where none does."""
    found = _groups(comparison, policy)
    found = found[found["low"] > 0.0] if len(found) else found
    if found.empty:
        return ""
    row = found.loc[found["mean_change_yuan"].idxmax()]
    return f"incomes gain most among {_group(row)} ({_a_year(row['mean_change_yuan'])} each)"


def _net_cost(comparison: Comparison, policy: dict[str, Any], year: pd.Series) -> str:
    costs = comparison.costs
    own = costs[costs["policy"] == policy["name"]]
    span = "the first year" if year["horizon_years"] == 1 else f"{year['horizon_years']} years"
    if (own["cost_note"] == NOT_COSTED).any():
        known = amount(year["spending_to_date_yuan"], "yuan")
        return f"some of what it does is not costed; the rest costs {known} in {span}"
    net = year["net_cost_to_date_yuan"]
    if not year["spending_to_date_yuan"]:
        return "it costs nothing"
    if net <= 0:
        return f"government gains {amount(-net, 'yuan')} in {span}"
    return f"the net cost to government is {amount(net, 'yuan')} in {span}"


def _how_sure(policy: dict[str, Any]) -> str:
    """On what evidence the policy's levers rest, the weakest first."""
    grades = [lever.get("evidence", PRIOR_ONLY) for lever in policy["levers"].values()]
    graded = sorted({grade for grade in grades if grade in "ABCD"}, reverse=True)
    if not graded:
        return ""
    weakest = graded[0]
    count, levers = grades.count(weakest), len(grades)
    if count == levers:
        share = "its levers rest" if levers > 1 else "its lever rests"
    else:
        share = f"{count} of its {levers} levers rest{'' if count > 1 else 's'}"
    return f"{share} on evidence of grade {weakest} ({GRADES[weakest]})"


def _ended(policy: dict[str, Any]) -> str:
    """Which part of the policy was over before the end of the year in which it is judged."""
    horizon = main_horizon(policy)
    last = add_months(policy["start"], MONTHS * horizon - 1)
    ends = [lever["window"]["to"] for lever in policy["levers"].values()]
    over = [end for end in ends if end < last]
    if not over:
        return ""
    if (
        len(over) == len(ends)
        and (whole_years(policy["start"], policy["levers"], longest=True) or 0) < horizon
    ):
        return "the policy had ended by then: this is what remains of it"
    return f"{len(over)} of its {len(ends)} levers had ended by then"


# --- what is lost ---------------------------------------------------------------------------------------


def _loss(comparison: Comparison, policy: dict[str, Any]) -> str:
    """The biggest loss: of a group of workers, or of those outside the model who bear most."""
    said = []
    found = _groups(comparison, policy)
    losers = found[found["high"] < 0.0] if len(found) else found
    if len(losers):
        row = losers.loc[losers["mean_change_yuan"].idxmin()]
        people = amount(row["persons"], "persons")
        said.append(
            f"{_group(row)} lose {_a_year(abs(row['mean_change_yuan']), signed=False)} each ({people})"
        )
    elif len(found):
        said.append("no group of workers clearly loses income")
    bears = _who_bears(comparison, policy)
    if bears:
        said.append(bears)
    if not said:
        return ""
    told = "; ".join(said)
    return f"{told[:1].upper()}{told[1:]}."


_OUTSIDE = {
    "employers": "employers pay {} more in {}, wages above all",
    "taxpayers": "taxpayers outside the model bear {} in {}",
    "other residents": "a city's other residents lose services worth {} in {}",
}


def _who_bears(comparison: Comparison, policy: dict[str, Any]) -> str:
    """Who outside the workers bears most in the year of the answer, in yuan."""
    table = comparison.tables.get("accounts")
    if table is None or table.empty or not main_horizon(policy):
        return ""
    year = int(add_months(policy["start"], MONTHS * main_horizon(policy) - 1)[:4])
    own = table[(table["policy"] == policy["name"]) & (table["year"] == year)]
    sums = own[own["account"].isin([*_OUTSIDE])].groupby("account")["yuan"].sum()
    if sums.empty or not sums.min() < 0:
        return ""
    return _OUTSIDE[sums.idxmin()].format(amount(-sums.min(), "yuan"), year)


def _groups(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """Groups of the year of the answer that can be named and hold enough simulated workers."""
    table = comparison.winners
    own = table[(table["policy"] == policy["name"]) & (table["horizon_years"] == main_horizon(policy))]
    is_named = [row.group in WHOM.get(row.grouping, ()) for row in own.itertuples()]
    return own[pd.Series(is_named, index=own.index, dtype=bool) & own["is_reliable"].astype(bool)]


def _group(row: pd.Series) -> str:
    return WHOM[row["grouping"]][row["group"]]


def _a_year(yuan: float, signed: bool = True) -> str:
    return f"{number(yuan, 0, signed=signed)} {unit_word('yuan per year')}"


# --- the caveat -------------------------------------------------------------------------------------------


def caveat(comparison: Comparison, missed: str = "") -> str:
    """The one thing to know before any of this is relied on. ``missed``: official series that the baseline
    misses in years unseen, in words.
    """
    seeds = len(comparison.manifest["seeds"])
    if seeds < FEW_SEEDS:
        return (
            f"With {seeds} paired {'run' if seeds == 1 else 'runs'} chance cannot be told from the policy: "
            f"use at least {FEW_SEEDS} seeds."
        )
    spent, on_priors = _spent_on_priors(comparison)
    if spent and on_priors > 0.5 * spent:
        return (
            f"{number(100 * on_priors / spent, 0)} % of the spending goes to levers whose effect nobody has "
            "measured (grade D): read what they do as what would follow if they worked as assumed."
        )
    if not comparison.manifest.get("ensemble"):
        return (
            "The ranges hold chance alone, not how uncertain behaviour, sizes of levers and the future are."
        )
    if missed:
        return f"In years on which it was not fitted the baseline misses official figures for: {missed}."
    return "The ranges do not hold what another form of the model would give."


def _spent_on_priors(comparison: Comparison) -> tuple[float, float]:
    """Yuan that all policies spend together, and by levers that rest on a prior alone."""
    levers = {
        (policy["name"], name): lever.get("evidence", PRIOR_ONLY)
        for policy in comparison.policies
        for name, lever in policy["levers"].items()
    }
    spent = comparison.costs.groupby(["policy", "lever"])["spending_yuan"].sum()
    on_priors = sum(yuan for pair, yuan in spent.items() if levers.get(pair) == PRIOR_ONLY)
    return float(spent.sum()), float(on_priors)
