"""The whole answer in a few sentences: what each policy does most, to whom, at what cost, how sure; what is
lost, and the caveat that matters most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from sim.comparison.aims import aims, is_trivial
from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.comparison.horizons import answered, whole_years
from sim.core.language import N_, Words, _, plural
from sim.present.text.comparison import (
    FEW_SEEDS,
    PRIOR_ONLY,
    USUAL_REFERENCE,
    calendar_year,
    change_words,
    in_a_sentence,
    main_horizon,
    period_words,
    title_of,
    year_of_answer,
    year_words,
)
from sim.present.text.groups import group_in_a_sentence
from sim.present.text.numbers import (
    amount,
    apart,
    interval_alone,
    listing,
    month_in_words,
    number,
    percent,
    sentence,
)
from sim.results.outcomes import OUTCOMES, Outcome
from sim.scenario.references import GRADES
from sim.validation.gaps import last_gaps
from sim.validation.targets import NEW_SAMPLE
from sim.validation.tolerances import Survey

MOST_TOLD = 3  # effects in the sentence of one policy
Mark = Callable[[str], str]  # what is done to every figure of a sentence: a page makes it a link


class Answer(NamedTuple):
    """What the first screen says of one policy."""

    title: str
    sentence: str
    loss: str
    keys: tuple[str, ...]  # the outcomes that it is for


def question(comparison: Comparison) -> str:
    """What the comparison asks, in a sentence."""
    titles = [in_a_sentence(title_of(policy)) for policy in comparison.policies]
    starts = [month_in_words(policy["start"]) for policy in comparison.policies]
    if len(set(starts)) > 1:
        dated = [
            _("{policy} from {month}", policy=title, month=start)
            for title, start in zip(titles, starts, strict=True)
        ]
        return _(
            "What would {policies} change for China's rural migrant workers, each from its own start: who would "
            "gain, who would lose, what would it cost, and how sure is that?",
            policies=listing(dated),
        )
    return _(
        "What would {policies} change for China's rural migrant workers from {month}: who would gain, who would "
        "lose, what would it cost, and how sure is that?",
        policies=listing(titles),
        month=starts[0],
    )


def answers(comparison: Comparison, mark: Mark = str) -> list[Answer]:
    """The answer policy by policy, each figure as ``mark`` gives it back."""
    return [_answer(comparison, policy, mark) for policy in comparison.policies]


def shown_outcomes(comparison: Comparison, most: int = 4) -> list[str]:
    """Outcomes for the picture: those that the policies are for, in turn, real net income always among them."""
    lists = [aims(policy, comparison.costs) for policy in comparison.policies]
    ranks = range(max(map(len, lists), default=0))
    keys = dict.fromkeys(keys[rank] for rank in ranks for keys in lists if rank < len(keys) - 1)
    return [*list(keys)[: most - 1], lists[0][-1]] if lists else []


def _answer(comparison: Comparison, policy: dict[str, Any], mark: Mark) -> Answer:
    keys, title = aims(policy, comparison.costs), title_of(policy)
    year = year_of_answer(comparison, policy)
    if year.empty:
        told = _("The run ends before the policy's first year does, so nothing can be said.")
        return Answer(title, told, "", keys)
    first = year.iloc[0]
    when = period_words(first["from_month"], first["to_month"])
    rows = {row.outcome: row for row in year.itertuples()}
    clear = [key for key in keys if rows[key].verdict in ("higher", "lower") and not is_trivial(rows[key])]
    doubtful = [key for key in keys if rows[key].verdict == "cannot tell"]
    if clear:
        said = listing([_change(OUTCOMES[key], rows[key], mark) for key in clear[:MOST_TOLD]])
        effects = _("in {year}: {effects}", year=when, effects=said)
    elif doubtful:
        ranges = listing([_range(OUTCOMES[key], rows[key], mark) for key in doubtful[:MOST_TOLD]])
        effects = _(
            "in {year}: no effect on what it is for that can be told from zero ({ranges})",
            year=when,
            ranges=ranges,
        )
    else:
        effects = _("in {year}: no effect on what it is for", year=when)
    said = sentence(
        effects,
        _whom(comparison, policy, mark),
        _net_cost(comparison, policy, first, mark),
        _how_sure(policy),
        _over(policy),
    )
    return Answer(title, said, _loss(comparison, policy, mark), keys)


# --- the parts of the sentence ------------------------------------------------------------------------


def _change(outcome: Outcome, row: Any, mark: Mark) -> str:
    return change_words(outcome, row, percent(row.relative_percent, 1, signed=True), mark)


def _range(outcome: Outcome, row: Any, mark: Mark) -> str:
    ends = interval_alone(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    return _("{outcome} {ends}", outcome=in_a_sentence(outcome.label), ends=mark(ends))


def _whom(comparison: Comparison, policy: dict[str, Any], mark: Mark) -> str:
    """Whose real net income gains most, of all groups that clearly gain; empty where none does."""
    found = _groups(comparison, policy)
    found = found[found["low"] > 0.0] if len(found) else found
    if found.empty:
        return ""
    row = found.loc[found["mean_change_yuan"].idxmax()]
    return _(
        "incomes gain most among {group} ({sum} each)",
        group=group_in_a_sentence(row["grouping"], row["group"]),
        sum=mark(_a_year(row["mean_change_yuan"])),
    )


def _net_cost(comparison: Comparison, policy: dict[str, Any], year: pd.Series, mark: Mark) -> str:
    costs, years = comparison.costs, int(year["horizon_years"])
    own = costs[costs["policy"] == policy["name"]]
    if (own["cost_note"] == NOT_COSTED).any():
        return plural(
            "some of what it does is not costed; the rest costs {sum} in the first year",
            "some of what it does is not costed; the rest costs {sum} in {count} years",
            years,
            sum=mark(amount(year["spending_to_date_yuan"], "yuan")),
        )
    net = year["net_cost_to_date_yuan"]
    if not year["spending_to_date_yuan"]:
        return _("it costs nothing")
    if net <= 0:
        return plural(
            "government gains {sum} in the first year",
            "government gains {sum} in {count} years",
            years,
            sum=mark(amount(-net, "yuan")),
        )
    return plural(
        "the net cost to government is {sum} in the first year",
        "the net cost to government is {sum} in {count} years",
        years,
        sum=mark(amount(net, "yuan")),
    )


def _how_sure(policy: dict[str, Any]) -> str:
    """On what evidence the policy's levers rest, the weakest first."""
    grades = [lever.get("evidence", PRIOR_ONLY) for lever in policy["levers"].values()]
    graded = sorted({grade for grade in grades if grade in "ABCD"}, reverse=True)
    if not graded:
        return ""
    weakest, levers = graded[0], len(grades)
    count, said = grades.count(weakest), {"grade": weakest, "meaning": GRADES[weakest]}
    if count == levers:
        return plural(
            "its lever rests on evidence of grade {grade} ({meaning})",
            "its levers rest on evidence of grade {grade} ({meaning})",
            levers,
            **said,
        )
    return plural(
        "{count} of its {levers} levers rests on evidence of grade {grade} ({meaning})",
        "{count} of its {levers} levers rest on evidence of grade {grade} ({meaning})",
        count,
        levers=levers,
        **said,
    )


def _over(policy: dict[str, Any]) -> str:
    """Which part of the policy was over before the end of the year in which it is judged."""
    year = answered(policy)
    ends = [lever["window"]["to"] for lever in policy["levers"].values()]
    over = [end for end in ends if year and end < year.last]
    if not over or not year:
        return ""
    lasted = whole_years(policy["start"], policy["levers"], longest=True) or 0
    if len(over) == len(ends) and lasted < year.years:
        return _("the policy had ended by then: this is what remains of it")
    return _("{count} of its {levers} levers had ended by then", count=len(over), levers=len(ends))


# --- what is lost ---------------------------------------------------------------------------------------


def _loss(comparison: Comparison, policy: dict[str, Any], mark: Mark) -> str:
    """The biggest loss: of a group of workers, or of those outside the model who bear most."""
    found = _groups(comparison, policy)
    losers = found[found["high"] < 0.0] if len(found) else found
    workers = ""
    if len(losers):
        row = losers.loc[losers["mean_change_yuan"].idxmin()]
        workers = _(
            "{group} lose {sum} each ({people})",
            group=group_in_a_sentence(row["grouping"], row["group"]),
            sum=mark(_a_year(abs(row["mean_change_yuan"]), signed=False)),
            people=mark(amount(row["persons"], "persons")),
        )
    elif len(found):
        workers = _("no group of workers clearly loses income")
    return sentence(
        apart([workers, _sent_home(comparison, policy, mark), _who_bears(comparison, policy, mark)])
    )


def _sent_home(comparison: Comparison, policy: dict[str, Any], mark: Mark) -> str:
    """What homes are sent less by workers away in the year of the answer; empty where that is not told."""
    year = year_of_answer(comparison, policy)
    for row in year[year["outcome"] == "remittances"].itertuples():
        if row.verdict == "lower" and not is_trivial(row):
            return _("workers away send {share} less home", share=mark(percent(-row.relative_percent, 1)))
    return ""


_OUTSIDE = {
    "employers": N_("employers pay {sum} more in {year}, wages above all"),
    "taxpayers": N_("taxpayers outside the model bear {sum} in {year}"),
    "other residents": N_("a city's other residents lose services worth {sum} in {year}"),
}


def _who_bears(comparison: Comparison, policy: dict[str, Any], mark: Mark) -> str:
    """Who outside the workers bears most in the year of the answer, in yuan."""
    table, year = comparison.tables.get("accounts"), calendar_year(comparison, policy)
    if table is None or table.empty or not year:
        return ""
    own = table[(table["policy"] == policy["name"]) & (table["year"] == year)]
    sums = own[own["account"].isin([*_OUTSIDE])].groupby("account")["yuan"].sum()
    if sums.empty or not sums.min() < 0:
        return ""
    return _(_OUTSIDE[sums.idxmin()], sum=mark(amount(-sums.min(), "yuan")), year=year_words(year))


def _groups(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """Groups of the year of the answer that can be named and hold enough simulated workers."""
    table = comparison.winners
    own = table[(table["policy"] == policy["name"]) & (table["horizon_years"] == main_horizon(policy))]
    is_named = [bool(group_in_a_sentence(row.grouping, row.group)) for row in own.itertuples()]
    return own[pd.Series(is_named, index=own.index, dtype=bool) & own["is_reliable"].astype(bool)]


def _a_year(yuan: float, signed: bool = True) -> str:
    return amount(yuan, "yuan per year", signed=signed)


# --- the caveat -------------------------------------------------------------------------------------------


def caveat(comparison: Comparison, missed: str = "", mark: Mark = str) -> str:
    """The one thing to know before any of this is relied on. ``missed``: official series that the baseline
    misses in years unseen, in words. ``mark`` as of ``answers``.
    """
    seeds = len(comparison.manifest["seeds"])
    if seeds < FEW_SEEDS:
        return plural(
            "With {count} paired run chance cannot be told from the policy: use at least {few} seeds.",
            "With {count} paired runs chance cannot be told from the policy: use at least {few} seeds.",
            seeds,
            few=FEW_SEEDS,
        )
    spent, on_priors = _spent_on_priors(comparison)
    if spent and on_priors > 0.5 * spent:
        return _(
            "{share} of the spending goes to levers whose effect nobody has measured (grade D): read what they do "
            "as what would follow if they worked as assumed.",
            share=mark(percent(100 * on_priors / spent)),
        )
    if not comparison.manifest.get("ensemble"):
        return _(
            "The ranges hold chance alone, not how uncertain behaviour, sizes of levers and the future are."
        )
    if missed:
        return _(
            "In years on which it was not fitted the baseline misses official figures for: {missed}.",
            missed=missed,
        )
    return _("The ranges do not hold what another form of the model would give.")


# Headline figures in a sentence, by the group of the official series.
_GAPS = Words(
    {
        "total": N_("all migrant workers"),
        "local": N_("local"),
        "out": N_("out-of-township"),
        "all": N_("monthly pay"),
    }
)


def baseline_today(comparison: Comparison, rows: pd.DataFrame, mark: Mark = str) -> str:
    """By how much the baseline differs from the last official figures; empty for a reference that is not history.

    ``rows`` are those of its ``Validation``; ``mark`` as of ``answers``.
    """
    if comparison.manifest["base"]["name"] != USUAL_REFERENCE:
        return ""
    from sim.world.data import load_data

    gaps = last_gaps(rows, Survey.read(load_data().survey))
    off, within = ([gap for gap in gaps if gap.is_off is is_off] for is_off in (True, False))
    if not gaps:
        return ""
    agreeing = listing([_GAPS[gap.group] for gap in within])
    if not off:
        return sentence(
            _(
                "the baseline agrees with the official figures of {year} within the sampling error: {series}",
                year=gaps[0].year,
                series=agreeing,
            )
        )
    each = [
        _("{error} ({series})", error=mark(percent(gap.error, 1, signed=True)), series=_GAPS[gap.group])
        for gap in off
    ]
    told = _(
        "the baseline is off the official figures of {year} by {gaps}", year=gaps[0].year, gaps=listing(each)
    )
    moved = _(
        "the survey's new sample of {since} moved this by {points} points",
        since=NEW_SAMPLE,
        points=listing([mark(number(gap.jump, 1, signed=True)) for gap in off]),
    )
    return sentence(
        apart(
            [
                told,
                _("{series} within the sampling error", series=agreeing) if within else "",
                moved if any(gap.is_jump for gap in off) else "",
            ]
        )
    )


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
